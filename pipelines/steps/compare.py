"""Compare: challenger against champion on held-out inspections that neither has seen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from features.contracts.columns import TYPOLOGIES
from features.errors import ConfigError
from models.bundle import ModelBundle
from models.calibration import calibration_error, calibration_error_by_chance
from models.evaluation import paired_difference, truth_of
from models.labels import ANY
from models.matrix import Floats
from pipelines.files import write_table
from pipelines.settings.train import TrainSettings
from pipelines.steps.train import HELD_OUT
from pipelines.tracking import CHALLENGER, CHAMPION, alias_version, load_version, log_run

BY_CHANCE = "calibration_error_by_chance"
"""Metric: what a perfectly calibrated model stays under on the same rows, 19 times in 20."""
COMPARISON_SCHEMA = {
    "metric": pl.String,
    "subset": pl.String,
    "challenger": pl.Float64,
    "champion": pl.Float64,
    "difference": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "n": pl.Int64,
    "n_positive": pl.Int64,
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models on the same rows; without a champion, the challenger alone."""

    table: pl.DataFrame
    """metric, subset, challenger, champion, difference (challenger less champion), low, high, n, n_positive."""
    challenger: str
    """Registry version."""
    champion: str | None
    is_champion_readable: bool
    """False where the champion reads other evidence than the held-out rows hold."""
    is_challenger_supervised: bool
    n_reference: int
    """Ordinary declarations that the challenger's anomaly p-values rest on."""
    n: int
    n_positive: int
    lines: list[str]
    paths: list[Path]


def run_compare(*, home: Path, settings: TrainSettings, out_dir: Path | None = None) -> Comparison:
    """Measure the challenger, and the champion where there is one, on the rows kept by the last training.

    Only rows later than both models' training count. Differences are paired: both models are measured on the same
    bootstrap draws of traders. Raises ConfigError where nothing was trained.
    """
    number = alias_version(home, CHALLENGER)
    path = home / HELD_OUT
    if number is None or not path.is_file():
        raise ConfigError(f"there is no challenger under {home}; run `oretrace train` first")
    challenger = load_version(home, CHALLENGER)
    champion_number = alias_version(home, CHAMPION)
    champion = load_version(home, CHAMPION) if champion_number is not None else None
    rows = pl.read_parquet(path)
    readable = champion is not None and champion.columns.fingerprint == challenger.columns.fingerprint
    rival = champion if readable else None
    after = [one.test_from for one in (challenger, rival) if one is not None and one.test_from is not None]
    rows = rows.filter(pl.col("declared_on") >= max(after)) if after else rows.clear()
    table = compare_models(challenger, rival, rows.sort("declaration_id"), settings)
    lines = _lines(table, number, champion_number, rows)
    if champion is not None and not readable:
        lines.append(f"champion {champion_number} reads other evidence and cannot be measured on these rows")
    paths = []
    if out_dir is not None:
        paths = [write_table(table, out_dir / "comparison.parquet"), write_table(table, out_dir / "comparison.csv")]
    log_run(
        home,
        "comparison",
        {"challenger": number, "champion": champion_number or "none"},
        {f"{m}.{s}.difference": d for m, s, d in table.select("metric", "subset", "difference").iter_rows()},
        {},
        name=f"{number} against {champion_number or 'nothing'}",
        tables={"comparison": table},
    )
    return Comparison(
        table=table,
        challenger=number,
        champion=champion_number,
        is_champion_readable=readable,
        is_challenger_supervised=challenger.is_supervised,
        n_reference=challenger.conformal.n_rows,
        n=rows.height,
        n_positive=int(rows[ANY].sum()),
        lines=lines,
        paths=paths,
    )


def compare_models(
    challenger: ModelBundle, champion: ModelBundle | None, rows: pl.DataFrame, settings: TrainSettings
) -> pl.DataFrame:
    """Table of both models' metrics and their paired difference, for all violations and for each typology."""
    group = settings.split.group_column
    if not rows.height:
        return pl.DataFrame(schema=COMPARISON_SCHEMA)
    scored = [one.score(rows) if one is not None else None for one in (challenger, champion)]
    tables = []
    for subset, target, column in (("all", ANY, "suspicion"), *((one, one, f"p_{one}") for one in TYPOLOGIES)):
        chosen = pl.Series([True] * rows.height) if target == ANY else rows[target] | ~rows[ANY]
        part = rows.filter(chosen)
        if not part[target].any():
            continue
        truth = truth_of(part, target=target, group=group)
        first, second = (None if one is None else one.filter(chosen)[column].to_numpy() for one in scored)
        assert first is not None
        rival: Floats = first if second is None else second
        found = paired_difference(truth, first, rival, plan=settings.evaluation_plan(), seed=settings.seed)
        errors = {
            "calibration_error": [calibration_error(one, truth.positive, truth.weight) for one in (first, rival)],
            BY_CHANCE: [calibration_error_by_chance(one, truth.weight, seed=settings.seed) for one in (first, rival)],
        }
        told = [{"metric": name, "value": a - b, "first": a, "second": b} for name, (a, b) in errors.items()]
        found = pl.concat([found, pl.DataFrame(told)], how="diagonal")
        missing = pl.lit(None, dtype=pl.Float64)
        alone = dict.fromkeys(("second", "value", "low", "high"), missing) if second is None else {}
        tables.append(
            found.with_columns(
                subset=pl.lit(subset),
                n=pl.lit(part.height, dtype=pl.Int64),
                n_positive=pl.lit(int(part[target].sum()), dtype=pl.Int64),
                **alone,
            ).rename({"first": "challenger", "second": "champion", "value": "difference"})
        )
    return pl.concat(tables).select(*COMPARISON_SCHEMA) if tables else pl.DataFrame(schema=COMPARISON_SCHEMA)


def _lines(table: pl.DataFrame, challenger: str, champion: str | None, rows: pl.DataFrame) -> list[str]:
    violations = int(rows[ANY].sum())
    lines = [
        f"version {challenger} on {rows.height:,} inspected rows that no model has seen, {violations:,} violations"
    ]
    shown = table.filter(
        (pl.col("subset") == "all") & pl.col("metric").str.contains("average_precision|precision_at|calibration_error$")
    )
    for metric, own, other, difference, low, high in shown.select(
        "metric", "challenger", "champion", "difference", "low", "high"
    ).iter_rows():
        name = metric.replace("_", " ").replace("pct", " %")
        line = f"{name}: challenger {own:.3f}" if own is not None else f"{name}: not measurable"
        if other is not None and difference is not None:
            line += f", champion {other:.3f}, difference {difference:+.3f}"
            line += f" ({low:+.3f} to {high:+.3f})" if low is not None else ""
        lines.append(line)
    if champion is None:
        return [*lines, "there is no champion to compare with"]
    if champion == challenger:
        lines.append(f"version {challenger} is champion already; train again to have another to compare with it")
    return lines
