"""How long goods travel, learned from pairs whose two sides agree: weights over the months before arrival."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from scipy.optimize import nnls

from features.mirror.lags import DEFAULT_TRANSIT_DAYS, transit_weights

LANE = ("exporter_iso3", "importer_iso3", "hs6")
FEWEST_ROWS = 60
YEARLY_RATIO = (0.8, 1.25)  # a lane is clean when its two sides' sums agree within a quarter


def learn_lag_weights(pairs: pl.LazyFrame, *, n_lags: int = 4, amount: str = "kg") -> tuple[float, ...]:
    """Learn which share of a month's exports arrives 0, 1, 2, ... months later, by non-negative least squares.

    `pairs`: monthly pairs as `known_at(pair_mirrors(...))` gives them; `amount` is `kg` or `usd`. Only lanes whose
    two sides sum to about the same (0.8 to 1.25) and months whose earlier months are all known are used; every lane is
    scaled to its own mean, so that no large lane decides alone. Weights are non-negative and sum to 1. Fewer than 60
    usable months: the weights of 25 days at sea. Source: indicators.md 2.
    """
    table = (
        pairs.filter(pl.col("freq") == "M", pl.col("is_x_reported"), pl.col("is_m_reported"))
        .select(*LANE, "period", pl.col(f"x_{amount}").alias("x"), pl.col(f"m_{amount}").alias("m"))
        .sort(*LANE, "period")
    )
    total_x, total_m = pl.col("x").sum().over(LANE), pl.col("m").sum().over(LANE)
    clean = table.filter(total_x > 0, (total_m / total_x).is_between(*YEARLY_RATIO)).with_columns(
        pl.col("x", "m").fill_null(0.0) / (total_x / pl.len().over(LANE))
    )
    earlier = [f"x{lag}" for lag in range(n_lags)]
    wide = clean
    for lag, name in enumerate(earlier):
        moved = clean.select(*LANE, pl.col("period").dt.offset_by(f"{lag}mo"), pl.col("x").alias(name))
        wide = wide.join(moved, on=[*LANE, "period"], how="left")
    rows = wide.drop_nulls(earlier).sort(*LANE, "period").select(*earlier, "m").collect()
    if rows.height < FEWEST_ROWS:
        return transit_weights(DEFAULT_TRANSIT_DAYS, n_lags=n_lags)
    found, _ = nnls(rows.select(earlier).to_numpy(), rows["m"].to_numpy())
    return _normed(found.tolist(), n_lags)


def _normed(found: Sequence[float], n_lags: int) -> tuple[float, ...]:
    total = float(np.sum(found))
    if total <= 0.0:
        return transit_weights(DEFAULT_TRANSIT_DAYS, n_lags=n_lags)
    return tuple(float(one) / total for one in found)
