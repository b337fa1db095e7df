"""What any model must beat: chance, single rules, anomaly alone, a plain learner, a look-up table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import lightgbm as lgb
import numpy as np
import polars as pl

from models.classifier import BoostingPlan, useful_threads
from models.matrix import Floats

RAW_NUMBERS = ("net_kg", "gross_kg", "volume_m3", "value_usd", "n_packages", "n_containers")
RAW_CATEGORIES = (
    "direction",
    "office_id",
    "origin_iso3",
    "dispatch_iso3",
    "destination_iso3",
    "transport_mode",
    "package_type",
    "container_type",
)
RAW_COLUMNS = (*RAW_NUMBERS, *RAW_CATEGORIES, "hs_code")
"""Columns of a declaration that baselines read; identifiers and texts are left out."""

LOOK_UP_PRIOR_ROWS = 5.0  # pseudo-rows at the overall rate, so that a key seen once is no certainty
MAD_TO_SIGMA = 1.4826  # a normal distribution's standard deviation over its median absolute deviation


def baseline_scores(
    learned: pl.DataFrame,
    history: pl.DataFrame,
    rows: pl.DataFrame,
    *,
    mirror_codes: Sequence[str],
    plan: BoostingPlan,
    seed: int,
    threads: int = 2,
) -> dict[str, Floats]:
    """Score `rows` by every baseline that needs no model of ours.

    `learned` are the labelled rows the model learned from (with `any` and `weight`), `history` all declarations of the
    training period; all three need the columns of `with_raw_columns`. NaN throughout: could not be made here.
    """
    return {
        "plain_lightgbm": plain_boosting(learned, rows, plan=plan, seed=seed, threads=threads),
        "look_up_table": look_up_table(learned, rows),
        "unit_value_rule": unit_value_rule(history, rows),
        "mirror_gap_rule": strongest(rows, mirror_codes),
        "random": np.random.default_rng(seed).random(rows.height),
    }


def unit_value_rule(history: pl.DataFrame, rows: pl.DataFrame) -> Floats:
    """How far the unit value lies from the median of its heading (4 digits) in `history`, in robust deviations.

    Natural log scale, both sides; NaN where mass or value is unknown or the heading has fewer than 5 priced rows.
    """
    priced = _priced(history).drop_nulls("log_price")
    middle = priced.group_by("hs4").agg(median=pl.col("log_price").median(), n=pl.len()).filter(pl.col("n") >= 5)
    away = (pl.col("log_price") - pl.col("median")).abs()
    spread = (
        priced.join(middle, on="hs4", how="left").drop_nulls("median").group_by("hs4").agg(mad=away.median().clip(0.05))
    )
    scored = (
        _priced(rows)
        .join(middle, on="hs4", how="left", maintain_order="left")
        .join(spread, on="hs4", how="left", maintain_order="left")
        .select((away / (pl.col("mad") * MAD_TO_SIGMA)).fill_null(float("nan")))
    )
    return scored.to_series().to_numpy().astype(float)


def strongest(rows: pl.DataFrame, codes: Sequence[str]) -> Floats:
    """Largest of the named evidence columns; NaN where all are unknown."""
    if not codes:
        return np.full(rows.height, np.nan)
    top = rows.select(pl.max_horizontal(pl.col(code).cast(pl.Float64).fill_nan(None) for code in codes))
    return top.to_series().fill_null(float("nan")).to_numpy()


def look_up_table(train: pl.DataFrame, rows: pl.DataFrame) -> Floats:
    """Shrunk rate of violations of the key (heading, origin, destination) in `train`; the overall rate when unseen."""
    keys = ["hs4", "origin_iso3", "destination_iso3"]
    w, y = pl.col("weight"), pl.col("any")
    overall = train.select((w * y).sum() / w.sum()).item() if train.height else 0.0
    rate = ((w * y).sum() + LOOK_UP_PRIOR_ROWS * overall) / (w.sum() + LOOK_UP_PRIOR_ROWS)
    table = _headed(train).group_by(keys).agg(rate=rate)
    found = _headed(rows).join(table, on=keys, how="left", maintain_order="left", nulls_equal=True)
    return found["rate"].fill_null(overall).to_numpy().astype(float)


def plain_boosting(
    train: pl.DataFrame, rows: pl.DataFrame, *, plan: BoostingPlan, seed: int, threads: int = 2
) -> Floats:
    """Plain LightGBM on the raw columns of the declaration; NaN where there are too few positives to learn from."""
    positive = train["any"].to_numpy()
    if min(int(positive.sum()), int((~positive).sum())) < plan.n_positives_min:
        return np.full(rows.height, np.nan)
    categories = {name: train[name].drop_nulls().cast(pl.String).unique().sort() for name in RAW_CATEGORIES}
    categories |= {
        name: _headed(train).select(pl.col("hs_code").str.head(digits)).to_series().drop_nulls().unique().sort()
        for name, digits in (("hs2", 2), ("hs4", 4))
    }
    matrix = _raw_matrix(train, categories)
    parameters: dict[str, Any] = {
        "objective": "binary",
        "learning_rate": plan.learning_rate,
        "num_leaves": plan.n_leaves,
        "min_data_in_leaf": plan.n_rows_per_leaf_min,
        "deterministic": True,
        "force_row_wise": True,
        "seed": seed,
        "num_threads": useful_threads(matrix, threads),
        "verbosity": -1,
    }
    first = len(RAW_NUMBERS) + 1
    data = lgb.Dataset(
        matrix,
        label=positive.astype(np.float32),
        weight=train["weight"].to_numpy(),
        categorical_feature=list(range(first, first + len(categories))),
    )
    booster = lgb.train(parameters, data, num_boost_round=plan.n_rounds_default)
    new = _raw_matrix(rows, categories)
    return np.asarray(booster.predict(new, num_threads=useful_threads(new, threads)), dtype=float)


def with_raw_columns(frame: pl.DataFrame) -> pl.DataFrame:
    """Add the raw columns that `frame` lacks, as nulls."""
    missing = [name for name in RAW_COLUMNS if name not in frame.columns]
    kind = {name: pl.Float64 if name in RAW_NUMBERS else pl.String for name in missing}
    return frame.with_columns(pl.lit(None, dtype=kind[name]).alias(name) for name in missing)


def _headed(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col("hs_code").cast(pl.String)).with_columns(
        hs4=pl.col("hs_code").str.head(4), hs2=pl.col("hs_code").str.head(2)
    )


def _priced(frame: pl.DataFrame) -> pl.DataFrame:
    known = (pl.col("net_kg") > 0) & (pl.col("value_usd") > 0)
    price = pl.when(known).then((pl.col("value_usd") / pl.col("net_kg")).log())
    return _headed(frame).with_columns(log_price=price)


def _raw_matrix(frame: pl.DataFrame, categories: dict[str, pl.Series]) -> Floats:
    codes = [
        pl.col(name)
        .cast(pl.String)
        .replace_strict(values, pl.Series(range(len(values)), dtype=pl.Float64), default=None, return_dtype=pl.Float64)
        if len(values)
        else pl.lit(None, dtype=pl.Float64).alias(name)
        for name, values in categories.items()
    ]
    numbers = [pl.col(name).cast(pl.Float64) for name in RAW_NUMBERS]
    priced = _priced(frame).select(*numbers, "log_price", *codes)
    return np.array(priced.select(pl.all().fill_null(float("nan"))).to_numpy(order="c"), dtype=float, copy=True)
