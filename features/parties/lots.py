"""Many small lots between the same two parties in a short time."""

from __future__ import annotations

import math

import polars as pl

from features.lookback import from_steps, to_steps
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


def lot_amounts() -> list[pl.Expr]:
    """Count a declaration that has a mass as a lot: `lots`, and `lot_mass`, the log of its mass in steps."""
    is_lot = pl.col("net_kg") > 0
    return [is_lot.alias("lots"), pl.when(is_lot).then(to_steps(pl.col("net_kg").log())).alias("lot_mass")]


def lot_columns(seen: pl.LazyFrame, rules: PartiesRules) -> pl.LazyFrame:
    """Add `many_small_lots`, `recent_lots_n`, `usual_lots_n`, `recent_lot_kg` and `usual_lot_kg`.

    `seen` as `Trade.before` makes it. A pair without earlier trade is compared with the exporter's trade as a whole.
    Null without a pair.
    """
    recent = {key: pl.col(f"{key}_lots_recent") for key in ("pair", "exporter")}
    past = {key: pl.col(f"{key}_lots_usual") - lots for key, lots in recent.items()}
    mass = {key: pl.col(f"{key}_lot_mass_usual") - pl.col(f"{key}_lot_mass_recent") for key in recent}
    size = {key: _mean(mass[key], past[key]) for key in recent}
    has_past, is_pair = past["pair"] > 0, recent["pair"].is_not_null()
    share = rules.recent_months / (rules.usual_months - rules.recent_months)
    # A new pair has no lots of its own to expect; the exporter's other trade only tells how large its lots are.
    past_mass = pl.when(is_pair).then(pl.when(has_past).then(size["pair"]).otherwise(size["exporter"]))
    expected = pl.when(has_past).then(past["pair"] * share).otherwise(0.0)
    judged = seen.with_columns(
        past_mass=past_mass,
        recent_mass=_mean(pl.col("pair_lot_mass_recent"), recent["pair"]),
        recent_lots_n=recent["pair"],
    ).with_columns(usual_lots_n=pl.when(pl.col("past_mass").is_not_null()).then(expected))
    smaller = pl.col("past_mass") - pl.col("recent_mass")
    return judged.with_columns(
        many_small_lots=many_small_lots(pl.col("recent_lots_n"), pl.col("usual_lots_n"), smaller, rules),
        recent_lot_kg=pl.col("recent_mass").exp().round_sig_figs(6),
        usual_lot_kg=pl.col("past_mass").exp().round_sig_figs(6),
    )


def _mean(steps: pl.Expr, n: pl.Expr) -> pl.Expr:
    return pl.when(n > 0).then(from_steps(steps) / n)
