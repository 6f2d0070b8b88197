from __future__ import annotations

import pytest

from conformance.semantics.runner import bench


def test_the_median_is_held_against_the_limit() -> None:
    assert bench.line("plain", [7000.0, 9000.0, 8500.0]).split() == ["plain", "8500", "7000", "to", "9000", "8000", "met"]
    assert bench.line("threads", [9000.0, 3999.4, 100.0]).split()[-2:] == ["4000", "MISSED"]
    assert bench.line("all", [1.0]).split() == ["all", "1", "1", "to", "1"]


def test_what_can_not_be_measured(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(bench, "_EXECUTOR", "/no/such/executor")
    assert bench.main(["--runs=1", "--programs=1"]) == 2
    assert "bench: semantics: can't run" in capsys.readouterr().err
