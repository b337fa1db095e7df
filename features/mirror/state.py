"""What both sides' figures said about each lane and code over twelve months, as public before the first of a month."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import polars as pl

from features.lookback import settle
from features.mirror.gap import mirror_gap
from features.mirror.margin import Margin, fob_value, ln_margin
from features.mirror.pairs import pair_mirrors
from features.mirror.reliability import lane_spread, reporter_spread

LANE = ("hs6", "exporter_iso3", "importer_iso3")
WINDOW_MONTHS = 12
FLOOR_USD = 10_000.0  # a small box of a minor metal: below this in a year a lane is not worth a gap
FLOOR_KG = 1_000.0  # of ore and oxide; beside 10,000 USD it is 10 USD/kg
ORDINARY_Z = 2.0  # 95 % of nickel-ore lanes above 10,000 USD lie below ln 1.6 in value and mass at once: z = 3.1
HARDLY_EXPLAINED_Z = 9.0  # 99 % of them below ln 4.7: z = 9.0


def month_number(day: pl.Expr) -> pl.Expr:
    """Months since year 0, to count with."""
    return day.dt.year().cast(pl.Int32) * 12 + day.dt.month().cast(pl.Int32) - 1


def first_of_month(number: pl.Expr) -> pl.Expr:
    """First day of the month that `month_number` counted."""
    return pl.date(number // 12, number % 12 + 1, 1)


def lane_state(
    flows: pl.LazyFrame,
    *,
    months: Iterable[date],
    margin: Margin | None = None,
    distances: pl.LazyFrame | None = None,
    window_months: int = WINDOW_MONTHS,
) -> pl.LazyFrame:
    """State of every lane at the start of each of `months`, from contract Flows; see `lane_state_of_pairs`."""
    return lane_state_of_pairs(
        pair_mirrors(flows), months=months, margin=margin, distances=distances, window_months=window_months
    )


def lane_state_of_pairs(
    pairs: pl.LazyFrame,
    *,
    months: Iterable[date],
    margin: Margin | None = None,
    distances: pl.LazyFrame | None = None,
    window_months: int = WINDOW_MONTHS,
    floor_usd: float = FLOOR_USD,
    floor_kg: float = FLOOR_KG,
    ordinary_z: float = ORDINARY_Z,
    hardly_explained_z: float = HARDLY_EXPLAINED_Z,
) -> pl.LazyFrame:
    """Over the last year more arrived, or less, than was declared on leaving: per lane, code and month of looking.

    `pairs` as `pair_mirrors` makes them; only monthly figures public before the first day of `as_of` and periods of
    the `window_months` before it are read. A month counts where both sides reported the commodity by then, on like
    bases; a side that shows no figure then shows zero.
    Columns: `hs6 exporter_iso3 importer_iso3 as_of`, `lane_x_usd lane_m_usd` (FOB) `lane_x_kg lane_m_kg` (months in
    which both masses are known), `lane_gap_value lane_gap_mass` (ln, above 0: more arrived), `lane_z`, `lane_gap` and
    `lane_lost` (strengths in [0, 1] of more and of less having arrived, value and mass agreeing where both are known),
    `lane_orphan_share lane_lost_share`, `lane_n_months`, `lane_last_month`. No row: nothing was reported by both.
    `distances`: `exporter_iso3 importer_iso3 distance_km`, optional, for the margin. Source: indicators.md 1 to 5.
    """
    rows = _window_rows(pairs, sorted(set(months)), window_months)
    if distances is not None:
        lane = ["exporter_iso3", "importer_iso3"]
        rows = rows.join(distances.select(*lane, "distance_km").unique(lane), on=lane, how="left")
    margin_ln = ln_margin(margin or Margin(), pl.col("distance_km") if distances is not None else None)
    value = mirror_gap(pl.col("x"), pl.col("m"), floor=floor_usd)
    mass = mirror_gap(pl.col("x_kg"), pl.col("m_kg"), floor=floor_kg)
    sums = _sums_by_look(rows, margin_ln, [_number(one) for one in sorted(set(months))])
    gaps = settle(sums.with_columns(value.alias("lane_gap_value"), mass.alias("lane_gap_mass")))
    more, less = _in_spreads()
    reach = hardly_explained_z - ordinary_z
    return _with_spreads(gaps).select(
        *LANE,
        first_of_month(pl.col("look")).alias("as_of"),
        pl.col("x").alias("lane_x_usd"),
        pl.col("m").alias("lane_m_usd"),
        pl.col("x_kg").alias("lane_x_kg"),
        pl.col("m_kg").alias("lane_m_kg"),
        "lane_gap_value",
        "lane_gap_mass",
        (more + less).alias("lane_z"),
        ((more - ordinary_z) * (1.0 / reach)).clip(0.0, 1.0).alias("lane_gap"),
        ((-less - ordinary_z) * (1.0 / reach)).clip(0.0, 1.0).alias("lane_lost"),
        pl.when(pl.col("m") > 0).then(pl.col("orphan") / pl.col("m")).alias("lane_orphan_share"),
        pl.when(pl.col("x") > 0).then(pl.col("lost") / pl.col("x")).alias("lane_lost_share"),
        "lane_n_months",
        first_of_month(pl.col("last")).alias("lane_last_month"),
    )


def _sums_by_look(rows: pl.LazyFrame, margin_ln: pl.Expr, looks: list[int]) -> pl.LazyFrame:
    """Sum each lane's months as they stood at each look; rounded, so that the order of addition decides nothing."""
    x, m = pl.col("x_usd").fill_null(0.0), fob_value(pl.col("m_usd"), pl.col("m_valuation"), margin_ln).fill_null(0.0)
    x_kg = pl.when(pl.col("x_usd").is_null()).then(0.0).otherwise(pl.col("x_kg"))
    m_kg = pl.when(pl.col("m_usd").is_null()).then(0.0).otherwise(pl.col("m_kg"))
    both = x_kg.is_not_null() & m_kg.is_not_null()
    at_look = rows.select(
        *LANE,
        "month",
        x.alias("x"),
        m.alias("m"),
        pl.when(pl.col("x_usd").is_null()).then(m).otherwise(0.0).alias("orphan"),
        pl.when(pl.col("m_usd").is_null()).then(x).otherwise(0.0).alias("lost"),
        pl.when(both).then(x_kg).alias("x_kg"),
        pl.when(both).then(m_kg).alias("m_kg"),
        pl.int_ranges("first_look", pl.col("last_look") + 1, dtype=pl.Int32).alias("look"),
    ).explode("look", empty_as_null=False)
    return (
        at_look.filter(pl.col("look").is_in(pl.Series(looks, dtype=pl.Int32).implode()))
        .group_by(*LANE, "look")
        .agg(
            pl.col("x", "m", "orphan", "lost").sum().round(2),
            *(pl.when(pl.col(kg).count() > 0).then(pl.col(kg).sum().round(3)).alias(kg) for kg in ("x_kg", "m_kg")),
            pl.len().cast(pl.Int64).alias("lane_n_months"),
            pl.col("month").max().alias("last"),
        )
    )


