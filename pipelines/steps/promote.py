"""Promote: the challenger becomes champion if it passes the gate; the decision is recorded either way."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.settings.train import GateSettings, TrainSettings
from pipelines.steps.compare import BY_CHANCE, Comparison, run_compare
from pipelines.tracking import CHAMPION, log_run, set_alias, tag_version


@dataclass(frozen=True, slots=True)
class Promotion:
    """What the gate decided, and why."""

    version: str
    checks: list[tuple[str, bool]]
    """Each check in words with its numbers, and whether it passed."""
    lines: list[str]
    paths: list[Path]
    refusal: str | None
    """Why the gate said no (exit code 4); null where the challenger is champion now."""


def run_promote(*, home: Path, settings: TrainSettings, out_dir: Path | None = None) -> Promotion:
    """Compare, decide, record, and set the alias `champion` if every check passed.

    Against a champion: no loss beyond the tolerances in average precision and in precision at the share compared, none
    in any typology, calibration error within the limit or what chance alone gives. Without one (or with one that reads
    other evidence): lift over prevalence, AUC and calibration error. A challenger that is champion already is left so.
    The refusal is returned, not raised, so that the caller can print the checks.
    """
    comparison = run_compare(home=home, settings=settings, out_dir=out_dir)
    if comparison.challenger == comparison.champion:
        return Promotion(comparison.challenger, [], comparison.lines, comparison.paths, None)
    checks = judge(comparison, settings.gate)
    passed = all(ok for _, ok in checks)
    failed = [words for words, ok in checks if not ok]
    decision = "promoted" if passed else "refused"
    log_run(
        home,
        "promotion",
        {"version": comparison.challenger, "champion_before": comparison.champion or "none"},
        {"is_promoted": float(passed)},
        {"checks.txt": "\n".join(f"{'pass' if ok else 'FAIL'}  {words}" for words, ok in checks) + "\n"},
        name=f"version {comparison.challenger} {decision}",
        tags={"decision": decision},
    )
    tag_version(home, comparison.challenger, {"gate": decision, "gate_checks": [words for words, _ in checks]})
    if passed:
        set_alias(home, CHAMPION, comparison.challenger)
    lines = [*comparison.lines, *(f"{'pass' if ok else 'fail'}: {words}" for words, ok in checks)]
    if passed:
        lines.append(f"version {comparison.challenger} is champion now")
    refusal = None if passed else _refusal(comparison.challenger, failed)
    return Promotion(comparison.challenger, checks, lines, comparison.paths, refusal)


def _refusal(version: str, failed: list[str]) -> str:
    use = f"to use it all the same: `oretrace score --model {version}`"
    return f"promotion of version {version} refused: {'; '.join(failed)}; {use}"


def judge(comparison: Comparison, gate: GateSettings) -> list[tuple[str, bool]]:
    """The gate's checks in words, each with its numbers and whether it passed."""
    if not comparison.is_challenger_supervised:
        allowed = gate.is_unlabelled_allowed and comparison.champion is None
        return [
            (
                "too few inspected violations to teach this model; allowed only as a first model, as the settings say",
                allowed,
            ),
            (
                f"{comparison.n_reference:,} declarations to tell what is ordinary, at least "
                f"{gate.n_reference_rows_min:,} needed for a model of anomaly alone",
                comparison.n_reference >= gate.n_reference_rows_min,
            ),
        ]
    enough = comparison.n_positive >= gate.n_positives_min
    checks = [
        (f"{comparison.n_positive} violations to measure on, at least {gate.n_positives_min} needed", enough),
        _calibrated(comparison.table, gate.max_calibration_error_share),
    ]
    if comparison.champion is not None and comparison.is_champion_readable:
        return checks + _against_champion(comparison.table, gate)
    return checks + _sane(comparison.table, gate)


def _against_champion(table: pl.DataFrame, gate: GateSettings) -> list[tuple[str, bool]]:
    share = f"{gate.compared_at_share * 100:g}pct".replace(".", "_")
    checks = [
        _no_loss(table, "all", one, gate.max_loss_share) for one in ("average_precision", f"precision_at_{share}")
    ]
    typologies = table.filter(
        (pl.col("subset") != "all") & (pl.col("metric") == "average_precision") & (pl.col("n_positive") >= 5)
    )
    return checks + [
        _no_loss(table, subset, "average_precision", gate.max_typology_loss_share) for subset in typologies["subset"]
    ]


def _sane(table: pl.DataFrame, gate: GateSettings) -> list[tuple[str, bool]]:
    found = _value(table, "average_precision"), _value(table, "prevalence")
    lift = found[0] / found[1] if found[0] is not None and found[1] else None
    auc = _value(table, "auc")
    return [
        (
            f"average precision {_text(lift)} times the prevalence, at least {gate.min_lift_ratio:g} needed",
            lift is not None and lift >= gate.min_lift_ratio,
        ),
        (f"AUC {_text(auc)}, at least {gate.min_auc_share:g} needed", auc is not None and auc >= gate.min_auc_share),
    ]


def _no_loss(table: pl.DataFrame, subset: str, metric: str, tolerance: float) -> tuple[str, bool]:
    difference = _value(table, metric, subset=subset, column="difference")
    name = metric.replace("_", " ") + ("" if subset == "all" else f" of {subset}")
    words = f"{name} {_text(difference, sign=True)} against the champion, at most {-tolerance:+g} allowed"
    return words, difference is not None and difference >= -tolerance


def _calibrated(table: pl.DataFrame, limit: float) -> tuple[str, bool]:
    """Few rows show an error by chance alone: only what is beyond the limit and beyond chance counts."""
    value, chance = _value(table, "calibration_error"), _value(table, BY_CHANCE)
    words = (
        f"calibration error {_text(value)}, at most {limit:g} allowed, or {_text(chance)}, which a perfectly calibrated"
        " model stays under on these rows 19 times in 20"
    )
    return words, value is not None and value <= max(limit, chance or 0.0)


def _value(table: pl.DataFrame, metric: str, *, subset: str = "all", column: str = "challenger") -> float | None:
    found = table.filter((pl.col("subset") == subset) & (pl.col("metric") == metric))[column]
    return None if not found.len() or found[0] is None else float(found[0])


def _text(value: float | None, *, sign: bool = False) -> str:
    return "not measurable" if value is None else f"{value:+.3f}" if sign else f"{value:.3f}"
