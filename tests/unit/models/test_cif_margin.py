import math

import numpy as np
import polars as pl
import pytest

from features.mirror import Margin
from models.cif_margin import clean_pairs, fit_cif_margin
from models.lag_weights import learn_lag_weights, learn_lane_lags


def pairs(n: int, *, slope: float = 0.0, noise: float = 0.02) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    rng = np.random.default_rng(5)
    km = rng.uniform(500.0, 18_000.0, n)
    x = rng.lognormal(12.0, 1.0, n)
    ratio = np.exp(0.06 + slope * np.log(km / 7_000.0) + rng.normal(0.0, noise, n))
    places = [f"P{i:04d}" for i in range(n)]
    frame = pl.DataFrame(
        {
            "exporter_iso3": places,
            "importer_iso3": ["USA"] * n,
            "hs6": ["811292"] * n,
            "period": [0] * n,
            "known_from": [0] * n,
            "x_usd": x,
            "m_usd": x * ratio,
            "x_measured_kg": x / 10,
            "m_measured_kg": x / 10 * 1.01,
            "m_valuation": ["CIF"] * n,
            "is_like_basis": [True] * n,
        }
    )
    far = pl.DataFrame({"exporter_iso3": places, "importer_iso3": ["USA"] * n, "distance_km": km})
    return frame.lazy(), far.lazy()


def test_planted_margin_is_found_without_distance() -> None:
    frame, _ = pairs(200)
    fit = fit_cif_margin(frame)
    assert fit.intercept == pytest.approx(0.06, abs=0.01)
    assert fit.n_pairs == 200
    assert fit.spread_ln == pytest.approx(0.02, abs=0.01)


def test_planted_slope_is_found() -> None:
    frame, far = pairs(400, slope=0.03)
    fit = fit_cif_margin(frame, far)
    assert fit.slope == pytest.approx(0.03, abs=0.015)


def test_few_pairs_give_the_default() -> None:
    fit = fit_cif_margin(pairs(10)[0])
    assert fit.intercept == Margin().intercept
    assert fit.n_pairs == 10


@pytest.mark.parametrize(
    "change",
    [
        pl.col("m_measured_kg") * 1.05,  # masses disagree by 6 %
        pl.lit(None, dtype=pl.Float64).alias("m_measured_kg"),
        pl.lit(None, dtype=pl.Float64).alias("x_measured_kg"),
        (pl.col("m_usd") * 2).alias("m_usd"),  # price ratio beyond 1.75
        pl.lit("FOB").alias("m_valuation"),
        pl.lit(value=False).alias("is_like_basis"),
    ],
)
def test_doubtful_pairs_are_left_out(change: pl.Expr) -> None:
    assert clean_pairs(pairs(20)[0].with_columns(change)).collect().is_empty()


def monthly(weights: tuple[float, float], n_lanes: int = 8) -> pl.LazyFrame:
    rng = np.random.default_rng(2)
    rows = []
    for lane in range(n_lanes):
        x = rng.lognormal(8.0, 0.7, 36)
        m = weights[0] * x[1:] + weights[1] * x[:-1]
        for t in range(1, 36):
            period = pl.date(2020 + t // 12, t % 12 + 1, 1)
            rows.append((f"L{lane}", pl.select(period).item(), x[t], m[t - 1]))
    frame = pl.DataFrame(rows, schema=["exporter_iso3", "period", "x_kg", "m_kg"], orient="row")
    return frame.lazy().with_columns(
        importer_iso3=pl.lit("USA"), hs6=pl.lit("811292"), freq=pl.lit("M"), is_x_reported=True, is_m_reported=True
    )


def test_planted_lag_weights_are_found() -> None:
    assert learn_lag_weights(monthly((0.3, 0.7))) == pytest.approx((0.3, 0.7, 0.0, 0.0), abs=0.03)


def test_too_little_gives_the_default_weights() -> None:
    got = learn_lag_weights(monthly((0.3, 0.7), n_lanes=1))
    assert sum(got) == pytest.approx(1.0)
    assert got[0] == pytest.approx(1 - 25 / 30.44)
    assert math.isclose(got[2], 0.0)


def test_each_kind_of_lane_learns_its_own_weights_and_a_thin_one_keeps_its_prior() -> None:
    near = monthly((0.9, 0.1)).with_columns(importer_iso3=pl.lit("KOR"))
    far = monthly((0.2, 0.8))
    thin = monthly((1.0, 0.0), n_lanes=1).with_columns(importer_iso3=pl.lit("ARE"))
    both = pl.concat([near, far, thin])
    lanes = both.select("exporter_iso3", "importer_iso3").unique().sort("exporter_iso3", "importer_iso3").collect()
    days = {"KOR": 8.0, "USA": 25.0, "ARE": 15.22}
    kinds = lanes.with_columns(
        pl.col("importer_iso3").alias("lag_kind"),
        pl.col("importer_iso3").replace_strict(days, return_dtype=pl.Float64).alias("prior_days"),
    )
    table = learn_lane_lags(both, kinds)
    got = {
        place: table.filter(importer_iso3=place, exporter_iso3="L0").sort("lag")["weight"].to_list()
        for place in ("KOR", "USA", "ARE")
    }
    assert got["KOR"][:2] == pytest.approx([0.9, 0.1], abs=0.06)
    assert got["USA"][:2] == pytest.approx([0.2, 0.8], abs=0.06)
    assert got["ARE"] == pytest.approx([0.5, 0.5, 0.0, 0.0])  # 33 months are too few: 15.22 days, half a month
