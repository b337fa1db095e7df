"""What a training says of itself: its headline metrics, and the lines that the command prints."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.bundle import ModelBundle
from models.evaluation import OURS


def headline(evaluation: pl.DataFrame) -> dict[str, float | None]:
    """Metrics for the run's page: `metric` of the model over all rows, else with the subset and model before it."""
    told = {"average_precision", "auc"}  # of baselines and subsets; the whole table is logged beside
    rows: dict[str, float | None] = {}
    for metric, subset, model, value in evaluation.select("metric", "subset", "model", "value").iter_rows():
        before = [one for one in (subset if subset != "all" else "", model if model != OURS else "") if one]
        if not before or (len(before) == 1 and metric in told):
            rows[".".join([*before, metric])] = value
    return rows


def training_lines(
    counts: Mapping[str, int], evaluation: pl.DataFrame, bundle: ModelBundle, version: str, registered: str
) -> list[str]:
    """Tell where the rows went, how good the model is beside the best baseline, and under which name it is kept."""

    def shown(metric: str, model: str = OURS) -> str:
        at = (pl.col("metric") == metric) & (pl.col("model") == model) & (pl.col("subset") == "all")
        found = evaluation.filter(at)
        if not found.height or found["value"][0] is None:
            return "not measurable"
        value, low, high = found.select("value", "low", "high").row(0)
        return f"{value:.3f}" + (f" ({low:.3f} to {high:.3f})" if low is not None else "")

    lines = [
        f"declarations {counts['declarations']:,} = train {counts['train_rows']:,} + calibration "
        f"{counts['calibration_rows']:,} + test {counts['test_rows']:,} + embargo {counts['embargo_rows']:,} "
        f"+ held out {counts['held_out_rows']:,}",
        f"inspected {counts['inspected']:,}, of which {counts['violations']:,} violations; "
        f"test {counts['test_inspected']:,} and {counts['test_violations']:,}",
    ]
    if counts["outcomes_elsewhere"]:
        lines.append(f"{counts['outcomes_elsewhere']:,} outcomes are about declarations that this table does not have")
    if counts["outcomes_dated_too_early"]:
        lines.append(
            f"{counts['outcomes_dated_too_early']:,} results are dated before the declaration was made: "
            "they count as known on its day"
        )
    if counts["outcomes_dated_too_late"]:
        lines.append(
            f"{counts['outcomes_dated_too_late']:,} results are dated more than a year after the last declaration: "
            "known only then, they teach nothing before; look at inspected_on"
        )
    is_dated = 2 * counts["outcomes_dated_too_late"] < counts["inspected"]
    if counts["violations"] and not bundle.is_supervised and is_dated:
        lines.append(
            f"{counts['violations']:,} known violations were not enough: the test ({counts['test_violations']:,}), the "
            "embargo and the traders held out keep some of them; smaller shares in [split] leave more to learn from, "
            "and fewer to measure on"
        )
    if counts["test_inspected"]:
        best = evaluation.filter(
            (pl.col("subset") == "all") & (pl.col("metric") == "average_precision") & (pl.col("model") != OURS)
        ).sort("value", descending=True, nulls_last=True)
        lines.append(f"average precision {shown('average_precision')}; calibration error {shown('calibration_error')}")
        if best.height:
            name = best["model"][0].replace("_", " ")
            lines.append(f"best baseline, {name}: {shown('average_precision', best['model'][0])}")
    if bundle.later is not None:
        lines.append(
            f"what scores declarations from {bundle.later.test_from} on is also taught by results of the test and the "
            "embargoes known by then; measured without them"
        )
    lines += [f"note: {note}" for note in bundle.notes]
    return [*lines, f"model {version}, registered as version {registered}, alias challenger"]
