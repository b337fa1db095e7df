"""Evaluation: tidy, with intervals, by subset; paired differences know who is better."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from models.evaluation import EVALUATION_SCHEMA, OURS, EvaluationPlan, evaluate, paired_difference, truth_of

PLAN = EvaluationPlan(inspected_shares=(0.05, 0.1), n_draws=60)


@pytest.fixture(scope="module")
def held_out() -> tuple[pl.DataFrame, np.ndarray]:
    rng = np.random.default_rng(4)
    n = 1200
    p = rng.beta(0.5, 5, n)
    positive = rng.random(n) < p
    kind = rng.integers(0, 3, n)
    frame = pl.DataFrame(
        {
            "declaration_id": [f"D{i:05d}" for i in range(n)],
            "declared_on": [date(2024, 1, 1)] * n,
            "exporter_id": [None if i % 50 == 0 else f"T{i % 100}" for i in range(n)],
            "any": positive,
            "misdeclaration": positive & (kind == 0),
            "concealment": positive & (kind == 1),
            "transshipment": np.zeros(n, dtype=bool),
            "weight": rng.random(n) + 0.5,
            "found_kg": pl.Series(rng.lognormal(5, 1, n)).set(pl.Series(rng.random(n) < 0.1), None),
            "found_usd": rng.lognormal(7, 1, n),
            "unseen_party": pl.Series(rng.random(n) < 0.2),
        }
    )
    return frame, p


def test_table_is_tidy_and_bounded(held_out) -> None:
    frame, p = held_out
    scores = {OURS: p, "random": np.random.default_rng(0).random(len(p)), "absent": np.full(len(p), np.nan)}
    table = evaluate(frame, scores, {}, plan=PLAN, group="exporter_id", seed=1)
    assert table.schema == pl.Schema(EVALUATION_SCHEMA)
    assert set(table["subset"]) == {"all", "seen_party", "unseen_party", "misdeclaration", "concealment"}
    assert set(table["model"]) == {OURS, "random"}
    known = table.drop_nulls("value")
    assert known["value"].is_between(0, 1 + 1e-9).all()
    assert (known["low"] <= known["high"]).all()
    inside = known.filter(pl.col("value").is_between(pl.col("low") - 0.02, pl.col("high") + 0.02))
    assert inside.height > 0.95 * known.height
    assert not table.select("metric", "subset", "model").is_duplicated().any()


def test_the_truth_beats_chance_and_is_calibrated(held_out) -> None:
    frame, p = held_out
    table = evaluate(frame, {OURS: p, "random": p[::-1].copy()}, {}, plan=PLAN, group="exporter_id", seed=1)
    one = {(m, n): v for m, s, n, v in table.select("metric", "subset", "model", "value").iter_rows() if s == "all"}
    assert one["average_precision", OURS] > 2 * one["average_precision", "random"]
    assert one["auc", "random"] == pytest.approx(0.5, abs=0.08)
    assert one["calibration_error", OURS] < 0.03
    assert ("calibration_error", "random") not in one


def test_typologies_use_their_own_probability(held_out) -> None:
    frame, p = held_out
    perfect = frame["misdeclaration"].to_numpy().astype(float)
    table = evaluate(frame, {OURS: p}, {"misdeclaration": perfect}, plan=PLAN, group="exporter_id", seed=1)
    found = table.filter((pl.col("subset") == "misdeclaration") & (pl.col("metric") == "average_precision"))
    assert found["value"].item() == pytest.approx(1.0)


def test_row_order_changes_nothing_once_sorted(held_out) -> None:
    frame, p = held_out
    again = evaluate(frame, {OURS: p}, {}, plan=PLAN, group="exporter_id", seed=1)
    assert evaluate(frame, {OURS: p}, {}, plan=PLAN, group="exporter_id", seed=1).equals(again)


def test_nothing_held_out_is_an_empty_table(held_out) -> None:
    frame, p = held_out
    assert evaluate(frame.clear(), {OURS: p[:0]}, {}, plan=PLAN, group="exporter_id", seed=1).height == 0


def test_paired_difference_knows_who_is_better(held_out) -> None:
    frame, p = held_out
    truth = truth_of(frame, target="any", group="exporter_id")
    table = paired_difference(truth, p, p[::-1].copy(), plan=PLAN, seed=1)
    row = table.filter(pl.col("metric") == "average_precision").row(0, named=True)
    assert row["low"] > 0
    assert row["value"] == pytest.approx(row["first"] - row["second"])
    same = paired_difference(truth, p, p, plan=PLAN, seed=1)
    assert same.drop_nulls("value")["value"].abs().max() == 0


def test_what_has_no_record_stands_apart(held_out) -> None:
    frame, p = held_out
    noted = frame.with_columns(no_record=pl.Series(np.arange(frame.height) % 2 == 0))
    table = evaluate(noted, {OURS: p}, {}, plan=PLAN, group="exporter_id", seed=1)
    counts = {s: (n, k) for s, n, k in table.select("subset", "n", "n_positive").unique().iter_rows()}
    kept = noted["no_record"]
    assert counts["no_record"] == (kept.sum(), (kept & frame["any"]).sum())


def test_unseen_hubs_and_schemes_stand_against_every_row_that_is_none(held_out) -> None:
    frame, p = held_out
    bad = frame["any"]
    odd = pl.Series(np.arange(frame.height) % 2 == 0)
    noted = frame.with_columns(
        unseen_hub=pl.select(pl.when(bad).then(odd)).to_series(),
        unseen_scheme=pl.Series([None] * frame.height, dtype=pl.Boolean),
    )
    table = evaluate(noted, {OURS: p}, {}, plan=PLAN, group="exporter_id", seed=1)
    counts = {s: (n, k) for s, n, k in table.select("subset", "n", "n_positive").unique().iter_rows()}
    assert counts["unseen_hub"] == ((~bad).sum() + (bad & odd).sum(), (bad & odd).sum())
    assert "unseen_scheme" not in counts  # known of none
    whole = table.filter((pl.col("subset") == "unseen_hub") & (pl.col("metric") == "average_precision"))
    assert whole["low"].item() < whole["value"].item() < whole["high"].item()
