"""The edits of `mutate gate`: what they do to a small header and to a library, and that the run sees a gate that is wrong."""

from __future__ import annotations

import argparse
import json
import pathlib
import random
import shutil
import subprocess

import pytest

from tools.gate import header_edits, mutate
from tools.gate.header_edits import Change, Expected, Thing
from tools.gate.header_text import Headers, masked
from tools.gate.symbol_edits import Library, Symbols

HEADER = """/* One. */
#define PLAIN 0x10 /* a number */
#define TWICE 3
#define USES_TWICE (TWICE + 1)
enum { FIRST = 1, SECOND = 5, THIRD, FOURTH };
struct hole { char a; int b; unsigned short c[2]; };
struct inner { int a; };
struct outer { struct inner inner; };
extern int alone (int, char *) __attribute__ ((nothrow));
extern int old (int) __attribute__ ((deprecated));
extern int gone (int) __attribute__ ((deprecated, noreturn));
"""
LIBRARY = """
int moved_old(void) { return 1; }
int moved_new(void) { return 2; }
__asm__(".symver moved_old, moved@V_1");
__asm__(".symver moved_new, moved@@V_2");
int stays(void) { return 3; }
char object[8] = {1};
"""
MAP = "V_1 { global: stays; object; moved; local: *; };\nV_2 { global: moved; } V_1;\n"


@pytest.fixture(name="known")
def _known(tmp_path: pathlib.Path) -> Headers:
    (tmp_path / "linux").mkdir()
    (tmp_path / "linux/one.h").write_text(HEADER)
    return Headers([tmp_path], "gcc")


def things(known: Headers) -> dict[str, Thing]:
    header = known.all["linux/one.h"]
    mentions = {"struct hole": "{", "struct inner": "{i", "struct outer": "{"}
    found = [
        *header_edits.macros(header, known),
        *header_edits.enumerators(header, known),
        *header_edits.records(header, known, mentions),
        *header_edits.prototypes(header, known),
    ]
    return {thing.name: thing for thing in found}


def change(known: Headers, name: str, kind: str, seed: int = 0) -> Change:
    made = things(known)[name].changes[kind](known, random.Random(seed), "linux/one.h")
    assert made is not None
    return made


def edited(made: Change) -> str:
    return HEADER[: made.start] + made.text + HEADER[made.end :]


def test_comments_and_literals_are_masked() -> None:
    text = 'a /* b\nc */ d // e\n"f" g'
    assert masked(text) == 'a     \n     d     \n    g'
    assert len(masked(text)) == len(text)


def test_only_names_that_stand_alone_are_edited(known: Headers) -> None:
    # TWICE has another macro with it, and struct inner another struct.
    assert set(things(known)) == {"PLAIN", "FIRST", "SECOND", "THIRD", "FOURTH", "struct hole", "alone", "gone", "old"}


def test_macros(known: Headers) -> None:
    made = change(known, "PLAIN", "macro: value")
    (wanted,) = made.expected
    assert (wanted.id, wanted.name, wanted.old) == ("constant-value-changed", "PLAIN", "16")
    assert f"#define PLAIN {made.text} /*" in edited(made)
    assert change(known, "PLAIN", "macro: spelling").expected == set()
    assert {one.id for one in change(known, "PLAIN", "macro: parameters").expected} == {"constant-removed", "prototype-added"}


def test_enumerators_that_follow_change_too(known: Headers) -> None:
    assert {(one.id, one.name) for one in change(known, "THIRD", "enumerator: insertion").expected} == {
        ("constant-added", "PLUMBLINE_BEFORE_THIRD"), ("constant-value-changed", "THIRD"), ("constant-value-changed", "FOURTH"),
    }  # fmt: skip
    # Its neighbour counts on from it.
    assert "enumerator: value" not in things(known)["SECOND"].changes
    assert "FIRST = 1, THIRD" not in edited(change(known, "FIRST", "enumerator: removal"))


def test_a_hole_is_found_by_gcc(known: Headers) -> None:
    made = change(known, "struct hole", "type: padding")
    assert "char a; unsigned char plumbline; int b;" in edited(made)
    assert made.expected == {Expected("field-added", "struct hole.plumbline", rule="reserved-space")}


def test_layouts_are_gccs(known: Headers) -> None:
    before = known.layout("linux/one.h", "struct hole", ["a", "b", "c"])
    assert before is not None and (before.size, before.alignment, before.offsets) == (12, 4, {"a": 0, "b": 32, "c": 64})
    made = change(known, "struct hole", "type: attribute")
    (known.all["linux/one.h"].file).write_text(HEADER.replace("[2]; };", "[2]; } __attribute__ ((packed));"))
    after = known.layout("linux/one.h", "struct hole", ["a", "b", "c"])
    assert after is not None
    assert {(one.id, one.name) for one in header_edits.layout_expectations(made, before, after)} == {
        ("type-size-changed", "struct hole"), ("type-alignment-changed", "struct hole"),
        ("field-offset-changed", "struct hole.b"), ("field-offset-changed", "struct hole.c"),
    }  # fmt: skip


