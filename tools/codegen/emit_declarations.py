"""Writes all that is declared as JSON, for `plumbline show` and for other languages.

Schema `plumbline.declarations/1`. Targets on which everything is equal share one entry
of `facts`, so a thing that is the same everywhere has one.
"""

from __future__ import annotations

import json
from typing import Any

from tools.codegen import c_types
from tools.codegen.bindings import Binding, Bindings, Common, Constant, Function, Resolved, Type
from tools.codegen.layout import Layouts


def declarations(bindings: Bindings) -> dict[str, Any]:
    views = [bindings.on(target) for target in bindings.targets.all]
    layouts = {str(resolved.target): Layouts(resolved) for resolved in views}
    entries = []
    for binding in bindings.all.values():
        folded: dict[str, dict[str, Any]] = {}
        first: Common | None = None
        for resolved in views:
            name = str(resolved.target)
            entry, facts = _facts(binding, resolved, layouts[name])
            first = first or entry
            shape = json.dumps(facts, sort_keys=True)
            folded.setdefault(shape, {"targets": [], **facts})["targets"].append(name)
        assert first is not None
        entries.append(
            {
                "kind": binding.kind,
                "name": binding.name,
                "family": binding.family,
                "where": str(binding.where),
                "about": binding.about,
                "page": first.page,
                "facts": list(folded.values()),
            }
        )
    return {
        "schema": "plumbline.declarations/1",
        "targets": [
            {
                "name": str(target),
                "arch": target.arch.name,
                "variant": target.special,
                "libc": target.libc,
                "triple": target.arch.triple,
                "model": target.arch.model.name,
                "qemu": target.arch.qemu,
                # False: it is judged from its object files, on the build machine.
                "runs": target.libc == "glibc" and not target.arch.cannot_run,
            }
            for target in bindings.targets.all
        ],
        "families": [{"name": name, **head} for name, head in bindings.families.items()],
        "entries": sorted(entries, key=lambda entry: (entry["name"], entry["kind"])),
    }


def _facts(binding: Binding, resolved: Resolved, layouts: Layouts) -> tuple[Common, dict[str, Any]]:
    entry: Common
    facts: dict[str, Any]
    if binding.kind == "constant":
        entry = resolved.constant(binding.name)
        facts = _constant(entry)
    elif binding.kind == "type":
        entry = resolved.type(binding.name)
        facts = _type(entry, layouts)
    else:
        entry = resolved.function(binding.name)
        facts = _function(entry)
    if not entry.present:
        return entry, {"absent": True}
    since = {axis: getattr(entry.since, axis) for axis in (resolved.target.libc, "headers", "kernel")}
    common = {
        "origin": entry.origin,
        "pinned": entry.pinned,
        "header": entry.header,
        "uapi": entry.uapi,
        "shared": entry.shared,
        "feature": entry.feature,
        "libc_absent": not entry.in_libc,
        "since": {axis: version for axis, version in since.items() if version},
        "note": entry.note,
    }
    return entry, {**facts, **{key: value for key, value in common.items() if value}}


def _constant(constant: Constant) -> dict[str, Any]:
    facts: dict[str, Any] = {"type": c_types.render(constant.type)}
    if constant.value is not None:
        facts["value"] = constant.value
    for key in ("alias", "runtime", "at_least", "at_most"):
        value = getattr(constant, key)
        if value not in (None, "", False):
            facts[key] = value
    if constant.uapi_value != constant.value:
        facts["uapi_value"] = constant.uapi_value
    if not constant.in_if:
        facts["in_if"] = False
    return facts


def _type(declared: Type, layouts: Layouts) -> dict[str, Any]:
    layout = layouts.of(declared.name)
    facts: dict[str, Any] = {"kind": declared.kind, "size": layout.size, "align": layout.align}
    if declared.is_type is not None:
        facts["is"] = c_types.render(declared.is_type)
    if declared.packed:
        facts["packed"] = True
    if layout.fields:
        facts["fields"] = [
            {
                "name": field.path,
                "offset": field.offset,
                "size": field.size,
                **({"type": c_types.render(field.type)} if field.type else {}),
                **({"bits": field.bits, "bit_offset": field.bit_offset} if field.bits else {}),
            }
            for field in layout.public
        ]
    return facts


def _function(function: Function) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "prototype": c_types.render(function.type, function.name),
        # The same with the page's names of parameters, which errors refer to.
        "declaration": function.prototype,
        "failure": function.failure,
    }
    if function.wrapper:
        facts["noexcept"] = function.noexcept
        facts["symbol"] = function.symbol
        facts["versions"] = list(function.versions)
    if function.syscall:
        facts["syscall"] = function.syscall
    return facts
