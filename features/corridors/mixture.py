"""How much of a code that holds several goods can be the mineral asked about: bounds, never one number."""

from __future__ import annotations

import polars as pl


def share_from_price(
    unit_value: pl.Expr,
    *,
    price_low: pl.Expr,
    price_high: pl.Expr,
    others_low: pl.Expr,
    others_high: pl.Expr,
    error_share: float,
) -> tuple[pl.Expr, pl.Expr]:
    """Bound the mineral's share of a code's mass by the unit value of the mix: s·p + (1−s)·o = unit value.

    All in USD/kg; p lies in [price_low, price_high], o (the code's other goods) in [others_low, others_high], the unit
    value within `error_share` either way. Returns the lowest and highest share in [0, 1] that any p and o allow. Where
    prices do not tell the goods apart the bounds are 0 and 1. Null where the unit value is unknown or the prices are.
    """
    low_uv, high_uv = unit_value * (1.0 - error_share), unit_value * (1.0 + error_share)
    known = pl.all_horizontal(
        one.is_not_null() for one in (unit_value, price_low, price_high, others_low, others_high)
    ) & (unit_value > 0)
    # Little can be dear at a low unit value: the most if the mineral and the rest are both as cheap as may be.
    most = pl.when(price_low > others_low).then((high_uv - others_low) / (price_low - others_low)).otherwise(1.0)
    # Something must be dear at a high one: the least if both are as dear as may be.
    least = pl.when(price_high > others_high).then((low_uv - others_high) / (price_high - others_high)).otherwise(0.0)
    # A mineral cheaper than all else in the code bounds the other way round.
    cheap_least = pl.when(price_low < others_low).then((others_low - high_uv) / (others_low - price_low)).otherwise(0.0)
    cheap_most = (
        pl.when(price_high < others_high).then((others_high - low_uv) / (others_high - price_high)).otherwise(1.0)
    )
    low = pl.max_horizontal(least, cheap_least).clip(0.0, 1.0)
    high = pl.min_horizontal(most, cheap_most).clip(0.0, 1.0)
    return pl.when(known).then(pl.min_horizontal(low, high)), pl.when(known).then(pl.max_horizontal(low, high))


def shares_from_lines(rows: pl.LazyFrame, lines: pl.LazyFrame, wanted: pl.LazyFrame) -> pl.LazyFrame:
    """Bound the mineral's share of a code's mass by the national lines below it.

    `rows`: `corridor_id`, `leg`, `reporter_iso3`, `hs_code` (7 to 12 digits), `net_kg`; `lines`: `reporter_iso3 code
    line_mineral`, beginnings of lines that hold one good; `wanted`: `corridor_id`, `mineral`. One row per corridor, leg
    and `hs6`: `line_low` (mass on the mineral's own lines over all), `line_high` (one less the mass on other goods'
    lines). Null where a mass is unknown.
    """
    digits = sorted({7, 8, 9, 10, 11, 12})
    found = rows.join(wanted, on="corridor_id", how="left").with_row_index("line_row")
    matched = [
        found.with_columns(pl.col("hs_code").str.slice(0, n).alias("code"))
        .join(lines.filter(pl.col("code").str.len_chars() == n), on=["reporter_iso3", "code"], how="inner")
        .select("line_row", "line_mineral")
        for n in digits
    ]
    named = found.join(pl.concat(matched).unique("line_row", keep="any"), on="line_row", how="left")
    kg = pl.col("net_kg")
    is_own = (pl.col("line_mineral") == pl.col("mineral")).fill_null(value=False)
    is_other = (pl.col("line_mineral") != pl.col("mineral")).fill_null(value=False)
    known = (kg.null_count() == 0) & (kg.sum() > 0)
    return named.group_by("corridor_id", "leg", pl.col("hs_code").str.slice(0, 6).alias("hs6")).agg(
        pl.when(known).then(kg.filter(is_own).sum() / kg.sum()).alias("line_low"),
        pl.when(known).then(1.0 - kg.filter(is_other).sum() / kg.sum()).alias("line_high"),
    )
