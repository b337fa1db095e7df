"""Declared codes matched to control items: the whole printed code, its eight-digit line, or only the HS heading."""

from __future__ import annotations

from functools import lru_cache

import polars as pl

from features.controls.frames import ControlList

# Strength of a match. A licence duty follows the description, not the code, so no match decides anything alone.
PRINTED, LINE, HS6 = 3, 2, 1
MATCH_NAMES = {PRINTED: "printed", LINE: "line8", HS6: "hs6"}
NO_CODE = "-"  # key of a code that no control item has
NATIONAL = "n"  # ends the key of a code that is known to be of the Chinese tariff


def digits_only(code: pl.Expr) -> pl.Expr:
    """Strip dots and spaces from a code; a code without at least six digits cannot be matched and gives null."""
    plain = code.cast(pl.String).str.replace_all(r"\D", "")
    return pl.when(plain.str.len_chars() >= 6).then(plain)


@lru_cache(maxsize=4)
def code_items(controls: ControlList) -> pl.DataFrame:
    """List, for every code that can be declared, the items it may be, how strongly, and in which years.

    Columns: key (10, 8 or 6 digits), item_id, level, rank, and the code table's valid_from, valid_to, known_from,
    known_to. A declared code is looked up by its longest key; the key also carries the weaker matches, for days on
    which the code table no longer has the stronger ones. Only matches of the highest rank in force count: a
    ten-digit code sets aside the other codes of its line, and a line the rest of its heading; but a code declared
    with eight digits may be any printed code of that line, and an eight-digit code printed by an announcement covers
    every ten-digit code in it. Keys that end in "n" are for codes known to be of the Chinese tariff: there a heading
    speaks only for items that have a code in the same line.
    """
    dates = ["valid_from", "valid_to", "known_from", "known_to"]
    announced = controls.announcements.select("announcement_id", valid_from="announced_on")
    headings = (
        controls.codes.select("item_id", key="hs6")
        .unique()
        .join(controls.items.select("item_id", "announcement_id"), on="item_id", how="left")
        .join(announced, on="announcement_id", how="left")
        .with_columns(level=pl.lit(HS6), known_from="valid_from")
        .with_columns(pl.lit(None, pl.Date).alias(name) for name in ("valid_to", "known_to"))
    )
    columns = ["key", "item_id", "level", *dates]
    codes = controls.codes
    printed = codes.with_columns(key="code", level=pl.lit(PRINTED))
    lines = codes.filter(pl.col("digits") == 10).with_columns(key=pl.col("code").str.head(8), level=pl.lit(LINE))
    base = pl.concat([frame.select(columns) for frame in (printed, lines, headings)])
    # every key also stands for its shorter ones; a misprinted code for the heading it is read as
    tens = codes.filter(pl.col("digits") == 10)
    eights = pl.concat([tens.select(key=pl.col("code").str.head(8), hs6="hs6"), codes.select(key="code", hs6="hs6")])
    ladders = pl.concat(
        [
            base.select("key", step="key"),
            tens.select(key="code", step=pl.col("code").str.head(8)),
            eights.select("key", step="hs6"),
        ]
    ).unique()
    lenient = (
        ladders.join(base.rename({"key": "step"}), on="step", how="left")
        .select(columns)
        .drop_nulls("item_id")
        .with_columns(
            rank=pl.when(pl.col("level") == LINE)
            .then(pl.when(pl.col("key").str.len_chars() == 8).then(PRINTED).otherwise(LINE))
            .otherwise("level")
        )
        .unique()
    )
    own_line = codes.select("item_id", line=pl.col("code").str.head(8), is_own=pl.lit(value=True)).unique()
    strict = (
        lenient.filter(pl.col("key").str.len_chars() >= 8)
        .with_columns(line=pl.col("key").str.head(8))
        .join(own_line, on=["item_id", "line"], how="left")
        .filter((pl.col("level") > HS6) | pl.col("is_own"))
        .with_columns(key=pl.col("key") + NATIONAL)
        .select(lenient.columns)
    )
    return pl.concat([lenient, strict]).sort("key", "item_id", "level", "valid_from", "known_from")


def code_key(code: pl.Expr, keys: pl.Series, is_national: pl.Expr | None = None) -> pl.Expr:
    """Longest key (10, 8, 6 digits) that a declared code starts with; "-" when no item has it, null when unknown.

    `is_national` says whether digits beyond the sixth are those of the Chinese tariff. True: a code of eight digits or
    more must agree in eight, since another line of the heading holds other goods. False: only six digits are compared.
    Null: eight digits where they agree, else six.
    """
    plain = digits_only(code)
    known = pl.lit(keys.implode())
    length = plain.str.len_chars()
    ten = pl.when(length >= 10).then(plain.str.head(10))
    eight = pl.when(length >= 8).then(plain.str.head(8))
    six = plain.str.head(6)
    national = pl.lit(None, pl.Boolean) if is_national is None else is_national
    may_be_national = national.fill_null(value=True)
    mark = pl.when(national).then(pl.lit(NATIONAL)).otherwise(pl.lit(""))
    by_heading = ~national.fill_null(value=False) | (length < 8)
    return (
        pl.when(plain.is_null())
        .then(None)
        .when(may_be_national & ten.is_in(known))
        .then(ten + mark)
        .when(may_be_national & eight.is_in(known))
        .then(eight + mark)
        .when(by_heading & six.is_in(known))
        .then(six)
        .otherwise(pl.lit(NO_CODE))
    )


def mixed_goods(key: pl.Expr, level: pl.Expr) -> pl.Expr:
    """Sentence about a code that also holds free goods; null when the whole printed code matches."""
    return (
        pl.when(level == HS6)
        .then(pl.format("HS {} mixes controlled with free goods", key.str.head(6)))
        .when(level == LINE)
        .then(pl.format("tariff line {} mixes controlled with free goods", key.str.head(8)))
    )
