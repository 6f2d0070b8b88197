"""Random edits of headers and of a library: each is found with its category, and nothing else is.

What is expected follows from the edit. A round makes many edits, of different things, and holds the set of findings
against the set of what was done. PLUMBLINE_EDITS=500 makes at least so many.
"""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import random
import subprocess
from collections.abc import Callable

import pytest

from tools.harvest import testing

GATE = "tools/gate/gate"
SEEDS = range(2)

Found = set[tuple[str, str]]


@dataclasses.dataclass
class Thing:
    """A declaration, a definition in the library, and the names that this gives to the later version node."""

    name: str
    header: str = ""
    source: str = ""
    late: list[str] = dataclasses.field(default_factory=list)


Edit = Callable[[int, random.Random], tuple[Thing, Found]]


def constant(i: int, value: str | None = None) -> Thing:
    return Thing(f"C{i}", f"#define C{i} {value or 100 + i}\n")


def struct(i: int, fields: str = "int a; int b; long c; int d;") -> Thing:
    return Thing(f"s{i}", f"struct s{i} {{ {fields} }};\n")


def bits(i: int, fields: str = "unsigned a : 3; unsigned b : 4;") -> Thing:
    return Thing(f"b{i}", f"struct b{i} {{ {fields} }};\n")


def function(i: int, declaration: str | None = None) -> Thing:
    text = f"extern int f{i}(int, const char *);\n" if declaration is None else declaration
    return Thing(f"f{i}", text, f"int f{i}(int a, const char *b) {{ return a + *b; }}\n")


def variable(i: int, size: int = 4) -> Thing:
    return Thing(f"o{i}", "", f"char o{i}[{size}] = {{1}};\n")


def one(found_id: str, name: str) -> Found:
    return {(found_id, name)}


def new_version(i: int, _: random.Random) -> tuple[Thing, Found]:
    thing = function(i)
    thing.source = (
        f"int f{i}_old(int a, const char *b) {{ return a + *b; }}\n"
        f"int f{i}_new(int a, const char *b) {{ return a - *b; }}\n"
        f'__asm__(".symver f{i}_old, f{i}@GLIBC_2.50");\n__asm__(".symver f{i}_new, f{i}@@GLIBC_2.60");\n'
    )
    thing.late = [f"f{i}"]
    return thing, one("symbol-default-version-changed", f"f{i}")


def without_symbol(i: int, _: random.Random) -> tuple[Thing, Found]:
    thing = function(i)
    thing.source = ""
    return thing, one("symbol-removed", f"f{i}@GLIBC_2.50")


# By what is edited: its kind, how many there are, and what can be done to it.
KINDS: list[tuple[Callable[[int], Thing], int, dict[str, Edit]]] = [
    (
        constant,
        16,
        {
            "value": lambda i, r: (constant(i, str(r.randrange(1000, 9999))), one("constant-value-changed", f"C{i}")),
            "type": lambda i, r: (constant(i, f"{100 + i}{r.choice(['U', 'L', 'UL'])}"), one("constant-type-changed", f"C{i}")),
            "removal": lambda i, r: (Thing(f"C{i}"), one("constant-removed", f"C{i}")),
            "run time": lambda i, r: (constant(i, "leave(1)"), one("constant-not-constant", f"C{i}")),
            "cast": lambda i, r: (constant(i, f"((int){100 + i})"), one("constant-not-constant", f"C{i}")),
            "spelling": lambda i, r: (constant(i, r.choice([hex(100 + i), f"0X{100 + i:X}", f"0{100 + i:o}", f"({100 + i})"])), set()),
            "comment": lambda i, r: (Thing(f"C{i}", f"/* of old */\n#  define C{i}\t{100 + i} // so it is\n"), set()),
        },
    ),
    (
        struct,
        10,
        {
            "order": lambda i, r: (
                struct(i, "int b; int a; long c; int d;"),
                {("field-offset-changed", f"struct s{i}.a"), ("field-offset-changed", f"struct s{i}.b")},
            ),
            "type": lambda i, r: (struct(i, "int a; unsigned b; long c; int d;"), one("field-type-changed", f"struct s{i}.b")),
            "width": lambda i, r: (struct(i, "int a; int b; long c; long d;"), one("field-type-changed", f"struct s{i}.d")),
            "padding": lambda i, r: (struct(i, "int a; int b; long c; int d; int e;"), one("field-added", f"struct s{i}.e")),
            "name": lambda i, r: (struct(i, "int a; int z; long c; int d;"), one("field-renamed", f"struct s{i}.b")),
            "end": lambda i, r: (
                struct(i, "int a; int b; long c;"),
                {("field-removed", f"struct s{i}.d"), ("type-size-changed", f"struct s{i}")},
            ),
            "alignment": lambda i, r: (
                Thing(f"s{i}", f"struct s{i} {{ int a; int b; long c; int d; }} __attribute__((packed, aligned(4)));\n"),
                {("type-size-changed", f"struct s{i}"), ("type-alignment-changed", f"struct s{i}")},
            ),
            "removal": lambda i, r: (Thing(f"s{i}"), one("type-removed", f"struct s{i}")),
            "whitespace": lambda i, r: (struct(i, "int a, b;\n\n  long int c; /* c */\n  signed d;"), set()),
        },
    ),
    (
        bits,
        4,
        {"width": lambda i, r: (bits(i, "unsigned a : 3; unsigned b : 5;"), one("field-type-changed", f"struct b{i}.b"))},
    ),
    (
        function,
        12,
        {
            "result": lambda i, r: (function(i, f"extern long f{i}(int, const char *);\n"), one("prototype-changed", f"f{i}")),
            "parameter": lambda i, r: (function(i, f"extern int f{i}(int, char *);\n"), one("prototype-changed", f"f{i}")),
            "removal": lambda i, r: (function(i, ""), one("prototype-removed", f"f{i}")),
            "names": lambda i, r: (function(i, f"int f{i}(int count, char const *text);\n"), set()),
            "symbol": without_symbol,
            "version": new_version,
        },
    ),
    (
        variable,
        4,
        {"size": lambda i, r: (variable(i, r.randrange(5, 50)), one("symbol-size-changed", f"o{i}@GLIBC_2.50"))},
    ),
]


