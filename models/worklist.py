"""The worklist: chosen declarations with their kind of doubt, reasons, rivals and next check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from features.contracts import Worklist
from features.contracts.columns import TYPOLOGIES
from features.evidence import Evidence
from models.checks import next_check
from models.honest import closest_honest, evidence_families
from models.reasons import tell

USUAL_CHECK = {
    "misdeclaration": "Compare the goods with the description: open one package, or ask for the mill certificate.",
    "concealment": "Weigh and scan the container, and compare with the declared mass and volume.",
    "transshipment": "Ask for the onward transport document and the end user's statement.",
}
"""Cheapest useful check where no piece of evidence names one of its own."""
NO_DOUBT = "None in particular; a documentary check is enough unless something else is known."


@dataclass(frozen=True, slots=True)
class Versions:
    """Fingerprints that say what a list was made with."""

    model: str
    data: str
    controls: str


def compose_worklist(
    chosen: pl.DataFrame,
    evidence: pl.DataFrame,
    registry: Sequence[Evidence],
    contributions: pl.DataFrame | None,
    versions: Versions,
    *,
    check_minutes: Mapping[str, float],
    called: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """Make the contract's worklist from the chosen rows.

    Parameters
    ----------
    chosen: `rank`, `declaration_id`, scores, `chosen_by`, `selection_probability`.
    evidence: for those declarations: the registry's columns, their figures, and `mineral`, `net_kg`, `value_usd`,
        `mineral_usd_per_kg`, `controls_in_force`, `corridor_id`, and `rule_hits` if they were looked for. Unknown is
        null.
    contributions: what the model made of each piece of evidence (`declaration_id, code, contribution`), or None.
    check_minutes: what each kind of check takes (models.checks).
    called: what sentences call each mineral, by its key.

    Returns
    -------
    One row a declaration with the columns of the contract, in rank order.
    """
    reasons = tell(evidence, registry, contributions, role="doubt", called=called).rename({"told": "reasons"})
    counter = tell(evidence, registry, contributions, role="counter", called=called)
    counter = counter.rename({"told": "counter_evidence"})
    told = (
        chosen.join(evidence.select(_carried(evidence)), on="declaration_id", how="left", maintain_order="left")
        .join(reasons, on="declaration_id", how="left", maintain_order="left")
        .join(counter, on="declaration_id", how="left", maintain_order="left")
        .with_columns(_typology())
    )
    absent: dict[str, pl.DataType | type[pl.DataType]] = {
        "rule_hits": Worklist.columns()["rule_hits"].dtype,
        "suspicion_low": pl.Float64,
        "suspicion_high": pl.Float64,
        "priority": pl.Float64,
        "severity": pl.Float64,
    }
    told = told.with_columns(pl.lit(None, kind).alias(name) for name, kind in absent.items() if name not in told)
    return (
        told.with_columns(
            next_check=_next_check(registry, check_minutes),
            closest_honest=closest_honest(evidence_families(registry)),
            expected_kg=pl.col("suspicion") * pl.col("net_kg"),
            expected_usd=pl.col("suspicion") * _worth(),
            model_version=pl.lit(versions.model),
            data_version=pl.lit(versions.data),
            controls_version=pl.lit(versions.controls),
        )
        .sort("rank")
        .pipe(Worklist.validate, cast=True)
    )


def expected_violations(worklist: pl.DataFrame) -> str:
    """Tell how many violations an inspection of the whole list would find, and the sums of suspicion's limits.

    The level is that of the last results known: more are there where inspections miss some, or violations have become
    more usual since.
    """
    expected, low, high = (worklist[f"suspicion{end}"].sum() for end in ("", "_low", "_high"))
    if worklist["suspicion_low"].null_count():
        return f"{expected:.1f} (limits unknown)"
    return f"{expected:.1f} ({low:.1f} to {high:.1f})"


def _carried(evidence: pl.DataFrame) -> list[str]:
    wanted = ("mineral", "net_kg", "value_usd", "mineral_usd_per_kg", "controls_in_force", "corridor_id", "rule_hits")
    return ["declaration_id", *(name for name in wanted if name in evidence.columns)]


def _typology() -> pl.Expr:
    """Name the likeliest kind of violation; the first in the contract's order where several are equally likely."""
    likeliest = pl.concat_list([f"p_{one}" for one in TYPOLOGIES]).list.arg_max().fill_null(0)
    return likeliest.replace_strict(dict(enumerate(TYPOLOGIES)), return_dtype=pl.String).alias("typology")


def _worth() -> pl.Expr:
    """Value as the suspected mineral where both mass and price are known, else the declared value."""
    return pl.coalesce(pl.col("net_kg") * pl.col("mineral_usd_per_kg"), pl.col("value_usd"))


def _next_check(registry: Sequence[Evidence], minutes: Mapping[str, float]) -> pl.Expr:
    usual = pl.col("typology").replace_strict(USUAL_CHECK)
    doubted = pl.when(pl.col("reasons").list.len() > 0).then(usual).otherwise(pl.lit(NO_DOUBT))
    return pl.coalesce(next_check(registry, minutes), doubted)
