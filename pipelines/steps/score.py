"""Scoring: declarations in, worklist with reasons out, by the champion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from features.added_up import LOTS, OVERDRAWN, add_up
from features.assemble import ROWS_AT_ONCE, assemble_batches
from features.background import Background, Past
from features.contracts import Declarations
from features.contracts.split import RowCounts
from features.errors import ConfigError
from features.registry import REGISTRY
from features.rule_hits import NOTE
from models.bundle import ModelBundle
from models.ranking import choose
from models.worklist import Versions, compose_worklist, expected_violations
from pipelines import tracking
from pipelines.files import fingerprint_table, load_table, write_table, write_text
from pipelines.home import Home
from pipelines.reports.worklist import worklist_page
from pipelines.settings.closed import load_section
from pipelines.settings.score import ScoreSettings
from pipelines.steps.background import LEARNED_FROM_GENERATED, Sources, generated_warning, load_background
from pipelines.steps.said import Said
from pipelines.steps.selection import keep_selection, load_offices, load_tiers, with_limits

SCORES = (
    "declaration_id",
    "suspicion",
    "suspicion_low",
    "suspicion_high",
    "p_misdeclaration",
    "p_concealment",
    "p_transshipment",
    "anomaly_p",
    "raw_score",
    "mineral",
)

_PARTIES = ("exporter_key", "consignee_key")
BY_ODDNESS = "no violations were learned from: suspicion is the same for all, and the order follows how odd each row is"
FILES = (
    "worklist.html",
    "worklist.csv",
    "worklist.parquet",
    "selection.parquet",
    "scores.parquet",
    "rule_hits.csv",
    "added_up.csv",
)


@dataclass(frozen=True, slots=True)
class _Kept:
    declarations: pl.DataFrame
    later: int


@dataclass(frozen=True, slots=True)
class _Scored:
    """What is kept of every row, the evidence of most being let go once it is scored."""

    scores: pl.DataFrame
    minerals: pl.DataFrame
    ranked: pl.DataFrame
    """The scores with what the ranking reads (see `with_limits`)."""
    hits: pl.DataFrame
    added_up: pl.DataFrame
    """What the rows add up to (see `features.added_up`)."""
    past: Past


def run_score(
    *,
    declarations: Path,
    as_of: date | None,
    budget: int | None,
    out: Path,
    home: Home,
    flows: Path | None = None,
    licences: Path | None = None,
    history: Path | None = None,
    movements: Path | None = None,
    offices: Path | None = None,
    tiers: Path | None = None,
    model: str = "champion",
    config: Path | None = None,
    max_rejects_share: float = 0.05,
    rows_at_once: int = ROWS_AT_ONCE,
    today: date | None = None,
) -> Said:
    """Score a table of declarations and write the worklist.

    Declarations made after `as_of` are set apart, not scored; without it the last day declared counts, though never a
    day after `today`. Rows that the contract refuses are not scored either: how many is said on the page. Writes to
    `out`: `scores.parquet` (every scored row), `worklist.parquet`, `.csv` and `.html` (the budget),
    `selection.parquet` (every candidate with its chance of being on the list; a copy stays under the home for
    `oretrace outcomes`), `rule_hits.csv` (papers that do not keep a rule's letter, wherever they rank),
    `added_up.csv` (what the file adds up to under a licence, or in lots between two parties), `rejects/` (refused rows
    of every table given). Scores depend on the model, the background and the row alone, never on the other rows of the
    file: they are scored `rows_at_once`, and only those listed are explained.
    """
    settings = load_section(ScoreSettings, "score", config)
    bundle = tracking.load_version(home.folder, model)
    bundle.columns.check(REGISTRY)
    loaded = load_table(
        declarations,
        Declarations,
        table="declarations",
        rejects_to=out / "rejects" / "declarations.parquet",
        max_rejects_share=max_rejects_share,
    )
    day = as_of or _last_day(loaded.given, today)
    kept = _known_by(loaded.given, day)
    if kept.declarations.is_empty():
        raise ConfigError(f"--as-of {day}: all {loaded.counts.used:,} declarations were made later; nothing to score")
    sources = Sources(history=history, licences=licences, flows=flows, movements=movements, rejects_to=out / "rejects")
    background = load_background(
        kept.declarations, sources, home=home, config=config, max_rejects_share=max_rejects_share
    )
    scored = _score(kept.declarations, background, bundle, load_tiers(tiers, settings.tier_ratio), rows_at_once)
    part = bundle.part_for(day)
    choice = choose(
        scored.ranked,
        budget=budget or settings.budget_declarations,
        plan=settings.plan(),
        salt=f"{settings.random_salt} {day.isoformat()}",
        offices=load_offices(offices),
        is_learned=part.is_supervised,
    )
    by_oddness = () if part.is_supervised else (BY_ODDNESS,)
    worklist = _explained(choice.chosen, scored, kept.declarations, background, bundle=bundle, settings=settings)
    refused = _refused(loaded.counts)
    read = [one.told for one in background.tables.values()]
    warned = generated_warning(background.tables, loaded.generated)
    page = worklist_page(
        worklist.with_columns(pl.col("mineral").replace(background.minerals.names)),
        kept.declarations,
        as_of=day,
        rows_scored=kept.declarations.height,
        rows_refused=loaded.counts.rejected,
        tables=read,
        added_up=scored.added_up,
        notes=[*warned, *by_oddness, *part.notes, *background.notes, *refused, *loaded.counts.remarks],
    )
    _write_all(scored, worklist, page, out)
    keep_selection(choice.log, worklist, out=out, home=home, day=day)
    learned = [note for note in part.notes if note == LEARNED_FROM_GENERATED]
    notes = [*read, *warned, *learned, *by_oddness, *background.notes, *refused]
    lines = _lines(loaded.counts, kept, worklist, day, notes)
    return Said(
        lines=[*lines, _hits_line(scored.hits), *_added_up_line(scored.added_up)],
        paths=[out / name for name in FILES],
        page=out / "worklist.html",
        counts={"read": loaded.counts.read, "scored": kept.declarations.height, "rejected": loaded.counts.rejected},
    )


def _explained(
    chosen: pl.DataFrame,
    scored: _Scored,
    declarations: pl.DataFrame,
    background: Background,
    *,
    bundle: ModelBundle,
    settings: ScoreSettings,
) -> pl.DataFrame:
    """Give the chosen rows their reasons, from evidence assembled again in their order: a row's depends on itself."""
    told = ("rank", *scored.scores.columns, "priority", "severity", "tier_ratio", "chosen_by", "selection_probability")
    rows = chosen.select("declaration_id").join(declarations, on="declaration_id", how="left", maintain_order="left")
    shown = pl.concat(assemble_batches(rows.lazy(), background, past=scored.past))
    return compose_worklist(
        chosen.select(told),
        shown,
        REGISTRY,
        bundle.contributions(shown),
        Versions(
            model=bundle.model_version, data=fingerprint_table(declarations), controls=background.controls.version
        ),
        check_minutes=settings.check_minutes.model_dump(),
        called=background.minerals.names,
    )


def _write_all(scored: _Scored, worklist: pl.DataFrame, page: str, out: Path) -> None:
    told = scored.scores.join(scored.minerals, on="declaration_id", how="left")
    write_table(told.select(SCORES).sort("declaration_id"), out / "scores.parquet")
    write_table(scored.hits, out / "rule_hits.csv")
    write_table(scored.added_up, out / "added_up.csv")
    write_table(worklist, out / "worklist.parquet")
    write_table(worklist, out / "worklist.csv")
    write_text(out / "worklist.html", page)


def _score(
    declarations: pl.DataFrame,
    background: Background,
    bundle: ModelBundle,
    tiers: pl.DataFrame | None,
    rows_at_once: int,
) -> _Scored:
    """Score batch after batch, keeping of each row its scores, its mineral, what the ranking reads and its hits."""
    past = Past.of(declarations.lazy(), background)
    scores, minerals, ranked, hits, suspects = [], [], [], [], []
    for batch in assemble_batches(declarations.lazy(), background, rows_at_once=rows_at_once, past=past):
        scores.append(bundle.score(batch, registry=REGISTRY))
        minerals.append(batch.select("declaration_id", "mineral"))
        ranked.append(with_limits(scores[-1], batch, declarations, tiers))
        hits.append(_rule_hits(batch))
        named = batch.drop_nulls(["mineral", *_PARTIES])
        suspects.append(named.select("declaration_id", "mineral", *_PARTIES, "licence_missing"))
    sorted_hits = pl.concat(hits).sort("declaration_id", "code")
    added_up = add_up(
        declarations.lazy(),
        background.history,
        None if past.register is None else past.register.table.lazy(),
        pl.concat(suspects).lazy(),
        lots_least=background.parties_rules.lots_least,
    )
    return _Scored(pl.concat(scores), pl.concat(minerals), pl.concat(ranked), sorted_hits, added_up, past)


def _rule_hits(evidence: pl.DataFrame) -> pl.DataFrame:
    """List every scored declaration whose papers do not keep a rule's letter, on the worklist or not."""
    return (
        evidence.select("declaration_id", "rule_hits")
        .explode("rule_hits", empty_as_null=True, keep_nulls=True)
        .drop_nulls("rule_hits")
        .unnest("rule_hits")
    )


def _hits_line(hits: pl.DataFrame) -> str:
    breaches = hits.filter(pl.col("code") != NOTE)
    n = breaches["declaration_id"].n_unique()
    return f"{n:,} declarations do not keep a rule's letter, each named in rule_hits.csv"


def _added_up_line(added_up: pl.DataFrame) -> list[str]:
    n = dict(added_up["kind"].value_counts().iter_rows())
    told = {
        OVERDRAWN: "licences are overdrawn by what this file adds up to",
        LOTS: "pairs of parties trade in several lots that point to one mineral",
    }
    parts = [f"{n[kind]:,} {words}" for kind, words in told.items() if kind in n]
    return [f"{'; '.join(parts)}: see added_up.csv"] if parts else []


def _last_day(declarations: pl.DataFrame, today: date | None) -> date:
    """Last day declared; a date typed wrongly must not carry the day of scoring beyond `today`."""
    last = declarations["declared_on"].max()
    assert isinstance(last, date)  # the contract requires the column, and the table has rows
    return last if today is None else min(last, today)


def _refused(counts: RowCounts) -> list[str]:
    if not counts.rejected:
        return []
    are = "row is" if counts.rejected == 1 else "rows are"
    return [
        f"{counts.rejected:,} refused {are} not scored and not on the list; see rejects/declarations.parquet: "
        "a cell that cannot be read may be a slip, or a way not to be looked at"
    ]


def _known_by(declarations: pl.DataFrame, day: date) -> _Kept:
    kept = declarations.filter(pl.col("declared_on") <= day)
    return _Kept(kept, declarations.height - kept.height)


def _lines(counts: RowCounts, kept: _Kept, worklist: pl.DataFrame, day: date, notes: Sequence[str]) -> list[str]:
    by_chance = worklist.filter(pl.col("chosen_by") == "random").height
    read = f"{counts.read:,} declarations read = {kept.declarations.height:,} scored + {counts.rejected:,} rejected"
    if counts.why:
        read += f" ({counts.why})"
    if kept.later:
        read += f" + {kept.later:,} made after {day}"
    expected = expected_violations(worklist)
    drawn = f"{by_chance:,} of them drawn by lot" if by_chance else "none of them drawn by lot"
    return [
        read,
        f"{worklist.height:,} on the list, {drawn}; {expected} violations expected to be found, "
        "were they as usual as in the last results known",
        *counts.remarks,
        *notes,
    ]
