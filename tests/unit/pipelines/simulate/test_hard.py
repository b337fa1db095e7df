"""In the hard world no single column does the work of a model: each ranks at most half as well, on several seeds.

The model is a plain LightGBM on what an officer could compute from the declarations and from what inspections had found
by then, fitted on two thirds of the traders and scored on the rest, on the hidden labels. Its average precision is the
yardstick, not a result; 500 violations teach it enough to be one, 150 do not. The whole detector ranks better (python
-m tests.benchmarks.worlds), so that half of this model is the stricter bound. What was found on a party before is no
column of a declaration: the model has it, and it is not among the single columns.
"""

from __future__ import annotations

import lightgbm as lgb
import numpy as np
import polars as pl
import pytest
from sklearn.metrics import average_precision_score

from pipelines.simulate.world import build_world
from pipelines.simulate.worlds import load_world

FOLDS = 3
PRIOR_ROWS = 20
LOOKUPS = ["hs_code", "destination_iso3", "office_id", "package_type", "transport_mode", "consignee_id", "declarant_id"]
MINERALS = "gallium|germanium|antimony|tungsten|bismuth|tellurium|indium|molybdenum|graphite|terbium|dysprosium|"
MINERALS += "samarium|yttrium|scandium|lutetium|gadolinium|diamond|ndfeb|"
MINERALS += "镓|锗|锑|钨|铋|碲|铟|钼|石墨|铽|镝|钐|钇|钪|镥|钆|金刚石"
PARTIES = ("exporter_id", "consignee_id")
SEEDS = (21, 22, 23)
DECLARATIONS = 100_000


@pytest.fixture(scope="module", params=SEEDS)
def hard(request: pytest.FixtureRequest) -> pl.DataFrame:
    settings = load_world("hard")
    statistics = settings.statistics.model_copy(update={"lane_share": 0.004})
    quick = settings.model_copy(update={"statistics": statistics, "flows_history_months": 0})
    tables = build_world(quick, seed=request.param, declarations=DECLARATIONS, months=30)
    rows = tables["declarations"].join(
        tables["truth/declarations"].select("declaration_id", "is_violation", "true_kg"),
        on="declaration_id",
        how="left",
    )
    return (
        with_records(rows.sort("declared_on", "declaration_id"), tables["outcomes"])
        .with_columns(
            pl.coalesce("exporter_id", "declaration_id").rank("dense").cast(pl.Int64).mod(104_729).alias("trader")
        )
        .with_columns((pl.col("trader") * 7919 % 104_729 % FOLDS).alias("fold"))
    )


def with_records(rows: pl.DataFrame, outcomes: pl.DataFrame) -> pl.DataFrame:
    """Count what inspections had found on each party before the day of a declaration: rows stay in their order."""
    told = outcomes.join(rows.select("declaration_id", *PARTIES), on="declaration_id", how="left")
    told = told.with_columns(~pl.col("finding").is_in(["clean", "other_violation"])).sort("inspected_on")
    for party in PARTIES:
        counts = told.drop_nulls(party).select(
            "inspected_on",
            party,
            pl.col("finding").cum_sum().over(party).alias(f"{party}_found"),
            pl.int_range(pl.len()).over(party).alias(f"{party}_seen"),
        )
        rows = rows.join_asof(
            counts,
            left_on="declared_on",
            right_on="inspected_on",
            by=party,
            allow_exact_matches=False,
            check_sortedness=False,
        )
    return rows


