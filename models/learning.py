"""Learning any violation and each typology, and calibrating them on rows whose trader the classifier never saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit

from features.contracts.columns import TYPOLOGIES
from models.bundle import prior_calibrator, unlearned
from models.calibration import IDENTITY, Calibrator, fit_calibrator
from models.classifier import Classifier, Sample, Settled, boost, fit_share, settle
from models.kinds import hinted
from models.labels import ANY, OTHER, TARGETS
from models.learning_plan import TrainingPlan
from models.learning_rows import with_families_dropped, with_unlabelled
from models.levels import Levels, fit_levels
from models.limits import Limits, fit_limits
from models.linear import fit_linear
from models.matrix import Columns, Floats, build_matrix
from models.oddness import ODDNESS
from models.ranked_metrics import cluster_codes
from models.start import Start

FEWEST_CLEAN = 25  # fewer, and fewer than violations: no level is told; own choice


@dataclass(frozen=True, slots=True)
class Judgement:
    """Classifiers, their calibration, how far that could be off, and the prior of each month."""

    classifiers: Mapping[str, Classifier]
    calibrators: Mapping[str, Calibrator]
    limits: Limits | None
    prior_by_month: Mapping[str, float]
    """Month (`YYYY-MM`) to the share of all inspected trade that would be in violation at that month's level."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Inspected rows, each with the raw score of a classifier that never saw its trader's outcomes."""

    raw: Floats
    positive: NDArray[np.bool_]
    weight: Floats
    month: NDArray[np.int64]
    """Months counted from the year 0."""
    trader: NDArray[np.int64]

    def calibrator(self, weight: Floats, plan: TrainingPlan) -> Calibrator:
        """Calibrate any violation, with the rows weighing `weight`."""
        return fit_calibrator(
            self.raw,
            self.positive,
            weight,
            n_positives_isotonic=plan.n_positives_isotonic,
            n_positives_platt=plan.n_positives_platt,
            month=self.month,
            monthly_step=plan.monthly_step_log_odds,
        )

    def levels(self, plan: TrainingPlan) -> Levels:
        """Level of suspicion by month."""
        return fit_levels(self.raw, self.positive, self.weight, self.month, monthly_step=plan.monthly_step_log_odds)


def learn_judgement(
    earlier: pl.DataFrame, unlabelled: pl.DataFrame, later: pl.DataFrame, columns: Columns, plan: TrainingPlan
) -> Judgement:
    """Learn from the inspected rows before the test, `earlier` and `later`, and from uninspected ones; calibrate.

    Calibrated on are the rows learned from, each scored by a classifier that was learned without its trader
    (cross-fitting). Where too few violations are left to divide the traders, only the earlier rows are learned from,
    and the later ones calibrate. Violations become more or less usual: each month has a level of its own, and the last
    one speaks for what comes (models.levels); uninspected rows are learned from at the level of their own month. Faults
    of another kind are not learned from, and count as no violation in calibrating. Without an inspected row, or
    with hardly any found clean, suspicion is the stated prior.
    """
    learned, checked = pl.concat([earlier, later]).sort("declaration_id"), later.clear()
    if note := _nothing_to_learn(learned):
        classifiers = {name: unlearned(plan.prior_share, note if name == ANY else "") for name in TARGETS}
        calibrators = {name: prior_calibrator(plan.prior_share) for name in TARGETS}
        return Judgement(classifiers, calibrators, None, {})
    violations, folds = learned.filter(ANY), _folds(learned, unlabelled, plan)
    if earlier.height and not folds:
        learned, checked = earlier, later
    any_one, apart = _any_violation(learned, unlabelled, checked, folds, columns=columns, plan=plan)
    measured = _measured(learned, apart, checked, any_one, columns=columns, plan=plan)
    classifiers, calibrators = {ANY: any_one}, {ANY: measured.calibrator(measured.weight, plan)}
    for name in TYPOLOGIES:
        classifiers[name], calibrators[name] = _typology(name, any_one, violations, columns, plan)
    limits = fit_limits(
        measured.raw,
        measured.positive,
        measured.weight,
        measured.trader,
        calibrator=calibrators[ANY],
        fit=lambda weight: measured.calibrator(weight, plan),
        seed=plan.seed,
    )
    is_told = any_one.is_learned and len(measured.raw) > 0
    prior = prior_by_month(measured.levels(plan), measured.raw, measured.weight) if is_told else {}
    return Judgement(classifiers, calibrators, limits, prior)


def _nothing_to_learn(learned: pl.DataFrame) -> str | None:
    """Say why the inspected rows tell nothing at all, where they do not."""
    if not learned.height:
        return "no inspected declaration in the training period: suspicion is the prior, the order is the anomaly's"
    n_found = int(learned[ANY].sum())
    n_clean = learned.height - n_found
    if n_clean < min(n_found, FEWEST_CLEAN):
        return (
            f"{n_found:,} of {learned.height:,} inspected declarations are violations: so few clean ones cannot say "
            "how rare violations are; suspicion is the prior, the order is the anomaly's"
        )
    return None


def sample_of(rows: pl.DataFrame, target: str, columns: Columns, plan: TrainingPlan) -> Sample:
    """Rows of evidence with labels (models.labels) in the form that classifiers learn from, for one target."""
    return Sample(
        build_matrix(rows, columns),
        rows[target].to_numpy().astype(float),
        learning_weights(rows, plan),
        rows["declared_on"].cast(pl.Int32).to_numpy(),
        oddness_of(rows),
    )


def learning_weights(rows: pl.DataFrame, plan: TrainingPlan) -> Floats:
    """Weight of each labelled row in learning, 1 on average.

    A row drawn by lot can stand for hundreds that were not; learned from at that weight, a few rows decide for all.
    Learning therefore keeps weights nearer to their mean, on either side, than measuring and calibrating any violation
    do, which need the level right.
    """
    weight = rows["weight"].to_numpy().astype(float)
    kept = np.clip(weight, plan.min_learning_weight_ratio, plan.max_learning_weight_ratio)
    return np.asarray(kept / kept.mean() if len(kept) else kept)


def oddness_of(rows: pl.DataFrame) -> Floats | None:
    """How rare the doubts of each row are, by family; null where nobody looked."""
    return rows[ODDNESS].to_numpy() if ODDNESS in rows.columns else None


def scores_of(rows: pl.DataFrame, classifier: Classifier, columns: Columns, plan: TrainingPlan) -> Floats:
    """Log-odds of each row before calibration."""
    return classifier.raw_scores(build_matrix(rows, columns), oddness_of(rows), threads=plan.threads)


def _any_violation(
    learned: pl.DataFrame,
    unlabelled: pl.DataFrame,
    checked: pl.DataFrame,
    folds: Sequence[Fold],
    *,
    columns: Columns,
    plan: TrainingPlan,
) -> tuple[Classifier, Floats]:
    """Classifier of any violation, and the scores of `learned` by ones without their trader; none where too few."""
    taught = learned.filter(~pl.col(OTHER))
    if not taught.height:
        note = "any violation: every inspected row has a fault of another kind; suspicion is the prior"
        return unlearned(plan.prior_share, note), np.empty(0)
    inspected = sample_of(taught, ANY, columns, plan)
    settled = settle(inspected, columns, plan.boosting, seed=plan.seed)
    first = _boost(inspected, columns, settled, inspected.start(), plan)
    if not settled.can_learn:
        return first, scores_of(learned, first, columns, plan)
    if not folds and checked.is_empty():
        return first, np.empty(0)
    parts = [sample_of(fold.taught, ANY, columns, plan) for fold in folds]
    apart = [_boost(part, columns, settled, part.start(), plan) for part in parts]
    scores = _scored_apart(learned, folds, apart, columns, plan)
    levels = _measured(learned, scores, checked, first, columns=columns, plan=plan).levels(plan)

    def completed(known: pl.DataFrame, unknown: pl.DataFrame, begun: Classifier) -> Classifier:
        rows = _completed(known, unknown, begun, levels, columns=columns, plan=plan)
        boosted = _boost(rows, columns, settled, begun.start, plan)
        own = sample_of(known, ANY, columns, plan)
        linear = fit_linear(own.matrix, own.target, own.weight, columns, seen=rows.matrix)
        return replace(boosted, linear=linear)

    apart = [completed(fold.taught, fold.unlabelled, one) for fold, one in zip(folds, apart, strict=True)]
    return completed(taught, unlabelled, first), _scored_apart(learned, folds, apart, columns, plan)


@dataclass(frozen=True, slots=True)
class Fold:
    """What is left when some traders are kept out, and which learned rows are theirs."""

    taught: pl.DataFrame
    unlabelled: pl.DataFrame
    held: NDArray[np.bool_]


def _folds(learned: pl.DataFrame, unlabelled: pl.DataFrame, plan: TrainingPlan) -> list[Fold]:
    """Divide the traders; none where some part would be learned from too few violations."""
    part = _parts(pl.concat([_traders(learned, plan), _traders(unlabelled, plan)]), plan)
    own, other = part[: learned.height], part[learned.height :]
    folds = []
    for number in range(plan.n_folds):
        kept = learned.filter(pl.Series(own != number)).filter(~pl.col(OTHER))
        n_positive = int(kept[ANY].sum())
        if min(n_positive, kept.height - n_positive) < max(plan.boosting.n_positives_min // 2, 1):
            return []
        folds.append(Fold(kept, unlabelled.filter(pl.Series(other != number)), own == number))
    return folds


def _parts(traders: pl.Series, plan: TrainingPlan) -> NDArray[np.int64]:
    """Number of the part, 0 to n_folds - 1, that the row's trader was drawn into."""
    codes = cluster_codes(traders)
    return np.asarray(np.random.default_rng(plan.seed).permutation(int(codes.max()) + 1)[codes] % plan.n_folds)


