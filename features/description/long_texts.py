"""Longer texts than anybody needs, cut down to what is read: their start, the passages that name something, their end.

The whole text is searched once, by a sieve that costs in proportion to its length; so a term in the middle of a
megabyte is found, and everything finer (disguises, company, denial) is done on no more than `LONGEST_READ` characters.
"""

from __future__ import annotations

import polars as pl

from features.confusables import DIGIT_LETTERS
from features.description.normalise import LONGEST_READ, READ_FROM_END, normalised_text
from features.description.vocabulary import Vocabulary

STEP = 128  # characters of a passage
BESIDE = 48  # characters of its neighbours on either side, for what is said about a term there
PASSAGES = 13  # of a text at most
FROM_START = LONGEST_READ - READ_FROM_END - PASSAGES * (STEP + 2 * BESIDE + 3)
_BETWEEN = " ; "


def cut_down(texts: pl.LazyFrame, vocabulary: Vocabulary) -> pl.LazyFrame:
    """Replace every `text` longer than `LONGEST_READ` characters by the part of it that is read.

    `texts` has `text_no` and `text`, one row per text, no nulls; the same columns come back. Of the passages that may
    name a mineral those with names not met before come first, then the earliest.
    """
    is_long = pl.col("text").str.len_chars() > LONGEST_READ
    long = texts.filter(is_long).cache()
    passages = long.select("text_no", passage=pl.col("text").str.extract_all(f"(?s).{{1,{STEP}}}")).explode("passage")
    before, after = (pl.col("passage").shift(by).over("text_no").fill_null("") for by in (1, -1))
    in_company = passages.with_columns(
        passage=pl.concat_str(before.str.tail(BESIDE), "passage", after.str.head(BESIDE))
    ).with_row_index("at")
    named = in_company.with_columns(names=_names(pl.col("passage"), vocabulary)).filter(pl.col("names") != "")
    is_new = pl.col("names").is_first_distinct().over("text_no")
    kept = (
        named.with_columns(is_new=is_new)
        .sort("text_no", "is_new", "at", descending=[False, True, False])
        .group_by("text_no", maintain_order=True)
        .agg(pl.col("passage").head(PASSAGES).str.join(_BETWEEN))
    )
    parts = [
        pl.col("text").str.head(FROM_START),
        pl.col("passage").fill_null(""),
        pl.col("text").str.tail(READ_FROM_END),
    ]
    told = long.join(kept, on="text_no", how="left").select("text_no", text=pl.concat_str(parts, separator=_BETWEEN))
    return pl.concat([texts.filter(~is_long).select("text_no", "text"), told])


def _names(passage: pl.Expr, vocabulary: Vocabulary) -> pl.Expr:
    """Everything in a passage that may be a mineral's name, whole or with its letters apart or dug in digits."""
    words = normalised_text(passage)
    letters = words.str.replace_all(" ", "", literal=True).str.replace_many(DIGIT_LETTERS)
    whole, solid = (
        pl.lit(patterns["pattern"].unique().sort().to_list(), dtype=pl.List(pl.String))
        for patterns in (vocabulary.lower, vocabulary.solid)
    )
    found = pl.concat_list(words.str.extract_many(whole, leftmost=True), letters.str.extract_many(solid, leftmost=True))
    return found.list.unique().list.sort().list.join("|")
