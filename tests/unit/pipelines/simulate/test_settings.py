"""Settings of the world are closed and checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.errors import ConfigError
from pipelines.settings.closed import load_section
from pipelines.settings.simulate import SimulateSettings
from pipelines.simulate.lookalikes import LOOKALIKES
from pipelines.simulate.schemes import NAMES


def refuse(tmp_path: Path, text: str, match: str) -> None:
    path = tmp_path / "my.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=match):
        load_section(SimulateSettings, "simulate", path)


def test_unknown_keys_are_refused(tmp_path: Path) -> None:
    refuse(tmp_path, "[simulate.evasion]\nprevalence = 0.1\n", "unknown key 'prevalence'")


def test_quantiles_must_rise(tmp_path: Path) -> None:
    refuse(tmp_path, "[simulate.statistics]\nvalue_ratios = [1.0, 0.5]\n", "must rise")


@pytest.mark.parametrize("table", ["evasion.schemes", "lookalikes", "missing", "inspection.miss_share"])
def test_unknown_names_in_tables_are_refused(tmp_path: Path, table: str) -> None:
    refuse(tmp_path, f"[simulate.{table}]\nno_such_name = 0.1\n", "no_such_name")


def test_shipped_settings_name_every_scheme_and_lookalike(settings: SimulateSettings) -> None:
    assert set(settings.evasion.schemes) == set(NAMES)
    assert set(settings.lookalikes) == set(LOOKALIKES)
