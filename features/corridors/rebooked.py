"""Goods that two sides book under neighbouring codes: what rose in one code is what the other side told all along."""

from __future__ import annotations

import math

import polars as pl

from features.corridors.amounts import month_number
from features.corridors.doubt import TWO_SIDES_LN
from features.corridors.lanes import TRIAL
from features.corridors.migration import price_likeness

ORDINARY_PART = math.exp(-TWO_SIDES_LN)
"""One side tells less than this part of the other's figure in one of forty honest lanes: then the other is alone."""
FEWEST_PARTNERS = 2  # who tell the neighbouring code of trade with a reporter: one may be a lane kept secret
_LEG = (*TRIAL, "exporter_iso3", "importer_iso3")
_MONTHS = ("base_from", "base_to", "post_from", "post_to")
_SIDES = ("x", "m")


def rebooked_legs(
    corridors: pl.LazyFrame,
    trials: pl.LazyFrame,
    sides: pl.LazyFrame,
    codes: pl.LazyFrame,
    neighbours: pl.LazyFrame,
) -> pl.LazyFrame:
    """One side books here what the other books, as before, under a neighbouring code: no more moved than before.

    `corridors` from `corridor_surges`; `trials` from `lay_trials`; `sides` from `both_sides`; `codes` (watched) and
    `neighbours`: `mineral`, `hs6`. One row per leg (trial keys, `exporter_iso3`, `importer_iso3`) of which, in the
    months compared from the first in which the good is told on, as far as both sides have published by the look,

    - one side alone tells the good (the other less than `ORDINARY_PART` of it),
    - the other side alone tells a neighbouring code, and of a value within ordinary noise of the first,
    - and of that neighbour the first side tells as little of all its trade, out and in, though two partners tell of it:
      what a country books elsewhere it books so for all, while one lane may be kept secret, or misnamed by a trader.

    `rebooked_share`, in (0, 1]: of what is told of the good, the least of what either tells alone and of what either
    told under the neighbour before over as many months, less what the first still tells under it, times how alike the
    prices are (`price_likeness`; alike where unknown). What began under both codes at once is no old trade, so
    nothing of it is explained: goods that an origin misnames and a hub names rightly look so. Values are compared,
    since masses may be unknown. Source: indicators.md 3, 15; this project.
    """
    legs = _since_first_told(corridor_legs(corridors, trials), sides, codes)
    asked = told_by_sides(legs, sides, codes, by=list(_LEG)).with_columns(
        (pl.col("x_post") > pl.col("m_post")).alias("by_exporter")
    )
    told, silent = _side("post"), _side("post", other=True)
    asked = asked.filter(told > 0, silent < ORDINARY_PART * told).select(
        *_LEG, "by_exporter", told.alias("told"), (told - silent).alias("alone"), _price().alias("uv")
    )
    near = (
        told_by_sides(legs.join(asked.select(_LEG), on=_LEG, how="semi"), sides, neighbours, by=[*_LEG, "hs6"])
        .join(asked, on=_LEG, how="left")
        .join(legs, on=_LEG, how="left")
    )
    still, answered = told, silent - told  # of the neighbour it is the other side that tells
    alike = (answered / pl.col("alone")).log().abs() <= TWO_SIDES_LN
    n_pre, n_post = (pl.col(f"{span}_to") - pl.col(f"{span}_from") + 1 for span in ("base", "post"))
    before = pl.max_horizontal("x_pre", "m_pre") * n_post / n_pre - still
    moved = pl.min_horizontal("alone", answered, before).clip(lower_bound=0.0) / pl.col("told")
    likeness = price_likeness(pl.col("uv"), _price(other=True)).fill_null(1.0)
    found = near.filter(still < ORDINARY_PART * silent, alike, moved > 0).with_columns(
        (moved * likeness).alias("rebooked_share"),
        pl.when("by_exporter").then("exporter_iso3").otherwise("importer_iso3").alias("reporter_iso3"),
    )
    return (
        _untold_to_all(found, sides)
        .group_by(_LEG)
        .agg(pl.col("rebooked_share").max())
        .filter(pl.col("rebooked_share") > 0)
    )


def published_months(periods: pl.LazyFrame) -> pl.LazyFrame:
    """Say when each country first published anything of a month: `reporter_iso3 side month first`, month numbers.

    `periods` from the mirror room's `reported_periods`; `side`: X (exports) or M (imports).
    """
    return (
        periods.filter(pl.col("freq") == "M")
        .group_by("reporter_iso3", "side", month_number(pl.col("period")).alias("month"))
        .agg(month_number(pl.col("available_from").min()).alias("first"))
    )


def both_sides(pairs: pl.LazyFrame, published: pl.LazyFrame, *, cif_ratio: float) -> pl.LazyFrame:
    """Lay both sides' monthly figures out in months: `x m` (USD, FOB; 0 where not told) and `x_kg m_kg` (measured).

    Of `m`, `m_based` is named by origin or consignment, as far as the importer says which, and `m_consigned` by the
    latter.

    `pairs` from `pair_mirrors`, `published` from `published_months`, `cif_ratio`: CIF over FOB, taken off imports. Keys
    `hs6 exporter_iso3 importer_iso3 month`; known from after month `known_month` to month `until_month` (null: still);
    `both_month`: the month in which both countries had first published anything of that month.
    """
    is_fob = pl.col("m_valuation").is_in(["FOB", "customs"])
    usd = {"x": pl.col("x_usd"), "m": pl.when(is_fob).then("m_usd").otherwise(pl.col("m_usd") / cif_ratio)}
    rows = pairs.filter(pl.col("freq") == "M").select(
        "hs6",
        "exporter_iso3",
        "importer_iso3",
        month_number(pl.col("period")).alias("month"),
        month_number(pl.col("known_from")).alias("known_month"),
        month_number(pl.col("known_to")).alias("until_month"),
        *(usd[side].fill_null(0.0).alias(side) for side in _SIDES),
        *(pl.col(f"{side}_measured_kg").fill_null(0.0).alias(f"{side}_kg") for side in _SIDES),
        *(
            pl.when(pl.col("m_basis").is_in(bases)).then(usd["m"]).fill_null(0.0).alias(name)
            for name, bases in (("m_based", ["origin", "consignment"]), ("m_consigned", ["consignment"]))
        ),
    )
    for side, country in (("X", "exporter_iso3"), ("M", "importer_iso3")):
        own = published.filter(pl.col("side") == side).select(
            pl.col("reporter_iso3").alias(country), "month", pl.col("first").alias(f"{side}_month")
        )
        rows = rows.join(own, on=[country, "month"], how="left")
    known = pl.col("X_month").is_not_null() & pl.col("M_month").is_not_null()
    both = pl.when(known).then(pl.max_horizontal("X_month", "M_month"))
    return rows.with_columns(both.alias("both_month")).drop("X_month", "M_month")


