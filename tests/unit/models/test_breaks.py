import numpy as np
import pytest

from models.breaks import contrasts, find_breaks


def noise(seed: int, n: int = 84, spread: float = 0.2) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0, spread, n)


def test_contrast_is_the_quarter_less_the_median_of_the_year_but_the_month_before() -> None:
    y = np.zeros(20)
    y[13], y[14:17] = 5.0, -2.0  # sent ahead in month 13, then a fall
    # months 14 to 16 mean -2; months 1 to 12 median 0; month 13 is the gap: -2
    assert contrasts(y)[14] == pytest.approx(-2.0)
    assert np.isnan(contrasts(y)[12])  # no whole year and gap before it
    assert np.isnan(contrasts(y)[18])  # no whole quarter from it


def test_unknown_months_are_left_out_and_too_many_make_it_unknown() -> None:
    y = np.zeros(20)
    y[14:17] = 1.0
    y[[2, 5, 15]] = np.nan
    assert contrasts(y)[14] == pytest.approx(1.0)
    y[1:9] = np.nan
    assert np.isnan(contrasts(y)[14])


def test_a_fall_is_dated_to_its_month() -> None:
    y = noise(1)
    y[60:66] -= 2.0
    (one,) = find_breaks(y, most=1)
    assert one.at == 60
    assert 57 <= one.earliest <= 60 <= one.latest <= 63  # half a year at the new level: four quarters look alike
    assert one.change_ln == pytest.approx(-2.0, abs=0.4)
    assert one.p_value <= 0.01


def test_noise_alone_breaks_no_oftener_than_stated() -> None:
    found = [bool(find_breaks(noise(seed), most=1)) for seed in range(100)]
    assert sum(found) <= 10  # 5 expected at most; 10 or fewer of 100 with probability 0.99


def test_same_figures_same_answer_and_short_series_none() -> None:
    y = noise(2)
    y[50:] += 1.5
    assert find_breaks(y) == find_breaks(y)
    assert find_breaks(y[:20]) == []
    assert find_breaks(np.full(84, np.nan)) == []
    assert find_breaks(np.zeros(84)) == []
