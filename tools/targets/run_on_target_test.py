"""Tests of run_on_target.sh."""

import os
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

RUNNER = Path("tools/targets/run_on_target.sh").absolute()


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "a program"
    path.write_text('#!/bin/sh\necho "$@"\nexit 7\n')
    path.chmod(0o755)
    return path


def _run(
    folder: Path, *arguments: str | Path, **environment: str
) -> tuple[subprocess.CompletedProcess[str], Path]:
    report = folder / "report.xml"
    result = subprocess.run(
        [RUNNER, *arguments],
        env={"PATH": os.environ["PATH"], "XML_OUTPUT_FILE": str(report), **environment},
        capture_output=True,
        text=True,
    )
    return result, report


def test_native_program_gets_arguments_and_gives_its_status(tmp_path: Path, program: Path) -> None:
    result, report = _run(
        tmp_path, "--arch=any", "--triple=none", "--native", "--", program, "a  b", "--arch=c"
    )
    assert (result.stdout, result.returncode) == ("a  b --arch=c\n", 7)
    assert not report.exists()


def _emulator(path: Path, version: str = "9.9.1", does: str = 'printf "%s\\n" "$PLUMBLINE_EMULATOR" "$@"') -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\n[ "$1" = --version ] && {{ echo "{path.name} version {version} (x)"; exit; }}\n{does}\n')
    path.chmod(0o755)
    return path


def test_emulator_gets_the_sysroot(tmp_path: Path, program: Path) -> None:
    _emulator(tmp_path / "qemu-any-static")
    result, _ = _run(
        tmp_path,
        "--arch=any",
        "--triple=any-linux-gnu",
        "--qemu=any",
        "--",
        program,
        "x",
        PATH=f"{tmp_path}:{os.environ['PATH']}",
    )
    assert result.stdout.splitlines() == ["qemu-user 9.9.1", "-L", "/usr/any-linux-gnu", str(program), "x"]


def test_what_runs_in_place_is_not_emulated(tmp_path: Path, program: Path) -> None:
    program.write_text('#!/bin/sh\necho "${PLUMBLINE_EMULATOR-none}"\n')
    command = ["--arch=any", "--triple=none", "--native", "--qemu=any", "--", str(program)]
    result, _ = _run(tmp_path, *command, PLUMBLINE_EMULATOR="qemu-user 9.9.1", PLUMBLINE_QEMU="/none")
    assert (result.stdout, result.returncode) == ("none\n", 0)


def test_what_this_kernel_refuses_is_emulated_with_the_libraries_of_its_loader(tmp_path: Path, program: Path) -> None:
    loader = tmp_path / "lib" / "ld-linux.so.2"
    loader.parent.mkdir()
    loader.write_text("#!/bin/sh\nexit 126\n")
    loader.chmod(0o755)
    emulator = _emulator(tmp_path / "qemu-any")
    command = ["--arch=any", f"--triple=..{tmp_path}", "--native", "--qemu=any", "--", str(program), "x"]
    result, _ = _run(tmp_path, *command, PLUMBLINE_QEMU=str(emulator))
    root = f"/usr/..{tmp_path}"
    assert result.stdout.splitlines() == [
        *("qemu-user 9.9.1", "-L", root, "-E", f"LD_LIBRARY_PATH={root}/lib"),
        *(str(program), "x"),
    ]
    loader.write_text("#!/bin/sh\n")
    result, _ = _run(tmp_path, *command, PLUMBLINE_QEMU=str(emulator))
    assert (result.stdout, result.returncode) == ("x\n", 7)


def test_a_driver_gets_the_command_that_runs_the_program(tmp_path: Path, program: Path) -> None:
    driver = tmp_path / "driver"
    driver.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    driver.chmod(0o755)
    emulator = _emulator(tmp_path / "qemu-any", "9.9.1")
    words = [f"--driver={driver}", "--driver=run", "--driver=--seed=3"]
    result, _ = _run(
        tmp_path,
        "--arch=any",
        "--triple=any-linux-gnu",
        "--qemu=any",
        *words,
        "--",
        program,
        "x",
        PLUMBLINE_QEMU=str(emulator),
    )
    told = ["run", "--seed=3", "--emulator=qemu-user 9.9.1", "--"]
    assert result.stdout.splitlines() == [*told, str(emulator), "-L", "/usr/any-linux-gnu", str(program), "x"]
    result, _ = _run(tmp_path, "--arch=any", "--triple=none", "--native", *words, "--", program, "x")
    assert result.stdout.splitlines() == ["run", "--seed=3", "--", str(program), "x"]


def test_what_an_emulator_fails_to_probe_is_skipped(tmp_path: Path, program: Path) -> None:
    probe = tmp_path / "probe"
    probe.write_text("#!/bin/sh\necho a thread is lost\nexit 1\n")
    probe.chmod(0o755)
    emulator = _emulator(tmp_path / "qemu-any", does='shift 2; exec "$@"')
    command = ["--arch=any", "--triple=none", "--qemu=any", f"--probe={probe}", "--", str(program), "x"]
    # Also where nothing may be skipped.
    result, report = _run(tmp_path, *command, PLUMBLINE_QEMU=str(emulator), PLUMBLINE_REQUIRE_ALL="1")
    assert (result.stdout, result.returncode) == ("", 0)
    skipped = ElementTree.parse(report).find(".//skipped")
    assert skipped is not None
    assert skipped.get("message") == "qemu-any 9.9.1 does not run probe: a thread is lost"
    # What only ends is no proof.
    for ends in ("echo no word\nexit 3", "exit 1", "kill -SEGV $$"):
        probe.write_text(f"#!/bin/sh\n{ends}\n")
        result, report = _run(tmp_path, *command, PLUMBLINE_QEMU=str(emulator), PLUMBLINE_REQUIRE_ALL="1")
        assert (result.stdout, result.returncode) == ("", 1)
        assert ElementTree.parse(report).find(".//failure") is not None
    probe.write_text("#!/bin/sh\n")
    result, _ = _run(tmp_path, *command, PLUMBLINE_QEMU=str(emulator))
    assert (result.stdout, result.returncode) == ("x\n", 7)