def _traders(rows: pl.DataFrame, plan: TrainingPlan) -> pl.Series:
    group = plan.group_column
    known = rows[group] if group in rows.columns else pl.Series([None] * rows.height)
    return known.cast(pl.String).alias("trader")


def _boost(rows: Sample, columns: Columns, settled: Settled, start: Start | None, plan: TrainingPlan) -> Classifier:
    return boost(rows, columns, settled, start=start, seed=plan.seed, threads=plan.threads)


def _scored_apart(
    learned: pl.DataFrame,
    folds: Sequence[Fold],
    classifiers: Sequence[Classifier],
    columns: Columns,
    plan: TrainingPlan,
) -> Floats:
    """Score each learned row by the classifier of its trader's fold; empty without folds."""
    if not folds:
        return np.empty(0)
    scores = np.empty(learned.height)
    for fold, one in zip(folds, classifiers, strict=True):
        scores[fold.held] = scores_of(learned.filter(pl.Series(fold.held)), one, columns, plan)
    return scores


def _completed(
    taught: pl.DataFrame,
    unlabelled: pl.DataFrame,
    first: Classifier,
    levels: Levels,
    *,
    columns: Columns,
    plan: TrainingPlan,
) -> Sample:
    """Inspected rows, uninspected ones as likely in violation as thought, and all again with a family unknown."""
    boosting = plan.boosting
    drawn = unlabelled.sample(min(boosting.n_unlabelled_max, unlabelled.height), seed=plan.seed).sort("declaration_id")
    thought = expit(levels.log_odds_of(scores_of(drawn, first, columns, plan), months_of(drawn)))
    inspected, matrix = sample_of(taught, ANY, columns, plan), build_matrix(drawn, columns)
    rows = with_unlabelled(
        inspected, matrix, thought, told=oddness_of(drawn), weight_ratio=boosting.unlabelled_weight_ratio
    )
    return with_families_dropped(rows, columns, weight_ratio=boosting.dropped_weight_ratio, seed=plan.seed)


