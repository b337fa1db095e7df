"""From evidence, labels and a split to a bundle: fit, calibrate, keep what drift will be judged by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import polars as pl

from features.contracts.columns import TYPOLOGIES
from features.evidence import Evidence
from models.bundle import ModelBundle, anomaly_scores, detector_matrix
from models.conformal import ConformalTable, fit_conformal, group_names
from models.detectors import CombinedAnomaly, detectors_for
from models.drift import histogram_of
from models.labels import ANY, OTHER, known_before
from models.learning import learn_judgement, months_of, prior_by_month
from models.learning_plan import TrainingPlan
from models.levels import LevelSince, fit_levels
from models.matrix import QUANTITIES, Columns, columns_of
from models.oddness import ODDNESS, log_odds_bound
from models.splits import Split


def train_bundle(
    evidence: pl.DataFrame,
    labels: pl.DataFrame,
    split: Split,
    registry: Sequence[Evidence],
    *,
    plan: TrainingPlan,
    controls_version: str,
    data_version: str,
) -> ModelBundle:
    """Learn a bundle from the train and calibration parts, never look at the test part.

    The anomaly is fitted on the train part, and its p-values rest on the calibration part.

    `labels` are those of models.labels; results that became known only after the test began are left out. Without any
    label before the test the bundle holds the anomaly score alone, and suspicion is the stated prior. Row order does
    not matter. Raises ConfigError where evidence lacks a registered column.
    """
    known = known_before(labels, split.test_from)
    notes = list(split.notes)
    train, calibration = (split.select(evidence, part) for part in ("train", "calibration"))
    before = pl.concat([train, calibration])
    late = labels.join(before, on="declaration_id", how="semi").join(known, on="declaration_id", how="anti").height
    if late:
        notes.append(f"{late} results on earlier declarations became known only in the test period: left out")
    columns = columns_of(registry, train)
    anomaly = fit_anomaly(train, columns, plan)
    earlier, later = (
        rows.join(known, on="declaration_id", how="left", maintain_order="left").drop_nulls("finding")
        for rows in (train, calibration)
    )
    ordinary, thin_note = _ordinary(train, calibration, known)
    conformal = fit_conformal(
        anomaly_scores(anomaly, ordinary, columns), group_names(ordinary), min_group_rows=plan.n_group_rows_min
    )
    notes += thin_note
    earlier, later = (_with_oddness(rows, anomaly, conformal, columns) for rows in (earlier, later))
    learned = pl.concat([earlier, later])
    # an unrelated fault is neither what is looked for nor clean trade: nobody learns from it
    if n_other := int(learned[OTHER].sum()) if learned.height else 0:
        notes.append(f"{n_other} violations of another kind were left out of the learning")
    unlabelled = before.join(known, on="declaration_id", how="anti", maintain_order="left")
    judgement = learn_judgement(earlier, unlabelled, later, columns, plan)
    notes += [one.note for one in judgement.classifiers.values() if one.note]
    bundle = ModelBundle(
        columns=columns,
        classifiers=judgement.classifiers,
        calibrators=judgement.calibrators,
        limits=judgement.limits,
        prior_by_month=judgement.prior_by_month,
        typology_shares=_typology_shares(learned),
        anomaly=anomaly,
        conformal=conformal,
        histograms={},
        trained_from=before["declared_on"].min(),  # type: ignore[arg-type]
        trained_until=before["declared_on"].max(),  # type: ignore[arg-type]
        test_from=split.test_from,
        seed=plan.seed,
        controls_version=controls_version,
        data_version=data_version,
        notes=tuple(notes),
        oddness_weight=judgement.oddness_weight,
    )
    return _with_reference(bundle, train, calibration, plan)


def with_later_level(bundle: ModelBundle, later: pl.DataFrame, plan: TrainingPlan) -> ModelBundle:
    """Bring the level of suspicion up to what inspections later than the calibration have found.

    `later` are inspected rows with labels, those that the model was measured on: their order stays untouched, and so
    does the score of every declaration made before the last of their results was known. Null level where nothing was
    learned or nothing inspected later.
    """
    if not (bundle.is_supervised and bundle.prior_by_month and later.height):
        return bundle
    year, month = max(bundle.prior_by_month).split("-")
    log_odds = bundle.calibrators[ANY].log_odds_of(bundle.score(later)["raw_score"].to_numpy())
    weight, positive = later["weight"].to_numpy().astype(float), later[ANY].to_numpy().astype(bool)
    levels = fit_levels(
        log_odds,
        positive,
        weight,
        months_of(later),
        monthly_step=plan.monthly_step_log_odds,
        after=int(year) * 12 + int(month) - 1,
    )
    known_on = later.select(pl.col("inspected_on").max() + timedelta(days=1)).item()
    since = LevelSince(known_on, levels.level[-1], later.height, int(positive.sum()))
    return replace(
        bundle, level=since, prior_by_month={**bundle.prior_by_month, **prior_by_month(levels, log_odds, weight)}
    )


def fit_anomaly(train: pl.DataFrame, columns: Columns, plan: TrainingPlan) -> CombinedAnomaly:
    """Fit the detectors on rows of evidence; they need no label."""
    model = detectors_for(
        columns,
        n_quantities=len(QUANTITIES),
        context_weight_ratio=plan.context_weight_ratio,
        max_knots=plan.max_knots,
        n_trees=plan.n_trees,
        seed=plan.seed,
    )
    return model.fit(detector_matrix(train, columns))


def _typology_shares(learned: pl.DataFrame) -> dict[str, float]:
    """Weighted share of each typology among known violations, with one pseudo-violation spread over all findings."""
    violations = learned.filter(ANY) if learned.height else learned
    total = float(violations["weight"].sum()) if violations.height else 0.0
    found = {name: float(violations.filter(name)["weight"].sum()) if violations.height else 0.0 for name in TYPOLOGIES}
    return {name: (mass + 0.25) / (total + 1.0) for name, mass in found.items()}


def _ordinary(train: pl.DataFrame, calibration: pl.DataFrame, known: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Rows that p-values rest on: those of the calibration part that were not found in violation; and what to note."""
    violations = known.filter(ANY).select("declaration_id")
    ordinary = calibration.join(violations, on="declaration_id", how="anti", maintain_order="left")
    if ordinary.height:
        return ordinary, []
    note = "anomaly p-values rest on the training rows themselves: there is no calibration period"
    return train.join(violations, on="declaration_id", how="anti", maintain_order="left"), [note]


def _with_oddness(
    rows: pl.DataFrame, anomaly: CombinedAnomaly, conformal: ConformalTable, columns: Columns
) -> pl.DataFrame:
    """Add what the oddness of each row can at most add to its log-odds."""
    p = conformal.p_values(anomaly_scores(anomaly, rows, columns), group_names(rows))
    return rows.with_columns(pl.Series(ODDNESS, log_odds_bound(p), dtype=pl.Float64))


def _with_reference(
    bundle: ModelBundle, train: pl.DataFrame, calibration: pl.DataFrame, plan: TrainingPlan
) -> ModelBundle:
    """Add the training distributions."""
    # the later part is nearest to what comes; from the earlier to it shows what moves by itself: histories grow
    late, early = (calibration, train) if calibration.height >= plan.n_group_rows_min else (train, train.clear())
    before = bundle.drift_columns(early)
    watched = {name: histogram_of(values, before[name]) for name, values in bundle.drift_columns(late).items()}
    return replace(bundle, histograms=watched)