@pytest.fixture(scope="module")
def matrix(hard: pl.DataFrame) -> pl.DataFrame:
    """Columns that an officer could compute from the declarations alone."""
    text = pl.col("description").str.to_lowercase()
    mineral_code = (
        pl.col("hs_code").str.slice(0, 4).is_in(["8112", "2846", "8101", "8110", "2504", "2841", "2849", "8106"])
    )
    shape = hard.with_columns(
        (pl.col("value_usd") / pl.col("net_kg")).log().alias("price"),
        (pl.col("net_kg") / pl.col("volume_m3")).log().alias("density"),
        (pl.col("net_kg") / pl.col("n_packages")).log().alias("package"),
        (pl.col("gross_kg") / pl.col("net_kg")).log().alias("tare"),
        pl.col("net_kg").log().alias("mass"),
        pl.col("value_usd").log().alias("value"),
        pl.col("declared_on").dt.truncate("1mo").alias("month"),
    )
    usual = [
        (pl.col(name) - pl.col(name).median().over("hs_code")).alias(f"{name}_off")
        for name in ("price", "density", "package", "tare", "mass")
    ]
    table = shape.with_columns(usual).with_columns(
        pl.col(f"{name}_off").abs().alias(f"{name}_odd") for name in ("price", "density", "package", "tare", "mass")
    )
    at = pl.int_range(pl.len())
    return table.select(
        "price", "density", "package", "tare", "mass", "value",
        "price_off", "density_off", "package_off", "tare_off", "mass_off",
        "price_odd", "density_odd", "package_odd", "tare_odd", "mass_odd",
        (text.str.contains(MINERALS) & ~mineral_code).cast(pl.Float64).alias("names_mineral"),
        text.str.contains(MINERALS).cast(pl.Float64).alias("text_mineral"),
        text.str.len_chars().cast(pl.Float64).alias("length"),
        pl.col("licence_no").is_null().cast(pl.Float64).alias("unlicensed"),
        (pl.col("licence_no").is_null() & mineral_code).cast(pl.Float64).alias("licence_missing"),
        mineral_code.cast(pl.Float64).alias("mineral_code"),
        (pl.col("direction") == "import").cast(pl.Float64).alias("import"),
        pl.col("amended_on").is_not_null().cast(pl.Float64).alias("amended"),
        pl.col("route").str.count_matches(">").cast(pl.Float64).alias("steps"),
        at.over("exporter_id").cast(pl.Float64).neg().alias("exporter_new"),
        at.over("consignee_id").cast(pl.Float64).neg().alias("consignee_new"),
        at.over("exporter_id", "hs_code").cast(pl.Float64).neg().alias("goods_new"),
        at.over("exporter_id", "destination_iso3").cast(pl.Float64).neg().alias("lane_new"),
        (pl.col("origin_iso3") != pl.col("dispatch_iso3")).cast(pl.Float64).alias("origin_elsewhere"),
        *(pl.col(f"{party}_{what}").cast(pl.Float64) for party in PARTIES for what in ("found", "seen")),
        *(pl.col(name).cast(pl.Categorical).to_physical().cast(pl.Float64).alias(f"is_{name}") for name in LOOKUPS[:5]),
    )  # fmt: skip


def fitted(hard: pl.DataFrame, matrix: pl.DataFrame) -> float:
    values, label, fold = matrix.to_numpy(), hard["is_violation"].to_numpy(), hard["fold"].to_numpy()
    scored = np.zeros(len(label))
    named = [matrix.columns.index(f"is_{name}") for name in LOOKUPS[:5]]
    for part in range(FOLDS):
        held = fold == part
        data = lgb.Dataset(values[~held], label[~held], categorical_feature=named, params={"verbose": -1})
        options = {
            "objective": "binary", "num_leaves": 12, "learning_rate": 0.09, "min_data_in_leaf": 20, "lambda_l2": 5.0,
            "feature_fraction": 0.6, "bagging_fraction": 0.8, "bagging_freq": 1, "seed": 1, "deterministic": True,
            "force_row_wise": True, "num_threads": 1, "verbose": -1, "cat_smooth": 50.0, "max_bin": 63,
        }  # fmt: skip
        scored[held] = lgb.train(options, data, num_boost_round=60).predict(values[held])
    return float(average_precision_score(label, scored))


def looked_up(hard: pl.DataFrame, column: str) -> float:
    own = hard.group_by(column, "fold").agg(pl.col("is_violation").sum().alias("own"), pl.len().alias("own_rows"))
    whole = hard.group_by(column).agg(pl.col("is_violation").sum().alias("all"), pl.len().alias("all_rows"))
    joined = hard.join(own, on=[column, "fold"], how="left", maintain_order="left", nulls_equal=True).join(
        whole, on=column, how="left", maintain_order="left", nulls_equal=True
    )
    rate = float(hard["is_violation"].mean())  # type: ignore[arg-type]
    hits, rows = joined["all"] - joined["own"], joined["all_rows"] - joined["own_rows"]
    return float(
        average_precision_score(
            hard["is_violation"].to_numpy(), ((hits + PRIOR_ROWS * rate) / (rows + PRIOR_ROWS)).to_numpy()
        )
    )


def ranked(label: np.ndarray, column: pl.Series) -> float:
    """Average precision of a column in its better direction; unknown counts as its median."""
    values = column.fill_nan(None).fill_null(column.fill_nan(None).median()).to_numpy()
    return max(float(average_precision_score(label, sign * values)) for sign in (1, -1))


@pytest.mark.slow
def test_no_single_column_ranks_half_as_well_as_a_model(hard: pl.DataFrame, matrix: pl.DataFrame) -> None:
    label = hard["is_violation"].to_numpy()
    whole = fitted(hard, matrix)
    declared = [
        name for name in matrix.columns if not name.startswith("is_") and not name.endswith(("_found", "_seen"))
    ]
    single = {name: ranked(label, matrix[name]) for name in declared}
    single |= {f"look-up {name}": looked_up(hard, name) for name in LOOKUPS}
    best = max(single, key=lambda name: single[name])
    print(f"model {whole:.3f}, best column {best} {single[best]:.3f}")
    assert whole > 5 * label.mean()  # there is something to learn
    assert single[best] <= 0.5 * whole, f"{best}: {single[best]:.3f} of {whole:.3f}"
