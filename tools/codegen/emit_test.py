"""Tests of what codegen writes: questions, expectations, tables, and all that is declared."""

from __future__ import annotations

import json
import pathlib
import subprocess
import tomllib
from typing import Any

import pytest

from tools.codegen import __main__ as codegen
from tools.codegen import emit_expectations, emit_probes, keys, testing
from tools.codegen.bindings import Resolved
from tools.codegen.emit_declarations import declarations
from tools.codegen.layout import Layouts
from tools.codegen.source import Document
from tools.codegen.targets import PRIMITIVES, Targets

TEXT = """
[[constants]]
about  = "numbers"
header = "one.h"
uapi   = "linux/one.h"
origin = "uapi:linux/one.h"
[constants.names]
PLAIN  = 0x10
ALIAS  = { alias = "PLAIN", uapi = "" }
OTHER  = { value = 0, uapi_value = 0o100000, uapi_name = "KERNEL_OTHER", in_if = false }
LARGE  = { value = 0xffffffffffffffff, type = "unsigned long long" }
NEWER  = { value = -1, since = { glibc = "2.35", headers = "5.11", kernel = "5.12" } }
NARROW = { value = 1, only = ["narrow"] }

[[constants]]
about   = "what is no number in #if"
header  = "one.h"
feature = "_GNU_SOURCE"
origin  = "man:one(2)"
[constants.names]
POINTER = { value = -1, type = "void (*)(int)", in_if = false }
BOUNDS  = { runtime = true, at_least = 1, at_most = 64 }
RUNTIME = { runtime = true, value = 34 }

[[constants]]
about  = "numbers of system calls"
uapi   = "asm/unistd.h"
origin = "uapi:asm/unistd.h"
[constants.names]
__NR_call = 1

[types.one_t]
kind   = "scalar"
header = "one.h"
origin = "man:one(2)"
is     = "long"

[types.set_t]
kind   = "opaque"
header = "two.h"
origin = "man:one(2)"
is     = "unsigned long[2]"

[types."struct one"]
header    = "one.h"
uapi      = "linux/one.h"
uapi_name = "struct kernel_one"
origin    = "man:one(2)"
fields = [
  "char first[2][3]",
  "one_t second",
  "int __private",
  { union = ["int third", "void *fourth"] },
  { struct = ["unsigned char fifth"], name = "in" },
  "unsigned int sixth:3",
  "char last[]",
]

[functions.call]
header    = "one.h"
origin    = "man:one(2)"
prototype = "int call(one_t a, const set_t *set, struct one *one)"
noexcept  = true
failure   = "errno"
versions  = ["2.0", "2.34"]
syscall   = "call"
on.time64 = { symbol = "__call64" }

[functions.bare]
origin    = "man:one(2)"
wrapper   = false
failure   = "errno"
prototype = "long bare(void)"
syscall   = "call"
"""


def fixture(target: str = "amd64") -> Resolved:
    declared = testing.bindings(TEXT)
    return declared.on(declared.targets.get(target))


def units(resolved: Resolved) -> dict[tuple[str, str, str], dict[str, dict[str, Any]]]:
    """Probes by their keys, by language, side and header."""
    written = emit_probes.probes(resolved, "one")
    assert (written["schema"], written["family"]) == ("plumbline.probes/1", "one")
    return {
        (unit["language"], unit["side"], unit["header"]): {probe["key"]: probe for probe in unit["probes"]}
        for unit in written["units"]
    }


def rows(text: str) -> list[dict[str, str]]:
    """Rows as cells; the kind is the cell ''."""
    result = []
    for line in text.splitlines():
        kind, *cells = line.split("\t")
        result.append({"": kind, **dict(cell.split("=", 1) for cell in cells)})
    return result


def row(resolved: Resolved, kind: str, name: str, field: str = "") -> dict[str, str]:
    (found,) = (
        row
        for row in rows(emit_expectations.expectations(resolved, "one"))
        if (row[""], row.get("name"), row.get("field", "")) == (kind, name, field)
    )
    return found


# ----------------------------------------------------------------------------
# Keys.


