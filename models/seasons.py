"""Seasons of weekly inspections, played week by week: choose, find, learn again; nothing known before it was found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl
from scipy.special import expit

from features.contracts.columns import TYPOLOGIES
from features.evidence import Evidence
from models.bundle import detector_matrix
from models.classifier import Classifier, fit_classifier
from models.detectors import CombinedAnomaly
from models.labels import ANY, OTHER, label_inspected
from models.learning import sample_of
from models.learning_plan import TrainingPlan
from models.matrix import Columns, build_matrix, columns_of
from models.policies import POLICIES
from models.training import fit_anomaly

WEEK = timedelta(days=7)
OUTCOME_SCHEMA = {
    "declaration_id": pl.String,
    "inspected_on": pl.Date,
    "finding": pl.String,
    "selected_by": pl.String,
    "selection_probability": pl.Float64,
    "seized_kg": pl.Float64,
    "seized_usd": pl.Float64,
}
WEEKS_SCHEMA = {
    "policy": pl.String,
    "week_from": pl.Date,
    "n_declared": pl.Int64,
    "n_inspected": pl.Int64,
    "n_violations": pl.Int64,
    "n_found": pl.Int64,
    "n_best": pl.Int64,
    "found_kg": pl.Float64,
    "best_kg": pl.Float64,
    "is_taught": pl.Boolean,
}
"""One row a policy and week. `n_best` and `best_kg`: what an oracle with the same budget would have found; `is_taught`:
whether there was anything to learn from by then. A violation that the inspection missed counts as not found."""


@dataclass(frozen=True, slots=True)
class SeasonPlan:
    """How a season is played; every number is a setting, see configs/train.toml."""

    training: TrainingPlan
    inspected_share: float
    random_share: float
    retrain_weeks: int
    result_days: int
    missed_share: Mapping[str, float]
    min_selection_probability_share: float
    max_weight_ratio: float


Risks = Callable[[pl.DataFrame, pl.DataFrame], pl.DataFrame]
"""Of rows and the outcomes known so far: `declaration_id` and the evidence that depends on outcomes."""


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """What a season is played in.

    `evidence`: one row a declaration, sorted by (declared_on, declaration_id), every registered column; those that
    depend on outcomes are asked of `risks` anew. `truth`: declaration_id, `finding` (a typology or clean), `true_kg`.
    `given`: outcomes known before the season, of declarations made before it.
    """

    evidence: pl.DataFrame
    truth: pl.DataFrame
    given: pl.DataFrame
    risks: Risks
    registry: Sequence[Evidence]


def play_season(world: World, policy: str, plan: SeasonPlan, *, since: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Inspect every week from `since` by `policy`; returns the weeks (WEEKS_SCHEMA) and the outcomes revealed.

    A result is known `result_days` after the declaration. Every `retrain_weeks` the classifier learns from the results
    known by then: those given before the season, and those that this policy itself has brought to light. Until there
    is enough to learn from, the anomaly score stands in.
    """
    before = world.evidence.filter(pl.col("declared_on") < since)
    given = world.given.filter(pl.col("inspected_on") < since).join(before, on="declaration_id", how="semi")
    outcomes = given.select(pl.col(name).cast(kind) for name, kind in OUTCOME_SCHEMA.items())
    truth = world.truth.sort("declaration_id")
    truth = truth.with_columns(lot=pl.Series(np.random.default_rng(plan.training.seed).random(truth.height)))
    columns = columns_of(world.registry, before)
    detectors = fit_anomaly(before, columns, plan.training)
    judged, weeks, learner = [before], [], None
    for number, (start, declared) in enumerate(_by_week(world.evidence, since)):
        known = outcomes.filter(pl.col("inspected_on") < start)
        rows = _with_risks(declared, world.risks(declared, known))
        if number % plan.retrain_weeks == 0:
            learner = _learn(pl.concat(judged), known, columns, plan) or learner
        budget = max(1, round(rows.height * plan.inspected_share))
        scored = _scored(rows, columns, detectors, learner)
        chosen = POLICIES[policy](scored, budget, f"{plan.training.seed} {policy} {start}", plan.random_share)
        revealed = _revealed(chosen, rows, truth, plan)
        outcomes = pl.concat([outcomes, revealed])
        judged.append(rows)
        figures = _figures(rows, truth, revealed, budget)
        weeks.append({"policy": policy, "week_from": start, "is_taught": learner is not None} | figures)
    return pl.DataFrame(weeks, schema=WEEKS_SCHEMA), outcomes


