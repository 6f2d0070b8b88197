"""The committed store: all of it is read, and all of it is of use."""

from __future__ import annotations

import re

import pytest

from conformance.baselines import recorded

FILES = {str(path.relative_to(recorded.STORE)): path for path in recorded.STORE.rglob("*") if path.is_file()}


def index(word: str) -> list[list[str]]:
    lines = (recorded.STORE / "index.txt").read_text().splitlines()
    return [line.split("\t")[1:] for line in lines if line.startswith(f"{word}\t")]


def test_files_are_those_of_the_index() -> None:
    assert {name for (name,) in index("file")} | {"index.txt"} == set(FILES)
    assert sum(path.stat().st_size for path in FILES.values()) < 20 << 20
    for path in FILES.values():
        assert path.read_text().endswith("\nend\n"), path


def test_each_set_is_used_and_known() -> None:
    used = set()
    for path in FILES.values():
        used |= set(re.findall(r"^@([^\t]+)\t", path.read_text(), re.MULTILINE))
    assert used == {name for name, _ in index("set")}
    texts = [text for _, text in index("set")]
    assert len(texts) == len(set(texts))


def test_each_baseline_names_its_packages() -> None:
    assert {release for (release,) in index("release")} == {"bullseye", "bookworm", "trixie", "sid"}
    for baseline in recorded.baselines():
        names = " ".join(package[0] for package in baseline.packages)
        assert re.search(r"\blibc6(\.1)?(-\w+-cross)?\b", names), baseline
        assert re.search(r"\blibc6(\.1)?-dev\b", names), baseline
        assert "linux-libc-dev" in names, baseline
        for name, version, arch, digest in baseline.packages:
            assert re.fullmatch(r"[0-9a-f]{64}", digest), (baseline, name)
            assert version and arch in ("all", baseline.arch), (baseline, name)


@pytest.mark.parametrize("baseline", recorded.baselines(), ids=str)
def test_a_surface_is_whole(baseline: recorded.Baseline) -> None:
    lines = recorded.show(baseline).splitlines()
    assert lines[1] == f"arch\t{baseline.arch}"
    assert lines[2] == "libc\tglibc " + ".".join(map(str, baseline.libc))
    count = {word: 0 for word in ("macro", "enumerator", "struct", "function", "symbol", "library")}
    for line in lines:
        word = line.partition("\t")[0]
        if word in count:
            count[word] += 1
    # The least of what any release has, on any architecture.
    assert count["macro"] > 30_000
    assert count["enumerator"] > 15_000
    assert count["struct"] > 3_500
    assert count["function"] > 3_500
    assert count["symbol"] > 2_000
    assert count["library"] >= 15
