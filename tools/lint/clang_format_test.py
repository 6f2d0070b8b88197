"""C and C++ are formatted as .clang-format says: `clang-format -i FILE` does it."""

import pytest

from tools.lint import tree


@pytest.mark.parametrize("path", tree.with_suffix(".c", ".cc", ".h"))
def test_format(path: str) -> None:
    tree.run(tree.tool("clang-format", "clang-format"), "--dry-run", "-Werror", path)
