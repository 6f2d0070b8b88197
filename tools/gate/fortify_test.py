"""snapshot --fortify and gate --fortify: what _FORTIFY_SOURCE shows, held against gcc."""

from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess

import pytest

from tools.harvest import testing

GATE = "tools/gate/gate"

# As glibc's headers do it.
FEATURES = (
    testing.FEATURES
    + """
#if defined _FORTIFY_SOURCE && defined __OPTIMIZE__ && __OPTIMIZE__ > 0
# define __USE_FORTIFY_LEVEL _FORTIFY_SOURCE
#else
# define __USE_FORTIFY_LEVEL 0
#endif
"""
)
UNISTD = """
#include <features.h>
int read(int, void *, unsigned long);
int old_one(int);
#if __USE_FORTIFY_LEVEL > 0
int __read_alias(int, void *, unsigned long) __asm__("read");
int __read_chk(int, void *, unsigned long, unsigned long) __attribute__((nonnull(2)));
extern inline __attribute__((gnu_inline, always_inline)) int read(int fd, void *to, unsigned long n)
{
  return __builtin_va_arg_pack_is_unknown(fd) ? __read_alias(fd, to, n) : __read_chk(fd, to, n, n);
}
#endif
#if __USE_FORTIFY_LEVEL > 2
extern int dynamic;
#endif
"""
NEWER = UNISTD.replace("unsigned long, unsigned long)", "unsigned long, unsigned)") + (
    '#if __USE_FORTIFY_LEVEL > 1\nint __old_one_chk(int, int);\nextern inline __attribute__((gnu_inline)) int old_one(int x)'
    " { return __old_one_chk(x, 1); }\n#endif\n"
)


def root(folder: pathlib.Path, unistd: str) -> pathlib.Path:
    return testing.make_sysroot(folder, {"features.h": FEATURES, "unistd.h": unistd})


def test_a_variant_of_what_is_different(tmp_path: pathlib.Path) -> None:
    sysroot = root(tmp_path / "root", UNISTD)
    plain = testing.snapshot(sysroot)
    assert not any(key[2].startswith("fortify") for key in plain.records)
    for level in (1, 2, 3):
        surface = testing.snapshot(sysroot, "--fortify", str(level))
        variant = f"fortify{level}"
        alias, checked, inline = (
            surface.fact("glibc", "unistd.h", "function", name, variant) for name in ("__read_alias", "__read_chk", "read")
        )
        assert alias[-1] == "read"
        assert checked[1:3] == ["int (int, void *, unsigned long, unsigned long)", "nonnull(2)"]
        assert inline[2] == "inline"
        assert ("glibc", "unistd.h", variant, "function", "old_one") not in surface.records
        assert (("glibc", "unistd.h", variant, "variable", "dynamic") in surface.records) == (level == 3)
        # All else is as it was.
        common = {key: value for key, value in surface.records.items() if key[2] != variant}
        assert common == plain.records


