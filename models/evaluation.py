"""How well a ranking does on held-out inspections, by subset, beside baselines, with intervals by trader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from features.contracts.columns import TYPOLOGIES
from models.calibration import calibration_error, equal_bins
from models.labels import OTHER
from models.matrix import Floats
from models.ranked_metrics import Truth, cluster_codes, draws, interval, measure, once, ranking

OURS = "oretrace"
"""Name of the model under test, beside the baselines."""
UNSEEN_KINDS = ("unseen_hub", "unseen_scheme")
"""Columns that say of a violation whether training had none through its hub, or of its scheme."""
EVALUATION_SCHEMA = {
    "metric": pl.String,
    "subset": pl.String,
    "model": pl.String,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "n": pl.Int64,
    "n_positive": pl.Int64,
}


METRIC_SCHEMA = {name: EVALUATION_SCHEMA[name] for name in ("metric", "value", "low", "high")}


@dataclass(frozen=True, slots=True)
class EvaluationPlan:
    """What to measure; every number is a setting, see configs/train.toml."""

    inspected_shares: tuple[float, ...] = (0.01, 0.02, 0.05, 0.1)
    n_draws: int = 200
    interval_share: float = 0.9
    n_bins: int = 10


def evaluate(
    test: pl.DataFrame,
    scores: Mapping[str, Floats],
    typology_scores: Mapping[str, Floats],
    *,
    plan: EvaluationPlan,
    group: str,
    seed: int,
) -> pl.DataFrame:
    """Tidy table of metric, subset, model, value, low, high, n, n_positive.

    Parameters
    ----------
    test
        Inspected rows sorted by declaration_id: declaration_id, the targets (`any` and one per typology), weight,
        found_kg, found_usd, unseen_party, and the trader column named by `group`.
    scores
        One ranking score per model; the one named `oretrace` is a probability and is also checked for calibration.
        A score that is NaN throughout is a model that could not be made here, and is left out.
    typology_scores
        The model's own probability per typology, used for `oretrace` in the typology subsets.

    Notes
    -----
    A fault of no typology counts as nothing found. Subsets: `all`; `seen_party` and
    `unseen_party`; `no_record`, where no party was ever found in violation (with a column of that name);
    `unseen_hub` and `unseen_scheme`, violations through a hub, or of a scheme, of which training had none, against
    every row that is none (with columns of those names, null where unknown); and per typology its violations against
    clean rows (all others are left out there). Rows are weighted by inverse selection probability, so that shares
    inspected are shares of all declarations, as far as the logged probabilities allow. Intervals: traders drawn with
    replacement.
    """
    if not test.height:
        return pl.DataFrame(schema=EVALUATION_SCHEMA)
    present = {name: score for name, score in scores.items() if np.isfinite(score).any()}
    tables = []
    for subset, chosen, target in _subsets(test):
        part = test.filter(chosen)
        inside = chosen.to_numpy()
        truth = truth_of(part, target=target, group=group)
        blocks = list(draws(truth, n_draws=plan.n_draws, seed=seed))
        for name, score in present.items():
            own = typology_scores[target] if name == OURS and target in typology_scores else score
            told = measured(truth, own[inside], plan, blocks, seed=seed, probable=name == OURS)
            tables.append(
                told.with_columns(
                    subset=pl.lit(subset),
                    model=pl.lit(name),
                    n=pl.lit(part.height, dtype=pl.Int64),
                    n_positive=pl.lit(int(truth.positive.sum()), dtype=pl.Int64),
                )
            )
    return pl.concat(tables).select(*EVALUATION_SCHEMA) if tables else pl.DataFrame(schema=EVALUATION_SCHEMA)


def truth_of(test: pl.DataFrame, *, target: str, group: str) -> Truth:
    """Rows of `test` as arrays, for one target."""
    positive = test[target].to_numpy()
    return Truth(
        positive=positive,
        weight=test["weight"].to_numpy().astype(float),
        kg=test["found_kg"].fill_null(0.0).to_numpy().astype(float) * positive,
        usd=test["found_usd"].fill_null(0.0).to_numpy().astype(float) * positive,
        cluster=cluster_codes(test[group]),
    )


def paired_difference(truth: Truth, score: Floats, other: Floats, *, plan: EvaluationPlan, seed: int) -> pl.DataFrame:
    """Metrics of `score` less those of `other`, on the same draws: metric, value, low, high, first, second."""
    orders = ranking(score, seed=seed), ranking(other, seed=seed)
    first, second = (measure(truth, order, plan.inspected_shares, once(truth)) for order in orders)
    drawn: dict[str, list[Floats]] = {name: [] for name in first}
    for block in draws(truth, n_draws=plan.n_draws, seed=seed):
        a, b = (measure(truth, order, plan.inspected_shares, block) for order in orders)
        for name, kept in drawn.items():
            kept.append(a[name] - b[name])
    rows = []
    for name, kept in drawn.items():
        low, high = interval(np.concatenate(kept), interval_share=plan.interval_share)
        ours, theirs = float(first[name][0]), float(second[name][0])
        rows.append({"metric": name, "value": ours - theirs, "low": low, "high": high, "first": ours, "second": theirs})
    schema = dict.fromkeys(("value", "low", "high", "first", "second"), pl.Float64)
    return pl.DataFrame(rows, schema={"metric": pl.String, **schema}, orient="row").fill_nan(None)


def _subsets(test: pl.DataFrame) -> Iterator[tuple[str, pl.Series, str]]:
    everything = pl.Series("chosen", [True]).new_from_index(0, test.height)
    yield "all", everything, "any"
    unseen = test["unseen_party"]
    for name, chosen in (("seen_party", ~unseen), ("unseen_party", unseen)):
        kept = chosen.fill_null(value=False)
        if kept.any():
            yield name, kept, "any"
    if "no_record" in test.columns:
        kept = test["no_record"].fill_null(value=False)
        if kept.any():
            yield "no_record", kept, "any"
    for name in UNSEEN_KINDS:
        kept = test[name].fill_null(value=False) & test["any"] if name in test.columns else ~everything
        if kept.any():
            yield name, kept | ~test["any"], "any"
    for typology in TYPOLOGIES:
        if test[typology].any():
            yield typology, test[typology] | (~test["any"] & ~_other(test)), typology


def _other(test: pl.DataFrame) -> pl.Series:
    return test[OTHER] if OTHER in test.columns else pl.Series([False]).new_from_index(0, test.height)


def measured(
    truth: Truth, score: Floats, plan: EvaluationPlan, blocks: Sequence[Floats], *, seed: int, probable: bool
) -> pl.DataFrame:
    """Metrics of one ranking with intervals over the draws in `blocks`: metric, value, low, high (null where NaN).

    Without draws the limits are null. `probable` adds the calibration error of scores that are probabilities.
    """
    order = ranking(score, seed=seed)
    values = measure(truth, order, plan.inspected_shares, once(truth))
    if not blocks:
        alone = [(name, float(value[0]), None, None) for name, value in values.items()]
        return pl.DataFrame(alone, schema=METRIC_SCHEMA, orient="row").with_columns(pl.col("value").fill_nan(None))
    drawn = [measure(truth, order, plan.inspected_shares, block) for block in blocks]
    rows = [
        (
            name,
            float(value[0]),
            *interval(np.concatenate([one[name] for one in drawn]), interval_share=plan.interval_share),
        )
        for name, value in values.items()
    ]
    if probable:
        rows.append(("calibration_error", *_calibration(truth, score, plan, blocks)))
    frame = pl.DataFrame(rows, schema=METRIC_SCHEMA, orient="row")
    return frame.with_columns(pl.col("value", "low", "high").fill_nan(None))


def _calibration(
    truth: Truth, score: Floats, plan: EvaluationPlan, blocks: Sequence[Floats]
) -> tuple[float, float, float]:
    value = calibration_error(score, truth.positive, truth.weight, n_bins=plan.n_bins)
    # the bins stay those of the whole; each draw weighs their rows anew
    inside = equal_bins(score, truth.weight, n_bins=plan.n_bins)[:, None] == np.arange(plan.n_bins)
    miss = (truth.weight * (score - truth.positive))[:, None] * inside
    drawn = [np.abs(block @ miss).sum(axis=1) / (block @ truth.weight) for block in blocks]
    return (value, *interval(np.concatenate(drawn), interval_share=plan.interval_share))
