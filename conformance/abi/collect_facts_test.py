"""Tests of asking a compiler about headers, with the machine's own and those in testdata."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import re
import shutil
import subprocess
from typing import Any

import pytest

from conformance.abi import collect_facts
from conformance.abi.collect_facts import FROM_LIBC, FROM_UAPI, PRESENT, VISIBLE_FEATURE, VISIBLE_STRICT, Fact
from tools.codegen import __main__ as codegen
from tools.codegen import emit_probes, keys, testing

TESTDATA = pathlib.Path("conformance/abi/testdata").resolve()

# As facts.h numbers them.
NEGATIVE, IN_IF, NOEXCEPT, CONSTANT_EXPRESSION = 2, 4, 128, 256
CHAR, INT, UNSIGNED, UNSIGNED_SHORT, UNSIGNED_LONG, UNSIGNED_LONG_LONG, POINTER = 1, 6, 7, 5, 9, 11, 16
OTHER, SHORT = 0, 4

BINDINGS = """
[[constants]]
about  = "numbers"
header = "one.h"
origin = "man:one(2)"
[constants.names]
PLAIN = { value = 1, uapi = "linux/one.h" }
RENAMED = { value = 21, uapi = "linux/one.h", uapi_name = "KERNEL_NAME" }
OTHER_VALUE = 2
OTHER_TYPE = 4
NEGATIVE = -5
LARGE = { value = 0xffffffffffffffff, type = "unsigned long long" }
CAST = 6
BYTE = 7
HANDLER = { value = -1, type = "void (*)(int)" }
MISSING = 1
BROKEN = 1
ENUMERATOR = 8
WITH_MACRO = 9
SHARED = { value = 20, uapi = "linux/one.h" }
ONLY_GNU = { value = 11, feature = "_GNU_SOURCE" }
SINCE_POSIX = { value = 12, feature = "_POSIX_C_SOURCE=199309L" }
EVALUATED = { value = 42, runtime = true }
NOT_EVALUATED = { value = 10, runtime = true }
ELSEWHERE = { value = 1, header = "two.h" }
NO_HEADER = { value = 1, header = "no_such_header.h" }

