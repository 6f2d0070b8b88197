"""Shows that the ABI checks can fail: changes one thing at a time and wants it noticed.

Four ways to be wrong:
  tables      a declared value, layout, data model, availability or symbol is another
  compiler    a declared prototype or feature-test macro is another (the compiler compares it)
  headers     a declaration in a copy of the target's headers is another
  tests       a generated test is missing
A mutant that no check notices is a survivor; survivors are listed, and fail the run.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import dataclasses
import errno
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from conformance.abi import collect_facts
from conformance.abi.header_mutants import HeaderMutant, header_mutants
from tools.codegen import c_types, emit_expectations, emit_probes, keys
from tools.codegen.bindings import Bindings, Function, Member, Resolved, Type
from tools.codegen.layout import Layouts
from tools.codegen.source import BindingError
from tools.codegen.targets import DataModel, Target, parse_version

_MODELS = "data_models"
PARTS = ("tables", "compiler", "headers", "tests")


class MutateError(Exception):
    """The run could not be done."""


@dataclasses.dataclass(frozen=True, slots=True)
class Mutant:
    """A change to the tables, or to the facts, of one target."""

    part: str
    what: str  # "value", "field order", …: mutants are counted by it
    name: str  # "Constant/EPOLLIN: value 1 → 2"
    edits: tuple[tuple[str, str, str], ...] = ()  # (family, row out, row in)
    facts: bytes = b""


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    mutant: Mutant
    target: str
    failed: int
    checks: str  # the first few that failed
    remark: str = ""  # how it was noticed, if by no check


# ----------------------------------------------------------------------------
# Rows, as emit_expectations writes them.


def _cells(row: str) -> dict[str, str]:
    kind, *rest = row.split("\t")
    return {"": kind, **dict(cell.split("=", 1) for cell in rest)}


def _row(cells: dict[str, str]) -> str:
    return "\t".join([cells[""], *(f"{key}={value}" for key, value in cells.items() if key)])


def _changed(row: str, **changes: str | None) -> str:
    """The row with some cells changed; None takes a cell out."""
    cells = _cells(row)
    for key, value in changes.items():
        if value is None:
            cells.pop(key, None)
        else:
            cells[key] = value
    return _row(cells)


def _label(cells: dict[str, str]) -> str:
    name = cells["name"]
    kinds = {"constant": "Constant", "function": "Function", "primitive": "DataModel"}
    if cells[""] in kinds:
        return f"{kinds[cells['']]}/{name}"
    return f"Layout/{name.partition(' ')[2] or name}" + (f"/{cells['field']}" if "field" in cells else "")


# ----------------------------------------------------------------------------
# Mutants of the tables.


_Changes = Iterator[tuple[str, dict[str, str | None]]]


@dataclasses.dataclass(frozen=True, slots=True)
class Releases:
    """How old the target's headers are: what is newer is absent, whatever it is."""

    libc: str  # "glibc" or "musl", whose releases a row's cell of that name counts
    release: tuple[int, ...]
    kernel_headers: tuple[int, ...]
    runs: bool = True  # or it is judged from object files, and knows no value found at run time

    def sides(self, cells: dict[str, str]) -> set[str]:
        """The sides ("header", "uapi") on which the row's thing has to be."""
        old_libc = parse_version(cells.get(self.libc, "0")) > self.release
        old_headers = parse_version(cells.get("headers", "0")) > self.kernel_headers
        sides = set()
        lacked = "libc_absent" in cells or old_libc or ("shared" in cells and old_headers)
        if "header" in cells and not lacked:
            sides.add("header")
        if "uapi" in cells and not old_headers:
            sides.add("uapi")
        return set() if "absent" in cells else sides


