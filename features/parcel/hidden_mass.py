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


def hidden_mass(rules: ParcelRules) -> pl.Expr:
    """More mass is declared than this good's usual density, packing and price go with. indicators.md 24 to 26.

    Hidden goods that are weighed but neither valued nor given room move density, mass per package and price per
    kilogram at once, each by less than trade does alone. The one factor of mass that explains them best is judged
    (see `mass_factor`): its distance from 1 in its own spreads, and its size. 0 where neither density nor packing lies
    at least one spread above the usual, since cheap goods are no heavy ones. Null where fewer than two are known.
    """
    strength = (ramp(_in_spreads(rules), 1.5, 5.0) * ramp(mass_factor(rules).log(), 0.05, 0.5)).sqrt()  # own choice
    is_heavy = pl.max_horizontal(_apart(one, rules) / _spread(one, rules) for one in _PHYSICAL) >= 1.0
    return pl.when(is_heavy.fill_null(value=False) | strength.is_null()).then(strength).otherwise(0.0)


def mass_factor(rules: ParcelRules) -> pl.Expr:
    """Times the mass that density, packing and price go with: the mean of their logs, weighed by precision.

    Null where fewer than two are known, or neither density nor packing.
    """
    mean = _weighed(rules) / _precision(rules)
    return pl.when(_is_known(rules)).then(mean.exp())


def fitting_words() -> pl.Expr:
    """Say the figures that were weighed beside what they usually are; those that are unknown are left out."""
    said = [
        pl.format(words, *(plain_number(pl.col(name).round_sig_figs(4)) for name in (figure, f"usual_{figure}")))
        for figure, words in _WORDS.items()
    ]
    return pl.concat_list(said).list.drop_nulls().list.join(", ")


def _in_spreads(rules: ParcelRules) -> pl.Expr:
    return pl.when(_is_known(rules)).then(_weighed(rules) / _precision(rules).sqrt())


def _is_known(rules: ParcelRules) -> pl.Expr:
    known = {one: _apart(one, rules).is_not_null() for one in _SIGNS}
    return (pl.sum_horizontal(known.values()) >= 2) & pl.any_horizontal(known[one] for one in _PHYSICAL)


def _spread(quantity: str, rules: ParcelRules) -> pl.Expr:
    return pl.col(f"{quantity}_spread").clip(lower_bound=rules.spread_least)


def _apart(quantity: str, rules: ParcelRules) -> pl.Expr:
    """Log distance from the usual towards more mass, no more than `wild_spreads`: one wild figure proves nothing."""
    most = rules.wild_spreads * _spread(quantity, rules)
    return (_SIGNS[quantity] * (pl.col(f"log_{quantity}") - pl.col(f"{quantity}_middle"))).clip(-most, most)


def _precision(rules: ParcelRules) -> pl.Expr:
    return pl.sum_horizontal(
        pl.when(_apart(one, rules).is_not_null()).then(_spread(one, rules).pow(-2)) for one in _SIGNS
    )


def _weighed(rules: ParcelRules) -> pl.Expr:
    return pl.sum_horizontal(_apart(one, rules) * _spread(one, rules).pow(-2) for one in _SIGNS)
