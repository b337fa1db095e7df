"""The material ledger, worked by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from features.contracts import Declarations, Movements
from features.ledger import REGISTRY, build_ledger, material_ledger
from features.minerals import FORMS

FORM_ROWS = pl.DataFrame(
    [
        {"mineral": "antimony", "form": "antimony trioxide", "metal_share": 0.8},
        {"mineral": "antimony", "form": "antimony metal", "metal_share": 1.0},
    ],
    schema=FORMS,
)


def moves(*rows: tuple[date, str, str, float, dict[str, Any]]) -> pl.LazyFrame:
    given = [
        {
            "movement_id": f"m{n}",
            "moved_on": day,
            "kind": kind,
            "holder_id": holder,
            "net_kg": kg,
            "mineral": "antimony",
        }
        | more
        for n, (day, kind, holder, kg, more) in enumerate(rows)
    ]
    return pl.LazyFrame(given, schema={name: one.dtype for name, one in Movements.columns().items()})


def ledger(*rows: tuple[date, str, str, float, dict[str, Any]]) -> list[tuple[Any, ...]]:
    built = material_ledger(moves(*rows), FORM_ROWS).collect()
    return built.select("holder_id", "moved_on", "in_kg", "out_kg", "balance_kg", "shortfall_kg").rows()


def day(n: int, month: int = 5) -> date:
    return date(2024, month, n)


def test_a_balance_is_what_came_in_less_what_left() -> None:
    # 100 kg of trioxide hold 80 kg of metal; 50 kg of metal leave; 30 stay.
    oxide = {"form": "Antimony trioxide"}
    assert ledger((day(1), "mined", "A", 100.0, oxide), (day(2), "exported", "A", 50.0, {})) == [
        ("A", day(1), 80.0, 0.0, 80.0, 0.0),
        ("A", day(2), 0.0, 50.0, 30.0, 0.0),
    ]


def test_more_out_than_in_is_a_shortfall_and_the_balance_stays_at_zero() -> None:
    # 80 in, 100 out: 20 short. Then 10 in and 10 out: nothing short, for the 20 were told already.
    rows = [
        (day(1), "mined", "A", 80.0, {}),
        (day(2), "exported", "A", 100.0, {}),
        (day(3), "bought", "A", 10.0, {}),
        (day(4), "sold", "A", 10.0, {}),
    ]
    assert [row[4:] for row in ledger(*rows)] == [(80.0, 0.0), (0.0, 20.0), (10.0, 0.0), (0.0, 0.0)]
    assert ledger(*rows) == ledger(*reversed(rows))


def test_nobody_refines_what_he_does_not_hold() -> None:
    # Work puts back what it took: 60 worked on with 50 held is 10 short, and 60 are there afterwards.
    found = ledger((day(1), "mined", "A", 50.0, {}), (day(2), "refined", "A", 60.0, {}))
    assert found[1] == ("A", day(2), 0.0, 0.0, 60.0, 10.0)


def test_what_comes_in_on_a_day_may_leave_on_it() -> None:
    assert ledger((day(1), "exported", "A", 50.0, {}), (day(1), "bought", "A", 50.0, {})) == [
        ("A", day(1), 50.0, 50.0, 0.0, 0.0)
    ]


def test_a_seller_answers_for_a_sale_he_does_not_write_down() -> None:
    # A says it bought 70 from S; S mined 40 and is silent: S is 30 short. S's own note of the sale a day later
    # takes the place of what was put in for it.
    rows = [
        (day(1), "mined", "S", 40.0, {}),
        (day(2), "bought", "A", 70.0, {"counterparty_id": "S"}),
    ]
    assert ledger(*rows)[2] == ("S", day(2), 0.0, 70.0, 0.0, 30.0)
    noted = [*rows, (day(3), "sold", "S", 70.0, {"counterparty_id": "A"})]
    assert ledger(*noted)[3] == ("S", day(3), 0.0, 0.0, 0.0, 0.0)


def test_an_export_of_one_who_never_received_any_is_without_source() -> None:
    built = material_ledger(moves((day(2), "exported", "A", 5.0, {})), FORM_ROWS).collect()
    assert built.select("holder_id", "shortfall_kg", "is_without_source").rows() == [("A", 5.0, True)]


def test_movements_without_holder_mineral_or_mass_are_left_out() -> None:
    gaps = [{"holder_id": None}, {"mineral": None}, {"net_kg": None}]
    assert ledger(*((day(1), "mined", "A", 5.0, gap) for gap in gaps)) == []


def judge(movements: pl.LazyFrame | None, mineral: str | None = "antimony", **given: Any) -> dict[str, Any]:
    """Judge an export of 50 kg on 10 June by exporter A, who shipped `p` in April."""
    row = {
        "declaration_id": "d",
        "declared_on": day(10, 6),
        "direction": "export",
        "exporter_id": "A",
        "net_kg": 50.0,
    } | given
    kinds = {name: one.dtype for name, one in Declarations.columns().items() if name in row}
    past = pl.LazyFrame([row | {"declaration_id": "p", "declared_on": day(20, 4), "exporter_id": "A"}], schema=kinds)
    suspected = pl.LazyFrame({"declaration_id": ["d"], "mineral": [mineral]}, schema_overrides={"mineral": pl.String})
    built = build_ledger(pl.LazyFrame([row], schema=kinds), movements, past, suspected, FORM_ROWS)
    return built.collect().row(0, named=True)


def strengths(found: dict[str, Any]) -> list[float | None]:
    return [found["no_source"], found["ledger_short"], found["ledger_covers"]]


def test_enough_in_hand_speaks_for_the_exporter() -> None:
    # Needed at least 50 * 0.8 = 40 kg of metal; 45 in hand since January, nothing comes in as a rule.
    found = judge(moves((day(1, 1), "mined", "A", 45.0, {})))
    assert strengths(found) == [0.0, 0.0, 1.0]
    assert (found["ledger_needed_kg"], found["ledger_balance_kg"], found["ledger_usual_kg"]) == (40.0, 45.0, 0.0)


def test_too_little_in_hand_is_told_with_its_figures() -> None:
    # 29 of 40 in hand: 27.5 % short, half way from 5 to 50 %.
    assert strengths(judge(moves((day(1, 1), "mined", "A", 29.0, {})))) == [0.0, pytest.approx(0.5), 0.0]


def test_a_trader_who_buys_and_sells_within_a_month_is_allowed_his_usual_month() -> None:
    # 60 bought and sold in each of March to May: nothing in hand on 1 June, but 60 a month usually come in.
    rows = [(day(n, month), kind, "A", 60.0, {}) for month in (3, 4, 5) for n, kind in ((3, "bought"), (9, "sold"))]
    found = judge(moves(*rows))
    assert strengths(found) == [0.0, 0.0, 1.0]
    assert (found["ledger_balance_kg"], found["ledger_usual_kg"]) == (0.0, 60.0)


def test_one_who_ships_what_never_came_in() -> None:
    found = judge(moves((day(9), "exported", "A", 50.0, {})))
    assert strengths(found) == [1.0, 1.0, 0.0]
    assert found["ledger_missing_kg"] == 50.0


def test_an_earlier_movement_that_names_a_declaration_tells_for_whom_the_exporter_ships() -> None:
    rows = [(day(1, 1), "mined", "H", 100.0, {}), (day(19, 4), "exported", "H", 50.0, {"declaration_id": "p"})]
    found = judge(moves(*rows))
    assert (found["ledger_holder_id"], found["ledger_balance_kg"], found["ledger_covers"]) == ("H", 50.0, 1.0)


def test_movements_of_the_month_and_later_change_nothing() -> None:
    early = (day(1, 1), "mined", "A", 10.0, {})
    late = [(day(1, 6), "bought", "A", 500.0, {}), (day(9, 6), "exported", "H", 5.0, {"declaration_id": "d"})]
    assert judge(moves(early, *late)) == judge(moves(early))


@pytest.mark.parametrize(
    "given",
    [{"exporter_id": None}, {"net_kg": None}, {"mineral": None}, {"exporter_id": "B"}, {"direction": "import"}],
)
def test_unknown_holder_mineral_mass_or_record_is_unknown(given: dict[str, Any]) -> None:
    assert strengths(judge(moves((day(1, 1), "mined", "A", 45.0, {})), **given)) == [None, None, None]


def test_no_table_is_unknown_everywhere() -> None:
    found = judge(None)
    assert strengths(found) == [None, None, None]
    assert {one.code for one in REGISTRY} <= set(found)
    assert all(name in found for one in REGISTRY for name in one.figures)
