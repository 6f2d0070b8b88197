"""Instructions are counted right, and what is over the limit is told."""

from __future__ import annotations

import pathlib
import subprocess

import pytest

from tools.codegen.testing import tool
from wrappers.overhead import count_instructions, generated_code
from wrappers.overhead.count_instructions import LIMIT, Cost, CountError, Pair

PROGRAM = pathlib.Path("wrappers/overhead/hot_calls")

# Of callgrind: after a function's name a line is a position and its own instructions; after "calls="
# it is a position and what the calls took.
CALLGRIND = """\
# callgrind format
version: 1
positions: line
events: Ir
summary: 999

ob=/build/hot_calls
fl=hot_calls.cc
fn=Raw_read
16 100
+4 20
cob=/lib/libc.so.6
cfn=read
calls=10 0
20 500
* 5

fn=Wrapped_read
30 140
cfn=read
calls=10 0
34 500
cfn=helper
calls=2 0
-1 30

fn=helper
90 30

fn=Raw_read
17 3

totals: 999
"""


def test_own_instructions_and_those_of_calls_are_told_apart() -> None:
    costs = count_instructions.parse(CALLGRIND)
    assert costs["Raw_read"] == Cost(own=128, called=500)
    assert costs["Wrapped_read"] == Cost(own=140, called=530)
    assert costs["helper"] == Cost(own=30, called=0)
    assert costs["Wrapped_read"].all == 670


def test_addresses_may_be_positions() -> None:
    assert count_instructions.parse("fn=f\n0x4010 7\n") == {"f": Cost(own=7)}


def test_what_stands_before_the_first_function_is_none() -> None:
    assert count_instructions.parse("summary: 7\n1 2\n") == {}


class Runs:
    """Stands in for valgrind."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, once: dict[str, Cost], twice: dict[str, Cost]) -> None:
        self.asked: list[int] = []
        self._answers = [once, twice]
        monkeypatch.setattr(count_instructions, "_run", self._run)

    def _run(self, program: pathlib.Path, iterations: int) -> dict[str, Cost]:
        self.asked.append(iterations)
        return self._answers.pop(0)


def test_an_iteration_is_the_difference_of_two_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    # Once 50 and 70 instructions; in each iteration 11 and 14 of its own, in the C library 200, and
    # in another function that the wrapper calls 3.
    once = {"Raw_f": Cost(50 + 10 * 11, 10 * 200), "Wrapped_f": Cost(70 + 10 * 14, 10 * 203)}
    twice = {"Raw_f": Cost(50 + 20 * 11, 20 * 200), "Wrapped_f": Cost(70 + 20 * 14, 20 * 203)}
    runs = Runs(monkeypatch, once, twice)
    assert count_instructions.count(pathlib.Path("program"), 10) == [Pair("f", 11, 17)]
    assert runs.asked == [10, 20]


@pytest.mark.parametrize(
    ("once", "twice", "message"),
    [
        ({"Raw_f": Cost()}, {"Raw_f": Cost()}, "Raw_f is called, but not always with Wrapped_f"),
        ({"Raw_f": Cost(), "Wrapped_f": Cost()}, {"Raw_f": Cost()}, "not always with Wrapped_f"),
        ({"Raw_f": Cost(), "Wrapped_f": Cost()}, {"Wrapped_f": Cost()}, "not always with Wrapped_f"),
        ({"main": Cost()}, {"main": Cost()}, "calls no function whose name starts with Raw_"),
        ({}, {}, "calls no function whose name starts with Raw_"),
    ],
)
def test_what_has_no_pair_is_an_error(
    monkeypatch: pytest.MonkeyPatch, once: dict[str, Cost], twice: dict[str, Cost], message: str
) -> None:
    Runs(monkeypatch, once, twice)
    with pytest.raises(CountError, match=message):
        count_instructions.count(pathlib.Path("program"))


def test_the_limit_is_part_of_what_is_allowed() -> None:
    assert LIMIT == 4
    assert not Pair("f", 10, 14).over
    assert Pair("f", 10, 14.1).over
    assert not Pair("f", 10, 9).over


def test_what_is_rounded_has_no_limit() -> None:
    assert not Pair("f_rounded", 10, 40).over
    assert Pair("rounded_f", 10, 40).over


def test_the_table_has_what_is_limited_first() -> None:
    assert count_instructions.table([Pair("a_rounded", 1, 9), Pair("b", 10, 14), Pair("c", 10, 15)]) == [
        "call        raw  wrapped  difference  limit",
        "b          10.0     14.0        +4.0      4",
        "c          10.0     15.0        +5.0      4  OVER",
        "a_rounded   1.0      9.0        +8.0   none",
    ]


@pytest.mark.parametrize(("wrapped", "status"), [(14, 0), (15, 1)])
def test_the_status_tells_whether_something_is_over(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], wrapped: float, status: int
) -> None:
    monkeypatch.setattr(count_instructions, "count", lambda program, iterations: [Pair("f", 10, wrapped)])
    assert count_instructions.main(["program"]) == status
    assert ("OVER" in capsys.readouterr().out) == (status == 1)


def test_an_error_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert count_instructions.main(["program", "--iterations=0"]) == 2
    assert capsys.readouterr().err == "bench: --iterations must be at least 1\n"


def test_without_valgrind_it_can_not_be_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert count_instructions.main(["program"]) == 2
    assert capsys.readouterr().err == "bench: valgrind is missing: apt-get install valgrind\n"


def test_a_program_that_fails_is_told_with_what_it_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    valgrind = tmp_path / "valgrind"
    valgrind.write_text("#!/bin/sh\necho so >&2\nexit 3\n")
    valgrind.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert count_instructions.main(["program"]) == 2
    assert capsys.readouterr().err == "bench: program exited with 3 under valgrind: so\n"


def test_the_program_itself_finds_that_all_did_what_they_should() -> None:
    assert subprocess.run([PROGRAM, "3"], check=False).returncode == 0
    assert subprocess.run([PROGRAM], stderr=subprocess.DEVNULL, check=False).returncode == 2


def test_no_wrapper_is_over_its_limit() -> None:
    if why := generated_code.unfit(PROGRAM):
        pytest.skip(why)
    tool("valgrind", "valgrind")
    pairs = count_instructions.count(PROGRAM.absolute(), 10)
    assert len(pairs) > 10
    assert [pair for pair in pairs if pair.over] == []
