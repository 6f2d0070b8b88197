"""Edits the headers and symbol tables of a copy of a real sysroot, and sees that the gate reports each edit.

Many edits, of things that have nothing to do with each other, are made at a time. Each must be found
with the category that follows from it; what changes nothing that a program sees (comments, spaces,
spelling, the order of includes) must not be found, and nothing may be found that no edit explains.
Expectations follow from the edit, and from gcc where a layout does: none comes from a harvest.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import json
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator

from tools.gate import header_edits
from tools.gate.header_edits import Change, Expected, Thing, layout_expectations
from tools.gate.header_text import EditError, Header, Headers
from tools.gate.symbol_edits import Library, SymbolEdit, Symbols

# Of ten edits, so many are of symbols.
_SYMBOL_SHARE = 2
# Other things of a file would go with them.
_WHOLE_SHARE = 0.1
# Where the version of all is read from, and macros that are everywhere.
_LEFT_ALONE = ("features.h", "linux/version.h", "stdc-predef.h", "sys/cdefs.h")


@dataclasses.dataclass
class Edit:
    kind: str
    what: str  # "NAME in linux/x.h:12"
    expected: set[Expected]
    whole: str = ""  # a header, of which anything may be told


@dataclasses.dataclass(frozen=True)
class Finding:
    id: str
    name: str
    owner: str
    old: str
    new: str
    rule: str

    def fits(self, wanted: Expected) -> bool:
        return (
            (self.id, self.name) == (wanted.id, wanted.name)
            and wanted.old in ("", self.old)
            and wanted.new in ("", self.new)
            and wanted.rule in ("", self.rule)
        )

    def __str__(self) -> str:
        return f"{self.id} {self.name} of {self.owner}: {self.old or 'nothing'} became {self.new or 'nothing'}"


@dataclasses.dataclass
class Place:
    """Where an architecture's headers and libraries are, and its compiler."""

    packages: list[str]
    prefix: str  # of its folder of headers
    compiler: str


