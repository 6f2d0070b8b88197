"""A real upgrade, trixie to sid on amd64, from packages that fetch_libc.sh has fetched; gcc is the second opinion.

Not run with the others, as sid moves: the numbers are of libc6-dev 2.41-12+deb13u5 and 2.43-7.

  tools/toolchains/fetch_libc.sh trixie amd64; tools/toolchains/fetch_libc.sh sid amd64
  bazel test //tools/gate:upgrade_test
"""

from __future__ import annotations

import json
import pathlib
import pwd
import os
import subprocess
from typing import Any

import pytest

from tools.harvest import testing

GATE = "tools/gate/gate"
CACHE = pathlib.Path(pwd.getpwuid(os.getuid()).pw_dir) / ".cache/plumbline/libc"
RELEASES = ("trixie", "sid")
EXPECTED = ("2.41-12+deb13u5", "2.43-7")


def is_integer(text: str) -> bool:
    return text.lstrip("-").isdigit()


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("upgrade")
    for release, version in zip(RELEASES, EXPECTED, strict=True):
        debs = sorted(map(str, (CACHE / f"{release}-amd64").glob("*.deb")))
        if not any(version in deb for deb in debs):
            pytest.skip(f"no libc6-dev {version}: tools/toolchains/fetch_libc.sh {release} amd64")
        done = testing.run("--debs", *debs, "-o", str(folder / release))
        assert done.returncode == 0, done.stderr
        for deb in debs:
            subprocess.run(["dpkg-deb", "--extract", deb, str(folder / f"{release}-root")], check=True)
    return folder


@pytest.fixture(name="found", scope="module")
def _found(folder: pathlib.Path) -> list[dict[str, Any]]:
    done = subprocess.run([GATE, *(str(folder / release) for release in RELEASES), "--format", "json"], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    findings: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return findings


def constants(found: list[dict[str, Any]], which: str) -> dict[str, dict[str, Any]]:
    return {
        one["name"]: one
        for one in found
        if one["side"] == "glibc" and one["id"] == which and "(" not in one["name"] and all(is_integer(one[key] or "0") for key in ("old", "new"))
    }


def test_numbers(found: list[dict[str, Any]]) -> None:
    assert len(constants(found, "constant-value-changed")) == 40
    assert len([one for one in found if one["side"] == "glibc" and one["id"] == "constant-type-changed"]) == 1
    removed = constants(found, "constant-removed")
    assert len([name for name in removed if removed[name]["owner"] == "elf.h"]) == 17
    # With termio.h went the length of its array.
    assert set(name for name in removed if removed[name]["owner"] != "elf.h") == {"NCC"}
    functions = [one for one in found if one["id"] == "prototype-changed" and one["side"] == "glibc" and "(" not in one["name"]]
    assert len([one for one in functions if one.get("rule") != "attributes"]) == 64
    assert len([one for one in found if one["id"] == "symbol-default-version-changed"]) == 57


def test_stories(found: list[dict[str, Any]]) -> None:
    story = {one["name"]: one["story"] for one in found}
    assert story["B9600"] == story["cfsetospeed"] == "termios-speed"
    assert story["fromfp"] == "fromfp"
    assert story["termio.h"] == "termio-removed"


def says(root: pathlib.Path, owner: str, asserted: list[tuple[str, str]]) -> list[str]:
    """What gcc does not agree with."""
    # sys/ttydefaults.h needs the speeds.
    lines = [f"#include <{owner}>", "#include <termios.h>", *(f'_Static_assert(({name}) == ({value}), "{name}");' for name, value in asserted)]
    done = subprocess.run(
        ["gcc", "-x", "c", "-D_GNU_SOURCE", "-nostdinc", "-fsyntax-only", "-w", "-"]
        + [f"-isystem{folder}" for folder in (gcc_headers(), root / "usr/include/x86_64-linux-gnu", root / "usr/include")],
        input="\n".join([*lines, ""]),
        capture_output=True,
        text=True,
        check=False,
    )
    return [line for line in done.stderr.splitlines() if "error" in line]


def gcc_headers() -> str:
    return subprocess.run(["gcc", "-print-file-name=include"], capture_output=True, text=True, check=True).stdout.strip()


def test_gcc_agrees_with_what_changed(folder: pathlib.Path, found: list[dict[str, Any]]) -> None:
    changed = constants(found, "constant-value-changed")
    for release, key in zip(RELEASES, ("old", "new"), strict=True):
        for owner in sorted({one["owner"] for one in changed.values()}):
            asserted = [(name, one[key]) for name, one in changed.items() if one["owner"] == owner and not name.startswith("__GLIBC_L")]
            assert says(folder / f"{release}-root", owner, asserted) == [], (release, owner)


def test_gcc_agrees_with_what_did_not(folder: pathlib.Path, found: list[dict[str, Any]]) -> None:
    told = {one["name"] for one in found}
    surface = testing.parse((folder / RELEASES[0]).read_text())
    asked = 0
    for owner in ("fcntl.h", "sys/socket.h", "signal.h", "sys/stat.h", "termios.h", "netinet/in.h", "sys/mman.h", "elf.h"):
        same = [
            (name, columns[3])
            for (side, header, variant, kind, name), columns in surface.records.items()
            if (side, header, variant) == ("glibc", owner, "") and kind in ("macro", "enumerator") and columns[0] in ("if", "constant")
            and is_integer(columns[3]) and name not in told
        ]  # fmt: skip
        asked += len(same)
        assert says(folder / f"{RELEASES[1]}-root", owner, same) == [], owner
    assert asked > 1000