def _with_risks(rows: pl.DataFrame, risks: pl.DataFrame) -> pl.DataFrame:
    asked = [name for name in risks.columns if name != "declaration_id"]
    joined = rows.drop(asked).join(risks, on="declaration_id", how="left", maintain_order="left")
    return joined.select(rows.columns)


def _by_week(evidence: pl.DataFrame, since: date) -> list[tuple[date, pl.DataFrame]]:
    season = evidence.filter(pl.col("declared_on") >= since)
    at = (pl.col("declared_on") - pl.lit(since)).dt.total_days() // 7
    weeks = season.with_columns(_week=at).partition_by("_week", as_dict=True, include_key=False, maintain_order=True)
    return [(since + WEEK * int(number), rows) for (number,), rows in sorted(weeks.items())]


def _scored(
    rows: pl.DataFrame, columns: Columns, detectors: CombinedAnomaly, learner: Classifier | None
) -> pl.DataFrame:
    matrix = build_matrix(rows, columns)
    anomaly = detectors.score_samples(detector_matrix(rows, columns, matrix))
    # until there is a suspicion the order of the anomaly score stands in, scaled so that none comes near one half
    rank = np.argsort(np.argsort(anomaly, kind="stable"), kind="stable") / (3.0 * max(len(anomaly), 1))
    suspicion = rank if learner is None else expit(learner.raw_scores(matrix, threads=1))
    return rows.select("declaration_id").with_columns(anomaly=pl.Series(anomaly), suspicion=pl.Series(suspicion))


def _learn(rows: pl.DataFrame, outcomes: pl.DataFrame, columns: Columns, plan: SeasonPlan) -> Classifier | None:
    """Learn any violation from known results, one bag of it; null where there is too little to learn from."""
    labels = label_inspected(
        outcomes,
        min_selection_probability_share=plan.min_selection_probability_share,
        max_weight_ratio=plan.max_weight_ratio,
    ).table
    taught = rows.join(labels.filter(~pl.col(OTHER)), on="declaration_id", how="inner").sort("declaration_id")
    if not taught.height:
        return None
    boosting = plan.training.boosting
    own = replace(boosting, n_bags=1, n_leaves_tried=(boosting.n_leaves,))
    found = fit_classifier(
        sample_of(taught, ANY, columns, plan.training), columns, plan=own, seed=plan.training.seed, threads=1
    )
    return found if found.is_learned else None


def _revealed(chosen: pl.DataFrame, rows: pl.DataFrame, truth: pl.DataFrame, plan: SeasonPlan) -> pl.DataFrame:
    """Outcomes of the chosen rows; whether an inspection misses a violation hangs on the declaration alone."""
    told = chosen.join(rows.select("declaration_id", "declared_on"), on="declaration_id", how="left").join(
        truth, on="declaration_id", how="left"
    )
    missed = pl.col("finding").replace_strict(plan.missed_share, default=0.0, return_dtype=pl.Float64)
    hit = pl.col("finding").is_in(TYPOLOGIES) & (pl.col("lot") >= missed)
    return told.select(
        "declaration_id",
        inspected_on=pl.col("declared_on") + timedelta(days=plan.result_days),
        finding=pl.when(hit).then("finding").otherwise(pl.lit("clean")),
        selected_by="selected_by",
        selection_probability="selection_probability",
        seized_kg=pl.when(hit).then("true_kg"),
        seized_usd=pl.lit(None, pl.Float64),
    ).cast(OUTCOME_SCHEMA)  # type: ignore[arg-type]


def _figures(rows: pl.DataFrame, truth: pl.DataFrame, revealed: pl.DataFrame, budget: int) -> dict[str, float]:
    here = truth.join(rows.select("declaration_id"), on="declaration_id", how="semi")
    bad = here.filter(pl.col("finding").is_in(TYPOLOGIES))
    best = bad["true_kg"].fill_null(0.0).sort(descending=True).head(budget)
    found = revealed.filter(pl.col("finding").is_in(TYPOLOGIES))
    return {
        "n_declared": rows.height,
        "n_inspected": revealed.height,
        "n_violations": bad.height,
        "n_found": found.height,
        "n_best": best.len(),
        "found_kg": float(found["seized_kg"].fill_null(0.0).sum()),
        "best_kg": float(best.sum()),
    }
