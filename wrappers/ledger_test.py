"""Every test that the ledger of deviations lists exists: one that was renamed or taken away would never be judged."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

LEDGER = Path("conformance/ledger/qemu-user.toml")
SOURCES = sorted(Path("wrappers").glob("*_test.cc"))

_TEST = re.compile(r"^((?:TYPED_)?TEST(?:_F|_P)?)\(\s*(\w+),\s*(\w+)\)", re.MULTILINE)
_INSTANCE = re.compile(r"^INSTANTIATE_TEST_SUITE_P\(\s*(\w+),\s*(\w+),", re.MULTILINE)


def listed() -> set[str]:
    """ "Wrapper/SUITE/TEST" of all entries."""
    names: set[str] = set()
    for deviation in tomllib.loads(LEDGER.read_text())["deviation"]:
        names.update(deviation.get("checks", {}), [deviation["check"]] if "check" in deviation else [])
    return {name for name in names if name.startswith("Wrapper/")}


def declared() -> set[str]:
    """What may be listed. A type's or parameter's name is any that the test's file has in quotes."""
    names: set[str] = set()
    for path in SOURCES:
        text = path.read_text()
        words = set(re.findall(r'"(\w+)"', text))
        for macro, suite, name in _TEST.findall(text):
            match macro:
                case "TYPED_TEST":
                    names.update(f"Wrapper/{suite}/{word}/{name}" for word in words)
                case "TEST_P":
                    prefixes = [prefix for prefix, other in _INSTANCE.findall(text) if other == suite]
                    names.update(f"Wrapper/{prefix}/{suite}/{name}/{word}" for prefix in prefixes for word in words)
                case _:
                    names.add(f"Wrapper/{suite}/{name}")
    return names


def test_every_listed_test_exists() -> None:
    assert listed() - declared() == set()


def test_the_test_sees_what_it_should() -> None:
    assert listed()
    names = declared()
    assert "Wrapper/EventFd/ClosesOnce" in names
    assert "Wrapper/ScopedSignalMask/Thread/RestoresEverySignal" in names
    assert "Wrapper/Of/ChangeSignalMask/BlocksAllButWhatCannotBe/sigprocmask" in names
    for wrong in (
        "Wrapper/EventFd/ClosesTwice",
        "Wrapper/EventFd/BlocksAllButWhatCannotBe",
        "Wrapper/Of/EventFd/ClosesOnce",
        "Wrapper/Of/ChangeSignalMask/BlocksAllButWhatCannotBe",
        "Wrapper/Of/ChangeSignalMask/BlocksAllButWhatCannotBe/sigaction",
        "Wrapper/ScopedSignalMask/0/RestoresEverySignal",
    ):
        assert wrong not in names
