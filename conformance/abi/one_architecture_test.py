"""A declaration that is wrong for one architecture fails there, and nowhere else.

A copy of the bindings says something else of one architecture. What codegen writes for every
other target is the same to the byte; of the checkers of all targets, those of this architecture
alone fail with what the copy declares, and in exactly the checks of what is wrong.
"""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import shutil
import subprocess

import pytest

from tools.codegen import emit_expectations, emit_probes
from tools.codegen.bindings import Bindings
from tools.codegen.targets import Targets
from tools.codegen.testing import MODELS, unavailable

WRONG = "s390x"

# Target → the program that judges its object files here, for those whose compiler is installed.
CHECKERS = dict(pair.split("=", 1) for pair in os.environ["PLUMBLINE_STATIC_CHECKERS"].split())
TARGETS = [str(target) for target in Targets.load(MODELS).all]
ELSEWHERE = [name for name in TARGETS if name.partition("/")[0] != WRONG]
THERE = [name for name in TARGETS if name not in ELSEWHERE]


@dataclasses.dataclass(frozen=True)
class Lie:
    file: str
    true: str  # a text that occurs once
    false: str  # as many lines
    failures: frozenset[str]
    libcs: tuple[str, ...] = ("glibc", "musl")


LIES = {
    "value": Lie(
        "epoll.toml",
        "EPOLLIN        = 0x001\n",
        f"EPOLLIN        = {{ value = 0x001, on = {{ {WRONG} = 0x002 }} }}\n",
        frozenset({"Constant/EPOLLIN"}),
    ),
    "layout": Lie(
        "epoll.toml",
        'packed = ["x86"]',
        f'packed = ["x86", "{WRONG}"]',
        frozenset({"Layout/epoll_event/size", "Layout/epoll_event/align", "Layout/epoll_event/data/offset"}),
    ),
    "version node": Lie(
        "eventfd.toml",
        "\n\n[functions.eventfd_read]\n",
        f'\non.{WRONG}.versions = ["2.8"]\n[functions.eventfd_read]\n',
        frozenset({"Symbol/eventfd"}),
        ("glibc",),  # musl's symbols have no versions
    ),
}


@dataclasses.dataclass(frozen=True)
class Written:
    """What codegen writes for a target, by family."""

    probes: dict[str, str]
    rows: dict[str, str]


def write(folder: pathlib.Path) -> dict[str, Written]:
    families = sorted(file for file in folder.glob("*.toml") if file.name != MODELS.name and "." not in file.stem)
    bindings = Bindings.load(folder / MODELS.name, families)
    written = {}
    for target in bindings.targets.all:
        resolved = bindings.on(target)
        written[str(target)] = Written(
            {family: json.dumps(emit_probes.probes(resolved, family)) for family in bindings.families},
            {
                # Rows say where they were declared.
                family: emit_expectations.expectations(resolved, family).replace(f"{folder}/", "bindings/")
                for family in bindings.families
            },
        )
    return written


@pytest.fixture(scope="module")
def true() -> dict[str, Written]:
    return write(MODELS.parent)


@pytest.fixture(scope="module")
def false(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Written]]:
    written = {}
    for name, lie in LIES.items():
        folder = tmp_path_factory.mktemp("bindings")
        for file in MODELS.parent.glob("*.toml"):
            shutil.copy(file, folder)
        text = (folder / lie.file).read_text(encoding="utf-8")
        assert text.count(lie.true) == 1
        (folder / lie.file).unlink()  # it may be read-only
        (folder / lie.file).write_text(text.replace(lie.true, lie.false), encoding="utf-8")
        written[name] = write(folder)
    return written


def judge(target: str, old: dict[str, str], new: dict[str, str]) -> set[str]:
    """The checks that fail when the rows of `new` are declared."""
    if target not in CHECKERS:
        unavailable(f"{target} is not judged: its compiler or C library is not installed")
    edits = ["mutant declared"]
    for family, text in old.items():
        before, after = text.splitlines(), new[family].splitlines()
        assert len(before) == len(after)
        changed = [f"-{a}\n+{b}" for a, b in zip(before, after) if a != b]
        edits += [f"family {family}", *changed] * bool(changed)
    result = subprocess.run(
        [CHECKERS[target], "--mutants"], input="\n".join(edits) + "\n", capture_output=True, text=True, check=True
    )
    name, count, failures = result.stdout.rstrip("\n").split("\t")
    assert (name, int(count)) == ("declared", len(failures.split()))
    return set(failures.split())


@pytest.mark.parametrize("name", LIES)
def test_is_written_there_only(name: str, true: dict[str, Written], false: dict[str, dict[str, Written]]) -> None:
    changed = {target for target in TARGETS if false[name][target] != true[target]}
    assert changed == {target for target in THERE if "musl" in LIES[name].libcs or not target.endswith("/musl")}


@pytest.mark.parametrize("target", THERE)
@pytest.mark.parametrize("name", LIES)
def test_fails_there(
    name: str, target: str, true: dict[str, Written], false: dict[str, dict[str, Written]]
) -> None:
    lie = LIES[name]
    libc = "musl" if target.endswith("/musl") else "glibc"
    expected = lie.failures if libc in lie.libcs else frozenset()
    assert judge(target, true[target].rows, false[name][target].rows) == expected


@pytest.mark.parametrize("target", ELSEWHERE)
@pytest.mark.parametrize("name", LIES)
def test_fails_nowhere_else(
    name: str, target: str, true: dict[str, Written], false: dict[str, dict[str, Written]]
) -> None:
    assert judge(target, true[target].rows, false[name][target].rows) == set()
