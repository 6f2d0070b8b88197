"""The fuzzers: what each is made from, and how it is built and run."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import hashlib
import os
import pathlib
import shutil
import subprocess
from collections.abc import Iterable, Mapping

FOLDER = pathlib.Path("fuzz")
SEMANTICS = pathlib.Path("conformance/semantics")
ABI = pathlib.Path("conformance/abi")
EXECUTOR = SEMANTICS / "executor/executor_static"

COMPILER = "clang++-14"
COMPILE = ["-std=c++20", "-g1", "-O1", "-I.", "-DFMT_HEADER_ONLY"]
SANITIZE = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]
COVERAGE = ["-fsanitize=fuzzer-no-link"]
LINK = ["-fsanitize=fuzzer,address,undefined"]

MODEL = tuple(sorted(path for path in (SEMANTICS / "model").glob("*.cc") if not path.stem.endswith("_test")))
PROGRAM = tuple(SEMANTICS / "model" / f"{name}.cc" for name in ("names", "program"))
READER = tuple(SEMANTICS / "executor" / f"{name}.cc" for name in ("large_file", "names", "program", "text"))


@dataclasses.dataclass(frozen=True)
class Fuzzer:
    sources: tuple[pathlib.Path, ...]  # under test, and so instrumented
    corpora: tuple[str, ...]  # folders of corpus/; what is found is kept in the last
    libraries: tuple[str, ...] = ()  # of the system
    guides: bool = True  # whether its own branches count as coverage
    length: int = 2000


FUZZERS = {
    "executor_fuzzer": Fuzzer(READER, ("programs",)),
    "facts_fuzzer": Fuzzer((ABI / "agreement.cc", ABI / "rows.cc"), ("facts",)),
    "inotify_fuzzer": Fuzzer((), ("inotify",)),
    "outcome_fuzzer": Fuzzer(MODEL, ("programs",)),
    "program_fuzzer": Fuzzer((*PROGRAM, SEMANTICS / "runner/c_program.cc"), ("programs",)),
    "report_fuzzer": Fuzzer((pathlib.Path("tools/cli/report.cc"),), ("report",)),
    "semantics_fuzzer": Fuzzer(MODEL, ("programs", "semantics"), guides=False),
    "symbols_fuzzer": Fuzzer((ABI / "elf_symbols.cc",), ("symbols",), libraries=("-lelf",), length=4096),
}


def missing() -> str:
    """What has to be installed; empty if nothing."""
    if shutil.which(COMPILER) is None:
        return "clang-14 is missing: apt-get install clang-14"
    found = subprocess.run(
        [COMPILER, "-print-file-name=lib/linux/libclang_rt.fuzzer-x86_64.a"], capture_output=True, text=True, check=True
    )
    if not pathlib.Path(found.stdout.strip()).is_file():
        return "libFuzzer is missing: apt-get install libclang-rt-14-dev"
    return ""


def build(names: Iterable[str], folder: pathlib.Path) -> dict[str, pathlib.Path]:
    """Compiles each source once for all, side by side, and links the fuzzers."""
    objects: dict[tuple[str, ...], pathlib.Path] = {}

    def object_of(source: pathlib.Path, flags: list[str]) -> pathlib.Path:
        command = (*COMPILE, *SANITIZE, *flags, "-c", str(source))
        name = f"{source.stem}-{hashlib.sha256(repr(command).encode()).hexdigest()[:8]}.o"
        return objects.setdefault(command, folder / name)

    parts = {}
    for name in names:
        fuzzer = FUZZERS[name]
        own = object_of(FOLDER / f"{name}.cc", COVERAGE if fuzzer.guides else [])
        parts[name] = [own, *(object_of(source, COVERAGE) for source in fuzzer.sources)]
    # What is not instrumented is Bazel's: of what is also there as an object, nothing is taken.
    archives = sorted(str(path) for path in pathlib.Path().rglob("*.a"))
    programs = {name: folder / name for name in names}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda item: _run(COMPILER, *item[0], "-o", str(item[1])), objects.items()))
        links = [
            [*LINK, "-o", str(programs[name]), *map(str, parts[name]), "-Wl,--start-group", *archives, "-Wl,--end-group"]
            for name in names
        ]
        list(pool.map(lambda item: _run(COMPILER, *item[1], *FUZZERS[item[0]].libraries), zip(names, links)))
    return programs


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}\n{done.stderr}")


# Many programs, which are a file together.
PROGRAMS = pathlib.Path("semantics/programs.txt")


def seeds(name: str, folder: pathlib.Path) -> pathlib.Path:
    """The fuzzer's corpus, in a new folder."""
    folder.mkdir()
    for corpus in FUZZERS[name].corpora:
        for file in sorted((FOLDER / "corpus" / corpus).iterdir()):
            content = file.read_bytes()
            # The outcome is for what reads these too.
            if corpus == "programs" and name != "outcome_fuzzer":
                content = content.partition(b"outcome ")[0]
            parts = split(content) if file.match(str(PROGRAMS)) else [content]
            for number, part in enumerate(parts):
                (folder / f"{corpus}-{file.name}-{number}").write_bytes(part)
    return folder


def split(programs: bytes) -> list[bytes]:
    """The programs of a text, each by itself."""
    return [part + b"\nend\n" for part in programs.split(b"\nend\n") if part]


def run(
    name: str,
    program: pathlib.Path,
    corpus: pathlib.Path,
    finds: pathlib.Path,
    seconds: int,
    seed: int,
    executor: pathlib.Path = EXECUTOR,
    more: Mapping[str, str] = {},  # of the environment
) -> subprocess.CompletedProcess[str]:
    """Runs it over the corpus, to which it adds, and for some seconds; what is found is in `finds`."""
    return subprocess.run(
        [
            program,
            f"-seed={seed}",
            f"-max_total_time={seconds}",
            "-timeout=60",
            f"-max_len={FUZZERS[name].length}",
            f"-artifact_prefix={finds}/",
            corpus,
        ],
        env={**os.environ, "PLUMBLINE_FUZZ_EXECUTOR": str(executor), **more},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
