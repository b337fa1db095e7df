"""Find the controlled minerals a text names: which term, where, in which reading, in what company."""

from __future__ import annotations

import polars as pl

from features.description.normalise import lower_simplified
from features.description.reading_kinds import READING
from features.description.vocabulary import Vocabulary

SIDE_CHARS = 48  # how far to either side of a term its company is looked at


def find_mentions(readings: pl.LazyFrame, vocabulary: Vocabulary) -> pl.LazyFrame:
    """Return one row per text, reading, place and mineral named there.

    Columns `text_no`, `reading`, `term` (as found, without padding), `start`, `mineral`, `form_id`, `weight`, `before`
    and `after` (up to 48 characters to either side). A term inside a longer term does
    not count: gallium in indium gallium arsenide is the arsenide.
    """
    in_words = _matches(readings, "words", vocabulary.lower)
    in_cased = _matches(readings, "cased", vocabulary.cased)
    found = pl.concat([in_words, in_cased])
    before = pl.col("words").cast(pl.Binary).bin.slice(0, pl.col("start")).cast(pl.String, strict=False)
    after = pl.col("words").cast(pl.Binary).bin.slice(pl.col("end")).cast(pl.String, strict=False)
    return found.select(
        "text_no",
        "reading",
        pl.col("pattern").str.strip_chars().alias("term"),
        "start",
        "mineral",
        "form_id",
        "weight",
        before=lower_simplified(before.str.tail(SIDE_CHARS).str.strip_chars()),
        after=lower_simplified(after.str.head(SIDE_CHARS).str.strip_chars()),
    )


def _matches(readings: pl.LazyFrame, column: str, patterns: pl.DataFrame) -> pl.LazyFrame:
    known = pl.lit(patterns["pattern"].unique().sort().to_list(), dtype=pl.List(pl.String))  # a scalar: built once
    text = pl.col(column)
    found = readings.with_columns(pattern=text.str.extract_many(known, overlapping=True))
    named = found.filter(pl.col("pattern").list.len() > 0).with_columns(
        start=text.str.find_many(known, overlapping=True).cast(pl.List(pl.Int64))
    )
    placed = named.explode("pattern", "start").with_columns(
        end=pl.col("start") + pl.col("pattern").str.len_bytes().cast(pl.Int64)
    )
    whole = placed.sort("text_no", "reading", "start", "end", descending=[False, False, False, True]).filter(
        pl.col("end") > pl.col("end").cum_max().shift(1).over("text_no", "reading").fill_null(-1)
    )
    told = whole.join(patterns.lazy(), on="pattern", how="left", maintain_order="left")
    return told.select(
        "text_no",
        pl.col("reading").cast(READING),
        "pattern",
        "start",
        "end",
        "mineral",
        "form_id",
        "weight",
        words=pl.col(column),
    )
