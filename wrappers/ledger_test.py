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


def declared() -> dict[str, set[str]]:
    """The tests of each suite."""
    tests: dict[str, set[str]] = {}
    for path in SOURCES:
        for suite, name in _TEST.findall(path.read_text()):
            tests.setdefault(suite, set()).add(name)
    return tests


def exists(listed_name: str) -> bool:
    """Whether it is a test, or one of a test's types or parameters: PREFIX/SUITE/TYPE/TEST/PARAMETER."""
    parts = listed_name.split("/")[1:]
    return any(suite in parts and not names.isdisjoint(parts[parts.index(suite) + 1 :]) for suite, names in declared().items())


def test_every_listed_test_exists() -> None:
    assert [name for name in sorted(listed()) if not exists(name)] == []


def test_the_test_sees_what_it_should() -> None:
    assert listed()
    assert exists("Wrapper/EventFd/ClosesOnce")
    assert exists("Wrapper/Of/ChangeSignalMask/BlocksAllButWhatCannotBe/sigprocmask")
    assert not exists("Wrapper/EventFd/ClosesTwice")
    assert not exists("Wrapper/EventFe/ClosesOnce")
    # A test of another suite.
    assert not exists("Wrapper/EventFd/BlocksAllButWhatCannotBe")
