"""Background trade: bilateral flows of every heading among all places, most of which no sampled declaration shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.simulate.calendar_of_controls import NEVER
from pipelines.simulate.draws import Bools, Floats, Ints, stream
from pipelines.simulate.honest import COLLAPSE, FRONT_LOADING, RECOVERY
from pipelines.simulate.legs import WAYS
from pipelines.simulate.movements import SEA, Setting
from pipelines.simulate.rivals import RIVAL_LANES, rival_lanes, rival_usd
from pipelines.simulate.routes import travel_days
from pipelines.simulate.seasons import month_factors

ORDINARY_LANES = 0.25
"""Lanes of headings that touch no mineral, relative to the others: statistics of interest are kept whole."""
EXTRA = 3
"""Months drawn before the first published one, so that arrivals of its first months have a source."""
CHINA_AS_SELLER = 22.0  # relative size as an exporter, on the scale of `demand`
CHINA_AS_BUYER = 3.0  # of these goods, which it mostly makes itself
NEAR_ZERO_PRODUCERS = ("THA", "MYS", "MEX", "VNM", "SGP", "HKG", "ARE", "TUR", "KAZ", "LAO")  # minerals.yaml near_zero


@dataclass(frozen=True)
class Headings:
    """Six-digit headings with their price and the share of their trade that is controlled."""

    codes: list[str]
    usd_per_kg: Floats
    """By heading and month, history and extra months included."""
    controlled: Floats
    """Share of the heading's trade that is in controlled goods."""
    licensed_from: Ints
    """First day on which that share needs a licence."""
    good: Ints
    """The heading's controlled good, or its main one."""
    touches_mineral: Bools
    """Which headings hold a controlled good or an honest relative of one."""


def six_digit_headings(world: Setting, prices: Floats) -> Headings:
    """Fold goods into six-digit headings; `prices` holds goods by month."""
    hs6 = np.array([code[:6] for code in world.goods.texts("hs_code")])
    weight = world.goods.floats("weight")
    is_controlled = np.array(world.goods.texts("role")) == "controlled"
    codes = sorted(set(hs6.tolist()))
    touches = is_controlled | np.array([bool(mineral) for mineral in world.goods.texts("mineral")])
    price, share, licensed, good, near = [], [], [], [], []
    for code in codes:
        rows = np.flatnonzero(hs6 == code)
        price.append(np.exp(np.average(np.log(prices[rows]), axis=0, weights=weight[rows])))
        share.append(float(weight[rows][is_controlled[rows]].sum() / weight[rows].sum()))
        licensed.append(int(world.rules.licensed_from[rows].min()))
        first = rows[np.argsort(~is_controlled[rows], kind="stable")]
        good.append(int(first[0]))
        near.append(bool(touches[rows].any()))
    return Headings(codes, np.array(price), np.array(share), np.array(licensed), np.array(good), np.array(near))


@dataclass(frozen=True)
class Lanes:
    """Country pairs and headings that trade with each other."""

    seller: Ints
    buyer: Ints
    head: Ints