def _common_changes(cells: dict[str, str], sides: set[str], releases: Releases) -> _Changes:
    """What can be said wrongly of anything that a header declares."""
    if "no_wrapper" in cells:
        return
    if "absent" in cells:
        yield "absence", {"absent": None}
    elif not sides:
        # Declared to come with a later release.
        yield "since", {releases.libc: None, "headers": None}
    else:
        yield "absence", {"absent": "1"}
    if "header" in sides:
        yield f"since {releases.libc}", {releases.libc: "99.0"}
        if cells[""] != "field":
            yield "absence from libc", {"libc_absent": "1"}
        if cells[""] != "field":
            yield "feature-test macro", {"feature": None if "feature" in cells else "_GNU_SOURCE"}
        if cells[""] == "constant":
            yield "shared", {"shared": None if "shared" in cells else "1"}
    elif "libc_absent" in cells and parse_version(cells.get(releases.libc, "0")) <= releases.release:
        yield "absence from libc", {"libc_absent": None}
    if "uapi" in sides or ("header" in sides and "shared" in cells):
        yield "since headers", {"headers": "99.0"}


_OTHER_TYPE = {"int": "unsigned int", "unsigned int": "int", "long": "unsigned long", "unsigned long": "long"}


def _constant_changes(cells: dict[str, str], sides: set[str], releases: Releases) -> _Changes:
    if ("header" if "header" in cells else "uapi") in sides:
        yield "type", {"type": _OTHER_TYPE.get(cells["type"], "short")}
        yield "#if", {"in_if": None if "in_if" in cells else "1"}
    if "header" in sides:
        yield "evaluation", {"runtime": None if "runtime" in cells else "1"}
    if "value" in cells and sides and (releases.runs or "runtime" not in cells):
        value = int(cells["value"])
        for other in (value + 1, value ^ 0x10, -value or 2):
            changes: dict[str, str | None] = {"value": str(other)}
            if cells.get("uapi_value") == cells["value"]:
                changes["uapi_value"] = str(other)
            if other != value:
                yield "value", changes
        if sides >= {"header", "uapi"} and "uapi_value" in cells:
            yield "kernel's value", {"uapi_value": str(int(cells["uapi_value"]) + 1)}


def _function_changes(cells: dict[str, str], sides: set[str], releases: Releases) -> _Changes:
    if not sides and "no_wrapper" not in cells:
        return
    yield "wrapper", {"no_wrapper": None if "no_wrapper" in cells else "1"}
    if "no_wrapper" in cells:
        return
    yield "noexcept", {"noexcept": None if "noexcept" in cells else "1"}
    yield "symbol", {"symbol": cells["symbol"] + "_x"}
    if releases.libc == "musl":
        # No symbol of it has a version.
        yield "version nodes", {"versions": "2.0"}
        return
    versions = cells["versions"].split(",")
    yield "version nodes", {"versions": ",".join([*versions, "2.99"])}
    yield "version nodes", {"versions": ",".join([*versions[:-1], "2.98"])}
    if len(versions) > 1:
        yield "version nodes", {"versions": ",".join(versions[:-1])}
        yield "version nodes", {"versions": ",".join(versions[1:])}
        yield "version nodes", {"versions": ",".join([*versions[:-2], versions[-1], versions[-2]])}


_CLASSES = ("signed", "unsigned", "floating", "pointer", "aggregate")


def _field_changes(cells: dict[str, str], sides: set[str], releases: Releases) -> _Changes:
    if not sides or ("bits" in cells and not releases.runs):
        return
    yield "field offset", {"offset": str(int(cells["offset"]) + 1)}
    if "size" in cells:
        yield "field width", {"size": str(int(cells["size"]) + 1)}
    yield "signedness", {"class": _CLASSES[(_CLASSES.index(cells["class"]) + 1) % len(_CLASSES)]}


_CHANGES: dict[str, tuple[Callable[[dict[str, str], set[str], Releases], _Changes], ...]] = {
    "constant": (_common_changes, _constant_changes),
    "type": (_common_changes,),
    "field": (_common_changes, _field_changes),
    "function": (_common_changes, _function_changes),
}


