"""Rules from bindings to the facts and tables of one target."""

load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "ACTION_NAMES")
load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")
load("@plumbline_toolchains//:architectures.bzl", "ARCHITECTURES")
load("//tools/targets:defs.bzl", "arch_transition")

TargetFilesInfo = provider(
    doc = "What codegen writes for a target.",
    fields = {"probes": "list of JSON files, what to ask the compiler, one per family"},
)

def _target_files_impl(ctx):
    out = ctx.label.name
    families = [file.basename[:-len(".toml")] for file in ctx.files.bindings]
    probes = [ctx.actions.declare_file("{}/{}.probes.json".format(out, family)) for family in families]
    tables = ctx.actions.declare_file(out + "/tables.cc")
    arguments = ctx.actions.args()
    arguments.add("emit")
    arguments.add("--target", ctx.attr.arch + ("/" + ctx.attr.variant if ctx.attr.variant else ""))
    arguments.add("--out", tables.dirname)
    arguments.add_all(ctx.files.bindings)
    ctx.actions.run(
        arguments = [arguments],
        executable = ctx.executable._codegen,
        inputs = ctx.files.bindings,
        mnemonic = "Codegen",
        outputs = probes + [tables],
        progress_message = "Reading bindings for {}".format(ctx.label),
    )
    return [DefaultInfo(files = depset([tables])), TargetFilesInfo(probes = probes)]

_target_files = rule(
    implementation = _target_files_impl,
    attrs = {
        "arch": attr.string(mandatory = True),
        "bindings": attr.label_list(allow_files = [".toml"], mandatory = True),
        "variant": attr.string(),
        "_codegen": attr.label(
            cfg = "exec",
            default = "//tools/codegen",
            executable = True,
        ),
    },
)

def target_files(name, arch = None, **kwargs):
    """Codegen's output for an architecture.

    Args:
      name: of the target; as a source it is tables.cc.
      arch: its name; left out, that of the platform that is built for.
      **kwargs: bindings, variant and what every rule takes.
    """
    _target_files(
        name = name,
        arch = arch or select({
            "@plumbline_toolchains//:is_" + arch: arch
            for arch in ARCHITECTURES
        }),
        **kwargs
    )

def _flags(toolchain, features, action, copts):
    variables = cc_common.create_compile_variables(
        cc_toolchain = toolchain,
        feature_configuration = features,
        use_pic = True,
        user_compile_flags = copts,
    )
    return cc_common.get_memory_inefficient_command_line(
        action_name = action,
        feature_configuration = features,
        variables = variables,
    )

def collect_facts(ctx, compiler, inputs):
    """Asks a compiler what the probes of ctx.attr.target_files want to know.

    Args:
      ctx: of a rule with the attributes target_files, _collect_facts and _headers.
      compiler: the file that tells how it is called.
      inputs: depset of what stands for compiler and headers, which Bazel does not know.

    Returns:
      A struct of lists, a file per family in each: libraries, texts (the facts as text) and
      sources (what was compiled).
    """
    libraries = []
    texts = []
    sources = []
    for probes in ctx.attr.target_files[TargetFilesInfo].probes:
        family = probes.basename[:-len(".probes.json")]
        library = ctx.actions.declare_file("{}/lib{}.a".format(ctx.label.name, family))
        text = ctx.actions.declare_file("{}/{}.facts".format(ctx.label.name, family))
        source = ctx.actions.declare_file("{}/{}.sources.json".format(ctx.label.name, family))
        arguments = ctx.actions.args()
        arguments.add("--probes", probes)
        arguments.add("--compiler", compiler)
        arguments.add("--output", library)
        arguments.add("--facts", text)
        arguments.add("--sources", source)
        ctx.actions.run(
            arguments = [arguments],
            executable = ctx.executable._collect_facts,
            inputs = depset([compiler, probes] + ctx.files._headers, transitive = [inputs]),
            mnemonic = "CollectFacts",
            outputs = [library, text, source],
            progress_message = "Asking the compiler about {} for {}".format(family, ctx.label),
        )
        libraries.append(library)
        texts.append(text)
        sources.append(source)
    return struct(libraries = libraries, sources = sources, texts = texts)

