"""Counts what a wrapper costs over the raw call, in instructions: `bazel run //wrappers/overhead:bench`.

A program calls pairs of functions, Raw_CALL and Wrapped_CALL, with the number of iterations that it
is given; valgrind's callgrind counts their instructions for N and for 2 N of them. The difference,
by N, is what one iteration takes: what is done once is in both. What the C library spends in the
calls that the raw function makes is left out of both; all else that a wrapper calls is counted.

A call that ends in "_rounded" converts a timeout from another unit than the C library's; it is
counted, but has no limit.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

LIMIT = 4
ITERATIONS = 100


class CountError(Exception):
    """It could not be counted."""


@dataclasses.dataclass(slots=True)
class Cost:
    """Instructions of a function, in all of a run."""

    own: int = 0
    called: int = 0  # of what it calls

    @property
    def all(self) -> int:
        return self.own + self.called


@dataclasses.dataclass(frozen=True, slots=True)
class Pair:
    """Instructions of one iteration, without those of the C library."""

    call: str
    raw: float
    wrapped: float

    @property
    def difference(self) -> float:
        return self.wrapped - self.raw

    @property
    def limited(self) -> bool:
        return not self.call.endswith("_rounded")

    @property
    def over(self) -> bool:
        return self.limited and self.difference > LIMIT


def parse(text: str) -> dict[str, Cost]:
    """Costs by function, of callgrind's output with uncompressed names."""
    costs: dict[str, Cost] = {}
    current = Cost()
    called = False
    for line in text.splitlines():
        if line.startswith("fn="):
            current = costs.setdefault(line.removeprefix("fn="), Cost())
        elif line.startswith("calls="):
            called = True  # the next line is what the calls cost
        elif found := re.fullmatch(r"(?:0x[0-9a-f]+|[+-]?\d+|\*) (\d+)", line):
            if called:
                current.called += int(found[1])
            else:
                current.own += int(found[1])
            called = False
    return costs


def _run(program: pathlib.Path, iterations: int) -> dict[str, Cost]:
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        raise CountError("valgrind is missing: apt-get install valgrind")
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder) / "callgrind.out"
        options = [f"--callgrind-out-file={output}", "--compress-strings=no", "--compress-pos=no"]
        result = subprocess.run(
            [valgrind, "-q", "--tool=callgrind", *options, str(program), str(iterations)],
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if result.returncode != 0 or not output.exists():
            raise CountError(f"{program.name} exited with {result.returncode} under valgrind: {result.stderr.strip()}")
        return parse(output.read_text())


def count(program: pathlib.Path, iterations: int = ITERATIONS) -> list[Pair]:
    """Every pair of the program, in the order of their names."""
    once, twice = _run(program, iterations), _run(program, 2 * iterations)
    pairs = []
    for name in sorted(once):
        if not name.startswith("Raw_"):
            continue
        call = name.removeprefix("Raw_")
        wrapped = f"Wrapped_{call}"
        if not (name in twice and wrapped in once and wrapped in twice):
            raise CountError(f"{name} is called, but not always with {wrapped}")
        library = twice[name].called - once[name].called
        raw = twice[name].all - once[name].all - library
        pairs.append(Pair(call, raw / iterations, (twice[wrapped].all - once[wrapped].all - library) / iterations))
    if not pairs:
        raise CountError(f"{program} calls no function whose name starts with Raw_")
    return pairs


def table(pairs: list[Pair]) -> list[str]:
    rows = [("call", "raw", "wrapped", "difference", "limit", "")]
    for pair in sorted(pairs, key=lambda pair: not pair.limited):
        numbers = (f"{pair.raw:.1f}", f"{pair.wrapped:.1f}", f"{pair.difference:+.1f}")
        rows.append((pair.call, *numbers, str(LIMIT) if pair.limited else "none", "OVER" if pair.over else ""))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(cell.rjust(width) if i else cell.ljust(width) for i, (cell, width) in enumerate(zip(row, widths))).rstrip()
        for row in rows
    ]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit status: 0 all is within its limit, 1 something is over it, 2 it could not be counted.",
    )
    parser.add_argument("program", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--iterations", type=int, default=ITERATIONS, metavar="N", help="(default: %(default)s)")
    options = parser.parse_args(arguments)
    try:
        if options.iterations < 1:
            raise CountError("--iterations must be at least 1")
        pairs = count(pathlib.Path(os.path.abspath(options.program)), options.iterations)
    except (CountError, OSError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    print("Instructions of one iteration of a loop at -O2, without the C library's\n")
    print("\n".join(table(pairs)))
    return 1 if any(pair.over for pair in pairs) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
