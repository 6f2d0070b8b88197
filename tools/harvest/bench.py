"""Measures what a snapshot takes: `bazel run //tools/harvest:bench -- --sysroot DIR`.

One full surface: glibc's headers in three variants, the kernel's, and all symbols, of a sysroot that is
unpacked. Each number is the median of several runs; the memory is that of the largest process, and of all
together at most (the kernel's peak of each, added up).

Numbers are of this machine and of what else it does: measure when it is quiet.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time

_SNAPSHOT = "tools/harvest/snapshot"

SECONDS = 3.0
MEGABYTES = 500


def peak(process: int) -> int:
    """KiB that the process and its children have had at most."""
    total = 0
    try:
        with open(f"/proc/{process}/task/{process}/children", encoding="ascii") as children:
            total += sum(peak(int(child)) for child in children.read().split())
        with open(f"/proc/{process}/status", encoding="ascii") as status:
            total += next((int(line.split()[1]) for line in status if line.startswith("VmHWM")), 0)
    except OSError:
        pass
    return total


def measure(sysroot: str) -> tuple[float, float, float]:
    """Seconds, seconds of processors, and MB."""
    before, start, most = os.times(), time.monotonic(), 0
    with subprocess.Popen([_SNAPSHOT, "--sysroot", sysroot, "-o", os.devnull], stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            most = max(most, peak(process.pid))
            time.sleep(0.02)
        if process.returncode != 0:
            raise OSError(f"the snapshot of {sysroot} failed")
    after = os.times()
    used = after.children_user - before.children_user + after.children_system - before.children_system
    return time.monotonic() - start, used, most / 1024


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit status: 0 the limits are met, 1 one is missed, 2 it could not be measured.",
    )
    parser.add_argument("--sysroot", default="/", metavar="DIR", help="what to record (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="how many (default: %(default)s)")
    options = parser.parse_args(arguments)
    try:
        runs = [measure(options.sysroot) for _ in range(options.runs)]
    except OSError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    seconds, used, memory = (statistics.median(column) for column in zip(*runs))
    print("             median  limit")
    print(f"seconds      {seconds:>6.2f}  {SECONDS:>5.2f}  {'met' if seconds <= SECONDS else 'MISSED'}")
    print(f"  of CPUs    {used:>6.2f}")
    print(f"MB           {memory:>6.0f}  {MEGABYTES:>5}  {'met' if memory <= MEGABYTES else 'MISSED'}")
    return 0 if seconds <= SECONDS and memory <= MEGABYTES else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
