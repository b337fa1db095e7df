"""What a ranking finds: precision, recall, mass and value by share inspected; average precision, AUC; bootstrap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.matrix import Floats

CELLS = 4_000_000  # draws are taken in blocks of at most so many numbers (32 MB each)


@dataclass(frozen=True, slots=True)
class Truth:
    """Inspected rows to measure a ranking on, sorted by declaration_id."""

    positive: NDArray[np.bool_]
    weight: Floats
    """Inverse probability of selection: how many declarations a row stands for."""
    kg: Floats
    """Mass found, 0 where unknown or clean."""
    usd: Floats
    cluster: NDArray[np.int64]
    """Trader of each row; traders, not rows, are drawn again."""

    def rows(self, chosen: NDArray[np.bool_]) -> Truth:
        """The chosen rows."""
        return Truth(
            self.positive[chosen], self.weight[chosen], self.kg[chosen], self.usd[chosen], self.cluster[chosen]
        )


def cluster_codes(parties: pl.Series) -> NDArray[np.int64]:
    """Number each trader; a row without a known trader is a cluster of its own."""
    named = parties.cast(pl.String)
    alone = pl.Series([f"\x00{i}" for i in range(named.len())])
    keyed = named.is_null().to_frame("none").select(pl.when(pl.col("none")).then(alone).otherwise(named)).to_series()
    return (keyed.rank("dense") - 1).cast(pl.Int64).to_numpy()


def ranking(score: Floats, *, seed: int) -> NDArray[np.int64]:
    """Row numbers from the highest score to the lowest; equal scores in a random order fixed by `seed`.

    NaN ranks last. A rule that gives everyone the same score so becomes what it is: a random choice.
    """
    shuffled = np.random.default_rng(seed).permutation(len(score))
    filled = np.where(np.isnan(score), -np.inf, score)
    order: NDArray[np.int64] = shuffled[np.argsort(-filled[shuffled], kind="stable")]
    return order


def measure(truth: Truth, order: NDArray[np.int64], shares: Sequence[float], multiplicity: Floats) -> dict[str, Floats]:
    """Metrics of one ranking for each draw (row) of `multiplicity`, how often each declaration was drawn.

    `precision_at_X`: share of violations among the first X of the (weighted) declarations; `recall_at_X`, `mass_at_X`
    and `value_at_X`: share of all violations, of their mass, of their value found there; `average_precision`, `auc`,
    `prevalence`. NaN where there is nothing to find.
    """
    weight = multiplicity[:, order] * truth.weight[order]
    hit = weight * truth.positive[order]
    seen, found = np.cumsum(weight, axis=1), np.cumsum(hit, axis=1)
    total, positives = seen[:, -1], found[:, -1]
    with np.errstate(divide="ignore", invalid="ignore"):
        metrics = {
            "prevalence": positives / total,
            "average_precision": (hit * np.where(seen > 0, found / seen, 0.0)).sum(axis=1) / positives,
            "auc": _auc(weight, hit, seen, found),
        }
        goods = {"mass": np.cumsum(hit * truth.kg[order], axis=1), "value": np.cumsum(hit * truth.usd[order], axis=1)}
        for share in shares:
            name = _percent(share)
            cut = total * share
            metrics[f"precision_at_{name}"] = _until(seen, found, cut) / cut
            metrics[f"recall_at_{name}"] = _until(seen, found, cut) / positives
            for good, running in goods.items():
                metrics[f"{good}_at_{name}"] = _until(seen, running, cut) / running[:, -1]
    return metrics


def draws(truth: Truth, *, n_draws: int, seed: int) -> Iterator[Floats]:
    """Blocks of bootstrap draws: how often each row counts when traders are drawn with replacement."""
    clusters, code = np.unique(truth.cluster, return_inverse=True)
    generator = np.random.default_rng(seed)
    step = max(1, CELLS // max(len(code), 1))
    for start in range(0, n_draws, step):
        size = min(step, n_draws - start)
        counts = generator.multinomial(len(clusters), np.full(len(clusters), 1 / len(clusters)), size=size)
        yield counts[:, code].astype(float)


def once(truth: Truth) -> Floats:
    """The draw that counts every row once: the estimate itself."""
    return np.ones((1, len(truth.positive)))


def interval(values: Floats, *, interval_share: float) -> tuple[float, float]:
    """Middle `interval_share` of the draws; NaN where none has a value."""
    known = values[np.isfinite(values)]
    if not len(known):
        return float("nan"), float("nan")
    tail = (1 - interval_share) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return float(low), float(high)


def _until(seen: Floats, found: Floats, cut: Floats) -> Floats:
    """Amount found when `cut` weight has been inspected; the row that straddles the cut counts in part."""
    last = np.minimum((seen < cut[:, None]).sum(axis=1), seen.shape[1] - 1)
    draw = np.arange(len(cut))
    before = last - 1
    seen_before = np.where(before >= 0, seen[draw, before], 0.0)
    found_before = np.where(before >= 0, found[draw, before], 0.0)
    width = seen[draw, last] - seen_before
    part = np.divide(cut - seen_before, width, out=np.zeros_like(width), where=width > 0)
    result: Floats = found_before + part * (found[draw, last] - found_before)
    return result


def _auc(weight: Floats, hit: Floats, seen: Floats, found: Floats) -> Floats:
    """Chance that a violation ranks above a clean declaration."""
    clean_before = (seen - found) - (weight - hit)
    positives, clean = found[:, -1], (seen - found)[:, -1]
    result: Floats = 1.0 - (hit * clean_before).sum(axis=1) / (positives * clean)
    return result


def _percent(share: float) -> str:
    return f"{share * 100:g}pct".replace(".", "_")
