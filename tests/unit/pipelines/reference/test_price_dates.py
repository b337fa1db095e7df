"""Loose dates read as the last day they speak of."""

from datetime import date as day

import pytest

from pipelines.reference.price_dates import last_day


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("2023-07-03", day(2023, 7, 3)), ("2025-02", day(2025, 2, 28)), ("2025", day(2025, 12, 31)),
        ("2023 (autumn)", day(2023, 11, 30)), ("2025 mean", day(2025, 12, 31)), ("2024-2025", day(2025, 12, 31)),
        ("2024-12..2025-03", day(2025, 3, 31)), ("2025-09..12", day(2025, 12, 31)), ("recently", None), ("", None),
    ],
)  # fmt: skip
def test_last_day(said: str, read: day | None) -> None:
    assert last_day(said) == read