def row_mutants(tables: dict[str, str], releases: Releases) -> Iterator[Mutant]:
    """One cell of one row is another."""
    for family, text in tables.items():
        for row in text.splitlines():
            cells = _cells(row)
            sides = releases.sides(cells)
            for changes in _CHANGES.get(cells[""], ()):
                for what, change in changes(cells, sides, releases):
                    mutated = _changed(row, **change)
                    if mutated != row:
                        words = ", ".join(f"{key} {cells.get(key, '-')} → {value or '-'}" for key, value in change.items())
                        yield Mutant("tables", what, f"{_label(cells)}: {words}", ((family, row, mutated),))


def _difference(old: dict[str, str], new: dict[str, str]) -> tuple[tuple[str, str, str], ...]:
    edits = []
    for family, text in old.items():
        before, after = text.splitlines(), new[family].splitlines()
        if len(before) == len(after):
            edits += [(family, a, b) for a, b in zip(before, after) if a != b]
        else:
            kept = set(before) & set(after)
            edits += [(family, row, "") for row in before if row not in kept]
            edits += [(family, "", row) for row in after if row not in kept]
    return tuple(edits)


class _Replaced(Resolved):
    """Bindings in which one type is declared otherwise."""

    def __init__(self, resolved: Resolved, replacement: Type) -> None:
        super().__init__(resolved.bindings, resolved.target)
        self._replacement = replacement

    def type(self, name: str) -> Type:
        return self._replacement if name == self._replacement.name else super().type(name)


def _tables(resolved: Resolved, families: Iterable[str]) -> dict[str, str]:
    return {family: emit_expectations.expectations(resolved, family) for family in families}


def _type_rows(resolved: Resolved) -> dict[str, str]:
    layouts = Layouts(resolved)
    return {
        family: "".join(f"{row}\n" for row in emit_expectations.type_rows(resolved, family, layouts))
        for family in resolved.bindings.families
    }


_OTHER_WIDTH = {
    "char": "int", "signed char": "short", "unsigned char": "unsigned short", "short": "int",
    "unsigned short": "unsigned int", "int": "long long", "unsigned int": "unsigned long long",
    "long": "short", "unsigned long": "unsigned short", "long long": "int", "unsigned long long": "unsigned int",
}  # fmt: skip


def _other_width(resolved: Resolved, kind: c_types.CType) -> c_types.CType | None:
    match resolved.spelled_out(kind):
        case c_types.Basic(name) if name in _OTHER_WIDTH:
            return c_types.Basic(_OTHER_WIDTH[name])
        case c_types.Pointer():
            return c_types.Basic("short")
        case c_types.Array(of, count) if count:
            return c_types.Array(of, count + 1)
    return None


def _member_lists(members: tuple[Member, ...], kind: str) -> Iterator[tuple[str, tuple[Member, ...]]]:
    """Variations of a structure's members, each with a word for what was done."""
    for index, member in enumerate(members):
        before, after = members[:index], members[index + 1 :]
        if after and kind == "struct":
            yield f"field order: {member.name} and the next", (*before, after[0], member, *after[1:])
        if isinstance(member.type, tuple):
            inner_kind, inner = member.type
            for what, changed in _member_lists(inner, inner_kind):
                yield what, (*before, dataclasses.replace(member, type=(inner_kind, changed)), *after)
        yield f"padding: before {member.name}", (
            *before,
            dataclasses.replace(member, name="_plumbline", type=c_types.Basic("long long"), bits=None),
            *members[index:],
        )


