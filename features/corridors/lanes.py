"""What a lane carried after a date beside what it carried before, and what it would have carried if nothing changed."""

from __future__ import annotations

import math

import polars as pl

from features.corridors.window_sums import window_sums
from features.lookback import settle

TRIAL = ("mineral", "look", "event", "trial")
LANE = (*TRIAL, "exporter_iso3", "importer_iso3")
ORDINARY_SPREAD = 0.52  # spread of ln(M/X) of honest lanes over a year (indicators.md 4): how far a mean is trusted
LARGEST_DONOR_RISE = 3.0  # a market that trebles is believed; beyond that the donors are themselves part of the case
FEWEST_DONORS = 5
DONORS_AT_HALF = 40  # so many lanes and their median is believed by half: few lumpy lanes say little of a market
SAME_GOOD_LN = math.log(2.0)  # a lane dearer than twice the usual carries another good of the code, as in `rivals`
STEP_FROM_SHARE = 0.1  # a start "from nothing": before the event at most a tenth of the first two months


def lane_windows(
    amounts: pl.LazyFrame,
    trials: pl.LazyFrame,
    marks: pl.LazyFrame,
    *,
    material_usd: float,
    material_share: float,
    at_like_prices: bool = True,
) -> pl.LazyFrame:
    """Sum each lane's months before and after each date compared, and count the months that were reported at all.

    `amounts` from `lane_amounts`, `trials` from `lay_trials`, `marks` from `reported_marks`. Per trial and lane:
    `n_pre n_post` (months that either side reported; a month without a row is then a zero), `pre_mean pre_sd` (a
    month), `post_sum post_max post_usd`, `event_step` (how far the first two months of the event already
    carried what the post window carries, from at most a tenth of it; in [0, 1]), `year_sum` (the twelve months before
    the post window), `grown_mean` (a month, by the middle of the post window, if growth before the event of a real
    trial went on; null without any), `first_month` (first month with trade in the post window), `pre_importer_share`
    and `post_importer_share` (part read from the importer), `pre_uv post_uv` (USD/kg, measured masses only), `floor`
    (amount below which a window is not material: `material_usd` or, where that is more, `material_share`, in [0, 1], of
    what the lesser of the lane's two ends traded of the good before, over as many months; it is turned into the lane's
    unit at the good's usual price, or at half the lane's own where that is dearer, since a code may hold dear goods
    beside cheap ones). Before means months at like prices (`window_sums`), unless
    `at_like_prices` is false, as for several codes under one name.
    """
    sums = window_sums(amounts.collect(), trials.collect(), marks.collect(), at_like_prices=at_like_prices)
    lanes = sums.lazy().with_columns(_shares())
    pre_mean = pl.when(pl.col("n_pre") > 0).then(pl.col("pre_sum") / pl.col("n_pre"))
    pre_sd = (pl.col("pre_squares") / pl.col("n_pre") - pre_mean * pre_mean).clip(lower_bound=0.0).sqrt()
    lanes = lanes.with_columns(pre_mean.alias("pre_mean"), pl.when(pl.col("n_pre") > 0).then(pre_sd).alias("pre_sd"))
    step = pl.when(pl.col("pre_mean") <= STEP_FROM_SHARE * pl.col("event_mean")).then(
        (pl.col("event_mean") * pl.col("n_post") / pl.col("post_sum")).clip(0.0, 1.0)
    )
    lanes = lanes.with_columns(pl.when(pl.col("post_sum") > 0).then(step.fill_null(0.0)).alias("event_step"))
    both_usd, both = pl.col("post_usd") + pl.col("pre_usd"), pl.col("post_sum") + pl.col("pre_sum")
    monthly_usd = pl.when(pl.col("n_pre") > 0).then(pl.col("pre_usd") / pl.col("n_pre"))
    lanes = settle(lanes)
    markets = lanes.group_by("trial_number").agg(
        pl.when(both_usd.sum() > 0).then((both.sum() / both_usd.sum()).round_sig_figs(9)).alias("amount_per_usd"),
    )
    n_months = pl.col("post_to") - pl.col("post_from") + 1
    ends = [monthly_usd.sum().round(3).over("trial_number", f"{side}_iso3") for side in ("exporter", "importer")]
    least_usd = pl.max_horizontal(pl.lit(material_usd), material_share * pl.min_horizontal(ends) * n_months)
    own = math.exp(SAME_GOOD_LN) * pl.coalesce(_amount_per_usd("post"), _amount_per_usd("pre"))
    per_usd = pl.min_horizontal(own, "amount_per_usd").fill_null(1.0)
    return (
        lanes.join(markets, on="trial_number", how="left")
        .with_columns((least_usd * per_usd).alias("floor"))
        .drop("base_from", "base_to", "base_mark", "post_mark", "past_from", "past_to")
        .drop("pre_squares", "trial_number")
        .drop(f"{span}_{name}" for span in ("pre", "post") for name in ("importers", "priced_kg", "priced_usd"))
    )