def _facts_impl(ctx):
    toolchain = find_cpp_toolchain(ctx)
    features = cc_common.configure_features(
        cc_toolchain = toolchain,
        ctx = ctx,
        # Facts are of the compiler and headers; nothing instruments them.
        unsupported_features = ctx.disabled_features + ["asan", "tsan", "ubsan"],
    )
    copts = ["-D" + define for define in ctx.attr.defines]
    compiler = {
        option: cc_common.get_tool_for_action(action_name = action, feature_configuration = features)
        for option, action in [
            ("cc", ACTION_NAMES.c_compile),
            ("cxx", ACTION_NAMES.cpp_compile),
            ("ar", ACTION_NAMES.cpp_link_static_library),
        ]
    }
    compiler["c_flags"] = _flags(toolchain, features, ACTION_NAMES.c_compile, copts)
    compiler["cxx_flags"] = _flags(toolchain, features, ACTION_NAMES.cpp_compile, copts)
    description = ctx.actions.declare_file(ctx.label.name + "/compiler.json")
    ctx.actions.write(description, json.encode(compiler))
    collected = collect_facts(ctx, description, toolchain.all_files)
    libraries = [
        cc_common.create_library_to_link(
            actions = ctx.actions,
            # Nothing refers to a fact by name; the linker must keep them all the same.
            alwayslink = True,
            cc_toolchain = toolchain,
            feature_configuration = features,
            pic_static_library = library,
            static_library = library,
        )
        for library in collected.libraries
    ]
    linking = cc_common.create_linking_context(linker_inputs = depset([
        cc_common.create_linker_input(
            libraries = depset(libraries),
            owner = ctx.label,
        ),
    ]))
    return [
        DefaultInfo(files = depset([library.static_library for library in libraries])),
        # How the compiler is called, for what collects facts outside of a build; the facts as
        # text, for what judges them without running on the target; and what was compiled, for
        # another compiler.
        OutputGroupInfo(
            compiler = depset([description]),
            facts = depset(collected.texts),
            sources = depset(collected.sources),
        ),
        # Bazel 4 has it as a global, and no rules_cc that would.
        CcInfo(linking_context = linking),  # buildifier: disable=native-cc-info
    ]

facts = rule(
    implementation = _facts_impl,
    attrs = {
        "defines": attr.string_list(doc = "The variant's macros."),
        "target_files": attr.label(mandatory = True, providers = [TargetFilesInfo]),
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
        "_collect_facts": attr.label(
            cfg = "exec",
            default = "//conformance/abi:collect_facts",
            executable = True,
        ),
        "_headers": attr.label(default = "//conformance/abi:fact_headers"),
    },
    doc = "A library of the facts that the target's compiler and headers give.",
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)

def _static_facts_impl(ctx):
    groups = ctx.attr.facts[0][OutputGroupInfo]
    source = ctx.actions.declare_file(ctx.label.name + ".c")
    merged = ctx.actions.declare_file(ctx.label.name + ".facts")
    arguments = ctx.actions.args()
    arguments.add("--source", source)
    arguments.add("--merged", merged)
    arguments.add_all("--compiler", groups.compiler)
    arguments.add_all(groups.facts)
    ctx.actions.run(
        arguments = [arguments],
        executable = ctx.executable._static_facts,
        inputs = depset(transitive = [groups.compiler, groups.facts]),
        mnemonic = "StaticFacts",
        outputs = [source, merged],
        progress_message = "Reading the facts of {}".format(ctx.label),
    )
    return [
        DefaultInfo(files = depset([source]), runfiles = ctx.runfiles([merged])),
        OutputGroupInfo(merged = depset([merged])),
    ]

static_facts = rule(
    implementation = _static_facts_impl,
    attrs = {
        "arch": attr.string(mandatory = True),
        "facts": attr.label(cfg = arch_transition, mandatory = True),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
        "_static_facts": attr.label(
            cfg = "exec",
            default = "//conformance/abi:static_facts",
            executable = True,
        ),
    },
    doc = "The facts of another architecture's object files, as a C source of this machine's.",
)

def _compiler_of_impl(ctx):
    # A name of its own: those of two architectures differ by configuration only.
    output = ctx.actions.declare_file(ctx.label.name + ".json")
    ctx.actions.symlink(
        output = output,
        target_file = ctx.attr.facts[0][OutputGroupInfo].compiler.to_list()[0],
    )
    return [DefaultInfo(files = depset([output]), runfiles = ctx.runfiles([output]))]

compiler_of = rule(
    implementation = _compiler_of_impl,
    attrs = {
        "arch": attr.string(mandatory = True),
        "facts": attr.label(cfg = arch_transition, mandatory = True),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    doc = "The file that tells how an architecture's compiler is called for a `facts` target.",
)

def _compared_facts_impl(ctx):
    facts = ctx.attr.facts[0]
    groups = facts[OutputGroupInfo]
    files = depset(transitive = [groups.sources, facts[DefaultInfo].files])
    return [
        DefaultInfo(files = files, runfiles = ctx.runfiles(transitive_files = files)),
    ]

compared_facts = rule(
    implementation = _compared_facts_impl,
    attrs = {
        "arch": attr.string(mandatory = True),
        "facts": attr.label(cfg = arch_transition, mandatory = True),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    doc = "An architecture's facts as its gcc found them, and the sources of them, for another compiler.",
)
