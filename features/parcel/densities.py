"""Does the declared good weigh that much per cubic metre?"""

from __future__ import annotations

import math

import polars as pl

from features.parcel.deviation import spreads_apart
from features.parcel.rules import ParcelRules
from features.strength import ramp
from features.units import plain_number

HEAVIEST_KG_M3 = 22_590.0  # osmium, the densest element (CRC Handbook); no goods can exceed it


def carrier_density(code: pl.Expr, rules: ParcelRules) -> pl.Expr:
    """Densest the declared good can be by general knowledge, kg/m3; null where the code is not in the table.

    The longest matching prefix counts.
    """
    named = sorted(rules.carriers, key=lambda carrier: (-len(carrier.hs_prefix), carrier.hs_prefix))
    lengths = sorted({len(carrier.hs_prefix) for carrier in named}, reverse=True)
    return pl.coalesce(
        code.str.slice(0, length).replace_strict(
            {one.hs_prefix: one.density_kg_m3 for one in named if len(one.hs_prefix) == length},
            default=None,
            return_dtype=pl.Float64,
        )
        for length in lengths
    )


def densest_kg_m3(rules: ParcelRules) -> pl.Expr:
    """Densest the declared good packs to: by its history, else by general knowledge; null where neither is known."""
    by_history = (pl.col("density_middle") + rules.doubt_from_spreads * pl.col("density_spread")).exp()
    return pl.coalesce(by_history, pl.col("carrier_density_kg_m3") * rules.solid_share_most)


def above_densest(rules: ParcelRules) -> pl.Expr:
    """How far the density lies above the densest the declared good packs to, as a strength."""
    low, high = math.log(rules.density_from_ratio), math.log(rules.density_full_ratio)
    return ramp((pl.col("density_kg_m3") / pl.col("densest_kg_m3")).log(), low, high)


def density_off(rules: ParcelRules) -> pl.Expr:
    """The mass does not fit the volume for the declared good. indicators.md 25.

    Against the good's own history on either side; without history only above what general knowledge allows. Denser
    than any matter is 1 for any good. Null where density or any measure of the good is unknown.
    """
    by_history = ramp(spreads_apart("density", rules).abs(), rules.doubt_from_spreads, rules.doubt_full_spreads)
    impossible = pl.col("density_kg_m3") > HEAVIEST_KG_M3
    return pl.when(impossible).then(1.0).otherwise(pl.coalesce(by_history, above_densest(rules)))


def density_words(rules: ParcelRules) -> pl.Expr:
    """Say on which side the density does not fit, and what is usual; null where it is not off."""
    usual, densest = _said(pl.col("density_middle").exp()), _said(pl.col("densest_kg_m3"))
    return (
        pl.when(pl.col("density_kg_m3") > HEAVIEST_KG_M3)
        .then(pl.lit("is more than any matter weighs"))
        .when(spreads_apart("density", rules) < -rules.doubt_from_spreads)
        .then(pl.format("is lighter than the declared good packs to, which usually is about {}", usual))
        .when(spreads_apart("density", rules) > rules.doubt_from_spreads)
        .then(
            pl.format(
                "is denser than the declared good packs to, which usually is about {}, at most {}", usual, densest
            )
        )
        .when(pl.col("density_middle").is_null() & (above_densest(rules) > 0))
        .then(pl.format("is denser than the declared good can be, which packs to at most about {}", densest))
    )


def _said(figure: pl.Expr) -> pl.Expr:
    return plain_number(figure.round_sig_figs(4))


def density_bands(forms: pl.DataFrame, rules: ParcelRules) -> pl.LazyFrame:
    """Build, for each form of a controlled mineral, the densities it can be packed at (see `closest_mineral`).

    Ingots fill most of a volume that is declared as the goods' own; the centre is four fifths solid.
    """
    solid = pl.col("density_kg_m3").cast(pl.Float64)
    return (
        forms.lazy()
        .filter(solid > 0)
        .select(
            "mineral",
            "form_id",
            (solid * rules.solid_share_least).log().alias("low"),
            (solid * 0.8).log().alias("centre"),  # own choice between powder and ingot
            (solid * rules.solid_share_most).log().alias("high"),
            pl.lit(None, pl.Int32).alias("from_month"),
            pl.lit(None, pl.Int32).alias("to_month"),
            pl.lit(value=False).alias("is_later"),
            pl.lit(value=False).alias("is_wide"),
        )
    )
