"""Builds the fuzzers with clang, and runs each over its corpus and for a bounded time.

PLUMBLINE_FUZZ_SECONDS says for how long, each; `--config=fuzz` makes it ten minutes.
"""

from __future__ import annotations

import os
import pathlib
import re

import pytest

from fuzz import fuzzers

BRIEF = 5
SECONDS = int(os.environ.get("PLUMBLINE_FUZZ_SECONDS", BRIEF))
# The same inputs in the same order, so that a brief run fails for what was changed; longer ones are for finding.
SEED = 1 if SECONDS == BRIEF else 0


@pytest.fixture(scope="module", name="programs")
def _programs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pathlib.Path]:
    if why := fuzzers.missing():
        if os.environ.get("PLUMBLINE_REQUIRE_ALL") == "1":
            pytest.fail(why)
        pytest.skip(why)
    return fuzzers.build(fuzzers.FUZZERS, tmp_path_factory.mktemp("objects"))


def found_in(folder: pathlib.Path) -> str:
    return "".join(f"\n{path.name}:\n{path.read_text(errors='replace')}" for path in folder.glob("*-*"))


@pytest.mark.parametrize("fuzzer", fuzzers.FUZZERS)
def test_nothing_is_found(fuzzer: str, programs: dict[str, pathlib.Path], tmp_path: pathlib.Path) -> None:
    corpus = fuzzers.seeds(fuzzer, tmp_path / "corpus")
    count = len(list(corpus.iterdir()))
    assert count >= 2
    finds = tmp_path / "finds"
    finds.mkdir()
    run = fuzzers.run(fuzzer, programs[fuzzer], corpus, finds, SECONDS, SEED)
    assert run.returncode == 0, run.stderr[-6000:] + found_in(finds)
    assert "DONE" in run.stderr
    # It went beyond what it was given.
    assert len(list(corpus.iterdir())) > count


def test_programs_reach_the_rules(programs: dict[str, pathlib.Path], tmp_path: pathlib.Path) -> None:
    """The corpus alone; nothing is made."""
    corpus = fuzzers.seeds("semantics_fuzzer", tmp_path / "corpus")
    run = fuzzers.run("semantics_fuzzer", programs["semantics_fuzzer"], corpus, tmp_path, 1, 1)
    assert run.returncode == 0, run.stderr[-6000:]
    told = re.search(r"(\d+) of (\d+) rules exercised", run.stderr)
    assert told is not None
    assert int(told[1]) >= 0.9 * int(told[2]), told[0]


def test_what_lies_is_found_and_told_as_a_program(programs: dict[str, pathlib.Path], tmp_path: pathlib.Path) -> None:
    """An executor that has one more in each eventfd that is read."""
    lies = tmp_path / "executor"
    change = r"s/^([0-9]+) 8 - ([0-9]+ [0-9]+) ([0-9]+)$/\1 8 - \2 1\3/"
    lies.write_text(f"#!/bin/sh\n{fuzzers.EXECUTOR.resolve()} \"$@\" | sed -u -E '{change}'\n")
    lies.chmod(0o755)
    corpus = fuzzers.seeds("semantics_fuzzer", tmp_path / "corpus")
    finds = tmp_path / "finds"
    finds.mkdir()
    run = fuzzers.run("semantics_fuzzer", programs["semantics_fuzzer"], corpus, finds, 60, 1, executor=lies)
    assert run.returncode != 0
    told = re.search(r"^DISAGREEMENT  (eventfd|timerfd)\..*?\nprogram 1\n(.*?)^end$", run.stderr, re.M | re.S)
    assert told is not None, run.stderr[-6000:]
    # Small, and what is left behind is a program too.
    assert told[2].count("\n") <= 6
    (crash,) = finds.glob("crash-*")
    assert re.fullmatch(r"(#.*\n)*program \S+\n(.+\n)*end\n", crash.read_text())


def test_each_fuzzer_is_run() -> None:
    assert {path.stem for path in fuzzers.FOLDER.glob("*_fuzzer.cc")} == set(fuzzers.FUZZERS)
