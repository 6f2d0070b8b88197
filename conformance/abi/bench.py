"""Measures what the ABI checks cost: `bazel run //conformance/abi:bench`.

Prints for each target: how many facts there are; the time to check them all, inside the
program and as a whole process; and the time to collect them, that is to compile every
probe for the target, on all cores. Each is the minimum, median and maximum of several
runs. It asserts nothing: numbers of a shared machine are for people.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from conformance.abi import collect_facts
from tools.codegen import emit_probes
from tools.codegen.bindings import Bindings


def _spread(values: list[float]) -> str:
    return f"{min(values):.1f} / {statistics.median(values):.1f} / {max(values):.1f}"


def _check(program: pathlib.Path, runs: int) -> tuple[int, list[float], list[float]]:
    inside, whole = [], []
    facts = 0
    for _ in range(runs):
        start = time.perf_counter()
        output = subprocess.run([str(program), "--report"], capture_output=True, check=True).stdout
        whole.append((time.perf_counter() - start) * 1e3)
        report = json.loads(output)
        facts = report["facts"]
        inside.append(report["microseconds"] / 1e3)
    return facts, inside, whole


def _collect(bindings: Bindings, name: str, compiler: collect_facts.Compiler, runs: int) -> list[float]:
    resolved = bindings.on(bindings.targets.get(name))
    families = [emit_probes.probes(resolved, family) for family in bindings.families]
    times = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:

                def work(number: int, here: str = folder) -> None:
                    where = pathlib.Path(here, str(number))
                    where.mkdir()
                    collect_facts.collect(compiler, families[number], where)

                list(pool.map(work, range(len(families))))
            times.append(time.perf_counter() - start)
    return times


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=20, help="of the checks (default: 20)")
    parser.add_argument("--compile-runs", type=int, default=3, help="of the compilation (default: 3)")
    parser.add_argument("--checker", nargs=3, action="append", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--bindings", nargs="+", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    models = [file for file in options.bindings if file.stem == "data_models"]
    bindings = Bindings.load(models[0], [file for file in options.bindings if file.stem != "data_models"])
    print(f"min / median / max of {options.runs} runs; compilation of {options.compile_runs}, on {os.cpu_count()} cores\n")
    print(f"{'target':<14}{'facts':>6}  {'checks, ms':>22}  {'whole process, ms':>22}  {'facts/s':>10}  {'compile, s':>20}")
    for name, program, description in options.checker:
        facts, inside, whole = _check(pathlib.Path(program), options.runs)
        compiler = collect_facts.Compiler.load(pathlib.Path(description), ".")
        compiled = _collect(bindings, name, compiler, options.compile_runs)
        rate = facts / statistics.median(inside) * 1e3
        print(
            f"{name:<14}{facts:>6}  {_spread(inside):>22}  {_spread(whole):>22}  {rate:>10,.0f}  {_spread(compiled):>20}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
