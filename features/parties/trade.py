"""What parties did in earlier months: a tally for each kind of key, looked up once for all that is asked of it."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from features.parties.ages import AGED
from features.parties.lots import lot_amounts
from features.parties.novelty import NOVELTIES, parents_of
from features.parties.party_numbers import PartyNumbers, trade_keys
from features.parties.portfolio import is_watched
from features.parties.rules import PartiesRules
from features.parties.variety import with_consignee_kinds
from features.tally import Tally

KEYS = ("everybody", "exporter", "consignee", "pair", "exporter_goods", "exporter_lane", "consignee_goods")
_WITH_LOTS = ("exporter", "pair")


@dataclass(frozen=True, slots=True, eq=False)
class Trade:
    """Past declarations, tallied by party, pair, goods and lane."""

    known: PartyNumbers
    tallies: dict[str, Tally]
    """By key. Under a parent of `NOVELTIES`, each child is counted by its name, and its first sightings as
    `<child>_kinds`, as are the consignee's of `pair` and `consignee_goods`; `pair` has `watched`, both of `_WITH_LOTS`
    have the amounts of lots; `everybody` and each of `AGED` have `began`, the month of their first declaration."""

    @classmethod
    def of(cls, history: pl.DataFrame, known: PartyNumbers, rules: PartiesRules) -> Trade:
        """Tally numbered `history`: `exporter`, `consignee`, `heading`, `destination_iso3`, `month`, `net_kg`."""
        keys, month = trade_keys(known), history["month"]
        lots = history.select(lot_amounts())
        tallies = {}
        for key in KEYS:
            parts = {one.child: keys[one.child].is_not_null() for one in NOVELTIES if one.parent == key}
            if key == "pair":
                parts["watched"] = is_watched(rules)
            frame = history.select(keys[key].alias(key), *(part.alias(name) for name, part in parts.items()))
            amounts = {name: frame[name] for name in parts} | (lots.to_dict() if key in _WITH_LOTS else {})
            tallies[key] = Tally.of(frame[key], month, **amounts)
        for one in NOVELTIES:
            firsts = parents_of(tallies[one.child].firsts(), known.kinds_most[one.child])
            tallies[one.parent] = tallies[one.parent].with_counts(f"{one.child}_kinds", firsts)
        tallies["consignee"] = with_consignee_kinds(tallies, known.kinds_most["pair"])
        for key in ("everybody", *AGED):
            tallies[key] = tallies[key].with_began()
        return cls(known, tallies)

    def before(self, rows: pl.DataFrame, rules: PartiesRules) -> pl.DataFrame:
        """Say what was seen before each row's month: `<key>_<amount>` for all amounts of all keys.

        Beside it `<key>_<amount>_recent` and `_usual`, within the months of `rules`, for keys with lots; and
        `sent_on_n`: how often the consignee, known as an exporter by its key, sent goods of the row's heading.
        """
        keys = trade_keys(self.known)
        found: dict[str, pl.Series] = {}
        spans = {"": None, "_recent": rules.recent_months, "_usual": rules.usual_months}
        for key, tally in self.tallies.items():
            asked = rows.select(keys[key].alias(key)).to_series()
            windows = list(spans.values()) if key in _WITH_LOTS else [None]
            for span, sums in zip(spans, tally.before(asked, rows["month"], windows), strict=False):
                found |= {f"{key}_{name}{span}": one for name, one in sums.items()}
        as_sender = pl.when(pl.col("consignee_key").is_not_null()).then(
            self.known.numbers("exporter", rows["consignee_key"])
        )
        sent = rows.with_columns(exporter=as_sender).select(keys["exporter_goods"]).to_series()
        (sums,) = self.tallies["exporter_goods"].before(sent, rows["month"])
        return pl.DataFrame(found | {"sent_on_n": sums["n"]})
