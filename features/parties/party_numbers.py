"""Parties as numbers: joins and windows over millions of rows are three times faster than on text."""

from __future__ import annotations

import polars as pl

from features.countries import PLACE_CODES
from features.lookback import settle

SIDES = ("exporter", "consignee", "declarant")


def number_parties(frames: tuple[pl.LazyFrame, ...]) -> tuple[pl.LazyFrame, ...]:
    """Number the parties of several frames alike: `exporter`, `consignee`, `declarant`, and numbers of combinations.

    Frames carry `<side>_key`, `hs4` and `destination_iso3`. Adds `pair`, `exporter_goods`, `exporter_lane` and
    `everybody` (0). A missing part makes the number null. Numbers mean nothing beyond one call.
    """
    for side in SIDES:
        key = f"{side}_key"
        known = pl.concat([frame.select(key) for frame in frames]).drop_nulls().unique().sort(key)
        numbers = settle(known.with_row_index(side).with_columns(pl.col(side).cast(pl.Int64)))
        frames = tuple(frame.join(numbers, on=key, how="left") for frame in frames)
    return tuple(frame.with_columns(_combinations()) for frame in frames)


def _combinations() -> list[pl.Expr]:
    house = pl.col("exporter") * 2**32
    place = pl.col("destination_iso3").cast(pl.Enum(PLACE_CODES), strict=False).to_physical().cast(pl.Int64)
    return [
        (house + pl.col("consignee")).alias("pair"),
        (house + pl.col("hs4").cast(pl.Int64, strict=False)).alias("exporter_goods"),
        (house + place).alias("exporter_lane"),
        pl.lit(0, pl.Int64).alias("everybody"),
    ]
