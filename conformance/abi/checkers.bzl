"""The checkers that can be built here: one for each target whose compiler is installed."""

load("@plumbline_toolchains//:architectures.bzl", "ARCHITECTURES")

def checked_targets():
    """Every (architecture, variant) whose ABI is checked, "" for the default variant."""
    return [
        (arch, variant)
        for arch in ARCHITECTURES
        for variant in [""] + ARCHITECTURES[arch].variants
    ]

def target_suffix(arch, variant):
    """How the names of a target's rules end."""
    return arch + "_" + variant if variant else arch

# The target's name ("i386/time64") → the label of its checker.
CHECKERS = {
    arch + "/" + variant if variant else arch: "//conformance/abi:checker_of_" + target_suffix(arch, variant)
    for arch, variant in checked_targets()
    if ARCHITECTURES[arch].installed
}