[types.one_t]
kind = "scalar"
header = "one.h"
origin = "man:one(2)"
is = "unsigned int"
[types.text_t]
kind = "scalar"
header = "one.h"
origin = "man:one(2)"
is = "char *"
[types.set_t]
kind = "opaque"
header = "one.h"
origin = "man:one(2)"
is = "unsigned long[2]"
[types."struct one"]
header = "one.h"
origin = "man:one(2)"
fields = [
  "char first[2][3]",
  "one_t second",
  { union = ["int third", "void *fourth"] },
  { struct = ["short fifth"], name = "in" },
  "unsigned int sixth:3",
  "int :2",
  "int seventh:4",
  "char last[]",
]
[types."struct lacks"]
header = "one.h"
origin = "man:one(2)"
fields = ["int a", "int b"]
[types."struct missing"]
header = "one.h"
origin = "man:one(2)"
fields = ["int a"]
[types."struct shared"]
header = "one.h"
uapi = "linux/one.h"
origin = "man:one(2)"
fields = ["int a"]
[types."struct only_gnu"]
header = "one.h"
feature = "_GNU_SOURCE"
origin = "man:one(2)"
fields = ["int a"]
[types."struct two"]
header = "two.h"
origin = "man:one(2)"
fields = ["int a"]
[types.lost_t]
kind = "opaque"
header = "no_such_header.h"
origin = "man:one(2)"
is = "int"
"""

PROTOTYPES = {
    "call": "int call(int fd, const struct one *one)",
    "waits": "int waits(int fd)",
    "other_result": "int other_result(int fd)",
    "other_parameter": "int other_parameter(int fd)",
    "variadic": "int variadic(int fd, ...)",
    "with_set": "int with_set(const set_t *set)",
    "with_two": "int with_two(struct two *two)",
    "with_lost": "int with_lost(lost_t *lost)",
    "previous": "void (*previous(int number, void (*handler)(int)))(int)",
    "in_header": "int in_header(void)",
    "missing": "int missing(void)",
    "only_gnu": "int only_gnu(void)",
}
for _name, _prototype in PROTOTYPES.items():
    BINDINGS += f'[functions.{_name}]\nheader = "one.h"\norigin = "man:one(2)"\nprototype = "{_prototype}"\n'
    BINDINGS += 'noexcept = true\nfailure = "errno"\nversions = ["2.0"]\n'
    BINDINGS += 'feature = "_GNU_SOURCE"\n' * (_name == "only_gnu")


@dataclasses.dataclass(frozen=True)
class Collected:
    """What a program says that the archive is linked into."""

    facts: dict[int, Fact]
    values: dict[int, int]
    addresses: dict[int, bool]  # whether it is that of call
    texts: dict[int, str]
    read: dict[int, Fact]  # the facts as read_facts finds them in the object files

    def __getitem__(self, key: str) -> Fact:
        return self.facts[keys.fnv1a(key)]

    def text(self, key: str) -> str:
        return self.texts.get(keys.fnv1a(key), "")

    def value(self, key: str) -> int | None:
        return self.values.get(keys.fnv1a(key))


def compiler(folder: pathlib.Path, **changed: str | list[str]) -> pathlib.Path:
    """A description of this machine's compiler, with the headers of testdata as a C library's."""
    flags = ["-isystem", str(TESTDATA / "include")]
    described: dict[str, Any] = {
        "cc": testing.tool("gcc", "gcc"),
        "cxx": testing.tool("g++", "g++"),
        "ar": testing.tool("ar", "binutils"),
        "c_flags": flags,
        "cxx_flags": flags,
        **changed,
    }
    path = folder / "compiler.json"
    path.write_text(json.dumps(described), encoding="utf-8")
    return path


def probes(folder: pathlib.Path, text: str, target: str = "amd64") -> pathlib.Path:
    declared = testing.bindings(text)
    path = folder / "one.probes.json"
    asked = emit_probes.probes(declared.on(declared.targets.get(target)), "one")
    path.write_text(json.dumps(asked), encoding="utf-8")
    return path


def collect(folder: pathlib.Path, text: str, **changed: str | list[str]) -> tuple[int, pathlib.Path]:
    output = folder / "libone.a"
    arguments = ["--probes", str(probes(folder, text)), "--compiler", str(compiler(folder, **changed))]
    return collect_facts.main([*arguments, "--output", str(output)]), output


def read(archive: pathlib.Path, compiler_file: pathlib.Path, folder: pathlib.Path) -> list[Fact]:
    """The facts in an archive's members, without running them."""
    told = collect_facts.Compiler.load(compiler_file, ".")
    folder.mkdir()
    subprocess.run([told.ar, "x", archive.resolve()], cwd=folder, check=True)
    facts: list[Fact] = []
    for member in sorted(folder.iterdir()):
        facts += collect_facts.read_facts(told, member)
    return facts


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Collected:
    folder = tmp_path_factory.mktemp("collected")
    status, archive = collect(folder, BINDINGS)
    assert status == 0
    program = folder / "dump"
    subprocess.run(
        ["gcc", "-w", "-I.", TESTDATA / "dump.c", "-Wl,--whole-archive", archive, "-Wl,--no-whole-archive", "-o", program],
        check=True,
    )  # fmt: skip
    printed = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    result = Collected({}, {}, {}, {}, {fact.key: fact for fact in read(archive, folder / "compiler.json", folder / "x")})
    for line in printed.splitlines():
        kind, key, rest = line.split(" ", 2)
        match kind:
            case "fact":
                assert int(key) not in result.facts
                result.facts[int(key)] = Fact(int(key), *map(int, rest.split()))
            case "value":
                result.values[int(key)] = int(rest)
            case "address":
                result.addresses[int(key)] = rest == "1"
            case "text":
                result.texts[int(key)] = rest
    return result


def test_there_is_a_fact_for_every_probe(collected: Collected, tmp_path: pathlib.Path) -> None:
    asked = json.loads(probes(tmp_path, BINDINGS).read_text())
    expected = {keys.fnv1a(probe["key"]) for unit in asked["units"] for probe in unit["probes"]}
    assert set(collected.facts) == expected


def test_facts_can_be_read_from_object_files(collected: Collected) -> None:
    assert collected.read == collected.facts


# ----------------------------------------------------------------------------
# Constants.


