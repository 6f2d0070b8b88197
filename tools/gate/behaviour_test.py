"""--run: what behaves otherwise with the new library is found, and nothing else is."""

from __future__ import annotations

import json
import os
import pathlib
import platform
import shutil
import struct
import subprocess
from typing import Any

import pytest

from tools.harvest import testing

GATE = "tools/gate/gate"
PROGRAMS = "tools/gate/programs"
# Few enough to take seconds, and of all that --run runs.
ONLY = ("Errors/eventfd/*", "Errors/epoll_create1/*", "Program/epoll/*")


def machine_libraries() -> pathlib.Path:
    """The folder of this machine's own C library."""
    maps = pathlib.Path("/proc/self/maps").read_text()
    (library,) = {line.split()[-1] for line in maps.splitlines() if line.endswith("/libc.so.6")}
    return pathlib.Path(library).resolve().parent


def copy_of_machine(root: pathlib.Path) -> pathlib.Path:
    """A sysroot with this machine's C library and hardly a header; gives where libc.so.6 is."""
    testing.make_sysroot(root, {})
    (root / "usr/lib/libc.so.6").unlink()
    source = machine_libraries()
    folder = root / "lib" / (source.name if "linux-gnu" in source.name else "x-linux-gnu")
    folder.mkdir(parents=True)
    for name in ("libc", "libm", "ld-linux*", "ld", "ld64", "libpthread", "librt", "libdl"):
        for file in source.glob(name + ".so.*"):
            shutil.copy(file, folder / file.name)
    return folder / "libc.so.6"


def place_build_tree(root: pathlib.Path, libraries: pathlib.Path) -> None:
    """As configure and make leave one, which has these libraries."""
    tree, source, kernel = root / "build", root / "source", root / "kernel/linux"
    for folder in (tree / "math", tree / "elf", source, kernel):
        folder.mkdir(parents=True)
    (kernel / "version.h").write_text(testing.VERSION)
    (source / "features.h").write_text(testing.FEATURES)
    (tree / "config.make").write_text(f"config-machine = {platform.machine()}\nsysheaders = {kernel.parent}\n")
    (tree / "Makefile").write_text(
        "install-headers:\n\tmkdir -p $(install_root)$(includedir)\n\tcp ../source/*.h $(install_root)$(includedir)\n"
    )
    (loader,) = libraries.glob("ld*.so.*")
    versions = {"ld.so": loader.name, "libc.so": ".6", "libm.so": ".6"}
    (tree / "soversions.mk").write_text("".join(f"{name}-version={version}\n" for name, version in versions.items()))
    shutil.copy(loader, tree / "elf/ld.so")
    shutil.copy(libraries / "libc.so.6", tree / "libc.so")
    shutil.copy(libraries / "libm.so.6", tree / "math/libm.so")


class Sections:
    """The sections of an ELF file of 64 bits, by type; those that tests edit there is one of."""

    def __init__(self, library: pathlib.Path) -> None:
        self.path = library
        self.bytes = bytearray(library.read_bytes())
        if self.bytes[4] != 2:
            pytest.skip("the edits are of ELF files of 64 bits")
        self.order = "<" if self.bytes[5] == 1 else ">"
        (start,) = self.unpack("Q", 0x28)
        size, count = self.unpack("HH", 0x3A)
        self.headers = [self.unpack("IIQQQQIIQQ", start + i * size) for i in range(count)]

    def unpack(self, form: str, offset: int) -> tuple[int, ...]:
        return struct.unpack_from(self.order + form, self.bytes, offset)

    def text(self, strings: int, offset: int) -> str:
        start = self.headers[strings][4] + offset
        return self.bytes[start : self.bytes.index(0, start)].decode()

    def swap(self, first: str, second: str) -> None:
        """Each of the two functions is the other one from now on."""
        (header,) = [one for one in self.headers if one[1] == 11]  # SHT_DYNSYM
        found = {}
        for offset in range(header[4], header[4] + header[5], 24):
            name = self.text(header[6], self.unpack("I", offset)[0])
            if name in (first, second):
                assert name not in found
                found[name] = offset
        a, b = found[first] + 8, found[second] + 8
        values = self.bytes[a : a + 16], self.bytes[b : b + 16]
        self.bytes[b : b + 16], self.bytes[a : a + 16] = values
        self.path.write_bytes(self.bytes)

    def rename_node(self, old: str, new: str) -> None:
        """What asks for a version node finds it under another name only."""
        (header,) = [one for one in self.headers if one[1] == 0x6FFFFFFD]  # SHT_GNU_verdef
        offset = header[4]
        while True:
            auxiliary, step = self.unpack("II", offset + 12)
            (name,) = self.unpack("I", offset + auxiliary)
            if self.text(header[6], name) == old:
                start = self.headers[header[6]][4] + name
                self.bytes[start : start + len(old)] = new.encode()
                struct.pack_into(self.order + "I", self.bytes, offset + 8, elf_hash(new))
                self.path.write_bytes(self.bytes)
                return
            assert step, f"there is no {old}"
            offset += step


