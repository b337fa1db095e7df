"""Beside the corridors: the gap of every watched lane in its parts, and exports lost after a measure."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from features.corridors import (
    Watch,
)
from features.mirror import (
    Margin,
    excess_lost,
    gap_parts,
    known_at,
    lagged_pairs,
    ln_margin,
    pair_gaps,
    pair_mirrors,
    yearly_pairs,
)
from models.gap_tests import judge_gaps
from pipelines.settings.corridors import CorridorSettings
from pipelines.steps.corridor_search import first_day


def mirror_gaps(pairs: pl.DataFrame, periods: pl.DataFrame, lags: pl.DataFrame) -> pl.DataFrame:
    """Take the gap of every lane, month and year, split it into its parts, and judge it against earlier ones.

    `lags` from `lane_lags`: a month's imports are set against the exports that should be arriving in it; years are not
    moved. `x_lagged_usd` and `x_lagged_kg` are those exports.
    """
    years = yearly_pairs(pairs.lazy(), periods.lazy()).with_columns(
        pl.col("x_usd").alias("x_lagged_usd"), pl.col("x_measured_kg").alias("x_lagged_kg")
    )
    monthly = lagged_pairs(pairs.lazy().filter(pl.col("freq") == "M"), periods.lazy(), lags.lazy().drop("lag_kind"))
    judged = []
    for own in (monthly, years):
        gaps = pair_gaps(own, exported=("x_lagged_usd", "x_lagged_kg")).collect()
        if gaps.height:
            judged.append(judge_gaps(gaps.drop("known_to", strict=False)))
    if not judged:
        return pl.DataFrame()
    free = pl.col("m_valuation").is_in(["FOB", "customs"]).fill_null(value=False)
    parts = gap_parts(
        x_usd=pl.col("x_usd"),
        x_lagged_usd=pl.col("x_lagged_usd"),
        m_usd=pl.col("m_usd"),
        margin_ln=pl.when(free).then(0.0).otherwise(ln_margin(Margin())),
        x_kg=pl.col("x_lagged_kg"),
        m_kg=pl.col("m_measured_kg"),
    )
    return (
        pl.concat(judged, how="diagonal_relaxed")
        .with_columns(**parts)
        .sort("q_value", "hs6", "exporter_iso3", "importer_iso3", "period", nulls_last=True)
    )


def lost_exports(
    flows: pl.LazyFrame, watches: Sequence[Watch], *, look: int, settings: CorridorSettings
) -> pl.DataFrame:
    """Compare what was lost of watched goods with the origins' largest other goods."""
    treated = [
        (one.name, code, day) for one in watches for code in one.hs_codes for day in one.events if day < first_day(look)
    ]
    named = {"mineral": pl.String, "hs6": pl.String, "event_on": pl.Date}
    origins = sorted({place for one in watches for place in one.origins})
    codes = sorted({code for one in watches for code in one.hs_codes})
    hs6 = pl.col("hs_code").str.slice(0, 6)
    mine = pl.col("reporter_iso3").is_in(origins) & (pl.col("direction") == "export")
    others = (
        flows.filter(mine, hs6.str.len_chars() == 6, ~hs6.is_in(codes), pl.col("freq") == "M")
        .group_by(hs6.alias("hs6"))
        .agg(pl.col("value_usd").sum().round(0))
        .sort("value_usd", "hs6", descending=[True, False])
        .head(settings.n_placebo_codes)
        .collect()["hs6"]
        .to_list()
    )
    from_origin = mine | (pl.col("partner_iso3").is_in(origins) & (pl.col("direction") == "import"))
    world = pl.col("direction") == "import"  # any import figure tells that the partner reported the good
    own = flows.filter(hs6.is_in([*codes, *others]), from_origin | world)
    return excess_lost(
        known_at(pair_mirrors(own), pl.lit(first_day(look))),
        pl.LazyFrame(treated, schema=named, orient="row"),
        origins=origins,
    ).collect()
