"""The architectures whose conformance is checked, by their names in bindings/data_models.toml."""

# One per line: tools/plumbline reads this list too, to install their compilers.
CHECKED = [
    "amd64",
    "i386",
]
