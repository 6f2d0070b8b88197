"""Programs built for, and tests run on, another architecture than the build's own."""

load("@plumbline_toolchains//:architectures.bzl", "ARCHITECTURES", "NATIVE")

_PLATFORMS = "//command_line_option:platforms"

def _arch_transition_impl(_settings, attr):
    # The native architecture is the platform that everything else is built for,
    # so that nothing is built twice.
    name = "host" if attr.arch == NATIVE else attr.arch
    return {_PLATFORMS: "@plumbline_toolchains//:" + name}

arch_transition = transition(
    implementation = _arch_transition_impl,
    inputs = [],
    outputs = [_PLATFORMS],
)

def _native_transition_impl(_settings, _attr):
    return {_PLATFORMS: "@plumbline_toolchains//:host"}

native_transition = transition(
    implementation = _native_transition_impl,
    inputs = [],
    outputs = [_PLATFORMS],
)

# Of 32 and 64 bits, of both byte orders.
_FIRST_ARCHITECTURES = [NATIVE, "armhf", "s390x"]

# Of what can wait, where time is short: the other architectures, and what takes minutes.
_SWEEP = "sweep"

def architecture_tags(arch, tags = []):
    """The tags of a test that is of one architecture.

    Args:
      arch: name of the architecture.
      tags: others of the test.

    Returns:
      the tags.
    """
    return tags if arch in _FIRST_ARCHITECTURES else tags + [_SWEEP]

# Where the pointer of a thread is a segment's base, not every emulator keeps it.
PROBED_FOR_THREADS = ["i386"]

_TRANSITION_ATTRS = {
    "arch": attr.string(
        doc = "Name of the architecture, as in bindings/data_models.toml.",
        mandatory = True,
        values = ARCHITECTURES.keys(),
    ),
    "binary": attr.label(
        cfg = arch_transition,
        doc = "The program. It runs on the target, so a cc_binary rather than a cc_test.",
        executable = True,
        mandatory = True,
    ),
    "_allowlist_function_transition": attr.label(
        default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
    ),
}

def _target_binary_impl(ctx):
    program = ctx.executable.binary
    output = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(is_executable = True, output = output, target_file = program)
    return [DefaultInfo(
        executable = output,
        files = depset([output]),
        # Not the program's own runfiles: the program stands there where that of the native
        # architecture does, and of the two in one test's runfiles, one would be lost.
        runfiles = ctx.runfiles([output]),
    )]

target_binary = rule(
    implementation = _target_binary_impl,
    attrs = _TRANSITION_ATTRS,
    doc = "A program built for an architecture; to be the data of something that runs here.",
    executable = True,
)

_LAUNCHER = """#!/bin/bash
# Written by //tools/targets:defs.bzl.
if [[ -z "${{RUNFILES_DIR:-}}" ]]; then
  RUNFILES_DIR="${{TEST_SRCDIR:-$0.runfiles}}"
fi
export RUNFILES_DIR
cd "$RUNFILES_DIR/{workspace}" || exit 2
exec {runner} {options} -- {program} "$@"
"""

def _shell(words):
    return " ".join(["'" + word.replace("'", "'\\''") + "'" for word in words])

def _launcher(ctx, options, program):
    """The executable of a test: the runner with everything that is known before it runs."""
    launcher = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(
        launcher,
        _LAUNCHER.format(
            options = _shell(options),
            program = program,
            runner = _shell([ctx.file._runner.short_path]),
            workspace = ctx.workspace_name,
        ),
        is_executable = True,
    )
    return launcher

_RUNNER = attr.label(
    allow_single_file = True,
    default = "//tools/targets:run_on_target.sh",
)

def _target_test_impl(ctx):
    architecture = ARCHITECTURES[ctx.attr.arch]
    program = ctx.executable.binary
    options = ["--arch=" + ctx.attr.arch, "--triple=" + architecture.triple]
    if architecture.native:
        options.append("--native")
    if architecture.qemu:
        options.append("--qemu=" + architecture.qemu)
    if architecture.cannot_run:
        options.append("--cannot-run=" + architecture.cannot_run)
    if ctx.executable.probe:
        options.append("--probe=" + ctx.executable.probe.short_path)
    driver = ctx.attr.driver or []
    for word in ([ctx.executable.driver.short_path] + ctx.attr.driver_args) if driver else []:
        options.append("--driver=" + word)
    launcher = _launcher(ctx, options, _shell([program.short_path] + ctx.attr.program_args))
    runfiles = ctx.runfiles(
        files = [ctx.file._runner, program] + ctx.files.data + ctx.files.driver + ctx.files.probe +
                ctx.files.target,
    ).merge(ctx.attr.binary[0][DefaultInfo].default_runfiles)
    for dependency in ctx.attr.data + driver:
        runfiles = runfiles.merge(dependency[DefaultInfo].default_runfiles)
    return [
        DefaultInfo(executable = launcher, runfiles = runfiles),
        testing.TestEnvironment(ctx.attr.env),
    ]

_target_test = rule(
    implementation = _target_test_impl,
    attrs = dict(
        _TRANSITION_ATTRS,
        data = attr.label_list(allow_files = True),
        # A program of this machine that is given the command that runs the binary. Not of
        # "exec", which would build it again.
        driver = attr.label(cfg = native_transition, executable = True),
        driver_args = attr.string_list(),
        env = attr.string_dict(),
        # What an emulator must be able to run, too.
        probe = attr.label(cfg = arch_transition, executable = True),
        program_args = attr.string_list(),
        # What the result depends on beside the program: C library, kernel and emulator.
        target = attr.label(allow_files = True, mandatory = True),
        _runner = _RUNNER,
    ),
    test = True,
)

