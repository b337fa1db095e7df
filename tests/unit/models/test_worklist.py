"""What a list of declarations adds up to, as people are told it."""

from __future__ import annotations

import polars as pl

from models.worklist import expected_violations

LISTED = pl.DataFrame({"suspicion": [0.5, 0.25], "suspicion_low": [0.25, 0.125], "suspicion_high": [0.75, 0.625]})


def test_violations_expected_are_the_sums_of_suspicion_and_of_its_limits() -> None:
    assert expected_violations(LISTED) == "0.8 (0.4 to 1.4)"


def test_limits_that_are_unknown_are_not_told_as_nought() -> None:
    unknown = LISTED.with_columns(pl.lit(None, pl.Float64).alias(f"suspicion_{end}") for end in ("low", "high"))
    assert expected_violations(unknown) == "0.8 (limits unknown)"


def test_an_empty_list_expects_nothing() -> None:
    assert expected_violations(LISTED.clear()) == "0.0 (0.0 to 0.0)"