def test_a_plain_constant(collected: Collected) -> None:
    fact = collected["constant:PLAIN@libc"]
    assert (fact.value, fact.size, fact.type) == (1, 4, INT)
    assert fact.flags == PRESENT | IN_IF | VISIBLE_STRICT | FROM_LIBC | CONSTANT_EXPRESSION
    # The last definition counts: that of one.h, which includes the kernel's.
    kernel = collected["constant:PLAIN@uapi"]
    assert (kernel.value, kernel.flags & (FROM_LIBC | FROM_UAPI)) == (1, FROM_UAPI)
    assert collected.text("constant:PLAIN@libc") == ""


def test_the_kernels_name_of_a_constant(collected: Collected) -> None:
    assert collected["constant:RENAMED@libc"].flags & FROM_LIBC
    assert collected["constant:RENAMED@uapi"].value == 21
    assert collected["constant:RENAMED@uapi"].flags & FROM_UAPI


def test_a_constant_of_another_value_is_told_as_it_is(collected: Collected) -> None:
    fact = collected["constant:OTHER_VALUE@libc"]
    # #if evaluates it, but not to what is declared.
    assert (fact.value, fact.flags & PRESENT, fact.flags & IN_IF) == (3, PRESENT, 0)


@pytest.mark.parametrize(
    ("name", "value", "size", "kind", "in_if"),
    [
        ("OTHER_TYPE", 4, 8, UNSIGNED_LONG, IN_IF),
        ("NEGATIVE", 2**64 - 5, 4, INT, IN_IF),
        ("LARGE", 2**64 - 1, 8, UNSIGNED_LONG_LONG, IN_IF),
        ("CAST", 6, 2, UNSIGNED_SHORT, 0),
        ("BYTE", 7, 1, CHAR, 0),
        ("HANDLER", 2**64 - 1, 8, POINTER, 0),
        ("ENUMERATOR", 8, 4, UNSIGNED, 0),
        ("WITH_MACRO", 9, 4, UNSIGNED, 0),
    ],
)
def test_types_of_constants(
    collected: Collected, name: str, value: int, size: int, kind: int, in_if: int
) -> None:
    fact = collected[f"constant:{name}@libc"]
    if name in ("ENUMERATOR", "WITH_MACRO"):
        kind = INT  # an enumerator is an int in C
    assert (fact.value, fact.size, fact.type, fact.flags & IN_IF) == (value, size, kind, in_if)
    assert bool(fact.flags & NEGATIVE) == (name == "NEGATIVE")
    assert fact.flags & CONSTANT_EXPRESSION


def test_whose_enumerator_it_is(collected: Collected) -> None:
    for name in ("ENUMERATOR", "WITH_MACRO"):
        assert collected[f"constant:{name}@libc"].flags & (FROM_LIBC | FROM_UAPI) == FROM_LIBC


def test_a_constant_that_libc_takes_from_the_kernel(collected: Collected) -> None:
    assert collected["constant:SHARED@libc"].flags & (FROM_LIBC | FROM_UAPI) == FROM_UAPI


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("MISSING", "'MISSING' undeclared here (not in a function)"),
        ("BROKEN", "expected"),
        ("ELSEWHERE", "'ELSEWHERE' undeclared here (not in a function)"),
        ("NO_HEADER", "there is no header <no_such_header.h>"),
    ],
)
def test_a_name_that_the_header_lacks(collected: Collected, name: str, reason: str) -> None:
    fact = collected[f"constant:{name}@libc"]
    assert dataclasses.replace(fact, key=0) == Fact(0, 0, 0, 0, OTHER, 0)
    assert collected.text(f"constant:{name}@libc").startswith(reason)


@pytest.mark.parametrize(
    ("name", "visible"),
    [
        ("PLAIN", VISIBLE_STRICT),
        ("ONLY_GNU", VISIBLE_FEATURE),
        ("SINCE_POSIX", VISIBLE_FEATURE),
    ],
)
def test_feature_test_macros(collected: Collected, name: str, visible: int) -> None:
    fact = collected[f"constant:{name}@libc"]
    assert fact.flags & (PRESENT | VISIBLE_STRICT | VISIBLE_FEATURE) == PRESENT | visible


