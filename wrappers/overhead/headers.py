"""Measures what including a header of the wrappers costs: `bazel run //wrappers/overhead:headers`.

For each, g++ -O0 compiles a file that includes only it, and one that includes exactly the standard
and the system's headers that it includes, itself or by way of another of ours. The difference is
what the wrapper adds for who includes those anyway. Times are processor time, of runs of both in
turn the shortest: whatever else a machine does only makes them longer.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence

LIMIT = 0.060  # seconds

# Of the library's inside; no program includes them.
_INSIDE = ("constant_names.h",)
_COMPILER = ["g++", "-std=c++20", "-O0", "-I."]


class HeaderError(Exception):
    """It could not be measured."""


@dataclasses.dataclass(frozen=True, slots=True)
class Cost:
    header: str
    without: float  # seconds
    seconds: float

    @property
    def added(self) -> float:
        return self.seconds - self.without

    @property
    def over(self) -> bool:
        return self.added > LIMIT


@dataclasses.dataclass(frozen=True, slots=True)
class Included:
    """The headers of others that a file includes."""

    direct: tuple[str, ...]  # by it, or by ours that it includes; as <…> spells them
    files: frozenset[str]  # these, and all that they include


def search_folders() -> list[str]:
    """Where the compiler looks for <…>, as it prints them."""
    result = subprocess.run(
        [*_COMPILER, "-v", "-E", "-x", "c++", "/dev/null"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True
    )
    _, _, rest = result.stderr.partition("#include <...> search starts here:\n")
    return [os.path.realpath(line.strip()) for line in rest.partition("End of search list.")[0].splitlines()]


def parse(listing: str, folders: Sequence[str]) -> Included:
    """Of what g++ -H prints: the depth as dots, and the file."""
    direct: list[str] = []
    files: set[str] = set()
    ours = [True]  # at each depth; the file itself
    for line in listing.splitlines():
        if not (found := re.fullmatch(r"(\.+) (.+)", line)):
            continue
        depth, file = len(found[1]), found[2]
        ours[depth:] = [not file.startswith("/")]
        if ours[depth]:
            continue
        file = os.path.realpath(file)
        files.add(file)
        if ours[depth - 1]:
            direct.append(_spelled(file, folders))
    return Included(tuple(dict.fromkeys(direct)), frozenset(files))


def _spelled(file: str, folders: Sequence[str]) -> str:
    for folder in sorted(folders, key=len, reverse=True):
        if file.startswith(folder + "/"):
            return file.removeprefix(folder + "/")
    raise HeaderError(f"{file} is in no folder that the compiler searches")


def including(names: Sequence[str]) -> str:
    return "".join(f"#include <{name}>\n" for name in names)


def _compile(source: pathlib.Path, *options: str) -> tuple[float, str]:
    """Processor time, and what was printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = subprocess.run(
        [*_COMPILER, *options, "-c", "-o", "/dev/null", str(source)], stderr=subprocess.PIPE, text=True, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if result.returncode != 0:
        raise HeaderError(f"{source.read_text()} does not compile: {result.stderr.strip()}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, result.stderr


def included_by(text: str, folder: pathlib.Path, folders: Sequence[str]) -> Included:
    source = folder / "included.cc"
    source.write_text(text)
    return parse(_compile(source, "-H")[1], folders)


def measure(headers: Sequence[str], runs: int) -> list[Cost]:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        folders = search_folders()
        sources = []
        for header in headers:
            included = included_by(including([f"wrappers/{header}"]), folder, folders)
            if missing := included.files ^ included_by(including(included.direct), folder, folders).files:
                raise HeaderError(f"{header} and the headers of others that it includes differ by {', '.join(sorted(missing))}")
            only, without = folder / f"{header}.cc", folder / f"{header}.without.cc"
            only.write_text(including([f"wrappers/{header}"]))
            without.write_text(including(included.direct))
            sources.append((header, without, only))
        times: dict[pathlib.Path, list[float]] = {}
        for _ in range(runs):
            for _, *both in sources:
                for source in both:
                    times.setdefault(source, []).append(_compile(source)[0])
        return [Cost(header, min(times[without]), min(times[only])) for header, without, only in sources]


def table(costs: Sequence[Cost]) -> list[str]:
    rows = [("header", "without, ms", "with, ms", "added, ms", "limit", "")]
    for cost in costs:
        numbers = (f"{seconds * 1000:.0f}" for seconds in (cost.without, cost.seconds, cost.added, LIMIT))
        rows.append((cost.header, *numbers, "OVER" if cost.over else ""))  # type: ignore[arg-type]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(cell.rjust(width) if i else cell.ljust(width) for i, (cell, width) in enumerate(zip(row, widths))).rstrip()
        for row in rows
    ]


def headers() -> list[str]:
    """Those that programs include, each facility's with its constants."""
    return sorted(
        path.name
        for path in pathlib.Path("wrappers").glob("*.h")
        if not path.name.endswith("_constants.h") and path.name not in _INSIDE
    )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="headers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit status: 0 all are within the limit, 1 one is over it, 2 it could not be measured.",
    )
    parser.add_argument("header", nargs="*", help="such as epoll.h (default: all)")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="of each compilation (default: %(default)s)")
    options = parser.parse_args(arguments)
    try:
        if options.runs < 1:
            raise HeaderError("--runs must be at least 1")
        found = headers()
        if not found:
            raise HeaderError("there is no header of the wrappers here; call it by `bazel run //wrappers/overhead:headers`")
        if unknown := sorted(set(options.header) - set(found)):
            raise HeaderError(f"there is no {', '.join(unknown)}; there are {', '.join(found)}")
        costs = measure(options.header or found, options.runs)
    except (HeaderError, OSError, subprocess.CalledProcessError) as error:
        print(f"headers: {error}", file=sys.stderr)
        return 2
    print(f"Processor time of g++ -O0, the shortest of {options.runs} runs\n")
    print("\n".join(table(costs)))
    return 1 if any(cost.over for cost in costs) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