def corridor_legs(corridors: pl.LazyFrame, trials: pl.LazyFrame) -> pl.LazyFrame:
    """List the legs of the corridors, each with the months compared."""
    ways = (("origin_iso3", "hub_iso3"), ("hub_iso3", "destination_iso3"))
    legs = [
        corridors.select(*TRIAL, pl.col(start).alias("exporter_iso3"), pl.col(end).alias("importer_iso3"))
        for start, end in ways
    ]
    return pl.concat(legs).unique().join(trials.select(*TRIAL, *_MONTHS), on=list(TRIAL), how="left")


def _since_first_told(legs: pl.LazyFrame, sides: pl.LazyFrame, codes: pl.LazyFrame) -> pl.LazyFrame:
    """Begin the months compared with the first in which the good is told: a code may change amid a window."""
    first = (
        sides.filter(pl.max_horizontal(*_SIDES) > 0)
        .join(legs.join(codes, on="mineral"), on=["exporter_iso3", "importer_iso3", "hs6"])
        .filter(pl.col("month").is_between("post_from", "post_to"), is_known_to_both())
        .group_by(_LEG)
        .agg(pl.col("month").min().alias("first"))
    )
    return legs.join(first, on=_LEG).drop("post_from").rename({"first": "post_from"})


def is_known_to_both() -> pl.Expr:
    """Known by the look, in a month of which both countries had by then published anything."""
    still = pl.col("until_month").is_null() | (pl.col("until_month") >= pl.col("look"))
    return (pl.col("known_month") < pl.col("look")) & (pl.col("both_month") < pl.col("look")) & still


def told_by_sides(legs: pl.LazyFrame, sides: pl.LazyFrame, codes: pl.LazyFrame, *, by: list[str]) -> pl.LazyFrame:
    """Sum what each side told of the legs, before (`x_pre m_pre`) and after, in USD; and what it weighed after."""
    before, after = (pl.col("month").is_between(f"{span}_from", f"{span}_to") for span in ("base", "post"))
    sums = [pl.col(side).filter(months).sum().round(2).alias(f"{side}_{span}")
            for side in _SIDES for span, months in (("pre", before), ("post", after))]  # fmt: skip
    for side in _SIDES:
        weighed = after & (pl.col(f"{side}_kg") > 0)
        sums += [pl.col(side).filter(weighed).sum().round(2).alias(f"{side}_priced")]
        sums += [pl.col(f"{side}_kg").filter(weighed).sum().round(3).alias(f"{side}_kg")]
    return (
        sides.join(legs.join(codes, on="mineral"), on=["exporter_iso3", "importer_iso3", "hs6"])
        .filter(before | after, is_known_to_both())
        .group_by(by)
        .agg(sums)
    )


def _untold_to_all(found: pl.LazyFrame, sides: pl.LazyFrame) -> pl.LazyFrame:
    """Keep what a reporter tells as little of in all its trade under that neighbour, while partners tell more."""
    window = ["look", "post_from", "post_to", "reporter_iso3", "hs6"]
    ways = (("exporter_iso3", "importer_iso3", "x", "m"), ("importer_iso3", "exporter_iso3", "m", "x"))
    trade = pl.concat(
        sides.select("hs6", "month", "known_month", "until_month", "both_month", pl.col(one).alias("reporter_iso3"),
                     pl.col(other).alias("partner_iso3"), pl.col(mine).alias("own"), pl.col(theirs).alias("theirs"))
        for one, other, mine, theirs in ways
    )  # fmt: skip
    totals = (
        trade.join(found.select(window).unique(), on=["reporter_iso3", "hs6"])
        .filter(pl.col("month").is_between("post_from", "post_to"), is_known_to_both())
        .group_by(window)
        .agg(
            pl.col("own", "theirs").sum().round(2),
            pl.col("partner_iso3").filter(pl.col("theirs") > 0).n_unique().alias("n_partners"),
        )
        .filter(pl.col("n_partners") >= FEWEST_PARTNERS, pl.col("own") < ORDINARY_PART * pl.col("theirs"))
    )
    return found.join(totals.select(window), on=window, how="semi")


def _side(name: str, *, other: bool = False) -> pl.Expr:
    """Take the column of the side that tells the good alone, or of the other one."""
    x, m = ("m", "x") if other else ("x", "m")
    return pl.when("by_exporter").then(f"{x}_{name}").otherwise(f"{m}_{name}")


def _price(*, other: bool = False) -> pl.Expr:
    """USD/kg at which a side weighed it after; null where it weighed nothing."""
    kg = _side("kg", other=other)
    return pl.when(kg > 0).then(_side("priced", other=other) / kg)
