"""Judging corridors: p-values against placebos known by then, one false-discovery rate over all looked at."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import polars as pl

from features.corridors.donors import DONOR
from features.corridors.lanes import ORDINARY_SPREAD
from features.corridors.rivals import LEADS_FROM, STOPS_A_NAME
from features.corridors.state import ORDINARY_P
from models.discovery import SMALLEST_POOL_FOR_TAIL, Floats, Method, placebo_p_values, q_values

CELL = ("mineral", "look", "event", "origin_iso3", "hub_iso3", "destination_iso3")
LANES = ("mineral", "origin_iso3", "hub_iso3", "destination_iso3")
CORRIDOR = ("mineral", "event", "origin_iso3", "hub_iso3", "destination_iso3")


REACHES = (2, 4, 6, 12)  # months from a date to the end of its window: trade drifts, so like is compared with like
EARLY_REACH = 6
EARLY_LOOKS, LATER_LOOKS = 3.5, 12.0
"""So many independent looks stand for those of the first half year since a measure, and for all later ones.

The later number also stands for all looks at the latest half year (trials "real-recent"), a measure of its own.
Looks one month apart share most of their months, so counting each (24) would overpay, and counting only those made so
far does not hold over all of them. On null worlds (seeds 61 to 63, 114, 115, 126, 127, 132 and 133), where something
is left to name, the smallest of a corridor's p-values lay below 0.001 for 2.1 times as many corridors in the first half
year as one look promises, 5.2 times in the months after it and 3.6 times at the latest half year: 2.1/3.5 + 5.2/12 is
1.0, and 3.6/12 is below it. Worlds lie far apart (1.6/3.5 + 3.4/12 is 0.7 in the first three, 2.8/3.5 + 7.8/12 is 1.5
in the last two), since one lot is the first leg of many ways: the 24 corridors of the last two's months after the half
year lead through 10 hubs. None was named in any. Printed by `python -m tests.benchmarks.corridors_found --world null
--seeds 61 62 63 114 115 126 127 132 133`, and by fewer seeds."""
NEW_FROM = 0.9
"""From this part of what left that would not be expected, a way is a new one: a start from nothing, as of lanes."""
MOST_PAIRS = 1_000  # placebos whose legs' errors an interval is read from: its ends rest on fifty of them each
CELLS_AT_ONCE = 1_000
NEW_WAYS_OF_DIVERSIONS = 0.5  # half of them: where nothing is known, either is as likely (indicators.md 13)
WEIGHT_OF_LOST_TRADE = 3.0  # weight of a corridor whose direct trade ceased, beside one whose direct trade did not fall


@dataclass(frozen=True, slots=True)
class Rule:
    """When a corridor is named, and with which placebos it is compared."""

    level: float = 0.10
    method: Method = "benjamini_yekutieli"
    own_pool_from: int = 300
    interval_share: float = 0.90


def judge_corridors(surges: pl.DataFrame, placebos: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """Give each real corridor and look its p-value, q-value, the interval of its excess, and the look it was named at.

    `surges`: `corridor_surges` of real trials; `placebos`: of the others, of which `mineral look event trial legs surge
    in_z out_z reach post_to new_share` are read. A look is compared only with placebos of its own and earlier looks,
    with as many legs and (where there are 100) about as many months: all of them, and its own good's where there are
    enough; its q-value counts every corridor, measure and look up to it, and nothing later, so that a
    later look never changes an earlier answer. Of several measures at a look the most telling carries the q-value, the
    others 1. Adds `p_value`, `q_value`, `n_placebos`, `n_placebos_as_far` (how many of them rose at least so),
    `excess_low excess_high` (excess less `excess_errors`), `new_odds` (`new_way_odds`, of which the q-value knows
    nothing), `first_look` (first look with q at or below the level; null: never). Without any placebo p is null, and
    nothing is named.
    """
    distance = pl.sum_horizontal((pl.col("reach") > last).cast(pl.Int32) for last in REACHES)
    real = surges.with_columns(distance.alias("distance")).sort(*CELL, "trial")
    # looks at which no newer month was public repeat the comparison before them: it counts once
    first = pl.col("look") == pl.col("look").min().over("mineral", "event", "trial", "post_to")
    known = placebos.with_columns(distance.alias("distance")).filter(first)
    parts = [
        _against(group, _comparable(known, group), rule)
        for group in real.partition_by("look", "legs", "distance", maintain_order=True)
    ]
    if not parts:
        columns = dict.fromkeys(("p_value", "excess_low", "excess_high", "q_value", "new_odds"), pl.Float64)
        empty = real.with_columns(pl.lit(None, dtype=kind_of).alias(name) for name, kind_of in columns.items())
        return empty.with_columns(
            pl.lit(0, dtype=pl.Int64).alias("n_placebos"),
            pl.lit(None, dtype=pl.Int64).alias("n_placebos_as_far"),
            pl.lit(None, dtype=pl.Int32).alias("first_look"),
        )
    against = pl.concat(parts).with_columns(new_way_odds(pl.col("new_of_chance")).alias("new_odds"))
    judged = _with_q(against.drop("new_of_chance").sort(*CELL, "trial"), rule)
    named = (
        judged.filter(pl.col("q_value") <= rule.level).group_by(CORRIDOR).agg(pl.col("look").min().alias("first_look"))
    )
    return judged.join(named, on=list(CORRIDOR), how="left", maintain_order="left")


def _comparable(placebos: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """Keep the placebos known by the cells' look, with the same legs and, where enough, as far from their past."""
    known = placebos.filter(pl.col("legs") == cells["legs"][0], pl.col("look") <= cells["look"][0])
    as_far = known.filter(pl.col("distance") == cells["distance"][0])
    return as_far if as_far.height >= SMALLEST_POOL_FOR_TAIL else known


