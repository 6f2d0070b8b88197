"""The recorded surfaces, for tests; and the exceptions that tests of them allow."""

from __future__ import annotations

import dataclasses
import fnmatch
import functools
import itertools
import pathlib
import subprocess
import tomllib

STORE = pathlib.Path("conformance/baselines/data")
COMMAND = "tools/harvest/baseline"
KINDS = {"macro", "enumerator", "function-macro", "struct", "union", "enum", "typedef", "function", "variable"}


@dataclasses.dataclass(frozen=True)
class Baseline:
    release: str
    arch: str
    libc: tuple[int, ...]
    kernel: tuple[int, ...]
    packages: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        return f"{self.release}/{self.arch}"


class Record:
    """A record, of which most are never looked at closer."""

    __slots__ = ("_line", "_lines", "_text", "kind", "owner")

    def __init__(self, owner: str, kind: str, text: str, lines: list[str], line: int) -> None:
        self.owner = owner
        self.kind = kind
        self._text = text
        self._lines = lines
        self._line = line

    @property
    def columns(self) -> list[str]:
        """Those after the name."""
        return self._text.split("\t")

    @property
    def fields(self) -> list[list[str]]:
        following = itertools.takewhile(lambda line: line.startswith("\t"), itertools.islice(self._lines, self._line + 1, None))
        return [line.split("\t")[1:] for line in following]


@dataclasses.dataclass
class Surface:
    # By side, variant and name.
    records: dict[tuple[str, str, str], list[Record]]
    # Of each library's symbol: name, version, and the other columns.
    symbols: list[tuple[str, str, list[str]]]

    def find(self, side: str, variants: tuple[str, ...], name: str, kinds: set[str]) -> list[Record]:
        """The records of the first variant that has any."""
        for variant in variants:
            found = [r for r in self.records.get((side, variant, name), []) if r.kind in kinds]
            if found:
                return found
        return []


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())


@functools.cache
def baselines() -> tuple[Baseline, ...]:
    """What the index lists, read here and not by the program under test."""
    found: list[Baseline] = []
    packages: list[tuple[str, ...]] = []
    head: list[str] = []
    libc = kernel = ""
    for line in (STORE / "index.txt").read_text().splitlines():
        columns = line.split("\t")
        if columns[0] != "" and head:
            found.append(Baseline(head[0], head[1], _version(libc), _version(kernel), tuple(packages)))
            head = []
        if columns[0] == "baseline":
            head, packages = columns[1:], []
        elif columns[0] == "" and columns[1] == "libc":
            libc = columns[2].removeprefix("glibc ")
        elif columns[0] == "" and columns[1] == "kernel-headers":
            kernel = columns[2]
        elif columns[0] == "" and columns[1] == "package":
            packages.append(tuple(columns[2:]))
    return tuple(found)


def show(baseline: Baseline) -> str:
    command = [COMMAND, "show", baseline.release, "--arch", baseline.arch, "--store", str(STORE)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def read(baseline: Baseline) -> Surface:
    surface = Surface({}, [])
    side = owner = variant = ""
    lines = show(baseline).splitlines()
    for number, line in enumerate(lines):
        word, _, rest = line.partition("\t")
        if word in KINDS:
            name, _, text = rest.partition("\t")
            surface.records.setdefault((side, variant, name), []).append(Record(owner, word, text, lines, number))
        elif word == "section":
            side, owner, variant = rest.split("\t")
        elif word == "symbol":
            name, version, *columns = rest.split("\t")
            surface.symbols.append((name, version, columns))
    return surface


class Exceptions:
    """Findings that are known, each with a reason. One that does not happen is wrong, too."""

    def __init__(self, test: str) -> None:
        text = pathlib.Path("conformance/baselines/exceptions.toml").read_text()
        self._all = [entry for entry in tomllib.loads(text)["exception"] if entry["test"] == test]
        self._used: set[tuple[int, str]] = set()
        assert all(entry["reason"] for entry in self._all)

    def unexplained(self, baseline: Baseline, findings: dict[str, str]) -> dict[str, str]:
        left = dict(findings)
        for number, entry in enumerate(self._all):
            if not any(fnmatch.fnmatchcase(str(baseline), where) for where in entry["where"]):
                continue
            for what in entry["what"]:
                for name in fnmatch.filter(findings, what):
                    self._used.add((number, what))
                    left.pop(name, None)
        return left

    def unused(self) -> list[str]:
        return [
            f"{what} ({entry['reason']})"
            for number, entry in enumerate(self._all)
            for what in entry["what"]
            if (number, what) not in self._used
        ]
