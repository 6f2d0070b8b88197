"""Architectures, data models and the targets that they make."""

from __future__ import annotations

import dataclasses
import pathlib
import re
from collections.abc import Mapping
from typing import Any

from tools.codegen.source import BindingError, Document, Where

PRIMITIVES = ("short", "int", "long", "long long", "pointer", "float", "double", "long double")
BIT_FIELDS = ("sysv", "aapcs", "dense")
LIBCS = ("glibc", "musl")  # every architecture has the first


@dataclasses.dataclass(frozen=True, slots=True)
class DataModel:
    """What a psABI says of the primitive types as members of a structure."""

    name: str
    char_signed: bool
    sizes: dict[str, tuple[int, int]]  # primitive → (size, alignment)
    bit_fields: str = "sysv"  # one of BIT_FIELDS


@dataclasses.dataclass(frozen=True, slots=True)
class Architecture:
    name: str
    triple: str
    model: DataModel
    little_endian: bool
    glibc_nodes: tuple[tuple[int, ...], ...]
    qemu: str
    variants: tuple[str, ...]  # with glibc
    libcs: tuple[str, ...]
    groups: tuple[str, ...]
    cannot_run: str  # why no program of it runs here; "" where one does

    def version_node(self, version: str) -> str:
        """The node that this port of glibc exports a symbol of `version` under.

        A port lists its oldest nodes in shlib-versions; each listed node takes in
        everything older that no earlier listed one has.
        """
        number = parse_version(version)
        for node in self.glibc_nodes:
            if number <= node:
                return ".".join(map(str, node))
        return version


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    """An architecture, a way to compile for it, and a C library."""

    arch: Architecture
    variant: str = ""
    libc: str = LIBCS[0]

    @property
    def special(self) -> str:
        """What sets it apart from the architecture's default: a variant, a C library, or nothing."""
        return self.variant or (self.libc if self.libc != LIBCS[0] else "")

    def __str__(self) -> str:
        return f"{self.arch.name}/{self.special}" if self.special else self.arch.name

    def fit(self, selector: str) -> int:
        """How narrowly a selector names this target; 0 when it does not."""
        if selector in self.arch.groups:
            return 1
        if selector == self.arch.name:
            return 2
        # musl is compiled for in one way, which is every variant's: its time_t has 64 bits.
        for variant in (self.variant,) if self.libc == LIBCS[0] else self.arch.variants:
            if variant and selector == variant:
                return 3
            if variant and selector == f"{self.arch.name}/{variant}":
                return 4
        if self.libc != LIBCS[0] and selector == self.libc:
            return 5
        if self.libc != LIBCS[0] and selector == str(self):
            return 6
        return 0


def parse_version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


