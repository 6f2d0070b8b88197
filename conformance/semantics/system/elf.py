"""Tells whether a file is a program that can be run in a kernel without any library."""

from __future__ import annotations

import pathlib
import struct

from conformance.semantics.system.failure import Failure
from conformance.semantics.system.machines import MACHINES, Machine

_HEADER_SIZE = 64
_SEGMENT_SIZE = 56
_PT_INTERP = 3
_TYPES = {2, 3}  # ET_EXEC, ET_DYN (static-pie is one)
_CLASS_64 = 2


def _architecture(content: bytes) -> str:
    """The name, or what is known of it."""
    big_endian = content[5] == 2
    (number,) = struct.unpack_from(">H" if big_endian else "<H", content, 18)
    bits = 64 if content[4] == _CLASS_64 else 32
    for name, machine in MACHINES.items():
        if (machine.elf_machine, machine.big_endian, 64) == (number, big_endian, bits):
            return name
    return f"ELF machine {number}, {bits} bits, {'big' if big_endian else 'little'}-endian"


def _interpreter(content: bytes, machine: Machine) -> str:
    """The dynamic linker that it names; "" if there is none."""
    order = ">" if machine.big_endian else "<"
    (table,) = struct.unpack_from(order + "Q", content, 32)
    (count,) = struct.unpack_from(order + "H", content, 56)
    for at in range(table, table + _SEGMENT_SIZE * count, _SEGMENT_SIZE):
        (kind,) = struct.unpack_from(order + "I52x", content, at)
        if kind == _PT_INTERP:
            (offset,) = struct.unpack_from(order + "Q", content, at + 8)
            (length,) = struct.unpack_from(order + "Q", content, at + 32)
            return content[offset : offset + length].rstrip(b"\0").decode(errors="replace")
    return ""


def read_static_program(path: pathlib.Path, arch: str) -> bytes:
    """The content of a program, which must be static and of the architecture."""
    machine = MACHINES[arch]
    how = f"make it with {machine.triple}-g++ -static"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from error
    if content[:4] != b"\x7fELF" or len(content) < _HEADER_SIZE:
        raise Failure(f"{path} is not a program (no ELF file): {how}")
    if (found := _architecture(content)) != arch:
        raise Failure(f"{path} is of another architecture ({found}) than {arch}: {how}")
    (kind,) = struct.unpack_from(">H" if machine.big_endian else "<H", content, 16)
    if kind not in _TYPES:
        raise Failure(f"{path} is an ELF file, but not a program: {how}")
    try:
        interpreter = _interpreter(content, machine)
    except struct.error as error:
        raise Failure(f"{path} is cut short: {how}") from error
    if interpreter:
        raise Failure(
            f"{path} is linked dynamically (by {interpreter}), and no library is there to run it with: {how}"
        )
    return content
