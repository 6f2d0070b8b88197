"""Tests of what bindings may say, how they are refused, and what they mean on a target."""

from __future__ import annotations

import pathlib
import re

import pytest

from tools.codegen import __main__ as codegen
from tools.codegen import c_types, testing
from tools.codegen.bindings import Bindings, Resolved
from tools.codegen.errors import is_error_file
from tools.codegen.source import BindingError, Document
from tools.codegen.targets import Target, Targets

TARGETS = Targets.load(testing.MODELS)


def on(target: str, text: str) -> Resolved:
    return testing.bindings(text).on(TARGETS.get(target))


def run(folder: pathlib.Path, *families: str, models: str = "") -> int:
    """`codegen check` of families as they are given, named one.toml, two.toml."""
    files = [testing.MODELS]
    if models:
        files = [folder / "data_models.toml"]
        files[0].write_text(models, encoding="utf-8")
    for name, text in zip(("one", "two"), families):
        files.append(folder / f"{name}.toml")
        files[-1].write_text(text, encoding="utf-8")
    return codegen.main(["check", *map(str, files)])


# ----------------------------------------------------------------------------
# Refusals. The line that the error must point at ends with "# HERE".

HEAD = testing.HEAD
GROUP = """
[[constants]]
about  = "numbers"
header = "one.h"
origin = "man:one(2)"
"""
TYPE = """
[types."struct s"]
header = "one.h"
origin = "man:one(2)"
"""
FUNCTION = """
[functions.call]
header   = "one.h"
origin   = "man:call(2)"
"""
REST = """
noexcept = true
failure  = "errno"
versions = ["2.3.2"]
prototype = "int call(int fd)"
"""

