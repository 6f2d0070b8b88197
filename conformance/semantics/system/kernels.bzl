"""Tests that boot Debian's kernels."""

load("@plumbline_toolchains//:architectures.bzl", "ARCHITECTURES")
load("//tools/targets:defs.bzl", "missing_toolchain_test")
load("//tools/targets:pytest.bzl", "pytest_test")

# Architecture and kernel: what kernels.txt lists, which Bazel can't read. system_test compares them.
KERNELS = [
    ("amd64", "5.10"),
    ("amd64", "6.1"),
    ("amd64", "6.12"),
    ("arm64", "6.1"),
    ("ppc64el", "6.1"),
    ("s390x", "6.1"),
]

KERNEL_ARCHITECTURES = {arch: None for arch, _ in KERNELS}.keys()

def booting_test(name, srcs, arch, release):
    """Runs pytest over a file whose tests boot a kernel.

    Bazel does not know of the kernels and of QEMU, so it runs each time; and only if it is asked
    for, as both are large.

    Args:
      name: of the target.
      srcs: the test file.
      arch: of the kernel.
      release: of the kernel.
    """
    if not ARCHITECTURES[arch].installed:
        missing_toolchain_test(name = name, size = "small", arch = arch)
        return
    pytest_test(
        name = name,
        size = "medium",
        srcs = srcs,
        data = [
            ":init_" + arch,
            ":test_program_" + arch,
        ],
        env = {
            "PLUMBLINE_KERNEL": arch + " " + release,
            "PLUMBLINE_KERNEL_INIT": "$(rootpath :init_{})".format(arch),
            "PLUMBLINE_KERNEL_PROGRAM": "$(rootpath :test_program_{})".format(arch),
        },
        tags = [
            "external",
            "manual",
        ],
        deps = [":booting"],
    )
