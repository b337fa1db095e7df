"""Evaluate: a model on declarations it has not learned from, beside baselines: tables, a page, an MLflow run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from features.assemble import assemble_evidence
from features.background import Background
from features.contracts import Declarations, Outcomes
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
    trader_size,
    without_families,
)
from models.labels import ANY, OTHER, TARGETS, label_inspected
from models.matrix import Floats
from pipelines import tracking
from pipelines.files import load_table, write_table, write_text
from pipelines.home import Home
from pipelines.reports.evaluation_page import evaluation_page
from pipelines.settings.closed import load_section
from pipelines.settings.train import TrainSettings
from pipelines.steps.background import Sources, load_background
from pipelines.steps.disturbed import disturbances
from pipelines.steps.said import Said
from pipelines.steps.train import RECORDS, with_described

N_DISTURBED = 1_500
"""Declarations disturbed and assembled again at most: all violations up to half of them, the rest drawn."""
FIELD = (
    "precision 0.93 at 1 % inspected, recall 0.90 at 10 %, at 2.2 % prevalence: the best published on private "
    "customs data, for orientation only"
)


@dataclass(frozen=True)
class Learned:
    """What the baselines learn from: inspected rows with labels, and all declarations of that time."""

    labelled: pl.DataFrame
    history: pl.DataFrame


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


def run_evaluation(
    *,
    declarations: Path,
    out: Path,
    home: Home,
    outcomes: Path | None = None,
    flows: Path | None = None,
    licences: Path | None = None,
    movements: Path | None = None,
    truth: Path | None = None,
    since: date | None = None,
    model: str = "champion",
    learned: Learned | None = None,
    config: Path | None = None,
    max_rejects_share: float = 0.05,
) -> Said:
    """Measure a model on declarations made since `since` (by default the first day that its training held out).

    Parameters
    ----------
    outcomes
        What inspections found: the evidence's history, and, without `truth`, what is measured against (weighted).
    truth
        Hidden truth of a generated world (truth/declarations.parquet): then every declaration is measured.
    learned
        What the baselines learn from; by default the inspected declarations of `declarations` before `since`.

    Raises ConfigError where nothing can be measured. Tables and page go to `out`; the run to experiment `evaluation`.
    """
    settings = load_section(TrainSettings, "train", config)
    bundle = tracking.load_version(home.folder, model)
    bundle.columns.check(REGISTRY)
    loaded = load_table(
        declarations,
        Declarations,
        table="declarations",
        rejects_to=out / "rejects" / "declarations.parquet",
        max_rejects_share=max_rejects_share,
    )
    given = loaded.given
    start = since or bundle.test_from
    if start is None:
        raise ConfigError("the model held nothing out; say with --since from which day it is to be measured")
    sources = Sources(declarations, outcomes, licences, flows, movements)
    background = load_background(given, sources, home=home, config=config, max_rejects_share=max_rejects_share)
    group = settings.split.group_column
    found = None
    if outcomes is not None or home.table("outcomes").exists():
        path = outcomes or home.table("outcomes")
        found = load_table(path, Outcomes, table="outcomes", max_rejects_share=max_rejects_share).frame
    table = with_described(assemble_evidence(given, background), given, registry=REGISTRY, group=group)
    names = ["office_id", "exporter_id"]
    table = table.join(
        given.select("declaration_id", *(n for n in names if n in given.columns and n not in table.columns)),
        on="declaration_id",
        how="left",
    ).with_columns(trader_size=trader_size(given, group))
    rows = _measured_rows(table.filter(pl.col("declared_on") >= start), found, truth, settings)
    if not rows.height:
        raise ConfigError(f"no inspected declaration since {start}, and no truth: nothing can be measured")
    rows = rows.with_columns(unseen_party=_unseen(rows, table, group, start, learned=learned))
    taught = learned or _own_past(table, found, start, settings)
    judged = judge(bundle, rows, taught, given, background, settings=settings)
    return _report(judged, bundle, rows, start, str(loaded.counts), out=out, home=home, settings=settings, model=model)


def judge(
    bundle: ModelBundle,
    rows: pl.DataFrame,
    taught: Learned,
    given: pl.DataFrame,
    background: Background,
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
        disturbed=_disturbed(bundle, rows, given, background, plan=plan, seed=settings.seed),
        lead=pl.concat(lead) if rows[ANY].any() else lead[0].clear(),
        alarms=alarms(own),
        n=rows.height,
        n_positive=int(rows[ANY].sum()),
    )


def _measured_rows(
    table: pl.DataFrame, found: pl.DataFrame | None, truth: Path | None, settings: TrainSettings
) -> pl.DataFrame:
    """Rows with targets, weight, found_kg and found_usd: by the truth where there is one, else by inspections."""
    records = [pl.col(code).fill_null(0.0) > 0 for code in RECORDS if code in table.columns]
    table = table.with_columns(no_record=~pl.any_horizontal(records))
    if truth is not None:
        known = pl.read_parquet(truth).select(
            "declaration_id",
            "scheme",
            "agent",
            pl.col("is_violation").alias(ANY),
            "true_kg",
            *((pl.col("typology") == name).fill_null(value=False).alias(name) for name in TYPOLOGIES),
            pl.when("is_violation").then("mineral").alias("true_mineral"),
            pl.when("is_violation").then("hub_iso3").alias("hub"),
        )
        rows = table.join(known, on="declaration_id", how="inner", maintain_order="left")
        return rows.with_columns(
            weight=1.0, found_kg=pl.col("true_kg"), found_usd=pl.col("value_usd"), **{OTHER: pl.lit(value=False)}
        ).sort("declaration_id")
    if found is None:
        return table.clear()
    here = found.join(table.select("declaration_id"), on="declaration_id", how="semi")
    labels = label_inspected(here, **settings.labels.model_dump()).table
    rows = table.join(labels, on="declaration_id", how="inner", maintain_order="left")
    return rows.with_columns(
        found_kg=pl.coalesce("seized_kg", "net_kg"), found_usd=pl.coalesce("seized_usd", "value_usd")
    ).sort("declaration_id")


def _own_past(table: pl.DataFrame, found: pl.DataFrame | None, start: date, settings: TrainSettings) -> Learned:
    history = table.filter(pl.col("declared_on") < start)
    if found is None:
        return Learned(history.clear().with_columns(any=False, weight=1.0), history)
    known = found.filter(pl.col("inspected_on") < start).join(history, on="declaration_id", how="semi")
    if not known.height:
        return Learned(history.clear().with_columns(any=False, weight=1.0), history)
    labels = label_inspected(known, **settings.labels.model_dump()).table.filter(~pl.col(OTHER))
    return Learned(history.join(labels, on="declaration_id", how="inner", maintain_order="left"), history)


def _unseen(rows: pl.DataFrame, table: pl.DataFrame, group: str, start: date, *, learned: Learned | None) -> pl.Series:
    """Whether the trader had no declaration before: in what was learned from, or earlier in the table."""
    before = table.filter(pl.col("declared_on") < start) if learned is None else learned.history
    seen = before[group].drop_nulls().unique() if group in before.columns else pl.Series([], dtype=pl.String)
    return (~rows[group].is_in(seen.implode())).alias("unseen_party")


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
    given: pl.DataFrame,
    background: Background,
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
    declared = given.join(drawn.select("declaration_id"), on="declaration_id", how="semi")
    made = []
    for name, changed in disturbances(declared, given).items():
        evidence = assemble_evidence(changed, background).sort("declaration_id")
        labelled = evidence.join(drawn, on="declaration_id", how="left", maintain_order="left")
        made.append({"disturbance": name, **short_figures(bundle, labelled, plan=plan, seed=seed)})
    return pl.DataFrame(made)


def _report(
    judged: Judged,
    bundle: ModelBundle,
    rows: pl.DataFrame,
    start: date,
    read: str,
    *,
    out: Path,
    home: Home,
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
    paths = [write_table(table, out / f"{name}.csv") for name, table in tables.items()]
    paths.append(write_table(judged.table, out / "evaluation.parquet"))
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
    write_text(out / "evaluation.html", page)
    tracking.log_run(
        home.folder,
        "evaluation",
        {"model": model, "model_version": bundle.model_version, "since": start.isoformat(), "rows": judged.n},
        _headline(judged),
        {"evaluation.html": page},
        name=f"{model} since {start}",
        tables={name: table for name, table in tables.items() if table.height},
    )
    return Said(lines=[read, *lines_of(judged), FIELD], paths=paths, page=out / "evaluation.html")


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
