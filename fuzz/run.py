"""Runs a fuzzer for as long as is wanted:

  bazel run //fuzz:run -- semantics_fuzzer --seconds 3600 --keep

What it finds is printed, and written to --finds. With --keep its corpus of the workspace, fuzz/corpus/, gets the
inputs that reach what no other there does. With --go-on semantics_fuzzer does not end with the first disagreement,
and tells each kind once.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

from fuzz import fuzzers


def keep(name: str, program: pathlib.Path, found: pathlib.Path, environment: dict[str, str]) -> int:
    """Puts the smallest of what is found into the workspace's corpus; returns how many inputs that adds."""
    workspace = pathlib.Path(os.environ["BUILD_WORKSPACE_DIRECTORY"])
    corpora = [workspace / fuzzers.FOLDER / "corpus" / corpus for corpus in fuzzers.FUZZERS[name].corpora]
    before = len(list(corpora[-1].iterdir()))
    length = f"-max_len={fuzzers.FUZZERS[name].length}"
    with tempfile.TemporaryDirectory() as merged:
        # The corpus itself comes first, so that what it has is not added again.
        subprocess.run([program, "-merge=1", length, merged, corpora[-1], found], env=environment, check=True)
        for file in pathlib.Path(merged).iterdir():
            target = corpora[-1] / file.name
            if not target.exists() and not any(
                file.read_bytes() == old.read_bytes() for old in corpora[-1].iterdir()
            ):
                target.write_bytes(file.read_bytes())
    return len(list(corpora[-1].iterdir())) - before


def main() -> int:
    parser = argparse.ArgumentParser(prog="fuzz:run", formatter_class=argparse.RawDescriptionHelpFormatter, description=__doc__)
    parser.add_argument("fuzzer", choices=sorted(fuzzers.FUZZERS))
    parser.add_argument("--seconds", type=int, default=600, help="for how long (default: 600)")
    parser.add_argument("--seed", type=int, default=0, help="of its choices; 0 is another one each time (default)")
    parser.add_argument("--finds", type=pathlib.Path, default=pathlib.Path("/tmp"), help="folder for what is found (default: /tmp)")
    parser.add_argument("--go-on", action="store_true", help="semantics_fuzzer: tell all kinds of disagreement")
    parser.add_argument("--keep", action="store_true", help="put what it learned into fuzz/corpus/ of the workspace")
    options = parser.parse_args()
    if why := fuzzers.missing():
        print(f"fuzz:run: {why}", file=sys.stderr)
        return 2
    finds = pathlib.Path(os.environ.get("BUILD_WORKING_DIRECTORY", "."), options.finds)
    if not finds.is_dir():
        print(f"fuzz:run: --finds: {finds} is no folder", file=sys.stderr)
        return 2
    name = options.fuzzer
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        program = fuzzers.build([name], folder)[name]
        corpus = fuzzers.seeds(name, folder / "corpus")
        more = {"PLUMBLINE_FUZZ_GO_ON": "1"} if options.go_on else {}
        done = fuzzers.run(name, program, corpus, finds, options.seconds, options.seed, **more)
        print(done.stderr)
        if options.keep:
            environment = {**os.environ, "PLUMBLINE_FUZZ_EXECUTOR": str(fuzzers.EXECUTOR), **more}
            print(f"fuzz:run: {keep(name, program, corpus, environment)} inputs added to the corpus")
    return 0 if done.returncode == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
