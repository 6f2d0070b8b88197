"""Files that are the same for every architecture, and made once for all."""

def _made_once_impl(ctx):
    outputs = []
    for file in ctx.files.srcs:
        output = ctx.actions.declare_file(file.basename if not ctx.attr.folder else ctx.attr.folder + "/" + file.basename)
        ctx.actions.symlink(output = output, target_file = file)
        outputs.append(output)
    return [DefaultInfo(files = depset(outputs))]

_made_once = rule(
    implementation = _made_once_impl,
    attrs = {
        "folder": attr.string(),
        "srcs": attr.label_list(cfg = "exec"),
    },
)

def genrule_once(name, out, cmd, srcs = [], tools = [], **kwargs):
    """A genrule with one output, which is not run anew for another architecture or sanitizer.

    Args:
      name: of the target.
      out: the file.
      cmd: as of a genrule.
      srcs: as of a genrule.
      tools: as of a genrule.
      **kwargs: what every rule takes.
    """
    native.genrule(
        name = name + "_made",
        srcs = srcs,
        outs = ["made/" + out],
        cmd = cmd,
        tags = ["manual"],
        tools = tools,
        visibility = ["//visibility:private"],
    )
    _made_once(
        name = name,
        srcs = [name + "_made"],
        folder = out.rpartition("/")[0],
        **kwargs
    )
