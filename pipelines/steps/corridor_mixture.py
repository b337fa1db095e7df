"""Beside the corridors: how much of a code that holds several goods can be the mineral, and what that leaves of it."""

from __future__ import annotations

import polars as pl

from features.corridors.mixture import share_from_price, shares_from_lines
from features.corridors.watch import SHARED_HEADINGS
from features.minerals import Minerals
from pipelines.settings.mixed_codes import MixedCodes
from pipelines.steps.corridor_bounds import corridor_windows

_LEGS = (("in", "origin_iso3", "hub_iso3"), ("out", "hub_iso3", "destination_iso3"))


def code_mixtures(
    flows: pl.LazyFrame, pairs: pl.DataFrame, findings: pl.DataFrame, minerals: Minerals, mixed: MixedCodes
) -> pl.DataFrame:
    """Bound the mineral's share of each corridor, code by code: national lines, else unit values, else 0 to 1.

    `pairs`: monthly, as known at the look. One row per corridor, leg (in, out) and code with a figure in the window:
    `unit_value_usd_per_kg`, `share_low share_high`, `told_by` (lines, unit value, nothing, one good). A code that is
    not known to hold other goods has the share 1.
    """
    if findings.is_empty():
        return pl.DataFrame()
    windows = corridor_windows(findings).join(findings.select("corridor_id", "mineral"), on="corridor_id", how="left")
    legs = pl.concat([_leg(windows, pairs, *leg) for leg in _LEGS])
    lines = pl.DataFrame(
        [(one.reporter_iso3, one.code, one.mineral) for one in mixed.lines],
        schema=dict.fromkeys(("reporter_iso3", "code", "line_mineral"), pl.String), orient="row",
    )  # fmt: skip
    national = flows.filter(
        pl.col("hs_code").str.len_chars() > 6,
        pl.col("freq") == "M",
        pl.col("reporter_iso3").is_in(sorted({one.reporter_iso3 for one in mixed.lines})),
    )
    rows = pl.concat([_national(windows.lazy(), national, *leg) for leg in _LEGS])
    told = shares_from_lines(rows, lines.lazy(), windows.lazy().select("corridor_id", "mineral")).collect()
    low, high = share_from_price(
        pl.col("unit_value_usd_per_kg"), price_low=pl.col("price_low"), price_high=pl.col("price_high"),
        others_low=pl.col("others_low"), others_high=pl.col("others_high"), error_share=mixed.unit_value_error_share,
    )  # fmt: skip
    priced = with_price_bands(
        legs.join(told, on=["corridor_id", "leg", "hs6"], how="left"), minerals, mixed
    ).with_columns(low.alias("uv_low"), high.alias("uv_high"))
    is_one = ~pl.col("hs6").is_in(list(SHARED_HEADINGS))
    by_line, by_price = pl.col("line_low").is_not_null(), pl.col("uv_low").is_not_null()

    def bound(one: float, line: str, price: str, nothing: float) -> pl.Expr:
        return pl.when(is_one).then(one).when(by_line).then(line).when(by_price).then(price).otherwise(nothing)

    words = pl.when(is_one).then(pl.lit("one good")).when(by_line).then(pl.lit("lines"))
    return priced.select(
        "corridor_id", "mineral", "leg", "hs6", "unit_value_usd_per_kg",
        bound(1.0, "line_low", "uv_low", 0.0).alias("share_low"),
        bound(1.0, "line_high", "uv_high", 1.0).alias("share_high"),
        words.when(by_price).then(pl.lit("unit value")).otherwise(pl.lit("nothing")).alias("told_by"),
    ).sort("corridor_id", "leg", "hs6")  # fmt: skip


def with_price_bands(rows: pl.DataFrame, minerals: Minerals, mixed: MixedCodes) -> pl.DataFrame:
    """Put the mineral's prices and those of the code's other goods beside `mineral` and `hs6`; null: unknown."""
    others = pl.DataFrame(
        [(one.hs6, one.low_usd_per_kg, one.high_usd_per_kg) for one in mixed.others],
        schema={"hs6": pl.String, "others_low": pl.Float64, "others_high": pl.Float64}, orient="row",
    )  # fmt: skip
    bands = minerals.prices.filter(pl.col("confidence") == "band").group_by("mineral").agg(
        pl.col("low_usd_per_kg").min().alias("price_low"), pl.col("high_usd_per_kg").max().alias("price_high")
    )  # fmt: skip
    return rows.join(others, on="hs6", how="left", maintain_order="left").join(
        bands, on="mineral", how="left", maintain_order="left"
    )


