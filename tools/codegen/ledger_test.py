"""Tests of ledger.py."""

from __future__ import annotations

import pathlib

import pytest

from tools.codegen import ledger
from tools.codegen.__main__ import main
from tools.codegen.source import BindingError, Document
from tools.codegen.targets import Targets
from tools.codegen.testing import MODELS

ENTRY = {
    "targets": '["s390x", "narrow"]',
    "versions": '["7.2", "10.0"]',
    "check": '"Errors/epoll_wait/EFAULT/unwritable"',
    "seen": '"EINVAL"',
    "reason": '"the buffer is checked late"',
    "source": '"linux-user/syscall.c"',
}


def entry(**changes: str | None) -> str:
    """An entry, with some keys changed, added or (None) left out."""
    keys: dict[str, str | None] = {**ENTRY, **changes}
    return "[[deviation]]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items() if value is not None)


def load(text: str) -> list[ledger.Deviation]:
    return ledger.load(Document("l.toml", text), Targets.load(MODELS))


def test_empty() -> None:
    assert load("") == []
    source = ledger.rows_source([], Targets.load(MODELS).get("s390x"))
    assert "Rows() { return {}; }" in source


def test_entry() -> None:
    (deviation,) = load("\n" + entry())
    assert str(deviation.where) == "l.toml:2"
    assert deviation.versions == ("7.2", "10.0")
    assert deviation.seen == ("EINVAL",)
    names = set(map(str, deviation.targets))
    # With their variants, and without what no emulator runs (sh4, musl).
    assert {"s390x", "armhf", "armhf/time64", "i386"} <= names
    assert not names & {"sh4", "sh4/time64", "x32", "arm64", "s390x/musl", "armhf/musl"}


def test_an_entry_may_have_several_checks() -> None:
    text = entry(check=None, seen=None) + '[deviation.checks]\n"Errors/a/E/x" = "EINVAL"\n"Errors/a/E/y" = "hangs"\n'
    first, second = load(text)
    assert (first.check, first.seen, str(first.where)) == ("Errors/a/E/x", ("EINVAL",), "l.toml:7")
    assert (second.check, second.seen, str(second.where)) == ("Errors/a/E/y", ("hangs",), "l.toml:8")
    assert first.reason == second.reason


def test_what_is_seen_may_be_one_or_another() -> None:
    (one,) = load(entry(seen='["EINVAL", "hangs"]'))
    assert one.seen == ("EINVAL", "hangs")
    (many,) = load(entry(check=None, seen=None) + '[deviation.checks]\n"Errors/a/E/x" = ["EINVAL", "hangs"]\n')
    assert many.seen == ("EINVAL", "hangs")
    assert '"EINVAL\\nhangs"' in ledger.rows_source([many], many.targets[0])


@pytest.mark.parametrize(
    ("checks", "message"),
    [
        ('{ "Errors/a/E/x" = "" }', "must be a text of one line"),
        ('{ "Nothing/a" = "EINVAL" }', "no check is named 'Nothing/a'"),
        ("{}", "must be a table of what each check sees"),
        ("3", "must be a table of what each check sees"),
    ],
)
def test_refusals_of_several_checks(checks: str, message: str) -> None:
    with pytest.raises(BindingError, match=message):
        load(entry(check=None, seen=None, checks=checks))


def test_all_targets() -> None:
    targets = Targets.load(MODELS)
    (deviation,) = load(entry(targets='["all"]'))
    assert deviation.targets == ledger.emulated(targets)
    (deviation,) = load(entry(targets='["time64"]'))
    assert {target.variant for target in deviation.targets} == {"time64"}


def test_rows_are_of_one_target() -> None:
    targets = Targets.load(MODELS)
    deviations = load(entry(reason=r'"a \"b\" \\ é"') + entry(targets='["arm64"]'))
    source = ledger.rows_source(deviations, targets.get("armhf/time64"))
    assert source.count("    {") == 1
    assert (
        '    {"Errors/epoll_wait/EFAULT/unwritable", "7.2 10.0", "EINVAL", "a \\"b\\" \\\\ é", "l.toml:1"},' in source
    )
    assert '"l.toml:8"' in ledger.rows_source(deviations, targets.get("arm64"))


