"""Writing so that people still read it and filters do not, and the honest slips that look a little like it."""

from __future__ import annotations

import polars as pl

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


def disguised(text: pl.Expr, kind: pl.Expr, short: pl.Expr, cipher: pl.Expr) -> pl.Expr:
    """Write a text in a style of disguise; 0 leaves it. `short` and `cipher` replace it in styles 9 and 10."""
    broken = text.str.replace_all(r"([A-Za-z]{3})([A-Za-z]{2})", "${1}-${2}")
    return (
        pl.when(kind == 1)
        .then(text.str.replace_many(CYRILLIC))
        .when(kind == 2)
        .then(text.str.replace_all(r"(\w\w)", "${1}\u200b"))
        .when(kind == 3)
        .then(text.str.replace_all(r"(\w)", "${1} ").str.strip_chars())
        .when(kind == 4)
        .then(text.str.replace_many(DIGITS))
        .when(kind == 5)
        .then(text.str.replace_many(GREEK))
        .when(kind == 6)
        .then(broken)
        .when(kind == 7)
        .then(text.str.replace_many(MATHEMATICAL))
        .when(kind == 8)
        .then(text.str.replace_many(ACCENTED))
        .when(kind == 9)
        .then(short)
        .when(kind == 10)
        .then(cipher)
        .when(kind == 11)
        .then(text.str.replace_many(FULL_WIDTH))
        .otherwise(text)
    )


SLIPS = (0.905, 0.025, 0.015, 0.012, 0.008, 0.008, 0.006, 0.005, 0.004, 0.004, 0.004, 0.004)
"""Shares of the honest slips below, the first none."""


def slipped(text: pl.Expr, slip: pl.Expr, where: pl.Expr) -> pl.Expr:
    """Make the slips of honest clerks.

    1 a letter lost, 2 doubled, 3 full-width digits, 4 double spaces, 5 a stray Cyrillic letter, 6 two letters turned
    round, 7 full-width letters of a Chinese keyboard, 8 a mark pasted along, 9 a word broken at the line's end,
    10 accents, 11 a spaced title.
    """
    at = (where * text.str.len_chars()).cast(pl.Int64)
    head, here, rest = text.str.slice(0, at), text.str.slice(at, 1), text.str.slice(at + 1)
    return (
        pl.when(slip == 1)
        .then(head + rest)
        .when(slip == 2)
        .then(head + here + here + rest)
        .when(slip == 3)
        .then(text.str.replace_many(FULL_WIDTH_DIGITS))
        .when(slip == 4)
        .then(text.str.replace_all(" ", "  ", literal=True))
        .when(slip == 5)
        .then(text.str.replace("o", "о", literal=True))
        .when(slip == 6)
        .then(head + text.str.slice(at + 1, 1) + here + text.str.slice(at + 2))
        .when(slip == 7)
        .then(text.str.replace_many(FULL_WIDTH))
        .when(slip == 8)
        .then(head + pl.lit("\u200b") + here + rest)
        .when(slip == 9)
        .then(head + pl.lit("-") + here + rest)
        .when(slip == 10)
        .then(text.str.replace("e", "é", literal=True))
        .when(slip == 11)
        .then(text.str.replace_all(r"([A-Z])", "${1} ").str.strip_chars())
        .otherwise(text)
    )
