"""What earlier inspections found with a party: never this row's own outcome, never one not yet known."""

from __future__ import annotations

import math

import polars as pl

from features.contracts.columns import TYPOLOGIES
from features.lookback import month_number, settle, totals_before
from features.parties.party_numbers import SIDES
from features.parties.rules import PartiesRules
from features.strength import ramp


def inspected_parties(history: pl.LazyFrame, outcomes: pl.LazyFrame) -> pl.LazyFrame:
    """Join outcomes to the parties of the declarations they belong to: the three numbers, `month`, `inspected`, `hits`.

    `month` is when the result was known: that of the inspection, but never before the declaration's own month, so that
    no row can see its own outcome whatever dates were typed. A hit is one of the three kinds of violation.
    """
    results = outcomes.select(
        "declaration_id",
        month_number(pl.col("inspected_on")).alias("known"),
        pl.col("finding").is_in(TYPOLOGIES).cast(pl.Int64).alias("hits"),
    ).drop_nulls()
    joined = results.join(history.select("declaration_id", "month", *SIDES), on="declaration_id", how="inner")
    return joined.select(
        *SIDES,
        pl.max_horizontal("known", "month").alias("month"),
        pl.lit(1, pl.Int64).alias("inspected"),
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


def add_risk(rows: pl.LazyFrame, inspected: pl.LazyFrame, rules: PartiesRules) -> pl.LazyFrame:
    """Add `<side>_risk`, `<side>_inspected_n` and `<side>_hits_n` for each side, and `base_hit_rate`."""
    sums = ["inspected", "hits"]
    everybody = pl.lit(0, pl.Int64).alias("everybody")
    base = totals_before(inspected.with_columns(everybody), rows, by=["everybody"], sums=sums)
    rate = pl.when(pl.col("inspected") > 0).then(pl.col("hits") / pl.col("inspected"))
    rows = rows.join(settle(base.select("month", rate.alias("base_hit_rate"))), on="month", how="left")
    for side in SIDES:
        record = totals_before(inspected, rows, by=[side], sums=sums).rename(
            {"inspected": f"{side}_inspected_n", "hits": f"{side}_hits_n"}
        )
        risk = party_risk(pl.col(f"{side}_hits_n"), pl.col(f"{side}_inspected_n"), pl.col("base_hit_rate"), rules)
        rows = rows.join(settle(record), on=[side, "month"], how="left").with_columns(risk.alias(f"{side}_risk"))
    return rows