def background_trade(world: Setting, months: Ints, prices: Floats) -> pl.DataFrame:
    """Draw departures and arrivals of all lanes: reporter, partner, hs6, month (position), kg, usd, direction.

    `months` are the first days of the extra, history and world months and of the month after; `prices` go with them.
    """
    rng = stream(world.root, "background")
    heads = six_digit_headings(world, prices)
    lanes = _lanes(world, rng, heads)
    seller, buyer, head = lanes.seller, lanes.buyer, lanes.head
    shape = (len(seller), len(months) - 1)
    size = _seller_size(world)[seller] * _buyer_size(world)[buyer]
    middle = world.config.statistics.lane_median_usd_per_month
    base = middle * np.exp(1.5 * rng.normal(size=shape[0])) * np.sqrt(size / np.median(size))
    near_zero = np.isin(seller, world.places.positions(*NEAR_ZERO_PRODUCERS)) & (heads.controlled[head] > 0.5)
    base = np.where(near_zero, 0.08 * base, base)
    calendar = month_factors(months)
    drift = np.exp(np.cumsum(0.04 * rng.normal(size=shape), axis=1) + 0.38 * rng.normal(size=shape))
    empty = rng.random(shape) < np.clip(0.45 - 0.14 * np.log(base / 15_000.0), 0.0, 0.6)[:, None]
    usd = base[:, None] * calendar[None, :] * drift * ~empty
    usd *= _after_controls(world, heads, lanes, months)
    usd *= _growing_hub(world, seller, months)
    usd[-RIVAL_LANES:] = rival_usd(world, rng, float(np.median(base)), months)
    packing = np.exp(0.15 * rng.normal(size=(shape[0], 1)) + 0.06 * rng.normal(size=shape))
    kg = usd / heads.usd_per_kg[head] * packing
    trip = travel_days(world, seller, buyer, np.full(shape[0], SEA)) + 9.0
    whole = np.minimum((trip // 30.4).astype(np.int64), EXTRA - 1)
    later = np.clip(trip / 30.4 - whole, 0.0, 1.0)[:, None]
    arrived_kg, arrived_usd = _arrive(kg, whole, later), _arrive(usd, whole, later)
    return pl.concat(
        [_long("export", lanes, kg, usd, heads.codes), _long("import", lanes, arrived_kg, arrived_usd, heads.codes)]
    )


def _seller_size(world: Setting) -> Floats:
    size = world.places.demand.copy()
    size[0] = CHINA_AS_SELLER
    return size


def _buyer_size(world: Setting) -> Floats:
    size = world.places.demand.copy()
    size[0] = CHINA_AS_BUYER
    return size


def _lanes(world: Setting, rng: np.random.Generator, heads: Headings) -> Lanes:
    places, count = len(world.places.codes), len(heads.codes)
    size = _seller_size(world)
    pull = np.sqrt(size[:, None] * _buyer_size(world)[None, :])
    chance = np.clip(world.config.statistics.lane_share * pull / pull.mean(), 0.0, 0.85)
    chance[0, :] = np.clip(chance[0, :] * 2.5, 0.0, 0.9)
    np.fill_diagonal(chance, 0.0)
    dense = np.where(heads.touches_mineral, 1.0, ORDINARY_LANES)
    there = rng.random((count, places, places)) < chance[None, :, :] * dense[:, None, None]
    head, seller, buyer = np.nonzero(there)
    extra = rival_lanes(world, heads.codes)
    seller, buyer, head = (np.concatenate(both) for both in zip((seller, buyer, head), extra, strict=True))
    return Lanes(seller.astype(np.int64), buyer.astype(np.int64), head.astype(np.int64))


def _after_controls(world: Setting, heads: Headings, lanes: Lanes, months: Ints) -> Floats:
    """Multiply by front-loading, collapse and recovery of Chinese exports; other producers rise a little."""
    seller, buyer, head = lanes.seller, lanes.buyer, lanes.head
    start = heads.licensed_from[head][:, None]
    since = (months[None, :-1] - start) / 30.4
    controlled = heads.controlled[head][:, None]
    from_china = (seller == 0)[:, None]
    level = np.where(since < -2.2, 1.0, np.where(since < -0.2, FRONT_LOADING, np.where(since < 3, COLLAPSE, RECOVERY)))
    refused = world.rules.is_refused(heads.good[head][:, None], buyer[:, None], months[None, :-1])
    level = np.where(refused, 0.0, level)
    others = np.where((since > 3) & (start < NEVER), 1.25, 1.0)
    return np.asarray(1 - controlled * (1 - np.where(from_china, level, others)))


def _growing_hub(world: Setting, seller: Ints, months: Ints) -> Floats:
    """Multiply the exports of one honest entrepôt that grows through the world (a rival explanation)."""
    place = growing_hub(world)
    middle = (world.first_day + world.last_day) / 2
    ramp = 1 + 1.8 / (1 + np.exp(-(months[:-1] - middle) / 60.0))
    return np.where((seller == place)[:, None], ramp[None, :], 1.0)


def growing_hub(world: Setting) -> int:
    """Name the honest entrepôt that grows."""
    hubs = ("ARE", "SGP", "NLD", "MYS")
    return world.places.position(hubs[int(stream(world.root, "growing hub").integers(0, len(hubs)))])


def _arrive(left: Floats, whole: Ints, later: Floats) -> Floats:
    """Move departures to the months of their arrival."""
    column = np.arange(left.shape[1])
    lanes = np.arange(left.shape[0])[:, None]
    source = column[None, :] - whole[:, None]
    now = np.where(source >= 0, left[lanes, np.maximum(source, 0)], 0.0)
    before = np.where(source >= 1, left[lanes, np.maximum(source - 1, 0)], 0.0)
    return np.asarray((1 - later) * now + later * before)


def _long(direction: str, lanes: Lanes, kg: Floats, usd: Floats, codes: list[str]) -> pl.DataFrame:
    lane, month = np.nonzero(usd > 0)
    keep: Bools = month >= EXTRA
    lane, month = lane[keep], month[keep]
    here, there = (lanes.seller, lanes.buyer) if direction == "export" else (lanes.buyer, lanes.seller)
    return pl.DataFrame(
        {
            "reporter": here[lane],
            "partner": there[lane],
            "hs6": np.array(codes, dtype=np.int64)[lanes.head[lane]],
            "month": month - EXTRA,
            "kg": kg[lane, month],
            "usd": usd[lane, month],
        }
    ).with_columns(pl.lit(direction, dtype=pl.Enum(WAYS)).alias("direction"))
