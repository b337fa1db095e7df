"""From evidence, labels and a split to a bundle: fit, calibrate, keep what drift will be judged by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from features.contracts.columns import TYPOLOGIES
from features.evidence import Evidence
from models.bundle import ModelBundle, anomaly_scores, detector_matrix, rarity
from models.conformal import fit_conformal, group_names
from models.detectors import CombinedAnomaly, detectors_for
from models.drift import histogram_of
from models.labels import ANY, OTHER, known_before
from models.learning import learn_judgement
from models.learning_plan import TrainingPlan
from models.matrix import QUANTITIES, Columns, build_matrix, columns_of
from models.oddness import ODDNESS
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
    columns = columns_of(registry, train)
    anomaly = fit_anomaly(train, columns, plan)
    train, calibration = (_with_oddness(rows, anomaly, columns) for rows in (train, calibration))
    before = pl.concat([train, calibration])
    late = labels.join(before, on="declaration_id", how="semi").join(known, on="declaration_id", how="anti").height
    if late:
        notes.append(f"{late} results on earlier declarations became known only in the test period: left out")
    earlier, later = (
        rows.join(known, on="declaration_id", how="left", maintain_order="left").drop_nulls("finding")
        for rows in (train, calibration)
    )
    ordinary, thin_note = _ordinary(train, calibration, known)
    conformal = fit_conformal(
        anomaly_scores(anomaly, ordinary, columns), group_names(ordinary), min_group_rows=plan.n_group_rows_min
    )
    notes += thin_note
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
    )
    return _with_reference(bundle, train, calibration, plan)


def taught_later(
    bundle: ModelBundle,
    evidence: pl.DataFrame,
    labels: pl.DataFrame,
    split: Split,
    *,
    plan: TrainingPlan,
    notes: Sequence[str] = (),
) -> ModelBundle:
    """Teach the model by the results of the test and of embargoes as well, for declarations yet to come.

    Labels are few, and what was held out to measure is a good part of them. The bundle itself stays as measured, and
    goes on to score declarations made up to the last day of `evidence`; its `later` part scores those made after it,
    and learned nothing that was not known on that day. Rows held out whole before the test stay out. The anomaly is
    left as it is, and `notes` are kept. The bundle itself where nothing was held out, or nothing can be learned.
    """
    if split.test_from is None:
        return bundle
    last: date = evidence["declared_on"].max()  # type: ignore[assignment]
    yet_to_come = last + timedelta(days=1)
    rows = evidence.join(split.table.filter(pl.col("part") != "held_out"), on="declaration_id", how="semi")
    rows = _with_oddness(rows, bundle.anomaly, bundle.columns)
    known = rows.join(known_before(labels, yet_to_come), on="declaration_id", how="inner").sort("declaration_id")
    since = pl.col("declared_on") >= split.test_from
    if not known.filter(since).height:
        return bundle
    unlabelled = rows.join(known, on="declaration_id", how="anti").sort("declaration_id")
    judgement = learn_judgement(known.filter(~since), unlabelled, known.filter(since), bundle.columns, plan)
    if not judgement.classifiers[ANY].is_learned:
        return bundle
    told = [*notes, *(one.note for one in judgement.classifiers.values() if one.note)]
    if not bundle.is_supervised:
        told.append(
            "nothing has measured how well it ranks: too few violations were left to learn from beside the test"
        )
    later = replace(
        bundle,
        classifiers=judgement.classifiers,
        calibrators=judgement.calibrators,
        limits=judgement.limits,
        typology_shares=_typology_shares(known),
        prior_by_month=judgement.prior_by_month,
        trained_until=last,
        test_from=yet_to_come,
        notes=tuple(told),
    )
    return replace(bundle, later=later)


def fit_anomaly(train: pl.DataFrame, columns: Columns, plan: TrainingPlan) -> CombinedAnomaly:
    """Fit the detectors on rows of evidence; they need no label."""
    model = detectors_for(
        columns,
        n_quantities=len(QUANTITIES),
        common_doubt_weight_ratio=plan.common_doubt_weight_ratio,
        max_knots=plan.max_knots,
        n_trees=plan.n_trees,
        seed=plan.seed,
    )
    return model.fit(detector_matrix(train, columns))


def _typology_shares(learned: pl.DataFrame) -> dict[str, float]:
    """Share of each typology among known violations, with one pseudo-violation spread over all findings.

    Each counts alike, as in learning: of a few dozen, two or three drawn by lot would hold nearly all of the weight.
    """
    violations = learned.filter(ANY) if learned.height else learned
    found = {name: violations.filter(name).height if violations.height else 0 for name in TYPOLOGIES}
    return {name: (n + 0.25) / (violations.height + 1.0) for name, n in found.items()}


def _ordinary(train: pl.DataFrame, calibration: pl.DataFrame, known: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Rows that p-values rest on: those of the calibration part that were not found in violation; and what to note."""
    violations = known.filter(ANY).select("declaration_id")
    ordinary = calibration.join(violations, on="declaration_id", how="anti", maintain_order="left")
    if ordinary.height:
        return ordinary, []
    note = "anomaly p-values rest on the training rows themselves: there is no calibration period"
    return train.join(violations, on="declaration_id", how="anti", maintain_order="left"), [note]


def _with_oddness(rows: pl.DataFrame, anomaly: CombinedAnomaly, columns: Columns) -> pl.DataFrame:
    """Add how rare the doubts of each row are, by family."""
    odd = rarity(anomaly, build_matrix(rows, columns), columns)
    return rows.with_columns(pl.Series(ODDNESS, odd, dtype=pl.Array(pl.Float64, odd.shape[1])))


def _with_reference(
    bundle: ModelBundle, train: pl.DataFrame, calibration: pl.DataFrame, plan: TrainingPlan
) -> ModelBundle:
    """Add the training distributions."""
    # the later part is nearest to what comes; from the earlier to it shows what moves by itself: histories grow
    late, early = (calibration, train) if calibration.height >= plan.n_group_rows_min else (train, train.clear())
    before = bundle.drift_columns(early)
    watched = {name: histogram_of(values, before[name]) for name, values in bundle.drift_columns(late).items()}
    return replace(bundle, histograms=watched)
