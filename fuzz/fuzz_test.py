"""Builds each fuzzer with clang, and runs it over the corpus and for a bounded time.

PLUMBLINE_FUZZ_SECONDS says for how long, each; `--config=fuzz` makes it ten minutes.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess

import pytest

FOLDER = pathlib.Path("fuzz")
SEMANTICS = pathlib.Path("conformance/semantics")
BRIEF = 10
SECONDS = int(os.environ.get("PLUMBLINE_FUZZ_SECONDS", BRIEF))
COMPILER = "clang++-14"
FLAGS = ["-std=c++20", "-g1", "-O1", "-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=undefined", "-I."]

MODEL = sorted(path for path in (SEMANTICS / "model").glob("*.cc") if not path.stem.endswith("_test"))
PROGRAM = [SEMANTICS / "model" / f"{name}.cc" for name in ("names", "program")]
EXECUTOR = [SEMANTICS / "executor" / f"{name}.cc" for name in ("large_file", "names", "program", "text")]

# What each is linked from.
SOURCES = {
    "executor_fuzzer": EXECUTOR,
    "outcome_fuzzer": MODEL,
    "program_fuzzer": [*PROGRAM, SEMANTICS / "runner/c_program.cc"],
}


def seeds(fuzzer: str, folder: pathlib.Path) -> pathlib.Path:
    """The corpus: programs, with the outcome for what reads these too."""
    folder.mkdir()
    for file in sorted((FOLDER / "corpus").iterdir()):
        text = file.read_text()
        program, _, _ = text.partition("outcome ")
        (folder / file.name).write_text(text if fuzzer == "outcome_fuzzer" else program)
    return folder


def missing() -> str:
    if shutil.which(COMPILER) is None:
        return "clang-14 is missing: apt-get install clang-14"
    found = subprocess.run(
        [COMPILER, "-print-file-name=lib/linux/libclang_rt.fuzzer-x86_64.a"], capture_output=True, text=True, check=True
    )
    if not pathlib.Path(found.stdout.strip()).is_file():
        return "libFuzzer is missing: apt-get install libclang-rt-14-dev"
    return ""


@pytest.mark.parametrize("fuzzer", SOURCES)
def test_nothing_is_found(fuzzer: str, tmp_path: pathlib.Path) -> None:
    if why := missing():
        if os.environ.get("PLUMBLINE_REQUIRE_ALL") == "1":
            pytest.fail(why)
        pytest.skip(why)
    program = tmp_path / fuzzer
    sources = [str(source) for source in (FOLDER / f"{fuzzer}.cc", *SOURCES[fuzzer])]
    subprocess.run([COMPILER, *FLAGS, "-o", str(program), *sources], check=True)
    corpus = seeds(fuzzer, tmp_path / "corpus")
    count = len(list(corpus.iterdir()))
    assert count >= 30
    # The same inputs in the same order, so that a run fails for what was changed; longer runs are for finding.
    seed = 1 if SECONDS == BRIEF else 0
    run = subprocess.run(
        [program, f"-seed={seed}", f"-max_total_time={SECONDS}", "-timeout=10", "-max_len=2000", f"-artifact_prefix={tmp_path}/", corpus],
        capture_output=True,
        text=True,
        check=False,
    )
    found = "".join(f"\n{path.name}:\n{path.read_text(errors='replace')}" for path in tmp_path.glob("*-*") if path.is_file())
    assert run.returncode == 0, run.stderr[-3000:] + found
    assert "DONE" in run.stderr
    # It went beyond what it was given.
    assert len(list(corpus.iterdir())) > count


def test_each_fuzzer_is_run() -> None:
    assert {path.stem for path in FOLDER.glob("*_fuzzer.cc")} == set(SOURCES)
