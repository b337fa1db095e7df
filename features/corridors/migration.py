"""Code migration: mass that leaves a controlled code while a neighbouring one gains it, on the same lane and months."""

from __future__ import annotations

import math

import polars as pl

from features.corridors.lanes import TRIAL

LEAST_MOVED_SHARE = 0.3  # of the lane's loss that the neighbour gained: less is coincidence of two noisy codes
SIMILAR_LN = math.log(2.0)
"""Unit values within twofold of each other are the same kind of good; beyond fourfold they surely are not."""
EVERYWHERE_SHARE = 0.5  # of the origin's lanes moving alike: a change of nomenclature knows no destination
RISEN_Z = 1.0
"""A lane can lose no more than it had: with honest spread 0.52, all of it is about 1.9 noises, half is 1."""
OUT = "out of the controlled code"
BETWEEN = "between controlled codes"
_LANE = [*TRIAL, "exporter_iso3", "importer_iso3"]
_VALUES = ["hs6", "excess", "noise", "z", "floor", "is_mass", "pre_uv", "post_uv", "expected", "post_sum"]


def price_likeness(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    """How alike two unit values are: 1 within twofold, 0 from fourfold on. Null where either is unknown."""
    apart = (one / other).log().abs()
    return (1.0 - (apart - SIMILAR_LN).clip(lower_bound=0.0) / SIMILAR_LN).clip(0.0, 1.0)


def code_migrations(lanes: pl.LazyFrame, neighbours: pl.LazyFrame, barred: pl.LazyFrame) -> pl.LazyFrame:
    """What stopped under a controlled code began under another on the same lane, at a similar price.

    `lanes` and `neighbours` from `excess_over_expected`, real trials, each code a good of its own, with `hs6`; and
    `mineral` the watch; neighbours with `is_watched`: whether a measure controls that code too. `barred`: `mineral`,
    `destination_iso3` that a measure names. One row per trial, origin, partner and pair of codes that moved in
    opposite directions:

    - `from_hs6 to_hs6`; `moved` (smaller of loss and gain, `unit` kg or USD), `moved_share` of the loss;
    - `price_likeness` in [0, 1] (1: equal unit values; 0: fourfold apart; null: not both known);
    - `alike_share`: share of the origin's other lanes of that code that moved the same way in those months;
    - `kind`: `into the controlled code` (goods declared openly under it: reclassification, lawful), `everywhere`
      (most lanes at once: a change of nomenclature or ruling, lawful), `between controlled codes` (no control is left
      behind, but for what each of the two covers) or `out of the controlled code` (doubt);
    - `doubt`: strength in [0, 1] of evasion, 0 for the lawful kinds. Source: indicators.md 15.
    """
    own = lanes.filter("is_from_origin").select(*_LANE, *_VALUES)
    near = neighbours.filter("is_from_origin").select(*_LANE, *_VALUES, "is_watched")
    moves = _with_alike(_moves(own, near), own)
    named = barred.select("mineral", pl.col("destination_iso3").alias("importer_iso3")).unique()
    named = named.with_columns(pl.lit(value=True).alias("is_barred"))
    kind = (
        pl.when(~pl.col("is_out") & ~pl.col("is_watched"))
        .then(pl.lit("into the controlled code"))
        .when(pl.col("alike_share") >= EVERYWHERE_SHARE)
        .then(pl.lit("everywhere"))
        .when("is_watched")
        .then(pl.lit(BETWEEN))
        .otherwise(pl.lit(OUT))
    )
    strength = pl.col("moved_share") * pl.col("price_likeness").fill_null(0.5) * (1.0 - pl.col("alike_share"))
    return (
        moves.join(named, on=["mineral", "importer_iso3"], how="left")
        .with_columns(kind.alias("kind"), pl.col("is_barred").fill_null(value=False))
        .select(
            "mineral", "event", "look", pl.col("exporter_iso3").alias("origin_iso3"),
            pl.col("importer_iso3").alias("partner_iso3"), "from_hs6", "to_hs6", "moved",
            pl.when("is_mass").then(pl.lit("kg")).otherwise(pl.lit("USD")).alias("unit"), "moved_share",
            "price_likeness", "alike_share", "is_barred", "kind",
            pl.when(pl.col("kind") == OUT).then(strength).otherwise(0.0).alias("doubt"),
        )
        .sort("doubt", "moved", "mineral", "origin_iso3", "partner_iso3", "from_hs6", "to_hs6",
              descending=[True, True, False, False, False, False, False])
    )  # fmt: skip


def _moves(own: pl.LazyFrame, near: pl.LazyFrame) -> pl.LazyFrame:
    """Pair the codes of a lane that moved in opposite directions, materially and beyond coincidence."""
    both = own.join(near, on=_LANE, how="left", suffix="_near").filter(
        pl.col("is_mass") == pl.col("is_mass_near"), pl.col("hs6") != pl.col("hs6_near")
    )
    left = (pl.col("z") <= -RISEN_Z) & (pl.col("z_near") >= RISEN_Z)
    came = (pl.col("z") >= RISEN_Z) & (pl.col("z_near") <= -RISEN_Z)
    moved = pl.min_horizontal(pl.col("excess").abs(), pl.col("excess_near").abs())
    lost = pl.when(left).then(pl.col("excess").abs()).otherwise(pl.col("excess_near").abs())
    old = pl.when(left).then("pre_uv").otherwise("pre_uv_near")
    new = pl.when(left).then("post_uv_near").otherwise("post_uv")
    pairs = both.filter(left | came).with_columns(
        pl.when(left).then("hs6").otherwise("hs6_near").alias("from_hs6"),
        pl.when(left).then("hs6_near").otherwise("hs6").alias("to_hs6"),
        left.alias("is_out"),
        moved.alias("moved"),
        (moved / lost).alias("moved_share"),
        price_likeness(new, old).alias("price_likeness"),
    )
    return pairs.filter(pl.col("moved_share") >= LEAST_MOVED_SHARE, pl.col("moved") >= pl.col("floor"))


def _with_alike(moves: pl.LazyFrame, own: pl.LazyFrame) -> pl.LazyFrame:
    """Add `alike_share`: of the origin's other lanes of the code, those that moved the same way; 0 without others."""
    per = [*TRIAL, "exporter_iso3", "hs6"]
    active = own.filter(pl.col("expected") > pl.col("floor")).group_by(per).agg(pl.len().alias("n_lanes"))
    alike = moves.group_by([*per, "hs6_near", "is_out"]).agg(pl.col("importer_iso3").n_unique().alias("n_alike"))
    share = ((pl.col("n_alike") - 1) / (pl.col("n_lanes") - 1)).clip(0.0, 1.0)
    return (
        moves.join(active, on=per, how="left")
        .join(alike, on=[*per, "hs6_near", "is_out"], how="left")
        .with_columns(pl.when(pl.col("n_lanes") > 1).then(share).fill_null(0.0).alias("alike_share"))
    )
