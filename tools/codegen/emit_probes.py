"""Writes what to ask a compiler: one list of probes per family.

A probe is the C or C++ text of one fact (see conformance/abi/facts.h). The list holds
no verdicts; conformance/abi/collect_facts.py compiles it for a target, leaves out what
the target's headers lack, and says so.
"""

from __future__ import annotations

from typing import Any

from tools.codegen import c_types, keys
from tools.codegen.bindings import Common, Constant, Function, Resolved, Type
from tools.codegen.layout import Field, Layouts
from tools.codegen.targets import Target

Probe = dict[str, Any]


def probes(resolved: Resolved, family: str) -> dict[str, Any]:
    """The probes of one family, grouped into units of one header each."""
    units: dict[tuple[str, str, str], list[Probe]] = {}
    layouts = Layouts(resolved)

    def add(entry: Common, side: str, language: str, probe: Probe) -> None:
        header = entry.header if side == "libc" else entry.uapi
        if not header:
            return
        probe["feature"] = entry.feature if side == "libc" else ""
        units.setdefault((language, side, header), []).append(probe)

    for constant in resolved.constants(family):
        for side in keys.SIDES:
            add(constant, side, "c", _constant(constant, side))
    for declared in resolved.types(family):
        for side in keys.SIDES:
            for probe in _type(resolved, declared, layouts, side):
                add(declared, side, "c", probe)
    for function in resolved.functions(family):
        if function.wrapper:
            in_c, in_cxx = prototypes(resolved, function, function.type)
            add(function, "libc", "c", in_c)
            add(function, "libc", "c++", in_cxx)
    return {
        "schema": "plumbline.probes/1",
        "family": family,
        "units": [
            {"language": language, "side": side, "header": header, "probes": entries}
            for (language, side, header), entries in units.items()
        ],
    }


def primitives(target: Target) -> dict[str, Any]:
    """Probes of the data model itself, and of the releases of the headers."""
    release = {"glibc": "__GLIBC__", "glibc_minor": "__GLIBC_MINOR__"}
    if target.libc == "musl":
        release = {"musl": "PLUMBLINE_MUSL"}  # musl's headers don't tell; whoever calls the compiler does
    names = ("char", "short", "int", "long", "long long", "float", "double", "long double")
    entries = [
        _plain(keys.primitive(name), f"PLUMBLINE_SCALAR(%KEY%, %FLAGS%, {spelling})")
        for name, spelling in [*((name, name) for name in names), ("pointer", "void *")]
    ]
    units = [("stddef.h", entries)]
    for header, names_of_header in (
        ("features.h", release),
        ("linux/version.h", {"kernel_headers": "LINUX_VERSION_CODE"}),
        ("limits.h", {"char_min": "CHAR_MIN"}),
    ):
        units.append(
            (
                header,
                [
                    _plain(keys.environment(name), f"PLUMBLINE_CONSTANT(%KEY%, %FLAGS%, {macro})")
                    for name, macro in names_of_header.items()
                ],
            )
        )
    return {
        "schema": "plumbline.probes/1",
        "family": "data_models",
        "units": [
            {"language": "c", "side": "libc", "header": header, "probes": probes_of_header}
            for header, probes_of_header in units
        ],
    }


def _plain(key: str, row: str) -> Probe:
    return {"key": key, "row": row.replace("%KEY%", keys.literal(key)), "feature": ""}


def _constant(constant: Constant, side: str) -> Probe:
    name = constant.name if side == "libc" else constant.uapi_name
    value = constant.value if side == "libc" else constant.uapi_value
    key = keys.constant(constant.name, side)
    hashed = keys.literal(key)
    probe: Probe = {"key": key, "defined": name}
    if constant.runtime and side == "libc":
        function = f"plumbline_evaluate_{constant.name}"
        probe["definition"] = f"static long long {function}(void) {{ return (long long)({name}); }}"
        probe["row"] = f"PLUMBLINE_EVALUATED_CONSTANT({hashed}, %FLAGS%, {name})"
        probe["runtime"] = f"PLUMBLINE_EVALUATE({hashed}, {function})"
        return probe
    pointer = isinstance(constant.type, c_types.Pointer)
    macro = "PLUMBLINE_POINTER_CONSTANT" if pointer else "PLUMBLINE_CONSTANT"
    probe["row"] = f"{macro}({hashed}, %FLAGS%, {name})"
    if value is not None and not pointer:
        # The preprocessor computes in intmax_t, so a literal above its range must be unsigned.
        suffix = "u" if value > 0x7FFFFFFFFFFFFFFF else ""
        probe["condition"] = f"({name}) == ({value}{suffix})"
    return probe


