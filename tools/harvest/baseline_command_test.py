"""The baseline command, as users call it, with a store of its own."""

from __future__ import annotations

import os
import pathlib
import stat
import subprocess

COMMAND = "tools/harvest/baseline"
SURFACE = """plumbline-surface\t1
arch\tamd64
libc\tglibc 2.36
kernel-headers\t6.1.0
package\tlibc6\t2.36-9\tamd64\tabc
header\tglibc\ta.h\tincludable\t\t
section\tglibc\ta.h\t
macro\tA\tif\tdgp\tint\t1
end
"""


def run(*arguments: str, workspace: pathlib.Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **({"PLUMBLINE_WORKSPACE": str(workspace)} if workspace else {})}
    return subprocess.run([COMMAND, *arguments], capture_output=True, text=True, timeout=120, check=False, env=environment)


def files(folder: pathlib.Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_surface_is_added_listed_and_shown(tmp_path: pathlib.Path) -> None:
    surface, store = tmp_path / "one.surface", tmp_path / "store"
    surface.write_text(SURFACE)
    done = run("add", "bookworm", str(surface), "--store", str(store))
    assert done.returncode == 0, done.stderr
    before = files(store)
    assert stat.S_IMODE(store.stat().st_mode) == 0o755
    assert run("add", "bookworm", str(surface), "--store", str(store)).returncode == 0
    assert files(store) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.surface", "store"]
    listed = run("list", "--store", str(store))
    assert listed.stdout.split() == ["bookworm", "glibc", "2.36", "headers", "6.1.0", "amd64"]
    for name in ("bookworm", "glibc-2.36"):
        shown = run("show", name, "--arch", "amd64", "--store", str(store))
        assert shown.stdout == SURFACE


def test_what_is_wrong_is_said_and_changes_nothing(tmp_path: pathlib.Path) -> None:
    surface, store = tmp_path / "one.surface", tmp_path / "store"
    surface.write_text(SURFACE)
    assert run("add", "bookworm", str(surface), "--store", str(store)).returncode == 0
    before = files(store)
    bad = tmp_path / "bad.surface"

    def refused(*arguments: str) -> str:
        done = run(*arguments, "--store", str(store))
        assert done.returncode == 2
        assert done.stdout == ""
        assert files(store) == before
        return done.stderr

    bad.write_text(SURFACE.removesuffix("end\n"))
    assert "cut off" in refused("add", "trixie", str(surface), str(bad))
    bad.write_text(SURFACE.replace("package\tlibc6\t2.36-9\tamd64\tabc\n", ""))
    assert "names no packages" in refused("add", "trixie", str(bad))
    assert "another file is of amd64" in refused("add", "trixie", str(surface), str(surface))
    assert "a release is a word" in refused("add", "a/b", str(surface))
    assert "known are bookworm, glibc-2.36" in refused("show", "glibc-9", "--arch", "amd64")
    assert "it has amd64" in refused("show", "bookworm", "--arch", "s390x")
    assert "No such file" in refused("add", "trixie", str(tmp_path / "none"))
    assert "no architecture 'pdp11'" in refused("refresh", "trixie", "--arch", "pdp11")
    assert "required" in refused("show", "bookworm")


def test_packages_that_cannot_be_had_leave_the_store_alone(tmp_path: pathlib.Path) -> None:
    fetch = tmp_path / "tools/toolchains/fetch_libc.sh"
    fetch.parent.mkdir(parents=True)
    fetch.write_text('#!/bin/bash\necho "fetch_libc: no $1 for $2" >&2\nexit 2\n')
    store = tmp_path / "store"
    done = run("refresh", "trixie", "--arch", "amd64,arm64", "--store", str(store), workspace=tmp_path)
    assert done.returncode == 2
    assert "amd64: fetch_libc: no trixie for amd64" in done.stderr
    assert "arm64: fetch_libc: no trixie for arm64" in done.stderr
    assert not store.exists()


def test_each_command_has_help() -> None:
    assert "refresh sid --again" in run("--help").stdout
    for command in ("list", "show", "add", "refresh"):
        assert "--store" in run(command, "--help").stdout
