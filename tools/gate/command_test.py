"""The command as users call it, on surfaces and on small sysroots."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
from typing import Any

import pytest

from tools.harvest import testing

GATE = "tools/gate/gate"

HEADER = """
#include <features.h>
#define O_ONE 0x4a
#define O_TWO 2
struct flock { int a; char b; };
extern int open_it(const char *name);
"""


def run(*arguments: str | pathlib.Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [GATE, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env={"PATH": "/usr/bin:/bin", "PLUMBLINE_SNAPSHOT": os.path.abspath(testing.SNAPSHOT)},
    )


def findings(*arguments: str | pathlib.Path) -> list[dict[str, Any]]:
    done = run(*arguments, "--format", "json")
    assert done.returncode in (0, 1), done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return found


def surface(path: pathlib.Path, lines: str) -> pathlib.Path:
    text = f"plumbline-surface|1\narch|amd64\nlibc|glibc 2.99\nkernel-headers|6.9.2\n{lines}end\n"
    path.write_text(text.replace("|", "\t"))
    return path


@pytest.fixture(name="old")
def _old(tmp_path: pathlib.Path) -> pathlib.Path:
    return surface(tmp_path / "old.surface", "section|glibc|a.h|\nmacro|A|if|dgp|int|1\nmacro|A_MAX|if|dgp|int|1\n")


@pytest.fixture(name="new")
def _new(tmp_path: pathlib.Path) -> pathlib.Path:
    return surface(tmp_path / "new.surface", "section|glibc|a.h|\nmacro|A|if|dgp|int|2\nmacro|A_MAX|if|dgp|int|2\n")


def test_all_says_which_architectures_one_side_lacks(old: pathlib.Path, tmp_path: pathlib.Path) -> None:
    sides = []
    for name, archs in (("before", ("amd64", "armel")), ("after", ("amd64", "riscv64", "s390x"))):
        folder = tmp_path / name
        folder.mkdir()
        for arch in archs:
            (folder / f"{arch}.surface").write_text(old.read_text().replace("arch\tamd64", f"arch\t{arch}"))
        sides.append(folder)
    done = run(*sides, "--arch", "all")
    assert done.returncode == 0, done.stderr
    assert "on amd64\nleft out: not in NEW: armel; not in OLD: riscv64, s390x\n" in done.stdout
    told = json.loads(run(*sides, "--arch", "all", "--format", "json").stdout)["left_out"]
    assert told == [{"arch": "armel", "lacked_by": "new"}, {"arch": "riscv64", "lacked_by": "old"}, {"arch": "s390x", "lacked_by": "old"}]


def test_statuses(old: pathlib.Path, new: pathlib.Path) -> None:
    assert run(old, new).returncode == 1
    assert run(old, old).returncode == 0
    assert run(old).returncode == 2
    assert run(old, new, "--severity", "constant-value-changed=benign").returncode == 0
    assert run(old, "nowhere").returncode == 2
    assert run("--help").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["nowhere"], "nowhere: no such file or folder"),
        (["debian:trixie"], "tools/plumbline gate can fetch it"),
        (["old.surface", "--format", "yaml"], "--format"),
        (["old.surface", "--severity", "nothing=benign"], "there is no finding and no rule 'nothing'"),
        (["old.surface", "--date", "soon"], "'soon' is no day"),
        (["old.surface", "--suppressions", "nowhere"], "nowhere: the suppressions can't be read"),
        (["old.surface", "--arch", "sparc64"], "none of the architectures"),
    ],
)
def test_what_can_not_be_done_is_said(old: pathlib.Path, arguments: list[str], complaint: str) -> None:
    words = [str(old) if word == "old.surface" else word for word in arguments]
    done = run(old, *words)
    assert done.returncode == 2
    assert complaint in done.stderr and done.stdout == ""


def test_a_damaged_surface_is_no_verdict(old: pathlib.Path, tmp_path: pathlib.Path) -> None:
    cut = tmp_path / "cut.surface"
    cut.write_text(old.read_text()[:-4])
    done = run(old, cut, "-o", tmp_path / "report")
    assert done.returncode == 2 and "it was cut off" in done.stderr
    assert not (tmp_path / "report").exists()


def test_a_file_is_written_whole(old: pathlib.Path, new: pathlib.Path, tmp_path: pathlib.Path) -> None:
    done = run(old, new, "--format", "json", "-o", tmp_path / "report")
    assert done.returncode == 1
    assert done.stdout == "1 breaking, 0 notable, 1 benign\n"
    assert json.loads((tmp_path / "report").read_text())["counts"]["breaking"] == 1
    assert run(old, new, "-o", tmp_path / "no" / "report").returncode == 2


def test_a_folder_holds_architectures(tmp_path: pathlib.Path) -> None:
    for release, value in (("old", 1), ("new", 2)):
        (tmp_path / release).mkdir()
        for arch in ("amd64", "i386"):
            path = surface(tmp_path / release / f"{arch}.surface", f"section|glibc|a.h|\nmacro|A|if|dgp|int|{value}\n")
            path.write_text(path.read_text().replace("amd64", arch))
    (found,) = findings(tmp_path / "old", tmp_path / "new")
    assert found["archs"] == ["amd64", "i386"]
    (found,) = findings(tmp_path / "old", tmp_path / "new", "--arch", "i386")
    assert found["archs"] == ["i386"]


def test_rules_are_listed() -> None:
    done = run("--rules")
    assert done.returncode == 0
    assert "constant-value-changed" in done.stdout and "counter" in done.stdout


def test_suppressions(old: pathlib.Path, new: pathlib.Path, tmp_path: pathlib.Path) -> None:
    known = tmp_path / "known.toml"
    known.write_text('[[suppression]]\nid = "constant-value-changed"\nname = "A"\nreason = "known"\nexpires = 2027-01-31\n')
    assert run(old, new, "--suppressions", known, "--date", "2027-01-31").returncode == 0
    expired = run(old, new, "--suppressions", known, "--date", "2027-02-01")
    assert expired.returncode == 1 and "expired on 2027-01-31" in expired.stdout
    unused = run(old, old, "--suppressions", known, "--date", "2027-01-31")
    assert unused.returncode == 1 and "there is no finding for it" in " ".join(unused.stdout.split())


def test_sysroots(tmp_path: pathlib.Path) -> None:
    old = testing.make_sysroot(tmp_path / "old", {"fcntl.h": HEADER})
    spelled = HEADER.replace("0x4a", "0x4A").replace("#define O_TWO 2", "/* two */\n#define O_TWO  (1 + 1)")
    same = testing.make_sysroot(tmp_path / "same", {"fcntl.h": spelled})
    assert findings(old, same) == []
    other = HEADER.replace("O_TWO 2", "O_TWO 3").replace("char b", "long b").replace("const char *name", "char *name")
    new = testing.make_sysroot(tmp_path / "new", {"fcntl.h": other})
    found = {(one["id"], one["name"]) for one in findings(old, new)}
    assert ("constant-value-changed", "O_TWO") in found
    assert ("field-type-changed", "struct flock.b") in found
    assert ("type-size-changed", "struct flock") in found
    assert ("prototype-changed", "open_it") in found
    assert all("O_ONE" not in name for _, name in found)
