"""A short name for what a table says, whatever the order of its rows and columns."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import polars as pl

from pipelines.files.people import as_json

_DIGITS = 9  # figures that agree to nine digits are the same figure; the last bits of sums depend on their order
_NULL = "\\N"
_SLICE = 100_000


def fingerprint_table(frame: pl.DataFrame | pl.LazyFrame, columns: Sequence[str] | None = None) -> str:
    """Return 16 hexadecimal digits that change when any cell of `columns` (default: all) changes.

    Row order, column order and float noise beyond nine significant digits change nothing; null and blank text differ.
    """
    whole = frame.lazy().collect()
    names = sorted(columns if columns is not None else whole.columns)
    nested = [name for name in names if whole.schema[name].is_nested()]
    figures = (_rounded(name) for name in names if whole.schema[name].is_float())
    plain = whole.select(names).with_columns(as_json(name) for name in nested).with_columns(figures)
    ordered = plain.sort(names, nulls_last=True)
    digest = hashlib.sha256(repr(names).encode())
    for part in ordered.iter_slices(_SLICE):
        text = part.write_csv(include_header=False, null_value=_NULL, quote_style="non_numeric")
        digest.update(text.encode())
    return digest.hexdigest()[:16]


def _rounded(name: str) -> pl.Expr:
    figure = pl.col(name).cast(pl.Float64).round_sig_figs(_DIGITS)
    return pl.when(figure == 0).then(pl.lit(0.0)).otherwise(figure).alias(name)  # no negative zero
