"""What transport and insurance add between leaving and arriving, and how to take it off again."""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl

LARGEST_RATIO = 1.25  # indicators.md 1: exp(m) is bound to [1.00, 1.25]


@dataclass(frozen=True, slots=True)
class Margin:
    """A fitted CIF margin: ln(M/X) = intercept + slope·z + curve·z², z = ln(km) − ln(typical_km), bound afterwards."""

    intercept: float = math.log(1.06)
    """Default 6 %: the OECD's international transport and insurance costs average 6 % of import value (Miao and
    Fortanier 2017, OECD Statistics Working Paper 2017/04)."""
    slope: float = 0.0
    curve: float = 0.0
    typical_km: float = 7_000.0
    """Centre of the distances; 7,000 km is about the mean distance of world trade."""
    spread_ln: float = 0.52
    """Residual spread of ln(M/X): nickel ore in UN data, ln(1.89/0.94)/1.349 (indicators.md 4)."""
    n_pairs: int = 0
    """Clean pairs behind the fit; 0 means the default above."""


def ln_margin(margin: Margin, distance_km: pl.Expr | None = None) -> pl.Expr:
    """What freight and insurance add to the value, as a natural logarithm in [0, ln 1.25].

    Null or missing distance: the margin at the typical distance. Source: indicators.md 1.
    """
    if distance_km is None:
        bounded = min(max(margin.intercept, 0.0), math.log(LARGEST_RATIO))
        return pl.lit(bounded)
    z = (distance_km.clip(lower_bound=1.0).log() - math.log(margin.typical_km)).fill_null(0.0)
    return (margin.intercept + margin.slope * z + margin.curve * z * z).clip(0.0, math.log(LARGEST_RATIO))


def fob_value(value: pl.Expr, valuation: pl.Expr, margin_ln: pl.Expr) -> pl.Expr:
    """Import value without freight and insurance: M_fob = M / exp(m); already FOB or customs value stays.

    Null value stays null; null valuation counts as CIF, the rule for imports.
    """
    is_free = valuation.is_in(["FOB", "customs"]).fill_null(value=False)
    return pl.when(is_free).then(value).otherwise(value / margin_ln.exp())
