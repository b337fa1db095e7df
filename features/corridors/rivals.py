"""What else would explain a corridor: twelve honest readings, each scored in [0, 1] beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import polars as pl

from features.corridors.by_code import explained_by_code
from features.corridors.doubt import TWO_SIDES_LN
from features.corridors.hubs import (
    covered,
    leg_growth,
    leg_mean,
    ln_growth,
    origin_totals,
    others_growth,
    ratio_share,
    to_many,
    to_many_by_code,
    with_hub_totals,
)
from features.corridors.lanes import TRIAL
from features.corridors.migration import SIMILAR_LN, price_likeness
from features.corridors.mined import unsourced_mined
from features.corridors.own_use import own_use
from features.lookback import settle

RIVALS: dict[str, str] = {
    "rival_re_export": "lawful re-export: the hub has long passed such goods on, and passed more to everybody",
    "rival_production": "own production: the hub sends out more than came in, or goes on when no more comes, or sends "
    "ore to which none came, or sends to many countries at once",
    "rival_own_use": "own use: the hub kept most of what more came, and sent on little of it to anybody",
    "rival_stock_draw": "stock draw: goods left the hub without more having come in, and less each month",
    "rival_reporter": "change of reporting: its other trade moved alike, or another side's figures are read, or an "
    "importer names its partners on another basis",
    "rival_reclassification": "reclassification: goods moved here from another code of the lane, or began under this "
    "code in the month of the measure, declared openly by the origin and priced unlike the rest",
    "rival_neighbour": "booked under a neighbour: one side of a leg books here what the other, as before, books under "
    "a neighbouring code",
    "rival_single_lot": "one large lot: a single month carries nearly all of it, and it was not sent on whole",
    "rival_growth": "growth already under way: one of the legs grew before the measure, and merely went on",
    "rival_demand": "demand: the origin sent as much more to the destination itself, and to others",
    "rival_front_loading": "front-loading: what reached the hub after the measure had left the origin before it",
    "rival_other_goods": "other goods: what left the hub is priced unlike what came in",
}
STOPS_A_NAME = ("rival_neighbour", "rival_front_loading")
"""Readings that, where they lead, leave nothing to name: goods that are others and moved before, or left before."""
LONGEST_STAY = 2.5  # months: goods stay up to two (`comovement`), and a month is counted whole
LEADS_FROM = 0.6
"""A rival from this score on is named as the likelier reading."""


def origin_prices(lanes: pl.LazyFrame) -> pl.LazyFrame:
    """Take the usual unit value at which each origin sold the good before a date: median over its lanes, USD/kg."""
    return (
        lanes.filter("is_from_origin")
        .group_by(*TRIAL, pl.col("exporter_iso3").alias("origin_iso3"))
        .agg(pl.col("pre_uv").median().alias("usual_uv"), pl.len().cast(pl.Float64).alias("n_origin_lanes"))
    )


def score_rivals(
    corridors: pl.LazyFrame,
    lanes: pl.LazyFrame,
    falls: pl.LazyFrame,
    sides: Sequence[pl.LazyFrame],
) -> pl.LazyFrame:
    """Score the honest readings of each corridor, and name the strongest.

    `corridors` from `corridor_surges`, `lanes` from `excess_over_expected`, `falls` from `neighbour_falls` and
    `kindred_falls`, `sides`: what the two sides of each leg say, from `doubted_prices`, `rebooked_legs`,
    `rebased_legs`, `other_readings` and `shipped_before`. Adds the columns of `RIVALS`, each in [0, 1] and never null
    (0: nothing in the figures speaks for it; of several codes, those of the one that rose as well,
    `explained_by_code`), then `rival_strength` (the largest) and `leading_rival` (its name, null below 0.6).
    Source: indicators.md 15, 18; the scores are this project's own.
    """
    rows = with_hub_totals(corridors, lanes)
    for of_origin in (origin_prices(lanes), origin_totals(lanes)):
        rows = rows.join(of_origin, on=[*TRIAL, "origin_iso3"], how="left")
    for leg, start, end in (("in", "origin_iso3", "hub_iso3"), ("out", "hub_iso3", "destination_iso3")):
        for told in sides:
            values = {name: f"{leg}_{name}" for name in told.collect_schema().names() if name in _SIDES_SAY}
            own = told.rename({"exporter_iso3": start, "importer_iso3": end, **values})
            rows = rows.join(own, on=[*TRIAL, start, end], how="left")
    rows = settle(_moved_from(settle(rows.with_columns(other_side())), falls))
    rows = settle(to_many_by_code(rows, lanes))  # each is used several times below
    rows = unsourced_mined(rows, lanes).with_columns(
        _re_export().alias("rival_re_export"),
        _production().alias("rival_production"),
        own_use().alias("rival_own_use"),
        _stock_draw().alias("rival_stock_draw"),
        _reporter().alias("rival_reporter"),
        _reclassification().alias("rival_reclassification"),
        _neighbour().alias("rival_neighbour"),
        _single_lot().alias("rival_single_lot"),
        _growth().alias("rival_growth"),
        _demand().alias("rival_demand"),
        _front_loading().alias("rival_front_loading"),
        _other_goods().alias("rival_other_goods"),
    )
    return explained_by_code(settle(rows), list(RIVALS)).with_columns(strongest_rival())


_SIDES_SAY = ("other_uv", "rebooked_share", "rebased_share", "exporters_times", "shipped_before")


def other_side() -> list[pl.Expr]:
    """How many times more came, and less left, by the side that is not read: `in_times` and `out_times`, at least 1.

    As far as the importer's figure is the one read; 1 where that side tells no such thing, or nothing.
    """
    told = {"in": pl.col("in_exporters_times"), "out": 1.0 / pl.col("out_exporters_times")}
    return [
        (1.0 + (times.clip(lower_bound=1.0) - 1.0) * pl.col(f"{leg}_post_importer_share"))
        .fill_null(1.0)
        .alias(f"{leg}_times")
        for leg, times in told.items()
    ]


def strongest_rival() -> list[pl.Expr]:
    """Name the largest of the readings: `rival_strength` in [0, 1], and `leading_rival` (null below 0.6)."""
    strongest = pl.max_horizontal(list(RIVALS))
    name = pl.coalesce(pl.when(pl.col(code) == strongest).then(pl.lit(code)) for code in RIVALS)
    return [strongest.alias("rival_strength"), pl.when(strongest >= LEADS_FROM).then(name).alias("leading_rival")]


def _own_growth() -> pl.Expr:
    return leg_growth("out")


def _re_export() -> pl.Expr:
    """Part of its inflow that the hub passed on before, times how far its other customers got more as well.

    What left beyond what came, by more than two sides differ (`TWO_SIDES_LN`), was not passed on: the hub made it.
    """
    came, left = pl.col("all_in_pre"), pl.col("all_out_pre")
    passed_on = ratio_share(left, came) * ratio_share(came * math.exp(TWO_SIDES_LN), left)
    return passed_on * ratio_share(others_growth().clip(lower_bound=0.0), _own_growth())


def _production() -> pl.Expr:
    """Part of all that rose from the hub that the origin's inflow leaves open, where it sends out more than it gets.

    By the figures read, and as well by those of the other side of both legs (`other_side`): either may be right.
    Or that left as it is mined, where no such good had come (`unsourced_mined`). Of the part that may have come, as
    much as its buyers tell: that it sends to many at once (`to_many`), of the good or of those of its codes that rose
    (`to_many_by_code`). 1 − (1 − made)(1 − many): one is a part of the mass, the other a doubt of the rest of it.
    """
    uncovered = _uncovered(pl.col("out_excess") / pl.col("out_times") + pl.col("out_beside"))
    more = (pl.col("in_times") - 1.0) * pl.col("in_post_sum") / pl.col("in_n_post")
    less = (1.0 - 1.0 / pl.col("out_times")) * pl.col("out_post_sum") / pl.col("out_n_post")
    came, left = pl.col("all_in_post") + more, pl.col("all_out_post") - less
    net = ratio_share(left - came, left)
    own = pl.when(pl.col("out_excess") > 0).then(uncovered * net).fill_null(0.0)
    mined = ratio_share(pl.col("mined_unsourced"), pl.col("out_excess"))
    many = pl.max_horizontal(to_many(), pl.col("to_many_by_code").fill_null(0.0))
    return 1.0 - (1.0 - pl.max_horizontal(own, mined)) * (1.0 - many)


def _uncovered(risen: pl.Expr) -> pl.Expr:
    """Part of what rose out of the hub that the origin's inflow leaves open, by mass and by value alike: the lesser.

    What came is counted as the side of the leg that tells more of it does (`other_side`).
    Two sides weigh one flow differently, and codes mix cheap and dear goods: what came worth as much as what left may
    be the same goods, and what came weighing as much may have been refined. A lot that left as it had come is covered
    too, though lots like it came before (`_one_lot_through`).
    """
    came = pl.col("in_excess").clip(lower_bound=0.0) * pl.col("in_times")
    return 1.0 - pl.max_horizontal(covered(risen, by=came, leg="out", other="in"), _one_lot_through())


def _stock_draw() -> pl.Expr:
    """Part of the outflow's excess that more inflow does not cover, times how much earlier than evenly it left."""
    uncovered = _uncovered(pl.col("out_excess") / pl.col("out_times"))
    span = (pl.col("post_to") - pl.col("post_from")).cast(pl.Float64)
    centre = pl.when((span >= 2) & (pl.col("out_post_sum") > 0)).then(
        pl.col("out_post_moment") / pl.col("out_post_sum") / span
    )
    early = ((0.5 - centre) / 0.25).clip(0.0, 1.0).fill_null(0.0)
    return pl.when(pl.col("out_excess") > 0).then(uncovered * early).fill_null(0.0)


