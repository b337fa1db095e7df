"""Conformal p-values: by hand, uniform where nothing is odd, never too small."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.stats import kstest

from models.conformal import POOL, ConformalTable, fit_conformal, group_names


def names(group: str, n: int) -> pl.Series:
    return pl.Series([group] * n, dtype=pl.String)


def test_by_hand() -> None:
    # calibration 1 2 3 4: at 3 two are at least as odd, p = (1 + 2) / 5; beyond all 1/5; below all 5/5
    table = fit_conformal(np.array([1.0, 2.0, 3.0, 4.0]), names("a", 4), min_group_rows=10)
    p = table.p_values(np.array([3.0, 9.0, 0.0, 2.5]), names("a", 4))
    np.testing.assert_allclose(p, [3 / 5, 1 / 5, 1.0, 3 / 5])


def test_thin_group_and_unknown_group_fall_back_to_the_pool() -> None:
    scores = np.concatenate([np.zeros(100), np.arange(300.0)])
    table = fit_conformal(scores, pl.concat([names("thin", 100), names("wide", 300)]), min_group_rows=200)
    assert set(table.ladders) == {POOL, "wide"}
    p = table.p_values(np.array([150.0, 150.0, 150.0]), pl.Series(["thin", "never seen", "wide"]))
    np.testing.assert_allclose(p, [151 / 401, 151 / 401, 151 / 301])


def test_uniform_where_nothing_is_odd() -> None:
    rng = np.random.default_rng(5)
    table = fit_conformal(rng.normal(size=5000), names("a", 5000), min_group_rows=200)
    p = table.p_values(rng.normal(size=5000), names("a", 5000))
    assert kstest(p, "uniform").statistic < 0.03  # 5 % bound for two samples of 5,000 is 0.027; the seed is fixed


def test_thinning_never_makes_p_smaller() -> None:
    rng = np.random.default_rng(6)
    calibration, new = rng.normal(size=20_000), rng.normal(size=500)
    p = fit_conformal(calibration, names("a", 20_000), min_group_rows=1).p_values(new, names("a", 500))
    exact = (1 + (calibration[None, :] >= new[:, None]).sum(axis=1)) / 20_001
    assert (p >= exact).all()
    assert (p - exact).max() < 0.002
    odd = exact < 0.04
    np.testing.assert_allclose(p[odd], exact[odd])


def test_no_calibration_is_unknown() -> None:
    table = fit_conformal(np.empty(0), names("a", 0), min_group_rows=1)
    assert np.isnan(table.p_values(np.array([1.0]), names("a", 1))).all()


def test_groups_are_named_with_unknowns() -> None:
    frame = pl.DataFrame({"mineral": ["gallium", None], "transport_mode": [None, "sea"]})
    assert group_names(frame).to_list() == ["gallium|unknown", "none|sea"]
    assert group_names(frame.drop("mineral", "transport_mode").with_columns(x=pl.Series([1, 2]))).len() == 2


def test_text_round_trip() -> None:
    table = fit_conformal(np.arange(50.0), names("a", 50), min_group_rows=5)
    assert ConformalTable.from_dict(table.to_dict()) == table
