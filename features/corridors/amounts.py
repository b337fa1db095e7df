"""How much moved on each lane each month, by the better of the two sides' figures, as known at each time of looking."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

MASS_KNOWN_SHARE = 0.5  # a good is counted in kg when masses stand beside at least half of its value
LOOK_BACK_MONTHS = 63  # months before a look that fit a 64-bit mark of what was reported


def month_number(day: pl.Expr) -> pl.Expr:
    """Months since year 0, to count with."""
    return day.dt.year().cast(pl.Int32) * 12 + day.dt.month().cast(pl.Int32) - 1


def _at_looks(rows: pl.LazyFrame, first: pl.Expr, last: pl.Expr, looks: Sequence[int]) -> pl.LazyFrame:
    lowest, highest = pl.lit(min(looks), dtype=pl.Int32), pl.lit(max(looks), dtype=pl.Int32)
    wanted = pl.Series("look", sorted(set(looks)), dtype=pl.Int32).implode()
    start, stop = pl.max_horizontal(first, lowest), pl.min_horizontal(last, highest)
    ranges = pl.int_ranges(start, pl.max_horizontal(stop + 1, start), dtype=pl.Int32).alias("look")
    return (
        rows.with_columns(start.alias("first_look"), stop.alias("last_look"))
        .filter(pl.col("first_look") <= pl.col("last_look"))
        .with_columns(ranges)
        .explode("look", empty_as_null=False)
        .filter(pl.col("look").is_in(wanted))
        .drop("first_look", "last_look")
    )


def lane_amounts(pairs: pl.LazyFrame, codes: pl.LazyFrame, *, looks: Sequence[int], cif_ratio: float) -> pl.LazyFrame:
    """Measure what moved from country to country each month, as known before the first day of each look.

    `pairs`: columns of the mirror room's `pair_mirrors`; `codes`: `mineral`, `hs6`; `looks`: months of looking as month
    numbers; `cif_ratio`: CIF over FOB, taken off imports. The importer's figure is read where there is one, else the
    exporter's; sides are never added. Columns: `mineral look exporter_iso3 importer_iso3 month`, `usd` (FOB),
    `amount` (kg where `is_mass`, else USD; a missing mass is filled at the good's usual USD/kg), `priced_kg` and
    `priced_usd` (measured masses and their value, for unit values), `importer_usd` (part read from the importer).
    Only monthly figures.
    """
    has_m = pl.col("m_usd").is_not_null()
    fob = pl.when(pl.col("m_valuation").is_in(["FOB", "customs"])).then("m_usd").otherwise(pl.col("m_usd") / cif_ratio)
    measured = pl.when(has_m).then("m_measured_kg").otherwise("x_measured_kg")
    rows = (
        pairs.filter(pl.col("freq") == "M", has_m | pl.col("x_usd").is_not_null())
        .join(codes, on="hs6", how="left")
        .filter(pl.col("mineral").is_not_null())
        .select(
            "mineral",
            "exporter_iso3",
            "importer_iso3",
            month_number(pl.col("period")).alias("month"),
            month_number(pl.col("known_from")).alias("known_month"),
            month_number(pl.col("known_to")).alias("until_month"),
            pl.when(has_m).then(fob).otherwise("x_usd").alias("usd"),
            pl.when(has_m).then("m_kg").otherwise("x_kg").alias("kg"),
            measured.alias("priced_kg"),
            has_m.alias("is_importers"),
        )
    )
    until = pl.min_horizontal(pl.col("month") + LOOK_BACK_MONTHS, pl.col("until_month"))
    seen = _at_looks(rows, pl.col("known_month") + 1, until, looks)
    weighed = pl.col("kg").is_not_null()
    lanes = seen.group_by("mineral", "look", "exporter_iso3", "importer_iso3", "month").agg(
        pl.col("usd").sum(),
        pl.col("kg").sum(),
        pl.col("usd").filter(weighed).sum().alias("weighed_usd"),
        pl.col("priced_kg").sum(),
        pl.col("usd").filter(pl.col("priced_kg").is_not_null()).sum().alias("priced_usd"),
        pl.col("usd").filter("is_importers").sum().alias("importer_usd"),
    )
    goods = lanes.group_by("mineral", "look").agg(
        pl.col("usd").sum().alias("all_usd"),
        pl.col("weighed_usd").sum().alias("all_weighed"),
        pl.col("kg").sum().alias("all_kg"),
    )
    is_mass = (pl.col("all_weighed") >= MASS_KNOWN_SHARE * pl.col("all_usd")) & (pl.col("all_kg") > 0)
    kg_per_usd = pl.col("all_kg") / pl.col("all_weighed")
    filled = pl.col("kg") + (pl.col("usd") - pl.col("weighed_usd")) * kg_per_usd
    return (
        lanes.join(goods, on=["mineral", "look"], how="left")
        .with_columns(is_mass.alias("is_mass"))
        .with_columns(pl.when("is_mass").then(filled).otherwise("usd").alias("amount"))
        .drop("all_usd", "all_weighed", "all_kg", "kg", "weighed_usd")
    )


def known_spans(
    pairs: pl.LazyFrame, codes: pl.LazyFrame, *, looks: Sequence[int]
) -> dict[tuple[str, int], tuple[int, int]]:
    """Say which months of each good were public by each look: first and last month number by mineral and look."""
    rows = (
        pairs.filter(pl.col("freq") == "M")
        .join(codes, on="hs6", how="left")
        .filter(pl.col("mineral").is_not_null())
        .group_by("mineral", month_number(pl.col("known_from")).alias("known_month"))
        .agg(
            month_number(pl.col("period")).min().alias("first"),
            month_number(pl.col("period")).max().alias("last"),
        )
        .collect()
    )
    asked = pl.DataFrame({"look": sorted(set(looks))}, schema={"look": pl.Int32})
    spans = (
        rows.join(asked, how="cross")
        .filter(pl.col("known_month") < pl.col("look"))
        .group_by("mineral", "look")
        .agg(pl.col("first").min(), pl.col("last").max())
        .sort("mineral", "look")
    )
    return {(name, look): (first, last) for name, look, first, last in spans.iter_rows()}


def reported_marks(periods: pl.LazyFrame, codes: pl.LazyFrame, *, looks: Sequence[int]) -> pl.LazyFrame:
    """Mark the months for which each country had reported the good by each look: one bit a month.

    `periods`: columns of the mirror room's `reported_periods`. Bit b of `marks` (UInt64) stands for the month
    look − 63 + b; set when any of the good's codes was reported. Keys: `mineral look side reporter_iso3`.
    """
    reported = (
        periods.filter(pl.col("freq") == "M")
        .join(codes, on="hs6", how="left")
        .filter(pl.col("mineral").is_not_null())
        .with_columns(month_number(pl.col("period")).alias("month"))
        .group_by("mineral", "reporter_iso3", "side", "month")
        .agg(month_number(pl.col("available_from").min()).alias("known_month"))
    )
    seen = _at_looks(reported, pl.col("known_month") + 1, pl.col("month") + LOOK_BACK_MONTHS, looks)
    bit = pl.col("month") - pl.col("look") + LOOK_BACK_MONTHS
    powers = {place: 2**place for place in range(64)}
    return seen.group_by("mineral", "look", "side", "reporter_iso3").agg(
        bit.replace_strict(powers, default=0, return_dtype=pl.UInt64).sum().alias("marks")
    )


def window_mark(first: int, last: int, look: int) -> int:
    """Mark the months `first` to `last` in the bits of `reported_marks` at a look.

    >>> window_mark(99, 99, 100) == 1 << 62
    True
    """
    low, high = max(first - look + LOOK_BACK_MONTHS, 0), min(last - look + LOOK_BACK_MONTHS, LOOK_BACK_MONTHS - 1)
    return ((1 << (high - low + 1)) - 1) << low if high >= low else 0
