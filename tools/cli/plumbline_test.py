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


def run(*arguments: str, program: str = FAKE, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, *arguments],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", **environment},
        timeout=60,
    )


def on_terminal(*arguments: str, **environment: str) -> str:
    """What the command prints on a terminal."""
    controller, terminal = pty.openpty()
    with subprocess.Popen(
        [FAKE, *arguments],
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
    assert result.stdout.splitlines()[-1] == "4 passed, 0 failed, 2 skipped"
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
    assert result.stdout.endswith("\n2 passed, 2 failed, 2 skipped\n")


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
    assert result.stdout.endswith("\n2 passed, 0 failed, 1 skipped\n")
    found = json.loads(run("check", "--format", "json", PLUMBLINE_FAKE_WIDE=behaviour).stdout)
    assert len(found["targets"]) == 1
    assert found["errors"][0]["variant"] == "wide"


def test_target_that_can_not_run_here() -> None:
    everything = run("check", "--arch", "all")
    assert everything.returncode == 0, everything.stderr
    assert "qemu-far-static is missing: apt-get install qemu-user-static" in everything.stdout
    assert "its checker was not built: apt-get install g++-odd-x-linux-gnu" in everything.stdout
    assert everything.stdout.endswith("\n4 passed, 0 failed, 4 skipped\n")
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
    assert target["counts"]["errors"] == {"passed": 0, "failed": 0, "skipped": 0, "deviations": 0}
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


# ---- emulators ------------------------------------------------------------------------


def emulator(folder: pathlib.Path, version: str = "9.9.1") -> pathlib.Path:
    """An emulator of the target `far`, whose checker this machine runs in truth; its -L is /usr/local."""
    path = folder / "qemu-far"
    path.write_text(
        "#!/bin/sh\n"
        f'[ "$1" = --version ] && {{ echo "qemu-far version {version} (Test)"; exit; }}\n'
        '[ "$1 $2" = "-L /usr/local" ] || exit 9\n'
        'shift 2\nexec "$@"\n'
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
    assert result.stdout.endswith("\n1 passed, 0 failed, 1 skipped, 1 known deviation\n")
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
    emulator(tmp_path, version="unknown")
    result = run("check", "--qemu", str(tmp_path), *far)
    assert result.returncode == 2
    assert "does not tell its release by --version" in result.stderr
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
        ["check", "--kind", "errors"],
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
