"""Random programs on a target as a test: the properties that the model's rules are."""

load("@plumbline_toolchains//:architectures.bzl", "ARCHITECTURES", "NATIVE")
load("//tools/targets:defs.bzl", "current_target_test", "target_test")

# So many programs run at a time natively, and where each is emulated.
_AT_ONCE = "64"
_AT_ONCE_EMULATED = "16"

def _runs_in_place(arch):
    return arch == NATIVE or ARCHITECTURES[arch].native

def _run(arch, programs, only, seed):
    arguments = [
        "run",
        "--name=" + arch,
        "--arch=" + arch,
        "--kernel-arch=" + NATIVE,
        "--kernel=running",
        "--programs={}".format(programs),
        "--seed={}".format(seed),
    ]
    if only:
        arguments.append("--only=" + ",".join(only))
    return arguments

def _executor(arch):
    return ["--as-they-end", "--programs-at-once=" + (_AT_ONCE if _runs_in_place(arch) else _AT_ONCE_EMULATED)]

def property_test(name, programs, only = [], seed = 0, **kwargs):
    """Random programs on this machine, or with --config=ARCH there.

    Args:
      name: of the test.
      programs: how many.
      only: groups of rules of model/rules.h that it is about ("epoll"); all, if there is none.
      seed: of the programs.
      **kwargs: what every test takes.
    """
    current_target_test(
        name = name,
        binary = "//conformance/semantics/executor:default_executor",
        driver = "//conformance/semantics/runner:semantics",
        driver_args = select({
            "@plumbline_toolchains//:is_" + arch: _run(arch, programs, only, seed)
            for arch in ARCHITECTURES
        }),
        program_args = select({
            "@plumbline_toolchains//:is_" + arch: _executor(arch)
            for arch in ARCHITECTURES
        }),
        **kwargs
    )

def property_test_of(name, arch, programs, seed = 0, binary = "//conformance/semantics/executor:default_executor", libc = "", **kwargs):
    """Random programs on one architecture, in place or by qemu-user.

    Args:
      name: of the test.
      arch: name of the architecture.
      programs: how many.
      seed: of the programs.
      binary: the executor.
      libc: that it is linked with, "musl 1.2.3"; glibc without it.
      **kwargs: what every test takes.
    """
    target_test(
        name = name,
        arch = arch,
        binary = binary,
        driver = "//conformance/semantics/runner:semantics",
        driver_args = _run(arch, programs, [], seed) + (["--libc=" + libc] if libc else []),
        program_args = _executor(arch),
        threads = True,
        **kwargs
    )

def stories_test_of(name, arch, binary, **kwargs):
    """Each of the stories on one architecture, in place or by qemu-user.

    Args:
      name: of the test.
      arch: name of the architecture.
      binary: the executor.
      **kwargs: what every test takes.
    """
    stories = "//conformance/semantics/programs:stories"
    target_test(
        name = name,
        arch = arch,
        binary = binary,
        data = [stories],
        driver = "//conformance/semantics/runner:semantics",
        driver_args = [
            "replay",
            "--arch=" + arch,
            "--kernel-arch=" + NATIVE,
            "--kernel=running",
            "conformance/semantics/programs/stories.txt",
        ],
        threads = True,
        **kwargs
    )
