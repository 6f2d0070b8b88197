"""What can be done to a library's symbol table in place, and what a comparison must say of it.

The tables are read here from the file's bytes, apart from any harvest.
"""

from __future__ import annotations

import dataclasses
import pathlib
import random
import struct
from collections.abc import Callable

from tools.gate.header_edits import Expected, expect

_DYNSYM, _VERSYM, _VERDEF, _DYNAMIC = 11, 0x6FFFFFFF, 0x6FFFFFFD, 6
_HIDDEN = 0x8000
_FUNC, _OBJECT, _IFUNC = 2, 1, 10
_LOCAL, _GLOBAL, _WEAK = 0, 1, 2


@dataclasses.dataclass(frozen=True)
class Symbol:
    index: int
    name: str
    version: str
    number: int  # of its node
    is_default: bool
    type: int
    binding: int
    size: int

    @property
    def versioned(self) -> str:
        return f"{self.name}@{self.version}"


class Library:
    """The exported symbols of an ELF file, which can be changed."""

    def __init__(self, file: pathlib.Path) -> None:
        self.file = file
        self.data = bytearray(file.read_bytes())
        self._wide = self.data[4] == 2
        self._order = "<" if self.data[5] == 1 else ">"
        sections = self._sections()
        by_type = {section[1]: section for section in sections}
        self._symbols, self._versions, nodes = by_type[_DYNSYM], by_type[_VERSYM], by_type[_VERDEF]
        self._strings = sections[self._symbols[6]]
        self.nodes: dict[int, str] = {}
        self._node_names: dict[int, int] = {}  # where their offsets into the strings are
        at = nodes[4]
        for _ in range(nodes[7]):
            _, flags, number, _, _, aux, following = self._read("HHHHIII", at)
            if not flags & 1:
                self._node_names[number] = at + aux
                self.nodes[number] = self._string(self._read("I", at + aux)[0])
            at += following
        self.soname = ""
        for at in range(by_type[_DYNAMIC][4], by_type[_DYNAMIC][4] + by_type[_DYNAMIC][5], 16 if self._wide else 8):
            tag, value = self._read("QQ" if self._wide else "II", at)
            if tag == 14:
                self.soname = self._string(value)
        self.symbols = [symbol for i in range(1, self._symbols[5] // self._entry) if (symbol := self._symbol(i))]

    def _read(self, layout: str, at: int) -> tuple[int, ...]:
        return struct.unpack_from(self._order + layout, self.data, at)

    def _write(self, layout: str, at: int, value: int) -> None:
        struct.pack_into(self._order + layout, self.data, at, value)

    def _string(self, offset: int) -> str:
        start = self._strings[4] + offset
        return self.data[start : self.data.index(b"\0", start)].decode()

    def _sections(self) -> list[tuple[int, ...]]:
        """(name, type, flags, address, offset, size, link, info, …) of each."""
        table = self._read("Q", 40)[0] if self._wide else self._read("I", 32)[0]
        size, count = self._read("HH", 58 if self._wide else 46)
        return [self._read("IIQQQQIIQQ" if self._wide else "10I", table + i * size) for i in range(count)]

    @property
    def _entry(self) -> int:
        return 24 if self._wide else 16

    def _place(self, index: int, what: str) -> int:
        wide = {"name": 0, "info": 4, "other": 5, "section": 6, "size": 16}
        narrow = {"name": 0, "size": 8, "info": 12, "other": 13, "section": 14}
        return self._symbols[4] + index * self._entry + (wide if self._wide else narrow)[what]

    def _symbol(self, index: int) -> Symbol | None:
        name = self._string(self._read("I", self._place(index, "name"))[0])
        info, other = self._read("BB", self._place(index, "info"))
        version = self._read("H", self._versions[4] + 2 * index)[0]
        node = self.nodes.get(version & ~_HIDDEN)
        defined = self._read("H", self._place(index, "section"))[0] != 0
        # A node is a symbol of its own name, too.
        if name in ("", node) or node in (None, "GLIBC_PRIVATE") or not defined or info >> 4 not in (_GLOBAL, _WEAK) or other & 3 not in (0, 3):
            return None
        size = self._read("Q" if self._wide else "I", self._place(index, "size"))[0]
        return Symbol(index, name, str(node), version & ~_HIDDEN, not version & _HIDDEN, info & 15, info >> 4, size)

    def save(self) -> None:
        self.file.write_bytes(self.data)

    # What can be changed of a symbol.

    def set_size(self, symbol: Symbol, size: int) -> None:
        self._write("Q" if self._wide else "I", self._place(symbol.index, "size"), size)

    def set_info(self, symbol: Symbol, binding: int, kind: int) -> None:
        self._write("B", self._place(symbol.index, "info"), binding << 4 | kind)

    def set_hidden_visibility(self, symbol: Symbol) -> None:
        self._write("B", self._place(symbol.index, "other"), 2)

    def set_undefined(self, symbol: Symbol) -> None:
        self._write("H", self._place(symbol.index, "section"), 0)

    def drop_first_letter(self, symbol: Symbol) -> None:
        at = self._place(symbol.index, "name")
        self._write("I", at, self._read("I", at)[0] + 1)

    def set_version(self, symbol: Symbol, number: int, is_default: bool) -> None:
        self._write("H", self._versions[4] + 2 * symbol.index, number | (0 if is_default else _HIDDEN))

    def drop_first_letter_of_node(self, number: int) -> None:
        places = [self._node_names[number]]
        for i in range(1, self._symbols[5] // self._entry):
            # Its own mark among the symbols.
            if self._string(self._read("I", self._place(i, "name"))[0]) == self.nodes[number]:
                places.append(self._place(i, "name"))
        for at in places:
            self._write("I", at, self._read("I", at)[0] + 1)


@dataclasses.dataclass
class SymbolEdit:
    kind: str
    name: str
    expected: set[Expected]
    touched: set[str]  # names that no other edit of the batch may have
    apply: Callable[[], None]


Maker = Callable[[Library, Symbol, random.Random], SymbolEdit | None]


class Symbols:
    """All libraries of a sysroot, to choose edits from."""

    def __init__(self, libraries: list[Library]) -> None:
        self.libraries = libraries
        self.by_name: dict[str, list[tuple[Library, Symbol]]] = {}
        for library in libraries:
            for symbol in library.symbols:
                self.by_name.setdefault(symbol.name, []).append((library, symbol))
        self.makers: dict[str, Maker] = {
            "symbol: size": self._size,
            "symbol: size of code": self._size_of_code,
            "symbol: type": self._type,
            "symbol: ifunc": self._ifunc,
            "symbol: binding": self._binding,
            "symbol: removal": self._removal,
            "symbol: name": self._name,
            "symbol: hidden version": self._hide,
            "symbol: other default version": self._other_default,
            "symbol: other version": self._other_version,
            "symbol: node": self._node,
        }

    def make(self, kind: str, chance: random.Random, taken: set[str]) -> SymbolEdit | None:
        for _ in range(400):
            library = chance.choice(self.libraries)
            if not library.symbols:
                continue
            edit = self.makers[kind](library, chance.choice(library.symbols), chance)
            if edit and not edit.touched & taken:
                return edit
        return None

    def _alone(self, symbol: Symbol) -> bool:
        return len(self.by_name[symbol.name]) == 1

    @staticmethod
    def _edit(kind: str, library: Library, symbol: Symbol, expected: set[Expected], apply: Callable[[], None]) -> SymbolEdit:
        return SymbolEdit(f"symbol: {kind}", f"{symbol.versioned} of {library.soname}", expected, {symbol.name}, apply)

    def _size(self, library: Library, symbol: Symbol, chance: random.Random) -> SymbolEdit | None:
        if symbol.type != _OBJECT or symbol.size == 0:
            return None
        size = symbol.size + chance.choice([1, 4, 8, 1000])
        expected = expect("symbol-size-changed", symbol.versioned)
        return self._edit("size", library, symbol, expected, lambda: library.set_size(symbol, size))

    def _size_of_code(self, library: Library, symbol: Symbol, chance: random.Random) -> SymbolEdit | None:
        """How long a function is, is no promise."""
        if symbol.type != _FUNC:
            return None
        return self._edit("size of code", library, symbol, set(), lambda: library.set_size(symbol, symbol.size + chance.randrange(1, 99)))

    def _type(self, library: Library, symbol: Symbol, _: random.Random) -> SymbolEdit | None:
        if symbol.type not in (_FUNC, _OBJECT):
            return None
        kind = _OBJECT if symbol.type == _FUNC else _FUNC
        expected = expect("symbol-size-changed", symbol.versioned)
        return self._edit("type", library, symbol, expected, lambda: library.set_info(symbol, symbol.binding, kind))

    def _ifunc(self, library: Library, symbol: Symbol, _: random.Random) -> SymbolEdit | None:
        """Who calls a function does not see how the loader finds it."""
        if symbol.type != _FUNC:
            return None
        return self._edit("ifunc", library, symbol, set(), lambda: library.set_info(symbol, symbol.binding, _IFUNC))

    def _binding(self, library: Library, symbol: Symbol, _: random.Random) -> SymbolEdit | None:
        """The loader takes weak definitions like others (ld.so(8), LD_DYNAMIC_WEAK)."""
        if symbol.type not in (_FUNC, _OBJECT):
            return None
        other = _WEAK if symbol.binding == _GLOBAL else _GLOBAL
        return self._edit("binding", library, symbol, set(), lambda: library.set_info(symbol, other, symbol.type))

    def _removal(self, library: Library, symbol: Symbol, chance: random.Random) -> SymbolEdit | None:
        if not self._alone(symbol):
            return None
        how = chance.choice(
            [
                lambda: library.set_undefined(symbol),
                lambda: library.set_hidden_visibility(symbol),
                lambda: library.set_info(symbol, _LOCAL, symbol.type),
            ]
        )
        return self._edit("removal", library, symbol, expect("symbol-removed", symbol.versioned), how)

    def _name(self, library: Library, symbol: Symbol, _: random.Random) -> SymbolEdit | None:
        name = symbol.name[1:]
        if not self._alone(symbol) or not name or name in self.by_name:
            return None
        expected = expect("symbol-removed", symbol.versioned) | expect("symbol-added", f"{name}@{symbol.version}")
        edit = self._edit("name", library, symbol, expected, lambda: library.drop_first_letter(symbol))
        edit.touched |= {name}
        return edit

    def _hide(self, library: Library, symbol: Symbol, _: random.Random) -> SymbolEdit | None:
        if not self._alone(symbol) or not symbol.is_default:
            return None
        expected = expect("symbol-default-version-changed", symbol.name, symbol.version)
        return self._edit("hidden version", library, symbol, expected, lambda: library.set_version(symbol, symbol.number, False))

    def _other_default(self, library: Library, symbol: Symbol, _: random.Random) -> SymbolEdit | None:
        both = self.by_name[symbol.name]
        if len(both) < 2 or any(other is not library for other, _ in both):
            return None
        defaults = [one for _, one in both if one.is_default]
        if len(defaults) != 1 or symbol.is_default:
            return None
        was = defaults[0]

        def apply() -> None:
            library.set_version(was, was.number, False)
            library.set_version(symbol, symbol.number, True)

        expected = expect("symbol-default-version-changed", symbol.name, was.version, symbol.version)
        return self._edit("other default version", library, symbol, expected, apply)

    def _other_version(self, library: Library, symbol: Symbol, chance: random.Random) -> SymbolEdit | None:
        others = [(number, node) for number, node in library.nodes.items() if node not in (symbol.version, "GLIBC_PRIVATE")]
        if not self._alone(symbol) or not others:
            return None
        number, node = chance.choice(others)
        expected = expect("symbol-removed", symbol.versioned)
        if symbol.is_default:
            expected |= expect("symbol-default-version-changed", symbol.name, symbol.version, node)
        else:
            expected |= expect("symbol-added", f"{symbol.name}@{node}")
        edit = self._edit("other version", library, symbol, expected, lambda: library.set_version(symbol, number, symbol.is_default))
        edit.touched |= {node}
        return edit

    def _node(self, library: Library, symbol: Symbol, _: random.Random) -> SymbolEdit | None:
        """A node that is gone takes its symbols along; they are of the one that is in its place."""
        its = [one for one in library.symbols if one.number == symbol.number]
        if len(its) > 8 or not all(self._alone(one) for one in its):
            return None
        now = symbol.version[1:]
        expected = expect("symbol-version-removed", symbol.version)
        for one in its:
            expected |= expect("symbol-removed", one.versioned)
            if one.is_default:
                expected |= expect("symbol-default-version-changed", one.name, one.version, now)
            else:
                expected |= expect("symbol-added", f"{one.name}@{now}")
        return SymbolEdit(
            "symbol: node",
            f"{symbol.version} of {library.soname}",
            expected,
            {one.name for one in its} | {symbol.version},
            lambda: library.drop_first_letter_of_node(symbol.number),
        )
