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
    """Split `route` into two texts: `told_path` (the places as written) and `told_days` (`@` dates), both with `>`.

    Both are null without a route. Few different ones occur, so that reading them is work for the distinct ones only.
    """
    route = pl.col("route").str.slice(0, LETTERS_MOST).str.strip_chars()
    told = pl.when(route != "").then(route)
    return [
        told.str.replace_all(r"@[^>]*", "").alias("told_path"),
        told.str.extract_all(r"@\s*\d{4}-\d{2}-\d{2}|>").list.join("").alias("told_days"),
    ]


def path_places(told_path: pl.Expr) -> pl.Expr:
    """List the canonical codes of a path's places, `?` where unreadable."""
    code = place_code(pl.element())
    return told_path.str.split(">").list.head(PLACES_MOST).list.eval(code.fill_null(UNREADABLE))


def day_numbers(told_days: pl.Expr) -> pl.Expr:
    """List the days of a path's places, counted from 1970; null where a place carries no readable date."""
    day = pl.element().str.extract(r"(\d{4}-\d{2}-\d{2})", 1).str.to_date("%Y-%m-%d", strict=False)
    return told_days.str.split(">").list.head(PLACES_MOST).list.eval(day.cast(pl.Int32))
