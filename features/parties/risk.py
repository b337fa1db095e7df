"""What earlier inspections found with a party: never this row's own outcome, never one not yet known."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from features.contracts.columns import TYPOLOGIES
from features.lookback import month_number
from features.parties.party_numbers import SIDE_OF, SIDES, lane_key
from features.parties.rules import PartiesRules
from features.strength import ramp
from features.tally import Rows, Tally

LANE = "exporter_lane"
"""An exporter's trade with one destination."""
FOUND = {kind: f"found_{kind}" for kind in TYPOLOGIES}
"""The columns that tell which kinds were found with the parties before."""


def inspected_parties(history: pl.LazyFrame, outcomes: pl.LazyFrame, parties: Sequence[str] = SIDES) -> pl.LazyFrame:
    """Join outcomes to the columns `parties` of the declarations they belong to: those, `month`, `hits`, each typology.

    `month` is when the result was known: that of the inspection, but never before the declaration's own month, so that
    no row can see its own outcome whatever dates were typed. A hit is one of the three kinds of violation.
    """
    finding = pl.col("finding")
    results = outcomes.select(
        "declaration_id",
        month_number(pl.col("inspected_on")).alias("known"),
        finding.is_in(TYPOLOGIES).cast(pl.Int64).alias("hits"),
        *((finding == kind).cast(pl.Int64).alias(kind) for kind in TYPOLOGIES),
    ).drop_nulls()
    joined = results.join(history.select("declaration_id", "month", *parties), on="declaration_id", how="inner")
    return joined.select(
        *parties,
        pl.max_horizontal("known", "month").alias("month"),
        "hits",
        *TYPOLOGIES,
    )


def party_risk(hits: pl.Expr, inspected: pl.Expr, base_rate: pl.Expr, rules: PartiesRules) -> pl.Expr:
    """More of this party's inspected declarations were violations than is usual.

    The hit rate is shrunk to the base rate by `inspections_to_trust` and told as a strength of its lift, 0 at or below
    the base rate, and while nothing was found with anybody. Null where the party was never inspected.
    """
    shrunk = shrunk_rate(hits, inspected, base_rate, rules.inspections_to_trust)
    return _strength(pl.when(inspected > 0).then(shrunk), base_rate, rules)


def lane_risk(
    whole_rate: pl.Expr, hits: pl.Expr, inspected: pl.Expr, base_rate: pl.Expr, rules: PartiesRules
) -> pl.Expr:
    """More of what this exporter sent to this country was found in violation than is usual.

    As `party_risk`, but shrunk to the exporter's own rate `whole_rate`: a firm may be honest but for one country. 0 if
    nothing was found on this lane, whatever was found elsewhere; null if it was never inspected on it. Source: this
    project; chosen on generated worlds, seeds 51, 52.
    """
    shrunk = shrunk_rate(hits, inspected, whole_rate, rules.lane_inspections_to_trust)
    found = _strength(shrunk, base_rate, rules)
    return pl.when(inspected > 0).then(pl.when(hits > 0).then(found).otherwise(0.0))


def shrunk_rate(hits: pl.Expr, inspected: pl.Expr, rate: pl.Expr, to_trust: float) -> pl.Expr:
    """Rate of hits among those inspected, drawn to `rate` as if `to_trust` more had been inspected at it."""
    return (hits + to_trust * rate) / (inspected + to_trust)


def _strength(rate: pl.Expr, base_rate: pl.Expr, rules: PartiesRules) -> pl.Expr:
    lift = ramp((rate / base_rate).log(), 0.0, math.log(rules.risk_full_lift))
    return pl.when(base_rate > 0).then(lift).otherwise(pl.when(rate.is_not_null()).then(0.0))


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """What was found with whom, by the month in which it was known."""

    everybody: Tally
    parties: dict[str, Tally]
    """By side, and by the exporter's lane."""

    @classmethod
    def of(cls, inspected: pl.DataFrame) -> Records:
        """Sort the rows of `inspected_parties`, which have the numbers of the parties and `destination_iso3`."""
        rows = inspected.with_columns(lane_key().alias(LANE))
        month, found = rows["month"], {name: rows[name] for name in ("hits", *TYPOLOGIES)}
        everybody = pl.zeros(rows.height, pl.Int64, eager=True)
        parties = {party: Tally.of(rows[party], month, **found) for party in (*SIDES, LANE)}
        return cls(Tally.of(everybody, month, hits=rows["hits"]), parties)


def risk_columns(rows: pl.DataFrame, records: Records, rules: PartiesRules, orders: Mapping[str, Rows]) -> pl.DataFrame:
    """Tell the record of each party, and of the exporter's lane, by their numbers, destination and month.

    Returns `<party>_risk`, `<party>_inspected_n` and `<party>_hits_n` of each side and of LANE, `base_hit_rate`, the
    columns of FOUND (share of the violations found with exporter and consignee that were of the kind; null without
    any) and `found_n`. `orders` as `party_orders` makes them.
    """
    (everybody,) = records.everybody.before(rows["everybody"], rows["month"])
    found = pl.DataFrame(everybody).select(base_hit_rate=pl.when(pl.col("n") > 0).then(pl.col("hits") / pl.col("n")))
    keys = rows.select(*SIDES, lane_key().alias(LANE))
    for party, record in records.parties.items():
        (told,) = record.before(keys[party], rows["month"], order=orders[SIDE_OF.get(party, party)])
        counts = {"n": "inspected_n", "hits": "hits_n", **{kind: f"{kind}_n" for kind in TYPOLOGIES}}
        found = found.with_columns(told[name].alias(f"{party}_{what}") for name, what in counts.items())
    by_kind = [f"{party}_{kind}_n" for party in keys.columns for kind in TYPOLOGIES]
    return found.with_columns(*_risks(rules), *_kinds()).drop(by_kind)


def _risks(rules: PartiesRules) -> list[pl.Expr]:
    base = pl.col("base_hit_rate")
    counts = {one: (pl.col(f"{one}_hits_n"), pl.col(f"{one}_inspected_n")) for one in (*SIDES, LANE)}
    hits, inspected = counts["exporter"]
    whole = shrunk_rate(hits, inspected, base, rules.inspections_to_trust)
    return [
        *(party_risk(*counts[side], base, rules).alias(f"{side}_risk") for side in SIDES),
        lane_risk(whole, *counts[LANE], base, rules).alias(f"{LANE}_risk"),
    ]


def _kinds() -> list[pl.Expr]:
    def both(what: str) -> pl.Expr:
        return pl.sum_horizontal(f"{side}_{what}_n" for side in ("exporter", "consignee"))

    n = both("hits")
    shares = [pl.when(n > 0).then(both(kind) / n).alias(name) for kind, name in FOUND.items()]
    return [n.alias("found_n"), *shares]
