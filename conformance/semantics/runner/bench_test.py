from __future__ import annotations

import pathlib
import struct

import pytest

from conformance.semantics.runner import bench


def test_the_median_is_held_against_the_limit() -> None:
    line = bench.line("native", "plain", [7000.0, 9000.0, 8500.0])
    assert line.split() == ["native", "plain", "8500", "7000", "to", "9000", "8000", "met"]
    assert bench.line("native", "threads", [9000.0, 3999.4, 100.0]).split()[-2:] == ["4000", "MISSED"]
    assert bench.line("arm64", "threads", [9000.0, 399.4, 100.0]).split()[-2:] == ["400", "MISSED"]
    assert bench.line("native", "all", [1.0]).split() == ["native", "all", "1", "1", "to", "1"]


def test_what_can_not_be_measured(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(bench, "_EXECUTORS", pathlib.Path("/no/such"))
    assert bench.main(["--runs=1", "--programs=1"]) == 2
    assert "bench: semantics: can't run" in capsys.readouterr().err


def test_each_target_has_its_own_executor() -> None:
    machines = [
        struct.unpack_from("<H", (bench._EXECUTORS / name).read_bytes(), 18)[0]  # e_machine
        for name in ("executor_static", f"executor_static_of_{bench.EMULATED}")
    ]
    assert machines[0] != machines[1] == 183  # EM_AARCH64
