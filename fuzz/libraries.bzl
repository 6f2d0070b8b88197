"""What a fuzzer is compiled with and linked to beside the sources that are instrumented."""

def _libraries_impl(ctx):
    headers = []
    archives = []
    for dep in ctx.attr.deps:
        headers.append(dep[CcInfo].compilation_context.headers)  # buildifier: disable=native-cc-info
        for inputs in dep[CcInfo].linking_context.linker_inputs.to_list():  # buildifier: disable=native-cc-info
            for library in inputs.libraries:
                archives.append(library.static_library or library.pic_static_library)
    files = depset([file for file in archives if file], transitive = headers)
    return [DefaultInfo(files = files, runfiles = ctx.runfiles(transitive_files = files))]

libraries = rule(
    implementation = _libraries_impl,
    attrs = {"deps": attr.label_list(providers = [CcInfo])},  # buildifier: disable=native-cc-info
    doc = "The headers and archives of C++ libraries, and of what they depend on.",
)
