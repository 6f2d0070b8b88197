"""Reads from manual pages which errnos they give to which functions.

Only names are taken from a page, no text. A page is groff source of man-pages, of any
release since 5.10.
"""

from __future__ import annotations

import dataclasses
import gzip
import pathlib
import re

_FONT = re.compile(r"\\f(?:\[[A-Z]*\]|\([A-Z]{2}|[A-Z0-9])")
_ERRNO = re.compile(r"\bE[A-Z][A-Z0-9]{1,}\b")
# Words in capitals that begin with E and are no errno.
_NO_ERRNO = frozenset({"EOF", "EPOLL", "ERRORS", "EXAMPLES", "EXIT", "END", "ELF", "EABI", "ENVIRONMENT"})


@dataclasses.dataclass(frozen=True, slots=True)
class Tag:
    """An errno that a page's ERRORS section lists."""

    error: str
    # Those that it is limited to, as in "EINVAL (epoll_create1() only)"; empty for all.
    functions: frozenset[str]


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    name: str  # "epoll_ctl(2)"
    functions: tuple[str, ...]  # that its NAME section lists
    tags: tuple[Tag, ...]
    mentioned: frozenset[str]  # every errno that stands anywhere in it

    def errors_of(self, function: str) -> frozenset[str]:
        """What ERRORS lists without limiting it to other functions."""
        return frozenset(tag.error for tag in self.tags if not tag.functions or function in tag.functions)


class Manual:
    """The pages below a folder such as /usr/share/man."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._folder = folder
        self._pages: dict[str, Page | None] = {}

    def page(self, name: str) -> Page | None:
        """A page by its title, "F_SETLK(2const)"; None if this release has none."""
        if name not in self._pages:
            source = self._source(name, 0)
            self._pages[name] = parse(name, source) if source is not None else None
        return self._pages[name]

    def _source(self, name: str, depth: int) -> str | None:
        match = re.fullmatch(r"([\w+.-]+)\((\d\w*)\)", name)
        if match is None or depth > 3:
            return None
        title, section = match.groups()
        # Debian keeps sections such as 2const in the folder of their number.
        for folder in (f"man{section}", f"man{section[0]}"):
            for suffix in (".gz", ""):
                path = self._folder / folder / f"{title}.{section}{suffix}"
                if path.is_file():
                    raw = path.read_bytes()
                    text = (gzip.decompress(raw) if suffix else raw).decode("utf-8", "replace")
                    link = re.match(r"\s*\.so (?:man\w+/)?([\w+.-]+)\.(\d\w*)", text)
                    return self._source(f"{link.group(1)}({link.group(2)})", depth + 1) if link else text
        # Some releases have a few of these in section 2.
        return self._source(f"{title}(2)", depth + 1) if section == "2const" else None


def _plain(line: str) -> str:
    """A line of groff without its fonts and escapes."""
    line = _FONT.sub("", line)
    line = re.sub(r'\\".*', "", line)
    return line.replace("\\-", "-").replace("\\&", "").replace("\\~", " ").replace('"', "").replace("\\ ", " ")


def _section(text: str, title: str) -> list[str]:
    match = re.search(rf'^\.SH "?{title}"?\n(.*?)(?=^\.SH |\Z)', text, re.M | re.S)
    return match.group(1).split("\n") if match else []


def parse(name: str, text: str) -> Page:
    text = re.sub(r'^[.\']\\".*\n', "", text, flags=re.M)
    functions: list[str] = []
    for line in _section(text, "NAME"):
        if "\\-" in line or functions:
            functions += re.findall(r"[A-Za-z_]\w+", _plain(line.split("\\-")[0]))
            break
        functions += re.findall(r"[A-Za-z_]\w+", _plain(line))
    mentioned = frozenset(_ERRNO.findall(_plain_text(text))) - _NO_ERRNO
    return Page(name, tuple(functions), tuple(_tags(_section(text, "ERRORS"))), mentioned)


def _plain_text(text: str) -> str:
    return "\n".join(_plain(line) for line in text.split("\n"))


def _words(line: str) -> str:
    """What a macro line such as `.BR EAGAIN " or " EWOULDBLOCK` prints."""
    match = re.match(r"\.(\w+) ?(.*)", line)
    if not match:
        return _plain(line)
    macro, rest = match.groups()
    arguments = [quoted or bare for quoted, bare in re.findall(r'"([^"]*)"|(\S+)', _FONT.sub("", rest))]
    joined = "".join(arguments) if len(macro) == 2 and macro in ("BR", "RB", "IR", "RI", "BI", "IB") else " ".join(arguments)
    return _plain(joined)


def _tags(lines: list[str]) -> list[Tag]:
    found: list[Tag] = []
    at = 0
    while at < len(lines):
        if not re.match(r"\.(TP|TQ)\b", lines[at]):
            at += 1
            continue
        at += 1
        if at == len(lines):
            break
        words = _words(lines[at])
        at += 1
        if not re.match(r"\s*\(?E[A-Z0-9]+\b", words) or words.split()[0] in _NO_ERRNO:
            continue
        # What the tag or the beginning of its paragraph limits it to.
        first = ""
        if at < len(lines) and re.match(r"\.(RB|RI|R|BR) \(", lines[at]) or (at < len(lines) and lines[at].startswith("(")):
            first = _words(lines[at])
            while ")" not in re.sub(r"\(\)", "", first) and at + 1 < len(lines) and not lines[at + 1].startswith(".TP"):
                at += 1
                first += " " + _words(lines[at])
        functions = frozenset(_limits(words) or _limits(first))
        for error in _ERRNO.findall(words.split("(")[0]):
            if error not in _NO_ERRNO:
                found.append(Tag(error, functions))
    return found


def _limits(text: str) -> list[str]:
    """The functions in "(epoll_create1() only)" or "(timer_settime(), timer_gettime())"."""
    match = re.search(r"\(((?:[^()]|\(\))*)\)", text.strip())
    if not match or not text.strip().startswith(("(", "E")):
        return []
    return re.findall(r"(\w+)\s*\(\)", match.group(1))
