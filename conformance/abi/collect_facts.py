"""Asks a target's compiler and headers for facts, and puts the answers in an archive.

One unit is one header, so that a name is found in the header that is declared for it
and in no other. A name that the header lacks takes its own fact with it, not the build:
a first pass compiles every probe, each on a line of its own, and the diagnostics' lines
say which to leave out. Further passes ask which feature-test macro shows a name, and in
whose header it is defined.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

# Flags of facts.h.
PRESENT = 1
VISIBLE_STRICT = 8
VISIBLE_FEATURE = 16
FROM_UAPI = 32
FROM_LIBC = 64
IN_IF = "PLUMBLINE_IN_IF"

# The macros that show all that headers have. In glibc the first implies the second.
EVERYTHING = ("-D_GNU_SOURCE", "-D_LARGEFILE64_SOURCE")

_UAPI_FOLDERS = "linux|asm|asm-generic|mtd|rdma|sound|video|xen|misc|drm|scsi"
_UAPI_HEADER = re.compile(rf".*/include/(?:[\w-]+-linux-gnu\w*/)?(?:{_UAPI_FOLDERS})/[^\"]*$")
_COMPILER_HEADER = re.compile(r".*/lib/(?:gcc|gcc-cross|llvm|llvm-\d+|clang)/.*")
_LINE_MARKER = re.compile(r'# \d+ "([^"]*)"')
_DEFINE = re.compile(r"#(define|undef) (\w+)")
# An enumerator without a macro of its name, and a typedef.
_ENUMERATOR = re.compile(r"\s*([A-Za-z_]\w*)\s*(?:=[^;()]*)?,?$")
_TYPEDEF = re.compile(r"(?:typedef\b|\}).*?\b(\w+)\s*(?:\[[^]]*\])?;$")
_TAG = re.compile(r"\b(struct|union)\s+(?:__attribute__\s*\(\(.*?\)\)\s*)?(\w+)\s*(?=\{|$)")


class CollectError(Exception):
    """The compiler could not be asked."""


@dataclasses.dataclass(frozen=True, slots=True)
class Compiler:
    cc: str
    cxx: str
    ar: str
    c_flags: tuple[str, ...]  # for the target and the variant
    cxx_flags: tuple[str, ...]
    include: str  # the folder that holds conformance/abi/facts.h

    @staticmethod
    def load(path: pathlib.Path, include: str) -> Compiler:
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            return Compiler(
                told["cc"], told["cxx"], told["ar"], tuple(told["c_flags"]), tuple(told["cxx_flags"]), include
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CollectError(f"{path} does not describe a compiler: {error}") from None

    def command(self, language: str, *more: str) -> list[str]:
        tool, flags = (self.cxx, self.cxx_flags) if language == "c++" else (self.cc, self.c_flags)
        return [tool, "-x", language, "-I", self.include, *flags, *more]


def run(command: list[str], source: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"}
    try:
        return subprocess.run(
            [*command, "-"], input=source, capture_output=True, text=True, env=environment, check=False
        )
    except OSError as error:
        raise CollectError(f"cannot run {command[0]}: {error.strerror}") from None


class _Source:
    """Source text that remembers which probe each line serves."""

    def __init__(self, unit: dict[str, Any]) -> None:
        self.unit = unit
        self.lines: list[str] = []
        self.owners: dict[int, tuple[int, str]] = {}  # line → (probe, part)

    def add(self, text: str, owner: tuple[int, str] | None = None) -> None:
        self.lines.append(text)
        if owner is not None:
            self.owners[len(self.lines)] = owner

    def text(self) -> str:
        return "\n".join(self.lines) + "\n"


@dataclasses.dataclass(slots=True)
class _Answers:
    """What the passes found about the probes of one unit."""

    missing: dict[int, str]  # probe → the compiler's words
    not_in_if: set[int]
    flags: dict[int, int]


def _write_source(unit: dict[str, Any], answers: _Answers | None, presence: bool = False) -> _Source:
    """The unit's text; with no answers yet, everything is in it.

    With `presence`, it asks no more than which names the one header shows.
    """
    conditions = not presence
    cxx = unit["language"] == "c++"
    source = _Source(unit)
    probes = unit["probes"]
    kept = [i for i in range(len(probes)) if answers is None or i not in answers.missing]
    if kept:
        source.add(f"#include <{unit['header']}>")
    if not presence:
        for header in sorted({header for i in kept for header in probes[i].get("headers", [])}):
            # Where there is none, only the probes that need its types are to fail.
            source.add(f"#if __has_include(<{header}>)")
            source.add(f"#include <{header}>")
            source.add("#endif")
    source.add(f'#include "conformance/abi/facts{"_cxx" if cxx else ""}.h"')
    source.add("#define PLUMBLINE_BIG_ENDIAN (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)")
    for index in kept:
        probe = probes[index]
        if "condition" in probe and conditions:
            if answers is None or index not in answers.not_in_if:
                source.add(f"#if {probe['condition']}", (index, "condition"))
                source.add(f"#define PLUMBLINE_IF_{index} {IN_IF}")
                source.add("#else")
            else:
                source.add("#if 1")
            source.add(f"#define PLUMBLINE_IF_{index} 0")
            source.add("#endif")
        if "definition" in probe:
            source.add(probe["definition"], (index, "definition"))
    source.add("PLUMBLINE_FACTS static const struct plumbline_fact plumbline_fact_rows[] = {")
    for index in kept:
        probe = probes[index]
        flags = str(answers.flags.get(index, 0)) if answers else "0"
        if "condition" in probe and conditions:
            flags += f" | PLUMBLINE_IF_{index}"
        row = probe.get("presence", probe["row"]) if presence else probe["row"]
        source.add(row.replace("%FLAGS%", flags), (index, "row"))
    if answers:
        for index in answers.missing:
            source.add(f"{{{_hash(probes[index])}, 0, 0, 0, PLUMBLINE_OTHER, 0}},")
    source.add("};")
    if presence:
        return source
    if any("runtime" in probes[index] for index in kept):
        source.add("PLUMBLINE_RUNTIME static const struct plumbline_runtime_fact plumbline_runtime_rows[] = {")
        for index in kept:
            if "runtime" in probes[index]:
                source.add(probes[index]["runtime"], (index, "runtime"))
        source.add("};")
    texts = [(index, probes[index]["text"]) for index in kept if "text" in probes[index]]
    if texts or (answers and answers.missing):
        source.add("PLUMBLINE_TEXTS static const struct plumbline_text plumbline_text_rows[] = {")
        for index, text in texts:
            source.add(text, (index, "text"))
        if answers:
            for index, reason in answers.missing.items():
                source.add(f"{{{_hash(probes[index])}, {json.dumps(reason, ensure_ascii=True)}}},")
        source.add("};")
    return source


def _hash(probe: dict[str, Any]) -> str:
    match = re.search(r"0x[0-9a-f]{16}ull", probe["row"])
    assert match is not None
    return match.group()


def _errors(compiler: Compiler, source: _Source, more: Iterable[str]) -> dict[tuple[int, str], str]:
    """The probes' parts that do not compile, with the compiler's first word on each."""
    unit = source.unit
    command = compiler.command(
        unit["language"],
        "-fsyntax-only",
        "-fdiagnostics-format=json",
        "-ftrack-macro-expansion=0",  # an error inside a header's macro is put where it is used
        "-fmax-errors=0",
        "-Werror=undef",  # #if must not take a name that is no macro for 0
        *more,
    )
    result = run(command, source.text())
    found: dict[tuple[int, str], str] = {}
    if result.returncode == 0:
        return found
    try:
        # "compilation terminated." may follow.
        diagnostics, _ = json.JSONDecoder().raw_decode(result.stderr)
    except json.JSONDecodeError:
        raise CollectError(f"{command[0]} failed on <{unit['header']}>:\n{result.stderr.strip()}") from None
    for diagnostic in _flat(diagnostics):
        caret = diagnostic["locations"][0]["caret"]
        owner = source.owners.get(caret["line"]) if caret["file"] == "<stdin>" else None
        if owner is None:
            message = diagnostic["message"]
            if caret["file"] == "<stdin>" and "No such file" in message:
                for index in range(len(unit["probes"])):
                    found[index, "row"] = f"there is no header <{unit['header']}>"
                return found
            raise CollectError(
                f"<{unit['header']}> does not compile: {caret['file']}:{caret['line']}: {message}"
            )
        found.setdefault(owner, _plain(diagnostic["message"]))
    return found


def _flat(diagnostics: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """All errors; GCC files one that it meets while it reads ahead as another's child."""
    for diagnostic in diagnostics:
        if diagnostic["kind"] in ("error", "fatal error"):
            yield diagnostic
        yield from _flat(diagnostic.get("children", []))


