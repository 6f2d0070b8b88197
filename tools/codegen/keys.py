"""Names of facts, and their hashes as object files hold them."""

from __future__ import annotations

SIDES = ("libc", "uapi")  # the C library's header, the kernel's header


def constant(name: str, side: str) -> str:
    return f"constant:{name}@{side}"


def type_(name: str, side: str) -> str:
    return f"type:{name}@{side}"


def field(type_name: str, path: str, side: str) -> str:
    return f"field:{type_name}:{path}@{side}"


def prototype(name: str, language: str) -> str:
    return f"prototype:{name}@{language}"


def address(name: str) -> str:
    return f"address:{name}"


def primitive(name: str) -> str:
    return f"primitive:{name}"


def environment(name: str) -> str:
    """What the judge must know of the target and does not judge."""
    return f"environment:{name}"


def fnv1a(key: str) -> int:
    """64-bit FNV-1a."""
    value = 0xCBF29CE484222325
    for byte in key.encode():
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


def literal(key: str) -> str:
    return f"{fnv1a(key):#018x}ull"
