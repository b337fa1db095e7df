"""The benchmark runs from tables to printed lines; how long it takes is nobody's business here."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import __main__ as benchmarks
from tests.benchmarks import tables
from tests.benchmarks.child import main as run_step
from tests.benchmarks.steps import CASES


def test_every_step_runs_on_a_tiny_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(benchmarks, "_run", run_step)  # in this process: memory is not what is tested
    monkeypatch.setattr(tables, "WORLD_ROWS", 300)  # so that the world is repeated
    assert benchmarks.main(["--rows", "700", "--folder", str(tmp_path)]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line]
    assert [name for name in CASES if any(line.startswith(name) for line in lines)] == list(CASES)
    one = next(line for line in lines if line.startswith("scoring: everything"))
    assert one.split()[2] == "700"


def test_one_step_alone_brings_only_the_scan_it_needs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(benchmarks, "_run", run_step)
    assert benchmarks.main(["--rows", "400", "--only", "control list", "--folder", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "plain scan of declarations" in told
    assert "control list joined" in told
    assert "flows  " not in told