def _plain(message: str) -> str:
    """The compiler's message without its own names and quotes."""
    message = message.replace("\u2018", "'").replace("\u2019", "'")
    return re.sub(r" \(first use in this function\)|; did you mean.*|\(each undeclared.*", "", message)


def _origins(compiler: Compiler, unit: dict[str, Any], base: list[str]) -> dict[str, int]:
    """For each macro, enumerator, tag and typedef: whether a kernel header or the C library's defines it."""
    result = run(compiler.command(unit["language"], "-E", "-dD", *base), f"#include <{unit['header']}>\n")
    origins: dict[str, int] = {}
    side = 0
    for line in result.stdout.splitlines():
        if line.startswith("#"):
            marker = _LINE_MARKER.match(line)
            if marker:
                file = os.path.normpath(marker.group(1))
                if _UAPI_HEADER.match(file):
                    side = FROM_UAPI
                elif file.startswith("/") and not _COMPILER_HEADER.match(file):
                    side = FROM_LIBC
                else:
                    side = 0
                continue
            define = _DEFINE.match(line)
            if define:
                origins[define.group(2)] = side if define.group(1) == "define" else 0
            continue
        for pattern in (_ENUMERATOR, _TYPEDEF):
            named = pattern.match(line)
            if named:
                origins.setdefault(named.group(1), side)
        for tag in _TAG.finditer(line):
            # A tag at the end of a line may be a mere mention; the last one with a body wins.
            if line.rstrip().endswith(";") and "{" not in line:
                continue
            origins.setdefault(f"{tag.group(1)} {tag.group(2)}", side)
    return origins


