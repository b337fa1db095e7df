"""Movements as entries of a ledger: contained metal in and out of each holder's hands."""

from __future__ import annotations

import polars as pl

from features.completeness import complete
from features.contracts import Movements

GRAMS = 1000
STEPS = 4
"""Within a day: what comes in, what is put into a furnace, what comes out of it, what leaves. The kindest order."""
COMES_IN, GOES_INTO_WORK, COMES_OUT_OF_WORK, LEAVES = range(STEPS)
_IN = ("mined", "bought", "imported", "stock")
_WORK = ("refined", "processed")
_OUT = ("sold", "exported", "lost")
_COLUMNS = (
    "movement_id",
    "moved_on",
    "kind",
    "holder_id",
    "counterparty_id",
    "mineral",
    "form",
    "purity_share",
    "net_kg",
    "declaration_id",
)


def contained(movements: pl.LazyFrame, forms: pl.DataFrame) -> pl.LazyFrame:
    """Add `contained_g`, the metal a movement carries, to movements that name holder, mineral and mass.

    Net mass times the metal share of its form (1 where the form is not named or has no fixed formula) times its
    purity (1 where unknown). Whole grams, so that no order of rows changes a sum.
    """
    shares = (
        forms.lazy()
        .select("mineral", pl.col("form").str.to_lowercase().alias("form_key"), "metal_share")
        .drop_nulls()
        .unique(["mineral", "form_key"], keep="none")
    )
    named = complete(movements, Movements, _COLUMNS).drop_nulls(["holder_id", "mineral", "net_kg", "moved_on", "kind"])
    keyed = named.with_columns(form_key=pl.col("form").str.to_lowercase().str.strip_chars())
    share = pl.col("metal_share").fill_null(1.0) * pl.col("purity_share").fill_null(1.0)
    return (
        keyed.join(shares, on=["mineral", "form_key"], how="left")
        .with_columns(contained_g=(pl.col("net_kg") * share * GRAMS).round(0).cast(pl.Int64))
        .drop("form_key", "metal_share")
    )


def ledger_entries(movements: pl.LazyFrame) -> pl.LazyFrame:
    """List what changes each holder's balance: `holder_id`, `mineral`, `moved_on`, `step`, `grams` (out is negative).

    Takes movements with `contained_g`. Work on a material (refining, processing) takes it out and puts it back, so
    that nobody refines what he does not hold.
    """
    kind, grams = pl.col("kind"), pl.col("contained_g")
    keys = ["holder_id", "mineral", "moved_on"]
    given = [
        _step(movements.filter(kind.is_in(_IN)), COMES_IN, grams),
        _step(movements.filter(kind.is_in(_WORK)), GOES_INTO_WORK, -grams),
        _step(movements.filter(kind.is_in(_WORK)), COMES_OUT_OF_WORK, grams),
        _step(movements.filter(kind.is_in(_OUT)), LEAVES, -grams),
    ]
    return pl.concat([*given, _other_halves(movements)]).group_by(*keys, "step").agg(pl.col("grams").sum())


def _step(movements: pl.LazyFrame, step: int, grams: pl.Expr) -> pl.LazyFrame:
    return movements.select(
        "holder_id", "mineral", "moved_on", pl.lit(step, pl.Int32).alias("step"), grams.alias("grams")
    )


def _other_halves(movements: pl.LazyFrame) -> pl.LazyFrame:
    """Add the half of a sale that one side did not write down.

    Between two holders as much has moved, up to any day, as the one who wrote down more says. So the seller of a
    purchase he does not mention is drawn on for it, and the buyer of a sale he does not mention is credited; a record
    that comes later takes the place of what was put in for it.
    """
    named = movements.filter(pl.col("counterparty_id").is_not_null() & pl.col("kind").is_in(["bought", "sold"]))
    is_purchase = pl.col("kind") == "bought"
    pair = ["seller", "buyer", "mineral"]
    days = (
        named.select(
            "mineral",
            "moved_on",
            seller=pl.when(is_purchase).then("counterparty_id").otherwise("holder_id"),
            buyer=pl.when(is_purchase).then("holder_id").otherwise("counterparty_id"),
            bought=pl.when(is_purchase).then("contained_g").otherwise(0),
            sold=pl.when(is_purchase).then(0).otherwise("contained_g"),
        )
        .group_by(*pair, "moved_on")
        .agg(pl.col("bought", "sold").sum())
        .sort(*pair, "moved_on")
        .with_columns((pl.col("bought").cum_sum() - pl.col("sold").cum_sum()).over(pair).alias("ahead"))
    )
    unsold, unbought = pl.col("ahead").clip(lower_bound=0), (-pl.col("ahead")).clip(lower_bound=0)
    steps = days.with_columns(
        unsold=unsold - unsold.shift(1, fill_value=0).over(pair),
        unbought=unbought - unbought.shift(1, fill_value=0).over(pair),
    )
    sellers = steps.filter(pl.col("unsold") != 0).select(
        "mineral", "moved_on", holder_id="seller", step=pl.lit(LEAVES, pl.Int32), grams=-pl.col("unsold")
    )
    buyers = steps.filter(pl.col("unbought") != 0).select(
        "mineral", "moved_on", holder_id="buyer", step=pl.lit(COMES_IN, pl.Int32), grams=pl.col("unbought")
    )
    order = ["holder_id", "mineral", "moved_on", "step", "grams"]
    return pl.concat([sellers.select(order), buyers.select(order)])