@pytest.mark.parametrize(
    ("key", "value"),
    # The first three are the test vectors of FNV-1a; conformance/abi/fact_store_test.cc has
    # the same list for what the checker computes.
    [
        ("", 0xCBF29CE484222325),
        ("a", 0xAF63DC4C8601EC8C),
        ("foobar", 0x85944171F73967E8),
        ("constant:EPOLLIN@libc", 0x135AC7DEF8F278CE),
        ("field:struct epoll_event:data.u64@uapi", 0xA7A6A7ED2842DA65),
        ("prototype:epoll_ctl@c++", 0xEFE0BA51506C8254),
    ],
)
def test_hashes(key: str, value: int) -> None:
    assert keys.fnv1a(key) == value
    assert keys.literal(key) == f"0x{value:016x}ull"


def test_names_of_facts() -> None:
    assert keys.constant("A", "libc") == "constant:A@libc"
    assert keys.type_("struct s", "uapi") == "type:struct s@uapi"
    assert keys.field("struct s", "a.b", "libc") == "field:struct s:a.b@libc"
    assert keys.prototype("f", "c++") == "prototype:f@c++"
    assert keys.address("f") == "address:f"
    assert keys.primitive("long long") == "primitive:long long"


# ----------------------------------------------------------------------------
# Probes.

_TYPES = ["type:struct one", *(f"field:struct one:{f}" for f in ("first", "second", "third", "fourth"))]
_TYPES += [f"field:struct one:{f}" for f in ("in", "in.fifth", "sixth", "last")]


def test_every_thing_is_asked_for_in_its_own_header() -> None:
    found = {unit: list(probes) for unit, probes in units(fixture()).items()}
    constants = ["PLAIN", "ALIAS", "OTHER", "LARGE", "NEWER", "NARROW", "POINTER", "BOUNDS", "RUNTIME"]
    kernel = ["PLAIN", "OTHER", "LARGE", "NEWER", "NARROW"]
    assert found == {
        ("c", "libc", "one.h"): [
            *(f"constant:{name}@libc" for name in constants),
            "type:one_t@libc",
            *(f"{name}@libc" for name in _TYPES),
            "prototype:call@c",
        ],
        ("c", "uapi", "linux/one.h"): [
            *(f"constant:{name}@uapi" for name in kernel),
            *(f"{name}@uapi" for name in _TYPES),
        ],
        ("c", "uapi", "asm/unistd.h"): ["constant:__NR_call@uapi"],
        ("c", "libc", "two.h"): ["type:set_t@libc"],
        ("c++", "libc", "one.h"): ["prototype:call@c++"],
    }


def test_probes_of_constants() -> None:
    libc, uapi = units(fixture())["c", "libc", "one.h"], units(fixture())["c", "uapi", "linux/one.h"]
    hashed = keys.literal("constant:PLAIN@libc")
    assert libc["constant:PLAIN@libc"] == {
        "key": "constant:PLAIN@libc",
        "defined": "PLAIN",
        "row": f"PLUMBLINE_CONSTANT({hashed}, %FLAGS%, PLAIN)",
        "condition": "(PLAIN) == (16)",
        "feature": "",
    }
    assert libc["constant:ALIAS@libc"]["condition"] == "(ALIAS) == (16)"
    assert libc["constant:NEWER@libc"]["condition"] == "(NEWER) == (-1)"
    # Beyond intmax_t, in which #if computes.
    assert libc["constant:LARGE@libc"]["condition"] == "(LARGE) == (18446744073709551615u)"
    # The kernel's name and value.
    assert uapi["constant:OTHER@uapi"]["condition"] == "(KERNEL_OTHER) == (32768)"
    assert uapi["constant:OTHER@uapi"]["row"].endswith("%FLAGS%, KERNEL_OTHER)")
    # A pointer is none of the preprocessor's business.
    assert "condition" not in libc["constant:POINTER@libc"]
    assert libc["constant:POINTER@libc"]["row"].startswith("PLUMBLINE_POINTER_CONSTANT(")
    assert libc["constant:POINTER@libc"]["feature"] == "_GNU_SOURCE"
    evaluated = libc["constant:BOUNDS@libc"]
    assert evaluated["row"].startswith("PLUMBLINE_EVALUATED_CONSTANT(")
    assert evaluated["definition"] == (
        "static long long plumbline_evaluate_BOUNDS(void) { return (long long)(BOUNDS); }"
    )
    assert evaluated["runtime"] == (
        f"PLUMBLINE_EVALUATE({keys.literal('constant:BOUNDS@libc')}, plumbline_evaluate_BOUNDS)"
    )


