"""Shell scripts, known by their first line."""

import re

import pytest

from tools.lint import tree

SCRIPTS = [
    str(path)
    for path in tree.files()
    if path.suffix in ("", ".sh") and re.match(r"#!.*\b(ba)?sh\b", tree.first_line(path))
]


@pytest.mark.parametrize("path", SCRIPTS)
def test_script(path: str) -> None:
    tree.run(tree.tool("shellcheck", "shellcheck"), "--external-sources", path)
