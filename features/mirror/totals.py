"""One figure per reporter, partner, code and period: totals and breakdowns are never added together."""

from __future__ import annotations

import polars as pl

from features.countries import PLACE_CODES, UNSPECIFIED, WORLD

KEY = ("exporter_iso3", "importer_iso3", "hs6", "period", "freq")
_PLACE = pl.Enum(PLACE_CODES)
_FREQ = pl.Enum(["A", "M"])
PUBLICATION_LAG_DAYS = 45
"""contracts.md: a figure without a date of publication became public 45 days after its period ended."""

_EXPORT_BASES = {"destination": 0, "unknown": 1, "consignment": 2, "origin": 3}
_IMPORT_BASES = {"origin": 0, "unknown": 1, "consignment": 2, "destination": 3}
_VALUATIONS = {"FOB": 0, "customs": 1, "unknown": 2, "CIF": 3}


def published_day(lag_days: int = PUBLICATION_LAG_DAYS) -> pl.Expr:
    """Day on which a figure became public: as stated, else the end of its period plus `lag_days`."""
    after = pl.when(pl.col("freq") == "A").then(pl.col("period").dt.offset_by("1y"))
    end = after.otherwise(pl.col("period").dt.offset_by("1mo")).dt.offset_by("-1d")
    return pl.coalesce(pl.col("published_on"), end + pl.duration(days=lag_days))


def level_of_detail() -> pl.Expr:
    """Rank of the table a row belongs to: the smallest present is read, and only rows of the same rank are added.

    A total stands before a breakdown, six digits before national codes, a newer edition before an older, a basis
    that mirrors the other side's (destination for exports, origin for imports) before others, FOB before CIF.
    """
    by_consignor = pl.col("consigned_iso3").is_not_null() & (pl.col("consigned_iso3") != WORLD)
    by_mode, by_procedure = pl.col("transport_mode").is_not_null(), pl.col("customs_procedure").is_not_null()
    flags = [by_consignor.fill_null(value=False).cast(pl.Int32), by_mode.cast(pl.Int32), by_procedure.cast(pl.Int32)]
    n_broken = flags[0] + flags[1] + flags[2]
    signature = flags[0] * 4 + flags[1] * 2 + flags[2]
    digits = pl.col("hs_code").str.len_chars().cast(pl.Int32) - 6
    edition = 2100 - pl.col("hs_edition").str.extract(r"(\d{4})").cast(pl.Int32, strict=False).fill_null(1900)
    basis = pl.col("partner_basis").fill_null("unknown")
    is_export = pl.col("direction") == "export"
    mine = basis.replace_strict(_EXPORT_BASES, return_dtype=pl.Int32)
    rank = pl.when(is_export).then(mine).otherwise(basis.replace_strict(_IMPORT_BASES, return_dtype=pl.Int32))
    valuation = pl.col("valuation").fill_null("unknown").replace_strict(_VALUATIONS, return_dtype=pl.Int32)
    parts = ((n_broken, 8), (signature, 8), (digits, 8), (edition, 256), (rank, 4), (valuation, 4))
    total = pl.lit(0, dtype=pl.Int64)
    for part, size in parts:
        total = total * size + part.clip(0, size - 1).cast(pl.Int64)
    return total


def coded(*places: str) -> list[pl.Expr]:
    """Turn key columns into small numbers, which sort and join several times faster than text; see `decoded`."""
    return [*(pl.col(name).cast(_PLACE) for name in places), pl.col("hs6").cast(pl.Int32), pl.col("freq").cast(_FREQ)]


def decoded(*places: str) -> list[pl.Expr]:
    """Turn coded keys back into the text of the contract."""
    hs6 = pl.col("hs6").cast(pl.String).str.zfill(6)
    return [*(pl.col(name).cast(pl.String) for name in places), hs6, pl.col("freq").cast(pl.String)]


def reported_totals(flows: pl.LazyFrame, *, publication_lag_days: int = PUBLICATION_LAG_DAYS) -> pl.LazyFrame:
    """Read each side's figure for each lane, six-digit code and period, with the span in which it was the latest known.

    Columns: `side` (X exporter's, M importer's), the lane key, `known_from` and `known_to` (first day and first day
    no longer; null: still), `value_usd`, `valuation` (null on exports), `net_kg` (null where any part is unknown),
    `measured_kg` (null where any part was estimated), `partner_basis`. The world total and unspecified partners stay
    apart (see `reported_periods`), so do re-exports, which the export figure already holds, and codes of fewer than six
    digits. Where two sources or editions give the same figure, the later published is read, never both.
    """
    totals = coded_totals(flows, publication_lag_days=publication_lag_days)
    return totals.with_columns(decoded("exporter_iso3", "importer_iso3"))


