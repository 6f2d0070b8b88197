"""Changing any digit of a binding makes exactly the right check fail.

Random digits of the real bindings are changed one at a time. Either codegen refuses the
change, at its line; or the rows that change are those of the entry, of its aliases and of
the types that contain it, and the checker of this machine, given the changed rows, fails
exactly the checks of what changed in them.

More of them: --test_env=PLUMBLINE_DIGITS=100 (of each family), --test_env=PLUMBLINE_SEED=2.
"""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import random
import re
import subprocess
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from tools.codegen import emit_expectations
from tools.codegen.bindings import Bindings
from tools.codegen.layout import Layouts
from tools.codegen.source import BindingError, Document
from tools.codegen.targets import Target, Targets

CHECKER = pathlib.Path(os.environ.get("PLUMBLINE_CHECKER", "conformance/abi/checker"))
MODELS = pathlib.Path("bindings/data_models.toml")
SEED = int(os.environ.get("PLUMBLINE_SEED", "1"))
PER_FAMILY = int(os.environ.get("PLUMBLINE_DIGITS", "5"))

# What has digits that no check can see: places to read, and names.
_PROSE = {"origin", "page", "pages", "title", "about", "note", "header", "uapi"}
# What can be seen only by asking the compiler again (a feature-test macro, the kernel's name
# of a thing), only on other releases (since), or not by this kind of check (syscall).
_ELSEWHERE = {"feature", "uapi_name", "since", "syscall"}

Path = tuple[str | int, ...]
Row = dict[str, str]
Key = tuple[str, str, str]  # kind, name and field of a row


def cells(line: str) -> Row:
    kind, *rest = line.split("\t")
    return {"": kind, **dict(cell.split("=", 1) for cell in rest)}


def key(line: str) -> Key:
    row = cells(line)
    return row[""], row.get("name", ""), row.get("field", "")


@dataclasses.dataclass(frozen=True)
class World:
    """All declarations, as they stand."""

    targets: Targets
    documents: dict[str, Document]  # by family
    native: Target
    glibc: tuple[int, ...]
    kernel_headers: tuple[int, ...]
    rows: dict[str, list[str]]  # by family, for the native target

    def bindings(self, changed: Document | None = None, targets: Targets | None = None) -> Bindings:
        documents = {**self.documents, **({pathlib.Path(changed.file).stem: changed} if changed else {})}
        return Bindings(targets or self.targets, documents.values())

    def here(self, row: Row) -> bool:
        """Whether this machine's headers have the thing, on one side at least."""
        if "absent" in row:
            return False
        old_libc = self.glibc < _release(row.get("glibc", "0"))
        old_kernel = self.kernel_headers < _release(row.get("headers", "0"))
        on_libc = "header" in row and not old_libc and not ("shared" in row and old_kernel)
        return on_libc or ("uapi" in row and not old_kernel)


