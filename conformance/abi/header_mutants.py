"""Finds what can be edited in a target's headers, one declaration at a time."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import re
from collections.abc import Iterator
from typing import Any

from conformance.abi import collect_facts
from tools.codegen.bindings import Resolved


@dataclasses.dataclass(frozen=True, slots=True)
class HeaderMutant:
    """A header with one edit, and the probes that ought to notice."""

    family: str
    units: list[dict[str, Any]]
    path: str  # from the include folder: "bits/epoll.h"
    line: int
    name: str  # what was edited
    what: str  # how
    text: str  # the whole header, edited


@dataclasses.dataclass(frozen=True, slots=True)
class _Header:
    path: str  # from its include folder
    lines: list[str]
    active: set[int]  # the lines, from 0, that the preprocessor kept


def _include_folders(compiler: collect_facts.Compiler, language: str) -> list[str]:
    result = collect_facts.run(compiler.command(language, "-E", "-v"), "")
    text = result.stderr.partition("search starts here:\n")[2].partition("End of search list")[0]
    folders = re.findall(r"^ (\S+)$", text.replace("#include <...> search starts here:\n", ""), re.M)
    return sorted(map(os.path.normpath, folders), key=len, reverse=True)


_LINE_MARKER = re.compile(r'# (\d+) "([^"]*)"')


def _active_lines(preprocessed: str) -> dict[str, set[int]]:
    """File → lines that `-E -dD` shows: text that is compiled, and macros in force."""
    active: dict[str, set[int]] = {}
    lines: set[int] = set()
    number = 0
    for line in preprocessed.splitlines():
        if marker := _LINE_MARKER.match(line):
            number = int(marker.group(1)) - 1
            lines = active.setdefault(os.path.normpath(marker.group(2)), set())
            continue
        if line.strip():
            lines.add(number)
        number += 1
    return active


def _headers_of(compiler: collect_facts.Compiler, header: str, texts: dict[str, list[str]]) -> list[_Header]:
    """The files that `header` includes, itself among them; not the compiler's own."""
    result = collect_facts.run(
        compiler.command("c", "-std=gnu17", "-D_GNU_SOURCE", "-E", "-dD"), f"#include <{header}>\n"
    )
    folders = _include_folders(compiler, "c")
    headers = []
    for file, active in _active_lines(result.stdout).items():
        if not file.startswith("/") or "/lib/gcc" in file:
            continue
        folder = next((each for each in folders if file.startswith(each + "/")), None)
        if folder is None:
            continue
        if file not in texts:
            texts[file] = pathlib.Path(file).read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        headers.append(_Header(os.path.relpath(file, folder), texts[file], active))
    return headers


# An edit: line number (from 0), and what takes its place.
_Edit = tuple[int, list[str], str]


def _edit_macro(lines: list[str], name: str) -> Iterator[_Edit]:
    """Edits of `#define NAME value` and of an enumerator."""
    define = re.compile(rf"^(\s*#\s*define\s+{name}\s+)(\S[^/\\]*?)\s*(/\*.*)?$")
    enumerator = re.compile(rf"^(\s*){name}(\s*=\s*)([^,/]+?)\s*(,?)\s*(/\*.*)?$")
    for number, line in enumerate(lines):
        if match := define.match(line):
            value = match.group(2)
            if value == name or re.search(r"/\*|sysconf", value):
                continue
            yield number, [f"{match.group(1)}(({value}) + 1)"], "value"
            yield number, [f"{match.group(1)}((short) ({value}))"], "type"
            yield number, [""], "removal"
        elif match := enumerator.match(line):
            value = match.group(3)
            yield number, [f"{match.group(1)}{name}{match.group(2)}({value}) + 1,"], "value"


def _body(lines: list[str], tag: str) -> range:
    """The lines between the braces of `struct TAG { … }`; empty if it is not here."""
    head = re.compile(rf"^\s*(typedef\s+)?{tag}\s*({{|$)")
    for number, line in enumerate(lines):
        if not head.match(line):
            continue
        start = number if "{" in line else number + 1
        if start >= len(lines) or not lines[start].lstrip().startswith("{") and "{" not in lines[start]:
            continue
        depth = 0
        for end in range(start, len(lines)):
            depth += lines[end].count("{") - lines[end].count("}")
            if depth == 0:
                return range(start + 1, end)
    return range(0)


_FIELD = re.compile(r"^\s*(?:[a-z]\w*\s+)*[\w]+[\s*]+(\w+)\s*((?:\[[^]]*\])*)\s*;")


