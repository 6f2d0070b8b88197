"""Repositories that stand in for what Bazel would download."""

def _stub_repository_impl(repository_ctx):
    build = ['package(default_visibility = ["//visibility:public"])']
    for target in repository_ctx.attr.targets:
        build.append('filegroup(name = "{}")'.format(target))
    repository_ctx.file("BUILD", "\n".join(build) + "\n")
    if repository_ctx.attr.folder:
        repository_ctx.file(repository_ctx.attr.folder + "/BUILD", "# See defs.bzl.\n")
        repository_ctx.file(
            repository_ctx.attr.folder + "/defs.bzl",
            '"""Bazel\'s own rules by the names that {} gives them."""\n\n'.format(repository_ctx.name) +
            "".join(["{0} = native.{0}\n".format(rule) for rule in repository_ctx.attr.rules]),
        )

stub_repository = repository_rule(
    implementation = _stub_repository_impl,
    attrs = {
        "folder": attr.string(doc = "Package of the defs.bzl."),
        "rules": attr.string_list(doc = "Native rules that its defs.bzl passes through."),
        "targets": attr.string_list(doc = "Empty targets of its top package."),
    },
    doc = "A repository with the names that are asked for, and nothing behind them.",
)
