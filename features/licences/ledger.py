"""What has been shipped under each licence, day by day, against what it allows."""

from __future__ import annotations

import polars as pl

from features.filed import Filed, text_number
from features.licences.licence_keys import licence_key
from features.lookback import day_number, settle_streamed, settled, totals_before

GRAMS = 1000
CENTS = 100


def shipped_by_day(history: pl.LazyFrame) -> pl.LazyFrame:
    """Add up past exports under each licence number: `licence_key`, `day`, `grams`, `cents`.

    A past shipment whose mass or value is unknown adds nothing. Sums are of whole grams and cents, so that row order
    changes nothing.
    """
    events = history.filter(pl.col("direction") == "export").select(
        licence_key=licence_key(pl.col("licence_no")),
        day=day_number(pl.col("declared_on")),
        grams=(pl.col("net_kg") * GRAMS).round(0).fill_null(0.0).cast(pl.Int64),
        cents=(pl.col("value_usd") * CENTS).round(0).fill_null(0.0).cast(pl.Int64),
    )
    named = events.filter(pl.col("licence_key") != "")
    return settle_streamed(named.group_by("licence_key", "day").agg(pl.col("grams", "cents").sum()))


def filed_licences(table: pl.LazyFrame) -> Filed:
    """File a table by a number of its `licence_key`, for any number of batches."""
    numbered = table.with_columns(licence_number=text_number(pl.col("licence_key")))
    return Filed.of(settled(numbered), "licence_number")


def shipped_before(asked: pl.LazyFrame, shipped: pl.LazyFrame | None) -> pl.LazyFrame:
    """Return `licence_key`, `day`, `shipped_before_kg`, `shipped_before_usd` for each licence and day asked.

    `shipped` as `shipped_by_day` makes it, None where there is no history. Strictly earlier days count: a licence can
    be used up within one month. The sums are a lower bound: what is declared on the day itself is not in them.
    """
    keys = asked.select("licence_key", "day").drop_nulls().unique()
    if shipped is None:
        nothing = [pl.lit(0.0).alias(name) for name in ("shipped_before_kg", "shipped_before_usd")]
        return keys.with_columns(*nothing)
    sums = totals_before(shipped, keys, by=["licence_key"], sums=["grams", "cents"], step="day")
    return sums.select(
        "licence_key",
        "day",
        shipped_before_kg=pl.col("grams") * (1.0 / GRAMS),
        shipped_before_usd=pl.col("cents") * (1.0 / CENTS),
    )


def use_ratio(before: pl.Expr, this: pl.Expr, licensed: pl.Expr) -> pl.Expr:
    """Divide what will have been shipped by what is licensed; null where the limit or this shipment is unknown."""
    return pl.when(licensed > 0).then((before + this) / licensed)


def licence_overdrawn(ratio: pl.Expr, *, tolerance_share: float) -> pl.Expr:
    """More has been shipped under the licence than it allows, this consignment included.

    Strength in [0, 1] of the larger of the mass and value ratios: 0 up to 1 + tolerance, 0.5 just above it, 1 from
    twice the licence. Null where no licence is named, it is unknown, or neither limit can be compared.
    Source: indicators.md 36.
    """
    limit = 1.0 + tolerance_share
    over = (0.5 + 0.5 * (ratio - limit) / limit).clip(0.5, 1.0)
    return pl.when(ratio <= limit).then(0.0).when(ratio > limit).then(over)