def gate(*arguments: str | pathlib.Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([GATE, *map(str, arguments), "--format", "json"], capture_output=True, text=True, check=False)


def test_a_gate_of_two_levels_of_fortified_headers(tmp_path: pathlib.Path) -> None:
    old, new = root(tmp_path / "old", UNISTD), root(tmp_path / "new", NEWER)
    assert json.loads(gate(old, new).stdout)["findings"] == []
    report = json.loads(gate(old, new, "--fortify", "2").stdout)
    assert {(one["id"], one["name"], one["variant"]) for one in report["findings"]} == {
        ("prototype-changed", "__read_chk", "fortify2"),
        ("prototype-changed", "old_one", "fortify2"),
        ("prototype-added", "__old_one_chk", "fortify2"),
    }
    back = json.loads(gate(new, old, "--fortify", "2").stdout)
    assert ("prototype-removed", "__old_one_chk") in {(one["id"], one["name"]) for one in back["findings"]}
    assert {one["name"] for one in json.loads(gate(old, new, "--fortify", "1").stdout)["findings"]} == {"__read_chk"}


def test_what_is_recorded_without_it(tmp_path: pathlib.Path) -> None:
    sysroot = root(tmp_path / "root", UNISTD)
    plain, fortified = tmp_path / "plain.surface", tmp_path / "fortified.surface"
    assert testing.run("--sysroot", str(sysroot), "-o", str(plain)).returncode == 0
    assert testing.run("--sysroot", str(sysroot), "--fortify", "2", "-o", str(fortified)).returncode == 0
    # What only one of them has is no difference, and what is asked for and not there is an error.
    assert json.loads(gate(plain, fortified).stdout)["findings"] == []
    assert json.loads(gate(fortified, plain).stdout)["findings"] == []
    done = gate(plain, fortified, "--fortify", "2")
    assert done.returncode == 2 and "nothing is recorded of _FORTIFY_SOURCE=2 on" in done.stderr


HEADERS = ["unistd.h", "stdio.h", "string.h", "stdlib.h", "sys/socket.h", "wchar.h", "poll.h", "fcntl.h", "syslog.h", "setjmp.h"]
REDIRECTED = re.compile(r"extern[^;{}]*?\b(\w+)\s*\([^;{}]*?\)\s*__asm__\s*\(\s*\"\"\s*\"(\w+)\"\s*\)", re.DOTALL)
# What calls of a buffer whose size is known, and of a length that is not, ask the linker for.
CALLS = """
#include <unistd.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
char buffer[64];
struct pollfd fds[4];
long calls(int fd, unsigned long n, char *at)
{
  return read(fd, buffer, n) + recv(fd, buffer, n, 0) + poll(fds, n, 0) + pread(fd, buffer, n, 0) + readlink(at, buffer, n)
    + (long)getcwd(buffer, n) + (long)fgets(buffer, (int)n, stdin) + gethostname(buffer, n);
}
"""


@pytest.fixture(name="host", scope="module")
def _host() -> testing.Surface:
    done = testing.run("--sysroot", "/", "--fortify", "2")
    if done.returncode != 0:
        if os.environ.get("PLUMBLINE_REQUIRE_ALL") == "1":
            pytest.fail(done.stderr)
        pytest.skip(done.stderr)
    return testing.parse(done.stdout)


def functions(surface: testing.Surface) -> dict[str, set[str]]:
    """By name: what the linker is asked for."""
    found: dict[str, set[str]] = {}
    for (side, _, variant, kind, name), columns in surface.records.items():
        if side == "glibc" and kind == "function" and variant in ("", "fortify2"):
            found.setdefault(name, set()).add(columns[-1] or name)
    return found


def test_asm_names_are_those_that_gcc_sees(host: testing.Surface) -> None:
    includes = "".join(f"#include <{header}>\n" for header in HEADERS)
    command = ["gcc", "-std=gnu17", "-O2", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2", "-D_GNU_SOURCE", "-E", "-P", "-x", "c", "-"]
    text = subprocess.run(command, input=includes, capture_output=True, text=True, check=True).stdout
    redirected = REDIRECTED.findall(text)
    assert len(redirected) > 40 and ("__read_chk_warn", "__read_chk") in redirected
    ours = functions(host)
    assert [(name, symbol) for name, symbol in redirected if symbol not in ours.get(name, set())] == []


def test_what_calls_ask_for_is_declared(host: testing.Surface, tmp_path: pathlib.Path) -> None:
    target = tmp_path / "calls.o"
    command = ["gcc", "-std=gnu17", "-O2", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2", "-D_GNU_SOURCE", "-w", "-c", "-x", "c", "-"]
    subprocess.run([*command, "-o", str(target)], input=CALLS, text=True, check=True)
    names = subprocess.run(["nm", "-u", str(target)], capture_output=True, text=True, check=True).stdout.split()
    asked = {name for name in names if name.endswith("_chk")}
    assert {"__read_chk", "__recv_chk", "__poll_chk", "__fgets_chk"} <= asked
    known = {symbol for symbols in functions(host).values() for symbol in symbols}
    # gcc's builtins, which headers do not declare.
    assert asked - known <= {"__memcpy_chk", "__sprintf_chk"}
    exported = {name for library, name, _ in host.symbols if library.startswith("libc.so")}
    assert asked <= exported