def layout_mutants(resolved: Resolved, releases: Releases) -> Iterator[Mutant]:
    """A type is declared otherwise; every type that holds it changes with it."""
    unchanged = _type_rows(resolved)
    sides = {
        cells["name"]: releases.sides(cells)
        for text in unchanged.values()
        for cells in map(_cells, text.splitlines())
        if cells[""] == "type"
    }
    for binding in resolved.bindings.names("type"):
        declared = resolved.type(binding.name)
        if not sides[binding.name]:
            continue
        variations: list[tuple[str, Type]] = []
        if declared.is_type is not None:
            if other := _other_width(resolved, declared.is_type):
                variations.append(("width", dataclasses.replace(declared, is_type=other)))
        else:
            for what, members in _member_lists(declared.members, declared.kind):
                variations.append((what, dataclasses.replace(declared, members=members)))
            for index, member in enumerate(declared.members):
                if not isinstance(member.type, tuple) and (other := _other_width(resolved, member.type)):
                    changed = dataclasses.replace(member, type=other)
                    members = (*declared.members[:index], changed, *declared.members[index + 1 :])
                    variations.append((f"width: {member.name}", dataclasses.replace(declared, members=members)))
            variations.append(("packed", dataclasses.replace(declared, packed=not declared.packed)))
        align = 2 * Layouts(resolved).of(declared.name).align
        if declared.is_type is None:
            variations.append(("alignment", dataclasses.replace(declared, align=align)))
        for what, changed_type in variations:
            # A private field's place may be free to move: then nothing is declared otherwise.
            if edits := _difference(unchanged, _type_rows(_Replaced(resolved, changed_type))):
                yield Mutant("tables", what.partition(":")[0], f"Layout/{declared.name}: {what}", edits)


def model_mutants(bindings: Bindings, target: Target, tables: dict[str, str]) -> Iterator[Mutant]:
    """An entry of the data model is another."""
    model = target.arch.model
    changes: list[tuple[str, DataModel]] = [
        ("signedness of char", dataclasses.replace(model, char_signed=not model.char_signed))
    ]
    for name, (size, align) in model.sizes.items():
        for other in ((size * 2, align), (size, align * 2)):
            sizes = {**model.sizes, name: other}
            changes.append((f"{name} {[size, align]} → {list(other)}", dataclasses.replace(model, sizes=sizes)))
    for what, changed in changes:
        arch = dataclasses.replace(target.arch, model=changed)
        resolved = bindings.on(dataclasses.replace(target, arch=arch))
        new = _tables(resolved, bindings.families)
        new[_MODELS] = emit_expectations.primitives(resolved, bindings.targets.where_of_model(target.arch))
        if edits := _difference(tables, new):
            yield Mutant("tables", "data model", f"DataModel/{model.name}: {what}", edits)


def dropped_tests(tables: dict[str, str]) -> Iterator[Mutant]:
    for family, text in tables.items():
        for row in text.splitlines():
            cells = _cells(row)
            label = _label(cells) if "name" in cells else f"Completeness/{family}"
            yield Mutant("tests", cells[""], f"{label}: dropped", ((family, row, ""),))


# ----------------------------------------------------------------------------
# Mutants of prototypes. The compiler compares them, so all are compiled, in one go per
# header, and each answer then stands in for the true prototype's.


def _other_types(kind: c_types.CType) -> Iterator[c_types.CType]:
    match kind:
        case c_types.Basic("void"):
            yield c_types.Basic("int")
        case c_types.Basic(name):
            yield c_types.Basic(_OTHER_TYPE.get(name, "double"))
        case c_types.Pointer(c_types.Const(of)):
            yield c_types.Pointer(of)
        case c_types.Pointer(c_types.Function()):
            yield c_types.Pointer(c_types.Basic("void"))
        case c_types.Pointer(to):
            yield c_types.Pointer(c_types.Const(to))
            yield c_types.Pointer(c_types.Pointer(to))
        case _:
            yield c_types.Pointer(kind)


def _other_prototypes(kind: c_types.Function) -> Iterator[c_types.Function]:
    for result in _other_types(kind.result):
        yield dataclasses.replace(kind, result=result)
    for index, parameter in enumerate(kind.parameters):
        for other in _other_types(parameter):
            parameters = (*kind.parameters[:index], other, *kind.parameters[index + 1 :])
            yield dataclasses.replace(kind, parameters=parameters)
    if kind.parameters:
        yield dataclasses.replace(kind, parameters=kind.parameters[:-1], variadic=False)
    yield dataclasses.replace(kind, parameters=(*kind.parameters, c_types.Basic("int")), variadic=False)
    if kind.parameters:
        yield dataclasses.replace(kind, variadic=not kind.variadic)


