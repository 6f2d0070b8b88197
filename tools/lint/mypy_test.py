"""Every Python file is typed, and its types hold."""

import sys

from tools.lint import tree


def test_types() -> None:
    tree.run(
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--explicit-package-bases",
        f"--cache-dir={tree.CACHE / 'mypy'}",
        "--no-error-summary",
        *tree.with_suffix(".py"),
    )
