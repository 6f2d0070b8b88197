"""The page of `check --format html`, as it is written and as Chromium shows it."""

from __future__ import annotations

import functools
import pathlib
import re
import subprocess

import pytest

from tools.cli.html_testing import LEGIBLE, Document, show, shown_quietly

PAGE = "tools/cli/check_page_for_test"
PLUMBLINE = "tools/cli/plumbline_for_test"
PAGES = ("promised", "failing", "hostile", "checked")


@functools.cache
def page(name: str) -> str:
    if name != "checked":
        return subprocess.run([PAGE, name], capture_output=True, text=True, check=True).stdout
    # Targets that pass, fail, break down and are missing.
    result = subprocess.run(
        [PLUMBLINE, "check", "--arch", "all", "--kind", "abi,errors", "--format", "html"],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "PLUMBLINE_FAKE": "fail", "PLUMBLINE_FAKE_WIDE": "crash"},
    )
    assert result.returncode == 2
    return result.stdout


# ---- as it is written -------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_refers_to_nothing_else(name: str) -> None:
    document = Document(page(name))
    ids = {attributes["id"] for _, attributes in document.elements if "id" in attributes}
    for tag, attributes in document.elements:
        assert tag not in ("base", "iframe", "img", "link", "object")
        for key in ("src", "srcset", "action", "background", "data", "poster", "style"):
            assert key not in attributes
        assert not any(key.startswith("on") for key in attributes)
        if "href" in attributes:
            assert attributes["href"].startswith("#") and attributes["href"][1:] in ids
    for code in document.texts["style"] + document.texts["script"]:
        assert not re.search(r"https?:|url\(|@import|import\(|fetch\(|innerHTML|eval\(", code)
    policy = next(meta["content"] for meta in document.all("meta") if "http-equiv" in meta)
    assert policy.startswith("default-src 'none'; ")


@pytest.mark.parametrize("name", PAGES)
def test_texts_are_no_markup(name: str) -> None:
    document = Document(page(name))
    # What texts bring in would be further elements, or close others too early.
    assert len(document.all("style")) == len(document.all("script")) == len(document.all("title")) == 1
    assert page(name).endswith("</script>\n</body>\n</html>\n")


def test_hostile_texts_are_kept() -> None:
    document = Document(page("hostile"))
    assert document.texts["h3"][0].startswith("<script></code></style></script><script>hostile()</script><img src=")
    assert "\x01" not in page("hostile")


def test_failing_targets_are_written_first() -> None:
    document = Document(page("failing"))
    rows = [attributes["data-name"] for attributes in document.all("tr") if "data-name" in attributes]
    assert rows == "s390x armhf i386 amd64 arm64 riscv64 ppc64el mips sparc64 m68k alpha sh4".split()
    assert document.texts["h2"] == ["Could not be checked", "Failures", "Targets", "Known deviations", "Skips"]


def test_failure_is_told_in_full() -> None:
    document = Document(page("failing"))
    assert document.texts["title"] == ["plumbline check: 17010 passed, 12 failed, 6 skipped, 2 known deviations"]
    lines = list(zip(document.texts["dt"], document.texts["dd"], strict=True))
    assert lines[:6] == [
        ("declared", "4"),
        ("seen", "2 in <sys/epoll.h>; 2 in <linux/eventpoll.h>"),
        ("on", "i386, armhf, s390x"),
        ("with", "glibc 2.36, kernel headers 6.1.170"),
        ("where", "bindings/epoll.toml:39"),
        ("again", "tools/plumbline check --arch i386,armhf,s390x --only Constant/EPOLLPRI"),
    ]
    assert ("because", "the header declares another type for the fourth parameter") in lines
    assert lines[-6:] == [
        ("declared", "int"),
        ("seen", "long"),
        ("because", "the emulator asks for more"),
        ("on", "sparc64"),
        ("with", "glibc 2.36, kernel headers 6.1.170"),
        ("where", "conformance/ledger/qemu-user.toml:12"),
    ]


def test_what_was_not_checked_has_its_reason() -> None:
    document = Document(page("checked"))
    assert [" ".join(item.split()) for item in document.texts["li"]] == [
        "3 passed",
        "1 failed",
        "3 skipped",
        "1 of 4 targets checked",
        "here/wide its checker was killed by SIGKILL; it wrote: about to crash",
        "1 its checker was not built: apt-get install g++-odd-x-linux-gnu, and build againodd",
        "1 linked staticallyhere",
        "1 qemu-far-static is missing: apt-get install qemu-user-staticfar",
    ]


# ---- as it is shown ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markup", "complaint"),
    [
        ("<script>missing()</script>", "missing is not defined"),
        ('<img src="other.png">', "Content Security Policy"),
        ('<link rel="stylesheet" href="https://example.org/other.css">', "Content Security Policy"),
        ('<script src="other.js"></script>', "Content Security Policy"),
        ('<style>@import "other.css"; body { background: url(other.png); }</style>', "Content Security Policy"),
    ],
)
def test_notices_complaints_and_loading(tmp_path: pathlib.Path, markup: str, complaint: str) -> None:
    shown = show(tmp_path, page("promised").replace("<main>", "<main>" + markup), "return 1;")
    assert any(complaint in line for line in shown.console)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_is_legible_on_a_phone(tmp_path: pathlib.Path, name: str, dark: bool) -> None:
    answer = shown_quietly(tmp_path, page(name), LEGIBLE, width=360, dark=dark)
    assert answer["inner"] == 360
    assert answer["content"] <= 360
    assert answer["problems"] == []
    assert answer["texts"] > 30
    assert answer["dark"] == dark


