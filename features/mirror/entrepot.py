"""Entrepôts: what a re-export was worth where it came from, and how lost exports changed after a measure."""

from __future__ import annotations

import polars as pl

from features.mirror.gap import lost_share


def markup(re_export_uv: pl.Expr, import_uv: pl.Expr) -> pl.Expr:
    """Mark-up of a hub on what it passes on: μ = uv(re-export)/uv(import) − 1; null where either is unknown or zero.

    Source: indicators.md 8 [Feenstra & Hanson 2004].
    """
    return pl.when((import_uv > 0) & (re_export_uv > 0)).then(re_export_uv / import_uv - 1.0)


def origin_value(re_exported: pl.Expr, markup: pl.Expr) -> pl.Expr:
    """Value of a re-export before the hub's mark-up: r/(1+μ), in the unit of r; null where either is."""
    return re_exported / (1.0 + markup)


def re_export_corrections(flows: pl.LazyFrame) -> pl.LazyFrame:
    """Take each hub's mark-up off what it re-exported: one row per `hub_iso3`, `hs6`, `period` and `freq`.

    From contract Flows that tell re-exports apart (as Hong Kong's do), measured masses only: `re_exported_usd`,
    `markup` and `origin_value_usd` (null where a mass is missing). Totals over mode and procedure are read.
    """
    world = pl.col("partner_iso3") == "W00"
    total = pl.col("transport_mode").is_null() & pl.col("customs_procedure").is_null()
    per = [pl.col("reporter_iso3").alias("hub_iso3"), pl.col("hs_code").str.slice(0, 6).alias("hs6"), "period", "freq"]
    key = ["hub_iso3", "hs6", "period", "freq"]
    measured = (pl.col("net_kg") > 0) & ~pl.col("is_net_kg_estimated").fill_null(value=False)
    sides = []
    for direction, name in (("re_export", "re"), ("import", "in")):
        rows = flows.filter(pl.col("direction") == direction, ~world, total)
        priced = pl.col("value_usd").filter(measured).sum() / pl.col("net_kg").filter(measured).sum()
        sides.append(
            rows.group_by(per).agg(
                pl.col("value_usd").sum().alias(f"{name}_usd"), pl.when(measured.any()).then(priced).alias(f"{name}_uv")
            )
        )
    both = (
        sides[0]
        .join(sides[1], on=key, how="left")
        .with_columns(markup(pl.col("re_uv"), pl.col("in_uv")).alias("markup"))
    )
    return both.select(
        *key,
        pl.col("re_usd").alias("re_exported_usd"),
        "markup",
        origin_value(pl.col("re_usd"), pl.col("markup")).alias("origin_value_usd"),
    ).sort(key)


def excess_lost(pairs: pl.LazyFrame, treated: pl.LazyFrame, *, origins: list[str]) -> pl.LazyFrame:
    """After a measure more of what left was never seen to arrive, beyond what untouched goods show.

    Difference in differences of the lost share: (treated after − before) − (others after − before), over a year either
    side of the month of the measure. `pairs`: one row per lane and period (`known_at`), monthly; `treated`: `mineral`,
    `hs6`, `event_on`. One row per mineral and event: `lost_before lost_after others_before others_after` (shares of
    value in [0, 1]) and `excess_lost_share` in [−2, 2]; null where one of the four is. Source: indicators.md 6.
    """
    rows = pairs.filter(
        pl.col("freq") == "M", pl.col("exporter_iso3").is_in(origins), pl.col("is_m_reported"), pl.col("x_usd") > 0
    )
    events = treated.select("mineral", "event_on").unique()
    asked = treated.select("mineral", "event_on", "hs6", pl.lit(value=True).alias("is_treated")).unique()
    ever = treated.select("hs6").unique().with_columns(pl.lit(value=True).alias("is_ever"))
    near = (
        rows.join(events, how="cross")
        .filter(
            pl.col("period") >= pl.col("event_on").dt.truncate("1mo").dt.offset_by("-12mo"),
            pl.col("period") < pl.col("event_on").dt.truncate("1mo").dt.offset_by("12mo"),
        )
        .join(asked, on=["mineral", "event_on", "hs6"], how="left")
        .join(ever, on="hs6", how="left")
        .filter(pl.col("is_treated").is_not_null() | pl.col("is_ever").is_null())
        .with_columns(
            pl.col("is_treated").fill_null(value=False),
            (pl.col("period") >= pl.col("event_on").dt.truncate("1mo")).alias("is_after"),
        )
    )
    shares = []
    for is_treated, who in ((True, "lost"), (False, "others")):
        for is_after, when in ((False, "before"), (True, "after")):
            chosen = (pl.col("is_treated") == is_treated) & (pl.col("is_after") == is_after)
            share = lost_share(
                pl.col("x_usd").filter(chosen), pl.col("m_usd").filter(chosen), is_m_reported=pl.lit(value=True)
            )
            shares.append(share.alias(f"{who}_{when}"))
    change = (pl.col("lost_after") - pl.col("lost_before")) - (pl.col("others_after") - pl.col("others_before"))
    return (
        near.group_by("mineral", "event_on")
        .agg(shares)
        .with_columns(change.alias("excess_lost_share"))
        .sort("mineral", "event_on")
    )