def test_probes_of_types() -> None:
    libc, uapi = units(fixture())["c", "libc", "one.h"], units(fixture())["c", "uapi", "linux/one.h"]
    texts = {key.split(":", 1)[1]: probe["row"].split("%FLAGS%, ")[-1] for key, probe in libc.items()}
    assert libc["type:one_t@libc"]["row"].startswith("PLUMBLINE_SCALAR(")
    assert libc["type:struct one@libc"]["row"].startswith("PLUMBLINE_SIZE(")
    assert libc["type:struct one@libc"]["defined"] == "struct one"
    assert texts["struct one:first@libc"] == "struct one, first, first[0][0])"
    assert texts["struct one:in.fifth@libc"] == "struct one, in.fifth, in.fifth)"
    assert libc["field:struct one:in@libc"]["row"].startswith("PLUMBLINE_AGGREGATE_FIELD(")
    assert libc["field:struct one:last@libc"]["row"].startswith("PLUMBLINE_FLEXIBLE_FIELD(")
    assert "u.t.sixth = -1" in libc["field:struct one:sixth@libc"]["definition"]
    assert "struct kernel_one, second, second)" in uapi["field:struct one:second@uapi"]["row"]
    assert uapi["type:struct one@uapi"]["defined"] == "struct kernel_one"


def test_probes_of_functions() -> None:
    found = units(fixture())
    in_c = found["c", "libc", "one.h"]["prototype:call@c"]
    assert in_c["row"] == (
        f"PLUMBLINE_PROTOTYPE({keys.literal('prototype:call@c')}, %FLAGS%, call, "
        "int (*)(long, const set_t *, struct one *))"
    )
    assert in_c["runtime"] == f"PLUMBLINE_ADDRESS({keys.literal('address:call')}, call)"
    # one_t is spelled out, set_t needs its header.
    assert in_c["headers"] == ["two.h"]
    in_cxx = found["c++", "libc", "one.h"]["prototype:call@c++"]
    assert in_cxx["row"].startswith("plumbline::Prototype<int (*)(long, const set_t *, struct one *)>(")
    assert in_cxx["headers"] == ["two.h"]


def test_probes_of_the_data_model() -> None:
    written = emit_probes.primitives(fixture().target)
    found = {unit["header"]: [probe["key"] for probe in unit["probes"]] for unit in written["units"]}
    names = [name for name in ("char", *PRIMITIVES) if name != "pointer"]
    assert found == {
        "stddef.h": [f"primitive:{name}" for name in (*names, "pointer")],
        "features.h": ["environment:glibc", "environment:glibc_minor"],
        "linux/version.h": ["environment:kernel_headers"],
        "limits.h": ["environment:char_min"],
    }


def test_probes_of_musls_release() -> None:
    written = emit_probes.primitives(fixture("amd64/musl").target)
    (unit,) = [unit for unit in written["units"] if unit["header"] == "features.h"]
    assert [probe["key"] for probe in unit["probes"]] == ["environment:musl"]


def test_rows_of_musl() -> None:
    text = """
[[constants]]
about  = "numbers"
header = "one.h"
uapi   = "linux/one.h"
origin = "uapi:linux/one.h"
[constants.names]
LACKED = { value = 1, libc_absent = ["musl"] }
NEWER  = { value = 2, since = { glibc = "2.4", musl = "1.2.5", headers = "4.1" } }
"""
    declared = testing.bindings(text)
    rows_of = {
        name: emit_expectations.expectations(declared.on(declared.targets.get(name)), "one").splitlines()
        for name in ("amd64", "amd64/musl")
    }
    assert [("\tlibc_absent=1" in row) for row in rows_of["amd64/musl"][:2]] == [True, False]
    assert [("\tlibc_absent=1" in row) for row in rows_of["amd64"][:2]] == [False, False]
    # The release of the library that is there, and of no other.
    assert "\tmusl=1.2.5\theaders=4.1" in rows_of["amd64/musl"][1] and "glibc=" not in rows_of["amd64/musl"][1]
    assert "\tglibc=2.4\theaders=4.1" in rows_of["amd64"][1] and "musl" not in rows_of["amd64"][1]


