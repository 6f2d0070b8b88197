"""Architectures, data models and the targets that they make."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Mapping
from typing import Any

from tools.codegen.source import BindingError, Document, Where

PRIMITIVES = ("short", "int", "long", "long long", "pointer", "float", "double", "long double")


@dataclasses.dataclass(frozen=True, slots=True)
class DataModel:
    """What a psABI says of the primitive types as members of a structure."""

    name: str
    char_signed: bool
    sizes: dict[str, tuple[int, int]]  # primitive → (size, alignment)
    unnamed_bits_align: bool = False  # an unnamed bit-field counts for its structure's alignment


@dataclasses.dataclass(frozen=True, slots=True)
class Architecture:
    name: str
    triple: str
    model: DataModel
    little_endian: bool
    glibc_nodes: tuple[tuple[int, ...], ...]
    qemu: str
    variants: tuple[str, ...]
    groups: tuple[str, ...]

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
    """An architecture and a way to compile for it."""

    arch: Architecture
    variant: str = ""

    def __str__(self) -> str:
        return f"{self.arch.name}/{self.variant}" if self.variant else self.arch.name

    def fit(self, selector: str) -> int:
        """How narrowly a selector names this target; 0 when it does not."""
        if selector in self.arch.groups:
            return 1
        if selector == self.arch.name:
            return 2
        if self.variant and selector == self.variant:
            return 3
        if self.variant and selector == str(self):
            return 4
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
        models = {name: self._model(name, value) for name, value in data.get("models", {}).items()}
        self.variants: dict[str, tuple[str, ...]] = {}
        for name, value in data.get("variants", {}).items():
            self._keys(("variants", name), value, {"defines": list, "about": str})
            self.variants[name] = tuple(value["defines"])
        self.groups: dict[str, tuple[str, ...]] = {
            name: tuple(members) for name, members in data.get("groups", {}).items()
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
            Target(arch, variant)
            for arch in self.architectures.values()
            for variant in ("", *arch.variants)
        )
        self.selectors = frozenset(
            {*self.architectures, *self.groups, *self.variants}
            | {str(target) for target in self.all}
        )
        clash = set(self.groups) & set(self.architectures)
        if clash:
            raise BindingError(
                document.where(("groups", min(clash))),
                f"'{min(clash)}' is both a group and an architecture; rename the group",
            )

    @staticmethod
    def load(path: pathlib.Path) -> Targets:
        return Targets(Document.load(path))

    def get(self, name: str) -> Target:
        """The target named `i386` or `i386/time64`; KeyError if there is none."""
        for target in self.all:
            if str(target) == name:
                return target
        raise KeyError(name)

    def where_of_model(self, arch: Architecture) -> Where:
        return self._where("models", arch.model.name)

    def _where(self, *path: str) -> Where:
        return self._document.where(path)

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
        keys = {"char": str, **{p: list for p in PRIMITIVES}, "unnamed_bits_align": bool}
        self._keys(("models", name), value, keys, frozenset({"unnamed_bits_align"}))
        where = self._where("models", name)
        if value["char"] not in ("signed", "unsigned"):
            raise BindingError(where, f"model '{name}': char is 'signed' or 'unsigned'")
        sizes = {"char": (1, 1)}
        for primitive in PRIMITIVES:
            pair = value[primitive]
            if len(pair) != 2 or not all(isinstance(n, int) and n > 0 for n in pair):
                raise BindingError(where, f"model '{name}': '{primitive}' must be [size, alignment]")
            if pair[1] & (pair[1] - 1):
                raise BindingError(where, f"model '{name}': alignment of '{primitive}' is no power of two")
            sizes[primitive] = (pair[0], pair[1])
        return DataModel(name, value["char"] == "signed", sizes, value.get("unnamed_bits_align", False))

    def _architecture(self, name: str, value: Any, models: dict[str, DataModel]) -> Architecture:
        keys = {"triple": str, "model": str, "endian": str, "glibc": list, "qemu": str, "variants": list}
        self._keys(("architectures", name), value, keys)
        where = self._where("architectures", name)
        if value["model"] not in models:
            raise BindingError(
                where, f"'{name}': no data model '{value['model']}'; known are {', '.join(models)}"
            )
        if value["endian"] not in ("little", "big"):
            raise BindingError(where, f"'{name}': endian is 'little' or 'big'")
        for variant in value["variants"]:
            if variant not in self.variants:
                raise BindingError(
                    where, f"'{name}': no variant '{variant}'; known are {', '.join(self.variants)}"
                )
        return Architecture(
            name=name,
            triple=value["triple"],
            model=models[value["model"]],
            little_endian=value["endian"] == "little",
            glibc_nodes=tuple(parse_version(v) for v in value["glibc"]),
            qemu=value["qemu"],
            variants=tuple(value["variants"]),
            groups=tuple(group for group, members in self.groups.items() if name in members),
        )
