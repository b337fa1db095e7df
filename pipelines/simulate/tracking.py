"""Material tracking as holders report it (the contract's movements table), and beside it what truly happened."""

from __future__ import annotations

import numpy as np
import polars as pl

from features.contracts import Movements
from pipelines.simulate.draws import Ints, scramble
from pipelines.simulate.movements import EXPORT, Setting
from pipelines.simulate.papers import identifiers_of

TRACKED_SHARE = {"house": 0.9, "other": 0.5}
"""Share of holders that report at all: those that export openly, and everybody else."""
LOST_SHARE = 0.12
"""Share of lots that left under another name which the books call lost; the rest are booked as sales at home."""


def movement_truth(world: Setting, papers: pl.DataFrame, rows: pl.DataFrame, ledger: pl.DataFrame) -> pl.DataFrame:
    """Write the whole ledger down: signed changes of stocks, contained metal, batches, declarations."""
    names = identifiers_of(papers, rows.height)
    bad = (rows["scheme"] >= 0).gather(ledger["movement"])
    return _dated(ledger).select(
        _numbers(world, ledger.height, "T"),
        "moved_on",
        "kind",
        "change",
        "holder_id",
        "counterparty_id",
        "mineral",
        "form",
        pl.col("net_kg").round(9),
        pl.col("metal_kg").round(9),
        "batch",
        names.gather(ledger["movement"]).alias("declaration_id"),
        bad.fill_null(value=False).alias("is_violation"),
    )


def tracked_movements(world: Setting, rows: pl.DataFrame, papers: pl.DataFrame, ledger: pl.DataFrame) -> pl.DataFrame:
    """Write what holders in China report: purchases, production, sales, open exports and counted stocks.

    Lots that left under another name, hidden or unseen stand there as sales at home or as lost, as the books of their
    holders say; nothing marks them.
    """
    open_paper = (
        (rows["paper"] == rows["good"])
        & (rows["code"] < 0)
        & (rows["host_kg"] == 0)
        & (rows["direction"] == EXPORT)
        & (rows["kg"] > 0)
    )
    at = ledger["movement"]
    names = identifiers_of(papers, rows.height)
    table = _dated(ledger).with_columns(
        open_paper.gather(at).alias("opened"), names.gather(at).alias("named"), _numbers(world, ledger.height, "M")
    )
    at_home = pl.col("holder_id").str.contains("^[0-9RS]")
    reported = table.filter(
        at_home
        & ~((pl.col("change") < 0) & pl.col("kind").is_in(["processed", "refined"]))
        & (pl.col("moved_on") < pl.lit(world.last_day, dtype=pl.Int32).cast(pl.Date))
    )
    is_house = pl.col("opened").fill_null(value=False).any().over("holder_id") | pl.col("holder_id").str.starts_with(
        "R"
    )
    booked = reported.schema["kind"]
    chance = pl.Series("chance", _chances(world, _mixed(reported["holder_id"])))
    hidden = (pl.col("kind") == "exported") & ~pl.col("opened").fill_null(value=False)
    figures = reported["movement_id"].str.slice(1).cast(pl.Int64).alias("figures")
    number = scramble(np.full(1, ord("M")), figures.to_numpy())
    lost = pl.Series("lost", _chances(world, number)) < LOST_SHARE
    return (
        reported.with_columns(is_house.alias("house"), chance, lost, _buyers(number), figures)
        .filter(pl.col("chance") < pl.when("house").then(TRACKED_SHARE["house"]).otherwise(TRACKED_SHARE["other"]))
        .with_columns(
            pl.when(hidden & pl.col("lost"))
            .then(pl.lit("lost", dtype=booked))
            .when(hidden)
            .then(pl.lit("sold", dtype=booked))
            .otherwise("kind")
            .alias("kind"),
            pl.when(hidden & ~pl.col("lost")).then("buyer").otherwise("counterparty_id").alias("counterparty_id"),
            pl.when((pl.col("kind") == "exported") & pl.col("opened")).then("named").alias("declaration_id"),
            pl.lit(None, dtype=pl.Float64).alias("purity_share"),
            pl.col("net_kg").round(3),
        )
        .sort("moved_on", "figures")
        .select(list(Movements.columns()))
    )


def _dated(ledger: pl.DataFrame) -> pl.DataFrame:
    return ledger.with_columns(pl.col("moved_on").cast(pl.Int32).cast(pl.Date))


def _numbers(world: Setting, rows: int, letter: str) -> pl.Series:
    at = np.arange(rows, dtype=np.int64) + 10**7 * world.part
    mixed = scramble(at, np.full(rows, ord(letter))) % 10**6  # a number tells neither order nor kind
    # one figure before, taken off again, keeps leading zeros
    figures = pl.Series("movement_id", (mixed + 10**6) * 10**9 + at).cast(pl.String).str.slice(1)
    return (letter + figures).alias("movement_id")


def _chances(world: Setting, number: Ints) -> np.ndarray:
    """Draw one number a name, always the same for the same name."""
    return scramble(number, np.full(1, world.seed)) / 2.0**63


def _buyers(number: Ints) -> pl.Series:
    """Name a buyer at home for a sale that never was, as any other buyer is named."""
    return ("D" + pl.Series(scramble(number) % 90_000_000 + 10_000_000).cast(pl.String)).alias("buyer")


def _mixed(names: pl.Series) -> Ints:
    """Turn each name into a whole number: its letter, and its figures."""
    letter = names.str.slice(0, 1).cast(pl.Binary).bin.reinterpret(dtype=pl.UInt8, endianness="little")
    figures = names.str.strip_chars_start("MRS").cast(pl.Int64)
    return scramble(letter.cast(pl.Int64).to_numpy(), figures.to_numpy())
