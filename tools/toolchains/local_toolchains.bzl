"""The repository of platforms and compilers, made from bindings/data_models.toml.

It holds, for every architecture, the constraint, platform, config_setting and,
where its compiler is installed, the toolchain; and `architectures.bzl`, by which
BUILD files know of them. Nothing else in the workspace names an architecture's
compiler, so that another one is one more line of data_models.toml.
"""

_READ_TOML = """
import json, os, pwd, sys, tomllib
with open(sys.argv[1], "rb") as file:
    architectures = tomllib.load(file)["architectures"]
home = pwd.getpwuid(os.getuid()).pw_dir
json.dump({"architectures": architectures, "cache": home + "/.cache/plumbline"}, sys.stdout)
"""

# What `uname -m` says, where it is not an architecture's emulator's name.
_MACHINES = {
    "aarch64": "arm64",
    "armv7l": "armhf",
    "i586": "i386",
    "i686": "i386",
    "mips64": "mips64",
    "parisc": "hppa",
    "parisc64": "hppa",
    "sh4a": "sh4",
}

# Architectures whose programs the machine's own kernel runs too, given their C library.
_ALSO_NATIVE = {
    "amd64": ["i386", "x32"],
}

# Programs are linked to run in place with the cross C library: what its folder
# holds as dynamic linker.
_DYNAMIC_LINKERS = {
    "i386": "ld-linux.so.2",
    "x32": "ld-linux-x32.so.2",
}

# The constraints of @platforms//cpu (of Bazel 4.2) that mean the same.
_PLATFORMS_CPU = {
    "amd64": "x86_64",
    "arm64": "aarch64",
    "armel": "arm",
    "armhf": "armv7",
    "i386": "x86_32",
    "powerpc": "ppc",
    "s390x": "s390x",
}

def _native_architecture(repository_ctx, architectures):
    machine = repository_ctx.execute(["uname", "-m"]).stdout.strip()
    for name, values in architectures.items():
        if machine in (name, values["qemu"]):
            return name
    if machine in _MACHINES:
        return _MACHINES[machine]
    fail("\nbindings/data_models.toml declares no architecture for this machine ({}).".format(machine))

def _include_directories(repository_ctx, compiler, language):
    result = repository_ctx.execute(
        [compiler, "-E", "-x" + language, "-", "-v"],
        # The messages are parsed.
        environment = {"LC_ALL": "C"},
    )
    if result.return_code != 0:
        fail("\n{} does not work:\n{}".format(compiler, result.stderr))
    text = result.stderr
    text = text[text.index("#include <...> search starts here:\n"):text.index("End of search list.")]
    return [str(repository_ctx.path(line.strip())) for line in text.splitlines()[1:]]

_TOOLCHAIN = """
gcc_toolchain_config(
    name = "{name}_config",
    architecture = "{name}",
    compile_flags = {compile_flags},
    cxx_flags = {cxx_flags},
    include_directories = {include_directories},
    link_flags = {link_flags},
    tool_prefix = "{tool_prefix}",
    triple = "{triple}",
)

cc_toolchain(
    name = "{name}_gcc",
    all_files = ":{name}_compiler",
    ar_files = ":none",
    as_files = ":{name}_compiler",
    compiler_files = ":{name}_compiler",
    dwp_files = ":none",
    linker_files = ":{name}_compiler",
    objcopy_files = ":none",
    strip_files = ":none",
    supports_param_files = 1,
    toolchain_config = ":{name}_config",
)

toolchain(
    name = "{name}_toolchain",
    exec_compatible_with = [":{native}_constraint"],
    target_compatible_with = [":{name}_constraint"],
    toolchain = ":{name}_gcc",
    toolchain_type = "@bazel_tools//tools/cpp:toolchain_type",
)
"""

_PLATFORM = """
constraint_value(
    name = "{name}_constraint",
    constraint_setting = ":architecture",
)

platform(
    name = "{name}",
    constraint_values = {constraints},
)

config_setting(
    name = "is_{name}",
    constraint_values = [":{name}_constraint"],
)

# Bazel doesn't watch the system's files. These stand for them as inputs: of whatever
# is compiled, the compiler and headers; of a test's result, C library, kernel, emulator.
filegroup(
    name = "{name}_compiler",
    srcs = ["{name}.compiler"],
)

filegroup(
    name = "{name}_target",
    srcs = ["{name}.target"],
)
"""

