"""Tests of mutate.py: which checkers it asks."""

from __future__ import annotations

import pathlib
from typing import Any, cast

import pytest

from conformance.abi import mutate


def checker(program: pathlib.Path) -> mutate.Checker:
    nothing = cast(Any, None)
    return mutate.Checker(nothing, program, nothing)


def test_what_this_kernel_refuses_is_left_out(tmp_path: pathlib.Path) -> None:
    program = tmp_path / "program"
    program.write_bytes(b"\x7fELF\1\1\1" + bytes(45))
    program.chmod(0o755)
    assert not checker(program).runs_here()
    program.write_text("#!/bin/sh\nexit 1\n")
    assert checker(program).runs_here()


def test_what_is_not_there_is_an_error(tmp_path: pathlib.Path) -> None:
    with pytest.raises(FileNotFoundError):
        checker(tmp_path / "program").runs_here()
