"""Tests of what needs neither QEMU nor a kernel."""

from __future__ import annotations

import lzma
import pathlib
import re
import stat
import struct
import subprocess

import pytest

from conformance.semantics.system import cpio, fetch_kernel, kernels, run_in_kernel
from conformance.semantics.system.failure import Failure
from conformance.semantics.system.machines import MACHINES

FOLDER = pathlib.Path("conformance/semantics/system")


def _members(archive: bytes) -> dict[str, tuple[int, bytes]]:
    """Reads an archive, as the kernel's documentation describes it: mode and content by name."""
    members: dict[str, tuple[int, bytes]] = {}
    at = 0
    while True:
        assert archive[at : at + 6] == b"070701" and at % 4 == 0
        fields = [int(archive[at + 6 + 8 * i : at + 14 + 8 * i], 16) for i in range(13)]
        mode, size, name_size = fields[1], fields[6], fields[11]
        name = archive[at + 110 : at + 110 + name_size]
        assert name.endswith(b"\0")
        at += (110 + name_size + 3) // 4 * 4
        content = archive[at : at + size]
        assert len(content) == size
        at += (size + 3) // 4 * 4
        if name == b"TRAILER!!!\0":
            assert at == len(archive)
            return members
        members[name[:-1].decode()] = (mode, content)


@pytest.mark.parametrize("size", range(6))
def test_cpio(size: int) -> None:
    name = "name"[:size] + "x"
    content = b"12345"[:size]
    archive = cpio.archive([cpio.folder("f"), cpio.file("f/" + name, content, 0o755), cpio.file("é", b"")])
    assert _members(archive) == {
        "f": (stat.S_IFDIR | 0o755, b""),
        "f/" + name: (stat.S_IFREG | 0o755, content),
        "é": (stat.S_IFREG | 0o644, b""),
    }


def test_initramfs(tmp_path: pathlib.Path) -> None:
    modules = tuple(tmp_path / name for name in ("00-b.ko", "01-a.ko"))
    for module in modules:
        module.write_bytes(module.name.encode())
    image = kernels.Image(tmp_path, modules, "")
    members = _members(run_in_kernel.initramfs(b"i", b"p", ["p", "a b", ""], image))
    assert {name: content for name, (_, content) in members.items()} == {
        "init": b"i",
        "plumbline": b"",
        "plumbline/program": b"p",
        "plumbline/arguments": b"p\0a b\0\0",
        "plumbline/modules": b"/plumbline/00-b.ko\0/plumbline/01-a.ko\0",
        "plumbline/00-b.ko": b"00-b.ko",
        "plumbline/01-a.ko": b"01-a.ko",
    }


def _program(arch: str, interpreter: bytes = b"", kind: int = 2) -> bytes:
    """An ELF file of the psABI's form: header, and one program header that may name an interpreter."""
    machine = MACHINES[arch]
    order = ">" if machine.big_endian else "<"
    identity = b"\x7fELF" + bytes([2, 2 if machine.big_endian else 1, 1]) + bytes(9)
    header = struct.pack(order + "HHIQQQIHHHHHH", kind, machine.elf_machine, 1, 0, 64, 0, 0, 64, 56, 1, 64, 0, 0)
    segment = struct.pack(order + "IIQQQQQQ", 3 if interpreter else 1, 4, 120, 0, 0, len(interpreter), 0, 1)
    return identity + header + segment + interpreter


def _main(capfd: pytest.CaptureFixture[str], *words: str | pathlib.Path) -> str:
    """What it complains of."""
    try:
        assert run_in_kernel.main([str(word) for word in words]) == 2
    except SystemExit as ended:
        assert ended.code == 2
    captured = capfd.readouterr()
    assert captured.out == ""
    return captured.err.strip().splitlines()[-1].removeprefix("run_in_kernel: ")


@pytest.mark.parametrize("arch", MACHINES)
def test_programs_that_are_refused(capfd: pytest.CaptureFixture[str], tmp_path: pathlib.Path, arch: str) -> None:
    how = f"make it with {MACHINES[arch].triple}-g++ -static"
    path = tmp_path / "a program"

    def complaint(content: bytes) -> str:
        path.write_bytes(content)
        return _main(capfd, "--arch", arch, "--kernel", "6.1", "--", path)

    assert complaint(b"#!/bin/sh\n") == f"{path} is not a program (no ELF file): {how}"
    assert complaint(b"") == f"{path} is not a program (no ELF file): {how}"
    assert complaint(_program(arch)[:40]) == f"{path} is not a program (no ELF file): {how}"
    assert complaint(_program(arch)[:70]) == f"{path} is cut short: {how}"
    assert complaint(_program(arch, kind=1)) == f"{path} is an ELF file, but not a program: {how}"
    assert complaint(_program(arch, b"/lib/ld.so.1\0")) == (
        f"{path} is linked dynamically (by /lib/ld.so.1), and no library is there to run it with: {how}"
    )
    for other in MACHINES:
        if other != arch:
            assert complaint(_program(other)) == f"{path} is of another architecture ({other}) than {arch}: {how}"
    # Of the same number: ppc64, and x32.
    swapped = bytearray(_program(arch))
    swapped[5] ^= 3
    swapped[18:20] = swapped[19:17:-1]
    assert "is of another architecture (ELF machine" in complaint(bytes(swapped))
    short = bytearray(_program(arch))
    short[4] = 1
    assert "32 bits" in complaint(bytes(short))


