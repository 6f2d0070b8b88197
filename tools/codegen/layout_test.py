"""Tests of the layout computation: against the psABIs, against rules, against compilers."""

from __future__ import annotations

import dataclasses
import pathlib
import random
import struct
import subprocess

import pytest

from tools.codegen import testing
from tools.codegen.layout import Field, Layout, Layouts
from tools.codegen.source import BindingError
from tools.codegen.targets import Targets
from tools.codegen.testing import layouts, table

ARCHITECTURES = Targets.load(testing.MODELS).architectures


def places(layout: Layout) -> dict[str, int]:
    return {field.path: field.offset for field in layout.fields}


def bits(layout: Layout) -> dict[str, tuple[int, int]]:
    """First bit and width of every bit-field."""
    return {field.path: (field.bit_offset, field.bits) for field in layout.fields if field.bits}


# ----------------------------------------------------------------------------
# Primitive types. Written from the psABIs: size and alignment in a structure.

_ILP32 = {"short": (2, 2), "int": (4, 4), "long": (4, 4), "void *": (4, 4), "float": (4, 4)}
_LP64 = {"short": (2, 2), "int": (4, 4), "long": (8, 8), "void *": (8, 8), "float": (4, 4)}
_EIGHT_BY_EIGHT = {"long long": (8, 8), "double": (8, 8)}
_EIGHT_BY_FOUR = {"long long": (8, 4), "double": (8, 4)}
_64 = _LP64 | _EIGHT_BY_EIGHT | {"long double": (16, 16)}
_32 = _ILP32 | _EIGHT_BY_EIGHT

SIGNED, UNSIGNED = True, False
LITTLE, BIG = True, False
PRIMITIVES: dict[str, tuple[bool, bool, dict[str, tuple[int, int]]]] = {
    "amd64": (SIGNED, LITTLE, _64),
    "i386": (SIGNED, LITTLE, _ILP32 | _EIGHT_BY_FOUR | {"long double": (12, 4)}),
    "x32": (SIGNED, LITTLE, _32 | {"long double": (16, 16)}),
    "arm64": (UNSIGNED, LITTLE, _64),
    "armhf": (UNSIGNED, LITTLE, _32 | {"long double": (8, 8)}),
    "armel": (UNSIGNED, LITTLE, _32 | {"long double": (8, 8)}),
    "riscv64": (UNSIGNED, LITTLE, _64),
    "ppc64el": (UNSIGNED, LITTLE, _64),
    "ppc64": (UNSIGNED, BIG, _64),
    "powerpc": (UNSIGNED, BIG, _32 | {"long double": (16, 16)}),
    "s390x": (UNSIGNED, BIG, _64 | {"long double": (16, 8)}),
    "mips": (SIGNED, BIG, _32 | {"long double": (8, 8)}),
    "mipsel": (SIGNED, LITTLE, _32 | {"long double": (8, 8)}),
    "mips64": (SIGNED, BIG, _64),
    "mips64el": (SIGNED, LITTLE, _64),
    "sparc64": (SIGNED, BIG, _64),
    "alpha": (SIGNED, LITTLE, _64),
    "hppa": (SIGNED, BIG, _32 | {"long double": (8, 8)}),
    "m68k": (
        SIGNED,
        BIG,
        {
            "short": (2, 2),
            "int": (4, 2),
            "long": (4, 2),
            "void *": (4, 2),
            "float": (4, 2),
            "long long": (8, 2),
            "double": (8, 2),
            "long double": (12, 2),
        },
    ),
    "sh4": (SIGNED, LITTLE, _ILP32 | _EIGHT_BY_FOUR | {"long double": (8, 4)}),
}


def test_every_architecture_is_written_here() -> None:
    assert list(PRIMITIVES) == list(ARCHITECTURES)


