"""What a snapshot holds of small sysroots, and what it says of bad ones."""

from __future__ import annotations

import json
import pathlib
import subprocess
from typing import Any

import pytest

from tools.harvest import testing


@pytest.fixture(name="root", scope="module")
def _root(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    return testing.make_sysroot(
        tmp_path_factory.mktemp("root"),
        {
            "fcntl.h": """
#include <features.h>
#define O_ONE 0x4A
#define O_CAST ((unsigned char)7)
#define O_NEGATIVE (-1)
#define O_ALL (~0U)
#define O_NAME "na\\"me"
#define O_HALF 0.5
#define O_NOTHING
#define O_KEYWORD struct thing
#define O_CALL open_it(0)
#define O_LOST (1 + no_such_name)
#define O_POINTER ((void *)-1)
#define O_SECRET secret_function(3)
#define O_GONE 1
#undef O_GONE
#define O_MAKE(a, b) ((a) << 8 | sizeof(b))
enum { E_ONE = 1, E_TWO };
enum named { E_BIG = 0x80000000 };
struct thing;
struct outer {
  char c;
  struct { short s; union { int i; long l; }; } in;
  unsigned low : 3, : 2, high : 4;
  struct { char x; } list[2];
  char tail[];
};
typedef struct { int n; } no_tag_t;
#ifdef _GNU_SOURCE
extern void leave(int) __attribute__((noreturn, deprecated));
extern int open_it(const char *name, ...) __attribute__((nonnull(1))) __asm__("open_it64");
#else
extern int open_it(char *name);
#endif
static inline int twice(int n) { return n * 2; }
extern char **environ;
""",
            "bits/part.h": '#ifndef _FCNTL_H\n# error "Never include <bits/part.h> directly; use <search.h> instead."\n#endif\n#define PART 1\n',
            "search.h": "#define _FCNTL_H\n#include <bits/part.h>\n#include <linux/first.h>\n",
            "aio.h": "#define _AIO_H\n#include <bits/types/shared.h>\n",
            "bits/types/shared.h": "typedef long shared_t;\n",
            "linux/first.h": "struct entry { int a; };\n#define SAME 1\n#define FIRST_ONLY 1\n",
            "linux/second.h": "struct entry { int a, b; };\n#define SAME 2\n",
            "linux/late.h": "struct late { struct entry e; };\n",
            "linux/asks.h": "#ifdef FIRST_ONLY\n#define WRONG 1\n#else\n#define RIGHT 1\n#endif\n",
            "linux/broken.h": "int broken(;\n",
            "linux/lacks.h": "#include <nowhere/at_all.h>\n#define LACKS 5\n",
        },
    )


@pytest.fixture(name="surface", scope="module")
def _surface(root: pathlib.Path) -> testing.Surface:
    return testing.snapshot(root)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("O_ONE", ["if", "dg", "int", "74"]),
        ("O_CAST", ["constant", "dg", "unsigned char", "7"]),
        ("O_NEGATIVE", ["if", "dg", "int", "-1"]),
        # #if computes with 64 bits.
        ("O_ALL", ["constant", "dg", "unsigned int", "4294967295"]),
        ("O_NAME", ["constant", "dg", "char[6]", '"na\\"me"']),
        ("O_HALF", ["constant", "dg", "double", "0x1p-1"]),
        ("O_NOTHING", ["empty", "dg", "", ""]),
        ("O_KEYWORD", ["text", "dg", "", "struct thing"]),
        ("O_CALL", ["runtime", "dg", "int", "open_it(0)"]),
        ("O_POINTER", ["constant", "dg", "void *", "18446744073709551615"]),
    ],
)
def test_macro(surface: testing.Surface, name: str, expected: list[str]) -> None:
    columns = surface.fact("glibc", "fcntl.h", "macro", name)
    assert [columns[0], *columns[2:]] == [expected[0], *expected[2:]]
    assert set(expected[1]) <= set(columns[1])


def test_a_name_that_is_not_declared_is_told(surface: testing.Surface) -> None:
    assert surface.fact("glibc", "fcntl.h", "macro", "O_LOST")[0] == "unevaluable"
    assert "no_such_name" in surface.fact("glibc", "fcntl.h", "macro", "O_LOST")[3]
    # It is no value that is not constant.
    assert surface.fact("glibc", "fcntl.h", "macro", "O_SECRET")[0] == "unevaluable"
    assert "secret_function" in surface.fact("glibc", "fcntl.h", "macro", "O_SECRET")[3]


