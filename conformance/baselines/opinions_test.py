"""Two opinions about one thing, in each recorded surface.

glibc's headers against the kernel's where both define a constant; prototypes against the symbols that libraries
export. What is known to differ is in exceptions.toml.
"""

from __future__ import annotations

import pytest

from conformance.baselines import recorded

VALUES = recorded.Exceptions("values")
UNEXPORTED = recorded.Exceptions("unexported")
UNDECLARED = recorded.Exceptions("undeclared")
CONSTANTS = {"macro", "enumerator"}


def complain(baseline: recorded.Baseline, findings: dict[str, str]) -> str:
    return "\n".join(f"{baseline} {name}: {text}" for name, text in sorted(findings.items()))


def values(surface: recorded.Surface, side: str, name: str) -> set[str]:
    found = surface.find(side, ("",), name, CONSTANTS)
    return {record.columns[3] for record in found if record.columns[0] in ("if", "constant")}


@pytest.mark.parametrize("baseline", recorded.baselines(), ids=str)
def test_glibc_and_the_kernel(baseline: recorded.Baseline) -> None:
    surface = recorded.read(baseline)
    findings = {}
    both = 0
    for side, variant, name in surface.records:
        if side != "glibc" or variant != "":
            continue
        ours, theirs = values(surface, "glibc", name), values(surface, "uapi", name)
        both += bool(ours and theirs)
        # Unrelated headers reuse names: one value in common is agreement.
        if ours and theirs and not ours & theirs:
            findings[name] = f"glibc {sorted(ours)}, kernel {sorted(theirs)}"
    assert both > 500
    left = VALUES.unexplained(baseline, findings)
    assert not left, complain(baseline, left)

    # A function that is not inline is to be in some library under the name that the linker asks for.
    exported = {name for name, _, _ in surface.symbols}
    declared: dict[str, recorded.Record] = {}
    for (side, variant, name), records in surface.records.items():
        for record in records:
            if side == "glibc" and record.kind in ("function", "variable"):
                symbol = record.columns[3] or name
                # Under its own name as well: what is redirected by a header is declared by it.
                declared.setdefault(name, record)
                if variant == "" and "inline" not in record.columns[2].split():
                    declared[symbol] = record
    assert len(declared) > 2500
    # Names with underscores are the library's own: math.h declares each function under a second one.
    missing = {
        f"{record.owner}:{name}": "declared, and exported by no library"
        for name, record in declared.items()
        if name not in exported
        and not name.startswith("_")
        and "inline" not in record.columns[2].split()
        and not record.columns[3]
    }
    left = UNEXPORTED.unexplained(baseline, missing)
    assert not left, complain(baseline, left)

    # A default version is what new programs are linked with: some header should say what it is.
    undeclared = {
        name: f"exported as {version}, declared by no header"
        for name, version, columns in surface.symbols
        if columns[0] == "default" and name not in declared and not name.startswith("_")
    }
    left = UNDECLARED.unexplained(baseline, undeclared)
    assert not left, complain(baseline, left)


def test_each_exception_happens() -> None:
    assert not VALUES.unused()
    assert not UNEXPORTED.unused()
    assert not UNDECLARED.unused()
