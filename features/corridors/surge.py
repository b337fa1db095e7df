"""Corridors origin > hub > destination: both legs rise together after a date, and the direct trade does not."""

from __future__ import annotations

import polars as pl

from features.corridors.donors import DONOR
from features.corridors.lanes import TRIAL
from features.corridors.trials import REAL
from features.corridors.watch import is_kept_from
from features.countries import UNSPECIFIED

CORRIDOR = (*TRIAL, "origin_iso3", "hub_iso3", "destination_iso3")
LARGER_LEG = 0.25  # weight of the leg that rose more: one leg's leap is worth little where the other stood still
FURTHEST_RISE = 5.0  # ln; a start from nothing is not endlessly far
LEAST_BASE_MONTHS = 6.0  # reported months before the date, on every leg that is compared
LEAST_POST_MONTHS = 2.0  # and after it: one month alone is too often a single lot

_LEG = (
    "n_pre",
    "n_post",
    "pre_mean",
    "post_sum",
    "post_max",
    "post_usd",
    "post_moment",
    "year_sum",
    "first_month",
    "event_step",
    "expected",
    "excess",
    "noise",
    "z",
    "pre_uv",
    "post_uv",
    "pre_importer_share",
    "post_importer_share",
    "grown_mean",
    "floor",
)


def _leg(
    lanes: pl.LazyFrame, *, start: str, end: str, prefix: str, extra: tuple[str | pl.Expr, ...] = ()
) -> pl.LazyFrame:
    return lanes.select(
        *TRIAL,
        pl.col("exporter_iso3").alias(start),
        pl.col("importer_iso3").alias(end),
        *(pl.col(name).alias(f"{prefix}_{name}") for name in _LEG),
        *extra,
    )


_IN_AMOUNTS = (
    "pre_mean",
    "post_sum",
    "post_max",
    "post_moment",
    "year_sum",
    "expected",
    "excess",
    "noise",
    "grown_mean",
    "floor",
)


def at_the_other_legs_price(legs: pl.LazyFrame) -> pl.LazyFrame:
    """A leg that nobody weighed carried, at its value, what the other leg's price says: relabelling keeps the price.

    An estimated mass rests on the code's usual price, which may be a tenth or ten times that of the goods in question.
    `legs` with `in_*` and `out_*` columns. Of goods of one code, counted in kg, the amounts of a leg without any
    measured mass before or after are turned into what its value would weigh at the other leg's unit value after. Adds
    `in_scale out_scale`, by which the amounts were multiplied (1 where both legs were weighed, or neither). Source:
    what is merely relabelled keeps its price but for 10 to 15 % (indicators.md 9).
    """
    one_code = ~pl.col("mineral").cast(pl.String).str.contains(";", literal=True)
    scales = []
    for leg, other in (("in", "out"), ("out", "in")):
        unweighed = pl.col(f"{leg}_pre_uv").is_null() & pl.col(f"{leg}_post_uv").is_null()
        scale = pl.col(f"{leg}_post_usd") / (pl.col(f"{leg}_post_sum") * pl.col(f"{other}_post_uv"))
        usable = pl.col("is_mass") & one_code & unweighed & (scale > 0) & scale.is_finite()
        scales.append(pl.when(usable).then(scale.round_sig_figs(9)).otherwise(1.0).alias(f"{leg}_scale"))
    return legs.with_columns(scales).with_columns(
        pl.col(f"{leg}_{name}") * pl.col(f"{leg}_scale") for leg in ("in", "out") for name in _IN_AMOUNTS
    )


def joint_rise(in_rise: pl.Expr, out_rise: pl.Expr) -> pl.Expr:
    """Both legs carried more than would be expected: ln rise of the lesser leg, and a quarter of the greater one's.

    `in_rise`, `out_rise`: ln((moved + floor)/(expected + floor)). Unbounded, above 0 where both rose; with one leg
    known, that leg stands for both. Null where neither is. Source: this project; weights were fixed on nickel trials
    with seeds 100 and 101 (tests/benchmarks/power.py), never on those reported.
    """
    lesser, greater = pl.min_horizontal(in_rise, out_rise), pl.max_horizontal(in_rise, out_rise)
    return lesser.clip(-FURTHEST_RISE, FURTHEST_RISE) + LARGER_LEG * greater.clip(-FURTHEST_RISE, FURTHEST_RISE)