def test_what_is_undefined_again_is_not_there(surface: testing.Surface) -> None:
    assert ("glibc", "fcntl.h", "", "macro", "O_GONE") not in surface.records


def test_a_function_like_macro_is_tried_with_a_type(surface: testing.Surface) -> None:
    assert surface.fact("glibc", "fcntl.h", "function-macro", "O_MAKE") == ["a, b", "constant", "dgp", "unsigned long", "260"]


def test_enumerators_are_there_once(surface: testing.Surface) -> None:
    assert surface.fact("glibc", "fcntl.h", "enumerator", "E_TWO") == ["constant", "dgp", "int", "2"]
    assert surface.fact("glibc", "fcntl.h", "enumerator", "E_BIG")[2:] == ["unsigned int", "2147483648"]
    assert len([key for key in surface.records if key[4] == "E_TWO"]) == 1


def test_fields(surface: testing.Surface) -> None:
    key = ("glibc", "fcntl.h", "", "struct", "outer")
    assert surface.fields[key] == [
        ["c", "0", "1", "char"],
        ["in", "8", "16", "struct {}"],
        ["in.s", "8", "2", "short"],
        ["in.i", "16", "4", "int"],
        ["in.l", "16", "8", "long"],
        ["low", "24", ":3", "unsigned int"],
        ["high", "24.5", ":4", "unsigned int"],
        ["list", "26", "2", "struct {}[2]"],
        ["list[].x", "26", "1", "char"],
        ["tail", "28", "0", "char[]"],
    ]
    assert surface.records[key][1:3] == ["32", "8"]
    assert surface.fact("glibc", "fcntl.h", "struct", "thing")[1] == "incomplete"
    assert surface.fact("glibc", "fcntl.h", "typedef", "no_tag_t")[3] == "struct {}"


def test_declarations(surface: testing.Surface) -> None:
    assert surface.fact("glibc", "fcntl.h", "function", "open_it") == ["g", "int (const char *, ...)", "nonnull(1)", "open_it64"]
    assert surface.fact("glibc", "fcntl.h", "function", "leave") == ["g", "void (int)", "deprecated noreturn", ""]
    assert surface.fact("glibc", "fcntl.h", "function", "twice") == ["dgp", "int (int)", "static-inline", ""]
    assert surface.fact("glibc", "fcntl.h", "variable", "environ") == ["dgp", "char **", "", ""]


def test_a_variant_holds_what_differs_in_it(surface: testing.Surface) -> None:
    for variant in ("default", "posix"):
        assert surface.fact("glibc", "fcntl.h", "function", "open_it", variant) == [variant[0], "int (char *)", "", ""]
        assert ("glibc", "fcntl.h", variant, "function", "twice") not in surface.records


def test_owners(surface: testing.Surface) -> None:
    # As the header says itself, and as the only one that includes it.
    assert surface.fact("glibc", "search.h", "macro", "PART")[3] == "1"
    assert surface.fact("glibc", "aio.h", "typedef", "shared_t")[1:3] == ["8", "8"]
    assert surface.headers[("glibc", "bits/part.h")][:2] == ["internal", "search.h"]
    assert surface.headers[("glibc", "search.h")][2] == "linux/first.h"


def test_headers_that_clash_are_told_apart(surface: testing.Surface) -> None:
    assert surface.fact("uapi", "linux/first.h", "macro", "SAME")[3] == "1"
    assert surface.fact("uapi", "linux/second.h", "macro", "SAME")[3] == "2"
    assert len(surface.fields[("uapi", "linux/second.h", "", "struct", "entry")]) == 2
    assert ["uapi", "linux/first.h", "linux/second.h"] in [conflict[:3] for conflict in surface.conflicts]


def test_a_header_says_what_it_says_alone(surface: testing.Surface) -> None:
    assert ("uapi", "linux/asks.h", "", "macro", "RIGHT") in surface.records
    assert ("uapi", "linux/asks.h", "", "macro", "WRONG") not in surface.records


