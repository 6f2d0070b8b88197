"""The checks of musl: its headers by the compiler of each architecture, its library as a file.

Nothing of it runs: a program that is linked with musl can't be one of GoogleTest's, since
libstdc++ is built for glibc.
"""

load("@plumbline_musl//:musl.bzl", "MUSL")
load("@plumbline_toolchains//:architectures.bzl", "NATIVE")
load("//tools/targets:defs.bzl", "skipped_test")
load(":checker.bzl", "static_checker")
load(":facts.bzl", "TargetFilesInfo", "collect_facts", "compiler_of", "static_facts", "target_files")

def _musl_facts_impl(ctx):
    musl = MUSL[ctx.attr.arch]
    tools = musl.gcc[:-len("gcc")]
    description = ctx.actions.declare_file(ctx.label.name + "/compiler.json")
    ctx.actions.write(description, json.encode({
        "ar": tools + "ar",
        "c_flags": musl.flags,
        "cc": musl.gcc,
        "cxx": tools + "g++",
        "cxx_flags": ["-nostdinc++"] + musl.flags,
        "libc": musl.libc,
    }))
    collected = collect_facts(ctx, description, depset(ctx.files.inputs))
    return [OutputGroupInfo(compiler = depset([description]), facts = depset(collected.texts))]

_musl_facts = rule(
    implementation = _musl_facts_impl,
    attrs = {
        "arch": attr.string(mandatory = True),
        "inputs": attr.label_list(
            allow_files = True,
            doc = "What stands for the compiler, headers and library, which Bazel does not know.",
        ),
        "target_files": attr.label(mandatory = True, providers = [TargetFilesInfo]),
        "_collect_facts": attr.label(
            cfg = "exec",
            default = "//conformance/abi:collect_facts",
            executable = True,
        ),
        "_headers": attr.label(default = "//conformance/abi:fact_headers"),
    },
    doc = "The facts that an architecture's compiler gives with musl's headers.",
)

def musl_checkers(name):  # buildifier: disable=unused-variable
    """static_abi_test_ARCH_musl and its program, for every architecture that musl is declared for.

    Args:
      name: by convention; nothing has it.
    """
    for arch, musl in MUSL.items():
        suffix = arch + "_musl"
        if musl.missing:
            skipped_test(
                name = "static_abi_test_" + suffix,
                size = "small",
                arch = arch,
                # Its packages are of other releases than Debian 12, and come and go.
                optional = arch == "riscv64",
                reason = musl.missing,
            )
            continue
        target_files(
            name = "musl_files_of_" + arch,
            arch = arch,
            bindings = ["//bindings"],
            variant = "musl",
        )
        _musl_facts(
            name = "musl_facts_of_" + arch,
            arch = arch,
            inputs = [
                "@plumbline_musl//:" + arch,
                "@plumbline_toolchains//:{}_compiler".format(arch),
            ],
            target_files = ":musl_files_of_" + arch,
        )
        static_facts(
            name = "static_facts_of_" + suffix,
            # These are of this machine's configuration already.
            arch = NATIVE,
            facts = ":musl_facts_of_" + arch,
        )
        static_checker("static_checker_of_" + suffix, arch, "musl", "static_facts_of_" + suffix)
        compiler_of(
            name = "static_compiler_of_" + suffix,
            arch = NATIVE,
            facts = ":musl_facts_of_" + arch,
        )
