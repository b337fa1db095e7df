"""Names read alike whatever their script, spelling and legal form."""

from __future__ import annotations

import polars as pl
import pytest

from features.parties import NameSigns
from features.parties.wording import read_names

SIGNS = NameSigns(
    sounds={"凯": "kai", "达": "da", "宝": "bao", "盈": "ying"}, simplified={"凱": "凯", "達": "达", "進": "进"}
)


def read(*names: str) -> pl.DataFrame:
    return read_names(pl.LazyFrame({"name": list(names)}), SIGNS).collect()


@pytest.mark.parametrize(
    "name",
    [
        "Shanghai Kaida Import & Export Co., Ltd.",
        "SHANGHAI KAIDA IMP. & EXP. COMPANY LIMITED",
        "Shanghai Kai Da Import Export",
        "上海凯达进出口有限公司",
        "上海凱達進出口有限公司",
        "ＳＨＡＮＧＨＡＩ　Ｋａｉｄａ Exporters & Importers",
    ],
)
def test_spellings_of_one_name_read_alike(name: str) -> None:
    assert read(name)["form"].item() == "kaida export import shanghai"


@pytest.mark.parametrize(
    "name", ["ООО Камчат Металл", "ООО «Камчат-Металл»", "OOO Kamchat Metall", "KAMCHAT METALL LLC"]
)
def test_cyrillic_names_read_as_they_are_spelled_in_latin(name: str) -> None:
    assert read(name)["form"].item() == "kamchat metals"


def test_own_words_are_told_from_places_trades_and_legal_forms() -> None:
    found = read("Wickland Baoying (Hong Kong) Trading GmbH").row(0, named=True)
    assert found["words"] == ["baoying", "wickland", "wicklandbaoying"]
    assert found["beside"] == ["hongkong", "trading"]


def test_a_name_of_common_words_only_has_no_word_of_its_own() -> None:
    found = read("Shanghai Trading Co., Ltd.").row(0, named=True)
    assert (found["own"], found["words"], found["form"]) == ("", [], "shanghai trading")


def test_a_long_chinese_run_also_gives_its_head() -> None:
    # 凯达宝盈: no word list knows it; a group's name is its first two characters.
    assert read("凯达宝盈公司")["words"].item().to_list() == ["kaida", "kaidabaoying"]


def test_without_sounds_characters_stay_characters() -> None:
    found = read_names(pl.LazyFrame({"name": ["上海凯达贸易"]}), NameSigns()).collect().row(0, named=True)
    assert (found["own"], found["beside"]) == ("凯达", ["shanghai", "trading"])


@pytest.mark.parametrize("name", ["", " ", "---", "=1+1", "A" * 5000, "\u200b", "株式会社", "." * 300, "co ltd"])
def test_hostile_names_are_read_once_each_without_failing(name: str) -> None:
    assert read(name).height == 1