# ----------------------------------------------------------------------------
# Expectations.


def test_rows_of_constants() -> None:
    assert row(fixture(), "constant", "PLAIN") == {
        "": "constant",
        "name": "PLAIN",
        "where": "one.toml:11",
        "origin": "uapi:linux/one.h",
        "header": "one.h",
        "uapi": "linux/one.h",
        "type": "int",
        "value": "16",
        "uapi_value": "16",
        "in_if": "1",
    }
    other = row(fixture(), "constant", "OTHER")
    assert (other["value"], other["uapi_value"], "in_if" in other) == ("0", "32768", False)
    newer = row(fixture(), "constant", "NEWER")
    assert (newer["value"], newer["glibc"], newer["headers"], newer["kernel"]) == ("-1", "2.35", "5.11", "5.12")
    assert row(fixture(), "constant", "NARROW")["absent"] == "1"
    assert "absent" not in row(fixture("i386"), "constant", "NARROW")
    bounds = row(fixture(), "constant", "BOUNDS")
    assert (bounds["at_least"], bounds["at_most"], bounds["runtime"], "value" in bounds) == ("1", "64", "1", False)
    assert bounds["feature"] == "_GNU_SOURCE"
    assert row(fixture(), "constant", "__NR_call")["pinned"] == "1"
    assert "pinned" not in row(fixture(), "constant", "PLAIN")


def test_pointers_are_as_wide_as_the_target_has_them() -> None:
    assert row(fixture("amd64"), "constant", "POINTER")["value"] == str(0xFFFFFFFFFFFFFFFF)
    assert row(fixture("i386"), "constant", "POINTER")["value"] == str(0xFFFFFFFF)


def test_rows_of_types() -> None:
    resolved = fixture()
    whole = row(resolved, "type", "struct one")
    assert (whole["kind"], whole["size"], whole["align"], "class" in whole) == ("struct", "40", "8", False)
    scalar = row(resolved, "type", "one_t")
    assert (scalar["size"], scalar["align"], scalar["class"]) == ("8", "8", "signed")
    opaque = row(resolved, "type", "set_t")
    assert (opaque["size"], opaque["align"], "class" in opaque) == ("16", "8", False)
    fields = {
        cells["field"]: tuple(cells.get(key, "") for key in ("offset", "size", "class", "bits", "bit_offset"))
        for cells in rows(emit_expectations.expectations(resolved, "one"))
        if cells[""] == "field"
    }
    assert fields == {
        "first": ("0", "6", "signed", "", ""),
        "second": ("8", "8", "signed", "", ""),
        "third": ("24", "4", "signed", "", ""),
        "fourth": ("24", "8", "pointer", "", ""),
        "in": ("32", "1", "aggregate", "", ""),
        "in.fifth": ("32", "1", "unsigned", "", ""),
        "sixth": ("33", "", "unsigned", "3", "264"),
        "last": ("34", "", "signed", "", ""),
    }
    # Plain char is unsigned there.
    assert row(fixture("arm64"), "field", "struct one", "first")["class"] == "unsigned"
    # A field's place in the file is its own.
    lines = (testing.HEAD + TEXT).splitlines()
    for field, line in (("second", '  "one_t second",'), ("third", '  { union = ["int third", "void *fourth"] },')):
        assert row(resolved, "field", "struct one", field)["where"] == f"one.toml:{lines.index(line) + 1}"


def test_rows_of_functions() -> None:
    call = row(fixture(), "function", "call")
    assert call["prototype"] == "int call(one_t, const set_t *, struct one *)"
    assert (call["noexcept"], call["symbol"], call["versions"]) == ("1", "call", "2.2.5,2.34")
    assert row(fixture("i386/time64"), "function", "call")["symbol"] == "__call64"
    assert row(fixture("i386"), "function", "call")["versions"] == "2.0,2.34"
    bare = row(fixture(), "function", "bare")
    assert (bare["no_wrapper"], bare["symbol"], "versions" in bare) == ("1", "bare", False)


