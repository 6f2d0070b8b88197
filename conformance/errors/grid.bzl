"""The programs that call every function with bad and boundary arguments, one per architecture."""

load("@plumbline_toolchains//:architectures.bzl", "ARCHITECTURES")
load("@rules_cc//cc:defs.bzl", "cc_binary")
load("//tools/targets:defs.bzl", "for_each_architecture", "target_binary", "target_test")

def grid_checker(name, deps):
    """A checker for whatever platform is built for, and its test on every architecture.

    Args:
      name: of the checker; its test is called grid_test_ARCH.
      deps: its libraries.
    """
    cc_binary(
        name = name,
        linkopts = ["-s"],
        tags = ["manual"],
        deps = deps,
    )
    for_each_architecture(
        name = "grid_test",
        make = target_test,
        size = "medium",
        binary = name,
    )
    for arch in ARCHITECTURES:
        if ARCHITECTURES[arch].installed:
            target_binary(
                name = "grid_of_" + arch,
                arch = arch,
                binary = name,
            )
