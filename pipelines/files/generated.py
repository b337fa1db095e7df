"""The mark of generated tables: kept in the Parquet file itself, so that no copy of it passes for real trade."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from pipelines.files.scan import parquet_files

_KEY = "oretrace:generated"
_IN_PART = "in part "


def as_metadata(mark: str) -> dict[str, str] | None:
    """Parquet metadata that bears the mark of a generated table; none where the mark is ''."""
    return {_KEY: mark} if mark else None


def generated_mark(path: Path) -> str:
    """Say of which generated world the rows of a Parquet file or folder are; '' for a table that bears no mark.

    CSV and Delta tables bear none: whoever turns a generated table into one has to remember what it is.
    """
    return joint_mark(pl.read_parquet_metadata(file).get(_KEY, "") for file in parquet_files(path))


def joint_mark(marks: Iterable[str]) -> str:
    """Join the marks of tables that are put together; real rows ('') among generated ones make it `in part ...`.

    >>> joint_mark(["seed 7", "seed 7"]), joint_mark(["", "seed 7"])
    ('seed 7', 'in part seed 7')
    >>> joint_mark(["", ""]), joint_mark(["in part seed 1", "seed 7"])
    ('', 'in part seed 1 and seed 7')
    """
    given = set(marks)
    worlds = {world for mark in given if mark for world in mark.removeprefix(_IN_PART).split(" and ")}
    is_part = "" in given or any(mark.startswith(_IN_PART) for mark in given)
    return (_IN_PART if worlds and is_part else "") + " and ".join(sorted(worlds))
