"""How far a country's figures usually are from its partners', shrunk where there is little to judge by."""

from __future__ import annotations

import math

import polars as pl

ORDINARY_SPREAD_LN = math.log(1.89 / 0.94) / 1.349
"""Spread of ln(M/X) between honest reporters: quartiles 0.94 and 1.89 of nickel ore in UN data (indicators.md 4),
over 1.349, the distance between the quartiles of a standard normal."""
MEAN_ABSOLUTE = math.sqrt(2.0 / math.pi)
"""Mean of |z| of a standard normal: turns mean absolute gaps into spreads and back."""
PRIOR_LANES = 20.0
"""Lanes' worth of belief in the ordinary spread: a country with 20 lanes is judged half by its own."""
LARGEST_GAP_LN = 3.0 * ORDINARY_SPREAD_LN
"""A gap counts towards reliability up to three ordinary spreads, so that the case looked for does not excuse itself."""


def reporter_spread(
    gaps: pl.LazyFrame,
    *,
    gap: str = "gap",
    by: tuple[str, ...] = (),
    ordinary_spread: float = ORDINARY_SPREAD_LN,
    prior_lanes: float = PRIOR_LANES,
) -> pl.LazyFrame:
    """How noisy a country's trade figures are beside its partners', as exporter and importer together.

    One row per `by` (such as `as_of`) and `country_iso3`: `n_lanes` and `spread_ln` (natural logs, above 0), the mean
    absolute gap turned into a spread and shrunk to `ordinary_spread` with the weight of `prior_lanes` lanes. Null gaps
    are left out. Source: indicators.md 4.
    """
    size = pl.col(gap).abs().clip(upper_bound=LARGEST_GAP_LN).alias("size")
    sides = [
        gaps.filter(pl.col(gap).is_not_null()).select(*by, pl.col(side).alias("country_iso3"), size)
        for side in ("exporter_iso3", "importer_iso3")
    ]
    prior = ordinary_spread * MEAN_ABSOLUTE
    n, total = pl.len(), pl.col("size").sum()
    return (
        pl.concat(sides)
        .group_by(*by, "country_iso3")
        .agg(
            n.cast(pl.Int64).alias("n_lanes"),
            ((total + prior_lanes * prior) / (n + prior_lanes) * (1.0 / MEAN_ABSOLUTE)).alias("spread_ln"),
        )
    )


def lane_spread(
    exporter_spread: pl.Expr, importer_spread: pl.Expr, *, ordinary_spread: float = ORDINARY_SPREAD_LN
) -> pl.Expr:
    """Ordinary spread of a lane's gap from those of its two countries: root of the mean of their squares.

    An unknown country counts as ordinary, so the result is never null. Source: indicators.md 4.
    """
    mine, theirs = exporter_spread.fill_null(ordinary_spread), importer_spread.fill_null(ordinary_spread)
    return ((mine * mine + theirs * theirs) / 2.0).sqrt()
