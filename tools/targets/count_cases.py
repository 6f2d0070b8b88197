"""Counts the test cases of one Bazel invocation.

    count_cases.py EVENTS STATUS

EVENTS is the file of Bazel's --build_event_json_file, STATUS Bazel's exit status. Prints
the skipped cases by reason, the failed ones with what they said, and as last line
"N passed, N failed, N skipped". Exit status: 0 all passed, 1 a case failed, 2 the tests
could not be run.
"""

import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

# Bazel's exit statuses that leave something to count: all passed, build failed, tests failed.
_COUNTABLE = (0, 1, 3)

# So many names are printed for a reason to skip.
_NAMES_SHOWN = 3

# Of so many failed cases the end of what they said is printed: so many lines.
_FAILURES_SHOWN = 5
_FAILURE_LINES = 30


class Outcome(Enum):
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Case:
    target: str
    name: str
    outcome: Outcome
    reason: str = ""
    # What a failed one said.
    evidence: str = field(default="", compare=False)

    def __str__(self) -> str:
        # A report that stands for a whole target has the target's name.
        return f"{self.target} {self.name}" if self.name not in ("", self.target) else self.target


def _reason(element: ElementTree.Element) -> str:
    message = (element.get("message") or element.text or "").strip()
    # GoogleTest puts the place in the source on the first line.
    place, _, rest = message.partition("\n")
    if rest and re.fullmatch(r"\S+:\d+", place):
        message = rest.strip()
    return " ".join(message.split())


def _message(element: ElementTree.Element) -> str:
    """The longer of the two: GoogleTest and pytest write the whole as text, Bazel a message only."""
    return max((element.get("message") or "").strip(), (element.text or "").strip(), key=len)


def _case(target: str, element: ElementTree.Element) -> Case:
    class_name = element.get("classname", "")
    name = element.get("name", "")
    if class_name and class_name != name:
        name = f"{class_name}.{name}"
    skipped = element.find("skipped")
    failures = element.findall("failure") + element.findall("error")
    if failures:
        return Case(target, name, Outcome.FAILED, evidence="\n".join(map(_message, failures)))
    if skipped is not None:
        return Case(target, name, Outcome.SKIPPED, _reason(skipped) or "no reason given")
    if element.get("status") == "notrun":
        # What GoogleTest reports of a test whose name starts with DISABLED_.
        return Case(target, name, Outcome.SKIPPED, "disabled in the source")
    return Case(target, name, Outcome.PASSED)


def _text(log: Path | None) -> str:
    if log is None or not log.exists():
        return ""
    return log.read_text(encoding="utf-8", errors="replace").strip()


def read_report(
    target: str, passed: bool, report: Path | None, log: Path | None = None
) -> list[Case]:
    """The cases of one run of a target, which count as what the target did if there is none."""
    cases: list[Case] = []
    if report is not None and report.exists():
        try:
            cases = [_case(target, e) for e in ElementTree.parse(report).iter("testcase")]
        except ElementTree.ParseError:
            # A program that died while it wrote it.
            passed = False
    if not cases:
        if passed:
            return [Case(target, "", Outcome.PASSED)]
        return [Case(target, "", Outcome.FAILED, evidence=_text(log))]
    if not passed and not any(case.outcome is Outcome.FAILED for case in cases):
        name = "(all cases passed, but the program failed)"
        cases.append(Case(target, name, Outcome.FAILED, evidence=_text(log)))
    # Of a program that writes no report Bazel's says no more than the exit status.
    return [replace(case, evidence=_text(log)) if _is_whole(case) else case for case in cases]


def _is_whole(case: Case) -> bool:
    return case.outcome is Outcome.FAILED and case.evidence.startswith("exited with error code")


def _local_path(name: str, outputs: Iterable[dict[str, str]]) -> Path | None:
    for output in outputs:
        if output.get("name") == name:
            return Path(unquote(urlparse(output.get("uri", "")).path))
    return None


def read_events(events: Iterable[dict[str, Any]]) -> list[Case]:
    """The cases of all tests of an invocation, and a failed one for a test that wasn't built."""
    tests: list[str] = []
    incompatible: set[str] = set()
    results: dict[tuple[str, str, int, int], tuple[int, list[Case]]] = {}
    for event in events:
        identity = event.get("id", {})
        if "testSize" in event.get("configured", {}):
            tests.append(identity["targetConfigured"]["label"])
        if event.get("aborted", {}).get("reason") == "SKIPPED" and "targetCompleted" in identity:
            incompatible.add(identity["targetCompleted"]["label"])
        if "testResult" in event:
            key = identity["testResult"]
            run = (
                key["label"],
                key.get("configuration", {}).get("id", ""),
                key.get("run", 1),
                key.get("shard", 1),
            )
            attempt = key.get("attempt", 1)
            result = event["testResult"]
            if run not in results or attempt >= results[run][0]:
                passed = result.get("status") in ("PASSED", "FLAKY")
                outputs = result.get("testActionOutput", [])
                report, log = _local_path("test.xml", outputs), _local_path("test.log", outputs)
                results[run] = (attempt, read_report(key["label"], passed, report, log))

    cases = [case for _, result in sorted(results.items()) for case in result[1]]
    seen = {run[0] for run in results}
    for label in sorted(set(tests) - seen):
        if label in incompatible:
            cases.append(Case(label, "", Outcome.SKIPPED, "not for the platform that is built for"))
        else:
            cases.append(Case(label, "(not built, or not run)", Outcome.FAILED))
    return cases


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with open(path, encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def describe(cases: list[Case]) -> list[str]:
    """What is printed of them; the counts are the last line."""
    lines: list[str] = []
    reasons: dict[str, list[Case]] = {}
    for case in cases:
        if case.outcome is Outcome.SKIPPED:
            reasons.setdefault(case.reason, []).append(case)
    if reasons:
        lines.append("skipped:")
    for reason, skipped in sorted(reasons.items()):
        lines.append(f"  {len(skipped)} × {reason}")
        lines += [f"      {case}" for case in skipped[:_NAMES_SHOWN]]
        if len(skipped) > _NAMES_SHOWN:
            lines.append(f"      … and {len(skipped) - _NAMES_SHOWN} more")
    # Last, as an end is what is kept of a long output.
    failed = [case for case in cases if case.outcome is Outcome.FAILED]
    if failed:
        lines.append("failed:")
    for number, case in enumerate(failed):
        lines.append(f"  {case}")
        if number < _FAILURES_SHOWN:
            lines += [f"      {line}" for line in case.evidence.splitlines()[-_FAILURE_LINES:]]
    counts = {outcome: sum(case.outcome is outcome for case in cases) for outcome in Outcome}
    lines.append(", ".join(f"{counts[outcome]} {outcome.value}" for outcome in Outcome))
    return lines


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    events, status = Path(arguments[0]), int(arguments[1])
    cases = read_events(_lines(events)) if events.exists() else []
    if status not in (0, 3):
        print(f"not everything was built and run: Bazel's exit status is {status}, see above")
    print("\n".join(describe(cases)))
    if status not in _COUNTABLE or not cases:
        return 2
    failed = any(case.outcome is Outcome.FAILED for case in cases)
    return 1 if failed or status != 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
