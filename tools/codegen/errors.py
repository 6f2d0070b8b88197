"""Error tables: what each function fails with, and when."""

from __future__ import annotations

import dataclasses
import pathlib
import re
from collections.abc import Iterable
from typing import Any

from tools.codegen.bindings import Bindings
from tools.codegen.source import BindingError, Document, Path, Where
from tools.codegen.targets import Target

SUFFIX = ".errors"  # of a file's stem: epoll.errors.toml

LAYERS = ("kernel", "libc", "vdso")
STATUSES = ("documented", "observed", "never")
CLASSES = ("unprivileged", "limit", "privileged", "fault", "impossible")
# What the C library's function does with an argument that the system call fails for.
LIBC = ("fails", "succeeds", "crashes", "hangs")
_AXES = ("kernel", "glibc", "manual")  # manual: the release of man-pages

_STRINGS = ("when", "layer", "status", "class", "page", "instead", "effect", "libc", "why", "in_namespace", "source")
_OTHERS = ("over", "since", "until", "on")


@dataclasses.dataclass(frozen=True, slots=True)
class Condition:
    """One way in which one function fails, as it is on one target."""

    function: str
    operation: str  # "F_SETLK" of fcntl; "" if the function has none
    error: str
    id: str
    family: str
    where: Where
    when: str  # the condition, in our words
    page: str  # "epoll_ctl(2)"
    read: str  # "man-pages 6.20"
    layer: str = "kernel"
    status: str = "documented"
    class_: str = "unprivileged"
    instead: str = ""  # status never: what happens; an errno's name, or "succeeds"
    effect: str = ""  # what the call does although it fails
    libc: str = ""  # one of LIBC; for provocations by the raw system call
    why: str = ""  # class impossible: why nothing provokes it; status never: why it isn't so
    in_namespace: str = ""  # the errno where the caller is root of its user namespace only
    source: str = ""  # of what is not in the page: where the kernel or the C library says so
    over: tuple[str, ...] = ()  # errnos of other conditions that hold too, and lose
    since: tuple[tuple[str, str], ...] = ()
    until: tuple[tuple[str, str], ...] = ()
    absent: bool = False  # the target has no such condition

    @property
    def of(self) -> str:
        return f"{self.function}/{self.operation}" if self.operation else self.function

    @property
    def check(self) -> str:
        """The name of its provocation."""
        return f"Errors/{self.of}/{self.error}/{self.id}"


