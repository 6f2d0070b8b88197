"""The page of `check --format html`, as it is written and as Chromium shows it."""

from __future__ import annotations

import functools
import html
import html.parser
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
from typing import Any, NoReturn

import pytest

PAGE = "tools/cli/check_page_for_test"
PLUMBLINE = "tools/cli/plumbline_for_test"
PAGES = ("promised", "failing", "hostile", "checked")


@functools.cache
def page(name: str) -> str:
    if name != "checked":
        return subprocess.run([PAGE, name], capture_output=True, text=True, check=True).stdout
    # Targets that pass, fail, break down and are missing.
    result = subprocess.run(
        [PLUMBLINE, "check", "--arch", "all", "--format", "html"],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "PLUMBLINE_FAKE": "fail", "PLUMBLINE_FAKE_WIDE": "crash"},
    )
    assert result.returncode == 2
    return result.stdout


class Document(html.parser.HTMLParser):
    """The parts of a page that a reader without scripts gets."""

    EMPTY = {"meta", "wbr", "img", "link", "input", "br", "hr"}

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in self.EMPTY:
            self.open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in set(self.open):
            self.texts[tag][-1] += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


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
        "1 passed",
        "1 failed",
        "3 skipped",
        "1 of 4 targets checked",
        "here/wide its checker was killed by SIGKILL; it wrote: about to crash",
        "1 its checker was not built: apt-get install g++-odd-x-linux-gnu, and build againodd",
        "1 linked staticallyhere",
        "1 qemu-far-static is missing: apt-get install qemu-user-staticfar",
    ]


# ---- as it is shown ---------------------------------------------------------------------


def unavailable(reason: str) -> NoReturn:
    if os.environ.get("PLUMBLINE_REQUIRE_ALL") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


class Shown:
    """What a script says that was run at the end of a page."""

    def __init__(self, answer: Any, console: list[str]) -> None:
        self.answer = answer
        self.console = console


# A frame has the width that it is asked to have; Chromium's window has a least one.
FRAME = """<!DOCTYPE html>
<body style="margin: 0"><iframe src="page.html" style="border: 0; height: 800px; width: {width}px"></iframe>
<script>
addEventListener("message", (message) => {{
  const answer = document.createElement("pre");
  answer.textContent = message.data;
  document.body.append(answer);
}});
</script>
"""

ASK = """<script>
addEventListener("load", () => {{
  const answer = (() => {{ {script} }})();
  parent.postMessage(JSON.stringify(answer), "*");
}});
</script>
</body>"""


def show(folder: pathlib.Path, text: str, script: str, width: int = 1200, dark: bool = False) -> Shown:
    browser = shutil.which("chromium", path="/usr/bin:/usr/local/bin")
    if browser is None:
        unavailable("no chromium: apt-get install chromium")
    before, end, after = text.rpartition("</body>")
    assert end
    (folder / "page.html").write_text(before + ASK.format(script=script) + after)
    (folder / "frame.html").write_text(FRAME.format(width=width))
    # Chromium makes a socket, whose path may not be as long as Bazel's folders are.
    with tempfile.TemporaryDirectory(dir="/tmp") as short:
        result = subprocess.run(
            [
                browser,
                "--headless",
                "--no-sandbox",  # root has none
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-breakpad",
                "--no-first-run",
                "--host-resolver-rules=MAP * ~NOTFOUND",
                f"--user-data-dir={folder / 'profile'}",
                f"--blink-settings=preferredColorScheme={0 if dark else 1}",
                "--enable-logging=stderr",
                "--virtual-time-budget=10000",
                "--dump-dom",
                (folder / "frame.html").resolve().as_uri(),
            ],
            capture_output=True,
            text=True,
            env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "TMPDIR": short},
            timeout=100,
        )
    found = re.search(r"<pre>(.*)</pre>", result.stdout, re.DOTALL)
    assert result.returncode == 0 and found, f"no answer: {result.stdout[-500:]}\n{result.stderr[-2000:]}"
    # The browser's own pages complain, too.
    console = [line for line in re.findall(r"CONSOLE.*", result.stderr) if "source: chrome://" not in line]
    return Shown(json.loads(html.unescape(found[1])), console)


def shown_quietly(folder: pathlib.Path, text: str, script: str, width: int = 1200, dark: bool = False) -> Any:
    shown = show(folder, text, script, width, dark)
    # The page's policy forbids whatever is not in the page, and a breach is written here.
    assert shown.console == []
    return shown.answer


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


# Every element with a text of its own: its size, and its contrast with what is behind it.
LEGIBLE = """
const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
const luminance = (colour) => {
  const [r, g, b] = numbers(colour).slice(0, 3).map(
    (x) => x / 255 <= 0.03928 ? x / 255 / 12.92 : ((x / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = (element) => {
  for (; element !== null; element = element.parentElement) {
    const colour = getComputedStyle(element).backgroundColor;
    if (numbers(colour)[3] !== 0) return colour;
  }
  return "rgb(0, 0, 0)";
};
const texts = [...document.querySelectorAll("body *")].filter(
  (element) => element.tagName !== "SCRIPT" &&
    [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ""));
const problems = [];
for (const element of texts) {
  const style = getComputedStyle(element);
  const [light, dark] = [luminance(style.color), luminance(behind(element))].sort((a, b) => b - a);
  const contrast = (light + 0.05) / (dark + 0.05);
  if (parseFloat(style.fontSize) < 14 || contrast < 4.5)
    problems.push(`${element.outerHTML}: ${style.fontSize}, contrast ${contrast}`);
}
return {
  problems,
  texts: texts.length,
  dark: luminance(behind(document.body)) < 0.1,
  inner: innerWidth,
  content: document.scrollingElement.scrollWidth,
};
"""


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