@pytest.mark.parametrize("target", ["amd64", "s390x", "m68k", "i386/time64"])
def test_rows_of_the_data_model(target: str) -> None:
    resolved = fixture(target)
    where = resolved.bindings.targets.where_of_model(resolved.target.arch)
    *primitives, census = rows(emit_expectations.primitives(resolved, where))
    assert [cells["name"] for cells in primitives] == ["char", *PRIMITIVES]
    assert {cells["where"] for cells in primitives} == {str(where)}
    by_name = {cells["name"]: cells for cells in primitives}
    assert by_name["pointer"]["class"] == "pointer"
    assert by_name["double"]["class"] == "floating"
    assert by_name["char"]["class"] == ("unsigned" if target == "s390x" else "signed")
    assert (census[""], census["primitive"]) == ("census", "9")


def _public_fields(fields: list[Any], private: bool = False) -> int:
    """How many fields a list in TOML names, counted from the text alone."""
    count = 0
    for field in fields:
        if isinstance(field, str):
            name = field.replace("(", " ").replace(")", " ").replace("*", " ").replace(":", " ")
            name = name.split("[")[0]
            words = name.split()
            # In `void (*f)(int)` the name is not the last word.
            word = words[words.index("int") - 1] if "(*" in field and "int" in words[2:] else words[-1]
            count += not private and not word.startswith("_")
            continue
        name = field.get("name", "")
        hidden = private or name.startswith("_")
        count += bool(name) and not hidden
        count += _public_fields(field.get("union", []) + field.get("struct", []), hidden)
    return count


def test_census_of_the_fixture() -> None:
    declared = tomllib.loads(testing.HEAD + TEXT)
    census = rows(emit_expectations.expectations(fixture(), "one"))[-1]
    assert census == {
        "": "census",
        "where": "one.toml:1",
        "constant": str(sum(len(group["names"]) for group in declared["constants"])),
        "type": str(len(declared["types"])),
        "field": str(sum(_public_fields(table.get("fields", [])) for table in declared["types"].values())),
        "function": str(len(declared["functions"])),
    }
    assert census["constant"] == "10"
    assert census["field"] == "8"


def test_census_of_the_real_bindings() -> None:
    """Each family's rows are as many as its file names things; nothing is lost on the way."""
    files = sorted(path for path in pathlib.Path("bindings").glob("*.toml") if path != testing.MODELS)
    targets = Targets.load(testing.MODELS)
    declared = codegen._load([testing.MODELS, *files])
    resolved = declared.on(targets.get("amd64"))
    layouts = Layouts(resolved)
    for file in files:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        found = rows(emit_expectations.expectations(resolved, file.stem))
        kinds = [cells[""] for cells in found]
        census = found[-1]
        assert kinds.count("census") == 1 and census[""] == "census"
        counts = {
            "constant": sum(len(group["names"]) for group in data.get("constants", [])),
            "type": len(data.get("types", {})),
            "field": sum(len(layouts.of(name).public) for name in data.get("types", {})),
            "function": len(data.get("functions", {})),
        }
        for kind, count in counts.items():
            assert (kind, kinds.count(kind)) == (kind, count), file
            assert census[kind] == str(count), file


# ----------------------------------------------------------------------------
# tables.cc.


