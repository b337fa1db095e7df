"""Build the ledger's evidence: one row per declaration."""

from __future__ import annotations

import polars as pl

from features.completeness import complete
from features.contracts import Declarations
from features.ledger.balances import running_balances
from features.ledger.entries import COMES_IN, GRAMS, STEPS, contained, ledger_entries
from features.ledger.registry import REGISTRY
from features.lookback import month_number, settle, totals_before
from features.strength import ramp

SHORT_FROM_SHARE, SHORT_FULL_SHARE = 0.05, 0.5
"""Assay, moisture and weighing differ by a few per cent; half of it missing cannot be that (own choice)."""
USUAL_MONTHS = 3
"""What comes in in a month is the mean of the last three: a trader who buys and sells within a month holds little."""
FIGURES = pl.Schema(
    {
        "ledger_holder_id": pl.String,
        "ledger_mineral": pl.String,
        "ledger_needed_kg": pl.Float64,
        "ledger_balance_kg": pl.Float64,
        "ledger_usual_kg": pl.Float64,
        "ledger_missing_kg": pl.Float64,
    }
)


def build_ledger(
    declarations: pl.LazyFrame,
    movements: pl.LazyFrame | None,
    history: pl.LazyFrame,
    suspected: pl.LazyFrame,
    forms: pl.DataFrame,
) -> pl.LazyFrame:
    """Hold each export against what its holder is known to have had when the month began.

    Parameters
    ----------
    declarations
        Contract table `Declarations`.
    movements
        Contract table `Movements`; None where there is none, and all evidence is then unknown.
    history
        Past declarations: a movement that names one of them tells for which holder its exporter ships.
    suspected
        `declaration_id`, `mineral`: the controlled mineral that the goods are, or seem to be.
    forms
        Metal share of each form (`Minerals.forms`).

    Returns
    -------
    pl.LazyFrame
        `declaration_id`, the columns of `REGISTRY` (Float32, null unknown) and the figures behind them. Only
        movements of strictly earlier months count; what usually comes in in a month is allowed for. The holder is the
        one that the exporter last shipped for, else the exporter. The mass counts at the poorest form's metal share.
    """
    rows = complete(
        declarations, Declarations, ("declaration_id", "declared_on", "exporter_id", "net_kg", "direction")
    ).join(suspected.select("declaration_id", "mineral"), on="declaration_id", how="left")
    if movements is None:
        nothing = {one.code: pl.Float32() for one in REGISTRY} | dict(FIGURES)
        return rows.select("declaration_id", *(pl.lit(None, kind).alias(name) for name, kind in nothing.items()))
    moved = settle(contained(movements, forms))
    entries = settle(ledger_entries(moved))
    asked = settle(_asked(rows, moved, history, forms))
    judged = asked.join(_balances_before(entries, asked), on="declaration_id", how="left")
    known = pl.col("came_in_g").is_not_null() & pl.col("needed_g").is_not_null()
    sourceless = (pl.col("came_in_g") <= 0) & (pl.col("missing_g") > 0)
    at_hand = pl.col("balance_g") + pl.col("usual_g")
    short = (pl.col("needed_g") - at_hand).clip(lower_bound=0) / pl.col("needed_g")
    before = pl.col("missing_g") / (pl.col("missing_g") + pl.col("came_in_g"))
    shortness = pl.max_horizontal(
        *(ramp(one, SHORT_FROM_SHARE, SHORT_FULL_SHARE).fill_null(0.0) for one in (short, before))
    )
    evidence = judged.with_columns(
        no_source=pl.when(known).then(sourceless.cast(pl.Float64)),
        ledger_short=pl.when(known).then(shortness),
        ledger_covers=pl.when(known).then(((pl.col("came_in_g") > 0) & (shortness == 0.0)).cast(pl.Float64)),
    )
    is_known = pl.col("came_in_g").is_not_null()
    return evidence.select(
        "declaration_id",
        *(pl.col(one.code).cast(pl.Float32) for one in REGISTRY),
        ledger_holder_id=pl.when(is_known).then("holder_id"),
        ledger_mineral=pl.when(is_known).then("mineral"),
        ledger_needed_kg=pl.when(is_known).then(pl.col("needed_g") / GRAMS),
        ledger_balance_kg=pl.col("balance_g") / GRAMS,
        ledger_usual_kg=pl.col("usual_g") / GRAMS,
        ledger_missing_kg=pl.col("missing_g") / GRAMS,
    )


def _balances_before(entries: pl.LazyFrame, asked: pl.LazyFrame) -> pl.LazyFrame:
    """State of the holder's balance when the month began, and what usually comes in in a month."""
    keys = ["holder_id", "mineral"]
    balances = running_balances(entries).select(*keys, "at", "balance_g", "missing_g", "came_in_g").sort("at")
    wanted = asked.drop_nulls([*keys, "at"])
    inflows = entries.filter(pl.col("step") == COMES_IN).with_columns(month=month_number(pl.col("moved_on")))
    usual = totals_before(inflows, wanted, by=keys, sums=["grams"], window=USUAL_MONTHS)
    found = (
        wanted.sort("at", "declaration_id")
        .join_asof(balances, on="at", by=keys, strategy="backward", check_sortedness=False)
        .join(usual, on=[*keys, "month"], how="left")
    )
    return settle(
        found.select(
            "declaration_id",
            "balance_g",
            "missing_g",
            "came_in_g",
            usual_g=pl.when(pl.col("came_in_g").is_not_null()).then(pl.col("grams") // USUAL_MONTHS),
        )
    )


def _asked(rows: pl.LazyFrame, moved: pl.LazyFrame, history: pl.LazyFrame, forms: pl.DataFrame) -> pl.LazyFrame:
    """Say whose balance of which mineral is asked for, in which month, and how much is needed."""
    poorest = forms.lazy().group_by("mineral").agg(pl.col("metal_share").min())
    past = complete(history, Declarations, ("declaration_id", "declared_on", "exporter_id"))
    shipped_for = (
        moved.filter((pl.col("kind") == "exported") & pl.col("declaration_id").is_not_null())
        .join(past, on="declaration_id", how="inner")
        .select(
            "exporter_id",
            "mineral",
            other="holder_id",
            since=month_number(pl.max_horizontal("moved_on", "declared_on")),
        )
        .drop_nulls()
        .sort("since", "other")
        .unique(["exporter_id", "mineral", "since"], keep="last", maintain_order=True)
    )
    month = month_number(pl.col("declared_on"))
    by_mass = (pl.col("net_kg") * pl.col("metal_share").fill_null(1.0) * GRAMS).round(0).cast(pl.Int64)
    first_day = pl.col("declared_on").dt.truncate("1mo").dt.epoch("d").cast(pl.Int64)
    exported = (pl.col("direction") == "export").fill_null(value=False)
    return (
        rows.with_columns(month=month, before=month - 1)
        .sort("before", "declaration_id")
        .join_asof(
            shipped_for.rename({"since": "before"}),
            on="before",
            by=["exporter_id", "mineral"],
            strategy="backward",
            check_sortedness=False,
        )
        .join(poorest, on="mineral", how="left")
        .select(
            "declaration_id",
            "mineral",
            "month",
            holder_id=pl.when(exported).then(pl.coalesce("other", "exporter_id")),
            needed_g=pl.when(by_mass > 0).then(by_mass),
            at=first_day * STEPS - 1,
        )
    )
