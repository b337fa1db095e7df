"""Goods under way when a measure took effect: they left the origin before it, and reached the hub after it."""

from __future__ import annotations

import polars as pl

from features.corridors.hubs import ratio_share
from features.corridors.lanes import TRIAL
from features.corridors.rebooked import corridor_legs, is_known_to_both

FIRST_ARRIVALS = 2  # months from a measure on in which what left before it arrives: by sea two to seven weeks
_LEG = (*TRIAL, "exporter_iso3", "importer_iso3")
_SIDES = ("x", "m")


def shipped_before(
    corridors: pl.LazyFrame, trials: pl.LazyFrame, sides: pl.LazyFrame, codes: pl.LazyFrame
) -> pl.LazyFrame:
    """The exporter tells that it left before the measure, the importer that it came after: no licence was asked yet.

    `corridors` from `corridor_surges`; `trials` from `lay_trials`; `sides` from `both_sides`; `codes`: `mineral`,
    `hs6`. Of trials since a measure whose months begin with it; over months of which, by the look, both sides had
    published anything; in USD, each side beside its own months before, so that nothing rests on how far the two lie
    apart. One row per leg (trial keys, `exporter_iso3`, `importer_iso3`) with `shipped_before`, in (0, 1]: of what the
    exporter tells above its usual, in the months between the past and the measure less what had arrived by then, and
    since, the part that had left before; times the part of the importer's rise that came in the first two months. No
    row where the exporter tells of no such rise before the measure. Source: front-loading, indicators.md 11; lags
    between both sides, indicators.md 2.
    """
    since = trials.filter(pl.col("trial") == "real", pl.col("post_from") == pl.col("event"))
    legs = corridor_legs(corridors.join(since.select(TRIAL), on=list(TRIAL), how="semi"), trials)
    month, event = pl.col("month"), pl.col("event")
    spans = {
        "base": (month.is_between("base_from", "base_to"), pl.col("base_to") - pl.col("base_from") + 1),
        "ahead": ((month > pl.col("base_to")) & (month < event), event - pl.col("base_to") - 1),
        "first": (
            (month >= event) & (month < event + FIRST_ARRIVALS) & (month <= pl.col("post_to")),
            pl.min_horizontal(pl.lit(FIRST_ARRIVALS), pl.col("post_to") - event + 1),
        ),
        "post": (month.is_between("post_from", "post_to"), pl.col("post_to") - pl.col("post_from") + 1),
    }
    sums = [
        pl.col(side).filter(within).sum().round(2).alias(f"{side}_{span}")
        for side in _SIDES
        for span, (within, _) in spans.items()
    ]
    lengths = [months.first().alias(f"n_{span}") for span, (_, months) in spans.items()]
    told = (
        sides.join(legs.join(codes, on="mineral"), on=["exporter_iso3", "importer_iso3", "hs6"])
        .filter(month.is_between("base_from", "post_to"), is_known_to_both())
        .group_by(_LEG)
        .agg(*sums, *lengths)
    )

    def risen(side: str, span: str) -> pl.Expr:
        usual = pl.col(f"{side}_base") / pl.col("n_base") * pl.col(f"n_{span}")
        return (pl.col(f"{side}_{span}") - usual).clip(lower_bound=0.0)

    afloat = (risen("x", "ahead") - risen("m", "ahead")).clip(lower_bound=0.0)
    part = ratio_share(afloat, afloat + risen("x", "post")) * ratio_share(risen("m", "first"), risen("m", "post"))
    return told.select(*_LEG, part.round(9).alias("shipped_before")).filter(pl.col("shipped_before") > 0)
