"""The reference pages, as a folder."""

def _reference_impl(ctx):
    folder = ctx.actions.declare_directory(ctx.label.name)
    arguments = ctx.actions.args()
    arguments.add("--declarations", ctx.file.declarations)
    arguments.add("--errors", ctx.file.errors)
    arguments.add_all(ctx.files.styles, before_each = "--style")
    arguments.add("--script", ctx.file.script)
    arguments.add("-o", folder.path)
    ctx.actions.run(
        arguments = [arguments],
        executable = ctx.executable._reference,
        inputs = [ctx.file.declarations, ctx.file.errors, ctx.file.script] + ctx.files.styles,
        mnemonic = "Reference",
        outputs = [folder],
        progress_message = "Writing the reference pages",
    )
    return [DefaultInfo(files = depset([folder]), runfiles = ctx.runfiles([folder]))]

reference = rule(
    implementation = _reference_impl,
    attrs = {
        "declarations": attr.label(allow_single_file = True, mandatory = True),
        "errors": attr.label(allow_single_file = True, mandatory = True),
        "script": attr.label(allow_single_file = True, mandatory = True),
        "styles": attr.label_list(allow_files = True),
        "_reference": attr.label(
            cfg = "exec",
            default = ":reference",
            executable = True,
        ),
    },
    doc = "A folder of HTML pages: index.html, and one for each declared function.",
)
