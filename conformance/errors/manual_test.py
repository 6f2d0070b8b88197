"""The error tables against the manual pages of the releases that were fetched."""

from __future__ import annotations

import os
import pathlib
import pwd

import pytest

from conformance.errors import compare_manual
from conformance.errors.manual_pages import Manual
from tools.codegen import errors, testing
from tools.codegen.bindings import Bindings
from tools.codegen.errors import Errors

# Where tools/toolchains/fetch_manpages.sh puts them: by the account, as a test sees no $HOME.
CACHE = pathlib.Path(pwd.getpwuid(os.getuid()).pw_dir) / ".cache" / "plumbline" / "manpages"
RELEASES = ("5.10", "6.03", "6.9.1", "6.20")
OWN = "6.03"  # Debian 12's; the others' archives come and go, so they may be missing anywhere
# Fewer would mean that the pages were not read as they are written. Each release adds some.
LEAST_PAIRS = 300
LEAST_PAGES = 40


@pytest.fixture(name="table", scope="module")
def load() -> Errors:
    files = sorted(pathlib.Path("bindings").glob("*.toml"))
    models = pathlib.Path("bindings/data_models.toml")
    bindings = Bindings.load(models, (file for file in files if file != models and not errors.is_error_file(file)))
    return Errors.load(bindings, filter(errors.is_error_file, files))


@pytest.mark.parametrize("release", RELEASES)
def test_tables_agree_with_the_manual(table: Errors, release: str) -> None:
    folder = CACHE / release
    if not (folder / "version").is_file():
        reason = f"man-pages {release} are missing: tools/toolchains/fetch_manpages.sh {release}"
        if release == OWN:
            testing.unavailable(reason)
        pytest.skip(reason)
    # The package's version, with Debian's revision.
    assert (folder / "version").read_text().startswith(f"{release}-")
    manual = Manual(folder / "usr/share/man")
    differences, pairs = compare_manual.compare(table, manual, release)
    assert not differences, "\n" + "\n".join(map(str, differences))
    names = {table.page_of(condition.function) for condition in table.all()}
    pages = [page for page in map(manual.page, names) if page is not None and page.tags]
    assert len(pages) >= LEAST_PAGES
    assert pairs >= LEAST_PAIRS


def test_elsewhere_is_in_a_page(table: Errors) -> None:
    missing = [release for release in RELEASES if not (CACHE / release / "version").is_file()]
    if missing:
        pytest.skip(f"man-pages {', '.join(missing)} are missing: tools/toolchains/fetch_manpages.sh")
    stale = compare_manual.stale(table, [Manual(CACHE / release / "usr/share/man") for release in RELEASES])
    assert not stale, "\n" + "\n".join(map(str, stale))


def test_newest_release_that_was_read_is_among_them(table: Errors) -> None:
    assert table.newest_read() in RELEASES
