"""The surface of the installed headers, held against what gcc makes of them one by one.

Nothing here uses what a snapshot is made with: macros are counted by `gcc -E -dD` of each header alone, and
values, types and layouts are asserted in C that gcc compiles.
"""

from __future__ import annotations

import concurrent.futures
import os
import pathlib
import re
import subprocess

import pytest

from tools.harvest import testing

# Every so-many-th header is looked at here; PLUMBLINE_EVERY_HEADER=1 takes all.
STEP = 1 if os.environ.get("PLUMBLINE_EVERY_HEADER") == "1" else 12

# glibc's marks of a type that several headers declare, which is recorded of one of them.
GUARDED = re.compile("__[a-z]+_t_defined")

# Types of which gcc can be asked whether a field has them.
NUMBERS = {"char", "signed char", "unsigned char", "short", "unsigned short", "int", "unsigned int"}
NUMBERS |= {"long", "unsigned long", "long long", "unsigned long long"}

# Another sysroot, and the compiler that has it: PLUMBLINE_SYSROOT=/usr/s390x-linux-gnu
# PLUMBLINE_GCC=s390x-linux-gnu-gcc. The tests of small sysroots are of this machine.
SYSROOT = os.environ.get("PLUMBLINE_SYSROOT", "/")
GCC = os.environ.get("PLUMBLINE_GCC", "gcc")
INCLUDE = "/usr/include" if SYSROOT == "/" else f"{SYSROOT}/include"

_MARKER = re.compile(r'# \d+ "([^"]+)"')
_DEFINE = re.compile(r"#define (\w+)(\(?)")
_UNDEF = re.compile(r"#undef (\w+)")


@pytest.fixture(name="surface", scope="module")
def _surface() -> testing.Surface:
    return testing.snapshot(pathlib.Path(SYSROOT))


def sample(surface: testing.Surface, side: str) -> list[str]:
    """Headers that can be included by themselves."""
    return [name for (its_side, name), columns in sorted(surface.headers.items()) if its_side == side and columns[0] == "includable"][::STEP]


def gcc(*arguments: str, text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([GCC, "-std=gnu17", "-w", "-x", "c", *arguments, "-"], input=text, capture_output=True, text=True, check=False)


def macros_of(side: str, header: str) -> set[str]:
    """Object-like macros that are in force after the header, of files of its side."""
    options = ["-D_GNU_SOURCE"] if side == "glibc" else []
    done = gcc("-E", "-dD", *options, text=f"#include <{header}>\n")
    assert done.returncode == 0, done.stderr
    found: set[str] = set()
    file = ""
    itself = re.compile(rf"{INCLUDE}/([^/]*-linux-gnu[^/]*/)?{re.escape(header)}")
    for line in done.stdout.splitlines():
        if marker := _MARKER.match(line):
            file = os.path.normpath(marker[1])
        elif define := _DEFINE.match(line):
            found.discard(define[1])
            if itself.fullmatch(file) and define[2] == "":
                found.add(define[1])
        elif undef := _UNDEF.match(line):
            found.discard(undef[1])
    return found


def defined_unless_there_is_one(header: str, name: str) -> bool:
    """Whether the header defines the macro under a condition beside its own guard.

    It is recorded of another header then, which has it first.
    """
    for path in (pathlib.Path(INCLUDE) / header, *pathlib.Path(INCLUDE).glob(f"*-linux-gnu*/{header}")):
        depth = 0
        for line in path.read_text(errors="replace").splitlines() if path.exists() else []:
            if re.match(r"\s*#\s*if", line):
                depth += 1
            elif re.match(r"\s*#\s*endif", line):
                depth -= 1
            elif depth > 1 and re.match(rf"\s*#\s*define\s+{name}\b", line):
                return True
    return False


@pytest.mark.parametrize("side", ["glibc", "uapi"])
def test_no_macro_is_lost(surface: testing.Surface, side: str) -> None:
    recorded = {(key[1], key[4]) for key in surface.records if key[0] == side and key[2] == "" and key[3] == "macro"}
    names_of_side = {name for _, name in recorded}
    headers = sample(surface, side)
    assert len(headers) > 10
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        lost = {
            (header, name)
            for header, names in zip(headers, pool.map(lambda header: macros_of(side, header), headers))
            for name in names
            if (header, name) not in recorded
            and not GUARDED.fullmatch(name)
            and not (name in names_of_side and defined_unless_there_is_one(header, name))
        }
    assert not lost


def assertions(surface: testing.Surface, side: str, header: str) -> list[tuple[str, str]]:
    """What the surface says of one header: names, and lines of C."""
    lines: list[tuple[str, str]] = []
    for (its_side, owner, variant, kind, name), columns in surface.records.items():
        if (its_side, owner, variant) != (side, header, ""):
            continue
        if kind in ("macro", "enumerator") and columns[0] in ("if", "constant") and re.fullmatch(r"-?\d+", columns[3]):
            if "*" in columns[2]:
                continue
            value = "(-9223372036854775807 - 1)" if columns[3] == "-9223372036854775808" else columns[3]
            value += "u" if columns[2].startswith("unsigned") else ""
            lines.append((name, f'_Static_assert(({name}) == {value}, "value");'))
            lines.append((name, f'_Static_assert(_Generic(({name}), {columns[2]}: 1, default: 0), "type");'))
            if columns[0] == "if":
                lines += [(name, line) for line in (f"#if ({name}) != ({value})", "#error #if has another value", "#endif")]
        if kind in ("struct", "union", "typedef") and columns[1] not in ("incomplete", "0"):
            plain = kind == "typedef" or (side, header, "", "typedef", name) in surface.records
            type_name = name if plain else f"{kind} {name}"
            lines.append((name, f'_Static_assert(sizeof({type_name}) == {columns[1]}, "size");'))
            lines.append((name, f'_Static_assert(_Alignof({type_name}) == {columns[2]}, "alignment");'))
            for path, offset, width, field_type in surface.fields[(its_side, owner, variant, kind, name)]:
                if width.startswith(":"):
                    continue
                member = path.replace("[]", "[0]")
                lines.append((name, f'_Static_assert(__builtin_offsetof({type_name}, {member}) == {offset}, "{path}");'))
                if field_type in NUMBERS:
                    member_type = f"_Generic((({type_name} *)0)->{member}, {field_type}: 1, default: 0)"
                    lines.append((name, f'_Static_assert({member_type}, "type of {path}");'))
                if width != "0":
                    lines.append((name, f'_Static_assert(sizeof((({type_name} *)0)->{member}) == {width}, "size of {path}");'))
    return lines


def judge(surface: testing.Surface, side: str, header: str) -> tuple[list[str], set[str], set[str]]:
    """Where gcc disagrees; what it cannot judge, as the header by itself lacks something; and all."""
    lines = assertions(surface, side, header)
    options = ["-D_GNU_SOURCE"] if side == "glibc" else []
    text = "\n".join([f"#include <{header}>", *(line for _, line in lines), ""])
    errors: list[tuple[str, str]] = []
    for line in gcc("-fsyntax-only", "-fmax-errors=0", *options, text=text).stderr.splitlines():
        if found := re.match(r"<stdin>:(\d+):\d+: error: (.*)", line):
            errors.append((lines[int(found[1]) - 2][0], found[2]))
    verdicts = ("static assertion failed", "#error")
    unjudged = {name for name, message in errors if not message.startswith(verdicts)}
    wrong = [f"<{header}>: {name}: {message}" for name, message in errors if name not in unjudged]
    return wrong, unjudged, {name for name, _ in lines}


@pytest.mark.parametrize("side", ["glibc", "uapi"])
def test_gcc_agrees(surface: testing.Surface, side: str) -> None:
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda header: judge(surface, side, header), sample(surface, side)))
    wrong = [line for lines, _, _ in results for line in lines]
    assert not wrong, "\n".join(wrong[:20])
    total = sum(len(names) for _, _, names in results)
    assert total > 200
    # A few headers are of use after another only: linux/zorro_ids.h lacks ZORRO_ID().
    lacking = [names for _, unjudged, names in results if len(unjudged) > len(names) / 2]
    assert len(lacking) < len(results) / 20
    rest = [(unjudged, names) for _, unjudged, names in results if names not in lacking]
    assert sum(len(unjudged) for unjudged, _ in rest) < sum(len(names) for _, names in rest) / 20


