"""Tests of count_cases.py, with reports as GoogleTest, pytest and Bazel write them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tools.targets import count_cases
from tools.targets.count_cases import Case, Outcome

GOOGLETEST = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="4" failures="1" disabled="1" errors="0" name="AllTests">
  <testsuite name="Constant" tests="4" failures="1" disabled="1" skipped="1" errors="0">
    <testcase name="EPOLLIN" status="run" result="completed" classname="Constant" />
    <testcase name="EPOLLET" status="run" result="completed" classname="Constant">
      <failure message="a.cc:15&#x0A;Expected 1" type=""><![CDATA[a.cc:15]]></failure>
    </testcase>
    <testcase name="EPOLLMSG" status="run" result="skipped" classname="Constant">
      <skipped message="dir/a.cc:15&#x0A;no &lt;sys/epoll.h&gt; here"/>
    </testcase>
    <testcase name="DISABLED_X" status="notrun" result="suppressed" classname="Constant" />
  </testsuite>
</testsuites>
"""

BAZEL = """<testsuites>
  <testsuite name="a/b" tests="1" failures="0" errors="1">
    <testcase name="a/b" status="run"><error message="exited with error code 1"></error></testcase>
  </testsuite>
</testsuites>
"""

PYTEST = """<testsuites><testsuite name="pytest" errors="0" failures="0" skipped="1" tests="2">
<testcase classname="m" name="test_a" time="0.001" />
<testcase classname="m" name="test_b" time="0.001">
<skipped type="pytest.skip" message="no emulator">m.py:4: no emulator</skipped></testcase>
</testsuite></testsuites>
"""


def _report(folder: Path, text: str) -> Path:
    path = folder / "a report.xml"
    path.write_text(text)
    return path


def _result(label: str, report: Path | None, status: str = "PASSED", **key: int) -> dict[str, Any]:
    outputs = [{"name": "test.log", "uri": "file:///nowhere/test.log"}]
    if report is not None:
        outputs.append({"name": "test.xml", "uri": report.as_uri()})
    return {
        "id": {"testResult": {"label": label, "run": 1, "shard": 1, "attempt": 1, **key}},
        "testResult": {"status": status, "testActionOutput": outputs},
    }


def _configured(label: str) -> dict[str, Any]:
    return {
        "id": {"targetConfigured": {"label": label}},
        "configured": {"targetKind": "cc_test rule", "testSize": "SMALL"},
    }


def test_googletest(tmp_path: Path) -> None:
    assert count_cases.read_report("//a:b", False, _report(tmp_path, GOOGLETEST)) == [
        Case("//a:b", "Constant.EPOLLIN", Outcome.PASSED),
        Case("//a:b", "Constant.EPOLLET", Outcome.FAILED),
        Case("//a:b", "Constant.EPOLLMSG", Outcome.SKIPPED, "no <sys/epoll.h> here"),
        Case("//a:b", "Constant.DISABLED_X", Outcome.SKIPPED, "disabled in the source"),
    ]


def test_pytest(tmp_path: Path) -> None:
    assert count_cases.read_report("//a:b", True, _report(tmp_path, PYTEST)) == [
        Case("//a:b", "m.test_a", Outcome.PASSED),
        Case("//a:b", "m.test_b", Outcome.SKIPPED, "no emulator"),
    ]


def test_bazel(tmp_path: Path) -> None:
    assert count_cases.read_report("//a:b", False, _report(tmp_path, BAZEL)) == [
        Case("//a:b", "a/b", Outcome.FAILED)
    ]


def test_failing_after_the_last_case_is_a_failure(tmp_path: Path) -> None:
    cases = count_cases.read_report("//a:b", False, _report(tmp_path, PYTEST))
    assert [case.outcome for case in cases] == [Outcome.PASSED, Outcome.SKIPPED, Outcome.FAILED]


@pytest.mark.parametrize("text", ["", "<testsuites><testcase name='a'>"])
def test_broken_report_is_a_failure(tmp_path: Path, text: str) -> None:
    assert count_cases.read_report("//a:b", True, _report(tmp_path, text)) == [
        Case("//a:b", "", Outcome.FAILED)
    ]


def test_no_report_counts_as_one_case(tmp_path: Path) -> None:
    for passed, outcome in [(True, Outcome.PASSED), (False, Outcome.FAILED)]:
        assert count_cases.read_report("//a:b", passed, None) == [Case("//a:b", "", outcome)]
        assert count_cases.read_report("//a:b", passed, tmp_path / "gone.xml") == [
            Case("//a:b", "", outcome)
        ]


