"""Measures how many random programs a second are run and judged, by what they have:
`bazel run //conformance/semantics/runner:bench`.

  plain    no second thread, and nothing that takes time
  threads  second threads in all, and nothing else that takes time
  all      as `run semantics` makes them: timers, timeouts, and steps that wait for them

Each is the median of several runs on this machine, with as many programs at once as a run has. Programs
that hang until the watchdog ends them are among all of them, and overlap with the others.

Numbers are of this machine and of what else it does: measure when it is quiet.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

_FOLDER = pathlib.Path("conformance/semantics")
_SEMANTICS = _FOLDER / "runner/semantics"
_EXECUTOR = _FOLDER / "executor/executor_static"

# Programs a second, at least.
LIMITS = {"plain": 8000, "threads": 4000, "all": 0}


class BenchError(Exception):
    """It could not be measured."""


def rate(mix: str, programs: int, seed: int) -> float:
    command = [str(_SEMANTICS), "run", "--first", "--format=json", f"--mix={mix}", f"--programs={programs}", f"--seed={seed}"]
    architecture = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()
    # What the kernel is known to do otherwise does not end it.
    command += ["--kernel=running", f"--kernel-arch={architecture}"]
    command += ["--", str(_EXECUTOR), "--programs-at-once=64", "--as-they-end"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise BenchError(done.stderr.strip())
    result = json.loads(done.stdout)
    if result["disagreements"]:
        raise BenchError(f"a program disagrees: {result['disagreements'][0]['rule']}")
    return float(result["programs"] / result["seconds"])


def line(mix: str, rates: list[float]) -> str:
    """A row: the median, how far the runs are apart, and the limit."""
    median = statistics.median(rates)
    limit = LIMITS[mix]
    verdict = "" if not limit else f"  {limit:>6}  {'met' if median >= limit else 'MISSED'}"
    return f"{mix:<8} {median:>10.0f}  {min(rates):>6.0f} to {max(rates):.0f}{verdict}"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit status: 0 the limits are met, 1 one is missed, 2 it could not be measured.",
    )
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="of each (default: %(default)s)")
    parser.add_argument("--programs", type=int, default=20_000, metavar="N", help="a run (default: %(default)s)")
    options = parser.parse_args(arguments)
    print("mix       programs/s  runs          limit", flush=True)
    missed = False
    try:
        for mix, limit in LIMITS.items():
            rates = [rate(mix, options.programs, seed) for seed in range(1, options.runs + 1)]
            print(line(mix, rates), flush=True)
            missed |= statistics.median(rates) < limit
    except (BenchError, OSError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
