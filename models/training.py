"""From evidence, labels and a split to a bundle: fit, calibrate, keep what drift will be judged by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from features.contracts.columns import TYPOLOGIES
from features.evidence import Evidence
from models.bundle import ModelBundle, detector_matrix, prior_calibrator, unlearned
from models.calibration import Calibrator, fit_calibrator
from models.classifier import BoostingPlan, Classifier, Sample, fit_classifier, fit_share
from models.conformal import fit_conformal, group_names
from models.detectors import CombinedAnomaly, detectors_for
from models.drift import histogram_of
from models.labels import ANY, OTHER, TARGETS, known_before
from models.learning_rows import with_families_dropped, with_unlabelled
from models.limits import Limits, fit_limits
from models.matrix import QUANTITIES, Columns, Floats, build_matrix, columns_of
from models.ranked_metrics import cluster_codes
from models.splits import Split


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """How to train; every number is a setting, see configs/train.toml for what it means and where it comes from."""

    boosting: BoostingPlan = field(default_factory=BoostingPlan)
    max_knots: int = 256
    n_trees: int = 64
    context_weight_ratio: float = 0.25
    n_group_rows_min: int = 200
    n_positives_isotonic: int = 300
    n_positives_platt: int = 20
    prior_share: float = 0.01
    min_learning_weight_ratio: float = 0.1
    max_learning_weight_ratio: float = 2.0
    group_column: str = "exporter_id"
    seed: int = 0
    threads: int = 2


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
    """Learn a bundle from the train part, calibrate it on the calibration part, never look at the test part.

    `labels` are those of models.labels; results that became known only after the test began are left out. Without any
    label in the train part the bundle holds the anomaly score alone, and suspicion is the stated prior. Row order does
    not matter. Raises ConfigError where evidence lacks a registered column.
    """
    known = known_before(labels, split.test_from)
    notes = list(split.notes)
    train = split.select(evidence, "train")
    calibration = split.select(evidence, "calibration")
    earlier = pl.concat([train.select("declaration_id"), calibration.select("declaration_id")])
    late = labels.join(earlier, on="declaration_id", how="semi").join(known, on="declaration_id", how="anti").height
    if late:
        notes.append(f"{late} results on earlier declarations became known only in the test period: left out")
    columns = columns_of(registry, train)
    anomaly = fit_anomaly(train, columns, plan)
    learned = train.join(known, on="declaration_id", how="left", maintain_order="left").drop_nulls("finding")
    checked = calibration.join(known, on="declaration_id", how="left", maintain_order="left").drop_nulls("finding")
    # an unrelated fault is neither what is looked for nor clean trade: nobody learns from it
    taught = learned.filter(~pl.col(OTHER)) if learned.height else learned
    if learned.height > taught.height:
        notes.append(f"{learned.height - taught.height} violations of another kind were left out of the learning")
    unlabelled = train.join(known, on="declaration_id", how="anti", maintain_order="left")
    classifiers = _fit_classifiers(taught, unlabelled, checked, columns, plan)
    calibrators = _fit_calibrators(classifiers, checked, columns, plan) if learned.height else _prior_calibrators(plan)
    if learned.height and not checked.height:
        notes.append(
            "no inspected declaration in the calibration period: probabilities are as the classifier gave them"
        )
    notes += [one.note for one in classifiers.values() if one.note]
    bundle = ModelBundle(
        columns=columns,
        classifiers=classifiers,
        calibrators=calibrators,
        limits=_fit_limits(classifiers[ANY], calibrators[ANY], checked, columns, plan) if learned.height else None,
        typology_shares=_typology_shares(learned),
        anomaly=anomaly,
        conformal=fit_conformal(np.empty(0), pl.Series([], dtype=pl.String), min_group_rows=plan.n_group_rows_min),
        histograms={},
        trained_from=train["declared_on"].min(),  # type: ignore[arg-type]
        trained_until=train["declared_on"].max(),  # type: ignore[arg-type]
        test_from=split.test_from,
        seed=plan.seed,
        controls_version=controls_version,
        data_version=data_version,
        notes=tuple(notes),
    )
    return _with_reference(bundle, train, calibration, known, plan)


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


def _fit_classifiers(
    taught: pl.DataFrame, unlabelled: pl.DataFrame, checked: pl.DataFrame, columns: Columns, plan: TrainingPlan
) -> dict[str, Classifier]:
    if not taught.height:
        note = "no inspected declaration in the training period: suspicion is the prior, the order is the anomaly's"
        return {name: unlearned(plan.prior_share, note if name == ANY else "") for name in TARGETS}
    boosting, inspected = plan.boosting, sample_of(taught, ANY, columns, plan)

    def more(first: Classifier) -> Sample:
        drawn = unlabelled.sample(min(boosting.n_unlabelled_max, unlabelled.height), seed=plan.seed)
        matrix = build_matrix(drawn.sort("declaration_id"), columns)
        thought = _calibrator(first, checked, ANY, columns, plan).probability(first.raw_scores(matrix))
        rows = with_unlabelled(inspected, matrix, thought, weight_ratio=boosting.unlabelled_weight_ratio)
        return with_families_dropped(rows, columns, weight_ratio=boosting.dropped_weight_ratio, seed=plan.seed)

    learn = {"plan": boosting, "seed": plan.seed, "threads": plan.threads}
    any_one = fit_classifier(inspected, columns, more=more, **learn)  # type: ignore[arg-type]
    violations = taught.filter(ANY)
    if not any_one.is_learned:
        return {ANY: any_one} | {name: unlearned(plan.prior_share, "") for name in TYPOLOGIES}
    return {ANY: any_one} | {
        name: fit_share(sample_of(violations, name, columns, plan), columns, name=name, **learn)  # type: ignore[arg-type]
        for name in TYPOLOGIES
    }


def sample_of(rows: pl.DataFrame, target: str, columns: Columns, plan: TrainingPlan) -> Sample:
    """Rows of evidence with labels (models.labels) in the form that classifiers learn from, for one target.

    A row drawn by lot can stand for hundreds that were not; learned from at that weight, a few clean rows drown all
    that was found. Learning therefore keeps weights nearer to their mean, on either side, than measuring and
    calibrating do, which need the level right.
    """
    least, most = plan.min_learning_weight_ratio, plan.max_learning_weight_ratio
    weight = np.clip(rows["weight"].to_numpy().astype(float), least, most)
    return Sample(
        build_matrix(rows, columns),
        rows[target].to_numpy().astype(float),
        weight / weight.mean() if len(weight) else weight,
        rows["declared_on"].cast(pl.Int32).to_numpy(),
    )


def _prior_calibrators(plan: TrainingPlan) -> dict[str, Calibrator]:
    return {name: prior_calibrator(plan.prior_share) for name in TARGETS}


def _fit_calibrators(
    classifiers: Mapping[str, Classifier], checked: pl.DataFrame, columns: Columns, plan: TrainingPlan
) -> dict[str, Calibrator]:
    """Calibrate any violation on the inspected rows of the later period, and each typology on their violations."""
    return {
        name: _calibrator(one, checked if name == ANY else checked.filter(ANY), name, columns, plan)
        for name, one in classifiers.items()
    }


def _calibrator(
    classifier: Classifier, checked: pl.DataFrame, target: str, columns: Columns, plan: TrainingPlan
) -> Calibrator:
    return fit_calibrator(
        classifier.raw_scores(build_matrix(checked, columns), threads=plan.threads),
        checked[target].to_numpy().astype(bool),
        checked["weight"].to_numpy().astype(float),
        n_positives_isotonic=plan.n_positives_isotonic,
        n_positives_platt=plan.n_positives_platt,
    )


def _fit_limits(
    classifier: Classifier, calibrator: Calibrator, checked: pl.DataFrame, columns: Columns, plan: TrainingPlan
) -> Limits | None:
    """Limits of the calibration of any violation, with the traders of its rows drawn again."""
    raw, positive = classifier.raw_scores(build_matrix(checked, columns)), checked[ANY].to_numpy().astype(bool)
    group = plan.group_column
    party = checked[group] if group in checked.columns else pl.Series([None] * checked.height, dtype=pl.String)

    def again(weight: Floats) -> Calibrator:
        return fit_calibrator(
            raw,
            positive,
            weight,
            n_positives_isotonic=plan.n_positives_isotonic,
            n_positives_platt=plan.n_positives_platt,
        )

    return fit_limits(
        raw,
        positive,
        checked["weight"].to_numpy().astype(float),
        cluster_codes(party),
        calibrator=calibrator,
        fit=again,
        seed=plan.seed,
    )


def _typology_shares(learned: pl.DataFrame) -> dict[str, float]:
    """Weighted share of each typology among known violations, with one pseudo-violation spread over all findings."""
    violations = learned.filter(ANY) if learned.height else learned
    total = float(violations["weight"].sum()) if violations.height else 0.0
    found = {name: float(violations.filter(name)["weight"].sum()) if violations.height else 0.0 for name in TYPOLOGIES}
    return {name: (mass + 0.25) / (total + 1.0) for name, mass in found.items()}


def _with_reference(
    bundle: ModelBundle, train: pl.DataFrame, calibration: pl.DataFrame, known: pl.DataFrame, plan: TrainingPlan
) -> ModelBundle:
    """Add the conformal ladders (calibration rows not found in violation) and the training distributions."""
    violations = known.filter(ANY).select("declaration_id")
    ordinary = calibration.join(violations, on="declaration_id", how="anti", maintain_order="left")
    notes = bundle.notes
    if not ordinary.height:
        ordinary = train.join(violations, on="declaration_id", how="anti", maintain_order="left")
        notes = (*notes, "anomaly p-values rest on the training rows themselves: there is no calibration period")
    scores = bundle.anomaly_scores(bundle.anomaly_matrix(ordinary))
    conformal = fit_conformal(scores, group_names(ordinary), min_group_rows=plan.n_group_rows_min)
    ready = replace(bundle, conformal=conformal, notes=notes)
    # the later part is nearest to what comes; from the earlier to it shows what moves by itself: histories grow
    late, early = (calibration, train) if calibration.height >= plan.n_group_rows_min else (train, train.clear())
    before = ready.drift_columns(early)
    watched = {name: histogram_of(values, before[name]) for name, values in ready.drift_columns(late).items()}
    return replace(ready, histograms=watched)
