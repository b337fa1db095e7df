"""Figures of a parcel that are compared with what is usual for the declared good."""

from __future__ import annotations

import polars as pl

from features.strength import ratio

QUANTITIES: tuple[str, ...] = ("unit_value", "density", "package", "tare", "lot")
"""Each has a log column `log_<quantity>` from `quantity_columns`."""
TARE_STEPS = 20.0


def unit_value_usd_per_kg() -> pl.Expr:
    """Declared value per kilogram of net mass; null where either is missing or zero. indicators.md 24."""
    return ratio(pl.col("value_usd"), pl.col("net_kg"))


def density_kg_m3() -> pl.Expr:
    """Net mass per cubic metre of goods; null where either is missing or zero. indicators.md 25."""
    return ratio(pl.col("net_kg"), pl.col("volume_m3"))


def kg_per_package() -> pl.Expr:
    """Net mass per package; null where either is missing or zero. indicators.md 26."""
    return ratio(pl.col("net_kg"), pl.col("n_packages").cast(pl.Float64))


def gross_net_ratio() -> pl.Expr:
    """Gross mass over net mass; null where either is missing or zero. indicators.md 26."""
    return ratio(pl.col("gross_kg"), pl.col("net_kg"))


def quantity_columns() -> list[pl.Expr]:
    """Build the figures and the logs that history is kept of.

    Packing is kept as `TARE_STEPS` times the log of gross / net, so that one bin is half a percent of the goods' mass:
    the log of the packing alone made a hundredth part of wrapping as odd as a third of hidden goods. Where gross is not
    above net it is judged apart.
    """
    tare, mass = gross_net_ratio(), pl.col("net_kg")
    return [
        unit_value_usd_per_kg().alias("unit_value_usd_per_kg"),
        density_kg_m3().alias("density_kg_m3"),
        kg_per_package().alias("kg_per_package"),
        gross_net_ratio().alias("gross_net_ratio"),
        unit_value_usd_per_kg().log().alias("log_unit_value"),
        density_kg_m3().log().alias("log_density"),
        kg_per_package().log().alias("log_package"),
        pl.when(tare >= 1.0).then(TARE_STEPS * tare.log()).alias("log_tare"),
        pl.when(mass > 0).then(mass.log()).alias("log_lot"),
    ]
