"""What contracts.md says about a value that a source left out, for trade statistics."""

from __future__ import annotations

from typing import TypeVar

import polars as pl

Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)

# contracts.md, flows: "valuation: default by direction: export FOB, import CIF". International Merchandise Trade
# Statistics (UN, IMTS 2010, 4.7) recommends the same for re-exports and re-imports.
VALUATION_BY_DIRECTION = {"export": "FOB", "re_export": "FOB", "import": "CIF", "re_import": "CIF"}
PUBLICATION_LAG_DAYS = 45  # contracts.md, flows: "published_on: default: period end + 45 days"


def complete_flows(flows: Frame) -> Frame:
    """Fill what a source left out: `valuation` by direction, `published_on` as period end + 45 days.

    The period ends with its month (`freq` M) or year (A). A valuation that was given stays, `unknown` included; an
    unknown `is_net_kg_estimated` stays null.
    """
    return flows.with_columns(
        pl.col("valuation").fill_null(
            pl.col("direction").replace_strict(VALUATION_BY_DIRECTION, default=None, return_dtype=pl.String)
        ),
        pl.col("published_on").fill_null(_period_end() + pl.duration(days=PUBLICATION_LAG_DAYS)),
    )


def _period_end() -> pl.Expr:
    after = pl.when(pl.col("freq") == "A").then(pl.col("period").dt.offset_by("1y"))
    return after.otherwise(pl.col("period").dt.offset_by("1mo")).dt.offset_by("-1d")
