"""Writes the types of wrappers/constants.toml in C++: headers, and a table of their names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tools.codegen.wrapper_constants import Facility, WrapperConstant, WrapperType

_EDITED = "Written by tools/codegen from wrappers/constants.toml and\n// bindings/*.toml; do not edit."


def header(facilities: Sequence[Facility], name: str) -> str:
    """wrappers/NAME_constants.h."""
    facility = next(one for one in facilities if one.name == name)
    guard = f"WRAPPERS_{name.upper()}_CONSTANTS_H_"
    lines = [f"// The constants of {name} as types. {_EDITED}", ""]
    lines += [f"#ifndef {guard}", f"#define {guard}", ""]
    lines += _includes(facility.include)
    lines.append('#include "wrappers/argument_kind.h"')
    if any(one.kind == "flags" for one in facility.types):
        lines.append('#include "wrappers/flags.h"')
    lines += ["", "namespace plumbline {", ""]
    for kind in facility.types:
        lines += [*(_flags(kind) if kind.kind == "flags" else _enum(kind)), ""]
    lines += ["namespace internal {", ""]
    for kind in facility.types:
        number = numbered(facilities).index(kind)
        lines += ["template <>", f"inline constexpr ArgumentKind kKindOf<{kind.name}> = ConstantsKind({number});", ""]
    lines += ["}  // namespace internal", "}  // namespace plumbline", "", f"#endif  // {guard}", ""]
    return "\n".join(lines)


def numbered(facilities: Sequence[Facility]) -> list[WrapperType]:
    """All types; a type's place is the number by which an error's arguments name it."""
    return [kind for facility in facilities for kind in facility.types]


def _includes(headers: Iterable[str]) -> list[str]:
    return [*(f"#include <{header}>" for header in headers), ""]


def _guarded(constant: WrapperConstant, line: str, fallback: str) -> list[str]:
    """`line`, where the header has the constant; else `fallback`, if its value is known."""
    if constant.always:
        return [line]
    if not _literal(constant):
        return [f"#ifdef {constant.name}", line, "#endif"]
    return [f"#ifdef {constant.name}", line, "#else", fallback, "#endif"]


def _flags(kind: WrapperType) -> list[str]:
    lines = [f"// {kind.about}", f"class {kind.name} : public Flags<{kind.name}, {kind.base}> {{", " public:"]
    lines.append("  using Flags::Flags;")
    for constant in kind.constants:
        line = f"  static const {kind.name} {constant.member};  // {constant.name}"
        lines += [line] if _literal(constant) else _guarded(constant, line, "")
    lines += ["};", ""]
    for constant in kind.constants:
        start = f"inline constexpr {kind.name} {kind.name}::{constant.member} =\n    {kind.name}::FromBits("
        value = f"static_cast<{kind.base}>"
        lines += _guarded(
            constant, f"{start}{value}({constant.name}));", f"{start}{value}({_literal(constant)}));"
        )
    return lines


def _enum(kind: WrapperType) -> list[str]:
    lines = [f"// {kind.about}", f"enum class {kind.name} : {kind.base} {{"]
    for constant in kind.constants:
        value = f"static_cast<{kind.base}>"
        start = f"  {constant.member} = {value}"
        lines += _guarded(
            constant,
            f"{start}({constant.name}),  // {constant.name}",
            f"{start}({_literal(constant)}),  // {constant.name}",
        )
    return [*lines, "};"]


def _literal(constant: WrapperConstant) -> str:
    """Its value, or what it is another name of; empty if neither is the same anywhere."""
    if constant.value is None:
        return constant.alias
    return hex(constant.value) if constant.value >= 0 else str(constant.value)


def names(facilities: Sequence[Facility]) -> str:
    """The table by which an error's arguments are spelled out; defines wrappers/constant_names.h."""
    headers = dict.fromkeys(header for facility in facilities for header in facility.include)
    lines = [f"// The names of constants. {_EDITED}", "", '#include "wrappers/constant_names.h"', ""]
    lines += _includes(sorted(headers))
    lines += ["namespace plumbline::internal {", "namespace {", ""]
    types = numbered(facilities)
    for kind in types:
        lines.append(f"constexpr ConstantName k{kind.name}[] = {{")
        for constant in kind.constants:
            lines += _guarded(
                constant,
                f'    {{static_cast<std::uint64_t>({constant.name}), "{constant.name}"}},',
                f'    {{static_cast<std::uint64_t>({_literal(constant)}), "{constant.name}"}},',
            )
        lines += ["};", ""]
    lines += ["constexpr ConstantsType kTypes[] = {"]
    for kind in types:
        lines.append(f'    {{"{kind.name}", {str(kind.kind == "flags").lower()}, k{kind.name}}},')
    lines += ["};", "", "}  // namespace", ""]
    lines += ["std::span<const ConstantsType> AllConstantsTypes() { return kTypes; }", ""]
    lines += ["}  // namespace plumbline::internal", ""]
    return "\n".join(lines)
