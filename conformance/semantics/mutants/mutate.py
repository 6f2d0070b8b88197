"""Shows that the model notices what is wrong: `tools/plumbline mutate semantics`.

For each lie of lies.cc, random programs run on this machine's kernel behind a C library that tells
it, until the model finds one that it does not allow. One that is told without being found survives.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys
from collections.abc import Iterable

_FOLDER = pathlib.Path("conformance/semantics")
_SEMANTICS = _FOLDER / "runner/semantics"
_EXECUTOR = _FOLDER / "executor/executor"
_LIES = _FOLDER / "mutants/lies.cc"
_LIBRARY = _FOLDER / "mutants/liblies.so"


class MutationError(Exception):
    """The run could not be done."""


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """What came of a lie."""

    lie: str
    rule: str  # that it broke first; empty if it survived
    programs: int  # that this took


def lies(text: str) -> list[str]:
    """The names of lies.cc, in its order."""
    return re.findall(r'^  LIE\(k\w+, "(\w+)"\)', text, re.MULTILINE)


def run(lie: str, programs: int, seed: int) -> Found:
    environment = dict(os.environ, PLUMBLINE_LIE=lie)
    command = [str(_SEMANTICS), "run", "--first", "--format=json", f"--programs={programs}", f"--seed={seed}", "--"]
    # Only the executor is lied to.
    command += ["env", f"LD_PRELOAD={_LIBRARY.resolve()}", str(_EXECUTOR), "--programs-at-once=64", "--watchdog=700"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise MutationError(f"{lie}: {done.stderr.strip()}")
    result = json.loads(done.stdout)
    rules = [one["rule"] for one in result["disagreements"]]
    return Found(lie, rules[0] if rules else "", result["programs"])


def table(found: Iterable[Found]) -> str:
    rows = [("lie", "found by rule", "in programs")]
    rows += [(one.lie, one.rule or "SURVIVED", str(one.programs)) for one in found]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    return "\n".join(f"{a.ljust(widths[0])}  {b.ljust(widths[1])}  {c.rjust(widths[2])}" for a, b, c in rows)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="mutate semantics",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit status: 0 each was found, 1 one survived, 2 it could not be done.",
    )
    parser.add_argument("--only", metavar="LIE", help="one of lies.cc, such as edge_as_level")
    parser.add_argument("--programs", type=int, default=20_000, metavar="N", help="at most, for each (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of the programs (default: %(default)s)")
    options = parser.parse_args(arguments)
    try:
        names = lies(_LIES.read_text())
        if options.only is not None and options.only not in names:
            raise MutationError(f"there is no lie '{options.only}'; there are {', '.join(names)}")
        # Without a lie the library must make no difference.
        truth = subprocess.run(
            [str(_SEMANTICS), "run", "--programs=500", "--", "env", f"LD_PRELOAD={_LIBRARY.resolve()}", str(_EXECUTOR)],
            capture_output=True,
            text=True,
            check=False,
        )
        if truth.returncode != 0:
            raise MutationError(f"the library lies without being asked to: {truth.stdout}{truth.stderr}")
        found = [run(name, options.programs, options.seed) for name in names if options.only in (None, name)]
    except (MutationError, OSError) as error:
        print(f"mutate semantics: {error}", file=sys.stderr)
        return 2
    print(table(found))
    survivors = [one.lie for one in found if not one.rule]
    print(f"\n{len(found) - len(survivors)} of {len(found)} lies found" + (f"; not found: {', '.join(survivors)}" if survivors else ""))
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
