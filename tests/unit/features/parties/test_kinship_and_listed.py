"""One group at both ends, and listed end users."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from features.controls.frames import ENTITIES
from features.parties import NameSigns, build_parties
from tests.unit.features.parties.worlds import declaration, frame, outcomes

SIGNS = NameSigns(sounds={"凯": "kai", "开": "kai", "达": "da", "汉": "han", "翔": "xiang"})
NOTHING = frame(declaration("none")).filter(pl.lit(value=False))


def entity(name: str | None, name_cn: str | None = None, **given: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "entity_id": f"2025-21/{name}",
        "announcement_id": "2025-21",
        "entity_list": "control",
        "name": name,
        "name_cn": name_cn,
        "country_iso3": "USA",
        "n_unnamed": 0,
        "valid_from": date(2024, 1, 1),
        "known_from": date(2024, 1, 1),
    }
    return usual | given


def build(exporter: str | None, consignee: str | None, *listed: dict[str, Any], **given: Any) -> dict[str, Any]:
    history = given.pop("history", NOTHING)
    row = frame(declaration("a", exporter_name=exporter, consignee_name=consignee, **given))
    entities = pl.DataFrame(list(listed), schema=ENTITIES) if listed else None
    return build_parties(row, history, outcomes(), entities=entities, signs=SIGNS).collect().row(0, named=True)


def test_a_rare_word_at_both_ends_is_worth_mentioning() -> None:
    # One own word covers both names: rarity 0.6 with no firm known yet, coverage 1, full 0.7.
    found = build("Shanghai Kaida Trading Co., Ltd.", "Kaida (Hong Kong) GmbH")
    assert found["same_group"] == pytest.approx(0.7 * 0.6)
    assert found["shared_word"] == "kaida"
    assert build("上海凯达贸易有限公司", "Kaida (Hong Kong) GmbH")["same_group"] == pytest.approx(0.42)


def test_a_word_that_many_firms_carry_speaks_for_chance() -> None:
    # Ten other firms called Kaida: rarity (0.6 + 0.4 * 10 / 210) / (1 + 10 / 2) = 0.1032, times 0.7 = 0.0722.
    cities = ("Ningbo", "Xiamen", "Suzhou", "Foshan", "Dalian", "Wuhan", "Harbin", "Kunming", "Tianjin", "Chengdu")
    past = [
        declaration(city, exporter_name=f"Kaida {city}", exporter_id=city, declared_on=date(2024, 3, 1))
        for city in cities
    ]
    found = build("Shanghai Kaida Trading", "Kaida GmbH", history=frame(*past))
    assert found["same_group"] == pytest.approx(0.0722, abs=1e-4)
    assert found["common_name"] == pytest.approx(10 / 15)
    later = frame(*(one | {"declared_on": date(2024, 6, 1)} for one in past))
    assert build("Shanghai Kaida Trading", "Kaida GmbH", history=later)["same_group"] == pytest.approx(0.42)


def test_places_and_trades_in_common_are_no_kinship() -> None:
    found = build("Shanghai Lifeng Trading", "Shanghai Wickland Trading Inc.")
    assert found["same_group"] == 0.0
    assert found["common_name"] == pytest.approx(0.2)


def test_characters_that_only_sound_alike_are_weak() -> None:
    assert build("凯达公司", "开达公司")["same_group"] == pytest.approx(0.7 * 0.6 * 0.2)


def test_names_one_identifier_bore_before_are_one_firm() -> None:
    past = frame(
        declaration("p", exporter_name="Lifeng Trading", exporter_id="E9", declared_on=date(2024, 3, 1)),
        declaration("q", exporter_name="Wickland Trading", exporter_id="E9", declared_on=date(2024, 4, 1)),
    )
    found = build("Lifeng Trading", "Wickland Trading", history=past)
    assert found["same_group"] == pytest.approx(0.63)
    assert found["kinship_why"] == "both names were used by one firm before"
    early = build("Lifeng Trading", "Wickland Trading", history=past, declared_on=date(2024, 4, 20))
    assert early["same_group"] == 0.0


@pytest.mark.parametrize(("exporter", "consignee"), [(None, "Kaida"), ("Kaida", None), (None, None)])
def test_kinship_is_unknown_without_both_names(exporter: str | None, consignee: str | None) -> None:
    found = build(exporter, consignee)
    assert found["same_group"] is None
    assert found["common_name"] is None


def test_a_listed_name_is_met_whatever_its_legal_form() -> None:
    found = build("Kaida", "SARONIC TECHNOLOGY CO", entity("Saronic Technologies, Inc."))
    assert found["listed_party"] == 1.0
    assert (found["listed_side"], found["listed_announcement"]) == ("consignee", "2025-21")
    assert found["listed_match"] == "same name"


@pytest.mark.parametrize(
    ("name", "strength", "match"),
    [
        ("汉翔航空工业股份有限公司", 1.0, "same name"),
        ("Hanxiang Aviation Industrial", 0.85, "same name by its sound in another script"),
        ("Saronyc Technologies", 0.0, None),  # six letters are too few to call one slip
        ("Oceaneerring International", 0.75, "same name but for one letter"),
        ("Oceaneering International (Thailand)", 0.7, "similar name"),
        ("Kaida Furniture", 0.0, None),
    ],
)
def test_strength_of_a_match(name: str, strength: float, match: str | None) -> None:
    listed = (
        entity("Aerospace Industrial Development Corporation", "汉翔航空工业"),
        entity("Oceaneering International, Inc."),
        entity("Saronic Technologies, Inc."),
    )
    found = build("Kaida", name, *listed)
    assert found["listed_party"] == pytest.approx(strength, abs=0.06)
    assert found["listed_match"] == match


@pytest.mark.parametrize(
    "name",
    [
        "Осеаnееrіng Іntеrnаtіоnаl",  # Cyrillic letters
        "O\u200bcea\u2060neering International",
        "O c e a n e e r i n g   I n t e r n a t i o n a l",
        "Oceaneering.International.Inc",
        "0c3aneer1ng International",
        "International Oceaneering",
        "Oceaneering International Holdings Ltd",
        "Warehouse 4 c/o Oceaneering International, Inc.",
        "Oceaneering International Attn: Mr Smith",
    ],
)
def test_a_listed_name_is_met_under_disguise(name: str) -> None:
    found = build("Kaida", name, entity("Oceaneering International, Inc."))
    assert found["listed_party"] >= 0.5
    assert found["listed_party_name"] == name


@pytest.mark.parametrize("name", ["Международный океан", "Ocean International", "Engineering International Holdings"])
def test_names_of_other_firms_stay_other(name: str) -> None:
    assert build("Kaida", name, entity("Oceaneering International, Inc."))["listed_party"] < 0.5


def test_only_spells_in_force_and_known_that_day_count() -> None:
    paused = entity("Ekspla", valid_from=date(2024, 1, 1), valid_to=date(2024, 6, 1))
    unknown = entity("Ekspla", known_from=date(2024, 6, 11))
    assert build("Kaida", "EKSPLA", paused)["listed_party"] == 0.0
    assert build("Kaida", "EKSPLA", unknown)["listed_party"] == 0.0
    assert build("Kaida", "EKSPLA", unknown, declared_on=date(2024, 6, 11))["listed_party"] == 1.0


def test_screening_is_unknown_without_names_or_list() -> None:
    assert build(None, None, entity("Ekspla"))["listed_party"] is None
    assert build("Kaida", "EKSPLA")["listed_party"] is None
    assert build(None, "EKSPLA", entity("Ekspla"))["listed_party"] == 1.0


def test_the_rival_reading_counts_who_else_carries_the_word() -> None:
    past = [declaration(str(n), exporter_name=f"Ekspla {n}x Foods", exporter_id=f"X{n}") for n in range(3)]
    history = frame(*(one | {"declared_on": date(2024, 5, 1)} for one in past))
    assert build("Kaida", "EKSPLA", entity("Ekspla"), history=history)["listed_others_n"] == 3
