"""Build the ledger's evidence: one row per declaration."""

from __future__ import annotations

import polars as pl

from features.completeness import complete
from features.contracts import Declarations
from features.ledger.balances import running_balances
from features.ledger.entries import COMES_OUT_OF_WORK, GRAMS, STEPS, contained, ledger_entries
from features.ledger.registry import REGISTRY
from features.lookback import settle
from features.strength import ramp

SHORT_FROM_SHARE, SHORT_FULL_SHARE = 0.05, 0.5
"""Assay, moisture and weighing differ by a few per cent; half of it missing cannot be that (own choice)."""
FIGURES = pl.Schema(
    {
        "ledger_holder_id": pl.String,
        "ledger_mineral": pl.String,
        "ledger_needed_kg": pl.Float64,
        "ledger_balance_kg": pl.Float64,
        "ledger_missing_kg": pl.Float64,
    }
)


def build_ledger(
    declarations: pl.LazyFrame, movements: pl.LazyFrame | None, suspected: pl.LazyFrame, forms: pl.DataFrame
) -> pl.LazyFrame:
    """Hold each declaration against what its exporter is known to have had.

    Parameters
    ----------
    declarations
        Contract table `Declarations`.
    movements
        Contract table `Movements`; None where there is none, and all evidence is then unknown.
    suspected
        `declaration_id`, `mineral`: the controlled mineral that the goods are, or seem to be.
    forms
        Metal share of each form (`Minerals.forms`).

    Returns
    -------
    pl.LazyFrame
        `declaration_id`, the columns of `REGISTRY` (Float32, null unknown) and the figures behind them. The balance is
        that of the day of declaration, before anything leaves on that day: an honest trader buys and exports within
        a month. Movements dated later are never looked at. A movement that names the declaration tells its holder,
        mineral and mass; without one the holder is the exporter, and the mass counts at the poorest form's metal share.
    """
    rows = complete(
        declarations, Declarations, ("declaration_id", "declared_on", "exporter_id", "net_kg", "direction")
    ).join(suspected.select("declaration_id", "mineral"), on="declaration_id", how="left")
    if movements is None:
        nothing = {one.code: pl.Float32() for one in REGISTRY} | dict(FIGURES)
        return rows.select("declaration_id", *(pl.lit(None, kind).alias(name) for name, kind in nothing.items()))
    moved = settle(contained(movements, forms))
    asked = settle(_asked(rows, moved, forms))
    balances = running_balances(ledger_entries(moved)).select(
        "holder_id", "mineral", "at", "balance_g", "missing_g", "came_in_g"
    )
    found = (
        asked.filter(pl.col("at").is_not_null())
        .sort("at", "declaration_id")
        .join_asof(
            balances.sort("at"), on="at", by=["holder_id", "mineral"], strategy="backward", check_sortedness=False
        )
        .select("declaration_id", "balance_g", "missing_g", "came_in_g")
    )
    judged = asked.join(settle(found), on="declaration_id", how="left").with_columns(
        pl.col("balance_g").fill_null(pl.when("is_named").then(0)),
        pl.col("missing_g").fill_null(pl.when("is_named").then(0)),
        pl.col("came_in_g").fill_null(pl.when("is_named").then(0)),
    )
    known = pl.col("came_in_g").is_not_null() & pl.col("needed_g").is_not_null()
    short = (pl.col("needed_g") - pl.col("balance_g")).clip(lower_bound=0) / pl.col("needed_g")
    before = pl.col("missing_g") / (pl.col("missing_g") + pl.col("came_in_g"))
    shortness = pl.max_horizontal(*(ramp(one, SHORT_FROM_SHARE, SHORT_FULL_SHARE) for one in (short, before)))
    sourceless = pl.col("came_in_g") <= 0
    evidence = judged.with_columns(
        no_source=pl.when(known).then(sourceless.cast(pl.Float64)),
        ledger_short=pl.when(known).then(shortness.fill_null(0.0)),
        ledger_covers=pl.when(known).then((~sourceless & (shortness == 0.0)).cast(pl.Float64)),
    )
    is_known = pl.col("came_in_g").is_not_null()
    return evidence.select(
        "declaration_id",
        *(pl.col(one.code).cast(pl.Float32) for one in REGISTRY),
        ledger_holder_id=pl.when(is_known).then("holder_id"),
        ledger_mineral=pl.when(is_known).then("mineral"),
        ledger_needed_kg=pl.when(is_known).then(pl.col("needed_g") / GRAMS),
        ledger_balance_kg=pl.col("balance_g") / GRAMS,
        ledger_missing_kg=pl.col("missing_g") / GRAMS,
    )


def _asked(rows: pl.LazyFrame, moved: pl.LazyFrame, forms: pl.DataFrame) -> pl.LazyFrame:
    """Say whose balance of which mineral is asked for, when, and how much is needed."""
    poorest = forms.lazy().group_by("mineral").agg(pl.col("metal_share").min())
    own = (
        moved.filter((pl.col("kind") == "exported") & pl.col("declaration_id").is_not_null())
        .join(rows.select("declaration_id", "declared_on"), on="declaration_id", how="inner")
        .filter(pl.col("moved_on") <= pl.col("declared_on"))
        .sort("declaration_id", "contained_g", "movement_id", descending=[False, True, False])
        .group_by("declaration_id", maintain_order=True)
        .agg(
            pl.col("holder_id", "mineral").first().name.prefix("own_"),
            pl.col("moved_on").min().alias("own_day"),
            pl.col("contained_g").sum().alias("own_g"),
        )
    )
    day = pl.coalesce("own_day", "declared_on").dt.epoch("d").cast(pl.Int64)
    exported = pl.col("direction") == "export"
    by_mass = (pl.col("net_kg") * pl.col("metal_share").fill_null(1.0) * GRAMS).round(0).cast(pl.Int64)
    return (
        rows.join(own, on="declaration_id", how="left")
        .with_columns(
            mineral=pl.coalesce("own_mineral", "mineral"), holder_id=pl.coalesce("own_holder_id", "exporter_id")
        )
        .join(poorest, on="mineral", how="left")
        .select(
            "declaration_id",
            "holder_id",
            "mineral",
            is_named=pl.col("own_day").is_not_null(),
            needed_g=pl.coalesce("own_g", pl.when(by_mass > 0).then(by_mass)),
            at=pl.when(pl.col("holder_id").is_not_null() & pl.col("mineral").is_not_null() & exported).then(
                day * STEPS + COMES_OUT_OF_WORK
            ),
        )
    )