def test_last_attempt_counts(tmp_path: Path) -> None:
    report = _report(tmp_path, PYTEST)
    cases = count_cases.read_events(
        [
            _result("//a:b", None, "FAILED", attempt=1),
            _result("//a:b", report, "PASSED", attempt=2),
        ]
    )
    assert [case.outcome for case in cases] == [Outcome.PASSED, Outcome.SKIPPED]


def test_every_shard_counts(tmp_path: Path) -> None:
    report = _report(tmp_path, PYTEST)
    assert len(count_cases.read_events(_result("//a:b", report, shard=n) for n in (1, 2))) == 4


def test_not_built_is_a_failure() -> None:
    assert count_cases.read_events([_configured("//a:b"), _configured("//a:c")]) == [
        Case("//a:b", "(not built, or not run)", Outcome.FAILED),
        Case("//a:c", "(not built, or not run)", Outcome.FAILED),
    ]


def test_incompatible_target_is_skipped() -> None:
    aborted = {
        "id": {"targetCompleted": {"label": "//a:b"}},
        "aborted": {"reason": "SKIPPED", "description": "Target //a:b build was skipped."},
    }
    assert count_cases.read_events([_configured("//a:b"), aborted]) == [
        Case("//a:b", "", Outcome.SKIPPED, "not for the platform that is built for")
    ]


def test_describe_groups_skips_by_reason() -> None:
    cases = [Case("//a:b", f"S.c{n}", Outcome.SKIPPED, "no emulator") for n in range(5)]
    cases.append(Case("//a:b", "S.d", Outcome.FAILED))
    cases.append(Case("//a:c", "//a:c", Outcome.FAILED))
    assert count_cases.describe(cases) == [
        "skipped:",
        "  5 × no emulator",
        "      //a:b S.c0",
        "      //a:b S.c1",
        "      //a:b S.c2",
        "      … and 2 more",
        "failed:",
        "  //a:b S.d",
        "  //a:c",
        "0 passed, 2 failed, 5 skipped",
    ]


def test_failed_cases_show_the_end_of_what_they_said(tmp_path: Path) -> None:
    log = tmp_path / "test.log"
    log.write_text("".join(f"line {n}\n" for n in range(100)))
    googletest = count_cases.read_report("//a:b", False, _report(tmp_path, GOOGLETEST), log)
    assert "      Expected 1" in count_cases.describe(googletest)

    for report in (None, _report(tmp_path, BAZEL), _report(tmp_path, PYTEST)):
        lines = count_cases.describe(count_cases.read_report("//a:b", False, report, log))
        assert "      line 70" in lines
        assert "      line 69" not in lines
        assert lines[-2] == "      line 99"


def test_many_failures_are_listed_without_what_they_said() -> None:
    cases = [Case("//a:b", f"S.c{n}", Outcome.FAILED, evidence=f"said {n}") for n in range(9)]
    lines = count_cases.describe(cases)
    assert "      said 4" in lines
    assert "      said 5" not in lines
    assert "  //a:b S.c8" in lines


@pytest.mark.parametrize(
    ("label_status", "bazel_status", "expected", "last_line"),
    [
        ("PASSED", 0, 0, "1 passed, 0 failed, 0 skipped"),
        ("FAILED", 3, 1, "0 passed, 1 failed, 0 skipped"),
        # Something other than a test wasn't built.
        ("PASSED", 1, 1, "1 passed, 0 failed, 0 skipped"),
        # Interrupted.
        ("PASSED", 8, 2, "1 passed, 0 failed, 0 skipped"),
    ],
)
def test_exit_status(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    label_status: str,
    bazel_status: int,
    expected: int,
    last_line: str,
) -> None:
    events = tmp_path / "events.json"
    lines = [_configured("//a:b"), _result("//a:b", None, label_status)]
    events.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert count_cases.main([str(events), str(bazel_status)]) == expected
    assert capsys.readouterr().out.splitlines()[-1] == last_line


def test_nothing_ran(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert count_cases.main([str(tmp_path / "none.json"), "1"]) == 2
    assert capsys.readouterr().out.splitlines() == [
        "not everything was built and run: Bazel's exit status is 1, see above",
        "0 passed, 0 failed, 0 skipped",
    ]
