"""The programs that check a target's ABI, one per variant."""

load("@plumbline_toolchains//:architectures.bzl", "ARCHITECTURES", "NATIVE")
load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library")
load("//tools/targets:copts.bzl", "PLUMBLINE_COPTS", "PLUMBLINE_CXXOPTS")
load("//tools/targets:defs.bzl", "architecture_tags", "target_binary", "target_test")
load(":checkers.bzl", "CHECKERS_AND_COMPILERS", "checked_targets", "target_suffix")
load(":facts.bzl", "compared_facts", "compiler_of", "facts", "static_facts", "target_files")

# As bindings/data_models.toml has them; tools/codegen is told the variant's name only.
_DEFINES = {
    "": [],
    "time64": ["_TIME_BITS=64", "_FILE_OFFSET_BITS=64"],
}

# Debian's clang has no back end for these.
_UNKNOWN_TO_CLANG = ["alpha", "hppa", "m68k", "sh4"]

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
        linkopts = ["-s"],
        tags = ["manual"],
        visibility = ["//visibility:public"],
        deps = [
            ":checker_main",
            ":running_environment",
            name + "_facts",
            name + "_tables",
            "//conformance/ledger:rows" + ("_" + variant if variant else ""),
        ],
    )
    for arch, its_variant in checked_targets():
        if its_variant != variant:
            continue
        suffix = target_suffix(arch, variant)
        static_facts_name = "static_facts_of_" + suffix
        installed = ARCHITECTURES[arch].installed
        target_test(
            name = "abi_test_" + suffix,
            size = "small",
            arch = arch,
            args = ["--agree", "conformance/abi/{}.facts".format(static_facts_name)],
            binary = name,
            data = [":" + static_facts_name] if installed else [],
        )
        if installed:
            static_facts(
                name = static_facts_name,
                arch = arch,
                facts = name + "_facts",
            )
            static_checker("static_checker_of_" + suffix, arch, variant, static_facts_name)
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
            if arch not in _UNKNOWN_TO_CLANG:
                _clang_test(suffix, arch, variant, name + "_facts")

def _clang_test(suffix, arch, variant, facts_name):
    """A test that clang finds the facts that gcc does."""
    compared = "compared_facts_of_" + suffix
    compared_facts(
        name = compared,
        arch = arch,
        facts = facts_name,
    )
    native.py_test(
        name = "clang_test_" + suffix,
        size = "small",
        srcs = ["compare_compilers.py"],
        args = [
            "--target=" + (arch + "/" + variant if variant else arch),
            "--triple=" + ARCHITECTURES[arch].triple,
            "--compiler=$(rootpath :compiler_of_{})".format(suffix),
            "--ledger=$(rootpath //conformance/ledger:compilers.toml)",
            "$(rootpaths :{})".format(compared),
        ],
        data = [
            ":" + compared,
            ":compiler_of_" + suffix,
            ":fact_headers",
            "//conformance/ledger:compilers.toml",
            # The target's headers and clang are not files that Bazel knows.
            "@plumbline_toolchains//:clang_compiler",
            "@plumbline_toolchains//:{}_compiler".format(arch),
        ],
        main = "compare_compilers.py",
        python_version = "PY3",
        tags = architecture_tags(arch),
        deps = [":compare_compilers_lib"],
    )

def static_checker(name, arch, variant, static_facts_name):
    """A program of this machine that judges another's object files and C library.

    Args:
      name: static_checker_of_TARGET; its test is static_abi_test_TARGET.
      arch: name of the architecture.
      variant: with the architecture, the target's name.
      static_facts_name: a `static_facts` target.
    """
    target_files(
        name = name + "_files",
        arch = arch,
        bindings = ["//bindings"],
        variant = variant,
    )
    cc_library(
        name = name + "_tables",
        srcs = [name + "_files"],
        copts = PLUMBLINE_CXXOPTS,
        deps = [":tables"],
    )
    cc_library(
        name = name + "_facts",
        srcs = [static_facts_name],
        copts = PLUMBLINE_COPTS,
        # Nothing refers to a fact by name.
        alwayslink = True,
        deps = [":fact_store"],
    )
    cc_binary(
        name = name,
        linkopts = ["-s"],
        visibility = ["//visibility:public"],
        deps = [
            ":checker_main",
            ":sysroot_environment",
            name + "_facts",
            name + "_tables",
            "//conformance/ledger:no_rows",
        ],
    )
    target_test(
        name = name.replace("static_checker_of_", "static_abi_test_"),
        size = "small",
        arch = NATIVE,
        binary = name,
        # The C library that is read is not a file that Bazel knows.
        data = ["@plumbline_toolchains//:{}_target".format(arch)],
        # It runs here, but is of another.
        tags = architecture_tags(arch),
    )

def checkers_binary(name, main, deps, **kwargs):
    """A Python program that is told of the checkers that run in place, and of the bindings.

    Args:
      name: of the program.
      main: its source.
      deps: libraries.
      **kwargs: what every py_binary takes.
    """
    args = []
    data = ["//bindings", ":fact_headers"]
    for target, (checker, compiler) in CHECKERS_AND_COMPILERS.items():
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
