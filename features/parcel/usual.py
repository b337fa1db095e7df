"""What the declared good usually is as of the month: chapter, heading, subheading, line and lane, each shrunk."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from features.beside import beside
from features.codes import hs2, hs4, hs6
from features.countries import PLACE_CODES
from features.lookback import from_steps, month_number, settle, settle_streamed, settle_whole, settled, to_steps
from features.parcel.quantities import QUANTITIES
from features.parcel.rules import ParcelRules
from features.tally import Tally
from features.usual import log_bin, usual_before

_PLACE = pl.Enum(PLACE_CODES)
_LEVELS = ("line", "hs6", "hs4", "hs2")


def level_columns() -> list[pl.Expr]:
    """Build the levels of the code, and `goods` (the finest); each follows from the code alone.

    `line` is the whole code where it has more than six digits: one subheading holds trioxide and crude oxide, at prices
    five times apart.
    """
    code = pl.col("hs_code")
    line = pl.when(code.str.len_bytes() > 6).then(code)
    return [
        line.alias("line"),
        hs6(code).alias("hs6"),
        hs4(code).alias("hs4"),
        hs2(code).alias("hs2"),
        pl.coalesce(line, hs6(code), hs4(code)).alias("goods"),
    ]


def key_columns() -> list[pl.Expr]:
    """Build the keys of history: `level_columns`, `lane` (a number) and `month`."""
    places = [pl.col(side).cast(_PLACE, strict=False).to_physical() for side in ("origin_iso3", "destination_iso3")]
    number = hs6(pl.col("hs_code")).cast(pl.Int64, strict=False)
    return [
        *level_columns(),
        (number * 2**20 + places[0].cast(pl.Int64) * 2**10 + places[1].cast(pl.Int64)).alias("lane"),
        month_number(pl.col("declared_on")).alias("month"),
    ]


@dataclass(frozen=True, slots=True, eq=False)
class ParcelPast:
    """Counts and sums of past figures by month: narrow tables, for any number of batches."""

    counts: dict[str, pl.LazyFrame]
    """For each quantity, how many consignments fell in each bin: `code` (chapter, heading, subheading or line),
    `month`, `bin`, `n`."""
    lanes: Tally
    """How far the consignments of each lane lay from the usual (see `_lane_events`)."""
    states: pl.LazyFrame
    """What was usual for each good in each month that history has (see `_goods_states`)."""
    rules: ParcelRules

    @classmethod
    def of(cls, history: pl.LazyFrame, rules: ParcelRules) -> ParcelPast:
        """Count `history`, which carries `key_columns` and `quantity_columns`, by code: one key for all levels."""
        counts = _counts(history)
        codes = settle_streamed(history.select("hs_code", "month").unique()).with_columns(level_columns())
        states = _goods_states(codes, counts, rules)
        on = ["goods", "month"]
        of_code = settle(codes.select("hs_code", *on).join(states, on=on, how="left").drop("goods"))
        events = _lane_events(history.join(of_code, on=["hs_code", "month"], how="left"), rules)
        lanes = events.collect(engine="streaming")
        amounts = {name: lanes[name] for name in lanes.columns if name.startswith("lane_")}
        return cls(counts, Tally.of(lanes["lane"], lanes["month"], **amounts), states, rules)

    def states_of(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Say what was usual for each good and month of `rows`: as known, and worked out where history lacks them."""
        wanted = settle(rows.select("goods", *_LEVELS, "month").drop_nulls("goods").unique())
        known = settle(self.states.join(wanted, on=["goods", "month"], how="semi"))
        fresh = settle(wanted.join(known, on=["goods", "month"], how="anti"))
        if settled(fresh.select(pl.len())).item() == 0:
            return known
        return pl.concat([known, _goods_states(fresh, self.counts, self.rules)])


def add_usual(rows: pl.DataFrame, past: ParcelPast) -> pl.DataFrame:
    """Add, for each quantity, what was usual for the declared good and lane before the row's month.

    `rows` carry `key_columns` and `quantity_columns`. Adds `<quantity>_middle`, `<quantity>_spread` (of the log;
    null where the heading was seen too seldom), `<quantity>_n` (shipments of the subheading or heading) and `usual_of`.
    """
    rules = past.rules
    judged = beside(rows, past.states_of(rows.lazy()), ["goods", "month"])
    (lanes,) = past.lanes.before(rows["lane"], rows["month"], [rules.history_months])
    del lanes["n"]
    shrunk = (expr for quantity in QUANTITIES for expr in _lane_shrunk(quantity, rules))
    return judged.with_columns(**lanes).with_columns(shrunk).drop(lanes)