def prototype_mutants(
    resolved: Resolved, releases: Releases, compiler: collect_facts.Compiler, folder: pathlib.Path
) -> Iterator[Mutant]:
    shown = {
        cells["name"]
        for family in resolved.bindings.families
        for cells in map(_cells, emit_expectations.expectations(resolved, family).splitlines())
        if cells[""] == "function" and "header" in releases.sides(cells)
    }
    units: dict[tuple[str, str], list[dict[str, Any]]] = {}
    mutants: dict[int, tuple[Function, c_types.Function, str]] = {}
    for function in resolved.functions():
        if function.name not in shown:
            continue
        spelled = resolved.spelled_out(function.type)
        assert isinstance(spelled, c_types.Function)
        for number, kind in enumerate(_other_prototypes(spelled)):
            for language, probe in zip(("c", "c++"), emit_probes.prototypes(resolved, function, kind)):
                key = f"{probe['key']}#{number}"
                hashed = keys.literal(key)
                text = probe["row"].replace(keys.literal(probe["key"]), hashed)
                mutants[keys.fnv1a(key)] = (function, kind, probe["key"])
                unit = units.setdefault((language, function.header), [])
                unit.append({"key": key, "row": text, "headers": probe["headers"], "feature": function.feature})
    family = {
        "family": "prototypes",
        "units": [
            {"language": language, "side": "libc", "header": header, "probes": probes}
            for (language, header), probes in units.items()
        ],
    }
    for record in _facts_of(compiler, family, folder):
        function, kind, key = mutants[record.key]
        # The address of a function is a runtime fact, and is judged by Symbol.
        yield Mutant(
            "compiler",
            "prototype",
            f"Prototype/{function.name}: {c_types.render(kind, function.name)} in {key.rpartition('@')[2]}",
            facts=dataclasses.replace(record, key=keys.fnv1a(key)).packed(sys.byteorder),
        )


def feature_mutants(
    resolved: Resolved, compiler: collect_facts.Compiler, folder: pathlib.Path
) -> Iterator[Mutant]:
    """Another feature-test macro is declared: the compiler is asked again, with that one."""
    for family in resolved.bindings.families:
        probes = emit_probes.probes(resolved, family)
        features = {}
        for unit in probes["units"]:
            unit["probes"] = [probe for probe in unit["probes"] if probe["feature"]]
            for probe in unit["probes"]:
                features[keys.fnv1a(probe["key"])] = (probe["key"], probe["feature"])
                probe["feature"] = "_PLUMBLINE_SOURCE"
        # C++ has no say in it: libstdc++ defines _GNU_SOURCE itself.
        probes["units"] = [unit for unit in probes["units"] if unit["probes"] and unit["language"] == "c"]
        for fact in _facts_of(compiler, probes, folder / family):
            key, feature = features[fact.key]
            # A field is shown by the macro that shows its type, and is not asked about.
            if fact.flags & collect_facts.PRESENT and not key.startswith("field:"):
                name = key.partition(":")[2].rpartition("@")[0]
                yield Mutant(
                    "compiler",
                    "feature-test macro",
                    f"{name}: feature {feature} → _PLUMBLINE_SOURCE",
                    facts=fact.packed(sys.byteorder),
                )


def _facts_of(
    compiler: collect_facts.Compiler, family: dict[str, Any], folder: pathlib.Path
) -> list[collect_facts.Fact]:
    folder.mkdir(parents=True, exist_ok=True)
    return [
        fact
        for output in collect_facts.collect(compiler, family, folder)
        for fact in collect_facts.read_facts(compiler, output)
    ]


# ----------------------------------------------------------------------------
# Judging.


