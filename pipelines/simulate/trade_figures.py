"""Published statistics: movements and background summed by month, distorted, delayed, and partly missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from features.contracts import Flows
from pipelines.settings.simulate import Statistics
from pipelines.simulate.background import EXTRA, Headings, background_trade, six_digit_headings
from pipelines.simulate.draws import Floats, Ints, alphabetical, heavy_tail, order_by, scramble
from pipelines.simulate.legs import WAYS
from pipelines.simulate.movements import Setting
from pipelines.simulate.reclassification import rebook, reclassifications
from pipelines.simulate.reporting import (
    BREAKDOWN_IMPORTERS,
    FOB_IMPORTERS,
    RENUMBERED,
    books_by_consignment,
    consignors,
    counts_in_older_edition,
    in_own_edition,
)

ONE_SIDED_SHARE = 0.05  # lanes that one side never publishes (confidential, below threshold)
ROWS_AT_ONCE = 1 << 18
"""Figures that are worked on at once, row by row: what is held beside them would be several times as much."""
_KEYS = ["reporter", "partner", "direction", "hs6", "month"]
_PUBLISHED = ["reporter", "partner", "consigned", "direction", "hs6", "period", "freq", "published_on"]
_PUBLISHED += ["value_usd", "net_kg", "is_net_kg_estimated"]


def sum_sightings(world: Setting, sightings: pl.DataFrame, months: Ints) -> pl.DataFrame:
    """Sum sightings by month of the history (`months` starts EXTRA months before it) and place of consignment."""
    published_months = months[EXTRA:]
    days = np.arange(published_months[0] - 1, published_months[-1] + 1)
    month_of = np.searchsorted(published_months, days, side="right") - 1
    month = month_of[np.clip(sightings["day"].to_numpy() - days[0], 0, len(days) - 1)]
    within = pl.Series((month >= 0) & (month < len(published_months) - 1))
    seen = sightings.with_columns(pl.Series("month", month, dtype=pl.Int64)).filter(within)
    share = world.config.evasion.coverage_share
    return summed(seen, [*_KEYS, "consigned"]).with_columns(pl.col("kg", "usd") / share)


_ROOM = {"reporter": 256, "partner": 256, "direction": 4, "hs6": 10**6, "month": 1024, "consigned": 256}


def summed(figures: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """Sum kg and usd by keys, and sort by them; equal rows add up in their order, so that the last bits are fixed."""
    if figures.is_empty():
        return figures.select(*keys, "kg", "usd")
    numbers = [figures[name].to_physical().cast(pl.Int64).to_numpy() for name in keys]
    order = order_by(*numbers)
    first, sums = _sums(figures, _lanes(figures, keys)[order], order)
    rows = pl.Series(order[first].astype(np.uint32))
    return figures.select(pl.col(keys).gather(rows)).with_columns(sums)


def packed(sums: pl.DataFrame) -> pl.DataFrame:
    """Hold the keys of sum_sightings in one whole number in the same order: `lane`, kg, usd."""
    return pl.DataFrame([pl.Series("lane", _lanes(sums, [*_KEYS, "consigned"])), sums["kg"], sums["usd"]])


def unpacked(sums: pl.DataFrame) -> pl.DataFrame:
    """Undo `packed`."""
    rest, found = sums["lane"].to_numpy(), dict[str, Ints]()
    for name in reversed([*_KEYS, "consigned"]):
        rest, found[name] = np.divmod(rest, _ROOM[name])
    ways = pl.Series(WAYS, dtype=pl.Enum(WAYS)).gather(found["direction"])
    columns = {name: found[name] for name in _KEYS} | {"direction": ways, "consigned": found["consigned"] - 1}
    return pl.DataFrame(columns).with_columns(sums["kg"], sums["usd"])


def added(figures: pl.DataFrame) -> pl.DataFrame:
    """Sum packed figures by lane; equal rows add up in their order. Quick where long stretches are in order."""
    order = np.argsort(figures["lane"].to_numpy(), kind="stable")
    lane = figures["lane"].to_numpy()[order]
    first, sums = _sums(figures, lane, order)
    return pl.DataFrame([pl.Series("lane", lane[first]), *sums])


def _lanes(figures: pl.DataFrame, keys: Sequence[str]) -> Ints:
    lane = np.zeros(figures.height, dtype=np.int64)
    for name in keys:
        lane = lane * _ROOM[name] + figures[name].to_physical().cast(pl.Int64).to_numpy() + (name == "consigned")
    return lane


def _sums(figures: pl.DataFrame, lane: Ints, order: Ints) -> tuple[Ints, list[pl.Series]]:
    """Add up kg and usd of rows of one lane: where each begins, and the sums; `lane` is in `order`."""
    first = np.flatnonzero(np.diff(lane, prepend=-1))
    return first, [pl.Series(name, np.add.reduceat(figures[name].to_numpy()[order], first)) for name in ("kg", "usd")]


def publish(world: Setting, sums: pl.DataFrame, months: Ints, prices: Floats) -> pl.DataFrame:
    """Publish the flows of both sides as each reporter would, from the sums of all sightings."""
    published_months = months[EXTRA:]
    heads = six_digit_headings(world, prices)
    changes = reclassifications(world, heads, len(published_months) - 1).with_columns(
        pl.col("hs6", "to").cast(pl.Int64)
    )
    drawn = background_trade(world, months, prices)
    consigned = consignors(in_own_edition(world, rebook(sums, changes), published_months), world.places.codes)
    both = rebook(pl.concat([sums.select(*_KEYS, "kg", "usd"), drawn.select(*_KEYS, "kg", "usd")]), changes)
    total = summed(in_own_edition(world, both, published_months), _KEYS)
    figures = [_distort(world, part, published_months, heads) for part in total.iter_slices(ROWS_AT_ONCE)]
    named = _named_by_month(world, _broken_down(world, pl.concat(figures), consigned), published_months)
    return pl.concat([_as_contract(world, part) for part in named.iter_slices(ROWS_AT_ONCE)])


def _broken_down(world: Setting, figures: pl.DataFrame, consigned: pl.DataFrame) -> pl.DataFrame:
    """Add, for some importers, the same figures by place of consignment: parts of a total that stands beside them."""
    whole = figures.with_columns(pl.lit(None, dtype=pl.Int64).alias("consigned"))
    keys = ["reporter", "partner", "hs6", "month"]
    at = world.places.positions(*BREAKDOWN_IMPORTERS).tolist()
    named = figures.filter((pl.col("direction") == "import") & pl.col("reporter").is_in(at))
    by_hub = named.join(
        consigned.filter(pl.col("consigned") != pl.col("partner")), on=keys, how="inner", maintain_order="left"
    ).with_columns((pl.col("consigned_usd") / pl.col("usd")).clip(0.0, 1.0).alias("part"))
    straight = (
        named.join(by_hub.group_by(keys).agg(pl.col("part").sum()), on=keys, how="left", maintain_order="left")
        .with_columns((1 - pl.col("part").fill_null(0.0)).clip(0.0, 1.0).alias("part"))
        .with_columns(pl.col("partner").alias("consigned"))
    )
    parts = pl.concat([by_hub.select(straight.columns), straight]).with_columns(
        (pl.col("value_usd") * pl.col("part")).round(0), (pl.col("net_kg") * pl.col("part")).round(2)
    )
    return pl.concat([whole, parts.filter(pl.col("value_usd") >= 1).select(whole.columns)])


@dataclass(frozen=True)
class _Noise:
    """Random numbers that belong to their keys: a later lane or month never shifts an earlier one's noise."""

    root: int
    keys: tuple[Ints, ...]
    """Keys of the rows, equal ones that come together once."""
    at: Ints | slice
    """Where among them the keys of each row are."""

    @classmethod
    def of(cls, world: Setting, *keys: Ints) -> _Noise:
        fresh = np.ones(len(keys[0]), dtype=np.bool_)
        fresh[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
        if fresh.all():
            return cls(world.root, keys, slice(None))
        return cls(world.root, tuple(key[fresh] for key in keys), np.cumsum(fresh) - 1)

    def uniform(self, purpose: int) -> Floats:
        return np.asarray(self._drawn(purpose)[self.at])

    def normal(self, purpose: int) -> Floats:
        one, two = self._drawn(purpose), self._drawn(purpose + 1)
        return np.asarray((np.sqrt(-2 * np.log(one)) * np.cos(2 * np.pi * two))[self.at])

    def _drawn(self, purpose: int) -> Floats:
        mixed = scramble(np.full(1, self.root * 1000 + purpose, dtype=np.int64), *self.keys)
        return np.asarray((mixed >> 11) / 2.0**52 * (1 - 2e-9) + 1e-9)


def _distort(world: Setting, total: pl.DataFrame, months: Ints, heads: Headings) -> pl.DataFrame:
    config = world.config.statistics
    is_import = (total["direction"] == "import").to_numpy()
    reporter, partner = total["reporter"].to_numpy(), total["partner"].to_numpy()
    seller, buyer = np.where(is_import, partner, reporter), np.where(is_import, reporter, partner)
    # a lane has the same noise on both sides, whichever edition a side counts in
    head = total["hs6"].replace({old: new for new, old in reversed(RENUMBERED.items())}).to_numpy()
    month = total["month"].to_numpy()
    year = months[month].astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
    side = is_import.astype(np.int64)

    keep, other = np.sqrt(config.noise_persistence), np.sqrt(1 - config.noise_persistence)
    lane, yearly = _Noise.of(world, seller, buyer, head), _Noise.of(world, seller, buyer, head, year)
    monthly = _Noise.of(world, seller, buyer, head, month, side)
    told = _Noise.of(world, reporter, partner, head, month)
    value_z = keep * lane.normal(10) + other * yearly.normal(12)
    mass_own = keep * lane.normal(14) + other * yearly.normal(16)
    follow = config.mass_follows_value
    mass_z = follow * value_z + np.sqrt(1 - follow**2) * mass_own
    cif = np.where(
        np.isin(buyer, world.places.positions(*FOB_IMPORTERS)),
        0.0,
        np.log1p(config.cif_share_at_10000_km * world.places.km[seller, buyer] / 10_000.0),
    )
    usual_cif = float(np.log1p(config.cif_share_at_10000_km * 0.9))
    gap = heavy_tail(_below(value_z), config.ratio_shares, config.value_ratios) - usual_cif
    mass_gap = heavy_tail(_below(mass_z), config.ratio_shares, config.mass_ratios)
    on_import = lane.uniform(20)  # how much of the lane's disagreement is the importer's doing
    share = np.where(is_import, on_import, on_import - 1)
    slip = config.monthly_noise_log_sd * monthly.normal(22)
    slip_kg = config.monthly_noise_log_sd * monthly.normal(24)
    usd = total["usd"].to_numpy() * np.exp(share * gap + np.where(is_import, cif, 0.0) + slip)
    kg = total["kg"].to_numpy() * np.exp(share * mass_gap + 0.6 * slip + 0.4 * slip_kg)

    estimated = _Noise.of(world, reporter, partner, head, year).uniform(26) < config.estimated_mass_share
    # statisticians impute a mass from the usual price of the heading in that month, known without any later figure
    row = np.searchsorted(np.array([int(code) for code in heads.codes]), head)
    typical = heads.usd_per_kg[row, month + EXTRA]
    kg = np.where(estimated, usd / typical, kg)
    missing = told.uniform(28) < config.missing_mass_share
    one_sided = lane.uniform(30) < ONE_SIDED_SHARE
    silent_side = (lane.uniform(31) < 0.5).astype(np.int64)
    late = told.uniform(32)
    correction = np.exp(0.15 * told.normal(34))
    return total.with_columns(
        pl.Series("value_usd", np.round(usd, 0)),
        pl.Series("net_kg", np.where(missing, np.nan, np.round(kg, 2))).fill_nan(None),
        pl.Series("is_net_kg_estimated", estimated),
        pl.Series("late", late),
        pl.Series("correction", correction),
    ).filter(~pl.Series(one_sided & (side == silent_side)) & (pl.col("value_usd") >= 1))


def _below(normal: Floats) -> Floats:
    from scipy.special import ndtr

    return np.clip(np.asarray(ndtr(normal)), 1e-6, 1 - 1e-6)


def _named_by_month(world: Setting, figures: pl.DataFrame, months: Ints) -> pl.DataFrame:
    """Publish by the month or year as each reporter does, in the order of the lanes; columns as in _PUBLISHED."""
    places = world.places
    habit = pl.Series("publishes", places.frame["publishes"])
    delay = pl.Series("delay", places.frame["delay_days"])
    starts = pl.Series("start", months.astype(np.int32)).cast(pl.Date)
    monthly, annual = list[pl.DataFrame](), list[pl.DataFrame]()
    for part in figures.iter_slices(ROWS_AT_ONCE):
        told = part.drop("kg", "usd", "month").with_columns(
            habit.gather(part["reporter"]),
            starts.gather(part["month"]).alias("period"),
            starts.gather(part["month"] + 1).alias("period_end"),
            delay.gather(part["reporter"]),
        )
        monthly.append(_monthly(told.filter(pl.col("publishes") == "monthly"), world.config.statistics))
        annual.append(told.filter(pl.col("publishes") == "annual"))
    both = pl.concat([*monthly, _annual(pl.concat(annual, rechunk=True), starts[:-1])], rechunk=True).with_columns(
        pl.col("consigned").fill_null(len(places.codes))
    )
    return both[_by_lane(both, alphabetical([*places.codes, NOWHERE]))]


def _as_contract(world: Setting, both: pl.DataFrame) -> pl.DataFrame:
    codes = pl.Series("code", [*world.places.codes, NOWHERE])
    is_import = pl.col("direction") == "import"
    first = both["period"].to_physical().cast(pl.Int64)
    by_consignment = books_by_consignment(world, both["reporter"].to_numpy(), first.to_numpy())
    older = counts_in_older_edition(world, both["reporter"], first)
    return (
        both.with_columns(
            codes.gather(both["reporter"]).alias("reporter_iso3"),
            codes.gather(both["partner"]).alias("partner_iso3"),
            pl.when(older).then(pl.lit("HS2017")).otherwise(pl.lit("HS2022")).alias("hs_edition"),
            pl.lit("simulated").alias("source"),
            codes.gather(both["consigned"]).alias("consigned_iso3"),
            pl.Series("by_consignment", by_consignment),
            pl.lit(None, dtype=pl.String).alias("transport_mode"),
            pl.lit(None, dtype=pl.String).alias("customs_procedure"),
        )
        .with_columns(
            pl.when(is_import & pl.col("reporter_iso3").is_in(FOB_IMPORTERS))
            .then(pl.lit("customs"))
            .when(is_import)
            .then(pl.lit("CIF"))
            .otherwise(pl.lit("FOB"))
            .alias("valuation"),
            pl.when(is_import & pl.col("by_consignment"))
            .then(pl.lit("consignment"))
            .when(is_import)
            .then(pl.lit("origin"))
            .otherwise(pl.lit("destination"))
            .alias("partner_basis"),
        )
        .with_columns(pl.col("hs6").cast(pl.String).str.zfill(6).alias("hs_code"), pl.col("direction").cast(pl.String))
        .select(list(Flows.columns()))
    )


def _monthly(told: pl.DataFrame, config: Statistics) -> pl.DataFrame:
    """Publish by the month, some figures late, and some again with a correction."""
    late = pl.col("late") < config.late_figure_share
    extra = (pl.col("late") * 1e6).cast(pl.Int64) % 9 + pl.when(late).then(75).otherwise(0)
    monthly = told.with_columns(
        pl.lit("M").alias("freq"),
        (pl.col("period_end") + pl.duration(days=pl.col("delay") + extra)).alias("published_on"),
    )
    # a correction comes out some months later, under the same keys; what was public before stays what it was
    corrected = (
        monthly.filter((pl.col("late") * 1e9).cast(pl.Int64) % 1000 < 1000 * config.revised_share)
        .with_columns(
            (pl.col("value_usd") * pl.col("correction")).round(0),
            (pl.col("net_kg") * pl.col("correction")).round(2),
            (pl.col("published_on") + pl.duration(days=60 + extra * 15)).alias("published_on"),
        )
        .filter(pl.col("value_usd") >= 1)
    )
    return pl.concat([monthly.select(_PUBLISHED), corrected.select(_PUBLISHED)])


def _annual(told: pl.DataFrame, starts: pl.Series) -> pl.DataFrame:
    """Publish by the year, years of which every month is there; `starts` are the first days of the months."""
    years = starts.dt.year()
    whole_years = [year for year in years.unique().sort() if (years == year).sum() == 12]
    return (
        told.filter(pl.col("period").dt.year().is_in(whole_years))
        .with_columns(pl.col("period").dt.truncate("1y"))
        .group_by("reporter", "partner", "consigned", "direction", "hs6", "period", "delay", maintain_order=True)
        .agg(pl.col("value_usd").sum(), pl.col("net_kg").sum(), pl.col("is_net_kg_estimated").any())
        .with_columns(
            pl.lit("A").alias("freq"),
            (pl.col("period").dt.offset_by("1y") + pl.duration(days=pl.col("delay"))).alias("published_on"),
        )
        .select(_PUBLISHED)
    )


NOWHERE = "W00"


def _by_lane(figures: pl.DataFrame, place: Ints) -> Ints:
    """Order figures by period, lane, frequency and day of publication; `place` numbers places in alphabetical order."""
    reporter, partner, consigned = (place[figures[name].to_numpy()] for name in ("reporter", "partner", "consigned"))
    period, way, hs6, published = (
        figures[name].to_physical().to_numpy() for name in ("period", "direction", "hs6", "published_on")
    )
    monthly = (figures["freq"] == "M").cast(pl.Int64).to_numpy()
    return order_by(period, reporter, partner, way, hs6, consigned, monthly, published)
