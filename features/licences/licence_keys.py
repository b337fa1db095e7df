"""Licence numbers as people write them, brought to one form so that they can be compared."""

from __future__ import annotations

import polars as pl

# What is written where there is no licence.
NOT_A_NUMBER = ("NA", "NONE", "NIL", "NO", "NOTREQUIRED", "NOLICENCE", "NOLICENSE", "无", "無", "不需要", "免证", "")


def licence_key(number: pl.Expr) -> pl.Expr:
    """Bring a licence number to capital letters and digits without spaces or punctuation.

    Blank text and words for none give empty text; null stays null.

    >>> numbers = pl.Series(["l-2025 / 001", "Ｌ２０２５００１", "n/a", " ", None])
    >>> pl.select(licence_key(pl.lit(numbers))).to_series().to_list()
    ['L2025001', 'L2025001', '', '', None]
    """
    bare = number.str.normalize("NFKC").str.to_uppercase().str.replace_all(r"[^\p{L}\p{N}]+", "")
    return pl.when(bare.is_in(NOT_A_NUMBER)).then(pl.lit("")).otherwise(bare)
