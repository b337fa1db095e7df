"""Look-ups on the keys of generated declarations: what they tell of traders that they were not fitted on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np
import polars as pl

from pipelines.settings.simulate import SimulateSettings
from pipelines.simulate.draws import Floats
from pipelines.simulate.world import build_world

FOLDS = 5
PRIOR_ROWS = 20.0
IDENTIFIERS = ("declaration_id", "exporter_id", "declarant_id")
KEYS = (
    *("exporter_id", "declarant_id", "consignee_id", "office_id", "origin_iso3", "dispatch_iso3", "destination_iso3"),
    *("loading_port", "discharge_port", "transport_mode", "direction", "hs_code", "package_type", "container_type"),
    *("weekday", "mass"),
)


class Lookups:
    """Look-ups fitted on four fifths of the traders and read on the others."""

    def __init__(self, rows: pl.DataFrame) -> None:
        rows = rows.with_columns(
            pl.col("declared_on").dt.weekday().cast(pl.String).alias("weekday"),
            pl.col("net_kg").clip(0.1, None).log(2).round().cast(pl.String).alias("mass"),
        )
        self.label = rows["is_violation"].cast(pl.Float64).to_numpy()
        self.trader = rows.select(pl.coalesce("exporter_id", "declaration_id").rank("dense").cast(pl.Int64)).to_series()
        self.within_day = rows.select(pl.int_range(pl.len()).over(pl.col("declared_on"))).to_series().to_numpy()
        self.fold = (self.trader * 7919 % 104_729 % FOLDS).to_numpy()
        self.code = {
            name: rows[name].fill_null("?").rank("dense").cast(pl.Int64).to_numpy() - 1
            for name in (*KEYS, *IDENTIFIERS)
        }

    def odds(self, names: tuple[str, ...], label: Floats) -> Floats:
        """Log odds of a violation among other traders' rows with the same keys."""
        key = np.zeros(len(label), dtype=np.int64)
        for name in names:
            key = key * (int(self.code[name].max()) + 1) + self.code[name]
        _, at = np.unique(key, return_inverse=True)
        count, cell = int(at.max()) + 1, at * FOLDS + self.fold
        hits = np.bincount(at, label, count)[at] - np.bincount(cell, label, count * FOLDS)[cell]
        seen = np.bincount(at, minlength=count)[at] - np.bincount(cell, minlength=count * FOLDS)[cell]
        share = (hits + PRIOR_ROWS * label.mean()) / (seen + PRIOR_ROWS)
        return np.asarray(np.log(share / (1 - share)))

    def changed(self, rng: np.random.Generator) -> Floats:
        """Give whole traders the labels of traders of about the same size."""
        trader = self.trader.to_numpy()
        size = np.bincount(trader)
        near = size * np.exp(0.15 * rng.normal(size=len(size))) + 1e-3 * rng.random(len(size))
        before, after = (np.argsort(np.argsort(one, kind="stable"), kind="stable") for one in (size, near))
        changed = np.empty(len(trader))
        changed[np.argsort(after[trader], kind="stable")] = self.label[np.argsort(before[trader], kind="stable")]
        return changed


def area(label: Floats, score: Floats) -> float:
    """Area under the curve, ties counted half."""
    order = np.argsort(score, kind="stable")
    first = np.flatnonzero(np.r_[True, np.diff(score[order]) != 0])
    rank = first + (np.diff(np.r_[first, len(order)]) - 1) / 2
    positives = label.sum()
    hits = np.add.reduceat(label[order], first)
    return float(((hits * rank).sum() - positives * (positives - 1) / 2) / (positives * (len(label) - positives)))


def built(settings: SimulateSettings, seed: int, declarations: int = 40_000) -> Lookups:
    """Build a world with few background lanes, which no declaration shows, and lay out its keys and labels."""
    few = settings.statistics.model_copy(update={"lane_share": 0.004})
    quick = settings.model_copy(update={"statistics": few, "flows_history_months": 0})
    tables = build_world(quick, seed=seed, declarations=declarations, months=30)
    truth = tables["truth/declarations"].select("declaration_id", "is_violation")
    return Lookups(tables["declarations"].join(truth, on="declaration_id", how="left", maintain_order="left"))


def ranked(worlds: Sequence[Lookups], labels: Callable[[Lookups], Floats]) -> dict[tuple[str, ...], float]:
    """Rank every key and pair of keys by its area under the curve on the mean of the worlds."""
    with_labels = [(one, labels(one)) for one in worlds]
    return {
        keys: float(np.mean([area(label, one.odds(keys, label)) for one, label in with_labels]))
        for depth in (1, 2)
        for keys in combinations(KEYS, depth)
    }
