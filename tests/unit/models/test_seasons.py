"""Seasons: a policy learns from what it has itself brought to light, and from nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from features.evidence import Evidence
from features.registry import REGISTRY
from models.learning_plan import TrainingPlan
from models.policies import POLICIES
from models.season_summary import summarise
from models.seasons import OUTCOME_SCHEMA, SeasonPlan, World, play_season

SINCE = date(2024, 4, 1)
PLAN = SeasonPlan(
    training=TrainingPlan(n_trees=8, seed=3, threads=1),
    inspected_share=0.05,
    random_share=0.2,
    retrain_weeks=2,
    result_days=10,
    missed_share={"misdeclaration": 0.0},
    min_selection_probability_share=0.01,
    max_weight_ratio=10.0,
)


@pytest.fixture(scope="module")
def registry() -> list[Evidence]:
    return [one for one in REGISTRY if one.code in ("vague_text", "detour", "exporter_risk")]


@pytest.fixture(scope="module")
def world(registry: list[Evidence]) -> World:
    """40 weeks of 100 declarations, 10 % violations that `vague_text` half betrays; records follow the outcomes."""
    rng = np.random.default_rng(5)
    n = 4000
    bad = rng.random(n) < 0.1
    evidence = pl.DataFrame(
        {
            "declaration_id": [f"D{i:05d}" for i in range(n)],
            "declared_on": [date(2024, 1, 1) + timedelta(days=int(i * 280 / n)) for i in range(n)],
            "vague_text": np.clip(np.where(bad, 0.6, 0.1) * rng.random(n) * 2, 0, 1).astype(np.float32),
            "detour": rng.random(n).astype(np.float32),
            "exporter_risk": np.full(n, np.nan, dtype=np.float32),
        }
    ).with_columns(pl.col("exporter_risk").fill_nan(None), exporter_id=pl.col("declaration_id").str.slice(-1))
    truth = evidence.select(
        "declaration_id",
        true_kg=pl.Series(rng.random(n) * 100),
        finding=pl.Series(np.where(bad, "misdeclaration", "clean")),
    )
    early = evidence.filter(pl.col("declared_on") < SINCE).sample(150, seed=1)
    given = early.join(truth, on="declaration_id").select(
        "declaration_id",
        inspected_on=pl.col("declared_on") + timedelta(days=5),
        finding="finding",
        selected_by=pl.lit("random"),
        selection_probability=pl.lit(0.1),
        seized_kg=pl.lit(None, pl.Float64),
        seized_usd=pl.lit(None, pl.Float64),
    )
    by_id = evidence.select("declaration_id", "exporter_id")

    def risks(rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
        hits = (
            known.join(by_id, on="declaration_id")
            .group_by("exporter_id")
            .agg(exporter_risk=(pl.col("finding") != "clean").mean().cast(pl.Float32))
        )
        asked = rows.select("declaration_id").join(by_id, on="declaration_id", how="left", maintain_order="left")
        return asked.join(hits, on="exporter_id", how="left", maintain_order="left").drop("exporter_id")

    return World(evidence=evidence, truth=truth, given=given, risks=risks, registry=registry)


@pytest.mark.parametrize("policy", sorted(POLICIES))
def test_what_was_never_inspected_changes_nothing(world: World, policy: str) -> None:
    """Turn the truth of every row around that this policy did not inspect: it does the same, week by week."""
    weeks, outcomes = play_season(world, policy, PLAN, since=SINCE)
    seen = outcomes["declaration_id"].implode()
    turned = pl.when(pl.col("finding") == "clean").then(pl.lit("misdeclaration")).otherwise(pl.lit("clean"))
    other = world.truth.with_columns(
        finding=pl.when(pl.col("declaration_id").is_in(seen)).then("finding").otherwise(turned)
    )
    again, same = play_season(replace(world, truth=other), policy, PLAN, since=SINCE)
    assert same.equals(outcomes)
    assert again["n_found"].equals(weeks["n_found"])
    assert not again["n_violations"].equals(weeks["n_violations"])


def test_a_result_is_not_used_before_it_is_known(world: World) -> None:
    """Results that stay out until the season is over teach nothing: the season is that of the given results alone."""
    late = replace(PLAN, result_days=1000)
    _, outcomes = play_season(world, "exploit", late, since=SINCE)
    first = outcomes.filter(pl.col("inspected_on") > date(2025, 1, 1))
    hidden = world.truth.with_columns(finding=pl.lit("clean"))
    _, blind = play_season(replace(world, truth=hidden), "exploit", late, since=SINCE)
    assert blind["declaration_id"].equals(outcomes["declaration_id"])
    assert first.height > 100


def test_learning_beats_the_lot_and_the_oracle_beats_all(world: World) -> None:
    made = {policy: play_season(world, policy, PLAN, since=SINCE)[0] for policy in POLICIES}
    found = {policy: int(weeks["n_found"].sum()) for policy, weeks in made.items()}
    assert found["exploit"] > 2 * found["random"]
    assert found["exploit_and_random"] > 1.5 * found["random"]
    for weeks in made.values():
        assert (weeks["n_found"] <= weeks["n_best"]).all()
        assert (weeks["found_kg"] <= weeks["best_kg"] + 1e-9).all()
        assert weeks["n_declared"].sum() == world.evidence.filter(pl.col("declared_on") >= SINCE).height


def test_every_policy_keeps_its_budget_and_logs_its_chances(world: World) -> None:
    rows = pl.DataFrame({"declaration_id": [f"D{i}" for i in range(200)]}).with_columns(
        anomaly=pl.int_range(200).cast(pl.Float64), suspicion=pl.int_range(200) / 400
    )
    for name, policy in POLICIES.items():
        chosen = policy(rows, 20, "salt", 0.25)
        assert chosen.height == 20, name
        assert chosen["declaration_id"].n_unique() == 20
        by_lot = chosen.filter(pl.col("selected_by") == "random")
        assert by_lot["selection_probability"].null_count() == 0
        mixed = policy(rows.sample(fraction=1.0, shuffle=True, seed=4), 20, "salt", 0.25)
        assert set(mixed["declaration_id"]) == set(chosen["declaration_id"])
    assert POLICIES["exploit_and_random"](rows, 20, "salt", 0.25).filter(pl.col("selected_by") == "random").height == 5


def test_the_summary_by_hand() -> None:
    weeks = pl.DataFrame(
        {
            "policy": ["exploit", "exploit", "random", "random"],
            "week_from": [date(2024, 1, 1), date(2024, 1, 8)] * 2,
            "n_inspected": [4, 4, 4, 4],
            "n_found": [2, 1, 1, 0],
            "n_best": [4, 2, 4, 2],
            "found_kg": [10.0, 0.0, 5.0, 0.0],
            "best_kg": [20.0, 20.0, 20.0, 20.0],
        }
    )
    table = summarise(weeks, n_draws=50, interval_share=0.9, seed=1)
    all_weeks = {(row["policy"], row["metric"]): row for row in table.filter(pl.col("part") == "all").to_dicts()}
    assert all_weeks["exploit", "normalised_precision"]["value"] == pytest.approx(0.5)
    assert all_weeks["random", "normalised_precision"]["value"] == pytest.approx(1 / 6)
    assert all_weeks["random", "normalised_precision"]["over"] == pytest.approx(1 / 6 - 0.5)
    assert all_weeks["exploit", "normalised_mass"]["value"] == pytest.approx(0.25)
    assert all_weeks["exploit", "precision"]["value"] == pytest.approx(3 / 8)
    assert all_weeks["exploit", "precision"]["over"] is None


def test_outcomes_have_the_contracts_columns(world: World) -> None:
    _, outcomes = play_season(world, "random", PLAN, since=SINCE)
    assert outcomes.schema == pl.Schema(OUTCOME_SCHEMA)
    assert outcomes["declaration_id"].is_unique().all()
