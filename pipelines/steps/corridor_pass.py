"""One pass of the corridor search: every corridor and placebo measured at a few months of looking."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from features.corridors import (
    Watch,
    comovement,
    corridor_surges,
    excess_over_expected,
    known_spans,
    lane_amounts,
    lane_windows,
    lay_trials,
    month_number,
    neighbour_codes,
    reported_marks,
    score_rivals,
    watched_codes,
    watched_places,
)
from features.corridors.afloat import shipped_before
from features.corridors.donors import DONOR, with_donors
from features.corridors.doubt import doubted_prices
from features.corridors.kindred import kindred_falls, neighbour_falls
from features.corridors.rebased import other_readings, rebased_legs
from features.corridors.rebooked import both_sides, rebooked_legs
from features.corridors.trials import REAL
from features.mirror import Margin
from pipelines.settings.corridors import CorridorSettings

STALE_MONTHS = 12  # since a window's last month was public: figures revised later are not looked at as if new
CIF_RATIO = math.exp(Margin().intercept)  # one ratio for all looks, so that no later figure changes an earlier look


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What every pass reads and none changes."""

    monthly: pl.DataFrame
    periods: pl.DataFrame
    published: pl.DataFrame
    """When each country first published anything of a month (`published_months`)."""
    watches: tuple[Watch, ...]
    codes: tuple[str, ...]
    kin: pl.DataFrame
    """Which codes are of one kind of good (`kindred_codes`)."""
    settings: CorridorSettings


PLACEBO = ("mineral", "look", "event", "trial", "legs", "surge", "in_z", "out_z", "reach", "post_to", "new_share")
"""What is kept of a placebo: they are many times as many as what is looked at."""


