"""What the tests of this folder share: small declarations, and tools that may be missing."""

from __future__ import annotations

import os
import pathlib
import shutil
from typing import NoReturn

import pytest

from tools.codegen.bindings import Bindings
from tools.codegen.layout import Layouts
from tools.codegen.source import Document
from tools.codegen.targets import Targets

# Tests are run from the top folder.
MODELS = pathlib.Path("bindings/data_models.toml")

HEAD = '[family]\ntitle = "one"\npages = []\n'


def table(name: str, *fields: str, **keys: str) -> str:
    """The declaration of a type. A field that starts with `{` is TOML, another a C declaration."""
    texts = [field if field.startswith("{") else f'"{field}"' for field in fields]
    lines = [f'[types."{name}"]', 'origin = "man:one(2)"', 'header = "one.h"']
    if texts:
        lines.append(f"fields = [{', '.join(texts)}]")
    lines += [f"{key} = {value}" for key, value in keys.items()]
    return "\n".join(lines) + "\n"


def bindings(text: str, file: str = "one.toml") -> Bindings:
    """A family of one file, for the real architectures."""
    return Bindings(Targets.load(MODELS), [Document(file, HEAD + text)])


def layouts(target: str, *tables: str) -> Layouts:
    declared = bindings("".join(tables))
    return Layouts(declared.on(declared.targets.get(target)))


def unavailable(reason: str) -> NoReturn:
    """Skips the test, or fails it where nothing may be skipped."""
    if os.environ.get("PLUMBLINE_REQUIRE_ALL") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def tool(name: str, package: str) -> str:
    """Path of a program that comes with a Debian package."""
    path = shutil.which(name)
    if path is None:
        unavailable(f"{name} is missing: apt-get install {package}")
    return path