def months_of(rows: pl.DataFrame) -> NDArray[np.int64]:
    """Month of each declaration, counted from the year 0."""
    day = rows["declared_on"].dt
    return (day.year().cast(pl.Int64) * 12 + day.month().cast(pl.Int64) - 1).to_numpy()


def _measured(
    learned: pl.DataFrame,
    apart: Floats,
    checked: pl.DataFrame,
    classifier: Classifier,
    *,
    columns: Columns,
    plan: TrainingPlan,
) -> Measured:
    """Rows learned from as scored apart, where they were, and `checked` ones as the classifier scores them."""
    needed = ["declaration_id", "declared_on", ANY, "weight", plan.group_column]
    rows = [
        one.select(name for name in needed if name in one.columns)
        for one in (learned if len(apart) else learned.clear(), checked)
    ]
    both = pl.concat(rows)
    return Measured(
        raw=np.concatenate([apart, scores_of(checked, classifier, columns, plan)]),
        positive=both[ANY].to_numpy().astype(bool),
        weight=both["weight"].to_numpy().astype(float),
        month=months_of(both),
        trader=cluster_codes(_traders(both, plan)),
    )


def _typology(
    name: str, any_one: Classifier, violations: pl.DataFrame, columns: Columns, plan: TrainingPlan
) -> tuple[Classifier, Calibrator]:
    """Learn how likely a violation is of the typology; calibrated as scored by classifiers without the trader.

    Calibrated with the weights learned from: of a few dozen violations, two or three drawn by lot would hold nearly all
    of the weight, and name all others after themselves.
    """

    def taught(rows: pl.DataFrame) -> Classifier:
        sample = sample_of(rows, name, columns, plan)
        sample = replace(sample, told=hinted(sample.matrix, columns))
        return fit_share(sample, columns, name=name, plan=plan.boosting, seed=plan.seed, threads=plan.threads)

    classifier = taught(violations) if any_one.is_learned else unlearned(plan.prior_share, "")
    if not classifier.is_learned:
        return classifier, IDENTITY
    apart, part = np.empty(violations.height), _parts(_traders(violations, plan), plan)
    for number in range(plan.n_folds):
        held = pl.Series(part == number)
        matrix = build_matrix(violations.filter(held), columns)
        own = taught(violations.filter(~held))
        apart[part == number] = own.raw_scores(matrix, hinted(matrix, columns), threads=plan.threads)
    calibrator = fit_calibrator(
        apart,
        violations[name].to_numpy().astype(bool),
        learning_weights(violations, plan),
        n_positives_isotonic=plan.n_positives_isotonic,
        n_positives_platt=plan.n_positives_platt,
    )
    return classifier, calibrator


def prior_by_month(levels: Levels, raw: Floats, weight: Floats) -> dict[str, float]:
    """Share of the rows' weight that would be in violation at each month's level, by month (`YYYY-MM`)."""
    shares = expit(levels.slope * raw[:, None] + np.asarray(levels.level)[None, :])
    means = np.average(shares, axis=0, weights=weight)
    return {
        f"{month // 12:04d}-{month % 12 + 1:02d}": float(mean) for month, mean in zip(levels.months, means, strict=True)
    }
