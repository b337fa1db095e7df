"""Writing so that people still read it and filters do not, and the honest slips that look a little like it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from pipelines.simulate.draws import Ints

STYLES_OF_DISGUISE = 11
"""1 Cyrillic, 2 hidden marks, 3 spaced letters, 4 digits for letters, 5 Greek, 6 broken words, 7 mathematical letters,
8 accents, 9 abbreviation, 10 cipher by element number, 11 full width."""
_SMALL, _LARGE = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CYRILLIC = dict(zip("aeoicpxyAEOCPTHKBM", "аеоісрхуАЕОСРТНКВМ", strict=True))
GREEK = dict(zip("oiuvaABEHIKMNOPTXYZ", "οιυναΑΒΕΗΙΚΜΝΟΡΤΧΥΖ", strict=True))
ACCENTED = dict(zip("aeiouncyAEIOU", "àéíöúñçýÀÉÍÖÚ", strict=True))
DIGITS = {"o": "0", "i": "1", "O": "0", "I": "1", "e": "3", "s": "5", "S": "5"}
MATHEMATICAL = {letter: chr(0x1D5BA + at) for at, letter in enumerate(_SMALL)} | {
    letter: chr(0x1D5A0 + at) for at, letter in enumerate(_LARGE)
}
FULL_WIDTH = {letter: chr(ord(letter) + 0xFEE0) for letter in _SMALL + _LARGE}
FULL_WIDTH_DIGITS = {letter: chr(ord(letter) + 0xFEE0) for letter in "0123456789%"}
ELEMENT_NUMBERS = {  # element numbers, as insiders may name a metal
    "gallium": 31,
    "germanium": 32,
    "antimony": 51,
    "tungsten": 74,
    "tellurium": 52,
    "bismuth": 83,
    "molybdenum": 42,
    "indium": 49,
    "samarium": 62,
    "gadolinium": 64,
    "terbium": 65,
    "dysprosium": 66,
    "lutetium": 71,
    "scandium": 21,
    "yttrium": 39,
}


def disguises(text: pl.Expr, short: pl.Expr, cipher: pl.Expr) -> list[pl.Expr]:
    """Write a text in each style of disguise, in their order; `short` and `cipher` replace it in styles 9 and 10."""
    return [
        text.str.replace_many(CYRILLIC),
        text.str.replace_all(r"(\w\w)", "${1}\u200b"),
        text.str.replace_all(r"(\w)", "${1} ").str.strip_chars(),
        text.str.replace_many(DIGITS),
        text.str.replace_many(GREEK),
        text.str.replace_all(r"([A-Za-z]{3})([A-Za-z]{2})", "${1}-${2}"),
        text.str.replace_many(MATHEMATICAL),
        text.str.replace_many(ACCENTED),
        short,
        cipher,
        text.str.replace_many(FULL_WIDTH),
    ]


SLIPS = (0.905, 0.025, 0.015, 0.012, 0.008, 0.008, 0.006, 0.005, 0.004, 0.004, 0.004, 0.004)
"""Shares of the honest slips below, the first none."""


def slips(text: pl.Expr, where: pl.Expr) -> list[pl.Expr]:
    """Make each slip of honest clerks, in their order, at a place `where` in [0, 1) of the text.

    1 a letter lost, 2 doubled, 3 full-width digits, 4 double spaces, 5 a stray Cyrillic letter, 6 two letters turned
    round, 7 full-width letters of a Chinese keyboard, 8 a mark pasted along, 9 a word broken at the line's end,
    10 accents, 11 a spaced title.
    """
    at = (where * text.str.len_chars()).cast(pl.Int64)
    head, here, rest = text.str.slice(0, at), text.str.slice(at, 1), text.str.slice(at + 1)
    return [
        head + rest,
        head + here + here + rest,
        text.str.replace_many(FULL_WIDTH_DIGITS),
        text.str.replace_all(" ", "  ", literal=True),
        text.str.replace("o", "о", literal=True),
        head + text.str.slice(at + 1, 1) + here + text.str.slice(at + 2),
        text.str.replace_many(FULL_WIDTH),
        head + pl.lit("\u200b") + here + rest,
        head + pl.lit("-") + here + rest,
        text.str.replace("e", "é", literal=True),
        text.str.replace_all(r"([A-Z])", "${1} ").str.strip_chars(),
    ]


def in_styles(rows: pl.DataFrame, column: str, kind: str, styles: list[pl.Expr]) -> pl.DataFrame:
    """Rewrite a column of each row in the style numbered by `kind`, 0 leaving it; the order of rows changes.

    Each style goes over its own rows only: styles are costly and rows in them few.
    """
    plain = rows.filter(pl.col(kind) == 0)
    turned = [
        rows.filter(pl.col(kind) == number).with_columns(style.alias(column))
        for number, style in enumerate(styles, start=1)
    ]
    return pl.concat([plain, *turned])


def rewritten(texts: pl.Series, changes: Sequence[tuple[Ints, pl.Series]]) -> pl.Series:
    """Put other texts in the place of some: a change names positions and the texts that go there; a later one wins."""
    place, count = np.arange(len(texts)), len(texts)
    for at, _ in changes:
        place[at] = count + np.arange(len(at))
        count += len(at)
    # a gather goes through one piece much faster than through many
    return pl.concat([texts, *(there for _, there in changes)], rechunk=True).gather(place)
