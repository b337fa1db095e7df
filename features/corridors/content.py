"""Content corridors: the origin's controlled material goes to a third country, goods made of it go on from there."""

from __future__ import annotations

import polars as pl

from features.corridors.lanes import TRIAL

CONTENT = (*TRIAL, "good", "origin_iso3", "hub_iso3", "destination_iso3")


def content_surges(material: pl.LazyFrame, made: pl.LazyFrame) -> pl.LazyFrame:
    """More of the controlled material came into the hub, and more of what is made of it went on to the destination.

    `material` and `made` from `excess_over_expected`: lanes of the controlled codes, and lanes of the goods made of
    them (with `good`), in the same trials. A content corridor is looked at where both legs carried a material amount
    after the date and both have a past. Columns: `CONTENT`, `content_z` (the lesser of both legs' excess in
    ordinary noises), `in_excess out_excess` with `in_is_mass out_is_mass` (kg, else USD), `out_usd` (value that
    went on), `post_from post_to`. Work done abroad is lawful in itself: a rise says only where to ask for the origin
    of the content. Source: this project; indicators.md 11, 16.
    """
    keys = list(TRIAL)
    usable = (pl.col("post_sum") >= pl.col("floor")) & pl.col("z").is_not_null()
    incoming = material.filter(usable & pl.col("is_from_origin")).select(
        *keys, pl.col("exporter_iso3").alias("origin_iso3"), pl.col("importer_iso3").alias("hub_iso3"),
        pl.col("z").alias("in_z"), pl.col("excess").alias("in_excess"), pl.col("is_mass").alias("in_is_mass"),
        "post_from", "post_to",
    )  # fmt: skip
    outgoing = made.filter(usable & ~pl.col("is_from_origin")).select(
        *keys, "good", pl.col("exporter_iso3").alias("hub_iso3"), pl.col("importer_iso3").alias("destination_iso3"),
        pl.col("z").alias("out_z"), pl.col("excess").alias("out_excess"), pl.col("is_mass").alias("out_is_mass"),
        pl.col("post_usd").alias("out_usd"),
    )  # fmt: skip
    both = incoming.join(outgoing, on=[*keys, "hub_iso3"], how="left")
    return both.filter(
        pl.col("destination_iso3").is_not_null(),
        pl.col("destination_iso3") != pl.col("origin_iso3"),
        pl.col("destination_iso3") != pl.col("hub_iso3"),
    ).select(
        *CONTENT, pl.min_horizontal("in_z", "out_z").alias("content_z"), "in_excess", "in_is_mass", "out_excess",
        "out_is_mass", "out_usd", "post_from", "post_to",
    )  # fmt: skip
