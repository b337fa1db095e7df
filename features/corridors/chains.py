"""Chains: goods that leave an origin and reach a destination through two or three others, one after another."""

from __future__ import annotations

import polars as pl

from features.corridors.lanes import TRIAL

MOST_HUBS = 3
RISEN_Z = 1.0
"""A leg counts as risen from one ordinary noise on; chains with a leg below it are no chains."""


def risen_legs(lanes: pl.LazyFrame) -> pl.LazyFrame:
    """Keep the lanes that carry materially more than expected: trial keys, `start`, `end`, `z`, `excess`.

    `lanes` from `excess_over_expected`.
    """
    return lanes.filter(pl.col("post_sum") >= pl.col("floor"), pl.col("z") >= RISEN_Z, pl.col("excess") > 0).select(
        *TRIAL,
        pl.col("exporter_iso3").alias("start"),
        pl.col("importer_iso3").alias("end"),
        pl.col("z"),
        pl.col("excess"),
        "is_from_origin",
        "is_mass",
        "post_from",
        "post_to",
    )


def strongest_chains(lanes: pl.LazyFrame, *, most_hubs: int = MOST_HUBS) -> pl.LazyFrame:
    """More went from country to country along a whole chain: the chain whose weakest leg rose most.

    `lanes` from `excess_over_expected`. One row per trial, origin, destination and number of hubs (2 to `most_hubs`):
    `hubs` (in order, joined by `>`), `chain_z` (z of the weakest leg), `passed` (smallest excess of a leg: at most so
    much can have gone the whole way, in the good's unit), `is_mass post_from post_to`. No country stands twice in a
    chain. A chain longer than needed is never stronger than its strongest leg, so chains are compared only with chains
    of as many hubs. Source: this project; indicators.md 9, 11.
    """
    legs = risen_legs(lanes).collect().lazy()
    onward = legs.filter(~pl.col("is_from_origin")).select(
        *TRIAL, pl.col("start").alias("at"), pl.col("end").alias("to"), pl.col("z").alias("z_next"),
        pl.col("excess").alias("excess_next"),
    )  # fmt: skip
    paths = legs.filter("is_from_origin").select(
        *TRIAL,
        pl.col("start").alias("origin_iso3"),
        pl.col("end").alias("at"),
        pl.concat_list("start", "end").alias("places"),
        pl.col("z").alias("chain_z"),
        pl.col("excess").alias("passed"),
        "is_mass",
        "post_from",
        "post_to",
    )
    found = []
    for n_hubs in range(1, most_hubs + 1):
        paths = (
            paths.join(onward, on=[*TRIAL, "at"], how="left")
            .filter(pl.col("to").is_not_null())
            .filter(~pl.col("places").list.contains(pl.col("to")))
            .with_columns(
                pl.min_horizontal("chain_z", "z_next").alias("chain_z"),
                pl.min_horizontal("passed", "excess_next").alias("passed"),
                pl.concat_list("places", "to").alias("places"),
                pl.col("to").alias("at"),
            )
            .drop("to", "z_next", "excess_next")
            .collect()
            .lazy()
        )
        if n_hubs >= 2:
            found.append(paths.with_columns(pl.lit(n_hubs, dtype=pl.Int64).alias("n_hubs")))
    key = [*TRIAL, "origin_iso3", "destination_iso3", "n_hubs"]
    hubs = pl.col("places").list.slice(1, pl.col("places").list.len() - 2).list.join(">").alias("hubs")
    return (
        pl.concat(found)
        .rename({"at": "destination_iso3"})
        .with_columns(hubs)
        .drop("places")
        .sort(*key, "chain_z", "hubs", descending=[False] * len(key) + [True, False])
        .unique(key, keep="first", maintain_order=True)
    )


def chain_places(lanes: pl.LazyFrame) -> pl.LazyFrame:
    """List every trial, origin and destination for which a chain was looked for: those that take in the good at all."""
    material = lanes.filter(pl.col("post_sum") >= pl.col("floor"))
    origins = material.filter("is_from_origin").select(*TRIAL, pl.col("exporter_iso3").alias("origin_iso3")).unique()
    ends = material.filter(~pl.col("is_from_origin")).select(*TRIAL, pl.col("importer_iso3").alias("destination_iso3"))
    return origins.join(ends.unique(), on=list(TRIAL), how="left").filter(
        pl.col("origin_iso3") != pl.col("destination_iso3")
    )
