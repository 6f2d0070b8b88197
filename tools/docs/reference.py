"""Writes the reference: an HTML page per declared function, and an index of them.

A page has the function's prototype, its error table, and where it is available. Pages need no
network and no script; the index has a filter, for which it takes the one of `check`'s page.
"""

from __future__ import annotations

import argparse
import html
import json
import pathlib
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any

# Refuses whatever is not in the page itself, should an escape be forgotten.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)
FAILURE = {
    "errno": "returns -1 and sets errno",
    "number": "returns the error number; errno is left alone",
    "none": "never fails",
}
LIBC = {"fails": "fails with the same errno", "hangs": "never returns"}
AXES = {"kernel": "Linux", "manual": "man-pages", "headers": "kernel headers", "glibc": "glibc", "musl": "musl"}
# More targets than these are told by those that are missing.
FEW = 4

Entry = dict[str, Any]


def text(value: object) -> str:
    """Text as markup, with places where a narrow page may break it."""
    return re.sub(r"([/_])", r"\1<wbr>", html.escape(str(value)))


def releases(versions: dict[str, str]) -> str:
    return ", ".join(f"{AXES.get(axis, axis)} {version}" for axis, version in versions.items())


def difference(key: str, value: Any) -> str:
    if key == "absent":
        return "there is no such condition"
    if key in ("since", "until"):
        # An object, or a list of pairs.
        return f"{'before' if key == 'until' else key} {releases(dict(value))}"
    return f"{key}: {', '.join(value) if isinstance(value, list) else value}"


def notes(entry: Entry) -> Iterator[str]:
    """What a condition has beside the columns of the table."""
    terms = [f"{word} {releases(entry[key])}" for key, word in (("since", "since"), ("until", "before")) if entry.get(key)]
    if terms:
        yield ", ".join(terms)
    if entry.get("instead"):
        yield f"instead: {entry['instead']}"
    if entry.get("over"):
        yield f"wins over {', '.join(entry['over'])}"
    if entry.get("effect"):
        yield f"effect: {entry['effect']}"
    if entry.get("libc"):
        yield f"C library: {LIBC.get(entry['libc'], entry['libc'])}"
    if entry.get("in_namespace"):
        yield f"root of a user namespace: {entry['in_namespace']}"
    if entry.get("why"):
        yield f"why: {entry['why']}"
    grouped: dict[str, list[str]] = {}
    for selector, changes in entry.get("on", {}).items():
        words = ", ".join(difference(key, value) for key, value in changes.items())
        grouped.setdefault(words, []).append(selector)
    for words, selectors in grouped.items():
        yield f"on {', '.join(selectors)}: {words}"
    if entry.get("kernel_source"):
        yield f"source: {entry['kernel_source']}"


def provoked(entry: Entry, everywhere: list[str]) -> str:
    there = entry["provoked_on"]
    missing = [target for target in everywhere if target not in there]
    if not there:
        return "-"
    if there == ["native"]:
        return "native"
    if not missing:
        return "all"
    return f"all but {', '.join(missing)}" if len(missing) <= FEW < len(there) else ", ".join(there)


def table(titles: list[str], rows: Iterable[str], numbers: frozenset[str] = frozenset()) -> str:
    head = "".join(
        f'<th scope="col"{" class=number data-sort=number" if title in numbers else ""}>{text(title)}</th>'
        for title in titles
    )
    return (
        f'<div class="stack" data-filter="Filter">\n<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n'
        f"{''.join(rows)}</tbody>\n</table>\n</div>\n"
    )


def row(titles: list[str], cells: list[str], name: str, numbers: frozenset[str] = frozenset(), anchor: str = "") -> str:
    """`cells` are markup."""
    identity = f' id="{html.escape(anchor)}"' if anchor else ""
    first, *others = cells
    rest = "".join(
        f'<td{" class=number" if title in numbers else ""} data-label="{html.escape(title)}">{cell}</td>'
        for title, cell in zip(titles[1:], others, strict=True)
    )
    return f'<tr data-name="{html.escape(name)}"{identity}><th scope="row">{first}</th>{rest}</tr>\n'


def page(title: str, style: str, header: str, main: str, script: str = "") -> str:
    scripted = f"<script>\n{script}</script>\n" if script else ""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f'<header>\n{header}</header>\n<main class="document">\n{main}</main>\n{scripted}</body>\n</html>\n'
    )


