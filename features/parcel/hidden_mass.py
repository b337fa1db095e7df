"""More mass than the room, the boxes and the price go with: each may be off by little, together they are not."""

from __future__ import annotations

import polars as pl

from features.parcel.rules import ParcelRules
from features.strength import ramp
from features.units import plain_number

_SIGNS = {"density": 1.0, "package": 1.0, "unit_value": -1.0}
"""Which way a figure moves when there is more mass than the declared good alone would have."""
_PHYSICAL = ("density", "package")
_WORDS = {
    "density_kg_m3": "{} kg per cubic metre (usually {})",
    "kg_per_package": "{} kg a package (usually {})",
    "unit_value_usd_per_kg": "{} USD/kg (usually {})",
}


def with_hidden_mass(rows: pl.LazyFrame, rules: ParcelRules) -> pl.LazyFrame:
    """Add `hidden_mass` and `mass_factor`. What both ask for stands in columns meanwhile: expressions repeat it often.

    `hidden_mass`: more mass is declared than this good's usual density, packing and price go with. Hidden goods that
    are weighed but neither valued nor given room move density, mass per package and price per kilogram at once, each by
    less than trade does alone. The one factor of mass that explains them best is judged: its distance from 1 in its own
    spreads, and its size. 0 where neither density nor packing lies at least one spread above the usual, since cheap
    goods are no heavy ones. Null where fewer than two are known. indicators.md 24 to 26.

    `mass_factor`: times the mass that density, packing and price go with, the mean of their logs, weighed by precision.
    Null where fewer than two are known, or neither density nor packing.
    """
    apart = {one: pl.col(f"{one}_apart") for one in _SIGNS}
    weight = {one: pl.col(f"{one}_bounded").pow(-2) for one in _SIGNS}
    known = {one: apart[one].is_not_null() for one in _SIGNS}
    is_known = (pl.sum_horizontal(known.values()) >= 2) & pl.any_horizontal(known[one] for one in _PHYSICAL)
    weighed = (
        rows.with_columns(_bounded_spread(one, rules) for one in _SIGNS)
        .with_columns(_apart(one, rules).alias(f"{one}_apart") for one in _SIGNS)
        .with_columns(
            precision=pl.when(is_known).then(
                pl.sum_horizontal(pl.when(known[one]).then(weight[one]) for one in _SIGNS)
            ),
            weighed=pl.sum_horizontal(apart[one] * weight[one] for one in _SIGNS),
        )
        .with_columns(mass_factor=(pl.col("weighed") / pl.col("precision")).exp())
    )
    in_spreads = pl.col("weighed") / pl.col("precision").sqrt()
    strength = (ramp(in_spreads, 1.5, 5.0) * ramp(pl.col("mass_factor").log(), 0.05, 0.5)).sqrt()  # own choice
    is_heavy = pl.max_horizontal(apart[one] / pl.col(f"{one}_bounded") for one in _PHYSICAL) >= 1.0
    is_told = is_heavy.fill_null(value=False) | strength.is_null()
    return weighed.with_columns(hidden_mass=pl.when(is_told).then(strength).otherwise(0.0)).drop(
        "precision", "weighed", *(f"{one}_{what}" for one in _SIGNS for what in ("bounded", "apart"))
    )


def fitting_words() -> pl.Expr:
    """Say the figures that were weighed beside what they usually are; those that are unknown are left out."""
    said = [
        pl.format(words, *(plain_number(pl.col(name).round_sig_figs(4)) for name in (figure, f"usual_{figure}")))
        for figure, words in _WORDS.items()
    ]
    return pl.concat_str(said, separator=", ", ignore_nulls=True)


def _bounded_spread(quantity: str, rules: ParcelRules) -> pl.Expr:
    return pl.col(f"{quantity}_spread").clip(lower_bound=rules.spread_least).alias(f"{quantity}_bounded")


def _apart(quantity: str, rules: ParcelRules) -> pl.Expr:
    """Log distance from the usual towards more mass, no more than `wild_spreads`: one wild figure proves nothing."""
    most = rules.wild_spreads * pl.col(f"{quantity}_bounded")
    return (_SIGNS[quantity] * (pl.col(f"log_{quantity}") - pl.col(f"{quantity}_middle"))).clip(-most, most)
