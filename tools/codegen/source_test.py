"""Tests of the lines that errors point at."""

from __future__ import annotations

import pathlib

import pytest

from tools.codegen.source import BindingError, Document, Path, Where

TEXT = '''\
# a comment = "with [brackets"
title = "no # comment, no [table]"     # 2

[family]
title = 'single [quoted] # string'     # 5
pages = [
  "a(2)",                              # 7
  "b(2)", "c(2)",                      # 8

  # "not(2)",
  "d(2)",                              # 11
]

[[constants]]                          # 14
about = """
several [lines] # of
text = "quoted"
"""
page = "a(2)"                          # 19
[constants.names]                      # 20
A = 1
B = { value = 2, on = { mips = 3, "i386/time64" = { value = 4 } } }   # 22
C.value = 5                            # 23
C.on.mips = 6                          # 24

[[ constants ]] # the second one [26]
names = { D = 1, E = { alias = "A" } } # 27
list = [ { a = 1 }, { a = [ 1,
   2 ], b = 3 },                       # 29
   [ "x", [ "y" ] ] ]                  # 30

[types."struct a.b"]                   # 32
fields = [
  "int a",                             # 34
  { union = [                          # 35
    "int b",                           # 36
    { struct = ["int c",               # 37
                "int d"], name = "e" } # 38
  ], name = "u" },                     # 39
  "char f[3]",                         # 40
]
is = \'\'\'
unsigned [1]
\'\'\'
after = true                           # 45
[types."struct a.b".on.mips]           # 46
fields = ["int x"]
    indented = -1_000                  # 48
'quoted = key' = 0x10                  # 49
float = 1.5e3                          # 50
last = "no newline"'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("family",), 4),
        (("family", "title"), 5),
        (("family", "pages"), 6),
        (("family", "pages", 0), 7),
        (("family", "pages", 1), 8),
        (("family", "pages", 2), 8),
        (("family", "pages", 3), 11),
        (("constants",), 14),
        (("constants", 0), 14),
        (("constants", 0, "about"), 15),
        (("constants", 0, "page"), 19),
        (("constants", 0, "names"), 20),
        (("constants", 0, "names", "A"), 21),
        (("constants", 0, "names", "B"), 22),
        (("constants", 0, "names", "B", "value"), 22),
        (("constants", 0, "names", "B", "on", "mips"), 22),
        (("constants", 0, "names", "B", "on", "i386/time64", "value"), 22),
        (("constants", 0, "names", "C", "value"), 23),
        (("constants", 0, "names", "C", "on", "mips"), 24),
        (("constants", 1), 26),
        (("constants", 1, "names", "D"), 27),
        (("constants", 1, "names", "E", "alias"), 27),
        (("constants", 1, "list"), 28),
        (("constants", 1, "list", 0, "a"), 28),
        (("constants", 1, "list", 1, "a", 0), 28),
        (("constants", 1, "list", 1, "a", 1), 29),
        (("constants", 1, "list", 1, "b"), 29),
        (("constants", 1, "list", 2, 1, 0), 30),
        (("types", "struct a.b"), 32),
        (("types", "struct a.b", "fields"), 33),
        (("types", "struct a.b", "fields", 0), 34),
        (("types", "struct a.b", "fields", 1), 35),
        (("types", "struct a.b", "fields", 1, "union"), 35),
        (("types", "struct a.b", "fields", 1, "union", 0), 36),
        (("types", "struct a.b", "fields", 1, "union", 1), 37),
        (("types", "struct a.b", "fields", 1, "union", 1, "struct", 0), 37),
        (("types", "struct a.b", "fields", 1, "union", 1, "struct", 1), 38),
        (("types", "struct a.b", "fields", 1, "union", 1, "name"), 38),
        (("types", "struct a.b", "fields", 1, "name"), 39),
        (("types", "struct a.b", "fields", 2), 40),
        (("types", "struct a.b", "is"), 42),
        (("types", "struct a.b", "after"), 45),
        (("types", "struct a.b", "on", "mips"), 46),
        (("types", "struct a.b", "on", "mips", "fields", 0), 47),
        (("types", "struct a.b", "on", "mips", "indented"), 48),
        (("types", "struct a.b", "on", "mips", "quoted = key"), 49),
        (("types", "struct a.b", "on", "mips", "float"), 50),
        (("types", "struct a.b", "on", "mips", "last"), 51),
        # What stands nowhere has the line of what encloses it.
        (("constants", 0, "names", "A", "value"), 21),
        (("constants", 0, "names", "Z"), 20),
        (("types", "struct a.b", "fields", 7), 33),
        (("nothing",), 1),
    ],
)
def test_lines(path: Path, line: int) -> None:
    assert Document("a.toml", TEXT).where(path) == Where("a.toml", line)


def test_lines_do_not_depend_on_line_ends() -> None:
    document = Document("a.toml", TEXT.replace("\n", "\r\n"))
    assert document.where(("family", "pages", 3)).line == 11
    assert document.where(("constants", 1, "names")).line == 27
    assert document.where(("types", "struct a.b", "after")).line == 45


def test_every_key_of_the_bindings_has_its_own_line() -> None:
    """A key's text is on the line that is told for it, in all of the real files."""
    checked = 0
    for file in sorted(pathlib.Path("bindings").glob("*.toml")):
        document = Document.load(file)
        lines = file.read_text(encoding="utf-8").splitlines()

        def visit(path: Path, value: object) -> None:
            nonlocal checked
            if path:
                line = lines[document.where(path).line - 1]
                # A table may have no header of its own: [types.x.on.mips] makes `on`.
                if isinstance(path[-1], str) and not isinstance(value, (dict, list)):
                    assert path[-1] in line, (file, path)
                    checked += 1
                elif isinstance(value, str):
                    assert value in line, (file, path)
                    checked += 1
            if isinstance(value, dict):
                for key, inner in value.items():
                    visit((*path, key), inner)
            elif isinstance(value, list):
                for index, inner in enumerate(value):
                    visit((*path, index), inner)

        visit((), document.data)
    assert checked > 3000


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a = 1\nb = \n", 2, "Invalid value"),
        ("a = 1\n\nb 2\n", 3, "Expected '=' after a key in a key/value pair"),
        ("a = 1\nb = 2\na = 3\n", 3, "a key is declared twice; keep one of them"),
        ("a = 1\na = [\n  1,\n]\nb = 3\n", 2, "a key is declared twice; keep one of them"),
        ("t = { a = 1, a = 2 }\n", 1, "Duplicate inline table key 'a'"),
        ("[a]\nx = 1\n[b]\n[a]\n", 4, "a table is declared twice: Cannot declare ('a',) twice; keep one of them"),
        ("[a]\nx = 1\n[a.x]\n", 3, "a key is declared twice; keep one of them"),
        ('a = "open\n', 1, "Illegal character"),
        ("a = [1,\n2\n", 3, "Unclosed array"),
        ("a = 08\n", 1, "Expected newline or end of document after a statement"),
    ],
)
def test_what_is_no_toml(text: str, line: int, message: str) -> None:
    with pytest.raises(BindingError) as raised:
        Document("a.toml", text)
    assert message in raised.value.message
    assert str(raised.value.where) == f"a.toml:{line}"
    assert str(raised.value).startswith(f"a.toml:{line}: ")


def test_files_that_cannot_be_read(tmp_path: pathlib.Path) -> None:
    missing = tmp_path / "missing.toml"
    with pytest.raises(BindingError, match="cannot be read: No such file or directory"):
        Document.load(missing)
    with pytest.raises(BindingError, match="cannot be read: Is a directory"):
        Document.load(tmp_path)
    latin1 = tmp_path / "latin1.toml"
    latin1.write_bytes("a = 1\nb = 'ä'\n".encode("latin-1"))
    with pytest.raises(BindingError, match="latin1.toml:2: is not UTF-8 text"):
        Document.load(latin1)


def test_places_sort_by_file_and_line() -> None:
    assert sorted([Where("b", 1), Where("a", 10), Where("a", 9)]) == [Where("a", 9), Where("a", 10), Where("b", 1)]
    assert str(Where("bindings/epoll.toml", 12)) == "bindings/epoll.toml:12"