def test_tables_compile(tmp_path: pathlib.Path) -> None:
    compiler = testing.tool("g++", "g++")
    tricky = TEXT.replace('origin = "man:one(2)"', 'origin = "man:\\"quoted\\" \\\\ backslash"')
    (tmp_path / "one.toml").write_text(testing.HEAD + tricky, encoding="utf-8")
    assert codegen.main(
        ["emit", "--target", "i386/time64", "--out", str(tmp_path), str(testing.MODELS), str(tmp_path / "one.toml")]
    ) == 0  # fmt: skip
    # A program that prints the tables shows that the text survives its quoting.
    (tmp_path / "main.cc").write_text(
        '#include <cstdio>\n#include "conformance/abi/tables.h"\n'
        'int main() { std::printf("%s %s\\n", plumbline::abi::kArch, plumbline::abi::kVariant); '
        "for (const auto& table : plumbline::abi::Tables()) "
        'std::printf("%s\\n%s", table.family.data(), table.text.data()); }\n'
    )
    command = [compiler, "-std=c++20", "-Wall", "-Wextra", "-Werror", "-I.", "main.cc", "tables.cc", "-o", "print"]
    # The headers are found by their path from the top folder.
    sources = [str(tmp_path / part) if part in ("main.cc", "tables.cc", "print") else part for part in command]
    subprocess.run(sources, check=True)
    printed = subprocess.run([tmp_path / "print"], capture_output=True, text=True, check=True).stdout
    bindings = codegen._load([testing.MODELS, tmp_path / "one.toml"])
    resolved = bindings.on(bindings.targets.get("i386/time64"))
    where = bindings.targets.where_of_model(resolved.target.arch)
    assert printed == (
        "i386 time64\n"
        f"data_models\n{emit_expectations.primitives(resolved, where)}"
        f"one\n{emit_expectations.expectations(resolved, 'one')}"
    )
    assert 'origin=man:"quoted" \\ backslash' in printed


def test_probes_are_written_as_json(tmp_path: pathlib.Path) -> None:
    (tmp_path / "one.toml").write_text(testing.HEAD + TEXT, encoding="utf-8")
    arguments = ["emit", "--target", "amd64", "--out", str(tmp_path), str(testing.MODELS), str(tmp_path / "one.toml")]
    assert codegen.main(arguments) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "data_models.probes.json",
        "one.probes.json",
        "one.toml",
        "tables.cc",
    ]
    written = json.loads((tmp_path / "one.probes.json").read_text(encoding="utf-8"))
    assert written == emit_probes.probes(fixture(), "one")


# ----------------------------------------------------------------------------
# Declarations.


def test_declarations() -> None:
    written = declarations(testing.bindings(TEXT))
    assert written["schema"] == "plumbline.declarations/1"
    assert [target["name"] for target in written["targets"]] == [
        str(target) for target in Targets(Document.load(testing.MODELS)).all
    ]
    assert written["families"] == [{"name": "one", "title": "one", "pages": []}]
    entries = {(entry["kind"], entry["name"]): entry for entry in written["entries"]}
    assert len(entries) == 10 + 3 + 2
    assert [entry["name"] for entry in written["entries"]] == sorted(entry["name"] for entry in written["entries"])

    plain = entries["constant", "PLAIN"]
    assert (plain["family"], plain["where"], plain["about"]) == ("one", "one.toml:11", "numbers")
    # What is the same everywhere is there once, for all targets.
    (facts,) = plain["facts"]
    assert len(facts["targets"]) == len(written["targets"])
    assert (facts["value"], facts["type"], facts["origin"]) == (16, "int", "uapi:linux/one.h")

    narrow = entries["constant", "NARROW"]["facts"]
    assert [facts.get("absent", False) for facts in narrow] == [True, False]
    assert "amd64" in narrow[0]["targets"] and "i386/time64" in narrow[1]["targets"]

    by_target = {
        target: facts for facts in entries["type", "struct one"]["facts"] for target in facts["targets"]
    }
    assert (by_target["amd64"]["size"], by_target["i386"]["size"], by_target["m68k"]["size"]) == (40, 24, 20)
    assert [field["name"] for field in by_target["amd64"]["fields"]] == [
        "first", "second", "third", "fourth", "in", "in.fifth", "sixth", "last",
    ]  # fmt: skip
    assert by_target["amd64"]["fields"][6] == {
        "name": "sixth", "offset": 33, "size": 0, "type": "unsigned int", "bits": 3, "bit_offset": 264,
    }  # fmt: skip

    call = {target: facts for facts in entries["function", "call"]["facts"] for target in facts["targets"]}
    assert call["arm64"]["versions"] == ["2.17", "2.34"]
    assert call["mips/time64"]["symbol"] == "__call64"
    assert "versions" not in entries["function", "bare"]["facts"][0]
