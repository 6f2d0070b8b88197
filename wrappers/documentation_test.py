"""Every class says how it does with threads and fork, and every function which call it makes.

The headers are read as C++ as far as that takes: scopes, declarations, and the comments above them.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

FOLDER = Path("wrappers")
# Written by tools/codegen, or of the machinery that no user meets.
HEADERS = sorted(
    path
    for path in FOLDER.glob("*.h")
    if not path.name.endswith("_constants.h") and path.name not in ("argument_kind.h", "constant_names.h")
)
# What is in these namespaces no user calls.
_INSIDE = re.compile(r"namespace (\w+::)*(\w+_)?(internal|argument)$")

_PAGE = r"\w+\((?:2|3|7)(?:type|const|head)?\)"
# "epoll_ctl(2): …", "F_GETFL and F_SETFL of fcntl(2): …", "timerfd_settime(2) with
# TFD_TIMER_CANCEL_ON_SET: …", "pthread_sigmask(3), or sigprocmask(2): …"
_OF = r"[A-Z_]+(?: and [A-Z_]+)* of "
_OPENING = re.compile(rf"(?:(?:{_OF})?{_PAGE}(?:,? [^.:]+)?|Calls nothing[^.:]*): \S")
_OPENING_EXAMPLE = '"epoll_ctl(2): …" or "Calls nothing: …"'
_TIMES = re.compile(r"\b(PollTimeout|PreciseTimeout|Delay|(?:nano|micro|milli)?seconds|duration)\b(?!::)")


@dataclasses.dataclass(frozen=True, slots=True)
class Declaration:
    text: str  # "static Result<Epoll> Create(EpollFlags flags = EpollFlags::kCloexec)", in one line
    body: str  # "{ … }"; empty if there is none here
    line: int
    end: int  # the line where it ends
    comment: str  # in one line; that which ends in the line above
    scopes: tuple[str, ...]  # "namespace plumbline", "class Epoll"
    public: bool

    @property
    def name(self) -> str:
        return re.sub(r".*?(\w+)$", r"\1", self._before_parameters().rstrip())

    @property
    def is_class(self) -> bool:
        return bool(re.match(r"(template <.*> ?)?(class|struct) ", self.text)) and bool(self.body)

    @property
    def class_name(self) -> str:
        text = re.sub(r"^template <.*?> (?=class|struct)|\[\[.*?\]\] ", "", self.text)
        found = re.match(r"(?:class|struct) ([\w:]+)(<.*>)?", text)
        # A specialisation, or a class that is declared in another one, needs no comment of its own.
        return found[1] if found and not found[2] and "::" not in found[1] else ""

    @property
    def returns_result(self) -> bool:
        """Whether it is a function that does."""
        before = self._before_parameters()
        before = re.sub(r"\[\[.*?\]\]|^template <.*?> (?=[\w\[]*)", "", before)
        return bool(re.search(r"(^|[\s>])Result<.*>\s+\w+$", before.rstrip())) and "(" in self.text

    def _before_parameters(self) -> str:
        depth = 0
        for index, letter in enumerate(self.text):
            if letter == "<":
                depth += 1
            elif letter == ">":
                depth -= 1
            elif letter == "(" and depth == 0:
                return self.text[:index]
        return self.text


_TOKEN = re.compile(
    r"""
      (?P<comment>//[^\n]*|/\*.*?\*/)
    | (?P<directive>^[ ]*\#(?:[^\n]*\\\n)*[^\n]*)
    | (?P<literal>"(?:\\.|[^"\\\n])*"|(?<![\w'])'(?:\\.|[^'\\\n])+')
    | (?P<label>\b(?:public|private|protected):(?!:))
    | (?P<mark>[{};])
    | (?P<round>[()])
    | (?P<other>[^/\#"'{};()\n]+?(?=\b(?:public|private|protected):|[/\#"'{};()\n])|.|\n)
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


def declarations(text: str) -> Iterator[Declaration]:
    """All that stands in a namespace or a class, each with the comment above it."""
    lines = text.splitlines()
    scopes: list[tuple[str, bool]] = []  # and whether what follows there is public
    start = -1  # of the declaration that is being read
    parts: list[str] = []
    nested = 0  # braces that belong to it
    rounds = 0
    head_end = 0  # in parts, where its body begins

    def made(end: int) -> Declaration:
        line = text.count("\n", 0, start)
        head, body = "".join(parts[: head_end or None]), "".join(parts[head_end:]) if head_end else ""
        return Declaration(
            text=" ".join(head.split()),
            body=body,
            line=line + 1,
            end=text.count("\n", 0, end) + 1,
            comment=_comment_above(lines, line),
            scopes=tuple(scope for scope, _ in scopes),
            public=all(public for _, public in scopes),
        )

    for found in _TOKEN.finditer(text):
        kind, token = found.lastgroup, found[0]
        if kind in ("comment", "directive"):
            continue
        if kind == "label" and not nested and not parts:
            scopes[-1] = (scopes[-1][0], token == "public:")
            continue
        if start < 0:
            if not token.strip() or token == ";":
                continue
            if token == "}":
                scopes.pop()
                continue
            start = found.start() + len(token) - len(token.lstrip())
        if kind == "round":
            rounds += 1 if token == "(" else -1
        if token == "{":
            head = " ".join("".join(parts).split())
            if not nested and not rounds and (scope := _scope_of(head)):
                head_end = len(parts)
                parts.append("{")
                yield made(found.start())
                scopes.append((scope, not scope.startswith("class")))
                start, parts, head_end = -1, [], 0
                continue
            if not nested and not rounds and not head_end:
                head_end = len(parts)
            nested += 1
        parts.append(token)
        if token == "}":
            nested -= 1
        if nested or rounds:
            continue
        # A body ends a function; initialisers are followed by more.
        ends = token == ";" or token == "}" and not re.match(r"\s*[;,{)]", text[found.end() :])
        if ends:
            yield made(found.end())
            start, parts, head_end = -1, [], 0


def _scope_of(head: str) -> str:
    """What is opened by a brace behind this: "namespace plumbline", "class Epoll"; empty if it is something else."""
    head = re.sub(r"^template <.*> (?=class |struct )|\[\[.*?\]\] ?", "", head)
    if found := re.match(r"(?:inline )?(namespace(?: [\w:]+)?)$", head):
        return found[1]
    if found := re.match(r"((?:class|struct|union) [\w:]+)", head):
        return found[1] if "(" not in head.partition(":")[0] else ""
    return ""


def _comment_above(lines: list[str], index: int) -> str:
    first = index
    while first > 0 and re.match(r"^\s*//", lines[first - 1]):
        first -= 1
    return " ".join(line.strip().removeprefix("//").strip() for line in lines[first:index])


@functools.cache
def public_declarations(text: str) -> tuple[Declaration, ...]:
    return tuple(one for one in declarations(text) if one.public and not any(map(_INSIDE.match, one.scopes)))


def faults_of_classes(text: str) -> list[str]:
    found = []
    for one in public_declarations(text):
        name = one.class_name if one.is_class else ""
        if not name or any(scope.startswith(("class", "struct")) for scope in one.scopes):
            continue
        words = one.comment.lower()
        if not one.comment:
            found.append(f"{one.line}: {name} has no comment")
        elif "thread-safety" not in words or "fork" not in words:
            found.append(f"{one.line}: {name} does not say how it does with threads and fork")
    return found


def _refers(comment: str, functions: set[str]) -> bool:
    """Whether it refers to another comment, which it need not repeat: "the same …", "as Wait, but …", "see Wait"."""
    if re.search(r"\b[Tt]he same\b", comment):
        return True
    named = re.findall(r"\b(?:[Aa]s|[Ss]ee) (?:[A-Z]\w*::)?([A-Z]\w*)", comment)
    return any(name in functions for name in named)


def functions_of(texts: Iterable[str]) -> set[str]:
    return {one.name for text in texts for one in public_declarations(text) if one.returns_result}


def faults_of_functions(text: str, functions: set[str]) -> list[str]:
    """Of those that return a Result. One directly below another, without a comment, is as that is.

    How all of a header fail may stand in the comment that it opens with.
    """
    found = []
    all_fail = _tells_how_it_fails(text.partition("\n#")[0])
    comment, end, scopes = "", 0, tuple[str, ...]()
    for one in public_declarations(text):
        continues = not one.comment and one.line == end + 1 and one.scopes == scopes
        if not continues:
            comment = one.comment
        end, scopes = one.end, one.scopes
        if not one.returns_result:
            continue
        where = f"{one.line}: {one.name}"
        if not comment:
            found.append(f"{where} has no comment")
            continue
        if not _OPENING.match(comment):
            found.append(f"{where}: its comment does not open with the call that it makes, as {_OPENING_EXAMPLE}")
        pages = set(re.findall(r"\w+", " ".join(re.findall(rf"^{_OF}|{_PAGE}", comment))))
        for function in _failing_functions(one.body):
            if function not in pages:
                found.append(f"{where}: its comment does not name the page of {function}")
        if _refers(comment, functions):
            continue
        if not all_fail and not _tells_how_it_fails(comment):
            found.append(f"{where}: its comment does not tell how it fails")
        parameters = one.text[one.text.find(one.name + "(") :]
        if _TIMES.search(parameters) and "second" not in comment:
            found.append(f"{where}: its comment does not tell the unit of time")
    return found


def _tells_how_it_fails(comment: str) -> bool:
    return bool(re.search(r"\b(?:[Ff]ails?|E[A-Z0-9]{3,})\b", comment))


def _failing_functions(text: str) -> list[str]:
    """Those whose error is returned."""
    return re.findall(r"\bFailed(?:With)?\(\s*(?:[\w:]+,\s*)?\"(\w+)\"", text)


def faults_of_header(text: str) -> list[str]:
    found = []
    comments = "\n".join(line for line in text.splitlines() if line.strip().startswith("//"))
    named = set(re.findall(r"\w+", " ".join(re.findall(rf"{_OF}|{_PAGE}", comments))))
    for function in sorted(set(_failing_functions(text)) - named):
        found.append(f"no comment names the page of {function}")
    if not re.match(r"// \S", text):
        found.append("it does not open with what it is for")
    return found


def told(path: Path, faults: list[str]) -> str:
    return "\n" + "\n".join(f"{path}:{fault}" for fault in faults)


@pytest.mark.parametrize("path", HEADERS, ids=str)
def test_every_class_says_how_it_does_with_threads_and_fork(path: Path) -> None:
    faults = faults_of_classes(path.read_text())
    assert not faults, told(path, faults)


@pytest.mark.parametrize("path", HEADERS, ids=str)
def test_every_function_says_which_call_it_makes(path: Path) -> None:
    faults = faults_of_functions(path.read_text(), functions_of(one.read_text() for one in HEADERS))
    assert not faults, told(path, faults)


@pytest.mark.parametrize("path", HEADERS, ids=str)
def test_every_header_says_what_it_is_for_and_names_its_pages(path: Path) -> None:
    faults = faults_of_header(path.read_text())
    assert not faults, told(path, faults)


# That these see what they should.


def test_classes_and_functions_are_seen() -> None:
    seen = [one for path in HEADERS for one in public_declarations(path.read_text())]
    assert {"Error", "Result", "OwnedFd", "BorrowedFd", "Flags", "EventFd"} <= {one.class_name for one in seen if one.is_class}
    assert {"Create", "Add", "Take", "Close", "Poll", "Ppoll", "Select", "insert"} <= {
        one.name for one in seen if one.returns_result
    }


@pytest.mark.parametrize("path", HEADERS, ids=str)
def test_no_function_that_fails_is_overlooked(path: Path) -> None:
    """Found by another way: the lines that look like the start of one."""
    text = path.read_text()
    counted = len(re.findall(r"^ *(?:(?:inline|static|constexpr|explicit|\[\[[^\]]*\]\]) )*Result<.+>\s+[A-Z]\w*\(", text, re.MULTILINE))
    seen = [one for one in declarations(text) if one.returns_result]
    assert len(seen) >= counted


HEADER = """\
// A thing: thing(2).

#ifndef THING_H_
#define THING_H_

#include <string>

namespace plumbline {

namespace internal {

inline Result<int> Helper(int fd) { return fd; }
class Hidden {};

}  // namespace internal

// A thing.
//
// Thread-safety and fork: a value.
template <typename T>
class [[nodiscard]] Thing : public FdOwner,
                            private Other<T> {
 public:
  // A member, no function.
  static constexpr char kBrace = '{';
  int size_{3}, more_ = {};

  // thing(2): makes one. Fails with
  // EMFILE.
  static Result<Thing> Create(ThingFlags flags = {},
                              Other other = Other("}; Result<int> F(")) {
    const int raw = ::thing(flags.bits());
    if (raw < 0) [[unlikely]] { return internal::Failed("thing", flags); }
    return Thing(OwnedFd::Adopt(raw));
  }

  // thing_wait(2): waits, for milliseconds. Fails with EINTR.
  Result<std::vector<std::pair<int, T>>> Wait(PollTimeout timeout) const {
    return Do(timeout, [] { return 1; });
  }
  template <typename U>
  requires std::is_integral_v<U>
  Result<void> Wait(U timeout) { return {}; }

  // Not told to others.
  class Iterator {
   public:
    int operator*() const { return 1; }
  };

 private:
  Result<void> Secret() { return {}; }
};

// thing(2) with THING_ALL: for all. Fails with EPERM.
[[nodiscard]] inline Result<int> All() { return internal::Failed("thing"); }

}  // namespace plumbline

#endif  // THING_H_
"""


def of_functions(text: str) -> list[str]:
    return faults_of_functions(text, functions_of([text]))


def test_what_is_right_has_no_faults() -> None:
    assert faults_of_classes(HEADER) == []
    assert of_functions(HEADER) == []
    assert faults_of_header(HEADER) == []


def test_what_is_declared_is_seen() -> None:
    seen = [(one.name, one.line) for one in public_declarations(HEADER) if one.returns_result]
    assert seen == [("Create", 30), ("Wait", 38), ("Wait", 41), ("All", 56)]
    assert [one.class_name for one in public_declarations(HEADER) if one.is_class] == ["Thing", "Iterator"]
    hidden = [one.name for one in declarations(HEADER) if one.returns_result and not one.public]
    assert hidden == ["Secret"]
    assert "Helper" in [one.name for one in declarations(HEADER)]


CREATE = "  // thing(2): makes one. Fails with\n  // EMFILE.\n"
TEMPLATE = "  template <typename U>\n"
ALL = "// thing(2) with THING_ALL: for all. Fails with EPERM.\n"
OPENING = f"its comment does not open with the call that it makes, as {_OPENING_EXAMPLE}"
FAILS = "its comment does not tell how it fails"


@pytest.mark.parametrize(
    ("before", "after", "faults"),
    [
        (CREATE, "", ["28: Create has no comment"]),
        (CREATE, CREATE + "\n", ["31: Create has no comment"]),
        ("thing(2): makes one.", "Makes one, by thing(2).", [f"30: Create: {OPENING}"]),
        ("thing(2): makes one.", "thing(2) makes one.", [f"30: Create: {OPENING}"]),
        ("thing(2): makes one.", "thing(1): makes one of thing(2).", [f"30: Create: {OPENING}"]),
        ("thing(2): makes one.", "thing(2). It: makes one.", [f"30: Create: {OPENING}"]),
        ("thing(2): makes one.", "thing: makes one of thing(2).", [f"30: Create: {OPENING}"]),
        ("thing(2): makes one.", "other(2): makes one.", ["30: Create: its comment does not name the page of thing"]),
        ("thing(2): makes one.", "Calls nothing: makes one.", ["30: Create: its comment does not name the page of thing"]),
        (CREATE, "  // thing(2): makes one.\n", [f"29: Create: {FAILS}"]),
        (", for milliseconds.", ".", ["38: Wait: its comment does not tell the unit of time"]),
        # An overload with a comment of its own, and one that stands apart.
        (TEMPLATE, "  // Waits.\n" + TEMPLATE, [f"42: Wait: {OPENING}", f"42: Wait: {FAILS}"]),
        (TEMPLATE, "\n" + TEMPLATE, ["42: Wait has no comment"]),
        # What others must not call may be called.
        (" private:\n", " public:\n", ["52: Secret has no comment"]),
        ("namespace internal {", "namespace outside {", ["12: Helper has no comment"]),
        (ALL, "", ["55: All has no comment"]),
        # Nothing of this name is there to be as.
        (CREATE, "  // thing(2): as Other.\n", [f"29: Create: {FAILS}"]),
        (CREATE, "  // thing(2): as a whole.\n", [f"29: Create: {FAILS}"]),
    ],
)
def test_a_function_that_does_not_comply_is_told(before: str, after: str, faults: list[str]) -> None:
    assert HEADER.count(before) == 1
    assert of_functions(HEADER.replace(before, after)) == faults


@pytest.mark.parametrize(
    "opening",
    [
        "thing(2): ",
        "thing(3): ",
        "thing(2), with THING_ALL: ",
        "thing(2) with THING_ALL: ",
        "thing(2), or other(3): ",
        "other(2), thing(2): ",
        "THING_SET of thing(2): ",
        "THING_GET and THING_SET of thing(2): ",
        "THING_GET(2const), by thing(2): ",
    ],
)
def test_an_opening_may_say_more_of_the_call(opening: str) -> None:
    assert of_functions(HEADER.replace("thing(2): makes one", f"{opening}makes one")) == []


def test_what_makes_no_call_may_say_so() -> None:
    text = HEADER.replace("    const int raw = ::thing(flags.bits());\n", "").replace('Failed("thing", flags)', "Other()")
    assert of_functions(text.replace("thing(2): makes one.", "Calls nothing: makes one.")) == []
    assert of_functions(text.replace(CREATE, "  // Calls nothing, and does not fail: makes one.\n")) == []


def test_what_refers_to_another_comment_need_not_repeat_it() -> None:
    for comment in ("the same for others.", "as Wait, but for others.", "as Thing::Wait.", "see Wait."):
        assert of_functions(HEADER.replace(CREATE, f"  // thing(2): {comment}\n")) == []


def test_how_all_fail_may_stand_where_the_header_opens() -> None:
    text = HEADER.replace(CREATE, "  // thing(2): makes one.\n")
    assert of_functions(text.replace("// A thing: thing(2).\n", "// A thing: thing(2). All fail with EPERM.\n")) == []


@pytest.mark.parametrize(
    ("before", "after", "faults"),
    [
        ("// Thread-safety and fork: a value.\n", "", ["19: Thing does not say how it does with threads and fork"]),
        ("Thread-safety and fork", "Thread-safety", ["20: Thing does not say how it does with threads and fork"]),
        ("Thread-safety and fork", "Fork", ["20: Thing does not say how it does with threads and fork"]),
        ("// A thing.\n//\n// Thread-safety and fork: a value.\n", "", ["17: Thing has no comment"]),
        ("fork: a value.\n", "fork: a value.\n\n", ["21: Thing has no comment"]),
        ("namespace internal {", "namespace outside {", ["13: Hidden has no comment"]),
    ],
)
def test_a_class_that_does_not_comply_is_told(before: str, after: str, faults: list[str]) -> None:
    assert HEADER.count(before) == 1
    assert faults_of_classes(HEADER.replace(before, after)) == faults


def test_a_header_that_does_not_comply_is_told() -> None:
    assert faults_of_header(HEADER.replace("// A thing: thing(2).\n", "")) == ["it does not open with what it is for"]
    assert faults_of_header(HEADER.replace("thing(2)", "thing")) == ["no comment names the page of thing"]
