"""Making a table safe and readable for people who open CSV in a spreadsheet."""

from __future__ import annotations

import polars as pl

# Cells that spreadsheets run (OWASP, "CSV Injection"): = + - @ and their full-width forms, also behind white space.
_FORMULA = r"^[\s]*[=+\-@\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]"
_BREAKS = r"[\t\r\n\x0b\x0c\x{85}\x{2028}\x{2029}]+"
# Control characters, and marks that nobody sees and that reorder or hide what is beside them (U+202E and the like).
_HIDDEN = r"\p{Cf}"
_CONTROL = r"[\p{Cc}\p{Cf}]"
_WRAP = '{"cell":'


def for_people(frame: pl.DataFrame) -> pl.DataFrame:
    """Turn lists and structs into JSON text; drop control characters and hidden marks; disarm formulas.

    Headers are treated as cells are, and identifiers as any other text.
    """
    cells = [_cell(name, kind) for name, kind in frame.schema.items()]
    safe = frame.select(cells)
    names = pl.DataFrame({"name": safe.columns}, schema={"name": pl.String}).select(_disarmed(pl.col("name")))
    return safe.rename(dict(zip(safe.columns, names.to_series(), strict=True)))


def as_json(name: str) -> pl.Expr:
    """Lists and structs of the column `name` as JSON text; null stays null."""
    wrapped = pl.struct(pl.col(name).alias("cell")).struct.json_encode()
    bare = wrapped.str.slice(len(_WRAP)).str.head(-1)
    return pl.when(pl.col(name).is_not_null()).then(bare).alias(name)


def _cell(name: str, kind: pl.DataType) -> pl.Expr:
    if kind.is_nested():
        return as_json(name).str.replace_all(_HIDDEN, "")
    if isinstance(kind, pl.String | pl.Categorical | pl.Enum):
        return _disarmed(pl.col(name).cast(pl.String))
    if isinstance(kind, pl.Binary | pl.Object):
        return pl.lit(None, dtype=pl.String).alias(name)
    return pl.col(name)


def _disarmed(text: pl.Expr) -> pl.Expr:
    plain = text.str.replace_all(_BREAKS, " ").str.replace_all(_CONTROL, "")
    return plain.str.replace(_FORMULA, "'$0")