def test_headers_that_cannot_be_included_alone(surface: testing.Surface) -> None:
    assert surface.headers[("uapi", "linux/late.h")][:2] in (["needs", "linux/first.h"], ["needs", "linux/second.h"])
    assert surface.headers[("uapi", "linux/broken.h")][0] == "fails"
    assert surface.headers[("uapi", "linux/lacks.h")][0] == "fails"
    assert "nowhere/at_all.h" in surface.headers[("uapi", "linux/lacks.h")][1]
    # What it says is not lost.
    assert surface.fact("uapi", "linux/lacks.h", "macro", "LACKS")[3] == "5"


def test_a_folder_that_is_a_link(tmp_path: pathlib.Path) -> None:
    """As Debian's asm/ is since 13: a link into a package for all architectures."""
    root = testing.make_sysroot(
        tmp_path,
        {
            "../lib/linux/uapi/asm/one.h": "#include <asm/two.h>\n#define ONE (TWO - 1)\n",
            "../lib/linux/uapi/asm/two.h": "#define TWO 2\nstruct two { int a, b; };\n",
            "linux/both.h": "#include <asm/one.h>\n#define BOTH (ONE + TWO)\n",
        },
    )
    (root / "usr/include/asm").symlink_to("../lib/linux/uapi/asm")
    surface = testing.snapshot(root)
    assert surface.headers[("uapi", "asm/two.h")][0] == "includable"
    assert surface.fact("uapi", "asm/one.h", "macro", "ONE")[3] == "1"
    assert surface.fact("uapi", "asm/two.h", "macro", "TWO")[3] == "2"
    assert surface.fact("uapi", "asm/two.h", "struct", "two")[1] == "8"
    assert surface.fact("uapi", "linux/both.h", "macro", "BOTH")[3] == "3"
    assert len([key for key in surface.records if key[4] == "TWO"]) == 1


def test_traps_of_headers_that_include_others(tmp_path: pathlib.Path) -> None:
    guarded = "#ifndef __who_t_defined\ntypedef int who_t;\n#define __who_t_defined\n#endif\n"
    surface = testing.snapshot(
        testing.make_sysroot(
            tmp_path,
            {
                "aio.h": "#include <fcntl.h>\nenum { AIO_ONE = 1 };\n",
                "fcntl.h": "#ifndef F\n#define F\nenum { F_ONE = 1, F_TWO };\nstruct f { enum { F_IN } e; };\n#endif\n",
                "sched.h": guarded + "#define SCHED 1\n",
                "sys/types.h": guarded,
                "linux/calls.h": "#define CALL _IONE('x', 1)\n#define CALL_OF(n) _IONE('x', n)\n",
                # Right after aio.h by chance only, and so is what brings it.
                "linux/needs.h": "struct needs { pid_t pid; };\n",
                "linux/outer.h": "#include <linux/needs.h>\n#define OUTER 1\n",
                "linux/a.h": "#include <sys/types.h>\n#include <unistd.h>\n",
                "unistd.h": "#ifndef U\n#define U\ntypedef int pid_t;\n#endif\n",
            },
        )
    )
    # Each enumerator belongs to the header that declares it.
    for name in ("F_ONE", "F_TWO", "F_IN"):
        assert [key[1] for key in surface.records if key[4] == name] == ["fcntl.h"]
    # An implicit declaration is no run-time value.
    assert surface.fact("uapi", "linux/calls.h", "macro", "CALL")[0] == "unevaluable"
    assert surface.fact("uapi", "linux/calls.h", "function-macro", "CALL_OF")[1] == "unevaluable"
    # "Unless one has": of sys/types.h if that has it, wherever it is in the order.
    assert [key[1] for key in surface.records if key[4] == "who_t" and key[2] == ""] == ["sys/types.h"]
    assert surface.headers[("uapi", "linux/needs.h")][:2] == ["needs", "sys/types.h"]
    assert surface.headers[("uapi", "linux/outer.h")][:2] == ["needs", "sys/types.h"]


