"""Licences: worked by hand on a small register; nulls on each side; strictly earlier days."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from features.licences import REGISTRY, build_licences

DAY = date(2025, 5, 12)
REGISTER = pl.LazyFrame(
    {
        "licence_no": ["L-1", "L-OPEN", "L-USD", "L-OLD", "L-LATE-MAY", "L-FUTURE", "DOUBLE 1", "double-1"],
        "holder_id": ["X1", None, "X1", "X1", "X1", "X1", "X1", "X2"],
        "mineral": ["antimony", None, "antimony", "antimony", "antimony", "antimony", None, None],
        "hs_codes": ["81101010;28258000", None, "8110", "81101010", "81101010", "81101010", None, None],
        "destination_iso3": ["JPN", None, "JPN", "JPN", "JPN", "JPN", None, None],
        "consignee_id": ["C1", None, "C1", "C1", "C1", "C1", None, None],
        "valid_from": [date(2025, 1, 1)] * 4 + [date(2025, 5, 31), date(2025, 6, 1)] + [date(2025, 1, 1)] * 2,
        "valid_to": [date(2025, 12, 31)] * 3 + [date(2025, 5, 2)] + [date(2025, 12, 31)] * 4,
        "licensed_kg": [1000.0, None, None, 1000.0, 1000.0, 1000.0, None, None],
        "licensed_usd": [None, None, 5000.0, None, None, None, None, None],
    }
)
ONE: dict[str, Any] = {
    "declaration_id": "D1",
    "declared_on": DAY,
    "direction": "export",
    "hs_code": "8110101000",
    "exporter_id": "X1",
    "consignee_id": "C1",
    "destination_iso3": "JPN",
    "origin_iso3": "CHN",
    "net_kg": 400.0,
    "value_usd": 4000.0,
    "licence_no": "L-1",
}
KINDS = dict.fromkeys(ONE, pl.String) | {
    "declared_on": pl.Date,
    "net_kg": pl.Float64,
    "value_usd": pl.Float64,
}


def rows(*changes: dict[str, Any]) -> pl.LazyFrame:
    return pl.LazyFrame([ONE | {"declaration_id": f"D{i}"} | one for i, one in enumerate(changes)], schema=KINDS)


def need(declarations: pl.LazyFrame, needed: bool | None = True, minerals: list[str] | None = None) -> pl.LazyFrame:
    return declarations.select(
        "declaration_id",
        needs_licence=pl.lit(needed, pl.Boolean),
        minerals=pl.lit(minerals, pl.List(pl.String)),
    )


def judge(
    change: dict[str, Any],
    *,
    register: pl.LazyFrame | None = REGISTER,
    history: pl.LazyFrame | None = None,
    needed: bool | None = True,
    minerals: list[str] | None = None,
    **more: Any,
) -> dict[str, Any]:
    declarations = rows(change)
    built = build_licences(declarations, register, history, need(declarations, needed, minerals), **more)
    return built.collect().to_dicts()[0]


def test_a_fitting_licence_covers() -> None:
    row = judge({}, minerals=["antimony"])
    assert (row["licence_missing"], row["licence_mismatch"], row["licence_overdrawn"]) == (0.0, 0.0, 0.0)
    assert row["licence_covers"] == 1.0
    assert row["licence_misfits"] == ""
    assert (row["days_past_validity"], row["licensed_kg"], row["shipped_before_kg"]) == (0, 1000.0, 0.0)


@pytest.mark.parametrize(
    ("change", "strength", "words"),
    [
        ({"licence_no": "L-NOWHERE"}, 0.9, "number is in no licence of the register that had begun by that month"),
        ({"licence_no": "L-OLD"}, 1.0, "expired on the day of declaration"),
        ({"licence_no": "L-LATE-MAY"}, 1.0, "not yet valid on the day of declaration"),
        ({"exporter_id": "X9"}, 1.0, "issued to another exporter"),
        ({"consignee_id": "C9"}, 0.9, "for another consignee"),
        ({"destination_iso3": "USA"}, 1.0, "for another destination"),
        ({"hs_code": "8112929010"}, 0.8, "for other codes"),
        ({"hs_code": "811020"}, 0.8, "for other codes"),
        ({"hs_code": "8110"}, 0.0, ""),  # as far as both go
        ({"hs_code": "8110101099"}, 0.0, ""),  # the licence prints eight digits
        ({"licence_no": "ｌ－１ "}, 0.0, ""),  # full width and lower case are the same number
        ({"exporter_id": None, "consignee_id": None}, 0.0, ""),
        ({"licence_no": "L-OPEN", "exporter_id": "X9", "destination_iso3": "USA", "hs_code": "9999"}, 0.0, ""),
        (
            {"exporter_id": "X9", "destination_iso3": "USA"},
            1.0,
            "issued to another exporter; for another destination",
        ),
    ],
)
def test_what_does_not_fit(change: dict[str, Any], strength: float, words: str) -> None:
    row = judge(change)
    assert row["licence_mismatch"] == pytest.approx(strength)
    assert row["licence_misfits"] == words
    assert (row["licence_covers"] > 0) == (strength == 0.0)


def test_another_mineral() -> None:
    assert judge({}, minerals=["gallium"])["licence_mismatch"] == pytest.approx(0.8)
    assert judge({}, minerals=["gallium", "antimony"])["licence_mismatch"] == 0.0
    assert judge({}, minerals=[])["licence_mismatch"] == 0.0


def test_days_past_validity() -> None:
    assert judge({"licence_no": "L-OLD"})["days_past_validity"] == 10  # 2 May to 12 May
    assert judge({"licence_no": "L-LATE-MAY"})["days_past_validity"] == -19  # 31 May is 19 days ahead


def test_a_licence_that_begins_in_a_later_month_is_not_read_yet() -> None:
    later = judge({"licence_no": "L-FUTURE"})
    unheard_of = judge({"licence_no": "L-404"})
    assert later | {"licence_no": None} == unheard_of | {"licence_no": None}
    assert later["licence_mismatch"] == pytest.approx(0.9)
    assert later["licensed_kg"] is None


def test_a_number_given_again_later_is_the_first_licences_until_then() -> None:
    again = REGISTER.filter(pl.col("licence_no") == "L-1").with_columns(valid_from=pl.lit(date(2025, 6, 3)))
    twice = pl.concat([again, REGISTER])
    assert judge({}, register=twice) == judge({})
    assert judge({"declared_on": date(2025, 6, 2)}, register=twice)["licence_mismatch"] == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("number", "needed", "register", "missing"),
    [
        (None, True, REGISTER, 1.0),
        ("n/a", True, REGISTER, 1.0),
        (" ", True, REGISTER, 1.0),
        ("L-1", True, REGISTER, 0.0),
        (None, False, REGISTER, 0.0),
        (None, None, REGISTER, None),
        ("L-1", None, REGISTER, 0.0),
        (None, True, None, None),
        ("无", True, None, 1.0),
        ("L-1", True, None, 0.0),
    ],
)
def test_missing(number: str | None, needed: bool | None, register: pl.LazyFrame | None, missing: float | None) -> None:
    assert judge({"licence_no": number}, needed=needed, register=register)["licence_missing"] == missing


def test_a_null_number_counts_as_none_where_numbers_are_recorded() -> None:
    assert judge({"licence_no": None}, register=None, are_numbers_recorded=True)["licence_missing"] == 1.0
    assert judge({"licence_no": None}, are_numbers_recorded=False)["licence_missing"] is None


def test_without_a_register_nothing_is_compared() -> None:
    row = judge({}, register=None)
    names = ("licence_mismatch", "licence_overdrawn", "licence_covers", "licensed_kg", "licence_misfits")
    assert [row[name] for name in names] == [None] * 5


def test_the_ledger_by_hand() -> None:
    # 11 May 500 kg + March 300 kg shipped; the same day and later, an import, another licence and an unknown mass count
    # nothing.
    past = rows(
        {"declared_on": date(2025, 5, 11), "net_kg": 500.0},
        {"declared_on": date(2025, 3, 1), "net_kg": 300.0, "licence_no": "l 1"},
        {"declared_on": date(2025, 5, 12), "net_kg": 900.0},
        {"declared_on": date(2025, 5, 13), "net_kg": 900.0},
        {"declared_on": date(2025, 4, 1), "net_kg": 900.0, "direction": "import"},
        {"declared_on": date(2025, 4, 1), "net_kg": 900.0, "licence_no": "L-OPEN"},
        {"declared_on": date(2025, 4, 1), "net_kg": None},
        {"declared_on": date(2025, 4, 1), "net_kg": 900.0, "licence_no": None},
    )
    row = judge({"net_kg": 400.0}, history=past)
    assert row["shipped_before_kg"] == 800.0
    assert row["licence_use_ratio"] == pytest.approx(1.2)  # (800 + 400) / 1000
    assert row["licence_overdrawn"] == pytest.approx(0.6)  # 0.5 + 0.5 * 0.2
    assert row["licence_covers"] == 0.0
    assert judge({"net_kg": 200.0}, history=past)["licence_overdrawn"] == 0.0
    assert judge({"net_kg": 400.0}, history=past, tolerance_share=0.2)["licence_overdrawn"] == 0.0
    assert judge({"net_kg": 9200.0}, history=past)["licence_overdrawn"] == 1.0


def test_a_licence_used_up_within_the_month_is_overdrawn() -> None:
    # L-1 allows 1000 kg. 300 kg on each of 1, 3 and 5 May: 900 kg are gone by the 6th, 600 kg by the 5th.
    past = rows(*[{"declared_on": date(2025, 5, day), "net_kg": 300.0} for day in (1, 3, 5)])
    asked = rows(*[{"declared_on": date(2025, 5, day), "net_kg": 300.0} for day in (5, 6)])
    fifth, sixth = build_licences(asked, REGISTER, past, need(asked)).sort("declaration_id").collect().to_dicts()
    assert (fifth["shipped_before_kg"], sixth["shipped_before_kg"]) == (600.0, 900.0)
    assert (fifth["licence_overdrawn"], fifth["licence_covers"]) == (0.0, 1.0)  # 900 of 1000 kg
    assert sixth["licence_overdrawn"] == pytest.approx(0.6)  # 1200 of 1000 kg: 0.5 + 0.5 * 0.2
    assert sixth["licence_covers"] == 0.0


def test_value_limits_count_too() -> None:
    row = judge({"licence_no": "L-USD", "value_usd": 6000.0})
    assert row["licence_use_ratio"] == pytest.approx(1.2)
    assert row["licence_overdrawn"] == pytest.approx(0.6)


def test_an_unknown_mass_cannot_overdraw() -> None:
    row = judge({"net_kg": None})
    assert row["licence_overdrawn"] is None
    assert row["licence_covers"] == pytest.approx(0.8)


def test_two_licences_with_one_number_are_no_licence() -> None:
    assert (
        judge({"licence_no": "Double 1"})["licence_misfits"]
        == "number is in no licence of the register that had begun by that month"
    )


def test_nulls_everywhere_and_no_rows() -> None:
    nothing = {name: None for name in ONE if name != "declaration_id"}
    row = judge(nothing, needed=None)
    assert all(row[one.code] is None for one in REGISTRY if one.code != "licence_missing")
    assert row["licence_missing"] is None
    empty = rows({}).limit(0)
    assert build_licences(empty, REGISTER, empty, need(empty)).collect().height == 0
    assert build_licences(rows({}), REGISTER.limit(0), None, need(empty)).collect().height == 1


def test_order_and_batches_change_nothing() -> None:
    changes = [{"licence_no": number} for number in ("L-1", None, "L-OLD", "L-USD", "L-1", "x")]
    declarations = rows(*changes)
    needs = need(declarations)
    past = rows(*[{"declared_on": date(2025, 4, 1 + i), "net_kg": 0.1 * i} for i in range(20)])
    whole = build_licences(declarations, REGISTER, past, needs).collect().sort("declaration_id")
    turned = build_licences(declarations.reverse(), REGISTER.reverse(), past.reverse(), needs.reverse()).collect()
    assert_frame_equal(turned.sort("declaration_id"), whole)
    alone = [build_licences(declarations.slice(i, 1), REGISTER, past, needs).collect() for i in range(len(changes))]
    assert_frame_equal(pl.concat(alone).sort("declaration_id"), whole)


def test_columns_are_those_of_the_registry() -> None:
    built = build_licences(rows({}), REGISTER, None, need(rows({}))).collect_schema()
    assert all(built[one.code] == pl.Float32 for one in REGISTRY)
    assert all(name in built or name in KINDS for one in REGISTRY for name in one.figures)


def test_goods_of_another_country_may_only_pass_through() -> None:
    told = judge({"origin_iso3": "VNM"})["licence_unless"], judge({})["licence_unless"]
    assert told == (
        "they are others of that code or, of origin VNM, only pass through China",
        "they are others of that code",
    )
    assert judge({"origin_iso3": None})["licence_unless"] == "they are others of that code"


def test_a_number_that_no_register_knows_is_no_licence() -> None:
    made_up = judge({"licence_no": "L-NOWHERE"})
    assert made_up["licence_missing"] == pytest.approx(0.9)
    assert made_up["licence_named"].startswith("the number is in no licence of the register")
