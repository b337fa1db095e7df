"""Judging: lead time and alarms by hand-made rows whose answers are known."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from models.evaluation import OURS, EvaluationPlan
from models.judging import alarms, judge_rows, lead_times, trader_size, unseen_kinds


def rows() -> pl.DataFrame:
    # one declaration a day of January; evader A on the 3rd, 10th and 20th, evader B on the 5th
    bad = {3: "A", 10: "A", 20: "A", 5: "B"}
    days = range(1, 31)
    return pl.DataFrame(
        {
            "declaration_id": [f"D{d:02d}" for d in days],
            "declared_on": [date(2024, 1, d) for d in days],
            "any": [d in bad for d in days],
            "exporter_id": [bad.get(d, f"T{d}") for d in days],
        }
    )


def test_lead_time_counts_from_the_first_violation_to_the_first_flag() -> None:
    # the top 10 % of 30 rows are three: the 10th, the 11th and the 12th
    score = np.array([1.0 if d in (10, 11, 12) else 0.0 for d in range(1, 31)])
    found = lead_times(rows(), {OURS: score}, actor="exporter_id", share=0.1).row(0, named=True)
    assert found["n_actors"] == 2
    assert found["found_share"] == 0.5
    assert found["median_days"] == 7  # A: from the 3rd to the 10th; B never
    assert found["within_30_days_share"] == 0.5


def test_alarms_are_shares_of_rows() -> None:
    scored = pl.DataFrame({"anomaly_p": [0.005, 0.5, None, 0.9], "suspicion": [0.6, 0.1, 0.1, 0.0]})
    found = alarms(scored)
    assert found["anomaly_p_at_most_0_01"] == 0.25
    assert found["suspicion_half_share"] == 0.25
    assert found["expected_share"] == pytest.approx(0.2)


def test_traders_are_sized_by_the_year() -> None:
    table = pl.DataFrame(
        {
            "declared_on": [date(2024, 1, 1) + timedelta(days=d) for d in range(366)],
            "exporter_id": ["big"] * 365 + ["small"],
        }
    )
    sized = table.with_columns(size=trader_size(table, "exporter_id"))
    assert sized["size"].unique().sort().to_list() == ["1 to 5 a year", "more"]


def test_groups_stand_beside_the_whole() -> None:
    n = 400
    rng = np.random.default_rng(1)
    frame = pl.DataFrame(
        {
            "declaration_id": [f"D{i:03d}" for i in range(n)],
            "any": rng.random(n) < 0.2,
            "exporter_id": [f"T{i % 40}" for i in range(n)],
            "weight": 1.0,
            "found_kg": 1.0,
            "found_usd": 1.0,
            "unseen_party": False,
            "office_id": ["north", "south"] * (n // 2),
        }
    ).with_columns(
        misdeclaration="any",
        concealment=pl.lit(value=False),
        transshipment=pl.lit(value=False),
        scheme=pl.when("any").then(pl.lit("false_name")),
    )
    table = judge_rows(
        frame,
        {OURS: frame["any"].cast(float).to_numpy()},
        {},
        plan=EvaluationPlan(n_draws=20),
        group="exporter_id",
        seed=1,
    )
    at = table.filter((pl.col("subset") == "scheme=false_name") & (pl.col("metric") == "average_precision"))
    assert at["value"].item() == pytest.approx(1.0)
    assert at["n"].item() == n
    assert at["low"].item() == pytest.approx(1.0)
    assert {"office_id=north", "office_id=south"} <= set(table["subset"])


def test_a_kind_is_unseen_where_nothing_found_before_was_of_it() -> None:
    frame = pl.DataFrame(
        {
            "any": [True, True, True, False],
            "hub": ["ARE", "MYS", None, "MYS"],
            "scheme": ["false_name", "false_name", "hidden", None],
        }
    )
    told = frame.select(unseen_kinds({"hub": {"ARE"}, "scheme": {"hidden"}}))
    assert told.to_dict(as_series=False) == {
        "unseen_hub": [False, True, None, None],
        "unseen_scheme": [True, True, False, None],
    }
    assert frame.select(unseen_kinds({"hub": set()}))["unseen_hub"].to_list() == [True, True, None, None]
    assert unseen_kinds({}) == []
