"""What this workspace needs, for itself and for workspaces that depend on it.

Nothing here is downloaded. Libraries come from Debian's packages (tools/packages.txt), and what
Bazel itself would fetch is replaced by stubs.
"""

load("//third_party:stub_repository.bzl", "stub_repository")
load("//third_party:system_library.bzl", "system_library")
load("//tools/toolchains:local_musl.bzl", "local_musl")
load("//tools/toolchains:local_toolchains.bzl", "local_toolchains")

def _maybe(rule, name, **kwargs):
    """What a workspace already has stays."""
    if not native.existing_rule(name):
        rule(name = name, **kwargs)

def plumbline_repositories():
    """To be called in the WORKSPACE; wrappers/examples has an example."""

    # The compilers that are installed, one platform and toolchain per architecture.
    _maybe(
        local_toolchains,
        name = "plumbline_toolchains",
        data_models = "@plumbline//bindings:data_models.toml",
    )

    # A second C library, where tools/toolchains/fetch_musl.sh has put it.
    _maybe(
        local_musl,
        name = "plumbline_musl",
        data_models = "@plumbline//bindings:data_models.toml",
    )

    # Bazel's own C++ rules by the names of rules_cc. Debian's package of it is too new
    # for Bazel 4.2; a newer Bazel takes the real one here.
    _maybe(
        stub_repository,
        name = "rules_cc",
        folder = "cc",
        rules = [
            "cc_binary",
            "cc_import",
            "cc_library",
            "cc_test",
            "cc_toolchain",
            "cc_toolchain_suite",
        ],
    )

    # Bazel's own packages load these; nothing here is built with them.
    _maybe(
        stub_repository,
        name = "rules_java",
        folder = "java",
        rules = [
            "java_binary",
            "java_import",
            "java_library",
            "java_proto_library",
            "java_runtime",
            "java_toolchain",
        ],
    )

    _maybe(
        stub_repository,
        name = "rules_proto",
        folder = "proto",
        rules = [
            "proto_lang_toolchain",
            "proto_library",
        ],
    )

    _maybe(
        stub_repository,
        name = "remote_coverage_tools",
        targets = [
            "coverage_report_generator",
            "lcov_merger",
        ],
    )

    _maybe(
        native.new_local_repository,
        name = "googletest",
        build_file = "@plumbline//third_party:googletest.BUILD",
        path = "/usr/src/googletest",
    )

    _maybe(
        system_library,
        name = "cli11",
        build_file = "@plumbline//third_party:cli11.BUILD",
        headers = ["CLI"],
        package = "libcli11-dev",
    )

    _maybe(
        system_library,
        name = "fmt",
        build_file = "@plumbline//third_party:fmt.BUILD",
        headers = ["fmt"],
        package = "libfmt-dev",
    )

    _maybe(
        system_library,
        name = "nlohmann_json",
        build_file = "@plumbline//third_party:nlohmann_json.BUILD",
        headers = ["nlohmann"],
        package = "nlohmann-json3-dev",
    )

    _maybe(
        system_library,
        name = "rapidjson",
        build_file = "@plumbline//third_party:rapidjson.BUILD",
        headers = ["rapidjson"],
        package = "rapidjson-dev",
    )

    _maybe(
        system_library,
        name = "tl_expected",
        build_file = "@plumbline//third_party:tl_expected.BUILD",
        headers = ["tl"],
        package = "libexpected-dev",
    )

    _maybe(
        system_library,
        name = "tomlplusplus",
        build_file = "@plumbline//third_party:tomlplusplus.BUILD",
        headers = ["toml++"],
        package = "libtomlplusplus-dev",
    )

    _maybe(
        system_library,
        name = "libelf",
        build_file = "@plumbline//third_party:libelf.BUILD",
        headers = [
            "elfutils",
            "gelf.h",
            "libelf.h",
        ],
        libraries = [
            "libelf.a",
            "libz.a",
        ],
        package = "libelf-dev",
    )

    _maybe(
        system_library,
        name = "libdw",
        build_file = "@plumbline//third_party:libdw.BUILD",
        headers = [
            "dwarf.h",
            "elfutils",
        ],
        libraries = [
            "libbz2.a",
            "libdw.a",
            "liblzma.a",
        ],
        package = "libdw-dev libbz2-dev liblzma-dev",
    )

    _maybe(
        system_library,
        name = "jemalloc",
        build_file = "@plumbline//third_party:jemalloc.BUILD",
        libraries = ["libjemalloc_pic.a"],
        package = "libjemalloc-dev",
    )

    _maybe(
        system_library,
        name = "libclang",
        build_file = "@plumbline//third_party:libclang.BUILD",
        folders = ["/usr/lib/llvm-14/include"],
        headers = ["clang-c"],
        package = "libclang-14-dev",
    )

    _maybe(
        system_library,
        name = "rapidcheck",
        build_file = "@plumbline//third_party:rapidcheck.BUILD",
        headers = [
            "rapidcheck.h",
            "rapidcheck",
        ],
        libraries = ["librapidcheck.a"],
        package = "librapidcheck-dev",
    )