def _counts(history: pl.LazyFrame) -> dict[str, pl.LazyFrame]:
    """Count the bins of all quantities in one pass over history (see `ParcelPast.counts`)."""
    logs = {quantity: pl.col(f"log_{quantity}") for quantity in QUANTITIES}
    binned = [
        history.filter(log.is_not_null()).group_by("hs_code", "month", log_bin(log).alias("bin")).agg(n=pl.len())
        for log in logs.values()
    ]
    found = {}
    for quantity, of_code in zip(logs, pl.collect_all(binned, engine="streaming"), strict=True):
        counts = of_code.with_columns(level_columns())
        counted = pl.concat([counts.select(pl.col(level).alias("code"), "month", "bin", "n") for level in _LEVELS])
        summed = counted.filter(pl.col("code").is_not_null()).group_by("code", "month", "bin").agg(pl.col("n").sum())
        found[quantity] = summed.lazy()
    return found


def _goods_states(rows: pl.LazyFrame, counts: dict[str, pl.LazyFrame], rules: ParcelRules) -> pl.LazyFrame:
    """Say what was usual for each good and month of `rows`: `_middle`, `_spread`, `_n` of each quantity; `usual_of`."""
    wanted = settle_streamed(rows.select("goods", *_LEVELS, "month").drop_nulls("goods").unique())
    states = wanted.select("goods", "month").unique()
    for quantity in QUANTITIES:
        state = _goods_state(counts[quantity], wanted, quantity, rules)
        states = states.join(state, on=["goods", "month"], how="left")
    told = settle_whole(states).with_columns(usual_of=_usual_of())
    return settle(told.drop(f"{quantity}_of" for quantity in QUANTITIES))


def _usual_of() -> pl.Expr:
    """Say whose usual price is told, and by how many declarations; null where none is."""
    digits = pl.col("unit_value_of").str.len_bytes()
    level = pl.when(digits > 6).then(pl.lit("tariff line")).when(digits == 6).then(pl.lit("subheading"))
    n = pl.col("unit_value_n").fill_null(0)
    told = pl.format(
        "{} {} ({} declarations in the year before)", level.otherwise(pl.lit("heading")), "unit_value_of", n
    )
    return pl.when(pl.col("unit_value_middle").is_not_null()).then(told)


def _goods_state(counts: pl.LazyFrame, wanted: pl.LazyFrame, quantity: str, rules: ParcelRules) -> pl.LazyFrame:
    """Shrink line to subheading to heading to chapter: for each good and month `<quantity>_middle`, `_spread`, `_n`.

    A level's middle is weighed against the one above by precision: its shipments over its own variance, the one above
    over its own, which tells how far its parts lie apart (the usual posterior mean of normal groups). A fixed weight
    drew many lots of a dear good far towards a cheap chapter. The log of its spread is shrunk by `shipments_to_trust`.
    Null for a subheading that was never declared: goods of one heading differ too much to answer for one another
    (ferro-tungsten is no ferro-silicon). Where a level was seen seldom, what is borrowed from the one above is wrong by
    as much as the two lie apart: that is added to the spread, so that a good at its own middle never lies outside. A
    line never declared lies as far from its subheading as those lie apart in the heading: 282590 holds bismuth trioxide
    and tungsten trioxide. Alone in the level above, a level adds nothing. `_of` is the finest code that was seen, `_n`
    its number.
    """
    asked = pl.concat([wanted.select(pl.col(level).alias("code"), "month") for level in _LEVELS])
    usual = settle(usual_before(counts, asked, by=["code"], window=rules.history_months))
    found = wanted
    for level in _LEVELS:
        named = usual.rename({"code": level, "n": f"n_{level}", "middle": f"m_{level}", "spread": f"s_{level}"})
        found = found.join(named, on=[level, "month"], how="left")
    is_seen = pl.col("hs6").is_null() | (pl.col("n_hs6").fill_null(0) > 0)
    enough = is_seen & (pl.col("n_hs4").fill_null(0) >= rules.shipments_least)
    found = found.with_columns(middle=pl.col("m_hs2"), spread=pl.col("s_hs2").clip(lower_bound=rules.spread_least))
    found = found.with_columns(_with_level("hs4", "hs2", rules)).with_columns(pl.col("spread").alias("apart"))
    found = found.with_columns(_with_level("hs6", "hs4", rules)).with_columns(_with_level("line", "hs6", rules))
    is_line = (pl.col("n_line") > 0).fill_null(value=False)
    is_unseen_line = pl.col("line").is_not_null() & ~is_line
    spread = pl.when(is_unseen_line).then(pl.max_horizontal("spread", "apart")).otherwise("spread")
    by_code = pl.when(is_line).then("line").otherwise(pl.coalesce("hs6", "hs4"))
    n = pl.when(is_line).then("n_line").when(pl.col("hs6").is_null()).then("n_hs4").otherwise("n_hs6")
    return found.select(
        "goods",
        "month",
        pl.when(enough).then("middle").alias(f"{quantity}_middle"),
        pl.when(enough).then(spread).alias(f"{quantity}_spread"),
        n.alias(f"{quantity}_n"),
        by_code.alias(f"{quantity}_of"),
    )


