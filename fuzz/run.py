"""Runs a fuzzer for as long as is wanted:

  bazel run //fuzz:run -- semantics_fuzzer --seconds 3600 --keep

What it finds is printed, and written to --finds. With --keep its corpus of the workspace, fuzz/corpus/, gets the
inputs that reach what no other there does. With --go-on semantics_fuzzer does not end with the first disagreement,
and tells each kind once.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile

from fuzz import fuzzers


def keep(name: str, program: pathlib.Path, found: pathlib.Path, environment: dict[str, str]) -> str:
    """Puts the least of what is found that reaches as much into the workspace's corpus; says how that changes."""
    corpora = pathlib.Path(os.environ["BUILD_WORKSPACE_DIRECTORY"]) / fuzzers.FOLDER / "corpus"
    folder = corpora / fuzzers.FUZZERS[name].corpora[-1]
    length = f"-max_len={fuzzers.FUZZERS[name].length}"
    together = folder == (corpora / fuzzers.PROGRAMS).parent
    with tempfile.TemporaryDirectory() as merged:
        # What is there already stays, but where it is one file.
        for file in [] if together else folder.iterdir():
            (pathlib.Path(merged) / file.name).write_bytes(file.read_bytes())
        # How often a branch is taken makes no other input.
        command: list[str | pathlib.Path] = [program, "-merge=1", "-use_counters=0", length, merged, found]
        subprocess.run(command, env=environment, check=True)
        inputs = sorted(file.read_bytes() for file in pathlib.Path(merged).iterdir())
    if together:
        file = corpora / fuzzers.PROGRAMS
        before = len(fuzzers.split(file.read_bytes()))
        file.write_bytes(b"".join(inputs))
        return f"{before} programs before, {len(inputs)} now"
    known = {file.read_bytes() for file in folder.iterdir()}
    new = [content for content in inputs if content not in known]
    for content in new:
        (folder / hashlib.sha256(content).hexdigest()[:16]).write_bytes(content)
    return f"{len(new)} inputs added"


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
        done = fuzzers.run(name, program, corpus, finds, options.seconds, options.seed, more=more)
        print(done.stderr)
        if options.keep:
            environment = {**os.environ, "PLUMBLINE_FUZZ_EXECUTOR": str(fuzzers.EXECUTOR), **more}
            print(f"fuzz:run: the corpus: {keep(name, program, corpus, environment)}")
    return 0 if done.returncode == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
