"""Audits the declared symbol versions and system call numbers with glibc's own source.

    python3 -m bindings.check_origins [--source glibc-2.36.tar.xz] bindings/*.toml

The source is what Debian's package glibc-source installs. Two kinds of files in it are
lists of promises: libc.abilist has every symbol with its version nodes, arch-syscall.h
every system call's number, and each architecture has its own. A difference is printed
with the line of the declaration and the line of the list; exit status 1 says that there
was one, 2 that nothing could be compared.

The tests in conformance/abi hold the declarations against headers and libraries. This
audit asks the other question: whether the origin that the declarations name says so.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import lzma
import pathlib
import re
import sys
import tarfile
from collections.abc import Iterator

from tools.codegen.bindings import Bindings, Constant, Function
from tools.codegen.errors import is_error_file
from tools.codegen.source import BindingError, Where
from tools.codegen.targets import Target, parse_version

SOURCES = pathlib.Path("/usr/src/glibc")
PORTS = "sysdeps/unix/sysv/linux"

# Each architecture's folder below PORTS. A list that it lacks is the one of the folder above.
FOLDERS = {
    "amd64": "x86_64/64",
    "i386": "i386",
    "x32": "x86_64/x32",
    "arm64": "aarch64",
    "armhf": "arm/le",
    "armel": "arm/le",
    "riscv64": "riscv/rv64",
    "ppc64el": "powerpc/powerpc64/le",
    "ppc64": "powerpc/powerpc64/be",
    "powerpc": "powerpc/powerpc32/fpu",
    "s390x": "s390/s390-64",
    "mips": "mips/mips32/fpu",
    "mipsel": "mips/mips32/fpu",
    "mips64": "mips/mips64/n64",
    "mips64el": "mips/mips64/n64",
    "sparc64": "sparc/sparc64",
    "alpha": "alpha",
    "hppa": "hppa",
    "m68k": "m68k/m680x0",
    "sh4": "sh/le",
}

_SYMBOLS = "libc.abilist"
_NUMBERS = "arch-syscall.h"
_KERNEL = "syscall-names.list"  # in PORTS itself: says of which kernel the numbers are
_LISTS = (_SYMBOLS, _NUMBERS, _KERNEL)
_SYMBOL = re.compile(r"GLIBC_([\d.]+) (\w+) [A-Z]\b")
_NUMBER = re.compile(r"#define (__NR_\w+) (\d+)$")
_KERNEL_LINE = re.compile(r"^kernel (\d+\.\d+)$", re.M)


class SourceError(Exception):
    """glibc's source cannot be read, or lacks what it should have."""


@dataclasses.dataclass(frozen=True, slots=True)
class Listed:
    """What one list says of a name: version nodes, oldest first, or a number."""

    line: int
    nodes: tuple[str, ...] = ()
    number: int = -1


@dataclasses.dataclass(frozen=True, slots=True)
class List:
    """One list of glibc's source."""

    path: str
    names: dict[str, Listed]

    def place(self, name: str) -> str:
        """The line that has the name; the file alone if none does."""
        listed = self.names.get(name)
        return f"{self.path}:{listed.line}" if listed else self.path


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """A declaration that its origin contradicts; the same on several targets is one."""

    where: Where
    message: str
    place: str
    targets: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.where}: {self.message} [{', '.join(self.targets)}] ({self.place})"


class Source:
    """The lists of one release of glibc."""

    def __init__(self, name: str, version: str, kernel: str, files: dict[str, str]) -> None:
        self.name = name
        self.version = version
        self.kernel = kernel  # the release whose system calls are listed
        self._files = files
        self._read: dict[str, List] = {}

    @staticmethod
    def load(path: pathlib.Path) -> Source:
        """Reads Debian's tar file."""
        files: dict[str, str] = {}
        top = ""
        try:
            with tarfile.open(path) as archive:
                for member in archive:
                    top, _, name = member.name.partition("/")
                    if not name.startswith(PORTS + "/") or pathlib.PurePosixPath(name).name not in _LISTS:
                        continue
                    content = archive.extractfile(member)
                    if content is not None:
                        files[name] = content.read().decode("utf-8")
        except (OSError, EOFError, tarfile.TarError, lzma.LZMAError, UnicodeDecodeError) as error:
            raise SourceError(f"{path}: cannot be read as glibc's source: {error}") from None
        version = re.fullmatch(r"glibc-(\d+\.\d+)(?:\.\d+)*", top)
        kernel = _KERNEL_LINE.search(files.pop(f"{PORTS}/{_KERNEL}", ""))
        if version is None or kernel is None:
            raise SourceError(f"{path}: is no glibc source: no glibc-VERSION/{PORTS}/{_KERNEL}")
        return Source(path.name, version.group(1), kernel.group(1), files)

    def symbols(self, arch: str) -> List:
        return self._list(arch, _SYMBOLS)

    def numbers(self, arch: str) -> List:
        return self._list(arch, _NUMBERS)

    def _list(self, arch: str, file: str) -> List:
        if arch not in FOLDERS:
            raise SourceError(f"{__file__}: FOLDERS lacks the architecture '{arch}'; name its folder below {PORTS}")
        folder = pathlib.PurePosixPath(PORTS, FOLDERS[arch])
        while str(folder) != PORTS:
            path = str(folder / file)
            if path in self._files:
                if path not in self._read:
                    self._read[path] = List(path, _parse(self._files[path]))
                return self._read[path]
            folder = folder.parent
        raise SourceError(f"{self.name}: has no {file} for {arch} in {PORTS}/{FOLDERS[arch]} or above it")


