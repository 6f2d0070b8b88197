"""Measures what a comparison takes: `bazel run //tools/gate:bench`, with two sysroots: `… -- --sysroots OLD NEW`.

Each number is the median of several runs of the gate, from its start to its end. "series" is each release against the
next, on all architectures that both have.

Numbers are of this machine and of what else it does: measure when it is quiet.
"""

from __future__ import annotations

import argparse
import itertools
import os
import pathlib
import statistics
import subprocess
import sys
import time

_GATE = "tools/gate/gate"
_SNAPSHOT = "tools/harvest/snapshot"

# Seconds.
BASELINES = 0.3
SERIES = 180.0
SYSROOTS = 6.0


def releases(workspace: pathlib.Path) -> list[str]:
    """Oldest first."""
    index = (workspace / "conformance/baselines/data/index.txt").read_text(encoding="utf-8")
    return [line.split("\t")[1] for line in index.splitlines() if line.startswith("release\t")]


def compare(arguments: list[str], environment: dict[str, str]) -> None:
    command = [_GATE, *arguments, "-o", os.devnull]
    run = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    # 1 is a verdict, too.
    if run.returncode > 1:
        raise OSError(f"the gate of {' '.join(arguments)} failed: {run.stderr.strip()}")


def median(comparisons: list[list[str]], runs: int, environment: dict[str, str]) -> float:
    taken = []
    for _ in range(runs):
        start = time.monotonic()
        for arguments in comparisons:
            compare(arguments, environment)
        taken.append(time.monotonic() - start)
    return statistics.median(taken)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit status: 0 the limits are met, 1 one is missed, 2 it could not be measured.",
    )
    parser.add_argument("--sysroots", nargs=2, default=[], metavar=("OLD", "NEW"), help="two that are unpacked")
    parser.add_argument("--runs", type=int, default=15, metavar="N", help="how many, a third of it of what is long (default: %(default)s)")
    options = parser.parse_args(arguments)
    workspace = pathlib.Path(os.environ["BUILD_WORKSPACE_DIRECTORY"])
    # Paths are of the folder that bazel was called in.
    sysroots = [str(pathlib.Path(os.environ["BUILD_WORKING_DIRECTORY"], path)) for path in options.sysroots]
    environment = {**os.environ, "PLUMBLINE_WORKSPACE": str(workspace), "PLUMBLINE_SNAPSHOT": os.path.abspath(_SNAPSHOT)}
    few = max(1, options.runs // 3)
    missed = False
    try:
        series = list(itertools.pairwise(releases(workspace)))
        rows = [
            (f"baselines {series[1][0]} {series[1][1]}", [list(series[1])], options.runs, BASELINES),
            ("series, --arch all", [[*pair, "--arch", "all"] for pair in series], few, SERIES),
        ]
        if sysroots:
            rows.append(("sysroots", [sysroots], few, SYSROOTS))
        print(f"{'seconds':<28} {'median':>7} {'limit':>7}")
        for name, comparisons, runs, limit in rows:
            seconds = median(comparisons, runs, environment)
            missed |= seconds > limit
            print(f"{name:<28} {seconds:>7.2f} {limit:>7.2f}  {'met' if seconds <= limit else 'MISSED'}", flush=True)
    except OSError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
