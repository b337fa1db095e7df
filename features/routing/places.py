"""Reading the places and dates of a route that somebody else wrote."""

from __future__ import annotations

import polars as pl
import pycountry

from features.countries import COUNTRIES

PLACES_MOST = 40  # no route has more stops; a longer text is cut, so that hostile input stays linear and small
LETTERS_MOST = 2_000
UNREADABLE = "?"
"""Stands for a place that could not be read."""

_ISO3_OF_ISO2: dict[str, str] = {c.alpha_2: c.alpha_3 for c in pycountry.countries} | {"XK": "XKX"}


def place_code(text: pl.Expr) -> pl.Expr:
    """Canonical code of a place: UN/LOCODE or ISO3 (an ISO2 code becomes its ISO3); null where it is neither.

    >>> given = pl.Series(["cn sha", "USA", "us", "Shanghai", "ZZABC", "", None])
    >>> pl.select(place_code(pl.lit(given))).to_series().to_list()
    ['CNSHA', 'USA', 'USA', None, None, None, None]
    """
    code = text.str.slice(0, 16).str.to_uppercase().str.replace_all(r"[\s\-]+", "")
    is_locode = code.str.contains(r"^[A-Z]{2}[A-Z0-9]{3}$") & code.str.slice(0, 2).is_in(list(_ISO3_OF_ISO2))
    return (
        pl.when(is_locode | code.is_in(COUNTRIES))
        .then(code)
        .otherwise(code.replace_strict(_ISO3_OF_ISO2, default=None, return_dtype=pl.String))
    )


def place_country(code: pl.Expr) -> pl.Expr:
    """Country (ISO3) of a canonical place code; null where unknown.

    >>> pl.select(place_country(pl.lit(pl.Series(["CNSHA", "USA", "?"])))).to_series().to_list()
    ['CHN', 'USA', None]
    """
    of_port = code.str.slice(0, 2).replace_strict(_ISO3_OF_ISO2, default=None, return_dtype=pl.String)
    return pl.when(code.str.len_chars() == 5).then(of_port).otherwise(pl.when(code.is_in(COUNTRIES)).then(code))


def route_columns() -> list[pl.Expr]:
    """Split `route` into texts: `path` (canonical codes joined by `>`, `?` where unreadable) and `days`.

    `days` are the dates as whole numbers since 1970, joined by `>`, `?` where a place carries no readable date. Both
    are null without a route. (Text, not lists: polars 2.1 can fail on joins that carry lists of numbers.)
    """
    route = pl.col("route").str.strip_chars()
    told = pl.when(route != "").then(route.str.slice(0, LETTERS_MOST))
    pieces = told.str.split(">").list.head(PLACES_MOST)
    piece = pl.element().str.strip_chars()
    code = place_code(piece.str.splitn("@", 2).struct.field("field_0"))
    day = piece.str.extract(r"@\s*(\d{4}-\d{2}-\d{2})", 1).str.to_date("%Y-%m-%d", strict=False)
    return [
        pieces.list.eval(code.fill_null(UNREADABLE)).list.join(">").alias("path"),
        pieces.list.eval(day.cast(pl.Int32).cast(pl.String).fill_null(UNREADABLE)).list.join(">").alias("days"),
    ]


def day_numbers(days: pl.Expr) -> pl.Expr:
    """Turn the text `days` back into a list of numbers, null where a place is undated."""
    return days.str.split(">").list.eval(pl.element().cast(pl.Int32, strict=False))
