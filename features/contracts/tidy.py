"""Reading one raw column as its contract says: text or typed input in, typed value or null out, never a guess."""

from __future__ import annotations

from datetime import date
from typing import Any

import dataframely as dy
import polars as pl

from features.codes import customs_code

_TRUE = ("true", "1", "yes")
_FALSE = ("false", "0", "no")
_NOTHING = ("na", "n/a", "#n/a", "<na>", "null", "nan", "none", "nil", r"\n", "-", "--", "unknown")
"""What programs and clerks write where nothing is known, in lower case. Read as a name, it would be one busy trader."""
_NOT_FREE = ("_id", "_name", "_no", "_iso3", "hs_code")
_KEYS = ("declaration_id", "movement_id")
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
# ISO 8601 day with a time of day; the day is taken as written, in whatever zone it was written.
_MOMENT = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.,][0-9]+)?)?"
    r" ?([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)?$"
)
_NO_DAYS = (
    *(date(*one) for one in ((1, 1, 1), (1753, 1, 1), (1899, 12, 30), (1899, 12, 31), (1900, 1, 1))),
    *(date(*one) for one in ((2999, 12, 31), (9999, 12, 31))),
)
"""First and last days of databases and spreadsheets: written where no day is known, or none ends a licence."""
_NO_DAY_WORDS = ("0000-00-00", *(day.isoformat() for day in _NO_DAYS))
_WHOLE_IN_FLOAT = 2.0**53  # largest run of whole numbers that a float64 holds exactly (IEEE 754)


class UnreadableTypeError(Exception):
    """A whole column has a type from which the contract's type cannot be read; the message says why."""


def tidy_text(name: str, column: dy.Column, found: pl.DataType) -> pl.Expr:
    """Trim text and make blank null, but for free text also NA, NULL and the like; leave other types as they are.

    Free text is what is no number, day, flag, code, country or choice and names nobody; a choice that such a word is
    of (`unknown`) stays. In an optional column of days, a day that stands for none (9999-12-31) is null too.
    """
    raw = pl.col(name)
    is_day = isinstance(column.dtype, pl.Date) and not is_required(column)
    if not is_text(found):
        is_told = is_day and isinstance(found, pl.Date | pl.Datetime)
        return pl.when(~raw.dt.date().is_in(_NO_DAYS)).then(raw) if is_told else raw
    text = raw.cast(pl.String).str.strip_chars().replace({"": None})
    choices = choices_of(column)
    is_free = isinstance(column.dtype, pl.String) and not choices and not name.endswith(_NOT_FREE)
    if is_free or name in _KEYS:
        return text
    is_nothing = text.str.to_lowercase().is_in([word for word in _NOTHING if word not in choices])
    if is_day:
        is_nothing |= text.str.slice(0, 10).is_in(_NO_DAY_WORDS)
    return pl.when(~is_nothing).then(text)


def read_column(name: str, column: dy.Column, found: pl.DataType) -> pl.Expr:
    """Build the expression that reads the column `name`, tidied from the raw type `found`, as the contract's `column`.

    A cell that cannot be read becomes null: it is unreadable where the tidied cell was not null.
    Raises UnreadableTypeError when no cell of that type can be read.
    """
    raw = pl.col(name)
    wanted = column.dtype
    if isinstance(found, pl.Null):
        return pl.lit(None, dtype=wanted).alias(name)
    if isinstance(wanted, pl.String):
        read = _as_choice(_read_words(raw, found, name), column)
    elif isinstance(wanted, pl.Float64):
        read = _read_float(raw, found)
    elif isinstance(wanted, pl.Int64):
        read = _read_whole(raw, found)
    elif isinstance(wanted, pl.Boolean):
        read = _read_flag(raw, found)
    elif isinstance(wanted, pl.Date):
        read = _read_day(raw, found)
    elif found == wanted:
        read = raw
    else:
        raise UnreadableTypeError(f"it holds {found}, which is not {wanted}")
    return read.alias(name)


