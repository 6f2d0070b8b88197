"""Tests of holding clang's facts against gcc's, with a header that tells the two apart."""

from __future__ import annotations

import json
import pathlib
import subprocess
import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest

from conformance.abi import collect_facts, compare_compilers
from tools.codegen import emit_probes, testing
from tools.codegen.targets import Targets

LEDGER = pathlib.Path("conformance/ledger/compilers.toml")

HEADER = """
enum colour { RED, GREEN };
typedef int one_t;
struct one { char first; enum colour second; };
#define SAME 1
#define NEGATIVE -5
#define LARGE 0xffffffffffffffffULL
int call(int fd);
"""

BINDINGS = """
[[constants]]
about  = "numbers"
header = "one.h"
origin = "man:one(2)"
[constants.names]
SAME = 1
NEGATIVE = -5
LARGE = { value = 0xffffffffffffffff, type = "unsigned long long" }
NOWHERE = 3
[types.one_t]
kind = "scalar"
header = "one.h"
origin = "man:one(2)"
is = "int"
[types."struct one"]
header = "one.h"
origin = "man:one(2)"
fields = ["char first", "int second"]
[functions.call]
page = "one(2)"
header = "one.h"
origin = "man:one(2)"
prototype = "int call(int fd)"
noexcept = false
failure = "errno"
versions = ["2.2.5"]
"""


class Compared:
    """Facts that gcc found, to be compared as often as a test wants."""

    def __init__(self, folder: pathlib.Path, header: str = HEADER, gcc: str = "gcc", package: str = "gcc") -> None:
        testing.tool(compare_compilers.CLANG, compare_compilers.CLANG)
        self.folder = folder
        self.xml = folder / "test.xml"
        include = folder / "include"
        include.mkdir(exist_ok=True)
        (include / "one.h").write_text(header, encoding="utf-8")
        cc = testing.tool(gcc, package)
        self.triple = subprocess.run([cc, "-dumpmachine"], capture_output=True, text=True, check=True).stdout.strip()
        flags = ["-isystem", str(include), "-DFROM_FLAGS=1"]
        prefix = gcc.removesuffix("gcc")
        described = {
            "cc": cc,
            "cxx": testing.tool(prefix + "g++", "g++"),
            "ar": testing.tool(prefix + "ar", "binutils"),
            "c_flags": flags,
            "cxx_flags": flags,
        }
        self.compiler = folder / "compiler.json"
        self.compiler.write_text(json.dumps(described), encoding="utf-8")
        declared = testing.bindings(BINDINGS)
        asked = emit_probes.probes(declared.on(declared.targets.get("amd64")), "one")
        (folder / "one.probes.json").write_text(json.dumps(asked), encoding="utf-8")
        self.sources = folder / "one.sources.json"
        self.collect()

    def collect(self) -> None:
        status = collect_facts.main([
            "--probes", str(self.folder / "one.probes.json"), "--compiler", str(self.compiler),
            "--output", str(self.folder / "libone.a"), "--sources", str(self.sources),
        ])  # fmt: skip
        assert status == 0

    def compare(self, *more: str, ledger: str = "") -> int:
        path = self.folder / "ledger.toml"
        path.write_text(ledger, encoding="utf-8")
        return compare_compilers.main([
            "--target", "here", "--triple", self.triple, "--compiler", str(self.compiler),
            "--ledger", str(path), *more, str(self.folder / "libone.a"), str(self.sources),
        ])  # fmt: skip

    def cases(self) -> dict[str, str]:
        """Of each case of the JUnit file, what is said of it: nothing if it passed."""
        return {
            case.attrib["name"]: "".join(f"{outcome.tag}: {outcome.attrib['message']}" for outcome in case)
            for case in ElementTree.parse(self.xml).iter("testcase")
        }


