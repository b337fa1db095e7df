"""Contained metal of a hub and year: what it sent out beside all it can have had, with the doubt in every figure."""

from __future__ import annotations

import math
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from features.corridors.amounts import drop_told_again
from features.corridors.mixture import share_from_price

Floats = npt.NDArray[np.float64]
DRAWS = 4_000
FLOW_SPREAD_LN = 0.1
"""Spread of a country's annual mass around the truth: mirrored masses that agree do so within 2.5 % to 25 %."""
SCHEMA: dict[str, pl.DataType] = {
    "mineral": pl.String(),
    "hub_iso3": pl.String(),
    "year": pl.Int32(),
    **dict.fromkeys(("exported_t", "imported_t", "produced_t"), pl.Float64()),
    **dict.fromkeys(("impossible_share", "impossible_low", "impossible_high", "p_impossible"), pl.Float64()),
    "source": pl.String(),
}


def contained_flows(
    pairs: pl.LazyFrame, content: pl.LazyFrame, *, least_months: int = 12, error_share: float = 0.25
) -> pl.DataFrame:
    """Sum contained metal that each country took in and sent out in a year, in tonnes, with its lowest and highest.

    `pairs`: monthly pairs as known on the day; `content`: `mineral hs6 share_low share_high`, metal per kg of what the
    code holds (a code of one compound has one share; a code of many a range) and, for codes whose unit value bounds
    how much of the mineral is in them, `price_low price_high others_low others_high` (USD/kg; see `share_from_price`).
    The importer's mass is read, else the exporter's; a lot at sea counts when it arrives. Columns: `mineral
    country_iso3 year side` (in, out), `low_t high_t`. A year with fewer than `least_months` months of the mineral known
    is left out; unknown masses make the year unknown (null).
    """
    kg = pl.when(pl.col("m_usd").is_not_null()).then("m_kg").otherwise("x_kg")
    rows = (
        drop_told_again(pairs.filter(pl.col("freq") == "M"))
        .join(content, on="hs6", how="left")
        .filter(pl.col("mineral").is_not_null())
        .with_columns(kg.alias("kg"), pl.col("period").dt.year().cast(pl.Int32).alias("year"))
    )
    rows = _with_mix(rows, error_share)
    whole = rows.group_by("mineral", "year").agg(pl.col("period").n_unique().alias("n_months"))
    known = pl.col("kg").null_count() == 0
    sums = [
        pl.when(known).then((pl.col("kg") * pl.col(f"share_{end}")).sum() / 1_000.0).alias(f"{end}_t")
        for end in ("low", "high")
    ]
    sides = [
        rows.group_by("mineral", pl.col(place).alias("country_iso3"), "year")
        .agg(sums)
        .with_columns(pl.lit(side).alias("side"))
        for place, side in (("importer_iso3", "in"), ("exporter_iso3", "out"))
    ]
    full = pl.concat(sides).join(whole, on=["mineral", "year"], how="left").filter(pl.col("n_months") >= least_months)
    return full.drop("n_months").sort("mineral", "country_iso3", "year", "side").collect()


def _with_mix(rows: pl.LazyFrame, error_share: float) -> pl.LazyFrame:
    """Lower the most metal a kilogram can hold where a lane's unit value over the year is too low for the mineral."""
    if "others_low" not in rows.collect_schema().names():
        return rows
    lane = ["mineral", "hs6", "exporter_iso3", "importer_iso3", "year"]
    usd = pl.when(pl.col("m_usd").is_not_null()).then("m_usd").otherwise("x_usd")
    unit_value = (usd.sum() / pl.col("kg").sum()).round_sig_figs(9).over(lane)
    _, most = share_from_price(
        unit_value, price_low=pl.col("price_low"), price_high=pl.col("price_high"), others_low=pl.col("others_low"),
        others_high=pl.col("others_high"), error_share=error_share,
    )  # fmt: skip
    return rows.with_columns(
        pl.max_horizontal("share_low", pl.col("share_high") * most.fill_null(1.0)).alias("share_high")
    )