def _reporter() -> pl.Expr:
    """Largest change, on either leg, of the part read from the importer, as far as that can explain the leg's rise.

    Two sides' figures of one flow lie within `TWO_SIDES_LN` of each other: reading the other one explains no more.
    Or the part of a leg's excess that came with another basis of naming partners (`rebased_legs`).
    """
    changes = [
        pl.when((pl.col(f"{leg}_pre_mean") > 0) & (pl.col(f"{leg}_year_sum") > 0)).then(
            (pl.col(f"{leg}_post_importer_share") - pl.col(f"{leg}_pre_importer_share")).abs()
            * ratio_share(pl.lit(TWO_SIDES_LN), leg_growth(leg)).fill_null(0.0)
        )
        for leg in ("in", "out")
    ]
    alike = ratio_share(pl.min_horizontal(others_growth(), _inflow_growth()).clip(lower_bound=0.0), _own_growth())
    rebased = [pl.col(f"{leg}_rebased_share") for leg in ("in", "out")]
    return pl.max_horizontal(*changes, alike, *rebased).fill_null(0.0).clip(0.0, 1.0)


def _inflow_growth() -> pl.Expr:
    own_pre, own_post = pl.col("in_pre_mean"), pl.col("in_post_sum") / pl.col("in_n_post")
    monthly_floor = pl.col("floor") / pl.col("in_n_post")
    return ln_growth(pl.col("all_in_post") - own_post, pl.col("all_in_pre") - own_pre, monthly_floor)


