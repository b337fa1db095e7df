"""What the control list says of whole declarations: whether the code decides, or the words, on that day."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from features.assemble import assemble_evidence
from features.background import Background
from features.contracts import Declarations, Licences
from features.routing import wanted_pairs
from pipelines.geography import distances
from pipelines.reference import load_controls, load_minerals


def judged(told: list[str], *rows: tuple[str | None, ...], **others: str | None) -> list[tuple[Any, ...]]:
    """Give the evidence `told` of declarations of a day, code, text, direction, origin and destination."""
    names = ["declared_on", "hs_code", "description", "direction", "origin_iso3", "destination_iso3"]
    declared = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row").with_columns(
        pl.lit(value, pl.String).alias(name) for name, value in others.items()
    )
    declared = declared.with_columns(
        pl.col("declared_on").str.to_date(), declaration_id=pl.int_range(pl.len()).cast(pl.String)
    )
    pairs = wanted_pairs(declared.lazy()).unique().collect()
    background = Background(
        minerals=load_minerals(),
        controls=load_controls(),
        history=Declarations.create_empty().lazy(),
        outcomes=None,
        licences=Licences.create_empty().lazy(),
        distances=distances(pairs).lazy(),
        lane_state=None,
        corridor_state=None,
    )
    return assemble_evidence(declared, background).select(told).rows()


@pytest.mark.parametrize(
    ("eight", "ten", "text", "missing"),
    [
        ("68151900", "6815190010", "graphite gaskets sealing", None),
        ("28469029", "2846902999", "lanthanum carbonate", 0.0),  # no item lists it
        ("38249999", "3824999999", "antimony free flame retardant masterbatch", None),
        ("28469029", "2846902999", "terbium oxide 99.9%", 1.0),  # the words meet No. 18 of 2025
    ],
)
def test_eight_digits_decide_no_more_than_another_line_of_theirs(
    eight: str, ten: str, text: str, missing: float | None
) -> None:
    rows = [("2025-07-23", code, text, "export", "CHN", "DEU") for code in (eight, ten)]
    for found, hits in judged(["licence_missing", "rule_hits"], *rows, licence_no=None):
        assert found == missing
        assert [hit["code"] for hit in hits] == (["licence_missing"] if missing else [])


@pytest.mark.parametrize(
    ("row", "conflict", "openly"),
    [
        (("2025-09-20", "2841801000", "ammonium paratungstate APT", "export", "CHN", "DEU"), 1.0, 0.2),
        (("2024-09-20", "2841801000", "ammonium paratungstate APT", "export", "CHN", "DEU"), 0.0, 0.6),  # before No. 10
        (("2025-07-05", "2846901600", "terbium oxide", "export", "CHN", "JPN"), 1.0, 0.2),
        (("2025-07-05", "2846901600", "terbium oxide", "import", "JPN", "CHN"), 0.0, 0.6),  # Japanese goods
        (("2025-07-05", "2846901600", "terbium oxide", "import", "CHN", "JPN"), 0.0, 0.6),  # Japanese papers
        (("2025-07-05", "2846901600", "terbium oxide", "export", None, "JPN"), None, 0.2),  # from where is unknown
    ],
)
def test_a_remark_conflicts_only_with_an_item_in_force_for_these_goods(
    row: tuple[str | None, ...], conflict: float | None, openly: float
) -> None:
    """APT is controlled since No. 10 of 2025 (4 February), terbium since No. 18 (4 April), on leaving China."""
    (found,) = judged(["remark_conflict", "declared_openly"], row, control_remark="非管制")
    assert found == (conflict, pytest.approx(openly))


@pytest.mark.parametrize(
    ("code", "text", "missing"),
    [
        ("8207300000", "tungsten carbide dies", 0.0),
        ("82073000", "钨钢模具 tungsten carbide dies", 0.0),
        ("8207909000", "碳化钨喷嘴", 0.0),
        ("8209002900", "tungsten carbide inserts CNMG120408", 0.0),
        ("8113009000", "tungsten carbide rods", 0.0),
        ("8207300000", "tungsten carbide powder for dies", 1.0),  # what it is used for is not what it is
        ("8207300000", "碳化钨粉", 1.0),
        ("2849902000", "tungsten carbide powder", 1.0),
        ("2849902000", "tungsten carbide dies", 1.0),  # the code says that it is the substance
        ("2849902000", "tungsten carbide", 1.0),
        ("6903900000", "dysprosium oxide crucibles", 0.0),
        ("6903900000", "dysprosium oxide 99.9% crucibles", 1.0),  # a purity is stated of a substance
    ],
)
def test_a_finished_article_of_a_listed_substance_is_not_listed(code: str, text: str, missing: float) -> None:
    """No. 10 of 2025 lists tungsten carbide (2849902000), No. 18 dysprosium oxide: neither a tool or vessel of them."""
    (found,) = judged(["licence_missing"], ("2025-08-01", code, text, "export", "CHN", "VNM"), licence_no=None)
    assert found == (missing,)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("sintered NdFeB magnets", None),
        ("sintered NdFeB magne", None),
        ("sintered NdeB magnets", None),
        ("货物一批", None),
        ("配件", None),
        (None, None),
        ("permanent magnets N42", 0.0),
        ("SmCo magnets", 1.0),
        ("NdFeB magnets 38EH", 1.0),  # grades that stand heat hold dysprosium or terbium
        ("NdFeB magnets with dysprosium", 1.0),
    ],
)
def test_a_vague_text_claims_no_more_than_one_that_names_the_magnets(text: str | None, missing: float | None) -> None:
    """8505111000 holds plain magnets too, which are free; No. 18 of 2025 lists those with Sm, Dy or Tb."""
    row = ("2025-08-01", "8505111000", text, "export", "CHN", "VNM")
    (found,) = judged(["licence_missing"], row, licence_no=None)
    assert found == (missing,)


@pytest.mark.parametrize(
    ("direction", "origin", "dispatch", "loading", "missing"),
    [
        ("export", "THA", "CHN", "CNSZX", 1.0),
        ("export", "THA", "THA", "CNSZX", 1.0),  # the better lie is told as much
        ("export", "MYS", None, "cn can", 1.0),
        ("export", "THA", "THA", "CHN", 1.0),
        ("export", "THA", "THA", "THBKK", 0.0),
        ("export", "THA", "THA", None, 0.0),
        ("export", "CHN", "CHN", "VNHPH", 1.0),  # sent from China, whatever the port
        ("export", "MNG", "MNG", "CNTXG", 0.0),  # no coast: its goods pass through
        ("export", "VNM", "HKG", "CNSZX", 0.0),  # a gateway of Hong Kong
        ("transit", "THA", "THA", "CNSZX", 0.0),
        ("import", "THA", "THA", "CNSZX", 0.0),  # may have changed ship there; another country's papers
    ],
)
def test_an_export_loaded_in_china_leaves_china_whatever_the_papers_say(
    direction: str, origin: str, dispatch: str | None, loading: str | None, missing: float
) -> None:
    """What leaves China is bound by its list (Export Control Law, article 2), of whatever origin."""
    row = ("2025-08-01", "2846901500", "dysprosium oxide 99.5%", direction, origin, "USA")
    places = {"dispatch_iso3": dispatch, "loading_port": loading}
    ((found, unless),) = judged(["licence_missing", "licence_unless"], row, licence_no=None, **places)
    assert found == missing
    assert ("pass through China" in unless) == (origin != "CHN")


@pytest.mark.parametrize(
    ("code", "text", "missing"),
    [
        ("2825600090", "zirconium dioxide powder / 氧化锆 粉", 0.0),
        ("2825600090", "nano zirconia", 0.0),
        ("2825600090", "氧化锆", 0.0),
        ("2825600001", "高纯二氧化锆", 0.0),
        ("2825600090", "ceramic powder", None),  # the rest of the line is not the item's
        ("2825600090", "germanium dioxide", 1.0),
        ("2825600001", "chemical powder", 1.0),
        ("2825909001", "tin dioxide", 0.0),
        ("2825909001", "nickel oxide, green", 0.0),
        ("3818009020", "silicon wafers 8 inch", 0.0),
        ("2846901993", "neodymium oxide", 0.0),
        ("2805301910", "praseodymium metal", 0.0),
        ("7106919001", "银锭", 0.0),
        ("8110101000", "antimony-free lead calcium alloy", 0.0),
        ("8110101000", "for lead batteries", 1.0),  # what it is for is not what it is
    ],
)
def test_words_that_name_a_substance_no_item_lists_exclude_it(code: str, text: str, missing: float | None) -> None:
    """From 2026 on the line of germanium oxides reads 2825600001; zirconium dioxide is what the rest of it holds."""
    ((found, hits),) = judged(
        ["licence_missing", "rule_hits"], ("2026-03-01", code, text, "export", "CHN", "DEU"), licence_no=None
    )
    assert found == missing
    assert [hit["code"] for hit in hits] == (["licence_missing"] if missing else [])


def test_a_military_end_use_of_gallium_to_japan_is_told_from_the_ban_on() -> None:
    days = ("2026-01-05", "2026-01-06")
    rows = [(day, "8112929090", "gallium metal", "export", "CHN", "JPN") for day in days]
    told = [
        [hit["code"] for hit in hits]
        for (hits,) in judged(["rule_hits"], *rows, end_use="defence radar", licence_no=None)
    ]
    assert told == [["licence_missing"], ["licence_missing", "prohibited_military"]]
