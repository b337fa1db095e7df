"""Customs codes as text: one way to clean them, and the international levels cut from them."""

from __future__ import annotations

import polars as pl

# Separators that tariffs and spreadsheets put between digits: dots, any white space (no-break ones are in \s), and
# hyphens and dashes of every width (U+2010 to U+2015, minus sign, full-width dot and hyphen), and marks
# that nobody sees (`\p{Cf}`), with which a line could be made to be refused, and so never scored.
_SEPARATORS = r"[.\s\-\x{2010}-\x{2015}\x{2212}\x{FF0D}\x{FE63}\x{FF0E}\p{Cf}]+"
# What a spreadsheet or a float column leaves of a code: `811292.0`. A leading zero may already be lost.
_NUMBER_TAIL = r"^[0-9]+\.0$"


def customs_code(code: pl.Expr) -> pl.Expr:
    """Customs code without dots, spaces and dashes, as text.

    Full-width digits become plain ones; anything else that is not a separator stays, so that a contract can refuse it
    by name. A code that went through a number (`811292.0`) is left as it is for the same reason. Leading zeros stay.
    Null and blank give null.

    >>> raw = pl.DataFrame({"hs_code": ["2825.9010.0100", "8112 92", "0713-91", "811292.0", "none", " ", None]})
    >>> raw.select(customs_code(pl.col("hs_code"))).to_series().to_list()
    ['282590100100', '811292', '071391', '811292.0', 'none', None, None]
    """
    written = code.str.strip_chars()
    joined = written.str.replace_all(_SEPARATORS, "")
    kept = pl.when(written.str.contains(_NUMBER_TAIL)).then(written).otherwise(joined)
    return kept.replace({"": None}).str.normalize("NFKC")


def hs6(code: pl.Expr) -> pl.Expr:
    """Subheading: the first six digits, the finest level that all countries share; null for a shorter code.

    >>> pl.DataFrame({"hs_code": ["2825901001", "8112", None]}).select(hs6(pl.col("hs_code"))).to_series().to_list()
    ['282590', None, None]
    """
    return _first(code, 6)


def hs4(code: pl.Expr) -> pl.Expr:
    """Heading: the first four digits; null for a shorter code.

    >>> pl.DataFrame({"hs_code": ["0713910090", "07", None]}).select(hs4(pl.col("hs_code"))).to_series().to_list()
    ['0713', None, None]
    """
    return _first(code, 4)


def hs2(code: pl.Expr) -> pl.Expr:
    """Chapter: the first two digits; null for a shorter code.

    >>> pl.DataFrame({"hs_code": ["0713910090", "7", None]}).select(hs2(pl.col("hs_code"))).to_series().to_list()
    ['07', None, None]
    """
    return _first(code, 2)


def _first(code: pl.Expr, digits: int) -> pl.Expr:
    return pl.when(code.str.len_chars() >= digits).then(code.str.slice(0, digits))
