"""Masses that cannot be meant: tonnes told as kilograms, or the reverse, by one of two sides that agree in value."""

from __future__ import annotations

import math

import polars as pl

from features.corridors.amounts import month_number
from features.corridors.doubt import TWO_SIDES_LN

SIDES_APART_LN = math.log(30.0)
"""Two sides' USD/kg of one month: beyond half way (in ln) to a thousandfold, units differ rather than goods."""
USUAL_APART_LN = math.log(300.0)
"""From the code's usual USD/kg: wider, since a code mixes cheap and dear goods."""


def drop_misweighed(pairs: pl.LazyFrame) -> pl.LazyFrame:
    """Take masses in another unit for unmeasured: one wrong entry of a thousandfold would outweigh a whole market.

    `pairs` from `pair_mirrors`, of any codes. Where both sides agree in value but not in USD/kg (thirtyfold and more),
    the mass of the side further from the code's usual USD/kg becomes null, of both the told and the measured kind; so
    does any mass three hundredfold from that. Usual is the mean of the medians (ln) of the months of publication up to
    the row's own, so that later figures change no earlier answer. Adds `is_misweighed`. Source: indicators.md 3, 4;
    the limits are this project's own.
    """
    prices = {
        side: pl.when(pl.col(f"{side}_usd") > 0, pl.col(f"{side}_measured_kg") > 0).then(
            (pl.col(f"{side}_usd") / pl.col(f"{side}_measured_kg")).log()
        )
        for side in ("x", "m")
    }
    rows = pairs.with_columns(
        *(price.alias(f"{side}_price") for side, price in prices.items()),
        month_number(pl.col("known_from")).alias("known_month"),
    )
    told = rows.join(_usual(rows), on=["hs6", "known_month"], how="left")
    off = {side: (pl.col(f"{side}_price") - pl.col("usual_price")).abs() for side in ("x", "m")}
    same_value = (pl.col("m_usd") / pl.col("x_usd")).log().abs() <= TWO_SIDES_LN
    apart = same_value & ((pl.col("m_price") - pl.col("x_price")).abs() >= SIDES_APART_LN)
    wrong = {
        side: ((apart & (off[side] > off[other])) | (off[side] >= USUAL_APART_LN)).fill_null(value=False)
        for side, other in (("x", "m"), ("m", "x"))
    }
    cleared = [
        pl.when(~is_wrong).then(pl.col(f"{side}_{kind}")).alias(f"{side}_{kind}")
        for side, is_wrong in wrong.items()
        for kind in ("kg", "measured_kg")
    ]
    return told.with_columns(*cleared, (wrong["x"] | wrong["m"]).alias("is_misweighed")).drop(
        "x_price", "m_price", "usual_price", "known_month"
    )


def _usual(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Usual ln USD/kg of each code by month of publication, from the months up to it."""
    sides = [rows.select("hs6", "known_month", pl.col(f"{side}_price").alias("price")) for side in ("x", "m")]
    months = (
        pl.concat(sides)
        .filter(pl.col("price").is_not_null())
        .group_by("hs6", "known_month")
        .agg(pl.col("price").median(), pl.len().alias("n"))
        .sort("hs6", "known_month")
    )
    weighed = (pl.col("price") * pl.col("n")).cum_sum().over("hs6", order_by="known_month")
    n = pl.col("n").cum_sum().over("hs6", order_by="known_month")
    return months.select("hs6", "known_month", (weighed / n).round_sig_figs(9).alias("usual_price"))
