"""Holds clang's facts of a target against gcc's: a second opinion on the same headers.

collect_facts.py keeps the C sources that gcc compiled at last. Clang compiles them for
the same target with the target's headers, and its own <stddef.h> and the like; each fact
(a value, size, alignment, offset, type, whether a prototype fits) must be gcc's. Nothing
runs. A line that gcc took and clang refuses is a disagreement too.

Not asked: the C++ units, which hang on where libstdc++ is, and what a program finds only
when it runs (the values of SIGRTMIN and the like, the places of bit-fields).
"""

from __future__ import annotations

import argparse
import dataclasses
import fnmatch
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Sequence
from typing import Any

from conformance.abi.collect_facts import PRESENT, CollectError, Compiler, Fact, read_facts, run
from tools.codegen import keys

CLANG = "clang-14"

# Flags of facts.h that a compiler finds out. The others, of visibility and origin, are
# written into the source by collect_facts.py and would only be compared with themselves.
NEGATIVE = 2
IN_IF = 4
CONSTANT_EXPRESSION = 256

# enum plumbline_type of facts.h.
_TYPES = (
    "another type", "char", "signed char", "unsigned char", "short", "unsigned short", "int", "unsigned int",
    "long", "unsigned long", "long long", "unsigned long long", "_Bool", "float", "double", "long double", "a pointer",
)  # fmt: skip

_ERROR = re.compile(r"(.*?):(\d+):\d+: (?:fatal )?error: (.*)")
_OWN_HEADERS = re.compile(r".*/lib/gcc(?:-cross)?/.*")
_TAKES_FOLDER = ("-I", "-idirafter", "-isystem", "-iquote")


class CompareError(Exception):
    """The two could not be compared."""


@dataclasses.dataclass(frozen=True, slots=True)
class Unit:
    """A source that gcc compiled: what one header says."""

    family: str
    archive: pathlib.Path
    member: str  # of the archive: what gcc made of it
    side: str
    header: str
    keys: tuple[str, ...]
    lines: tuple[str, ...]
    owners: dict[int, tuple[str, str]]  # line → (key, part of the probe)
    absent: dict[str, str]  # key → row that gcc refused, as the header lacks the name


@dataclasses.dataclass(frozen=True, slots=True)
class Disagreement:
    """One fact of which gcc and clang say different things."""

    key: str  # "constant:EPOLLIN@libc", as tools/codegen/keys.py names facts
    what: str  # "value", "size", "alignment", "offset", "type", …
    header: str
    gcc: str
    clang: str

    def __str__(self) -> str:
        return f"{check_of(self.key)} in <{self.header}>: {self.what}: gcc says {self.gcc}, clang says {self.clang}"


@dataclasses.dataclass(frozen=True, slots=True)
class Listed:
    """An entry of the ledger."""

    target: str
    key: str
    what: str
    reason: str


def check_of(key: str) -> str:
    """The check that judges a fact, by the name that the checker gives it."""
    kind, _, rest = key.partition(":")
    name = rest.rpartition("@")[0] or rest
    match kind:
        case "constant":
            return f"Constant/{name}"
        case "type":
            return f"Layout/{name.rpartition(' ')[2]}"
        case "field":
            type_name, _, path = name.partition(":")
            return f"Layout/{type_name.rpartition(' ')[2]}/{path.replace('.', '/')}"
        case "prototype":
            return f"Prototype/{name}"
        case "primitive":
            return f"DataModel/{name}"
        case _:
            return f"{kind.capitalize()}/{name}"


def told(key: str, fact: Fact) -> dict[str, str]:
    """What a fact tells, in words that can be compared and read."""
    if not fact.flags & PRESENT:
        return {"presence": "it is absent"}
    type_name = _TYPES[fact.type] if fact.type < len(_TYPES) else f"type {fact.type}"
    match key.partition(":")[0]:
        case "constant" | "environment":
            value = fact.value - (1 << 64) if fact.flags & NEGATIVE and fact.value >> 63 else fact.value
            return {
                "value": f"{value} ({value:#x})",
                "type": f"{type_name} of {fact.size} bytes",
                "use in #if": "it has the declared value" if fact.flags & IN_IF else "it has not",
                "use in a constant expression": "possible" if fact.flags & CONSTANT_EXPRESSION else "impossible",
            }
        case "type" | "primitive":
            return {"size": str(fact.value), "alignment": str(fact.align), "type": type_name}
        case "field":
            return {"offset": str(fact.value), "size": str(fact.size), "type": type_name}
        case "prototype":
            return {"prototype": "it is as declared" if fact.value else "it is another"}
        case kind:
            raise CompareError(f"{key}: nobody knows how to compare a {kind}")