class Targets:
    """The content of data_models.toml."""

    def __init__(self, document: Document) -> None:
        self._document = document
        data = document.data
        unknown = set(data) - {"architectures", "variants", "groups", "models"}
        if unknown:
            raise BindingError(
                document.where((min(unknown),)),
                f"unknown table '{min(unknown)}'; known are architectures, variants, groups, models",
            )
        for name, value in data.items():
            if not isinstance(value, dict):
                raise BindingError(document.where((name,)), f"'{name}' must be a table")
        models = {name: self._model(name, value) for name, value in data.get("models", {}).items()}
        self.variants: dict[str, tuple[str, ...]] = {}
        for name, value in data.get("variants", {}).items():
            self._keys(("variants", name), value, {"defines": list, "about": str})
            self.variants[name] = self._strings(("variants", name, "defines"), value["defines"])
        self.groups: dict[str, tuple[str, ...]] = {
            name: self._strings(("groups", name), members) for name, members in data.get("groups", {}).items()
        }
        self.architectures: dict[str, Architecture] = {}
        for name, value in data.get("architectures", {}).items():
            self.architectures[name] = self._architecture(name, value, models)
        for name, members in self.groups.items():
            for member in members:
                if member not in self.architectures:
                    raise BindingError(
                        document.where(("groups", name)),
                        f"group '{name}' names '{member}', which is not an architecture; "
                        f"known are {', '.join(self.architectures)}",
                    )
        self.all: tuple[Target, ...] = tuple(
            Target(arch, variant, libc)
            for arch in self.architectures.values()
            for libc in arch.libcs
            for variant in ("", *(arch.variants if libc == LIBCS[0] else ()))
        )
        self.selectors = frozenset(
            {*self.architectures, *self.groups, *self.variants, *LIBCS[1:]}
            | {str(target) for target in self.all}
        )
        for kind, names in (("group", self.groups), ("variant", self.variants)):
            for clash in sorted(set(names) & set(self.architectures)):
                raise BindingError(
                    document.where((f"{kind}s", clash)),
                    f"'{clash}' is both a {kind} and an architecture; rename the {kind}",
                )
            for clash in sorted(set(names) & set(LIBCS)):
                raise BindingError(
                    document.where((f"{kind}s", clash)), f"'{clash}' is a C library; rename the {kind}"
                )
        for clash in sorted(set(self.groups) & set(self.variants)):
            raise BindingError(
                document.where(("groups", clash)), f"'{clash}' is both a group and a variant; rename the group"
            )

    @staticmethod
    def load(path: pathlib.Path) -> Targets:
        return Targets(Document.load(path))

    def get(self, name: str) -> Target:
        """The target named `i386`, `i386/time64` or `amd64/musl`; KeyError if there is none."""
        for target in self.all:
            if str(target) == name:
                return target
        raise KeyError(name)

    def where_of_model(self, arch: Architecture) -> Where:
        return self._where("models", arch.model.name)

    def _where(self, *path: str) -> Where:
        return self._document.where(path)

    def _strings(self, path: tuple[str, ...], value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise BindingError(self._where(*path), f"'{path[-1]}' must be a list of strings")
        return tuple(value)

    def _keys(
        self, path: tuple[str, ...], value: Any, keys: Mapping[str, type], optional: frozenset[str] = frozenset()
    ) -> None:
        where = self._where(*path)
        name = path[-1]
        if not isinstance(value, dict):
            raise BindingError(where, f"'{name}' must be a table with {', '.join(keys)}")
        for key in value:
            if key not in keys:
                raise BindingError(where, f"'{name}': unknown key '{key}'; known are {', '.join(keys)}")
        for key, kind in keys.items():
            if key not in value:
                if key in optional:
                    continue
                raise BindingError(where, f"'{name}': missing key '{key}'")
            if not isinstance(value[key], kind):
                raise BindingError(where, f"'{name}': '{key}' must be a {kind.__name__}")

    def _model(self, name: str, value: Any) -> DataModel:
        keys: dict[str, type] = {"char": str, **{p: list for p in PRIMITIVES}, "bit_fields": str}
        self._keys(("models", name), value, keys, frozenset({"bit_fields"}))
        where = self._where("models", name)
        if value["char"] not in ("signed", "unsigned"):
            raise BindingError(where, f"model '{name}': char is 'signed' or 'unsigned'")
        bit_fields = value.get("bit_fields", BIT_FIELDS[0])
        if bit_fields not in BIT_FIELDS:
            raise BindingError(where, f"model '{name}': bit_fields is one of {', '.join(map(repr, BIT_FIELDS))}")
        sizes = {"char": (1, 1)}
        for primitive in PRIMITIVES:
            pair = value[primitive]
            if len(pair) != 2 or not all(isinstance(n, int) and n > 0 for n in pair):
                raise BindingError(where, f"model '{name}': '{primitive}' must be [size, alignment]")
            if pair[1] & (pair[1] - 1):
                raise BindingError(where, f"model '{name}': alignment of '{primitive}' is no power of two")
            sizes[primitive] = (pair[0], pair[1])
        return DataModel(name, value["char"] == "signed", sizes, bit_fields)

    def _architecture(self, name: str, value: Any, models: dict[str, DataModel]) -> Architecture:
        keys = {"triple": str, "model": str, "endian": str, "glibc": list, "qemu": str, "variants": list}
        optional = {"libcs": list, "cannot_run": str}
        self._keys(("architectures", name), value, {**keys, **optional}, frozenset(optional))
        where = self._where("architectures", name)
        if value["model"] not in models:
            raise BindingError(
                where, f"'{name}': no data model '{value['model']}'; known are {', '.join(models)}"
            )
        if value["endian"] not in ("little", "big"):
            raise BindingError(where, f"'{name}': endian is 'little' or 'big'")
        nodes = self._strings(("architectures", name, "glibc"), value["glibc"])
        if not nodes or not all(re.fullmatch(r"\d+(\.\d+)+", node) for node in nodes):
            raise BindingError(where, f"'{name}': 'glibc' must be a list of version nodes such as [\"2.2.5\"]")
        for variant in self._strings(("architectures", name, "variants"), value["variants"]):
            if variant not in self.variants:
                raise BindingError(
                    where, f"'{name}': no variant '{variant}'; known are {', '.join(self.variants)}"
                )
        libcs = self._strings(("architectures", name, "libcs"), value.get("libcs", [LIBCS[0]]))
        if LIBCS[0] not in libcs or not set(libcs) <= set(LIBCS):
            raise BindingError(where, f"'{name}': libcs must have '{LIBCS[0]}', and can have {', '.join(LIBCS[1:])}")
        return Architecture(
            name=name,
            triple=value["triple"],
            model=models[value["model"]],
            little_endian=value["endian"] == "little",
            glibc_nodes=tuple(map(parse_version, nodes)),
            qemu=value["qemu"],
            variants=tuple(value["variants"]),
            libcs=libcs,
            groups=tuple(group for group, members in self.groups.items() if name in members),
            cannot_run=value.get("cannot_run", ""),
        )
