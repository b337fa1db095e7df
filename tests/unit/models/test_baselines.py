"""Baselines: what each knows, by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from models.baselines import baseline_scores, look_up_table, strongest, unit_value_rule, with_raw_columns
from models.classifier import BoostingPlan


def rows(**columns: object) -> pl.DataFrame:
    return with_raw_columns(pl.DataFrame(columns))


def test_unit_value_rule_by_hand() -> None:
    # five rows at 1 USD/kg and spread below the floor: median 0, MAD 0.05; 10 USD/kg is ln 10 / (0.05 x 1.4826) away
    history = rows(hs_code=["811010"] * 5, net_kg=[10.0] * 5, value_usd=[10.0] * 5)
    new = rows(hs_code=["811090", "811090", "999999"], net_kg=[1.0, None, 1.0], value_usd=[10.0, 10.0, 1.0])
    score = unit_value_rule(history, new)
    assert score[0] == pytest.approx(np.log(10) / (0.05 * 1.4826))
    assert np.isnan(score[1:]).all()


def test_look_up_table_by_hand() -> None:
    # key A: 1 of 2; overall 1 of 4; shrunk (1 + 5 x 0.25) / (2 + 5); unseen key gets the overall rate
    train = rows(
        hs_code=["811010", "811020", "999900", "999901"],
        origin_iso3=["CHN"] * 4,
        destination_iso3=["USA"] * 4,
    ).with_columns(any=pl.Series([True, False, False, False]), weight=1.0)
    new = rows(hs_code=["811099", "123456"], origin_iso3=["CHN", "CHN"], destination_iso3=["USA", "USA"])
    assert look_up_table(train, new).tolist() == pytest.approx([2.25 / 7, 0.25])


def test_strongest_ignores_unknown() -> None:
    frame = pl.DataFrame({"a": [0.1, None], "b": [0.7, None]}, schema={"a": pl.Float32, "b": pl.Float32})
    score = strongest(frame, ["a", "b"])
    assert score[0] == pytest.approx(0.7)
    assert np.isnan(score[1])
    assert np.isnan(strongest(frame, [])).all()


def test_all_exist_even_without_any_label_or_column() -> None:
    empty = rows(declaration_id=["a"], exporter_id=["x"])
    learned = empty.clear().with_columns(any=pl.Series([], dtype=pl.Boolean), weight=pl.Series([], dtype=pl.Float64))
    scores = baseline_scores(learned, empty, empty, mirror_codes=[], plan=BoostingPlan(), seed=1)
    assert set(scores) == {"plain_lightgbm", "look_up_table", "unit_value_rule", "mirror_gap_rule", "random"}
    assert np.isnan(scores["plain_lightgbm"]).all()
    assert np.isfinite(scores["random"]).all()
