"""Writes facts that were read from object files as a source of the build machine.

A checker that is linked with it judges a target without running anything there.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import subprocess
import sys


def sysroot_libc(compiler: pathlib.Path) -> str:
    """The shared C library that programs of this compiler are run with."""
    told = json.loads(compiler.read_text(encoding="utf-8"))
    if "libc" in told:
        return str(told["libc"])
    cc = told["cc"]
    # Alpha counts from 1.
    for name in ("libc.so.6", "libc.so.6.1"):
        found = subprocess.run([cc, f"-print-file-name={name}"], capture_output=True, text=True, check=True).stdout.strip()
        if os.path.isabs(found) and os.path.exists(found):
            return os.path.realpath(found)
    return ""


def source(facts: list[str], libc: str) -> str:
    rows = []
    texts = []
    for line in facts:
        key, value, size, align, kind, flags, text = line.split("\t")
        rows.append(f"{{{key}ull, {value}ull, {size}, {align}, {kind}, {flags}}},")
        if text:
            texts.append(f"{{{key}ull, {json.dumps(text)}}},")
    return "\n".join(
        [
            '#include "conformance/abi/facts.h"',
            f"const char plumbline_sysroot_libc[] = {json.dumps(libc)};",
            "PLUMBLINE_FACTS static const struct plumbline_fact plumbline_fact_rows[] = {",
            *rows,
            "};",
            "PLUMBLINE_TEXTS static const struct plumbline_text plumbline_text_rows[] = {",
            *texts,
            "};",
            "",
        ]
    )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="static_facts", description=__doc__)
    parser.add_argument("--compiler", required=True, type=pathlib.Path)
    parser.add_argument("--source", required=True, type=pathlib.Path)
    parser.add_argument("--merged", required=True, type=pathlib.Path, help="all facts in one file, sorted")
    parser.add_argument("facts", nargs="+", type=pathlib.Path)
    options = parser.parse_args(arguments)
    facts = sorted(line for file in options.facts for line in file.read_text(encoding="utf-8").splitlines())
    options.source.write_text(source(facts, sysroot_libc(options.compiler)), encoding="utf-8")
    options.merged.write_text("".join(f"{line}\n" for line in facts), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
