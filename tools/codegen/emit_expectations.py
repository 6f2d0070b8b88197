"""Writes what a target's compiler and library must say, as tables of text.

A row is `kind TAB key=value TAB key=value …`; conformance/abi/expectations.h reads it.
"""

from __future__ import annotations

from tools.codegen import c_types
from tools.codegen.bindings import Common, Constant, Function, Resolved, Type
from tools.codegen.layout import Field, Layouts
from tools.codegen.source import Where
from tools.codegen.targets import PRIMITIVES, Target


def expectations(resolved: Resolved, family: str) -> str:
    layouts = Layouts(resolved)
    rows = [_constant(resolved, constant) for constant in resolved.constants(family)]
    rows += type_rows(resolved, family, layouts)
    rows += [_function(function) for function in resolved.functions(family)]
    rows.append(_census(resolved, layouts, family))
    return "".join(f"{row}\n" for row in rows)


def type_rows(resolved: Resolved, family: str, layouts: Layouts) -> list[str]:
    return [row for declared in resolved.types(family) for row in _type(resolved, declared, layouts)]


def primitives(resolved: Resolved, where: Where) -> str:
    """The data model's own rows."""
    model = resolved.target.arch.model
    rows = []
    for name in ("char", *PRIMITIVES):
        size, align = model.sizes[name]
        kind: c_types.CType = c_types.Basic(name)
        if name == "pointer":
            kind = c_types.Pointer(c_types.Basic("void"))
        rows.append(
            row("primitive", name=name, where=where, size=size, align=align, **{"class": type_class(resolved, kind)})
        )
    rows.append(row("census", where=where, primitive=len(model.sizes)))
    return "".join(f"{row}\n" for row in rows)


def _census(resolved: Resolved, layouts: Layouts, family: str) -> str:
    """How many rows there must be; counted from the files, not from the rows."""
    bindings = [b for b in resolved.bindings.all.values() if b.family == family]
    names = {kind: [b.name for b in bindings if b.kind == kind] for kind in ("constant", "type", "function")}
    return row(
        "census",
        where=Where(bindings[0].document.file, 1) if bindings else "",
        constant=len(names["constant"]),
        type=len(names["type"]),
        field=sum(len(layouts.of(name).public) for name in names["type"]),
        function=len(names["function"]),
    )


def row(kind: str, /, **keys: object) -> str:
    cells = [kind]
    for key, value in keys.items():
        if value is None or value == "" or value is False:
            continue
        text = "1" if value is True else str(value)
        assert "\t" not in text and "\n" not in text, text
        cells.append(f"{key}={text}")
    return "\t".join(cells)


def _since(entry: Common) -> dict[str, str]:
    since = entry.since
    return {entry.libc: getattr(since, entry.libc), "headers": since.headers, "kernel": since.kernel}


def _common(entry: Common) -> dict[str, object]:
    return {
        "name": entry.name,
        "where": entry.where,
        "absent": not entry.present,
        "libc_absent": not entry.in_libc,
        "pinned": entry.pinned,
        "origin": entry.origin,
        "header": entry.header,
        "uapi": entry.uapi,
        "shared": entry.shared,
        "feature": entry.feature,
        **_since(entry),
    }


def tables_source(target: Target, tables: dict[str, str]) -> str:
    """The C++ source that defines conformance/abi/tables.h."""
    lines = ['#include "conformance/abi/tables.h"', "", "namespace plumbline::abi {", ""]
    lines.append(f'const char kArch[] = "{target.arch.name}";')
    lines.append(f'const char kVariant[] = "{target.special}";')
    lines += ["", "namespace {", "", "constexpr Table kTables[] = {"]
    for family, text in sorted(tables.items()):
        lines.append(f'    {{"{family}",')
        for row in text.splitlines():
            quoted = row.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
            lines.append(f'     "{quoted}\\n"')
        lines.append("    },")
    lines += ["};", "", "}  // namespace", ""]
    lines += ["std::span<const Table> Tables() { return kTables; }", "", "}  // namespace plumbline::abi", ""]
    return "\n".join(lines)


def _constant(resolved: Resolved, constant: Constant) -> str:
    value, uapi_value = constant.value, constant.uapi_value
    if isinstance(constant.type, c_types.Pointer):
        mask = (1 << 8 * resolved.target.arch.model.sizes["pointer"][0]) - 1
        value = None if value is None else value & mask
        uapi_value = None if uapi_value is None else uapi_value & mask
    return row(
        "constant",
        **_common(constant),
        type=c_types.render(constant.type),
        value=value,
        uapi_value=uapi_value,
        at_least=constant.at_least,
        at_most=constant.at_most,
        in_if=constant.in_if,
        runtime=constant.runtime,
    )


def type_class(resolved: Resolved, kind: c_types.CType | None) -> str:
    """signed, unsigned, floating, pointer or aggregate."""
    while isinstance(kind, (c_types.Array, c_types.Const)):
        kind = kind.of
    match kind:
        case c_types.Pointer():
            return "pointer"
        case c_types.Basic("float" | "double" | "long double"):
            return "floating"
        case c_types.Basic():
            limits = resolved.integer_range(kind)
            assert limits is not None
            return "signed" if limits[0] < 0 else "unsigned"
        case c_types.Named(name):
            if name.startswith("enum "):
                return "unsigned"
            declared = resolved.type(name)
            return type_class(resolved, declared.is_type if declared.kind == "scalar" else None)
        case _:
            return "aggregate"


def _type(resolved: Resolved, declared: Type, layouts: Layouts) -> list[str]:
    layout = layouts.of(declared.name)
    scalar = declared.kind == "scalar"
    rows = [
        row(
            "type",
            **_common(declared),
            kind=declared.kind,
            size=layout.size,
            align=layout.align,
            **{"class": type_class(resolved, declared.is_type) if scalar else ""},
        )
    ]
    rows += [_field(resolved, declared, field) for field in layout.public]
    return rows


def _field(resolved: Resolved, declared: Type, field: Field) -> str:
    flexible = isinstance(field.type, c_types.Array) and field.type.count is None
    return row(
        "field",
        **(_common(declared) | {"where": field.where}),
        field=field.path,
        offset=field.offset,
        size=None if flexible or field.bits else field.size,
        bits=field.bits or None,
        bit_offset=field.bit_offset if field.bits else None,
        declared=c_types.render(field.type) if field.type else "",
        **{"class": type_class(resolved, field.type)},
    )


def _function(function: Function) -> str:
    return row(
        "function",
        **_common(function),
        prototype=c_types.render(function.type, function.name),
        noexcept=function.noexcept,
        symbol=function.symbol if function.wrapper else function.name,
        versions=",".join(function.versions),
        no_wrapper=not function.wrapper,
    )
