"""Isotopes, which medicine and gauges use: gallium-68, indium-111 (heading 2844)."""

from __future__ import annotations

import polars as pl

# Numbers of the isotopes that medicine and gauges use (general knowledge); molybdenum 99 may be its purity.
_ISOTOPES = {
    "gallium": "6[678]",
    "germanium": "68",
    "indium": "111|113m?|114m?",
    "yttrium": "8[678]|90",
    "samarium": "153",
    "lutetium": "177m?",
    "holmium": "166m?",
    "bismuth": "207|21[0234]",
    "antimony": "12[2457]",
    "molybdenum": r"99 (?:generators?|tc|technetium|solution|source|sodium|mbq|gbq|isotope)",
    "tungsten": "18[158]",
    "tellurium": "12[135]m?|132",
    "gadolinium": "153",
    "terbium": "149|152|155|161",
    "dysprosium": "165",
    "erbium": "169",
    "scandium": "4[4678]",
    "europium": "15[245]",
    "ytterbium": "169|175",
    "thulium": "170",
}
_COUNTED = (
    r"^\d+ (?:\d|kgs?|g|gr|grams?|mt|tons?|tonnes?|lbs?|pcs|pieces|drums?|bags?|boxes|ctns?|bottles?|mm|cm|um|mesh|"
    r"ingots?|metal|powders?|oxides?)"
)

_NUMBERS = "|".join(f"{mineral} (?:[a-z]{{1,2}} )?(?:{numbers})" for mineral, numbers in _ISOTOPES.items())


def is_isotope(mineral: pl.Expr, after: pl.Expr) -> pl.Expr:
    """Tell whether the words right behind a mineral's name begin with the number of one of its isotopes.

    Not where the number is an amount or the first part of one.

    >>> texts = pl.DataFrame({"mineral": ["indium", "indium", "gallium"], "after": ["111 oxine", "111 kg", "99 99"]})
    >>> texts.select(is_isotope(pl.col("mineral"), pl.col("after"))).to_series().to_list()
    [True, False, False]
    """
    numbered = pl.format("{} {}", mineral, after)
    return numbered.str.contains(rf"^(?:{_NUMBERS})(?: |$)") & ~after.str.contains(_COUNTED)