def clang_command(clang: str, triple: str, compiler: Compiler, more: Sequence[str] = ()) -> list[str]:
    """Clang, called for the target as gcc is: with its headers and macros, not with its options."""
    command = [clang, f"--target={triple}", "-x", "c", "-I", compiler.include]
    flags = iter(compiler.c_flags)
    for flag in flags:
        if flag == "-nostdinc":
            # Clang's own headers stay, where gcc's are among the folders that follow.
            command.append("-nostdlibinc")
        elif flag in _TAKES_FOLDER:
            folder = next(flags, "")
            if not _OWN_HEADERS.match(folder):
                command += [flag, folder]
        elif flag.startswith(("-D", "-U")):
            command.append(flag)
    return [
        *command, "-std=gnu17", "-D_GNU_SOURCE", "-O0", "-fPIC",
        # No warnings but this one: #if must not take a name that is no macro for 0.
        "-Wno-everything", "-Werror=undef",
        "-ferror-limit=0", "-fno-caret-diagnostics", "-fno-color-diagnostics",
        *more,
    ]  # fmt: skip


def load_units(path: pathlib.Path) -> list[Unit]:
    """The C units of a file that collect_facts.py wrote, beside the archive of the same family."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["schema"] != "plumbline.sources/1":
            raise CompareError(f"{path}: its schema is {kept['schema']}, not plumbline.sources/1")
        archive = path.with_name(f"lib{kept['family']}.a")
        return [
            Unit(
                kept["family"], archive, unit["object"], unit["side"], unit["header"],
                tuple(unit["keys"]), tuple(unit["lines"]),
                {int(line): (key, part) for line, (key, part) in unit["owners"].items()},
                dict(unit["absent"]),
            )
            for unit in kept["units"]
            if unit["language"] == "c"
        ]  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CompareError(f"{path} does not hold kept sources: {error}") from None


def clang_facts(
    command: list[str], unit: Unit, compiler: Compiler, folder: pathlib.Path
) -> tuple[dict[int, Fact], dict[str, str]]:
    """What clang finds, and of the keys whose lines it refuses, why."""
    lines = list(unit.lines)
    refused: dict[str, str] = {}
    output = folder / "clang.o"
    while True:
        result = run([*command, "-c", "-o", str(output)], "\n".join(lines) + "\n")
        if result.returncode == 0:
            return {fact.key: fact for fact in read_facts(compiler, output)}, refused
        found: dict[int, str] = {}
        for line in result.stderr.splitlines():
            if error := _ERROR.fullmatch(line):
                file, number, message = error.group(1), int(error.group(2)), error.group(3)
                if file != "<stdin>" or number not in unit.owners:
                    raise CompareError(f"clang cannot compile <{unit.header}>: {line}")
                found.setdefault(number, message)
        if not found:
            raise CompareError(f"clang failed on <{unit.header}>: {result.stderr.strip()}")
        for number, message in found.items():
            key, part = unit.owners[number]
            if part == "condition":
                # Its fact is there all the same, and says that #if can't evaluate it.
                lines[number - 1] = "#if 0"
                continue
            refused.setdefault(key, message)
            for owned, (owner, its_part) in unit.owners.items():
                if owner == key and its_part != "condition":
                    lines[owned - 1] = ""


def shown_to_clang(command: list[str], unit: Unit) -> set[str]:
    """Which of the names that gcc found absent clang finds."""
    if not unit.absent:
        return set()
    lines = [
        f"#if __has_include(<{unit.header}>)", f"#include <{unit.header}>", "#endif",
        '#include "conformance/abi/facts.h"',
        "PLUMBLINE_FACTS static const struct plumbline_fact plumbline_fact_rows[] = {",
    ]  # fmt: skip
    owners = {len(lines) + number: key for number, key in enumerate(unit.absent, start=1)}
    result = run([*command, "-fsyntax-only"], "\n".join([*lines, *unit.absent.values(), "};"]) + "\n")
    shown = set(unit.absent)
    for line in result.stderr.splitlines():
        if error := _ERROR.fullmatch(line):
            owner = owners.get(int(error.group(2))) if error.group(1) == "<stdin>" else None
            if owner is None:
                raise CompareError(f"clang cannot compile <{unit.header}>: {line}")
            shown.discard(owner)
    return shown


def compare(
    unit: Unit, gcc: dict[int, Fact], clang: dict[int, Fact], refused: dict[str, str], shown: set[str]
) -> list[Disagreement]:
    found: list[Disagreement] = []
    for key in unit.keys:
        hashed = keys.fnv1a(key)
        if hashed not in gcc:
            raise CompareError(f"{unit.archive.name}({unit.member}) lacks the fact {key}: it is not of these sources")
        of_gcc = told(key, gcc[hashed])
        if key in shown:
            found.append(Disagreement(key, "presence", unit.header, "it is absent", "it is there"))
        elif key in refused:
            found.append(Disagreement(key, "compilation", unit.header, "it compiles", f"“{refused[key]}”"))
        elif hashed not in clang:
            raise CompareError(f"clang's object of <{unit.header}> lacks the fact {key}")
        else:
            of_clang = told(key, clang[hashed])
            for what in sorted(of_gcc.keys() | of_clang.keys()):
                one, other = of_gcc.get(what, "nothing"), of_clang.get(what, "nothing")
                if one != other:
                    found.append(Disagreement(key, what, unit.header, one, other))
    return found


def load_ledger(path: pathlib.Path) -> list[Listed]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise CompareError(f"{path}: {error}") from None
    if unknown := document.keys() - {"disagreement"}:
        raise CompareError(f"{path}: unknown table [{sorted(unknown)[0]}]; entries are [[disagreement]]")
    entries: list[Listed] = []
    wanted = {"targets", "key", "what", "reason", "source"}
    for entry in document.get("disagreement", []):
        name = entry.get("key", "an entry")
        if odd := entry.keys() ^ wanted:
            word = "unknown" if odd - wanted else "missing"
            raise CompareError(f"{path}: {name}: {word}: {', '.join(sorted(odd - wanted or odd))}")
        if not isinstance(entry["targets"], list) or not all(
            isinstance(entry[text], str) and entry[text] for text in wanted - {"targets"}
        ):
            raise CompareError(f"{path}: {name}: targets is a list, everything else a text that says something")
        for target in entry["targets"]:
            listed = Listed(target, entry["key"], entry["what"], entry["reason"])
            if any((other.target, other.key, other.what) == (target, listed.key, listed.what) for other in entries):
                raise CompareError(f"{path}: {name}: {listed.what} on {target} is listed twice")
            entries.append(listed)
    return entries


@dataclasses.dataclass(slots=True)
class Report:
    """Named cases, as the test's JUnit file and standard output have them."""

    target: str
    passed: list[str] = dataclasses.field(default_factory=list)
    failed: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    skipped: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    facts: int = 0
    known: int = 0  # disagreements that the ledger lists

    def write_junit(self, path: pathlib.Path) -> None:
        cases = [(name, "", "") for name in self.passed]
        cases += [(name, "failure", message) for name, message in self.failed]
        cases += [(name, "skipped", message) for name, message in self.skipped]
        suite = ElementTree.Element(
            "testsuite",
            name=f"clang {self.target}",
            tests=str(len(cases)),
            failures=str(len(self.failed)),
            skipped=str(len(self.skipped)),
        )
        for name, outcome, message in sorted(cases):
            case = ElementTree.SubElement(suite, "testcase", classname=f"clang.{self.target}", name=name)
            if outcome:
                ElementTree.SubElement(case, outcome, message=message).text = message
        ElementTree.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)

    def print(self) -> None:
        for name, message in self.failed:
            print(f"FAILED  {name}", *message.splitlines(), sep="\n        ")
        families = [name.partition("/")[0] for name, _ in self.failed if not name.startswith("Ledger/")]
        if self.facts and families:
            rule = f"//conformance/abi:clang_test_{self.target.replace('/', '_')}"
            print(f"One family again: bazel test {rule} --test_filter={families[0]}")
        for name, message in self.skipped:
            print(f"skipped {self.target}: {name}: {message}")
        print(
            f"{self.target}: gcc and clang were asked for {self.facts} facts, {self.known} known disagreements; "
            f"{len(self.passed)} passed, {len(self.failed)} failed, {len(self.skipped)} skipped"
        )