def coded_totals(flows: pl.LazyFrame, *, publication_lag_days: int = PUBLICATION_LAG_DAYS) -> pl.LazyFrame:
    """Make `reported_totals` with coded keys, for the room's own use."""
    day = published_day(publication_lag_days)
    is_export = pl.col("direction") == "export"
    valuation = pl.when(is_export).then(pl.lit(None, dtype=pl.String)).otherwise(pl.col("valuation").fill_null("CIF"))
    rows = (
        flows.filter(
            pl.col("direction").is_in(["export", "import"]),
            ~pl.col("partner_iso3").is_in([WORLD, UNSPECIFIED]),
            pl.col("hs_code").str.len_chars() >= 6,
        )
        .select(
            pl.when(is_export).then(pl.lit("X")).otherwise(pl.lit("M")).alias("side"),
            pl.when(is_export).then("reporter_iso3").otherwise("partner_iso3").alias("exporter_iso3"),
            pl.when(is_export).then("partner_iso3").otherwise("reporter_iso3").alias("importer_iso3"),
            pl.col("hs_code").str.slice(0, 6).alias("hs6"),
            "period",
            "freq",
            day.alias("known_from"),
            "source",
            level_of_detail().alias("level"),
            pl.concat_str(
                "hs_code",
                pl.col("consigned_iso3").replace(WORLD, None),
                "transport_mode",
                "customs_procedure",
                separator="|",
                ignore_nulls=True,
            ).alias("part"),
            "value_usd",
            "net_kg",
            pl.col("is_net_kg_estimated").fill_null(value=False).alias("is_estimated"),
            valuation.alias("valuation"),
            pl.col("partner_basis").fill_null("unknown").alias("partner_basis"),
        )
        .with_columns(coded("exporter_iso3", "importer_iso3"))
    )
    figure = ["side", *KEY, "known_from", "source"]
    # A figure given twice is the same figure, not twice as much: the larger is kept, then parts are added.
    parts = rows.group_by([*figure, "level", "part"]).agg(
        pl.col("value_usd", "net_kg").max(), pl.col("is_estimated").any(), pl.col("valuation", "partner_basis").min()
    )
    kg = pl.col("net_kg")
    sums = parts.group_by([*figure, "level"]).agg(
        pl.col("value_usd").sum(),
        pl.when(kg.null_count() == 0).then(kg.sum()).alias("net_kg"),
        pl.when((kg.null_count() == 0) & ~pl.col("is_estimated").any()).then(kg.sum()).alias("measured_kg"),
        pl.col("valuation", "partner_basis").min(),
    )
    lane = ["side", *KEY]
    same_lane = pl.all_horizontal(pl.col(name) == pl.col(name).shift(-1) for name in lane)
    same_figure = pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in figure)
    until = pl.when(same_lane).then(pl.col("known_from").shift(-1)).alias("known_to")
    return (
        sums.sort([*lane, "known_from", "source", "level"])
        .filter(~same_figure.fill_null(value=False))  # the smallest level of each figure comes first
        .with_columns(until)
        .filter(pl.col("known_to").is_null() | (pl.col("known_to") > pl.col("known_from")))
        .drop("source", "level")
    )


def reported_periods(flows: pl.LazyFrame, *, publication_lag_days: int = PUBLICATION_LAG_DAYS) -> pl.LazyFrame:
    """Say which commodity-months each country reported at all, so that silence and zero differ.

    Any row that names a partner counts, and so does a world total of nothing. A total above that without any partner
    says nothing of partners: they are unknown, not zero. Columns: `reporter_iso3`, `side`, `hs6`, `period`, `freq`,
    `available_from` (first day on which any such figure was public).
    """
    periods = coded_periods(flows, publication_lag_days=publication_lag_days)
    return periods.with_columns(decoded("reporter_iso3"))


def coded_periods(flows: pl.LazyFrame, *, publication_lag_days: int = PUBLICATION_LAG_DAYS) -> pl.LazyFrame:
    """Make `reported_periods` with coded keys, for the room's own use."""
    names_partner = ~pl.col("partner_iso3").is_in([WORLD, UNSPECIFIED]) | (pl.col("value_usd") == 0.0)
    return (
        flows.filter(pl.col("direction").is_in(["export", "import"]), pl.col("hs_code").str.len_chars() >= 6)
        .filter(names_partner)
        .select(
            "reporter_iso3",
            pl.when(pl.col("direction") == "export").then(pl.lit("X")).otherwise(pl.lit("M")).alias("side"),
            pl.col("hs_code").str.slice(0, 6).alias("hs6"),
            "period",
            "freq",
            published_day(publication_lag_days).alias("available_from"),
        )
        .with_columns(coded("reporter_iso3"))
        .group_by("reporter_iso3", "side", "hs6", "period", "freq")
        .agg(pl.col("available_from").min())
    )
