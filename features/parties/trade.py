"""What parties did in earlier months: a tally for each kind of key, looked up once for all that is asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import polars as pl

from features.countries import PLACE_CODES
from features.parties.ages import AGED
from features.parties.lots import lot_amounts
from features.parties.novelty import NOVELTIES, parents_of
from features.parties.onward import received_figures
from features.parties.party_numbers import SIDE_OF, PartyNumbers, trade_keys
from features.parties.portfolio import is_watched
from features.parties.rules import PartiesRules
from features.parties.variety import with_consignee_kinds
from features.tally import Rows, Tally

KEYS = ("everybody", "exporter", "consignee", "pair", "exporter_goods", "exporter_lane", "consignee_goods")
_WITH_LOTS = ("exporter", "pair")
_LOTS = ("lots", "lot_mass")
TALLIED_AT_ONCE = 2
"""Keys tallied side by side: much of it keeps just one core busy; each takes some 40 bytes a past declaration."""


@dataclass(frozen=True, slots=True, eq=False)
class Trade:
    """Past declarations, tallied by party, pair, goods and lane."""

    known: PartyNumbers
    tallies: dict[str, Tally]
    """By key. Under a parent of `NOVELTIES`, each child is counted by its name, and its first sightings as
    `<child>_kinds`, as are the consignee's of `pair` and `consignee_goods`; `pair` has `watched`, both of `_WITH_LOTS`
    have the amounts of lots; `everybody` and each of `AGED` have `began`, the month of their first declaration."""
    received: Tally
    """`consignee_goods` again (no copy), with `last_month` and `last_place`, whence the last lot came (1 the first of
    `PLACE_CODES`): few rows ask for them."""

    @classmethod
    def of(cls, history: pl.DataFrame, known: PartyNumbers, rules: PartiesRules) -> Trade:
        """Tally numbered `history`: `exporter`, `consignee`, `heading`, `destination_iso3`, `source`, `month`,
        `net_kg`."""
        keys, month = trade_keys(known), history["month"]
        lots = history.select(lot_amounts())

        def tally(key: str) -> Tally:
            parts = {one.child: keys[one.child].is_not_null() for one in NOVELTIES if one.parent == key}
            if key == "pair":
                parts["watched"] = is_watched(rules)
            frame = history.select(keys[key].alias(key), *(part.alias(name) for name, part in parts.items()))
            amounts = {name: frame[name] for name in parts} | (lots.to_dict() if key in _WITH_LOTS else {})
            latest = {"last_month": month, "last_place": _place(history)} if key == "consignee_goods" else {}
            return Tally.of(frame[key], month, latest, **amounts)

        with ThreadPoolExecutor(TALLIED_AT_ONCE) as pool:
            tallies = dict(zip(KEYS, pool.map(tally, KEYS), strict=True))
        received = tallies["consignee_goods"]
        tallies["consignee_goods"] = replace(received, so_far={"n": received.so_far["n"]})
        for one in NOVELTIES:
            firsts = parents_of(tallies[one.child].firsts(), known.kinds_most[one.child])
            tallies[one.parent] = tallies[one.parent].with_counts(f"{one.child}_kinds", firsts)
        tallies["consignee"] = with_consignee_kinds(tallies, known.kinds_most["pair"])
        for key in ("everybody", *AGED):
            tallies[key] = tallies[key].with_began()
        return cls(known, tallies, received)

    def before(self, rows: pl.DataFrame, rules: PartiesRules, orders: Mapping[str, Rows]) -> pl.DataFrame:
        """Say what was seen before each row's month: `<key>_<amount>` for all amounts of all keys.

        Beside it `<key>_<amount>_recent` and `_usual` of lots, within the months of `rules`, for keys with lots; and
        `sent_on_n`: how often the consignee, as an exporter (`sender`), sent goods of the row's heading; and
        what `received_by_exporter` says. `orders` as `party_orders` makes them.
        """
        keys = trade_keys(self.known)
        found: dict[str, pl.Series] = {}
        spans = {"": None, "_recent": rules.recent_months, "_usual": rules.usual_months}
        for key, tally in self.tallies.items():
            asked = rows.select(keys[key].alias(key)).to_series()
            windows = list(spans.values()) if key in _WITH_LOTS else [None]
            told = tally.before(asked, rows["month"], windows, _LOTS, orders.get(SIDE_OF.get(key, key)))
            for span, sums in zip(spans, told, strict=False):
                found |= {f"{key}_{name}{span}": one for name, one in sums.items()}
        sent = rows.select("heading", exporter="sender").select(keys["exporter_goods"]).to_series()
        (sums,) = self.tallies["exporter_goods"].before(sent, rows["month"])
        return pl.DataFrame(found | {"sent_on_n": sums["n"]}).hstack(self.received_by_exporter(rows))

    def received_by_exporter(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Say what the exporter, as a consignee (`receiver`), had received before: `ONWARD_FIGURES`.

        Lots of the row's heading, months since the last and whence it came; and from how many exporters anything came.
        Only exporters that were consignees once are looked up.
        """
        is_known = (rows["receiver"] < len(self.known.known["consignee"])).fill_null(value=False)
        asked = rows.select("heading", "month", consignee="receiver").filter(is_known)
        goods_key = asked.select(trade_keys(self.known)["consignee_goods"]).to_series()
        (goods,) = self.received.before(goods_key, asked["month"])
        (own,) = self.tallies["consignee"].before(asked["consignee"], asked["month"])
        told = received_figures(pl.DataFrame(goods | {"suppliers": own["pair_kinds"], "month": asked["month"]}))
        at = pl.when(is_known).then(is_known.cum_sum().cast(pl.Int64) - 1)
        counted = pl.col("exporter_received_n", "exporter_suppliers_n").fill_null(0)
        is_asked = pl.col("receiver").is_not_null() & pl.col("heading").is_not_null()
        full = told.select(pl.all().gather(pl.select(at).to_series())).hstack(rows.select("receiver", "heading"))
        return full.with_columns(pl.when(is_asked).then(counted)).drop("receiver", "heading")


def _place(history: pl.DataFrame) -> pl.Series:
    place = pl.col("source").cast(pl.Enum(PLACE_CODES), strict=False)
    return history.select(place.to_physical().cast(pl.Int32) + 1).to_series()
