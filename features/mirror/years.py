"""Years beside months: a country that publishes only years is compared with the sum of its partner's twelve months."""

from __future__ import annotations

import polars as pl

_LANE = ("exporter_iso3", "importer_iso3", "hs6")
_AMOUNTS = ("usd", "kg", "measured_kg")


def yearly_pairs(pairs: pl.LazyFrame, periods: pl.LazyFrame) -> pl.LazyFrame:
    """Set both sides' years side by side, whichever way each was published.

    `pairs`: one row per lane and period as known on a day (`known_at`); `periods` from `reported_periods`, public by
    then. A side's year is its own annual figure, else the sum of its months where it reported the commodity in all
    twelve. Same columns as `pairs` with freq A, but the spans of knowledge: `known_from` is the later side's.
    A mass is null where any month's is. A lane whose year stands complete on neither side gives no row.
    """
    year = pl.col("period").dt.truncate("1y")
    full = (
        periods.filter(pl.col("freq") == "M")
        .group_by("reporter_iso3", "side", "hs6", year.alias("period"))
        .agg(pl.col("period").n_unique().alias("n"), pl.col("available_from").max().alias("full_from"))
        .filter(pl.col("n") == 12)
        .drop("n")
    )
    annual = periods.filter(pl.col("freq") == "A").select("reporter_iso3", "side", "hs6", "period", "available_from")
    sides = {}
    for letter, who in (("x", "exporter_iso3"), ("m", "importer_iso3")):
        own = [f"{letter}_{name}" for name in _AMOUNTS]
        extra = ["m_valuation"] if letter == "m" else []
        seen = pairs.filter(pl.col(f"{letter}_usd").is_not_null())
        complete = full.filter(pl.col("side") == letter.upper()).drop("side").rename({"reporter_iso3": who})
        sums = [pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum()).alias(name) for name in own]
        months = (
            seen.filter(pl.col("freq") == "M")
            .group_by(*_LANE, year.alias("period"))
            .agg(*sums, *(pl.col(name).first() for name in extra), pl.col("is_like_basis").all())
            .join(complete, on=[who, "hs6", "period"], how="left")
            .filter(pl.col("full_from").is_not_null())
            .drop("full_from")
        )
        years = seen.filter(pl.col("freq") == "A").select(*_LANE, "period", *own, *extra, "is_like_basis")
        chosen = pl.concat(
            [years.with_columns(rank=0), months.select(years.collect_schema().names()).with_columns(rank=1)]
        )
        sides[letter] = (
            chosen.sort(*_LANE, "period", "rank")
            .unique([*_LANE, "period"], keep="first", maintain_order=True)
            .drop("rank")
            .rename({"is_like_basis": f"{letter}_like"})
        )
    lanes = pl.concat([one.select(*_LANE, "period") for one in sides.values()]).unique()
    on = [*_LANE, "period"]
    rows = lanes.join(sides["x"], on=on, how="left").join(sides["m"], on=on, how="left")
    for letter, who in (("x", "exporter_iso3"), ("m", "importer_iso3")):
        known = pl.concat(
            [
                annual.filter(pl.col("side") == letter.upper()).drop("side"),
                full.filter(pl.col("side") == letter.upper()).drop("side").rename({"full_from": "available_from"}),
            ]
        )
        known = known.group_by("reporter_iso3", "hs6", "period").agg(pl.col("available_from").min())
        rows = rows.join(
            known.rename({"reporter_iso3": who, "available_from": f"{letter}_from"}),
            on=[who, "hs6", "period"],
            how="left",
        )
    return rows.select(
        *_LANE,
        "period",
        pl.lit("A").alias("freq"),
        pl.max_horizontal("x_from", "m_from").alias("known_from"),
        *(f"{letter}_{name}" for letter in ("x", "m") for name in _AMOUNTS),
        "m_valuation",
        pl.col("x_from").is_not_null().alias("is_x_reported"),
        pl.col("m_from").is_not_null().alias("is_m_reported"),
        (pl.col("x_like").fill_null(value=True) & pl.col("m_like").fill_null(value=True)).alias("is_like_basis"),
    ).sort(*_LANE, "period")
