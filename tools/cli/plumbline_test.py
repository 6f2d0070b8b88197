"""The command line as its users call it."""

from __future__ import annotations

import json
import os
import pathlib
import pty
import subprocess
import xml.etree.ElementTree
from typing import Any

import pytest

FAKE = "tools/cli/plumbline_for_test"
REAL = "tools/cli/plumbline"


def without_surface(arguments: tuple[str, ...], environment: dict[str, str]) -> list[str]:
    """Surfaces have tests of their own; the checker of surfaces is not beside these programs, which is a skip."""
    if arguments[:1] != ("check",) or "--kind" in arguments or "PLUMBLINE_SURFACE_CHECKER" in environment:
        return list(arguments)
    return ["check", "--kind", "abi,errors", *arguments[1:]]


def run(*arguments: str, program: str = FAKE, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, *without_surface(arguments, environment)],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", **environment},
        timeout=60,
    )


def on_terminal(*arguments: str, **environment: str) -> str:
    """What the command prints on a terminal."""
    controller, terminal = pty.openpty()
    with subprocess.Popen(
        [FAKE, *without_surface(arguments, environment)],
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        stderr=terminal,
        env={"PATH": "/usr/bin:/bin", "TERM": "xterm", **environment},
    ):
        os.close(terminal)
        output = b""
        while True:
            try:
                chunk = os.read(controller, 65536)
            except OSError:  # the other end is closed
                break
            if not chunk:
                break
            output += chunk
    os.close(controller)
    return output.decode().replace("\r\n", "\n")


# ---- check ----------------------------------------------------------------------------


def test_all_as_promised() -> None:
    result = run("check")
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "6 passed, 0 failed, 2 skipped"
    # Both variants of this machine, in the order of their declaration.
    lines = [line.split()[0] for line in result.stdout.splitlines()[2:4]]
    assert lines == ["here", "here/wide"]
    assert result.stderr == ""


def test_the_same_twice() -> None:
    for format in ("text", "json", "markdown", "junit", "html"):
        assert run("check", "--format", format).stdout == run("check", "--format", format).stdout


def test_failure() -> None:
    result = run("check", PLUMBLINE_FAKE="fail")
    assert result.returncode == 1
    assert (
        "FAILED  Constant/O_BIG  on here\n"
        "  declared  0x4000       bindings/files.toml:3\n"
        '  seen      2 < 3 | "x"  glibc 2.36, kernel headers 6.1.170\n'
        "  again     tools/plumbline check --arch here --only Constant/O_BIG\n"
    ) in result.stdout
    assert result.stdout.endswith("\n4 passed, 2 failed, 2 skipped\n")


def test_failure_of_one_variant() -> None:
    result = run("check", PLUMBLINE_FAKE_WIDE="fail")
    assert result.returncode == 1
    assert "on here/wide\n" in result.stdout
    assert "--arch here/wide --only" in result.stdout


def test_choice_of_targets() -> None:
    def checked(*arguments: str) -> list[str]:
        found = json.loads(run("check", "--format", "json", *arguments).stdout)
        return [target["variant"] for target in found["targets"]]

    assert checked() == ["", "wide"]
    assert checked("--arch", "here") == ["", "wide"]
    assert checked("--arch", "here/wide") == ["wide"]
    assert checked("--target", "here") == [""]


def test_only() -> None:
    result = run("check", "--only", "Layout/*")
    assert result.returncode == 0
    assert result.stdout.endswith("\n2 passed, 0 failed, 0 skipped\n")
    nothing = run("check", "--only", "Layout/stat/siez")
    assert nothing.returncode == 2
    assert nothing.stdout == ""
    assert "did you mean Layout/stat/size?" in nothing.stderr


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        ("crash", "plumbline: here/wide: its checker was killed by SIGKILL; it wrote: about to crash\n"),
        ("garbage", "plumbline: here/wide: its checker does not answer in JSON\n"),
        ("quit", "plumbline: here/wide: its checker exited with status 3\n"),
        ("stranger", "plumbline: here/wide: its checker is that of elsewhere/wide\n"),
    ],
)
def test_checker_that_does_not_work(behaviour: str, message: str) -> None:
    result = run("check", PLUMBLINE_FAKE_WIDE=behaviour)
    assert result.returncode == 2
    assert result.stderr == message
    # What the other target says is not lost.
    assert result.stdout.endswith("\n4 passed, 0 failed, 1 skipped\n")
    found = json.loads(run("check", "--format", "json", PLUMBLINE_FAKE_WIDE=behaviour).stdout)
    assert len(found["targets"]) == 1
    assert found["errors"][0]["variant"] == "wide"


