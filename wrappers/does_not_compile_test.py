"""What the types of the wrappers forbid is forbidden, and for that reason."""

from __future__ import annotations

import pathlib
import re
import subprocess

import pytest

from tools.codegen.testing import tool

SOURCE = pathlib.Path("wrappers/does_not_compile.cc")
CASES = re.findall(r"^#ifdef (\w+)  // (.+)$", SOURCE.read_text(), re.MULTILINE)


def compile_with(*options: str) -> subprocess.CompletedProcess[str]:
    command = [tool("g++", "g++"), "-std=c++20", "-Wall", "-Werror", "-fsyntax-only", "-I.", *options]
    return subprocess.run([*command, str(SOURCE)], stderr=subprocess.PIPE, text=True, check=False)


def test_the_rest_compiles() -> None:
    result = compile_with()
    assert result.returncode == 0, result.stderr


def test_no_case_is_overlooked() -> None:
    assert len(CASES) == SOURCE.read_text().count("#ifdef") > 10


@pytest.mark.parametrize(("macro", "message"), CASES, ids=[macro for macro, _ in CASES])
def test_case(macro: str, message: str) -> None:
    result = compile_with(f"-D{macro}")
    assert result.returncode != 0, f"{macro} compiles"
    first = next(line for line in result.stderr.splitlines() if "error:" in line)
    assert message in first
