"""TOML files with the line of every key, and errors that point at one."""

from __future__ import annotations

import dataclasses
import pathlib
import re
import tomllib
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]


@dataclasses.dataclass(frozen=True, order=True, slots=True)
class Where:
    """A place in a bindings file."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class BindingError(Exception):
    """Something in a bindings file is wrong; says where, what, and what would be right."""

    def __init__(self, where: Where, message: str) -> None:
        super().__init__(f"{where}: {message}")
        self.where = where
        self.message = message


class Document:
    """One parsed TOML file that knows on which line each key stands."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        try:
            self.data: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            place = re.search(r"\(at line (\d+), column \d+\)", str(error))
            line = int(place.group(1)) if place else text.count("\n") + 1
            message = re.sub(r" \(at .*\)$", "", str(error))
            if message == "Cannot overwrite a value":
                line = _second(text, line)
                message = "a key is declared twice; keep one of them"
            elif message.startswith("Cannot declare"):
                message = f"a table is declared twice: {message}; keep one of them"
            raise BindingError(Where(file, line), message) from None
        self._lines = dict(_key_lines(text))
        # [a.b] makes a table `a` too.
        for path, line in list(self._lines.items()):
            for length in range(1, len(path)):
                self._lines.setdefault(path[:length], line)

    @staticmethod
    def load(path: pathlib.Path) -> Document:
        try:
            return Document(str(path), path.read_text(encoding="utf-8"))
        except OSError as error:
            raise BindingError(Where(str(path), 1), f"cannot be read: {error.strerror}") from None
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            raise BindingError(Where(str(path), line), "is not UTF-8 text") from None

    def where(self, path: Path) -> Where:
        """The line of a key, or of the nearest one that encloses it."""
        while path and path not in self._lines:
            path = path[:-1]
        return Where(self.file, self._lines.get(path, 1))


def _second(text: str, last: int) -> int:
    """The line where a key stands for the second time; `last` is where the parser noticed."""
    seen: set[Path] = set()
    for path, line in _key_lines("".join(text.splitlines(keepends=True)[:last])):
        if path in seen:
            return line
        seen.add(path)
    return last


_HEADER = re.compile(r"\s*(\[\[?)(.*?)\]\]?\s*(#.*)?$")
_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""' r"|'''.*?'''" r'|"(?:\\.|[^"\\\n])*"' r"|'[^'\n]*'" r"|#[^\n]*" r"|\n|[\[\]{},=]|[^\s\[\]{},=#\"']+",
    re.S,
)


def _split_key(text: str) -> Path:
    parts = re.findall(r'"((?:\\.|[^"\\])*)"|\'([^\']*)\'|([A-Za-z0-9_-]+)', text)
    return tuple(a or b or c for a, b, c in parts)


def _key_lines(text: str) -> Iterator[tuple[Path, int]]:
    """Yields (path, line) for every table header, key and array element."""
    prefix: Path = ()
    arrays: dict[Path, int] = {}
    # Each frame is an open bracket: its path, and the index if it is an array.
    frames: list[tuple[Path, int | None]] = []
    pending = ""  # the text of a key that waits for its '='
    line = 1
    at_line_start = True
    position = 0
    while position < len(text):
        if at_line_start and not frames:
            end = text.find("\n", position)
            end = len(text) if end < 0 else end
            header = _HEADER.match(text[position:end])
            if header:
                prefix = ()
                parts = _split_key(header.group(2))
                for depth, part in enumerate(parts):
                    prefix += (part,)
                    last = depth == len(parts) - 1
                    if last and header.group(1) == "[[":
                        if prefix not in arrays:
                            yield prefix, line
                        arrays[prefix] = arrays.get(prefix, -1) + 1
                        prefix += (arrays[prefix],)
                    elif prefix in arrays:
                        prefix += (arrays[prefix],)
                yield prefix, line
                position = end
                continue
        token = _TOKEN.search(text, position)
        if token is None:
            return
        word = token.group()
        line += text.count("\n", position, token.start())
        position = token.end()
        at_line_start = word == "\n"
        if word == "\n":
            line += 1
            continue
        if word.startswith("#"):
            continue
        in_array = bool(frames) and frames[-1][1] is not None
        if word == "=":
            path = (frames[-1][0] if frames else prefix) + _split_key(pending)
            pending = ""
            yield path, line
            # The value follows; remember its path for a bracket that opens it.
            value = _TOKEN.search(text, position)
            if value and value.group() in "[{":
                line += text.count("\n", position, value.start())
                position = value.end()
                frames.append((path, 0 if value.group() == "[" else None))
            elif value:
                line += value.group().count("\n")
                position = value.end()
        elif word in "[{":
            path = frames[-1][0]
            index = frames[-1][1]
            if index is not None:
                path += (index,)
                yield path, line
            frames.append((path, 0 if word == "[" else None))
        elif word in "]}":
            frames.pop()
        elif word == ",":
            if in_array:
                path, index = frames[-1]
                frames[-1] = (path, (index or 0) + 1)
        elif in_array:
            path, index = frames[-1]
            yield path + (index or 0,), line
            line += word.count("\n")
        else:
            pending += word
