"""Build the parties' evidence: one row per declaration."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from features.beside import beside
from features.codes import hs4
from features.completeness import complete
from features.contracts import Declarations, Outcomes
from features.controls.frames import ENTITIES
from features.countries import PLACE_CODES
from features.filed import text_number
from features.lookback import month_number, settle, settled
from features.parties.ages import ages
from features.parties.forwarders import forwarder_consignee
from features.parties.kinship import KINSHIP_FIGURES, kinship_columns
from features.parties.listed import LISTED_FIGURES, listed_columns
from features.parties.lots import lot_columns
from features.parties.names import is_name_key, party_keys
from features.parties.names_past import NamesPast, NamesSeen
from features.parties.names_read import NameReader
from features.parties.novelty import novelties
from features.parties.onward import ONWARD_FIGURES, passes_goods_on, sends_on_received
from features.parties.owners import NAMED
from features.parties.party_numbers import SIDES, PartyNumbers, party_hash, party_orders
from features.parties.portfolio import is_watched, portfolio_shift
from features.parties.registry import REGISTRY
from features.parties.risk import Records, inspected_parties, risk_columns
from features.parties.rules import PartiesRules
from features.parties.trade import Trade
from features.parties.unnamed import UNNAMED_FIGURES, party_unnamed
from features.parties.variety import VARIETIES, varieties
from features.parties.wording import NameSigns

_COLUMNS = (
    "declaration_id",
    "declared_on",
    "hs_code",
    "origin_iso3",
    "dispatch_iso3",
    "destination_iso3",
    "exporter_id",
    "exporter_name",
    "consignee_id",
    "consignee_name",
    "declarant_id",
    "net_kg",
)
_FIGURES = (
    "exporter_key",
    "consignee_key",
    "exporter_seen_n",
    "consignee_seen_n",
    "pair_seen_n",
    "goods_seen_n",
    "lane_seen_n",
    "pair_watched_n",
    "exporter_inspected_n",
    "exporter_hits_n",
    "consignee_inspected_n",
    "consignee_hits_n",
    "declarant_inspected_n",
    "declarant_hits_n",
    "exporter_lane_inspected_n",
    "exporter_lane_hits_n",
    "found_n",
    "base_hit_rate",
    "usual_lots_n",
    "recent_lot_kg",
    "usual_lot_kg",
    *(one.counted for one in VARIETIES),
    *ONWARD_FIGURES,
    *KINSHIP_FIGURES,
    *LISTED_FIGURES,
    *UNNAMED_FIGURES,
)
_SEEN = {
    "exporter_seen_n": "exporter_n",
    "consignee_seen_n": "consignee_n",
    "pair_seen_n": "pair_n",
    "goods_seen_n": "exporter_goods_n",
    "lane_seen_n": "exporter_lane_n",
    "pair_watched_n": "pair_watched",
    "received_n": "consignee_goods_n",
}
"""How evidence names what `Trade.before` says."""

HASHED = (*(f"{side}_key" for side in SIDES), *(f"{side}_is_named" for side in NAMED))
"""Who the parties are, as `hashed_parties` says."""
ROWS_AT_ONCE = 500_000
"""Past declarations gone through at once: their texts take some hundred megabytes (own choice)."""


def build_parties(
    declarations: pl.LazyFrame,
    history: pl.LazyFrame,
    outcomes: pl.LazyFrame,
    *,
    rules: PartiesRules | None = None,
    entities: pl.DataFrame | None = None,
    signs: NameSigns | None = None,
) -> pl.LazyFrame:
    """Weigh who trades: newness, record with the inspectors, forwarders, small lots, groups, listed end users.

    Parameters
    ----------
    declarations
        Rows to judge (contract `Declarations`; optional columns may be missing).
    history
        Earlier declarations; only months before a row's own month are used.
    outcomes
        Inspection results (contract `Outcomes`); only those known before the first day of a row's month are used, and
        only for declarations in `history`.
    rules
        Thresholds and words.
    entities
        Listed end users (the control list's `entities`); without them nobody is screened.
    signs
        How Chinese characters sound; without them names in two scripts are not compared.

    Returns
    -------
    pl.LazyFrame
        `declaration_id`, the columns of `REGISTRY` (Float32, null unknown) and the figures behind them;
        `exporter_key` and `consignee_key` name the parties as they were told apart.
    """
    rules = rules or PartiesRules()
    past = PartiesPast.of(history, outcomes, rules=rules, entities=entities, signs=signs)
    return judge_parties(declarations, past, rules, declarations.collect_schema().names())


@dataclass(frozen=True, slots=True, eq=False)
class PartiesPast:
    """What is known of parties before any declaration is judged: sorted once, for any number of batches."""

    known: PartyNumbers
    trade: Trade
    records: Records
    names: NamesPast
    entities: pl.DataFrame
    """The listed end users, those with a name."""

    @classmethod
    def of(
        cls,
        history: pl.LazyFrame,
        outcomes: pl.LazyFrame,
        *,
        rules: PartiesRules,
        entities: pl.DataFrame | None,
        signs: NameSigns | None,
    ) -> PartiesPast:
        """Gather it from past declarations, some at a time: of each only numbers are kept."""
        results = settle(complete(outcomes, Outcomes, ("declaration_id", "inspected_on", "finding")))
        listed = pl.DataFrame(schema=ENTITIES) if entities is None else entities.filter(pl.col("name").is_not_null())
        names = NamesSeen.nothing(NameReader.of(signs or NameSigns(), listed, rules))
        kept, inspected = [], []
        n_rows = history.select(pl.len()).collect().item()
        for start in range(0, max(n_rows, 1), ROWS_AT_ONCE):
            read = read_parties(history.slice(start, ROWS_AT_ONCE))
            names = names.after(read)
            hashed = hashed_parties(read)
            places = pl.col("destination_iso3", "source").cast(pl.Enum(PLACE_CODES), strict=False)
            found = [*HASHED, "destination_iso3", "declared_month"]
            with_month = hashed.lazy().with_columns(declared_month="month")
            inspected.append(inspected_parties(with_month, results, found).collect())
            kept.append(hashed.select(*HASHED, places, "heading", "month", "net_kg"))
        told = NamesPast.of(names)
        del names
        keyed = told.owners.identified(pl.concat(kept, rechunk=False))
        kept.clear()
        known = PartyNumbers.of(keyed)
        records = Records.of(known.added(told.owners.identified(pl.concat(inspected), "declared_month")))
        numbered = known.added(keyed).drop(HASHED)
        del keyed
        return cls(known, Trade.of(numbered, known, rules), records, told, listed)


def judge_parties(
    declarations: pl.LazyFrame, past: PartiesPast, rules: PartiesRules, given: Collection[str]
) -> pl.LazyFrame:
    """Return what `build_parties` does, from what is known already; `given` names the columns that were given."""
    read = read_parties(declarations)
    hashed = past.names.owners.identified(hashed_parties(read).select(*HASHED, "month"))
    orders = party_orders(hashed, "_key")
    rows = read.hstack(past.known.added(hashed, orders).drop(*HASHED, "month")).hstack(_swapped(hashed, past))
    columns = risk_columns(rows, past.records, rules, orders).get_columns()
    here = past.names.here(rows)
    consignees = here.facts.select(consignee_name_no="name_no", is_forwarder="is_forwarder")
    others = past.names.carriers_before(here.matches.lazy(), rows.lazy())
    columns += kinship_columns(rows, here, past.names, rules).get_columns()
    columns += listed_columns(rows, here.matches, past.entities, others).get_columns()
    traded = past.trade.before(rows, rules, orders)
    watched, shipped, goods_seen = (pl.col(name) for name in ("pair_watched_n", "pair_seen_n", "goods_seen_n"))
    known = beside(rows.hstack([*columns, *traded.get_columns()]), consignees, "consignee_name_no")
    judged = (
        lot_columns(known.lazy(), rules)
        .with_columns(*novelties(), *varieties(), *ages(), *party_unnamed(given), **_SEEN)
        .with_columns(
            portfolio_shift=portfolio_shift(watched, shipped, goods_seen, is_watched(rules), rules),
            passes_goods_on=passes_goods_on(pl.col("received_n"), pl.col("sent_on_n"), rules),
            sends_on_received=sends_on_received(rules),
            forwarder_consignee=forwarder_consignee(
                pl.col("is_forwarder"), pl.col("consignee_key"), pl.col("declarant_key"), rules
            ),
        )
    )
    codes = [one.code for one in REGISTRY]
    figures = [name for name in _FIGURES if name not in codes]
    return judged.select("declaration_id", pl.col(codes).cast(pl.Float32), *figures)


def _swapped(hashed: pl.DataFrame, past: PartiesPast) -> list[pl.Series]:
    """Number the exporter as a consignee, `receiver`, and the consignee as an exporter, `sender`: null where unnamed.

    A name is told by the identifier that it came with on either side.
    """
    sides = {"exporter": "consignee", "consignee": "exporter"}
    turned = {f"{side}_{what}": f"{other}_{what}" for side, other in sides.items() for what in ("key", "is_named")}
    told = past.names.owners.identified(hashed.select("month", **turned))
    return [
        told.select(
            pl.when(pl.col(key).is_not_null()).then(past.known.numbers(side, told[key])).alias(name)
        ).to_series()
        for name, side, key in (("sender", "exporter", "exporter_key"), ("receiver", "consignee", "consignee_key"))
    ]


def hashed_parties(read: pl.DataFrame) -> pl.DataFrame:
    """Stand numbers for the keys of `read_parties`; `<side>_is_named` where the key is a name."""
    named = {f"{side}_is_named": is_name_key(pl.col(f"{side}_key")) for side in NAMED}
    return read.with_columns(*(party_hash(side) for side in SIDES), **named)


def read_parties(declarations: pl.LazyFrame) -> pl.DataFrame:
    """Read what the room needs of declarations: names, keys of the parties, heading and month."""
    read = party_keys(settled(complete(declarations, Declarations, _COLUMNS)))
    return read.select(
        "declaration_id",
        "declared_on",
        *(f"{side}_{what}" for what in ("name", "key") for side in ("exporter", "consignee")),
        *(text_number(pl.col(f"{side}_name")).alias(f"{side}_name_no") for side in ("exporter", "consignee")),
        "declarant_key",
        "dispatch_iso3",
        "destination_iso3",
        pl.coalesce("dispatch_iso3", "origin_iso3").alias("source"),
        "net_kg",
        hs4(pl.col("hs_code")).cast(pl.Int16, strict=False).alias("heading"),
        month_number(pl.col("declared_on")).alias("month"),
    )