_BUILD = """# Written by //tools/toolchains:local_toolchains.bzl from bindings/data_models.toml.

load("@plumbline//tools/toolchains:gcc_toolchain_config.bzl", "gcc_toolchain_config")
load("@rules_cc//cc:defs.bzl", "cc_toolchain")

package(default_visibility = ["//visibility:public"])

filegroup(name = "none")

# As the fingerprints below, for whether clang is there, and which.
filegroup(
    name = "clang_compiler",
    srcs = ["clang.compiler"],
)

constraint_setting(name = "architecture")

platform(
    name = "host",
    parents = [":{native}"],
)

# Where --config=remote builds; see tools/cache.
platform(
    name = "worker",
    exec_properties = {worker_properties},
    parents = [":{native}"],
)
"""

_ARCHITECTURES = '''"""Written by //tools/toolchains:local_toolchains.bzl from bindings/data_models.toml."""

# This machine's architecture.
NATIVE = "{native}"

NATIVE_CONSTRAINT = "@plumbline_toolchains//:{native}_constraint"

# By Debian's name: triple, endian, the emulator of qemu-user (if any), variants;
# native: this machine's kernel may run its programs; installed: its compiler is.
ARCHITECTURES = {{
{architectures}}}
'''

# What libc's headers and libraries for programs are in; those of other packages Bazel knows
# by the repositories that they are made into.
_LIBC_PACKAGES = ["libc6-dev", "libc6.1-dev", "libcrypt-dev", "linux-libc-dev"]

# The second opinion on headers (//conformance/abi:compare_compilers.py), which need not be there.
_CLANG_FILES = ["/usr/bin/clang-14", "/usr/lib/llvm-14/lib/clang"]

def _fingerprint(repository_ctx, cache, paths):
    """Changes when a file under the paths does, and is the same wherever they hold the same."""
    script = repository_ctx.path(repository_ctx.attr._fingerprint)
    result = repository_ctx.execute(
        ["/bin/sh", script] + paths,
        environment = {"PLUMBLINE_FINGERPRINTS": cache + "/fingerprints"},
    )
    if result.return_code != 0 or not result.stdout:
        fail("\n{} failed:\n{}".format(script, result.stderr))
    return result.stdout

def _libc_files(repository_ctx, triple):
    """This machine's own. Not all of /usr/include, where everybody's headers are."""

    # It fails for those that aren't installed, but prints the others.
    listed = repository_ctx.execute(["dpkg-query", "--listfiles"] + _LIBC_PACKAGES).stdout
    files = [
        path
        for path in listed.splitlines()
        if path.startswith("/usr/include/") and path.endswith(".h") or
           path.startswith("/usr/lib/" + triple + "/") and path[-2:] in (".a", ".o", "so")
    ]
    return files or ["/usr/include", "/usr/lib/" + triple + "/libc.so"]

def _gcc_files(repository_ctx, compiler, triple):
    """What a gcc consists of, and what it links. C and C++ only: who has others may share too."""
    tools = ["/usr/bin/{}-{}".format(triple, tool) for tool in ["ar", "as", "g++", "gcc", "ld"]]
    libgcc = repository_ctx.execute([compiler, "-print-libgcc-file-name"])
    if libgcc.return_code != 0:
        fail("\n{} does not work:\n{}".format(compiler, libgcc.stderr))
    folder = libgcc.stdout.strip()[:-len("libgcc.a")]
    return tools + [folder + name for name in [
        "cc1",
        "cc1plus",
        "collect2",
        "crtbegin.o",
        "crtbeginS.o",
        "crtbeginT.o",
        "crtend.o",
        "crtendS.o",
        "include",
        "libgcc.a",
        "libgcc_eh.a",
        "libstdc++.a",
    ]]

def _write_fingerprints(repository_ctx, cache, name, values, native, compiler):
    triple = values["triple"]
    if name == native:
        compiled = _libc_files(repository_ctx, triple) + ["/usr/local/include"]
        libraries = ["/lib/" + triple + "/libc.so.6"]
    else:
        compiled = ["/usr/" + triple + "/include", "/usr/" + triple + "/lib"]
        libraries = ["/usr/" + triple + "/lib/libc.so.6"]
    if compiler:
        compiled += _gcc_files(repository_ctx, compiler, triple)
        if name == native:
            compiled += [
                path
                for path in _include_directories(repository_ctx, compiler, "c++")
                if "/c++/" in path
            ]
    repository_ctx.file(name + ".compiler", _fingerprint(repository_ctx, cache, compiled))
    emulators = ["/usr/bin/qemu-" + values["qemu"] + end for end in ["", "-static"]]
    kernel = repository_ctx.execute(["uname", "-srv"]).stdout
    repository_ctx.file(
        name + ".target",
        _fingerprint(repository_ctx, cache, libraries + (emulators if values["qemu"] else [])) + kernel,
    )