def test_releases_may_differ() -> None:
    assert len(load(entry(versions='["7.2"]') + entry(versions='["10.0"]', seen='"0"'))) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[deviation]\n", "l.toml:1: an entry is [[deviation]], with two brackets"),
        ("[[deviations]]\n", "l.toml:1: unknown table 'deviations'; entries are [[deviation]]"),
        ("deviation = [1]\n", "l.toml:1: an entry is a table, [[deviation]]"),
        (entry(why='"x"'), "l.toml:8: unknown key 'why'; known are targets, versions, check, seen, reason, source"),
        (entry(source=None), "l.toml:1: missing key 'source'; all of"),
        (entry(reason='" "'), "l.toml:6: 'reason' must be a text of one line that says something"),
        (entry(seen="22"), "l.toml:5: 'seen' must be a text"),
        (entry(seen="[]"), "l.toml:5: 'seen' must be a text"),
        (entry(seen='["EINVAL", 22]'), "l.toml:5: 'seen' must be a text"),
        (entry(seen=r'"a\nb"'), "l.toml:5: 'seen' must be a text of one line"),
        (entry(targets='"s390x"'), "l.toml:2: 'targets' must be a list of strings that is not empty"),
        (entry(versions="[]"), "l.toml:3: 'versions' must be a list of strings that is not empty"),
        (entry(versions='["7.2", "7.2"]'), "l.toml:3: 'versions' has '7.2' twice"),
        (entry(versions='["7.2.22"]'), "l.toml:3: '7.2.22' must be a release such as \"7.2\""),
        (entry(targets='["vax"]'), "l.toml:2: unknown target 'vax'; known are all, alpha"),
        (entry(targets='["s390x", "sh4"]'), "l.toml:2: no emulator runs 'sh4', so nothing can deviate there"),
        (entry(targets='["musl"]'), "l.toml:2: no emulator runs 'musl'"),
        (entry(check='"Error/x"'), "l.toml:4: no check is named 'Error/x'; names start with Completeness/, Con"),
        (entry(check='"Errors"'), "l.toml:4: no check is named 'Errors'"),
        (
            entry() + entry(targets='["armhf"]', versions='["10.0"]'),
            "l.toml:8: Errors/epoll_wait/EFAULT/unwritable on armhf under 10.0 is listed at l.toml:1 too",
        ),
    ],
)
def test_refusals(text: str, message: str) -> None:
    with pytest.raises(BindingError) as error:
        load(text)
    assert str(error.value).startswith(message)


def test_command(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "l.toml"
    output = tmp_path / "rows.cc"
    file.write_text(entry())
    command = ["ledger", "-o", str(output), str(file), str(MODELS), "--target"]
    assert main([*command, "s390x"]) == 0
    assert "kRows" in output.read_text()
    assert main([*command, "vax"]) == 2
    assert "no target 'vax'" in capsys.readouterr().err
    file.write_text(entry(seen=None))
    output.unlink()
    assert main([*command, "s390x"]) == 2
    assert capsys.readouterr().err.startswith(f"codegen: {file}:1: missing key 'seen'")
    assert not output.exists()


def test_own_ledger() -> None:
    ledger.load(Document.load(pathlib.Path("conformance/ledger/qemu-user.toml")), Targets.load(MODELS))


PROGRAM = "program 1\npause\nend\n"


def of_programs(text: str, name: str = "qemu-user.toml", programs: dict[str, str] | None = None) -> str:
    deviations = ledger.load(Document(name, text), Targets.load(MODELS))
    return ledger.semantics_source(
        {pathlib.PurePath(name).stem: deviations}, {"waits": PROGRAM} if programs is None else programs
    )


def test_programs_have_a_row_for_each_architecture() -> None:
    source = of_programs(entry(targets='["s390x", "i386"]', check='"Semantics/wait.2/waits"', seen='"0 -"'))
    assert source.count('{"qemu-user", ') == 2
    assert '{"qemu-user", "s390x", "7.2 10.0", "wait.2", "waits", "0 -", "the buffer is checked late", ' in source
    assert '{"waits", "program 1\\npause\\nend\\n"},' in source


@pytest.mark.parametrize("versions", ["all", "since 6.5"])
def test_linux_deviates_in_all_releases_or_since_one(versions: str) -> None:
    text = entry(targets='["all"]', versions=f'["{versions}"]', check='"Semantics/wait.2/waits"')
    assert f'{{"linux", "amd64", "{versions}", "wait.2", "waits", ' in of_programs(text, "linux.toml")


def test_musl_deviates_in_releases() -> None:
    text = entry(targets='["s390x"]', versions='["1.2.3", "1.2.5"]', check='"Semantics/wait.2/waits"')
    assert '{"musl", "s390x", "1.2.3 1.2.5", "wait.2", "waits", ' in of_programs(text, "musl.toml")


@pytest.mark.parametrize(
    ("name", "versions", "words"),
    [
        ("linux.toml", '["6.1"]', "'6.1' must be all there is"),
        ("linux.toml", '["since 6.5", "since 6.6"]', "'since 6.5' must be all there is"),
        ("linux.toml", '["since 6"]', "'since 6' must be all there is"),
        ("qemu-user.toml", '["all"]', "'all' must be a release"),
        ("qemu-user.toml", '["since 7.2"]', "'since 7.2' must be a release"),
        ("musl.toml", '["1.2"]', "'1.2' must be a release such as \"1.2.3\""),
    ],
)
def test_versions_are_those_of_the_system(name: str, versions: str, words: str) -> None:
    with pytest.raises(BindingError, match=words):
        of_programs(entry(versions=versions, check='"Semantics/wait.2/waits"'), name)


def test_programs_and_entries_match() -> None:
    with pytest.raises(BindingError, match="l.toml:1: there is no program 'sleeps'"):
        of_programs(entry(check='"Semantics/wait.2/sleeps"'), "l.toml")
    with pytest.raises(BindingError, match="programs/deviations/waits.txt:1: no ledger has this program"):
        of_programs("")
    assert "DeviatingPrograms() { return {}; }" in of_programs("", programs={})
