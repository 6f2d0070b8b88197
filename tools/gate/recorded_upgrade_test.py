"""Real upgrades, of the recorded baselines.

The numbers of trixie to sid on amd64 were counted with probes that gcc compiled, apart from any surface.
"""

from __future__ import annotations

import collections
import json
import pathlib
import re
import subprocess
from typing import Any

import pytest

GATE = "tools/gate/gate"
STEPS = [("bullseye", "bookworm"), ("bookworm", "trixie"), ("trixie", "sid")]


def gate(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "PLUMBLINE_WORKSPACE": "."}
    return subprocess.run([GATE, *arguments], capture_output=True, text=True, timeout=300, check=False, env=environment)


def report(*arguments: str) -> dict[str, Any]:
    done = gate(*arguments, "--format", "json")
    assert done.returncode == 1, done.stderr
    parsed: dict[str, Any] = json.loads(done.stdout)
    return parsed


@pytest.fixture(name="glibc", scope="module")
def _glibc() -> list[dict[str, Any]]:
    """What glibc's headers and libraries changed."""
    found = report("trixie", "sid", "--arch", "amd64")["findings"]
    return [finding for finding in found if finding["side"] != "uapi"]


def names(findings: list[dict[str, Any]], what: str, owner: str = "") -> list[str]:
    return [finding["name"] for finding in findings if finding["id"] == what and owner in ("", finding["owner"])]


def recorded_architectures(release: str) -> set[str]:
    """As the index of the baselines has them."""
    lines = pathlib.Path("conformance/baselines/data/index.txt").read_text(encoding="utf-8").splitlines()
    return {line.split("\t")[2] for line in lines if line.startswith(f"baseline\t{release}\t")}


def is_integer(text: str) -> bool:
    return re.fullmatch(r"-?\d+", text) is not None


def test_constants(glibc: list[dict[str, Any]]) -> None:
    changed = [one for one in glibc if one["id"] == "constant-value-changed" and is_integer(one["old"]) and is_integer(one["new"])]
    assert len(changed) == 40
    # The speeds of termios are numbers since 2.42; B0 was one before, of another type.
    speeds = [one for one in changed if one["owner"] == "termios.h"]
    assert len(speeds) > 25
    assert {one["story"] for one in speeds if re.fullmatch(r"B\d+", one["name"])} == {"termios-speed"}
    assert names(glibc, "constant-type-changed") == ["B0"]
    assert len(names(glibc, "constant-removed", "elf.h")) == 17
    assert len([one for one in glibc if one["id"] == "constant-added" and is_integer(one["new"])]) == 149


def test_prototypes_and_symbols(glibc: list[dict[str, Any]]) -> None:
    assert len(names(glibc, "prototype-changed", "math.h")) == 64
    assert len(names(glibc, "symbol-default-version-changed")) == 57
    assert not names(glibc, "symbol-removed")
    assert not names(glibc, "symbol-version-removed")


def test_what_moved_to_the_kernels_header_is_there(glibc: list[dict[str, Any]]) -> None:
    """<sys/ioctl.h> leaves the SIOC names to <linux/sockios.h>, which comes with it."""
    assert not [name for name in names(glibc, "constant-removed") if name.startswith("SIOC")]


@pytest.mark.parametrize(("old", "new"), STEPS)
def test_each_architecture(old: str, new: str) -> None:
    found = report(old, new, "--arch", "all")
    architectures = set(found["completeness"])
    assert len(architectures) >= 15
    # Those that only one has are told.
    recorded = {release: recorded_architectures(release) for release in (old, new)}
    assert architectures == recorded[old] & recorded[new]
    assert {(one["arch"], one["lacked_by"]) for one in found["left_out"]} == {
        *((arch, "new") for arch in recorded[old] - recorded[new]),
        *((arch, "old") for arch in recorded[new] - recorded[old]),
    }
    assert collections.Counter(finding["severity"] for finding in found["findings"]) == found["counts"]
    for finding in found["findings"]:
        assert finding["archs"] and set(finding["archs"]) <= architectures


def test_a_release_breaks_nothing_of_itself() -> None:
    done = gate("bookworm", "glibc-2.36", "--arch", "all", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["findings"] == []


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("glibc-9.9", "sid"), "glibc-9.9"),
        (("trixie", "sid", "--arch", "vax"), "vax"),
        (("debian:trixie", "sid", "--arch", "all"), "--arch"),
    ],
)
def test_what_is_not_there(arguments: tuple[str, ...], complaint: str) -> None:
    done = gate(*arguments)
    assert done.returncode == 2
    assert complaint in done.stderr and len(done.stderr.splitlines()) == 1