@dataclasses.dataclass(frozen=True, slots=True)
class Checker:
    """A built checker of one target, and how its compiler is called."""

    target: Target
    program: pathlib.Path
    compiler: collect_facts.Compiler

    def runs_here(self) -> bool:
        """Whether this kernel takes the program; that of an amd64 machine may take no 32-bit ones."""
        try:
            subprocess.run([str(self.program), "--mutants"], stdin=subprocess.DEVNULL, capture_output=True, check=False)
        except OSError as error:
            if error.errno != errno.ENOEXEC:
                raise
            return False
        return True

    def releases(self) -> Releases:
        output = subprocess.run([str(self.program), "--report"], capture_output=True, check=True).stdout
        report = json.loads(output)
        libc, release = report["libc"].split()
        # No kernel is named where none ran the program.
        return Releases(
            libc, parse_version(release), parse_version(report["kernel_headers"]), report["kernel"] != ""
        )

    def judge(self, mutants: Sequence[Mutant], folder: pathlib.Path) -> list[Verdict]:
        if not mutants:
            return []
        lines = []
        for number, mutant in enumerate(mutants):
            lines.append(f"mutant {number}")
            for family in dict.fromkeys(edit[0] for edit in mutant.edits):
                lines.append(f"family {family}")
                for edited, old, new in mutant.edits:
                    if edited == family:
                        lines += [f"-{old}"] * bool(old) + [f"+{new}"] * bool(new)
            if mutant.facts:
                file = folder / f"{number}.facts"
                file.write_bytes(mutant.facts)
                lines.append(f"facts {file}")
        result = subprocess.run(
            [str(self.program), "--mutants"], input="\n".join(lines) + "\n", capture_output=True, text=True, check=False
        )
        if result.returncode != 0:
            raise MutateError(f"{self.program} --mutants: {result.stderr.strip() or result.returncode}")
        verdicts = []
        for line in result.stdout.splitlines():
            number_text, failed, checks = line.split("\t")
            verdicts.append(Verdict(mutants[int(number_text)], str(self.target), int(failed), checks))
        if len(verdicts) != len(mutants):
            raise MutateError(f"{self.program} judged {len(verdicts)} of {len(mutants)} mutants")
        return verdicts


def _judge_header_mutant(
    checker: Checker, resolved: Resolved, units: dict[str, Any], mutant: HeaderMutant, folder: pathlib.Path
) -> Mutant | Verdict:
    overlay = folder / "include"
    edited = overlay / mutant.path
    edited.parent.mkdir(parents=True)
    edited.write_text(mutant.text, encoding="utf-8", errors="surrogateescape")
    compiler = dataclasses.replace(
        checker.compiler,
        c_flags=(f"-I{overlay}", *checker.compiler.c_flags),
        cxx_flags=(f"-I{overlay}", *checker.compiler.cxx_flags),
    )
    plain = Mutant("headers", mutant.what, f"<{mutant.path}>:{mutant.line}: {mutant.name}: {mutant.what}")
    try:
        facts = _facts_of(compiler, units, folder / "facts")
    except collect_facts.CollectError as error:
        return Verdict(plain, str(checker.target), 1, "", f"the header no longer compiles: {error}"[:200])
    return dataclasses.replace(plain, facts=b"".join(fact.packed(sys.byteorder) for fact in facts))


