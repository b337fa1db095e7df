"""Build the parties' evidence: one row per declaration."""

from __future__ import annotations

import polars as pl

from features.codes import hs4
from features.completeness import complete
from features.contracts import Declarations, Outcomes
from features.controls.frames import ENTITIES
from features.lookback import month_number, settle
from features.parties.forwarders import forwarder_consignee
from features.parties.kinship import KINSHIP_FIGURES, add_kinship, name_sightings
from features.parties.listed import LISTED_FIGURES, add_listed, carriers_before, match_listed
from features.parties.lots import Lots, lot_columns
from features.parties.names import party_keys
from features.parties.novelty import NOVELTIES, Sightings, novelty_columns
from features.parties.party_numbers import PartyNumbers
from features.parties.portfolio import passing_on_columns, portfolio_columns
from features.parties.registry import REGISTRY
from features.parties.risk import Records, inspected_parties, risk_columns
from features.parties.rules import PartiesRules
from features.parties.wording import NameSigns, read_names

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
    past, rows = read_parties(history), read_parties(declarations)
    known = PartyNumbers.of(past)
    past, rows = known.added(past), known.added(rows)
    results = complete(outcomes, Outcomes, ("declaration_id", "inspected_on", "finding"))
    columns: list[pl.Series] = []
    for one in NOVELTIES:
        columns += novelty_columns(rows, Sightings.of(past, one, known.kinds_most[one.child]), one)
    goods_seen = next(one for one in columns if one.name == "goods_new_for_exporter_n")
    columns += portfolio_columns(rows, past, goods_seen, rules).get_columns()
    columns += passing_on_columns(rows, past, known, rules).get_columns()
    columns += risk_columns(rows, Records.of(inspected_parties(past.lazy(), results).collect()), rules).get_columns()
    columns += lot_columns(rows, Lots.of(past), rules).get_columns()
    judged = rows.with_columns(columns).with_columns(
        forwarder_consignee(pl.col("consignee_plain"), pl.col("consignee_key"), pl.col("declarant_key"), rules).alias(
            "forwarder_consignee"
        )
    )
    named = _add_names(judged.lazy(), past.lazy(), rules, entities, signs or NameSigns())
    codes = [one.code for one in REGISTRY]
    return named.rename(_SEEN).select("declaration_id", pl.col(codes).cast(pl.Float32), *_FIGURES)


def _add_names(
    rows: pl.LazyFrame, past: pl.LazyFrame, rules: PartiesRules, entities: pl.DataFrame | None, signs: NameSigns
) -> pl.LazyFrame:
    """Add what the parties' names say: one group at both ends, listed end users."""
    both = [frame.select(name=f"{side}_name") for frame in (rows, past) for side in ("exporter", "consignee")]
    read = settle(number_names(settle(read_names(pl.concat(both).drop_nulls().unique(), signs))))
    sightings = name_sightings(past, read.drop("words"))
    kin = add_kinship(rows, sightings, read, rules)
    listed = pl.DataFrame(schema=ENTITIES) if entities is None else entities.filter(pl.col("name").is_not_null())
    matches = match_listed(read, listed, signs, rules)
    others = carriers_before(rows, matches, sightings, read)
    return add_listed(settle(kin), matches, listed, others)


def number_names(read: pl.LazyFrame) -> pl.LazyFrame:
    """Number forms, and nodes: a form as written in Chinese characters is another node than in Latin letters."""
    return read.with_columns(
        form_no=pl.col("form").rank("dense").cast(pl.Int64),
        node=pl.struct("form", "signs").rank("dense").cast(pl.Int64),
        beside_no=pl.col("beside").list.join(" ").rank("dense").cast(pl.Int64),
    )


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