def _query(*words: str) -> str:
    try:
        done = subprocess.run(["dpkg-query", *words], capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise EditError("dpkg-query is missing: which files are the C library's, Debian's database says") from error
    if done.returncode != 0:
        raise EditError(f"dpkg-query: {done.stderr.strip().splitlines()[0]}")
    return done.stdout


def place_of(arch: str, triple: str) -> Place:
    """`triple` is "" for this machine's own."""
    if not triple:
        multiarch = subprocess.run(["gcc", "-print-multiarch"], capture_output=True, text=True, check=True).stdout.strip()
        return Place([f"libc6:{arch}", f"libc6-dev:{arch}", f"linux-libc-dev:{arch}"], multiarch, "gcc")
    compiler = f"{triple}-gcc"
    if shutil.which(compiler) is None:
        raise EditError(f"{compiler} is missing: apt-get install g++-{triple.replace('_', '-')}")
    libc = "libc6.1" if arch == "alpha" else "libc6"
    return Place([f"{libc}-{arch}-cross", f"{libc}-dev-{arch}-cross", f"linux-libc-dev-{arch}-cross"], "", compiler)


def copy_sysroot(place: Place, root: pathlib.Path) -> list[pathlib.Path]:
    """Copies the headers and libraries of the packages; gives the folders of headers, in order of search."""
    for path in _query("--listfiles", *place.packages).split():
        file = pathlib.Path(path)
        if path.endswith(".h") and "/include/" in path:
            target = root / "usr/include" / path.split("/include/", 1)[1]
        elif re.search(r"\.so\.\d+$", path) and file.parent.name in (place.prefix, "lib"):
            target = root / "usr/lib" / place.prefix / file.name
        else:
            continue
        if file.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
    include = root / "usr/include"
    if not (include / "features.h").exists() or not list((root / "usr/lib" / place.prefix).glob("libc.so.6*")):
        raise EditError(f"{', '.join(place.packages)} lack features.h or libc.so.6: are they installed whole?")
    return [folder for folder in (include / place.prefix, include) if place.prefix or folder == include]


class Run:
    """A sysroot that edits are made in, and undone."""

    def __init__(self, options: argparse.Namespace, place: Place, work: pathlib.Path) -> None:
        self.options = options
        self.chance = random.Random(options.seed)
        self.root = work / "sysroot"
        folders = copy_sysroot(place, self.root)
        self.headers = Headers(folders, place.compiler)
        libraries = sorted((self.root / "usr/lib" / place.prefix).iterdir())
        self.symbols = Symbols([Library(file) for file in libraries])
        self.original = {library.file: bytes(library.data) for library in self.symbols.libraries}
        self.work = work
        self.used: set[str] = set()
        self.changed: list[Header] = []
        self.things = self._find_things()
        self.before = self._record("before")

    def _record(self, name: str) -> pathlib.Path:
        surface = self.work / f"{name}.surface"
        command = [self.options.snapshot, "--sysroot", str(self.root), "--arch", self.options.arch, "-o", str(surface)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise EditError(f"snapshot: {done.stderr.strip()}")
        return surface

    def _compare(self, after: pathlib.Path) -> list[Finding]:
        command = [self.options.gate, str(self.before), str(after), "--format", "json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1):
            raise EditError(f"gate: {done.stderr.strip()}")
        return [
            Finding(one["id"], one["name"], one["owner"], one.get("old", ""), one.get("new", ""), one.get("rule", ""))
            for one in json.loads(done.stdout)["findings"]
        ]

    def _find_things(self) -> dict[str, list[Thing]]:
        """By kind of edit, what it can be done to, in an order by chance."""
        mentions: dict[str, str] = collections.defaultdict(str)
        for header in self.headers.all.values():
            for found in re.finditer(r"\b(struct|union)\s+(\w+)\s*(.?)", header.masked):
                inside_macro = header.logical_line(found.start()).lstrip().startswith("#")
                mentions[f"{found[1]} {found[2]}"] += "#" if inside_macro else found[3] or "?"
        things: dict[str, list[Thing]] = collections.defaultdict(list)
        for header in self.headers.all.values():
            if header.name in _LEFT_ALONE:
                continue
            there = [
                *header_edits.macros(header, self.headers),
                *header_edits.enumerators(header, self.headers),
                *header_edits.records(header, self.headers, mentions),
                *header_edits.prototypes(header, self.headers),
                *header_edits.wholes(header, self.headers),
            ]
            for thing in there:
                for kind in thing.changes:
                    things[kind].append(thing)
        for kind in sorted(things):
            self.chance.shuffle(things[kind])
        return things

    # One edit.

    def _kinds(self) -> Iterator[str]:
        """Kinds of edits, all of them in turn."""
        def forever(kinds: list[str]) -> Iterator[str]:
            while True:
                self.chance.shuffle(kinds)
                yield from kinds

        names = forever(sorted(kind for kind in self.things if not kind.startswith("header: ")))
        wholes = forever(sorted(kind for kind in self.things if kind.startswith("header: ")))
        symbols = forever(sorted(self.symbols.makers))
        while True:
            for i in range(10):
                if i < _SYMBOL_SHARE:
                    yield next(symbols)
                else:
                    yield next(wholes if i == 9 else names)

    def _edit_header(self, kind: str, taken: set[str]) -> Edit | None:
        things = self.things[kind]
        while things:
            thing = things.pop()
            if thing.name in self.used:
                continue
            if thing.header.name in taken:
                # For the next batch.
                things.insert(0, thing)
                if all(one.header.name in taken for one in things[-50:]):
                    return None
                continue
            edit = self._try(kind, thing)
            if edit:
                taken.add(thing.header.name)
                self.used.add(thing.name)
                return edit
        return None

    def _try(self, kind: str, thing: Thing) -> Edit | None:
        """Makes an edit, unless no program sees the thing, or what comes of it is no C."""
        header = thing.header
        seen = self.headers.seen(header.name)
        word = thing.name.split()[-1]
        if seen is None or (word not in seen.macros if thing.macro else word[0] != "<" and not re.search(rf"\b{word}\b", seen.text)):
            return None
        change = thing.changes[kind](self.headers, self.chance, seen.carrier)
        if change is None or header.text[change.start : change.end] == change.text:
            return None
        expected = set(change.expected)
        neutral_order = kind == "header: include order"
        before = self.headers.preprocessed(seen.carrier) if neutral_order else ""
        layout = self.headers.layout(seen.carrier, change.record, list(change.fields)) if change.record else None
        if change.record and layout is None:
            return None
        header.file.write_bytes((header.text[: change.start] + change.text + header.text[change.end :]).encode("utf-8", "surrogateescape"))
        good = True
        if change.whole:
            if "removal" in kind:
                header.file.unlink()
        elif change.record:
            fields = [name for name in change.fields if name in change.kept]
            after = self.headers.layout(seen.carrier, change.record, fields)
            good = after is not None
            if layout and after:
                expected |= layout_expectations(change, layout, after)
        elif neutral_order:
            good = self._same(before, self.headers.preprocessed(seen.carrier))
        else:
            good = self.headers.compiles(seen.carrier)
        if not good:
            self._restore(header)
            return None
        self.changed.append(header)
        where = f"{thing.name} in {header.name}:{header.line(change.start)}"
        return Edit(change.kind, where, expected, header.name if change.whole else "")

    @staticmethod
    def _same(before: str, after: str) -> bool:
        def lines(text: str) -> list[str]:
            return sorted(line for line in text.splitlines() if not line.startswith("# ") and line.strip())

        return lines(before) == lines(after)

    @staticmethod
    def _restore(header: Header) -> None:
        header.file.write_bytes(header.text.encode("utf-8", "surrogateescape"))

    # Batches.

    def batch(self, count: int) -> list[Edit]:
        taken: set[str] = set()
        edits: list[Edit] = []
        kinds = self._kinds()
        misses = 0
        while len(edits) < count and misses < 200:
            kind = next(kinds)
            edit: Edit | None
            if kind.startswith("symbol: "):
                edit = self._edit_symbol(self.symbols.make(kind, self.chance, taken), taken)
            else:
                edit = self._edit_header(kind, taken)
            if edit:
                edits.append(edit)
            else:
                misses += 1
        return edits

    @staticmethod
    def _edit_symbol(edit: SymbolEdit | None, taken: set[str]) -> Edit | None:
        if edit is None:
            return None
        edit.apply()
        taken |= edit.touched
        return Edit(edit.kind, edit.name, edit.expected)

    def judge(self, edits: list[Edit]) -> tuple[list[str], list[bool]]:
        """What is wrong, in words; and of each edit whether it was as it should be."""
        for library in self.symbols.libraries:
            library.save()
        found = self._compare(self._record("after"))
        wrong, good = [], []
        left = list(found)
        for edit in edits:
            missing = [one for one in edit.expected if not any(finding.fits(one) for finding in found)]
            for one in sorted(missing, key=lambda one: (one.id, one.name)):
                wrong.append(f"survived: {edit.kind}: {edit.what}: {_words(one)} was not reported" + _instead(one, found))
            good.append(not missing)
            left = [
                finding for finding in left
                if not any(finding.fits(one) for one in edit.expected) and (not edit.whole or edit.whole not in (finding.owner, finding.name))
            ]  # fmt: skip
        wrong += [f"unexplained: {finding}" for finding in left]
        return wrong, good

    def undo(self) -> None:
        for header in self.changed:
            self._restore(header)
        self.changed.clear()
        for library in self.symbols.libraries:
            library.data = bytearray(self.original[library.file])


def _words(one: Expected) -> str:
    values = f" ({one.old or 'any'} became {one.new or 'any'})" if one.old or one.new else ""
    return f"{one.id} {one.name}{values}" + (f" by rule {one.rule}" if one.rule else "")


def _instead(one: Expected, found: list[Finding]) -> str:
    same = [finding for finding in found if finding.name == one.name]
    return "; there is " + " and ".join(map(str, same)) if same else ""


def run(options: argparse.Namespace, place: Place, work: pathlib.Path, say: Callable[[str], None]) -> bool:
    start = time.monotonic()
    runner = Run(options, place, work)
    counts: collections.Counter[tuple[str, bool]] = collections.Counter()
    made = neutral = unexplained = 0
    failed = False
    while made < options.edits:
        edits = runner.batch(min(options.batch, options.edits - made))
        if not edits:
            raise EditError(f"only {made} edits could be made: ask for fewer with --edits")
        wrong, good = runner.judge(edits)
        runner.undo()
        for line in wrong:
            say(line)
        failed = failed or bool(wrong)
        unexplained += sum(line.startswith("unexplained") for line in wrong)
        for edit, as_expected in zip(edits, good, strict=True):
            counts[edit.kind, as_expected] += 1
            neutral += not edit.expected
            if options.verbose:
                say(f"{edit.kind}: {edit.what}: " + ", ".join(sorted(map(_words, edit.expected))))
        made += len(edits)
    for kind in sorted({kind for kind, _ in counts}):
        say(f"{kind:<30} {counts[kind, True]:>5} of {counts[kind, True] + counts[kind, False]:>5} as it should be")
    caught = sum(count for (_, as_expected), count in counts.items() if as_expected)
    say(
        f"{options.arch}: {caught} of {made} edits are as they should be ({neutral} of them change nothing), "
        f"{unexplained} findings unexplained, in {time.monotonic() - start:.0f} s"
    )
    return failed


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="plumbline mutate gate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="examples: tools/plumbline mutate gate --edits 500 --seed 7\n"
        "          tools/plumbline mutate gate --arch powerpc --edits 60",
    )
    parser.add_argument("--snapshot", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--gate", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--models", required=True, type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--arch", default="", help="of whose cross compiler the sysroot is (else this machine's own)")
    parser.add_argument("--edits", type=int, default=500, metavar="N", help="how many (default: %(default)s)")
    parser.add_argument("--batch", type=int, default=80, metavar="N", help="how many at a time (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="of the choice of edits (default: %(default)s)")
    parser.add_argument("--verbose", action="store_true", help="say each edit, and what is expected of it")
    options = parser.parse_args(arguments)
    if options.edits < 1 or options.batch < 1:
        parser.error("--edits and --batch are numbers from 1 up")
    try:
        native = _native()
        triple = "" if options.arch in ("", native) else _triple(options.models, options.arch)
        options.arch = options.arch or native
        place = place_of(options.arch, triple)
        with tempfile.TemporaryDirectory(prefix="plumbline-mutate-") as work:
            failed = run(options, place, pathlib.Path(work), lambda line: print(line, flush=True))
    except EditError as error:
        print(f"plumbline: {error}", file=sys.stderr)
        return 2
    return 1 if failed else 0


def _native() -> str:
    return subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()


def _triple(models: pathlib.Path, arch: str) -> str:
    found = re.search(rf'^{re.escape(arch)} += .*triple = "([^"]*)"', models.read_text(encoding="utf-8"), re.MULTILINE)
    if not found:
        raise EditError(f"there is no architecture '{arch}'; 'tools/plumbline targets' lists them")
    return found[1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
