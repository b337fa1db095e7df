"""Both sides' figures of the same trade, side by side, with the span of days in which they stood so."""

from __future__ import annotations

import polars as pl

from features.lookback import settle
from features.mirror.totals import KEY, PUBLICATION_LAG_DAYS, coded_periods, coded_totals, decoded

SLICE_ROWS = 700_000  # flows paired at a time
_MEASURES = {"usd": "value_usd", "kg": "net_kg", "measured_kg": "measured_kg"}


def pair_mirrors(flows: pl.LazyFrame, *, publication_lag_days: int = PUBLICATION_LAG_DAYS) -> pl.LazyFrame:
    """Set what the exporter declared beside what the importer saw, for every lane, code, period and state of knowledge.

    One row per lane key and span [`known_from`, `known_to`): `x_usd x_kg x_measured_kg` (exporter, FOB),
    `m_usd m_kg m_measured_kg` (importer, as valued in `m_valuation`, its partners named by `m_basis`: origin,
    consignment, destination or unknown), each null where that side shows no figure;
    `is_x_reported`, `is_m_reported`: whether that side had by then reported the commodity and period at all, so that
    null beside true means zero and null beside false means silence; `is_like_basis`: both sides mean the same by
    "partner" (last destination beside origin; consignment beside consignment). Monthly and annual figures never meet.
    Many rows are paired code by code in slices, which bounds memory and changes no pair.
    """
    n_slices = 1 + flows.select(pl.len()).collect().item() // SLICE_ROWS
    if n_slices == 1:
        return _pair(flows, publication_lag_days)
    code = pl.col("hs_code").str.slice(0, 6).cast(pl.Int32, strict=False)
    slices = [_pair(flows.filter(code % n_slices == n), publication_lag_days).collect() for n in range(n_slices)]
    return pl.concat(slices).lazy()


def _pair(flows: pl.LazyFrame, publication_lag_days: int) -> pl.LazyFrame:
    totals = settle(coded_totals(flows, publication_lag_days=publication_lag_days))
    periods = settle(coded_periods(flows, publication_lag_days=publication_lag_days))
    keys = totals.select(KEY).unique()
    lanes = (
        keys.join(_available(periods, "X", "exporter_iso3", "x_from"), on=["exporter_iso3", *KEY[2:]], how="left")
        .join(_available(periods, "M", "importer_iso3", "m_from"), on=["importer_iso3", *KEY[2:]], how="left")
        .sort(KEY)
        .with_row_index("lane")
    )
    lanes = settle(lanes)
    numbered = settle(totals.join(lanes.select("lane", *KEY), on=list(KEY), how="left").drop(KEY))
    x, m = _side(numbered, "X"), _side(numbered, "M")
    moments = [
        x.select("lane", "known_from"),
        m.select("lane", "known_from"),
        lanes.select("lane", known_from="x_from").drop_nulls("known_from"),
        lanes.select("lane", known_from="m_from").drop_nulls("known_from"),
    ]
    spans = (
        pl.concat(moments)
        .unique()
        .join(x.select("lane", "known_from", "x_row"), on=["lane", "known_from"], how="left")
        .join(m.select("lane", "known_from", "m_row"), on=["lane", "known_from"], how="left")
        .sort("lane", "known_from")
        .with_columns(
            pl.col("x_row", "m_row").forward_fill().over("lane"),
            pl.when(pl.col("lane") == pl.col("lane").shift(-1)).then(pl.col("known_from").shift(-1)).alias("known_to"),
        )
        # A lane is there from its first figure on: a figure yet to come must not stand as a zero before it is public.
        .filter(pl.col("x_row").is_not_null() | pl.col("m_row").is_not_null())
        .join(lanes, on="lane", how="left")
        .with_columns(
            (pl.col("x_from") <= pl.col("known_from")).fill_null(value=False).alias("is_x_reported"),
            (pl.col("m_from") <= pl.col("known_from")).fill_null(value=False).alias("is_m_reported"),
        )
    )
    mine, theirs = pl.col("x_basis").fill_null("unknown"), pl.col("m_basis").fill_null("unknown")
    either_unknown = (mine == "unknown") | (theirs == "unknown")
    like = either_unknown | ((mine == "consignment") == (theirs == "consignment"))
    return (
        spans.join(x.drop("lane", "known_from"), on="x_row", how="left")
        .join(m.drop("lane", "known_from"), on="m_row", how="left")
        .select(
            *KEY,
            "known_from",
            "known_to",
            *(f"x_{name}" for name in _MEASURES),
            *(f"m_{name}" for name in _MEASURES),
            "m_valuation",
            "m_basis",
            "is_x_reported",
            "is_m_reported",
            like.alias("is_like_basis"),
        )
        .with_columns(decoded("exporter_iso3", "importer_iso3"))
    )


def _side(totals: pl.LazyFrame, side: str) -> pl.LazyFrame:
    letter = side.lower()
    columns = [pl.col(column).alias(f"{letter}_{name}") for name, column in _MEASURES.items()]
    if side == "M":
        columns.append(pl.col("valuation").alias("m_valuation"))
    return (
        totals.filter(pl.col("side") == side)
        .select("lane", "known_from", pl.col("partner_basis").alias(f"{letter}_basis"), *columns)
        .sort("lane", "known_from")
        .with_row_index(f"{letter}_row")
    )


def _available(periods: pl.LazyFrame, side: str, country: str, name: str) -> pl.LazyFrame:
    return periods.filter(pl.col("side") == side).select(
        pl.col("reporter_iso3").alias(country), *KEY[2:], pl.col("available_from").alias(name)
    )


def known_at(pairs: pl.LazyFrame, as_of: pl.Expr) -> pl.LazyFrame:
    """Keep the pairs as they stood at the end of the day before `as_of`; later figures and revisions are unseen."""
    still = pl.col("known_to").is_null() | (pl.col("known_to") >= as_of)
    return pairs.filter((pl.col("known_from") < as_of) & still)
