"""Every test that the ledger of deviations lists exists: one that was renamed or taken away would never be judged."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

LEDGER = Path("conformance/ledger/qemu-user.toml")
SOURCES = sorted(Path("wrappers").glob("*_test.cc"))

_TEST = re.compile(r"^(?:TYPED_)?TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", re.MULTILINE)


def listed() -> set[str]:
    """ "Wrapper/SUITE/TEST" of all entries."""
    names: set[str] = set()
    for deviation in tomllib.loads(LEDGER.read_text())["deviation"]:
        names.update(deviation.get("checks", {}), [deviation["check"]] if "check" in deviation else [])
    return {name for name in names if name.startswith("Wrapper/")}


def declared() -> set[str]:
    return {f"Wrapper/{suite}/{name}" for path in SOURCES for suite, name in _TEST.findall(path.read_text())}


def test_every_listed_test_exists() -> None:
    # A typed test's suite has a number behind it, one per type.
    assert {re.sub(r"/\d+/", "/", name) for name in listed()} <= declared()


def test_the_test_sees_what_it_should() -> None:
    assert "Wrapper/EventFd/ClosesOnce" in declared() and listed()