def _type(resolved: Resolved, declared: Type, layouts: Layouts, side: str) -> list[Probe]:
    name = declared.name if side == "libc" else declared.uapi_name
    key = keys.type_(declared.name, side)
    macro = "PLUMBLINE_SIZE"
    if declared.kind == "scalar":
        macro = "PLUMBLINE_SCALAR"
    probe: Probe = {"key": key, "defined": name, "row": f"{macro}({keys.literal(key)}, %FLAGS%, {name})"}
    result = [probe]
    for field in layouts.of(declared.name).public:
        result.append(_field(declared, name, field, side))
    return result


def _field(declared: Type, name: str, field: Field, side: str) -> Probe:
    key = keys.field(declared.name, field.path, side)
    hashed = keys.literal(key)
    if field.bits:
        function = f"plumbline_bits_{keys.fnv1a(key):x}"
        return {
            "key": key,
            "definition": (
                f"static long long {function}(void) {{ union {{ {name} t; unsigned char b[sizeof({name})]; }} u; "
                f"for (unsigned i = 0; i < sizeof u.b; ++i) u.b[i] = 0; u.t.{field.path} = -1; "
                "long long first = -1, count = 0; "
                "for (unsigned i = 0; i < 8 * sizeof u.b; ++i) { "
                "unsigned bit = PLUMBLINE_BIG_ENDIAN ? 7 - i % 8 : i % 8; "
                "if (u.b[i / 8] >> bit & 1) { if (first < 0) first = i; ++count; } } "
                "return first << 16 | count; }"
            ),
            "row": f"{{{hashed}, 0, 0, 0, PLUMBLINE_OTHER, %FLAGS% | PLUMBLINE_PRESENT}},",
            "runtime": f"PLUMBLINE_EVALUATE({hashed}, {function})",
        }
    element, kind = field.path, field.type
    flexible = isinstance(kind, c_types.Array) and kind.count is None
    while isinstance(kind, c_types.Array):
        element += "[0]"
        kind = kind.of
    if kind is None:
        row = f"PLUMBLINE_AGGREGATE_FIELD({hashed}, %FLAGS%, {name}, {field.path})"
    elif flexible:
        row = f"PLUMBLINE_FLEXIBLE_FIELD({hashed}, %FLAGS%, {name}, {field.path}, {element})"
    else:
        row = f"PLUMBLINE_FIELD({hashed}, %FLAGS%, {name}, {field.path}, {element})"
    return {"key": key, "row": row}


def prototypes(resolved: Resolved, function: Function, kind: c_types.CType) -> tuple[Probe, Probe]:
    """The probes of a function of type `kind`, as C and as C++ see it."""
    spelled = resolved.spelled_out(kind)
    pointer = c_types.render(c_types.Pointer(spelled))
    # Only to name parameters' types; the function itself must be in its own header.
    more = sorted(resolved.headers_of(spelled) - {function.header, ""})
    name = function.name
    key = keys.prototype(name, "c")
    hashed, address = keys.literal(key), keys.literal(keys.address(name))
    in_c = {
        "key": key,
        "presence": f"PLUMBLINE_FUNCTION({hashed}, %FLAGS%, {name})",
        "row": f"PLUMBLINE_PROTOTYPE({hashed}, %FLAGS%, {name}, {pointer})",
        "runtime": f"PLUMBLINE_ADDRESS({address}, {name})",
        "headers": more,
    }
    key = keys.prototype(name, "c++")
    hashed = keys.literal(key)
    in_cxx = {
        "key": key,
        "presence": f"plumbline::Present({hashed}, %FLAGS%, &::{name}),",
        "row": f"plumbline::Prototype<{pointer}>({hashed}, %FLAGS%, &::{name}),",
        "text": f"{{{hashed}, plumbline::TypeName(&::{name})}},",
        "headers": more,
    }
    return in_c, in_cxx
