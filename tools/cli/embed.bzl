"""Files as data of a C++ program."""

load("@rules_cc//cc:defs.bzl", "cc_library")
load("//tools/targets:copts.bzl", "PLUMBLINE_CXXOPTS")

_SOURCE = """// Written by //tools/cli:embed.bzl.

#include <span>
#include <string_view>

#include "tools/cli/embedded_file.h"

{blobs}
namespace plumbline {{

std::span<const EmbeddedFile> {function}();

std::span<const EmbeddedFile> {function}() {{
{table}
}}

}}  // namespace plumbline
"""

# The assembler copies the file, which takes no time; a C++ array would take seconds.
_BLOB = """__asm__(
    ".pushsection .rodata,\\"a\\"\\n"
    ".balign 16\\n"
    ".hidden {symbol}_begin\\n"
    ".hidden {symbol}_end\\n"
    ".globl {symbol}_begin\\n"
    ".globl {symbol}_end\\n"
    "{symbol}_begin: .incbin \\"{path}\\"\\n"
    "{symbol}_end: .byte 0\\n"
    ".popsection\\n");
extern "C" const char {symbol}_begin[] __attribute__((visibility("hidden")));
extern "C" const char {symbol}_end[] __attribute__((visibility("hidden")));
"""

_ENTRY = "      {{\"{name}\", std::string_view({symbol}_begin, static_cast<std::size_t>({symbol}_end - {symbol}_begin))}},"

def _embed_source_impl(ctx):
    source = ctx.actions.declare_file(ctx.label.name + ".cc")
    blobs = []
    entries = []
    inputs = []
    by_name = {name: target for target, name in ctx.attr.files.items()}
    for name in sorted(by_name.keys()):
        files = by_name[name].files.to_list()
        if len(files) != 1:
            fail("{} gives {} files; it must be one, to be embedded".format(by_name[name].label, len(files)))
        symbol = "plumbline_{}_{}".format(ctx.attr.function, len(entries))
        blobs.append(_BLOB.format(path = files[0].path, symbol = symbol))
        entries.append(_ENTRY.format(name = name, symbol = symbol))
        inputs.append(files[0])
    if entries:
        table = "  static const EmbeddedFile kFiles[] = {\n" + "\n".join(entries) + "\n  };\n  return kFiles;"
    else:
        table = "  return {};"
    text = ctx.actions.declare_file(ctx.label.name + ".txt")
    ctx.actions.write(text, _SOURCE.format(
        blobs = "\n".join(blobs),
        function = ctx.attr.function,
        table = table,
    ))

    # Bazel compiles again when a file changes that the compiler names as a header. What
    # .incbin reads is none, so the source itself has to change with it.
    ctx.actions.run_shell(
        command = 'cp "$1" "$2"; chmod +w "$2"; shift; { printf "\\n"; [ $# -eq 1 ] || sha256sum "${@:2}" | sed "s|^|// |"; } >> "$1"',
        arguments = [text.path, source.path] + [file.path for file in inputs],
        inputs = inputs + [text],
        mnemonic = "EmbedSource",
        outputs = [source],
        progress_message = "Writing the source of {}".format(ctx.label),
    )
    return [
        DefaultInfo(files = depset([source])),
        OutputGroupInfo(embedded = depset(inputs)),
    ]

_embed_source = rule(
    implementation = _embed_source_impl,
    attrs = {
        "files": attr.label_keyed_string_dict(allow_files = True),
        "function": attr.string(mandatory = True),
    },
)

def embed(name, function, files, **kwargs):
    """A library that defines `std::span<const EmbeddedFile> plumbline::FUNCTION()`.

    The files are in order of their names. The function is declared by hand where it
    is used, so that a test can link other files.

    Args:
      name: of the cc_library.
      function: name of the C++ function, in namespace plumbline.
      files: dict from the name that a file gets to its label.
      **kwargs: what every cc_library takes (testonly, visibility).
    """
    rest = {key: value for key, value in kwargs.items() if key in ("tags", "testonly")}
    _embed_source(
        name = name + "_source",
        files = {label: file_name for file_name, label in files.items()},
        function = function,
        **rest
    )
    native.filegroup(
        name = name + "_files",
        srcs = [":" + name + "_source"],
        output_group = "embedded",
        **rest
    )
    cc_library(
        name = name,
        srcs = [":" + name + "_source"],
        # Whoever declares the function need not name this library after its own.
        alwayslink = True,
        copts = PLUMBLINE_CXXOPTS,
        # Makes the files inputs of the compilation.
        textual_hdrs = [":" + name + "_files"],
        deps = ["//tools/cli:embedded_file"],
        **kwargs
    )
