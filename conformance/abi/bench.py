"""Measures what the ABI checks cost, and holds it against limits: `bazel run //conformance/abi:bench`.

For each target: how many facts there are, how many of them the checker judges in a second,
and the time of a whole run of it, natively, under qemu-user, or over the object files of what
nothing here runs. Each is the median of several runs.

  --warm   also the time of `bazel test` of all architectures' facts when nothing has changed
  --cold   also the time to compile and judge them all from nothing, in an output base of its own

Numbers are of this machine and of what else it does: measure when it is quiet.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

# Seconds.
RUN_LIMIT = 3.0  # of all targets of an architecture
WARM_LIMIT = 15.0
COLD_LIMIT = 15 * 60.0


class BenchError(Exception):
    """It could not be measured."""


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    name: str
    program: str
    how: str  # "native", "object files", or the emulator's name
    triple: str

    @property
    def arch(self) -> str:
        return self.name.partition("/")[0]

    def command(self) -> list[str]:
        if self.how in ("native", "object files"):
            return [self.program, "--report"]
        emulator = shutil.which(f"qemu-{self.how}-static") or shutil.which(f"qemu-{self.how}")
        if emulator is None:
            raise BenchError(
                f"qemu-{self.how}-static is missing: apt-get install qemu-user-static, or leave {self.name} out by --arch"
            )
        return [emulator, "-L", f"/usr/{self.triple}", self.program, "--report"]


@dataclasses.dataclass(frozen=True, slots=True)
class Cost:
    target: Target
    facts: int
    rate: float  # facts judged in a second
    seconds: float  # of the whole program


def _seconds(command: list[str], folder: pathlib.Path | None = None) -> tuple[float, str]:
    """How long a command took, and what it printed."""
    start = time.perf_counter()
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    taken = time.perf_counter() - start
    if result.returncode != 0:
        raise BenchError(f"{' '.join(command[:4])} … exited with {result.returncode}: {result.stderr.strip()[-2000:]}")
    return taken, result.stdout


def measure(target: Target, runs: int) -> Cost:
    seconds, rates = [], []
    facts = 0
    for _ in range(runs):
        taken, output = _seconds(target.command())
        report = json.loads(output)
        facts = report["facts"]
        seconds.append(taken)
        rates.append(facts / max(report["microseconds"], 1) * 1e6)
    return Cost(target, facts, statistics.median(rates), statistics.median(seconds))


def _verdict(seconds: float, limit: float) -> str:
    return "" if seconds <= limit else "OVER"


def table(costs: list[Cost]) -> tuple[list[str], bool]:
    """Lines of text, and whether every architecture is within its limit."""
    rows = [("target", "run by", "facts", "facts/s", "run, s", "architecture, s", "limit", "")]
    within = True
    for position, cost in enumerate(costs):
        words = ("", "", "")
        # The sum stands beside an architecture's last target.
        if position + 1 == len(costs) or costs[position + 1].target.arch != cost.target.arch:
            total = sum(each.seconds for each in costs if each.target.arch == cost.target.arch)
            words = (f"{total:.2f}", f"{RUN_LIMIT:.2f}", _verdict(total, RUN_LIMIT))
            within &= total <= RUN_LIMIT
        how = cost.target.how if cost.target.how in ("native", "object files") else f"qemu-{cost.target.how}"
        rows.append((cost.target.name, how, str(cost.facts), f"{cost.rate:,.0f}", f"{cost.seconds:.3f}", *words))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(w) if i < 2 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths))).rstrip()
        for row in rows
    ], within


def _workspace() -> pathlib.Path:
    folder = os.environ.get("BUILD_WORKSPACE_DIRECTORY")
    if folder is None:
        raise BenchError("call it by `bazel run //conformance/abi:bench`, so that it knows the workspace")
    return pathlib.Path(folder)


def warm(tests: list[str], runs: int) -> Iterator[float]:
    """Times of a test run in which nothing is to be done."""
    workspace = _workspace()
    # `bazel run` starts programs below the output base that it was given.
    base, found, _ = os.getcwd().partition("/execroot/")
    command = ["bazel", *([f"--output_base={base}"] if found else []), "test", *tests]
    _seconds(command, workspace)
    for _ in range(runs):
        yield _seconds(command, workspace)[0]


def cold(tests: list[str]) -> float:
    """The time of a test run before which nothing was built."""
    workspace = _workspace()
    base = tempfile.mkdtemp(prefix="plumbline-bench.")
    bazel = ["bazel", f"--output_base={base}"]
    try:
        return _seconds([*bazel, "test", "--disk_cache=", "--remote_cache=", *tests], workspace)[0]
    finally:
        subprocess.run([*bazel, "shutdown"], cwd=workspace, capture_output=True, check=False)
        # Bazel takes the right to write from what it made.
        subprocess.run(["chmod", "-R", "u+w", base], capture_output=True, check=False)
        shutil.rmtree(base, ignore_errors=True)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bench",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
        epilog="example: bazel run //conformance/abi:bench -- --arch s390x,amd64/musl --runs 20\n"
        "Exit status: 0 all is within its limit, 1 something is over it, 2 it could not be measured.",
    )
    parser.add_argument("--arch", default="", metavar="A,…", help="only these architectures or targets")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="of each checker and of --warm (default: 5)")
    parser.add_argument("--warm", action="store_true")
    parser.add_argument("--cold", action="store_true", help="takes up to a quarter of an hour")
    parser.add_argument("--target", nargs=4, action="append", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--tests", nargs="+", required=True, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    wanted = set(options.arch.split(",")) if options.arch else set[str]()
    targets = [Target(*words) for words in options.target]
    chosen = [target for target in targets if not wanted or wanted & {target.name, target.arch}]
    # An architecture's targets beside each other.
    archs = [target.arch for target in targets]
    chosen.sort(key=lambda target: archs.index(target.arch))
    try:
        if options.runs < 1:
            raise BenchError("--runs must be at least 1")
        if unknown := wanted - {name for target in targets for name in (target.name, target.arch)}:
            raise BenchError(f"no target {', '.join(sorted(unknown))} is built; known are {', '.join(t.name for t in targets)}")
        print(f"Medians of {options.runs} runs, on {os.cpu_count()} processors\n", flush=True)
        lines, within = table([measure(target, options.runs) for target in chosen])
        print("\n".join(lines), flush=True)
        if options.warm:
            seconds = statistics.median(warm(options.tests, options.runs))
            print(f"\nwarm: {seconds:.1f} s, limit {WARM_LIMIT:.0f} s  {_verdict(seconds, WARM_LIMIT)}".rstrip(), flush=True)
            within &= seconds <= WARM_LIMIT
        if options.cold:
            seconds = cold(options.tests)
            print(f"\ncold: {seconds:.0f} s, limit {COLD_LIMIT:.0f} s  {_verdict(seconds, COLD_LIMIT)}".rstrip())
            within &= seconds <= COLD_LIMIT
    except (BenchError, OSError, ValueError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
