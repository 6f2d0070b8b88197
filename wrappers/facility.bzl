"""A facility of the wrappers: its library, its tests, and the conformance that it rests on."""

load("@plumbline_toolchains//:architectures.bzl", "NATIVE")
load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library")
load("//conformance/semantics:properties.bzl", "property_test")
load("//tools/targets:copts.bzl", "PLUMBLINE_CXXOPTS")
load("//tools/targets:defs.bzl", "current_target_test", "for_each_architecture", "target_test")
load("//tools/targets:once.bzl", "genrule_once")

# Where every facility's tests run beside this machine: other sizes, other byte order, other numbers.
TESTED_ARCHITECTURES = ["arm64", "armhf", "i386", "s390x"]

def wrapper_library(name, constants = False, deps = [], **kwargs):
    """NAME.h, with NAME.cc if there is one, for everybody.

    Args:
      name: of the library and its files.
      constants: whether wrappers/constants.toml has a table [NAME], which makes NAME_constants.h.
      deps: libraries that NAME.h includes.
      **kwargs: what every cc_library takes.
    """
    headers = [name + ".h"]
    if constants:
        genrule_once(
            name = name + "_constants_header",
            srcs = [
                "constants.toml",
                "//bindings",
            ],
            out = name + "_constants.h",
            cmd = "$(location //tools/codegen) wrapper-constants --facility {} -o $@ ".format(name) +
                  "$(location constants.toml) $(locations //bindings)",
            tools = ["//tools/codegen"],
            visibility = ["//visibility:private"],
        )
        headers.append(name + "_constants_header")
        deps = deps + [":flags"]
    cc_library(
        name = name,
        srcs = native.glob([name + ".cc"]),
        hdrs = headers,
        # Another workspace's compiler may warn of what ours does not.
        copts = PLUMBLINE_CXXOPTS if native.repository_name() == "@" else [],
        deps = deps,
        visibility = ["//visibility:public"],
        **kwargs
    )

def wrapper_test(name, deps, architectures = TESTED_ARCHITECTURES, size = "small", tags = [], **kwargs):
    """NAME.cc as a test on this machine (or that of --config=ARCH), and as NAME_ARCH elsewhere.

    Args:
      name: of the test and its file.
      deps: libraries under test.
      architectures: where else it runs.
      size: of the test.
      tags: of the tests; those elsewhere have other_architecture, too.
      **kwargs: what every cc_binary takes.
    """
    cc_binary(
        name = name + "_program",
        testonly = True,
        srcs = [name + ".cc"],
        copts = PLUMBLINE_CXXOPTS,
        linkopts = ["-pthread"],
        tags = ["manual"],
        deps = deps + ["//wrappers/testing"],
        **kwargs
    )
    current_target_test(
        name = name,
        binary = name + "_program",
        size = size,
        tags = tags,
    )
    for_each_architecture(
        name = name,
        make = target_test,
        architectures = [arch for arch in architectures if arch != NATIVE],
        binary = name + "_program",
        size = size,
        tags = tags + ["other_architecture"],
        threads = True,
    )

def facility(name, bindings, deps = [], test_deps = [], constants = True, properties = [], **kwargs):
    """A facility: its library, its tests, and its conformance suite.

    Makes, of NAME.h, NAME.cc if there is one, NAME_test.cc and a table in constants.toml:

      :NAME              the library, for everybody
      :NAME_test         its behaviour, here; :NAME_test_ARCH on another architecture
      :NAME_conformance  all that it rests on: the constants, layouts, prototypes, symbols and
                         errors of its bindings, its behaviour, and random programs that the
                         model judges; on this machine, or with --config=ARCH there

    Args:
      name: of the facility.
      bindings: the families whose declarations it rests on: "io" is bindings/io.toml and
        bindings/io.errors.toml.
      deps: libraries that NAME.h includes, beside result.h and fd.h.
      test_deps: further libraries that NAME_test.cc includes.
      constants: whether constants.toml has a table for it.
      properties: the groups of the model's rules that it rests on ("epoll"), for random programs.
      **kwargs: what wrapper_test takes, such as other architectures.
    """
    wrapper_library(
        name = name,
        constants = constants,
        deps = deps + [
            ":fd",
            ":result",
        ],
    )
    wrapper_test(
        name = name + "_test",
        deps = [
            ":" + name,
            ":retry",
            ":syscall_error",
        ] + test_deps,
        **kwargs
    )
    for kind, checker in {
        "abi": "//conformance/abi:checker",
        "errors": "//conformance/errors:checker",
    }.items():
        # Only in the suite: //conformance tests all families at once.
        current_target_test(
            name = "{}_{}_test".format(name, kind),
            args = [
                "--family",
                ",".join(bindings),
            ] + (["--unprivileged"] if kind == "errors" else []),
            binary = checker,
            size = "medium",
            tags = ["manual"],
        )
    if properties:
        property_test(
            name = name + "_properties_test",
            size = "large",
            only = properties,
            programs = 2000,
            tags = ["manual"],
        )
    native.test_suite(
        name = name + "_conformance",
        tags = ["manual"],
        tests = [
            ":{}_abi_test".format(name),
            ":{}_errors_test".format(name),
            ":{}_test".format(name),
        ] + ([":{}_properties_test".format(name)] if properties else []),
    )

def suites(name):
    """What is of all facilities; to be called at the end of the BUILD file.

    Makes also :headers, every header of the folder, and :native_tests, the behaviour of every
    facility on this machine, for sanitizers.

    Args:
      name: of the suite of every facility's conformance.
    """
    rules = native.existing_rules()
    native.filegroup(
        name = "headers",
        srcs = native.glob(["*.h"]) + [
            ":error_conditions_header",
        ] + [":" + rule for rule in rules if rule.endswith("_constants_header")],
    )
    native.test_suite(
        name = "native_tests",
        tags = ["manual"],
        tests = [
            ":" + rule.replace("_program", "")
            for rule in rules
            if rule.endswith("_test_program")
        ],
    )
    native.test_suite(
        name = name,
        tags = ["manual"],
        tests = [":" + rule for rule in rules if rule.endswith("_conformance")],
    )