def gcc_facts(compiler: Compiler, archive: pathlib.Path, folder: pathlib.Path) -> dict[str, dict[int, Fact]]:
    """The facts of each member of an archive."""
    folder.mkdir()
    result = subprocess.run(
        [compiler.ar, "x", str(archive.resolve())], cwd=folder, capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        raise CompareError(f"{archive}: {result.stderr.strip()}")
    return {
        member.name: {fact.key: fact for fact in read_facts(compiler, member)}
        for member in sorted(folder.iterdir())
        if member.name.endswith("_c.o")  # the C units
    }


def hold(
    report: Report,
    sources: Iterable[pathlib.Path],
    compiler: Compiler,
    command: list[str],
    ledger: Iterable[Listed],
    strict: bool,
) -> None:
    """Compares family by family; a case per family that agrees, and per disagreement.

    If `strict`, the sources are all that there are, and what the ledger lists must happen.
    """
    open_entries = {(entry.key, entry.what): entry for entry in ledger if entry.target == report.target}
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        for path in sources:
            family = path.name.removesuffix(".sources.json")
            failures: dict[str, list[str]] = {}
            units = load_units(path)
            seen = gcc_facts(compiler, units[0].archive, folder / family) if units else {}
            for unit in units:
                try:
                    if unit.member not in seen:
                        raise CompareError(f"{unit.archive.name} lacks {unit.member}: it is not of these sources")
                    found = compare(
                        unit,
                        seen[unit.member],
                        *clang_facts(command, unit, compiler, folder),
                        shown_to_clang(command, unit),
                    )
                except (CompareError, CollectError) as error:
                    failures[f"{family}/<{unit.header}>"] = [f"{report.target}: {error}"]
                    continue
                report.facts += len(unit.keys)
                for disagreement in found:
                    if open_entries.pop((disagreement.key, disagreement.what), None) is not None:
                        report.known += 1
                    else:
                        name = f"{family}/{check_of(disagreement.key)}"
                        failures.setdefault(name, []).append(f"{report.target}: {disagreement}")
            report.failed += [(name, "\n".join(messages)) for name, messages in failures.items()]
            if not failures:
                report.passed.append(family)
    for entry in open_entries.values() if strict else ():
        report.failed.append(
            (
                f"Ledger/{check_of(entry.key)}",
                f"{report.target}: conformance/ledger/compilers.toml lists {entry.key} ({entry.what}), "
                f"but gcc and clang agree: take it out. Its reason was: {entry.reason}",
            )
        )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="compare_compilers", description=__doc__)
    parser.add_argument("--target", required=True, help="such as i386/time64")
    parser.add_argument("--triple", required=True, help="what clang calls it, such as i686-linux-gnu")
    parser.add_argument("--compiler", required=True, type=pathlib.Path, help="compiler.json of the facts")
    parser.add_argument("--ledger", required=True, type=pathlib.Path, help="TOML file of known disagreements")
    parser.add_argument("--include", default=".", help="folder that holds conformance/abi")
    parser.add_argument("--clang", default=CLANG, help="the other compiler (default: %(default)s)")
    parser.add_argument("--clang-flag", action="append", default=[], help="a further option of clang's, to try it")
    parser.add_argument("files", nargs="+", type=pathlib.Path, help="FAMILY.sources.json, each beside libFAMILY.a")
    options = parser.parse_args(arguments)
    report = Report(options.target)
    try:
        clang = shutil.which(options.clang)
        if clang is None:
            reason = f"{options.clang} is missing: apt-get install {CLANG}"
            insisted = os.environ.get("PLUMBLINE_REQUIRE_ALL") == "1"
            (report.failed if insisted else report.skipped).append(("clang", reason))
        else:
            compiler = Compiler.load(options.compiler, options.include)
            # What `bazel test --test_filter=` asks for: some families only.
            pattern = os.environ.get("TESTBRIDGE_TEST_ONLY", "*")
            ending = ".sources.json"
            sources = sorted(path for path in options.files if fnmatch.fnmatch(path.name, pattern + ending))
            if not sources:
                raise CompareError(f"none of the files is a {pattern}{ending}")
            command = clang_command(clang, options.triple, compiler, options.clang_flag)
            nothing = run([*command, "-fsyntax-only"], "")
            if nothing.returncode != 0:
                raise CompareError(f"{options.clang} cannot compile for it: {nothing.stderr.strip()}")
            hold(report, sources, compiler, command, load_ledger(options.ledger), strict=pattern == "*")
            if report.facts == 0 and not report.failed:
                raise CompareError("there is no fact to compare")
        if xml := os.environ.get("XML_OUTPUT_FILE"):
            report.write_junit(pathlib.Path(xml))
    except (CompareError, CollectError, OSError) as error:
        print(f"compare_compilers: {options.target}: {error}", file=sys.stderr)
        return 2
    report.print()
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
