"""Machines that hold the same have the same fingerprint, and others have not."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent / "fingerprint.sh"


def fingerprint(*paths: Path, kept: Path | None = None) -> str:
    environment = dict(os.environ) | ({"PLUMBLINE_FINGERPRINTS": str(kept)} if kept else {})
    result = subprocess.run(["/bin/sh", SCRIPT, *paths], capture_output=True, text=True, check=True, env=environment)
    assert result.stderr == ""
    return result.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "include" / "sys").mkdir(parents=True)
    (tmp_path / "include" / "sys" / "epoll.h").write_text("#define EPOLLIN 1\n")
    (tmp_path / "include" / "a name.h").write_text("")
    (tmp_path / "cc1").write_text("compiler")
    (tmp_path / "gcc-12").write_text("12.2.0-14")
    (tmp_path / "gcc").symlink_to("gcc-12")
    return tmp_path


def test_is_one_line(folder: Path) -> None:
    assert len(fingerprint(folder)) == 64 + 1


def test_times_and_order_do_not_matter(folder: Path) -> None:
    before = fingerprint(folder / "include", folder / "gcc", folder / "cc1")
    for path in folder.rglob("*"):
        os.utime(path, (0, 0))
    assert fingerprint(folder / "cc1", folder / "include", folder / "gcc", folder / "gcc") == before


def test_what_is_not_there_does_not_matter(folder: Path) -> None:
    assert fingerprint(folder, folder / "absent") == fingerprint(folder)
    assert fingerprint(folder / "absent") == fingerprint()
    assert fingerprint() != fingerprint(folder)


def same_size(folder: Path) -> None:
    (folder / "include" / "sys" / "epoll.h").write_text("#define EPOLLIN 2\n")


def more(folder: Path) -> None:
    (folder / "include" / "sys" / "b.h").write_text("")


def fewer(folder: Path) -> None:
    (folder / "include" / "a name.h").unlink()


def renamed(folder: Path) -> None:
    (folder / "include" / "sys" / "epoll.h").rename(folder / "include" / "sys" / "poll.h")


def another_link(folder: Path) -> None:
    (folder / "gcc-13").write_text("13.1.0-1")
    (folder / "gcc").unlink()
    (folder / "gcc").symlink_to("gcc-13")


def another_compiler(folder: Path) -> None:
    (folder / "cc1").write_text("another compiler")


CHANGES = [same_size, more, fewer, renamed, another_link, another_compiler]


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("change", CHANGES)
def test_changes_are_seen(folder: Path, change: Callable[[Path], None], keep: bool) -> None:
    paths = [folder / "include", folder / "gcc", folder / "cc1"]
    kept = folder / "kept" if keep else None
    before = fingerprint(*paths, kept=kept)
    times = {path: os.stat(path).st_mtime_ns for path in folder.rglob("*")}
    change(folder)
    for path, time in times.items():
        if path.exists():
            os.utime(path, ns=(time, time))
    after = fingerprint(*paths, kept=kept)
    assert after != before
    assert after == fingerprint(*paths)


def test_is_read_where_it_was_kept(folder: Path) -> None:
    kept = folder / "deep" / "kept"
    found = fingerprint(folder / "include", kept=kept)
    assert found == fingerprint(folder / "include")
    (file,) = kept.iterdir()
    file.write_text("another\n")
    assert fingerprint(folder / "include", kept=kept) == "another\n"


def test_needs_nothing_kept(folder: Path) -> None:
    (folder / "file").write_text("")
    assert fingerprint(folder / "gcc", kept=folder / "file" / "kept") == fingerprint(folder / "gcc")
    assert fingerprint(folder / "absent", kept=folder / "kept") == fingerprint()
