"""Fingerprints: the same for the same content, whatever its order; another for any change that means something."""

from __future__ import annotations

import polars as pl
import pytest

from pipelines.files import fingerprint_table

FRAME = pl.DataFrame({"id": ["a", "b", "c"], "kg": [0.1 + 0.2, None, 0.0], "tags": [["x"], [], None]})


def test_order_of_rows_and_columns_and_float_noise_change_nothing() -> None:
    mark = fingerprint_table(FRAME)
    assert len(mark) == 16
    assert mark == fingerprint_table(FRAME.reverse().select("tags", "kg", "id").lazy())
    assert mark == fingerprint_table(FRAME.with_columns(kg=pl.Series([0.3, None, -0.0])))


@pytest.mark.parametrize(
    "changed",
    [
        FRAME.with_columns(kg=pl.Series([0.30001, None, 0.0])),
        FRAME.with_columns(kg=pl.Series([0.3, 0.0, 0.0])),
        FRAME.with_columns(id=pl.Series(["a", "b", ""])),
        FRAME.with_columns(id=pl.Series(["a", "b", None])),
        FRAME.with_columns(id=pl.Series(["a", "b", "\\N"])),
        FRAME.with_columns(tags=pl.Series([["x", "y"], [], None])),
        FRAME.rename({"kg": "g"}),
        FRAME.head(2),
    ],
)
def test_any_change_of_content_changes_it(changed: pl.DataFrame) -> None:
    marks = {fingerprint_table(FRAME), fingerprint_table(changed)}
    assert len(marks) == 2


def test_null_blank_and_the_mark_of_null_all_differ() -> None:
    assert len({fingerprint_table(pl.DataFrame({"a": [cell, "z"]})) for cell in (None, "", "\\N")}) == 3


def test_only_the_columns_asked_for_count() -> None:
    assert fingerprint_table(FRAME, ["id"]) == fingerprint_table(FRAME.drop("tags"), ["id"])
