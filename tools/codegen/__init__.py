"""Reads bindings/*.toml and writes what is derived from them."""
