"""The gap of each pair of figures by itself, monthly or annual, beside its ordinary spread."""

from __future__ import annotations

import polars as pl

from features.lookback import settle
from features.mirror.gap import mirror_gap, symmetric_gap
from features.mirror.margin import Margin, fob_value, ln_margin
from features.mirror.reliability import lane_spread, reporter_spread

FLOOR_USD = 10_000.0  # as in the lane state
FLOOR_KG = 1_000.0


def pair_gaps(
    pairs: pl.LazyFrame,
    *,
    margin: Margin | None = None,
    floor_usd: float = FLOOR_USD,
    floor_kg: float = FLOOR_KG,
    exported: tuple[str, str] = ("x_usd", "x_kg"),
) -> pl.LazyFrame:
    """Tell how far the two sides of each lane and period are apart, where both reported the commodity on like bases.

    `pairs` from `pair_mirrors`, best cut by `known_at` to one row per lane and period. Adds `m_fob_usd`, `gap_value`,
    `gap_mass` (ln, above 0: more arrived), `gap_symmetric` (value, in [−1, 1]) and `gap_z`: of value and mass the gap
    nearer to zero (0 where they disagree in sign), in the ordinary spreads of its two reporters. A side without a
    figure shows zero; unknown masses leave the mass gap null. `exported`: columns of value and mass to set against
    imports, such as those that `lagged_pairs` adds. Source: indicators.md 3, 4.
    """
    fit = ln_margin(margin or Margin())
    usd, kg = exported
    x, m = pl.col(usd).fill_null(0.0), fob_value(pl.col("m_usd"), pl.col("m_valuation"), fit).fill_null(0.0)
    x_kg = pl.when(pl.col(usd).is_null()).then(0.0).otherwise(pl.col(kg))
    m_kg = pl.when(pl.col("m_usd").is_null()).then(0.0).otherwise(pl.col("m_kg"))
    both = pairs.filter(pl.col("is_x_reported"), pl.col("is_m_reported"), pl.col("is_like_basis"))
    gaps = settle(
        both.with_columns(
            m.alias("m_fob_usd"),
            mirror_gap(x, m, floor=floor_usd).alias("gap_value"),
            mirror_gap(x_kg, m_kg, floor=floor_kg).alias("gap_mass"),
            symmetric_gap(x, m).alias("gap_symmetric"),
        )
    )
    spreads = reporter_spread(gaps, gap="gap_value").drop("n_lanes")
    for side in ("exporter", "importer"):
        of_side = spreads.rename({"country_iso3": f"{side}_iso3", "spread_ln": f"{side}_spread"})
        gaps = gaps.join(of_side, on=f"{side}_iso3", how="left")
    more = pl.min_horizontal("gap_value", "gap_mass").clip(lower_bound=0.0)
    less = pl.max_horizontal("gap_value", "gap_mass").clip(upper_bound=0.0)
    spread = lane_spread(pl.col("exporter_spread"), pl.col("importer_spread"))
    return gaps.with_columns(((more + less) / spread).alias("gap_z")).drop("exporter_spread", "importer_spread")