def _release(text: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", text)))


def rows_of(bindings: Bindings, target: Target, families: list[str] | None = None) -> dict[str, list[str]]:
    resolved = bindings.on(target)
    layouts = Layouts(resolved)
    for family in families or bindings.families:
        for declared in resolved.types(family):
            layouts.of(declared.name)
    rows = {
        family: emit_expectations.expectations(resolved, family).splitlines()
        for family in families or bindings.families
    }
    if families is None:
        where = bindings.targets.where_of_model(target.arch)
        rows["data_models"] = emit_expectations.primitives(resolved, where).splitlines()
    return rows


@pytest.fixture(scope="module")
def world() -> World:
    report = json.loads(subprocess.run([CHECKER.resolve(), "--report"], capture_output=True, check=True).stdout)
    targets = Targets.load(MODELS)
    documents = {
        path.stem: Document.load(path) for path in sorted(pathlib.Path("bindings").glob("*.toml")) if path != MODELS
    }
    native = targets.get("/".join(filter(None, (report["arch"], report["variant"]))))
    rows = rows_of(Bindings(targets, documents.values()), native)
    return World(
        targets, documents, native, _release(report["libc"]), _release(report["kernel_headers"]), rows
    )


# ----------------------------------------------------------------------------
# Digits.


@dataclasses.dataclass(frozen=True)
class Change:
    family: str
    path: Path  # of the value that has the digit
    line: int
    document: Document
    old: Any
    new: Any

    @property
    def entry(self) -> str:
        """The declared name whose digit it is; of a group's key, ''."""
        if self.path[0] == "constants":
            return str(self.path[3]) if len(self.path) > 3 else ""
        return str(self.path[1])

    @property
    def padding(self) -> bool:
        """Whether it is a field without a public name."""
        return "fields" in self.path and re.search(r"\b_\w*(\[\d+\])?$", self.new) is not None

    def same_node(self, targets: Targets) -> bool:
        """Whether it is a version that every port which it is for exports under the same node as before."""
        if "versions" not in self.path:
            return False
        selectors = [part for part in self.path if isinstance(part, str) and part in targets.selectors]
        ports = [target.arch for target in targets.all if all(map(target.fit, selectors))]
        return all(port.version_node(self.old) == port.version_node(self.new) for port in ports)

    def __str__(self) -> str:
        return f"{self.document.file}:{self.line} {'.'.join(map(str, self.path))}"


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield path, value


def _is_value(path: Path, old: Any, new: Any) -> bool:
    """Whether a check can be expected to see the change."""
    if path[0] == "family" or _PROSE & set(path) or _ELSEWHERE & set(path):
        return False
    if "fields" in path:
        # The name of a field is not a value.
        return bool(re.sub(r"\w+(\[.*\]|:\d+)?$", r"\1", old) != re.sub(r"\w+(\[.*\]|:\d+)?$", r"\1", new))
    if "prototype" in path:
        # C itself does not see the size of an array that is a parameter, nor the name of one.
        return bool(re.sub(r"\w+(\[\d*\])?(?=[,)])", "", old) != re.sub(r"\w+(\[\d*\])?(?=[,)])", "", new))
    return True


def changes(world: World, family: str, random_: random.Random, count: int) -> Iterator[Change]:
    """Changes of one digit each of a family's values."""
    document = world.documents[family]
    text = pathlib.Path(document.file).read_text(encoding="utf-8")
    before = dict(leaves(document.data))
    places = [match.start() for match in re.finditer(r"\d", text)]
    random_.shuffle(places)
    found = 0
    for place in places:
        digit = random_.choice([d for d in "0123456789" if d != text[place]])
        changed = text[:place] + digit + text[place + 1 :]
        try:
            data = tomllib.loads(changed)
        except tomllib.TOMLDecodeError:
            continue  # no digit of that base
        after = dict(leaves(data))
        if before.keys() != after.keys():
            continue  # a name
        paths = [path for path in before if before[path] != after[path]]
        if not paths or not _is_value(paths[0], before[paths[0]], after[paths[0]]):
            continue  # a comment, or prose
        (path,) = paths
        yield Change(family, path, text.count("\n", 0, place) + 1, Document(document.file, changed), before[path], after[path])
        found += 1
        if found == count:
            return


# ----------------------------------------------------------------------------
# What depends on what, as the files have it: from their text, not from codegen.


def dependents(world: World, name: str, kind: str) -> set[str]:
    """The aliases of a constant, or the types that have a type in them, and theirs."""
    uses: dict[str, set[str]] = {}
    for document in world.documents.values():
        data = document.data
        if kind == "constant":
            for group in data.get("constants", []):
                for user, declared in group["names"].items():
                    for path, value in leaves(declared):
                        if path and path[-1] == "alias":
                            uses.setdefault(value, set()).add(user)
        else:
            for user, declared in data.get("types", {}).items():
                for path, value in leaves(declared):
                    if "fields" in path or "is" in path or (len(path) == 3 and path[0] == "on"):
                        for word in re.findall(r"(?:struct |union )?\w+", str(value)):
                            uses.setdefault(word, set()).add(user)
    found, todo = {name}, [name]
    while todo:
        for user in uses.get(todo.pop(), set()) - found:
            found.add(user)
            todo.append(user)
    return found


# ----------------------------------------------------------------------------
# Which checks must fail.

_CHECKS = {
    ("constant", "value"): "Constant/{name}",
    ("constant", "uapi_value"): "Constant/{name}",
    ("constant", "type"): "Constant/{name}",
    ("type", "size"): "Layout/{name}/size",
    ("type", "class"): "Layout/{name}/size",
    ("type", "align"): "Layout/{name}/align",
    ("field", "offset"): "Layout/{name}/{field}/offset",
    ("field", "bit_offset"): "Layout/{name}/{field}/offset",
    ("field", "size"): "Layout/{name}/{field}/size",
    ("field", "bits"): "Layout/{name}/{field}/size",
    ("field", "class"): "Layout/{name}/{field}/size",
    ("function", "versions"): "Symbol/{name}",
    ("function", "symbol"): "Symbol/{name}",
    ("primitive", "size"): "DataModel/{name}",
    ("primitive", "align"): "DataModel/{name}",
}


@dataclasses.dataclass(frozen=True)
class Mutant:
    what: str
    edits: list[tuple[str, str, str]]  # family, old row, new row
    must_fail: frozenset[str]
    may_fail: frozenset[str]


def mutant(world: World, what: str, new_rows: dict[str, list[str]]) -> Mutant:
    edits, must, may = [], set(), set()
    for family, old_lines in world.rows.items():
        new_lines = new_rows[family]
        assert [key(line) for line in old_lines] == [key(line) for line in new_lines], what
        for old_line, new_line in zip(old_lines, new_lines):
            if old_line == new_line:
                continue
            edits.append((family, old_line, new_line))
            old, new = cells(old_line), cells(new_line)
            assert old["where"] == new["where"] if "where" in old else True
            name = old["name"] if old[""] == "primitive" else old["name"].split(" ")[-1]
            field = old.get("field", "").replace(".", "/")
            for cell in {cell for cell in old.keys() | new.keys() if old.get(cell) != new.get(cell)}:
                if old[""] == "field" and cell == "offset" and "bits" in old:
                    continue  # of the byte; the check is of the bit
                if cell == "declared":
                    continue  # words for people
                if cell in ("at_least", "at_most"):
                    may.add(f"Constant/{name}")  # other bounds may hold as well
                    continue
                check = _CHECKS[old[""], cell].format(name=name, field=field)
                if old[""] in ("primitive", "function") or world.here(old):
                    only_uapi = cell == "uapi_value" and "uapi" not in old
                    if not only_uapi:
                        must.add(check)
    return Mutant(what, edits, frozenset(must), frozenset(may))


def judge(mutants: list[Mutant]) -> Iterator[tuple[int, set[str]]]:
    """How many checks fail for each, and which; of many, the first few."""
    lines = []
    for number, mutant_ in enumerate(mutants):
        lines.append(f"mutant {number}")
        for family, old, new in mutant_.edits:
            lines += [f"family {family}", f"-{old}", f"+{new}"]
    result = subprocess.run(
        [CHECKER.resolve(), "--mutants"], input="\n".join([*lines, ""]), capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    verdicts = [line.split("\t") for line in result.stdout.splitlines()]
    assert [int(number) for number, _, _ in verdicts] == list(range(len(mutants)))
    for _, count, names in verdicts:
        # A name may have a space in it: DataModel/long long.
        yield int(count), set(filter(None, re.split(r" (?=[A-Z]\w+/)", names)))


def assert_judged(mutants: list[Mutant]) -> None:
    wrong = []
    for mutant_, (count, names) in zip(mutants, judge(mutants)):
        allowed = mutant_.must_fail | mutant_.may_fail
        if not len(mutant_.must_fail) <= count <= len(allowed) or not names <= allowed:
            wrong.append(f"{mutant_.what}: {count} failed ({' '.join(sorted(names))}), expected {sorted(allowed)}")
    assert not wrong, "\n".join(wrong)


# ----------------------------------------------------------------------------


def test_nothing_fails_before(world: World) -> None:
    assert list(judge([Mutant("nothing", [], frozenset(), frozenset())])) == [(0, set())]


def test_digits_of_the_families(world: World) -> None:
    random_ = random.Random(SEED)
    mutants: list[Mutant] = []
    refused = elsewhere = 0
    for family in world.documents:
        for change in changes(world, family, random_, PER_FAMILY):
            try:
                bindings = world.bindings(change.document)
                new_rows = rows_of(bindings, world.native)
            except BindingError as error:
                # The place is the digit's own, unless what it makes wrong is said elsewhere:
                # an alias of a value that no longer fits, say.
                assert error.where.line == change.line, f"{change}: {error}"
                assert error.where.file == change.document.file
                refused += 1
                continue
            judged = mutant(world, str(change), new_rows)
            kind = str(change.path[0]).removesuffix("s")
            if change.entry:
                allowed = dependents(world, change.entry, kind)
                changed = {key(line)[1] for _, line, _ in judged.edits}
                assert changed <= allowed, f"{change} changes {changed - allowed}"
            if not judged.edits:
                # It is about another target, and changes what is checked there. If not, it is about
                # padding, some of which is there in any case, or a port has no such old version.
                same = change.padding or change.same_node(world.targets)
                assert _changes_elsewhere(world, change) or same, f"{change}: no target's rows change"
                elsewhere += 1
                continue
            mutants.append(judged)
    assert_judged(mutants)
    failing = [mutant_ for mutant_ in mutants if mutant_.must_fail]
    print(f"{len(failing)} of {len(mutants)} fail here, {elsewhere} change other targets, {refused} are refused")
    assert len(failing) >= 40
    families = {mutant_.what.split(":")[0] for mutant_ in failing}
    assert len(families) >= 15


def _changes_elsewhere(world: World, change: Change) -> bool:
    selectors = [part for part in change.path if isinstance(part, str) and part in world.targets.selectors]
    changed, unchanged = world.bindings(change.document), world.bindings()
    # The targets that the place names come first; there is seldom need to look at others.
    for target in sorted(world.targets.all, key=lambda target: -max(map(target.fit, selectors), default=0)):
        try:
            new = rows_of(changed, target, [change.family])
        except BindingError as error:
            assert error.where.line == change.line, f"{change}: {error}"
            return True
        if new != rows_of(unchanged, target, [change.family]):
            return True
    return False


def test_digits_of_the_data_model(world: World) -> None:
    """Each size and alignment of this machine's data model is held by a check of its own, at least."""
    lines = MODELS.read_text(encoding="utf-8").splitlines(keepends=True)
    number = world.targets.where_of_model(world.native.arch).line - 1
    mutants = []
    for match in re.finditer(r'("[a-z ]+"|\w+) = \[(\d+), (\d+)\]', lines[number]):
        for group in (2, 3):
            value = int(match.group(group))
            changed = list(lines)
            line = lines[number]
            changed[number] = line[: match.start(group)] + str(value * 2) + line[match.end(group) :]
            targets = Targets(Document(str(MODELS), "".join(changed)))
            bindings = world.bindings(targets=targets)
            what = f"{'size' if group == 2 else 'alignment'} of {match.group(1)}"
            judged = mutant(world, what, rows_of(bindings, targets.get(str(world.native))))
            name = match.group(1).strip('"')
            assert f"DataModel/{name}" in judged.must_fail
            mutants.append(judged)
    assert len(mutants) == 16
    assert_judged(mutants)
