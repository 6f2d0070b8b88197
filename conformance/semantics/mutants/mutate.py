"""Shows that the model notices what is wrong: `tools/plumbline mutate semantics`.

Two ways to be wrong:
  lies    random programs run on this machine's kernel behind a C library that tells a lie of lies.cc
  rules   a line of the model is another (rules.toml), and random programs run on this machine
For each, until the model finds a program that it does not allow. What is not found survives.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import dataclasses
import functools
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable

from conformance.semantics.mutants import rules

_FOLDER = pathlib.Path("conformance/semantics")
_SEMANTICS = _FOLDER / "runner/semantics"
_EXECUTOR = _FOLDER / "executor/executor"
_LIES = _FOLDER / "mutants/lies.cc"
_LIBRARY = _FOLDER / "mutants/liblies.so"
# Longer than a program's longest timer, as what goes on sleeping is to be told from what waits for that.
_AT_ONCE = ["--programs-at-once=64", "--as-they-end", "--watchdog=1300"]


class MutationError(Exception):
    """The run could not be done."""


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """What came of a mutant."""

    part: str  # "lies" or "rules"
    mutant: str
    rule: str  # that it broke first; empty if it survived
    programs: int  # that this took


def lies(text: str) -> list[str]:
    """The names of lies.cc, in its order."""
    return re.findall(r'^  LIE\(k\w+, "(\w+)"\)', text, re.MULTILINE)


@functools.cache
def place() -> tuple[str, ...]:
    """Options that say where this is, as what this kernel is known to do otherwise is nobody's lie."""
    done = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True)
    return "--kernel=running", f"--kernel-arch={done.stdout.strip()}"


def first_disagreement(program: pathlib.Path, target: list[str], options: argparse.Namespace, **environment: str) -> tuple[str, int]:
    """The rule that the first program breaks that is not allowed, or ""; and how many programs that took."""
    command = [str(program), "run", "--first", "--format=json", f"--programs={options.programs}", f"--seed={options.seed}"]
    done = subprocess.run(
        [*command, *place(), "--", *target], env=dict(os.environ, **environment), capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1):
        raise MutationError(done.stderr.strip())
    result = json.loads(done.stdout)
    broken = [one["rule"] for one in result["disagreements"]]
    return (broken[0] if broken else ""), result["programs"]


def lying_executor() -> list[str]:
    # Only the executor's children are lied to, also when they clean up: so each runs one program.
    return ["env", f"LD_PRELOAD={_LIBRARY.resolve()}", str(_EXECUTOR), *_AT_ONCE, "--programs-per-child=1"]


def run_lie(lie: str, options: argparse.Namespace) -> Found:
    try:
        return Found("lies", lie, *first_disagreement(_SEMANTICS, lying_executor(), options, PLUMBLINE_LIE=lie))
    except MutationError as error:
        raise MutationError(f"{lie}: {error}") from error


def run_rule(mutant: rules.RuleMutant, options: argparse.Namespace) -> Found:
    with tempfile.TemporaryDirectory() as folder:
        program = rules.build(mutant, pathlib.Path(folder))
        return Found("rules", mutant.name, *first_disagreement(program, [str(_EXECUTOR), *_AT_ONCE], options))


def table(found: Iterable[Found]) -> str:
    rows = [("part", "mutant", "found by rule", "in programs")]
    rows += [(one.part, one.mutant, one.rule or "SURVIVED", str(one.programs)) for one in found]
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    return "\n".join(
        f"{a.ljust(widths[0])}  {b.ljust(widths[1])}  {c.ljust(widths[2])}  {d.rjust(widths[3])}" for a, b, c, d in rows
    )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="mutate semantics",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit status: 0 each was found, 1 one survived, 2 it could not be done.",
    )
    parser.add_argument("--part", choices=("lies", "rules"), help="only this kind")
    parser.add_argument("--only", metavar="NAME", help="one of lies.cc or rules.toml, such as edge_as_level")
    parser.add_argument("--programs", type=int, default=20_000, metavar="N", help="at most, for each (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of the programs (default: %(default)s)")
    options = parser.parse_args(arguments)
    try:
        of_lies = lies(_LIES.read_text()) if options.part != "rules" else []
        of_rules = rules.load(rules.TABLE.read_text()) if options.part != "lies" else []
        names = [*of_lies, *(mutant.name for mutant in of_rules)]
        if options.only is not None and options.only not in names:
            raise MutationError(f"there is no mutant '{options.only}'; there are {', '.join(names)}")
        of_lies = [lie for lie in of_lies if options.only in (None, lie)]
        of_rules = [mutant for mutant in of_rules if options.only in (None, mutant.name)]
        # Without a lie the library must make no difference, nor the model as it is: in all programs.
        rule, number = first_disagreement(_SEMANTICS, lying_executor(), options)
        if rule:
            raise MutationError(f"the library lies without being asked to: {rule} is broken in {number} programs")
        found = [run_lie(lie, options) for lie in of_lies]
        # Compiling is most of it.
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            found += pool.map(lambda mutant: run_rule(mutant, options), of_rules)
    except (MutationError, rules.RuleMutantError, OSError) as error:
        print(f"mutate semantics: {error}", file=sys.stderr)
        return 2
    print(table(found))
    survivors = [one.mutant for one in found if not one.rule]
    print(f"\n{len(found) - len(survivors)} of {len(found)} mutants found" + (f"; not found: {', '.join(survivors)}" if survivors else ""))
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
