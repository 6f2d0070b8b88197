"""Holding tables against manual pages: each kind of difference is found, both ways."""

from __future__ import annotations

import pathlib

import pytest

from conformance.errors import compare_manual
from conformance.errors.manual_pages import Manual
from tools.codegen import testing
from tools.codegen.errors import Errors
from tools.codegen.source import Document

BINDINGS = """
[[constants]]
about  = "numbers"
origin = "uapi:asm/errno.h"
uapi   = "asm/errno.h"
[constants.names]
EPERM = 1
EIO = 5
EBADF = 9
EAGAIN = 11
EWOULDBLOCK = { alias = "EAGAIN" }
ENOMEM = 12
EINVAL = 22
T_OP = 7
"""

TABLE = """
read = "man-pages 6.20"

[one]
elsewhere = ["EIO"]

[one.EBADF]
closed = "fd is closed"

[one.EAGAIN]
later = "not now"

[two.EBADF]
closed = "fd is closed"

[two.EWOULDBLOCK]
later = "not now"

[two.EIO]
broken = "the disk is broken"

[two.ENOMEM]
none = { when = "there is no memory", status = "never", instead = "succeeds" }

[three.EBADF]
closed = "fd is closed"
path   = { when = "fd was opened with O_PATH", status = "observed" }

[three.EPERM]
odd = { when = "fd is odd", status = "observed" }

[three.T_OP]
page = "T_OP(2const)"

[three.T_OP.EINVAL]
flags = "a flag is unknown"
"""

# The tags of their lists of errors. EIO is two's alone, but the page doesn't say so.
PAGES = {
    "one.2": ["EBADF", 'BR EAGAIN " or " EWOULDBLOCK', "EIO", 'BR ENOMEM " (" two "() only)"'],
    "three.2": ["EBADF"],
    "T_OP.2const": ["EINVAL"],
}


def function(name: str, page: str) -> str:
    return (
        f'[functions.{name}]\npage = "{page}"\nheader = "one.h"\norigin = "man:{page}"\n'
        f'prototype = "int {name}(int fd)"\nnoexcept = true\nfailure = "errno"\nversions = ["2.2.5"]\n'
    )


def tables(text: str = TABLE) -> Errors:
    declared = BINDINGS + function("one", "one(2)") + function("two", "one(2)") + function("three", "three(2)")
    return Errors(testing.bindings(declared), [("one", Document("one.errors.toml", text))])


def manual(folder: pathlib.Path, pages: dict[str, list[str]] | None = None) -> Manual:
    (folder / "man2").mkdir(parents=True)
    for file, errors in (PAGES if pages is None else pages).items():
        tags = "".join(f".TP\n.{tag if ' ' in tag else 'B ' + tag}\nText.\n" for tag in errors)
        (folder / "man2" / file).write_text(f".SH NAME\n{file.split('.')[0]} \\- x\n.SH ERRORS\n{tags}")
    (folder / "man2" / "two.2").write_text(".so man2/one.2\n")
    return Manual(folder)


def differences(table: Errors, pages: Manual, release: str = "6.20", only: str = "") -> list[str]:
    return [str(found) for found in compare_manual.compare(table, pages, release, only)[0]]


def changed(before: str, after: str) -> Errors:
    assert TABLE.count(before) == 1
    return tables(TABLE.replace(before, after))


def test_agrees(tmp_path: pathlib.Path) -> None:
    found, pairs = compare_manual.compare(tables(), manual(tmp_path), "6.20")
    assert found == []
    # EBADF and EAGAIN of one and two, EIO and ENOMEM of two; EBADF and EINVAL of three.
    assert pairs == 2 + 4 + 2


def test_page_has_more(tmp_path: pathlib.Path) -> None:
    pages = manual(tmp_path, {**PAGES, "three.2": ["EBADF", "EPERM"], "T_OP.2const": ["EINVAL", "EIO"]})
    assert differences(tables(), pages) == [
        "three EIO: three(2) of man-pages 6.20 has it, the table has not",
        # It is observed, and so not to be there.
        "three EPERM: three(2) of man-pages 6.20 has it, the table has not",
    ]
    assert differences(tables(), pages, only="one") == []


