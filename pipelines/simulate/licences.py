"""Export licences as issued, and the licence number that each declaration names."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulate.disguises import rewritten
from pipelines.simulate.draws import Ints, own_numbers, stream
from pipelines.simulate.movements import Setting

OWN, OVERDRAWN, BORROWED, INVENTED = 1, 2, 3, 4
_KEYS = ["firm", "mineral", "declared_destination", "consignee", "half"]
FORGOTTEN_SHARE = 0.03  # honest declarations that do not name their licence
MISTYPED_SHARE = 0.012
HONEST_OVERDRAW_SHARE = 0.02


def issue_licences(world: Setting, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """Issue a licence for each holder, mineral, consignee and half-year that needs one.

    Returns the licences as in the contract, and a licence number (or null) for each movement in the given order.
    """
    rng = stream(world.seed, "licences")
    at = np.flatnonzero(rows["licence_plan"].to_numpy() > 0)
    named = rows[at]
    claims = named.select("firm", "declared_destination", "consignee", "licence_plan", "kg", "usd_per_kg").with_columns(
        world.goods.each("mineral", named["good"].to_numpy()),
        pl.Series("control_day", world.rules.licensed_from[named["good"].to_numpy()]),
        world.goods.each("hs_code", named["good"].to_numpy()).alias("code"),
        pl.Series("half", (named["day"].to_numpy() - world.first_day) // 182),
        (pl.col("kg") * pl.col("usd_per_kg")).alias("usd"),
    )
    issued = (
        claims.filter(pl.col("licence_plan").is_in([OWN, OVERDRAWN]))
        .group_by(_KEYS)
        .agg(
            pl.col("kg").sum().round(3),
            pl.col("usd").sum().round(2),
            (pl.col("licence_plan") == OVERDRAWN).any().alias("over"),
            pl.col("control_day").min(),
            pl.col("code").unique().sort().str.join(";").alias("hs_codes"),
        )
        .sort(_KEYS)
    )
    count = issued.height
    short = issued["over"].to_numpy() | (rng.random(count) < HONEST_OVERDRAW_SHARE)
    room = np.where(short, rng.uniform(0.4, 0.9, count), rng.uniform(1.02, 1.7, count))
    numbers = 1_000_000 + own_numbers(rng, 9_000_000, count, part=world.part, parts=world.parts)
    opens = world.first_day + issued["half"].to_numpy() * 182 - rng.integers(1, 25, count)
    opens = np.maximum(opens, issued["control_day"].to_numpy())
    issued = issued.with_columns(
        pl.Series("number", numbers),
        pl.Series("opens", opens.astype(np.int32)).cast(pl.Date),
        pl.Series("closes", (opens + 205 + rng.integers(0, 20, count)).astype(np.int32)).cast(pl.Date),
        pl.Series("licensed_kg", np.round(issued["kg"].to_numpy() * room, 1)),
        pl.Series(
            "licensed_usd", np.where(rng.random(count) < 0.4, np.nan, np.round(issued["usd"].to_numpy() * room * 1.1))
        ).fill_nan(None),
        pl.Series("any_consignee", rng.random(count) < 0.1),
    ).with_columns(pl.format("{}-DU{}", pl.col("opens").dt.year(), "number").alias("licence_no"))
    buyers = world.firms.buyer_id
    licences = issued.select(
        "licence_no",
        pl.Series("holder_id", world.firms.exporter_id.gather(issued["firm"])),
        "mineral",
        "hs_codes",
        pl.Series("destination_iso3", world.places.codes).gather(issued["declared_destination"]),
        pl.when(~pl.col("any_consignee")).then(buyers.gather(issued["consignee"])).alias("consignee_id"),
        pl.Series("end_user", world.firms.buyer_name.gather(issued["consignee"])),
        pl.col("opens").alias("valid_from"),
        pl.col("closes").alias("valid_to"),
        "licensed_kg",
        "licensed_usd",
    ).sort("licence_no")
    written = _named(rng, claims, issued, at=at, count=rows.height)
    return licences, rewritten(pl.repeat(None, rows.height, dtype=pl.String, eager=True), [(at, written)])


def _named(rng: np.random.Generator, claims: pl.DataFrame, issued: pl.DataFrame, *, at: Ints, count: int) -> pl.Series:
    """Name a licence for each claim; `at` are their rows among `count`, for each of which chance is drawn."""
    own = claims.join(issued.select(*_KEYS, "licence_no"), on=_KEYS, how="left", maintain_order="left")["licence_no"]
    if issued.height:
        by_mineral = issued.sort("mineral", "licence_no").with_columns(pl.int_range(pl.len()).alias("at"))
        first = by_mineral.group_by("mineral").agg(pl.col("at").min(), pl.len()).sort("mineral")
        span = claims.select("mineral").join(first, on="mineral", how="left", maintain_order="left")
        depth = (rng.random(count)[at] * span["len"].fill_null(1).to_numpy()).astype(np.int64)
        borrowed = by_mineral["licence_no"].gather(span["at"].fill_null(0).to_numpy() + depth)
    else:
        borrowed = pl.repeat(None, claims.height, dtype=pl.String, eager=True)
    chance = rng.random(count)[at]
    frame = claims.select("licence_plan").with_columns(
        own.alias("own"),
        borrowed.alias("borrowed"),
        pl.Series("invented", rng.integers(1_000_000, 10_000_000, count)[at]),
        pl.Series("chance", chance),
    )
    plan = pl.col("licence_plan")
    kept = plan.is_in([OWN, OVERDRAWN]) & (pl.col("chance") >= FORGOTTEN_SHARE)
    mistyped = kept & (pl.col("chance") > 1 - MISTYPED_SHARE)
    return frame.select(
        pl.when(mistyped)
        .then(pl.concat_str(pl.col("own").str.slice(0, 9), pl.col("own").str.slice(10)))
        .when(kept)
        .then("own")
        .when(plan == BORROWED)
        .then("borrowed")
        .when(plan == INVENTED)
        .then(pl.format("2025-DU{}", "invented"))
        .alias("licence_no")
    )["licence_no"]
