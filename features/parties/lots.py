"""Many small lots between the same two parties in a short time."""

from __future__ import annotations

import math

import polars as pl

from features.lookback import from_steps, settle, to_steps, totals_before
from features.parties.rules import PartiesRules
from features.strength import ramp


def many_small_lots(recent_n: pl.Expr, usual_n: pl.Expr, smaller: pl.Expr, rules: PartiesRules) -> pl.Expr:
    """Lately this pair trades in many lots, each far smaller than usual. indicators.md 35.

    `recent_n` and `usual_n` are lots in the recent months and as expected of the months before; `smaller` is the log
    of usual over recent mass per lot. Strength is the product of both doubts. Null without earlier lots to compare.
    """
    more = ramp(((recent_n + 1.0) / (usual_n + 1.0)).log(), 0.0, math.log(rules.lots_full_ratio))
    less = ramp(smaller, 0.0, math.log(rules.size_full_ratio))
    pattern = pl.when(recent_n >= rules.lots_least).then(more * less).otherwise(0.0)
    return pl.when(recent_n.is_not_null() & usual_n.is_not_null()).then(pattern)


def add_lots(rows: pl.LazyFrame, history: pl.LazyFrame, rules: PartiesRules) -> pl.LazyFrame:
    """Add `many_small_lots`, `recent_lots_n`, `usual_lots_n` and `recent_lot_kg`.

    A pair without earlier trade is compared with the exporter's trade as a whole.
    """
    events = settle(
        history.filter(pl.col("net_kg") > 0)
        .select(
            "pair",
            "exporter",
            "month",
            pl.lit(1, pl.Int64).alias("lots"),
            to_steps(pl.col("net_kg").log()).alias("mass"),
        )
        .group_by("pair", "exporter", "month")
        .agg(pl.col("lots", "mass").sum())
    )
    wanted = settle(rows.select("pair", "exporter", "month").drop_nulls().unique())
    state = (
        wanted.join(_windows(events, wanted, "pair", rules), on=["pair", "month"], how="left")
        .join(_windows(events, wanted, "exporter", rules), on=["exporter", "month"], how="left")
        .with_columns(has_past=pl.col("pair_past_lots") > 0)
    )
    share = rules.recent_months / (rules.usual_months - rules.recent_months)
    past_mass = pl.when("has_past").then(pl.col("pair_past_size")).otherwise("exporter_past_size")
    # A new pair has no lots of its own to expect; the exporter's other trade only tells how large its lots are.
    expected = pl.when("has_past").then(pl.col("pair_past_lots") * share).otherwise(0.0)
    expected = pl.when(past_mass.is_not_null()).then(expected)
    found = state.select(
        "pair",
        "month",
        many_small_lots(pl.col("pair_recent_lots"), expected, past_mass - pl.col("pair_recent_size"), rules).alias(
            "many_small_lots"
        ),
        pl.col("pair_recent_lots").alias("recent_lots_n"),
        expected.alias("usual_lots_n"),
        pl.col("pair_recent_size").exp().round_sig_figs(6).alias("recent_lot_kg"),
        past_mass.exp().round_sig_figs(6).alias("usual_lot_kg"),
    )
    return rows.join(settle(found), on=["pair", "month"], how="left")


def _windows(events: pl.LazyFrame, wanted: pl.LazyFrame, key: str, rules: PartiesRules) -> pl.LazyFrame:
    """Lots and mean log mass in the recent months, and in the months before them."""
    sums = ["lots", "mass"]
    recent = totals_before(events, wanted, by=[key], sums=sums, window=rules.recent_months)
    usual = totals_before(events, wanted, by=[key], sums=sums, window=rules.usual_months)
    past = {name: pl.col(f"{name}_all") - pl.col(name) for name in sums}
    return settle(
        recent.join(usual, on=[key, "month"], how="left", suffix="_all").select(
            key,
            "month",
            pl.col("lots").alias(f"{key}_recent_lots"),
            past["lots"].alias(f"{key}_past_lots"),
            _mean(pl.col("mass"), pl.col("lots")).alias(f"{key}_recent_size"),
            _mean(past["mass"], past["lots"]).alias(f"{key}_past_size"),
        )
    )


def _mean(steps: pl.Expr, n: pl.Expr) -> pl.Expr:
    return pl.when(n > 0).then(from_steps(steps) / n)