def test_headers_that_change_what_they_include(tmp_path: pathlib.Path) -> None:
    surface = testing.snapshot(
        testing.make_sysroot(
            tmp_path,
            {
                "asm-generic/limit.h": "#ifndef L\n#define L\n#define LIMIT 1\n#define GONE 2\n#define KEPT 3\n#endif\n",
                "asm/limit.h": "#include <asm-generic/limit.h>\n#undef LIMIT\n#define LIMIT 4\n",
                "linux/undoes.h": "#include <asm-generic/limit.h>\n#undef GONE\n",
                # As asm/posix_types.h of mips: not after the other.
                "asm-generic/word.h": "#ifndef W\n#define W\n#ifndef __word_t\ntypedef int __word_t;\n#endif\n#define GENERIC 7\n#endif\n",
                "asm/word.h": "#ifndef A\n#define A\ntypedef long __word_t;\n#define __word_t __word_t\n#include <asm-generic/word.h>\n#endif\n",
                **{f"linux/uses{i}.h": f"#include <asm/word.h>\nstruct uses{i} {{ __word_t word; }};\n" for i in range(9)},
                "asm/calls_a.h": "#define CALL (FIRST_CALL + 1)\n",
                "asm/calls.h": "#include <asm/word.h>\n#define FIRST_CALL 4000\n#include <asm/calls_a.h>\n",
            },
        )
    )
    assert surface.fact("uapi", "asm-generic/limit.h", "macro", "LIMIT")[3] == "1"
    assert surface.fact("uapi", "asm/limit.h", "macro", "LIMIT")[3] == "4"
    assert surface.fact("uapi", "asm-generic/limit.h", "macro", "GONE")[3] == "2"
    assert surface.fact("uapi", "asm-generic/limit.h", "macro", "KEPT")[3] == "3"
    assert len([key for key in surface.records if key[4] == "KEPT"]) == 1
    assert surface.fact("uapi", "asm-generic/word.h", "macro", "GENERIC")[3] == "7"
    assert surface.fact("uapi", "asm/word.h", "typedef", "__word_t")[1] == "8"
    assert surface.fact("uapi", "linux/uses8.h", "struct", "uses8")[1] == "8"
    assert {state for header in surface.headers.values() for state in header[:1]} == {"includable"}
    # What includes asm/word.h stays with what includes that, too.
    assert surface.fact("uapi", "asm/calls_a.h", "macro", "CALL")[3] == "4001"


def test_headers_that_clang_has_too(tmp_path: pathlib.Path) -> None:
    names = ("inttypes.h", "limits.h", "stdint.h", "tgmath.h")
    headers = {name: f"#define OF_THE_LIBRARY_{name[:-2]} 1\n" for name in names}
    surface = testing.snapshot(testing.make_sysroot(tmp_path, headers))
    for name in names:
        assert surface.fact("glibc", name, "macro", f"OF_THE_LIBRARY_{name[:-2]}")[3] == "1"


def test_what_is_of_an_unknown_type(tmp_path: pathlib.Path) -> None:
    surface = testing.snapshot(
        testing.make_sysroot(
            tmp_path,
            {
                "linux/bad.h": "struct bad { int first; unknown_t second; };\ntypedef struct bad bad_t;\n"
                "struct holds { struct bad one; };\nstruct points { struct bad *to; };\nstruct good { int a; };\n"
                "typedef unknown_t alias_t;\nextern unknown_t variable;\n#define BAD sizeof(struct bad)\n",
                "sys/types.h": "typedef __SIZE_TYPE__ size_t;\ntypedef int word_t;\n",
                "string.h": "typedef __SIZE_TYPE__ size_t;\n",
                # As those of Linux 5.10, which sys/types.h has other types than.
                "asm/signal.h": "typedef long word_t;\ntypedef struct sigaltstack { void *ss_sp; int ss_flags; size_t ss_size; } stack_t;\n",
            },
        )
    )
    assert surface.headers[("uapi", "linux/bad.h")][0] == "fails"
    for kind, name in (("struct", "bad"), ("struct", "holds"), ("typedef", "bad_t")):
        assert surface.fact("uapi", "linux/bad.h", kind, name)[1] == "incomplete"
    assert surface.fact("uapi", "linux/bad.h", "struct", "points")[1] == "8"
    assert surface.fact("uapi", "linux/bad.h", "struct", "good")[1] == "4"
    # clang takes them for int.
    assert not {key[4] for key in surface.records} & {"alias_t", "variable"}
    assert surface.headers[("uapi", "asm/signal.h")][:2] == ["needs", "string.h"]
    assert surface.fact("uapi", "asm/signal.h", "struct", "sigaltstack")[1] == "24"