def with_mixtures(corridors: pl.DataFrame, mixtures: pl.DataFrame) -> pl.DataFrame:
    """Put beside each corridor how much of its excess can be the mineral: columns, and a sentence where it is open.

    The widest of its legs and codes counts, so the bounds hold whichever of them the excess lies in. Adds
    `mineral_share_low mineral_share_high` and, of the excess and its interval, `mineral_kg_low mineral_kg_high`.
    """
    if mixtures.is_empty():
        return corridors
    widest = mixtures.group_by("corridor_id").agg(
        pl.col("share_low").min().alias("mineral_share_low"),
        pl.col("share_high").max().alias("mineral_share_high"),
        pl.col("told_by").filter(pl.col("told_by") != "one good").unique().sort().str.join(" and ").alias("told_by"),
    )
    low, high = pl.col("mineral_share_low"), pl.col("mineral_share_high")
    joined = corridors.join(widest, on="corridor_id", how="left", maintain_order="left").with_columns(
        (pl.col("excess_kg_low").clip(lower_bound=0.0) * low).alias("mineral_kg_low"),
        (pl.col("excess_kg_high").clip(lower_bound=0.0) * high).alias("mineral_kg_high"),
    )
    why = pl.col("told_by").replace({"nothing": "neither national lines nor prices tell"})
    is_open = (pl.col("told_by") != "") & pl.col("told_by").is_not_null()
    share = pl.format(
        " Of goods under these codes {} to {} % by mass can be {} (told by: {})",
        (100 * low).floor().cast(pl.Int64), (100 * high).ceil().cast(pl.Int64), "mineral", why,
    )  # fmt: skip
    mass = pl.format(
        ": {} to {} kg of the excess and its interval.",
        pl.col("mineral_kg_low").round(0).cast(pl.Int64), pl.col("mineral_kg_high").round(0).cast(pl.Int64),
    )  # fmt: skip
    words = pl.when(is_open).then(pl.concat_str(share, pl.coalesce(mass, pl.lit(".")))).otherwise(pl.lit(""))
    return joined.with_columns(pl.concat_str("evidence", words.fill_null("")).alias("evidence")).drop("told_by")


def _leg(windows: pl.DataFrame, pairs: pl.DataFrame, leg: str, start: str, end: str) -> pl.DataFrame:
    has_m = pl.col("m_measured_kg") > 0
    monthly = pairs.filter(pl.col("freq") == "M").select(
        pl.col("exporter_iso3").alias(start), pl.col("importer_iso3").alias(end), pl.col("hs6"), "period",
        pl.when(has_m).then("m_usd").otherwise(pl.when(pl.col("x_measured_kg") > 0).then("x_usd")).alias("usd"),
        pl.when(has_m).then("m_measured_kg").otherwise("x_measured_kg").alias("kg"),
    )  # fmt: skip
    rows = windows.explode("codes", empty_as_null=True).rename({"codes": "hs6"})
    inside = pl.col("period").is_between("from_on", "to_on")
    priced = pl.col("usd").is_not_null() & (pl.col("kg") > 0)
    return (
        rows.join(monthly, on=[start, end, "hs6"], how="left")
        .filter(inside)
        .group_by("corridor_id", "mineral", "hs6")
        .agg(
            pl.when(priced.any())
            .then(pl.col("usd").filter(priced).sum() / pl.col("kg").filter(priced).sum())
            .alias("unit_value_usd_per_kg")
        )
        .with_columns(pl.lit(leg).alias("leg"))
    )


def _national(windows: pl.LazyFrame, flows: pl.LazyFrame, leg: str, start: str, end: str) -> pl.LazyFrame:
    is_export = pl.col("direction") == "export"
    rows = flows.filter(pl.col("direction").is_in(["export", "import"])).select(
        pl.when(is_export).then("reporter_iso3").otherwise("partner_iso3").alias(start),
        pl.when(is_export).then("partner_iso3").otherwise("reporter_iso3").alias(end),
        pl.col("hs_code").str.slice(0, 6).alias("codes"), "reporter_iso3", "hs_code", "period", "net_kg",
    )  # fmt: skip
    asked = windows.select("corridor_id", start, end, "codes", "from_on", "to_on").explode("codes", empty_as_null=True)
    return (
        asked.join(rows, on=[start, end, "codes"], how="left")
        .filter(pl.col("period").is_between("from_on", "to_on"))
        .select("corridor_id", pl.lit(leg).alias("leg"), "reporter_iso3", "hs_code", "net_kg")
    )
