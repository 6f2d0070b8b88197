"""What a header includes of others is found, and what it adds to their cost is told."""

from __future__ import annotations

import pathlib

import pytest

from wrappers.overhead import headers
from wrappers.overhead.headers import LIMIT, Cost, HeaderError, Included

FOLDERS = ["/usr/include/c++/12", "/usr/include", "/usr/lib/gcc/x86_64-linux-gnu/12/include"]

# Of g++ -H: the depth as dots, and the file as it was found.
LISTING = """\
. wrappers/eventfd.h
.. /usr/include/c++/12/cstdint
... /usr/include/stdint.h
.. wrappers/fd.h
... /usr/include/unistd.h
.... /usr/include/features.h
... wrappers/result.h
.... /usr/include/c++/12/exception
.... /usr/include/c++/12/utility
.. /usr/include/unistd.h
.. wrappers/eventfd_constants.h
Multiple include guards may be useful for:
/usr/include/x86_64-linux-gnu/bits/foo.h
"""


@pytest.fixture(autouse=True)
def _no_links(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.path.realpath", lambda path, strict=False: str(path))


def test_those_of_others_that_ours_include_are_direct() -> None:
    assert headers.parse(LISTING, FOLDERS).direct == ("cstdint", "unistd.h", "exception", "utility")


def test_files_are_all_those_of_others() -> None:
    files = headers.parse(LISTING, FOLDERS).files
    assert "/usr/include/stdint.h" in files and "/usr/include/features.h" in files
    assert not any("wrappers" in file for file in files)
    # What follows the list is no part of it.
    assert "/usr/include/x86_64-linux-gnu/bits/foo.h" not in files


def test_nothing_is_included_twice_nor_where_there_is_nothing() -> None:
    assert headers.parse("", FOLDERS) == Included((), frozenset())
    assert headers.parse(". /usr/include/a.h\n. /usr/include/a.h\n", FOLDERS).direct == ("a.h",)


def test_a_header_of_ours_below_one_of_others_does_not_count() -> None:
    assert headers.parse(". /usr/include/a.h\n.. /usr/include/b.h\n. wrappers/c.h\n.. /usr/include/d.h\n", FOLDERS).direct == (
        "a.h",
        "d.h",
    )


def test_the_narrowest_folder_names_a_header() -> None:
    assert headers.parse(". /usr/include/c++/12/bits/a.h\n. /usr/include/sys/b.h\n", FOLDERS).direct == ("bits/a.h", "sys/b.h")


def test_a_header_from_elsewhere_is_an_error() -> None:
    with pytest.raises(HeaderError, match="/opt/a.h is in no folder that the compiler searches"):
        headers.parse(". /opt/a.h\n", FOLDERS)


def test_the_limit_is_part_of_what_is_allowed() -> None:
    assert LIMIT == 0.060
    assert not Cost("a.h", 0.5, 0.559).over
    assert Cost("a.h", 0.5, 0.561).over
    assert not Cost("a.h", 0.5, 0.4).over


def test_the_table() -> None:
    assert headers.table([Cost("epoll.h", 0.5, 0.5304), Cost("io.h", 0.5, 0.7)]) == [
        "header   without, ms  with, ms  added, ms  limit",
        "epoll.h          500       530         30     60",
        "io.h             500       700        200     60  OVER",
    ]


def test_each_time_is_the_shortest(monkeypatch: pytest.MonkeyPatch) -> None:
    times = {"a.h.without.cc": [0.3, 0.1, 0.2], "a.h.cc": [0.9, 0.7, 0.8]}

    def compile_(source: pathlib.Path, *options: str) -> tuple[float, str]:
        return (0.0, ". wrappers/a.h\n") if "-H" in options else (times[source.name].pop(), "")

    monkeypatch.setattr(headers, "search_folders", lambda: FOLDERS)
    monkeypatch.setattr(headers, "_compile", compile_)
    assert headers.measure(["a.h"], 3) == [Cost("a.h", 0.1, 0.7)]


def test_what_the_two_files_do_not_both_include_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def compile_(source: pathlib.Path, *options: str) -> tuple[float, str]:
        if "wrappers/a.h" in source.read_text():
            return 0.0, ". wrappers/a.h\n.. /usr/include/b.h\n... /usr/include/c.h\n"
        return 0.0, ". /usr/include/b.h\n"

    monkeypatch.setattr(headers, "search_folders", lambda: FOLDERS)
    monkeypatch.setattr(headers, "_compile", compile_)
    with pytest.raises(HeaderError, match="a.h and the headers of others that it includes differ by /usr/include/c.h"):
        headers.measure(["a.h"], 1)


def test_the_headers_are_those_that_programs_include() -> None:
    found = headers.headers()
    assert {"epoll.h", "eventfd.h", "error.h", "result.h", "syscall_error.h"} <= set(found)
    assert not {"constant_names.h", "epoll_constants.h"} & set(found)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--runs=0"], "headers: --runs must be at least 1\n"),
        (["no_such.h"], "headers: there is no no_such.h; there are "),
    ],
)
def test_mistakes_are_told(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert headers.main(arguments) == 2
    assert capsys.readouterr().err.startswith(message)


@pytest.mark.parametrize(("seconds", "status"), [(0.55, 0), (0.57, 1)])
def test_the_status_tells_whether_one_is_over(
    seconds: float, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(headers, "measure", lambda found, runs: [Cost(one, 0.5, seconds) for one in found])
    assert headers.main(["epoll.h"]) == status
    assert ("OVER" in capsys.readouterr().out) == (status == 1)


def test_a_header_that_does_not_compile_is_told(tmp_path: pathlib.Path) -> None:
    with pytest.raises(HeaderError, match="no_such.h"):
        headers.included_by("#include <no_such.h>\n", tmp_path, FOLDERS)


# By the compiler, of the smallest.
def test_a_real_header_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    (cost,) = headers.measure(["flags.h"], 1)
    assert cost.header == "flags.h"
    assert cost.without > 0 and cost.seconds > 0
