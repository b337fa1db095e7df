"""Build the parties' evidence: one row per declaration."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from features.codes import hs4
from features.completeness import complete
from features.contracts import Declarations, Outcomes
from features.lookback import month_number, settle
from features.parties.forwarders import forwarder_consignee
from features.parties.kinship import KINSHIP_FIGURES, add_kinship
from features.parties.listed import LISTED_FIGURES, add_listed, carriers_before
from features.parties.lots import Lots, lot_columns
from features.parties.names import party_keys
from features.parties.names_past import NamesPast
from features.parties.novelty import NOVELTIES, Sightings, novelty_columns
from features.parties.party_numbers import PartyNumbers
from features.parties.portfolio import Portfolio, passing_on_columns, portfolio_columns
from features.parties.registry import REGISTRY
from features.parties.risk import Records, inspected_parties, risk_columns
from features.parties.rules import PartiesRules
from features.parties.wording import NameSigns

_COLUMNS = (
    "declaration_id",
    "declared_on",
    "hs_code",
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
    "received_n",
    "sent_on_n",
    "exporter_inspected_n",
    "exporter_hits_n",
    "consignee_inspected_n",
    "consignee_hits_n",
    "declarant_inspected_n",
    "declarant_hits_n",
    "base_hit_rate",
    "recent_lots_n",
    "usual_lots_n",
    "recent_lot_kg",
    "usual_lot_kg",
    *KINSHIP_FIGURES,
    *LISTED_FIGURES,
)
_SEEN = {
    "exporter_new_n": "exporter_seen_n",
    "consignee_new_n": "consignee_seen_n",
    "pair_new_n": "pair_seen_n",
    "goods_new_for_exporter_n": "goods_seen_n",
    "lane_new_for_exporter_n": "lane_seen_n",
}


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
    names = party_names(declarations)
    past = PartiesPast.of(history, outcomes, names, rules=rules, entities=entities, signs=signs)
    return judge_parties(declarations, past, rules)


@dataclass(frozen=True, slots=True, eq=False)
class PartiesPast:
    """What is known of parties before any declaration is judged: sorted once, for any number of batches."""

    known: PartyNumbers
    seen: tuple[Sightings, ...]
    """For each of `NOVELTIES`."""
    portfolio: Portfolio
    records: Records
    lots: Lots
    names: NamesPast

    @classmethod
    def of(
        cls,
        history: pl.LazyFrame,
        outcomes: pl.LazyFrame,
        names: pl.LazyFrame,
        *,
        rules: PartiesRules,
        entities: pl.DataFrame | None,
        signs: NameSigns | None,
    ) -> PartiesPast:
        """Gather it from past declarations; `names` are those that will be asked about beside them."""
        past = read_parties(history)
        told = NamesPast.of(past.lazy(), names, rules=rules, entities=entities, signs=signs or NameSigns())
        known = PartyNumbers.of(past)
        past = known.added(past.drop("exporter_name", "consignee_name", "consignee_plain"))
        results = complete(outcomes, Outcomes, ("declaration_id", "inspected_on", "finding"))
        records = Records.of(inspected_parties(past.lazy(), results).collect())
        past = past.drop("declaration_id", "exporter_key", "consignee_key", "declarant_key")
        seen = tuple(Sightings.of(past, one, known.kinds_most[one.child]) for one in NOVELTIES)
        return cls(known, seen, Portfolio.of(past, rules), records, Lots.of(past), told)


def party_names(declarations: pl.LazyFrame) -> pl.LazyFrame:
    """List the distinct names of a table's parties: `name`."""
    rows = complete(declarations, Declarations, ("exporter_name", "consignee_name"))
    return pl.concat(rows.select(name=one) for one in ("exporter_name", "consignee_name")).drop_nulls().unique()


def judge_parties(declarations: pl.LazyFrame, past: PartiesPast, rules: PartiesRules) -> pl.LazyFrame:
    """Return what `build_parties` does, from what is known already."""
    rows = past.known.added(read_parties(declarations))
    columns: list[pl.Series] = []
    for one, seen in zip(NOVELTIES, past.seen, strict=True):
        columns += novelty_columns(rows, seen, one)
    goods_seen = next(one for one in columns if one.name == "goods_new_for_exporter_n")
    columns += portfolio_columns(rows, past.portfolio, goods_seen, rules).get_columns()
    columns += passing_on_columns(rows, past.portfolio, past.known, rules).get_columns()
    columns += risk_columns(rows, past.records, rules).get_columns()
    columns += lot_columns(rows, past.lots, rules).get_columns()
    judged = rows.with_columns(columns).with_columns(
        forwarder_consignee(pl.col("consignee_plain"), pl.col("consignee_key"), pl.col("declarant_key"), rules).alias(
            "forwarder_consignee"
        )
    )
    kin = add_kinship(judged.lazy(), past.names, rules)
    others = carriers_before(judged.lazy(), past.names.matches, past.names.carriers)
    named = add_listed(settle(kin), past.names.matches, past.names.entities, others)
    codes = [one.code for one in REGISTRY]
    return named.rename(_SEEN).select("declaration_id", pl.col(codes).cast(pl.Float32), *_FIGURES)


def read_parties(declarations: pl.LazyFrame) -> pl.DataFrame:
    """Read what the room needs of declarations: names, keys of the parties, heading and month."""
    read = party_keys(complete(declarations, Declarations, _COLUMNS))
    return read.select(
        "declaration_id",
        "declared_on",
        "exporter_name",
        "consignee_name",
        "exporter_key",
        "consignee_key",
        "declarant_key",
        "consignee_plain",
        "destination_iso3",
        "net_kg",
        hs4(pl.col("hs_code")).alias("hs4"),
        month_number(pl.col("declared_on")).alias("month"),
    ).collect()
