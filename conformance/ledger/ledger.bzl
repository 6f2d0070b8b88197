"""The ledger's entries as C++, for the target that is built for."""

load("@plumbline_toolchains//:architectures.bzl", "ARCHITECTURES")
load("@rules_cc//cc:defs.bzl", "cc_library")
load("//tools/targets:copts.bzl", "PLUMBLINE_CXXOPTS")

def _ledger_source_impl(ctx):
    output = ctx.actions.declare_file(ctx.label.name + ".cc")
    arguments = ctx.actions.args()
    arguments.add("ledger")
    arguments.add("--target", ctx.attr.arch + ("/" + ctx.attr.variant if ctx.attr.variant else ""))
    arguments.add("--output", output)
    arguments.add(ctx.file.ledger)
    arguments.add(ctx.file._models)
    ctx.actions.run(
        arguments = [arguments],
        executable = ctx.executable._codegen,
        inputs = [ctx.file.ledger, ctx.file._models],
        mnemonic = "Codegen",
        outputs = [output],
        progress_message = "Reading the ledger for {}".format(ctx.label),
    )
    return [DefaultInfo(files = depset([output]))]

_ledger_source = rule(
    implementation = _ledger_source_impl,
    attrs = {
        "arch": attr.string(mandatory = True),
        "ledger": attr.label(allow_single_file = [".toml"], mandatory = True),
        "variant": attr.string(),
        "_codegen": attr.label(
            cfg = "exec",
            default = "//tools/codegen",
            executable = True,
        ),
        "_models": attr.label(
            allow_single_file = True,
            default = "//bindings:data_models.toml",
        ),
    },
)

def ledger_rows(name, ledger, variant = "", **kwargs):
    """A library that defines Rows() of rows.h, for the architecture that is built for.

    Args:
      name: of the target.
      ledger: the TOML file.
      variant: "" for the architecture's default, or a name in data_models.toml.
      **kwargs: what every rule takes.
    """
    _ledger_source(
        name = name + "_source",
        arch = select({
            "@plumbline_toolchains//:is_" + arch: arch
            for arch in ARCHITECTURES
            if not variant or variant in ARCHITECTURES[arch].variants
        }),
        ledger = ledger,
        tags = ["manual"],
        variant = variant,
    )
    cc_library(
        name = name,
        srcs = [name + "_source"],
        copts = PLUMBLINE_CXXOPTS,
        deps = [":ledger"],
        **kwargs
    )