def measure_looks(
    ground: Ground, looks: Sequence[int], *, has_placebos: set[tuple[str, int]]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Measure every corridor, and every placebo (`PLACEBO`), at some looks; empty where there is nothing to compare.

    `has_placebos` (mineral and event) is added to, so that placebo dates are laid out once in a search.
    """
    monthly, named = ground.monthly.lazy(), watched_codes(ground.watches)
    known = known_spans(monthly, named, looks=looks)
    windows = ground.settings.windows.as_windows()
    trials = lay_trials(ground.watches, known, windows, has_placebos=has_placebos, with_recent=True)
    trials = _fresh(trials, ground, named)
    if trials.is_empty():
        return pl.DataFrame(), pl.DataFrame()
    dates = trials.filter(pl.col("trial").str.starts_with("placebo-") & (pl.col("trial") != "placebo-same"))
    has_placebos |= set(dates.select("mineral", "event").unique().iter_rows())
    used = _looks_of(trials)
    amounts = lane_amounts(monthly, named, looks=used, cif_ratio=CIF_RATIO).collect()
    marks = reported_marks(ground.periods.lazy(), named, looks=used).collect()
    sums = lane_windows(
        amounts.lazy(),
        trials.lazy(),
        marks.lazy(),
        material_usd=ground.settings.material_usd,
        material_share=ground.settings.material_share,
    )
    lanes = excess_over_expected(sums, _origins(ground.watches)).collect()
    surges = corridor_surges(with_donors(lanes.lazy()), _scope(ground.watches, amounts)).collect()
    if surges.is_empty():
        return pl.DataFrame(), pl.DataFrame()
    is_real = pl.col("trial").str.starts_with(REAL)
    real = surges.filter(is_real)
    placebos = _apart_from(surges.filter(~is_real), real).select(PLACEBO)
    if real.is_empty():
        return pl.DataFrame(), placebos
    tested = set(real["mineral"])
    near = neighbour_codes([one for one in ground.watches if one.name in tested], ground.codes)
    compared = trials.filter(is_real).lazy()
    sent = lanes.filter(is_real & pl.col("is_from_origin")).lazy()
    falls = [neighbour_falls(_neighbours(ground, trials.filter(is_real), real, near).lazy(), sent)]
    falls += [_kindred_falls(ground, compared, lanes.filter(is_real))]
    own = named.filter(pl.col("mineral").is_in(sorted(tested)))
    sides = both_sides(monthly, ground.published.lazy(), cif_ratio=CIF_RATIO)
    told = [
        doubted_prices(real.lazy(), monthly, own),
        rebooked_legs(real.lazy(), compared, sides, own, near),
        rebased_legs(real.lazy(), compared, sides, own),
        other_readings(real.lazy(), compared, sides, own),
        shipped_before(real.lazy(), compared, sides, own),
    ]
    said = [one.collect().lazy() for one in told]
    scored = score_rivals(real.lazy(), lanes.filter(is_real).lazy(), pl.concat(falls, how="vertical_relaxed"), said)
    return comovement(scored, amounts.lazy()).collect(), placebos


def _fresh(trials: pl.DataFrame, ground: Ground, named: pl.LazyFrame) -> pl.DataFrame:
    """Leave out what is looked at again though nothing newer has come for a year: a late revision is no new month."""
    months = (
        ground.monthly.lazy()
        .join(named, on="hs6", how="left")
        .filter(pl.col("mineral").is_not_null())
        .group_by("mineral", month_number(pl.col("period")).alias("post_to"))
        .agg(month_number(pl.col("known_from").min()).alias("public"))
        .collect()
    )
    rows = trials.join(months, on=["mineral", "post_to"], how="left", maintain_order="left")
    is_again = pl.col("trial").str.starts_with(REAL) | (pl.col("trial") == "placebo-same")
    is_stale = is_again & (pl.col("look") - pl.col("public") > STALE_MONTHS)
    return rows.filter(~is_stale.fill_null(value=False)).drop("public")


def _apart_from(placebos: pl.DataFrame, real: pl.DataFrame) -> pl.DataFrame:
    """Leave out placebo origins that share the last leg, in the same months, with a corridor that is looked at."""
    leg = ["mineral", "look", "event", "trial", "hub_iso3", "destination_iso3"]
    same_months = real.select(leg).unique().with_columns((pl.lit(DONOR) + pl.col("trial")).alias("trial"))
    return placebos.join(same_months, on=leg, how="anti")


def _neighbours(ground: Ground, trials: pl.DataFrame, real: pl.DataFrame, near: pl.LazyFrame) -> pl.DataFrame:
    """Measure the neighbouring codes over the same windows, on lanes from an origin to a hub looked at."""
    tested = set(real["mineral"])
    looks = _looks_of(real)
    # All that the origins sent, wherever it went: a good's usual USD/kg must not rest on which hubs a later look named.
    origins = {origin for one in ground.watches if one.name in tested for origin in one.origins}
    first_legs = ground.monthly.lazy().filter(pl.col("exporter_iso3").is_in(sorted(origins)))
    periods = ground.periods.lazy()
    amounts = lane_amounts(first_legs, near, looks=looks, cif_ratio=CIF_RATIO)
    marks = reported_marks(periods, near, looks=looks)
    windows = lane_windows(
        amounts,
        trials.lazy(),
        marks,
        material_usd=ground.settings.material_usd,
        material_share=ground.settings.material_share,
        at_like_prices=False,
    )
    return windows.collect()


def _kindred_falls(ground: Ground, compared: pl.LazyFrame, lanes: pl.DataFrame) -> pl.LazyFrame:
    """Measure what fell under kindred codes, wherever the origins sent them."""
    codes = ground.kin.select(pl.col("kin_hs6").alias("hs6")).unique().filter(pl.col("hs6").is_in(ground.codes))
    sent = lanes.filter("is_from_origin")
    first_legs = ground.monthly.lazy().filter(pl.col("exporter_iso3").is_in(sent["exporter_iso3"].unique().to_list()))
    named = codes.lazy().select(pl.col("hs6").alias("mineral"), "hs6")
    amounts = lane_amounts(first_legs, named, looks=sorted(sent["look"].unique()), cif_ratio=CIF_RATIO)
    return kindred_falls(sent.lazy(), compared, amounts, ground.kin.lazy()).collect().lazy()


def _looks_of(rows: pl.DataFrame) -> dict[str, list[int]]:
    """List the looks at which each good is compared with anything."""
    return dict(rows.group_by("mineral").agg(pl.col("look").unique()).iter_rows())


def _origins(watches: Sequence[Watch]) -> pl.LazyFrame:
    rows = [{"mineral": one.name, "exporter_iso3": code} for one in watches for code in one.origins]
    return pl.LazyFrame(rows, schema={"mineral": pl.String, "exporter_iso3": pl.String})


def _scope(watches: Sequence[Watch], amounts: pl.DataFrame) -> pl.LazyFrame:
    """Say what each watch covers, and whether anybody but its origins was known to export the good at each look."""
    sent = amounts.lazy().select(pl.col("mineral").cast(pl.String), "look", pl.col("exporter_iso3")).unique()
    own = _origins(watches).with_columns(pl.lit(value=True).alias("is_own"))
    both = (
        sent.with_columns(pl.col("exporter_iso3").cast(pl.String))
        .join(own, on=["mineral", "exporter_iso3"], how="left")
        .group_by("mineral", "look")
        .agg(pl.col("is_own").is_null().any().alias("is_both"))
    )
    legs = pl.when("is_both").then(pl.lit("both")).otherwise(pl.lit("in")).alias("legs")
    return both.select("mineral", "look", legs).join(watched_places(watches), on="mineral", how="left")
