"""Conformal p-values: how often ordinary trade of the same mineral and mode looks at least this odd."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from models.matrix import Floats

POOL = "*"
"""Name of the group of all calibration rows."""
EXACT_RANKS = 1000  # the most extreme ranks are kept one by one: p is exact below 1,000 / n
THINNED_RANKS = 1000  # the ordinary rest is thinned to so many, read conservatively


@dataclass(frozen=True, slots=True)
class Ladder:
    """Calibration scores of one group: kept ranks (1 is the oddest) and the score at each, descending."""

    n: int
    ranks: tuple[int, ...]
    scores: tuple[float, ...]

    def p_values(self, scores: Floats) -> Floats:
        """`(1 + #{calibration score >= s}) / (n + 1)`; between kept ranks the larger count, so never too small."""
        ascending = np.asarray(self.scores[::-1])
        # the kept score just below s has rank r, so at most r - 1 calibration scores are at least s
        n_below = np.searchsorted(ascending, scores, side="left")
        ranks = np.asarray((*self.ranks, self.n + 1))  # nothing kept below: all n are at least s
        at_least = ranks[len(self.ranks) - n_below] - 1
        return (1.0 + at_least) / (self.n + 1.0)


@dataclass(frozen=True)
class ConformalTable:
    """One ladder per group of mineral and transport mode, and one for the whole pool."""

    ladders: Mapping[str, Ladder]

    @property
    def n_rows(self) -> int:
        """Calibration rows in all."""
        return self.ladders[POOL].n if POOL in self.ladders else 0

    def p_values(self, scores: Floats, groups: pl.Series) -> Floats:
        """p-value of each score in its group, or in the pool where the group was too thin; NaN without calibration."""
        if POOL not in self.ladders:
            return np.full(len(scores), np.nan)
        result = np.empty(len(scores))
        names = sorted(self.ladders)
        pool = names.index(POOL)
        used = groups.replace_strict(names, range(len(names)), default=pool, return_dtype=pl.Int32).to_numpy()
        for number, name in enumerate(names):
            rows = used == number
            result[rows] = self.ladders[name].p_values(scores[rows])
        return result

    def to_dict(self) -> dict[str, Any]:
        """Plain form for JSON."""
        return {k: {"n": v.n, "ranks": list(v.ranks), "scores": list(v.scores)} for k, v in self.ladders.items()}

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> ConformalTable:
        """Read the plain form back."""
        return cls({k: Ladder(v["n"], tuple(v["ranks"]), tuple(v["scores"])) for k, v in plain.items()})


def group_names(frame: pl.DataFrame) -> pl.Series:
    """Group of each row: `mineral|transport_mode`, with `none` and `unknown` where they are null or absent."""

    def text(name: str, unknown: str) -> pl.Expr:
        if name not in frame.columns:
            return pl.lit(unknown)
        return pl.col(name).cast(pl.String).fill_null(unknown)

    names = pl.concat_str(text("mineral", "none"), text("transport_mode", "unknown"), separator="|")
    return frame.with_columns(names.alias("conformal_group"))["conformal_group"]


def fit_conformal(scores: Floats, groups: pl.Series, *, min_group_rows: int) -> ConformalTable:
    """Keep the calibration scores of each group with at least `min_group_rows` rows, and of all together.

    The rows should be ordinary trade: leave out what inspections found to be a violation. The p-value is valid
    (uniform or larger) for a new row that is exchangeable with the group's.
    """
    if not len(scores):
        return ConformalTable({})
    ladders = {POOL: _ladder(scores)}
    for name in groups.unique().sort():
        inside = scores[(groups == name).to_numpy()]
        if len(inside) >= min_group_rows:
            ladders[name] = _ladder(inside)
    return ConformalTable(ladders)


def _ladder(scores: Floats) -> Ladder:
    descending = np.sort(scores)[::-1]
    n = len(descending)
    rest = np.linspace(min(EXACT_RANKS, n), n, THINNED_RANKS).round().astype(int)
    ranks = np.unique(np.concatenate([np.arange(1, min(EXACT_RANKS, n) + 1), rest]))
    return Ladder(n=n, ranks=tuple(ranks.tolist()), scores=tuple(descending[ranks - 1].tolist()))
