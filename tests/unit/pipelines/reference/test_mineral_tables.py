"""The shipped minerals as tables, and malformed ones refused."""

from datetime import date as day
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from features.errors import ConfigError
from features.minerals import FORMS, TERMS, Minerals, mineral_called
from pipelines.reference import load_controls, load_minerals


@pytest.fixture(scope="module")
def minerals() -> Minerals:
    return load_minerals()


def test_keys_are_unique_and_refer_to_each_other(minerals: Minerals) -> None:
    assert minerals.minerals["mineral"].is_unique().all()
    assert minerals.forms["form_id"].is_unique().all()
    assert not minerals.terms.select("term", "mineral").is_duplicated().any()
    for frame in (minerals.forms, minerals.terms, minerals.prices, minerals.packings):
        assert set(frame["mineral"]) <= set(minerals.minerals["mineral"])
        assert set(frame["form_id"].drop_nulls()) <= set(minerals.forms["form_id"])
    assert minerals.forms.schema == FORMS
    assert minerals.terms.schema == TERMS


def test_every_listed_form_names_an_item_of_the_control_list(minerals: Minerals) -> None:
    listed = minerals.forms.filter(pl.col("is_listed"))
    assert set(listed["control_item"]) <= set(load_controls().items["item_id"])
    assert minerals.forms.filter(~pl.col("is_listed"))["control_item"].null_count() > 0


def test_minerals_of_the_control_list_are_all_there(minerals: Minerals) -> None:
    controls = load_controls()
    goods = controls.items.filter(pl.col("kind") != "technology")
    assert set(goods["mineral"]) - set(minerals.minerals["mineral"]) == {"helium"}  # not a mineral of this tool


def test_terms_in_both_scripts_and_in_pinyin(minerals: Minerals) -> None:
    told = {(row["term"], row["lang"]): row for row in minerals.terms.iter_rows(named=True)}
    assert told["三氧化二锑", "zh"]["mineral"] == "antimony"
    assert told["三氧化二銻", "zh-hant"]["mineral"] == "antimony"
    assert told["sanyanghuaerti", "pinyin"]["mineral"] == "antimony"
    assert told["1309-64-4", "cas"]["form_id"] is None  # commercial and pure oxide share the number
    assert told["7440-55-3", "cas"]["form_id"] == "gallium/gallium-metal"
    assert all(term == term.lower() for term, lang in told if lang != "written")


def test_ambiguous_terms_weigh_less(minerals: Minerals) -> None:
    weight = dict(minerals.terms.filter(pl.col("mineral").is_in(["antimony", "tungsten", "yttrium"]))
                  .select("term", "weight").iter_rows())  # fmt: skip
    assert weight["ato"] < weight["antimony trioxide"]
    assert weight["wc"] < weight["tungsten carbide"]
    assert weight["yanghuayi"] < 0.5  # yttrium and ytterbium sound alike
    assert "w" not in weight


def test_look_alikes_are_known_as_free(minerals: Minerals) -> None:
    free = dict(minerals.forms.select("form_id", "is_listed").iter_rows())
    names = (
        "antimony/antimony-trioxide-commercial",
        "indium/indium-metal",
        "bismuth/bismuth-trioxide",
        "tellurium/tellurium-dioxide",
        "tungsten/tungsten-ore",
        "tungsten/ferro-tungsten",
        "rare_earth_magnets/plain-ndfeb-magnet-without-dy-or-tb",
        "rare_earth_light/neodymium-oxide",
    )
    for form in names:
        assert free[form] is False


def test_shares_of_metal_follow_from_formulae(minerals: Minerals) -> None:
    share = dict(minerals.forms.select("form_id", "metal_share").iter_rows())
    assert share["tungsten/ammonium-paratungstate"] == pytest.approx(0.704, abs=0.0005)
    assert share["bismuth/tin-bismuth-solder-paste-alloy-sn42bi58"] == pytest.approx(0.58)
    assert share["gallium/indium-gallium-arsenide"] is None  # a solid solution has no fixed share
    assert share["dysprosium/ndfeb-magnet-with-dy"] is None


def test_price_on_a_contained_basis_is_turned_into_one_of_the_goods(minerals: Minerals) -> None:
    # APT at 47.75 USD per kg WO3; APT holds 0.70425 / 0.79297 = 0.8881 kg WO3 a kg
    rows = minerals.prices.filter((pl.col("mineral") == "tungsten") & (pl.col("priced_on") == day(2025, 7, 22)))
    assert rows["low_usd_per_kg"].to_list() == [pytest.approx(47.75 * 0.8881, rel=1e-3)]
    assert rows["form_id"].to_list() == ["tungsten/ammonium-paratungstate"]