def test_prototypes(known: Headers) -> None:
    made = change(known, "alone", "function: added parameter")
    assert "alone (int, char *, int __plumbline) __attribute__" in edited(made)
    # Its attribute may count the parameters.
    assert things(known)["alone"].changes["function: removed parameter"](known, random.Random(0), "linux/one.h") is None
    (wanted,) = change(known, "alone", "function: const").expected
    assert wanted.rule == "qualifiers"
    # An attribute that it has already changes nothing.
    assert {change(known, "old", "function: attribute", seed).text for seed in range(9)} == {" __attribute__ ((__noreturn__))"}
    assert things(known)["gone"].changes["function: attribute"](known, random.Random(0), "linux/one.h") is None


@pytest.fixture(name="library")
def _library(tmp_path: pathlib.Path) -> pathlib.Path:
    (tmp_path / "l.c").write_text(LIBRARY)
    (tmp_path / "l.map").write_text(MAP)
    file = tmp_path / "libl.so.1"
    command = ["gcc", "-shared", "-nostdlib", "-fPIC", "-Wl,-soname,libl.so.1", f"-Wl,--version-script={tmp_path}/l.map"]
    subprocess.run([*command, "-o", str(file), str(tmp_path / "l.c")], check=True)
    return file


def readelf(file: pathlib.Path) -> str:
    return subprocess.run(["readelf", "--dyn-syms", "--wide", str(file)], capture_output=True, text=True, check=True).stdout


def test_libraries_are_edited_in_place(library: pathlib.Path) -> None:
    read = Library(library)
    assert (read.soname, set(read.nodes.values())) == ("libl.so.1", {"V_1", "V_2"})
    by_name = {one.versioned: one for one in read.symbols}
    assert {name: one.is_default for name, one in by_name.items()} == {
        "moved@V_1": False, "moved@V_2": True, "stays@V_1": True, "object@V_1": True,
    }  # fmt: skip
    assert by_name["object@V_1"].size == 8
    read.set_size(by_name["object@V_1"], 99)
    read.set_version(by_name["moved@V_1"], by_name["moved@V_1"].number, True)
    read.set_version(by_name["moved@V_2"], by_name["moved@V_2"].number, False)
    read.drop_first_letter(by_name["stays@V_1"])
    read.save()
    text = readelf(library)
    for shown in (" 99 OBJECT", "moved@@V_1", "moved@V_2", " tays@@V_1"):
        assert shown in text, text


def test_expectations_of_symbols(library: pathlib.Path) -> None:
    symbols = Symbols([Library(library)])
    edit = symbols.make("symbol: other default version", random.Random(0), set())
    assert edit is not None and edit.expected == {Expected("symbol-default-version-changed", "moved", "V_2", "V_1")}
    assert symbols.make("symbol: other default version", random.Random(0), {"moved"}) is None


FINDING = {"id": "constant-removed", "name": "A", "owner": "a.h", "old": "1", "new": ""}


@pytest.mark.parametrize(
    ("findings", "complaints"),
    [
        ([FINDING], []),
        ([], ["survived: macro: removal: A in a.h:1: constant-removed A was not reported"]),
        ([FINDING, {**FINDING, "name": "B"}], ["unexplained: constant-removed B of a.h: 1 became nothing"]),
        (
            [{**FINDING, "id": "constant-value-changed", "new": "2"}],
            [
                "survived: macro: removal: A in a.h:1: constant-removed A was not reported; "
                "there is constant-value-changed A of a.h: 1 became 2",
                "unexplained: constant-value-changed A of a.h: 1 became 2",
            ],
        ),
    ],
)
def test_a_gate_that_is_wrong_is_noticed(tmp_path: pathlib.Path, findings: list[dict[str, str]], complaints: list[str]) -> None:
    gate = tmp_path / "gate"
    (tmp_path / "found.json").write_text(json.dumps({"findings": findings}))
    gate.write_text(f"#!/bin/sh\ncat {tmp_path}/found.json\nexit 1\n")
    gate.chmod(0o755)
    runner = mutate.Run.__new__(mutate.Run)
    runner.options = argparse.Namespace(gate=str(gate), snapshot=shutil.which("true"), arch="amd64")
    runner.work = runner.root = runner.before = tmp_path
    runner.symbols = Symbols([])
    edits = [mutate.Edit("macro: removal", "A in a.h:1", header_edits.expect("constant-removed", "A"))]
    wrong, good = runner.judge(edits)
    assert wrong == complaints
    assert good == [not any(line.startswith("survived") for line in complaints)]