def impossible_shares(flows: pl.DataFrame, production: pl.DataFrame, *, seed: int = 0) -> pl.DataFrame:
    """Sent out more metal than the country can have made, bought, recycled and kept: the share that remains.

    max(0, E − (P + I))/E for each draw of every figure within its doubt: E and I with the content of their codes
    (uniform within the code's range, the same draw for both sides) and 10 % of lognormal error each, P triangular
    between `low_t`, `contained_t`, `high_t`. `flows` from `contained_flows`; `production`: `mineral country_iso3 year
    contained_t low_t high_t source`, already held to capacity; recycling and stock draw are counted if the user adds
    them as further rows. One row per country and year that production speaks of and that sent anything out: `exported_t
    imported_t produced_t` (middle), `impossible_share` (median of draws, in [0, 1]) with `impossible_low
    impossible_high` (5th and 95th percentile), `p_impossible` (share of draws above 0), `source`. Null where an export
    or import mass is unknown. Source: indicators.md 14.
    """
    key = ["mineral", "country_iso3", "year"]
    sides = {
        side: flows.filter(pl.col("side") == side).select(*key, pl.col("low_t", "high_t").name.suffix(f"_{side}"))
        for side in ("in", "out")
    }
    made = production.group_by(key).agg(
        pl.col("contained_t", "low_t", "high_t").sum(), pl.col("source").unique().sort().str.join("; ")
    )
    rows = (
        made.join(sides["out"], on=key, how="left")
        .filter(pl.col("high_t_out").is_null() | (pl.col("high_t_out") > 0))
        .join(sides["in"], on=key, how="left")
        .join(flows.select(key).unique().with_columns(pl.lit(value=True).alias("is_seen")), on=key, how="left")
        .filter(pl.col("is_seen"), pl.col("low_t_out").is_not_null())
        .join(flows.filter(pl.col("side") == "in").select(*key, pl.lit(value=True).alias("has_in")), on=key, how="left")
        .sort(key)
    )
    return pl.DataFrame([_balance(row, seed) for row in rows.to_dicts()], schema=SCHEMA)


def _balance(row: dict[str, Any], seed: int) -> dict[str, Any]:
    told = {
        "mineral": row["mineral"],
        "hub_iso3": row["country_iso3"],
        "year": row["year"],
        "produced_t": row["contained_t"],
        "source": row["source"],
    }
    if row["has_in"] and row["low_t_in"] is None:
        return told
    name = f"{row['mineral']}|{row['country_iso3']}|{row['year']}|{seed}"
    rng = np.random.default_rng(
        zlib.crc32(name.encode())
    )  # each country and year draws its own, whatever stands beside
    place = rng.random(DRAWS)
    sent = _within(row["low_t_out"], row["high_t_out"], place) * _error(rng)
    bought = _within(row["low_t_in"] or 0.0, row["high_t_in"] or 0.0, place) * _error(rng)
    low, middle, high = row["low_t"], row["contained_t"], row["high_t"]
    made = rng.triangular(low, middle, high, DRAWS) if high > low else np.full(DRAWS, middle)
    share = np.clip(1.0 - (made + bought) / sent, 0.0, 1.0)
    lowest, median, highest = np.quantile(share, [0.05, 0.5, 0.95])
    return told | {
        "exported_t": (row["low_t_out"] + row["high_t_out"]) / 2.0,
        "imported_t": ((row["low_t_in"] or 0.0) + (row["high_t_in"] or 0.0)) / 2.0,
        "impossible_share": float(median),
        "impossible_low": float(lowest),
        "impossible_high": float(highest),
        "p_impossible": float((share > 0).mean()),
    }


def _within(low: float, high: float, place: Floats) -> Floats:
    return low + (high - low) * place


def _error(rng: np.random.Generator) -> Floats:
    drawn: Floats = np.exp(rng.normal(0.0, math.sqrt(math.log1p(FLOW_SPREAD_LN**2)), DRAWS))
    return drawn