def fields(lines: Iterable[tuple[str, str]]) -> str:
    """`lines` are a label and markup."""
    items = "".join(f"<dt>{text(label)}</dt><dd>{markup}</dd>\n" for label, markup in lines)
    return f'<dl class="fields">\n{items}</dl>\n'


def prototypes(function: Entry) -> dict[str, list[str]]:
    """Each prototype, with the targets that have it."""
    found: dict[str, list[str]] = {}
    for facts in function["facts"]:
        if not facts.get("absent"):
            found.setdefault(facts.get("declaration", facts["prototype"]), []).extend(facts["targets"])
    return found


def one_of(function: Entry, key: str) -> str:
    """The values that a fact has on all targets."""
    values = [facts[key] for facts in function["facts"] if facts.get(key)]
    return ", ".join(dict.fromkeys(values))


AVAILABILITY = ["targets", "C library", "symbol", "versions", "system call", "since"]


def availability(function: Entry, libcs: dict[str, str]) -> str:
    rows = []
    # The C libraries apart, as each has its own reason.
    for facts in function["facts"]:
        for libc in dict.fromkeys(libcs[target] for target in facts["targets"]):
            targets = [target for target in facts["targets"] if libcs[target] == libc]
            if facts.get("absent"):
                cells = [libc, "not there", "", "", ""]
            else:
                versions = ", ".join(f"GLIBC_{version}" for version in facts.get("versions", []))
                cells = [
                    libc,
                    facts.get("symbol", "none: by the raw system call"),
                    versions,
                    facts.get("syscall", "none of its own"),
                    releases(facts.get("since", {})),
                ]
            names = ", ".join(targets)
            rows.append(row(AVAILABILITY, [text(names), *(text(cell) for cell in cells)], names))
    return table(AVAILABILITY, rows)


ERRORS = ["errno", "condition", "layer", "status", "class", "provoked on"]


def error_tables(entries: list[Entry], everywhere: list[str]) -> str:
    parts = []
    operations = list(dict.fromkeys(entry.get("operation", "") for entry in entries))
    for operation in operations:
        own = [entry for entry in entries if entry.get("operation", "") == operation]
        if len(operations) > 1:
            parts.append(f"<h3>{text(operation or 'any operation')}</h3>\n")
        sources = ", ".join(dict.fromkeys(entry["source"] for entry in own))
        parts.append(f'<p class="about">{text(sources)}</p>\n')
        rows = []
        for entry in own:
            said = "".join(f"<li>{text(note)}</li>" for note in notes(entry))
            condition = text(entry["condition"]) + (f'<ul class="notes">{said}</ul>' if said else "")
            cells = [
                text(entry["errno"]),
                condition,
                *(text(entry[key]) for key in ("layer", "status", "class")),
                text(provoked(entry, everywhere)),
            ]
            name = f"{entry['errno']} {entry['condition']}"
            anchor = entry["provocation"].removeprefix("Errors/")
            rows.append(row(ERRORS, cells, name, anchor=anchor))
        parts.append(table(ERRORS, rows))
    return "".join(parts)


def function_page(function: Entry, entries: list[Entry], context: Context) -> str:
    name = function["name"]
    parts = []
    found = prototypes(function)
    header = one_of(function, "header")
    for prototype, targets in found.items():
        include = f"#include &lt;{html.escape(header)}&gt;\n" if header else ""
        parts.append(f'<pre class="scroll" tabindex="0"><code>{include}{html.escape(prototype)};</code></pre>\n')
        if len(found) > 1:
            parts.append(f'<p class="about">on {text(", ".join(targets))}</p>\n')
    failures = ", ".join(FAILURE.get(word, word) for word in one_of(function, "failure").split(", "))
    lines = [
        ("manual", text(function["page"])),
        ("when it fails", text(failures)),
        ("feature macro", text(one_of(function, "feature"))),
        ("note", text(one_of(function, "note"))),
        ("declared", text(function["where"])),
    ]
    parts.append(fields((label, markup) for label, markup in lines if markup))
    parts.append("<h2>Errors</h2>\n")
    if entries:
        parts.append(error_tables(entries, context.everywhere))
        parts.append(
            f'<p class="about">plumbline errors {text(name)} ERRNO prints the programs that show them.</p>\n'
        )
    else:
        parts.append('<p class="about">None is declared.</p>\n')
    parts.append("<h2>Availability</h2>\n" + availability(function, context.libcs))
    related = [other for other in context.names_of(function["family"]) if other != name]
    if related:
        links = "\n".join(f'<a href="{other}.html">{text(other)}</a>' for other in related)
        parts.append(f'<h2>See also</h2>\n<nav aria-label="See also">\n{links}\n</nav>\n')
    top = (
        f'<p class="tool"><a href="index.html">plumbline reference</a></p>\n<h1 class="title">{text(name)}</h1>\n'
        f'<p class="about">{text(context.titles[function["family"]])}</p>\n'
    )
    return page(f"{name}: plumbline reference", context.style, top, "".join(parts))