def test_a_group_that_all_would_have_to_leave(tmp_path: pathlib.Path) -> None:
    # As the ioctls.h and termbits.h of sparc64: each must come before what it includes, and with none of the others.
    headers = {}
    for name, other in (("a", "b"), ("b", "a")):
        headers[f"asm-generic/{name}.h"] = (
            f"#ifndef G{name}\n#define G{name}\n#ifndef __{name}_t\ntypedef int __{name}_t;\n#endif\n#define V{name} 1\n#endif\n"
        )
        headers[f"asm/{name}.h"] = (
            f"#ifndef A{name}\n#define A{name}\ntypedef long __{name}_t;\n#define __{name}_t __{name}_t\n"
            f"#include <asm-generic/{name}.h>\n#define V{other} 2\n#endif\n"
        )
    surface = testing.snapshot(testing.make_sysroot(tmp_path, headers))
    assert {state for header in surface.headers.values() for state in header[:1]} == {"includable"}
    for name, other in (("a", "b"), ("b", "a")):
        assert surface.fact("uapi", f"asm-generic/{name}.h", "macro", f"V{name}")[3] == "1"
        assert surface.fact("uapi", f"asm/{name}.h", "macro", f"V{other}")[3] == "2"


@pytest.mark.parametrize("names", ["<search.h> or <wchar.h>", "<wchar.h> or <search.h>"])
def test_the_owner_of_two_is_the_one_that_includes_it(names: str, tmp_path: pathlib.Path) -> None:
    error = f'#ifndef SEARCH\n# error "Never include <bits/either.h> directly; include {names} instead."\n#endif\n'
    headers = {
        "bits/either.h": error + "#define EITHER 1\n",
        "search.h": "#define SEARCH\n#include <bits/either.h>\n",
        "wchar.h": "#ifdef _XOPEN_SOURCE_ONLY\n# include <bits/either.h>\n#endif\n",
    }
    surface = testing.snapshot(testing.make_sysroot(tmp_path, headers))
    assert surface.fact("glibc", "search.h", "macro", "EITHER")[3] == "1"


