"""The worklist as a page: works offline, runs no script, escapes every word that somebody else wrote."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from features.completeness import complete
from features.contracts import Declarations
from models.worklist import expected_violations
from pipelines.reports.page import render

_DECLARED = (
    "declared_on",
    "hs_code",
    "description",
    "origin_iso3",
    "destination_iso3",
    "net_kg",
    "value_usd",
    "exporter_name",
    "exporter_id",
    "consignee_name",
    "consignee_id",
)
_ADDED_UP_SHOWN = 12


def worklist_page(
    worklist: pl.DataFrame,
    declarations: pl.DataFrame,
    *,
    as_of: date,
    rows_scored: int,
    rows_refused: int,
    notes: Sequence[str],
    tables: Sequence[str] = (),
    added_up: pl.DataFrame | None = None,
) -> str:
    """Render the worklist with what was declared beside it; `tables` says what it was judged against.

    `added_up`: what the file adds up to (`features.added_up`), of which the first are shown.
    """
    declared = complete(declarations.lazy(), Declarations, ["declaration_id", *_DECLARED]).collect()
    rows = worklist.join(declared, on="declaration_id", how="left", maintain_order="left").with_columns(
        exporter=_party("exporter"),
        consignee=_party("consignee"),
        headline=pl.coalesce(
            pl.col("reasons").list.first().struct.field("sentence"),
            pl.when(pl.col("chosen_by") == "random").then(
                pl.lit("Drawn by lot; no single piece of evidence stands out")
            ),
            pl.lit("Several weak signs together; none stands out"),
        ),
    )
    by_typology = worklist["typology"].value_counts().sort("typology")
    facts = [
        ("scored", f"{rows_scored:,}"),
        *([("refused, not scored", f"{rows_refused:,}")] if rows_refused else []),
        ("on the list", f"{worklist.height:,}"),
        ("drawn by lot", f"{worklist.filter(pl.col('chosen_by') == 'random').height:,}"),
        ("violations expected to be found", expected_violations(worklist)),
        *((name, f"{n:,}") for name, n in by_typology.iter_rows()),
    ]
    versions = worklist.row(0, named=True) if worklist.height else {}
    run = {
        "as_of": as_of.isoformat(),
        "rows_scored": f"{rows_scored:,}",
        "note": "; ".join(notes),
        "tables": tables,
        "facts": facts,
        "added_up": [] if added_up is None else added_up.head(_ADDED_UP_SHOWN).to_dicts(),
        "added_up_more": 0 if added_up is None else max(added_up.height - _ADDED_UP_SHOWN, 0),
        **{name: versions.get(name, "") for name in ("model_version", "data_version", "controls_version")},
    }
    return render("worklist.html.j2", run=run, rows=rows.to_dicts())


def _party(side: str) -> pl.Expr:
    return pl.coalesce(f"{side}_name", f"{side}_id", pl.lit("unknown"))