def test_arguments_that_are_refused(capfd: pytest.CaptureFixture[str], tmp_path: pathlib.Path) -> None:
    none = tmp_path / "none"
    known = "known architectures: amd64, arm64, ppc64el, s390x"
    assert _main(capfd, "--arch", "vax", "--kernel", "6.1", "--", none) == f"no kernel is known for 'vax'; {known}"
    assert _main(capfd, "--arch", "amd64", "--kernel", "2.6", "--", none) == (
        "no kernel '2.6' is known for amd64; known are: 5.10, 6.1, 6.12"
    )
    assert _main(capfd, "--arch", "amd64", "--kernel", "6.1", "--", none) == f"{none}: No such file or directory"
    assert "PROGRAM" in _main(capfd, "--arch", "amd64", "--kernel", "6.1")
    assert "--kernel" in _main(capfd, "--arch", "amd64", "--", none)
    assert "'0' is not a number above 0" in _main(capfd, "--arch=amd64", "--kernel=6.1", "--cpus=0", "--", none)


def test_arguments_of_fetch_kernel(capfd: pytest.CaptureFixture[str]) -> None:
    assert fetch_kernel.main(["vax", "6.1"]) == 2
    assert capfd.readouterr().err.startswith("fetch_kernel: no kernel is known for 'vax'")
    with pytest.raises(SystemExit) as ended:
        fetch_kernel.main(["amd64"])
    assert ended.value.code == 2


