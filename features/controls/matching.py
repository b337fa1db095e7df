"""Declared codes matched to control items: the whole printed code, its eight-digit line, or only the HS heading."""

from __future__ import annotations

import polars as pl

from features.controls.frames import ControlList

# Strength of a match. A licence duty follows the description, not the code, so no match decides anything alone.
PRINTED, LINE, HS6 = 3, 2, 1
MATCH_NAMES = {PRINTED: "printed", LINE: "line8", HS6: "hs6"}
NO_CODE = "-"  # key of a code that no control item has


def digits_only(code: pl.Expr) -> pl.Expr:
    """Strip dots and spaces from a code; a code without at least six digits cannot be matched and gives null."""
    plain = code.cast(pl.String).str.replace_all(r"\D", "")
    return pl.when(plain.str.len_chars() >= 6).then(plain)


def code_items(controls: ControlList) -> pl.DataFrame:
    """List, for every code that can be declared, the items it may be, how strongly, and in which years.

    Columns: key (10, 8 or 6 digits), item_id, level, rank, and the code table's valid_from, valid_to, known_from,
    known_to. A declared code is looked up by its longest key; the key also carries the weaker matches, for days on
    which the code table no longer has the stronger ones. Only matches of the highest rank in force count: a
    ten-digit code sets aside the other codes of its line, and a line the rest of its heading; but a code declared
    with eight digits may be any printed code of that line, and an eight-digit code printed by an announcement covers
    every ten-digit code in it.
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
    return (
        ladders.join(base.rename({"key": "step"}), on="step", how="left")
        .select(columns)
        .drop_nulls("item_id")
        .with_columns(
            rank=pl.when(pl.col("level") == LINE)
            .then(pl.when(pl.col("key").str.len_chars() == 8).then(PRINTED).otherwise(LINE))
            .otherwise("level")
        )
        .unique()
        .sort("key", "item_id", "level", "valid_from", "known_from")
    )


def code_key(code: pl.Expr, keys: pl.Series) -> pl.Expr:
    """Longest key (10, 8, 6 digits) that a declared code starts with; "-" when no item has it, null when unknown."""
    plain = digits_only(code)
    known = pl.lit(keys.implode())
    ten, eight, six = plain.str.head(10), plain.str.head(8), plain.str.head(6)
    return (
        pl.when(plain.is_null())
        .then(None)
        .when(ten.is_in(known))
        .then(ten)
        .when(eight.is_in(known))
        .then(eight)
        .when(six.is_in(known))
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
