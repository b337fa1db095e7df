"""How long goods travel, learned from pairs whose two sides agree: weights over the months before arrival."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from scipy.optimize import nnls

from features.mirror.lags import DEFAULT_TRANSIT_DAYS, transit_weights

LANE = ("exporter_iso3", "importer_iso3", "hs6")
FEWEST_ROWS = 60
YEARLY_RATIO = (0.8, 1.25)  # a lane is clean when its two sides' sums agree within a quarter


def learn_lag_weights(
    pairs: pl.LazyFrame, *, n_lags: int = 4, amount: str = "kg", prior: Sequence[float] | None = None
) -> tuple[float, ...]:
    """Learn which share of a month's exports arrives 0, 1, 2, ... months later, by non-negative least squares.

    `pairs`: monthly pairs as `known_at(pair_mirrors(...))` gives them; `amount` is `kg` or `usd`. Only lanes whose
    two sides sum to about the same (0.8 to 1.25) and months whose earlier months are all known are used; every lane is
    scaled to its own mean, so that no large lane decides alone. Weights are non-negative and sum to 1. `prior`
    (default: 25 days at sea) counts as 60 months beside what is learned, and stands alone below 60.
    Source: indicators.md 2.
    """
    before = tuple(prior) if prior is not None else transit_weights(DEFAULT_TRANSIT_DAYS, n_lags=n_lags)
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
        return before
    found, _ = nnls(rows.select(earlier).to_numpy(), rows["m"].to_numpy())
    total = float(found.sum())
    if total <= 0.0:
        return before
    share = rows.height / (rows.height + FEWEST_ROWS)
    return tuple(share * float(one) / total + (1.0 - share) * old for one, old in zip(found, before, strict=True))


def learn_lane_lags(pairs: pl.LazyFrame, lanes: pl.DataFrame) -> pl.DataFrame:
    """Learn lag weights for each kind of lane: `exporter_iso3 importer_iso3 lag_kind lag weight`, four rows a lane.

    `lanes`: `exporter_iso3 importer_iso3`, `lag_kind` (mode and distance) and `prior_days` from door to door; a kind's
    prior is the median of its lanes. `pairs` as known on the day of looking, so nothing later teaches.
    """
    known = pairs.filter(pl.col("freq") == "M").collect()
    parts = []
    for (kind,), own in lanes.partition_by("lag_kind", as_dict=True).items():
        mine = known.join(own, on=["exporter_iso3", "importer_iso3"], how="semi")
        days = own["prior_days"].median()
        prior = transit_weights(float(days) if isinstance(days, float) else DEFAULT_TRANSIT_DAYS)
        weights = learn_lag_weights(mine.lazy(), prior=prior)
        table = {"lag_kind": [kind] * len(weights), "lag": list(range(len(weights))), "weight": weights}
        steps = pl.DataFrame(table, schema={"lag_kind": pl.String, "lag": pl.Int32, "weight": pl.Float64})
        parts.append(own.select("exporter_iso3", "importer_iso3", "lag_kind").join(steps, on="lag_kind", how="left"))
    schema = {"exporter_iso3": pl.String, "importer_iso3": pl.String, "lag_kind": pl.String}
    return pl.concat(parts) if parts else pl.DataFrame(schema=schema | {"lag": pl.Int32, "weight": pl.Float64})
