"""Importers that begin to name their partners otherwise, by consignment instead of origin: what moves in name alone."""

from __future__ import annotations

import polars as pl

from features.corridors.doubt import TWO_SIDES_LN
from features.corridors.hubs import ratio_share
from features.corridors.lanes import TRIAL
from features.corridors.rebooked import corridor_legs, is_known_to_both, told_by_sides

WHOLE_CHANGE = 0.5  # of the importer's trade in the good: the months before may hold some under either basis
_LEG = (*TRIAL, "exporter_iso3", "importer_iso3")
_IMPORTER = (*TRIAL, "importer_iso3")


def rebased_legs(
    corridors: pl.LazyFrame, trials: pl.LazyFrame, sides: pl.LazyFrame, codes: pl.LazyFrame
) -> pl.LazyFrame:
    """The importer names partners by another basis than before, and gains here alone what it lost elsewhere.

    `corridors` from `corridor_surges`; `trials` from `lay_trials`; `sides` from `both_sides`; `codes`: `mineral`,
    `hs6`. Over months of which, by the look, both sides had published anything, in USD. One row per leg (trial keys,
    `exporter_iso3`, `importer_iso3`) with `rebased_share`, in (0, 1]: of the rise that the importer tells, what the
    exporter does not tell of as well and what other countries lost in the importer's figures (the lesser), times how
    far the part of the good that it names by consignment changed (full from one half on). No row where the importer
    does not say on what basis it names partners, or the exporter published nothing. Source: indicators.md 7, 18.
    """
    legs = corridor_legs(corridors, trials).join(_changing(sides), on="importer_iso3", how="semi")
    times = (pl.col("post_to") - pl.col("post_from") + 1) / (pl.col("base_to") - pl.col("base_from") + 1)
    windows = legs.select(*_LEG, times.alias("times"))
    told = (
        told_by_sides(legs, sides, codes, by=list(_LEG))
        .join(windows, on=_LEG)
        .with_columns((pl.col(f"{side}_post") - pl.col("times") * pl.col(f"{side}_pre")).alias(side) for side in "xm")
        .filter(pl.col("m") > 0)
    )
    lanes = _all_lanes(legs, sides, codes)
    of_importer = lanes.group_by(_IMPORTER).agg(pl.col("fallen").sum().round(2).alias("all_fallen"), _change())
    own = lanes.select(*_LEG, "fallen")
    unanswered = pl.col("m") - pl.col("x").clip(lower_bound=0.0)
    lost_elsewhere = pl.col("all_fallen") - pl.col("fallen").fill_null(0.0)
    part = ratio_share(pl.min_horizontal(unanswered, lost_elsewhere), pl.col("m"))
    share = part * ratio_share(pl.col("change"), pl.lit(WHOLE_CHANGE))
    return (
        told.join(of_importer, on=_IMPORTER)
        .join(own, on=_LEG, how="left")
        .select(*_LEG, share.round(9).alias("rebased_share"))
        .filter(pl.col("rebased_share") > 0)
    )


def other_readings(
    corridors: pl.LazyFrame, trials: pl.LazyFrame, sides: pl.LazyFrame, codes: pl.LazyFrame
) -> pl.LazyFrame:
    """How many times the importer's figure of a leg the exporter tells, over the months compared.

    Arguments as in `rebased_legs`. One row per leg of which both tell anything, with `exporters_times`, above 0: the
    exporter's value over the importer's, freight taken off, no further from 1 than nineteen in twenty lanes' are
    (`TWO_SIDES_LN`). Source: indicators.md 4.
    """
    told = told_by_sides(corridor_legs(corridors, trials), sides, codes, by=list(_LEG))
    apart = (pl.col("x_post") / pl.col("m_post")).log().clip(-TWO_SIDES_LN, TWO_SIDES_LN)
    return told.filter(pl.col("x_post") > 0, pl.col("m_post") > 0).select(
        *_LEG, apart.exp().round_sig_figs(9).alias("exporters_times")
    )


def _changing(sides: pl.LazyFrame) -> pl.LazyFrame:
    """List the importers that name some partners by origin and some by consignment: only they can have changed."""
    both = pl.col("m_consigned").sum().is_between(0.0, pl.col("m_based").sum(), closed="none")
    return sides.group_by("importer_iso3").agg(both.alias("is_both")).filter("is_both").select("importer_iso3")


def _all_lanes(legs: pl.LazyFrame, sides: pl.LazyFrame, codes: pl.LazyFrame) -> pl.LazyFrame:
    """Sum what each importer of a leg tells of each country it has the good from: `fallen`, and values by basis."""
    months = ["base_from", "base_to", "post_from", "post_to"]
    asked = legs.select(*_IMPORTER, *months).unique().join(codes, on="mineral")
    before, after = (pl.col("month").is_between(f"{span}_from", f"{span}_to") for span in ("base", "post"))
    times = (pl.col("post_to") - pl.col("post_from") + 1) / (pl.col("base_to") - pl.col("base_from") + 1)
    sums = [
        pl.col(name).filter(span).sum().round(2).alias(f"{name}_{when}")
        for name in ("m", "m_based", "m_consigned")
        for when, span in (("pre", before), ("post", after))
    ]
    fallen = (pl.col("times") * pl.col("m_pre") - pl.col("m_post")).clip(lower_bound=0.0).round(2)
    return (
        sides.join(asked, on=["importer_iso3", "hs6"])
        .filter(before | after, is_known_to_both())
        .group_by(_LEG)
        .agg(*sums, times.first().alias("times"))
        .with_columns(fallen.alias("fallen"))
    )


def _change() -> pl.Expr:
    """How far the part of an importer's trade that it names by consignment changed, in [0, 1]; null where unknown."""
    parts = [pl.col(f"m_consigned_{when}").sum() / pl.col(f"m_based_{when}").sum() for when in ("post", "pre")]
    return (parts[0] - parts[1]).abs().fill_nan(None).alias("change")