def header_verdicts(
    checker: Checker, resolved: Resolved, count: int, seed: int, folder: pathlib.Path, progress: Callable[[str], None]
) -> list[Verdict]:
    """Edits `count` declarations (0: all that can be) in copies of the headers."""
    families = {
        family: emit_probes.probes(resolved, family) for family in resolved.bindings.families
    }
    candidates = header_mutants(checker.compiler, resolved, families)
    chosen = candidates
    if count and count < len(candidates):
        chosen = random.Random(seed).sample(candidates, count)
    prepared: list[Mutant] = []
    verdicts: list[Verdict] = []

    def work(number_and_mutant: tuple[int, HeaderMutant]) -> Mutant | Verdict:
        number, mutant = number_and_mutant
        here = folder / f"header{number}"
        here.mkdir()
        units = {"family": mutant.family, "units": mutant.units}
        return _judge_header_mutant(checker, resolved, units, mutant, here)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for number, result in enumerate(pool.map(work, enumerate(chosen))):
            progress(f"headers: {number + 1} of {len(chosen)}")
            if isinstance(result, Verdict):
                verdicts.append(result)
            else:
                prepared.append(result)
    return verdicts + checker.judge(prepared, folder)


# ----------------------------------------------------------------------------
# Reports.


def _summary(verdicts: list[Verdict], equivalent: int) -> dict[str, Any]:
    counts: dict[tuple[str, str, str], list[int]] = {}
    for verdict in verdicts:
        cell = counts.setdefault((verdict.target, verdict.mutant.part, verdict.mutant.what), [0, 0])
        cell[0] += 1
        cell[1] += verdict.failed > 0
    return {
        "schema": "plumbline.mutate/1",
        "subject": "abi",
        "mutants": len(verdicts),
        "caught": sum(verdict.failed > 0 for verdict in verdicts),
        "counts": [
            {"target": target, "part": part, "what": what, "mutants": total, "caught": caught}
            for (target, part, what), (total, caught) in sorted(counts.items())
        ],
        "survivors": [
            {"target": verdict.target, "part": verdict.mutant.part, "what": verdict.mutant.what, "mutant": verdict.mutant.name}
            for verdict in verdicts
            if verdict.failed == 0
        ],
    }


def _text(summary: dict[str, Any], markdown: bool) -> str:
    heads = ("target", "part", "what is wrong", "mutants", "caught")
    rows = [
        (c["target"], c["part"], c["what"], str(c["mutants"]), str(c["caught"])) for c in summary["counts"]
    ]
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]
    lines = []
    for row in [heads, *rows]:
        cells = [cell.rjust(w) if i > 2 else cell.ljust(w) for i, (cell, w) in enumerate(zip(row, widths))]
        lines.append(f"| {' | '.join(cells)} |" if markdown else "  ".join(cells).rstrip())
        if markdown and row is heads:
            lines.append("|" + "|".join("-" * (w + 1) + (":" if i > 2 else "-") for i, w in enumerate(widths)) + "|")
    lines.append("")
    lines += [f"SURVIVED  {s['mutant']}  on {s['target']}" for s in summary["survivors"]]
    lines.append(f"{summary['mutants']} mutants, {summary['caught']} caught, {len(summary['survivors'])} survived")
    return "\n".join(lines) + "\n"


def _junit(summary: dict[str, Any]) -> str:
    from xml.sax.saxutils import quoteattr

    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>"]
    failures = len(summary["survivors"])
    lines.append(f'<testsuite name="mutate abi" tests="{summary["mutants"]}" failures="{failures}">')
    for survivor in summary["survivors"]:
        lines.append(f'<testcase classname={quoteattr(survivor["target"])} name={quoteattr(survivor["mutant"])}>')
        lines.append('<failure message="no check noticed it"/></testcase>')
    for count in summary["counts"]:
        name = f"{count['part']}: {count['what']} ({count['caught']} caught)"
        lines.append(f'<testcase classname={quoteattr(count["target"])} name={quoteattr(name)}/>')
    return "\n".join([*lines, "</testsuite>", "</testsuites>"]) + "\n"


def _write(text: str, output: pathlib.Path | None) -> None:
    if output is None:
        sys.stdout.write(text)
        return
    # `bazel run` changes the folder; the file is meant from where it was called.
    output = pathlib.Path(os.environ.get("BUILD_WORKING_DIRECTORY", "."), output)
    temporary = output.with_name(f".{output.name}.tmp")
    try:
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, output)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise MutateError(f"{output}: {error.strerror}") from None


