"""The hub's share of the origin's goods, by import figures and by declared consignments, by hand."""

from datetime import date

import polars as pl
import pytest

from features.corridors.consignments import consigned_shares, declared_shares
from features.mirror import consigned_imports
from tests.unit.features.mirror.flow_rows import flow, flows

CORRIDOR = pl.LazyFrame(
    {
        "corridor_id": ["c"], "origin_iso3": ["CHN"], "hub_iso3": ["HKG"], "destination_iso3": ["USA"],
        "codes": [["811292", "282560"]], "from_on": [date(2024, 1, 1)], "to_on": [date(2024, 6, 30)],
    }
)  # fmt: skip


def bought(month: str, value: float, consigned: str | None, **more: object) -> dict[str, object]:
    return flow("USA", "CHN", "import", month, value, consigned_iso3=consigned, **more)


def by_figures(*rows: dict[str, object]) -> dict[str, object]:
    return consigned_shares(consigned_imports(flows(*rows)), CORRIDOR).collect().row(0, named=True)


def test_share_is_of_all_months_that_name_both_partners_also_of_those_without_the_hub() -> None:
    found = by_figures(
        bought("2024-01", 30.0, "HKG"), bought("2024-01", 70.0, "CHN"), bought("2024-02", 100.0, "CHN"),
        bought("2024-02", 999.0, None),  # names no second partner: tells nothing
        bought("2024-03", 50.0, "HKG", hs_code="282560"),
        bought("2024-03", 50.0, "HKG", hs_code="999999"),  # another good
        bought("2023-05", 10.0, "SGP"), bought("2022-05", 10.0, "HKG"),
    )  # fmt: skip
    assert found["hub_share"] == pytest.approx(80 / 250)
    assert found["hub_share_before"] == 0.0  # all of it through Singapore; 2022 lies further back


def test_nothing_that_names_both_partners_is_unknown() -> None:
    found = by_figures(bought("2024-01", 30.0, None))
    assert (found["hub_share"], found["hub_share_before"]) == (None, None)


def declared(day: date, dispatch: str | None, route: str | None) -> dict[str, object]:
    return {
        "declared_on": day, "hs_code": "8112929010", "origin_iso3": "CHN", "destination_iso3": "USA",
        "dispatch_iso3": dispatch, "route": route,
    }  # fmt: skip


def test_consignments_through_the_hub_by_dispatch_or_route() -> None:
    rows = [
        declared(date(2024, 2, 1), "HKG", None),
        declared(date(2024, 2, 2), None, "CNSHA>HKHKG@2024-02-09>USLAX"),
        declared(date(2024, 2, 3), "CHN", "CNSHA>USLAX"),
        declared(date(2024, 2, 4), None, None),  # neither: tells nothing
        declared(date(2023, 2, 4), "CHN", None),
    ]
    table = pl.LazyFrame(rows, schema_overrides={"dispatch_iso3": pl.String, "route": pl.String})
    found = declared_shares(table, CORRIDOR).collect().row(0, named=True)
    assert found["declared_hub_share"] == pytest.approx(2 / 3)
    assert (found["n_consignments"], found["n_consignments_before"]) == (3, 1)
    assert found["declared_hub_share_before"] == 0.0


def test_no_declaration_and_no_column_is_unknown() -> None:
    bare = pl.LazyFrame([declared(date(2024, 2, 1), None, None)]).drop("dispatch_iso3", "route")
    found = declared_shares(bare, CORRIDOR).collect().row(0, named=True)
    assert (found["declared_hub_share"], found["n_consignments"]) == (None, 0)
