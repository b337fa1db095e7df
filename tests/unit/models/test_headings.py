"""The heading model on a nomenclature of eight lines, by hand."""

from __future__ import annotations

import polars as pl
import pytest

from features.errors import ContractError
from models.headings import HeadingModel

LINES = pl.DataFrame(
    {
        "hs_code": ["811010", "811020", "811090", "2805.30.00", "690721", "690722", "841370", "8413", None, "12"],
        "description": [
            "Unwrought antimony; antimony powders",
            "Antimony waste and scrap",
            "Articles of antimony",
            "Rare earth metals, scandium and yttrium",
            "Ceramic floor tiles, water absorption not over 0.5 %",
            "Ceramic floor tiles, water absorption over 0.5 %",
            "Centrifugal pumps for liquids",
            "Pumps for liquids 液体泵",
            "no code",
            "code too short",
        ],
    }
)


@pytest.fixture(scope="module")
def model() -> HeadingModel:
    return HeadingModel.fit(LINES)


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("ANTIMONY POWDER", "8110"),
        ("ceramic tile for floors", "6907"),
        ("centrifugal pump", "8413"),
        ("аntimоny", "8110"),
    ],
)
def test_the_likeliest_heading(model: HeadingModel, text: str, heading: str) -> None:
    best = model.predict([text]).row(0, named=True)
    assert (best["rank"], best["code"]) == (1, heading)


def test_probabilities_add_up_and_do_not_depend_on_the_batch(model: HeadingModel) -> None:
    every = model.predict(["antimony", "pump", "nothing known"], n_best=50)
    assert every.group_by("text").agg(pl.col("probability").sum())["probability"].to_list() == pytest.approx([1] * 3)
    assert model.predict(["pump"], n_best=50).equals(every.filter(pl.col("text") == "pump"))
    assert model.predict(["pump", "pump"]).height == model.predict(["pump"]).height  # a text is judged once


def test_lines_in_another_order_or_twice_teach_the_same(model: HeadingModel) -> None:
    again = HeadingModel.fit(pl.concat([LINES.reverse(), LINES]))
    assert again.predict(["antimony scrap", "tile"]).equals(model.predict(["antimony scrap", "tile"]))


def test_a_saved_model_is_its_lines(model: HeadingModel) -> None:
    assert HeadingModel(model.lines.clone()).predict(["tile"]).equals(model.predict(["tile"]))
    assert model.lines["hs_code"].to_list() == [
        "280530",
        "690721",
        "690722",
        "811010",
        "811020",
        "811090",
        "8413",
        "841370",
    ]


def test_shares_of_words_by_hand(model: HeadingModel) -> None:
    # antimony is in all three lines of 8110, and three times among the tokens of all lines
    shares = model.word_shares()
    assert shares.filter(pl.col("token") == "antimony").select("heading_of", "share").rows() == [("8110", 1.0)]
    assert "液体" not in shares["token"].to_list()  # in one line: too rare to say anything
    tokens = sum(len(set(line)) for line in TOKENS)
    assert shares.filter(pl.col("token") == "antimony")["background"].item() == pytest.approx(3 / tokens)


TOKENS = [
    ["rare", "earth", "metals", "scandium", "and", "yttrium"],
    ["ceramic", "floor", "tiles", "water", "absorption", "not", "over"],
    ["ceramic", "floor", "tiles", "water", "absorption", "over"],
    ["unwrought", "antimony", "powders"],
    ["antimony", "waste", "and", "scrap"],
    ["articles", "antimony"],
    ["pumps", "for", "liquids", "液体", "体泵"],
    ["centrifugal", "pumps", "for", "liquids"],
]


def test_nothing_to_learn_from_is_refused() -> None:
    with pytest.raises(ContractError, match="description"):
        HeadingModel.fit(pl.DataFrame({"hs_code": ["811010"]}))
    with pytest.raises(ContractError, match="no line"):
        HeadingModel.fit(pl.DataFrame({"hs_code": ["12"], "description": ["x"]}))
    with pytest.raises(ContractError, match="8 digits"):
        HeadingModel.fit(LINES).predict(["tile"], digits=8)


def test_nulls_and_hostile_texts_are_judged_or_left_out(model: HeadingModel) -> None:
    assert model.predict([]).is_empty()
    found = model.predict(["", "锑" * 10_000, "<script>" * 1000, "tile"])
    assert found["text"].n_unique() == 4
    assert found["probability"].is_between(0, 1).all()
