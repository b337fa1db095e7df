"""Mirror evidence for each declaration, from the state of its lane before its month."""

from __future__ import annotations

import polars as pl

from features.filed import Filed
from features.lookback import settle, settled
from features.mirror.registry import REGISTRY

_STATE = (
    "lane_gap",
    "lane_lost",
    "lane_orphan_share",
    "lane_lost_share",
    "lane_x_usd",
    "lane_m_usd",
    "lane_x_kg",
    "lane_m_kg",
    "lane_gap_value",
    "lane_gap_mass",
    "lane_n_months",
    "lane_last_month",
)
_LANE = ("hs6", "from_iso3", "destination_iso3", "as_of")
_STRENGTHS = [one.code for one in REGISTRY]


def build_mirror(
    declarations: pl.LazyFrame, lane_state: pl.LazyFrame, suspects: pl.LazyFrame | None = None
) -> pl.LazyFrame:
    """Join each declaration to what both sides' statistics said about its lane before its month.

    The lane runs from the country of dispatch to the destination, or from the country of origin where that lane shows
    more; the code is the declared one's first six digits. `suspects`: `declaration_id`, `hs6` of goods it could be
    instead, any number of rows. Returns one row per declaration: `declaration_id`, every column of the registry
    (Float32) and the figures; null where nothing public speaks of the lane.
    """
    return judge_mirror(declarations, filed_lanes(lane_state), suspects)


def filed_lanes(lane_state: pl.LazyFrame) -> Filed:
    """File the states of lanes by a number of their key, for any number of batches."""
    named = lane_state.rename({"exporter_iso3": "from_iso3", "importer_iso3": "destination_iso3"})
    return Filed.of(settled(named.select(*_LANE, *_STATE, _number().alias("lane_no"))), "lane_no")


def judge_mirror(declarations: pl.LazyFrame, lanes: Filed, suspects: pl.LazyFrame | None = None) -> pl.LazyFrame:
    """Return what `build_mirror` does, from lanes filed already."""
    looks, on = settle(_looks(declarations)), [*_LANE]
    state = lanes.rows_of(settled(looks.select(_number())).to_series()).lazy()
    found = looks.join(state.select(*on, *_STATE), on=on, how="inner").filter(pl.col("lane_n_months").is_not_null())
    loudest = pl.max_horizontal("lane_gap", "lane_lost")
    best = (
        found.with_columns(loudest.alias("loudest"))
        .sort("declaration_id", "loudest", "is_dispatch", descending=[False, True, True])
        .unique("declaration_id", keep="first", maintain_order=True)
    )
    suspected = _suspected(looks, lanes, on, suspects)
    return (
        declarations.select("declaration_id")
        .join(best.select("declaration_id", *_STATE), on="declaration_id", how="left")
        .join(suspected, on="declaration_id", how="left")
        .with_columns(pl.col(_STRENGTHS).cast(pl.Float32))
    )


def _looks(declarations: pl.LazyFrame) -> pl.LazyFrame:
    names = set(declarations.collect_schema().names())
    rows = declarations.select(
        "declaration_id",
        pl.col("hs_code").str.slice(0, 6).alias("hs6"),
        "origin_iso3",
        (pl.col("dispatch_iso3") if "dispatch_iso3" in names else pl.lit(None, dtype=pl.String)).alias("dispatch_iso3"),
        "destination_iso3",
        pl.col("declared_on").dt.truncate("1mo").alias("as_of"),
    )
    ends = [
        rows.with_columns(pl.col("dispatch_iso3").alias("from_iso3"), pl.lit(value=True).alias("is_dispatch")),
        rows.filter(
            pl.col("dispatch_iso3").is_null() | (pl.col("dispatch_iso3") != pl.col("origin_iso3"))
        ).with_columns(pl.col("origin_iso3").alias("from_iso3"), pl.lit(value=False).alias("is_dispatch")),
    ]
    return pl.concat(ends).filter(pl.col("from_iso3").is_not_null())


def _number() -> pl.Expr:
    """Stand a number for a lane, a code and a month; lanes that share it are told apart by the rest."""
    return pl.struct(_LANE).hash(0).reinterpret(signed=True)


def _suspected(looks: pl.LazyFrame, lanes: Filed, on: list[str], suspects: pl.LazyFrame | None) -> pl.LazyFrame:
    if suspects is None:
        empty = {"declaration_id": pl.String, "lane_gap_suspected": pl.Float64, "suspected_gap_hs6": pl.String}
        return pl.LazyFrame(schema=empty)
    named = looks.rename({"hs6": "declared_hs6"}).join(
        suspects.select("declaration_id", "hs6").unique(), on="declaration_id", how="inner"
    )
    other = settle(named.filter(pl.col("hs6") != pl.col("declared_hs6")))
    state = lanes.rows_of(settled(other.select(_number())).to_series()).lazy()
    return (
        other.join(state.select(*on, pl.col("lane_gap").alias("lane_gap_suspected")), on=on, how="inner")
        .filter(pl.col("lane_gap_suspected").is_not_null())
        .sort("declaration_id", "lane_gap_suspected", "hs6", descending=[False, True, False])
        .unique("declaration_id", keep="first", maintain_order=True)
        .select("declaration_id", "lane_gap_suspected", pl.col("hs6").alias("suspected_gap_hs6"))
    )
