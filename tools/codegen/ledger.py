"""The ledgers of known deviations: which keys there are, and a target's rows."""

from __future__ import annotations

import dataclasses
import pathlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from tools.codegen.source import BindingError, Document, Where
from tools.codegen.targets import LIBCS, Target, Targets

_TABLE = "deviation"
_LISTS = ("targets", "versions")
_TEXTS = ("reason", "source")
_ONE = ("check", "seen")  # instead of _MANY, for a single check
_MANY = "checks"

# The first word of every check's name. One that no checker has would never be judged.
SUITES = ("Completeness", "Constant", "DataModel", "Errors", "Grid", "Layout", "Prototype", "Semantics", "Symbol", "Wrapper")

# Of a deviation of Linux itself from what is promised; of a C library; of an emulator.
_LINUX_RELEASES = re.compile(r"all|since \d+\.\d+")
_MUSL_RELEASE = re.compile(r"\d+\.\d+\.\d+")
_EMULATOR_RELEASE = re.compile(r"\d+\.\d+")
LINUX = "linux"
MUSL = "musl"


@dataclasses.dataclass(frozen=True, slots=True)
class Deviation:
    """A check of an entry of the ledger."""

    targets: tuple[Target, ...]
    versions: tuple[str, ...]
    check: str
    seen: tuple[str, ...]  # any of these
    reason: str
    source: str
    where: Where


def emulated(targets: Targets) -> tuple[Target, ...]:
    """The targets whose programs an emulator runs."""
    return tuple(t for t in targets.all if t.libc == LIBCS[0] and t.arch.qemu and not t.arch.cannot_run)


def load(document: Document, targets: Targets) -> list[Deviation]:
    """Reads a ledger; BindingError says what is wrong with it."""
    for key in document.data:
        if key != _TABLE:
            raise BindingError(document.where((key,)), f"unknown table '{key}'; entries are [[{_TABLE}]]")
    tables = document.data.get(_TABLE, [])
    if not isinstance(tables, list):
        raise BindingError(document.where((_TABLE,)), f"an entry is [[{_TABLE}]], with two brackets")
    deviations: list[Deviation] = []
    seen: dict[tuple[str, str, str], Where] = {}
    for index, table in enumerate(tables):
        for deviation in _entry(document, targets, index, table):
            deviations.append(deviation)
            for target in deviation.targets:
                for version in deviation.versions:
                    other = seen.setdefault((str(target), version, deviation.check), deviation.where)
                    if other != deviation.where:
                        raise BindingError(
                            deviation.where, f"{deviation.check} on {target} under {version} is listed at {other} too"
                        )
    return deviations


def _entry(document: Document, targets: Targets, index: int, table: Any) -> list[Deviation]:
    where = document.where((_TABLE, index))

    def where_of(*path: str) -> Where:
        return document.where((_TABLE, index, *path))

    def need_text(value: Any, *path: str) -> None:
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise BindingError(where_of(*path), f"'{path[-1]}' must be a text of one line that says something")

    if not isinstance(table, dict):
        raise BindingError(where, f"an entry is a table, [[{_TABLE}]]")
    keys = (*_LISTS, *((_MANY,) if _MANY in table else _ONE), *_TEXTS)
    for key in table:
        if key not in keys:
            raise BindingError(where_of(key), f"unknown key '{key}'; known are {', '.join(keys)}")
    for key in keys:
        if key not in table:
            raise BindingError(where, f"missing key '{key}'; all of {', '.join(keys)} are needed")
    for key in _TEXTS:
        need_text(table[key], key)
    for key in _LISTS:
        words = table[key]
        if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
            raise BindingError(where_of(key), f"'{key}' must be a list of strings that is not empty")
        for word in words:
            if words.count(word) > 1:
                raise BindingError(where_of(key), f"'{key}' has '{word}' twice")
    system = pathlib.PurePath(document.where(()).file).stem
    for version in table["versions"]:
        if system == LINUX and not (len(table["versions"]) == 1 and _LINUX_RELEASES.fullmatch(version)):
            raise BindingError(where_of("versions"), f"'{version}' must be all there is, and \"all\" or such as \"since 6.5\"")
        if system == MUSL and not _MUSL_RELEASE.fullmatch(version):
            raise BindingError(where_of("versions"), f"'{version}' must be a release such as \"1.2.3\"")
        if system not in (LINUX, MUSL) and not _EMULATOR_RELEASE.fullmatch(version):
            raise BindingError(where_of("versions"), f"'{version}' must be a release such as \"7.2\"")
    checks: list[tuple[Any, Any, tuple[str, ...]]]  # name, seen, and where it stands
    if _MANY in table:
        if not isinstance(table[_MANY], dict) or not table[_MANY]:
            raise BindingError(where_of(_MANY), f"'{_MANY}' must be a table of what each check sees")
        checks = [(name, seen, (_MANY, name)) for name, seen in table[_MANY].items()]
    else:
        checks = [(table["check"], table["seen"], ())]
        need_text(table["check"], "check")
    chosen = _chosen(targets, table["targets"], where_of("targets"))
    found = []
    for check, seen, path in checks:
        alternatives = seen if isinstance(seen, list) else [seen]
        for alternative in alternatives or [None]:
            need_text(alternative, *(path or ("seen",)))
        suite = check.partition("/")[0]
        if suite not in SUITES or suite == check:
            raise BindingError(
                where_of(*(path or ("check",))),
                f"no check is named '{check}'; names start with {'/, '.join(SUITES)}/",
            )
        found.append(
            Deviation(
                targets=chosen,
                versions=tuple(table["versions"]),
                check=check,
                seen=tuple(alternatives),
                reason=table["reason"],
                source=table["source"],
                where=where_of(*path) if path else where,
            )
        )
    return found


