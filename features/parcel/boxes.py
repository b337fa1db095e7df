"""Container limits: what a box can carry by mass and by room."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from features.parcel.rules import Box, ParcelRules
from features.strength import ramp, ratio, strongest


def box_feet(container_type: pl.Expr) -> pl.Expr:
    """Length of the container in feet, 20 or 40; null where the type does not say.

    Reads ISO 6346 size codes (`22G1`, `45G1`, `L5G1`) and trade shorthand (`20GP`, `40' HC`). A 45-foot box is
    counted as 40.

    >>> kinds = pl.Series(["22G1", "40' HC", "45G1", "LCL", None])
    >>> pl.select(box_feet(pl.lit(kinds))).to_series().to_list()
    [20, 40, 40, None, None]
    """
    kind = container_type.str.slice(0, 64).str.to_uppercase().str.strip_chars()
    iso = kind.str.extract(r"^([24L])[0-9A-Z][A-Z][0-9A-Z]$", 1)
    return (
        pl.when(iso == "2")
        .then(20)
        .when(iso.is_in(["4", "L"]))
        .then(40)
        .when(kind.str.contains("20", literal=True))
        .then(20)
        .when(kind.str.contains(r"4[05]"))
        .then(40)
        .otherwise(None)
        .cast(pl.Int32)
    )


def payload_share(rules: ParcelRules) -> pl.Expr:
    """Declared mass over what the declared containers can carry; null without containers or mass.

    The larger of net and gross mass; where the type is unknown, the largest box, so that doubt is never made of
    ignorance.
    """
    mass = pl.max_horizontal("net_kg", "gross_kg")
    return ratio(mass, pl.col("n_containers") * _limit(rules, lambda box: box.payload_kg))


def volume_share(rules: ParcelRules) -> pl.Expr:
    """Declared volume over the room in the declared containers; null without containers or volume."""
    return ratio(pl.col("volume_m3"), pl.col("n_containers") * _limit(rules, lambda box: box.volume_m3))


def container_overfull(rules: ParcelRules) -> pl.Expr:
    """More mass or volume is declared than the containers can hold. indicators.md 26."""
    heavy = ramp(pl.col("payload_share"), rules.box_slack, rules.box_full)
    wide = ramp(pl.col("volume_share"), rules.volume_slack, rules.volume_slack + rules.box_full - rules.box_slack)
    return strongest(heavy, wide)


def heavy_in_small_space(rules: ParcelRules) -> pl.Expr:
    """A box near its payload with almost all its room empty, and the declared good is not that dense.

    0 where the declared good can be that dense; null where mass, volume or containers are unknown. indicators.md 25.
    """
    loaded = ramp(pl.col("payload_share"), 0.5, 0.9)  # below half the payload nothing is remarkable (own choice)
    emptiness = ramp(rules.small_space_share / pl.col("volume_share"), 1.0, 2.0)
    explained = (pl.col("density_kg_m3") <= pl.col("densest_kg_m3")).fill_null(value=False)
    return pl.when(explained).then(pl.col("volume_share") * 0.0).otherwise(loaded * emptiness)


def _limit(rules: ParcelRules, of: Callable[[Box], float]) -> pl.Expr:
    largest = max(of(box) for box in rules.boxes)
    by_feet = {box.feet: of(box) for box in rules.boxes}
    return pl.col("box_feet").replace_strict(by_feet, default=largest, return_dtype=pl.Float64)
