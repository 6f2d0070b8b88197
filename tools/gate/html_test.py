"""The page of `gate --format html`, as it is written and as Chromium shows it."""

from __future__ import annotations

import functools
import pathlib
import re
import subprocess
import tempfile

from tools.cli.html_testing import LEGIBLE, Document, shown_quietly

GATE = "tools/gate/gate"


def surface(value: int, more: str) -> str:
    lines = ["plumbline-surface|1", "arch|amd64", "libc|glibc 2.99", "kernel-headers|6.9.2"]
    for side, owner in (("glibc", "a.h"), ("uapi", "linux/b.h")):
        visible = "dgp" if side == "glibc" else "-"
        lines.append(f"section|{side}|{owner}|")
        lines += [f"macro|{side.upper()}_{name}|if|{visible}|int|{value}" for name in ("A", "B", "C", "D_MAX")]
    lines.append(f"function|f|-|{more}||")
    return "\n".join([*lines, "end\n"]).replace("|", "\t")


@functools.cache
def page() -> str:
    with tempfile.TemporaryDirectory() as folder:
        old, new = pathlib.Path(folder) / "old", pathlib.Path(folder) / "new"
        old.write_text(surface(1, "int (int)"))
        new.write_text(surface(2, "int (</td><script>hostile()</script>)"))
        done = subprocess.run([GATE, old, new, "--format", "html"], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    return done.stdout


def test_refers_to_nothing_else() -> None:
    document = Document(page())
    for tag, attributes in document.elements:
        assert tag not in ("base", "iframe", "img", "link", "object")
        assert not {"src", "href", "style"} & set(attributes)
    for code in document.texts["style"] + document.texts["script"]:
        assert not re.search(r"https?:|url\(|@import|fetch\(|innerHTML", code)


def test_old_and_new_are_side_by_side() -> None:
    document = Document(page())
    assert len(document.all("script")) == len(document.all("style")) == 1
    assert document.texts["title"] == ["plumbline gate: 7 breaking, 0 notable, 2 benign"]
    cells = document.texts["td"]
    rows = [cells[i : i + 5] for i in range(0, len(cells), 5)]
    assert ["constant-value-changed", "1", "2", "amd64", ""] in rows
    assert ["constant-value-changed", "1", "2", "amd64", "rule counter"] in rows
    assert ["prototype-changed", "int (int)", "int (</td><script>hostile()</script>)", "amd64", ""] in rows


USE = """
const visible = () => [...document.querySelectorAll("tr[data-name]")]
  .filter((row) => row.getClientRects().length > 0).map((row) => row.cells[0].textContent).sort().join(" ");
const cards = () => [...document.querySelectorAll("article")].filter((card) => card.getClientRects().length > 0).length;
const seen = [visible()];
const box = (name) => document.getElementById("show-" + name);
box("benign").click();
seen.push(visible());
box("benign").click();
box("uapi").click();
seen.push(visible(), cards());
box("uapi").click();
const field = document.querySelector(".filter input");
field.value = "uapi_b";
field.dispatchEvent(new Event("input"));
seen.push(visible(), cards());
// All that is used can have the focus, so Tab leads there.
const controls = [...document.querySelectorAll("input, button")];
seen.push(controls.every((control) => { control.focus(); return document.activeElement === control || control.getClientRects().length === 0; }));
return seen;
"""


def test_search_and_filters(tmp_path: pathlib.Path) -> None:
    ours, uapi = "GLIBC_A GLIBC_B GLIBC_C", "UAPI_A UAPI_B UAPI_C"
    assert shown_quietly(tmp_path, page(), USE) == [
        f"{ours} {uapi} f",
        f"{ours} GLIBC_D_MAX {uapi} UAPI_D_MAX f",
        ours,
        1,
        "UAPI_B",
        1,
        True,
    ]


def test_is_legible_in_light_and_dark(tmp_path: pathlib.Path) -> None:
    for dark in (False, True):
        answer = shown_quietly(tmp_path, page(), LEGIBLE, dark=dark)
        assert answer["problems"] == []
        assert answer["dark"] == dark and answer["texts"] > 20
        assert answer["content"] <= answer["inner"]