def _edit_field(lines: list[str], tag: str, field: str) -> Iterator[_Edit]:
    body = _body(lines, tag)
    fields = [n for n in body if _FIELD.match(lines[n])]
    for number in fields:
        match = _FIELD.match(lines[number])
        assert match is not None
        if match.group(1) != field:
            continue
        suffix = match.group(2)
        other = "long long" if re.match(r"\s*(unsigned |signed )?char\b", lines[number]) else "char"
        # A flexible array has no size, and no check asks for that of its elements.
        if suffix not in ("[]", "[0]"):
            yield number, [f"  {other} {field}{suffix};"], "width"
        # Longer than any hole that alignment leaves.
        yield number, ["  char __plumbline_pad[64];", lines[number]], "padding"
        yield number, [lines[number].replace(field, f"__{field}_gone")], "removal"
        following = number + 1
        if following in fields:
            yield number, [lines[following], lines[number], "\0"], "order"


def _edit_prototype(lines: list[str], function: str) -> Iterator[_Edit]:
    """Edits of `extern … NAME (…) …;` (musl has no `extern`), which may go over several lines."""
    head = re.compile(rf"^(?!typedef\b)[a-z_].*\b{function}\s*\(")
    for number, line in enumerate(lines):
        if not head.match(line):
            continue
        end = number
        while end < len(lines) and ";" not in lines[end]:
            end += 1
        call = re.search(rf"\b{function}\s*\(", line)
        assert call is not None
        first = line[call.end() :]
        separator = "" if first.lstrip().startswith("void)") else ", "
        inserted = "int __plumbline" + (separator or "")
        rest = re.sub(r"^\s*void\)", ")", first) if not separator else first
        yield number, [line[: call.end()] + inserted + rest], "prototype"
        yield number, [re.sub(rf"\b{function}\b", f"{function}_gone", line)], "removal"
        for at in range(number, end + 1):
            if "__THROW" in lines[at]:
                yield at, [lines[at].replace("__THROW", "")], "noexcept"
            # A parameter that is const itself is of the same type without it; what it points to is not.
            to_const = re.compile(r"\bconst\s(?=[\w\s]*\*)")
            if to_const.search(lines[at]):
                yield at, [to_const.sub("", lines[at], count=1)], "prototype"


def header_mutants(
    compiler: collect_facts.Compiler, resolved: Resolved, families: dict[str, dict[str, Any]]
) -> list[HeaderMutant]:
    """Every edit that is known how to make, in a stable order."""
    texts: dict[str, list[str]] = {}
    mutants: dict[tuple[str, int, tuple[str, ...]], HeaderMutant] = {}

    def add(family: str, units: list[dict[str, Any]], header: _Header, name: str, edit: _Edit) -> None:
        number, replacement, what = edit
        # In an exchange of two lines the second goes too.
        taken = 2 if "\0" in replacement else 1
        replacement = [line for line in replacement if line != "\0"]
        lines = [*header.lines[:number], *replacement, *header.lines[number + taken :]]
        key = (header.path, number, tuple(replacement))
        mutants.setdefault(
            key, HeaderMutant(family, units, header.path, number + 1, name, what, "\n".join(lines) + "\n")
        )

    for family, probes in families.items():
        for unit in probes["units"]:
            if unit["language"] != "c":
                continue
            headers = _headers_of(compiler, unit["header"], texts)
            # The C++ view of the same header notices what C can't see.
            units = [each for each in probes["units"] if each["header"] == unit["header"]]
            for probe in unit["probes"]:
                kind, _, rest = probe["key"].partition(":")
                name = rest.rpartition("@")[0]
                if _defined_twice(probe, headers):
                    continue
                for header in headers:
                    for edit in _edits(resolved, kind, name, unit["side"], probe, header.lines):
                        if edit[0] in header.active:
                            add(family, units, header, name, edit)
    return sorted(mutants.values(), key=lambda mutant: (mutant.path, mutant.line, mutant.what, mutant.text))


def _defined_twice(probe: dict[str, Any], headers: list[_Header]) -> bool:
    """Whether a macro is defined more than once: then one edit alone changes nothing."""
    if "defined" not in probe:
        return False
    define = re.compile(rf"\s*#\s*define\s+{re.escape(probe['defined'])}\s")
    found = sum(bool(define.match(header.lines[n])) for header in headers for n in header.active if n < len(header.lines))
    return found > 1


def _edits(
    resolved: Resolved, kind: str, name: str, side: str, probe: dict[str, Any], lines: list[str]
) -> Iterator[_Edit]:
    if kind == "constant":
        # What is evaluated at run time is no fact of the object file.
        if "runtime" in probe:
            return
        # The type is promised of the header that programs include.
        promised = "libc" if resolved.constant(name).header else "uapi"
        for edit in _edit_macro(lines, probe["defined"]):
            if edit[2] != "type" or side == promised:
                yield edit
    elif kind == "field":
        type_name, _, path = name.partition(":")
        declared = resolved.type(type_name)
        tag = type_name if side == "libc" else declared.uapi_name
        if tag.startswith(("struct ", "union ")) and "." not in path:
            for edit in _edit_field(lines, tag, path):
                # In a union every member is first.
                if declared.kind == "struct" or edit[2] in ("width", "removal"):
                    yield edit
    elif kind == "prototype":
        yield from _edit_prototype(lines, name)