@pytest.mark.parametrize(
    "text",
    [
        "9", "-9", "( 9 )", "0x7fffffff", "0x80000000", "2147483648", "0xffffffffffffffff", "9u", "9L", "9LL", "9uLL", "9lu",
        "017", "-017", "0", "-0", "-1U", "9223372036854775807", "'a'", "(1 << 4)", "sizeof(int)", "1.5f", "~0U",
    ],
)  # fmt: skip
def test_a_literal_has_the_type_that_gcc_gives_it(text: str, tmp_path: pathlib.Path) -> None:
    surface = testing.snapshot(testing.make_sysroot(tmp_path, {"aio.h": f"#define IT {text}\n"}))
    use, _, type_name, value = surface.fact("glibc", "aio.h", "macro", "IT")
    assert use in ("if", "constant")
    suffix = "u" if type_name.startswith("unsigned") else ""
    program = f'_Static_assert(_Generic(({text}), {type_name}: 1, default: 0), "type");\n'
    program += f'_Static_assert(({text}) == {value}{"" if "p" in value else suffix}, "value");\n'
    done = subprocess.run(["gcc", "-x", "c", "-w", "-fsyntax-only", "-"], input=program, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_symbols(surface: testing.Surface) -> None:
    assert surface.symbols[("libc.so.6", "open_it", "GLIBC_2.50")] == ["default", "func", "global", "0"]
    assert surface.symbols[("libc.so.6", "table", "GLIBC_2.50")] == ["default", "object", "global", "16"]


def test_the_same_twice(root: pathlib.Path, tmp_path: pathlib.Path) -> None:
    for name in ("one", "two"):
        assert testing.run("--sysroot", str(root), "-o", str(tmp_path / name)).returncode == 0
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_nothing_but_what_is_visible_counts(root: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """Comments, spaces and the spelling of a literal change no byte."""
    other = tmp_path / "other"
    subprocess.run(["cp", "-a", str(root), str(other)], check=True)
    header = other / "usr/include/fcntl.h"
    text = header.read_text().replace("0x4A", "0x4a").replace("#define O_HALF", "/* half\n of it */\n#  define   O_HALF")
    header.write_text(text.replace("(-1)", "( -1 )"))
    assert testing.snapshot(other) == testing.snapshot(root)


@pytest.fixture(name="document", scope="module")
def _document(root: pathlib.Path) -> Any:
    done = testing.run("--sysroot", str(root), "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_json_says_what_the_text_says(document: Any, surface: testing.Surface) -> None:
    assert document["schema"] == "plumbline.snapshot/1"
    assert {(header["side"], header["path"]): header["status"] for header in document["headers"]} == {
        key: columns[0] for key, columns in surface.headers.items()
    }
    lists = {"constants": "", "function_macros": "function-macro", "types": "", "declarations": ""}
    keys = {
        (section["side"], section["owner"], section["variant"], kind or fact["kind"], fact["name"])
        for section in document["sections"]
        for name, kind in lists.items()
        for fact in section[name]
    }
    assert keys == set(surface.records)
    symbols = {
        (library["soname"], symbol["name"], symbol["version"]) for library in document["libraries"] for symbol in library["symbols"]
    }
    assert symbols == set(surface.symbols)


def test_json_of_a_type(document: Any) -> None:
    (section,) = (one for one in document["sections"] if (one["owner"], one["variant"]) == ("fcntl.h", ""))
    (outer,) = (one for one in section["types"] if one["name"] == "outer")
    assert (outer["kind"], outer["size"], outer["alignment"]) == ("struct", 32, 8)
    assert outer["fields"][6] == {"path": "high", "offset_bits": 197, "width_bits": 4, "bit_field": True, "type": "unsigned int"}
    (thing,) = (one for one in section["types"] if one["name"] == "thing")
    assert (thing["complete"], "size" in thing) == (False, False)


def test_json_counts_all_macros_and_gives_reasons(document: Any, surface: testing.Surface) -> None:
    for side in ("glibc", "uapi"):
        counts = document["completeness"][side]
        macros = [columns for key, columns in surface.records.items() if (key[0], key[2], key[3]) == (side, "", "macro")]
        assert counts["macros"] == len(macros)
        parts = ("evaluated", "not_constant", "unresolved", "empty", "no_expression")
        assert sum(counts[part] for part in parts) == counts["macros"]
        assert sum(counts["headers_by_status"].values()) == counts["headers"]
        assert len(counts["unresolved_macros"]) == counts["unresolved"]
    reasons = {one["name"]: one["reason"] for one in document["completeness"]["glibc"]["unresolved_macros"]}
    assert "no_such_name" in reasons["O_LOST"]


def test_the_report_names_what_has_no_value(root: pathlib.Path, tmp_path: pathlib.Path) -> None:
    done = testing.run("--sysroot", str(root), "-o", str(tmp_path / "output"))
    assert "<fcntl.h> O_CALL is not constant: open_it(0)" in done.stdout
    assert "<fcntl.h> O_LOST can't be evaluated: use of undeclared identifier 'no_such_name'" in done.stdout
    assert "<linux/broken.h> can't be included: " in done.stdout


def test_packages_of_an_installed_system(root: pathlib.Path, tmp_path: pathlib.Path) -> None:
    copy = damage(root, tmp_path)
    database = copy / "var/lib/dpkg"
    (database / "info").mkdir(parents=True)
    (database / "info/format").write_text("1\n")
    owned = {
        "libc6": ["/lib/libc.so.6"],
        "libc6-dev": ["/usr/include/features.h", "/usr/include/fcntl.h"],
        "linux-libc-dev": ["/usr/include/linux/version.h"],
        # Has nothing that is there.
        "libc6-dev-other": ["/usr/include/not/there.h"],
    }
    status = ""
    for number, (name, files) in enumerate(owned.items()):
        (database / f"info/{name}.list").write_text("/.\n" + "\n".join(files) + "\n")
        status += f"Package: {name}\nStatus: install ok installed\nMaintainer: nobody\nArchitecture: amd64\n"
        status += f"Version: 2.{number}-1\nDescription: none\n\n"
    (database / "status").write_text(status)
    done = testing.run("--sysroot", str(copy))
    assert done.returncode == 0, done.stderr
    packages = [line.split("\t")[1:] for line in done.stdout.splitlines() if line.startswith("package\t")]
    # What is installed has no sum: dpkg does not keep it.
    assert packages == [
        ["libc6", "2.0-1", "amd64", ""],
        ["libc6-dev", "2.1-1", "amd64", ""],
        ["linux-libc-dev", "2.2-1", "amd64", ""],
    ]
    # A header of no such package is not recorded.
    assert ("glibc", "search.h") not in testing.parse(done.stdout).headers


def refused(*arguments: str) -> str:
    done = testing.run(*arguments)
    assert done.returncode == 2, done.stdout[:200]
    assert done.stdout == ""
    assert done.stderr.startswith("plumbline: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


def damage(root: pathlib.Path, tmp_path: pathlib.Path) -> pathlib.Path:
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-a", str(root), str(copy)], check=True)
    return copy


def test_no_such_folder(tmp_path: pathlib.Path) -> None:
    assert "No such file" in refused("--sysroot", str(tmp_path / "none"))


def test_half_a_sysroot(root: pathlib.Path, tmp_path: pathlib.Path) -> None:
    copy = damage(root, tmp_path)
    (copy / "usr/include/linux/version.h").unlink()
    assert "linux-libc-dev" in refused("--sysroot", str(copy))
    (copy / "usr/include/features.h").unlink()
    assert "libc6-dev" in refused("--sysroot", str(copy))
    (copy / "usr/lib/libc.so.6").unlink()
    assert "libc.so.6" in refused("--sysroot", str(copy))


def test_links_in_a_circle(root: pathlib.Path, tmp_path: pathlib.Path) -> None:
    copy = damage(root, tmp_path)
    (copy / "usr/include/linux/up").symlink_to("..")
    assert "linux/up" in refused("--sysroot", str(copy))
    (copy / "usr/include/linux/up").unlink()
    (copy / "usr/include/linux/self.h").symlink_to("self.h")
    assert "self.h" in refused("--sysroot", str(copy))


def test_a_header_without_end(root: pathlib.Path, tmp_path: pathlib.Path) -> None:
    copy = damage(root, tmp_path)
    lines = ["#define X0 1 +"] + [f"#define X{i + 1} X{i} X{i}" for i in range(60)] + ["#if X60 0", "#endif", ""]
    (copy / "usr/include/linux/endless.h").write_text("\n".join(lines))
    output = tmp_path / "output"
    assert "<linux/endless.h>" in refused("--sysroot", str(copy), "--limit", "5", "-o", str(output))
    assert not list(tmp_path.glob("output*"))


def test_a_header_that_includes_itself(root: pathlib.Path, tmp_path: pathlib.Path) -> None:
    copy = damage(root, tmp_path)
    (copy / "usr/include/linux/itself.h").write_text("#include <linux/itself.h>\n" * 2)
    status, reason, _ = testing.snapshot(copy).headers[("uapi", "linux/itself.h")]
    assert (status, "nested too deeply" in reason) == ("fails", True)


@pytest.mark.parametrize("length", [0, 3, 40, 700, 5000])
def test_a_library_that_is_cut(root: pathlib.Path, tmp_path: pathlib.Path, length: int) -> None:
    copy = damage(root, tmp_path)
    library = copy / "usr/lib/libc.so.6"
    library.write_bytes(library.read_bytes()[:length])
    assert "libc.so.6" in refused("--sysroot", str(copy))


def test_a_library_of_another_architecture(root: pathlib.Path, tmp_path: pathlib.Path) -> None:
    copy = damage(root, tmp_path)
    library = copy / "usr/lib/libc.so.6"
    content = bytearray(library.read_bytes())
    content[18] ^= 0xFF
    library.write_bytes(content)
    assert "architecture" in refused("--sysroot", str(copy))


def test_a_package_that_is_cut(tmp_path: pathlib.Path) -> None:
    tree = tmp_path / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN/control").write_text(
        "Package: linux-libc-dev\nVersion: 1\nArchitecture: all\nMaintainer: nobody <n@example.org>\nDescription: none\n"
    )
    (tree / "data").write_bytes(bytes(range(256)) * 400)
    package = tmp_path / "linux-libc-dev.deb"
    subprocess.run(["dpkg-deb", "--build", str(tree), str(package)], check=True, capture_output=True)
    whole = package.read_bytes()
    for length in (10, len(whole) // 2, len(whole) - 1):
        package.write_bytes(whole[:length])
        assert "linux-libc-dev.deb" in refused("--debs", str(package))


def test_the_output_cannot_be_written(root: pathlib.Path) -> None:
    assert "/no/such/folder" in refused("--sysroot", str(root), "-o", "/no/such/folder/file")


def test_neither_sysroot_nor_packages() -> None:
    assert "--sysroot" in refused()