REFUSALS: dict[str, tuple[str, list[str]]] = {
    # The file.
    "unknown table": (HEAD + "[macros] # HERE", ["unknown table 'macros'", "known are family, constants, types"]),
    "no family": ("[types]\n", ["one.toml:1:", "[family] is missing"]),
    "family without title": ("[family] # HERE\npages = []", ["[family] needs a title and a list of pages"]),
    "family with another key": ("[family]\ntitle = 't'\npages = []\nname = 'n' # HERE", ["known are title, pages"]),
    "page that is none": (
        '[family]\ntitle = "t"\npages = [\n  "a(2)",\n  "epoll", # HERE\n]',
        ['a page is a string such as "epoll_ctl(2)"'],
    ),
    "constants with one bracket": (HEAD + "[constants] # HERE\nA = 1", ["write [[constants]], with two brackets"]),
    "type that is no table": (HEAD + "[types]\nx = 3 # HERE", ["x must be a table"]),
    "key twice": (HEAD + TYPE + 'header = "two.h" # HERE', ["a key is declared twice; keep one of them"]),
    "table twice": (HEAD + TYPE + 'fields = ["int a"]\n[types."struct s"] # HERE', ["a table is declared twice"]),
    "no TOML": (HEAD + "x = 08 # HERE", ["Expected newline"]),
    # Keys.
    "unknown key": (HEAD + TYPE + "quux = 3 # HERE", ["struct s: unknown key 'quux'; known are origin, page, header"]),
    "misspelled key": (HEAD + TYPE + "aling = 8 # HERE", ["unknown key 'aling'; did you mean 'align'?"]),
    "unknown key of a constant": (
        HEAD + GROUP + "[constants.names]\nA = { valeu = 1 } # HERE",
        ["A: unknown key 'valeu'; did you mean 'value'?"],
    ),
    "unknown key of a group": (HEAD + GROUP + "value = 1 # HERE\nnames = { A = 1 }", ["constants: unknown key 'value'"]),
    "unknown key in on": (
        HEAD + TYPE + 'fields = ["int a"]\n[types."struct s".on.mips]\nfeilds = ["int b"] # HERE',
        ["unknown key 'feilds'; did you mean 'fields'?"],
    ),
    "on within on": (
        HEAD + GROUP + "[constants.names]\nA = { value = 1, on = { mips = { on = { amd64 = 1 } } } } # HERE",
        ["A: unknown key 'on'"],
    ),
    "on that is no table": (HEAD + TYPE + 'on = "mips" # HERE', ["struct s: 'on' must be a table"]),
    "short form where there is none": (
        HEAD + FUNCTION + REST + "on = { mips = 3 } # HERE",
        ["call: 'on.mips' must be a table"],
    ),
    "a boolean that is none": (HEAD + TYPE + 'shared = "yes" # HERE', ["'shared' must be true or false"]),
    "an integer that is none": (
        HEAD + GROUP + '[constants.names]\nA = "1" # HERE',
        ["A: 'value' must be an integer"],
    ),
    "a boolean for an integer": (
        HEAD + GROUP + "[constants.names]\nA = { value = true } # HERE",
        ["A: 'value' must be an integer"],
    ),
    # Origin, headers.
    "bad origin": (
        HEAD + TYPE.replace('"man:one(2)"', '"wikipedia" # HERE'),
        ["'origin' must be a string such as", '"man:epoll_ctl(2)"', '"uapi:linux/eventpoll.h"'],
    ),
    "origin of no kind": (HEAD + TYPE.replace('"man:one(2)"', '"bsd:one(2)" # HERE'), ["'origin' must be a string"]),
    "no origin": (HEAD + '[types."struct s"] # HERE\nheader = "one.h"\nfields = ["int a"]', ["needs an origin"]),
    "bad page": (HEAD + TYPE + 'page = "one" # HERE', ["'page' must be a string such as \"epoll_ctl(2)\""]),
    "bad header": (HEAD + TYPE + 'uapi = "<linux/a.h>" # HERE', ["'uapi' must be a string such as"]),
    "no header": (
        HEAD + '[types."struct s"] # HERE\norigin = "man:one(2)"\nfields = ["int a"]',
        ["needs a header, a uapi header, or both"],
    ),
    "bad feature": (HEAD + TYPE + 'feature = "-D_GNU_SOURCE" # HERE', ['such as "_GNU_SOURCE"']),
    "shared without header": (
        HEAD + '[types."struct s"]\norigin = "uapi:linux/a.h"\nuapi = "linux/a.h"\nfields = ["int a"]\nshared = true # HERE',
        ["it needs a header"],
    ),
    "feature without header": (
        HEAD + '[types."struct s"]\norigin = "uapi:linux/a.h"\nuapi = "linux/a.h"\nfields = ["int a"]\nfeature = "_GNU_SOURCE" # HERE',
        ["'feature' is about libc's header; it needs a header"],
    ),
    "uapi_name without uapi": (
        HEAD + TYPE + 'fields = ["int a"]\nuapi_name = "struct t" # HERE',
        ["'uapi_name' is about the kernel's header; it needs a uapi header"],
    ),
    "uapi_value without uapi": (
        HEAD + GROUP + "[constants.names]\nA = { value = 1, uapi_value = 2 } # HERE",
        ["A: 'uapi_value' is about the kernel's header"],
    ),
    # Targets.
    "no such architecture": (
        HEAD + GROUP + "[constants.names]\nA = { value = 1, on = { mipz = 2 } } # HERE",
        ["A: 'mipz' is no architecture, group, variant or C library; known are amd64, i386, x32", "mips_all", "time64", "musl"],
    ),
    "no such variant of an architecture": (
        HEAD + GROUP + '[constants.names]\nA = { value = 1, on = { "amd64/time64" = 2 } } # HERE',
        ["'amd64/time64' is no architecture, group, variant or C library"],
    ),
    "a C library that an architecture has not": (
        HEAD + TYPE + 'fields = ["int a"]\nabsent = ["alpha/musl"] # HERE',
        ["'absent' 'alpha/musl' is no architecture, group, variant or C library"],
    ),
    "libc_absent without the kernel's header": (
        HEAD + TYPE + 'fields = ["int a"]\nlibc_absent = ["musl"] # HERE',
        ["'libc_absent' needs a header and a uapi header; where there is one only, use 'absent'"],
    ),
    "no such architecture in only": (HEAD + TYPE + 'only = ["amd64", "i686"] # HERE', ["'only' 'i686' is no architecture"]),
    "absent that is no list": (HEAD + TYPE + 'absent = "amd64" # HERE', ["'absent' must be a list of architectures"]),
    "packed on no architecture": (HEAD + TYPE + 'packed = ["x86_64"] # HERE', ["'packed' 'x86_64' is no architecture"]),
    "only and absent": (
        HEAD + TYPE + 'fields = ["int a"]\nonly = ["amd64"]\nabsent = ["i386"] # HERE',
        ["'only' and 'absent' contradict each other; use one"],
    ),
    "two groups that both fit": (
        HEAD + GROUP + "[constants.names.A]\nvalue = 1\non.mips32 = 2\non.mips_all = 3 # HERE",
        ["A: 'mips32' and 'mips_all' both fit mips", "name the architecture instead"],
    ),
    "since of no axis": (HEAD + TYPE + 'since = { libc = "2.3" } # HERE', ["no axis 'libc'; known are glibc, musl, headers, kernel"]),
    "since that is no version": (HEAD + TYPE + "since = { glibc = 2.3 } # HERE", ['glibc must be a version such as "2.35"']),
    "empty since": (HEAD + TYPE + "since = {} # HERE", ["'since' must be a table such as"]),
    # Constants.
    "group without names": (HEAD + "[[constants]] # HERE\nabout = 'a'", ["needs [constants.names] with at least one name"]),
    "group without about": (HEAD + "[[constants]] # HERE\nnames = { A = 1 }", ["needs 'about'"]),
    "no identifier": (HEAD + GROUP + '[constants.names]\n"A-B" = 1 # HERE', ["'A-B' is no C identifier"]),
    "constant twice": (
        HEAD + GROUP + "[constants.names]\nA = 1\n" + GROUP + "[constants.names]\nA = 1 # HERE",
        ["A: constant is declared twice; the other is at ", "one.toml:10"],
    ),
    "value and alias": (
        HEAD + GROUP + '[constants.names]\nB = 1\nA = { value = 1, alias = "B" } # HERE',
        ["A: needs exactly one of: value, alias, bounds"],
    ),
    "neither value nor alias": (HEAD + GROUP + "[constants.names]\nA = {} # HERE", ["needs exactly one of"]),
    "value and bounds": (
        HEAD + GROUP + "[constants.names]\nA = { value = 1, runtime = true, at_least = 1 } # HERE",
        ["needs exactly one of"],
    ),
    "bounds of a constant expression": (
        HEAD + GROUP + "[constants.names]\nA = { at_least = 1 } # HERE",
        ["bounds are for a constant with runtime = true"],
    ),
    "bounds that hold nothing": (
        HEAD + GROUP + "[constants.names]\nA = { runtime = true, at_least = 3, at_most = 2 } # HERE",
        ["A: 'at_least' is more than 'at_most'"],
    ),
    "runtime in #if": (
        HEAD + GROUP + "[constants.names]\nA = { value = 1, runtime = true, in_if = true } # HERE",
        ["what is evaluated at run time can't be used in #if"],
    ),
    "alias circle": (
        HEAD + GROUP + '[constants.names]\nA = { alias = "B" } # HERE\nB = { alias = "C" }\nC = { alias = "A" }',
        ["A: alias goes in a circle: A → B → C → A"],
    ),
    "alias of itself": (HEAD + GROUP + '[constants.names]\nA = { alias = "A" } # HERE', ["in a circle: A → A"]),
    "alias of nothing": (
        HEAD + GROUP + '[constants.names]\nA = { alias = "B" } # HERE',
        ["A: alias of 'B', which is not declared"],
    ),
    "alias of what is absent": (
        HEAD + GROUP + '[constants.names]\nA = { alias = "B" } # HERE\nB = { value = 1, absent = ["sh4"] }',
        ["A: alias of 'B', which is absent on sh4"],
    ),
    "alias of bounds": (
        HEAD + GROUP + '[constants.names]\nA = { alias = "B" } # HERE\nB = { runtime = true, at_least = 1 }',
        ["A: alias of 'B', which has no value; give the same bounds instead"],
    ),
    "too large for int": (
        HEAD + GROUP + "[constants.names]\nA = 0x80000000 # HERE",
        ["A: 0x80000000 does not fit 'int' on amd64 (-2147483648 to 2147483647)"],
    ),
    "too small for unsigned": (
        HEAD + GROUP + 'type = "unsigned int"\n[constants.names]\nA = -1 # HERE',
        ["A: -0x1 does not fit 'unsigned int' on amd64 (0 to 4294967295)"],
    ),
    "too large for long where it is short": (
        HEAD + GROUP + 'type = "long"\n[constants.names]\nA = 0x100000000 # HERE',
        ["A: 0x100000000 does not fit 'long' on i386"],
    ),
    "too large for char where it is signed": (
        HEAD + GROUP + 'type = "char"\n[constants.names]\nA = 200 # HERE',
        ["A: 0xc8 does not fit 'char' on amd64 (-128 to 127)"],
    ),
    "too large on one architecture": (
        HEAD + GROUP + "[constants.names.A]\nvalue = 1\non.mips = 0x80000000 # HERE\non.mips64 = 2",
        ["A: 0x80000000 does not fit 'int' on mips"],
    ),
    "constant of no type": (HEAD + GROUP + 'type = "innt" # HERE\n[constants.names]\nA = 1', ["can't have the type 'innt'"]),
    "constant of a structure": (
        HEAD + GROUP + "[constants.names]\nA = { value = 1, type = 'struct s' } # HERE",
        ["a constant can't have the type 'struct s'"],
    ),
    "type that is no C": (
        HEAD + GROUP + "[constants.names]\nA = { value = 1, type = 'unsigned float' } # HERE",
        ["A: 'type' is wrong: no type 'unsigned float'"],
    ),
    # Types.
    "no kind": (HEAD + '[types.t] # HERE\nheader = "a.h"\norigin = "man:a(2)"\nis = "int"', ["needs a kind: struct, union"]),
    "bad kind": (HEAD + TYPE + 'kind = "class" # HERE', ["'kind' must be one of 'struct', 'union', 'scalar', 'opaque'"]),
    "tag and kind": (
        HEAD + TYPE + 'fields = ["int a"]\nkind = "union" # HERE',
        ["is a struct by its name and a union by its kind"],
    ),
    "struct without fields": (
        HEAD + TYPE + 'is = "int" # HERE',
        ["a struct needs fields, and no 'is'"],
    ),
    "scalar with fields": (
        HEAD + TYPE.replace('"struct s"', "t") + 'kind = "scalar"\nis = "int"\nfields = ["int a"] # HERE',
        ["a type of kind scalar needs 'is', and no fields"],
    ),
    "packed scalar": (
        HEAD + TYPE.replace('"struct s"', "t") + 'kind = "scalar"\nis = "int"\npacked = true # HERE',
        ["'packed' is for a struct or union, not for a type of kind scalar"],
    ),
    "is of an undeclared type": (
        HEAD + TYPE.replace('"struct s"', "t") + 'kind = "scalar"\nis = "u_int" # HERE',
        ["t: the type 'u_int' is not declared"],
    ),
    "fields that are no list": (HEAD + TYPE + 'fields = "int a" # HERE', ["'fields' must be a list of C declarations"]),
    "field that is no C": (
        HEAD + TYPE + 'fields = [\n  "int a",\n  "int b;", # HERE\n]',
        ["struct s: unexpected ';' in C declaration 'int b;'"],
    ),
    "field that is no text": (HEAD + TYPE + "fields = [\n  3, # HERE\n]", ["a field is a C declaration, or { union = […] }"]),
    "nested member that is no list": (
        HEAD + TYPE + 'fields = [\n  { union = "int a" }, # HERE\n]',
        ["a field is a C declaration, or { union = […] }"],
    ),
    "nested member without a good name": (
        HEAD + TYPE + 'fields = [\n  { union = ["int a"], name = "a b" }, # HERE\n]',
        ["a field is a C declaration, or { union = […] }"],
    ),
    "nested member of both kinds": (
        HEAD + TYPE + 'fields = [\n  { union = ["int a"], struct = ["int b"] }, # HERE\n]',
        ["a field is a C declaration, or { union = […] }"],
    ),
    "field of an undeclared type": (
        HEAD + TYPE + 'fields = [\n  "int a",\n  "pidt b", # HERE\n]\n[types.pid_t]\nheader = "a.h"\norigin = "man:a(2)"\nkind = "scalar"\nis = "int"',
        ["struct s: the type 'pidt' is not declared; did you mean 'pid_t'?"],
    ),
    "nested field of an undeclared type": (
        HEAD + TYPE + 'fields = [\n  { union = [\n    "int a",\n    "u8 b", # HERE\n  ] },\n]',
        ["struct s: the type 'u8' is not declared; declare it under [types]"],
    ),
    "field twice": (
        HEAD + TYPE + 'fields = [\n  "int a",\n  "int a", # HERE\n]',
        ["struct s: two fields are named 'a'; the other is at ", "one.toml:9"],
    ),
    "field twice, once in an anonymous union": (
        HEAD + TYPE + 'fields = [\n  "int a",\n  { union = [\n    "int a", # HERE\n  ] },\n]',
        ["two fields are named 'a'"],
    ),
    "field twice in a named member": (
        HEAD + TYPE + 'fields = [\n  "int a",\n  { struct = ["int b",\n  "int b"], name = "n" }, # HERE\n]',
        ["two fields are named 'b'"],
    ),
    "flexible array before the end": (
        HEAD + TYPE + 'fields = [\n  "char a[]", # HERE\n  "int b",\n]',
        ["only the last field of a struct may be a flexible array"],
    ),
    "flexible array in a union": (
        HEAD + TYPE + 'fields = [\n  "int a",\n  { union = [\n    "char b[]", # HERE\n  ] },\n]',
        ["only the last field of a struct may be a flexible array"],
    ),
    "contains itself": (
        HEAD + '[types."struct s"] # HERE\nheader = "a.h"\norigin = "man:a(2)"\nfields = ["struct s a"]',
        ["struct s: contains itself: struct s → struct s"],
    ),
    "alignment of three": (HEAD + TYPE + 'fields = ["int a"]\nalign = 3 # HERE', ["an alignment is a power of two, not 3"]),
    "alignment of zero": (HEAD + TYPE + 'fields = ["int a"]\nalign = 0 # HERE', ["an alignment is a power of two, not 0"]),
    "field of void": (HEAD + TYPE + 'fields = [\n  "void a", # HERE\n]', ["'void' has no size"]),
    # Functions.
    "prototype of a variable": (
        HEAD + FUNCTION + REST.replace("call(int fd)", "call").rstrip() + " # HERE",
        ["'int call' declares no function"],
    ),
    "prototype that is no C": (
        HEAD + FUNCTION + REST.replace("(int fd)", "()").rstrip() + " # HERE",
        ["'prototype' is wrong: write (void) for no parameters"],
    ),
    "prototype of another function": (
        HEAD + FUNCTION + REST.replace("call(int", "cell(int").rstrip() + " # HERE",
        ["call: the prototype declares 'cell'; it must declare 'call'"],
    ),
    "prototype with an undeclared type": (
        HEAD + FUNCTION + REST.replace("int fd", "struct fd *fd").rstrip() + " # HERE",
        ["call: the type 'struct fd' is not declared"],
    ),
    "no prototype": (HEAD + "[functions.call] # HERE\nheader = 'a.h'\norigin = 'man:a(2)'", ["call: needs 'prototype'"]),
    "no versions": (
        HEAD + (FUNCTION + REST).replace("[functions.call]", "[functions.call] # HERE").replace('versions = ["2.3.2"]', ""),
        ["call: needs 'versions'"],
    ),
    "bad versions": (
        HEAD + FUNCTION + REST.replace('["2.3.2"]', '["GLIBC_2.3.2"] # HERE'),
        ["'versions' must be a list of version nodes such as [\"2.3.2\"]"],
    ),
    "empty versions": (HEAD + FUNCTION + REST.replace('["2.3.2"]', "[] # HERE"), ["'versions' must be a list"]),
    "version older than all": (
        HEAD + FUNCTION + REST.replace('["2.3.2"]', '["2.3.2", "1.9"] # HERE'),
        ["call: 'versions' has 1.9, which is older than any port's first node, 2.0"],
    ),
    "bad failure": (
        HEAD + FUNCTION + REST.replace('"errno"', '"throws" # HERE'),
        ["'failure' must be one of 'errno', 'number', 'none'"],
    ),
    "errors are reserved": (
        HEAD + FUNCTION + REST + "[[functions.call.errors]] # HERE\nerrno = 'EINVAL'",
        ["call: 'errors' is reserved for the error conditions and takes none yet"],
    ),
    "no wrapper but versions": (
        HEAD + "[functions.call]\norigin = 'man:a(2)'\nwrapper = false\nfailure = 'errno'\n"
        "prototype = 'long call(void)'\nversions = ['2.3'] # HERE",
        ["has no function in the C library (wrapper = false), so no 'versions'"],
    ),
    "no wrapper but header": (
        HEAD + "[functions.call]\norigin = 'man:a(2)'\nwrapper = false\nfailure = 'errno'\n"
        "prototype = 'long call(void)'\nheader = 'a.h' # HERE",
        ["so no 'header'"],
    ),
    "unknown system call": (
        HEAD + FUNCTION + REST + 'syscall = "call" # HERE',
        ["call: the system call 'call' has no constant __NR_call; declare it"],
    ),
    "absent system call": (
        HEAD + GROUP + "[constants.names]\n__NR_call = { value = 1, absent = ['arm64'] }\n"
        + FUNCTION + REST + 'syscall = "call" # HERE',
        ["call: the system call 'call' is declared absent on arm64", "one.toml:10"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS)
def test_refusals(name: str, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    text, messages = REFUSALS[name]
    assert run(tmp_path, text) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("codegen: ") and output.err.count("\n") == 1
    for message in messages:
        assert message in output.err
    marked = [number for number, line in enumerate(text.splitlines(), 1) if "# HERE" in line]
    for line in marked:
        assert output.err.startswith(f"codegen: {tmp_path}/one.toml:{line}: "), output.err


def test_duplicates_across_files(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, HEAD + TYPE + 'fields = ["int a"]', HEAD + "\n" + TYPE + 'fields = ["int a"]') == 2
    error = capsys.readouterr().err
    assert f"{tmp_path}/two.toml:6: struct s: type is declared twice; the other is at {tmp_path}/one.toml:5" in error


def test_a_structure_and_a_function_may_share_a_name(tmp_path: pathlib.Path) -> None:
    call = FUNCTION.replace("call", "stat") + REST.replace("call", "stat")
    assert run(tmp_path, HEAD + TYPE.replace("struct s", "struct stat") + 'fields = ["int a"]' + call) == 0


def test_the_real_bindings_are_right(capsys: pytest.CaptureFixture[str]) -> None:
    files = sorted(map(str, pathlib.Path("bindings").glob("*.toml")))
    assert len(files) > 20
    assert codegen.main(["check", *files]) == 0
    assert capsys.readouterr() == ("", "")


# ----------------------------------------------------------------------------
# data_models.toml.

MODELS = """\
[architectures]
one = { triple = "one-linux-gnu", model = "m", endian = "little", glibc = ["2.0"], qemu = "", variants = ["v"], libcs = ["glibc", "musl"] }
two = { triple = "two-linux-gnu", model = "m", endian = "big", glibc = ["2.0"], qemu = "", variants = [] }
[variants]
v = { defines = ["V=1"], about = "a way" }
[groups]
both = ["one", "two"]
[models]
m = { char = "signed", short = [2, 2], int = [4, 4], long = [4, 4], "long long" = [8, 8], pointer = [4, 4], float = [4, 4], double = [8, 8], "long double" = [8, 8] }
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("[groups]", "[sets]", 6, "unknown table 'sets'; known are architectures, variants, groups, models"),
        ("[variants]\nv = ", "[variants]\nv = 3 # ", 5, "'v' must be a table with defines, about"),
        ('"V=1"', "1", 5, "'defines' must be a list of strings"),
        ('["one", "two"]', '["one", "six"]', 7, "group 'both' names 'six', which is not an architecture; known are one, two"),
        ('["one", "two"]', '"one"', 7, "'both' must be a list of strings"),
        ("both = ", "two = ", 7, "'two' is both a group and an architecture; rename the group"),
        ("both = ", "v = ", 7, "'v' is both a group and a variant; rename the group"),
        ('qemu = "", variants = ["v"]', 'variants = ["v"]', 2, "'one': missing key 'qemu'"),
        ("qemu", "qemo", 2, "'one': unknown key 'qemo'; known are triple, model, endian"),
        ('variants = ["v"]', 'variants = ["w"]', 2, "'one': no variant 'w'; known are v"),
        ('variants = ["v"]', 'variants = "v"', 2, "'one': 'variants' must be a list"),
        ('model = "m", endian = "little"', 'model = "n", endian = "little"', 2, "'one': no data model 'n'; known are m"),
        ('endian = "big"', 'endian = "middle"', 3, "'two': endian is 'little' or 'big'"),
        ('glibc = ["2.0"]', 'glibc = ["GLIBC_2.0"]', 2, "'glibc' must be a list of version nodes"),
        ('glibc = ["2.0"]', "glibc = [2.0]", 2, "'glibc' must be a list of strings"),
        ('char = "signed"', 'char = "both"', 9, "model 'm': char is 'signed' or 'unsigned'"),
        ("short = [2, 2]", "short = [2]", 9, "model 'm': 'short' must be [size, alignment]"),
        ("short = [2, 2]", "short = [2, 3]", 9, "model 'm': alignment of 'short' is no power of two"),
        ("short = [2, 2], ", "", 9, "'m': missing key 'short'"),
        ("m = {", 'm = { bit_fields = "odd", ', 9, "model 'm': bit_fields is one of 'sysv', 'aapcs', 'dense'"),
        ("[architectures]", "architectures = 3\n[x]", 2, "unknown table 'x'"),
        ('"glibc", "musl"', '"musl"', 2, "'one': libcs must have 'glibc', and can have musl"),
        ('"glibc", "musl"', '"glibc", "uclibc"', 2, "'one': libcs must have 'glibc', and can have musl"),
        ("both = ", "musl = ", 7, "'musl' is a C library; rename the group"),
    ],
)
def test_refusals_of_data_models(
    old: str, new: str, line: int, message: str, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert old in MODELS
    assert run(tmp_path, HEAD, models=MODELS.replace(old, new, 1)) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"codegen: {tmp_path}/data_models.toml:{line}: "), error
    assert message in error


def test_targets() -> None:
    targets = Targets(Document("data_models.toml", MODELS))
    assert [str(target) for target in targets.all] == ["one", "one/v", "one/musl", "two"]
    assert targets.get("one/v") == Target(targets.architectures["one"], "v")
    assert targets.get("one/musl") == Target(targets.architectures["one"], libc="musl")
    assert targets.selectors == {"one", "two", "both", "v", "one/v", "musl", "one/musl"}
    assert targets.where_of_model(targets.architectures["one"]).line == 9
    with pytest.raises(KeyError):
        targets.get("two/v")


# ----------------------------------------------------------------------------
# What the narrowest selector says, holds.

SELECTED = GROUP + """
[constants.names.A]
value = 1
[constants.names.A.on]
mips32        = 2
narrow        = 3
ppc           = 4
mipsel        = 5
time64        = 6
"mips/time64" = 7
"""


@pytest.mark.parametrize(
    ("target", "value"),
    [
        ("amd64", 1),  # nothing fits
        ("i386", 3),  # a group
        ("arm64", 1),
        ("ppc64", 4),
        ("i386/time64", 6),  # a variant before a group
        ("mipsel/time64", 6),  # a variant before an architecture
        ("mips/time64", 7),  # both before a variant
    ],
)
def test_selectors(target: str, value: int) -> None:
    text = SELECTED.replace("mips32        = 2\n", "")
    assert on(target, text).constant("A").value == value


def test_an_architecture_comes_before_its_group() -> None:
    text = SELECTED.replace("narrow        = 3\n", "")
    assert on("mipsel", text).constant("A").value == 5
    assert on("mips", text).constant("A").value == 2


def test_groups_that_both_fit_are_refused_only_where_they_do() -> None:
    assert on("amd64", SELECTED).constant("A").value == 1
    assert on("sh4", SELECTED).constant("A").value == 3
    with pytest.raises(BindingError, match="'mips32' and 'narrow' both fit mips;"):
        on("mips", SELECTED).constant("A")
    # Even where an architecture of its own would decide: which group is meant is not said.
    with pytest.raises(BindingError, match="both fit mipsel"):
        on("mipsel", SELECTED).constant("A")


@pytest.mark.parametrize(
    ("keys", "values"),
    [
        ("", (1, 1)),
        ("armhf = 2", (1, 2)),
        ("armhf = 2\ntime64 = 3", (1, 3)),  # 64-bit times, as in the variant
        ('time64 = 3\n"armhf/time64" = 4', (1, 4)),
        ('"armhf/time64" = 4\nmusl = 5', (5, 5)),
        ('musl = 5\n"armhf/musl" = 6', (5, 6)),
    ],
)
def test_selectors_of_musl(keys: str, values: tuple[int, int]) -> None:
    text = GROUP + f"[constants.names.A]\nvalue = 1\n[constants.names.A.on]\n{keys}\n"
    assert tuple(on(target, text).constant("A").value for target in ("amd64/musl", "armhf/musl")) == values
    assert on("amd64", text).constant("A").value == 1


def test_what_is_always_so_on_musl() -> None:
    call = on("amd64/musl", FUNCTION + REST + 'since = { glibc = "2.4", musl = "1.2.5" }\n').function("call")
    assert (call.noexcept, call.versions, call.since.musl) == (False, (), "1.2.5")
    text = GROUP + 'uapi = "linux/one.h"\nshared = true\n[constants.names]\nA = { value = 1, libc_absent = ["musl"] }\nB = 2\n'
    first, second = on("amd64/musl", text).constants()
    assert (first.present, first.in_libc, second.in_libc) == (True, False, True)
    assert not first.shared  # its headers include none of the kernel's
    assert on("amd64", text).constant("A").in_libc and on("amd64", text).constant("A").shared


def test_a_value_replaces_bounds() -> None:
    text = GROUP + "[constants.names.A]\nruntime = true\nat_least = 5\non.musl = { value = 3, runtime = false }\n"
    there, here = on("amd64/musl", text).constant("A"), on("amd64", text).constant("A")
    assert (there.value, there.at_least, there.in_if) == (3, None, True)
    assert (here.value, here.at_least) == (None, 5)


@pytest.mark.parametrize(
    ("origin", "target", "pinned"),
    [
        ("musl:include/one.h", "amd64/musl", True),
        ("glibc:bits/one.h", "amd64/musl", False),
        ("musl:include/one.h", "amd64", False),
    ],
)
def test_pinned_by_the_library_that_is_read(origin: str, target: str, pinned: bool) -> None:
    text = f'[[constants]]\nabout = "a"\norigin = "{origin}"\nheader = "one.h"\n[constants.names]\nA = 1\n'
    assert on(target, text).constant("A").pinned == pinned


def test_a_name_overrides_what_its_group_says_for_a_target() -> None:
    text = GROUP + """
type = "long"
in_if = false
on.amd64 = { type = "unsigned int", in_if = true }
[constants.names]
A = 1
B = { value = 1, type = "short" }
C = { value = 1, on = { amd64 = { type = "char" } } }
"""
    assert [str(c.type) for c in on("amd64", text).constants()] == [
        "Basic(name='unsigned int')",
        "Basic(name='short')",
        "Basic(name='char')",
    ]
    assert [c.in_if for c in on("amd64", text).constants()] == [True, True, True]
    assert [c.in_if for c in on("i386", text).constants()] == [False, False, False]


def test_other_keys_stay_where_on_changes_one() -> None:
    text = TYPE + 'uapi = "linux/one.h"\nfields = ["int a"]\non.mips = { fields = ["int a", "int b"] }\non.m68k = { uapi = "" }'
    assert len(on("mips", text).type("struct s").members) == 2
    assert on("mips", text).type("struct s").uapi == "linux/one.h"
    assert on("m68k", text).type("struct s").uapi == ""
    # The place of a field is that of the list that holds.
    assert on("amd64", text).type("struct s").members[0].where.line == 9
    assert on("mips", text).type("struct s").members[0].where.line == 10


def test_short_forms() -> None:
    text = GROUP + "[constants.names]\nA = { value = 1, on = { mips = 2 } }\n" + TYPE.replace('"struct s"', "t")
    text += 'kind = "scalar"\nis = "long"\non = { time64 = "long long" }'
    assert on("mips", text).constant("A").value == 2
    assert str(on("i386/time64", text).type("t").is_type) == "Basic(name='long long')"


# ----------------------------------------------------------------------------
# Constants.


def test_aliases() -> None:
    text = GROUP + """
[constants.names]
A = { alias = "B" }
B = { alias = "C", on = { mips = 7 } }
C = { value = 1, on = { sparc64 = 2 } }
D = { value = 4, on = { alpha = { alias = "C" } } }
"""
    values = {target: [c.value for c in on(target, text).constants()] for target in ("amd64", "sparc64", "mips", "alpha")}
    assert values == {
        "amd64": [1, 1, 1, 4],
        "sparc64": [2, 2, 2, 4],
        "mips": [7, 7, 1, 4],  # a value replaces an alias there
        "alpha": [1, 1, 1, 1],  # and the reverse
    }


def test_alias_of_what_is_absent_where_the_alias_is_too() -> None:
    text = GROUP + '[constants.names]\nA = { alias = "B", absent = ["sh4"] }\nB = { value = 1, absent = ["sh4"] }'
    assert not on("sh4", text).constant("A").present
    assert on("amd64", text).constant("A").value == 1


def test_only_and_absent() -> None:
    text = GROUP + '[constants.names]\nA = { value = 1, only = ["x86"] }\nB = { value = 1, absent = ["x86", "time64"] }'
    present = {str(t): (on(str(t), text).constant("A").present, on(str(t), text).constant("B").present) for t in TARGETS.all}
    assert present["amd64"] == present["i386"] == present["i386/time64"] == (True, False)
    assert present["arm64"] == present["mips"] == (False, True)
    assert present["mips/time64"] == (False, False)


def test_range_follows_the_data_model() -> None:
    text = GROUP + """
[constants.names]
A = { value = 255, type = "char", only = ["arm64"] }
B = { value = 0xffffffffffffffff, type = "unsigned long", only = ["wide"] }
C = { value = -1, type = "void (*)(int)" }
D = { value = -2147483648 }
E = { value = 1, type = "_Bool" }
"""
    for target in TARGETS.all:
        assert len(on(str(target), text).constants()) == 5


def test_runtime_constants() -> None:
    text = GROUP + "[constants.names]\nA = { runtime = true, at_least = 1, at_most = 9 }\nB = { runtime = true, value = 34 }"
    first, second = on("amd64", text).constants()
    assert (first.value, first.at_least, first.at_most, first.in_if) == (None, 1, 9, False)
    assert (second.value, second.in_if) == (34, False)


def test_kernel_side() -> None:
    text = GROUP + 'uapi = "linux/one.h"\n[constants.names]\nA = { value = 0, uapi_value = 0o100000, uapi_name = "B" }\nC = 3'
    first, second = on("amd64", text).constants()
    assert (first.value, first.uapi_value, first.uapi_name) == (0, 0o100000, "B")
    assert (second.value, second.uapi_value, second.uapi_name) == (3, 3, "C")


# ----------------------------------------------------------------------------
# Origins: what is checked only against its own side is pinned.


@pytest.mark.parametrize(
    ("origin", "header", "uapi", "shared", "pinned"),
    [
        ("man:one(2)", "one.h", "", False, False),
        ("posix:one.h", "one.h", "", False, False),
        ("psabi:i386", "one.h", "", False, False),
        ("kernel-doc:one.rst", "", "linux/one.h", False, False),
        ("uapi:linux/one.h", "one.h", "", False, False),  # glibc's definition is another
        ("uapi:linux/one.h", "one.h", "linux/one.h", False, False),
        ("uapi:linux/one.h", "", "linux/one.h", False, True),
        ("uapi:linux/one.h", "one.h", "", True, True),  # libc includes the kernel's
        ("uapi:linux/one.h", "one.h", "linux/one.h", True, True),
        ("glibc:bits/one.h", "one.h", "", False, True),
        ("glibc:bits/one.h", "one.h", "linux/one.h", False, False),
        ("glibc:bits/one.h", "one.h", "", True, False),
        ("man:one(2)", "one.h", "linux/one.h", True, False),
    ],
)
def test_pinned(origin: str, header: str, uapi: str, shared: bool, pinned: bool) -> None:
    text = f'[[constants]]\nabout = "a"\norigin = "{origin}"\nheader = "{header}"\nuapi = "{uapi}"\n'
    text += "shared = true\n" * shared + "[constants.names]\nA = 1"
    assert on("amd64", text).constant("A").pinned == pinned


# ----------------------------------------------------------------------------
# Functions.


@pytest.mark.parametrize(
    ("target", "declared", "nodes"),
    [
        # A port has nothing older than its first node.
        ("amd64", ["2.0"], ["2.2.5"]),
        ("amd64", ["2.3.2"], ["2.3.2"]),
        ("arm64", ["2.0"], ["2.17"]),
        ("arm64", ["2.3.2", "2.17", "2.34"], ["2.17", "2.34"]),
        ("riscv64", ["2.0", "2.35"], ["2.27", "2.35"]),
        ("i386", ["2.0", "2.1"], ["2.0", "2.1"]),
        # MIPS has 2.0, and takes what was new in 2.1 into 2.2.
        ("mips", ["2.0"], ["2.0"]),
        ("mips", ["2.1"], ["2.2"]),
        ("mips", ["2.1.2"], ["2.2"]),
        ("mips", ["2.2"], ["2.2"]),
        ("mips", ["2.0", "2.1", "2.2"], ["2.0", "2.2"]),
        ("mips64el", ["2.1", "2.3"], ["2.2", "2.3"]),
        # Numbers, not text: 2.10 is younger than 2.4.
        ("armhf", ["2.3", "2.10"], ["2.4", "2.10"]),
    ],
)
def test_version_nodes(target: str, declared: list[str], nodes: list[str]) -> None:
    text = FUNCTION + REST.replace('["2.3.2"]', str(declared).replace("'", '"'))
    assert on(target, text).function("call").versions == tuple(nodes)


def test_functions() -> None:
    text = GROUP + "[constants.names]\n__NR_call = 1\n" + FUNCTION + REST
    text += 'syscall = "call"\non.time64 = { symbol = "__call64", versions = ["2.34"] }\non.arm64 = { syscall = "" }'
    plain = on("i386", text).function("call")
    assert (plain.symbol, plain.versions, plain.syscall, plain.noexcept) == ("call", ("2.3.2",), "call", True)
    assert plain.parameter_names == ("fd",)
    time64 = on("i386/time64", text).function("call")
    assert (time64.symbol, time64.versions) == ("__call64", ("2.34",))
    assert on("arm64", text).function("call").syscall == ""


def test_function_without_wrapper() -> None:
    text = "[functions.call]\norigin = 'man:a(2)'\nwrapper = false\nfailure = 'errno'\nprototype = 'long call(void)'"
    call = on("amd64", text).function("call")
    assert (call.wrapper, call.header, call.versions) == (False, "", ())


def test_typedefs_are_spelled_out() -> None:
    text = TYPE + 'fields = ["int a"]\n'
    for name, is_ in (("a_t", "unsigned long"), ("b_t", "a_t")):
        text += TYPE.replace('"struct s"', name) + f'kind = "scalar"\nis = "{is_}"\n'
    text += TYPE.replace('"struct s"', "set_t").replace("one.h", "two.h") + 'kind = "opaque"\nis = "unsigned long[16]"\n'
    resolved = on("amd64", text + FUNCTION + REST.replace("int fd", "const b_t *a, struct s *s, set_t x[2]"))
    spelled = resolved.spelled_out(resolved.function("call").type)
    assert c_types.render(spelled, "call") == "int call(const unsigned long *, struct s *, set_t *)"
    assert resolved.headers_of(spelled) == {"two.h"}


# ----------------------------------------------------------------------------
# The command line.

GOOD = HEAD + TYPE + 'fields = ["int a"]\n'
BAD = HEAD + GROUP + "[constants.names]\nA = { value = 1, on = { sh4 = 0x80000000 } }\n"


def _files(folder: pathlib.Path, **families: str) -> list[str]:
    files = [str(testing.MODELS)]
    for name, text in families.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
        files.append(str(folder / f"{name}.toml"))
    return files


def test_emit_is_deterministic(tmp_path: pathlib.Path) -> None:
    files = sorted(str(f) for f in pathlib.Path("bindings").glob("*.toml") if not is_error_file(f))
    outputs = []
    for name, given in (("first", files), ("second", files), ("reversed", files[::-1])):
        assert codegen.main(["emit", "--target", "i386/time64", "--out", str(tmp_path / name), *given]) == 0
        outputs.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert outputs[0] == outputs[1]
    assert outputs[0] == outputs[2]
    assert len(outputs[0]) == len(files) + 1


def test_errors_leave_nothing_behind(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = _files(tmp_path, good=GOOD, bad=BAD)
    out = tmp_path / "out"
    assert codegen.main(["emit", "--target", "sh4", "--out", str(out), *files]) == 2
    assert "does not fit 'int' on sh4" in capsys.readouterr().err
    assert not out.exists()
    assert codegen.main(["declarations", "-o", str(tmp_path / "declarations.json"), *files]) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.toml", "good.toml"]


def test_errors_leave_the_old_output(tmp_path: pathlib.Path) -> None:
    out = tmp_path / "declarations.json"
    assert codegen.main(["declarations", "-o", str(out), *_files(tmp_path, good=GOOD)]) == 0
    before = out.read_bytes()
    assert codegen.main(["declarations", "-o", str(out), *_files(tmp_path, good=GOOD, bad=BAD)]) == 2
    assert out.read_bytes() == before


def test_only_the_target_that_is_asked_for_is_emitted(tmp_path: pathlib.Path) -> None:
    files = _files(tmp_path, bad=BAD)
    assert codegen.main(["emit", "--target", "amd64", "--out", str(tmp_path / "out"), *files]) == 0
    text = (tmp_path / "out" / "tables.cc").read_text()
    assert 'const char kArch[] = "amd64";' in text
    assert 'const char kVariant[] = "";' in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["emit", "--target", "amd65", "--out", "x"], "no target 'amd65'; known are amd64, amd64/musl, i386, i386/time64"),
        (["emit", "--target", "amd64/time64", "--out", "x"], "no target 'amd64/time64'"),
    ],
)
def test_unknown_targets(
    arguments: list[str], message: str, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert codegen.main([*arguments, *_files(tmp_path, good=GOOD)]) == 2
    assert message in capsys.readouterr().err


def test_data_models_must_be_given_once(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = _files(tmp_path, good=GOOD)
    assert codegen.main(["check", files[1]]) == 2
    assert "give data_models.toml once, among the files" in capsys.readouterr().err
    assert codegen.main(["check", files[0], *files]) == 2


def test_files_that_cannot_be_read_or_written(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = _files(tmp_path, good=GOOD)
    assert codegen.main(["check", *files, str(tmp_path / "missing.toml")]) == 2
    assert "missing.toml:1: cannot be read: No such file or directory" in capsys.readouterr().err
    blocked = tmp_path / "blocked"
    blocked.write_text("a file")
    assert codegen.main(["declarations", "-o", str(blocked / "x.json"), *files]) == 2
    assert re.search(r"codegen: .*/blocked/x.json.* cannot be written: Not a directory", capsys.readouterr().err)
    assert codegen.main(["emit", "--target", "amd64", "--out", str(blocked), *files]) == 2
    assert "cannot be written" in capsys.readouterr().err
    # A folder where the file should be: the temporary file goes away again.
    (tmp_path / "folder.json" / "x").mkdir(parents=True)
    assert codegen.main(["declarations", "-o", str(tmp_path / "folder.json"), *files]) == 2
    assert not list(tmp_path.glob("*.tmp"))


@pytest.mark.parametrize("arguments", [[], ["print"], ["emit"], ["check"]])
def test_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        codegen.main(arguments)
    assert raised.value.code == 2
    assert "usage: codegen" in capsys.readouterr().err


def test_families_keep_their_order() -> None:
    documents = [Document(f"{name}.toml", HEAD) for name in ("b", "a")]
    assert list(Bindings(TARGETS, documents).families) == ["b", "a"]
