"""How far a figure lies from what is usual for the declared good, in robust spreads of the log."""

from __future__ import annotations

import polars as pl

from features.parcel.rules import ParcelRules
from features.strength import ramp


def spreads_apart(quantity: str, rules: ParcelRules) -> pl.Expr:
    """Signed distance in spreads, beyond which prices are wild; null where the figure or its history is unknown."""
    return (pl.col(f"log_{quantity}") - pl.col(f"{quantity}_middle")) / pl.col(f"{quantity}_spread").clip(
        lower_bound=rules.spread_least
    )


def unit_value_high(rules: ParcelRules) -> pl.Expr:
    """Declared at far more per kilogram than this good usually is. indicators.md 24."""
    return ramp(spreads_apart("unit_value", rules), rules.doubt_from_spreads, rules.doubt_full_spreads)


def unit_value_low(rules: ParcelRules) -> pl.Expr:
    """Declared at far less per kilogram than this good usually is. indicators.md 24."""
    return ramp(-spreads_apart("unit_value", rules), rules.doubt_from_spreads, rules.doubt_full_spreads)