def _ask(compiler: Compiler, unit: dict[str, Any], kernel: bool) -> _Answers:
    cxx = unit["language"] == "c++"
    base = ["-std=c++20"] if cxx else ["-std=gnu17"]
    base += EVERYTHING
    answers = _Answers({}, set(), {})
    probes = unit["probes"]
    if any(probe.get("headers") for probe in probes):
        found = _errors(compiler, _write_source(unit, None, presence=True), base)
        answers.missing.update({index: reason for (index, _), reason in found.items()})
    for (index, part), reason in _errors(compiler, _write_source(unit, None), base).items():
        if part == "condition":
            answers.not_in_if.add(index)
        else:
            answers.missing.setdefault(index, reason)
    if cxx:
        return answers
    if len(answers.missing) == len(probes):
        return answers
    origins = _origins(compiler, unit, base)
    for index, probe in enumerate(probes):
        answers.flags[index] = origins.get(probe.get("defined", ""), 0)
    if kernel:
        return answers
    strict = _write_source(unit, None, presence=True)
    hidden = _parts(_errors(compiler, strict, ["-std=c11"]))
    for index in range(len(probes)):
        if index not in hidden:
            answers.flags[index] |= VISIBLE_STRICT
    for feature in sorted({probe["feature"] for probe in probes} - {""}):
        hidden = _parts(_errors(compiler, strict, ["-std=c11", f"-D{feature}"]))
        for index, probe in enumerate(probes):
            if probe["feature"] == feature and index not in hidden:
                answers.flags[index] |= VISIBLE_FEATURE
    return answers


def _parts(errors: dict[tuple[int, str], str]) -> set[int]:
    return {index for index, _ in errors}


def collect(
    compiler: Compiler,
    probes: dict[str, Any],
    folder: pathlib.Path,
    sources: list[dict[str, Any]] | None = None,
) -> list[pathlib.Path]:
    """Compiles the units of one family to object files in `folder`; adds to `sources` what it compiled."""
    objects = []
    for number, unit in enumerate(probes["units"]):
        answers = _ask(compiler, unit, unit["side"] == "uapi")
        source = _write_source(unit, answers)
        # A name per unit makes the archive's members, and so its bytes, the same each time.
        name = re.sub(r"\W", "_", f"{probes['family']}_{unit['side']}_{unit['header']}_{unit['language']}")
        output = folder / f"{number:02}_{name}.o"
        standard = "-std=c++20" if unit["language"] == "c++" else "-std=gnu17"
        command = compiler.command(
            unit["language"], standard, *EVERYTHING, "-w", "-O0", "-g0", "-fPIC", "-c", "-o", str(output)
        )
        result = run(command, source.text())
        if result.returncode != 0:
            raise CollectError(
                f"the facts of <{unit['header']}> do not compile, though their probes did:\n{result.stderr.strip()}"
            )
        objects.append(output)
        if sources is not None:
            sources.append(_kept(source, output.name, answers))
    return objects


def _kept(source: _Source, name: str, answers: _Answers) -> dict[str, Any]:
    """A unit's last source, for another compiler to read: see compare_compilers.py."""
    unit = source.unit
    return {
        "object": name,
        "language": unit["language"],
        "side": unit["side"],
        "header": unit["header"],
        "keys": [probe["key"] for probe in unit["probes"]],
        "missing": {_hash(unit["probes"][index]): reason for index, reason in answers.missing.items()},
        "lines": source.lines,
        # Line → the key of the probe that it serves, and which part of it.
        "owners": {line: [unit["probes"][index]["key"], part] for line, (index, part) in source.owners.items()},
        # What the source leaves out, as the headers lack it: key → row that does not compile.
        "absent": {
            probe["key"]: probe.get("presence", probe["row"]).replace("%FLAGS%", "0")
            for probe in (unit["probes"][index] for index in sorted(answers.missing))
        },
    }


