"""Reading errnos from manual pages."""

import gzip
import pathlib

import pytest

from conformance.errors import manual_pages
from conformance.errors.manual_pages import Manual, Tag

PAGE = r"""
.TH example 2 2026-01-01 "Linux man-pages 6.20"
.SH NAME
one, two \- an example
.SH DESCRIPTION
Fails with
.B ENOTTY
sometimes, and EPOLL is no errno.
.SH ERRORS
.TP
.B EBADF
.I fd
is closed.
.TP
.BR EACCES " (" two "() only)"
No.
.TP
.B EINVAL
.RB ( one ())
Flags.
.TP
.BR EAGAIN " or " EWOULDBLOCK
Later.
.TP
.B EIO
.TQ
.B ENXIO
Stacked.
.TP
.B ECHILD
.\" a comment about EPERM
.RI ( fd
is a child (of sorts)).
.SH SEE ALSO
.BR three (2)
"""


@pytest.fixture(name="manual")
def make_manual(tmp_path: pathlib.Path) -> Manual:
    folder = tmp_path / "man2"
    folder.mkdir()
    with gzip.open(folder / "one.2.gz", "wt") as file:
        file.write(PAGE)
    (folder / "two.2").write_text(".so man2/one.2\n")
    (folder / "F_ONE.2const").write_text(".SH NAME\nF_ONE \\- x\n.SH ERRORS\n.TP\n.B EDEADLK\nx\n")
    (folder / "loop.2").write_text(".so man2/loop.2\n")
    return Manual(tmp_path)


def test_every_tag_is_read(manual: Manual) -> None:
    page = manual.page("one(2)")
    assert page is not None
    everyone = frozenset[str]()
    assert page.functions == ("one", "two")
    assert set(page.tags) == {
        Tag("EBADF", everyone),
        Tag("EACCES", frozenset({"two"})),
        Tag("EINVAL", frozenset({"one"})),
        Tag("EAGAIN", everyone),
        Tag("EWOULDBLOCK", everyone),
        Tag("EIO", everyone),
        Tag("ENXIO", everyone),
        Tag("ECHILD", everyone),
    }


def test_a_limited_errno_is_of_its_function_only(manual: Manual) -> None:
    page = manual.page("one(2)")
    assert page is not None
    assert "EACCES" not in page.errors_of("one") and "EACCES" in page.errors_of("two")
    assert "EINVAL" in page.errors_of("one") and "EINVAL" not in page.errors_of("two")


def test_links_are_followed_and_a_circle_ends(manual: Manual) -> None:
    page = manual.page("two(2)")
    assert page is not None and "EBADF" in page.errors_of("two")
    assert manual.page("loop(2)") is None


def test_pages_of_constants_lie_beside_the_others(manual: Manual) -> None:
    page = manual.page("F_ONE(2const)")
    assert page is not None and page.errors_of("F_ONE") == {"EDEADLK"}


def test_what_the_text_names_is_kept_apart(manual: Manual) -> None:
    page = manual.page("one(2)")
    assert page is not None
    assert "ENOTTY" in page.mentioned and "ENOTTY" not in page.errors_of("one")
    assert "EPERM" not in page.mentioned, "comments are no text"
    assert "EPOLL" not in page.mentioned


def test_a_missing_page_is_none(manual: Manual) -> None:
    assert manual.page("three(2)") is None
    assert manual.page("no name") is None
    assert manual_pages.parse("x(2)", "").tags == ()
