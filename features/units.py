"""Units, mass into kilograms above all; figures and declared words as sentences tell them."""

from __future__ import annotations

import polars as pl

KG_PER_TONNE = 1_000.0  # SI Brochure, 9th edition (2019), table 8
KG_PER_POUND = 0.45359237  # exact; International Yard and Pound Agreement (1959)


def kg_from_tonnes(tonnes: pl.Expr) -> pl.Expr:
    """Mass in kilograms of a mass in metric tonnes; null stays null.

    >>> pl.select(kg_from_tonnes(pl.lit(pl.Series("net", [1.5, None])))).to_series().to_list()
    [1500.0, None]
    """
    return tonnes.cast(pl.Float64) * KG_PER_TONNE


def kg_from_grams(grams: pl.Expr) -> pl.Expr:
    """Mass in kilograms of a mass in grams; null stays null.

    >>> pl.select(kg_from_grams(pl.lit(pl.Series("net", [250, None])))).to_series().to_list()
    [0.25, None]
    """
    return grams.cast(pl.Float64) * (1.0 / 1_000.0)  # SI prefix


def kg_from_pounds(pounds: pl.Expr) -> pl.Expr:
    """Mass in kilograms of a mass in avoirdupois pounds; null stays null.

    >>> pl.select(kg_from_pounds(pl.lit(pl.Series("net", [2.0, None])))).to_series().to_list()
    [0.90718474, None]
    """
    return pounds.cast(pl.Float64) * KG_PER_POUND


def plain_number(value: pl.Expr) -> pl.Expr:
    """Write a number as text without a trailing `.0`; null stays null.

    >>> pl.select(plain_number(pl.lit(pl.Series("net", [5872.0, 0.25, None])))).to_series().to_list()
    ['5872', '0.25', None]
    """
    return value.cast(pl.String).str.strip_suffix(".0")


def declared_words(name: str) -> pl.Expr:
    """Cut declared text short for a sentence and drop marks that would change how the words around it read.

    `unknown` where null.

    >>> pl.DataFrame({"name": ["A\u202eB", None]}).select(declared_words("name")).to_series().to_list()
    ['AB', 'unknown']
    """
    return pl.col(name).str.slice(0, 80).str.replace_all(r"[\p{Cc}\p{Cf}]", "").fill_null("unknown")
