"""The repository that tells of musl, where tools/toolchains/fetch_musl.sh has put it.

It holds `musl.bzl`, by which BUILD files know of it, and a file per architecture that
stands for the headers and the library as inputs.
"""

_FIND = """
import json, os, pwd, subprocess, sys, tomllib

with open(sys.argv[1], "rb") as file:
    architectures = tomllib.load(file)["architectures"]

def links(gxx):
    # What g++ has beside the C library: headers of C++, and what a static program begins and ends with.
    def run(*arguments):
        done = subprocess.run(
            [gxx, *arguments], env={"LC_ALL": "C"}, stdin=subprocess.DEVNULL, capture_output=True, check=True, text=True
        )
        return done.stdout.strip(), done.stderr

    searched = run("-E", "-x", "c++", "-v", "-")[1].split("search starts here:")[-1].split("End of search")[0]
    return {
        "cxx_includes": [folder.strip() for folder in searched.splitlines() if "/c++/" in folder],
        "begin": run("-print-file-name=crtbeginT.o")[0],
        "end": run("-print-file-name=crtend.o")[0],
    }

cache = os.path.join(pwd.getpwuid(os.getuid()).pw_dir, ".cache/plumbline/musl")
found = {}
for name, values in architectures.items():
    if "musl" not in values.get("libcs", []):
        continue
    folder = os.path.join(cache, name)
    gcc = "/usr/bin/" + values["triple"] + "-gcc"
    gxx = "/usr/bin/" + values["triple"] + "-g++"
    found[name] = {"folder": folder, "gcc": gcc, "gxx": gxx, "missing": "", "links": {}}
    if not os.path.exists(gcc):
        package = "gcc-" + values["triple"].replace("_", "-")
        found[name]["missing"] = f"{gcc} is missing: apt-get install {package}"
    elif not os.path.exists(os.path.join(folder, "release")):
        found[name]["missing"] = f"musl for {name} is missing: tools/toolchains/fetch_musl.sh {name}"
    else:
        with open(os.path.join(folder, "release")) as file:
            found[name]["release"] = file.read().strip()
        found[name]["gcc_include"] = subprocess.run(
            [gcc, "-print-file-name=include"], stdout=subprocess.PIPE, check=True, text=True
        ).stdout.strip()
        if os.path.exists(gxx) and os.path.exists(os.path.join(folder, "lib/libc.a")):
            found[name]["links"] = links(gxx)
json.dump(found, sys.stdout)
"""

_FINGERPRINT = """
find -L "$@" -type f -printf '%p %s %T@\\n' 2>/dev/null | LC_ALL=C sort | sha256sum
"""

_MUSL = '''"""Written by //tools/toolchains:local_musl.bzl."""

# Architectures that musl is declared for. Either `missing` says what is not there, or there are
# its release, how to call the compiler for it, and its library; and how a C++ program is compiled
# and linked, unless `cannot_link` says why that can't be.
MUSL = {{
{entries}}}
'''

def _release_number(release):
    """As LINUX_VERSION_CODE is made: 1.2.3 → 0x010203."""
    parts = [int(part) for part in release.split(".")] + [0, 0]
    return parts[0] * 65536 + parts[1] * 256 + parts[2]

def _local_musl_impl(repository_ctx):
    toml = repository_ctx.path(repository_ctx.attr.data_models)
    result = repository_ctx.execute(["/usr/bin/python3", "-c", _FIND, toml])
    if result.return_code != 0:
        fail("\nmusl could not be looked for: {}".format(result.stderr.splitlines()[-1]))
    build = ["# Written by //tools/toolchains:local_musl.bzl.\n"]
    entries = []
    for name, found in json.decode(result.stdout).items():
        flags = []
        links = found["links"]
        cannot_link = found["missing"]
        cxx_flags, first_objects, last_objects = [], [], []
        if not links and not cannot_link:
            cannot_link = "{gxx} or {folder}/lib is missing: apt-get install {package}; tools/toolchains/fetch_musl.sh {name}".format(
                folder = found["folder"],
                gxx = found["gxx"],
                name = name,
                package = "g++-" + found["gxx"][len("/usr/bin/"):-len("-g++")].replace("_", "-"),
            )
        if not found["missing"]:
            folder = found["folder"]

            # Neither glibc's headers nor this machine's.
            flags = ["-nostdinc", "-DPLUMBLINE_MUSL={}".format(_release_number(found["release"]))]
            for path in [folder + "/include", folder + "/kernel/include", found["gcc_include"]]:
                flags += ["-isystem", path]
            if links:
                # libstdc++'s headers only: its library is glibc's.
                cxx_flags = ["-nostdinc++"]
                for path in links["cxx_includes"]:
                    cxx_flags += ["-isystem", path]
                cxx_flags += flags
                first_objects = [folder + "/lib/crt1.o", folder + "/lib/crti.o", links["begin"]]
                last_objects = ["-Wl,--start-group", "-lgcc", folder + "/lib/libc.a", "-Wl,--end-group", links["end"], folder + "/lib/crtn.o"]
            seen = repository_ctx.execute(["/bin/sh", "-c", _FINGERPRINT, "sh", folder, found["gcc"]])
            repository_ctx.file(name + ".files", seen.stdout)
            build.append("""
filegroup(
    name = "{name}",
    srcs = ["{name}.files"],
    visibility = ["//visibility:public"],
)
""".format(name = name))
        values = {
            "cannot_link": cannot_link,
            "cxx_flags": cxx_flags,
            "first_objects": first_objects,
            "flags": flags,
            "gcc": found["gcc"],
            "gxx": found["gxx"],
            "last_objects": last_objects,
            "libc": found["folder"] + "/libc.so",
            "missing": found["missing"],
            "release": found.get("release", ""),
        }
        entries.append("    \"{}\": struct(\n{}    ),\n".format(name, "".join([
            "        {} = {},\n".format(key, repr(value))
            for key, value in values.items()
        ])))
    repository_ctx.file("BUILD", "".join(build))
    repository_ctx.file("musl.bzl", _MUSL.format(entries = "".join(entries)))

local_musl = repository_rule(
    implementation = _local_musl_impl,
    attrs = {
        "data_models": attr.label(mandatory = True, allow_single_file = True),
    },
    configure = True,
    doc = "musl's headers and libraries, as far as they were fetched.",
    # tools/plumbline sets it to a fingerprint of the compilers and of what was fetched.
    environ = ["PLUMBLINE_COMPILERS"],
    local = True,
)