def _skipped_test_impl(ctx):
    options = ["--arch=" + ctx.attr.arch, "--skip=" + ctx.attr.reason]
    if ctx.attr.optional:
        options.append("--optional")
    launcher = _launcher(ctx, options, "true")
    return [DefaultInfo(executable = launcher, runfiles = ctx.runfiles([ctx.file._runner]))]

_skipped_test = rule(
    implementation = _skipped_test_impl,
    attrs = {
        "arch": attr.string(mandatory = True),
        "optional": attr.bool(),
        "reason": attr.string(mandatory = True),
        "_runner": _RUNNER,
    },
    test = True,
)

def skipped_test(name, arch, reason, **kwargs):
    """A test that is reported as skipped.

    Args:
      name: of the target, which stands for the one that can't be built.
      arch: name of the architecture.
      reason: what is missing, and how to get it.
      **kwargs: optional, if it stays a skip with PLUMBLINE_REQUIRE_ALL=1, and what every test
        rule takes (tags, size, visibility).
    """
    _skipped_test(name = name, arch = arch, reason = reason, **kwargs)

def missing_toolchain_test(name, arch, **kwargs):
    """A test that is reported as skipped, because the architecture's compiler isn't installed.

    Args:
      name: of the target, which stands for the one that can't be built.
      arch: name of the architecture.
      **kwargs: what every test rule takes (tags, size, visibility).
    """
    triple = ARCHITECTURES[arch].triple
    _skipped_test(
        name = name,
        arch = arch,
        reason = "{triple}-g++ is missing: apt-get install g++-{package}".format(
            package = triple.replace("_", "-"),
            triple = triple,
        ),
        **kwargs
    )

def target_test(name, binary, arch, tags = [], threads = False, **kwargs):
    """Builds a program for an architecture and runs it there: in place or by qemu-user.

    Exit status, output and JUnit file (XML_OUTPUT_FILE, as GoogleTest writes it) are the
    program's. If it can't run here, the test is reported as skipped, with the reason;
    PLUMBLINE_REQUIRE_ALL=1 in its environment makes that a failure.

    Args:
      name: of the target.
      binary: the program, a cc_binary with testonly = True.
      arch: name of the architecture.
      tags: of the test; architecture_tags are added.
      threads: whether the program's threads get signals, which some emulators can't run.
      **kwargs: data, env; driver, a program of this machine that is to run the other one, with
        driver_args and program_args; and what every test rule takes (args, size, tags, …).
    """
    if not ARCHITECTURES[arch].installed:
        rest = {
            key: value
            for key, value in kwargs.items()
            if key not in ("args", "data", "driver", "driver_args", "env", "program_args")
        }
        missing_toolchain_test(name = name, arch = arch, tags = tags, **rest)
        return
    _target_test(
        name = name,
        arch = arch,
        binary = binary,
        tags = architecture_tags(arch, tags),
        probe = "//tools/targets:threads_probe" if threads and arch in PROBED_FOR_THREADS and arch != NATIVE else None,
        target = "@plumbline_toolchains//:{}_target".format(arch),
        **kwargs
    )

# The architecture that is built for: of this machine, or of --config=ARCH.
CURRENT_ARCHITECTURE = select({
    "@plumbline_toolchains//:is_" + name: name
    for name in ARCHITECTURES
})

def current_target_test(name, binary, **kwargs):
    """target_test for the architecture that is built for: of this machine, or of --config=ARCH.

    Args:
      name: of the target.
      binary: the program, a cc_binary with testonly = True.
      **kwargs: data, env, and what every test rule takes (args, size, tags, …).
    """
    _target_test(
        name = name,
        arch = CURRENT_ARCHITECTURE,
        binary = binary,
        target = select({
            "@plumbline_toolchains//:is_" + name: "@plumbline_toolchains//:{}_target".format(name)
            for name in ARCHITECTURES
            if ARCHITECTURES[name].installed
        }),
        **kwargs
    )

def for_each_architecture(name, make, architectures = ARCHITECTURES.keys(), **kwargs):
    """Calls make(name = "NAME_ARCH", arch = "ARCH", …) for each architecture.

    Where the compiler isn't installed, NAME_ARCH is a test that says so.

    Args:
      name: start of the names.
      make: a rule or macro that takes name and arch, such as target_test.
      architectures: their names; all that are declared.
      **kwargs: passed to make as they are.
    """
    for arch in architectures:
        full_name = name + "_" + arch
        if ARCHITECTURES[arch].installed:
            make(name = full_name, arch = arch, **kwargs)
        else:
            missing_toolchain_test(name = full_name, arch = arch, size = "small")

def select_architecture(values, **kwargs):
    """A select() over the architecture that is built for.

    Args:
      values: what to take, by architecture's name.
      **kwargs: default, for the others (without it they are an error).

    Returns:
      the select().
    """
    cases = {"@plumbline_toolchains//:is_" + name: value for name, value in values.items()}
    if "default" in kwargs:
        cases["//conditions:default"] = kwargs["default"]
    return select(cases)
