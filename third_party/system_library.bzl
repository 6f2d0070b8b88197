"""Repositories made of what Debian's packages have installed."""

def _find(repository_ctx, name, folders):
    for folder in folders:
        path = repository_ctx.path(folder + "/" + name)
        if path.exists:
            return path
    fail("\n{name} is not in {folders}: run `apt-get install {package}` (tools/plumbline does).".format(
        folders = " or ".join(folders),
        name = name,
        package = repository_ctx.attr.package,
    ))

def _system_library_impl(repository_ctx):
    # Only the named headers are linked: a folder that held all of /usr/include
    # would give another architecture's compiler this machine's C library.
    machine = repository_ctx.execute(["uname", "-m"]).stdout.strip()
    triple = repository_ctx.execute(["gcc", "-print-multiarch"]).stdout.strip()
    triple = triple or machine + "-linux-gnu"
    for header in repository_ctx.attr.headers:
        folders = repository_ctx.attr.folders or ["/usr/include", "/usr/include/" + triple]
        found = _find(repository_ctx, header, folders)
        repository_ctx.symlink(found, "include/" + header)
    for library in repository_ctx.attr.libraries:
        found = _find(repository_ctx, library, ["/usr/lib/" + triple, "/usr/lib"])
        repository_ctx.symlink(found, "lib/" + library)
    repository_ctx.symlink(repository_ctx.attr.build_file, "BUILD")

system_library = repository_rule(
    implementation = _system_library_impl,
    attrs = {
        "build_file": attr.label(mandatory = True, doc = "BUILD file over include/ and lib/."),
        "folders": attr.string_list(doc = "Where the headers are, if not in /usr/include."),
        "headers": attr.string_list(doc = "Files or folders of /usr/include."),
        "libraries": attr.string_list(doc = "Static libraries of this machine's architecture."),
        "package": attr.string(mandatory = True, doc = "Debian package to install if one is missing."),
    },
    configure = True,
    local = True,
    doc = "Links the named headers and libraries of the system into a repository.",
)