class Errors:
    """All conditions of all families."""

    def __init__(self, bindings: Bindings, documents: Iterable[tuple[str, Document]]) -> None:
        self.bindings = bindings
        self._entries: dict[str, tuple[Condition, dict[str, dict[str, Any]]]] = {}
        # By function, the errnos of its page that are of the page's other functions.
        self.elsewhere: dict[str, frozenset[str]] = {}
        self._present: dict[tuple[str, str], bool] = {}
        # Functions, operations and errno names must be declared.
        self._functions = {b.name: b for b in bindings.all.values() if b.kind == "function"}
        self.constants = {b.name for b in bindings.all.values() if b.kind == "constant"}
        for family, document in documents:
            self._family(family, document)

    @staticmethod
    def load(bindings: Bindings, files: Iterable[pathlib.Path]) -> Errors:
        return Errors(bindings, ((file.stem.removesuffix(SUFFIX), Document.load(file)) for file in sorted(files)))

    def all(self) -> list[Condition]:
        """As they are where no target says otherwise, sorted by function, then as the file has them."""
        return sorted((entry for entry, _ in self._entries.values()), key=lambda entry: (entry.function, entry.operation))

    def on(self, target: Target) -> list[Condition]:
        """As they are on a target."""
        return [self.on_target(condition, target) for condition in self.all()]

    def on_target(self, condition: Condition, target: Target) -> Condition:
        """One condition as it is on a target."""
        _, changes = self._entries[condition.check]
        best = max(changes, key=target.fit, default="")
        if best and target.fit(best):
            condition = dataclasses.replace(condition, **changes[best])
        if not self._has(target, condition.function):
            condition = dataclasses.replace(condition, absent=True)
        return condition

    def differences(self, condition: Condition) -> dict[str, dict[str, Any]]:
        """What is different on some targets, by selector, as the file has it."""
        return {
            selector: {
                key.rstrip("_"): dict(value) if key in ("since", "until") else value for key, value in change.items()
            }
            for selector, change in self._entries[condition.check][1].items()
        }

    def _has(self, target: Target, function: str) -> bool:
        """Whether the target has the function, as a system call at least."""
        key = (str(target), function)
        if key not in self._present:
            self._present[key] = self.bindings.on(target).function(function).present
        return self._present[key]

    def _family(self, family: str, document: Document) -> None:
        data = dict(document.data)
        # "manual" where the family has the function read, which the key would hide.
        read = data.pop("manual" if "manual" in data else "read", None)
        if not isinstance(read, str) or not re.fullmatch(r"man-pages \d+\.\d+(\.\d+)?", read):
            raise BindingError(document.where(("read",)), "say which pages were read: read = \"man-pages 6.20\"")
        for function, table in data.items():
            if function not in self._functions:
                raise BindingError(
                    document.where((function,)), f"'{function}' is no declared function; declare it in {family}.toml"
                )
            self._table(family, document, read, (function,), function, "", table)

    def _table(
        self, family: str, document: Document, read: str, path: Path, function: str, operation: str, table: Any
    ) -> None:
        where = document.where(path)
        if not isinstance(table, dict):
            raise BindingError(where, f"'{path[-1]}' must be a table of errno names")
        page = self._string(document, (*path, "page"), table.get("page", self._page(function)))
        own: list[Condition] = []
        like: list[Condition] = []
        for name, value in table.items():
            here = (*path, name)
            if name == "like":
                like = self._like(document, here, function, operation, value)
            elif name in ("page", "except"):
                continue
            elif name == "elsewhere" and not operation:
                if not isinstance(value, list) or not set(value) <= self.constants:
                    raise BindingError(document.where(here), "'elsewhere' must be a list of errno names")
                self.elsewhere[function] = frozenset(value)
            elif re.fullmatch(r"E[A-Z0-9]+", name):
                if name not in self.constants:
                    raise BindingError(document.where(here), f"'{name}' is no declared errno")
                if not isinstance(value, dict):
                    raise BindingError(document.where(here), f"'{name}' must be a table of conditions")
                for id_, entry in value.items():
                    own.append(
                        self._condition(document, (*here, id_), family, read, page, function, operation, name, id_, entry)
                    )
            elif not operation and re.fullmatch(r"[A-Z][A-Z0-9_]+", name):
                if name not in self.constants:
                    raise BindingError(document.where(here), f"operation '{name}' is no declared constant")
                self._table(family, document, read, here, function, name, value)
            else:
                raise BindingError(
                    document.where(here), f"unknown key '{name}'; known are errno names, operations, page, like, except, elsewhere"
                )
        left_out = table.get("except", [])
        if not isinstance(left_out, list):
            raise BindingError(document.where((*path, "except")), "'except' must be a list such as [\"EINVAL/flags\"]")
        known = {f"{condition.error}/{condition.id}": condition for condition in like}
        for name in left_out:
            if name not in known:
                raise BindingError(
                    document.where((*path, "except")), f"'{name}' is not among what is taken over: {', '.join(known)}"
                )
        mine = {f"{condition.error}/{condition.id}" for condition in own}
        for name, condition in known.items():
            if name in left_out or name in mine:
                continue
            changes = self._entries[condition.check][1]
            # A page that refers to another ("as write(2)") documents by that one.
            same = self._page(condition.function) == self._page(function)
            taken = dataclasses.replace(
                condition, function=function, operation=operation, page=page if same else condition.page
            )
            self._entries[taken.check] = (taken, changes)
        if not own and not like and not any(isinstance(value, dict) for value in table.values()):
            raise BindingError(where, f"'{path[-1]}' has no conditions")

    def page_of(self, function: str) -> str:
        """The manual page of a declared function."""
        return self._page(function)

    def newest_read(self) -> str:
        """The newest release of man-pages that a table was read from: "6.20"."""
        releases = {entry.read.split()[1] for entry, _ in self._entries.values()}
        return max(releases, key=lambda release: [int(part) for part in release.split(".")])

    def _page(self, function: str) -> str:
        return str(self._functions[function].layers[-1].keys.get("page", ""))

    def _like(
        self, document: Document, path: Path, function: str, operation: str, value: Any
    ) -> list[Condition]:
        name = self._string(document, path, value)
        found = [entry for entry, _ in self._entries.values() if name in (entry.of, entry.operation)]
        if not found:
            raise BindingError(document.where(path), f"like = '{name}': no table of that name stands above")
        return found

    @staticmethod
    def _string(document: Document, path: Path, value: Any) -> str:
        if not isinstance(value, str) or not value or "\t" in value or "\n" in value:
            raise BindingError(document.where(path), f"'{path[-1]}' must be a string of one line")
        return value

    def _condition(
        self,
        document: Document,
        path: Path,
        family: str,
        read: str,
        page: str,
        function: str,
        operation: str,
        error: str,
        id_: str,
        entry: Any,
    ) -> Condition:
        where = document.where(path)
        if not re.fullmatch(r"[a-z][a-z0-9_]*", id_):
            raise BindingError(where, f"'{id_}': a condition's name is of small letters, digits and _")
        if isinstance(entry, str):
            entry = {"when": entry}
        if not isinstance(entry, dict):
            raise BindingError(where, f"'{id_}' must be a string (the condition) or a table with 'when'")
        keys = self._keys(document, path, entry)
        changes: dict[str, dict[str, Any]] = {}
        for selector, change in entry.get("on", {}).items():
            here = (*path, "on", selector)
            if selector not in self.bindings.targets.selectors:
                raise BindingError(document.where(here), f"'{selector}' is no target, architecture, group or variant")
            if change == {"absent": True}:
                changes[selector] = {"absent": True}
            elif isinstance(change, dict) and "on" not in change:
                changes[selector] = self._keys(document, here, change)
            else:
                raise BindingError(document.where(here), "say what is different there: { absent = true } or keys")
        if "when" not in keys:
            raise BindingError(where, f"'{id_}' lacks 'when', the condition in words")
        fixed: dict[str, Any] = {"page": page, **keys}
        condition = Condition(
            function=function,
            operation=operation,
            error=error,
            id=id_,
            family=family,
            where=where,
            read=read,
            **fixed,
        )
        self._consistent(where, condition)
        for change in changes.values():
            self._consistent(where, dataclasses.replace(condition, **change))
        if condition.check in self._entries:
            raise BindingError(where, f"{condition.check} is declared twice; keep one of them")
        self._entries[condition.check] = (condition, changes)
        return condition

    def _keys(self, document: Document, path: Path, entry: dict[str, Any]) -> dict[str, Any]:
        """The values of an entry's keys, each held to its kind."""
        found: dict[str, Any] = {}
        for key, value in entry.items():
            here = (*path, key)
            where = document.where(here)
            if key in _STRINGS:
                found["class_" if key == "class" else key] = self._string(document, here, value)
            elif key == "over":
                if not isinstance(value, list) or not value or not set(value) <= self.constants:
                    raise BindingError(where, "'over' must be a list of errno names")
                found[key] = tuple(value)
            elif key in ("since", "until"):
                if not isinstance(value, dict) or not set(value) <= set(_AXES) or not all(
                    re.fullmatch(r"\d+(\.\d+)*", str(version)) for version in value.values()
                ):
                    raise BindingError(where, f"'{key}' must be a table such as {{ kernel = \"5.9\" }}; axes: {', '.join(_AXES)}")
                found[key] = tuple(sorted(value.items()))
            elif key != "on":
                raise BindingError(where, f"unknown key '{key}'; known are {', '.join((*_STRINGS, *_OTHERS))}")
        for key, allowed in (("layer", LAYERS), ("status", STATUSES), ("class_", CLASSES), ("libc", LIBC)):
            if key in found and found[key] not in allowed:
                raise BindingError(
                    document.where((*path, key.rstrip("_"))), f"'{key.rstrip('_')}' is one of {', '.join(allowed)}"
                )
        return found

    def _consistent(self, where: Where, condition: Condition) -> None:
        """Refuses declarations that contradict themselves."""
        if condition.instead and condition.status != "never":
            raise BindingError(where, "'instead' goes with status = \"never\" only")
        if condition.status == "never" and not condition.instead and condition.class_ != "impossible":
            raise BindingError(where, "status = \"never\": say by 'instead' what happens, an errno or \"succeeds\"")
        if condition.instead and condition.instead != "succeeds" and condition.instead not in self.constants:
            raise BindingError(where, f"instead = '{condition.instead}' is neither an errno nor \"succeeds\"")
        if condition.instead == condition.error:
            raise BindingError(where, "'instead' is the errno itself")
        if condition.class_ == "impossible" and not condition.why:
            raise BindingError(where, "class = \"impossible\": say by 'why' why nothing can provoke it")
        if condition.why and condition.class_ not in ("impossible", "fault") and condition.status != "never":
            raise BindingError(where, "'why' goes with class impossible or fault, or with status never")
        if condition.error in condition.over:
            raise BindingError(where, f"'over' has {condition.error} itself")
        if condition.in_namespace and condition.in_namespace not in self.constants | {"succeeds"}:
            raise BindingError(where, f"in_namespace = '{condition.in_namespace}' is neither an errno nor \"succeeds\"")


def is_error_file(file: pathlib.Path) -> bool:
    return file.stem.endswith(SUFFIX)