@pytest.fixture()
def compared(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Compared:
    return here(tmp_path, monkeypatch, HEADER)


def here(folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch, header: str) -> Compared:
    monkeypatch.setenv("XML_OUTPUT_FILE", str(folder / "test.xml"))
    for name in ("PLUMBLINE_REQUIRE_ALL", "TESTBRIDGE_TEST_ONLY"):
        monkeypatch.delenv(name, raising=False)
    return Compared(folder, header)


def entry(key: str, what: str, targets: str = '["here"]') -> str:
    return (
        f'[[disagreement]]\ntargets = {targets}\nkey = "{key}"\nwhat = "{what}"\n'
        'reason = "clang is told to"\nsource = "its manual"\n'
    )


def test_they_agree(compared: Compared, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared.compare() == 0
    assert compared.cases() == {"one": ""}
    # 4 constants (one of them absent for both), 2 types, 2 fields, 1 prototype; none of the C++ unit.
    assert capsys.readouterr().out == (
        "here: gcc and clang were asked for 9 facts, 0 known disagreements; 1 passed, 0 failed, 0 skipped\n"
    )


def test_deliberate_difference_is_named(compared: Compared, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared.compare("--clang-flag=-fshort-enums") == 1
    said = compared.cases()
    assert said == {
        "one/Layout/one": "failure: here: Layout/one in <one.h>: alignment: gcc says 4, clang says 1\n"
        "here: Layout/one in <one.h>: size: gcc says 8, clang says 2",
        "one/Layout/one/second": "failure: here: Layout/one/second in <one.h>: offset: gcc says 4, clang says 1\n"
        "here: Layout/one/second in <one.h>: size: gcc says 4, clang says 1\n"
        "here: Layout/one/second in <one.h>: type: gcc says unsigned int, clang says unsigned char",
    }
    out = capsys.readouterr().out
    assert "FAILED  one/Layout/one\n        here: Layout/one in <one.h>: alignment" in out
    assert "One family again: bazel test //conformance/abi:clang_test_here --test_filter=one\n" in out
    assert out.endswith("0 passed, 2 failed, 0 skipped\n")


def test_alignment_of_i386(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    header = HEADER.replace("enum colour second", "long long second")
    compared = Compared(tmp_path, header, "i686-linux-gnu-gcc", "g++-i686-linux-gnu")
    assert compared.compare() == 0
    assert compared.compare("--clang-flag=-malign-double") == 1
    out = capsys.readouterr().out
    assert "here: Layout/one in <one.h>: alignment: gcc says 4, clang says 8\n" in out
    assert "here: Layout/one/second in <one.h>: offset: gcc says 4, clang says 8\n" in out


@pytest.mark.parametrize(
    ("before", "with_clang", "words"),
    [
        ("#define SAME 1", "#define SAME 2",
         ["Constant/SAME in <one.h>: use in #if: gcc says it has the declared value, clang says it has not",
          "Constant/SAME in <one.h>: value: gcc says 1 (0x1), clang says 2 (0x2)"]),
        ("#define NEGATIVE -5", "#define NEGATIVE -6", ["value: gcc says -5 (-0x5), clang says -6 (-0x6)"]),
        ("#define SAME 1", "#define SAME 1L", ["type: gcc says int of 4 bytes, clang says long of "]),
        ("#define SAME 1", "#define SAME 1u", ["type: gcc says int of 4 bytes, clang says unsigned int of 4 bytes"]),
        ("#define SAME 1", "enum { SAME = 1 };", ["SAME in <one.h>: use in #if: gcc says it has the declared value"]),
        ("#define SAME 1", "#define SAME (int)1", ["SAME in <one.h>: use in #if: gcc says it has the declared value"]),
        ("#define SAME 1", "", ["SAME in <one.h>: compilation: gcc says it compiles, clang says “use of undeclared"]),
        ("#define SAME 1", "#define SAME 1\n#define NOWHERE 3",
         ["Constant/NOWHERE in <one.h>: presence: gcc says it is absent, clang says it is there"]),
        ("typedef int one_t;", "typedef short one_t;",
         ["Layout/one_t in <one.h>: alignment: gcc says 4, clang says 2", "size: gcc says 4, clang says 2",
          "type: gcc says int, clang says short"]),
        ("int call(int fd);", "long call(int fd);",
         ["Prototype/call in <one.h>: prototype: gcc says it is as declared, clang says it is another"]),
        ("#define LARGE 0xffffffffffffffffULL", "#define LARGE -1LL",
         ["LARGE in <one.h>: value: gcc says 18446744073709551615 (0xffffffffffffffff), clang says -1 (-0x1)"]),
    ],
)  # fmt: skip
def test_each_kind_of_difference(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, before: str, with_clang: str, words: list[str]
) -> None:
    assert before in HEADER
    header = HEADER.replace(before, f"#ifdef __clang__\n{with_clang}\n#else\n{before}\n#endif")
    compared = here(tmp_path, monkeypatch, header)
    assert compared.compare() == 1
    failed = [text for text in compared.cases().values() if text]
    assert len(failed) == 1, failed
    for each in words:
        assert each in failed[0]


def test_header_that_clang_cannot_read(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = here(tmp_path, monkeypatch, HEADER + '#ifdef __clang__\n#error "not for clang"\n#endif\n')
    assert compared.compare() == 1
    said = compared.cases()["one/<one.h>"]
    assert said.startswith("failure: here: clang cannot compile <one.h>: ") and 'error: "not for clang"' in said


def test_macros_and_folders_of_the_target_are_passed_on(compared: Compared) -> None:
    told = collect_facts.Compiler(
        "gcc", "g++", "ar",
        ("-nostdinc", "-idirafter", "/usr/lib/gcc-cross/s390x-linux-gnu/12/include", "-idirafter",
         "/usr/s390x-linux-gnu/include", "-fno-canonical-system-headers", "-D_TIME_BITS=64", "-g1"),
        (), ".",
    )  # fmt: skip
    command = compare_compilers.clang_command("clang", "s390x-linux-gnu", told)
    assert command[:8] == ["clang", "--target=s390x-linux-gnu", "-x", "c", "-I", ".", "-nostdlibinc", "-idirafter"]
    assert command[8:10] == ["/usr/s390x-linux-gnu/include", "-D_TIME_BITS=64"]
    assert not {"-g1", "-nostdinc", "-fno-canonical-system-headers"} & set(command)


def test_listed_disagreement_passes(compared: Compared, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = "".join(
        entry("type:struct one@libc", what) for what in ("size", "alignment")
    ) + "".join(entry("field:struct one:second@libc", what) for what in ("offset", "size", "type"))  # fmt: skip
    assert compared.compare("--clang-flag=-fshort-enums", ledger=ledger) == 0
    assert compared.cases() == {"one": ""}
    assert ", 5 known disagreements; " in capsys.readouterr().out


def test_listed_disagreement_that_is_over_fails(compared: Compared) -> None:
    ledger = entry("type:struct one@libc", "size") + entry("type:struct one@libc", "size", '["elsewhere"]')
    assert compared.compare(ledger=ledger) == 1
    assert compared.cases() == {
        "one": "",
        "Ledger/Layout/one": "failure: here: conformance/ledger/compilers.toml lists type:struct one@libc (size), "
        "but gcc and clang agree: take it out. Its reason was: clang is told to",
    }


def test_filter_takes_families(
    compared: Compared, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TESTBRIDGE_TEST_ONLY", "o*")
    # An entry may be of a family that was left out, so none is missed.
    assert compared.compare(ledger=entry("type:struct one@libc", "size")) == 0
    assert compared.cases() == {"one": ""}
    monkeypatch.setenv("TESTBRIDGE_TEST_ONLY", "two")
    assert compared.compare() == 2
    assert "none of the files is a two.sources.json" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("ledger", "words"),
    [
        ("[[deviation]]\n", "unknown table [deviation]; entries are [[disagreement]]"),
        (entry("a", "size").replace("reason", "why"), "a: unknown: why"),
        (entry("a", "size").replace('reason = "clang is told to"\n', ""), "a: missing: reason"),
        (entry("a", "size").replace('"clang is told to"', '""'), "a: targets is a list, everything else a text"),
        (entry("a", "size", '"here"'), "a: targets is a list, everything else a text"),
        (entry("a", "size") + entry("a", "size"), "a: size on here is listed twice"),
        ("= 1", "Invalid statement"),
    ],
)
def test_bad_ledger_is_refused(
    compared: Compared, capsys: pytest.CaptureFixture[str], ledger: str, words: str
) -> None:
    assert compared.compare(ledger=ledger) == 2
    err = capsys.readouterr().err
    assert "ledger.toml" in err and words in err
    assert not compared.xml.exists()


def test_missing_clang_is_skipped(compared: Compared, monkeypatch: pytest.MonkeyPatch) -> None:
    reason = "no-such-clang is missing: apt-get install clang-14"
    assert compared.compare("--clang=no-such-clang") == 0
    assert compared.cases() == {"clang": f"skipped: {reason}"}
    monkeypatch.setenv("PLUMBLINE_REQUIRE_ALL", "1")
    assert compared.compare("--clang=no-such-clang") == 1
    assert compared.cases() == {"clang": f"failure: {reason}"}


def test_target_that_clang_does_not_know(compared: Compared, capsys: pytest.CaptureFixture[str]) -> None:
    compared.triple = "alpha-linux-gnu"
    assert compared.compare() == 2
    said = capsys.readouterr().err
    assert "compare_compilers: here: clang-14 cannot compile for it: error: unknown target triple" in said


def test_archive_of_other_sources(compared: Compared) -> None:
    kept: dict[str, Any] = json.loads(compared.sources.read_text(encoding="utf-8"))
    for unit in kept["units"]:
        unit["keys"].append("constant:NEW@libc")
    compared.sources.write_text(json.dumps(kept), encoding="utf-8")
    assert compared.compare() == 1
    assert "lacks the fact constant:NEW@libc: it is not of these sources" in compared.cases()["one/<one.h>"]


@pytest.mark.parametrize("text", ["", "[]", '{"schema": "plumbline.sources/9"}', '{"schema": "plumbline.sources/1"}'])
def test_bad_sources_are_refused(compared: Compared, capsys: pytest.CaptureFixture[str], text: str) -> None:
    compared.sources.write_text(text, encoding="utf-8")
    assert compared.compare() == 2
    assert "one.sources.json" in capsys.readouterr().err


def test_nothing_to_compare_is_an_error(compared: Compared, capsys: pytest.CaptureFixture[str]) -> None:
    empty = {"schema": "plumbline.sources/1", "family": "one", "units": []}
    compared.sources.write_text(json.dumps(empty), encoding="utf-8")
    assert compared.compare() == 2
    assert "there is no fact to compare" in capsys.readouterr().err


def test_sources_are_the_same_each_time(compared: Compared) -> None:
    before = compared.sources.read_bytes()
    compared.collect()
    assert compared.sources.read_bytes() == before
    assert not [path for path in compared.folder.iterdir() if path.name.endswith(".tmp")]


@pytest.mark.parametrize(
    ("key", "check"),
    [
        ("constant:EPOLLIN@uapi", "Constant/EPOLLIN"),
        ("type:struct epoll_event@libc", "Layout/epoll_event"),
        ("field:siginfo_t:_sifields._rt.si_pid@libc", "Layout/siginfo_t/_sifields/_rt/si_pid"),
        ("prototype:read@c", "Prototype/read"),
        ("primitive:long long", "DataModel/long long"),
        ("environment:glibc", "Environment/glibc"),
    ],
)
def test_checks_have_the_checkers_names(key: str, check: str) -> None:
    assert compare_compilers.check_of(key) == check


def test_ledger_is_of_declared_targets() -> None:
    names = {str(target) for target in Targets.load(testing.MODELS).all}
    assert "i386/time64" in names
    for listed in compare_compilers.load_ledger(LEDGER):
        assert listed.target in names, f"{LEDGER}: {listed.key}: there is no target {listed.target}"
