"""The machine that QEMU emulates for each architecture."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Machine:
    qemu: str  # the program
    package: str  # Debian's, that has it
    options: tuple[str, ...]  # of QEMU: which machine, which processor
    console: str  # where the kernel's messages go: what QEMU's -serial is for the kernel
    port_device: str  # the device that has the port of init.cc, of QEMU
    modules: tuple[str, ...]  # that the kernel needs for it, unless they are built in
    triple: str  # of the compiler
    elf_machine: int  # e_machine of its programs: EM_X86_64
    big_endian: bool = False


MACHINES = {
    "amd64": Machine(
        qemu="qemu-system-x86_64",
        package="qemu-system-x86",
        options=("-machine", "q35", "-cpu", "max"),
        console="ttyS0",
        port_device="virtio-serial-pci",
        modules=("virtio_pci", "virtio_console"),
        triple="x86_64-linux-gnu",
        elf_machine=62,
    ),
    "arm64": Machine(
        qemu="qemu-system-aarch64",
        package="qemu-system-arm",
        options=("-machine", "virt", "-cpu", "cortex-a72"),
        console="ttyAMA0",
        port_device="virtio-serial-pci",
        modules=("virtio_pci", "virtio_console"),
        triple="aarch64-linux-gnu",
        elf_machine=183,
    ),
    "ppc64el": Machine(
        qemu="qemu-system-ppc64",
        package="qemu-system-ppc",
        # Without firmware of its own (VOF), it boots in a third of the time. The capabilities
        # are those that QEMU has no emulation of.
        options=(
            "-machine",
            "pseries,x-vof=on,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken,cap-ccf-assist=off",
            "-cpu",
            "power9",
        ),
        console="hvc0",
        port_device="virtio-serial-pci",
        modules=("virtio_pci", "virtio_console"),
        triple="powerpc64le-linux-gnu",
        elf_machine=21,
    ),
    "s390x": Machine(
        qemu="qemu-system-s390x",
        package="qemu-system-misc",
        options=("-machine", "s390-ccw-virtio", "-cpu", "max"),
        console="ttysclp0",
        port_device="virtio-serial-ccw",
        modules=("virtio_console",),
        triple="s390x-linux-gnu",
        elf_machine=22,
        big_endian=True,
    ),
}
