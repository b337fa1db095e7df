"""What the declarations of one file add up to, by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from features.added_up import ADDED_UP, LOTS, OVERDRAWN, add_up
from features.licences.table import licence_register

LICENCES = pl.LazyFrame(
    {
        "licence_no": ["L-1", "L-2"],
        "holder_id": ["E", "E"],
        "mineral": ["antimony", "antimony"],
        "hs_codes": ["28258000", "28258000"],
        "destination_iso3": ["USA", "USA"],
        "consignee_id": ["C", "C"],
        "valid_from": [date(2025, 1, 1), date(2025, 1, 1)],
        "valid_to": [date(2025, 12, 31), date(2025, 12, 31)],
        "licensed_kg": [1000.0, 1000.0],
        "licensed_usd": [None, 5000.0],
    },
    schema_overrides={"licensed_usd": pl.Float64},
)


def row(number: str, day: int, kg: float | None, **other: Any) -> dict[str, Any]:
    usual = {"direction": "export", "licence_no": "L-1", "exporter_id": "E", "consignee_id": "C", "value_usd": 10.0}
    usual |= {"origin_iso3": "CHN", "dispatch_iso3": "CHN"}
    return {"declaration_id": number, "declared_on": date(2025, 6, day), "net_kg": kg} | usual | other


def added(
    rows: list[dict[str, Any]],
    past: list[dict[str, Any]] | None = None,
    mineral: str | None = None,
    missing: float | None = 1.0,
) -> pl.DataFrame:
    schema = {"net_kg": pl.Float64, "value_usd": pl.Float64, "licence_no": pl.String}
    file = pl.LazyFrame(rows, schema_overrides=schema)
    history = pl.LazyFrame(past, schema_overrides=schema) if past else file.clear()
    suspects = file.select(
        "declaration_id",
        mineral=pl.lit(mineral, pl.String),
        exporter_key=pl.concat_str(pl.lit("id:"), "exporter_id"),
        consignee_key=pl.concat_str(pl.lit("id:"), "consignee_id"),
        licence_missing=pl.when(pl.col("licence_no").is_null() & (pl.col("dispatch_iso3") == "CHN")).then(missing),
    )
    return add_up(file, history, licence_register(LICENCES), suspects, lots_least=4)


def test_a_licence_used_up_within_one_file_is_told_with_what_was_shipped_before() -> None:
    past = [row("p1", 1, 300.0), row("p2", 30, 9000.0), row("a", 5, 400.0)]  # later than the file; the file's own
    found = added([row("a", 5, 400.0), row("b", 5, 400.0, licence_no="l 1"), row("c", 9, None)], past)
    told = found.row(0, named=True)
    assert (found.height, told["kind"]) == (1, OVERDRAWN)
    assert (told["n_declarations"], told["net_kg"], told["ratio"]) == (3, 800.0, 1.1)
    assert told["sentence"] == (
        "3 declarations of this file name licence L-1: with 300 kg before, 1.1 times what it allows is shipped."
    )
    assert told["declaration_ids"] == "a;b;c"


@pytest.mark.parametrize(
    "rows",
    [
        [row("a", 5, 500.0), row("b", 6, 500.0)],
        [row("a", 5, 5000.0)],
        [row("a", 5, 900.0), row("b", 6, 900.0, direction="import")],
        [row("a", 5, 900.0, licence_no="none"), row("b", 6, 900.0, licence_no="none")],
        [row("a", 5, 900.0, licence_no="X"), row("b", 6, 900.0, licence_no="X")],
    ],
    ids=["just used up", "one alone: its own evidence says so", "an import draws nothing", "no number", "not known"],
)
def test_what_keeps_within_its_licence_is_not_told(rows: list[dict[str, Any]]) -> None:
    found = added(rows)
    assert found.is_empty()
    assert found.schema == ADDED_UP


def test_value_counts_as_mass_does() -> None:
    found = added([row(one, 5, 1.0, licence_no="L-2", value_usd=3000.0) for one in "ab"])
    assert found["ratio"].to_list() == [1.2]


def test_lots_of_one_good_are_added_up_and_compared_with_nothing() -> None:
    rows = [row(f"d{n}", 1 + n, 20.0 + n, licence_no=None, exporter_name="=1+1\u202e<b>") for n in range(4)]
    rows[3] |= {"dispatch_iso3": "KOR", "licence_no": None}
    (told,) = added(rows, mineral="rare_earth_magnets").to_dicts()
    assert (told["kind"], told["n_declarations"], told["net_kg"], told["ratio"]) == (LOTS, 4, 86.0, None)
    assert told["subject"] == "=1+1<b> > C"
    assert told["sentence"] == (
        "4 declarations between these parties point to rare earth magnets: 86 kg together, half of them 21.5 kg or "
        "less; papers that name no licence, though code or words ask for one: 3."
    )
    assert added(rows[:3], mineral="gallium").is_empty()
    assert added(rows).is_empty()


@pytest.mark.parametrize("missing", [0.0, None])
def test_no_licence_is_spoken_of_where_none_is_due(missing: float | None) -> None:
    (told,) = added([row(f"d{n}", 1, 20.0, licence_no=None) for n in range(4)], mineral="antimony", missing=missing)[
        "sentence"
    ]
    assert told == (
        "4 declarations between these parties point to antimony: 80 kg together, half of them 20 kg or less."
    )


def test_a_sum_that_rests_on_one_paper_is_told_so_and_stands_lower() -> None:
    absurd = [row(f"a{n}", 1, 22_590_000.0 if n == 3 else 3_000.0, licence_no=None, consignee_id="A") for n in range(4)]
    steady = [row(f"b{n}", 1, 5_000.0, licence_no=None, consignee_id="B") for n in range(4)]
    found = added(absurd + steady, mineral="antimony", missing=None)
    assert found["net_kg"].to_list() == [20_000.0, 22_599_000.0]
    assert found["sentence"][1].endswith("half of them 3000 kg or less; one alone has 22590000 kg.")


def test_the_order_of_rows_changes_nothing() -> None:
    rows = [row(f"d{n}", 1 + n, 333.3 + n, licence_no=f"L-{n % 2 + 1}") for n in range(9)]
    assert added(rows, mineral="gallium").equals(added(rows[::-1], mineral="gallium"))
    assert added(rows, mineral="gallium").height == 3
