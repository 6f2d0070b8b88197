"""--binary: only what can affect a program, and the libraries that it needs."""

from __future__ import annotations

import json
import pathlib
import subprocess

import pytest

from tools.harvest import testing

GATE = "tools/gate/gate"


def gcc(*arguments: str | pathlib.Path, source: str) -> None:
    command = ["gcc", "-x", "c", "-", "-x", "none", "-nostdlib", "-fPIC", *map(str, arguments)]
    subprocess.run(command, input=source, text=True, check=True, capture_output=True)


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A program that calls open_it(), and one that has a library read the table."""
    folder = tmp_path_factory.mktemp("binary")
    libc = testing.make_sysroot(folder / "root", {}) / "usr/lib/libc.so.6"
    call = "int open_it(const char *); int main(void) { return open_it(0); }"
    gcc("-pie", "-e", "main", libc, "-o", folder / "caller", source=call)
    (folder / "libraries").mkdir()
    middle = folder / "libraries/libmiddle.so"
    gcc("-shared", "-Wl,-soname,libmiddle.so", libc, "-o", middle, source="extern int table[]; int first(void) { return table[0]; }")
    ask = "int first(void); int main(void) { return first(); }"
    gcc("-pie", "-e", "main", "-Wl,--allow-shlib-undefined", middle, "-o", folder / "reader", source=ask)
    names = ("open_it|GLIBC_2.50|default|func", "other|GLIBC_2.50|default|func", "table|GLIBC_2.50|default|object")
    functions = "section|glibc|a.h|\nmacro|A|if|dgp|int|{value}\nfunction|open_it|dgp|{type}||\nfunction|other|dgp|{type}||\n"
    for release, kept, value, kind in (("old", names, 1, "int (int)"), ("new", (), 2, "long (int)")):
        symbols = "".join(f"symbol|{name}|global|{16 if 'object' in name else 0}\n" for name in kept)
        text = (
            "plumbline-surface|1\narch|amd64\nlibc|glibc 2.99\nkernel-headers|6.9.2\n"
            + functions.format(value=value, type=kind)
            + f"library|libc.so.6\nnode|GLIBC_2.50\n{symbols}end\n"
        )
        (folder / release).write_text(text.replace("|", "\t"))
    return folder


def gate(folder: pathlib.Path, *arguments: str | pathlib.Path) -> subprocess.CompletedProcess[str]:
    command = [GATE, folder / "old", folder / "new", "--format", "json", *arguments]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)


def found(folder: pathlib.Path, *arguments: str | pathlib.Path) -> set[tuple[str, str]]:
    done = gate(folder, *arguments)
    assert done.returncode in (0, 1), done.stderr
    return {(one["id"], one["name"]) for one in json.loads(done.stdout)["findings"]}


def test_without_it_all_is_told(folder: pathlib.Path) -> None:
    assert len(found(folder)) == 6


def test_a_program(folder: pathlib.Path) -> None:
    expected = {("symbol-removed", "open_it@GLIBC_2.50"), ("prototype-changed", "open_it")}
    assert found(folder, "--binary", folder / "caller") == expected


def test_a_library_that_it_needs(folder: pathlib.Path) -> None:
    expected = {("symbol-removed", "table@GLIBC_2.50")}
    assert found(folder, "--binary", folder / "reader", "--library-path", folder / "libraries") == expected
    assert len(found(folder, "--binary", folder / "reader", folder / "caller", "--library-path", folder / "libraries")) == 3


def test_a_library_that_is_missing_is_told(folder: pathlib.Path) -> None:
    done = gate(folder, "--binary", folder / "reader")
    assert json.loads(done.stdout)["scope"].endswith("not found, so not read: libmiddle.so")


def test_what_is_no_program(folder: pathlib.Path) -> None:
    done = gate(folder, "--binary", folder / "old")
    assert done.returncode == 2 and "this is no ELF program or library" in done.stderr
    cut = folder / "cut"
    cut.write_bytes((folder / "caller").read_bytes()[:200])
    assert gate(folder, "--binary", cut).returncode == 2
    assert gate(folder, "--binary", folder / "nowhere").returncode == 2
