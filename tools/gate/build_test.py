"""gate --build: a tree with the makefile targets and the layout that glibc's has."""

from __future__ import annotations

import json
import pathlib
import subprocess

import pytest

from tools.harvest import testing

GATE = "tools/gate/gate"

CONFIG = "config-machine = x86_64\nbase-machine = x86_64\nCC = gcc\nbuild-crypt = no\nsysheaders = {sysheaders}\n"
VERSIONS = """ld.so-version=ld-linux-x86-64.so.2
all-sonames+=ld=$(ld.so-version)
libc.so-version=.6
all-sonames+=libc=libc.so$(libc.so-version)
libm.so-version=.6
libgcc_s.so-version=.1
libcrypt.so-version=.1
soversions.mk-done = t
"""
# As glibc's build folder: all is handed to the source's makefile.
MAKEFILE = "srcdir = ../source\nall .DEFAULT:\n\t$(MAKE) -r -C $(srcdir) objdir=`pwd` $@\n"
SOURCE_MAKEFILE = """includedir = /opt/own/include
inst_includedir = $(install_root)$(includedir)
install-headers:
\tmkdir -p $(inst_includedir)
\tcp -r include/* $(inst_includedir)
\trm $(inst_includedir)/stubs-prologue.h
"""
# Of an architecture with ABI variants: another one's rule would first install all there is.
WITH_VARIANTS = """
$(inst_includedir)/gnu/stubs.h:
\tmkdir -p $(inst_includedir)/gnu
\techo '#if defined __x86_64__' > $@
\techo '# include <gnu/stubs-64.h>' >> $@
\techo '#endif' >> $@
"""
WITHOUT_VARIANTS = """
$(inst_includedir)/gnu/stubs.h:
\tfalse
"""
PROLOGUE = "@ Omitted.\n#ifdef _LIBC\n #error Applications may not define it\n#endif\n@ This, too.\n"
# As glibc's stub_warning() has it.
STUB = '__asm__(".section .gnu.glibc-stub.{name}; .previous");\n'
LIBRARIES = {
    "libc.so": ("libc.so.6", "int open_it(void) { return 1; }", "GLIBC_2.50 { global: open_it; local: *; };"),
    "elf/ld.so": ("ld-linux-x86-64.so.2", "int tunables;", "GLIBC_2.50 { global: tunables; local: *; };"),
    "math/libm.so": ("libm.so.6", "double sine(double x) { return x; }", "GLIBC_2.50 { global: sine; local: *; };"),
}