INDEX = ["function", "manual", "family", "conditions", "errnos", "provoked"]
INDEX_NUMBERS = frozenset({"conditions", "errnos", "provoked"})


def index_page(context: Context, script: str) -> str:
    rows = []
    for function in context.functions:
        name, entries = function["name"], context.entries_of(function["name"])
        errnos = len({entry["errno"] for entry in entries})
        shown = sum(bool(entry["provoked_on"]) for entry in entries)
        family = context.titles[function["family"]]
        cells = [
            f'<a href="{name}.html">{text(name)}</a>',
            text(function["page"]),
            text(family),
            *(str(number) for number in (len(entries), errnos, shown)),
        ]
        rows.append(row(INDEX, cells, f"{name} {family}", INDEX_NUMBERS))
    conditions = len(context.entries)
    header = (
        '<p class="tool">plumbline</p>\n<h1 class="title">Reference</h1>\n'
        f'<p class="about">{len(context.functions)} functions of the C library and Linux, and {conditions} conditions '
        "under which they fail.</p>\n"
    )
    return page("plumbline reference", context.style, header, table(INDEX, rows, INDEX_NUMBERS), script)


class Context:
    """All that is declared, and how it looks."""

    def __init__(self, declarations: Entry, errors: Entry, style: str) -> None:
        self.style = style
        self.functions = sorted(
            (entry for entry in declarations["entries"] if entry["kind"] == "function"), key=lambda entry: str(entry["name"])
        )
        self.titles = {family["name"]: family["title"] for family in declarations["families"]}
        self.libcs = {target["name"]: target.get("libc", "glibc") for target in declarations["targets"]}
        self.entries: list[Entry] = errors["entries"]
        self.everywhere: list[str] = []
        for entry in self.entries:
            if entry["class"] not in ("privileged", "fault"):
                self.everywhere += [target for target in entry["provoked_on"] if target not in self.everywhere]

    def names_of(self, family: str) -> list[str]:
        return [function["name"] for function in self.functions if function["family"] == family]

    def entries_of(self, function: str) -> list[Entry]:
        return [entry for entry in self.entries if entry["function"] == function]


def pages(declarations: Entry, errors: Entry, style: str, script: str) -> Iterator[tuple[str, str]]:
    """The files by their names."""
    context = Context(declarations, errors, style)
    known = {function["name"] for function in context.functions}
    unknown = sorted({entry["function"] for entry in context.entries} - known)
    if unknown:
        raise ValueError(f"errors of functions that are not declared: {', '.join(unknown)}")
    yield "index.html", index_page(context, script)
    for function in context.functions:
        if not re.fullmatch(r"\w+", function["name"]):
            raise ValueError(f"'{function['name']}' is no name of a function")
        yield f"{function['name']}.html", function_page(function, context.entries_of(function["name"]), context)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--declarations", type=pathlib.Path, required=True)
    parser.add_argument("--errors", type=pathlib.Path, required=True)
    parser.add_argument("--style", type=pathlib.Path, action="append", default=[], help="CSS, in this order")
    parser.add_argument("--script", type=pathlib.Path, required=True, help="of the index")
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True, help="a folder")
    options = parser.parse_args(arguments)
    try:
        written = list(
            pages(
                json.loads(options.declarations.read_text()),
                json.loads(options.errors.read_text()),
                "".join(file.read_text() for file in options.style),
                options.script.read_text(),
            )
        )
    except (OSError, ValueError) as error:
        print(f"reference: {error}", file=sys.stderr)
        return 2
    options.output.mkdir(parents=True, exist_ok=True)
    for name, content in written:
        (options.output / name).write_text(content)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
