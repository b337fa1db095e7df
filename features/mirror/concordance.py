"""Editions of the Harmonized System: figures of an older or newer edition moved to one, where codes moved."""

from __future__ import annotations

import polars as pl

CONCORDANCE = {
    "from_edition": pl.String,
    "from_hs6": pl.String,
    "to_edition": pl.String,
    "to_hs6": pl.String,
    "weight": pl.Float64,
}
_EDITION = r"^HS(\d{4})$"


def to_edition(flows: pl.LazyFrame, concordance: pl.LazyFrame, edition: str) -> pl.LazyFrame:
    """Move six-digit figures of other HS editions to the codes of `edition`; what did not move stays as it is.

    `concordance`: columns of `CONCORDANCE`, one step from an edition to `edition`; `weight` in (0, 1] is the share of
    the old code's trade that belongs to the new one. A code split in several is shared out by weight, value and mass
    alike, its mass then counted as estimated; a code that keeps its trade under another number is renamed. Figures of
    national tariffs, of no stated edition or of codes without a row are left untouched. National digits after the
    sixth of a moved code fall away, since they mean nothing under the new one. Source: indicators.md, symbols k;
    UN Statistics Division, HS correlation tables.
    """
    steps = concordance.filter(
        pl.col("to_edition") == edition,
        (pl.col("from_hs6") != pl.col("to_hs6")) | (pl.col("weight") < 1.0),
    ).select("from_edition", "from_hs6", "to_hs6", "weight")
    names = flows.collect_schema().names()
    hs6 = pl.col("hs_code").str.slice(0, 6).alias("from_hs6")
    stated = pl.col("hs_edition").str.contains(_EDITION).fill_null(value=False) & (pl.col("hs_edition") != edition)
    moved = (
        flows.with_columns(hs6, pl.when(stated).then("hs_edition").alias("from_edition"))
        .join(steps, on=["from_edition", "from_hs6"], how="left")
        .with_columns(
            pl.coalesce("to_hs6", "hs_code").alias("hs_code"),
            pl.when(pl.col("to_hs6").is_not_null()).then(pl.lit(edition)).otherwise("hs_edition").alias("hs_edition"),
            *(pl.col(name) * pl.col("weight").fill_null(1.0) for name in ("value_usd", "net_kg")),
            pl.when(pl.col("weight") < 1.0)
            .then(pl.col("net_kg").is_not_null())
            .otherwise("is_net_kg_estimated")
            .alias("is_net_kg_estimated"),
        )
    )
    return moved.select(names)
