"""The programs that provoke every declared error, one per architecture."""

load("@plumbline_toolchains//:architectures.bzl", "ARCHITECTURES", "NATIVE")
load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library")
load("//tools/targets:copts.bzl", "PLUMBLINE_CXXOPTS")
load("//tools/targets:defs.bzl", "for_each_architecture", "target_binary", "target_test")

def _error_tables_impl(ctx):
    output = ctx.actions.declare_file(ctx.label.name + ".cc")
    arguments = ctx.actions.args()
    arguments.add("error-tables")
    arguments.add("--target", ctx.attr.arch)
    arguments.add("--output", output)
    arguments.add_all(ctx.files.bindings)
    ctx.actions.run(
        arguments = [arguments],
        executable = ctx.executable._codegen,
        inputs = ctx.files.bindings,
        mnemonic = "Codegen",
        outputs = [output],
        progress_message = "Reading error tables for {}".format(ctx.label),
    )
    return [DefaultInfo(files = depset([output]))]

_error_tables = rule(
    implementation = _error_tables_impl,
    attrs = {
        "arch": attr.string(mandatory = True),
        "bindings": attr.label_list(allow_files = [".toml"], mandatory = True),
        "_codegen": attr.label(
            cfg = "exec",
            default = "//tools/codegen",
            executable = True,
        ),
    },
)

def error_tables(name, **kwargs):
    """A library that defines tables.h for the architecture that is built for.

    Args:
      name: of the library.
      **kwargs: what every rule takes.
    """
    _error_tables(
        name = name + "_source",
        arch = select({
            "@plumbline_toolchains//:is_" + arch: arch
            for arch in ARCHITECTURES
        }),
        bindings = [
            "//bindings",
            "//bindings:errors",
        ],
        tags = ["manual"],
    )
    cc_library(
        name = name,
        srcs = [name + "_source"],
        hdrs = ["tables.h"],
        copts = PLUMBLINE_CXXOPTS,
        **kwargs
    )

def error_checker(name, deps):
    """A checker for whatever platform is built for, and its test on every architecture.

    Args:
      name: of the checker.
      deps: its libraries.
    """
    cc_binary(
        name = name,
        linkopts = ["-s"],
        tags = ["manual"],
        visibility = ["//visibility:public"],
        deps = deps,
    )
    for_each_architecture(
        name = "errors_test",
        make = target_test,
        size = "medium",
        args = ["--unprivileged"],
        binary = name,
    )
    target_test(
        name = "privileged_errors_test",
        size = "medium",
        arch = NATIVE,
        args = ["--privileged"],
        binary = name,
        # It needs what a sandbox takes away, and changes what others would notice.
        tags = [
            "exclusive",
            "local",
        ],
    )
    for arch in ARCHITECTURES:
        if ARCHITECTURES[arch].installed:
            target_binary(
                name = "error_checker_of_" + arch,
                arch = arch,
                binary = name,
                visibility = ["//visibility:public"],
            )
