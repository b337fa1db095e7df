"""Off-policy estimates: by hand, and unbiased where plain shares are not."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from models.off_policy import OFF_POLICY_SCHEMA, estimate_list, estimate_policy


def logs_of(positive: list[bool], probability: list[float | None], follows: list[bool]) -> pl.DataFrame:
    ids = [f"D{i}" for i in range(len(positive))]
    columns = {"declaration_id": ids, "positive": positive, "selection_probability": probability, "follows": follows}
    return pl.DataFrame(columns, schema_overrides={"selection_probability": pl.Float64})


def values(table: pl.DataFrame) -> dict[str, float | None]:
    return dict(table.select("metric", "value").iter_rows())


def test_by_hand() -> None:
    # each row stands for 1 / p: 1, 2, 10; null and 0 stand for nobody
    logs = logs_of([True, True, False, True, True], [1.0, 0.5, 0.1, None, 0.0], [True, False, True, True, True])
    found = values(estimate_policy(logs, n_draws=20))
    assert found["prevalence"] == pytest.approx(3 / 13)
    assert found["precision"] == pytest.approx(1 / 11)
    assert found["recall"] == pytest.approx(1 / 3)
    assert found["share_chosen"] == pytest.approx(11 / 13)
    counts = estimate_policy(logs, n_draws=20).filter(pl.col("metric") == "prevalence").row(0, named=True)
    assert (counts["n"], counts["n_positive"]) == (3, 2)
    assert counts["n_effective"] == pytest.approx(13**2 / (1 + 4 + 100))


def test_it_undoes_who_was_chosen_and_its_intervals_hold() -> None:
    inside, plain = [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        risk = rng.random(20_000)
        positive = rng.random(20_000) < 0.1 * risk
        probability = np.where(risk > 0.9, 0.5, 0.02)
        chosen = rng.random(20_000) < probability
        follows = risk > 0.7
        logs = pl.DataFrame(
            {
                "declaration_id": [f"D{i:05d}" for i in range(20_000)],
                "positive": positive,
                "selection_probability": probability,
                "follows": follows,
            }
        ).filter(pl.Series(chosen))
        table = estimate_policy(logs, seed=seed)
        true = {"prevalence": 0.05, "precision": 0.085, "recall": 0.51}
        for metric, low, high in table.select("metric", "low", "high").iter_rows():
            if metric in true:
                inside.append(low <= true[metric] <= high)
        plain.append(positive[chosen].mean())
    assert np.mean(plain) > 0.07
    # intervals of 90 %, on sixty estimates
    assert np.mean(inside) > 0.75


def test_traders_are_drawn_whole_and_order_changes_nothing() -> None:
    rng = np.random.default_rng(3)
    trader = np.repeat(np.arange(30), 40)
    bad = (trader % 10 == 0) & (rng.random(1200) < 0.9)
    logs = logs_of(bad.tolist(), [0.1] * 1200, [True] * 1200).with_columns(exporter_id=pl.Series(trader).cast(str))
    by_trader, by_row = estimate_policy(logs, group="exporter_id"), estimate_policy(logs)
    width = {name: (t["high"] - t["low"])[0] for name, t in (("trader", by_trader), ("row", by_row))}
    assert width["trader"] > 2 * width["row"]
    assert estimate_policy(logs.reverse(), group="exporter_id").equals(by_trader)


def test_nothing_logged_tells_nothing() -> None:
    table = estimate_policy(logs_of([True], [None], [True]))
    assert table.schema == pl.Schema(OFF_POLICY_SCHEMA)
    assert values(table) == dict.fromkeys(("prevalence", "precision", "recall", "share_chosen"))
    none_follow = values(estimate_policy(logs_of([True, False], [0.5, 0.5], [False, False])))
    assert none_follow["precision"] is None
    assert none_follow["recall"] == 0


def listed(rng: np.random.Generator, *, budget: int = 40, lot: int = 60) -> pl.DataFrame:
    """A list of a world where one in twenty of the rest is in violation and half of the model's rows are."""
    count = 2_000
    positive = np.where(np.arange(count) < budget, rng.random(count) < 0.5, rng.random(count) < 0.05)
    drawn = np.zeros(count, dtype=bool)
    drawn[rng.choice(np.arange(budget, count), lot, replace=False)] = True
    model = np.arange(count) < budget
    return pl.DataFrame(
        {
            "follows_model": model,
            "selection_probability": np.where(model, 1.0, lot / (count - budget)),
            "chosen_by": np.where(model, "model", np.where(drawn, "random", "")),
            "positive": positive,
            "truth": positive,
        }
    ).with_columns(
        pl.when(pl.col("chosen_by") != "").then("chosen_by").alias("chosen_by"),
        pl.when(pl.col("chosen_by") != "").then("positive").alias("positive"),
    )


def test_the_interval_of_a_list_holds_the_truth_as_often_as_it_says():
    rng, inside = np.random.default_rng(5), 0
    for _ in range(200):
        log = listed(rng)
        one = estimate_list(log).filter(pl.col("metric") == "prevalence").row(0, named=True)
        inside += one["low"] <= float(log["truth"].mean()) <= one["high"]
    assert inside / 200 >= 0.87  # nine in ten asked; exact limits hold at least that, less the draw's own error


def test_a_lot_without_a_find_still_says_what_may_be_missed():
    log = listed(np.random.default_rng(1)).with_columns(
        positive=pl.when(pl.col("chosen_by") == "random").then(pl.lit(value=False)).otherwise("positive")
    )
    rows = estimate_list(log).rows_by_key("metric", named=True, unique=True)
    assert rows["missed_share"]["value"] == 0.0
    assert rows["missed_share"]["high"] > 0.03
    assert rows["recall"]["value"] == 1.0
    assert rows["recall"]["low"] < 0.5


def test_a_list_without_results_says_nothing():
    log = listed(np.random.default_rng(1)).with_columns(positive=pl.lit(None, pl.Boolean))
    assert estimate_list(log)["value"].to_list() == [None] * 4


def test_inspections_that_found_nothing_or_only_violations_do_not_claim_certainty():
    logs = pl.DataFrame(
        {"declaration_id": [f"d{n:02}" for n in range(20)], "selection_probability": [0.5] * 20, "follows": [True] * 20}
    )
    told = [estimate_policy(logs.with_columns(positive=pl.lit(found))) for found in (False, True)]
    clean, bad = (table.row(0, named=True) for table in told)
    assert (clean["value"], clean["low"]) == (0.0, 0.0)
    assert clean["high"] == pytest.approx(1 - 0.05 ** (1 / 20))  # exact limit of none in twenty
    assert (bad["low"], bad["high"]) == (pytest.approx(0.05 ** (1 / 20)), 1.0)