def _rises() -> tuple[pl.Expr, pl.Expr]:
    """Rise in ln of each leg, as far as the same mass can have passed both: into the hub, then on to this destination.

    What a hub sends on came in, and what came in is sent on once: a leg counts up to what it was expected to carry
    and the other leg's amount, and more inflow counts by this destination's part of all that rose from the hub beyond
    its noise. A hub that makes the good, or keeps it, raises one leg alone. With the outflow unknown, all of the inflow
    counts. Source: re-routing bound min(inflow, outflow), indicators.md 9.
    """
    own = pl.col("out_excess").clip(lower_bound=0.0)
    part = pl.when(own > 0).then(own / (own + pl.col("out_beside"))).otherwise(1.0).fill_null(1.0)
    more = pl.col("in_excess").clip(lower_bound=0.0) * part
    most = pl.min_horizontal(more, "out_post_sum")
    came = pl.min_horizontal("in_post_sum", pl.col("in_expected") + most)
    left = pl.min_horizontal("out_post_sum", pl.col("out_expected") + part * pl.col("in_post_sum"))
    floor = pl.col("floor")
    return (
        ((came + floor) / (pl.col("in_expected") + floor)).log(),
        ((left + floor) / (pl.col("out_expected") + floor)).log(),
    )


def risen_beside(lanes: pl.LazyFrame) -> pl.LazyFrame:
    """Add `beside`: what rose beyond its noise from the same country to other destinations, over the same months."""
    risen = pl.when(pl.col("excess") > pl.col("noise")).then("excess").otherwise(0.0)
    whole = risen.sum().round(3).over(*TRIAL, "exporter_iso3")
    return lanes.with_columns((whole - risen).clip(lower_bound=0.0).alias("beside"))


def corridor_surges(lanes: pl.LazyFrame, scope: pl.LazyFrame) -> pl.LazyFrame:
    """Goods reached the hub from the origin, and left it for the destination, in excess of what would be expected.

    `lanes` from `excess_over_expected`; `scope`: one row per `mineral` (and `look`, if it has the column) with `legs`
    (both, in: which legs anybody reports), `origins`, `destinations` and `hubs` (lists; empty: all) and `everywhere`
    (month numbers of events after which every destination is looked at). A corridor is looked at where its legs had at
    least six reported months before and two after, and each carried a material amount after, whatever direct trade
    did: what it lost only weighs (`direct_fall`). Placebo trials run over every hub and destination; with
    `with_donors`, from other senders of the good as well.
    Columns: `surge` (`joint_rise` of what can have passed both legs), `surge_z` (the smaller of the two legs' z), legs
    as `in_*` (origin to hub), `out_*` (hub to destination) and `direct_*`, `out_beside` (what rose beyond its noise
    from the hub to others), `in_scale out_scale` (`at_the_other_legs_price`), `excess` (smaller of the two) and its
    `noise`, `rerouted` = min(inflow, outflow), an upper bound, `deficit` of direct trade (null where nothing fell),
    `direct_fall` (part of it that was lost, in [0, 1]; 0 where unknown or immaterial), `is_novel` (nothing left for the
    destination in the year before), `new_share` (part of what left, or with one leg came in, that would not be
    expected, in [0, 1]). Source: indicators.md 9, 11, 12, 13.
    """
    material = pl.col("post_sum") >= pl.col("floor")
    legs = at_the_other_legs_price(_paired_legs(_inflow(lanes.filter(material), scope), _outflow(lanes, material)))
    n_pre, n_post = (pl.min_horizontal(f"in_n_{span}", f"out_n_{span}") for span in ("pre", "post"))
    is_told = (n_pre >= LEAST_BASE_MONTHS) & (n_post >= LEAST_POST_MONTHS)
    direct = _leg(lanes.filter("is_from_origin"), start="origin_iso3", end="destination_iso3", prefix="direct")
    whole = pl.col("direct_pre_mean") * pl.col("direct_n_post")
    fallen = pl.when(pl.col("direct_n_post") > 0).then(whole - pl.col("direct_post_sum"))
    has_fallen = (whole >= pl.col("direct_floor")) & (fallen > 0)
    lost = pl.when(has_fallen).then((fallen / whole).clip(0.0, 1.0)).fill_null(0.0)
    in_is_less = pl.col("out_excess").is_null() | (pl.col("in_excess") <= pl.col("out_excess"))
    before = pl.col("out_year_sum").fill_null(pl.col("in_year_sum"))
    usual, moved = pl.coalesce("out_expected", "in_expected"), pl.coalesce("out_post_sum", "in_post_sum")
    return (
        legs.filter(_is_in_scope() & is_told)
        .join(direct, on=[*TRIAL, "origin_iso3", "destination_iso3"], how="left")
        .with_columns(pl.max_horizontal("in_floor", "out_floor").alias("floor"))
        .with_columns(
            joint_rise(*_rises()).round(9).alias("surge"),
            pl.min_horizontal("in_z", "out_z").alias("surge_z"),
            pl.when(in_is_less).then("in_excess").otherwise("out_excess").alias("excess"),
            pl.when(in_is_less).then("in_noise").otherwise("out_noise").alias("noise"),
            pl.min_horizontal("in_post_sum", "out_post_sum").alias("rerouted"),
            pl.when(fallen > 0).then(fallen).alias("deficit"),
            lost.alias("direct_fall"),
            (before <= 0.0).alias("is_novel"),
            (1.0 - usual / moved).clip(0.0, 1.0).round(9).alias("new_share"),
        )
        .drop("destinations", "hubs", "origins", "everywhere")
    )


