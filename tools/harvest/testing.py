"""Small sysroots for tests, and surfaces as plain data."""

from __future__ import annotations

import dataclasses
import pathlib
import shutil
import subprocess

SNAPSHOT = "tools/harvest/snapshot"

FEATURES = "#define __GLIBC__ 2\n#define __GLIBC_MINOR__ 99\n"
VERSION = "#define LINUX_VERSION_CODE 395522\n"  # 6.9.2
LIBC = """
int open_it(const char *name) { return *name; }
int table[4] = {1, 2, 3, 4};
"""
MAP = "GLIBC_2.50 { global: open_it; table; local: *; };\n"


@dataclasses.dataclass
class Surface:
    """Records by (side, owner, variant, kind, name); a type's fields come after its columns."""

    records: dict[tuple[str, str, str, str, str], list[str]]
    fields: dict[tuple[str, str, str, str, str], list[list[str]]]
    symbols: dict[tuple[str, str, str], list[str]]
    headers: dict[tuple[str, str], list[str]]
    conflicts: list[list[str]]

    def fact(self, side: str, owner: str, kind: str, name: str, variant: str = "") -> list[str]:
        return self.records[(side, owner, variant, kind, name)]


def parse(text: str) -> Surface:
    surface = Surface({}, {}, {}, {}, [])
    section = ("", "", "")
    library = ""
    key = ("", "", "", "", "")
    for line in text.splitlines():
        columns = line.split("\t")
        match columns[0]:
            case "section":
                section = (columns[1], columns[2], columns[3])
            case "library":
                library = columns[1]
            case "symbol":
                surface.symbols[(library, columns[1], columns[2])] = columns[3:]
            case "header":
                surface.headers[(columns[1], columns[2])] = columns[3:]
            case "conflict":
                surface.conflicts.append(columns[1:])
            case "":
                surface.fields[key].append(columns[1:])
            case "macro" | "enumerator" | "function-macro" | "struct" | "union" | "enum" | "typedef" | "function" | "variable":
                key = (*section, columns[0], columns[1])
                surface.records[key] = columns[2:]
                surface.fields[key] = []
            case _:
                pass
    return surface


def make_sysroot(root: pathlib.Path, headers: dict[str, str]) -> pathlib.Path:
    """A sysroot of this machine's architecture with these headers and a libc.so.6."""
    for name, text in {"features.h": FEATURES, "linux/version.h": VERSION, **headers}.items():
        path = root / "usr/include" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    library = root / "usr/lib/libc.so.6"
    library.parent.mkdir(parents=True, exist_ok=True)
    source, versions = root / "libc.c", root / "libc.map"
    source.write_text(LIBC)
    versions.write_text(MAP)
    command = ["gcc", "-shared", "-nostdlib", "-fPIC", "-Wl,-soname,libc.so.6", f"-Wl,--version-script={versions}"]
    subprocess.run([*command, "-o", str(library), str(source)], check=True, capture_output=True)
    return root


def run(*arguments: str, timeout: float = 240) -> subprocess.CompletedProcess[str]:
    return subprocess.run([SNAPSHOT, *arguments], capture_output=True, text=True, timeout=timeout, check=False)


def snapshot(root: pathlib.Path, *arguments: str) -> Surface:
    done = run("--sysroot", str(root), *arguments)
    assert done.returncode == 0, done.stderr
    return parse(done.stdout)


def has(program: str) -> bool:
    return shutil.which(program) is not None