def is_text(found: pl.DataType) -> bool:
    """Whether a raw column is text: plain, or coded as categories."""
    return isinstance(found, pl.String | pl.Categorical | pl.Enum)


def _read_words(raw: pl.Expr, found: pl.DataType, name: str) -> pl.Expr:
    is_code = name.endswith("hs_code")
    if is_text(found):
        if is_code:
            return customs_code(raw)
        return raw.str.to_uppercase() if name.endswith("_iso3") else raw
    if is_code and found.is_numeric():
        raise UnreadableTypeError(
            f"it holds {found}; codes are text, since numbers lose leading zeros: write it as text"
        )
    if found.is_integer():
        return raw.cast(pl.String)
    if found.is_float():  # identifiers that a data frame with gaps turned into floats
        return _whole(raw).cast(pl.String)
    if isinstance(found, pl.Date):
        return raw.dt.strftime("%Y-%m-%d")
    raise UnreadableTypeError(f"it holds {found}, which is not text")


def _as_choice(text: pl.Expr, column: dy.Column) -> pl.Expr:
    choices = choices_of(column)
    if not choices:
        return text
    plain = text.str.to_lowercase().str.replace_all(r"[\s\-]+", "_")
    return plain.replace({one.lower(): one for one in choices})


def _read_float(raw: pl.Expr, found: pl.DataType) -> pl.Expr:
    if is_text(found) or found.is_numeric():
        number = raw.cast(pl.Float64, strict=False)
    else:
        raise UnreadableTypeError(f"it holds {found}, which is not a number")
    return pl.when(number.is_finite()).then(number)


def _read_whole(raw: pl.Expr, found: pl.DataType) -> pl.Expr:
    if is_text(found):
        return pl.coalesce(raw.cast(pl.Int64, strict=False), _whole(raw.cast(pl.Float64, strict=False)))
    if found.is_integer():
        return raw.cast(pl.Int64, strict=False)
    if found.is_numeric():
        return _whole(raw.cast(pl.Float64, strict=False))
    raise UnreadableTypeError(f"it holds {found}, which is not a whole number")


def _whole(number: pl.Expr) -> pl.Expr:
    exact = (number == number.round()) & (number.abs() <= _WHOLE_IN_FLOAT)
    return pl.when(exact).then(number).cast(pl.Int64, strict=False)


def _read_flag(raw: pl.Expr, found: pl.DataType) -> pl.Expr:
    if isinstance(found, pl.Boolean):
        return raw
    if is_text(found):
        text = raw.str.to_lowercase()
        yes, no = text.is_in(_TRUE), text.is_in(_FALSE)
    elif found.is_numeric():
        yes, no = raw == 1, raw == 0
    else:
        raise UnreadableTypeError(f"it holds {found}, which is not true or false")
    return pl.when(yes).then(pl.lit(value=True)).when(no).then(pl.lit(value=False))


def _read_day(raw: pl.Expr, found: pl.DataType) -> pl.Expr:
    if isinstance(found, pl.Date):
        return raw
    if isinstance(found, pl.Datetime):
        return raw.dt.date()
    if is_text(found):
        is_iso = raw.str.contains(_DAY) | raw.str.contains(_MOMENT)
        return pl.when(is_iso).then(raw.str.slice(0, 10)).str.to_date("%Y-%m-%d", strict=False)
    raise UnreadableTypeError(f"it holds {found}; days are dates, or text YYYY-MM-DD")


def choices_of(column: dy.Column) -> tuple[str, ...]:
    """Give the closed set of words that a column may hold; empty for any other column."""
    return tuple((column.metadata or {}).get("choices", ()))


def typed_null(name: str, column: dy.Column) -> pl.Expr:
    """Build the column of an optional value that the table does not have: null, in the contract's type."""
    return pl.lit(None, dtype=column.dtype).alias(name)


def is_required(column: dy.Column) -> bool:
    """Whether the input must have the column."""
    metadata: dict[str, Any] = column.metadata or {}
    return bool(metadata.get("required", False))
