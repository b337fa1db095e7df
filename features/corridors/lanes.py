"""What a lane carried after a date beside what it carried before, and what it would have carried if nothing changed."""

from __future__ import annotations

import math

import polars as pl

TRIAL = ("mineral", "look", "event", "trial")
LANE = (*TRIAL, "exporter_iso3", "importer_iso3")
ORDINARY_SPREAD = 0.52  # spread of ln(M/X) of honest lanes over a year (indicators.md 4): how far a mean is trusted
LARGEST_DONOR_RISE = 3.0  # a market that trebles is believed; beyond that the donors are themselves part of the case
FEWEST_DONORS = 5
STEP_FROM_SHARE = 0.1  # a start "from nothing": before the event at most a tenth of the first two months
MATERIAL_SHARE = 0.002  # of a month's trade in the good: less than this a month moves no market


def lane_windows(
    amounts: pl.LazyFrame, trials: pl.LazyFrame, marks: pl.LazyFrame, *, material_usd: float
) -> pl.LazyFrame:
    """Sum each lane's months before and after each date compared, and count the months that were reported at all.

    `amounts` from `lane_amounts`, `trials` from `lay_trials`, `marks` from `reported_marks`. Per trial and lane:
    `n_pre n_post` (months that either side reported; a month without a row is then a zero), `pre_mean pre_sd` (a
    month), `post_sum post_max post_usd`, `event_step` (how far the first two months of the event already
    carried what the post window carries, from at most a tenth of it; in [0, 1]), `year_sum` (the twelve months before
    the post window), `first_month` (first month with trade in the post window), `pre_importer_share` and
    `post_importer_share` (part read from the importer),
    `pre_uv post_uv` (USD/kg, measured masses only), `floor` (amount below which a window is not material).
    """
    numbered = trials.lazy().with_row_index("trial_number")
    bounds = ["base_from", "base_to", "post_from", "post_to", "event"]
    places = amounts.select("exporter_iso3", "importer_iso3").unique().sort("exporter_iso3", "importer_iso3")
    places = places.with_row_index("place_number")
    rows = (
        amounts.join(places, on=["exporter_iso3", "importer_iso3"], how="left")
        .drop("exporter_iso3", "importer_iso3")
        .join(numbered.select("mineral", "look", "trial_number", *bounds), on=["mineral", "look"], how="left")
        .drop("mineral", "look")
        .filter(pl.col("trial_number").is_not_null())
    )
    sums = (
        _window_sums(rows)
        .join(places, on="place_number", how="left")
        .join(numbered, on="trial_number", how="left")
        .drop("place_number", "trial_number")
    )
    for side, country in (("X", "exporter_iso3"), ("M", "importer_iso3")):
        own = marks.filter(pl.col("side") == side).select(
            "mineral", "look", pl.col("reporter_iso3").alias(country), pl.col("marks").alias(f"marks_{side}")
        )
        sums = sums.join(own, on=["mineral", "look", country], how="left")
    either = pl.col("marks_X").fill_null(0) | pl.col("marks_M").fill_null(0)
    n_pre = (either & pl.col("base_mark")).bitwise_count_ones().cast(pl.Float64)
    n_post = (either & pl.col("post_mark")).bitwise_count_ones().cast(pl.Float64)
    lanes = sums.with_columns(n_pre.alias("n_pre"), n_post.alias("n_post"))
    pre_mean = pl.when(pl.col("n_pre") > 0).then(pl.col("pre_sum") / pl.col("n_pre"))
    pre_sd = (pl.col("pre_squares") / pl.col("n_pre") - pre_mean * pre_mean).clip(lower_bound=0.0).sqrt()
    lanes = lanes.with_columns(pre_mean.alias("pre_mean"), pl.when(pl.col("n_pre") > 0).then(pre_sd).alias("pre_sd"))
    step = pl.when(pl.col("pre_mean") <= STEP_FROM_SHARE * pl.col("event_mean")).then(
        (pl.col("event_mean") * pl.col("n_post") / pl.col("post_sum")).clip(0.0, 1.0)
    )
    lanes = lanes.with_columns(pl.when(pl.col("post_sum") > 0).then(step.fill_null(0.0)).alias("event_step"))
    both_usd, both = pl.col("post_usd") + pl.col("pre_usd"), pl.col("post_sum") + pl.col("pre_sum")
    markets = lanes.group_by(TRIAL).agg(
        pl.col("pre_mean").sum().alias("market"),
        pl.when(both_usd.sum() > 0).then(both.sum() / both_usd.sum()).alias("amount_per_usd"),
    )
    size = pl.max_horizontal(
        material_usd * pl.col("amount_per_usd").fill_null(1.0),
        MATERIAL_SHARE * pl.col("market") * (pl.col("post_to") - pl.col("post_from") + 1),
    )
    return (
        lanes.join(markets, on=list(TRIAL), how="left")
        .with_columns(size.alias("floor"))
        .drop("base_from", "base_to", "base_mark", "post_mark", "pre_squares", "market", "marks_X", "marks_M")
    )


