"""Bazel's files are formatted: `buildifier FILE` does it."""

import json
import platform
from pathlib import Path

import pytest

from tools.lint import tree

FILES = [
    str(path)
    for path in tree.files()
    if path.name in ("BUILD", "WORKSPACE") or path.suffix in (".BUILD", ".bzl")
]

# Rules that are built into Bazel 4.2 and that a newer one wants to be loaded.
NOT_YET = ["native-cc-common", "native-py", "native-sh-binary", "native-sh-library", "native-sh-test"]


def buildifier() -> Path:
    wanted = json.loads((tree.ROOT / "tools/lint/package.json").read_text())
    version = wanted["dependencies"]["@bazel/buildifier"]
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    path = (
        tree.CACHE
        / f"buildifier-{version}/node_modules/@bazel/buildifier/buildifier-linux_{machine}"
    )
    if not path.exists():
        tree.unavailable(f"buildifier {version} is missing: tools/plumbline test gets it by npm")
    return path


@pytest.mark.parametrize("path", FILES)
def test_format(path: str) -> None:
    warnings = ",".join(f"-{name}" for name in NOT_YET)
    tree.run(buildifier(), "-mode=diff", "-lint=warn", f"-warnings={warnings}", path)
