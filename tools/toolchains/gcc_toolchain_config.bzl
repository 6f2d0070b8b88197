"""How a gcc of one architecture is called."""

load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "ACTION_NAMES")
load(
    "@bazel_tools//tools/cpp:cc_toolchain_config_lib.bzl",
    "feature",
    "flag_group",
    "flag_set",
    "tool_path",
    "with_feature_set",
)

_C = [ACTION_NAMES.c_compile]

_CXX = [
    ACTION_NAMES.cpp_compile,
    ACTION_NAMES.cpp_header_parsing,
    ACTION_NAMES.linkstamp_compile,
]

_COMPILE = _C + _CXX + [
    ACTION_NAMES.assemble,
    ACTION_NAMES.preprocess_assemble,
]

_LINK = [
    ACTION_NAMES.cpp_link_dynamic_library,
    ACTION_NAMES.cpp_link_executable,
    ACTION_NAMES.cpp_link_nodeps_dynamic_library,
]

def _flags(actions, flags, **conditions):
    return flag_set(
        actions = actions,
        flag_groups = [flag_group(flags = flags)],
        **conditions
    )

def _sanitizer(name, flags):
    return feature(
        name = name,
        flag_sets = [_flags(_C + _CXX + _LINK, flags)],
        # The sanitizers' run-time libraries replace what libstdc++ does.
        implies = ["shared_libstdcxx"],
        provides = [name],
    )

def _impl(ctx):
    static = [with_feature_set(not_features = ["shared_libstdcxx"])]
    shared = [with_feature_set(features = ["shared_libstdcxx"])]

    compile_flags = [
        _flags(_COMPILE, ctx.attr.compile_flags + [
            # Paths as they were given, and no date, so that the same input
            # compiles to the same output anywhere.
            "-no-canonical-prefixes",
            "-fno-canonical-system-headers",
            "-fdiagnostics-color=never",
            "-fno-omit-frame-pointer",
            # Notes on what calls between C++ standard libraries of different ages would do.
            "-Wno-psabi",
            "-Wno-builtin-macro-redefined",
            "-D__DATE__=\"redacted\"",
            "-D__TIME__=\"redacted\"",
            "-D__TIMESTAMP__=\"redacted\"",
        ]),
        _flags(_C, ["-std=gnu17"]),
        _flags(_CXX, ["-std=c++20"] + ctx.attr.cxx_flags),
        # In KiB: gcc collects no garbage below it, which is an eighth of a test's time.
        _flags(_CXX, ["--param=ggc-min-heapsize=524288"]),
        _flags(_C + _CXX, ["-g1"], with_features = [
            with_feature_set(not_features = ["dbg", "opt"]),
        ]),
        _flags(_C + _CXX, ["-g"], with_features = [with_feature_set(features = ["dbg"])]),
        _flags(_C + _CXX, ["-O2"], with_features = [with_feature_set(features = ["opt"])]),
    ]

    # The compiler's own libraries are linked in, so that a target needs only a C library.
    link_flags = [
        _flags(_LINK, ["-no-canonical-prefixes"] + ctx.attr.link_flags),
        _flags(_LINK, ["-static-libgcc"], with_features = static),
    ]
    link_libraries = [
        _flags(_LINK, ["-l:libstdc++.a", "-lm"], with_features = static),
        _flags(_LINK, ["-lstdc++", "-lm"], with_features = shared),
    ]

    features = [
        feature(name = "dbg"),
        feature(name = "opt"),
        feature(name = "fastbuild"),
        feature(name = "shared_libstdcxx"),
        feature(name = "supports_pic", enabled = True),
        feature(name = "default_compile_flags", enabled = True, flag_sets = compile_flags),
        feature(name = "default_link_flags", enabled = True, flag_sets = link_flags),
        feature(
            name = "user_link_flags",
            enabled = True,
            flag_sets = [flag_set(
                actions = _LINK,
                flag_groups = [flag_group(
                    flags = ["%{user_link_flags}"],
                    iterate_over = "user_link_flags",
                    expand_if_available = "user_link_flags",
                )],
            )] + link_libraries,
        ),
        _sanitizer("asan", ["-fsanitize=address"]),
        _sanitizer("tsan", ["-fsanitize=thread"]),
        feature(
            name = "ubsan",
            flag_sets = [_flags(_C + _CXX + _LINK, [
                "-fsanitize=undefined",
                "-fno-sanitize-recover=undefined",
            ])],
            implies = ["shared_libstdcxx"],
        ),
    ]

    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        features = features,
        cxx_builtin_include_directories = ctx.attr.include_directories,
        toolchain_identifier = "gcc-" + ctx.attr.architecture,
        host_system_name = "local",
        target_system_name = ctx.attr.triple,
        target_cpu = ctx.attr.architecture,
        target_libc = "glibc",
        compiler = "gcc",
        abi_version = ctx.attr.triple,
        abi_libc_version = "glibc",
        tool_paths = [
            tool_path(name = "ar", path = ctx.attr.tool_prefix + "ar"),
            tool_path(name = "cpp", path = ctx.attr.tool_prefix + "cpp"),
            tool_path(name = "dwp", path = ctx.attr.tool_prefix + "dwp"),
            tool_path(name = "gcc", path = ctx.attr.tool_prefix + "gcc"),
            tool_path(name = "gcov", path = ctx.attr.tool_prefix + "gcov"),
            tool_path(name = "ld", path = ctx.attr.tool_prefix + "ld"),
            tool_path(name = "nm", path = ctx.attr.tool_prefix + "nm"),
            tool_path(name = "objcopy", path = ctx.attr.tool_prefix + "objcopy"),
            tool_path(name = "objdump", path = ctx.attr.tool_prefix + "objdump"),
            tool_path(name = "strip", path = ctx.attr.tool_prefix + "strip"),
        ],
    )

gcc_toolchain_config = rule(
    implementation = _impl,
    attrs = {
        "architecture": attr.string(mandatory = True),
        "compile_flags": attr.string_list(),
        "cxx_flags": attr.string_list(),
        "include_directories": attr.string_list(doc = "Where the compiler finds its own headers."),
        "link_flags": attr.string_list(),
        "tool_prefix": attr.string(mandatory = True, doc = "Path of the tools up to the triple's dash."),
        "triple": attr.string(mandatory = True),
    },
    provides = [CcToolchainConfigInfo],
)