def test_is_legible_can_fail(tmp_path: pathlib.Path) -> None:
    bad = '<p style="color: #aaa">pale</p><p style="font-size: 13px">small</p><p style="width: 400px">wide</p>'
    answer = show(tmp_path, page("promised").replace("<main>", "<main>" + bad), LEGIBLE, width=360).answer
    assert len(answer["problems"]) == 2
    assert answer["content"] > 360


SORT = """
const headings = [...document.querySelectorAll("thead th")];
const order = () => [...document.querySelectorAll("tbody th")].map((heading) => heading.textContent).join(" ");
const sorted = () => headings.filter((heading) => heading.hasAttribute("aria-sort")).map(
  (heading) => `${heading.textContent} ${heading.getAttribute("aria-sort")}`).join();
const seen = [[sorted(), order()]];
for (const title of ["failed", "failed", "target", "target", "constants", "sizes"]) {
  const button = headings.find((heading) => heading.textContent === title).querySelector("button");
  button.focus();
  if (document.activeElement !== button || button.type !== "button") throw Error("out of the keyboard's reach");
  button.click();
  seen.push([sorted(), order()]);
}
return seen;
"""


def test_sorts_by_headings(tmp_path: pathlib.Path) -> None:
    # Those that were not checked stay last.
    assert shown_quietly(tmp_path, page("failing"), SORT) == [
        ["failed descending", "s390x armhf i386 amd64 arm64 riscv64 ppc64el mips sparc64 m68k alpha sh4"],
        ["failed ascending", "amd64 arm64 riscv64 ppc64el mips sparc64 m68k i386 armhf s390x alpha sh4"],
        ["failed descending", "s390x armhf i386 amd64 arm64 riscv64 ppc64el mips sparc64 m68k alpha sh4"],
        ["target ascending", "amd64 arm64 armhf i386 m68k mips ppc64el riscv64 s390x sparc64 alpha sh4"],
        ["target descending", "sparc64 s390x riscv64 ppc64el mips m68k i386 armhf arm64 amd64 alpha sh4"],
        # The failed ones first, then by how many passed: 1315, 1312, 1310, …
        ["constants descending", "s390x armhf i386 m68k sparc64 mips ppc64el riscv64 arm64 amd64 alpha sh4"],
        # 11 11 10 10 10 9 9 9 8 8, in the written order where they are equal.
        ["sizes descending", "s390x arm64 i386 ppc64el m68k amd64 riscv64 sparc64 armhf mips alpha sh4"],
    ]


FILTER = """
const visible = (items) => [...document.querySelectorAll(items)].filter(
  (item) => item.checkVisibility()).map((item) => item.querySelector("h3 code, th").textContent);
const [failures, targets] = document.querySelectorAll(".filter input");
const type = (field, text) => {
  field.value = text;
  field.dispatchEvent(new Event("input"));
  return visible(field === failures ? ".card.failed" : "tbody tr");
};
const seen = [type(failures, "EPOLLPRI"), type(failures, " symbol/ "), type(failures, "").length,
              type(targets, "mip"), type(targets, "").length];
document.querySelector("a[data-target=armhf]").click();
return [...seen, visible(".card.failed"), document.querySelector("#failures output").textContent, location.hash];
"""


def test_filters(tmp_path: pathlib.Path) -> None:
    symbol = "Symbol/a_name_without_any_place_to_break_it_that_is_wider_than_a_phone_held_upright"
    assert shown_quietly(tmp_path, page("failing"), FILTER) == [
        ["Constant/EPOLLPRI"],
        [symbol],
        10,
        ["mips"],
        12,
        # The number of a target's failures leads to them.
        ["Constant/EPOLLPRI", symbol],
        "2 of 10",
        "#failures",
    ]


def test_hostile_texts_do_nothing(tmp_path: pathlib.Path) -> None:
    text = page("hostile").replace("<head>", "<head><script>function hostile() { window.called = true; }</script>", 1)
    script = """return [window.called === undefined, document.images.length, document.scripts.length,
                        document.querySelector(".card h3").textContent.startsWith("<script></code>")];"""
    # This test's two scripts, and the page's own.
    assert shown_quietly(tmp_path, text, script) == [True, 0, 3, True]


# ---- pages of errors --------------------------------------------------------------------


@functools.cache
def errors_page(*arguments: str) -> str:
    result = subprocess.run(
        [PLUMBLINE, "errors", *arguments, "--format", "html"], capture_output=True, text=True, check=True
    )
    return result.stdout


@pytest.mark.parametrize("arguments", [(), ("open",), ("open", "EBADF"), ("control",), ("--disagreements",)])
def test_errors_are_legible_on_a_phone(tmp_path: pathlib.Path, arguments: tuple[str, ...]) -> None:
    text = errors_page(*arguments)
    document = Document(text)
    assert len(document.all("style")) == len(document.all("script")) == len(document.all("title")) == 1
    answer = shown_quietly(tmp_path, text, LEGIBLE, width=360)
    assert answer["inner"] == 360
    assert answer["content"] <= 360
    assert answer["problems"] == []
