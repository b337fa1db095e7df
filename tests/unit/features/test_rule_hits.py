"""Rules whose letter the papers do not keep, each with its announcement."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from features.controls.frames import ANNOUNCEMENTS, CODES, ENTITIES, ITEMS, MEASURES, ControlList
from features.rule_hits import rule_hits

MEASURE_ROWS = [
    {"announcement_id": "2024-33", "rule": "licence"},
    {"announcement_id": "2025-10", "rule": "licence"},
    {"announcement_id": "2024-46", "rule": "refusal_presumed"},
    {"announcement_id": "2026-29", "rule": "prohibited"},
    {"announcement_id": "2026-1", "rule": "prohibited_military"},
]
CONTROLS = ControlList(
    items=pl.DataFrame(schema=ITEMS),
    codes=pl.DataFrame(schema=CODES),
    measures=pl.DataFrame(MEASURE_ROWS, schema=MEASURES),
    announcements=pl.DataFrame(schema=ANNOUNCEMENTS),
    entities=pl.DataFrame(schema=ENTITIES),
)
KINDS: dict[str, Any] = {
    "declaration_id": pl.String(),
    "needs_licence": pl.Boolean(),
    "is_item_by_code": pl.Boolean(),
    "is_item_by_words": pl.Boolean(),
    "code_controls": pl.List(pl.String()),
    "mineral_controls": pl.List(pl.String()),
    "control_rules": pl.List(pl.String()),
    "mineral_rules": pl.List(pl.String()),
    "licence_missing": pl.Float32(),
    "licence_unless": pl.String(),
    "licence_overdrawn": pl.Float32(),
    "days_past_validity": pl.Int32(),
    "licence_no": pl.String(),
    "destination_iso3": pl.String(),
    "end_use": pl.String(),
    "listed_match": pl.String(),
    "listed_side": pl.String(),
    "listed_party_name": pl.String(),
    "listed_name": pl.String(),
    "listed_announcement": pl.String(),
    "listed_kind": pl.String(),
    "listed_others_n": pl.Int64(),
}


def hits(has_register: bool = True, **given: Any) -> list[tuple[str, str]]:
    row = {"declaration_id": "d", "destination_iso3": "USA", "code_controls": ["2024-33", "2024-46"]} | given
    found = rule_hits(pl.DataFrame([row], schema=KINDS), CONTROLS, has_register=has_register)
    return [(one["code"], one["announcement"]) for one in found["rule_hits"].item().to_list()]


def test_nothing_known_is_no_hit() -> None:
    assert hits() == []


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"licence_missing": 1.0}, "licence_missing"),
        ({"days_past_validity": 3, "licence_no": "L1"}, "licence_expired"),
        ({"days_past_validity": -3, "licence_no": "L1"}, "licence_early"),
        ({"licence_overdrawn": 0.6, "licence_no": "L1"}, "licence_overdrawn"),
    ],
)
def test_breaches_of_a_licence_name_the_announcement_that_asks_for_it(given: dict[str, Any], code: str) -> None:
    assert hits(needs_licence=True, is_item_by_code=True, **given) == [(code, "2024-33")]
    assert hits(needs_licence=True, is_item_by_words=True, mineral_controls=["2025-10"], **given) == [(code, "2025-10")]
    assert hits(needs_licence=True, is_item_by_code=True, has_register=False, **given) == []
    assert hits(needs_licence=False, **given) == []
    assert hits(needs_licence=None, **given) == []


def test_a_code_shared_with_free_goods_is_no_proof_of_a_missing_licence() -> None:
    row = {"declaration_id": "d", "destination_iso3": "USA", "code_controls": ["2024-33"]}
    unless = {"licence_unless": "they are others of that code"}
    asked = pl.DataFrame([row | unless | {"needs_licence": True, "licence_missing": 1.0}], schema=KINDS)
    sentence = rule_hits(asked, CONTROLS, has_register=True)["rule_hits"].item()[0]["sentence"]
    assert sentence == (
        "By their code or words these goods need an export licence for USA, unless they are others of that code; "
        "none is named."
    )


def test_destination_rules_bind_only_goods_that_need_a_licence() -> None:
    rules = {
        "is_item_by_words": True,
        "mineral_rules": ["licence", "refusal_presumed"],
        "mineral_controls": ["2024-46"],
    }
    assert hits(needs_licence=True, **rules) == [("refusal_presumed", "2024-46")]
    assert hits(needs_licence=None, **rules) == []
    banned = {"is_item_by_words": True, "mineral_rules": ["prohibited"], "mineral_controls": ["2026-29"]}
    assert hits(needs_licence=True, **banned) == [("prohibited", "2026-29")]


def test_a_rule_by_a_heading_does_not_bind_goods_that_are_an_item_by_their_words() -> None:
    """Tungsten trioxide to the USA, whose heading (HS6) holds gallium oxide too: No. 46 of 2024 binds gallium."""
    tungsten = {
        "needs_licence": True,
        "is_item_by_words": True,
        "mineral_rules": ["licence"],
        "mineral_controls": ["2025-10"],
    }
    heading = {"control_rules": ["licence", "refusal_presumed"], "code_controls": ["2024-33", "2024-46"]}
    assert hits(is_item_by_code=False, **tungsten, **heading) == []
    assert hits(is_item_by_code=None, **tungsten, **heading) == []
    assert hits(is_item_by_code=True, **tungsten, **heading) == [("refusal_presumed", "2024-46")]
    gallium = {"mineral_rules": ["licence", "refusal_presumed"], "mineral_controls": ["2024-33", "2024-46"]}
    by_code_alone = {"needs_licence": True, "is_item_by_code": True, "control_rules": ["licence"]}
    assert hits(**by_code_alone, **gallium) == []
    missing = hits(is_item_by_code=False, licence_missing=1.0, **tungsten, **heading)
    assert missing == [("licence_missing", "2025-10")]


def test_of_a_code_of_several_announcements_those_of_the_named_mineral_are_cited() -> None:
    """2931900032 holds organic antimony (No. 33 of 2024) beside that of bismuth and indium (No. 10 of 2025)."""
    code = {
        "is_item_by_code": True,
        "needs_licence": True,
        "code_controls": ["2024-33", "2024-46", "2025-10"],
        "control_rules": ["licence", "refusal_presumed"],
    }
    assert hits(**code, licence_missing=1.0, destination_iso3="DEU") == [
        ("licence_missing", "2024-33, 2025-10"),
        ("refusal_presumed", "2024-46"),
    ]
    antimony = {"mineral_controls": ["2024-33", "2024-46"], "mineral_rules": ["licence", "refusal_presumed"]}
    assert hits(**code, **antimony, licence_missing=1.0) == [
        ("licence_missing", "2024-33"),
        ("refusal_presumed", "2024-46"),
    ]
    bismuth = {"mineral_controls": ["2024-46", "2025-10"], "mineral_rules": ["licence", "prohibited_military"]}
    assert hits(**code, **bismuth, licence_missing=1.0) == [("licence_missing", "2025-10")]
    other = {"mineral_controls": ["2023-23"], "mineral_rules": ["licence"]}  # by price alone: the code stands
    assert hits(**code, **other, licence_missing=1.0)[0] == ("licence_missing", "2024-33, 2025-10")


@pytest.mark.parametrize(
    ("end_use", "is_hit"),
    [
        ("defence radar", True),
        ("军用雷达", True),
        ("防衛省向け", True),
        ("semiconductor wafers", False),
        ("not for military use", False),
        ("civil aircraft, no weapons", False),
        ("非军事用途", False),
        (None, False),
    ],
)
def test_an_end_use_that_speaks_of_the_military_is_told_where_a_ban_on_it_binds(
    end_use: str | None, is_hit: bool
) -> None:
    """No. 1 of 2026, for Japan."""
    banned = {
        "is_item_by_code": True,
        "code_controls": ["2024-33", "2026-1"],
        "control_rules": ["licence", "prohibited_military"],
        "destination_iso3": "JPN",
    }
    assert hits(**banned, end_use=end_use) == ([("prohibited_military", "2026-1")] if is_hit else [])
    assert hits(**(banned | {"is_item_by_code": False}), end_use=end_use) == []
    assert hits(**(banned | {"control_rules": ["licence"]}), end_use=end_use) == []


def test_a_ban_binds_goods_that_no_licence_could_free() -> None:
    """Helium, No. 29 of 2026: the item is banned and needs no licence."""
    helium = {"control_rules": ["prohibited"], "code_controls": ["2026-29"]}
    assert hits(is_item_by_code=True, **helium) == [("prohibited", "2026-29")]
    assert hits(is_item_by_code=False, **helium) == hits(**helium) == []
    refused = {"control_rules": ["refusal_presumed"]}
    assert hits(is_item_by_code=True, **refused) == []


def test_only_the_very_name_of_a_listed_party_is_a_hit() -> None:
    listed = {
        "listed_side": "consignee",
        "listed_party_name": "EKSPLA\u202e UAB",
        "listed_name": "Ekspla",
        "listed_announcement": "2026-30",
        "listed_kind": "control",
        "listed_others_n": 2,
    }
    assert hits(listed_match="same name", **listed) == [("listed_party", "2026-30")]
    assert hits(listed_match="similar name", **listed) == []
    free = {"needs_licence": False, "is_item_by_code": False}
    assert hits(listed_match="same name", **free, **listed) == [("listed_party_free_goods", "2026-30")]
    assert hits(listed_match="same name", needs_licence=True, **listed) == [("listed_party", "2026-30")]
    assert hits(listed_match="same name", needs_licence=False, is_item_by_code=True, **listed)[0][0] == "listed_party"
    row = {"declaration_id": "d", "listed_match": "same name"} | listed
    found = rule_hits(pl.DataFrame([row], schema=KINDS), CONTROLS, has_register=False)
    assert found["rule_hits"].item()[0]["sentence"] == (
        "The consignee EKSPLA UAB bears the name of Ekspla on the control list of announcement 2026-30;"
        " 2 other firms carry its word."
    )