def _reclassification() -> pl.Expr:
    """Part of the inflow's excess that other codes lost, or a start in the very month, openly and oddly priced.

    A measure brings licences that take weeks to get (45 working days by MOFCOM's rules), so more of the good being
    declared by the origin itself under the controlled code from the first month on is a change of code, the more so
    when its unit value is unlike what the origin's lanes of that code used to fetch (full at twofold, ln 2).
    """
    at_once = (pl.col("in_event_step") >= 0.5).fill_null(value=False)
    openly = 1.0 - pl.col("in_post_importer_share").fill_null(1.0)
    odd_price = ((pl.col("in_post_uv") / pl.col("usual_uv")).log().abs() / math.log(2.0)).clip(0.0, 1.0).fill_null(0.0)
    step = pl.when(at_once).then(openly * odd_price).otherwise(0.0)
    return pl.max_horizontal(pl.col("moved_from").fill_null(0.0), step)


def _moved_from(corridors: pl.LazyFrame, falls: pl.LazyFrame) -> pl.LazyFrame:
    """Add `moved_from`: the largest part of the inflow's excess that a neighbour or kindred code lost.

    Times how alike the two are priced (half where a price is unknown) and how far such a fall is no chance, or, where
    that is more, how many of the origin's other lanes moved so. In [0, 1]; null where no such code lost anything.
    """
    lane = [*TRIAL, "origin_iso3", "hub_iso3"]
    way = [*lane, "destination_iso3"]
    similar = price_likeness(pl.col("in_post_uv"), pl.col("neighbour_uv")).fill_null(0.5)
    told = pl.max_horizontal(similar * (1.0 - pl.col("chance_share")), "alike_share")
    part = ratio_share(pl.col("neighbour_fall"), pl.col("in_excess")) * told
    moved = (
        corridors.select(*way, "is_mass", "in_excess", "in_post_uv")
        .join(falls, on=lane)
        .filter(pl.col("neighbour_is_mass") == pl.col("is_mass"))
        .group_by(way)
        .agg(part.max().alias("moved_from"))
    )
    return corridors.join(moved, on=way, how="left")


