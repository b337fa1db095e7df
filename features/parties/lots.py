"""Many small lots between the same two parties in a short time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl

from features.lookback import from_steps, to_steps
from features.parties.rules import PartiesRules
from features.strength import ramp
from features.tally import Tally


def many_small_lots(recent_n: pl.Expr, usual_n: pl.Expr, smaller: pl.Expr, rules: PartiesRules) -> pl.Expr:
    """Lately this pair trades in many lots, each far smaller than usual. indicators.md 35.

    `recent_n` and `usual_n` are lots in the recent months and as expected of the months before; `smaller` is the log
    of usual over recent mass per lot. Strength is the product of both doubts. Null without earlier lots to compare.
    """
    more = ramp(((recent_n + 1.0) / (usual_n + 1.0)).log(), 0.0, math.log(rules.lots_full_ratio))
    less = ramp(smaller, 0.0, math.log(rules.size_full_ratio))
    pattern = pl.when(recent_n >= rules.lots_least).then(more * less).otherwise(0.0)
    return pl.when(recent_n.is_not_null() & usual_n.is_not_null()).then(pattern)


@dataclass(frozen=True, slots=True, eq=False)
class Lots:
    """Lots and their mass, by pair and by exporter."""

    pair: Tally
    exporter: Tally

    @classmethod
    def of(cls, history: pl.DataFrame) -> Lots:
        """Sort the lots of numbered `history` that have a mass."""
        lots = history.select("pair", "exporter", "month", "net_kg").filter(pl.col("net_kg") > 0)
        mass = lots.select(to_steps(pl.col("net_kg").log())).to_series()
        return cls(*(Tally.of(lots[key], lots["month"], mass) for key in ("pair", "exporter")))


def lot_columns(rows: pl.DataFrame, lots: Lots, rules: PartiesRules) -> pl.DataFrame:
    """Return `many_small_lots`, `recent_lots_n`, `usual_lots_n`, `recent_lot_kg` and `usual_lot_kg`.

    A pair without earlier trade is compared with the exporter's trade as a whole. Null without a pair.
    """
    windows = (rules.recent_months, rules.usual_months)
    parts: dict[str, pl.Series] = {}
    for key, tally in (("pair", lots.pair), ("exporter", lots.exporter)):
        asked = rows.select(pl.when(pl.col("pair").is_not_null()).then(key).alias(key)).to_series()
        for name, (n, mass) in zip(("recent", "usual"), tally.before(asked, rows["month"], windows), strict=True):
            parts |= {f"{key}_{name}_lots": n, f"{key}_{name}_mass": mass}
    state = pl.DataFrame(parts).with_columns(
        expr
        for key in ("pair", "exporter")
        for expr in (
            _mean(pl.col(f"{key}_recent_mass"), pl.col(f"{key}_recent_lots")).alias(f"{key}_recent_size"),
            (pl.col(f"{key}_usual_lots") - pl.col(f"{key}_recent_lots")).alias(f"{key}_past_lots"),
            _mean(
                pl.col(f"{key}_usual_mass") - pl.col(f"{key}_recent_mass"),
                pl.col(f"{key}_usual_lots") - pl.col(f"{key}_recent_lots"),
            ).alias(f"{key}_past_size"),
        )
    )
    has_past = pl.col("pair_past_lots") > 0
    share = rules.recent_months / (rules.usual_months - rules.recent_months)
    past_mass = pl.when(has_past).then("pair_past_size").otherwise("exporter_past_size")
    # A new pair has no lots of its own to expect; the exporter's other trade only tells how large its lots are.
    expected = pl.when(has_past).then(pl.col("pair_past_lots") * share).otherwise(0.0)
    expected = pl.when(past_mass.is_not_null()).then(expected)
    strength = many_small_lots(pl.col("pair_recent_lots"), expected, past_mass - pl.col("pair_recent_size"), rules)
    return state.select(
        strength.alias("many_small_lots"),
        pl.col("pair_recent_lots").alias("recent_lots_n"),
        expected.alias("usual_lots_n"),
        pl.col("pair_recent_size").exp().round_sig_figs(6).alias("recent_lot_kg"),
        past_mass.exp().round_sig_figs(6).alias("usual_lot_kg"),
    )


def _mean(steps: pl.Expr, n: pl.Expr) -> pl.Expr:
    return pl.when(n > 0).then(from_steps(steps) / n)
