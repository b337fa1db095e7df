"""Form changes at the hub: what comes in as one form goes out as another, followed through the metal in both."""

from __future__ import annotations

import polars as pl

CONVERSION_YIELD = (0.80, 1.02)
"""Metal out over metal in of a lawful or unlawful conversion: losses of roasting and refining up to a fifth, weighing
errors of 2 %. Own choice; relabelling is held to 0.90 (indicators.md 9)."""


def conversions(legs: pl.LazyFrame, content: pl.LazyFrame) -> pl.LazyFrame:
    """Metal came in under one form and left under another: what one could have been made into the other.

    `legs`: `mineral corridor_id side` (in, out), `hs6`, `kg` (excess mass of each code over the window); `content` from
    the mineral list: `mineral hs6 share_low share_high`, metal per kg by stoichiometry. One row per corridor and pair
    of different codes: `in_hs6 out_hs6 in_kg out_kg`, `in_metal_kg out_metal_kg` (middle of the range of content),
    `passed_metal_kg` = min of both, `yield_low yield_high` (metal out over metal in, over both ranges), `fits`:
    whether [0.80, 1.02] meets that range. Null content: no formula fixes it. Source: indicators.md 9, 16.
    """
    rich = legs.join(content, on=["mineral", "hs6"], how="left").filter(pl.col("kg") > 0)
    sides = {
        side: rich.filter(pl.col("side") == side).select(
            "mineral", "corridor_id", pl.col("hs6", "kg", "share_low", "share_high").name.prefix(f"{side}_")
        )
        for side in ("in", "out")
    }
    both = (
        sides["in"]
        .join(sides["out"], on=["mineral", "corridor_id"], how="left")
        .filter(pl.col("out_hs6").is_not_null())
    )
    metal = {
        side: pl.col(f"{side}_kg") * (pl.col(f"{side}_share_low") + pl.col(f"{side}_share_high")) / 2.0
        for side in ("in", "out")
    }
    most_in = pl.col("in_kg") * pl.col("in_share_high")
    least_in = pl.col("in_kg") * pl.col("in_share_low")
    lowest = pl.when(most_in > 0).then(pl.col("out_kg") * pl.col("out_share_low") / most_in)
    highest = pl.when(least_in > 0).then(pl.col("out_kg") * pl.col("out_share_high") / least_in)
    return (
        both.filter(pl.col("in_hs6") != pl.col("out_hs6"))
        .with_columns(
            metal["in"].alias("in_metal_kg"),
            metal["out"].alias("out_metal_kg"),
            lowest.alias("yield_low"),
            highest.alias("yield_high"),
        )
        .with_columns(
            pl.min_horizontal("in_metal_kg", "out_metal_kg").alias("passed_metal_kg"),
            (
                (pl.col("yield_low") <= CONVERSION_YIELD[1])
                & (pl.col("yield_high").fill_null(float("inf")) >= CONVERSION_YIELD[0])
            ).alias("fits"),
        )
        .drop("in_share_low", "in_share_high", "out_share_low", "out_share_high")
        .sort("corridor_id", "in_hs6", "out_hs6")
    )
