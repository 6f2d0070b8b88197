"""Every Python file is typed, and its types hold."""

import hashlib
import sys

from tools.lint import tree


# Of this workspace alone, as mypy remembers modules by their name.
CACHE = tree.CACHE / "mypy" / hashlib.sha256(bytes(tree.ROOT)).hexdigest()[:16]


def test_types() -> None:
    tree.run(
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--explicit-package-bases",
        f"--cache-dir={CACHE}",
        "--no-error-summary",
        *tree.with_suffix(".py"),
    )
