"""Which contract rules a row breaks: all rows at once as kept or not, refused rows by the names of their rules."""

from __future__ import annotations

import functools
import types

import dataframely as dy
import polars as pl

RESERVED = "oretrace:"
"""Prefix of the columns that a split adds for its own use."""
PLACE = f"{RESERVED}place"
"""Number of a row among all rows read; rows are told apart by it, since an identifier may be missing or come twice."""


def kept_places(typed: pl.DataFrame, schema: type[dy.Schema]) -> pl.Series:
    """Return the places of the rows that keep every rule of the contract."""
    good, _ = _placed(schema).filter(typed)
    return good.get_column(PLACE)


def broken_rules(typed: pl.DataFrame, schema: type[dy.Schema]) -> pl.DataFrame:
    """Name the contract rules that each row breaks: the place and `rule`, one line for each rule broken.

    The key rule is left out: duplicates are told apart in `features.contracts.duplicates`.
    """
    _, failure = _placed(schema).filter(typed)
    told = failure.details()
    rules = [name for name in told.columns if name not in (PLACE, "primary_key") and name not in schema.column_names()]
    return (
        told.lazy()
        .select(PLACE, pl.col(rules).cast(pl.String))
        .unpivot(on=rules, index=PLACE, variable_name="rule", value_name="verdict")
        .filter(pl.col("verdict") == "invalid")
        .select(PLACE, pl.col("rule").str.replace("|check__", "|", literal=True))
        .collect()
    )


@functools.cache
def _placed(schema: type[dy.Schema]) -> type[dy.Schema]:
    """The contract with the place beside its columns, so that dataframely's verdicts can be traced to raw rows."""
    body = {"place": dy.UInt32(alias=PLACE)}
    return types.new_class(f"Placed{schema.__name__}", (schema,), exec_body=lambda space: space.update(body))
