"""Holds the error tables against installed manual pages, both ways.

Every (function, errno) that a page documents must be in the table, as documented or as
never; every one that the table calls documented must be in the page. What changed between
releases of man-pages is declared by since/until = { manual = "6.9" }.
"""

from __future__ import annotations

import argparse
import dataclasses
import pathlib
import sys
from collections.abc import Sequence

from conformance.errors.manual_pages import Manual
from tools.codegen import errors
from tools.codegen.bindings import Bindings
from tools.codegen.errors import Condition, Errors
from tools.codegen.source import BindingError
from tools.codegen.targets import parse_version

_SAME = {"EWOULDBLOCK": "EAGAIN"}  # one number everywhere on Linux


@dataclasses.dataclass(frozen=True, order=True, slots=True)
class Difference:
    function: str
    error: str
    text: str

    def __str__(self) -> str:
        return f"{self.function} {self.error}: {self.text}"


def _in_manual(condition: Condition, release: tuple[int, ...]) -> bool:
    """Whether the release has a page that documents the condition, as the table says."""
    since = dict(condition.since).get("manual")
    until = dict(condition.until).get("manual")
    return (
        condition.status != "observed"
        and not (since and release < parse_version(since))
        and not (until and release >= parse_version(until))
    )


def _canonical(names: frozenset[str]) -> frozenset[str]:
    return frozenset(_SAME.get(name, name) for name in names)


def _documented(function: str, own: list[Condition], table: Errors, manual: Manual) -> set[str]:
    """The errnos that a manual gives a function and its operations, whose conditions are `own`."""
    page = manual.page(table.page_of(function))
    found = set(_canonical(page.errors_of(function))) if page is not None else set()
    # Operations have had pages of their own since 6.10; before, they were in the function's. An
    # operation is a declared constant of the same kind as one that has a table: F_, PR_, FUTEX_.
    kinds = tuple({condition.operation.split("_")[0] + "_" for condition in own if condition.operation})
    for name in sorted(table.constants):
        operation_page = manual.page(f"{name}(2const)") if kinds and name.startswith(kinds) else None
        if operation_page is not None:
            found |= _canonical(operation_page.errors_of(name))
    return found


def documented_pairs(table: Errors, manual: Manual) -> set[tuple[str, str]]:
    """Every (function, errno) that a manual documents of the functions that have a table."""
    conditions = table.all()
    return {
        (function, error)
        for function in {condition.function for condition in conditions}
        for error in _documented(function, [c for c in conditions if c.function == function], table, manual)
        - table.elsewhere.get(function, frozenset())
    }


def documented_in(conditions: list[Condition], table: Errors, manual: Manual, release: str) -> bool:
    """Whether a page's list of errors has the pair that these conditions are of."""
    number = parse_version(release)
    error = _SAME.get(conditions[0].error, conditions[0].error)
    function = conditions[0].function
    page = manual.page(table.page_of(function))
    listed = page is not None and error in _canonical(page.errors_of(function))
    return any(_in_manual(condition, number) for condition in conditions) and (listed or any(
        (page := manual.page(condition.page)) is not None
        and error in _canonical(page.errors_of(condition.page.split("(")[0]))
        for condition in conditions
        if condition.page.endswith("(2const)")
    ))


def named_in(conditions: list[Condition], table: Errors, manual: Manual) -> bool:
    """Whether every page of these conditions has the errno's name somewhere."""
    pages = [manual.page(condition.page) or manual.page(table.page_of(condition.function)) for condition in conditions]
    return all(page is not None and conditions[0].error in page.mentioned for page in pages)


def compare(table: Errors, manual: Manual, release: str, only: str = "") -> tuple[list[Difference], int]:
    """The differences, and how many pairs the pages document; of one function, or of all."""
    number = parse_version(release)
    found: list[Difference] = []
    pairs = 0
    conditions = table.all()
    for function in sorted({condition.function for condition in conditions} if not only else {only}):
        own = [condition for condition in conditions if condition.function == function]
        function_page = table.page_of(function)
        page = manual.page(function_page)
        if page is None:
            # A release can be older than the function.
            if number >= parse_version(table.newest_read()):
                found.append(Difference(function, "", f"there is no page {function_page} in man-pages {release}"))
            continue
        documented = _documented(function, own, table, manual)
        elsewhere = table.elsewhere.get(function, frozenset())
        pairs += len(documented - elsewhere)
        declared = {_SAME.get(c.error, c.error) for c in own if _in_manual(c, number)}
        for error in sorted(documented - declared - elsewhere):
            found.append(Difference(function, error, f"{function_page} of man-pages {release} has it, the table has not"))
        for error in sorted(elsewhere & declared):
            found.append(Difference(function, error, "it is in 'elsewhere' and in the table"))
        for condition in own:
            if not _in_manual(condition, number):
                continue
            source = manual.page(condition.page) or page
            if _SAME.get(condition.error, condition.error) not in _canonical(source.mentioned):
                found.append(
                    Difference(
                        condition.of,
                        condition.error,
                        f"{condition.where}: {condition.id} is called documented, but {source.name} of "
                        f"man-pages {release} does not name it",
                    )
                )
    return sorted(set(found)), pairs


def stale(table: Errors, manuals: Sequence[Manual]) -> list[Difference]:
    """What `elsewhere` lists although no release's page does."""
    found = []
    for function, names in sorted(table.elsewhere.items()):
        pages = [page for manual in manuals if (page := manual.page(table.page_of(function))) is not None]
        listed = {error for page in pages for error in _canonical(page.errors_of(function))}
        found += [Difference(function, error, "'elsewhere' has it, no page has") for error in sorted(names - listed)]
    return found


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--manual", action="append", nargs=2, metavar=("RELEASE", "FOLDER"), required=True)
    parser.add_argument("--changes", action="store_true", help="print which pairs each release adds and drops")
    parser.add_argument("files", nargs="+", type=pathlib.Path, help="bindings/*.toml")
    options = parser.parse_args(arguments)
    try:
        models = [file for file in options.files if file.stem == "data_models"]
        bindings = Bindings.load(
            models[0], (f for f in options.files if f not in models and not errors.is_error_file(f))
        )
        table = Errors.load(bindings, filter(errors.is_error_file, options.files))
    except BindingError as error:
        print(f"compare_manual: {error}", file=sys.stderr)
        return 2
    status = 0
    older: tuple[str, set[tuple[str, str]]] | None = None
    for release, folder in options.manual:
        differences, pairs = compare(table, Manual(pathlib.Path(folder)), release)
        for difference in differences:
            print(f"man-pages {release}: {difference}")
        print(f"man-pages {release}: {pairs} documented pairs, {len(differences)} differences")
        status = 1 if differences else status
        now = documented_pairs(table, Manual(pathlib.Path(folder)))
        if options.changes and older is not None:
            for sign, changed in (("+", now - older[1]), ("-", older[1] - now)):
                for function, name in sorted(changed):
                    print(f"man-pages {older[0]} to {release}: {sign} {function} {name}")
        older = (release, now)
    left_behind = stale(table, [Manual(pathlib.Path(folder)) for _, folder in options.manual])
    for difference in left_behind:
        print(difference)
    return 1 if left_behind else status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