def test_target_that_can_not_run_here() -> None:
    everything = run("check", "--arch", "all")
    assert everything.returncode == 0, everything.stderr
    assert "qemu-far-static is missing: apt-get install qemu-user-static" in everything.stdout
    assert "its checker was not built: apt-get install g++-odd-x-linux-gnu" in everything.stdout
    assert everything.stdout.endswith("\n6 passed, 0 failed, 4 skipped\n")
    for name in ("far", "odd"):
        result = run("check", "--arch", name)
        assert result.returncode == 2
        assert result.stderr.startswith(f"plumbline: {name}: ")
        assert "apt-get install" in result.stderr


def test_json() -> None:
    found: dict[str, Any] = json.loads(run("check", "--format", "json", PLUMBLINE_FAKE="fail").stdout)
    assert found["schema"] == "plumbline.check/1"
    target = found["targets"][0]
    assert target["arch"] == "here"
    assert target["runner"] == "native"
    assert target["counts"]["constants"] == {"passed": 0, "failed": 1, "skipped": 0, "deviations": 0}
    assert target["counts"]["errors"] == {"passed": 2, "failed": 0, "skipped": 0, "deviations": 0}
    assert target["failures"][0]["where"] == "bindings/files.toml:3"
    assert target["skips"][0]["reason"] == "linked statically"
    assert target["pinned"] == 1


def test_junit() -> None:
    result = run("check", "--arch", "all", "--format", "junit", PLUMBLINE_FAKE="fail", PLUMBLINE_FAKE_WIDE="crash")
    assert result.returncode == 2
    root = xml.etree.ElementTree.fromstring(result.stdout)
    assert root.attrib["tests"] == str(len(root.findall(".//testcase")))
    for attribute, element in (("failures", "failure"), ("skipped", "skipped"), ("errors", "error")):
        assert root.attrib[attribute] == str(len(root.findall(f".//{element}")))
    assert [suite.attrib["name"] for suite in root] == ["here", "here/wide", "far", "odd"]


def test_markdown() -> None:
    lines = run("check", "--format", "markdown", PLUMBLINE_FAKE="fail").stdout.splitlines()
    header = next(line for line in lines if line.startswith("| target"))
    row = next(line for line in lines if line.startswith("| here |"))
    assert header.count("|") == row.count("|")
    assert any(r"2 &lt; 3 \| " in line for line in lines)


def test_colours_and_speed_are_for_terminals() -> None:
    assert "\033[" in on_terminal("check")
    assert "facts/s" in on_terminal("check")
    assert "\033[" not in on_terminal("check", NO_COLOR="1")
    assert "\033[" not in on_terminal("check", TERM="dumb")
    assert "\033[" not in run("check", TERM="xterm").stdout
    assert "facts/s" not in run("check").stdout
    assert "facts/s" in run("check", "--times").stdout


def test_progress_is_for_terminals() -> None:
    output = on_terminal("check", PLUMBLINE_FAKE="slow")
    assert "\r\033[Kchecking: 0 of 2 targets done" in output
    # Taken away before the result.
    assert "\r\033[K\033[1mtarget" in output
    quiet = run("check", PLUMBLINE_FAKE="slow")
    assert "checking" not in quiet.stdout + quiet.stderr


# ---- check --kind errors ----------------------------------------------------------------


def counted(*arguments: str, **environment: str) -> dict[str, str]:
    """The table's cells in the column of errors, by target."""
    lines = run("check", *arguments, **environment).stdout.splitlines()
    titles = lines[0].split()
    rows = [line.split() for line in lines[2 : lines.index("")]]
    return {row[0]: row[titles.index("errors")] for row in rows}