def test_gcc_would_disagree_with_a_wrong_value(surface: testing.Surface) -> None:
    """The test above can fail."""
    key = ("glibc", "sys/epoll.h", "", "enumerator", "EPOLLIN")
    right = surface.records[key]
    surface.records[key] = [*right[:3], "2"]
    wrong, _, _ = judge(surface, "glibc", "sys/epoll.h")
    surface.records[key] = right
    assert wrong == ["<sys/epoll.h>: EPOLLIN: static assertion failed: \"value\""]


HEADERS = {
    "aio.h": """
#include <stddef.h>
#define BIG 0xffffffffffffffff
#define LONG 1L
#define SIZE sizeof(long double)
#define CHAR 'a'
#define MAKE(a, b) ((a) + sizeof(b))
enum e { A = -1, B = 0x7fffffff };
struct bits { unsigned a : 3; unsigned : 0; int b : 9; char c; long long d : 33; unsigned char e : 1; };
struct all { char c; long l; char d; double f; char e; long double g; char h; long long i; void *p; size_t s; };
union both { struct { int x, y; }; struct all list[3]; char tail[5]; };
typedef struct { struct bits b; union both u; } all_t;
extern int call(size_t, wchar_t, struct all *) __attribute__((nonnull(3)));
""",
    "linux/one.h": "struct clash { int a; };\n",
    "linux/two.h": "struct clash { long a; };\n#define TWO sizeof(struct clash)\n",
}


def test_gcc_measures_what_clang_does(tmp_path: pathlib.Path) -> None:
    """The way of architectures that clang has no back end for, where it has one."""
    root = testing.make_sysroot(tmp_path, HEADERS)
    assert testing.snapshot(root, "--gcc") == testing.snapshot(root)


@pytest.mark.parametrize(
    ("arch", "triple"),
    [
        ("arm64", "aarch64-linux-gnu"),
        ("armhf", "arm-linux-gnueabihf"),
        ("i386", "i686-linux-gnu"),
        ("s390x", "s390x-linux-gnu"),
        ("powerpc", "powerpc-linux-gnu"),
    ],
)
def test_gcc_measures_what_clang_does_on(arch: str, triple: str, tmp_path: pathlib.Path) -> None:
    library = pathlib.Path(f"/usr/{triple}/lib/libc.so.6")
    if not testing.has(f"{triple}-gcc") or not library.exists():
        if os.environ.get("PLUMBLINE_REQUIRE_ALL") == "1":
            pytest.fail(f"{triple}-gcc is not installed")
        pytest.skip(f"{triple}-gcc is not installed")
    root = testing.make_sysroot(tmp_path, HEADERS)
    (root / "usr/lib/libc.so.6").write_bytes(library.read_bytes())
    by_clang = testing.snapshot(root, "--arch", arch)
    assert by_clang.fact("glibc", "aio.h", "macro", "SIZE")[0] == "constant"
    assert testing.snapshot(root, "--arch", arch, "--gcc") == by_clang