def _window_sums(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Sum by trial and lane, with plain sums over months masked beforehand, which polars adds up fastest."""
    month, amount, usd = pl.col("month"), pl.col("amount"), pl.col("usd")
    before, after = month.is_between("base_from", "base_to"), month.is_between("post_from", "post_to")
    year = month.is_between(pl.col("post_from") - 12, pl.col("post_from") - 1)
    at_event = month.is_between(pl.col("event"), pl.col("event") + 1)

    def within(where: pl.Expr, value: pl.Expr) -> pl.Expr:
        return pl.when(where).then(value).otherwise(0.0)

    masked = rows.filter(before | after | year | at_event).select(
        "trial_number",
        "place_number",
        "is_mass",
        within(before, amount).alias("pre_sum"),
        within(before, amount * amount).alias("pre_squares"),
        within(before, usd).alias("pre_usd"),
        within(before, pl.col("importer_usd")).alias("pre_importers"),
        within(before, pl.col("priced_kg")).alias("pre_priced_kg"),
        within(before, pl.col("priced_usd")).alias("pre_priced_usd"),
        within(after, amount).alias("post_sum"),
        within(after, usd).alias("post_usd"),
        within(after, pl.col("importer_usd")).alias("post_importers"),
        within(after, pl.col("priced_kg")).alias("post_priced_kg"),
        within(after, pl.col("priced_usd")).alias("post_priced_usd"),
        within(after, amount * (month - pl.col("post_from"))).alias("post_moment"),
        within(year, amount).alias("year_sum"),
        (within(at_event, amount) / 2.0).alias("event_mean"),
        pl.when(after & (amount > 0)).then(month).alias("active_month"),
    )
    names = [name for name in masked.collect_schema().names()[3:] if name != "active_month"]
    sums = masked.group_by("trial_number", "place_number").agg(
        pl.col(names).sum().round(3),  # so that the order of addition decides nothing
        pl.col("post_sum").max().alias("post_max"),
        pl.col("active_month").min().alias("first_month"),
        pl.col("is_mass").first(),
    )
    shares = [
        pl.when(pl.col(f"{span}_{whole}") > 0)
        .then(pl.col(f"{span}_{part}") / pl.col(f"{span}_{whole}"))
        .alias(f"{span}_{name}")
        for span in ("pre", "post")
        for part, whole, name in (("importers", "usd", "importer_share"), ("priced_usd", "priced_kg", "uv"))
    ]
    return sums.with_columns(shares).drop(
        f"{span}_{name}" for span in ("pre", "post") for name in ("importers", "priced_kg", "priced_usd")
    )


def donor_rise(post_mean: pl.Expr, pre_mean: pl.Expr) -> pl.Expr:
    """How much the lanes not in question moved over the same months: their median ln ratio, from 0 to ln 3.

    An aggregate over donor lanes; fewer than five give 0. A fall of the others never turns an ordinary flow into an
    excess, so it is not counted. Source: indicators.md 11 (first form: one robust donor movement).
    """
    moved = (post_mean / pre_mean).log().filter((pre_mean > 0) & (post_mean > 0))
    enough = pl.when(moved.len() >= FEWEST_DONORS).then(moved.median())
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
    rise = donor_rise(pl.col("post_sum") / pl.col("n_post"), pl.col("pre_mean")).alias("ln_rise")
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
