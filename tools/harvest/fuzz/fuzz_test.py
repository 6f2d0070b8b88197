"""Builds each fuzzer with clang, and runs it from a small input.

The same inputs in the same order, whatever the machine's speed, so that it fails for what was
changed. PLUMBLINE_FUZZ_SECONDS has each run for so long instead, from a seed of its own;
`--config=fuzz` makes it ten minutes.
"""

from __future__ import annotations

import concurrent.futures
import os
import pathlib
import shutil
import subprocess

import pytest

from tools.harvest import testing

FOLDER = pathlib.Path("tools/harvest/fuzz")
SECONDS = os.environ.get("PLUMBLINE_FUZZ_SECONDS")
BOUND = [f"-max_total_time={SECONDS}", "-seed=0"] if SECONDS else ["-runs=20000", "-seed=1"]
COMPILER = "clang++-14"
FLAGS = ["-std=c++20", "-g1", "-O1", "-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=undefined"]
FLAGS += ["-I."]

# What each is linked from.
SOURCES = {
    "baseline_fuzzer": ["baseline_sets", "baseline_writer", "baselines", "surface", "surface_text", "../cli/output"],
    "debug_types_fuzzer": ["../gate/debug_types"],
    "library_fuzzer": ["symbols"],
    "suppressions_fuzzer": [f"../gate/{name}" for name in ("finding", "report", "rules", "stories", "suppressions")]
    + ["completeness", "surface"],
    "surface_fuzzer": ["surface", "surface_text"],
}

SUPPRESSIONS = """[[suppression]]
id = "constant-value-changed"
name = "A_*"
archs = ["amd64", "i386"]
reason = "all \\u00e9"
expires = 2027-06-30
"""

# What was found, for the sanitizers to see each time: toml++ took these letters for unreachable.
FOUND = {"suppressions_fuzzer": ["\u00e9id = 1\n", "\u2c60id = 1\n", "\ufe7fid = 1\n"]}

PROGRAM = """
enum e { A = 1, B = -2 };
typedef struct { int x : 3; union { char c; long l; }; struct { short s; } sub[2]; } t;
struct s { t *next; enum e kind; const t inside; } s;
int main(void) { return s.kind == B; }
"""

# Two surfaces in a store: its index, and one file of records.
BASELINES = b"""plumbline-baselines\t1
release\told
release\tnew
baseline\told\tamd64
\tarch\tamd64
\tlibc\tglibc 2.9
\tkernel-headers\t6.1.0
baseline\tnew\tamd64
\tarch\tamd64
\tlibc\tglibc 2.10
\tkernel-headers\t6.1.0
file\trecords
set\t..old\t..old
set\tnew..\tnew..
end
plumbline-baseline-records\t1
header\tglibc\ta.h\tincludable\t\t
section\tglibc\ta.h\t
@..old\tmacro\tA\tif\tdgp\tint\t1
@new..\tmacro\tA\tif\tdgp\tint\t2
struct\ts\tdgp\t4\t4\t
\tm\t0\t4\tint
@new..\tlibrary\tlibc.so.6
node\tGLIBC_2.0
end
"""


def seed(fuzzer: str, folder: pathlib.Path) -> bytes:
    if fuzzer == "baseline_fuzzer":
        return BASELINES
    if fuzzer == "suppressions_fuzzer":
        return SUPPRESSIONS.encode()
    if fuzzer == "debug_types_fuzzer":
        folder.mkdir(parents=True)
        program = folder / "program"
        command = ["gcc", "-g", "-fdebug-types-section", "-nostdlib", "-static", "-e", "main", "-x", "c", "-", "-o", str(program)]
        subprocess.run(command, input=PROGRAM, text=True, check=True)
        return program.read_bytes()
    root = testing.make_sysroot(folder, {"fcntl.h": "struct s { int a : 3; char c[]; };\n#define A 1\nint f(int);\n"})
    if fuzzer == "library_fuzzer":
        return (root / "usr/lib/libc.so.6").read_bytes()
    return testing.run("--sysroot", str(root)).stdout.encode()


def missing() -> str:
    if shutil.which(COMPILER) is None:
        return "clang-14 is missing: apt-get install clang-14"
    command = [COMPILER, "-print-file-name=lib/linux/libclang_rt.fuzzer-x86_64.a"]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    if not pathlib.Path(found.stdout.strip()).is_file():
        return "libFuzzer is missing: apt-get install libclang-rt-14-dev"
    return ""


@pytest.fixture(name="objects", scope="module")
def _objects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pathlib.Path]:
    """By source, each compiled once."""
    if why := missing():
        if os.environ.get("PLUMBLINE_REQUIRE_ALL") == "1":
            pytest.fail(why)
        pytest.skip(why)
    folder = tmp_path_factory.mktemp("objects")
    names = sorted({name for names in SOURCES.values() for name in names} | {f"fuzz/{fuzzer}" for fuzzer in SOURCES})
    objects = {name: folder / f"{pathlib.PurePath(name).name}.o" for name in names}

    def build(name: str) -> None:
        subprocess.run([COMPILER, *FLAGS, "-c", "-o", str(objects[name]), f"tools/harvest/{name}.cc"], check=True)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(build, names))
    return objects


@pytest.mark.parametrize("fuzzer", SOURCES)
def test_nothing_is_found(fuzzer: str, objects: dict[str, pathlib.Path], tmp_path: pathlib.Path) -> None:
    program = tmp_path / fuzzer
    parts = [str(objects[name]) for name in (f"fuzz/{fuzzer}", *SOURCES[fuzzer])]
    subprocess.run([COMPILER, *FLAGS, "-o", str(program), *parts, "-ldw", "-lelf", "-lfmt"], check=True)
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    first = seed(fuzzer, tmp_path / "root")
    (corpus / "first").write_bytes(first)
    for number, text in enumerate(FOUND.get(fuzzer, [])):
        (corpus / f"found{number}").write_text(text, encoding="utf-8")
    given = len(list(corpus.iterdir()))
    finds = tmp_path / "finds"
    finds.mkdir()
    options = [*BOUND, "-timeout=10", f"-max_len={len(first) + 200}", f"-artifact_prefix={finds}/"]
    run = subprocess.run([program, *options, corpus], capture_output=True, text=True, errors="replace", check=False)
    found_now = "".join(f"\n{path.name}:\n{path.read_bytes()!r}" for path in finds.iterdir())
    assert run.returncode == 0, run.stderr[-6000:] + found_now
    assert "DONE" in run.stderr
    # It went beyond what it was given.
    assert len(list(corpus.iterdir())) > given


def test_each_fuzzer_is_run() -> None:
    assert {path.stem for path in FOLDER.glob("*_fuzzer.cc")} == set(SOURCES)
