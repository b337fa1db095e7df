"""Placebo origins: the same comparison seen from other senders of the good, whose goods no measure touched."""

from __future__ import annotations

import polars as pl

from features.corridors.lanes import TRIAL

DONOR = "placebo-donor-"
MOST_DONORS = 10  # largest other senders of a good; more cost time and add no other kind of chance


def with_donors(lanes: pl.LazyFrame) -> pl.LazyFrame:
    """Add, to every comparison, the same one seen from the ten largest other senders of the good: placebo origins.

    `lanes` from `excess_over_expected`. Added rows are told by a trial that begins with `DONOR`. A good with few
    codes or a short past has too few placebo dates of its own origin for a p-value worth the name; what passes through
    third countries from others is as lumpy. Source: indicators.md 11 (placebo corridors).
    """
    senders = (
        lanes.filter(~pl.col("is_from_origin"))
        .group_by(*TRIAL, "exporter_iso3")
        .agg(pl.col("pre_sum", "post_sum").sum())
        .with_columns((pl.col("pre_sum") + pl.col("post_sum")).round(0).alias("size"))
        .sort(*TRIAL, "size", "exporter_iso3", descending=[False] * 4 + [True, False])
        .group_by(TRIAL, maintain_order=True)
        .head(MOST_DONORS)
        .select(*TRIAL, "exporter_iso3", pl.lit(value=True).alias("is_donor"))
    )
    label = (pl.lit(DONOR) + pl.col("trial")).alias("trial")
    others = lanes.filter(~pl.col("is_from_origin"))
    as_origin = (
        others.join(senders, on=[*TRIAL, "exporter_iso3"], how="left")
        .filter("is_donor")
        .drop("is_donor")
        .with_columns(label, pl.lit(value=True).alias("is_from_origin"))
    )
    return pl.concat([lanes, as_origin, others.with_columns(label)])
