"""Beside the corridors: the hub's share of the origin's goods, by import figures and by declared consignments."""

from __future__ import annotations

import polars as pl

from features.corridors.consignments import consigned_shares, declared_shares
from features.mirror import consigned_imports
from pipelines.steps.corridor_bounds import corridor_windows


def hub_shares(flows: pl.LazyFrame, findings: pl.DataFrame, declarations: pl.DataFrame | None) -> pl.DataFrame:
    """Tell each corridor's hub share: `hub_share hub_share_before`, and with declarations also `declared_hub_share`."""
    if findings.is_empty():
        return pl.DataFrame()
    corridors = corridor_windows(findings)
    told = consigned_shares(consigned_imports(flows), corridors.lazy()).collect()
    if declarations is not None:
        own = declared_shares(declarations.lazy(), corridors.lazy()).collect()
        told = told.join(own, on="corridor_id", how="left")
    return corridors.select("corridor_id").join(told, on="corridor_id", how="left", maintain_order="left")


def with_hub_shares(corridors: pl.DataFrame, shares: pl.DataFrame) -> pl.DataFrame:
    """Put the hub's shares beside each corridor, as columns and, where they are known, as sentences."""
    if shares.is_empty():
        return corridors
    joined = corridors.join(shares, on="corridor_id", how="left", maintain_order="left")
    figures = pl.format(
        " By import figures that name both, {} % of what {} recorded as of {} was consigned from {} ({} in the year "
        "before).",
        _percent("hub_share"), "destination_iso3", "origin_iso3", "hub_iso3", _told("hub_share_before"),
    )  # fmt: skip
    words = [pl.when(pl.col("hub_share").is_not_null()).then(figures).otherwise(pl.lit(""))]
    if "declared_hub_share" in shares.columns:
        declared = pl.format(
            " Of {} declared consignments of {} goods for {}, {} % came through {} ({} in the year before).",
            "n_consignments", "origin_iso3", "destination_iso3", _percent("declared_hub_share"), "hub_iso3",
            _told("declared_hub_share_before"),
        )  # fmt: skip
        words.append(pl.when(pl.col("declared_hub_share").is_not_null()).then(declared).otherwise(pl.lit("")))
    return joined.with_columns(pl.concat_str("evidence", *words).alias("evidence"))


def _percent(name: str) -> pl.Expr:
    return (100 * pl.col(name)).round(0).cast(pl.Int64).cast(pl.String)


def _told(name: str) -> pl.Expr:
    known = pl.concat_str(_percent(name), pl.lit(" %"))
    return pl.when(pl.col(name).is_not_null()).then(known).otherwise(pl.lit("unknown"))