def test_feature_test_macro_that_does_not_suffice(tmp_path: pathlib.Path) -> None:
    text = '[[constants]]\nabout = "a"\nheader = "one.h"\norigin = "man:one(2)"\n[constants.names]\n'
    text += 'SINCE_POSIX = { value = 12, feature = "_POSIX_C_SOURCE=1" }'
    status, archive = collect(tmp_path, text)
    assert status == 0
    (fact,) = read(archive, tmp_path / "compiler.json", tmp_path / "x")
    assert fact.flags & (PRESENT | VISIBLE_STRICT | VISIBLE_FEATURE) == PRESENT


def test_a_constant_that_the_program_evaluates(collected: Collected) -> None:
    fact = collected["constant:EVALUATED@libc"]
    assert (fact.type, fact.flags & CONSTANT_EXPRESSION) == (INT, 0)
    assert collected.value("constant:EVALUATED@libc") == 42
    fact = collected["constant:NOT_EVALUATED@libc"]
    assert fact.flags & CONSTANT_EXPRESSION
    assert collected.value("constant:NOT_EVALUATED@libc") == 10


# ----------------------------------------------------------------------------
# Types.


def test_types(collected: Collected) -> None:
    scalar = collected["type:one_t@libc"]
    assert (scalar.value, scalar.align, scalar.type) == (4, 4, UNSIGNED)
    assert collected["type:text_t@libc"].type == POINTER
    opaque = collected["type:set_t@libc"]
    assert (opaque.value, opaque.align, opaque.type) == (16, 8, OTHER)
    structure = collected["type:struct one@libc"]
    assert (structure.value, structure.align) == (32, 8)
    for name in ("one_t", "text_t", "set_t", "struct one"):
        assert collected[f"type:{name}@libc"].flags == PRESENT | VISIBLE_STRICT | FROM_LIBC, name


@pytest.mark.parametrize(
    ("field", "offset", "size", "kind"),
    [
        ("first", 0, 6, CHAR),
        ("second", 8, 4, UNSIGNED),
        ("third", 16, 4, INT),
        ("fourth", 16, 8, POINTER),
        ("in", 24, 2, OTHER),
        ("in.fifth", 24, 2, SHORT),
        ("last", 28, 0, CHAR),
    ],
)
def test_fields(collected: Collected, field: str, offset: int, size: int, kind: int) -> None:
    fact = collected[f"field:struct one:{field}@libc"]
    assert (fact.value, fact.size, fact.type, fact.flags & PRESENT) == (offset, size, kind, PRESENT)


@pytest.mark.parametrize(("field", "first", "count"), [("sixth", 208, 3), ("seventh", 213, 4)])
def test_bit_fields(collected: Collected, field: str, first: int, count: int) -> None:
    assert collected[f"field:struct one:{field}@libc"].flags & PRESENT
    assert collected.value(f"field:struct one:{field}@libc") == first << 16 | count


def test_a_field_that_is_missing(collected: Collected) -> None:
    assert collected["type:struct lacks@libc"].flags & PRESENT
    assert collected["field:struct lacks:a@libc"].flags & PRESENT
    assert collected["field:struct lacks:b@libc"].flags == 0
    assert collected.text("field:struct lacks:b@libc") == "'struct lacks' has no member named 'b'"


def test_a_type_that_is_missing(collected: Collected) -> None:
    for key in ("type:struct missing@libc", "field:struct missing:a@libc"):
        assert collected[key].flags == 0
        assert "struct missing" in collected.text(key)


def test_whose_type_it_is(collected: Collected) -> None:
    sides = FROM_LIBC | FROM_UAPI
    assert collected["type:struct shared@libc"].flags & sides == FROM_UAPI
    assert collected["type:struct shared@uapi"].flags & sides == FROM_UAPI
    assert collected["type:struct only_gnu@libc"].flags & (sides | VISIBLE_STRICT | VISIBLE_FEATURE) == (
        FROM_LIBC | VISIBLE_FEATURE
    )


# ----------------------------------------------------------------------------
# Functions.


@pytest.mark.parametrize(
    ("name", "in_c", "in_cxx", "noexcept"),
    [
        ("call", 1, 1, NOEXCEPT),
        ("waits", 1, 1, 0),
        ("other_result", 0, 0, 0),
        ("other_parameter", 0, 0, 0),
        ("variadic", 1, 1, 0),
        ("with_set", 1, 1, 0),
        ("with_two", 1, 1, 0),
        ("previous", 1, 1, NOEXCEPT),
        ("in_header", 1, 1, 0),
        ("only_gnu", 1, 1, 0),
    ],
)
def test_prototypes(collected: Collected, name: str, in_c: int, in_cxx: int, noexcept: int) -> None:
    fact = collected[f"prototype:{name}@c"]
    assert (fact.value, fact.flags & PRESENT) == (in_c, PRESENT)
    fact = collected[f"prototype:{name}@c++"]
    assert (fact.value, fact.flags & (PRESENT | NOEXCEPT)) == (in_cxx, PRESENT | noexcept)


