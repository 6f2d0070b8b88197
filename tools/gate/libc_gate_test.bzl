"""A test that the step from one C library to another breaks nothing that is not accepted."""

_SCRIPT = """#!/bin/bash
# Written by //tools/gate:libc_gate_test.bzl.
set -euo pipefail
# folder NAME FILE…: one with a link to each
folder() {{
  local into="$TEST_TMPDIR/$1" file
  shift
  mkdir -p "$into"
  for file in "$@"; do
    ln -s "$PWD/$file" "$into/${{file//\\//_}}"
  done
}}
folder old {old}
folder new {new}
words=("$TEST_TMPDIR/old" "$TEST_TMPDIR/new" {words})
status=0
"{gate}" "${{words[@]}}" || status=$?
if [[ $status -ne 2 && -n "${{XML_OUTPUT_FILE:-}}" ]]; then
  "{gate}" "${{words[@]}}" --format junit -o "$XML_OUTPUT_FILE" > /dev/null || true
fi
exit $status
"""

def _quoted(texts):
    return " ".join(["'" + text.replace("'", "'\\''") + "'" for text in texts])

def _libc_gate_test_impl(ctx):
    words = list(ctx.attr.options)
    if ctx.attr.architectures:
        words += ["--arch", ",".join(ctx.attr.architectures)]
    files = ctx.files.old + ctx.files.new
    if ctx.file.suppressions:
        words += ["--suppressions", ctx.file.suppressions.short_path]
        files.append(ctx.file.suppressions)
    script = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(script, _SCRIPT.format(
        gate = ctx.executable._gate.short_path,
        new = _quoted([file.short_path for file in ctx.files.new]),
        old = _quoted([file.short_path for file in ctx.files.old]),
        words = _quoted(words),
    ), is_executable = True)
    runfiles = ctx.runfiles(files = files + [ctx.executable._gate])
    return [DefaultInfo(executable = script, runfiles = runfiles)]

libc_gate_test = rule(
    implementation = _libc_gate_test_impl,
    attrs = {
        "architectures": attr.string_list(doc = "Only these; none: all that the surfaces are of."),
        "new": attr.label_list(
            allow_empty = False,
            allow_files = [".surface"],
            doc = "Recorded surfaces, one per architecture.",
            mandatory = True,
        ),
        "old": attr.label_list(
            allow_empty = False,
            allow_files = [".surface"],
            doc = "Likewise, of the same architectures.",
            mandatory = True,
        ),
        "options": attr.string_list(doc = "Further options of `plumbline gate`: --severity, --strict, --all."),
        "suppressions": attr.label(
            allow_single_file = [".toml"],
            doc = "What is accepted, with reasons and days; see README.md.",
        ),
        "_gate": attr.label(
            cfg = "target",
            default = "//tools/gate",
            executable = True,
        ),
    },
    doc = "Fails if `new` breaks what was built with `old`, or if a suppression is stale.",
    test = True,
)