def _amount_per_usd(span: str) -> pl.Expr:
    """What a lane's trade amounts to per USD; null where either is 0."""
    amount, usd = pl.col(f"{span}_sum"), pl.col(f"{span}_usd")
    return pl.when((amount > 0) & (usd > 0)).then((amount / usd).round_sig_figs(9))


def _shares() -> list[pl.Expr]:
    """Part read from the importer, and unit value, before and after."""
    return [
        pl.when(pl.col(f"{span}_{whole}") > 0)
        .then(pl.col(f"{span}_{part}") / pl.col(f"{span}_{whole}"))
        .alias(f"{span}_{name}")
        for span in ("pre", "post")
        for part, whole, name in (("importers", "usd", "importer_share"), ("priced_usd", "priced_kg", "uv"))
    ]


def donor_rise(post_mean: pl.Expr, pre_mean: pl.Expr) -> pl.Expr:
    """How much the lanes not in question moved over the same months: their median ln ratio, shrunk, from 0 to ln 3.

    An aggregate over donor lanes; fewer than five give 0. A fall of the others never turns an ordinary flow into an
    excess, so it is not counted. Source: indicators.md 11 (first form: one robust donor movement).
    """
    moved = (post_mean / pre_mean).log().filter((pre_mean > 0) & (post_mean > 0))
    enough = pl.when(moved.len() >= FEWEST_DONORS).then(moved.median() * moved.len() / (moved.len() + DONORS_AT_HALF))
    return enough.fill_null(0.0).clip(0.0, math.log(LARGEST_DONOR_RISE))


def excess_over_expected(lanes: pl.LazyFrame, origins: pl.LazyFrame) -> pl.LazyFrame:
    """More moved on this lane than its own past, carried forward by what other lanes did, would lead one to expect.

    `origins`: `mineral`, `exporter_iso3` of the countries watched. Adds `is_from_origin`, `expected` and `excess` (sum
    over the post window, in the lane's amount unit), `noise` (its ordinary spread: the lane's own months, the trust in
    its mean, and the material floor) and `z` = excess/noise, above 0 where more moved. Null where no month before or
    after was reported. Source: indicators.md 11.
    """
    marked = lanes.join(
        origins.select("mineral", "exporter_iso3", pl.lit(value=True).alias("is_from_origin")),
        on=["mineral", "exporter_iso3"],
        how="left",
    ).with_columns(pl.col("is_from_origin").fill_null(value=False))
    after = pl.when(pl.col("n_post") > 0).then(pl.col("post_sum") / pl.col("n_post"))
    rise = donor_rise(after, pl.col("pre_mean")).alias("ln_rise")
    donors = marked.group_by(*TRIAL, "is_from_origin").agg(rise)
    n_post, n_pre, mean, spread = pl.col("n_post"), pl.col("n_pre"), pl.col("pre_mean"), pl.col("pre_sd")
    expected = mean * pl.col("ln_rise").exp() * n_post
    own = spread * spread * n_post * (1.0 + n_post / n_pre)
    noise = (own + (ORDINARY_SPREAD * expected).pow(2) + pl.col("floor").pow(2)).sqrt()
    usable = (n_post > 0) & (n_pre > 0)
    return (
        marked.join(donors, on=[*TRIAL, "is_from_origin"], how="left")
        .with_columns(
            pl.when(usable).then(expected).alias("expected"),
            pl.when(usable).then(noise).alias("noise"),
        )
        .with_columns((pl.col("post_sum") - pl.col("expected")).alias("excess"))
        .with_columns((pl.col("excess") / pl.col("noise")).round(9).alias("z"))
        .drop("ln_rise")
    )
