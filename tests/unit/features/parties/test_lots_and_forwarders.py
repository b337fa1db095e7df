"""Small lots, forwarders, names and the table."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from features.parties import REGISTRY, PartiesRules, build_parties
from features.parties.forwarders import forwarder_consignee, names_forwarder
from features.parties.names import NAME_LETTERS_MOST, party_name
from tests.unit.features.parties.worlds import declaration, frame, outcomes


def build(rows: pl.LazyFrame, past: pl.LazyFrame) -> pl.DataFrame:
    return build_parties(rows, past, outcomes()).sort("declaration_id").collect()


def usual(pair: str = "C1") -> list[dict[str, Any]]:
    """One lot of 10 t a month, August 2023 to February 2024."""
    months = [date(2023, 8 + i, 5) for i in range(5)] + [date(2024, 1, 5), date(2024, 2, 5)]
    return [
        declaration(f"u{pair}{i}", consignee_id=pair, declared_on=on, net_kg=10_000.0) for i, on in enumerate(months)
    ]


def lots(n: int, kg: float, pair: str = "C1") -> list[dict[str, Any]]:
    return [
        declaration(f"l{pair}{i}", consignee_id=pair, declared_on=date(2024, 5, 1 + i % 28), net_kg=kg)
        for i in range(n)
    ]


def test_many_small_lots_by_hand():
    found = build(frame(declaration("a")), frame(*usual(), *lots(14, 2_500.0)))
    # The nine months before hold seven lots, so 7/3 in three months are usual: (14 + 1) / (2.33 + 1) = 4.5 times as
    # many, a quarter of the size: 1.
    assert found["recent_lots_n"].item() == 14
    assert found["usual_lots_n"].item() == pytest.approx(7 / 3)
    assert found["recent_lot_kg"].item() == pytest.approx(2_500, rel=1e-3)
    assert found["many_small_lots"].item() == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize(
    "recent",
    [lots(14, 10_000.0), lots(3, 100.0), []],
    ids=["many but of usual size", "small but few", "none lately"],
)
def test_one_sign_alone_is_ordinary(recent: list[dict[str, Any]]):
    assert build(frame(declaration("a")), frame(*usual(), *recent))["many_small_lots"].item() == 0.0


def test_a_new_pair_is_measured_by_the_house():
    found = build(frame(declaration("a", consignee_id="NEW")), frame(*usual(), *lots(14, 2_500.0, "NEW")))
    assert found["many_small_lots"].item() == pytest.approx(1.0, abs=1e-3)


def test_nothing_to_compare_with_is_unknown():
    found = build(frame(declaration("a")), frame(*lots(14, 2_500.0)))
    assert found["many_small_lots"].item() is None
    missing = build(frame(declaration("a", consignee_id=None)), frame(*usual()))
    assert missing["many_small_lots"].item() is None


def test_zero_and_missing_masses_are_no_lots():
    past = frame(*usual(), *lots(14, 0.0), *(one | {"net_kg": None} for one in lots(14, 1.0, "C1")))
    assert build(frame(declaration("a")), past)["recent_lots_n"].item() == 0


def test_forwarders_by_word_and_by_being_the_declarant():
    rows = pl.DataFrame(
        {
            "name": ["acme logistics", "深圳某某国际货运代理", "thai smelting", None, "thai smelting", None],
            "consignee": ["id:1", "id:2", "id:3", "id:4", "id:5", "id:5"],
            "declarant": ["id:9", None, "id:9", "id:9", "id:5", "id:5"],
        }
    )
    is_forwarder = names_forwarder(pl.col("name"), PartiesRules())
    strength = forwarder_consignee(is_forwarder, pl.col("consignee"), pl.col("declarant"), PartiesRules())
    assert rows.select(x=strength)["x"].to_list() == pytest.approx([0.6, 0.6, 0.0, None, 0.2, 0.6])


def test_names_lose_legal_forms_width_and_punctuation_only():
    names = pl.Series(
        ["Youngsun & Essen, Inc.", "ООО «Ромашка»", "广西某某锑业集团有限公司", "Co. Ltd.", "S.A.", "=cmd|x"]
    )
    plain = pl.select(party_name(pl.lit(names))).to_series().to_list()
    assert plain[0] == "youngsun essen"
    assert plain[2] == "广西某某锑业"
    assert plain[3] == "co ltd"  # nothing but legal forms: kept as it is
    assert plain[5] == "cmd x"
    assert all(one for one in plain)


def test_a_megabyte_of_name_is_cut():
    plain = pl.select(party_name(pl.lit("a" * 1_000_000))).item()
    assert len(plain) == NAME_LETTERS_MOST


def test_registry_columns_are_float32_and_figures_exist():
    rows = frame(declaration("a"))
    found = build(rows, rows)
    columns = set(found.columns) | {"exporter_name", "consignee_name"}  # of the declaration itself
    for one in REGISTRY:
        assert found.schema[one.code] == pl.Float32
        assert set(one.figures) <= columns


def test_only_required_columns_give_nulls():
    required = ["declaration_id", "declared_on", "direction", "hs_code", "origin_iso3", "destination_iso3"]
    rows = frame(declaration("a"), declaration("b")).select(required)
    found = build(rows, rows)
    assert found.height == 2
    assert found.select(one.code for one in REGISTRY).null_count().row(0) == (2,) * len(REGISTRY)