def test_the_status_of_a_skip_can_be_chosen(tmp_path: Path, program: Path) -> None:
    result, _ = _run(tmp_path, "--arch=any", "--triple=none", "--skip-status=2", "--driver=false", "--", program)
    assert result.returncode == 2
    assert "qemu-user has no emulator of it" in result.stderr


def test_named_emulators(tmp_path: Path, program: Path) -> None:
    """PLUMBLINE_QEMU is a folder, one with usr/bin, or a program."""
    _emulator(tmp_path / "installed" / "qemu-any", "1.1.1")
    _emulator(tmp_path / "flat" / "qemu-any", "2.2.2")
    _emulator(tmp_path / "tree" / "usr" / "bin" / "qemu-any-static", "3.3.3")
    other = _emulator(tmp_path / "flat" / "qemu-other")
    (tmp_path / "empty").mkdir()

    def run(named: Path | str) -> tuple[str, str]:
        result, _ = _run(
            tmp_path,
            *("--arch=any", "--triple=none", "--qemu=any", "--", program),
            PATH=f"{tmp_path}/installed:{os.environ['PATH']}",
            PLUMBLINE_QEMU=str(named),
        )
        assert result.returncode == 0
        return result.stdout.partition("\n")[0], result.stderr

    assert run("") == ("qemu-user 1.1.1", "")
    assert run(tmp_path / "flat") == ("qemu-user 2.2.2", "")
    assert run(tmp_path / "flat" / "qemu-any") == ("qemu-user 2.2.2", "")
    assert run(tmp_path / "tree") == ("qemu-user 3.3.3", "")
    # Never the installed one instead.
    assert run(tmp_path / "empty") == ("", f"any: not run: {tmp_path}/empty has no qemu-any\n")
    assert run(other) == ("", f"any: not run: {other} is not qemu-any\n")
    assert run(tmp_path / "none") == ("", f"any: not run: {tmp_path}/none is not qemu-any\n")
    _emulator(tmp_path / "flat" / "qemu-any", "unknown")
    assert "does not tell its release" in run(tmp_path / "flat")[1]


@pytest.mark.parametrize(("status", "expected"), [(139, 0), (0, 1), (3, 1)])
def test_what_cannot_run_is_tried(tmp_path: Path, program: Path, status: int, expected: int) -> None:
    _emulator(tmp_path / "qemu-any", does=f"exit {status}")
    result, report = _run(
        tmp_path,
        *("--arch=any", "--triple=none", "--qemu=any", "--cannot-run=why", "--", program),
        PLUMBLINE_QEMU=str(tmp_path),
        PLUMBLINE_REQUIRE_ALL="1",
    )
    assert result.returncode == expected
    if expected == 0:
        assert "tried under qemu-any 9.9.1, exit status 139: why" in report.read_text()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--qemu=none"], "qemu-none-static is missing: apt-get install qemu-user-static"),
        ([], "this machine's kernel does not run any programs, and qemu-user has no emulator of it"),
        (['--skip=no <g++> & "more"'], 'no <g++> & "more"'),
    ],
)
def test_what_cannot_run_is_skipped_with_its_reason(
    tmp_path: Path, program: Path, arguments: list[str], reason: str
) -> None:
    command = ["--arch=any", "--triple=none", *arguments, "--", str(program)]
    result, report = _run(tmp_path, *command, TEST_TARGET="//a:b")
    assert (result.stdout, result.returncode) == ("", 0)
    case = ElementTree.parse(report).find(".//testcase")
    assert case is not None and case.get("name") == "//a:b"
    skipped = case.find("skipped")
    assert skipped is not None and skipped.get("message") == reason

    result, report = _run(tmp_path, *command, PLUMBLINE_REQUIRE_ALL="1")
    assert result.returncode == 1
    failure = ElementTree.parse(report).find(".//failure")
    assert failure is not None and failure.get("message") == reason


def test_what_is_optional_is_a_skip_in_any_case(tmp_path: Path, program: Path) -> None:
    command = ["--arch=any", "--skip=not to be had", "--optional", "--", str(program)]
    result, report = _run(tmp_path, *command, PLUMBLINE_REQUIRE_ALL="1")
    assert result.returncode == 0
    skipped = ElementTree.parse(report).find(".//skipped")
    assert skipped is not None and skipped.get("message") == "not to be had"


def test_usage(tmp_path: Path) -> None:
    assert _run(tmp_path, "--arch=any", "--")[0].returncode == 2
    result, _ = _run(tmp_path, "--what")
    assert (result.returncode, result.stderr) == (2, "run_on_target.sh: unknown option --what\n")