@dataclasses.dataclass(frozen=True, slots=True)
class Fact:
    """A record of the section plumbline_facts, as facts.h has it."""

    key: int
    value: int
    size: int
    align: int
    type: int
    flags: int

    _LAYOUT: ClassVar[str] = "QQIIII"

    def packed(self, byte_order: str) -> bytes:
        return struct.pack(
            (">" if byte_order == "big" else "<") + self._LAYOUT,
            self.key, self.value, self.size, self.align, self.type, self.flags,
        )  # fmt: skip


def read_facts(compiler: Compiler, file: pathlib.Path) -> list[Fact]:
    """The facts that an object file holds; it need not be one of this machine."""
    objcopy = re.sub(r"ar$", "objcopy", compiler.ar)
    # objcopy takes its output away when it fails, so that is in a folder of its own.
    with tempfile.TemporaryDirectory() as folder:
        section = pathlib.Path(folder) / "facts"
        result = subprocess.run(
            [objcopy, "-O", "binary", "--only-section=plumbline_facts",
             "--set-section-flags", "plumbline_facts=alloc", str(file), str(section)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if result.returncode != 0:
            raise CollectError(f"{file}: {result.stderr.strip()}")
        data = section.read_bytes()
    # EI_DATA, the sixth byte of an ELF file: 1 is little-endian, 2 big-endian.
    big = file.read_bytes()[5] == 2
    return [Fact(*fields) for fields in struct.iter_unpack((">" if big else "<") + Fact._LAYOUT, data)]


def _write_facts(path: pathlib.Path, facts: Iterable[Fact], reasons: dict[str, str]) -> None:
    """The facts as text, a line each, with why a thing is absent: see static_facts.py."""
    lines = [
        f"{fact.key:#018x}\t{fact.value:#x}\t{fact.size}\t{fact.align}\t{fact.type}\t{fact.flags}"
        f"\t{' '.join(reasons.get(f'{fact.key:#018x}ull', '').split())}\n"
        for fact in facts
    ]
    path.write_text("".join(lines), encoding="utf-8")


def _write_sources(path: pathlib.Path, family: str, units: list[dict[str, Any]]) -> None:
    """Written whole or not at all, and the same each time."""
    told = {"schema": "plumbline.sources/1", "family": family, "units": units}
    unfinished = path.with_name(path.name + ".tmp")
    try:
        unfinished.write_text(json.dumps(told, indent=1), encoding="utf-8")
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="collect_facts", description=__doc__)
    parser.add_argument("--probes", required=True, type=pathlib.Path)
    parser.add_argument(
        "--compiler",
        required=True,
        type=pathlib.Path,
        help="JSON file with cc, cxx and ar (programs), c_flags and cxx_flags (lists)",
    )
    parser.add_argument("--include", default=".", help="folder that holds conformance/abi")
    parser.add_argument("-o", "--output", required=True, type=pathlib.Path, help="archive to write")
    parser.add_argument("--sources", type=pathlib.Path, help="JSON file to write: what was compiled, unit by unit")
    parser.add_argument("--facts", type=pathlib.Path, help="text file to write: the facts of the archive")
    options = parser.parse_args(arguments)
    try:
        compiler = Compiler.load(options.compiler, options.include)
        probes = json.loads(options.probes.read_text(encoding="utf-8"))
        sources: list[dict[str, Any]] = []
        with tempfile.TemporaryDirectory() as folder:
            objects = collect(compiler, probes, pathlib.Path(folder), sources)
            archive = options.output.with_name(options.output.name + ".tmp")
            archive.unlink(missing_ok=True)
            try:
                subprocess.run([compiler.ar, "rcsD", str(archive), *map(str, objects)], check=True)
                if options.sources:
                    _write_sources(options.sources, probes["family"], sources)
                if options.facts:
                    facts = [fact for each in objects for fact in read_facts(compiler, each)]
                    reasons = {key: why for unit in sources for key, why in unit["missing"].items()}
                    _write_facts(options.facts, facts, reasons)
                os.replace(archive, options.output)
            finally:
                archive.unlink(missing_ok=True)
    except (CollectError, OSError, json.JSONDecodeError, subprocess.CalledProcessError) as error:
        print(f"collect_facts: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