def _with_level(level: str, above: str, rules: ParcelRules) -> list[pl.Expr]:
    """Shrink one level to what was made of those above it: new `middle` and `spread`."""
    is_other = pl.col(f"n_{level}") < pl.col(f"n_{above}")
    n = pl.when(is_other).then(f"n_{level}").otherwise(0)  # null too
    own = pl.col(f"s_{level}").clip(lower_bound=rules.spread_least)
    share = n / (n + rules.shipments_to_trust)
    spread = pl.when(n > 0).then((share * own.log() + (1 - share) * pl.col("spread").log()).exp()).otherwise("spread")
    known = n * pl.col("spread").pow(2)
    trust = known / (known + spread.pow(2))
    apart = pl.when(n > 0).then(pl.col(f"m_{level}") - pl.col("middle")).otherwise(0.0)
    borrowed = (1 - trust) * apart
    return [
        (pl.col("middle") + trust * apart).alias("middle"),
        (spread.pow(2) + borrowed.pow(2)).sqrt().alias("spread"),
    ]


def _lane_events(judged: pl.LazyFrame, rules: ParcelRules) -> pl.LazyFrame:
    """Add up, per lane and month, how far its shipments lay from what was usual for the good in their own month.

    Only where the good itself had been seen often enough: before that, what was usual was another good's.
    """
    parts: list[pl.Expr] = []
    for quantity in QUANTITIES:
        limit = rules.wild_spreads * pl.col(f"{quantity}_spread")
        is_known = pl.col(f"{quantity}_n") >= rules.shipments_least
        distance = (pl.col(f"log_{quantity}") - pl.col(f"{quantity}_middle")).clip(-limit, limit)
        apart = pl.when(is_known).then(distance)
        parts += [
            apart.is_not_null().cast(pl.Int64).sum().alias(f"lane_n_{quantity}"),
            to_steps(apart).sum().alias(f"lane_sum_{quantity}"),
            to_steps(apart.pow(2)).sum().alias(f"lane_square_{quantity}"),
        ]
    return judged.filter(pl.col("lane").is_not_null()).group_by("lane", "month").agg(*parts)


def _lane_shrunk(quantity: str, rules: ParcelRules) -> list[pl.Expr]:
    n = pl.col(f"lane_n_{quantity}").fill_null(0)
    total, square = (from_steps(pl.col(f"lane_{part}_{quantity}").fill_null(0)) for part in ("sum", "square"))
    middle, spread = pl.col(f"{quantity}_middle"), pl.col(f"{quantity}_spread")
    around = (square - pl.when(n > 0).then(total.pow(2) / n).otherwise(0.0)).clip(lower_bound=0.0)
    trusted = n + rules.shipments_to_trust
    variance = (rules.shipments_to_trust * spread.pow(2) + around) / trusted
    return [
        (middle + total / trusted).alias(f"{quantity}_middle"),
        variance.sqrt().clip(lower_bound=rules.spread_least).alias(f"{quantity}_spread"),
        pl.col(f"{quantity}_n").fill_null(0).alias(f"{quantity}_n"),
    ]