@pytest.mark.parametrize(
    ("before", "function", "error"),
    [
        ('[one.EAGAIN]\nlater = "not now"\n', "one", "EAGAIN"),
        ('[two.EWOULDBLOCK]\nlater = "not now"\n', "two", "EAGAIN"),
        ('[one]\nelsewhere = ["EIO"]\n', "one", "EIO"),
        ('[three.T_OP]\npage = "T_OP(2const)"\n\n[three.T_OP.EINVAL]\nflags = "a flag is unknown"\n', "", ""),
    ],
)
def test_left_out(before: str, function: str, error: str, tmp_path: pathlib.Path) -> None:
    found = differences(changed(before, ""), manual(tmp_path))
    expected = f"{function} {error}: one(2) of man-pages 6.20 has it, the table has not"
    # A page of an operation is read where the table has the operation.
    assert found == ([expected] if function else [])


def test_never_is_in_the_page(tmp_path: pathlib.Path) -> None:
    table = changed('status = "never", instead = "succeeds"', 'status = "observed"')
    assert differences(table, manual(tmp_path)) == ["two ENOMEM: one(2) of man-pages 6.20 has it, the table has not"]


def test_table_has_more(tmp_path: pathlib.Path) -> None:
    text = TABLE + '\n[three.ENOMEM]\nnone = "no memory"\n[three.T_OP.EIO]\nodd = "odd"\n'
    found = differences(tables(text), manual(tmp_path))
    assert len(found) == 2
    assert found[0].startswith("three ENOMEM: one.errors.toml:")
    assert found[0].endswith("none is called documented, but three(2) of man-pages 6.20 does not name it")
    assert found[1].startswith("three/T_OP EIO: one.errors.toml:")
    assert found[1].endswith("odd is called documented, but T_OP(2const) of man-pages 6.20 does not name it")


def test_gone_from_the_page(tmp_path: pathlib.Path) -> None:
    found = differences(tables(), manual(tmp_path, {**PAGES, "three.2": [], "T_OP.2const": []}))
    assert [line.split(":")[0] for line in found] == ["three EBADF", "three/T_OP EINVAL"]


def test_elsewhere(tmp_path: pathlib.Path) -> None:
    table = changed('elsewhere = ["EIO"]', 'elsewhere = ["EIO", "EPERM", "EBADF"]')
    pages = manual(tmp_path)
    assert differences(table, pages) == ["one EBADF: it is in 'elsewhere' and in the table"]
    assert [str(found) for found in compare_manual.stale(table, [pages])] == ["one EPERM: 'elsewhere' has it, no page has"]
    assert compare_manual.stale(tables(), [pages]) == []
    # Some release is enough.
    (tmp_path / "older").mkdir()
    older = manual(tmp_path / "older", {**PAGES, "one.2": ["EPERM"]})
    assert compare_manual.stale(table, [older, pages]) == []


def test_releases(tmp_path: pathlib.Path) -> None:
    pages = manual(tmp_path)
    since = changed('broken = "the disk is broken"', 'broken = { when = "b", since = { manual = "6.10" } }')
    assert differences(since, pages, "6.10") == differences(since, pages, "6.20") == []
    assert differences(since, pages, "6.9.1") == ["two EIO: one(2) of man-pages 6.9.1 has it, the table has not"]
    until = changed('broken = "the disk is broken"', 'broken = { when = "b", until = { manual = "6.10" } }')
    assert differences(until, pages, "6.9.1") == []
    assert differences(until, pages, "6.10") == ["two EIO: one(2) of man-pages 6.10 has it, the table has not"]


def test_no_page(tmp_path: pathlib.Path) -> None:
    found, pairs = compare_manual.compare(tables(), manual(tmp_path, {}), "6.20")
    assert [str(line) for line in found] == [
        "one : there is no page one(2) in man-pages 6.20",
        "three : there is no page three(2) in man-pages 6.20",
        "two : there is no page one(2) in man-pages 6.20",
    ]
    assert pairs == 0
    # A release can be older than a function.
    assert compare_manual.compare(tables(), manual(tmp_path / "none", {}), "6.9") == ([], 0)


def test_operations_without_pages_of_their_own(tmp_path: pathlib.Path) -> None:
    pages = {**PAGES, "three.2": ["EBADF", "EINVAL"]}
    del pages["T_OP.2const"]
    assert differences(tables(), manual(tmp_path, pages), "6.9") == []