def _against(cells: pl.DataFrame, placebos: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """Compare one look's corridors with everybody's placebos, and more closely where there are enough of closer ones.

    Closer are those of the watched origins themselves, whose goods rise further in one case of a hundred than other
    senders', and of these and others those of the good itself: goods differ in how lumpy they are. But close placebos
    are few lanes at overlapping dates, and a quiet pool says little of how far its corridors can rise. So p is the
    mean of both p-values, the closer one weighed by its pool and the wider one by `own_pool_from`: everybody's
    placebos stand for so many more of its own.
    """
    parts = []
    fair = placebos.drop_nulls("surge")
    tail = (1.0 - rule.interval_share) / 2.0
    p = placebo_p_values(cells["surge"], fair["surge"], overlap=True) if fair.height else np.full(cells.height, np.nan)
    of_origins = fair.filter(~pl.col("trial").str.starts_with(DONOR))
    everywhere = _closer((p, _new_ways(fair)), cells, of_origins, rule)
    for group in cells.with_columns(pl.Series("p_value", everywhere[0])).partition_by("mineral", maintain_order=True):
        own = fair.filter(pl.col("mineral") == group["mineral"][0])
        p, new_share = _closer((group["p_value"].to_numpy(), everywhere[1]), group, own, rule)
        low, high = excess_errors(group, own if own.height >= rule.own_pool_from else fair, tail)
        parts.append(
            group.with_columns(
                pl.Series("p_value", p, nan_to_null=True, dtype=pl.Float64),
                pl.lit(fair.height, dtype=pl.Int64).alias("n_placebos"),
                _as_far(group["surge"], fair["surge"]),
                (pl.col("excess") - pl.Series(high)).fill_nan(None).alias("excess_low"),
                (pl.col("excess") - pl.Series(low)).fill_nan(None).alias("excess_high"),
                pl.lit(new_share).alias("new_of_chance"),
            )
        )
    return pl.concat(parts)


def excess_errors(cells: pl.DataFrame, placebos: pl.DataFrame, tail: float) -> tuple[Floats, Floats]:
    """Tell how far each corridor's excess may lie below and above the mass that passed: two errors, in its own unit.

    The excess is the lesser of two legs', so its error is the lesser of two errors: those of the placebos' pairs of
    legs, each in its own noises (`in_z`, `out_z`), at the noises of the corridor's legs (`in_noise`, `out_noise`), less
    `tail` at either end. And what passed is read from one side's figures, from which the other side's lie away by a
    factor (`ORDINARY_SPREAD`, in ln): as far as that goes, less `tail`, the excess itself may be too small or too
    large. Both are taken as independent. NaN without placebos. Source: indicators.md 4 for the spread.
    """
    pairs = placebos.drop_nulls("in_z").sort("in_z", "out_z").select("in_z", "out_z")
    if pairs.is_empty():
        return np.full(cells.height, np.nan), np.full(cells.height, np.nan)
    pairs = pairs.gather_every(-(-pairs.height // MOST_PAIRS))
    in_z, out_z = (pairs[name].cast(pl.Float64).to_numpy() for name in ("in_z", "out_z"))
    in_noise, out_noise = (cells[name].cast(pl.Float64).to_numpy()[:, None] for name in ("in_noise", "out_noise"))
    ends = [
        np.quantile(np.fmin(in_noise[rows] * in_z, out_noise[rows] * out_z), [tail, 1.0 - tail], axis=1)
        for rows in np.array_split(np.arange(cells.height), -(-cells.height // CELLS_AT_ONCE))
    ]
    low, high = np.concatenate(ends, axis=1)
    middle, half = (low + high) / 2.0, (high - low) / 2.0
    read = np.clip(cells["excess"].cast(pl.Float64).to_numpy(), 0.0, None)
    factor = float(np.exp(ORDINARY_SPREAD * NormalDist().inv_cdf(1.0 - tail)))
    return middle - np.hypot(half, read * (factor - 1.0)), middle + np.hypot(half, read * (1.0 - 1.0 / factor))


def _as_far(surges: pl.Series, placebos: pl.Series) -> pl.Series:
    """Count the placebos that rose at least as far; null where the corridor's own rise is unknown."""
    beyond = len(placebos) - placebos.sort().search_sorted(surges.fill_null(0.0), side="left")
    counted = pl.Series("n_placebos_as_far", beyond, dtype=pl.Int64)
    return counted.to_frame().select(pl.when(surges.is_not_null()).then(counted)).to_series()


def _closer(wider: tuple[Floats, float], cells: pl.DataFrame, pool: pl.DataFrame, rule: Rule) -> tuple[Floats, float]:
    """Blend p-values, and how often chance goes a new way, with those of a closer pool, where that is large enough."""
    if pool.height < rule.own_pool_from:
        return wider
    share = pool.height / (pool.height + rule.own_pool_from)
    p = placebo_p_values(cells["surge"], pool["surge"], overlap=True)
    return share * p + (1.0 - share) * wider[0], share * _new_ways(pool) + (1.0 - share) * wider[1]


def _new_ways(placebos: pl.DataFrame) -> float:
    """Tell how many of the placebos that rose most, a tenth, went a new way; one more of each kind, so never 0 or 1."""
    n_most = int(np.ceil(ORDINARY_P * placebos.height))
    if n_most == 0:
        return 0.5
    rise = placebos["surge"].to_numpy()
    most = rise >= np.partition(rise, -n_most)[-n_most]
    is_new = placebos["new_share"].to_numpy()[most] >= NEW_FROM
    return float((is_new.sum() + 1.0) / (is_new.size + 2.0))


def new_way_odds(new_of_chance: pl.Expr) -> pl.Expr:
    """Tell how much likelier a diversion is than chance to have gone by a way as new, or as old, as this one.

    Likelihood ratio: half of diversions over the part `new_of_chance` of chance rises where the way is new, and half
    over the rest where it is not. A way is new where nine tenths of what left would not be expected, and both legs
    rose as one ordinary corridor in ten does (`p_value` up to 0.1). Null where p is. Source: indicators.md 13; the half
    is an assumption, what chance does is measured.
    """
    is_new = (pl.col("new_share") >= NEW_FROM).fill_null(value=False) & (pl.col("p_value") <= ORDINARY_P)
    chance = pl.when(is_new).then(new_of_chance).otherwise(1.0 - new_of_chance)
    diversions = pl.when(is_new).then(NEW_WAYS_OF_DIVERSIONS).otherwise(1.0 - NEW_WAYS_OF_DIVERSIONS)
    return pl.when(pl.col("p_value").is_not_null()).then(diversions / chance)


def _with_q(cells: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """Adjust for every measure and look at which a corridor is ever tried, then for every corridor looked at by then.

    Measures and looks of one corridor rest on much the same months. Its p-value is multiplied by the number of measures
    at this look that compare other months (Bonferroni) and by a number of looks that is fixed beforehand
    (`EARLY_LOOKS`, `LATER_LOOKS`), so that the smallest over all looks is a p-value still, whenever one stops. The
    family is of corridors, not of months. Where the goods are known to be others', or to have left before the measure
    (`STOPS_A_NAME`), p counts as 1 here.
    """
    ordered = cells.with_row_index("at")
    is_early = (pl.col("reach") <= EARLY_REACH) & (pl.col("trial") == "real")
    n_looks = pl.when(is_early).then(EARLY_LOOKS).otherwise(LATER_LOOKS)
    # Lost direct trade makes a diversion likelier beforehand; it moves no leg, so p-values keep their meaning.
    weight = 1.0 + (WEIGHT_OF_LOST_TRADE - 1.0) * pl.col("direct_fall").fill_null(0.0)
    tests = pl.struct("surge", "reach").filter(pl.col("p_value").is_not_null())
    is_stopped = (pl.max_horizontal(STOPS_A_NAME) >= LEADS_FROM).fill_null(value=False)
    open_p = pl.when(is_stopped & pl.col("p_value").is_not_null()).then(1.0).otherwise("p_value")
    tried = ordered.with_columns(
        n_looks.alias("n_looks"),
        tests.n_unique().over(*LANES, "look").alias("n_measures"),
        weight.alias("weight"),
        open_p.alias("open_p"),
    )
    once = (
        tried.filter(pl.col("p_value").is_not_null())
        .sort("look", *LANES, "open_p", "event", "n_looks", "weight")  # as many p-values are alike at their least
        .unique([*LANES, "look"], keep="first", maintain_order=True)
        .with_columns((pl.col("open_p") * pl.col("n_looks") * pl.col("n_measures")).clip(0.0, 1.0).alias("p"))
    )
    q = np.full(ordered.height, np.nan)
    seen: set[tuple[object, ...]] = set()
    for group in once.partition_by("look", maintain_order=True):
        now = set(group.select(LANES).iter_rows())
        gone = len(seen - now)  # looked at before and no longer: they count, and can be named no more
        seen |= now
        p = np.concatenate([group["p"].to_numpy(), np.ones(gone)])
        weights = np.concatenate([group["weight"].to_numpy(), np.ones(gone)])
        q[group["at"].to_numpy()] = q_values(p, weights=weights, method=rule.method)[: group.height]
    return cells.with_columns(pl.Series("q_value", q, nan_to_null=True, dtype=pl.Float64).fill_null(1.0)).with_columns(
        pl.when(pl.col("p_value").is_not_null()).then("q_value").alias("q_value")
    )
