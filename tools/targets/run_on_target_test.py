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


def test_emulator_gets_the_sysroot(tmp_path: Path, program: Path) -> None:
    emulator = tmp_path / "qemu-any-static"
    emulator.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    emulator.chmod(0o755)
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
    assert result.stdout.splitlines() == ["-L", "/usr/any-linux-gnu", str(program), "x"]


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


def test_usage(tmp_path: Path) -> None:
    assert _run(tmp_path, "--arch=any", "--")[0].returncode == 2
    result, _ = _run(tmp_path, "--what")
    assert (result.returncode, result.stderr) == (2, "run_on_target.sh: unknown option --what\n")
