"""Declarations disturbed as an evader or a poor file would: hidden words, missing columns, forged figures."""

from __future__ import annotations

import polars as pl

LOOK_ALIKE = {"a": "а", "e": "е", "o": "о", "c": "с", "p": "р", "x": "х", "y": "у", "i": "і"}
POOR = ("volume_m3", "gross_kg", "n_packages", "package_type", "n_containers", "container_type", "route")
"""Columns that poor files lack most."""
IDENTITIES = ("exporter_id", "exporter_name", "consignee_id", "consignee_name", "declarant_id")


def disturbances(rows: pl.DataFrame, history: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Each disturbance of `rows` by name; figures are forged to the medians of the declared heading in `history`."""
    text = pl.col("description")
    letters = text.str.replace_many(list(LOOK_ALIKE), list(LOOK_ALIKE.values()))
    spaced = text.str.replace_all(r"([A-Za-z])([A-Za-z])", "$1\u200b$2")
    return {
        "as declared": rows,
        "look-alike letters": rows.with_columns(letters),
        "hidden marks between letters": rows.with_columns(spaced),
        "no description": rows.with_columns(pl.lit(None, dtype=pl.String).alias("description")),
        "no packing, volume or route": _without(rows, POOR),
        "no parties": _without(rows, IDENTITIES),
        "forged price and density": forged(rows, history),
    }


def forged(rows: pl.DataFrame, history: pl.DataFrame) -> pl.DataFrame:
    """Value and volume as usual for the declared six digits and mass, so that price and density say nothing."""
    heading = pl.col("hs_code").cast(pl.String).str.head(6)
    usual = (
        history.select(
            hs6=heading,
            price=pl.when(pl.col("net_kg") > 0).then(pl.col("value_usd") / pl.col("net_kg")),
            room=pl.when(pl.col("net_kg") > 0).then(pl.col("volume_m3") / pl.col("net_kg")),
        )
        .group_by("hs6")
        .agg(pl.col("price", "room").median())
    )
    placed = rows.with_columns(hs6=heading).join(usual, on="hs6", how="left", maintain_order="left")
    return placed.with_columns(
        value_usd=pl.coalesce(pl.col("price") * pl.col("net_kg"), pl.col("value_usd")),
        volume_m3=pl.coalesce(pl.col("room") * pl.col("net_kg"), pl.col("volume_m3")),
    ).select(rows.columns)


def _without(rows: pl.DataFrame, names: tuple[str, ...]) -> pl.DataFrame:
    lost = [name for name in names if name in rows.columns]
    return rows.with_columns(pl.lit(None, dtype=rows.schema[name]).alias(name) for name in lost)