# A checker of surfaces that prints a file, or complains.
SURFACE_CHECKER = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int argc, char **argv) {
  if (argc != 6 || strcmp(argv[1], "--report") || strcmp(argv[3], "here") || strcmp(argv[5], "/")) return 64;
  FILE *file = fopen(getenv("FAKE_SURFACE"), "r");
  if (!file) return fputs("plumbline: /: half a sysroot\n", stderr), 2;
  for (int c; (c = getc(file)) != EOF;) putchar(c);
  return 0;
}
"""
SURFACE_CHECKS = [
    {"check": "Surface/glibc/a.h", "kind": "surface", "status": "passed", "where": "baseline"},
    {"check": "Surface/glibc/b.h/constant-removed/B", "kind": "surface", "status": "failed",
     "declared": "1", "seen": "nothing", "where": "baseline", "reason": "B of <b.h> is gone"},
    {"check": "Surface/uapi", "kind": "surface", "status": "skipped", "reason": "other kernel headers"},
]  # fmt: skip


@pytest.fixture(name="surface")
def _surface(tmp_path: pathlib.Path) -> dict[str, str]:
    source, checker, report = tmp_path / "checker.c", tmp_path / "checker", tmp_path / "report.json"
    source.write_text(SURFACE_CHECKER)
    subprocess.run(["gcc", "-o", checker, source], check=True)
    head = {"schema": "plumbline.report/1", "arch": "here", "variant": "", "libc": "glibc 2.36", "kernel_headers": "6.1.170"}
    report.write_text(json.dumps({**head, "checks": SURFACE_CHECKS}))
    return {"PLUMBLINE_SURFACE_CHECKER": str(checker), "FAKE_SURFACE": str(report)}


def test_surfaces_are_a_kind(surface: dict[str, str]) -> None:
    result = run("check", **surface)
    assert result.returncode == 1, result.stderr
    # Of all variants: once.
    assert result.stdout.endswith("\n7 passed, 1 failed, 3 skipped\n")
    assert "surface" in result.stdout.splitlines()[0].split()
    assert (
        "FAILED  Surface/glibc/b.h/constant-removed/B  on here\n"
        "  declared  1        baseline\n"
        "  seen      nothing  glibc 2.36, kernel headers 6.1.170\n"
    ) in result.stdout
    assert "--arch here --only Surface/glibc/b.h/constant-removed/B" in result.stdout
    counts = json.loads(run("check", "--format", "json", **surface).stdout)["targets"][0]["counts"]
    assert counts["surface"] == {"passed": 1, "failed": 1, "skipped": 1, "deviations": 0}


def test_surfaces_alone(surface: dict[str, str]) -> None:
    alone = run("check", "--kind", "surface", **surface)
    assert alone.returncode == 1, alone.stderr
    assert alone.stdout.endswith("\n1 passed, 1 failed, 1 skipped\n")
    again = run("check", "--arch", "here", "--only", "Surface/glibc/b.h/constant-removed/B", **surface)
    assert again.returncode == 1 and again.stdout.endswith("\n0 passed, 1 failed, 0 skipped\n")
    assert run("check", "--arch", "here", "--only", "Surface/glibc/a.h", **surface).returncode == 0
    # Others are not kept waiting for it.
    assert "Surface" not in run("check", "--only", "Constant/*", **surface).stdout
    variant = run("check", "--arch", "here/wide", "--kind", "surface", **surface)
    assert variant.returncode == 2 and "its surface is that of here" in variant.stderr


def test_surfaces_that_cant_be_checked(surface: dict[str, str]) -> None:
    broken = run("check", "--kind", "surface", **{**surface, "FAKE_SURFACE": "/nowhere"})
    assert broken.returncode == 2
    assert "here: its surface can't be checked: /: half a sysroot" in broken.stderr
    missing = run("check", "--kind", "surface", PLUMBLINE_SURFACE_CHECKER="/nowhere")
    assert missing.returncode == 2 and "/nowhere is missing" in missing.stderr
    # A copy of the program elsewhere has none beside it, and says so.
    copied = run("check", "--kind", "surface")
    assert copied.returncode == 0, copied.stderr
    assert copied.stdout.endswith("\n0 passed, 0 failed, 1 skipped\n")
    assert "surface_checker is not beside this program" in copied.stdout


def test_errors_are_a_kind() -> None:
    # Those that need privileges are provoked as well; variants have none.
    assert counted() == {"here": "2", "here/wide": "-"}
    assert counted("--kind", "errors") == {"here": "2"}
    only_abi = run("check", "--kind", "abi").stdout
    assert "errors" not in only_abi and only_abi.endswith("\n4 passed, 0 failed, 2 skipped\n")
    only_errors = run("check", "--kind", "errors")
    assert only_errors.stdout.splitlines()[0].split() == ["target", "errors", "conformance", "pinned", "facts"]
    # No probe was compiled.
    assert "here: glibc 2.36, kernel 6.1.0, native\n" in only_errors.stdout
    found = json.loads(run("check", "--kind", "errors", "--format", "json").stdout)
    assert list(found["targets"][0]["counts"]) == [
        "errors", "constants", "sizes", "offsets", "prototypes", "symbols", "surface", "programs",
    ]  # fmt: skip


def test_failed_error() -> None:
    result = run("check", PLUMBLINE_FAKE_ERRORS="fail")
    assert result.returncode == 1
    assert (
        "FAILED  Errors/open/EBADF/closed  on here\n"
        "  declared  EBADF  bindings/files.errors.toml:3\n"
        "  seen      EIO    glibc 2.36, kernel 6.1.0\n"
        "  again     tools/plumbline check --arch here --only Errors/open/EBADF/closed\n"
    ) in result.stdout
    assert counted(PLUMBLINE_FAKE_ERRORS="fail")["here"] == "0/2/0"


def test_only_some_errors() -> None:
    assert counted("--only", "Errors/*") == {"here": "2"}
    assert counted("--only", "Errors/open/EIO/*") == {"here": "1"}
    assert counted("--only", "Errors/open/EBADF/closed") == {"here": "1"}
    # Nothing is run whose names can't fit.
    assert run("check", "--only", "Errors/*", PLUMBLINE_FAKE="crash").returncode == 0
    assert run("check", "--only", "Layout/*", PLUMBLINE_FAKE_ERRORS="crash").returncode == 0
    assert run("check", "--only", "*", PLUMBLINE_FAKE_ERRORS="crash").returncode == 2


def test_no_such_error() -> None:
    def refusal(*arguments: str) -> str:
        result = run("check", *arguments)
        assert (result.returncode, result.stdout) == (2, "")
        return result.stderr

    assert "did you mean Errors/open/EIO/disk_broken?" in refusal("--only", "Errors/open/EIO/dsk_broken")
    assert "none of these is provoked on these targets" in refusal("--only", "Errors/open/ELOOP/round")
    assert "no check of this kind" in refusal("--kind", "errors", "--only", "Layout/*")
    assert "no check of this kind" in refusal("--kind", "abi", "--only", "Errors/open/*")
    assert "here/wide: errors are not provoked there; they are on here" in refusal(
        "--kind", "errors", "--target", "here/wide"
    )


@pytest.mark.parametrize("behaviour", ["crash", "crash as root"])
def test_error_checker_that_does_not_work(behaviour: str) -> None:
    result = run("check", PLUMBLINE_FAKE_ERRORS=behaviour)
    assert result.returncode == 2
    assert result.stderr == "plumbline: here: its error checker was killed by SIGKILL\n"


def test_errors_of_an_emulated_target(tmp_path: pathlib.Path) -> None:
    emulator(tmp_path)
    result = run("check", "--arch", "far", "--qemu", str(tmp_path), "--kind", "errors")
    assert result.returncode == 0, result.stderr
    # The checker would refuse to provoke there what needs privileges.
    assert result.stdout.endswith("\n1 passed, 0 failed, 0 skipped\n")


def test_closed_standard_output() -> None:
    # Nothing that is opened for a checker takes its number.
    for arguments in ("check", "errors open", "--help"):
        for closed in (">&-", ">&- <&-"):
            result = run("-c", f"exec {FAKE} {arguments} {closed}", program="/bin/sh")
            assert result.returncode == 2
            assert result.stderr == "plumbline: cannot write to standard output: Bad file descriptor\n"


def test_empty_values() -> None:
    for arguments in (["check", "--only", ""], ["check", "--qemu", ""], ["errors", "open", "-o", ""], ["errors", ""]):
        result = run(*arguments)
        assert (result.returncode, result.stdout) == (2, "")
        assert "its value is empty" in result.stderr


# ---- emulators ------------------------------------------------------------------------


def emulator(folder: pathlib.Path, version: str = "9.9.1") -> pathlib.Path:
    """An emulator of the target `far`, whose checker this machine runs in truth; its -L is /usr/local."""
    path = folder / "qemu-far"
    path.write_text(
        "#!/bin/sh\n"
        f'[ "$1" = --version ] && {{ echo "qemu-far version {version} (Test)"; exit; }}\n'
        '[ "$1 $2 $3 $4" = "-L /usr/local -E LD_LIBRARY_PATH=/usr/local/lib" ] || exit 9\n'
        'realpath --canonicalize-existing "$5" > /dev/null || echo "Could not resolve $5"\n'
        'shift 4\nexec "$@"\n'
    )
    path.chmod(0o755)
    return path


def test_qemu(tmp_path: pathlib.Path) -> None:
    program = emulator(tmp_path)
    for named in (tmp_path, program):
        result = run("check", "--arch", "far", "--qemu", str(named))
        assert result.returncode == 0, result.stderr
        assert "far: glibc 2.36, kernel 6.1.0, kernel headers 6.1.170, qemu-user 9.9.1\n" in result.stdout
    found = json.loads(run("check", "--arch", "far", "--qemu", str(tmp_path), "--format", "json").stdout)
    assert found["targets"][0]["runner"] == "qemu-user 9.9.1"
    again = run("check", "--arch", "far", "--qemu", str(tmp_path), PLUMBLINE_FAKE="fail")
    assert f"tools/plumbline check --arch far --qemu {tmp_path} --only Constant/O_BIG" in again.stdout


def test_installed_emulator(tmp_path: pathlib.Path) -> None:
    emulator(tmp_path)
    result = run("check", "--arch", "far", PATH=f"{tmp_path}:/usr/bin:/bin")
    assert result.returncode == 0, result.stderr
    # One that is named is not replaced by one that is installed.
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / f"qemu-{os.uname().machine}").symlink_to("/bin/true")
    result = run("check", "--arch", "far", "--qemu", f"{tmp_path}/other", PATH=f"{tmp_path}:/usr/bin:/bin")
    assert result.returncode == 2
    assert result.stderr.endswith(f"plumbline: far: {tmp_path}/other has no qemu-far\n")


def test_known_deviation(tmp_path: pathlib.Path) -> None:
    emulator(tmp_path)
    result = run("check", "--arch", "far", "--qemu", str(tmp_path), PLUMBLINE_FAKE="deviate")
    assert result.returncode == 0, result.stderr
    assert "KNOWN DEVIATIONS\n  Constant/O_BIG  known  far\n" in result.stdout
    assert result.stdout.endswith("\n2 passed, 0 failed, 1 skipped, 1 known deviation\n")
    # A checker in place is told that nothing emulates it, whatever the environment says.
    result = run("check", PLUMBLINE_FAKE="deviate", PLUMBLINE_EMULATOR="qemu-user 9.9.1")
    assert result.returncode == 1


def test_bad_qemu(tmp_path: pathlib.Path) -> None:
    def refusal(named: str, *arguments: str, **environment: str) -> str:
        result = run("check", "--qemu", named, *arguments, **environment)
        assert (result.returncode, result.stdout) == (2, "")
        return result.stderr

    far = ("--arch", "far")
    assert refusal("none", *far) == "plumbline: --qemu none: No such file or directory\n"
    assert "holds an emulator" in refusal(str(tmp_path), *far)
    assert "no architecture's emulator is named 'false'" in refusal("/bin/false", *far)
    assert refusal("10.0", *far, HOME=str(tmp_path)) == (
        "plumbline: --qemu 10.0: that release was not fetched; run tools/toolchains/fetch_qemu.sh 10.0\n"
    )
    emulator(tmp_path)
    assert "none of these targets is emulated here" in refusal(str(tmp_path))
    # One of another architecture, or none.
    (tmp_path / "qemu-far").write_text("#!/bin/sh\necho qemu-near version 9.9.1\n")
    assert "does not answer --version with" in run("check", "--qemu", str(tmp_path), *far).stderr
    emulator(tmp_path, version="unknown")
    result = run("check", "--qemu", str(tmp_path), *far)
    assert result.returncode == 2
    assert "does not answer --version with 'qemu-far version …'" in result.stderr
    (tmp_path / "qemu" / "10.0").mkdir(parents=True)
    emulator(tmp_path / "qemu" / "10.0")
    assert run("check", "--qemu", "10.0", *far, PLUMBLINE_CACHE=str(tmp_path)).returncode == 0


# ---- output ---------------------------------------------------------------------------


def test_output_file(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "out.json"
    path.write_text("old")
    result = run("check", "--format", "json", "-o", str(path))
    assert result.returncode == 0
    assert result.stdout == ""
    assert json.loads(path.read_text())["schema"] == "plumbline.check/1"
    assert list(tmp_path.iterdir()) == [path]


def test_output_that_can_not_be_written(tmp_path: pathlib.Path) -> None:
    missing = tmp_path / "missing" / "out"
    for arguments in (["check"], ["show", "O_BIG"], ["targets"]):
        result = run(*arguments, "-o", str(missing))
        assert result.returncode == 2
        assert result.stderr == f"plumbline: cannot write {missing}: No such file or directory\n"
        with open("/dev/full", "w") as full:
            status = subprocess.run([FAKE, *arguments], stdout=full, stderr=subprocess.PIPE, text=True)
        assert status.returncode == 2
        assert "cannot write to standard output: No space left on device" in status.stderr
    assert list(tmp_path.iterdir()) == []


def test_no_partial_output(tmp_path: pathlib.Path) -> None:
    result = subprocess.run(
        ["bash", "-c", f"trap '' XFSZ; ulimit -f 0; exec {FAKE} show O_BIG -o {tmp_path}/out"],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert result.returncode == 2
    assert "File too large" in result.stderr
    assert list(tmp_path.iterdir()) == []


# ---- show, targets, usage ---------------------------------------------------------------


def test_show() -> None:
    result = run("show", "stat")
    assert result.returncode == 0
    # The function and the struct.
    assert "stat: function" in result.stdout
    assert "struct stat: type" in result.stdout
    assert "@GLIBC_2.33 @@GLIBC_2.34" in result.stdout
    assert "3 bits from 64" in result.stdout
    assert "stat: function" not in run("show", "struct stat").stdout


def test_show_some_architectures() -> None:
    result = run("show", "O_BIG", "--arch", "odd,far", "--format", "markdown")
    assert "|  | far | odd |" in result.stdout
    assert "| value | 0x4000 (040000, 16384) | absent |" in result.stdout


def test_show_list() -> None:
    lines = run("show", "O_*").stdout.splitlines()
    assert lines[0] == "2 constants"
    assert lines[2].split() == ["constant", "type", "here", "far", "here/wide", "odd"]
    assert lines[4].split() == ["O_BIG", "int", "040000", "0", "absent"]


def test_show_json() -> None:
    found = json.loads(run("show", "stat", "--arch", "here/wide", "--format", "json").stdout)
    assert found["schema"] == "plumbline.show/1"
    assert [entry["kind"] for entry in found["entries"]] == ["function", "type"]
    assert [facts["targets"] for facts in found["entries"][0]["facts"]] == [["here/wide"]]


def test_show_unknown() -> None:
    for name in ("O_BGI", "o_big"):
        result = run("show", name)
        assert result.returncode == 2
        assert result.stdout == ""
        assert result.stderr == f"plumbline: '{name}' is not declared; did you mean O_BIG?\n"
    assert run("show", "NOTHING*").returncode == 2


# ---- errors -----------------------------------------------------------------------------


def test_errors_of_a_function() -> None:
    result = run("errors", "open")
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0] == "open: 4 conditions of 3 errnos"
    text = " ".join(result.stdout.split())
    for note in (
        "since Linux 5.9, before man-pages 6.9",
        "wins over EINVAL, EFAULT",
        "effect: the path is read",
        "C library: crashes",
        "on far: libc: fails, over: EIO, since Linux 5.10",
        "on odd: there is no such condition",
        "instead: succeeds",
        "why: paths are straight",
    ):
        assert note in text
    assert max(len(line) for line in lines) <= 100


def test_errors_by_operation() -> None:
    lines = run("errors", "control").stdout.splitlines()
    assert [line for line in lines if line in ("any operation", "C_GET", "C_SET")] == ["any operation", "C_GET", "C_SET"]
    assert run("errors", "control", "C_GET").stdout.startswith("control C_GET: 1 condition of 1 errno\n")
    both = run("errors", "control", "EINVAL")
    assert both.stdout.startswith("control EINVAL: 2 conditions\n")
    one = run("errors", "control", "C_SET", "EINVAL")
    assert one.stdout.startswith("control C_SET EINVAL: 1 condition\n")
    assert run("errors", "control", "EINVAL", "C_SET").stdout == one.stdout


def test_errors_with_a_program() -> None:
    text = run("errors", "open", "EBADF").stdout
    assert (
        '// open fails with EBADF: dirfd is closed & path is <relative> | "so"\n'
        "// Build and run: g++ -std=c++20 -pthread -o closed closed.cc && ./closed\n"
        "\n#include <stdio.h>\n"
    ) in text
    assert "// Build and run as root: " in run("errors", "open", "EIO").stdout
    assert "// open succeeds instead of failing with ELOOP: " in run("errors", "open", "ELOOP").stdout
    assert "can't be made to fail" in run("errors", "control", "C_GET", "EINVAL").stdout


def test_errors_in_json() -> None:
    def entries(*arguments: str) -> list[dict[str, Any]]:
        result = run("errors", *arguments, "--format", "json")
        assert result.returncode == 0, result.stderr
        found = json.loads(result.stdout)
        assert found["schema"] == "plumbline.errors/1"
        return list(found["entries"])

    assert len(entries()) == 7
    assert [entry["provocation"] for entry in entries("open", "EBADF")] == [
        "Errors/open/EBADF/closed",
        "Errors/open/EBADF/negative",
    ]
    # Where an errno is asked for, and there is one.
    assert ["program" in entry for entry in entries("open", "EBADF")] == [True, False]
    assert not any("program" in entry for entry in entries("open"))
    assert {entry["status"] for entry in entries("--disagreements")} == {"observed", "never"}


def test_disagreements() -> None:
    text = run("errors", "--disagreements").stdout
    assert text.startswith("disagreements: 1 in the manual that Linux does not have, 2 that")
    assert text.index("never: in") < text.index("ELOOP") < text.index("observed: Linux") < text.index("C_SET")
    for line in ("shown by   Errors/open/ELOOP/round", "source     linux: fs/namei.c", "page       open(2) man-pages 6.20"):
        assert line in text
    assert "control" not in run("errors", "open", "--disagreements").stdout


def test_errors_overview() -> None:
    lines = [line.split() for line in run("errors").stdout.splitlines()]
    assert ["open", "4", "3", "1", "1", "3", "3", "2", "66", "%"] in lines
    assert ["all", "7", "5", "2", "1", "5", "5", "3", "60", "%"] in lines


@pytest.mark.parametrize("arguments", [[], ["open"], ["open", "EBADF"], ["--disagreements"]])
@pytest.mark.parametrize("format", ["text", "json", "markdown", "html"])
def test_errors_in_every_form(arguments: list[str], format: str, tmp_path: pathlib.Path) -> None:
    result = run("errors", *arguments, "--format", format)
    assert result.returncode == 0, result.stderr
    assert "\033[" not in result.stdout
    path = tmp_path / "out"
    assert run("errors", *arguments, "--format", format, "-o", str(path)).stdout == ""
    assert path.read_text() == result.stdout


def test_unknown_errors() -> None:
    for arguments, message in (
        (["opne"], "no errors of 'opne' are declared; did you mean open?"),
        (["zzz"], "no errors of 'zzz' are declared; `plumbline errors` lists the functions that have some"),
        (["op*"], "errors takes one function by its name, not 'op*'; `plumbline errors` lists the functions that have some"),
        (["stat"], "stat is declared, but no error of it is"),
        (["open", "EBADF", "ELOOP"], "EBADF and ELOOP: name one at a time"),
        (["control", "C_STE"], "control has no operation or errno 'C_STE'; did you mean C_SET?"),
        (["open", "EOI"], "open has no errno 'EOI'; did you mean EIO?"),
        (["open", "EPERM"], "open has no errno 'EPERM'; it has EBADF, EIO, ELOOP"),
        (["control", "C_GET", "EBADF"], "control C_GET has no EBADF"),
    ):
        result = run("errors", *arguments)
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr == f"plumbline: {message}\n"


def test_real_errors() -> None:
    result = run("errors", "epoll_ctl", "ELOOP", "--format", "json", program=REAL)
    assert result.returncode == 0, result.stderr
    entries = json.loads(result.stdout)["entries"]
    assert "Errors/epoll_ctl/ELOOP/circle" in {entry["provocation"] for entry in entries}
    assert all("int main()" in entry["program"] for entry in entries)


def test_targets() -> None:
    found = {target["target"]: target for target in json.loads(run("targets", "--format", "json").stdout)["targets"]}
    assert found["here"]["ready"] and found["here"]["runner"] == "native"
    assert not found["far"]["ready"] and found["far"]["checker"]
    assert found["far"]["install"] == ["qemu-user-static"]
    assert found["odd"]["install"] == ["g++-odd-x-linux-gnu"]
    text = run("targets")
    assert text.returncode == 0
    assert "2 of 4 targets can be checked here" in text.stdout
    assert "| here | yes | native |" in run("targets", "--format", "markdown").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["frobnicate"],
        ["check", "--arch", "vax"],
        ["check", "--target", "vax"],
        ["check", "--format", "pdf"],
        ["show", "O_BIG", "--format", "html"],
        ["check", "--kind", "semantics"],
        ["errors", "opne"],
        ["errors", "open", "EIOO"],
        ["errors", "open", "EIO", "EBADF"],
        ["errors", "control", "C_GET", "EBADF"],
        ["errors", "open", "--format", "junit"],
        ["check", "here"],
        ["show"],
        ["show", "O_BIG", "--arch", "vax"],
        ["test"],
        ["mutate", "abi"],
    ],
)
def test_usage(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith("plumbline: ")
    assert result.stderr.count("\n") == 1


def test_help() -> None:
    assert run("--help").returncode == 0
    for command in ("check", "show", "targets", "test", "mutate"):
        result = run(command, "--help")
        assert result.returncode == 0
        assert f"tools/plumbline {command}" in result.stdout


# ---- the real program -------------------------------------------------------------------


def test_real_program_shows_what_is_declared() -> None:
    result = run("show", "epoll_event", "--format", "json", program=REAL)
    assert result.returncode == 0, result.stderr
    (entry,) = json.loads(result.stdout)["entries"]
    sizes = {target: facts["size"] for facts in entry["facts"] for target in facts["targets"]}
    assert sizes["amd64"] == 12
    assert sizes["s390x"] == 16
    assert sizes["m68k"] == 12


def test_real_program_needs_no_library() -> None:
    with open(REAL, "rb") as file:
        if b"__asan_init" in (program := file.read()) or b"__tsan_init" in program:
            pytest.skip("a sanitizer's library is not linked statically")
    headers = subprocess.run(["readelf", "--program-headers", REAL], capture_output=True, text=True)
    if headers.returncode == 0:
        assert "INTERP" not in headers.stdout