@pytest.mark.parametrize("arch", PRIMITIVES)
def test_primitive_types(arch: str) -> None:
    char_signed, little_endian, sizes = PRIMITIVES[arch]
    assert ARCHITECTURES[arch].model.char_signed == char_signed
    assert ARCHITECTURES[arch].little_endian == little_endian
    for name, (size, align) in {"char": (1, 1), "_Bool": (1, 1), **sizes}.items():
        found = layouts(arch, table("struct s", "char c", f"{name} x", "char d")).of("struct s")
        assert places(found) == {"c": 0, "x": align, "d": align + size}, name
        assert found.align == align, name
        assert found.size == -(-(align + size + 1) // align) * align, name
        if name not in ("void *", "float", "double", "long double", "_Bool"):
            unsigned = layouts(arch, table("struct s", "char c", f"unsigned {name} x", "char d")).of("struct s")
            assert places(unsigned) == places(found), name


# ----------------------------------------------------------------------------
# Structures and unions.


@pytest.mark.parametrize(
    ("arch", "offsets", "size", "align"),
    [
        ("amd64", {"a": 0, "b": 8, "c": 16, "d": 20, "e": 24}, 32, 8),
        ("i386", {"a": 0, "b": 4, "c": 12, "d": 16, "e": 20}, 24, 4),  # eight bytes, aligned to four
        ("x32", {"a": 0, "b": 8, "c": 16, "d": 20, "e": 24}, 32, 8),
        ("arm64", {"a": 0, "b": 8, "c": 16, "d": 20, "e": 24}, 32, 8),
        ("armhf", {"a": 0, "b": 8, "c": 16, "d": 20, "e": 24}, 32, 8),
        ("m68k", {"a": 0, "b": 2, "c": 10, "d": 12, "e": 16}, 20, 2),  # nothing aligns to more than two
        ("sh4", {"a": 0, "b": 4, "c": 12, "d": 16, "e": 20}, 24, 4),
        ("s390x", {"a": 0, "b": 8, "c": 16, "d": 20, "e": 24}, 32, 8),
    ],
)
def test_alignment_of_members(arch: str, offsets: dict[str, int], size: int, align: int) -> None:
    text = table("struct s", "char a", "long long b", "char c", "int d", "int e")
    found = layouts(arch, text).of("struct s")
    assert (places(found), found.size, found.align) == (offsets, size, align)


def test_tail_padding() -> None:
    found = layouts("amd64", table("struct s", "long a", "char b")).of("struct s")
    assert (places(found), found.size, found.align) == ({"a": 0, "b": 8}, 16, 8)
    found = layouts("m68k", table("struct s", "long a", "char b")).of("struct s")
    assert (found.size, found.align) == (6, 2)


def test_a_structure_of_bytes_is_not_padded() -> None:
    found = layouts("m68k", table("struct s", "char a", "char b", "char c")).of("struct s")
    assert (places(found), found.size, found.align) == ({"a": 0, "b": 1, "c": 2}, 3, 1)


@pytest.mark.parametrize(("arch", "inner"), [("amd64", 16), ("i386", 8), ("m68k", 6), ("sh4", 8), ("arm64", 16)])
def test_nested_structure_keeps_its_padding(arch: str, inner: int) -> None:
    # { long; char } is padded at its end, so what follows it does not move into it.
    found = layouts(arch, table("struct s", "char a", '{ struct = ["long b", "char c"], name = "n" }', "char d"))
    long = ARCHITECTURES[arch].model.sizes["long"]
    layout = found.of("struct s")
    assert places(layout) == {
        "a": 0,
        "n": long[1],
        "n.b": long[1],
        "n.c": long[1] + long[0],
        "d": long[1] + inner,
    }


def test_anonymous_members() -> None:
    text = table(
        "struct s",
        "short a",
        '{ union = ["int b", { struct = ["char c", "short d"] }, "long e"] }',
        "char f",
    )
    found = layouts("amd64", text).of("struct s")
    assert places(found) == {"a": 0, "b": 8, "c": 8, "d": 10, "e": 8, "f": 16}
    assert (found.size, found.align) == (24, 8)
    assert [field.path for field in layouts("i386", text).of("struct s").fields] == ["a", "b", "c", "d", "e", "f"]
    assert places(layouts("i386", text).of("struct s")) == {"a": 0, "b": 4, "c": 4, "d": 6, "e": 4, "f": 8}


def test_named_members_nest_their_names() -> None:
    text = table("struct s", '{ union = ["int b", { struct = ["char c", "short d"], name = "in" }], name = "u" }')
    assert places(layouts("amd64", text).of("struct s")) == {"u": 0, "u.b": 0, "u.in": 0, "u.in.c": 0, "u.in.d": 2}


def test_declared_types_as_members() -> None:
    tables = (
        table("time_t", kind='"scalar"', **{"is": '"long"', "on": '{ time64 = "long long" }'}),
        table("struct timespec", "time_t tv_sec", "long tv_nsec"),
        table("struct itimerspec", "struct timespec it_interval", "struct timespec it_value", "struct timespec *next"),
    )
    wide = layouts("amd64", *tables)
    assert (wide.of("struct timespec").size, wide.of("struct itimerspec").size) == (16, 40)
    assert places(wide.of("struct itimerspec")) == {"it_interval": 0, "it_value": 16, "next": 32}
    narrow = layouts("i386", *tables)
    assert (narrow.of("struct timespec").size, narrow.of("struct itimerspec").size) == (8, 20)
    # 64-bit time: the C library pads tv_nsec itself; without that the four bytes are at the end.
    time64 = layouts("armhf/time64", *tables)
    assert (time64.of("struct timespec").size, time64.of("struct timespec").align) == (16, 8)
    assert layouts("i386/time64", *tables).of("struct timespec").size == 12


@pytest.mark.parametrize(
    ("arch", "size", "align"),
    [("amd64", 8, 8), ("i386", 8, 4), ("x32", 8, 8), ("m68k", 8, 2), ("arm64", 8, 8), ("s390x", 8, 8), ("sh4", 8, 4)],
)
def test_union(arch: str, size: int, align: int) -> None:
    text = table("union u", "void *ptr", "int fd", "unsigned int u32", "unsigned long long u64")
    found = layouts(arch, text).of("union u")
    assert places(found) == {"ptr": 0, "fd": 0, "u32": 0, "u64": 0}
    assert (found.size, found.align) == (size, align)


def test_union_is_padded_to_its_alignment() -> None:
    found = layouts("amd64", table("union u", "char a[9]", "int b")).of("union u")
    assert (found.size, found.align) == (12, 4)


def test_arrays() -> None:
    found = layouts(
        "amd64",
        table("struct in", "char a", "short b"),
        table("struct s", "char a[3]", "short b[2][3]", "struct in c[2]", "void *d[2]", "void (*e[2])(int)"),
    )
    layout = found.of("struct s")
    assert places(layout) == {"a": 0, "b": 4, "c": 16, "d": 24, "e": 40}
    assert [field.size for field in layout.fields] == [3, 12, 8, 16, 16]


def test_scalar_and_opaque_types() -> None:
    tables = (
        table("sigset_t", kind='"opaque"', **{"is": '"unsigned long[16]"'}),
        table("sighandler_t", kind='"scalar"', **{"is": '"void (*)(int)"'}),
    )
    found = layouts("s390x", *tables)
    assert (found.of("sigset_t").size, found.of("sigset_t").align, found.of("sigset_t").fields) == (128, 8, ())
    assert (found.of("sighandler_t").size, found.of("sighandler_t").align) == (8, 8)
    assert layouts("i386", *tables).of("sigset_t").size == 64


def test_flexible_array() -> None:
    layout = layouts("amd64", table("struct s", "int a", "char b", "char name[]")).of("struct s")
    assert (places(layout), layout.size) == ({"a": 0, "b": 4, "name": 5}, 8)
    assert layout.fields[-1].size == 0
    # It is aligned like any member, and pads what it follows.
    layout = layouts("amd64", table("struct s", "char a", "long list[]")).of("struct s")
    assert (places(layout), layout.size, layout.align) == ({"a": 0, "list": 8}, 8, 8)


def test_private_fields_take_part_but_are_not_public() -> None:
    text = table("struct s", "int a", "int __pad[2]", '{ struct = ["int x"], name = "_in" }', "int b")
    layout = layouts("amd64", text).of("struct s")
    assert places(layout) == {"a": 0, "__pad": 4, "_in": 12, "_in.x": 12, "b": 16}
    assert [field.path for field in layout.public] == ["a", "b"]


# ----------------------------------------------------------------------------
# Packed and aligned.

_EPOLL_EVENT = (
    table("epoll_data_t", "void *ptr", "int fd", "unsigned int u32", "unsigned long long u64", kind='"union"'),
    table("struct epoll_event", "unsigned int events", "epoll_data_t data", packed='["x86"]'),
)


@pytest.mark.parametrize(
    ("arch", "offset", "size", "align"),
    [
        ("amd64", 4, 12, 1),  # packed, so that 32-bit programs share it
        ("x32", 4, 12, 1),
        ("i386", 4, 12, 1),
        ("arm64", 8, 16, 8),
        ("armhf", 8, 16, 8),
        ("powerpc", 8, 16, 8),
        ("mips", 8, 16, 8),
        ("hppa", 8, 16, 8),
        ("m68k", 4, 12, 2),
        ("sh4", 4, 12, 4),
    ],
)
def test_epoll_event(arch: str, offset: int, size: int, align: int) -> None:
    layout = layouts(arch, *_EPOLL_EVENT).of("struct epoll_event")
    assert (places(layout), layout.size, layout.align) == ({"events": 0, "data": offset}, size, align)


def test_packed() -> None:
    layout = layouts("amd64", table("struct s", "char a", "long b", "short c", "int d[2]", packed="true")).of("struct s")
    assert (places(layout), layout.size, layout.align) == ({"a": 0, "b": 1, "c": 9, "d": 11}, 19, 1)


def test_packed_does_not_reach_into_members() -> None:
    # The attribute packs the structure that bears it: inside the member, the int stays aligned.
    text = table("struct s", "char a", '{ struct = ["char b", "int c"], name = "n" }', "char d", packed="true")
    layout = layouts("amd64", text).of("struct s")
    assert (places(layout), layout.size) == ({"a": 0, "n": 1, "n.b": 1, "n.c": 5, "d": 9}, 10)


def test_align() -> None:
    layout = layouts("amd64", table("struct s", "char a[5]", align="8")).of("struct s")
    assert (layout.size, layout.align) == (8, 8)
    # It can only make it stricter.
    layout = layouts("amd64", table("struct s", "long a", "char b", align="2")).of("struct s")
    assert (layout.size, layout.align) == (16, 8)
    layout = layouts("amd64", table("struct s", "char a", "long b", packed="true", align="4")).of("struct s")
    assert (places(layout), layout.size, layout.align) == ({"a": 0, "b": 1}, 12, 4)


def test_aligned_type_as_member() -> None:
    found = layouts("m68k", table("struct a", "char c", align="8"), table("struct s", "char c", "struct a a"))
    assert (places(found.of("struct s")), found.of("struct s").size) == ({"c": 0, "a": 8}, 16)


# ----------------------------------------------------------------------------
# Bit-fields. The first five are the examples of the System V psABIs (Intel386
# supplement, figures 3-7 to 3-11; PowerPC supplement, figures 3-9 to 3-13). Places
# are counted in the order of memory, so they are the same in both byte orders.

_BOTH_ORDERS = pytest.mark.parametrize("arch", ["i386", "powerpc", "amd64", "s390x", "mips", "sh4"])


@_BOTH_ORDERS
def test_bit_fields_share_a_unit(arch: str) -> None:
    layout = layouts(arch, table("struct s", "int j:5", "int k:6", "int m:7")).of("struct s")
    assert bits(layout) == {"j": (0, 5), "k": (5, 6), "m": (11, 7)}
    assert (layout.size, layout.align) == (4, 4)


@_BOTH_ORDERS
def test_bit_fields_do_not_cross_the_boundary_of_their_type(arch: str) -> None:
    text = table("struct s", "short s:9", "int j:9", "char c", "short t:9", "short u:9", "char d")
    layout = layouts(arch, text).of("struct s")
    assert bits(layout) == {"s": (0, 9), "j": (9, 9), "t": (32, 9), "u": (48, 9)}
    assert (places(layout)["c"], places(layout)["d"]) == (3, 8)
    assert (layout.size, layout.align) == (12, 4)


@_BOTH_ORDERS
def test_bit_fields_share_storage_with_other_members(arch: str) -> None:
    layout = layouts(arch, table("struct s", "char c", "short s:8")).of("struct s")
    assert (bits(layout), layout.size, layout.align) == ({"s": (8, 8)}, 2, 2)


@_BOTH_ORDERS
def test_bit_fields_in_a_union(arch: str) -> None:
    layout = layouts(arch, table("union u", "char c", "short s:8", "int i:3")).of("union u")
    assert (bits(layout), layout.size, layout.align) == ({"s": (0, 8), "i": (0, 3)}, 4, 4)


@_BOTH_ORDERS
def test_unnamed_bit_fields(arch: str) -> None:
    text = table("struct s", "char c", "int :0", "char d", "short :9", "char e", "char :0")
    layout = layouts(arch, text).of("struct s")
    assert (places(layout), layout.size, layout.align) == ({"c": 0, "d": 4, "e": 8}, 9, 1)


@pytest.mark.parametrize(("arch", "size", "align"), [("arm64", 12, 4), ("armhf", 12, 4), ("armel", 12, 4)])
def test_unnamed_bit_fields_align_on_arm(arch: str, size: int, align: int) -> None:
    # AAPCS: the container's alignment counts even where the bit-field has no name.
    text = table("struct s", "char c", "int :0", "char d", "short :9", "char e", "char :0")
    layout = layouts(arch, text).of("struct s")
    assert (places(layout), layout.size, layout.align) == ({"c": 0, "d": 4, "e": 8}, size, align)


def test_bit_fields_of_m68k_know_no_units() -> None:
    layout = layouts("m68k", table("struct s", "short s", "int j:20", "char k:7", "int :3", "char c")).of("struct s")
    assert bits(layout) == {"j": (16, 20), "k": (36, 7)}
    assert (places(layout)["c"], layout.size, layout.align) == (6, 8, 2)
    layout = layouts("m68k", table("struct s", "int j:3")).of("struct s")
    assert (layout.size, layout.align) == (1, 1)
    # One of no bits leads to an even byte, whatever its type.
    layout = layouts("m68k", table("struct s", "char c", "char :0", "char d")).of("struct s")
    assert (places(layout), layout.size, layout.align) == ({"c": 0, "d": 2}, 4, 2)


def test_long_long_bit_fields() -> None:
    text = table("struct s", "short s", "long long a:40", "long long b:30")
    assert bits(layouts("amd64", text).of("struct s")) == {"a": (16, 40), "b": (64, 30)}
    # Four-byte aligned on i386: a unit of 64 bits starts at each multiple of 32.
    assert bits(layouts("i386", text).of("struct s")) == {"a": (16, 40), "b": (56, 30)}
    assert (layouts("i386", text).of("struct s").size, layouts("amd64", text).of("struct s").size) == (12, 16)


def test_packed_bit_fields_follow_each_other() -> None:
    text = table("struct s", "char c", "int j:30", "short k:9", "char d", packed="true")
    layout = layouts("amd64", text).of("struct s")
    assert bits(layout) == {"j": (8, 30), "k": (38, 9)}
    assert (places(layout)["d"], layout.size, layout.align) == (6, 7, 1)


def test_packed_does_not_undo_a_bit_field_of_no_bits() -> None:
    layout = layouts("amd64", table("struct s", "char c", "int j:3", "int :0", "char d", packed="true")).of("struct s")
    assert (places(layout)["d"], layout.size, layout.align) == (4, 5, 1)


def test_bit_fields_in_nested_structures_count_from_the_outermost() -> None:
    text = table("struct s", "int a", '{ struct = ["unsigned int b:3", "unsigned int c:4"], name = "n" }')
    layout = layouts("amd64", text).of("struct s")
    assert bits(layout) == {"n.b": (32, 3), "n.c": (35, 4)}
    assert places(layout) == {"a": 0, "n": 4, "n.b": 4, "n.c": 4}


# ----------------------------------------------------------------------------
# What has no layout.


@pytest.mark.parametrize(
    ("tables", "name", "line", "message"),
    [
        ([table("struct s", "int a", "void b")], "struct s", 7, "struct s: 'void' has no size"),
        ([table("struct s", "int f(int)")], "struct s", 7, "'int (int)' has no size"),
        ([table("struct s", "int a:33")], "struct s", 7, "33 bits do not fit a type of 32 bits"),
        ([table("struct s", "int a:0")], "struct s", 7, "a bit-field of no bits can't have a name"),
        ([table("struct s", "float a:3")], "struct s", 7, "a bit-field has an integer type, not 'float'"),
        ([table("struct s", "int *a:3")], "struct s", 7, "a bit-field has an integer type, not 'int *'"),
        ([table("struct s", "int a[2]:3")], "struct s", 7, "a bit-field has an integer type, not 'int [2]'"),
        ([table("struct s", "pid_t a")], "struct s", 7, "the type 'pid_t' is not declared; declare it under [types]"),
        ([table("struct s", "struct t *a")], "struct s", 7, "the type 'struct t' is not declared; did you mean 'struct s'?"),
        (
            [table("struct s", "struct t a"), table("struct t", "struct s a[2]")],
            "struct s",
            4,
            "contains itself: struct s → struct t → struct s",
        ),
    ],
)
def test_refusals(tables: list[str], name: str, line: int, message: str) -> None:
    with pytest.raises(BindingError) as raised:
        layouts("amd64", *tables).of(name)
    assert message in raised.value.message
    assert str(raised.value.where) == f"one.toml:{line}"


def test_a_pointer_to_itself_is_no_circle() -> None:
    assert layouts("amd64", table("struct s", "struct s *next", "int a")).of("struct s").size == 16


# ----------------------------------------------------------------------------
# Random structures.


@dataclasses.dataclass(slots=True)
class Member:
    name: str  # "" for an unnamed one
    base: str = ""  # the C type of a leaf
    count: int | None = 0  # of an array; None: a flexible one
    bits: int | None = None
    kind: str = ""  # struct or union, of a nested one
    inner: list[Member] = dataclasses.field(default_factory=list)

    def c(self) -> str:
        """A member declaration without its semicolon."""
        if self.kind:
            return f"{self.kind} {{ {' '.join(member.c() + ';' for member in self.inner)} }} {self.name}".rstrip()
        text = f"{self.base} {self.name}".rstrip()
        if self.count != 0:
            text += f"[{self.count or ''}]"
        return text if self.bits is None else f"{text}:{self.bits}"

    def toml(self) -> str:
        if self.kind:
            inner = ", ".join(member.toml() for member in self.inner)
            return f"{{ {self.kind} = [{inner}]" + (f', name = "{self.name}" }}' if self.name else " }")
        return f'"{self.c()}"'


@dataclasses.dataclass(slots=True)
class Structure:
    name: str  # "struct s3"
    members: list[Member]
    packed: bool
    align: int  # 0: none asked for

    @property
    def union(self) -> bool:
        return self.name.startswith("union")

    def toml(self) -> str:
        keys = {"packed": "true"} if self.packed else {}
        if self.align:
            keys["align"] = str(self.align)
        return table(self.name, **keys, fields=f"[{', '.join(member.toml() for member in self.members)}]")

    def c(self) -> str:
        attributes = ["packed"] * self.packed + [f"aligned({self.align})"] * bool(self.align)
        kind, tag = self.name.split()
        body = " ".join(member.c() + ";" for member in self.members)
        return f"{kind} __attribute__(({', '.join(attributes)})) {tag} {{ {body} }};"


_INTEGERS = ["char", "short", "int", "long", "long long"]
_LEAVES = [
    *_INTEGERS,
    *(f"unsigned {name}" for name in _INTEGERS),
    "signed char",
    "_Bool",
    "float",
    "double",
    "long double",
    "void *",
]
# C leaves the width of a type to the psABI; these are the same on all.
_BITS = {"char": 8, "short": 16, "int": 32, "long": 32, "long long": 64}


class Generator:
    """Structures from a seed; their names start with `prefix`."""

    def __init__(self, seed: int, prefix: str, with_bits: bool) -> None:
        self._random = random.Random(seed)
        self._prefix = prefix
        self._with_bits = with_bits
        self._names = 0

    def structures(self, count: int) -> list[Structure]:
        result: list[Structure] = []
        for number in range(count):
            self._names = 0
            kind = "union" if self._random.random() < 0.15 else "struct"
            members = self._members(kind, 2, result[-8:])
            packed = self._random.random() < 0.2
            align = self._random.choice([0] * 8 + [2, 4, 8, 16])
            result.append(Structure(f"{kind} {self._prefix}{number}", members, packed, align))
        return result

    def _name(self) -> str:
        self._names += 1
        return f"f{self._names}"

    def _members(self, kind: str, depth: int, known: list[Structure]) -> list[Member]:
        members = [self._member(depth, known) for _ in range(self._random.randint(1, 6))]
        if all(not member.name for member in members):
            members.append(Member(self._name(), "int"))
        if kind == "struct" and depth == 2 and self._random.random() < 0.05:
            members.append(Member(self._name(), self._random.choice(_LEAVES), None))
        return members

    def _member(self, depth: int, known: list[Structure]) -> Member:
        pick = self._random.random()
        if pick < 0.12 and depth:
            kind = self._random.choice(["struct", "union"])
            name = self._name() if self._random.random() < 0.6 else ""
            return Member(name, kind=kind, inner=self._members(kind, depth - 1, known))
        if pick < 0.22 and known:
            return Member(self._name(), self._random.choice(known).name)
        if pick < 0.5 and self._with_bits:
            base = self._random.choice(_INTEGERS)
            width = self._random.randint(0, _BITS[base])
            prefix = self._random.choice(["unsigned ", "signed "])
            name = "" if width == 0 or self._random.random() < 0.15 else self._name()
            return Member(name, prefix + base, bits=width)
        count = self._random.randint(1, 5) if self._random.random() < 0.2 else 0
        return Member(self._name(), self._random.choice(_LEAVES), count)


def computed(arch: str, structures: list[Structure]) -> Layouts:
    return layouts(arch, *(structure.toml() for structure in structures))


def _alignment(arch: str, member: Member, found: Layouts) -> int:
    """Of a member of a structure that is not packed, looked up in the table above."""
    if member.kind:
        return max(_alignment(arch, inner, found) for inner in member.inner)
    if member.base.startswith(("struct ", "union ")):
        return found.of(member.base).align
    base = member.base.removeprefix("unsigned ").removeprefix("signed ")
    return 1 if base in ("char", "_Bool") else PRIMITIVES[arch][2][base][1]


def _span(member: Member, path: str, fields: dict[str, Field]) -> tuple[int, int]:
    """The first byte of a member, and the one after its last."""
    if member.name:
        field = fields[path + member.name]
        return field.offset, field.offset + field.size
    spans = [_span(inner, path, fields) for inner in member.inner]
    return min(first for first, _ in spans), max(last for _, last in spans)


@pytest.mark.parametrize("arch", PRIMITIVES)
def test_rules_that_hold_for_every_structure(arch: str) -> None:
    structures = Generator(20260101, "s", with_bits=False).structures(200)
    found = computed(arch, structures)

    def check(name: str, union: bool, members: list[Member], packed: bool, path: str, base: int) -> int:
        """The rules for the members of one structure; returns where the last one ends."""
        spans = [_span(member, path, fields) for member in members]
        for member, (first, last) in zip(members, spans):
            assert last <= layout.size
            align = _alignment(arch, member, found)
            if not packed:
                assert (first - base) % align == 0, (name, member.c())
            if union:
                assert first == base
            if member.kind:
                inner = path + f"{member.name}." * bool(member.name)
                assert check(name, member.kind == "union", member.inner, False, inner, first) <= last
        if not union:
            for (_, end), (start, _) in zip(spans, spans[1:]):
                assert end <= start, (name, path)
        return max(last for _, last in spans)

    for structure in structures:
        layout = found.of(structure.name)
        fields = {field.path: field for field in layout.fields}
        assert layout.align & (layout.align - 1) == 0
        assert layout.size % layout.align == 0
        assert layout.align >= (structure.align or 1)
        end = check(structure.name, structure.union, structure.members, structure.packed, "", 0)
        # Tail padding only.
        assert end <= layout.size < end + max(layout.align, 17)
        named = [member for member in structure.members if member.name]
        if structure.packed and not structure.union and len(named) == len(structure.members):
            total = sum(fields[member.name].size for member in named)
            assert end == total
            assert layout.size == -(-total // layout.align) * layout.align


class _Compiler:
    """Puts what a compiler says into an object file, and reads it there; runs nothing."""

    def __init__(self, arch: str, folder: pathlib.Path) -> None:
        triple = ARCHITECTURES[arch].triple
        package = triple.replace("_", "-")
        self._gcc = testing.tool(f"{triple}-gcc", f"gcc-{package}")
        self._objcopy = testing.tool(f"{triple}-objcopy", f"binutils-{package}")
        self._folder = folder

    def section(self, source: str) -> bytes:
        """The bytes of the section .answers."""
        code, compiled, answers = (self._folder / name for name in ("layout.c", "layout.o", "answers"))
        code.write_text(source, encoding="utf-8")
        # No header is included, so an architecture needs no C library here.
        command: list[str | pathlib.Path]
        command = [self._gcc, "-std=gnu17", "-O0", "-w", "-fno-toplevel-reorder", "-c", code, "-o", compiled]
        subprocess.run(command, check=True)
        subprocess.run([self._objcopy, "-O", "binary", "-j", ".answers", compiled, answers], check=True)
        return answers.read_bytes()


_IN_SECTION = '__attribute__((section(".answers")'


def _random_structures() -> list[Structure]:
    return [
        *Generator(1, "plain", with_bits=False).structures(60),
        *Generator(2, "bits", with_bits=True).structures(180),
    ]


@pytest.mark.parametrize("arch", PRIMITIVES)
def test_compilers_agree_on_sizes_and_offsets(arch: str, tmp_path: pathlib.Path) -> None:
    structures = _random_structures()
    found = computed(arch, structures)
    asked: list[tuple[str, int, str]] = []  # what, its computed value, its C expression
    for structure in structures:
        name, layout = structure.name, found.of(structure.name)
        asked.append((f"size of {structure.c()}", layout.size, f"sizeof({name})"))
        asked.append((f"alignment of {structure.c()}", layout.align, f"_Alignof(struct {{ char c; {name} t; }})"))
        for field in layout.fields:
            if not field.bits:
                what = f"offset of {field.path} in {structure.c()}"
                asked.append((what, field.offset, f"__builtin_offsetof({name}, {field.path})"))
    lines = [structure.c() for structure in structures]
    lines += [f"const unsigned answers[] {_IN_SECTION})) = {{", *(f"{text}," for _, _, text in asked), "};", ""]
    answers = _Compiler(arch, tmp_path).section("\n".join(lines))
    # Some assemblers pad a section.
    assert 4 * len(asked) <= len(answers) < 4 * len(asked) + 16
    answers = answers[: 4 * len(asked)]
    numbers = struct.unpack(f"{'<' if ARCHITECTURES[arch].little_endian else '>'}{len(asked)}I", answers)
    wrong = [
        f"{what}: computed {value}, {number} by the compiler"
        for (what, value, _), number in zip(asked, numbers)
        if number != value
    ]
    assert not wrong, "\n".join(wrong[:10])


@pytest.mark.parametrize("arch", PRIMITIVES)
def test_compilers_agree_on_bit_fields(arch: str, tmp_path: pathlib.Path) -> None:
    structures = _random_structures()
    found = computed(arch, structures)
    asked: list[tuple[Structure, Field, int]] = []  # and where its record is in the section
    lines = [structure.c() for structure in structures]
    end = 0
    for structure in structures:
        layout = found.of(structure.name)
        for field in layout.fields:
            if field.bits:
                asked.append((structure, field, end))
                end += -(-layout.size // 64) * 64
                lines.append(
                    f"const {structure.name} answer{len(asked)} {_IN_SECTION}, aligned(64))) = {{ .{field.path} = -1 }};"
                )
    answers = _Compiler(arch, tmp_path).section("\n".join([*lines, ""]))
    assert end - 64 < len(answers) <= end
    wrong = []
    for structure, field, start in asked:
        record = answers[start : start + found.of(structure.name).size]
        ones = [
            at
            for at in range(8 * len(record))
            if record[at // 8] >> (at % 8 if ARCHITECTURES[arch].little_endian else 7 - at % 8) & 1
        ]
        if ones != list(range(field.bit_offset, field.bit_offset + field.bits)):
            place = f"{ones[0]} to {ones[-1]}" if ones else "nowhere"
            wrong.append(f"{field.path} in {structure.c()}: computed bit {field.bit_offset}, {place} by the compiler")
    assert len(asked) > 150
    assert not wrong, "\n".join(wrong[:10])
