"""Beside the corridors: flows that the other side does not answer, judged against those of goods nobody restricts."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from features.corridors import Watch, known_spans, lane_amounts, month_number, watched_codes
from features.corridors.goods import goods_of
from features.corridors.unmatched import beyond_usual, unanswered_lanes, unsourced_outflows
from features.mirror import known_at, pair_mirrors, reported_periods
from models.discovery import q_values
from models.gap_tests import judge_gaps
from pipelines.settings.corridors import CorridorSettings
from pipelines.steps.corridor_lanes import CIF_RATIO
from pipelines.steps.corridor_search import first_day
from pipelines.steps.watches import placebo_watches

UNIT = ["mineral", "kind", "exporter_iso3", "importer_iso3"]


def unmatched_flows(
    flows: pl.LazyFrame, watches: Sequence[Watch], *, look: int, settings: CorridorSettings
) -> pl.DataFrame:
    """Test outflows without inflow, orphan imports and lost exports of the watched goods, half-year by half-year.

    All codes of a watch are one good, so that a change of form or code within it is no gap. The yardstick is every
    earlier half-year of the same kind, of watched goods and of the largest goods that nobody restricts; q counts every
    country, lane and half-year since the good's first measure that moved a material value. What a good's origins send
    out need not have come in, so it is not asked of them.
    """
    hs6 = pl.col("hs_code").str.slice(0, 6)
    value = flows.filter(pl.col("freq") == "M").group_by(hs6.alias("hs6")).agg(pl.col("value_usd").sum().round(0))
    codes = value.sort("value_usd", "hs6", descending=[True, False]).collect()["hs6"].to_list()
    parts, meant = goods_of(watches)
    whole = {";".join(sorted(set(one.hs_codes))) for one in watches}
    goods = [one for one in parts if ";".join(one.hs_codes) in whole]
    everything = [*goods, *placebo_watches(watches, codes, n_codes=settings.n_placebo_codes)]
    named = watched_codes(everything).collect()
    wanted = named["hs6"].unique().to_list()
    pairs = known_at(pair_mirrors(flows.filter(hs6.is_in(wanted))), pl.lit(first_day(look))).collect()
    monthly = pairs.filter(pl.col("freq") == "M")
    if monthly.is_empty():
        return pl.DataFrame()
    spans = known_spans(monthly.lazy(), named.lazy(), looks=[look])
    first, last = min(one[0] for one in spans.values()), max(one[1] for one in spans.values())
    imports = reported_periods(flows.filter(pl.col("direction") == "import")).filter(
        pl.col("freq") == "M", pl.col("available_from") < first_day(look)
    )
    published = imports.select("reporter_iso3", month_number(pl.col("period")).alias("month")).unique()
    amounts = lane_amounts(monthly.lazy(), named.lazy(), looks=[look], cif_ratio=CIF_RATIO)
    windows = pl.concat(
        [
            unsourced_outflows(amounts, published, last=last),
            unanswered_lanes(monthly.lazy(), named.lazy().rename({"mineral": "good"}), last=last),
        ],
        how="vertical_relaxed",
    )
    judged = beyond_usual(windows, last=last, first=first, material_usd=settings.material_usd).collect()
    if judged.is_empty():
        return pl.DataFrame()
    since = pl.DataFrame(
        [(one.name, min(one.events)) for one in goods], schema={"good": pl.String, "event_on": pl.Date}, orient="row"
    )
    own = (
        pl.concat([judge_gaps(one) for one in judged.partition_by("kind", maintain_order=True)])
        .join(since, on="good", how="left")
        .filter(pl.col("event_on").is_not_null() & (pl.col("period") >= pl.col("event_on")))
    )
    own = own.join(_made_at_home(goods), on=["kind", "good", "exporter_iso3"], how="anti", maintain_order="left")
    own = own.with_columns(
        pl.Series("q_value", q_values(own["p_value"].to_numpy(), method=settings.false_discovery_method)).fill_nan(None)
    )
    unit = pl.when("is_mass").then(pl.lit("kg")).otherwise(pl.lit("USD")).alias("unit")
    return (
        own.join(meant, on="good", how="left", maintain_order="left")
        .filter(pl.col("unmatched") > 0)
        .select(
            "mineral", "hs_codes", *UNIT[1:], "period", "moved", "unmatched", "usual", "excess", unit, "gap_z",
            "p_value", "q_value",
        )
        .sort("q_value", "p_value", "mineral", "hs_codes", "kind", "exporter_iso3", "importer_iso3", "period",
              nulls_last=True)
    )  # fmt: skip


def _made_at_home(goods: Sequence[Watch]) -> pl.DataFrame:
    """List the outflows of which no inflow is asked, those of each good's origins: `kind`, `good`, `exporter_iso3`."""
    rows = [("outflow", one.name, place) for one in goods for place in one.origins]
    return pl.DataFrame(rows, schema=dict.fromkeys(("kind", "good", "exporter_iso3"), pl.String), orient="row")
