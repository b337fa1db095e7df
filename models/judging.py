"""A model judged on many rows: by subset beside baselines, evidence withheld, lead time, alarms where nothing is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from models.bundle import ModelBundle
from models.calibration import calibration_error
from models.discovery import decide
from models.evaluation import OURS, EvaluationPlan, evaluate, measured, truth_of
from models.labels import ANY
from models.matrix import Floats
from models.ranked_metrics import Truth, draws, measure, once, ranking

GROUPED = ("scheme", "true_mineral", "mineral", "hub", "office_id", "transport_mode", "trader_size")
"""Columns that rows are told apart by, where present. The first two and `hub` are of violations: see `by_group`."""
OF_VIOLATIONS = ("scheme", "true_mineral", "hub")
FEWEST_POSITIVES = 5  # a group with fewer violations is not told: one row would be a fifth of it
SIZES = ((5, "1 to 5 a year"), (50, "6 to 50 a year"))
ALARM_LEVEL = 0.05  # share of false ones tolerated among anomaly alarms (Benjamini and Yekutieli 2001)


def judge_rows(
    rows: pl.DataFrame,
    scores: Mapping[str, Floats],
    kinds: Mapping[str, Floats],
    *,
    plan: EvaluationPlan,
    group: str,
    seed: int,
) -> pl.DataFrame:
    """Table of models.evaluation, with subsets `column=value` added for each of GROUPED.

    Groups have an interval for the model itself, over fewer draws where rows are many; the baselines' have none.
    `rows` as there; groups by a column of OF_VIOLATIONS hold the violations of that value and everything that is none.
    """
    whole = evaluate(rows, scores, kinds, plan=plan, group=group, seed=seed)
    if not whole.height:
        return whole
    tables = [whole]
    for name, chosen in _groups(rows):
        part, inside = rows.filter(chosen), chosen.to_numpy()
        truth = truth_of(part, target=ANY, group=group)
        own = quick(plan, part.height)
        blocks = list(draws(truth, n_draws=own.n_draws, seed=seed))
        for model, score in scores.items():
            if not np.isfinite(score).any():
                continue
            told = measured(truth, score[inside], own, blocks if model == OURS else [], seed=seed, probable=False)
            tables.append(
                told.with_columns(
                    subset=pl.lit(name),
                    model=pl.lit(model),
                    n=pl.lit(part.height, dtype=pl.Int64),
                    n_positive=pl.lit(int(truth.positive.sum()), dtype=pl.Int64),
                ).select(*whole.schema)
            )
    return pl.concat(tables)


def _groups(rows: pl.DataFrame) -> Iterator[tuple[str, pl.Series]]:
    for column in GROUPED:
        if column not in rows.columns:
            continue
        counted = rows.filter(ANY).drop_nulls(column).group_by(column).len().filter(pl.col("len") >= FEWEST_POSITIVES)
        for value in counted[column].sort():
            chosen = (rows[column] == value).fill_null(value=False)
            if column in OF_VIOLATIONS:
                chosen = (chosen & rows[ANY]) | ~rows[ANY]
            yield f"{column}={value}", chosen


def unseen_kinds(taught: Mapping[str, Collection[str]]) -> list[pl.Expr]:
    """Say of each violation whether none of its `hub` or `scheme` was among those `taught`; null of anything else.

    `taught`: values by column; a column that is not named there gives nothing.
    """
    return [
        pl.when(ANY).then(~pl.col(name).is_in(sorted(values))).alias(f"unseen_{name}")
        for name, values in sorted(taught.items())
    ]


def trader_size(declarations: pl.DataFrame, group: str) -> pl.Expr:
    """Say how often the trader named by `group` declares in a year; null where unknown."""
    days = declarations.select((pl.col("declared_on").max() - pl.col("declared_on").min()).dt.total_days() + 1).item()
    counts = declarations.drop_nulls(group).group_by(group).len()
    yearly = counts.select(group, a_year=pl.col("len") * 365.25 / max(days, 30))
    seldom = pl.when(pl.col("a_year") <= SIZES[0][0]).then(pl.lit(SIZES[0][1]))
    words = seldom.when(pl.col("a_year") <= SIZES[1][0]).then(pl.lit(SIZES[1][1])).otherwise(pl.lit("more"))
    told = yearly.select(group, size=words)
    return pl.col(group).replace_strict(told[group], told["size"], default=None, return_dtype=pl.String)


def without_families(bundle: ModelBundle, rows: pl.DataFrame, *, plan: EvaluationPlan, seed: int) -> pl.DataFrame:
    """What the model finds where a family of evidence is withheld from it, and where only that family is left.

    The model is not learned again: this is what a declaration loses that lacks the family. Columns: family (or
    `nothing`), kept (`all`, `others`, `it alone`), average_precision, recall at the first share, calibration_error, n.
    """
    families = dict(zip(bundle.columns.codes, bundle.columns.families, strict=True))
    cases: list[tuple[str, str, list[str]]] = [("nothing", "all", [])]
    for family in sorted(set(families.values())):
        cases.append((family, "others", [code for code, own in families.items() if own == family]))
        cases.append((family, "it alone", [code for code, own in families.items() if own != family]))
    return pl.DataFrame(
        [
            {"family": family, "kept": kept}
            | _short(bundle, rows.with_columns(pl.lit(None, dtype=pl.Float32).alias(c) for c in lost), plan, seed)
            for family, kept, lost in cases
        ]
    )


def short_figures(bundle: ModelBundle, rows: pl.DataFrame, *, plan: EvaluationPlan, seed: int) -> dict[str, float]:
    """Average precision, recall at each share and calibration error of the model on labelled `rows`."""
    return _short(bundle, rows, plan, seed)


def _short(bundle: ModelBundle, rows: pl.DataFrame, plan: EvaluationPlan, seed: int) -> dict[str, float]:
    suspicion = bundle.score(rows)["suspicion"].to_numpy()
    truth = _plain_truth(rows)
    found = measure(truth, ranking(suspicion, seed=seed), plan.inspected_shares, once(truth))
    kept = ["average_precision", "auc", *(name for name in found if name.startswith("recall"))]
    error = calibration_error(suspicion, truth.positive, truth.weight, n_bins=plan.n_bins)
    return {name: float(found[name][0]) for name in kept} | {"calibration_error": error}


def _plain_truth(rows: pl.DataFrame) -> Truth:
    nothing = np.zeros(rows.height)
    weight = rows["weight"].to_numpy().astype(float)
    return Truth(rows[ANY].to_numpy(), weight, nothing, nothing, np.arange(rows.height))


def lead_times(rows: pl.DataFrame, scores: Mapping[str, Floats], *, actor: str, share: float) -> pl.DataFrame:
    """Days from an evader's first violation to the first one that stands in the top `share` of its month.

    Only violations among `rows` count, so that who began before is counted from the first one there. Columns: model,
    share, n_actors, found_share, median_days (of those found), within_30_days_share (of all).
    """
    made = []
    for name, score in scores.items():
        if not np.isfinite(score).any():
            continue
        place = pl.col("score").rank("ordinal", descending=True).over("month")
        flagged = (
            rows.select("declared_on", ANY, pl.col(actor).alias("actor"))
            .with_columns(
                score=pl.Series(np.nan_to_num(score, nan=-np.inf)), month=pl.col("declared_on").dt.month_start()
            )
            .with_columns(is_flagged=place <= (share * pl.len().over("month")).ceil())
            .filter(pl.col(ANY) & pl.col("actor").is_not_null())
        )
        days = flagged.group_by("actor").agg(
            onset=pl.col("declared_on").min(),
            first=pl.col("declared_on").filter(pl.col("is_flagged")).min(),
        )
        lead = days.select((pl.col("first") - pl.col("onset")).dt.total_days().alias("days"))["days"]
        n = max(days.height, 1)
        made.append(
            {
                "model": name,
                "share": share,
                "n_actors": days.height,
                "found_share": lead.drop_nulls().len() / n,
                "median_days": lead.median(),
                "within_30_days_share": int((lead <= 30).sum()) / n,
            }
        )
    return pl.DataFrame(made, schema_overrides={"median_days": pl.Float64})


def alarms(scored: pl.DataFrame, *, levels: Sequence[float] = (0.01, 0.05)) -> dict[str, float]:
    """How much is raised at all: shares of rows; where nobody evades, each of them is a false alarm.

    `anomaly_p_at_most_X` should not exceed X where trade is ordinary; `anomaly_alarms_share` are those that survive
    false-discovery control at 5 %; `suspicion_half_share` are likelier than not by suspicion; `expected_share` is the
    mean suspicion.
    """
    p, suspicion = scored["anomaly_p"].fill_null(1.0).to_numpy(), scored["suspicion"].to_numpy()
    return {
        **{f"anomaly_p_at_most_{level:g}".replace(".", "_"): float((p <= level).mean()) for level in levels},
        "anomaly_alarms_share": float(decide(p, level=ALARM_LEVEL).mean()),
        "suspicion_half_share": float((suspicion >= 0.5).mean()),
        "expected_share": float(suspicion.mean()),
    }


def best_baseline(table: pl.DataFrame, *, metric: str, subset: str) -> tuple[str, float] | None:
    """Name and value of the best model that is not ours; null where none was measured."""
    at = (pl.col("metric") == metric) & (pl.col("subset") == subset) & (pl.col("model") != OURS)
    found = table.filter(at).drop_nulls("value").sort("value", descending=True)
    return None if not found.height else (str(found["model"][0]), float(found["value"][0]))


def quick(plan: EvaluationPlan, n_rows: int) -> EvaluationPlan:
    """Fewer draws where rows are many: intervals are narrow there, and draws cost by the row."""
    return replace(plan, n_draws=max(40, min(plan.n_draws, 2_000_000 // max(n_rows, 1))))
