"""Changing error tables one entry at a time."""

import pathlib
import stat

import pytest

from conformance.errors import mutate

PLAIN = {
    "of": "f", "function": "f", "errno": "EINVAL", "number": "22", "id": "bad", "when": "x is bad",
    "layer": "kernel", "status": "documented", "class": "unprivileged", "failure": "errno",
}


def changes(**cells: str) -> dict[str, list[mutate.Mutant]]:
    """The mutants of one row, by what they change."""
    found: dict[str, list[mutate.Mutant]] = {}
    for mutant in mutate.mutants([{**PLAIN, **cells}]):
        found.setdefault(mutant.kind, []).append(mutant)
    return found


def test_rows_are_read_and_written_alike() -> None:
    text = "error\tof=f\terrno=EINVAL\twhen=a = b\n"
    assert mutate.parse(text) == [{"of": "f", "errno": "EINVAL", "when": "a = b"}]
    assert mutate.render(mutate.parse(text)[0]) + "\n" == text


def test_every_part_of_an_entry_is_changed() -> None:
    found = changes()
    assert set(found) == {"dropped", "renamed", "errno", "status", "class", "layer", "libc", "effect"}
    assert found["dropped"][0].changed == ""
    assert {mutate.parse(m.changed)[0]["number"] for m in found["errno"]} == {"1", "9999"}
    assert {mutate.parse(m.changed)[0]["class"] for m in found["class"]} == {
        "limit", "privileged", "fault", "impossible",
    }
    assert len(found["libc"]) == 4


def test_no_mutant_is_the_entry_itself() -> None:
    rows = [PLAIN, {**PLAIN, "status": "never", "instead": "succeeds"}, {**PLAIN, "class": "impossible", "why": "so"}]
    for mutant in mutate.mutants(rows):
        assert mutant.changed != mutate.render(rows[mutant.row]), mutant


def test_what_never_happens_is_changed_into_what_does() -> None:
    found = changes(status="never", instead="succeeds")
    assert "instead" in found and "errno" not in found
    assert mutate.parse(found["status"][0].changed)[0]["status"] == "documented"


def test_a_reason_can_be_dropped() -> None:
    found = changes(**{"class": "impossible", "why": "because"})
    assert "why" not in mutate.parse(found["why"][0].changed)[0]
    assert "errno" not in found and "libc" in found and "effect" in found
    assert "fault" not in {mutate.parse(m.changed)[0]["class"] for m in found["class"]}


def test_what_a_target_lacks_is_left_alone() -> None:
    assert changes(absent="1") == {}


def checker(folder: pathlib.Path, script: str) -> str:
    path = folder / "checker"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_answers_are_those_of_the_mutants(tmp_path: pathlib.Path) -> None:
    program = checker(tmp_path, "while read -r line; do printf '0\\tErrors/f\\n'; done")
    chosen = list(mutate.mutants([PLAIN]))
    assert mutate.judged(program, chosen) == ["Errors/f"] * len(chosen)


@pytest.mark.parametrize("script", ["exit 3", "echo one line only"])
def test_a_checker_that_breaks_off_is_an_error(tmp_path: pathlib.Path, script: str) -> None:
    with pytest.raises(RuntimeError, match="--mutants: status"):
        mutate.judged(checker(tmp_path, "cat > /dev/null; " + script), list(mutate.mutants([PLAIN])))