def _with_spreads(gaps: pl.LazyFrame) -> pl.LazyFrame:
    """Add how far the two sides' figures usually lie apart where each of the two countries reports."""
    spreads = reporter_spread(gaps, gap="lane_gap_value", by=("look",)).drop("n_lanes")
    for side in ("exporter", "importer"):
        of_side = spreads.rename({"country_iso3": f"{side}_iso3", "spread_ln": f"{side}_spread"})
        gaps = gaps.join(of_side, on=["look", f"{side}_iso3"], how="left")
    return gaps


def _in_spreads() -> tuple[pl.Expr, pl.Expr]:
    """Gap in usual spreads, above and below 0, as far as value and mass agree on it."""
    spread = lane_spread(pl.col("exporter_spread"), pl.col("importer_spread"))
    more = pl.min_horizontal("lane_gap_value", "lane_gap_mass").clip(lower_bound=0.0)
    less = pl.max_horizontal("lane_gap_value", "lane_gap_mass").clip(upper_bound=0.0)
    return (more / spread).round(9), (less / spread).round(9)


def _window_rows(pairs: pl.LazyFrame, months: list[date], window_months: int) -> pl.LazyFrame:
    """Keep usable monthly pairs, with the first and last `as_of` (month numbers) at which each is in the window."""
    month = month_number(pl.col("period"))
    after_known = month_number(pl.col("known_from")) + 1  # public before the first day of the next month
    until = month_number(pl.col("known_to"))  # the last first-of-month before a later figure was public
    rows = pairs.filter(
        pl.col("freq") == "M", pl.col("is_x_reported"), pl.col("is_m_reported"), pl.col("is_like_basis")
    )
    first = pl.max_horizontal(month + 1, after_known, pl.lit(_number(months[0]) if months else 0, dtype=pl.Int32))
    last = pl.min_horizontal(
        month + window_months, until, pl.lit(_number(months[-1]) if months else -1, dtype=pl.Int32)
    )
    return rows.with_columns(month.alias("month"), first.alias("first_look"), last.alias("last_look")).filter(
        pl.col("first_look") <= pl.col("last_look")
    )


def _number(day: date) -> int:
    return day.year * 12 + day.month - 1
