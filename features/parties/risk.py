"""What earlier inspections found with a party: never this row's own outcome, never one not yet known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from features.contracts.columns import TYPOLOGIES
from features.lookback import month_number
from features.parties.party_numbers import SIDES
from features.parties.rules import PartiesRules
from features.strength import ramp
from features.tally import Tally


def inspected_parties(history: pl.LazyFrame, outcomes: pl.LazyFrame, parties: Sequence[str] = SIDES) -> pl.LazyFrame:
    """Join outcomes to the columns `parties` of the declarations they belong to: those, `month`, `hits`.

    `month` is when the result was known: that of the inspection, but never before the declaration's own month, so that
    no row can see its own outcome whatever dates were typed. A hit is one of the three kinds of violation.
    """
    results = outcomes.select(
        "declaration_id",
        month_number(pl.col("inspected_on")).alias("known"),
        pl.col("finding").is_in(TYPOLOGIES).cast(pl.Int64).alias("hits"),
    ).drop_nulls()
    joined = results.join(history.select("declaration_id", "month", *parties), on="declaration_id", how="inner")
    return joined.select(
        *parties,
        pl.max_horizontal("known", "month").alias("month"),
        "hits",
    )


def party_risk(hits: pl.Expr, inspected: pl.Expr, base_rate: pl.Expr, rules: PartiesRules) -> pl.Expr:
    """More of this party's inspected declarations were violations than is usual.

    The hit rate is shrunk to the base rate by `inspections_to_trust` and told as a strength of its lift, 0 at or below
    the base rate. Null where the party was never inspected or no violation was ever found.
    """
    shrunk = (hits + rules.inspections_to_trust * base_rate) / (inspected + rules.inspections_to_trust)
    lift = pl.when((inspected > 0) & (base_rate > 0)).then(shrunk / base_rate)
    return ramp(lift.log(), 0.0, math.log(rules.risk_full_lift))


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """What was found with whom, by the month in which it was known."""

    everybody: Tally
    sides: dict[str, Tally]

    @classmethod
    def of(cls, inspected: pl.DataFrame) -> Records:
        """Sort the rows of `inspected_parties`."""
        month, hits = inspected["month"], inspected["hits"]
        everybody = pl.zeros(inspected.height, pl.Int64, eager=True)
        sides = {side: Tally.of(inspected[side], month, hits=hits) for side in SIDES}
        return cls(Tally.of(everybody, month, hits=hits), sides)


def risk_columns(rows: pl.DataFrame, records: Records, rules: PartiesRules) -> pl.DataFrame:
    """Return `<side>_risk`, `<side>_inspected_n` and `<side>_hits_n` for each side, and `base_hit_rate`."""
    (everybody,) = records.everybody.before(rows["everybody"], rows["month"])
    found = pl.DataFrame(everybody).select(base_hit_rate=pl.when(pl.col("n") > 0).then(pl.col("hits") / pl.col("n")))
    for side, record in records.sides.items():
        (told,) = record.before(rows[side], rows["month"])
        found = found.with_columns(told["n"].alias(f"{side}_inspected_n"), told["hits"].alias(f"{side}_hits_n"))
        risk = party_risk(pl.col(f"{side}_hits_n"), pl.col(f"{side}_inspected_n"), pl.col("base_hit_rate"), rules)
        found = found.with_columns(risk.alias(f"{side}_risk"))
    return found
