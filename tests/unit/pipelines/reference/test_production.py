from pathlib import Path

import polars as pl
import pytest

from features.errors import ConfigError
from pipelines.reference import load_minerals
from pipelines.reference.production import metal_content, read_production

HEAD = "country_iso3,mineral,year,contained_t,low_t,high_t,source\n"


def test_csv_and_toml_say_the_same(tmp_path: Path) -> None:
    table, toml = tmp_path / "p.csv", tmp_path / "p.toml"
    table.write_text(HEAD + "THA,antimony,2024,240,200,300,own\n", encoding="utf-8")
    toml.write_text(
        '[[production]]\ncountry_iso3 = "THA"\nmineral = "antimony"\nyear = 2024\ncontained_t = 240\nlow_t = 200\n'
        'high_t = 300\nsource = "own"\n',
        encoding="utf-8",
    )
    assert read_production(table).equals(read_production(toml))


@pytest.mark.parametrize(
    "row",
    ["XXX,antimony,2024,240,200,300,own", "THA,antimony,2024,240,250,300,own", "THA,antimony,2024,much,1,2,own", ""],
)
def test_what_cannot_be_used_is_refused(tmp_path: Path, row: str) -> None:
    table = tmp_path / "p.csv"
    table.write_text(HEAD + row + "\n", encoding="utf-8")
    with pytest.raises(ConfigError):
        read_production(table)


def test_content_follows_the_formula_and_mixed_codes_begin_at_nothing() -> None:
    content = metal_content(load_minerals())
    oxide = content.filter(pl.col("mineral") == "antimony", pl.col("hs6") == "282580").row(0, named=True)
    assert oxide["share_high"] == pytest.approx(0.835, abs=0.001)  # indicators.md 16: Sb in Sb2O3
    mixed = content.filter(pl.col("hs6") == "811292")
    assert (mixed["share_low"] == 0.0).all()


def test_capacity_is_a_limit_and_alone_it_bounds_unknown_production(tmp_path: Path) -> None:
    table = tmp_path / "p.csv"
    table.write_text(
        HEAD.replace("source", "capacity_t,source")
        + "THA,antimony,2024,240,200,300,250,own\nVNM,antimony,2024,,,,80,own\nMYS,antimony,2024,5,4,6,,own\n",
        encoding="utf-8",
    )
    rows = {row["country_iso3"]: row for row in read_production(table).to_dicts()}
    assert [rows["THA"][name] for name in ("low_t", "contained_t", "high_t")] == [200.0, 240.0, 250.0]
    assert [rows["VNM"][name] for name in ("low_t", "contained_t", "high_t")] == [0.0, 40.0, 80.0]
    assert [rows["MYS"][name] for name in ("low_t", "contained_t", "high_t", "capacity_t")] == [4.0, 5.0, 6.0, None]


@pytest.mark.parametrize("row", ["THA,antimony,2024,,,,,own", "THA,antimony,2024,240,,300,250,own"])
def test_half_a_production_row_is_refused(tmp_path: Path, row: str) -> None:
    table = tmp_path / "p.csv"
    table.write_text(HEAD.replace("source", "capacity_t,source") + row + "\n", encoding="utf-8")
    with pytest.raises(ConfigError):
        read_production(table)