def _parse(text: str) -> dict[str, Listed]:
    names: dict[str, Listed] = {}
    for line, content in enumerate(text.splitlines(), 1):
        if symbol := _SYMBOL.match(content):
            node, name = symbol.groups()
            known = names.get(name, Listed(line))
            nodes = tuple(sorted((*known.nodes, node), key=parse_version))
            names[name] = Listed(known.line, nodes=nodes)
        elif number := _NUMBER.match(content):
            names[number.group(1)] = Listed(line, number=int(number.group(2)))
    return names


def compare(bindings: Bindings, source: Source) -> list[Difference]:
    """Every difference between the declarations and the lists."""
    found: dict[tuple[Where, str], list[tuple[str, str]]] = collections.defaultdict(list)
    # The lists are of glibc; musl keeps none.
    targets = [target for target in bindings.targets.all if target.libc == "glibc"]
    for target in targets:
        resolved = bindings.on(target)
        symbols, numbers = source.symbols(target.arch.name), source.numbers(target.arch.name)
        for function in resolved.functions():
            for message, place in _function(function, target, symbols, source.version):
                found[function.where, message].append((str(target), place))
        for constant in resolved.constants():
            for message, place in _number(constant, numbers, source.kernel):
                found[constant.where, message].append((str(target), place))
    return [
        # One list stands for all: those of other targets say the same.
        Difference(where, message, at[0][1], tuple(target for target, _ in at))
        for (where, message), at in sorted(found.items())
    ]


def _function(function: Function, target: Target, symbols: List, version: str) -> Iterator[tuple[str, str]]:
    """What is wrong with a function, and the line that says so."""
    if not function.wrapper:
        return
    release = parse_version(version)
    since = function.since.glibc
    expected = function.present and not (since and parse_version(since) > release)
    # A newer glibc's nodes are no contradiction in an older one's source.
    nodes = tuple(node for node in function.versions if parse_version(node) <= release) if expected else ()
    listed = symbols.names.get(function.symbol)
    seen = listed.nodes if listed else ()
    if nodes != seen:
        yield (
            f"{function.name}: {function.symbol} is declared {_nodes(nodes)}, glibc {version} lists {_nodes(seen)}",
            symbols.place(function.symbol),
        )
    if target.variant:
        for other in (f"__{function.name}64", f"__{function.name}_time64", f"__{function.name}64_time64"):
            if other in symbols.names and other != function.symbol:
                yield (
                    f"{function.name}: is declared as {function.symbol}, glibc {version} lists {other} too",
                    symbols.place(other),
                )


def _nodes(nodes: tuple[str, ...]) -> str:
    return " and ".join(f"GLIBC_{node}" for node in nodes) if nodes else "absent"


def _number(constant: Constant, numbers: List, kernel: str) -> Iterator[tuple[str, str]]:
    """What is wrong with a system call's number, and the line that says so."""
    if not constant.name.startswith("__NR_"):
        return
    listed = numbers.names.get(constant.name)
    since = constant.since.headers
    expected = constant.present and not (since and parse_version(since) > parse_version(kernel))
    declared = constant.value if expected else None
    seen = listed.number if listed else None
    if declared != seen:
        yield (
            f"{constant.name}: is declared {'absent' if declared is None else declared}, "
            f"glibc lists {'none' if seen is None else seen}",
            numbers.place(constant.name),
        )


def find_source(folder: pathlib.Path) -> pathlib.Path:
    """The newest tar file of glibc-source."""
    found = [
        (parse_version(match.group(1)), path)
        for path in folder.glob("glibc-*.tar.xz")
        if (match := re.fullmatch(r"glibc-(\d+(?:\.\d+)+)\.tar\.xz", path.name))
    ]
    if not found:
        raise SourceError(f"{folder}: has no glibc-*.tar.xz; apt-get install glibc-source, or give --source")
    return max(found)[1]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="check_origins",
        description="Compares symbol versions and system call numbers with glibc's source.",
        epilog="example: python3 -m bindings.check_origins bindings/*.toml",
    )
    parser.add_argument("--source", type=pathlib.Path, help=f"glibc's tar file (default: the newest in {SOURCES})")
    parser.add_argument("files", nargs="+", type=pathlib.Path, help="bindings/*.toml, data_models.toml among them")
    options = parser.parse_args(arguments)
    models = [file for file in options.files if file.stem == "data_models"]
    if len(models) != 1:
        parser.error("give data_models.toml once, among the files")
    try:
        bindings = Bindings.load(models[0], (f for f in options.files if f not in models and not is_error_file(f)))
        source = Source.load(options.source or find_source(SOURCES))
        differences = compare(bindings, source)
    except (BindingError, SourceError) as error:
        print(f"check_origins: {error}", file=sys.stderr)
        return 2
    for difference in differences:
        print(difference)
    functions = sum(1 for _ in bindings.names("function"))
    numbers = sum(1 for constant in bindings.names("constant") if constant.name.startswith("__NR_"))
    print(
        f"{functions} functions and {numbers} system calls on {sum(target.libc == 'glibc' for target in bindings.targets.all)} targets "
        f"compared with {source.name}: {len(differences)} differences"
    )
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