def _neighbour() -> pl.Expr:
    """Part of a leg's excess that the other side books under a neighbouring code, as before: the larger of both legs.

    A corridor needs both legs to rise, so one that did not is enough.
    """
    parts = [
        ratio_share(pl.col(f"{leg}_rebooked_share") * pl.col(f"{leg}_post_sum"), pl.col(f"{leg}_excess"))
        for leg in ("in", "out")
    ]
    return pl.max_horizontal(parts)


def _single_lot() -> pl.Expr:
    """Part of the leg with the smaller excess that its largest month holds, from one half on; needs three months.

    As far as that lot was not passed on: one that came in and left again whole is what the corridor itself says.
    """
    out_is_less = (pl.col("out_excess") <= pl.col("in_excess")).fill_null(value=False)
    months = pl.when(out_is_less).then("out_n_post").otherwise("in_n_post")
    lot = pl.when(out_is_less).then(_in_one_month("out")).otherwise(_in_one_month("in"))
    return pl.when(months >= 3).then(lot).fill_null(0.0) * (1.0 - _passed_on())


def _in_one_month(leg: str) -> pl.Expr:
    """How far a leg's largest month holds all that it carried: 0 up to one half, 1 from nine tenths on."""
    return ((ratio_share(pl.col(f"{leg}_post_max"), pl.col(f"{leg}_post_sum")) - 0.5) / 0.4).clip(0.0, 1.0)


def _one_lot_through() -> pl.Expr:
    """How far all that moved on both legs was one lot that came in and left again whole; needs three months of each."""
    told = pl.min_horizontal("in_n_post", "out_n_post") >= 3
    return (
        pl.when(told).then(pl.min_horizontal(_in_one_month("in"), _in_one_month("out")) * _passed_on()).fill_null(0.0)
    )


def _growth() -> pl.Expr:
    """Part of the lesser leg's rise that is gone once both legs are measured from where earlier growth led them.

    `grown_to`: constant growth a month, fitted to the months before the measure and carried on at the slowest pace that
    they allow for. A leg without such growth keeps its whole rise; 0 where either did not rise.
    """
    rises, left = [], []
    for leg in ("in", "out"):
        floor = pl.col("floor") / pl.col(f"{leg}_n_post")
        moved, before = pl.col(f"{leg}_post_sum") / pl.col(f"{leg}_n_post"), pl.col(f"{leg}_pre_mean")
        rises.append(ln_growth(moved, before, floor))
        left.append(ln_growth(moved, pl.max_horizontal(before, f"{leg}_grown_mean"), floor))
    whole, rest = pl.min_horizontal(rises), pl.min_horizontal(left).clip(lower_bound=0.0)
    return pl.when(whole > 0).then(1.0 - (rest / whole).clip(0.0, 1.0)).fill_null(0.0)


