"""Goods as they are mined, ores and natural minerals: what leaves a hub as these did not come as anything else."""

from __future__ import annotations

import polars as pl

from features.corridors.lanes import TRIAL

MINED = r"^(25\d\d|260\d|261[0-7])\d\d$"
"""HS chapter 25 (salt, stone and earths) and headings 2601 to 2617 (ores and concentrates); slag and ash are made."""


def unsourced_mined(corridors: pl.LazyFrame, lanes: pl.LazyFrame) -> pl.LazyFrame:
    """Left the hub as ore or natural mineral, though no such good had come from the origin.

    `corridors` of goods whose name joins several codes by `;`; `lanes` from `excess_over_expected`, of single codes
    too. Adds `mined_unsourced`: what rose out of the hub in mined codes less what rose into it in these, at least 0, in
    the lanes' unit; null for goods of one code or without a mined one. Metals and oxides are made of ore, never ore of
    them. Source: direction of processing (indicators.md 16).
    """
    codes = pl.col("mineral").cast(pl.String).str.split("#").list.first()
    name, ways = [*TRIAL[1:], "code"], ["origin_iso3", "hub_iso3", "destination_iso3"]
    asked = (
        corridors.filter(codes.str.contains(";", literal=True))
        .select(*TRIAL, *ways, codes.str.split(";").alias("code"))
        .explode("code", empty_as_null=False)
        .filter(pl.col("code").str.contains(MINED))
    )
    rose = (
        lanes.with_columns(codes.alias("code"))
        .filter(pl.col("code").str.contains(MINED), pl.col("excess") > 0)
        .group_by(*name, "exporter_iso3", "importer_iso3")
        .agg(pl.col("excess").max())
    )
    legs = asked
    for leg, start, end in (("came", "origin_iso3", "hub_iso3"), ("left", "hub_iso3", "destination_iso3")):
        own = rose.rename({"exporter_iso3": start, "importer_iso3": end, "excess": leg})
        legs = legs.join(own, on=[*name, start, end], how="left")
    part = (pl.col("left").fill_null(0.0) - pl.col("came").fill_null(0.0)).clip(lower_bound=0.0)
    found = legs.group_by(*TRIAL, *ways).agg(part.sum().round(3).alias("mined_unsourced"))
    return corridors.join(found, on=[*TRIAL, *ways], how="left")