def _chosen(targets: Targets, selectors: list[str], where: Where) -> tuple[Target, ...]:
    runnable = emulated(targets)
    for selector in selectors:
        if selector != "all" and selector not in targets.selectors:
            raise BindingError(
                where, f"unknown target '{selector}'; known are all, {', '.join(sorted(targets.selectors))}"
            )
        if selector != "all" and not any(target.fit(selector) for target in runnable):
            raise BindingError(where, f"no emulator runs '{selector}', so nothing can deviate there")
    return tuple(t for t in runnable if any(s == "all" or t.fit(s) for s in selectors))


def rows_source(deviations: list[Deviation], target: Target) -> str:
    """The C++ source that defines Rows() of conformance/ledger/rows.h."""
    lines = ['#include "conformance/ledger/rows.h"', "", "namespace plumbline::ledger {", ""]
    rows = [deviation for deviation in deviations if target in deviation.targets]
    if rows:
        lines += ["namespace {", "", "constexpr Row kRows[] = {"]
        for row in rows:
            cells = (row.check, " ".join(row.versions), "\n".join(row.seen), row.reason, str(row.where))
            lines.append("    {" + ", ".join(map(_quoted, cells)) + "},")
        lines += ["};", "", "}  // namespace", ""]
    lines.append(f"std::span<const Row> Rows() {{ return {'kRows' if rows else '{}'}; }}")
    lines += ["", "}  // namespace plumbline::ledger", ""]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def semantics_source(ledgers: Mapping[str, list[Deviation]], programs: Mapping[str, str]) -> str:
    """The C++ source of conformance/semantics/runner/deviations.h: what ledgers ("qemu-user") have of programs."""
    rows: list[str] = []
    unused = set(programs)
    for system, deviations in ledgers.items():
        for deviation in deviations:
            suite, _, rest = deviation.check.partition("/")
            if suite != "Semantics":
                continue
            rule, _, program = rest.partition("/")
            if program not in programs:
                raise BindingError(deviation.where, f"there is no program '{program}' in programs/deviations")
            unused.discard(program)
            for architecture in dict.fromkeys(target.arch.name for target in deviation.targets):
                cells = (
                    *(system, architecture, " ".join(deviation.versions), rule, program, "\n".join(deviation.seen)),
                    *(deviation.reason, deviation.source, str(deviation.where)),
                )
                rows.append("    {" + ", ".join(map(_quoted, cells)) + "},")
    if unused:
        raise BindingError(Where(f"programs/deviations/{min(unused)}.txt", 1), "no ledger has this program")
    texts = ["    {" + ", ".join(map(_quoted, item)) + "}," for item in programs.items()]
    return "\n".join(
        [
            '#include "conformance/semantics/runner/deviations.h"',
            "",
            "namespace plumbline::semantics {",
            *_table("KnownDeviation", "KnownDeviations", rows),
            *_table("DeviatingProgram", "DeviatingPrograms", texts),
            "",
            "}  // namespace plumbline::semantics",
            "",
        ]
    )


def _table(kind: str, name: str, rows: Iterable[str]) -> list[str]:
    rows = list(rows)
    if not rows:
        return ["", f"std::span<const {kind}> {name}() {{ return {{}}; }}"]
    return [
        "",
        f"static constexpr {kind} k{name}[] = {{",
        *rows,
        "};",
        f"std::span<const {kind}> {name}() {{ return k{name}; }}",
    ]
