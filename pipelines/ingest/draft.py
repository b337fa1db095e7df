"""Drafts: published rows put into contract columns, with what is set apart, refused and remarked on by name.

A reader turns raw text into a draft: one row per raw row, carrying the contract's columns, `source_row`, and
- `apart`: null, or the name of the side table where the row is kept because it is no country-to-country total;
- `refused`: rules it breaks that the contract cannot know (`value_usd|no_rate`);
- `remarks`: readings that a user should know of, counted and printed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from features.codes import customs_code
from features.errors import SourceError

APART, REFUSED, REMARKS = "apart", "refused", "remarks"
DRAFT_COLUMNS = ("source_row", APART, REFUSED, REMARKS)


@dataclass(frozen=True, slots=True)
class Given:
    """What the user says about files that do not say it themselves."""

    direction: str | None = None
    period: date | None = None
    published_on: date | None = None
    for_reference: bool = False
    rates: Path | None = None


def need_columns(raw: pl.LazyFrame, columns: Iterable[str], format_name: str) -> None:
    """Raise SourceError naming each published column that the file should have and has not."""
    found = raw.collect_schema().names()
    missing = [name for name in columns if name not in found]
    if missing:
        shown = ", ".join(name for name in found if name not in {"source_row", "input_file", "is_repeat"})
        raise SourceError(f"{format_name}: the file lacks {', '.join(missing)}; it has: {shown[:400]}")


def rename_known(raw: pl.LazyFrame, names: dict[str, str]) -> pl.LazyFrame:
    """Give columns one spelling: `names` maps each known spelling (any case) to the spelling used by the reader."""
    folded = {known.casefold(): reader for known, reader in names.items()}
    found = raw.collect_schema().names()
    renamed: dict[str, str] = {}
    for name in found:
        reader = folded.get(name.strip().casefold())
        if reader is not None and reader != name and reader not in found and reader not in renamed.values():
            renamed[name] = reader
    return raw.rename(renamed)


def column_or_null(raw: pl.LazyFrame, name: str) -> pl.Expr:
    """Text of a published column, blank as null; all null where the file has no such column."""
    if name not in raw.collect_schema().names():
        return pl.lit(None, dtype=pl.String)
    text = pl.col(name).str.strip_chars()
    return pl.when(text.str.len_bytes() > 0).then(text)


def number(text: pl.Expr) -> pl.Expr:
    """Figure written as text: thousands separators dropped; anything else that is no figure is null."""
    plain = text.str.replace_all(",", "", literal=True).str.strip_chars(' \t"')
    return plain.cast(pl.Float64, strict=False)


def unreadable(text: pl.Expr, figure: pl.Expr, *, nothing: tuple[str, ...] = ("?", "-", "NA", "N/A", "(D)")) -> pl.Expr:
    """Say whether a cell holds text that is neither a figure nor one of the source's marks for nothing."""
    return text.is_not_null() & figure.is_null() & ~text.is_in(nothing)


def yes_or_no(text: pl.Expr) -> pl.Expr:
    """Read true/false and 1/0 in any case; everything else is null."""
    low = text.str.to_lowercase()
    return (
        pl.when(low.is_in(["true", "1"]))
        .then(pl.lit(value=True))
        .when(low.is_in(["false", "0"]))
        .then(pl.lit(value=False))
    )


def period_of(text: pl.Expr) -> pl.Expr:
    """First day of a period written 2024, 202403, 2024-03, 2024/03 or 2024-03-01; null where it is none of these.

    Eurostat's and Comtrade's annual marks (month 52, 00 or 99) read as the year.
    """
    plain = text.str.replace_all(r"[^0-9]", "")
    year, month = plain.str.slice(0, 4), plain.str.slice(4, 2)
    is_annual = (plain.str.len_chars() == 4) | month.is_in(["52", "00", "99"])
    first = pl.when(is_annual).then(year + "0101").otherwise(year + month + "01")
    return pl.when(plain.str.len_chars().is_in([4, 6, 8])).then(first).str.to_date("%Y%m%d", strict=False)


def freq_of(text: pl.Expr) -> pl.Expr:
    """`A` for a year, `M` for a month, by the same reading as `period_of`."""
    plain = text.str.replace_all(r"[^0-9]", "")
    is_annual = (plain.str.len_chars() == 4) | plain.str.slice(4, 2).is_in(["52", "00", "99"])
    return pl.when(is_annual).then(pl.lit("A")).otherwise(pl.lit("M"))


def even_code(text: pl.Expr) -> pl.Expr:
    """Customs code with the leading zero that a spreadsheet took: codes have an even number of digits."""
    code = customs_code(text)
    lost = code.str.contains(r"^\d+$") & (code.str.len_chars() % 2 == 1)
    return pl.when(lost).then(pl.lit("0") + code).otherwise(code)


def hs_edition_of(period: pl.Expr) -> pl.Expr:
    """Edition of the Harmonized System in force in a period; editions begin on 1 January (WCO)."""
    year = period.dt.year()
    edition = pl.lit(None, dtype=pl.String)
    for first in (1992, 1996, 2002, 2007, 2012, 2017, 2022):
        edition = pl.when(year >= first).then(pl.lit(f"HS{first}")).otherwise(edition)
    return pl.when(year < 2028).then(edition)  # HS 2028 enters into force on 1 January 2028 (WCO)


def edition_or_tariff(code: pl.Expr, period: pl.Expr, tariff: str) -> pl.Expr:
    """HS edition by year for codes up to six digits; the national tariff's name for longer ones."""
    return pl.when(code.str.len_chars() <= 6).then(hs_edition_of(period)).otherwise(pl.lit(tariff))


def mass_or_null(kg: pl.Expr, value: pl.Expr) -> pl.Expr:
    """Mass in kg; zero beside a positive value is unknown, not nothing."""
    return pl.when(~((kg == 0) & (value > 0))).then(kg)


def public_on(period: pl.Expr, freq: pl.Expr, lag_days: int, given: Given) -> pl.Expr:
    """Day a figure became public: as the user says, else the period's last day plus the source's lag."""
    if given.published_on is not None:
        return pl.lit(given.published_on)
    end = pl.when(freq == "A").then(period.dt.offset_by("1y")).otherwise(period.dt.offset_by("1mo"))
    return end.dt.offset_by(f"{lag_days - 1}d")


def named(**rules: pl.Expr) -> pl.Expr:
    """List the names (`a__b` reads `a|b`) of the conditions that hold, in the order given."""
    told = [pl.when(holds).then(pl.lit(name.replace("__", "|"))) for name, holds in rules.items()]
    if not told:
        return pl.lit([], dtype=pl.List(pl.String))
    return pl.concat_list(told).list.drop_nulls()


def first_named(**places: pl.Expr) -> pl.Expr:
    """Name of the first condition that holds; null where none does."""
    return pl.coalesce(pl.when(holds).then(pl.lit(name)) for name, holds in places.items())
