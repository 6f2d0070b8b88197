"""The reference pages: all as they are written, some as Chromium shows them."""

from __future__ import annotations

import functools
import json
import pathlib
from typing import Any

import pytest

from tools.cli.html_testing import LEGIBLE, Document, shown_quietly
from tools.docs import reference

FOLDER = pathlib.Path("tools/docs/docs")


@functools.cache
def loaded(path: str) -> Any:
    return json.loads(pathlib.Path(path).read_text())


@functools.cache
def documents() -> dict[str, Document]:
    return {file.name: Document(file.read_text()) for file in sorted(FOLDER.iterdir())}


def functions() -> list[str]:
    entries = loaded("bindings/declarations.json")["entries"]
    return sorted(entry["name"] for entry in entries if entry["kind"] == "function")


def errors_of(function: str) -> list[dict[str, Any]]:
    return [entry for entry in loaded("conformance/errors/errors.json")["entries"] if entry["function"] == function]


def test_every_function_has_a_page() -> None:
    assert len(functions()) > 70
    assert set(documents()) == {"index.html", *(f"{name}.html" for name in functions())}


def test_links_lead_somewhere() -> None:
    linked = set()
    for name, document in documents().items():
        ids = [attributes["id"] for _, attributes in document.elements if "id" in attributes]
        assert len(ids) == len(set(ids)), name
        for link in document.all("a"):
            assert link["href"] in documents(), f"{name}: {link['href']}"
            if name == "index.html":
                linked.add(link["href"])
    assert linked == set(documents()) - {"index.html"}


def test_pages_are_whole_and_alone() -> None:
    for name, document in documents().items():
        for tag in ("title", "style", "h1"):
            assert len(document.all(tag)) == 1, name
        # Nothing is loaded, and nothing runs but the index's filter.
        assert len(document.all("script")) == (name == "index.html")
        for tag, attributes in document.elements:
            assert tag not in ("base", "iframe", "img", "link", "object"), name
            assert not any(key == "src" or key.startswith("on") for key in attributes), name
        policy = next(meta["content"] for meta in document.all("meta") if "http-equiv" in meta)
        assert policy.startswith("default-src 'none'; ")


def test_every_condition_stands_on_its_page() -> None:
    for function in functions():
        document = documents()[f"{function}.html"]
        rows = {attributes["id"] for attributes in document.all("tr") if "id" in attributes}
        assert rows == {entry["provocation"].removeprefix("Errors/") for entry in errors_of(function)}


def test_every_target_is_told_of() -> None:
    targets = {target["name"] for target in loaded("bindings/declarations.json")["targets"]}
    for function in functions():
        said: list[str] = []
        text = (FOLDER / f"{function}.html").read_text()
        for attributes in Document(text[text.index("<h2>Availability") : text.index("</main>")]).all("tr"):
            said += attributes.get("data-name", "").split(", ")
        assert sorted(name for name in said if name) == sorted(targets), function


def test_is_the_same_twice() -> None:
    one, two = (
        dict(reference.pages(loaded("bindings/declarations.json"), loaded("conformance/errors/errors.json"), "", ""))
        for _ in range(2)
    )
    assert one == two


HOSTILE = "</script><script>x()</script>\"'&<b>"


def hostile() -> dict[str, str]:
    facts = {"targets": ["t"], "prototype": HOSTILE, "failure": "errno", "symbol": HOSTILE, "versions": [HOSTILE],
             "header": HOSTILE, "note": HOSTILE}  # fmt: skip
    function = {"kind": "function", "name": "f", "family": "a", "where": HOSTILE, "page": HOSTILE, "facts": [facts]}
    entry = {key: HOSTILE for key in ("errno", "condition", "layer", "status", "source", "operation", "effect", "why")}
    declarations = {"entries": [function], "families": [{"name": "a", "title": HOSTILE}], "targets": [{"name": "t"}]}
    errors = {"entries": [{**entry, "function": "f", "class": "limit", "provocation": "Errors/f/E/x", "provoked_on": ["t"]}]}
    return dict(reference.pages(declarations, errors, "", "let script;"))


def test_texts_are_no_markup() -> None:
    for name, content in hostile().items():
        document = Document(content)
        assert len(document.all("script")) == (name == "index.html")
        assert document.all("b") == []
    assert Document(hostile()["f.html"]).texts["code"] == [f"#include <{HOSTILE}>\n{HOSTILE};"]


def test_errors_of_an_undeclared_function_are_refused() -> None:
    entry = {"function": "g", "class": "limit", "provoked_on": []}
    with pytest.raises(ValueError, match="not declared: g"):
        dict(reference.pages({"entries": [], "families": [], "targets": []}, {"entries": [entry]}, "", ""))


@pytest.mark.parametrize("name", ["index", "epoll_ctl", "fcntl"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_is_legible_on_a_phone(tmp_path: pathlib.Path, name: str, dark: bool) -> None:
    answer = shown_quietly(tmp_path, (FOLDER / f"{name}.html").read_text(), LEGIBLE, width=360, dark=dark)
    assert answer["inner"] == 360
    assert answer["content"] <= 360
    assert answer["problems"] == []
    assert answer["dark"] == dark


FILTER = """
const field = document.querySelector(".filter input");
field.value = "epoll_w";
field.dispatchEvent(new Event("input"));
return [...document.querySelectorAll("tbody tr")].filter((row) => row.checkVisibility()).map(
  (row) => row.querySelector("th").textContent);
"""


def test_index_is_filtered(tmp_path: pathlib.Path) -> None:
    assert shown_quietly(tmp_path, (FOLDER / "index.html").read_text(), FILTER) == ["epoll_wait"]
