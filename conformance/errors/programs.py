"""Reads provocations as text: what there is, and each as a small program of its own.

A provocation's body is what a reader would write, so with the helpers that it uses and
a `main` around it, it is the minimal program that shows the error.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import pathlib
import re
import sys

_START = re.compile(r"^(PROVOKE|REASON)(_OPERATION)?\(([^)]*)\)\s*\{", re.M)
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
# What the printed program has in place of provocation.h.
_PRELUDE = """\
// A call of the set-up, which must not fail.
inline bool Failed(long result) { return result == -1; }
inline bool Failed(const void* result) {
  return result == nullptr || result == (void*)-1;
}
template <typename Result>
Result Must(Result result, const char* text) {
  if (Failed(result)) {
    perror(text);
    exit(2);
  }
  return result;
}
#define MUST(...) Must((__VA_ARGS__), #__VA_ARGS__)
"""
_CALL = """\
// The call that fails.
#define CALL(...)                                               \\
  do {                                                          \\
    errno = 0;                                                  \\
    const long result = (long)(__VA_ARGS__);                    \\
    const char* name = strerrorname_np(errno);                  \\
    printf("%s\\n= %ld, errno %s\\n", #__VA_ARGS__, result,       \\
           errno == 0 ? "0" : name != nullptr ? name : "unknown"); \\
    fflush(stdout);                                             \\
  } while (false)
"""
_MACROS = {
    "EXPECT": '#define EXPECT(...) printf("%s: %s\\n", #__VA_ARGS__, (__VA_ARGS__) ? "yes" : "no")\n',
    "HOLDS": '#define HOLDS(...) printf("%s: %s\\n", #__VA_ARGS__, (__VA_ARGS__) ? "yes" : "no")\n',
    "SKIP": '#define SKIP(reason) (printf("skipped: %s\\n", reason), exit(77))\n',
    "SNAPSHOTS_OUTSIDE": """\
