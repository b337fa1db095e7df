"""The state of every corridor at the start of each month, told as one strength for declarations."""

from __future__ import annotations

import polars as pl

from features.corridors.rivals import RIVALS

STATE_KEY = ("mineral", "hub_iso3", "destination_iso3", "as_of")
ORDINARY_P = 0.1  # one ordinary corridor in ten looks like this: strength 0
HARDLY_EXPLAINED_P = 0.001  # one in a thousand: strength 1; 0.5 lies at one in a hundred


def first_of_month(number: pl.Expr) -> pl.Expr:
    """First day of the month that `month_number` counted."""
    return pl.date(number // 12, number % 12 + 1, 1)


def surge_strength(p_value: pl.Expr, rival_strength: pl.Expr) -> pl.Expr:
    """Both legs of the corridor rose beyond what ordinary corridors do, and nothing honest explains it.

    Strength in [0, 1]: −log10 p from 1 (0) over 2 (0.5) to 3 (1), times one less the strongest rival. Null where the
    corridor was not tested. Source: this project; indicators.md 18 for the rivals.
    """
    odd = (-p_value.log10() + _log10(ORDINARY_P)) / (_log10(ORDINARY_P) - _log10(HARDLY_EXPLAINED_P))
    return odd.clip(0.0, 1.0) * (1.0 - rival_strength.fill_null(0.0).clip(0.0, 1.0))


def _log10(share: float) -> float:
    return {0.1: -1.0, 0.001: -3.0}[share]


def corridor_state(tests: pl.LazyFrame) -> pl.LazyFrame:
    """Tell each corridor's state before each month: its strength, the figures behind it, the rival readings.

    `tests`: `corridor_surges` with rivals, `p_value` and `q_value`, real trials only. Where a corridor was looked at
    for several measures or origins, the most telling is kept. Keys `mineral hub_iso3 destination_iso3 as_of`; columns
    `corridor_surge` and `hub_exposure` ([0, 1]), `corridor_id origin_iso3 corridor_event_on corridor_period
    corridor_excess corridor_unit corridor_p corridor_q corridor_rival`.
    """
    period = first_of_month(pl.col("post_to"))
    rival = pl.col("leading_rival").replace_strict(
        {code: words.split(":", 1)[0] for code, words in RIVALS.items()}, default=None, return_dtype=pl.String
    )
    rows = tests.with_columns(
        first_of_month(pl.col("look")).alias("as_of"),
        surge_strength(pl.col("p_value"), pl.col("rival_strength")).alias("corridor_surge"),
        period.alias("corridor_period"),
        first_of_month(pl.col("event")).alias("corridor_event_on"),
        corridor_name(period).alias("corridor_id"),
        pl.col("excess").clip(lower_bound=0.0).round(0).alias("corridor_excess"),
        pl.when("is_mass").then(pl.lit("kg")).otherwise(pl.lit("USD")).alias("corridor_unit"),
        pl.col("p_value").alias("corridor_p"),
        pl.col("q_value").alias("corridor_q"),
        rival.fill_null("none stands out").alias("corridor_rival"),
    )
    passed = pl.col("rerouted").filter(pl.col("out_post_sum").is_not_null()).sum()
    exposure = (
        rows.unique([*STATE_KEY, "event", "trial", "origin_iso3", "good"])
        .group_by("mineral", "hub_iso3", "as_of", "event", "trial", "good")
        .agg(
            pl.when(pl.col("out_post_sum").sum() > 0)
            # sums are taken in any order: their last digits differ from one run to the next
            .then((passed / pl.col("out_post_sum").sum()).clip(0.0, 1.0).round(9))
            .alias("hub_exposure")
        )
    )
    exposure = exposure.group_by("mineral", "hub_iso3", "as_of").agg(pl.col("hub_exposure").max())
    best = rows.sort(
        *STATE_KEY,
        "corridor_surge",
        "p_value",
        "event",
        "origin_iso3",
        "good",
        "trial",
        descending=[False] * 4 + [True, False, True, False, False, False],
        nulls_last=True,
    ).unique(list(STATE_KEY), keep="first", maintain_order=True)
    return best.join(exposure, on=["mineral", "hub_iso3", "as_of"], how="left").select(
        *STATE_KEY,
        "corridor_surge",
        "hub_exposure",
        "corridor_id",
        "origin_iso3",
        "corridor_event_on",
        "corridor_period",
        "corridor_excess",
        "corridor_unit",
        "corridor_p",
        "corridor_q",
        "corridor_rival",
    )


def corridor_name(period: pl.Expr) -> pl.Expr:
    """Name a corridor and month: mineral:origin>hub>destination:period."""
    return pl.format(
        "{}:{}>{}>{}:{}", "mineral", "origin_iso3", "hub_iso3", "destination_iso3", period.dt.strftime("%Y-%m")
    )
