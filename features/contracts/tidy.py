"""Reading one raw column as its contract says: text or typed input in, typed value or null out, never a guess."""

from __future__ import annotations

from typing import Any

import dataframely as dy
import polars as pl

from features.codes import customs_code

_TRUE = ("true", "1", "yes")
_FALSE = ("false", "0", "no")
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
# ISO 8601 day with a time of day; the day is taken as written, in whatever zone it was written.
_MOMENT = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.,][0-9]+)?)?"
    r" ?([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)?$"
)
_WHOLE_IN_FLOAT = 2.0**53  # largest run of whole numbers that a float64 holds exactly (IEEE 754)


class UnreadableTypeError(Exception):
    """A whole column has a type from which the contract's type cannot be read; the message says why."""


def present(raw: pl.Expr, found: pl.DataType) -> pl.Expr:
    """Whether a raw cell holds anything: not null, and not blank text."""
    if isinstance(found, pl.Null):
        return pl.lit(value=False)
    return _trimmed(raw).is_not_null() if _is_text(found) else raw.is_not_null()


def read_column(name: str, column: dy.Column, found: pl.DataType) -> pl.Expr:
    """Build the expression that reads the raw column `name` of type `found` as the contract's `column`.

    A cell that cannot be read becomes null; together with `present` that tells an unreadable cell from an empty one.
    Raises UnreadableTypeError when no cell of that type can be read.
    """
    raw = pl.col(name)
    wanted = column.dtype
    if isinstance(found, pl.Null):
        return pl.lit(None, dtype=wanted).alias(name)
    if isinstance(wanted, pl.String):
        read = _as_choice(_read_words(raw, found, name), column) if name != "hs_code" else _read_words(raw, found, name)
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


def _is_text(found: pl.DataType) -> bool:
    return isinstance(found, pl.String | pl.Categorical | pl.Enum)


def _trimmed(raw: pl.Expr) -> pl.Expr:
    text = raw.cast(pl.String).str.strip_chars()
    return pl.when(text.str.len_bytes() > 0).then(text)


def _read_words(raw: pl.Expr, found: pl.DataType, name: str) -> pl.Expr:
    is_code = name.endswith("hs_code")
    if _is_text(found):
        text = _trimmed(raw)
        if is_code:
            return customs_code(text)
        return text.str.to_uppercase() if name.endswith("_iso3") else text
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
    choices: tuple[str, ...] = tuple((column.metadata or {}).get("choices", ()))
    if not choices:
        return text
    plain = text.str.to_lowercase().str.replace_all(r"[\s\-]+", "_")
    return plain.replace({one.lower(): one for one in choices})


def _read_float(raw: pl.Expr, found: pl.DataType) -> pl.Expr:
    if _is_text(found):
        number = _trimmed(raw).cast(pl.Float64, strict=False)
    elif found.is_numeric():
        number = raw.cast(pl.Float64, strict=False)
    else:
        raise UnreadableTypeError(f"it holds {found}, which is not a number")
    return pl.when(number.is_finite()).then(number)


def _read_whole(raw: pl.Expr, found: pl.DataType) -> pl.Expr:
    if _is_text(found):
        text = _trimmed(raw)
        return pl.coalesce(text.cast(pl.Int64, strict=False), _whole(text.cast(pl.Float64, strict=False)))
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
    if _is_text(found):
        text = _trimmed(raw).str.to_lowercase()
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
    if _is_text(found):
        text = _trimmed(raw)
        is_iso = text.str.contains(_DAY) | text.str.contains(_MOMENT)
        return pl.when(is_iso).then(text.str.slice(0, 10)).str.to_date("%Y-%m-%d", strict=False)
    raise UnreadableTypeError(f"it holds {found}; days are dates, or text YYYY-MM-DD")


def typed_null(name: str, column: dy.Column) -> pl.Expr:
    """Build the column of an optional value that the table does not have: null, in the contract's type."""
    return pl.lit(None, dtype=column.dtype).alias(name)


def is_required(column: dy.Column) -> bool:
    """Whether the input must have the column."""
    metadata: dict[str, Any] = column.metadata or {}
    return bool(metadata.get("required", False))