// What is to be left right after the call, as nothing could be printed in it.
static void (*leave_after_call)();
#define SNAPSHOTS_OUTSIDE(leave, enter) leave_after_call = leave
""",
}
# CALL, where there is such a thing.
_CALL_AND_LEAVE = _CALL.replace(
    "    const char* name = strerrorname_np(errno);                  \\\n",
    "    const int error = errno;                                    \\\n"
    "    leave_after_call();                                         \\\n"
    "    errno = error;                                              \\\n"
    "    const char* name = strerrorname_np(errno);                  \\\n",
)


class SourceError(Exception):
    """A file of provocations is not written as it must be."""


@dataclasses.dataclass(frozen=True, slots=True)
class Provocation:
    check: str  # "Errors/epoll_ctl/EINVAL/fd_is_epfd"
    is_reason: bool
    file: str
    line: int
    body: str  # between its braces


@dataclasses.dataclass(frozen=True, slots=True)
class Item:
    """Something at file level that provocations use: a function, constant, type or macro."""

    names: frozenset[str]  # that it defines
    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class Source:
    includes: list[str]
    c_includes: list[str]  # that lack `extern "C"`, and are included within one
    items: list[Item]
    provocations: list[Provocation]


def read(file: str, text: str) -> Source:
    c_blocks = re.findall(r'^extern "C" \{\n((?:#include <\S+>\n)+)\}', text, re.M)
    c_includes = re.findall(r"<(\S+)>", "".join(c_blocks))
    includes = [name for name in re.findall(r"^#include <(\S+)>", text, re.M) if name not in c_includes]
    provocations = []
    rest = []
    position = 0
    for match in _START.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        rest.append(text[position : match.start()])
        end = _end_of_block(text, match.end())
        if end < 0:
            raise SourceError(f"{file}:{line}: the body has no end")
        position = end + 1
        words = [word.strip() for word in match.group(3).split(",")]
        if len(words) != (4 if match.group(2) else 3):
            raise SourceError(f"{file}:{line}: {match.group(0)} names function, errno and condition")
        provocations.append(
            Provocation("Errors/" + "/".join(words), match.group(1) == "REASON", file, line, text[match.end() : end])
        )
    rest.append(text[position:])
    return Source(includes, c_includes, list(_items("".join(rest))), provocations)


def included(text: str, headers: dict[str, str]) -> list[str]:
    """The names of the headers that a text includes, and that these include; those that others need come first."""
    found: list[str] = []
    for name in re.findall(r'^#include "[^"]*?([^/"]+)"', text, re.M):
        if name in headers:
            found += [other for other in (*included(headers[name], headers), name) if other not in found]
    return found


def _end_of_block(text: str, position: int) -> int:
    """Where the brace closes that was opened before `position`; -1 if none does."""
    depth = 1
    for token in re.finditer(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|[{}]', text[position:], re.S):
        if token.group() == "{":
            depth += 1
        elif token.group() == "}":
            depth -= 1
            if depth == 0:
                return position + token.start()
    return -1


def _items(text: str) -> list[Item]:
    """What stands at file level, each with the comment above it."""
    found: list[Item] = []
    lines = text.split("\n")
    at = 0
    comment: list[str] = []
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            comment = []
        elif line.startswith("//"):
            comment.append(line)
        elif re.match(r"#if", line):
            start, depth = at, 0
            while True:
                depth += bool(re.match(r"#\s*if", lines[at])) - bool(re.match(r"#\s*endif", lines[at]))
                if depth == 0 or at + 1 == len(lines):
                    break
                at += 1
            block = lines[start : at + 1]
            names = frozenset(re.findall(r"^#\s*define (\w+)", "\n".join(block), re.M)) | _defined("\n".join(block))
            if names and not re.match(r"#ifndef PLUMBLINE_", line):
                found.append(Item(names, "\n".join(comment + block)))
            elif re.match(r"#ifndef PLUMBLINE_", line):
                at = start + 1  # an include guard: go on inside
            comment = []
        elif line.startswith("#define"):
            start = at
            while lines[at].endswith("\\"):
                at += 1
            name = line.split()[1].split("(")[0]
            if not name.startswith("PLUMBLINE_"):
                found.append(Item(frozenset({name}), "\n".join(comment + lines[start : at + 1])))
            comment = []
        elif re.match(r'(namespace|using namespace|extern "C" {|}|#)', line):
            comment = []
        else:
            start = at
            while not (re.match(r"\}", lines[at]) or (lines[at].endswith((";", "}")) and _balanced(lines[start : at + 1]))):
                at += 1
                if at == len(lines):
                    raise SourceError(f"no end of: {line}")
            block = lines[start : at + 1]
            found.append(Item(_defined("\n".join(block)), "\n".join(comment + block)))
            comment = []
        at += 1
    return found


def _balanced(lines: list[str]) -> bool:
    text = re.sub(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|//[^\n]*', "", "\n".join(lines))
    return text.count("{") == text.count("}") and text.count("(") == text.count(")")


def _defined(text: str) -> frozenset[str]:
    """The names that a block of declarations at file level introduces."""
    names = set(re.findall(r"^(?:struct|union|enum(?: class)?) (\w+)", text, re.M))
    # A function or a variable: the last name before its parenthesis, initializer or end.
    for match in re.finditer(r"^(?![ }#/])[^\n(={;]*?(\w+)(?:\[[^\]]*\])*\s*(?:\(|=|\{|;)", text, re.M):
        names.add(match.group(1))
    return frozenset(names)


def program(provocation: Provocation, sources: list[Source], says: str) -> str:
    """A program that shows one provocation; `says` is its first comment."""
    body = provocation.body.strip("\n")
    if "\n" not in body:
        body = "  " + body.strip()
    body = re.sub(r"^ *WATCH\(.*?\);\n", "", body, flags=re.M | re.S)
    body = re.sub(r"\n? *CALL_LIBC\((?:[^;\"]|\"(?:\\.|[^\"\\])*\")*?\);", "", body)
    body = body.replace("CALL_RAW(", "CALL(").replace("EFFECT(", "EXPECT(")
    items = [item for source in sources for item in source.items]
    chosen: list[Item] = []
    wanted = set(_IDENTIFIER.findall(body))
    grown = True
    while grown:
        grown = False
        for item in items:
            if item not in chosen and item.names & wanted:
                chosen.append(item)
                wanted |= set(_IDENTIFIER.findall(item.text))
                grown = True
    helpers = [item.text for item in items if item in chosen]
    needed = {"errno.h", "stdio.h", "stdlib.h", "string.h"}
    # The last is the provocation's own; of the others, those that something is taken from.
    for source in sources:
        if source is sources[-1] or any(item in chosen for item in source.items):
            needed |= set(source.includes)
    parts = [says, "\n".join(f"#include <{name}>" for name in sorted(needed)) + "\n"]
    c_needed = sorted({name for source in sources for name in source.c_includes})
    if c_needed:
        parts.append('extern "C" {\n' + "".join(f"#include <{name}>\n" for name in c_needed) + "}\n")
    if "MUST" in wanted:
        parts.append(_PRELUDE)
    parts += [text for name, text in _MACROS.items() if name in wanted]
    if "CALL" in wanted:
        parts.append(_CALL_AND_LEAVE if "SNAPSHOTS_OUTSIDE" in wanted else _CALL)
    parts += [f"{text}\n" for text in helpers]
    parts.append(f"int main() {{\n{body}\n}}\n")
    return "\n".join(parts)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--helpers", type=pathlib.Path, action="append", default=[], help="helpers.h")
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True)
    parser.add_argument("sources", nargs="+", type=pathlib.Path, help="*_errors.cc")
    options = parser.parse_args(arguments)
    found = {}
    try:
        headers = {file.name: file.read_text() for file in options.helpers}
        for file in options.sources:
            text = file.read_text()
            source = read(str(file), text)
            helpers = [read(name, headers[name]) for name in included(text, headers)]
            for provocation in source.provocations:
                if provocation.check in found:
                    raise SourceError(f"{file}:{provocation.line}: {provocation.check} stands twice")
                found[provocation.check] = {
                    "reason": provocation.is_reason,
                    "where": f"{provocation.file}:{provocation.line}",
                    "program": program(provocation, [*helpers, source], ""),
                }
    except (OSError, SourceError) as error:
        print(f"programs: {error}", file=sys.stderr)
        return 2
    options.output.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