def _toolchain(repository_ctx, name, values, native, compiler):
    """The BUILD text of one architecture's toolchain."""
    triple = values["triple"]
    folder = "/usr/" + triple
    c_directories = _include_directories(repository_ctx, compiler, "c")
    cxx_directories = _include_directories(repository_ctx, compiler, "c++")
    compile_flags = []
    cxx_flags = []
    link_flags = []
    if name != native:
        # Debian's cross compilers look into /usr/include last, where this machine's
        # own headers are: a header that the target lacks would seem to be there.
        c_directories = [path for path in c_directories if path != "/usr/include"]
        cxx_directories = [path for path in cxx_directories if path != "/usr/include"]
        compile_flags.append("-nostdinc")
        for path in c_directories:
            compile_flags += ["-idirafter", path]
        cxx_flags.append("-nostdinc++")
        for path in cxx_directories:
            if path not in c_directories:
                cxx_flags += ["-isystem", path]
        if name in _ALSO_NATIVE.get(native, []):
            linker = repository_ctx.path(folder + "/lib/" + _DYNAMIC_LINKERS[name])
            link_flags += [
                "-Wl,--dynamic-linker=" + str(linker),
                "-Wl,-rpath," + folder + "/lib",
            ]
    return _TOOLCHAIN.format(
        name = name,
        compile_flags = repr(compile_flags),
        cxx_flags = repr(cxx_flags),
        include_directories = repr(cxx_directories),
        link_flags = repr(link_flags),
        native = native,
        tool_prefix = str(compiler)[:-len("gcc")],
        triple = triple,
    )

def _local_toolchains_impl(repository_ctx):
    toml = repository_ctx.path(repository_ctx.attr.data_models)
    result = repository_ctx.execute(["/usr/bin/python3", "-c", _READ_TOML, toml])
    if result.return_code != 0:
        fail("\nbindings/data_models.toml: {}".format(result.stderr.splitlines()[-1]))
    read = json.decode(result.stdout)
    architectures = read["architectures"]
    cache = read["cache"]
    native = _native_architecture(repository_ctx, architectures)

    worker = {"OSFamily": "linux"}
    image = repository_ctx.os.environ.get("PLUMBLINE_WORKER_IMAGE")
    if image:
        worker["container-image"] = image
    build = [_BUILD.format(native = native, worker_properties = repr(worker))]
    listed = []
    for name, values in architectures.items():
        constraints = [":{}_constraint".format(name), "@platforms//os:linux"]
        if name in _PLATFORMS_CPU:
            constraints.append("@platforms//cpu:" + _PLATFORMS_CPU[name])
        build.append(_PLATFORM.format(constraints = repr(constraints), name = name))

        compiler = repository_ctx.path("/usr/bin/{}-gcc".format(values["triple"]))
        installed = compiler.exists and repository_ctx.path("/usr/bin/{}-g++".format(values["triple"])).exists
        _write_fingerprints(repository_ctx, cache, name, values, native, compiler if installed else None)
        if installed:
            build.append(_toolchain(repository_ctx, name, values, native, compiler))
        listed.append("    \"{}\": struct(\n{}    ),\n".format(name, "".join([
            "        {} = {},\n".format(key, repr(value))
            for key, value in {
                "cannot_run": values.get("cannot_run", ""),
                "endian": values["endian"],
                "installed": installed,
                "native": name == native or name in _ALSO_NATIVE.get(native, []),
                "qemu": values["qemu"],
                "triple": values["triple"],
                "variants": values["variants"],
            }.items()
        ])))

    repository_ctx.file("clang.compiler", _fingerprint(repository_ctx, cache, _CLANG_FILES))
    repository_ctx.file("BUILD", "".join(build))
    repository_ctx.file("architectures.bzl", _ARCHITECTURES.format(
        architectures = "".join(listed),
        native = native,
    ))

local_toolchains = repository_rule(
    implementation = _local_toolchains_impl,
    attrs = {
        "data_models": attr.label(mandatory = True, allow_single_file = True),
        "_fingerprint": attr.label(default = "//tools/cache:fingerprint.sh"),
    },
    configure = True,
    doc = "Platforms and toolchains of the compilers that are installed.",
    environ = [
        # tools/plumbline sets it to a fingerprint of the installed compilers.
        "PLUMBLINE_COMPILERS",
        # The image that workers run, in --config=remote.
        "PLUMBLINE_WORKER_IMAGE",
    ],
    local = True,
)
