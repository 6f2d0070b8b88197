"""The files of the workspace, for tests that look at all of them."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

# This file is reached by a link of the test's runfiles, which leads to the workspace.
ROOT = Path(__file__).resolve().parents[2]

# By the account's home and not by $HOME, which a test does not see; tools/plumbline does the same.
CACHE = Path(pwd.getpwuid(os.getuid()).pw_dir) / ".cache" / "plumbline"


def files() -> Iterator[Path]:
    """Every file that may be written by hand, by its path from the top folder."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(
            name
            for name in folders
            if (not name.startswith(".") or name == ".ci")
            and name not in ("__pycache__", "node_modules")
            and not name.startswith("bazel-")
        )
        for name in sorted(names):
            path = Path(folder) / name
            if not path.is_symlink():
                yield path.relative_to(ROOT)


def with_suffix(*suffixes: str) -> list[str]:
    return [str(path) for path in files() if path.suffix in suffixes]


def first_line(path: Path) -> str:
    with open(ROOT / path, "rb") as file:
        return file.readline(200).decode(errors="replace").rstrip()


def unavailable(reason: str) -> NoReturn:
    """Skips the test, or fails it where nothing may be skipped."""
    if os.environ.get("PLUMBLINE_REQUIRE_ALL") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def tool(name: str, package: str) -> str:
    """Path of a tool that comes with a Debian package."""
    path = shutil.which(name)
    if path is None:
        unavailable(f"{name} is missing: apt-get install {package}")
    return path


def run(*command: str | Path) -> None:
    """Runs a tool in the top folder; what it complains of is the failure."""
    # A test's PYTHONPATH leads to its runfiles, where a part of the tree is seen again.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    result = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if result.returncode != 0:
        pytest.fail(result.stdout or f"exit status {result.returncode}", pytrace=False)
