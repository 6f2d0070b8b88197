"""The error checkers that can be built here: one for each architecture that runs."""

load("@plumbline_toolchains//:architectures.bzl", "ARCHITECTURES")

# The target's name → the label of its checker.
ERROR_CHECKERS = {
    arch: "//conformance/errors:error_checker_of_" + arch
    for arch, values in ARCHITECTURES.items()
    if values.installed and not values.cannot_run
}

# Those that need no emulator here.
NATIVE_ERROR_CHECKERS = {
    arch: checker
    for arch, checker in ERROR_CHECKERS.items()
    if ARCHITECTURES[arch].native
}
