"""The CIF margin learned on pairs whose two sides agree; the result is plain numbers that `features.mirror` applies."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
from sklearn.linear_model import HuberRegressor

from features.mirror.margin import Margin

LARGEST_MASS_DIFFERENCE = 0.025  # indicators.md 1: |qM − qX|/qM < 2.5 %
PRICE_RATIO = (0.75, 1.75)  # indicators.md 1: 0.75 < pM/pX < 1.75
FEWEST_PAIRS = 30
FEWEST_PAIRS_FOR_DISTANCE = 100
NORMAL_IQR = 1.349  # distance between the quartiles of a standard normal


def clean_pairs(pairs: pl.LazyFrame) -> pl.LazyFrame:
    """Keep the pairs that are surely the same goods: measured masses agree within 2.5 %, prices within 0.75 to 1.75.

    Takes `pair_mirrors` (or the same columns); imports valued CIF only. Adds `ln_ratio` = ln(M/X).
    """
    mass, ratio = pl.col("m_measured_kg"), pl.col("m_usd") / pl.col("x_usd")
    price = ratio * pl.col("x_measured_kg") / mass
    return pairs.filter(
        pl.col("x_usd") > 0,
        pl.col("m_usd") > 0,
        pl.col("m_valuation") == "CIF",
        pl.col("is_like_basis"),
        mass > 0,
        ((mass - pl.col("x_measured_kg")).abs() / mass) < LARGEST_MASS_DIFFERENCE,
        price > PRICE_RATIO[0],
        price < PRICE_RATIO[1],
    ).with_columns(ratio.log().alias("ln_ratio"))


def fit_cif_margin(pairs: pl.LazyFrame, distances: pl.LazyFrame | None = None) -> Margin:
    """Fit what freight and insurance add, on clean pairs: on ln distance and its square, else one robust median.

    `distances`: `exporter_iso3 importer_iso3 distance_km`. Fewer than 30 clean pairs: the default margin, with
    `n_pairs` telling how few there were. The fit explains little (R² about 0.05 in the literature), so `spread_ln`
    carries what it leaves. Source: indicators.md 1.
    """
    clean = clean_pairs(pairs)
    if distances is not None:
        km = distances.select("exporter_iso3", "importer_iso3", pl.col("distance_km").cast(pl.Float64))
        clean = clean.join(
            km.unique(["exporter_iso3", "importer_iso3"]), on=["exporter_iso3", "importer_iso3"], how="left"
        )
    else:
        clean = clean.with_columns(pl.lit(None, dtype=pl.Float64).alias("distance_km"))
    table = clean.select("exporter_iso3", "importer_iso3", "hs6", "period", "known_from", "ln_ratio", "distance_km")
    table = table.sort("exporter_iso3", "importer_iso3", "hs6", "period", "known_from")
    rows = table.select("ln_ratio", "distance_km").collect()
    default = Margin()
    if rows.height < FEWEST_PAIRS:
        return Margin(default.intercept, 0.0, 0.0, default.typical_km, default.spread_ln, rows.height)
    far = rows.filter(pl.col("distance_km") > 0)
    if far.height >= FEWEST_PAIRS_FOR_DISTANCE:
        return _on_distance(far)
    ratios = rows["ln_ratio"].to_numpy()
    return Margin(float(np.median(ratios)), 0.0, 0.0, default.typical_km, _spread(ratios), rows.height)


def _on_distance(rows: pl.DataFrame) -> Margin:
    ln_km = np.log(rows["distance_km"].to_numpy())
    centre = float(np.median(ln_km))
    z = ln_km - centre
    ratios = rows["ln_ratio"].to_numpy()
    design = np.column_stack([z, z * z])
    fit = HuberRegressor(max_iter=1_000).fit(design, ratios)
    left = ratios - fit.predict(design)
    slope, curve = (float(one) for one in fit.coef_)
    return Margin(float(fit.intercept_), slope, curve, math.exp(centre), _spread(left), rows.height)


def _spread(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    low, high = np.quantile(values, [0.25, 0.75])
    return max(float(high - low) / NORMAL_IQR, 0.01)