def test_missing_qemu(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    program = tmp_path / "program"
    program.write_bytes(_program("s390x"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert _main(capfd, "--arch", "s390x", "--kernel", "6.1", "--", program) == (
        "qemu-system-s390x is missing: apt-get install --no-install-recommends qemu-system-misc"
    )


def test_bazel_knows_the_same_kernels() -> None:
    listed = re.findall(r'\("(\w+)", "([\d.]+)"\)', (FOLDER / "kernels.bzl").read_text())
    assert listed == [(kernel.arch, kernel.release) for kernel in kernels.read_table()]


@pytest.mark.parametrize("line", ["amd64 6.1 bookworm", "vax 6.1 bookworm linux-image-vax", "amd64 6.1 bookworm a b"])
def test_bad_table(tmp_path: pathlib.Path, line: str) -> None:
    table = tmp_path / "kernels.txt"
    table.write_text(f"# a comment\n\n{line}\n")
    with pytest.raises(Failure, match=r"kernels.txt:3: not an architecture \(amd64, .*\), a kernel"):
        kernels.read_table(table)


def _write_modules(tree: pathlib.Path, suffix: str = ".ko") -> None:
    """a needs b-c and d; b-c needs e; d is built in."""
    for name, depends in {"a": "b_c,d", "b-c": "e", "e": "", "f": ""}.items():
        content = f"\x7fELF\0license=GPL\0depends={depends}\0name={name}\0".encode()
        path = tree / "kernel" / name / f"{name}{suffix}"
        path.parent.mkdir(parents=True)
        path.write_bytes(lzma.compress(content) if suffix == ".ko.xz" else content)
    (tree / "modules.builtin").write_text("kernel/lib/d.ko\n")


@pytest.mark.parametrize("suffix", [".ko", ".ko.xz"])
def test_modules_come_after_those_that_they_need(tmp_path: pathlib.Path, suffix: str) -> None:
    _write_modules(tmp_path, suffix)
    chosen = kernels.choose_modules(tmp_path, ("a", "d", "e"))
    assert [name for name, _ in chosen] == ["e", "b_c", "a"]
    assert all(content.startswith(b"\x7fELF") for _, content in chosen)
    with pytest.raises(Failure, match="the kernel has no module g, neither by itself nor built in"):
        kernels.choose_modules(tmp_path, ("g",))


def test_x86_image_is_unpacked() -> None:
    image = bytearray(0x400)
    kernel = b"\x7fELF and more"
    payload = lzma.compress(kernel) + struct.pack("<I", len(kernel))
    image[0x1F1] = 1
    image[0x202:0x206] = b"HdrS"
    image[0x248:0x250] = struct.pack("<II", 16, len(payload))
    assert kernels.bootable(bytes(image) + bytes(16) + payload + b"rest") == kernel
    # Packed in another way; and what is no such image.
    other = bytes(image) + bytes(16) + b"?" * len(payload)
    assert kernels.bootable(other) == other
    assert kernels.bootable(b"MZ" + bytes(0x400)) == b"MZ" + bytes(0x400)


class _Archive:
    """Stands for Debian's: debian_packages.sh whose packages are made here."""

    def __init__(self, folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        self.calls = folder / "calls"
        self._script = folder / "debian_packages.sh"
        self._build("linux-image-s390x", "linux-base, linux-image-6.1.0-9-s390x (= 6.1.9-1)")
        tree = self._build("linux-image-6.1.0-9-s390x", "kmod")
        (tree / "boot").mkdir()
        (tree / "boot/vmlinuz-6.1.0-9-s390x").write_bytes(b"a kernel")
        (tree / "boot/config-6.1.0-9-s390x").write_text("CONFIG_S390=y\n")
        modules = tree / "lib/modules/6.1.0-9-s390x"
        modules.mkdir(parents=True)
        (modules / "modules.builtin").write_text("")
        (modules / "virtio_console.ko").write_bytes(b"\0depends=\0")
        monkeypatch.setattr(kernels, "_PACKAGES", self._script)
        monkeypatch.setattr(kernels, "cache_folder", lambda: folder / "cache")
        self.answer(
            f'echo "$1 $2 $4" >> "{self.calls}"; mkdir -p "$3/debs" "$3/unpacked"\n'
            f'dpkg-deb --build "{folder}/packages/$4" "$3/debs/$4_6.1.9-1_s390x.deb"\n'
            'dpkg -x "$3/debs/$4"_*.deb "$3/unpacked"'
        )

    def answer(self, command: str) -> None:
        self._script.write_text(
            f'unpack_packages() {{\n{command}\n}}\nwhy_not() {{ grep -m 1 "^E:" "$1" || tail -n 1 "$1"; }}\n'
        )

    def _build(self, name: str, depends: str) -> pathlib.Path:
        tree = self._folder / "packages" / name
        (tree / "DEBIAN").mkdir(parents=True)
        (tree / "DEBIAN/control").write_text(
            f"Package: {name}\nVersion: 6.1.9-1\nArchitecture: s390x\n"
            f"Maintainer: nobody\nDepends: {depends}\nDescription: a test's\n"
        )
        return tree

    def left(self) -> list[str]:
        folder = self._folder / "cache/kernels"
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_fetch_keeps_what_is_needed(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    archive = _Archive(tmp_path, monkeypatch)
    folder = tmp_path / "cache/kernels/s390x-6.1"
    for _ in range(2):
        assert fetch_kernel.main(["s390x", "6.1"]) == 0
        assert capfd.readouterr().out == f"s390x 6.1: linux-image-6.1.0-9-s390x 6.1.9-1 in {folder}\n"
    # The second time there was nothing to do.
    assert archive.calls.read_text().splitlines() == [
        "s390x bookworm linux-image-s390x",
        "s390x bookworm linux-image-6.1.0-9-s390x",
    ]
    assert archive.left() == ["s390x-6.1"]
    kept = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert kept == {"config", "modules/00-virtio_console.ko", "version", "vmlinux"}
    image = kernels.kept(kernels.find_kernel("s390x", "6.1"))
    assert image and image.kernel.read_bytes() == b"a kernel"


def test_fetch_without_a_network_leaves_nothing(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    archive = _Archive(tmp_path, monkeypatch)
    archive.answer('echo Ign; echo "E: Failed to fetch: no network"; echo more; return 100')
    assert fetch_kernel.main(["s390x", "6.1"]) == 2
    assert capfd.readouterr().err == (
        "fetch_kernel: s390x 6.1: Debian's package linux-image-s390x of bookworm could not be had: "
        "E: Failed to fetch: no network\n"
    )
    assert archive.left() == []


def test_run_in_kernel_needs_a_compiler(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Failure, match="s390x-linux-gnu-g.. is missing: apt-get install g..-s390x-linux-gnu"):
        run_in_kernel.compiled_init("s390x")


def test_usage_of_the_script() -> None:
    result = subprocess.run([FOLDER / "run_in_kernel", "--help"], capture_output=True, text=True)
    assert result.returncode == 0 and "example: run_in_kernel --arch s390x" in result.stdout
