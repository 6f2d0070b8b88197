"""The programs that check a target's ABI, one per variant."""

load("@plumbline_toolchains//:architectures.bzl", "ARCHITECTURES")
load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library")
load("//tools/targets:copts.bzl", "PLUMBLINE_CXXOPTS")
load("//tools/targets:defs.bzl", "target_binary", "target_test")
load(":checkers.bzl", "CHECKERS", "checked_targets", "target_suffix")
load(":facts.bzl", "compiler_of", "facts", "target_files")

# As bindings/data_models.toml has them; tools/codegen is told the variant's name only.
_DEFINES = {
    "": [],
    "time64": ["_TIME_BITS=64", "_FILE_OFFSET_BITS=64"],
}

def abi_checker(name, variant):
    """A checker for whatever platform is built for, and its tests on every target.

    Args:
      name: of the checker.
      variant: "" for the architecture's default, or a name in data_models.toml.
    """
    target_files(
        name = name + "_files",
        bindings = ["//bindings"],
        tags = ["manual"],
        variant = variant,
    )
    facts(
        name = name + "_facts",
        defines = _DEFINES[variant],
        tags = ["manual"],
        target_files = name + "_files",
    )
    cc_library(
        name = name + "_tables",
        srcs = [name + "_files"],
        copts = PLUMBLINE_CXXOPTS,
        tags = ["manual"],
        deps = [":tables"],
    )
    cc_binary(
        name = name,
        tags = ["manual"],
        visibility = ["//visibility:public"],
        deps = [
            ":checker_main",
            name + "_facts",
            name + "_tables",
        ],
    )
    for arch, its_variant in checked_targets():
        if its_variant != variant:
            continue
        suffix = target_suffix(arch, variant)
        target_test(
            name = "abi_test_" + suffix,
            size = "small",
            arch = arch,
            binary = name,
        )
        if ARCHITECTURES[arch].installed:
            target_binary(
                name = "checker_of_" + suffix,
                arch = arch,
                binary = name,
                visibility = ["//visibility:public"],
            )
            compiler_of(
                name = "compiler_of_" + suffix,
                arch = arch,
                facts = name + "_facts",
            )

def checkers_binary(name, main, deps, **kwargs):
    """A Python program that is told of every checker, its compiler, and the bindings.

    Args:
      name: of the program.
      main: its source.
      deps: libraries.
      **kwargs: what every py_binary takes.
    """
    args = []
    data = ["//bindings", ":fact_headers"]
    for target, checker in CHECKERS.items():
        compiler = checker.replace("checker_of_", "compiler_of_")
        args += ["--checker", target, "$(rootpath {})".format(checker), "$(rootpath {})".format(compiler)]
        data += [checker, compiler]
    native.py_binary(
        name = name,
        srcs = [main],
        args = args + ["--bindings", "$(rootpaths //bindings)"],
        data = data,
        main = main,
        deps = deps,
        **kwargs
    )
