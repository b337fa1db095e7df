"""Evidence told in sentences."""

from __future__ import annotations

import json

import polars as pl

from features.evidence import Evidence
from models.reasons import FIGURE_LENGTH, tell


def evidence(code: str, sentence: str, *figures: str, role: str = "doubt") -> Evidence:
    return Evidence(code, "parcel", role, "strength", sentence, figures, "unknown", "test")  # type: ignore[arg-type]


DENSE = evidence(
    "dense", "Weighs {density_kg_m3} kg/m³, against {usual_kg_m3} usually.", "density_kg_m3", "usual_kg_m3"
)
TEXT = evidence("text", "Names “{term}”.", "term")


def rows(**columns: list[object]) -> pl.DataFrame:
    return pl.DataFrame({"declaration_id": ["a", "b"], **columns}, strict=False)


def test_strongest_first_with_figures() -> None:
    table = rows(
        dense=[0.9, 0.1],
        text=[0.5, None],
        density_kg_m3=[6691.23, 1.0],
        usual_kg_m3=[1400.0, 1.0],
        term=["antimony", "x"],
    )
    told = tell(table, (DENSE, TEXT), None, role="doubt")
    first = told["told"].to_list()[0]
    assert [one["code"] for one in first] == ["dense", "text"]
    assert first[0]["sentence"] == "Weighs 6691 kg/m³, against 1400 usually."
    assert json.loads(first[0]["figures"]) == {"density_kg_m3": 6691.0, "usual_kg_m3": 1400.0}
    assert told["told"].to_list()[1] == []  # 0.1 is too weak to tell, null is unknown


def test_what_the_model_made_of_it_decides_between_equals() -> None:
    table = rows(dense=[0.6, 0.6], text=[0.6, 0.6], density_kg_m3=[1.0, 1.0], usual_kg_m3=[1.0, 1.0], term=["t", "t"])
    pushes = pl.DataFrame({"declaration_id": ["a", "b"], "code": ["text", "dense"], "contribution": [1.0, 1.0]})
    told = tell(table, (DENSE, TEXT), pushes, role="doubt")["told"].to_list()
    assert [one["code"] for one in told[0]] == ["text", "dense"]
    assert [one["code"] for one in told[1]] == ["dense", "text"]


def test_an_unknown_figure_reads_as_unknown() -> None:
    table = rows(dense=[0.9, None], density_kg_m3=[None, None])
    sentence = tell(table.with_columns(pl.col("density_kg_m3").cast(pl.Float64)), (DENSE,), None, role="doubt")
    assert sentence["told"].to_list()[0][0]["sentence"] == "Weighs unknown kg/m³, against unknown usually."


def test_a_figure_beyond_whole_numbers_is_told() -> None:
    table = rows(dense=[0.9, 0.9], density_kg_m3=[1e24, 2_000_000.4], usual_kg_m3=[1400.0, -1e19])
    told = [one[0]["sentence"] for one in tell(table, (DENSE,), None, role="doubt")["told"].to_list()]
    assert "unknown" not in " ".join(told)
    assert "e+24 kg/m³, against 1400 usually" in told[0]
    assert told[1].startswith("Weighs 2000000 kg/m³, against -1")


def test_the_key_of_a_mineral_reads_as_words_and_stays_a_key_among_the_figures() -> None:
    like = evidence("like", "Lies in the price band of {price_mineral}.", "price_mineral")
    table = rows(like=[0.9, None], price_mineral=["graphite_natural", None])
    told = tell(table, (like,), None, role="doubt")["told"].to_list()[0][0]
    assert told["sentence"] == "Lies in the price band of graphite natural."
    assert json.loads(told["figures"]) == {"price_mineral": "graphite_natural"}


def test_a_mineral_is_called_what_people_call_it() -> None:
    like = evidence("like", "Lies in the price band of {price_mineral}.", "price_mineral")
    table = rows(like=[0.9, 0.9], price_mineral=["superhard", "rare_earth_ore"])
    told = tell(table, [like], None, role="doubt", called={"superhard": "superhard materials"})
    assert [one[0]["sentence"] for one in told["told"]] == [
        "Lies in the price band of superhard materials.",
        "Lies in the price band of rare earth ore.",
    ]
    assert json.loads(told["told"][0][0]["figures"]) == {"price_mineral": "superhard"}


def test_declared_text_is_cut_and_its_marks_dropped() -> None:
    hostile = "<script>\u202e\u200b" + "x" * 1_000_000
    table = rows(text=[1.0, 1.0], term=[hostile, "=cmd()"])
    told = tell(table, (TEXT,), None, role="doubt")["told"].to_list()
    assert len(told[0][0]["sentence"]) < FIGURE_LENGTH + 20
    assert "\u202e" not in told[0][0]["sentence"]
    assert told[1][0]["sentence"] == "Names “=cmd()”."  # data; the writer of each format escapes it


def test_only_the_asked_role_is_told() -> None:
    open_trade = evidence("open", "Declared openly.", role="counter")
    table = rows(open=[0.8, 0.0], dense=[0.8, 0.8])
    assert [len(one) for one in tell(table, (open_trade, DENSE), None, role="counter")["told"].to_list()] == [1, 0]
    assert tell(table, (), None, role="doubt")["told"].to_list() == [[], []]


def test_a_family_stands_together_and_the_strongest_family_first() -> None:
    route = Evidence("detour", "routing", "doubt", "strength", "Far round.", (), "unknown", "test")
    table = rows(dense=[0.9, 0.4], text=[0.3, 0.4], detour=[0.6, 0.8], density_kg_m3=[1.0, 1.0],
                 usual_kg_m3=[1.0, 1.0], term=["t", "t"])  # fmt: skip
    told = tell(table, (DENSE, TEXT, route), None, role="doubt")["told"].to_list()
    assert [one["code"] for one in told[0]] == ["dense", "text", "detour"]
    assert [one["family"] for one in told[1]] == ["routing", "parcel", "parcel"]
    assert told[0][0]["contribution"] is None


def test_what_is_told_is_the_strongest_few() -> None:
    many = [Evidence(f"e{i}", "parcel", "doubt", "strength", f"{i}", (), "unknown", "test") for i in range(9)]
    table = rows(**{f"e{i}": [0.3 + i / 20, None] for i in range(9)})
    told = tell(table, many, None, role="doubt")["told"].to_list()
    assert [one["code"] for one in told[0]] == ["e8", "e7", "e6", "e5", "e4", "e3"]
    assert told[1] == []


def test_of_what_speaks_for_an_honest_reading_that_which_the_model_takes_so_comes_first() -> None:
    table = rows(open=[0.6, None], licence=[0.5, None])
    both = tuple(evidence(code, "Declared openly.", role="counter") for code in ("open", "licence"))
    pushed = pl.DataFrame({"declaration_id": ["a", "a"], "code": ["open", "licence"], "contribution": [0.4, -0.4]})
    told = tell(table, both, pushed, role="counter")["told"].to_list()[0]
    assert [(one["code"], one["contribution"]) for one in told] == [("licence", -0.4), ("open", 0.4)]
