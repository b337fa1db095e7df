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
from models.classifier import BoostingPlan, Classifier, Sample, fit_classifier
from models.conformal import fit_conformal, group_names
from models.detectors import CombinedAnomaly, detectors_for
from models.drift import histogram_of
from models.labels import ANY, TARGETS, is_other, known_before
from models.matrix import QUANTITIES, Columns, build_matrix, columns_of
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
    anomaly = _fit_anomaly(train, columns, plan)
    learned = train.join(known, on="declaration_id", how="left", maintain_order="left").drop_nulls("finding")
    checked = calibration.join(known, on="declaration_id", how="left", maintain_order="left").drop_nulls("finding")
    # an unrelated fault is neither what is looked for nor clean trade: nobody learns from it
    taught = learned.filter(~is_other()) if learned.height else learned
    if learned.height > taught.height:
        notes.append(f"{learned.height - taught.height} violations of another kind were left out of the learning")
    classifiers = _fit_classifiers(taught, columns, plan)
    calibrators = (
        _fit_calibrators(classifiers, checked, columns, plan, other_share=_other_share(learned, checked))
        if learned.height
        else _prior_calibrators(plan)
    )
    if learned.height and not checked.height:
        notes.append(
            "no inspected declaration in the calibration period: probabilities are as the classifier gave them"
        )
    notes += [one.note for one in classifiers.values() if one.note]
    bundle = ModelBundle(
        columns=columns,
        classifiers=classifiers,
        calibrators=calibrators,
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


def _fit_anomaly(train: pl.DataFrame, columns: Columns, plan: TrainingPlan) -> CombinedAnomaly:
    model = detectors_for(
        columns,
        n_quantities=len(QUANTITIES),
        context_weight_ratio=plan.context_weight_ratio,
        max_knots=plan.max_knots,
        n_trees=plan.n_trees,
        seed=plan.seed,
    )
    return model.fit(detector_matrix(train, columns))


def _fit_classifiers(learned: pl.DataFrame, columns: Columns, plan: TrainingPlan) -> dict[str, Classifier]:
    if not learned.height:
        note = "no inspected declaration in the training period: suspicion is the prior, the order is the anomaly's"
        return {name: unlearned(plan.prior_share, note if name == ANY else "") for name in TARGETS}
    matrix = build_matrix(learned, columns)
    days = learned["declared_on"].to_numpy()
    weight = learned["weight"].to_numpy()
    samples = {name: Sample(matrix, learned[name].to_numpy(), weight, days) for name in TARGETS}
    return {
        name: fit_classifier(sample, columns, plan=plan.boosting, seed=plan.seed, threads=plan.threads, name=name)
        for name, sample in samples.items()
    }


def _prior_calibrators(plan: TrainingPlan) -> dict[str, Calibrator]:
    return {name: prior_calibrator(plan.prior_share) for name in TARGETS}


def _fit_calibrators(
    classifiers: Mapping[str, Classifier],
    checked: pl.DataFrame,
    columns: Columns,
    plan: TrainingPlan,
    *,
    other_share: float,
) -> dict[str, Calibrator]:
    """Calibrate each target; to any violation the share of other faults is added, alike for everybody."""
    matrix = build_matrix(checked, columns)
    weight = checked["weight"].to_numpy().astype(float)
    other = checked.select(is_other()).to_series().to_numpy() if checked.height else np.zeros(0, dtype=bool)
    fitted = {}
    for name, one in classifiers.items():
        spoken_of = ~other if name == ANY else np.ones_like(other)
        fitted[name] = fit_calibrator(
            one.raw_scores(matrix[spoken_of], threads=plan.threads),
            checked[name].to_numpy()[spoken_of],
            weight[spoken_of],
            n_positives_isotonic=plan.n_positives_isotonic,
            n_positives_platt=plan.n_positives_platt,
        )
    return fitted | {ANY: replace(fitted[ANY], floor=other_share)}


def _other_share(learned: pl.DataFrame, checked: pl.DataFrame) -> float:
    """Weighted share of violations of no typology among inspected rows that are of none."""
    none = pl.concat([learned.select(*TARGETS, "weight"), checked.select(*TARGETS, "weight")]).filter(
        ~pl.any_horizontal(*TYPOLOGIES)
    )
    total = float(none["weight"].sum())
    return float(none.filter(is_other())["weight"].sum()) / (total + 1.0)


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
    watched = {name: histogram_of(values) for name, values in ready.drift_columns(train).items()}
    return replace(ready, histograms=watched)
