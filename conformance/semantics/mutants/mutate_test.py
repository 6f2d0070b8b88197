from __future__ import annotations

import pathlib
import re

import pytest

from conformance.semantics.mutants import mutate
from conformance.semantics.mutants.mutate import Found

LIES = pathlib.Path("conformance/semantics/mutants/lies.cc").read_text()


def test_there_are_as_many_lies_as_are_promised() -> None:
    names = mutate.lies(LIES)
    assert len(names) >= 60
    assert len(set(names)) == len(names)


# One that is never told would survive, and one that is told in no place of its own is not what its name says.
def test_each_lie_is_told_somewhere() -> None:
    for constant in re.findall(r"^  LIE\((k\w+), ", LIES, re.MULTILINE):
        assert f"Told({constant})" in LIES, constant


def test_survivors_stand_out() -> None:
    text = mutate.table([Found("edge_as_level", "epoll.13", 31), Found("other", "", 20000)])
    assert text.splitlines()[1] == "edge_as_level  epoll.13                31"
    assert "other          SURVIVED" in text


def test_a_lie_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert mutate.main(["--only", "nonsense"]) == 2
    assert "there is no lie 'nonsense'; there are edge_as_level" in capsys.readouterr().err
