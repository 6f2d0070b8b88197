"""Reads wrappers/constants.toml: which declared constants become which C++ type."""

from __future__ import annotations

import dataclasses
import fnmatch
import re
from typing import Any

from tools.codegen.bindings import Bindings, Constant
from tools.codegen.source import BindingError, Document, Where

_FACILITY_KEYS = {"include", "types", "left_out"}
_TYPE_KEYS = {"kind", "base", "prefix", "of", "about"}
_KINDS = ("flags", "enum")


@dataclasses.dataclass(frozen=True, slots=True)
class WrapperConstant:
    name: str  # "EPOLL_CTL_ADD"
    family: str  # the bindings file that declares it
    member: str  # "kCtlAdd"
    always: bool  # every libc's header of every target has it
    value: int | None  # the one that it has everywhere, if it is one
    alias: str  # what else it is everywhere: "O_NONBLOCK"


@dataclasses.dataclass(frozen=True, slots=True)
class WrapperType:
    """A class of flags, or an enumeration."""

    name: str
    facility: str
    kind: str
    base: str
    about: str
    constants: tuple[WrapperConstant, ...]
    where: Where


@dataclasses.dataclass(frozen=True, slots=True)
class Facility:
    name: str
    include: tuple[str, ...]
    types: tuple[WrapperType, ...]
    left_out: tuple[str, ...]


def load(document: Document, bindings: Bindings) -> list[Facility]:
    """Every facility; BindingError says what is wrong with the file."""
    declared = _declared(bindings)
    facilities = []
    types: dict[str, Where] = {}
    for name, table in document.data.items():
        facility = _facility(document, name, table, declared)
        for one in facility.types:
            if one.name in types:
                raise BindingError(one.where, f"type '{one.name}' is declared at {types[one.name]} too")
            types[one.name] = one.where
        facilities.append(facility)
    return facilities


def _declared(bindings: Bindings) -> dict[str, WrapperConstant]:
    """Every constant with a value that the compiler knows, by name, in the bindings' order."""
    found = {}
    targets = [bindings.on(target) for target in bindings.targets.all]
    for binding in bindings.names("constant"):
        resolved = [on.constant(binding.name) for on in targets]
        if all(constant.runtime or not constant.present for constant in resolved):
            continue
        # One that some architecture does not have is nothing there, whatever it is elsewhere.
        everywhere = all(constant.present for constant in resolved)
        values = {constant.value for constant in resolved if everywhere}
        aliases = {constant.alias for constant in resolved if everywhere}
        found[binding.name] = WrapperConstant(
            name=binding.name,
            family=binding.family,
            member="",
            always=all(map(_always_there, resolved)),
            value=values.pop() if len(values) == 1 else None,
            alias=aliases.pop() if len(aliases) == 1 else "",
        )
    return found


def _always_there(constant: Constant) -> bool:
    """Whether every release of the C library's header has it."""
    since = constant.since
    younger = since.glibc or since.musl or (constant.shared and since.headers)
    return constant.present and constant.in_libc and bool(constant.header) and not younger


def _facility(document: Document, name: str, table: Any, declared: dict[str, WrapperConstant]) -> Facility:
    where = document.where((name,))
    if not isinstance(table, dict):
        raise BindingError(where, f"'{name}' must be a table")
    for key in table.keys() - _FACILITY_KEYS:
        raise BindingError(document.where((name, key)), f"unknown key '{key}'; known are {_list(_FACILITY_KEYS)}")
    types = tuple(
        _type(document, (name, "types", type_name), one, declared) for type_name, one in table.get("types", {}).items()
    )
    include = table.get("include", [])
    if not include or not all(isinstance(header, str) for header in include):
        raise BindingError(where, f"'{name}' needs include, a list of the C headers that define its constants")
    left_out = tuple(table.get("left_out", {}))
    for pattern in left_out:
        _matching(pattern, declared, document.where((name, "left_out", pattern)))
    return Facility(name=name, include=tuple(include), types=types, left_out=left_out)


def _type(
    document: Document, path: tuple[str, str, str], table: Any, declared: dict[str, WrapperConstant]
) -> WrapperType:
    where = document.where(path)
    name = path[-1]
    if not isinstance(table, dict) or table.keys() != _TYPE_KEYS:
        raise BindingError(where, f"'{name}' needs exactly the keys {_list(_TYPE_KEYS)}")
    if table["kind"] not in _KINDS:
        raise BindingError(document.where((*path, "kind")), f"kind is one of {_list(set(_KINDS))}")
    if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name):
        raise BindingError(where, f"'{name}' is no name of a type, such as EpollEvents")
    constants: list[WrapperConstant] = []
    members: dict[str, str] = {}
    for pattern in table["of"]:
        for constant in _matching(pattern, declared, document.where((*path, "of"))):
            if any(other.name == constant.name for other in constants):
                continue
            member = _member(constant.name, table["prefix"])
            if member == "k":
                raise BindingError(where, f"{constant.name} has nothing after the prefix '{table['prefix']}'")
            if member in members:
                raise BindingError(where, f"{constant.name} and {members[member]} are both {member}")
            members[member] = constant.name
            constants.append(dataclasses.replace(constant, member=member))
    return WrapperType(
        name=name,
        facility=path[0],
        kind=table["kind"],
        base=table["base"],
        about=table["about"],
        constants=tuple(constants),
        where=where,
    )


def _matching(pattern: str, declared: dict[str, WrapperConstant], where: Where) -> list[WrapperConstant]:
    """Those that fit EPOLL_*, or errno/E*, of bindings/errno.toml only; in the bindings' order."""
    family, slash, glob = pattern.rpartition("/")
    found = [
        constant
        for name, constant in declared.items()
        if fnmatch.fnmatchcase(name, glob) and (not slash or constant.family == family)
    ]
    if not found:
        raise BindingError(where, f"'{pattern}' is no constant that bindings/*.toml declares with a value")
    return found


def _member(name: str, prefix: str) -> str:
    """EPOLL_CTL_ADD without EPOLL_ is kCtlAdd."""
    return "k" + "".join(word.capitalize() for word in name.removeprefix(prefix).split("_") if word)


def _list(names: set[str]) -> str:
    return ", ".join(sorted(names))
