"""Evaluate: a model on declarations it has not learned from, beside baselines: tables, a page, an MLflow run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from features.assemble import assemble_evidence
from features.contracts.columns import TYPOLOGIES
from features.errors import ConfigError
from features.registry import REGISTRY
from models.baselines import baseline_scores
from models.bundle import ModelBundle
from models.calibration import reliability_table
from models.evaluation import OURS, EvaluationPlan
from models.judging import (
    alarms,
    best_baseline,
    judge_rows,
    lead_times,
    quick,
    short_figures,
    without_families,
)
from models.labels import ANY, TARGETS
from models.matrix import Floats
from pipelines import tracking
from pipelines.files import write_table, write_text
from pipelines.reports.evaluation_page import evaluation_page
from pipelines.settings.closed import load_section
from pipelines.settings.train import TrainSettings
from pipelines.steps.disturbed import disturbances
from pipelines.steps.ground import Asked, Ground, lay_ground
from pipelines.steps.measured import Learned, measured_rows, own_past, weighing_notes
from pipelines.steps.said import Said

N_DISTURBED = 1_500
"""Declarations disturbed and assembled again at most: all violations up to half of them, the rest drawn."""
FIELD = (
    "precision 0.93 at 1 % inspected, recall 0.90 at 10 %, at 2.2 % prevalence: the best published on private "
    "customs data, for orientation only"
)


@dataclass(frozen=True)
class Judged:
    """Everything measured."""

    table: pl.DataFrame
    reliability: pl.DataFrame
    families: pl.DataFrame
    disturbed: pl.DataFrame
    lead: pl.DataFrame
    alarms: dict[str, float]
    n: int
    n_positive: int


def run_evaluation(asked: Asked, *, model: str = "champion", learned: Learned | None = None) -> Said:
    """Measure a model on declarations made since `asked.since` (null: the first day that its training held out).

    With a hidden truth every declaration is measured; without one those inspected, weighted. `learned` is what the
    baselines learn from; by default the inspected declarations before that day. Raises ConfigError where nothing can
    be measured. Tables and page go to `asked.out`; the run to experiment `evaluation`.
    """
    settings = load_section(TrainSettings, "train", asked.config)
    bundle = tracking.load_version(asked.home.folder, model)
    bundle.columns.check(REGISTRY)
    start = asked.since or bundle.test_from
    if start is None:
        raise ConfigError("the model held nothing out; say with --since from which day it is to be measured")
    ground = lay_ground(asked, settings)
    taught = learned or own_past(ground, asked.truth, start, settings)
    rows = measured_rows(ground, asked.truth, start, taught, settings)
    if not rows.height:
        raise ConfigError(f"no inspected declaration since {start}, and no truth: nothing can be measured")
    judged = judge(bundle, rows, taught, ground, settings=settings)
    told = [*ground.read, *weighing_notes(rows, ground, asked.truth, settings)]
    return _report(judged, bundle, rows, start, told, asked=asked, settings=settings, model=model)


def judge(
    bundle: ModelBundle,
    rows: pl.DataFrame,
    taught: Learned,
    ground: Ground,
    *,
    settings: TrainSettings,
) -> Judged:
    """Score labelled rows by the model and all baselines, and measure everything."""
    group, plan = settings.split.group_column, quick(settings.evaluation_plan(), rows.height)
    own = bundle.score(rows)
    scores = {OURS: own["suspicion"].to_numpy()} | _baselines(bundle, taught, rows, own, settings)
    kinds = {name: own[f"p_{name}"].to_numpy() for name in TYPOLOGIES}
    actor = "agent" if "agent" in rows.columns else group
    lead = [lead_times(rows, scores, actor=actor, share=share) for share in plan.inspected_shares]
    return Judged(
        table=judge_rows(rows, scores, kinds, plan=plan, group=group, seed=settings.seed),
        reliability=reliability_table(
            scores[OURS], rows[ANY].to_numpy(), rows["weight"].to_numpy().astype(float), n_bins=plan.n_bins
        ),
        families=without_families(bundle, rows, plan=plan, seed=settings.seed),
        disturbed=_disturbed(bundle, rows, ground, plan=plan, seed=settings.seed),
        lead=pl.concat(lead) if rows[ANY].any() else lead[0].clear(),
        alarms=alarms(own),
        n=rows.height,
        n_positive=int(rows[ANY].sum()),
    )


def _baselines(
    bundle: ModelBundle, taught: Learned, rows: pl.DataFrame, own: pl.DataFrame, settings: TrainSettings
) -> dict[str, Floats]:
    described = zip(bundle.columns.codes, bundle.columns.roles, bundle.columns.families, strict=True)
    plan = settings.training_plan()
    forest = bundle.anomaly.detector_surprises(bundle.anomaly_matrix(rows))[:, 1]
    return {
        "isolation_forest": forest,
        "anomaly": own["anomaly_score"].to_numpy(),
        **baseline_scores(
            taught.labelled,
            taught.history,
            rows,
            mirror_codes=[code for code, role, family in described if role == "doubt" and family == "mirror"],
            plan=plan.boosting,
            seed=plan.seed,
            threads=plan.threads,
        ),
    }


def _disturbed(
    bundle: ModelBundle,
    rows: pl.DataFrame,
    ground: Ground,
    *,
    plan: EvaluationPlan,
    seed: int,
) -> pl.DataFrame:
    """Figures on drawn rows as declared, and with the declarations disturbed; the background stays as it was."""
    if not rows[ANY].any():
        return pl.DataFrame(schema={"disturbance": pl.String})
    bad, good = rows.filter(ANY), rows.filter(~pl.col(ANY))
    bad = bad.sample(min(bad.height, N_DISTURBED // 2), seed=seed)
    good = good.sample(min(good.height, N_DISTURBED - bad.height), seed=seed)
    # a drawn row stands for its like, so that shares inspected remain shares of all
    ratio = {True: rows[ANY].sum() / max(bad.height, 1), False: (~rows[ANY]).sum() / max(good.height, 1)}
    drawn = pl.concat([bad, good]).select("declaration_id", ANY, "weight").sort("declaration_id")
    drawn = drawn.with_columns(weight=pl.col("weight") * pl.col(ANY).replace_strict(ratio, return_dtype=pl.Float64))
    declared = ground.given.join(drawn.select("declaration_id"), on="declaration_id", how="semi")
    made = []
    for name, changed in disturbances(declared, ground.given).items():
        evidence = assemble_evidence(changed, ground.background).sort("declaration_id")
        labelled = evidence.join(drawn, on="declaration_id", how="left", maintain_order="left")
        made.append({"disturbance": name, **short_figures(bundle, labelled, plan=plan, seed=seed)})
    return pl.DataFrame(made)


def _report(
    judged: Judged,
    bundle: ModelBundle,
    rows: pl.DataFrame,
    start: date,
    read: Sequence[str],
    *,
    asked: Asked,
    settings: TrainSettings,
    model: str,
) -> Said:
    tables = {
        "evaluation": judged.table,
        "reliability": judged.reliability,
        "families": judged.families,
        "disturbed": judged.disturbed,
        "lead_time": judged.lead,
    }
    paths = [write_table(table, asked.out / f"{name}.csv") for name, table in tables.items()]
    paths.append(write_table(judged.table, asked.out / "evaluation.parquet"))
    page = evaluation_page(
        tables,
        judged.alarms,
        model_version=bundle.model_version,
        since=start,
        until=rows["declared_on"].max(),
        n=judged.n,
        n_positive=judged.n_positive,
        has_truth="scheme" in rows.columns,
        interval_share=settings.evaluation.interval_share,
        field=FIELD,
    )
    write_text(asked.out / "evaluation.html", page)
    tracking.log_run(
        asked.home.folder,
        "evaluation",
        {"model": model, "model_version": bundle.model_version, "since": start.isoformat(), "rows": judged.n},
        _headline(judged),
        {"evaluation.html": page},
        name=f"{model} since {start}",
        tables={name: table for name, table in tables.items() if table.height},
    )
    return Said(lines=[*read, *lines_of(judged), FIELD], paths=paths, page=asked.out / "evaluation.html")


def lines_of(judged: Judged) -> list[str]:
    """What a person reads first: ours beside the best baseline, calibration, alarms."""
    lines = [f"{judged.n:,} declarations measured, {judged.n_positive:,} violations"]
    ours = judged.table.filter((pl.col("model") == OURS) & (pl.col("subset") == "all"))
    for metric in ("average_precision", "precision_at_1pct", "recall_at_1pct", "recall_at_10pct"):
        row = ours.filter(pl.col("metric") == metric).drop_nulls("value")
        if row.height and judged.n_positive:
            best = best_baseline(judged.table, metric=metric, subset="all")
            beside = f"; best baseline, {best[0].replace('_', ' ')}: {best[1]:.3f}" if best else ""
            value, low, high = row.select("value", "low", "high").row(0)
            between = f" ({low:.3f} to {high:.3f})" if low is not None else ""
            lines.append(f"{metric.replace('_', ' ').replace('pct', ' %')} {value:.3f}{between}{beside}")
    error = ours.filter(pl.col("metric") == "calibration_error").drop_nulls("value")
    if error.height:
        lines.append(f"calibration error {error['value'][0]:.4f}")
    raised = judged.alarms
    lines.append(
        f"raised: {raised['suspicion_half_share']:.3%} likelier than not, anomaly p at most 0.01 for "
        f"{raised['anomaly_p_at_most_0_01']:.2%}, after false-discovery control {raised['anomaly_alarms_share']:.3%}"
    )
    return lines


def _headline(judged: Judged) -> Mapping[str, float | None]:
    ours = judged.table.filter((pl.col("model") == OURS) & pl.col("subset").is_in(["all", *TARGETS]))
    told = {
        metric if subset == "all" else f"{subset}.{metric}": value
        for metric, subset, value in ours.select("metric", "subset", "value").iter_rows()
    }
    others = judged.table.filter((pl.col("subset") == "all") & (pl.col("metric") == "average_precision"))
    told |= {f"{m}.average_precision": v for m, v in others.select("model", "value").iter_rows() if m != OURS}
    return told | judged.alarms | {"n": float(judged.n), "n_positive": float(judged.n_positive)}
