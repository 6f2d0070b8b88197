"""Measures how many random programs a second are run and judged, by what they have:
`bazel run //conformance/semantics/runner:bench`.

  plain    no second thread, and nothing that takes time
  threads  second threads in all, and nothing else that takes time
  all      as `run semantics` makes them: timers, timeouts, and steps that wait for them

Each is the median of several runs, natively and under qemu-user, with as many programs at once as a run has.
Programs that hang until the watchdog ends them are among all of them, and overlap with the others.

Numbers are of this machine and of what else it does: measure when it is quiet.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tomllib

_FOLDER = pathlib.Path("conformance/semantics")
_SEMANTICS = _FOLDER / "runner/semantics"
_EXECUTORS = _FOLDER / "executor"
_RUN_ON_TARGET = pathlib.Path("tools/targets/run_on_target.sh")
_DATA_MODELS = pathlib.Path("bindings/data_models.toml")

# Measured under qemu-user.
EMULATED = "arm64"

MIXES = ("plain", "threads", "all")

# Programs a second, at least, by mix.
LIMITS = {"native": {"plain": 8000, "threads": 4000}, EMULATED: {"plain": 1500, "threads": 400}}


class BenchError(Exception):
    """It could not be measured."""


def target_command(target: str, words: list[str]) -> list[str]:
    """The command that runs the runner's words on the target."""
    done = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True)
    here = done.stdout.strip()
    # What the kernel is known to do otherwise ends nothing.
    words += ["--kernel=running", f"--kernel-arch={here}", f"--arch={here if target == 'native' else target}"]
    if target == "native":
        return [*words, "--", str(_EXECUTORS / "executor_static"), "--programs-at-once=64", "--as-they-end"]
    facts = tomllib.loads(_DATA_MODELS.read_text())["architectures"][target]
    driver = [f"--driver={word}" for word in words]
    return [
        *[str(_RUN_ON_TARGET), f"--arch={target}", f"--triple={facts['triple']}", f"--qemu={facts['qemu']}", "--skip-status=2"],
        *[*driver, "--", str(_EXECUTORS / f"executor_static_of_{target}"), "--programs-at-once=16", "--as-they-end"],
    ]


def rate(target: str, mix: str, programs: int, seed: int) -> float:
    words = [str(_SEMANTICS), "run", "--first", "--format=json", f"--mix={mix}", f"--programs={programs}", f"--seed={seed}"]
    done = subprocess.run(target_command(target, words), capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise BenchError(done.stderr.strip())
    result = json.loads(done.stdout)
    if result["disagreements"]:
        # The run ended with it.
        raise BenchError(f"{target}: a program disagrees, by {result['disagreements'][0]['rule']}")
    return float(result["programs"] / result["seconds"])


def line(target: str, mix: str, rates: list[float]) -> str:
    """A row: the median, how far the runs are apart, and the limit."""
    median = statistics.median(rates)
    limit = LIMITS[target].get(mix)
    verdict = "" if limit is None else f"  {limit:>6}  {'met' if median >= limit else 'MISSED'}"
    runs = f"{min(rates):.0f} to {max(rates):.0f}"
    return f"{target:<8} {mix:<8} {median:>10.0f}  {runs:<16}{verdict}".rstrip()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit status: 0 the limits are met, 1 one is missed, 2 it could not be measured.",
    )
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="of each (default: %(default)s)")
    parser.add_argument(
        "--programs", type=int, default=20_000, metavar="N", help="a run, a tenth of it emulated (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    print("target   mix       programs/s  runs               limit", flush=True)
    missed = False
    try:
        for target in LIMITS:
            programs = options.programs if target == "native" else max(1, options.programs // 10)
            for mix in MIXES:
                rates = [rate(target, mix, programs, seed) for seed in range(1, options.runs + 1)]
                print(line(target, mix, rates), flush=True)
                missed |= statistics.median(rates) < LIMITS[target].get(mix, 0)
    except (BenchError, OSError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