def _inflow(lanes: pl.LazyFrame, scope: pl.LazyFrame) -> pl.LazyFrame:
    """Lanes from the origins into hubs, with what each watch covers; a watched origin is no placebo origin."""
    extra = ("is_mass", "reach", "post_from", "post_to")
    inflow = _leg(lanes.filter("is_from_origin"), start="origin_iso3", end="hub_iso3", prefix="in", extra=extra)
    per = [name for name in ("mineral", "look") if name in scope.collect_schema().names()]
    is_donor = pl.col("trial").str.starts_with(DONOR)
    return inflow.join(scope, on=per, how="left").filter(
        ~(is_donor & pl.col("origins").list.contains(pl.col("origin_iso3")))
    )


def _outflow(lanes: pl.LazyFrame, material: pl.Expr) -> pl.LazyFrame:
    """Lanes out of hubs, beside what rose from them to others: an immaterial rise is one of those."""
    sent_on = risen_beside(lanes.filter(~pl.col("is_from_origin"))).filter(material)
    beside = pl.col("beside").alias("out_beside")
    return _leg(sent_on, start="hub_iso3", end="destination_iso3", prefix="out", extra=(beside,))


def _paired_legs(inflow: pl.LazyFrame, outflow: pl.LazyFrame) -> pl.LazyFrame:
    """Join both legs at the hub; where nobody but the origins reports, the destination stays unspecified."""
    both = (
        inflow.filter(pl.col("legs") == "both")
        .join(outflow, on=[*TRIAL, "hub_iso3"], how="left")
        .filter(pl.col("destination_iso3").is_not_null())
    )
    only_in = inflow.filter(pl.col("legs") == "in").with_columns(
        pl.lit(UNSPECIFIED).alias("destination_iso3"),
        *(pl.lit(None, dtype=pl.Int32 if name == "first_month" else pl.Float64).alias(f"out_{name}") for name in _LEG),
    )
    return pl.concat([both, only_in], how="diagonal_relaxed")


def _is_in_scope() -> pl.Expr:
    """The way is through a third country that the watch covers; placebos run over every hub and destination."""
    is_real = pl.col("trial").str.starts_with(REAL)
    origin, hub, destination = (pl.col(f"{place}_iso3") for place in ("origin", "hub", "destination"))
    return (
        (hub != destination)
        & (origin != destination)
        & (~is_real | is_kept_from() | (destination == UNSPECIFIED))
        & (~is_real | (pl.col("hubs").list.len() == 0) | pl.col("hubs").list.contains(hub))
        & ~pl.col("destinations").list.contains(hub)
        & ~pl.col("origins").list.contains(hub)
        & ~pl.col("origins").list.contains(destination)
    )
