"""Writes a cpio archive of the kind that the kernel unpacks as its first file system ("newc")."""

from __future__ import annotations

import dataclasses
import stat
from collections.abc import Iterable

_MAGIC = "070701"
_TRAILER = "TRAILER!!!"


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    name: str  # without a leading /
    mode: int  # type and permissions, as of stat
    content: bytes = b""


def folder(name: str) -> Entry:
    return Entry(name, stat.S_IFDIR | 0o755)


def file(name: str, content: bytes, permissions: int = 0o644) -> Entry:
    return Entry(name, stat.S_IFREG | permissions, content)


def _padding(size: int) -> bytes:
    return bytes(-size % 4)


def _member(entry: Entry, inode: int) -> bytes:
    name = entry.name.encode() + b"\0"
    fields = (
        inode,
        entry.mode,
        0,  # uid
        0,  # gid
        1,  # links
        0,  # mtime: the same archive for the same content
        len(entry.content),
        0,  # device, and the device's own number if it is one
        0,
        0,
        0,
        len(name),
        0,  # checksum, of another kind of archive
    )
    header = (_MAGIC + "".join(f"{field:08x}" for field in fields)).encode() + name
    return header + _padding(len(header)) + entry.content + _padding(len(entry.content))


def archive(entries: Iterable[Entry]) -> bytes:
    """The archive. A folder must come before what is in it."""
    members = [_member(entry, inode) for inode, entry in enumerate(entries, start=1)]
    return b"".join(members) + _member(Entry(_TRAILER, 0), 0)