def elf_hash(name: str) -> int:
    value = 0
    for byte in name.encode():
        value = (value << 4) + byte
        value = (value ^ ((value & 0xF0000000) >> 24)) & 0x0FFFFFFF
    return value


@pytest.fixture(name="old", scope="module")
def _old(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    root = tmp_path_factory.mktemp("old")
    copy_of_machine(root)
    return root


@pytest.fixture(name="swapped", scope="module")
def _swapped(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    root = tmp_path_factory.mktemp("swapped")
    Sections(copy_of_machine(root)).swap("eventfd", "epoll_create1")
    return root


def gate(*arguments: str | pathlib.Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [GATE, *map(str, arguments), "--run", *(f"--only={glob}" for glob in ONLY)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env={
            "PATH": "/usr/bin:/bin",
            "PLUMBLINE_SNAPSHOT": os.path.abspath(testing.SNAPSHOT),
            "PLUMBLINE_GATE_PROGRAMS": os.path.abspath(PROGRAMS),
        },
    )


def report(*arguments: str | pathlib.Path) -> dict[str, Any]:
    done = gate(*arguments, "--format", "json")
    assert done.returncode in (0, 1), done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def test_the_same_library_behaves_the_same(old: pathlib.Path, tmp_path: pathlib.Path) -> None:
    copy_of_machine(tmp_path)
    said = report(old, tmp_path)
    assert said["findings"] == []
    (ran,) = said["behaviour"].values()
    assert ran["runner"] == "native" and ran["differences"] == 0
    assert ran["counts"]["errors"]["on_both"] >= 5
    assert ran["counts"]["programs"]["on_both"] >= 5


def test_one_function_that_is_another_is_found(old: pathlib.Path, swapped: pathlib.Path) -> None:
    said = report(old, swapped)
    found = {one["name"]: one for one in said["findings"]}
    assert {one["id"] for one in said["findings"]} == {"behaviour-changed"}
    assert any(name.startswith("Errors/eventfd/") for name in found)
    assert any(name.startswith("Program/epoll/") for name in found)
    for one in found.values():
        assert (one["severity"], one["owner"]) == ("breaking", "libc.so.6")
        assert one["old"] == "as declared" != one["new"]
    # The other way it is as declared again.
    back = {one["name"]: one for one in report(swapped, old)["findings"]}
    assert back.keys() == found.keys()
    assert {one["severity"] for one in back.values()} == {"notable"}
    assert {one["rule"] for one in back.values()} == {"repaired"}


def test_a_build_tree(old: pathlib.Path, swapped: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """The libraries of a tree that is not installed."""
    place_build_tree(tmp_path, next((swapped / "lib").glob("*/libc.so.6")).parent)
    found = {one["name"] for one in report(old, "--build", tmp_path / "build")["findings"] if one["id"] == "behaviour-changed"}
    assert any(name.startswith("Errors/eventfd/") for name in found)
    (tmp_path / "build/math/libm.so").unlink()
    done = gate(old, f"build:{tmp_path}/build")
    assert done.returncode == 2 and "libm.so" in done.stderr


@pytest.mark.parametrize("form", ["text", "markdown", "junit", "html"])
def test_every_form_tells_it(old: pathlib.Path, swapped: pathlib.Path, form: str) -> None:
    done = gate(old, swapped, "--format", form)
    assert done.returncode == 1, done.stderr
    assert "Errors/eventfd/" in done.stdout
    assert "behaviour on " in done.stdout and " programs on both" in done.stdout


ACCEPTED = """
[[suppression]]
id = "behaviour-changed"
name = "*"
reason = "so it is"
expires = 2099-01-01
"""


def test_what_is_accepted_is_suppressed(
    old: pathlib.Path, swapped: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    file = tmp_path / "accepted.toml"
    file.write_text(ACCEPTED)
    said = report(old, swapped, "--suppressions", file)
    assert said["findings"] == [] and len(said["suppressed"]) > 2
    assert said["complaints"] == []


def test_programs_run_with_a_library_that_lacks_new_nodes(
    old: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    """As with an older release: what has other versions too is taken from these."""
    Sections(copy_of_machine(tmp_path)).rename_node("GLIBC_2.34", "GLIBC_9.34")
    programs = sorted(pathlib.Path(PROGRAMS).glob("executor_of_*"))
    loader = next((tmp_path / "lib").glob("*/ld*.so.*"))
    command = [loader, "--inhibit-cache", "--library-path", loader.parent, programs[0], "--version"]
    plain = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    if "GLIBC_2.34' not found" not in plain.stderr:
        pytest.skip("no program asks for this node here")
    said = report(tmp_path, old)
    assert "behaviour-changed" not in {one["id"] for one in said["findings"]}
    (ran,) = said["behaviour"].values()
    assert ran["counts"]["programs"]["on_both"] >= 5


def test_a_check_that_nothing_is_named_as(old: pathlib.Path) -> None:
    done = gate(old, old, "--only=Errors/nothing/*", "--only=Errors/epoll_create1/EINVAL/*")
    assert done.returncode == 0, done.stderr
    command = [GATE, str(old), str(old), "--only", "Errors/*"]
    assert "--run" in subprocess.run(command, capture_output=True, text=True, check=False).stderr


def test_what_is_recorded_can_not_run(old: pathlib.Path, tmp_path: pathlib.Path) -> None:
    recorded = tmp_path / "old.surface"
    done = testing.run("--sysroot", str(old), "-o", str(recorded))
    assert done.returncode == 0, done.stderr
    done = gate(recorded, old)
    assert done.returncode == 2 and not done.stdout
    assert "what is recorded has no C library to run" in done.stderr


def test_a_sysroot_without_a_loader(old: pathlib.Path, tmp_path: pathlib.Path) -> None:
    folder = copy_of_machine(tmp_path).parent
    for loader in folder.glob("ld*.so.*"):
        loader.unlink()
    done = gate(old, tmp_path)
    assert done.returncode == 2 and not done.stdout
    assert "no dynamic loader" in done.stderr or "can't be" in done.stderr


def test_a_damaged_library(old: pathlib.Path, tmp_path: pathlib.Path) -> None:
    library = copy_of_machine(tmp_path)
    library.write_bytes(library.read_bytes()[:4000])
    done = gate(old, tmp_path)
    assert done.returncode == 2 and not done.stdout
    assert "libc.so.6" in done.stderr


def test_files_of_another_architecture(old: pathlib.Path, tmp_path: pathlib.Path) -> None:
    folder = copy_of_machine(tmp_path).parent
    (loader,) = folder.glob("ld*.so.*")
    edited = bytearray(loader.read_bytes())
    edited[18:20] = b"\x08\x08"  # No machine's number, in either byte order.
    loader.write_bytes(edited)
    done = gate(old, tmp_path)
    assert done.returncode == 2 and not done.stdout
    assert loader.name in done.stderr and "architecture" in done.stderr


def test_a_library_that_starts_nothing(old: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """The files are all there, and programs do not run with them."""
    Sections(copy_of_machine(tmp_path)).swap("malloc", "abort")
    done = gate(old, tmp_path)
    assert done.returncode == 2 and not done.stdout
    assert f"{tmp_path}: the checker of errors with it was killed by SIG" in done.stderr
