"""Running balances that never fall below zero; what would have taken them there is a shortfall."""

from __future__ import annotations

import polars as pl

from features.ledger.entries import GRAMS, LEAVES, STEPS, contained, ledger_entries
from features.lookback import settle

_HOLDER = ["holder_id", "mineral"]


def running_balances(entries: pl.LazyFrame) -> pl.LazyFrame:
    """Walk each holder's entries in time: `at` (day and step as one number), `balance_g`, `shortfall_g`, `came_in_g`.

    A balance b_t = max(0, b_(t-1) + x_t); the part below zero is the entry's shortfall. With S the running sum and m
    the lowest S so far (at most 0), b = S - m, so that no loop over rows is needed. `missing_g` is all shortfall so
    far, `came_in_g` all that ever came in.
    """
    at = pl.col("moved_on").dt.epoch("d").cast(pl.Int64) * STEPS + pl.col("step")
    total = pl.col("grams").cum_sum().over(_HOLDER)
    low = pl.col("total").cum_min().over(_HOLDER).clip(upper_bound=0)
    came_in = pl.when(pl.col("step") == 0).then("grams").otherwise(0).cum_sum().over(_HOLDER)
    return (
        entries.with_columns(at=at)
        .sort(*_HOLDER, "at")
        .with_columns(total=total)
        .with_columns(missing_g=-low, balance_g=pl.col("total") - low, came_in_g=came_in)
        .with_columns(shortfall_g=pl.col("missing_g") - pl.col("missing_g").shift(1, fill_value=0).over(_HOLDER))
    )


def material_ledger(movements: pl.LazyFrame, forms: pl.DataFrame) -> pl.LazyFrame:
    """Build the ledger of contained metal: one row per holder, mineral and day on which anything moved.

    Parameters
    ----------
    movements
        Contract table `Movements`.
    forms
        Metal share of each form (`Minerals.forms`).

    Returns
    -------
    pl.LazyFrame
        `holder_id`, `mineral`, `moved_on`; `in_kg`, `out_kg` (contained metal; work on a material is neither);
        `balance_kg` at the end of the day, never below zero; `shortfall_kg`, what left or was worked on that day
        beyond what the holder is known to have had; `is_without_source`, true where something left or was worked on
        and nothing had ever come in. In order of holder, mineral and day.
    """
    walked = running_balances(ledger_entries(contained(movements, forms)))
    came = pl.col("grams").filter(pl.col("step") == 0).sum()
    left = -pl.col("grams").filter(pl.col("step") == LEAVES).sum()
    return settle(
        walked.group_by(*_HOLDER, "moved_on")
        .agg(
            came.alias("in_kg"),
            left.alias("out_kg"),
            pl.col("balance_g").sort_by("at").last().alias("balance_kg"),
            pl.col("shortfall_g").sum().alias("shortfall_kg"),
            pl.col("came_in_g").max(),
        )
        .with_columns(is_without_source=(pl.col("shortfall_kg") > 0) & (pl.col("came_in_g") <= 0))
        .with_columns(pl.col("in_kg", "out_kg", "balance_kg", "shortfall_kg") / GRAMS)
        .drop("came_in_g")
        .sort(*_HOLDER, "moved_on")
    )