def _demand() -> pl.Expr:
    """Part of the greater leg's rise that both the direct trade and all that the origin sent to others show.

    Goods that are kept from a destination go round; they do not go there straight as well. Only where direct trade rose
    beyond its noise; 0 where it, the hub's inflow or anything to others is unknown. Source: this project; with the
    direct lane alone a planted corridor of world hard 65 lost its place, and lumpy lanes double often.
    """
    own_pre = pl.col("direct_pre_mean").fill_null(0.0) + pl.col("in_pre_mean")
    own_post = leg_mean("direct").fill_null(0.0) + leg_mean("in")
    floor = pl.col("floor") / pl.col("in_n_post")
    others = ln_growth(
        (pl.col("origin_post") - own_post).clip(lower_bound=0.0),
        (pl.col("origin_pre") - own_pre).clip(lower_bound=0.0),
        floor,
    )
    grown = pl.min_horizontal(leg_growth("direct"), others)
    share = ratio_share(grown, pl.max_horizontal(leg_growth("in"), leg_growth("out")))
    has_risen = (pl.col("direct_excess") > pl.col("direct_noise")) & others.is_not_null()
    return pl.when(has_risen).then(share).fill_null(0.0)


def _front_loading() -> pl.Expr:
    """Part of the inflow's rise that had left the origin before the measure, as far as the importer's figure is read.

    An exporter's figure counts in the month in which the goods leave, an importer's in the month in which they come.
    """
    share = pl.col("in_shipped_before") * pl.col("in_post_importer_share")
    return pl.when(pl.col("in_excess") > 0).then(share).fill_null(0.0).clip(0.0, 1.0)


def _other_goods() -> pl.Expr:
    """How far the two legs' unit values lie apart: 0 within twofold, 1 from fourfold on, as where codes move.

    What is merely relabelled keeps its price but for a margin (indicators.md 9: 10 to 15 %). A good of several codes
    may change its form at the hub, and its price with it: twice as far, in ln, is allowed. Where a leg's two sides
    contradict each other in mass, either may be right: the nearest prices count.
    """
    band = pl.when(pl.col("mineral").str.contains(";", literal=True)).then(2.0 * SIMILAR_LN).otherwise(SIMILAR_LN)
    apart = pl.min_horizontal(
        (pl.col(left) / pl.col(came)).log().abs()
        for left in ("out_post_uv", "out_other_uv")
        for came in ("in_post_uv", "in_other_uv")
    )
    return ((apart - band) / band).clip(0.0, 1.0).fill_nan(0.0).fill_null(0.0)


def _passed_on() -> pl.Expr:
    """How far the largest month into the hub went on as the largest month out of it, in mass and in time.

    Two sides' figures of one lot lie within `TWO_SIDES_LN`; it leaves up to `LONGEST_STAY` months after it came. Time
    is told by the middle of each leg's window, so it says little of legs that carry much besides.
    """
    middles = [pl.col(f"{leg}_post_moment") / pl.col(f"{leg}_post_sum") for leg in ("in", "out")]
    stay = middles[1] - middles[0]
    beyond = pl.max_horizontal(-stay, stay - LONGEST_STAY).clip(lower_bound=0.0)
    apart = (pl.col("out_post_max") / pl.col("in_post_max")).log().abs() / TWO_SIDES_LN
    return ((1.0 - beyond).clip(0.0, 1.0) * (1.0 - apart).clip(0.0, 1.0)).fill_nan(0.0).fill_null(0.0)
