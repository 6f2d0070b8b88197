"""Changes error tables, one entry at a time, and sees that each change is noticed.

The checker tries every provocation once, and then judges the changed rows by what it saw:
what is declared must decide the verdict. Which errnos a page documents is the manual's to
say, so changes of that are held against the manual pages, as //conformance/errors:manual_test
does.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import pathlib
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping

from conformance.errors import compare_manual
from conformance.errors.manual_pages import Manual
from tools.codegen import errors
from tools.codegen.bindings import Bindings
from tools.codegen.errors import CLASSES, LAYERS, LIBC, Condition, Errors
from tools.codegen.source import BindingError

Row = dict[str, str]


@dataclasses.dataclass(frozen=True, slots=True)
class Mutant:
    row: int  # which row it changes
    kind: str  # what it changes: "errno"
    text: str  # what it does: "EINVAL becomes EPERM"
    changed: str  # the changed row; "" if it is dropped


def parse(text: str) -> list[Row]:
    return [
        dict(cell.split("=", 1) for cell in line.split("\t")[1:]) for line in text.splitlines() if line
    ]


def render(row: Mapping[str, str]) -> str:
    return "\t".join(["error", *(f"{key}={value}" for key, value in row.items() if value)])


def mutants(rows: list[Row]) -> Iterator[Mutant]:
    for number, row in enumerate(rows):
        if row.get("absent"):
            continue
        for kind, text, changes in _changes(row):
            changed = "" if changes is None else render({**row, **changes})
            yield Mutant(number, kind, text, changed)


def _changes(row: Row) -> Iterator[tuple[str, str, Row | None]]:
    """What can be changed in one row: kind, words, and the new cells (None: it is dropped)."""
    never = row["status"] == "never"
    # Nothing provokes these, so a REASON stands for them: only what it says can be changed.
    reason = row["class"] == "impossible" or (row["class"] == "fault" and "why" in row)
    yield "dropped", "the entry is dropped", None
    yield "renamed", "the condition has another name", {"id": row["id"] + "_x"}
    if not never and not reason:
        for wrong, name in (("1", "EPERM"), ("22", "EINVAL"), ("9999", "an unknown errno")):
            if wrong != row["number"]:
                yield "errno", f"{row['errno']} becomes {name}", {"number": wrong}
        yield "status", f"{row['status']} becomes never", {"status": "never", "instead": "succeeds"}
    elif never and not reason:
        yield "status", "never becomes documented", {"status": "documented", "instead": "", "instead_number": ""}
        other = {"instead": "EXDEV", "instead_number": "18"}
        yield "instead", f"{row['instead']} becomes EXDEV", other
    for name in CLASSES:
        # A fault needs privileges to be made, as what is privileged does, and where nothing makes
        # one it is impossible: no run tells these apart.
        if name != row["class"] and {name, row["class"]} not in ({"privileged", "fault"}, {"impossible", "fault"}):
            yield "class", f"{row['class']} becomes {name}", {"class": name}
    if reason:
        yield "why", "the reason is dropped", {"why": ""}
        yield "libc", "libc = '' becomes 'fails'", {"libc": "fails"}
        yield "effect", "an effect is added", {"effect": "something"}
        return
    if not never:
        # What the C library does by itself, and what its vDSO does, look the same from outside.
        own = "kernel" if row["layer"] == "kernel" else "libc"
        for name in LAYERS[:2]:
            if name != own:
                yield "layer", f"{row['layer']} becomes {name}", {"layer": name}
    for name in ("", *LIBC):
        if name != row.get("libc", ""):
            yield "libc", f"libc = '{row.get('libc', '')}' becomes '{name}'", {"libc": name}
    if row.get("effect"):
        yield "effect", "the effect is dropped", {"effect": ""}
    elif not never:
        yield "effect", "an effect is added", {"effect": "something"}


def judged(checker: str, chosen: list[Mutant]) -> list[str]:
    """Of each mutant, the check that noticed it, "skipped" if this machine can't provoke it, or ""."""
    lines = "".join(f"{mutant.row}\t{mutant.changed}\n" for mutant in chosen)
    run = subprocess.run([checker, "--mutants"], input=lines, capture_output=True, text=True, check=False)
    answers = run.stdout.splitlines()
    if run.returncode != 0 or len(answers) != len(chosen):
        raise RuntimeError(f"{checker} --mutants: status {run.returncode}, {len(answers)} answers: {run.stderr}")
    return [answer.split("\t")[1] for answer in answers]