def test_the_type_of_a_function_in_words(collected: Collected) -> None:
    assert "Seen = long int (*)(int)]" in collected.text("prototype:other_result@c++")
    assert "Seen = int (*)(int, const one*) noexcept]" in collected.text("prototype:call@c++")


def test_where_a_call_leads(collected: Collected) -> None:
    addresses = {name: collected.addresses.get(keys.fnv1a(f"address:{name}")) for name in PROTOTYPES}
    assert addresses == {name: name == "call" for name in PROTOTYPES} | {"missing": None, "with_lost": None}


def test_a_function_that_is_missing(collected: Collected) -> None:
    for language in ("c", "c++"):
        assert collected[f"prototype:missing@{language}"].flags == 0
        assert "missing" in collected.text(f"prototype:missing@{language}")


def test_functions_and_feature_test_macros(collected: Collected) -> None:
    visible = VISIBLE_STRICT | VISIBLE_FEATURE
    assert collected["prototype:call@c"].flags & visible == VISIBLE_STRICT
    assert collected["prototype:only_gnu@c"].flags & visible == VISIBLE_FEATURE


def test_a_parameters_header_does_not_make_up_for_the_functions(tmp_path: pathlib.Path) -> None:
    # IN_TWO is in two.h, which is included for with_two's parameter.
    text = BINDINGS.replace('ELSEWHERE = { value = 1, header = "two.h" }', "IN_TWO = 1")
    status, archive = collect(tmp_path, text)
    assert status == 0
    facts = {fact.key: fact for fact in read(archive, tmp_path / "compiler.json", tmp_path / "x")}
    assert facts[keys.fnv1a("constant:IN_TWO@libc")].flags == 0
    assert facts[keys.fnv1a("prototype:with_two@c")].flags & PRESENT


def test_a_parameters_header_that_is_missing(collected: Collected) -> None:
    # lost_t has no header here: that is with_lost's loss alone.
    assert collected["prototype:with_lost@c"].flags == 0
    assert collected["prototype:call@c"].flags & PRESENT


# ----------------------------------------------------------------------------
# Another architecture's facts are read without running anything.

_IN_C = BINDINGS.split("[functions.")[0]


@pytest.mark.parametrize(
    ("triple", "byte_order"), [("powerpc-linux-gnu", "big"), ("m68k-linux-gnu", "big"), ("arm-linux-gnueabihf", "little")]
)
def test_other_architectures(triple: str, byte_order: str, tmp_path: pathlib.Path) -> None:
    tools = {name: testing.tool(f"{triple}-{tool}", f"gcc-{triple}") for name, tool in (("cc", "gcc"), ("ar", "ar"))}
    status, archive = collect(tmp_path, _IN_C, **tools)
    assert status == 0
    facts = {fact.key: fact for fact in read(archive, tmp_path / "compiler.json", tmp_path / "x")}
    assert facts[keys.fnv1a("constant:NEGATIVE@libc")].value == 2**64 - 5
    assert facts[keys.fnv1a("constant:OTHER_TYPE@libc")].size == 4
    assert facts[keys.fnv1a("field:struct one:fourth@libc")].size == 4
    aligned = 10 if triple.startswith("m68k") else 12
    assert facts[keys.fnv1a("field:struct one:fourth@libc")].value == aligned
    fact = facts[keys.fnv1a("constant:PLAIN@libc")]
    (member, *_) = sorted((tmp_path / "x").iterdir())
    assert fact.packed(byte_order) in member.read_bytes()


# ----------------------------------------------------------------------------
# The archive, and what can go wrong.

ONE_CONSTANT = '[[constants]]\nabout = "a"\nheader = "{}"\norigin = "man:one(2)"\n[constants.names]\n{} = 1\n'


def test_the_archive_is_the_same_each_time(tmp_path: pathlib.Path) -> None:
    archives = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        status, archive = collect(folder, BINDINGS)
        assert status == 0
        archives.append(archive.read_bytes())
    assert archives[0] == archives[1]


