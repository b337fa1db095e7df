"""How much of what is of one country's origin arrives through another: the two partners of one import figure."""

from __future__ import annotations

import polars as pl

from features.countries import UNSPECIFIED, WORLD


def hub_share(flows: pl.LazyFrame) -> pl.LazyFrame:
    """Part of the goods of an origin that was consigned from a third country: Σ M(i, from h ≠ i)/Σ M(i).

    Rows of `consigned_imports` from third countries, with `hub_share` in [0, 1]; null where the origin's total is 0.
    Source: indicators.md 7.
    """
    share = pl.when(pl.col("origin_usd") > 0).then(pl.col("hub_usd") / pl.col("origin_usd"))
    return (
        consigned_imports(flows)
        .filter(pl.col("hub_iso3") != pl.col("origin_iso3"))
        .with_columns(share.alias("hub_share"))
    )


def consigned_imports(flows: pl.LazyFrame) -> pl.LazyFrame:
    """Read import figures by whence the goods were consigned, the origin itself among them.

    Only import figures that name a second partner (`consigned_iso3`) and are totals over mode and procedure.
    One row per `origin_iso3`, `importer_iso3`, `hs6`, `period`, `freq` and `hub_iso3` (the consigning country, which
    may be the origin): `hub_usd`, and `origin_usd`, their sum over all of them.
    """
    lane = ["origin_iso3", "importer_iso3", "hs6", "period", "freq"]
    named = flows.filter(
        pl.col("direction") == "import",
        ~pl.col("partner_iso3").is_in([WORLD, UNSPECIFIED]),
        pl.col("consigned_iso3").is_not_null() & (pl.col("consigned_iso3") != WORLD),
        pl.col("transport_mode").is_null() & pl.col("customs_procedure").is_null(),
        pl.col("hs_code").str.len_chars() == 6,
    ).select(
        pl.col("partner_iso3").alias("origin_iso3"),
        pl.col("reporter_iso3").alias("importer_iso3"),
        pl.col("hs_code").alias("hs6"),
        "period",
        "freq",
        pl.col("consigned_iso3").alias("hub_iso3"),
        "value_usd",
    )
    by_hub = named.group_by(*lane, "hub_iso3").agg(pl.col("value_usd").max().alias("hub_usd"))  # a repeat adds nothing
    totals = by_hub.group_by(lane).agg(pl.col("hub_usd").sum().alias("origin_usd"))
    return by_hub.join(totals, on=lane, how="left")
