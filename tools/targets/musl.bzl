"""Programs that are linked with musl, statically.

libstdc++ is built for glibc, so a program can have what is in its headers, and no more: what
these ask of the library is in musl_libstdcxx.cc.
"""

load("@plumbline_musl//:musl.bzl", "MUSL")

def _musl_binary_impl(ctx):
    musl = MUSL[ctx.attr.arch]
    output = ctx.actions.declare_file(ctx.label.name)
    arguments = ctx.actions.args()
    arguments.add_all(["-std=c++20", "-O2", "-I."])
    arguments.add_all(["-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics"])
    arguments.add_all(ctx.attr.copts)
    arguments.add_all(musl.cxx_flags)
    arguments.add("-include", ctx.file._compatibility)
    arguments.add_all(["-static", "-nostdlib", "-s"])
    arguments.add("-o", output)
    arguments.add_all(musl.first_objects)
    arguments.add_all([file for file in ctx.files.srcs if file.extension == "cc"])
    arguments.add(ctx.file._library)
    arguments.add_all(musl.last_objects)
    ctx.actions.run(
        arguments = [arguments],
        # The compiler finds its assembler and linker there.
        env = {"PATH": "/usr/bin:/bin"},
        executable = musl.gxx,
        inputs = ctx.files.srcs + ctx.files.inputs + [ctx.file._compatibility, ctx.file._library],
        mnemonic = "MuslLink",
        outputs = [output],
        progress_message = "Compiling and linking {} with musl".format(ctx.label),
    )
    return [DefaultInfo(executable = output, files = depset([output]))]

_musl_binary = rule(
    implementation = _musl_binary_impl,
    attrs = {
        "arch": attr.string(mandatory = True),
        "copts": attr.string_list(),
        "inputs": attr.label_list(
            allow_files = True,
            doc = "What stands for the compiler, headers and library, which Bazel does not know.",
        ),
        "srcs": attr.label_list(allow_files = [".cc", ".h"]),
        "_compatibility": attr.label(
            allow_single_file = True,
            default = "//tools/targets:musl_libstdcxx.h",
        ),
        "_library": attr.label(
            allow_single_file = True,
            default = "//tools/targets:musl_libstdcxx.cc",
        ),
    },
    executable = True,
)

def musl_binary(name, arch, srcs, **kwargs):
    """A C++ program of an architecture that is linked with musl. Only where MUSL says it can be.

    Args:
      name: of the target.
      arch: name of the architecture.
      srcs: sources and headers.
      **kwargs: copts, and what every rule takes.
    """
    _musl_binary(
        name = name,
        srcs = srcs,
        arch = arch,
        inputs = [
            "@plumbline_musl//:" + arch,
            "@plumbline_toolchains//:{}_compiler".format(arch),
        ],
        **kwargs
    )
