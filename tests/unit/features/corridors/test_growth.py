"""Growth before a measure, carried on: known by hand where it is even, and believed little where it is not."""

import numpy as np
import pytest

from features.corridors.growth import grown_to


def one(amounts: list[float], *, ahead: float, unknown: tuple[int, ...] = ()) -> float:
    reported = np.array([[month not in unknown for month in range(len(amounts))]])
    found: float = grown_to(np.array([amounts]), reported, ahead=ahead)[0]
    return found


def test_even_growth_goes_on() -> None:
    assert one([2.0 * 1.1**month for month in range(12)], ahead=4.0) == pytest.approx(2.0 * 1.1**15)


def test_months_that_nobody_reported_are_no_zeros() -> None:
    months = [2.0 * 1.1**month for month in range(14)]
    months[3] = 0.0
    assert one(months, ahead=4.0, unknown=(3,)) == pytest.approx(2.0 * 1.1**17)
    assert one(months, ahead=4.0) < 2.0 * 1.1**17  # a true zero makes growth less sure


def test_no_further_ahead_than_was_watched() -> None:
    months = [1.05**month for month in range(12)]
    assert one(months, ahead=40.0) == one(months, ahead=12.0) == pytest.approx(1.05**23)


@pytest.mark.parametrize(
    "amounts",
    [
        [1.1**month for month in range(11)],  # less than a year
        [0.0] * 24,
        [5.0] * 24,
        [1.1**-month for month in range(24)],
        [1.0, 9.0, 2.0, 7.0] * 6,  # swings, and does not grow
    ],
)
def test_without_growth_nothing_is_carried_on(amounts: list[float]) -> None:
    assert np.isnan(one(amounts, ahead=6.0))


def test_uneven_growth_is_carried_on_by_less() -> None:
    even = [1.05**month for month in range(24)]
    uneven = [value * (1.6 if month % 2 else 0.4) for month, value in enumerate(even)]
    assert 1.0 < one(uneven, ahead=6.0) < one(even, ahead=6.0)


def test_nothing_to_read_is_nothing_told() -> None:
    assert np.isnan(grown_to(np.zeros((2, 0)), np.zeros((2, 0), dtype=np.bool_), ahead=3.0)).all()