def run(options: argparse.Namespace, progress: Callable[[str], None]) -> dict[str, Any]:
    models = [file for file in options.bindings if file.stem == _MODELS]
    bindings = Bindings.load(models[0], [file for file in options.bindings if file.stem != _MODELS])
    verdicts: list[Verdict] = []
    wanted = options.arch.split(",") if options.arch else []
    for name, program, compiler in options.checker:
        target = bindings.targets.get(name)
        if wanted and not {name, target.arch.name} & set(wanted):
            continue
        checker = Checker(
            target, pathlib.Path(program), collect_facts.Compiler.load(pathlib.Path(compiler), ".")
        )
        if not checker.runs_here():
            print(f"plumbline mutate abi: {name} is left out: this machine's kernel does not run its programs", file=sys.stderr)
            continue
        resolved = bindings.on(target)
        tables = _tables(resolved, bindings.families)
        tables[_MODELS] = emit_expectations.primitives(resolved, bindings.targets.where_of_model(target.arch))
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            if checker.judge([Mutant("", "", "none")], folder)[0].failed:
                raise MutateError(f"the checks of {name} fail as they are; mend that first (plumbline check)")
            releases = checker.releases()
            mutants: list[Mutant] = []
            if "tables" in options.part:
                progress(f"{name}: tables")
                mutants += row_mutants(tables, releases)
                mutants += layout_mutants(resolved, releases)
                mutants += model_mutants(bindings, target, tables)
            if "tests" in options.part:
                mutants += dropped_tests(tables)
            if "compiler" in options.part:
                progress(f"{name}: prototypes and feature-test macros")
                mutants += prototype_mutants(resolved, releases, checker.compiler, folder / "prototypes")
                mutants += feature_mutants(resolved, checker.compiler, folder / "features")
            progress(f"{name}: {len(mutants)} mutants to judge")
            half = (len(mutants) + 1) // 2
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                parts = [mutants[:half], mutants[half:]]
                folders = [folder / "a", folder / "b"]
                for each in folders:
                    each.mkdir()
                for judged in pool.map(checker.judge, parts, folders):
                    verdicts += judged
            if "headers" in options.part:
                verdicts += header_verdicts(checker, resolved, options.headers, options.seed, folder, progress)
    if not verdicts:
        raise MutateError(f"no target of {options.arch} is built and runs here; known are {', '.join(c[0] for c in options.checker)}")
    return _summary(verdicts, 0)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="plumbline mutate abi",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="example: plumbline mutate abi --part headers --headers 0 --arch amd64",
    )
    parser.add_argument("--arch", default="", metavar="A,…", help="only these architectures or targets")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this kind; may be repeated")
    parser.add_argument("--headers", type=int, default=240, metavar="N", help="edits of headers a target; 0 for all (default: 240)")
    parser.add_argument("--seed", type=int, default=1, help="which edits of headers (default: 1)")
    parser.add_argument("--format", choices=("text", "json", "markdown", "junit"), default="text")
    parser.add_argument("-o", "--output", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--checker", nargs=3, action="append", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--bindings", nargs="+", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    options.part = options.part or list(PARTS)
    start = time.monotonic()
    terminal = sys.stderr.isatty()

    def progress(words: str) -> None:
        if terminal and time.monotonic() - start > 1:
            print(f"\r\033[K{words}", end="", file=sys.stderr, flush=True)

    try:
        summary = run(options, progress)
        if terminal:
            print("\r\033[K", end="", file=sys.stderr)
        match options.format:
            case "json":
                text = json.dumps(summary, indent=1, ensure_ascii=False) + "\n"
            case "junit":
                text = _junit(summary)
            case other:
                text = _text(summary, other == "markdown")
        _write(text, options.output)
    except (MutateError, BindingError, collect_facts.CollectError, OSError, KeyError) as error:
        print(f"plumbline mutate abi: {error}", file=sys.stderr)
        return 2
    return 1 if summary["survivors"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
