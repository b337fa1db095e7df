"""Country codes of each source into ISO 3166-1 alpha-3, and what is not a country told apart by kind.

Tables stand in configs/places/<source>.csv: code, iso3, kind, name. Kinds: `country`; `area` (unspecified areas,
bunkers, free zones: `_X`); `world` (`W00`); `group` (a sum of countries); `historic` (a state that is no more, never
read as its successor).
"""

from __future__ import annotations

from functools import cache

import polars as pl
import pycountry

from features.countries import COUNTRIES, UNSPECIFIED, WORLD
from features.errors import ConfigError
from pipelines.settings.closed import config_folder

KINDS = ("country", "area", "world", "group", "historic")

# Everyday English names that neither ISO nor UN Comtrade uses.
_EVERYDAY = {
    "south korea": "KOR", "north korea": "PRK", "usa": "USA", "united states": "USA", "uae": "ARE", "uk": "GBR",
    "russia": "RUS", "iran": "IRN", "hong kong": "HKG", "macao": "MAC", "macau": "MAC", "taiwan": "TWN",
    "turkey": "TUR", "vietnam": "VNM", "laos": "LAO", "czech republic": "CZE", "syria": "SYR", "tanzania": "TZA",
    "bolivia": "BOL", "venezuela": "VEN", "moldova": "MDA", "brunei": "BRN", "ivory coast": "CIV", "burma": "MMR",
    "cape verde": "CPV", "swaziland": "SWZ", "macedonia": "MKD", "kosovo": "XKX", "great britain": "GBR",
}  # fmt: skip


@cache
def places(source: str) -> pl.DataFrame:
    """Read a source's table of places. Raises ConfigError when it is missing, repeats a code or names no country."""
    path = config_folder() / "places" / f"{source}.csv"
    try:
        table = pl.read_csv(path, infer_schema=False, comment_prefix="#")
    except (FileNotFoundError, pl.exceptions.PolarsError) as error:
        raise ConfigError(f"{path}: the table of places cannot be read: {error}") from error
    wrong = table.filter(
        pl.col("code").is_duplicated()
        | ~pl.col("kind").is_in(KINDS)
        | ((pl.col("kind") == "country") & ~pl.col("iso3").is_in(COUNTRIES).fill_null(value=False))
    )
    if not wrong.is_empty():
        raise ConfigError(f"{path}: {wrong.height} wrong lines, the first of code {wrong['code'][0]!r}")
    known = table["code"].to_list()
    itself = [code for code in COUNTRIES if code not in known]  # every table also knows the alpha-3 codes themselves
    own = pl.DataFrame({"code": itself, "iso3": itself}).with_columns(kind=pl.lit("country"))
    return pl.concat([table, own], how="diagonal").with_columns(
        pl.when(pl.col("kind") == "area")
        .then(pl.lit(UNSPECIFIED))
        .when(pl.col("kind") == "world")
        .then(pl.lit(WORLD))
        .otherwise(pl.col("iso3"))
        .alias("iso3")
    )


@cache
def place_names(source: str) -> pl.DataFrame:
    """Return a source's names, folded to lower case, with iso3 and kind; names that mean two places are left out."""
    table = places(source).select(pl.col("name").str.to_lowercase().alias("name"), "iso3", "kind")
    return table.drop_nulls("name").unique().filter(~pl.col("name").is_duplicated())


@cache
def english_names() -> pl.DataFrame:
    """Return English names of countries, folded to lower case, with iso3."""
    found = dict(_EVERYDAY)
    for country in pycountry.countries:
        for key in ("name", "common_name", "official_name"):
            if text := getattr(country, key, None):
                found.setdefault(text.lower(), country.alpha_3)
    return pl.DataFrame({"name": list(found), "iso3": list(found.values())})


def add_place(rows: pl.LazyFrame, side: str, source: str, *codes: pl.Expr) -> pl.LazyFrame:
    """Add `<side>_iso3` and `<side>_kind` by the first of several codes that the source's table knows.

    Unknown or missing codes give null in both. Codes are compared in upper case, numbers without leading zeros too.
    """
    table = places(source)
    known = table["code"].to_list()
    iso3 = dict(zip(known, table["iso3"].to_list(), strict=True))
    kind = dict(zip(known, table["kind"].to_list(), strict=True))
    found = pl.coalesce(_matched(code, known) for code in codes)
    return rows.with_columns(
        found.replace_strict(iso3, default=None, return_dtype=pl.String).alias(f"{side}_iso3"),
        found.replace_strict(kind, default=None, return_dtype=pl.String).alias(f"{side}_kind"),
    )


def _matched(code: pl.Expr, known: list[str]) -> pl.Expr:
    plain = code.str.strip_chars().str.to_uppercase().str.replace(r"\.0$", "")
    bare = pl.when(plain.str.contains(r"^0+$")).then(pl.lit("0")).otherwise(plain.str.strip_chars_start("0"))
    return pl.when(plain.is_in(known)).then(plain).when(bare.is_in(known)).then(bare)