def compile_library(path: pathlib.Path, soname: str, source: str, versions: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    script = path.with_suffix(".map")
    script.write_text(versions)
    command = ["gcc", "-shared", "-nostdlib", "-fPIC", "-x", "c", "-", f"-Wl,-soname,{soname}", f"-Wl,--version-script={script}"]
    subprocess.run([*command, "-o", str(path)], input=source, text=True, check=True, capture_output=True)


def compile_object(path: pathlib.Path, source: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["gcc", "-c", "-x", "c", "-", "-o", str(path)], input=source, text=True, check=True)


def archive_stubs(path: pathlib.Path, *names: str) -> None:
    """Of an object for each function that is a stub, and one with none."""
    objects = [path.parent / f"{name}.o" for name in (*names, "other")]
    for each in objects:
        compile_object(each, STUB.format(name=each.stem) if each.stem in names else "int f;\n")
    subprocess.run(["ar", "rc", str(path), *map(str, objects)], check=True)


@pytest.fixture(name="tree")
def _tree(tmp_path: pathlib.Path) -> pathlib.Path:
    """Built, and configured --with-headers."""
    kernel = tmp_path / "kernel/include"
    (kernel / "linux").mkdir(parents=True)
    (kernel / "linux/version.h").write_text(testing.VERSION)
    (kernel / "linux/thing.h").write_text("#define THING 7\n")
    (kernel / "other").mkdir()
    (kernel / "other/no.h").write_text("#define NO 1\n")
    source = tmp_path / "source"
    (source / "include").mkdir(parents=True)
    (source / "Makefile").write_text(SOURCE_MAKEFILE + WITH_VARIANTS)
    (source / "include/stubs-prologue.h").write_text(PROLOGUE)
    (source / "include/features.h").write_text(testing.FEATURES)
    (source / "include/brand_new.h").write_text("#define VALUE 1\nint open_it(void);\n")
    tree = tmp_path / "build"
    (tree / "gnu").mkdir(parents=True)
    (tree / "gnu/lib-names-64.h").write_text('#define LIBC_SO "libc.so.6"\n')
    (tree / "config.make").write_text(CONFIG.format(sysheaders=kernel))
    (tree / "Makefile").write_text(MAKEFILE)
    (tree / "soversions.mk").write_text(VERSIONS)
    for name, (soname, code, versions) in LIBRARIES.items():
        compile_library(tree / name, soname, code, versions)
    archive_stubs(tree / "libc.a", "revoke", "stty")
    archive_stubs(tree / "math/libm_pic.a", "fma")
    # An object, and a script of the linker, by the names of archives.
    compile_object(tree / "malloc/libmcheck.a", STUB.format(name="mcheck"))
    (tree / "misc").mkdir()
    (tree / "misc/libg.a").write_text("GROUP ( libc.a )\n")
    # What tests and modules leave in a tree is no library of it.
    compile_library(tree / "elf/tst-mod.so", "tst-mod.so", "int f;", "{ global: f; };")
    return tree


def snapshot(tree: pathlib.Path) -> testing.Surface:
    done = testing.run("--build", str(tree))
    assert done.returncode == 0, done.stderr
    return testing.parse(done.stdout)


def test_what_is_recorded(tree: pathlib.Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in tree.rglob("*")}
    surface = snapshot(tree)
    assert surface.fact("glibc", "brand_new.h", "macro", "VALUE")[-1] == "1"
    assert surface.fact("uapi", "linux/thing.h", "macro", "THING")[-1] == "7"
    assert set(surface.symbols) == {
        ("libc.so.6", "open_it", "GLIBC_2.50"),
        ("ld-linux-x86-64.so.2", "tunables", "GLIBC_2.50"),
        ("libm.so.6", "sine", "GLIBC_2.50"),
    }
    assert ("uapi", "other/no.h") not in surface.headers and ("glibc", "other/no.h") not in surface.headers
    # What make install has beyond install-headers.
    assert surface.fact("glibc", "gnu/lib-names-64.h", "macro", "LIBC_SO")[-1] == '"libc.so.6"'
    assert stubs(surface) == {("gnu/stubs-64.h", name) for name in ("fma", "mcheck", "revoke", "stty")}
    # Nothing is left in the tree.
    assert {path: path.stat().st_mtime_ns for path in tree.rglob("*")} == before


def stubs(surface: testing.Surface) -> set[tuple[str, str]]:
    return {(key[1], key[4].removeprefix("__stub_")) for key in surface.records if key[4].startswith("__stub_")}


def test_an_architecture_without_variants(tree: pathlib.Path) -> None:
    (tree / "gnu/lib-names-64.h").rename(tree / "gnu/lib-names.h")
    (tree.parent / "source/Makefile").write_text(SOURCE_MAKEFILE + WITHOUT_VARIANTS)
    surface = snapshot(tree)
    assert surface.fact("glibc", "gnu/lib-names.h", "macro", "LIBC_SO")[-1] == '"libc.so.6"'
    assert stubs(surface) == {("gnu/stubs.h", name) for name in ("fma", "mcheck", "revoke", "stty")}


@pytest.mark.parametrize("spelled", ["option", "name"])
def test_the_verdict_before_installing(tree: pathlib.Path, tmp_path: pathlib.Path, spelled: str) -> None:
    old = tmp_path / "old.surface"
    assert testing.run("--build", str(tree), "-o", str(old)).returncode == 0
    (tree.parent / "source/include/brand_new.h").write_text("#define VALUE 2\nint open_it(void);\n")
    soname, code, _ = LIBRARIES["math/libm.so"]
    compile_library(tree / "math/libm.so", soname, code.replace("sine", "cosine"), "GLIBC_2.50 { global: cosine; local: *; };")
    new = ["--build", str(tree)] if spelled == "option" else [f"build:{tree}"]
    done = subprocess.run([GATE, str(old), *new, "--format", "json"], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    found = {(one["id"], one["name"]) for one in json.loads(done.stdout)["findings"]}
    assert found == {
        ("constant-value-changed", "VALUE"),
        ("symbol-removed", "sine@GLIBC_2.50"),
        ("symbol-added", "cosine@GLIBC_2.50"),
    }


def error(tree: pathlib.Path) -> str:
    done = testing.run("--build", str(tree))
    assert done.returncode == 2 and not done.stdout, done.stdout
    return done.stderr


def test_no_tree(tmp_path: pathlib.Path) -> None:
    assert "no build tree of glibc" in error(tmp_path) and "configure" in error(tmp_path)
    assert "No such file" in error(tmp_path / "nowhere")


def test_configured_but_not_built(tree: pathlib.Path) -> None:
    (tree / "soversions.mk").unlink()
    assert f"soversions.mk is missing; run make -C {tree}" in error(tree)


def test_half_built(tree: pathlib.Path) -> None:
    (tree / "math/libm.so").unlink()
    assert f"this is missing: libm.so; run make -C {tree}" in error(tree)


def test_headers_that_can_not_be_installed(tree: pathlib.Path) -> None:
    (tree.parent / "source/Makefile").write_text("install-headers:\n\t@echo no such rule of ours >&2; false\n")
    assert "install-headers install_root=FOLDER" in error(tree)


def test_no_kernel_headers(tree: pathlib.Path) -> None:
    (tree.parent / "kernel/include/linux/version.h").unlink()
    assert "headers_install" in error(tree) and "--with-headers" in error(tree)


def test_only_one_new(tree: pathlib.Path, tmp_path: pathlib.Path) -> None:
    done = subprocess.run([GATE, "a", "b", "--build", str(tree)], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "give only OLD" in done.stderr
