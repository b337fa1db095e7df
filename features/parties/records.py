"""The parties' records alone, for one set of inspection results after another over the same declarations."""

from __future__ import annotations

import polars as pl

from features.completeness import complete
from features.contracts import Outcomes
from features.filed import text_number
from features.parties.names import name_key, party_name
from features.parties.names_past import names_of, sightings_of
from features.parties.owners import OWNED, NameOwners
from features.parties.party_numbers import SIDES, PartyNumbers, party_orders
from features.parties.risk import FOUND, LANE, Records, inspected_parties, risk_columns
from features.parties.rules import PartiesRules
from features.parties.table import hashed_parties, read_parties

RISKS = (*(f"{party}_risk" for party in (*SIDES, LANE)), *FOUND.values())
"""The registered columns of this room that depend on what inspections found, and the only ones."""


def number_parties(declarations: pl.LazyFrame) -> pl.DataFrame:
    """Read the parties of declarations as numbers, with `declaration_id` and `month`: what `party_risks` takes."""
    read = read_parties(declarations)
    names = names_of(read)
    key = text_number(name_key(party_name(pl.col("name"))))
    seen = sightings_of(read).filter("is_real").join(names.select("name_no", name_key=key), on="name_no", how="inner")
    told = NameOwners.of(seen.select(*OWNED)).identified(hashed_parties(read))
    return PartyNumbers.of(told).added(told).select("declaration_id", "month", "everybody", "destination_iso3", *SIDES)


def party_risks(
    rows: pl.DataFrame, past: pl.DataFrame, outcomes: pl.LazyFrame, rules: PartiesRules | None = None
) -> pl.DataFrame:
    """Return `declaration_id` and `RISKS` (Float32) of `rows`, from results on `past` known before each row's month.

    `rows` and `past` are of one `number_parties`. The same as `build_parties` makes of the same history and outcomes.
    """
    results = complete(outcomes, Outcomes, ("declaration_id", "inspected_on", "finding"))
    known = inspected_parties(past.lazy(), results, [*SIDES, "destination_iso3"]).collect()
    found = risk_columns(rows, Records.of(known), rules or PartiesRules(), party_orders(rows))
    return rows.select("declaration_id").with_columns(found[name].cast(pl.Float32) for name in RISKS)
