"""Defaults of trade statistics that a source left out."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from features.contracts.defaults import complete_flows


def flow(direction: str, freq: str, period: date, valuation: str | None = None, on: date | None = None) -> pl.DataFrame:
    return pl.DataFrame(
        {"direction": direction, "freq": freq, "period": period, "valuation": valuation, "published_on": on},
        schema_overrides={"valuation": pl.String, "published_on": pl.Date},
    )


@pytest.mark.parametrize(
    ("direction", "valuation"), [("export", "FOB"), ("re_export", "FOB"), ("import", "CIF"), ("re_import", "CIF")]
)
def test_valuation_follows_direction(direction: str, valuation: str) -> None:
    done = complete_flows(flow(direction, "M", date(2024, 3, 1)))
    assert done.item(0, "valuation") == valuation


def test_what_was_given_stays() -> None:
    given = flow("import", "M", date(2024, 3, 1), valuation="unknown", on=date(2024, 4, 1))
    assert complete_flows(given).equals(given)


@pytest.mark.parametrize(
    ("freq", "period", "published_on"),
    [
        ("M", date(2024, 2, 1), date(2024, 4, 14)),  # 29 February + 45 days
        ("M", date(2023, 2, 1), date(2023, 4, 14)),  # 28 February + 45 days
        ("A", date(2023, 1, 1), date(2024, 2, 14)),  # 31 December + 45 days
    ],
)
def test_a_figure_is_public_45_days_after_its_period_ends(freq: str, period: date, published_on: date) -> None:
    assert complete_flows(flow("export", freq, period).lazy()).collect().item(0, "published_on") == published_on