def build(root: pathlib.Path, things: list[Thing], headers: tuple[str, str]) -> pathlib.Path:
    body = "".join(thing.header for thing in things)
    includes = "".join(f"#include <{name}>\n" for name in headers)
    testing.make_sysroot(
        root,
        {
            "fcntl.h": f"#include <features.h>\n{includes}extern int leave(int);\n{body}",
            "bits/first.h": "#define FIRST 1\n",
            "bits/second.h": "#define SECOND 2\n",
        },
    )
    source, versions = root / "libc.c", root / "libc.map"
    # A node has to have something.
    source.write_text("int leave(int a) { return a; }\nint newest(int a) { return a; }\n" + "".join(thing.source for thing in things))
    old = "".join(f"{thing.name}; " for thing in things if thing.source)
    late = "".join(f"{name}; " for thing in things for name in thing.late)
    versions.write_text(f"GLIBC_2.50 {{ global: leave; {old} local: *; }};\nGLIBC_2.60 {{ global: newest; {late} }} GLIBC_2.50;\n")
    library = root / "usr/lib/libc.so.6"
    command = ["gcc", "-shared", "-nostdlib", "-fPIC", "-fno-toplevel-reorder", "-Wl,-soname,libc.so.6"]
    done = subprocess.run([*command, f"-Wl,--version-script={versions}", "-o", str(library), str(source)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return root


def record(root: pathlib.Path) -> pathlib.Path:
    done = testing.run("--sysroot", str(root), "-o", str(root / "surface"))
    assert done.returncode == 0, done.stderr
    return root / "surface"


def compare(old: pathlib.Path, new: pathlib.Path) -> Found:
    done = subprocess.run([GATE, str(old), str(new), "--format", "json"], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return {(one["id"], one["name"]) for one in json.loads(done.stdout)["findings"]}


@pytest.fixture(name="old", scope="module")
def _old(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    things = [make(i) for make, count, _ in KINDS for i in range(count)]
    return record(build(tmp_path_factory.mktemp("old"), things, ("bits/first.h", "bits/second.h")))


def test_every_edit_is_made_and_found(old: pathlib.Path, tmp_path: pathlib.Path) -> None:
    wanted = int(os.environ.get("PLUMBLINE_EDITS", "0"))
    made: dict[str, int] = {}
    seed = 0
    while seed < len(SEEDS) or sum(made.values()) < wanted:
        chance = random.Random(seed)
        things: list[Thing] = []
        expected: Found = set()
        done = []
        for make, count, edits in KINDS:
            names = list(edits)
            for i in range(count):
                # Each round goes through all edits of a kind, and the order is by chance.
                if i % len(names) == 0:
                    chance.shuffle(names)
                name = names[i % len(names)]
                thing, found = edits[name](i, chance)
                things.append(thing)
                expected |= found
                done.append(f"{make.__name__}: {name}")
        chance.shuffle(things)
        new = record(build(tmp_path / str(seed), things, ("bits/second.h", "bits/first.h")))
        assert compare(old, new) == expected, f"seed {seed}"
        for name in done:
            made[name] = made.get(name, 0) + 1
        seed += 1
    assert set(made) == {f"{make.__name__}: {name}" for make, _, edits in KINDS for name in edits}
    print(f"{sum(made.values())} edits, all found")
