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
    ln_margin,
    pair_gaps,
    pair_mirrors,
    yearly_pairs,
)
from models.gap_tests import judge_gaps
from pipelines.settings.corridors import CorridorSettings
from pipelines.steps.corridor_search import first_day

LATE_SHARE = 0.8  # of a month's exports that arrive in the next: 25 days at sea over 30.4 (features/mirror/lags.py)


def mirror_gaps(pairs: pl.DataFrame, periods: pl.DataFrame) -> pl.DataFrame:
    """Take the gap of every lane, month and year, split it into its parts, and judge it against earlier ones."""
    years = yearly_pairs(pairs.lazy(), periods.lazy())
    monthly = pairs.lazy().filter(pl.col("freq") == "M")
    both = pl.concat([monthly, years], how="diagonal_relaxed")
    judged = []
    for freq in ("M", "A"):
        own = pair_gaps(both.filter(pl.col("freq") == freq)).collect()
        if own.height:
            judged.append(judge_gaps(own.drop("known_to", strict=False)))
    if not judged:
        return pl.DataFrame()
    free = pl.col("m_valuation").is_in(["FOB", "customs"]).fill_null(value=False)
    lane = ["exporter_iso3", "importer_iso3", "hs6", "freq"]
    earlier = pl.col("x_usd").shift(1).over(lane, order_by="period")
    has_before = pl.col("period").shift(1).over(lane, order_by="period") == pl.col("period").dt.offset_by("-1mo")
    late = (pl.col("freq") == "M") & has_before.fill_null(value=False)
    lagged = pl.when(late).then(LATE_SHARE * earlier + (1.0 - LATE_SHARE) * pl.col("x_usd")).otherwise("x_usd")
    parts = gap_parts(
        x_usd=pl.col("x_usd"),
        x_lagged_usd=pl.col("x_lagged_usd"),
        m_usd=pl.col("m_usd"),
        margin_ln=pl.when(free).then(0.0).otherwise(ln_margin(Margin())),
        x_kg=pl.col("x_measured_kg"),
        m_kg=pl.col("m_measured_kg"),
    )
    rows = pl.concat(judged, how="diagonal_relaxed").with_columns(lagged.alias("x_lagged_usd"))
    return rows.with_columns(**parts).sort(
        "q_value", "hs6", "exporter_iso3", "importer_iso3", "period", nulls_last=True
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
