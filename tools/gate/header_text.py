"""A sysroot's headers as text, read without any harvest: what gcc's preprocessor shows of each file, and layouts by gcc."""

from __future__ import annotations

import collections
import dataclasses
import functools
import pathlib
import re
import subprocess

_HIDDEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
_WORD = re.compile(r"[A-Za-z_]\w*")
_INCLUDE = re.compile(r"""^[ \t]*#[ \t]*include[ \t]*[<"]([^>"\n]+)[>"]""", re.MULTILINE)
_MARKER = re.compile(r'# \d+ "([^"]*)"')


class EditError(Exception):
    """The run could not be done."""


def masked(text: str) -> str:
    """The text with blanks for comments and literals: every other character is where it was."""
    return _HIDDEN.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


@dataclasses.dataclass
class Header:
    name: str  # as it is included
    file: pathlib.Path
    text: str
    masked: str

    def line(self, position: int) -> int:
        return self.text.count("\n", 0, position) + 1

    def logical_line(self, position: int) -> str:
        """From the start of the line, or of the first that is spliced to it, up to the position."""
        start = self.masked.rfind("\n", 0, position) + 1
        while start > 1 and self.masked[start - 2] == "\\":
            start = self.masked.rfind("\n", 0, start - 1) + 1
        return self.masked[start:position]


@dataclasses.dataclass(frozen=True)
class Seen:
    """What a program gets from a header that includes `carrier`."""

    carrier: str
    macros: frozenset[str]
    text: str


@dataclasses.dataclass(frozen=True)
class Layout:
    size: int
    alignment: int
    offsets: dict[str, int]  # in bits


class Headers:
    """All headers of a sysroot, and the compiler that reads them."""

    def __init__(self, folders: list[pathlib.Path], compiler: str) -> None:
        self.folders = folders
        own = subprocess.run([compiler, "-print-file-name=include"], capture_output=True, text=True, check=True).stdout.strip()
        self._gcc = [compiler, "-nostdinc", "-w", "-std=gnu17", "-D_GNU_SOURCE", "-isystem", own]
        for folder in folders:
            self._gcc += ["-isystem", str(folder)]
        self.all: dict[str, Header] = {}
        self.words: collections.Counter[str] = collections.Counter()
        self.includers: dict[str, list[str]] = collections.defaultdict(list)
        others = {folder for folder in folders for parent in folders if parent in folder.parents}
        for folder in folders:
            for file in sorted(folder.rglob("*.h")):
                if folder not in others and any(other in file.parents for other in others):
                    continue
                text = file.read_bytes().decode("utf-8", "surrogateescape")
                header = Header(str(file.relative_to(folder)), file, text, masked(text))
                if header.name in self.all:
                    continue
                self.all[header.name] = header
                self.words.update(_WORD.findall(header.masked))
                for included in set(_INCLUDE.findall(text)):
                    self.includers[included].append(header.name)
        self.macros: set[str] = set()
        # What macros make names of, by ##.
        beginnings: set[str] = set()
        ends: set[str] = set()
        for header in self.all.values():
            self.macros.update(re.findall(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", header.masked, re.MULTILINE))
            beginnings.update(re.findall(r"\b(\w+)[ \t]*##", header.masked))
            ends.update(re.findall(r"##[ \t]*(\w+)", header.masked))
        # Shorter ones are parameters.
        self._beginnings = tuple(sorted(one for one in beginnings if len(one) > 2))
        self._ends = tuple(sorted(one for one in ends if len(one) > 2))

    def alone(self, name: str) -> bool:
        """Whether the name is written once in all headers, and no macro makes it of parts."""
        return self.words[name] == 1 and not name.startswith(self._beginnings) and not name.endswith(self._ends)

    def _run(self, source: str, *options: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [*self._gcc, *options, "-x", "c", "-"], input=source.encode(), capture_output=True, timeout=60, check=False
        )

    def compiles(self, name: str) -> bool:
        return self._run(f"#include <{name}>\n", "-fsyntax-only").returncode == 0

    @functools.cache  # pylint: disable=method-cache-max-size-none
    def seen(self, name: str) -> Seen | None:
        """What gcc sees of a header by itself, or of one that comes with another only; None where it sees nothing."""
        for carrier in [name, *self._carriers(name)]:
            if not self.compiles(carrier):
                continue
            macros: set[str] = set()
            lines = []
            inside = False
            path = str(self.all[name].file)
            for line in self.preprocessed(carrier).splitlines():
                if marker := _MARKER.match(line):
                    inside = marker[1] == path
                elif line.startswith("#define ") and inside:
                    macros.add(_WORD.match(line, 8)[0])  # type: ignore[index]
                elif line.startswith("#undef "):
                    macros.discard(line[7:].strip())
                elif inside:
                    lines.append(line)
            if lines or macros:
                return Seen(carrier, frozenset(macros), "\n".join(lines))
        return None

    def _carriers(self, name: str) -> list[str]:
        first = [one for one in self.includers[name] if not one.startswith("bits/")]
        second = [over for one in self.includers[name] for over in self.includers[one] if not over.startswith("bits/")]
        return list(dict.fromkeys(first + second))[:6]

    def preprocessed(self, name: str) -> str:
        return self._run(f"#include <{name}>\n", "-E", "-dD").stdout.decode("utf-8", "surrogateescape")

    def layout(self, carrier: str, record: str, fields: list[str]) -> Layout | None:
        """Of "struct x" and its fields, as gcc lays them out."""
        asked = {"size": f"sizeof ({record})", "alignment": f"_Alignof ({record})"}
        asked |= {f"of {field}": f"__builtin_offsetof ({record}, {field})" for field in fields}
        numbers = self.numbers(carrier, list(asked.values()))
        if numbers is None:
            return None
        size, alignment, *offsets = numbers
        return Layout(size, alignment, {field: offset * 8 for field, offset in zip(fields, offsets, strict=True)})

    def numbers(self, carrier: str, expressions: list[str]) -> list[int] | None:
        """Constant expressions' values, for any target: the assembler's text has them. None if one does not compile."""
        body = "".join(f'  __asm__ volatile ("PLUMBLINE %c0" :: "i" ((long) ({one})));\n' for one in expressions)
        done = self._run(f"#include <{carrier}>\nvoid plumbline_asks (void) {{\n{body}}}\n", "-S", "-O1", "-o", "-")
        if done.returncode != 0:
            return None
        return [int(number) for number in re.findall(r"PLUMBLINE \$?#?(-?\d+)", done.stdout.decode())]
