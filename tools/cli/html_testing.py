"""Looks at HTML pages: as they are written, and as Chromium shows them."""

from __future__ import annotations

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
