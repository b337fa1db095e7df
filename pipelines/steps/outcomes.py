"""Outcomes: inspection results back into the lake, one row per declaration, contradictions named."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from models.off_policy import estimate_policy
from pipelines.files import generated_mark, joint_mark, write_table


@dataclass(frozen=True, slots=True)
class Merge:
    """Outcomes after new ones were laid over old ones."""

    table: pl.DataFrame
    """The contract table, one row per declaration, sorted by declaration_id."""
    conflicts: pl.DataFrame
    """declaration_id, finding and inspected_on, before and after, where a finding was replaced by another."""
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class OutcomesResult:
    """What was merged and written."""

    merge: Merge
    lines: list[str]
    paths: list[Path]


def merge_outcomes(existing: pl.DataFrame | None, incoming: pl.DataFrame) -> Merge:
    """Lay incoming results over existing ones: the later inspection counts, and of the same day the incoming one.

    What the row that counts leaves unknown (why and with what probability it was chosen, what was seized) is filled
    from the earlier row only where both tell the same finding, so that no result is stitched from two contradicting
    ones. counts: existing, incoming, new, repeated, changed, kept (an older incoming row), merged = existing + new.
    """
    before = existing if existing is not None else incoming.clear()
    others = [name for name in incoming.columns if name not in ("declaration_id", "finding")]
    both = before.join(incoming, on="declaration_id", how="inner", suffix="_new", maintain_order="left")
    takes = pl.col("inspected_on_new") >= pl.col("inspected_on")
    same = pl.col("finding_new") == pl.col("finding")
    chosen = [
        pl.when(takes & same)
        .then(pl.coalesce(pl.col(f"{name}_new"), pl.col(name)))
        .when(takes)
        .then(pl.col(f"{name}_new"))
        .when(same)
        .then(pl.coalesce(pl.col(name), pl.col(f"{name}_new")))
        .otherwise(pl.col(name))
        .alias(name)
        for name in others
    ]
    finding = pl.when(takes).then(pl.col("finding_new")).otherwise(pl.col("finding")).alias("finding")
    met = both.select("declaration_id", finding, *chosen).select(incoming.columns)
    old = before.join(incoming, on="declaration_id", how="anti").select(incoming.columns)
    new = incoming.join(before, on="declaration_id", how="anti")
    conflicts = both.filter(~same).select(
        "declaration_id",
        finding_before="finding",
        inspected_on_before="inspected_on",
        finding_incoming="finding_new",
        inspected_on_incoming="inspected_on_new",
        counts=pl.when(takes).then(pl.lit("incoming")).otherwise(pl.lit("before")),
    )
    merged = pl.concat([old, met, new]).sort("declaration_id")
    counts = {
        "existing": before.height,
        "incoming": incoming.height,
        "new": new.height,
        "repeated": both.height - conflicts.height,
        "changed": conflicts.filter(pl.col("counts") == "incoming").height,
        "kept": conflicts.filter(pl.col("counts") == "before").height,
        "merged": merged.height,
    }
    return Merge(table=merged, conflicts=conflicts.sort("declaration_id"), counts=counts)


def run_outcomes(
    incoming: pl.DataFrame, *, lake_table: Path, out_dir: Path | None = None, generated: str = ""
) -> OutcomesResult:
    """Merge contract-checked results into the lake's table (Parquet, replaced whole or not at all).

    Contradicting findings are written to `outcomes_conflicts.csv` under `out_dir`. `generated` is the mark of the
    incoming results; beside real ones the table's mark says that it is generated in part.
    """
    existing = pl.read_parquet(lake_table) if lake_table.is_file() else None
    merge = merge_outcomes(existing, incoming)
    marks = [generated, *([] if existing is None else [generated_mark(lake_table)])]
    paths = [write_table(merge.table, lake_table, generated=joint_mark(marks))]
    counts = merge.counts
    lines = [
        f"outcomes: {counts['incoming']:,} incoming = {counts['new']:,} new + {counts['repeated']:,} repeated + "
        f"{counts['changed']:,} changed + {counts['kept']:,} older than what is known; {counts['merged']:,} in the lake"
    ]
    if merge.conflicts.height and out_dir is not None:
        paths.append(write_table(merge.conflicts, out_dir / "outcomes_conflicts.csv"))
    if merge.conflicts.height:
        named = ", ".join(merge.conflicts["declaration_id"].head(5))
        lines.append(f"{merge.conflicts.height:,} declarations have contradicting findings: {named}")
    return OutcomesResult(merge, [*lines, *_told(merge.table)], paths)


def _told(table: pl.DataFrame) -> list[str]:
    """Say what share of all declarations the logged probabilities of selection give as violations."""
    # no policy is asked about: who chose a row is itself drawn, and no rule that could be followed again
    logs = table.with_columns(positive=pl.col("finding") != "clean", follows=pl.lit(value=False))
    found = estimate_policy(logs).filter(pl.col("metric") == "prevalence").drop_nulls("value")
    return [
        f"violations among all declarations, by the logged probabilities of selection: {value:.1%} ({low:.1%} to "
        f"{high:.1%}), from {n:,} inspections that tell as much as {alike:,.0f} drawn alike; it holds only if every "
        "declaration had some chance of being inspected"
        for value, low, high, n, alike in found.select("value", "low", "high", "n", "n_effective").iter_rows()
    ]
