"""BACI (CEPII): annual bilateral trade reconciled from both sides' reports; reference only, never flows.

BACI replaces the two reports of a pair by one reconciled figure, so the gap between them, which is what a mirror
looks at, is gone. It is written apart, in its own shape, where totals or shares of trade are wanted.
"""

from __future__ import annotations

import dataframely as dy
import polars as pl

from features.contracts import columns as c
from features.errors import SourceError
from pipelines.ingest.draft import Given, even_code, need_columns, number, period_of, rename_known
from pipelines.ingest.places import add_place
from pipelines.settings.ingest import IngestSettings

REASON = (
    "baci: its figures are reconciled from both sides' reports, so exporter and importer agree by construction and no "
    "mirror gap is left to find; ingest the reports themselves (comtrade), or give --for-reference to write it apart"
)


class BaciReference(dy.Schema):
    """Reconciled trade of one exporter, importer, HS6 code and year."""

    exporter_iso3 = c.country(required=True, description="exporter")
    importer_iso3 = c.country(required=True, description="importer")
    hs_code = c.hs_code()
    period = c.day(required=True, description="first day of the year")
    value_usd = c.amount("USD", required=True, description="reconciled value, FOB")
    net_kg = c.amount("kg", description="reconciled mass, partly estimated")
    source = dy.String(nullable=False, metadata=c.REQUIRED, description="where the figure came from")


def read_baci(raw: pl.LazyFrame, settings: IngestSettings, given: Given) -> pl.LazyFrame:
    """Read BACI (v in thousands of dollars, q in tonnes). Raises SourceError without `for_reference`."""
    del settings
    if not given.for_reference:
        raise SourceError(REASON)
    raw = rename_known(raw, {name: name for name in "tijkvq"})
    need_columns(raw, "tijkvq", "baci")
    rows = add_place(raw, "exporter", "comtrade", pl.col("i"))
    rows = add_place(rows, "importer", "comtrade", pl.col("j"))
    return rows.select(
        "source_row",
        "exporter_iso3",
        "importer_iso3",
        even_code(pl.col("k").str.strip_chars().str.zfill(6)).alias("hs_code"),
        period_of(pl.col("t")).alias("period"),
        (number(pl.col("v")) * 1_000.0).alias("value_usd"),
        (number(pl.col("q")) * 1_000.0).alias("net_kg"),
        pl.lit("CEPII BACI").alias("source"),
        pl.when("is_repeat").then(pl.lit("repeated")).alias("apart"),
        pl.lit([], dtype=pl.List(pl.String)).alias("refused"),
        pl.lit([], dtype=pl.List(pl.String)).alias("remarks"),
    )
