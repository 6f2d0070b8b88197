"""Computes sizes, alignments and offsets from declared fields and a data model.

No compiler is asked. The rules are those that the System V psABIs share: a member
goes to the next multiple of its alignment, a structure is aligned as its strictest
member and padded to a multiple of that, and bit-fields fill storage units of their
declared type from the least significant bit (little-endian) or the most significant
(big-endian). A data model names the rules for bit-fields if they are others.
"""

from __future__ import annotations

import dataclasses

from tools.codegen import c_types
from tools.codegen.bindings import Member, Resolved, Type
from tools.codegen.source import BindingError, Where


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """A field with its place; `path` is how C names it from the outermost type."""

    path: str
    offset: int  # in bytes; of a bit-field, of the byte that holds its first bit
    size: int  # in bytes; 0 for a flexible array and for a bit-field
    type: c_types.CType | None  # None: a nested structure or union
    where: Where
    bit_offset: int = 0  # of a bit-field: from the start of the structure, in memory order
    bits: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Layout:
    size: int
    align: int
    fields: tuple[Field, ...]

    @property
    def public(self) -> tuple[Field, ...]:
        return tuple(
            field for field in self.fields if not any(part.startswith("_") for part in field.path.split("."))
        )


def _round_up(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple


class Layouts:
    """Layouts of the declared types on one target."""

    def __init__(self, resolved: Resolved) -> None:
        self._resolved = resolved
        self._model = resolved.target.arch.model
        self._cache: dict[str, Layout] = {}
        self._open: list[str] = []

    def of(self, name: str) -> Layout:
        """The layout of the declared type `name`."""
        if name in self._cache:
            return self._cache[name]
        binding = self._resolved.bindings.all["type", name]
        if name in self._open:
            raise binding.error(f"contains itself: {' → '.join([*self._open, name])}")
        self._open.append(name)
        declared = self._resolved.type(name)
        if declared.is_type is not None:
            where = binding.where_of("is", self._resolved.target)
            size, align = self.measure(declared.is_type, declared, where)
            layout = Layout(size, align, ())
        else:
            layout = self._members(declared.members, declared.kind, declared, declared.packed)
            align = max(layout.align, declared.align or 1)
            layout = Layout(_round_up(layout.size, align), align, layout.fields)
        self._open.pop()
        self._cache[name] = layout
        return layout

    def measure(self, kind: c_types.CType, within: Type, where: Where) -> tuple[int, int]:
        """Size and alignment of a C type."""
        match kind:
            case c_types.Basic("void") | c_types.Function():
                raise BindingError(where, f"{within.name}: '{c_types.render(kind)}' has no size")
            case c_types.Basic(name):
                base = name.removeprefix("unsigned ").removeprefix("signed ")
                return self._model.sizes["char" if base == "_Bool" else base]
            case c_types.Pointer(to):
                binding = self._resolved.bindings.all["type", within.name]
                self._resolved.check_declared(binding, to, where)
                return self._model.sizes["pointer"]
            case c_types.Const(of):
                return self.measure(of, within, where)
            case c_types.Array(of, count):
                size, align = self.measure(of, within, where)
                return size * (count or 0), align
            case c_types.Named(name):
                binding = self._resolved.bindings.all["type", within.name]
                self._resolved.check_declared(binding, kind, where)
                layout = self.of(name)
                return layout.size, layout.align

    def _members(self, members: tuple[Member, ...], kind: str, within: Type, packed: bool) -> Layout:
        fields: list[Field] = []
        align = 1
        bit = 0  # the first free bit
        end = 0  # the size so far, in bits
        for member in members:
            inner: Layout | None = None
            if isinstance(member.type, tuple):
                # A packed structure does not pack the ones inside it.
                inner = self._members(member.type[1], member.type[0], within, False)
                size, member_align = inner.size, inner.align
            else:
                size, member_align = self.measure(member.type, within, member.where)
            if packed:
                member_align = 1
            if member.bits is not None:
                assert not isinstance(member.type, tuple)
                start, bit, aligns = self._place_bits(member, size, bit, packed, within)
                align = max(align, aligns)
                if member.name:
                    fields.append(
                        Field(member.name, start // 8, 0, member.type, member.where, start, member.bits)
                    )
            else:
                start = _round_up(bit, 8 * member_align)
                bit = start + 8 * size
                align = max(align, member_align)
                offset = start // 8
                leaf = None if isinstance(member.type, tuple) else member.type
                if member.name:
                    fields.append(Field(member.name, offset, size, leaf, member.where))
                if inner is not None:
                    prefix = f"{member.name}." if member.name else ""
                    fields += [
                        dataclasses.replace(
                            field,
                            path=prefix + field.path,
                            offset=offset + field.offset,
                            bit_offset=start + field.bit_offset if field.bits else 0,
                        )
                        for field in inner.fields
                    ]
            end = max(end, bit)
            if kind == "union":
                bit = 0
        return Layout(_round_up(_round_up(end, 8) // 8, align), align, tuple(fields))

    def _place_bits(
        self, member: Member, size: int, bit: int, packed: bool, within: Type
    ) -> tuple[int, int, int]:
        """A bit-field's first bit, the one after its last, and the alignment that it asks for."""
        assert member.bits is not None and not isinstance(member.type, tuple)
        kind = self._resolved.spelled_out(member.type)
        if isinstance(kind, c_types.Const):
            kind = kind.of
        if not isinstance(kind, c_types.Basic) or kind.name not in c_types.INTEGERS:
            raise BindingError(
                member.where,
                f"{within.name}: a bit-field has an integer type, not '{c_types.render(member.type)}'",
            )
        if member.bits > 8 * size:
            raise BindingError(
                member.where, f"{within.name}: {member.bits} bits do not fit a type of {8 * size} bits"
            )
        dense = self._model.bit_fields == "dense"
        _, align = self.measure(c_types.Basic("int") if dense else kind, within, member.where)
        if member.bits == 0:
            if member.name:
                raise BindingError(member.where, f"{within.name}: a bit-field of no bits can't have a name")
            # What follows starts at a new unit, and no packing undoes that.
            return bit, _round_up(bit, 8 * align), align if self._model.bit_fields != "sysv" else 1
        if packed or dense:
            # One that happens to lie like an ordinary member is taken for one.
            ordinary = not packed and member.bits in (16, 32, 64) and bit % (8 * align) == 0
            return bit, bit + member.bits, align if ordinary else 1
        # It does not reach beyond a storage unit of its declared type.
        if bit % (8 * align) + member.bits > 8 * size:
            bit = _round_up(bit, 8 * align)
        return bit, bit + member.bits, align if member.name or self._model.bit_fields == "aapcs" else 1
