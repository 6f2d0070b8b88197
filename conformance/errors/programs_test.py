"""Reading provocations as text."""

import re
import subprocess
import pathlib

import pytest

from conformance.errors import programs

HELPERS = """\
// Comment of the file.

#ifndef PLUMBLINE_X_H_
#define PLUMBLINE_X_H_

#include <fcntl.h>
#include <unistd.h>

#include "conformance/errors/provocation.h"

namespace plumbline::errors {

// An unused one.
inline int Unused() { return 1; }

// A closed one.
inline int ClosedDescriptor() {
  const int fd = MUST(open("/dev/null", O_RDONLY));
  close(fd);
  return fd;
}

}  // namespace plumbline::errors

using namespace plumbline::errors;

#endif  // PLUMBLINE_X_H_
"""

SOURCE = """\
#include <sys/epoll.h>
#include <unistd.h>

extern "C" {
#include <sys/pidfd.h>
}

#include "conformance/errors/helpers.h"

#ifndef F_NEW
#define F_NEW 77
#endif

namespace {

constexpr int kSize = 3;

// Has a } in a string.
int Braces(const char* text) {
  return text[0] == '}' ? kSize : 0;
}

}  // namespace

// What this one shows.
PROVOKE(close, EBADF, closed) { CALL(close(ClosedDescriptor())); }

PROVOKE_OPERATION(fcntl, F_NEW, EINVAL, odd) {
  int number = Braces("}");  // } in a comment
  WATCH(number);
  CALL_RAW(fcntl(0, F_NEW, number));
  CALL_LIBC(
      fcntl(0, F_NEW, number));
  EXPECT(number == 0);
}

REASON(close, EIO, no_device) {
  HOLDS(access("/proc/self/fail-nth", F_OK) != 0);
}
"""


def test_every_provocation_is_found_with_its_line() -> None:
    source = programs.read("x_errors.cc", SOURCE)
    assert [(p.check, p.is_reason, p.line) for p in source.provocations] == [
        ("Errors/close/EBADF/closed", False, 26),
        ("Errors/fcntl/F_NEW/EINVAL/odd", False, 28),
        ("Errors/close/EIO/no_device", True, 37),
    ]


def test_a_program_has_the_helpers_that_it_uses_and_no_others() -> None:
    sources = [programs.read("helpers.h", HELPERS), programs.read("x_errors.cc", SOURCE)]
    text = programs.program(sources[1].provocations[0], sources, "// Says.")
    assert text.startswith("// Says.\n")
    assert "// A closed one.\ninline int ClosedDescriptor()" in text
    assert "Unused" not in text and "Braces" not in text and "kSize" not in text


def test_macros_and_constants_are_taken_along() -> None:
    sources = [programs.read("helpers.h", HELPERS), programs.read("x_errors.cc", SOURCE)]
    text = programs.program(sources[1].provocations[1], sources, "")
    assert "#ifndef F_NEW\n#define F_NEW 77\n#endif" in text
    assert "kSize = 3" in text
    assert "WATCH" not in text and "CALL_" not in text
    assert len(re.findall(r"^ *CALL\(", text, re.M)) == 1
    assert text.index("kSize = 3") < text.index("int Braces")


@pytest.mark.parametrize("number", range(3))
def test_a_program_compiles_by_itself(number: int, tmp_path: pathlib.Path) -> None:
    sources = [programs.read("helpers.h", HELPERS), programs.read("x_errors.cc", SOURCE)]
    file = tmp_path / "example.cc"
    file.write_text(programs.program(sources[1].provocations[number], sources, ""))
    subprocess.run(["g++", "-std=c++20", "-o", tmp_path / "example", file], check=True)
    subprocess.run([tmp_path / "example"], check=True)


def test_headers_that_lack_extern_c_get_it() -> None:
    sources = [programs.read("x_errors.cc", SOURCE)]
    text = programs.program(sources[0].provocations[2], sources, "")
    assert 'extern "C" {\n#include <sys/pidfd.h>\n}\n' in text
    assert text.count("pidfd.h") == 1


def test_only_headers_that_a_source_includes_are_taken() -> None:
    headers = {"helpers.h": HELPERS, "more.h": '#include "a/helpers.h"\n', "other.h": ""}
    assert programs.included('#include "a/b/more.h"\n#include "a/helpers.h"\n', headers) == ["helpers.h", "more.h"]
    assert programs.included("#include <helpers.h>\n", headers) == []


def test_what_printing_could_not_work_in_is_left_after_the_call() -> None:
    source = programs.read("x.cc", "PROVOKE(f, EINVAL, id) {\n  SNAPSHOTS_OUTSIDE(Leave, Enter);\n  CALL(f());\n}\n")
    text = programs.program(source.provocations[0], [source], "")
    assert text.index("leave_after_call();") < text.index("printf")
    assert text.index("static void (*leave_after_call)()") < text.index("#define CALL")


def test_a_body_without_end_is_an_error() -> None:
    with pytest.raises(programs.SourceError, match="x.cc:1: the body has no end"):
        programs.read("x.cc", "PROVOKE(f, EINVAL, id) {\n  CALL(f());\n")


def test_an_operation_is_named() -> None:
    with pytest.raises(programs.SourceError, match="names function, errno and condition"):
        programs.read("x.cc", "PROVOKE(f, EINVAL) { CALL(f()); }\n")
