"""Boots a kernel and runs a program there that tries all that a program needs."""

from __future__ import annotations

import os
import random
import time

import pytest

from conformance.semantics.system.booting import ARCH, PROGRAM, RELEASE, run, what_is_missing

UNAME_MACHINES = {"amd64": "x86_64", "arm64": "aarch64", "ppc64el": "ppc64le", "s390x": "s390x"}


@pytest.fixture(autouse=True)
def _needed() -> None:
    if reason := what_is_missing():
        if os.environ.get("PLUMBLINE_REQUIRE_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)


def test_all() -> None:
    """Arguments, processes, threads, all three streams, and the exit status."""
    # Every byte, what a terminal would change, and what begins a frame.
    data = bytes(range(256)) + b"\r\n\x03\x04\x11\x13i\0\0\0\0x\0\0\0\3" + random.Random(1).randbytes(100_000)
    result = run("--", PROGRAM, "all", "a  b", "", data=data)
    assert result.stderr.decode() == "to standard error\n"
    assert result.returncode == 3
    text, _, echo = result.stdout.partition(b"echo\n")
    lines = text.decode().splitlines()
    assert lines[0].startswith(f"uname {RELEASE}.") and lines[0].endswith(f" {UNAME_MACHINES[ARCH]}")
    when = int(lines.pop(4).removeprefix("time "))
    assert lines[1:] == ["argument a  b", "argument ", "processors 1", "child 7", "turns 20"]
    # The machine's clock was set by this one's.
    assert abs(when - time.time()) < 3600
    assert echo == data
