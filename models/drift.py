"""How far new evidence has moved from the evidence a model was trained on: population stability by column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from models.matrix import Floats

N_BINS = 10  # deciles, as usual for the index (Siddiqi 2006, Credit Risk Scorecards)
SMALLEST_SHARE = 1e-4  # an empty bin counts as one in ten thousand, so that the index stays finite


@dataclass(frozen=True, slots=True)
class Histogram:
    """Shares of the training rows: unknown first, then each bin between `edges` (a value belongs above its edge)."""

    edges: tuple[float, ...]
    shares: tuple[float, ...]
    usual: float = 0.0
    """Index between the earlier and the later part of the training: what the column moves by itself."""

    def shares_of(self, values: Floats) -> Floats:
        """Shares of `values` in the same bins."""
        known = values[~np.isnan(values)]
        bins = np.searchsorted(np.asarray(self.edges), known, side="right")
        counts = np.bincount(bins, minlength=len(self.edges) + 1).astype(float)
        return np.concatenate([[len(values) - len(known)], counts]) / max(len(values), 1)

    def stability(self, values: Floats) -> float:
        """Population stability index: sum of (new - old) ln(new / old); 0 is unchanged, NaN without rows."""
        if not len(values):
            return float("nan")
        new = np.maximum(self.shares_of(values), SMALLEST_SHARE)
        old = np.maximum(np.asarray(self.shares), SMALLEST_SHARE)
        return float(((new - old) * np.log(new / old)).sum())


def histogram_of(values: Floats, before: Floats | None = None) -> Histogram:
    """Bins at the deciles of `values`; fewer where many values are equal, so that a heap gets a bin of its own.

    `before` are earlier values of the same column: how far it had moved from them to `values` is its usual movement.
    """
    known = values[~np.isnan(values)]
    inner = np.quantile(known, np.linspace(0, 1, N_BINS + 1)[1:], method="higher") if len(known) else np.empty(0)
    lowest = known.min() if len(known) else 0.0
    edges = tuple(float(edge) for edge in np.unique(inner) if edge > lowest)
    empty = Histogram(edges, ())
    found = Histogram(edges, tuple(empty.shares_of(values).tolist()))
    return found if before is None or not len(before) else replace(found, usual=found.stability(before))


def drift_table(histograms: Mapping[str, Histogram], columns: Mapping[str, Floats]) -> pl.DataFrame:
    """One row per column, most moved first: name, stability, usual, null_share_then, null_share_now, n.

    `usual` is what the column moved by itself in training.
    """
    rows = [
        {
            "name": name,
            "stability": old.stability(columns[name]),
            "usual": old.usual,
            "null_share_then": old.shares[0],
            "null_share_now": float(np.isnan(columns[name]).mean()) if len(columns[name]) else None,
            "n": len(columns[name]),
        }
        for name, old in histograms.items()
        if name in columns
    ]
    schema = {
        "name": pl.String,
        "stability": pl.Float64,
        "usual": pl.Float64,
        "null_share_then": pl.Float64,
        "null_share_now": pl.Float64,
        "n": pl.Int64,
    }
    frame = pl.DataFrame(rows, schema=schema).with_columns(pl.col("stability").fill_nan(None))
    return frame.sort(["stability", "name"], descending=[True, False], nulls_last=True)


def to_plain(histograms: Mapping[str, Histogram]) -> dict[str, Any]:
    """Plain form for JSON."""
    return {
        name: {"edges": list(one.edges), "shares": list(one.shares), "usual": one.usual}
        for name, one in histograms.items()
    }


def from_plain(plain: Mapping[str, Any]) -> dict[str, Histogram]:
    """Read the plain form back."""
    return {
        name: Histogram(tuple(one["edges"]), tuple(one["shares"]), float(one["usual"])) for name, one in plain.items()
    }
