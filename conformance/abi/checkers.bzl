"""The checkers that can be built here: one for each target whose compiler is installed."""

load("@plumbline_musl//:musl.bzl", "MUSL")
load("@plumbline_toolchains//:architectures.bzl", "ARCHITECTURES", "NATIVE")

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

def _checker(arch, variant):
    # What can't run is judged from its object files, by a program of this machine.
    kind = "static_checker_of_" if ARCHITECTURES[arch].cannot_run else "checker_of_"
    return "//conformance/abi:" + kind + target_suffix(arch, variant)

# The target's name ("i386/time64") → the label of its checker.
CHECKERS = {
    arch + "/" + variant if variant else arch: _checker(arch, variant)
    for arch, variant in checked_targets()
    if ARCHITECTURES[arch].installed
}

# Those that need no emulator here.
NATIVE_CHECKERS = {
    target: checker
    for target, checker in CHECKERS.items()
    if ARCHITECTURES[target.partition("/")[0]].native and not ARCHITECTURES[target.partition("/")[0]].cannot_run
}

# Those of musl, judged from object files as well.
MUSL_CHECKERS = {
    arch + "/musl": "//conformance/abi:static_checker_of_{}_musl".format(arch)
    for arch, musl in MUSL.items()
    if musl.missing == ""
}

ALL_CHECKERS = dict(CHECKERS.items() + MUSL_CHECKERS.items())

# What needs no emulator: the target's name → the labels of its checker and of the file that
# tells how its compiler is called.
CHECKERS_AND_COMPILERS = {
    target: (checker, checker.replace("checker_of_", "compiler_of_"))
    for target, checker in NATIVE_CHECKERS.items() + [
        (target, checker)
        for target, checker in MUSL_CHECKERS.items()
        if target == NATIVE + "/musl"
    ]
}

# By target as well, what judges it here from its object files, whether it runs or not.
STATIC_CHECKERS = {
    target: checker.replace(":checker_of_", ":static_checker_of_")
    for target, checker in ALL_CHECKERS.items()
}

# What `bazel test` is told to judge all of these.
ABI_TESTS = [checker.replace("checker_of_", "abi_test_") for checker in STATIC_CHECKERS.values()] + [
    checker.replace("checker_of_", "abi_test_")
    for target, checker in CHECKERS.items()
    if checker != STATIC_CHECKERS[target]
]

def how_run(target):
    """What runs a target's checker.

    Args:
      target: its name.

    Returns:
      The name of qemu-user's emulator, "native", or "object files" if nothing of the target runs.
    """
    architecture = ARCHITECTURES[target.partition("/")[0]]
    if ALL_CHECKERS[target] == STATIC_CHECKERS[target]:
        return "object files"
    return "native" if architecture.native else architecture.qemu
