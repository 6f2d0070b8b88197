"""--binary and types: programs of gcc with debug information of all kinds, or without."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import random
import shutil
import struct
import subprocess
from typing import Any

import pytest

GATE = "tools/gate/gate"

HEADER = """
struct tick {{
  {first}
  long sec;
  unsigned low : 3;
  unsigned high : 5;
  union {{ int whole; short half; }};
  struct {{ char c; }} sub[2];
}};
typedef struct {{ {pair} x; }} pair_t;
enum {{ TICK_A = {value} }};
"""
PROGRAM = """
#include <clock.h>
extern "C" int main(void);
struct tick now;
pair_t pair = {TICK_A};
int main(void) { return (int)now.sec + (int)pair.x; }
"""
# What the header is as a surface, from where `at` is: of the psABIs of amd64 and s390x.
SURFACE = """plumbline-surface|1
arch|{arch}
libc|glibc 2.99
kernel-headers|6.9.2
header|glibc|bits/types/struct_tick.h|internal|clock.h|
header|glibc|clock.h|includable||
section|glibc|clock.h|
enumerator|TICK_A|constant|dgp|int|{value}
struct|pair_t|dgp|{pair}|{pair}|
|x|0|{pair}|{kind}
struct|tick|dgp|{size}|8|
{extra}|sec|{sec}|8|long
|low|{bits}|:3|unsigned int
|high|{bits}.3|:5|unsigned int
|whole|{whole}|4|int
|half|{whole}|2|short
|sub|{sub}|2|struct (unnamed)[2]
|sub[].c|{sub}|1|char
typedef|pair_t|dgp|{pair}|{pair}|struct {{}}
end
"""

STRUCT = ("type-size-changed", "struct tick")
MOVED = ("field-offset-changed", "struct tick.high")
NEW_FIELD = ("field-added", "struct tick.extra")
PAIR = ("type-size-changed", "pair_t")
PAIR_FIELD = ("field-type-changed", "struct pair_t.x")
ENUMERATOR = ("constant-value-changed", "TICK_A")
ALL = {STRUCT, MOVED, NEW_FIELD, PAIR, PAIR_FIELD, ENUMERATOR}


@dataclasses.dataclass(frozen=True)
class Folder:
    root: pathlib.Path

    def surface(self, arch: str, release: str) -> pathlib.Path:
        path = self.root / f"{release}.{arch}"
        new = release == "new"
        at = 8 if new else 0
        text = SURFACE.format(
            arch=arch,
            value=2 if new else 1,
            pair=8 if new else 4,
            kind="long" if new else "int",
            size=24 + at,
            extra="|extra|0|8|long\n" if new else "",
            sec=at,
            bits=8 + at,
            whole=12 + at,
            sub=16 + at,
        )
        path.write_text(text.replace("|", "\t"))
        return path

    def include(self, name: str, first: str, pair: str, value: int, header: str = "bits/types/struct_tick.h") -> pathlib.Path:
        include = self.root / name / "usr/include"
        (include / header).parent.mkdir(parents=True, exist_ok=True)
        (include / header).write_text(HEADER.format(first=first, pair=pair, value=value))
        (include / "clock.h").write_text(f"#include <{header}>\n" if header != "clock.h" else (include / header).read_text())
        return include

    def old(self) -> pathlib.Path:
        return self.include("old", "", "int", 1)

    def new(self) -> pathlib.Path:
        return self.include("new", "long extra;", "long", 2)

    def program(self, name: str, include: pathlib.Path, *options: str, gcc: str = "gcc") -> pathlib.Path:
        folder = self.root / name
        folder.mkdir(exist_ok=True)
        plus = gcc.endswith("g++")
        source = folder / ("main.cc" if plus else "main.c")
        source.write_text(PROGRAM if plus else PROGRAM.replace('extern "C" ', ""))
        done = [gcc, "-fPIC", "-I", str(include), *options, "-c", str(source), "-o", str(folder / "main.o")]
        subprocess.run(done, check=True, capture_output=True, cwd=folder)
        program = folder / "program"
        link = [gcc, "-nostdlib", "-pie", "-e", "main", "main.o", "-o", str(program)]
        subprocess.run(link, check=True, capture_output=True, cwd=folder)
        return program

    def gate(self, *programs: pathlib.Path, arch: str = "amd64", options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        both = [str(self.surface(arch, "old")), str(self.surface(arch, "new"))]
        command = [GATE, *both, "--format", "json", *options, "--binary", *map(str, programs)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    def report(self, *programs: pathlib.Path, arch: str = "amd64", options: tuple[str, ...] = ()) -> dict[str, Any]:
        done = self.gate(*programs, arch=arch, options=options)
        assert done.returncode in (0, 1), done.stderr
        report: dict[str, Any] = json.loads(done.stdout)
        return report


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return Folder(tmp_path_factory.mktemp("types"))


def seen(report: dict[str, Any]) -> dict[tuple[str, str], set[tuple[str, str]]]:
    """By finding: how programs see it, and as what."""
    return {
        (one["id"], one["name"]): {(view["sees"], view["is"]) for view in one.get("programs", [])} for one in report["findings"]
    }


def needs(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            if os.environ.get("PLUMBLINE_REQUIRE_ALL") == "1":
                pytest.fail(f"{program} is missing")
            pytest.skip(f"{program} is missing")


def check_old(report: dict[str, Any]) -> None:
    found = seen(report)
    assert ALL <= set(found), found
    assert found[STRUCT] == {("old", "24 bytes")}
    assert found[MOVED] == {("old", "24 bytes, high at 67 bits with 5 bits")}
    assert found[NEW_FIELD] == {("old", "24 bytes, without extra")}
    assert found[PAIR] == {("old", "4 bytes")}
    assert found[PAIR_FIELD] == {("old", "4 bytes, x at 0 with 32 bits")}
    assert found[ENUMERATOR] == {("old", "1")}
    assert all(one["severity"] != "benign" for one in report["findings"] if one["name"] == "struct tick")
    assert report["findings"][0]["programs"][0]["header"] == "bits/types/struct_tick.h"


KINDS = {
    "dwarf-5": ["-g", "-gdwarf-5"],
    "dwarf-4": ["-g", "-gdwarf-4"],
    "dwarf-3": ["-g", "-gdwarf-3"],
    "dwarf-2": ["-g", "-gdwarf-2", "-gstrict-dwarf"],
    "type-units-5": ["-g", "-gdwarf-5", "-fdebug-types-section"],
    "type-units-4": ["-g", "-gdwarf-4", "-fdebug-types-section"],
    "split-5": ["-g", "-gdwarf-5", "-gsplit-dwarf"],
    "split-4": ["-g", "-gdwarf-4", "-gsplit-dwarf"],
    "compressed": ["-g", "-gz"],
    "optimised": ["-g3", "-O2"],
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_it_was_compiled_with(kind: str, folder: Folder) -> None:
    check_old(folder.report(folder.program(kind, folder.old(), *KINDS[kind])))


def test_cplusplus(folder: Folder) -> None:
    check_old(folder.report(folder.program("plus", folder.old(), "-g", gcc="g++")))


@pytest.mark.parametrize("kind", ["dwarf-5", "dwarf-4", "dwarf-2"])
def test_big_endian(kind: str, folder: Folder) -> None:
    needs("s390x-linux-gnu-gcc")
    program = folder.program("s390x-" + kind, folder.old(), *KINDS[kind], gcc="s390x-linux-gnu-gcc")
    check_old(folder.report(program, arch="s390x"))


def test_compiled_with_the_new_one(folder: Folder) -> None:
    report = folder.report(folder.program("newer", folder.new(), "-g"))
    found = seen(report)
    assert found[STRUCT] == {("new", "32 bytes")}
    assert found[ENUMERATOR] == {("new", "2")}
    assert {one["severity"] for one in report["findings"]} == {"benign"}
    assert report["findings"][0]["rule"] == "built-with-new" and "is not affected" in report["findings"][0]["text"]
    assert folder.gate(folder.root / "newer/program").returncode == 0
    # One that is not makes it break again, and each is told.
    both = folder.report(folder.root / "newer/program", folder.program("older", folder.old(), "-g"))
    assert seen(both)[STRUCT] == {("new", "32 bytes"), ("old", "24 bytes")}
    assert both["counts"]["breaking"] > 0


def test_compiled_with_another_one(folder: Folder) -> None:
    include = folder.include("other", "long a, b;", "long", 3)
    found = seen(folder.report(folder.program("third", include, "-g")))
    assert found[STRUCT] == {("other", "40 bytes")}
    assert found[ENUMERATOR] == {("other", "3")}


def test_another_headers_type_of_that_name_is_none(folder: Folder) -> None:
    include = folder.include("own", "", "int", 1, header="ours.h")
    assert not set(seen(folder.report(folder.program("stranger", include, "-g")))) & ALL


def test_a_header_of_another_release_goes_by_name(folder: Folder) -> None:
    include = folder.include("earlier", "", "int", 1, header="bits/tick.h")
    found = seen(folder.report(folder.program("earlier-program", include, "-g")))
    assert found[STRUCT] == {("old", "24 bytes")}


def test_without_debug_information_it_is_told(folder: Folder) -> None:
    program = folder.program("plain", folder.old())
    report = folder.report(program)
    assert not set(seen(report)) & ALL
    assert report["examined"] == [{"file": str(program), "types": False, "missing": []}]
    assert report["scope"].endswith(f"types could not be looked at (build with -g, or install the -dbgsym package): {program}")


def test_a_missing_dwo_file_is_told(folder: Folder) -> None:
    program = folder.program("lost", folder.old(), "-g", "-gsplit-dwarf")
    (program.parent / "main.dwo").unlink()
    report = folder.report(program)
    assert not set(seen(report)) & ALL
    assert report["examined"][0]["missing"] == ["main.dwo"] and "main.dwo of" in report["scope"]


@pytest.mark.parametrize("output", ["text", "json", "markdown", "junit", "html"])
def test_each_format_tells_it(output: str, folder: Folder) -> None:
    both = [folder.program("told", folder.old(), "-g"), folder.program("untold", folder.old())]
    command = [GATE, str(folder.surface("amd64", "old")), str(folder.surface("amd64", "new")), "--format", output, "--all"]
    done = subprocess.run([*command, "--binary", *map(str, both)], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    # Text is wrapped, and Markdown and HTML escape.
    plain = " ".join(done.stdout.replace("\\", "").split())
    assert "was compiled with the old one" in plain and "24 bytes" in plain
    if output != "junit":
        assert "no debug information, so types could not be looked at" in plain


@pytest.mark.parametrize("version", [4, 5])
def test_what_elfutils_can_not_read_is_told(version: int, folder: Folder) -> None:
    """Several sections .debug_types.dwo or .debug_info.dwo in one file; readelf does not know them either."""
    options = [f"-gdwarf-{version}", "-gsplit-dwarf", "-fdebug-types-section"]
    report = folder.report(folder.program(f"sections-{version}", folder.old(), "-g", *options))
    assert ALL <= set(seen(report)) or report["examined"][0]["missing"] == ["main.dwo"]


def test_a_separate_debug_file(folder: Folder) -> None:
    needs("objcopy")
    program = folder.program("apart", folder.old(), "-g")
    debug = program.parent / ".debug/program.debug"
    debug.parent.mkdir()
    subprocess.run(["objcopy", "--only-keep-debug", str(program), str(debug)], check=True)
    subprocess.run(["objcopy", "--strip-debug", f"--add-gnu-debuglink={debug}", str(program)], check=True)
    check_old(folder.report(program))
    # One that is another build's is not taken.
    other = folder.program("apart-other", folder.new(), "-g", "-O1")
    subprocess.run(["objcopy", "--only-keep-debug", str(other), str(debug)], check=True)
    assert folder.report(program)["examined"][0]["types"] is False


def test_what_dwz_has_folded(folder: Folder) -> None:
    needs("dwz")
    programs = []
    for i in range(2):
        program = folder.program(f"folded-{i}", folder.old(), "-g")
        second = program.parent / "second.c"
        second.write_text('#include <clock.h>\nstruct tick then;\npair_t other;\n')
        main = str(program.parent / "main.o")
        command = ["gcc", "-g", "-fPIC", "-nostdlib", "-pie", "-e", "main", "-I", str(folder.old()), main, str(second), "-o", str(program)]
        subprocess.run(command, check=True, capture_output=True)
        programs.append(program)
    common = folder.root / "common.debug"
    subprocess.run(["dwz", "-m", str(common), *map(str, programs)], check=True, capture_output=True)
    names = subprocess.run(["readelf", "-SW", str(programs[0])], capture_output=True, text=True, check=True).stdout
    check_old(folder.report(programs[0]))
    if ".gnu_debugaltlink" in names:
        common.unlink()
        assert folder.report(programs[0])["examined"][0]["missing"]


def test_a_library_that_it_needs(folder: Folder) -> None:
    libraries = folder.root / "libraries"
    libraries.mkdir()
    library = libraries / "libtick.so"
    source = '#include <clock.h>\nstruct tick then; pair_t two = {TICK_A};\nint ask(void) { return (int)then.sec; }\n'
    common = ["gcc", "-x", "c", "-", "-x", "none", "-nostdlib", "-fPIC"]
    command = [*common, "-g", "-I", str(folder.old()), "-shared", "-Wl,-soname,libtick.so", "-o", str(library)]
    subprocess.run(command, input=source, check=True, text=True)
    ask = "int ask(void); int main(void) { return ask(); }"
    program = folder.root / "asks"
    subprocess.run([*common, "-pie", "-e", "main", str(library), "-o", str(program)], input=ask, check=True, text=True)
    report = folder.report(program, options=("--library-path", str(libraries)))
    check_old(report)
    assert report["findings"][0]["programs"][0]["file"] == "libtick.so"
    assert [one["types"] for one in report["examined"]] == [False, True]


def test_another_architecture_is_an_error(folder: Folder) -> None:
    done = folder.gate(folder.program("native", folder.old(), "-g"), arch="s390x")
    assert done.returncode == 2 and "of amd64, which is not compared" in done.stderr


def sections(program: bytes) -> dict[str, tuple[int, int]]:
    """Offset and size, by name, of a 64-bit little-endian file."""
    (table,) = struct.unpack_from("<Q", program, 0x28)
    size, count, strings = struct.unpack_from("<HHH", program, 0x3A)
    headers = [struct.unpack_from("<IIQQQQ", program, table + i * size) for i in range(count)]
    names = headers[strings][4]
    return {program[names + one[0] :].split(b"\0")[0].decode(): (one[4], one[5]) for one in headers}


def test_damaged_debug_information(folder: Folder) -> None:
    whole = folder.program("whole", folder.old(), "-g").read_bytes()
    at, size = sections(whole)[".debug_info"]
    length, version, end = 0, 4, size // 2
    for name, start, damage in (
        ("length", length, b"\xf0\xff\xff\xff"),
        ("version", version, b"\x63"),
        ("end", end, b"\xff" * (size - end)),
    ):
        damaged = folder.root / f"damaged-{name}"
        damaged.write_bytes(whole[: at + start] + damage + whole[at + start + len(damage) :])
        done = folder.gate(damaged)
        assert done.returncode == 2, (name, done.stdout)
        assert "debug information is damaged" in done.stderr and "strip --strip-debug" in done.stderr, done.stderr


def test_no_damage_crashes_it(folder: Folder) -> None:
    whole = folder.program("victim", folder.old(), "-g").read_bytes()
    places = [place for name, place in sections(whole).items() if name.startswith(".debug_")]
    rng = random.Random(1)
    for _ in range(60):
        edited = bytearray(whole)
        for _ in range(rng.randint(1, 8)):
            at, size = rng.choice(places)
            edited[at + rng.randrange(size)] = rng.randrange(256)
        victim = folder.root / "edited"
        victim.write_bytes(edited)
        done = folder.gate(victim)
        assert done.returncode in (0, 1, 2), done.stderr
