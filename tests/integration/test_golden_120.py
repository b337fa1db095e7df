"""A hundred and twenty hand-made declarations with the evidence of every room, reviewed line by line."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from features.assemble import assemble_evidence
from features.background import Background
from features.registry import REGISTRY
from tests.integration.golden_120 import GOLDEN, background, declarations

pytestmark = pytest.mark.xdist_group("golden 120")
SURE = 0.5  # worth a mention
KEYS = ("declaration_id", "declared_on", "direction", "hs_code", "origin_iso3", "destination_iso3")
COLUMNS = {
    "description": ["description"],
    "parcel": ["net_kg", "gross_kg", "volume_m3", "value_usd", "n_packages", "package_type", "n_containers"],
    "routing": ["route", "loading_port", "discharge_port", "transport_mode", "amended_on"],
    "parties": ["exporter_id", "exporter_name", "consignee_id", "consignee_name", "declarant_id"],
    "licences": ["licence_no"],
}
FAMILIES_OF_THE_SET = {"description", "parcel", "routing", "parties", "licences", "mirror", "corridor"}
RESTS_ON: dict[str, set[str]] = {  # what else changes when a family's columns are gone, and why
    "description": {"mirror", "corridor", "licences"},  # the mineral named decides what they ask
    "parcel": {"mirror", "corridor", "licences", "parties"},  # the mineral that mass or price points to; sizes of lots
    "routing": {"corridor"},  # a route tells the hub
    "parties": {"parcel", "routing", "licences"},  # what is usual for a trader; who holds the licence
    "licences": {"description"},  # a licence number makes a declaration open
    "mirror": set(),
    "corridor": set(),
}


@pytest.fixture(scope="module")
def world() -> tuple[pl.DataFrame, Background, pl.DataFrame]:
    rows, known = declarations(), background()
    return rows, known, assemble_evidence(rows, known)


def expected() -> dict[str, dict[str, str]]:
    with (GOLDEN / "declarations_120_expected.csv").open(encoding="utf-8", newline="") as file:
        return {row["declaration_id"]: row for row in csv.DictReader(file)}


def loud(row: dict[str, object], role: str) -> str:
    codes = [one.code for one in REGISTRY if one.role == role]
    return " ".join(code for code in codes if isinstance(value := row[code], float) and value >= SURE)


def agrees(wanted: str, found: str) -> bool:
    """Tell whether all that is wanted is found and nothing else; what ends in ? may be there or not."""
    sure = {code for code in wanted.split() if not code.endswith("?")}
    either = {code.removesuffix("?") for code in wanted.split()}
    return wanted == "?" or sure <= set(found.split()) <= either


def test_every_declaration_shows_what_a_careful_reader_expects(
    world: tuple[pl.DataFrame, Background, pl.DataFrame],
) -> None:
    want, wrong = expected(), []
    for row in world[2].iter_rows(named=True):
        mine = want.pop(row["declaration_id"])
        found = {"mineral": row["mineral"] or "", "doubts": loud(row, "doubt"), "counters": loud(row, "counter")}
        wrong += [
            (row["declaration_id"], mine["why"], name, mine[name], value)
            for name, value in found.items()
            if not agrees(mine[name], value)
        ]
    assert not wrong, "\n".join(map(str, wrong))
    assert not want


def test_the_set_is_what_it_says() -> None:
    rows = expected()
    honest = [row for key, row in rows.items() if key.startswith("H")]
    assert len(rows) >= 120
    assert len(honest) >= 40
    assert not [row for row in honest if row["doubts"]]
    families = {one.code: one.family for one in REGISTRY}
    shown = {families[code] for row in rows.values() for code in row["doubts"].split() if not code.endswith("?")}
    assert shown == FAMILIES_OF_THE_SET  # every room speaks at least once


MAGNETS = {
    "NdFeB magnets N42 Ni coated": 0.0,
    "钕铁硼磁铁 不含镝铽": 0.0,
    "NdFeB magnets N42SH": 1.0,
    "NdFeB magnets with 2% Dy": 1.0,
    "SmCo magnets": 1.0,
    "NdFeB magnets": None,  # plain ones and listed ones share the code
}
"""Whether a licence is missing, by the text of an export from China to America on 2 June 2025."""


@pytest.mark.parametrize("family", sorted(RESTS_ON))
def test_a_family_can_be_removed_and_the_rest_still_speaks(
    world: tuple[pl.DataFrame, Background, pl.DataFrame], family: str
) -> None:
    rows, known, full = world
    less: dict[str, dict[str, Any]] = {
        "mirror": {"lane_state": None},
        "corridor": {"corridor_state": None},
        "licences": {"licences": None},
    }
    # the past lacks the columns as well: a source that never records them
    gone = COLUMNS.get(family, [])
    past = known.history.collect().drop(gone, strict=False).lazy()
    found = assemble_evidence(rows.drop(gone, strict=False), replace(known, history=past, **less.get(family, {})))
    assert found["declaration_id"].equals(full["declaration_id"])
    untouched = [one.code for one in REGISTRY if one.family in FAMILIES_OF_THE_SET - {family, *RESTS_ON[family]}]
    differ = [code for code in untouched if not found[code].equals(full[code])]
    assert not differ
    others = [one.code for one in REGISTRY if one.family != family and one.role == "doubt"]
    assert (found.select(pl.max_horizontal(others)).to_series() >= SURE).sum() >= 12


def test_required_columns_alone_give_no_crash_and_no_doubt_of_words(
    world: tuple[pl.DataFrame, Background, pl.DataFrame],
) -> None:
    rows, known, _ = world
    found = assemble_evidence(rows.select(KEYS), known)
    assert found.height == rows.height
    assert found["term_mismatch"].null_count() == rows.height


def test_magnets_need_a_licence_for_what_is_in_them(world: tuple[pl.DataFrame, Background, pl.DataFrame]) -> None:
    rows, known, _ = world
    asked = pl.DataFrame({"description": list(MAGNETS)}).join(rows.head(1).drop("description"), how="cross")
    exported = asked.with_columns(
        declaration_id=pl.col("description"),
        hs_code=pl.lit("8505111000"),
        declared_on=pl.lit(date(2025, 6, 2)),
        direction=pl.lit("export"),
        origin_iso3=pl.lit("CHN"),
        dispatch_iso3=pl.lit("CHN"),
        destination_iso3=pl.lit("USA"),
        licence_no=pl.lit(None, pl.String),
    )
    found = assemble_evidence(exported.select(rows.columns), known)
    assert dict(found.select("declaration_id", "licence_missing").iter_rows()) == MAGNETS
