"""Each provocation as a program of its own, as `plumbline errors FUNCTION ERRNO` prints it, is
compiled and run here, and shows its error.

The programs of a family are compiled together, each in a namespace, as most of a compiler's
time is headers.
"""

from __future__ import annotations

import errno
import json
import os
import pathlib
import re
import subprocess
from typing import Any

import pytest

_FOLDER = pathlib.Path("conformance/errors")
_ARCHITECTURE = os.environ["PLUMBLINE_NATIVE"]
_PROGRAMS: dict[str, dict[str, Any]] = json.loads((_FOLDER / "provocations.json").read_text())
_ENTRIES: dict[str, dict[str, Any]] = {
    entry["provocation"]: entry for entry in json.loads((_FOLDER / "errors.json").read_text())["entries"]
}

_DRIVER = """
#include <sys/wait.h>
struct Program { const char* name; int (*run)(); };
extern const Program kPrograms[];
extern const int kCount;
int main() {
  for (int i = 0; i < kCount; ++i) {
    printf("\\n@ %s\\n", kPrograms[i].name);
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
      setsid();
      alarm(20);
      _exit(kPrograms[i].run());
    }
    int status = 0;
    waitpid(child, &status, 0);
    kill(-child, SIGKILL);
    printf("\\nended %d %d\\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
  }
}
"""


def _family(check: str) -> str:
    return pathlib.Path(_PROGRAMS[check]["where"].rsplit(":", 1)[0]).stem


def _shown(check: str) -> bool:
    """Whether the program can show its error on every machine."""
    entry = _ENTRIES[check]
    return (
        not _PROGRAMS[check]["reason"]
        and entry["class"] in ("unprivileged", "limit")
        and _ARCHITECTURE not in entry.get("absent_on", [])
        and not {"kernel", "glibc"} & {*entry.get("since", {}), *entry.get("until", {})}
    )


def _includes(text: str) -> list[str]:
    return re.findall(r'^extern "C" \{\n(?:#include <\S+>\n)+\}\n|^#include <\S+>\n', text, re.M)


def _together(checks: list[str]) -> tuple[str, str]:
    """The programs' includes, and each program in a namespace as a function."""
    includes: dict[str, None] = {}
    bodies = []
    for number, check in enumerate(checks):
        text = _PROGRAMS[check]["program"]
        for block in _includes(text):
            includes.setdefault(block)
            text = text.replace(block, "")
        text = re.sub(r"^int main\(\) \{", "int run() {", text, flags=re.M)
        bodies.append(f"namespace program{number} {{\n{text.replace('return 0;', '')}\n}}\n")
        # A function that is not called main returns by itself.
        bodies[-1] = re.sub(r"\n\}\s*\n\}\n$", "\nreturn 0;\n}\n}\n", bodies[-1])
    return "".join(includes), "".join(bodies)


def _run_by_a_driver(checks: list[str]) -> str:
    includes, bodies = _together(checks)
    names = "".join(f'{{"{check}", program{number}::run}},\n' for number, check in enumerate(checks))
    table = f"extern const Program kPrograms[] = {{\n{names}}};\nextern const int kCount = {len(checks)};\n"
    return includes + "#include <signal.h>\n#include <unistd.h>\n" + bodies + _DRIVER + table


def _expected(entry: dict[str, Any]) -> str:
    return str(entry["instead"] if entry["status"] == "never" else entry["errno"])


def _shows(output: str, entry: dict[str, Any]) -> bool:
    results = re.findall(r"^= (-?\d+), errno (\w+)$", output, re.M)
    if len(results) != 1:
        return False
    result, error = results[0]
    expected = _expected(entry)
    outcomes = {expected, entry.get("in_namespace", expected)}
    if result == "-1":
        return any(_number(error) == _number(outcome) for outcome in outcomes)
    # A function that succeeds, or one that returns the error number.
    return "succeeds" in outcomes or int(result) == _number(expected)


def _number(name: str) -> int:
    return int(getattr(errno, name, 0))


_FAMILIES = sorted({_family(check) for check in _PROGRAMS if check in _ENTRIES and _shown(check)})


@pytest.mark.parametrize("family", _FAMILIES)
def test_programs_show_their_errors(family: str, tmp_path: pathlib.Path) -> None:
    checks = sorted(c for c in _PROGRAMS if c in _ENTRIES and _family(c) == family and _shown(c))
    source = tmp_path / "programs.cc"
    source.write_text(_run_by_a_driver(checks))
    program = tmp_path / "programs"
    subprocess.run(["g++", "-std=c++20", "-w", "-pthread", "-o", program, source], check=True)
    run = subprocess.run([program], capture_output=True, text=True, errors="replace", check=False, timeout=300)
    outputs = re.findall(r"^@ (\S+)\n(.*?)^ended (-?\d+) (\d+)$", run.stdout, re.M | re.S)
    assert [name for name, *_ in outputs] == checks, run.stderr[-2000:]
    wrong = [
        f"{name}: declared {_expected(_ENTRIES[name])}, printed: {output.strip()} (status {status}, signal {signal})"
        for name, output, status, signal in outputs
        if status != "77" and not _shows(output, _ENTRIES[name])
    ]
    assert not wrong, "\n".join(wrong)
    assert sum(status != "77" for _, _, status, _ in outputs) > len(checks) / 2


def _why_not(source: str) -> str:
    """What the compiler has against it."""
    command = ["g++", "-std=c++20", "-w", "-fsyntax-only", "-x", "c++", "-"]
    return subprocess.run(command, input=source, capture_output=True, text=True, check=False).stderr[:2000]


def test_each_program_includes_what_it_needs() -> None:
    """Those of the same includes are compiled together, with no others."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for check in sorted(_PROGRAMS):
        alike.setdefault(tuple(_includes(_PROGRAMS[check]["program"])), []).append(check)
    failed = [f"{checks}: {why}" for checks in alike.values() if (why := _why_not("".join(_together(checks))))]
    assert not failed, "\n".join(failed)


@pytest.mark.parametrize("family", sorted({_family(check) for check in _PROGRAMS}))
def test_programs_compile_as_they_are_printed(family: str) -> None:
    of_family = [_PROGRAMS[check]["program"] for check in sorted(_PROGRAMS) if _family(check) == family]
    failed = [why for program in of_family[:3] if (why := _why_not(program))]
    assert not failed, "\n".join(failed)


def test_most_provocations_are_run() -> None:
    shown = [check for check in _PROGRAMS if check in _ENTRIES and _shown(check)]
    assert len(shown) > 900
