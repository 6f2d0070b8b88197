from __future__ import annotations

import pathlib
import re

import pytest

from conformance.semantics.mutants import mutate, rules
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


MUTANTS = rules.load(rules.TABLE.read_text())


def test_there_are_as_many_mutants_of_rules_as_are_promised() -> None:
    assert len(MUTANTS) >= 60


@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.name for mutant in MUTANTS])
def test_each_mutant_is_of_a_line_that_is_there(mutant: rules.RuleMutant) -> None:
    assert mutant.source() != (rules.MODEL / mutant.file).read_text()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('a = ["judge.cc", "no such line", ""]', "a: judge.cc has 'no such line' 0 times, and not once"),
        ('a = ["judge.cc", "return", "throw"]', "times, and not once"),
        ('a = ["judge.cc", "return"]', r"a: a mutant is \[file"),
        ('a = ["judge.cc", "x", "x"]', r"a: a mutant is \[file"),
    ],
)
def test_a_mutant_that_is_none(table: str, message: str) -> None:
    with pytest.raises(rules.RuleMutantError, match=message):
        rules.load(f"[mutants]\n{table}")[0].source()


def test_survivors_stand_out() -> None:
    text = mutate.table([Found("lies", "edge_as_level", "epoll.13", 31), Found("rules", "other", "", 20000)])
    assert text.splitlines()[1] == "lies   edge_as_level  epoll.13                31"
    assert "rules  other          SURVIVED" in text


def test_a_lie_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert mutate.main(["--only", "nonsense"]) == 2
    assert "there is no mutant 'nonsense'; there are edge_as_level" in capsys.readouterr().err
