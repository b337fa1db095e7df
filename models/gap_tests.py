"""Judging mirror gaps: each period against the gaps of earlier periods, with one false-discovery rate."""

from __future__ import annotations

import numpy as np
import polars as pl

from models.discovery import Method, placebo_p_values, q_values

FEWEST_EARLIER = 100  # gaps of earlier periods that make a fair comparison


def judge_gaps(
    gaps: pl.DataFrame, *, score: str = "gap_z", period: str = "period", method: Method = "benjamini_yekutieli"
) -> pl.DataFrame:
    """Give each gap the share of earlier gaps that were at least as far up, and its q-value over all that were judged.

    Ordinary mirror noise is wide and heavy-tailed, so it is the yardstick itself: no gap is odd because it is large,
    only because earlier ones were not. Adds `p_value` and `q_value`; null in the first periods, until 100 earlier gaps
    are known, and where the score is. Later periods change no p-value of an earlier one. Source: indicators.md 4, 37.
    """
    ordered = gaps.sort(pl.all().exclude(pl.List, pl.Struct))
    when, values = ordered[period].to_numpy(), ordered[score].cast(pl.Float64).to_numpy()
    p = np.full(values.shape, np.nan)
    for now in np.unique(when):
        earlier = values[(when < now) & ~np.isnan(values)]
        if earlier.size >= FEWEST_EARLIER:
            p[when == now] = placebo_p_values(values[when == now], earlier)
    return ordered.with_columns(
        pl.Series("p_value", p, nan_to_null=True), pl.Series("q_value", q_values(p, method=method), nan_to_null=True)
    )