def test_every_mineral_has_a_band_and_a_package(minerals: Minerals) -> None:
    names = set(minerals.minerals["mineral"])
    assert set(minerals.prices.filter(pl.col("confidence") == "band")["mineral"]) == names
    assert set(minerals.packings["mineral"]) | {"lithium_battery"} >= names - {"helium"}
    assert (minerals.prices["low_usd_per_kg"] <= minerals.prices["high_usd_per_kg"]).all()
    assert (minerals.packings["package_kg_low"] <= minerals.packings["package_kg_high"]).all()


OLD_FORM: dict[str, Any] = {
    "minerals": {
        "antimony": {
            "symbol": "Sb", "cn": "锑", "group": "No.33/2024", "synonyms_en": ["stibium"], "synonyms_cn": ["锑白"],
            "forms": [
                {"name": "antimony trioxide", "name_cn": "三氧化二锑", "formula": "Sb2O3", "cas": "1309-64-4",
                 "hs6": ["282580"], "cn": ["2825800090"], "density_kg_m3": 5400, "grades": None, "listed": False,
                 "control": "below listed purity", "condition": None, "synonyms": []}
            ],
            "packaging": "ingots about 20-25 kg, pallets of 1 t, about 20 t per box",
            "prices": [{"what": "EU", "low": 55, "high": 62, "unit": "USD/kg", "date": "2024-12..2025-03",
                        "source": "edge", "confidence": "verified"}],
            "unit_value_band_usd_kg": [8, 65],
        }
    }
}  # fmt: skip


def _load(folder: Path, form: dict[str, Any]) -> Minerals:
    path = folder / "mine.yaml"
    path.write_text(yaml.safe_dump(form, allow_unicode=True), encoding="utf-8")
    return load_minerals(path)


def test_older_form_is_read(tmp_path: Path) -> None:
    found = _load(tmp_path, OLD_FORM)
    assert found.packings.select("package_kg_low", "package_kg_high").rows() == [(20.0, 25.0), (1000.0, 1000.0)]
    assert found.prices["priced_on"].to_list() == [day(2000, 1, 1), day(2025, 3, 31)]
    assert found.forms["metal_share"].to_list() == [pytest.approx(0.8354, abs=1e-4)]
    assert {"antimony", "stibium", "三氧化二锑", "三氧化二銻", "sb2o3", "1309-64-4"} <= set(found.terms["term"])


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("cas", "1309-64-5", "check digit"), ("hs6", ["2825"], "forms.0.hs6.0"), ("density_kg_m3", -1, "density_kg_m3"),
        ("colour", "white", "unknown key 'forms.0.colour'"), ("listed", "perhaps", "forms.0.listed"),
    ],
)  # fmt: skip
def test_malformed_form_is_refused(tmp_path: Path, key: str, value: object, said: str) -> None:
    form = yaml.safe_load(yaml.safe_dump(OLD_FORM))
    form["minerals"]["antimony"]["forms"][0][key] = value
    with pytest.raises(ConfigError, match="mineral antimony") as refused:
        _load(tmp_path, form)
    assert said in str(refused.value)


def test_term_of_a_form_that_is_not_there_is_refused(tmp_path: Path) -> None:
    form = yaml.safe_load(yaml.safe_dump(OLD_FORM))
    form["minerals"]["antimony"]["terms"] = [{"term": "regulus", "lang": "en", "form": "antimony metal"}]
    with pytest.raises(ConfigError, match="'antimony metal' is none of this mineral's forms"):
        _load(tmp_path, form)


def test_a_mineral_is_known_by_whatever_a_clerk_calls_it(minerals: Minerals) -> None:
    said = [
        "antimony",
        " Antimony ",
        "ANTIMONY",
        "锑",
        "Sb",
        "三氧化二锑",
        "ＷＯＬＦＲＡＭ",
        "钨",
        "unobtainium",
        None,
    ]
    found = pl.DataFrame({"name": said}).select(mineral_called(pl.col("name"), minerals)).to_series().to_list()
    assert found == ["antimony"] * 6 + ["ＷＯＬＦＲＡＭ", "tungsten", "unobtainium", None]  # wolfram has weight 0.8
