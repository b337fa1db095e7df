"""Frames that lack optional columns get them as null, so that less input means less evidence, never a crash."""

from __future__ import annotations

from collections.abc import Sequence

import dataframely as dy
import polars as pl


def complete(frame: pl.LazyFrame, schema: type[dy.Schema], columns: Sequence[str]) -> pl.LazyFrame:
    """Select columns of a contract table; those the frame lacks are null of the contract's type.

    >>> from features.contracts import Declarations
    >>> complete(pl.LazyFrame({"declaration_id": ["a"]}), Declarations, ["declaration_id", "net_kg"]).collect().row(0)
    ('a', None)
    """
    present = set(frame.collect_schema().names())
    types = {name: column.dtype for name, column in schema.columns().items()}
    return frame.select(
        pl.col(name) if name in present else pl.lit(None, dtype=types[name]).alias(name) for name in columns
    )