class _Changed(Errors):
    """Error tables with one pair's conditions changed or left out."""

    def __init__(self, table: Errors, function: str, error: str, status: str) -> None:
        self.bindings = table.bindings
        self.elsewhere = table.elsewhere
        self.constants = table.constants
        self._functions = table._functions
        self._present = table._present
        self._entries = {}
        for name, (entry, changes) in table._entries.items():
            if (entry.function, entry.error) == (function, error):
                if not status:
                    continue
                entry = dataclasses.replace(entry, status=status)
            self._entries[name] = (entry, changes)


def manual_mutants(table: Errors, manual: Manual, release: str) -> Iterator[tuple[str, str, bool]]:
    """Every documented pair, called observed or left out: words, kind, and whether it was noticed."""
    pairs: dict[tuple[str, str], list[Condition]] = collections.defaultdict(list)
    for condition in table.all():
        pairs[condition.function, condition.error].append(condition)
    sound = set(compare_manual.compare(table, manual, release)[0])
    for (function, error), conditions in sorted(pairs.items()):
        documented = compare_manual.documented_in(conditions, table, manual, release)
        for status in ("observed", ""):
            if documented:
                changed = _Changed(table, function, error, status)
                noticed = set(compare_manual.compare(changed, manual, release, only=function)[0]) - sound
                words = f"{function} {error}: " + ("the pair is called observed" if status else "the pair is left out")
                yield words, "documented", bool(noticed)
        if all(condition.status == "observed" for condition in conditions) and not documented:
            changed = _Changed(table, function, error, "documented")
            noticed = set(compare_manual.compare(changed, manual, release, only=function)[0]) - sound
            if compare_manual.named_in(conditions, table, manual):
                continue  # The page's text has the name in another place; no list of errors tells.
            yield f"{function} {error}: the pair is called documented", "observed", bool(noticed)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="plumbline mutate errors",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="example: tools/plumbline mutate errors --only 'epoll_ctl'",
    )
    parser.add_argument("--checker", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--bindings", nargs="+", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--manual", nargs=2, metavar=("RELEASE", "FOLDER"), action="append", default=[],
                        help="manual pages to hold the tables against")
    parser.add_argument("--only", default="", metavar="FUNCTION", help="change the entries of one function")
    options = parser.parse_args(arguments)

    start = time.monotonic()
    rows = parse(subprocess.run([options.checker, "--rows"], capture_output=True, text=True, check=True).stdout)
    chosen = [mutant for mutant in mutants(rows) if options.only in ("", rows[mutant.row]["function"])]
    if not chosen:
        print(f"plumbline: no entry is of function '{options.only}'", file=sys.stderr)
        return 2
    counts: collections.Counter[tuple[str, bool]] = collections.Counter()
    survivors = []
    left_out = 0
    for mutant, answer in zip(chosen, judged(options.checker, chosen), strict=True):
        if answer == "skipped":
            left_out += 1
            continue
        noticed = bool(answer)
        counts[mutant.kind, noticed] += 1
        if not noticed:
            row = rows[mutant.row]
            survivors.append(f"{row['where']}: {row['of']} {row['errno']} {row['id']}: {mutant.text}")
    try:
        files = options.bindings
        models = next(file for file in files if file.stem == "data_models")
        bindings = Bindings.load(models, (f for f in files if f != models and not errors.is_error_file(f)))
        table = Errors.load(bindings, filter(errors.is_error_file, files))
    except BindingError as error:
        print(f"plumbline: {error}", file=sys.stderr)
        return 2
    for release, folder in options.manual:
        for words, kind, noticed in manual_mutants(table, Manual(pathlib.Path(folder)), release):
            if options.only in ("", words.split()[0]):
                counts[kind, noticed] += 1
                if not noticed:
                    survivors.append(f"man-pages {release}: {words}")
    if not options.manual:
        print("manual pages are missing, so what is documented was not changed", file=sys.stderr)
    for survivor in survivors:
        print(f"survived: {survivor}")
    for kind in sorted({kind for kind, _ in counts}):
        caught, all_ = counts[kind, True], counts[kind, True] + counts[kind, False]
        print(f"{kind:<12} {caught:>6} of {all_:>6} caught")
    if left_out:
        print(f"{left_out} mutants left out, of entries that this machine can't provoke")
    total, alive = sum(counts.values()), len(survivors)
    print(f"{total - alive} of {total} mutants caught in {time.monotonic() - start:.0f} s")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
