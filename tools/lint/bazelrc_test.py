"""Each architecture has its --config."""

import re
import tomllib

from tools.lint import tree


def test_configs() -> None:
    with open(tree.ROOT / "bindings/data_models.toml", "rb") as file:
        declared = list(tomllib.load(file)["architectures"])
    text = (tree.ROOT / ".bazelrc").read_text()
    listed = re.findall(r"^build:(\w+) --platforms=@plumbline_toolchains//:(\w+)$", text, re.M)
    assert listed == [(name, name) for name in declared]