def test_an_empty_family_makes_an_empty_archive(tmp_path: pathlib.Path) -> None:
    status, archive = collect(tmp_path, "")
    assert (status, archive.read_bytes()) == (0, b"!<arch>\n")


@pytest.mark.parametrize(
    ("header", "name", "message"),
    [
        ("broken.h", "IN_BROKEN", r"collect_facts: <broken.h> does not compile: .*/broken.h:3: expected"),
        (
            "includes_nothing.h",
            "IN_HALF",
            r"collect_facts: <includes_nothing.h> does not compile: .*/includes_nothing.h:2: "
            r"there/is/no/such/header.h: No such file",
        ),
    ],
)
def test_a_header_that_does_not_compile(
    header: str, name: str, message: str, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, archive = collect(tmp_path, ONE_CONSTANT.format(header, name))
    assert status == 2
    error = capsys.readouterr().err
    assert re.match(message, error), error
    assert not archive.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["compiler.json", "one.probes.json"]


def test_the_old_archive_stays_when_something_goes_wrong(tmp_path: pathlib.Path) -> None:
    status, archive = collect(tmp_path, BINDINGS)
    before = archive.read_bytes()
    assert collect(tmp_path, ONE_CONSTANT.format("broken.h", "IN_BROKEN"))[0] == 2
    assert archive.read_bytes() == before
    assert collect(tmp_path, BINDINGS, ar=shutil.which("false") or "false")[0] == 2
    assert archive.read_bytes() == before
    assert not list(tmp_path.glob("*.tmp"))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"cc": "/nowhere/gcc"}, "cannot run /nowhere/gcc: No such file or directory"),
        ({"ar": "/nowhere/ar"}, "No such file or directory: '/nowhere/ar'"),
        ({"c_flags": ["--no-such-option"]}, "no-such-option"),
    ],
)
def test_tools_that_fail(
    changed: dict[str, str | list[str]], message: str, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, archive = collect(tmp_path, BINDINGS, **changed)
    assert status == 2
    assert message in capsys.readouterr().err
    assert not archive.exists()


@pytest.mark.parametrize("text", ["", "{}", "[]", "3"])
def test_a_compiler_that_is_not_described(
    text: str, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    described = tmp_path / "compiler.json"
    described.write_text(text)
    asked = probes(tmp_path, BINDINGS)
    output = tmp_path / "libone.a"
    status = collect_facts.main(["--probes", str(asked), "--compiler", str(described), "-o", str(output)])
    assert status == 2
    assert f"{described} does not describe a compiler" in capsys.readouterr().err
    assert not output.exists()


def test_probes_that_are_none(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = tmp_path / "probes.json"
    for arguments in ([], ["x"]):
        asked.write_text("not JSON" if arguments else "")
        status = collect_facts.main(
            ["--probes", str(asked), "--compiler", str(compiler(tmp_path)), "-o", str(tmp_path / "out.a")]
        )
        assert status == 2
        assert capsys.readouterr().err.startswith("collect_facts: ")


def test_object_files_that_are_none(tmp_path: pathlib.Path) -> None:
    told = collect_facts.Compiler.load(compiler(tmp_path), ".")
    with pytest.raises(collect_facts.CollectError):
        collect_facts.read_facts(told, tmp_path / "missing.o")


def test_probes_as_codegen_writes_them(tmp_path: pathlib.Path) -> None:
    """The two programs understand each other, file by file."""
    (tmp_path / "one.toml").write_text(testing.HEAD + BINDINGS, encoding="utf-8")
    arguments = ["emit", "--target", "amd64", "--out", str(tmp_path), str(testing.MODELS), str(tmp_path / "one.toml")]
    assert codegen.main(arguments) == 0
    for family in ("one", "data_models"):
        output = tmp_path / f"{family}.a"
        asked = tmp_path / f"{family}.probes.json"
        status = collect_facts.main(
            ["--probes", str(asked), "--compiler", str(compiler(tmp_path)), "-o", str(output)]
        )
        assert status == 0
        written = json.loads(asked.read_text())
        count = sum(len(unit["probes"]) for unit in written["units"])
        assert len(read(output, tmp_path / "compiler.json", tmp_path / f"{family}.x")) == count
