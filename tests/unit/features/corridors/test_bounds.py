"""Bounds worked out by hand: one firm passes goods on, another buys and a third sells."""

from datetime import date
from itertools import pairwise

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from features.corridors.bounds import rerouting_bounds

CORRIDOR = pl.LazyFrame(
    {
        "corridor_id": ["c"], "origin_iso3": ["CHN"], "hub_iso3": ["THA"], "destination_iso3": ["USA"],
        "codes": [["811292"]], "from_on": [date(2024, 1, 1)], "to_on": [date(2024, 6, 30)],
    }
)  # fmt: skip
TYPES = dict.fromkeys(("dispatch_iso3", "exporter_key", "consignee_key"), pl.String) | {"net_kg": pl.Float64}
NONE = pl.LazyFrame(schema={"party": pl.String, "group_id": pl.String})


def item(side: str, firm: str | None, kg: float | None, day: date, *, usd_per_kg: float = 100.0) -> dict[str, object]:
    comes = side == "in"
    return {
        "declared_on": day,
        "hs_code": "81129290",
        "origin_iso3": "CHN" if comes else "THA",
        "dispatch_iso3": None,
        "destination_iso3": "THA" if comes else "USA",
        "exporter_key": "maker" if comes else firm,
        "consignee_key": firm if comes else "buyer",
        "net_kg": kg,
        "value_usd": None if kg is None else kg * usd_per_kg,
    }


def bounds(rows: list[dict[str, object]], parties: pl.LazyFrame = NONE) -> dict[str, object]:
    table = pl.DataFrame(rows, schema_overrides=TYPES)
    return rerouting_bounds(table.lazy(), CORRIDOR, parties).collect().row(0, named=True)


def test_trader_group_and_country_bound_each_other() -> None:
    rows = [
        item("in", "a", 100.0, date(2024, 1, 10)),
        item("out", "a", 95.0, date(2024, 2, 10)),
        item("in", "b", 200.0, date(2024, 1, 10)),
        item("out", "c", 150.0, date(2024, 2, 10)),
        item("in", "d", 50.0, date(2024, 1, 10)),
        item("out", "e", 50.0, date(2024, 2, 10)),
    ]
    found = bounds(rows, pl.LazyFrame({"party": ["d", "e"], "group_id": ["g", "g"]}))
    # a passes on 95; d and e are one group: 50 more; the country: min(350, 295)
    assert [found[f"rerouted_{level}_kg"] for level in ("trader", "group", "country")] == [95.0, 145.0, 295.0]
    assert (found["rerouted_strict_kg"], found["n_traders_both"]) == (95.0, 1)


def test_dearer_later_or_less_is_not_mere_relabelling() -> None:
    dear = [item("in", "a", 100.0, date(2024, 1, 10)), item("out", "a", 95.0, date(2024, 2, 1), usd_per_kg=130.0)]
    little = [item("in", "a", 100.0, date(2024, 1, 10)), item("out", "a", 60.0, date(2024, 2, 1))]
    early = [item("in", "a", 100.0, date(2024, 3, 10)), item("out", "a", 95.0, date(2024, 2, 1))]
    for rows in (dear, little, early):
        assert bounds(rows)["rerouted_strict_kg"] == 0.0
        assert bounds(rows)["rerouted_trader_kg"] > 0.0  # type: ignore[operator]


def test_a_leg_that_no_declaration_covers_leaves_bounds_unknown() -> None:
    found = bounds([item("in", "a", 100.0, date(2024, 1, 10)), item("in", None, None, date(2024, 1, 11))])
    assert found["rerouted_country_kg"] is None
    assert (found["declared_in_kg"], found["declared_out_kg"], found["n_unweighed"]) == (100.0, None, 1)


LOTS = st.lists(
    st.tuples(st.sampled_from(["in", "out"]), st.sampled_from(["a", "b", "c", None]), st.floats(0.1, 1e6)), min_size=1
)


@given(lots=LOTS)
@settings(max_examples=30)
def test_narrower_bounds_are_never_wider(lots: list[tuple[str, str | None, float]]) -> None:
    groups = pl.LazyFrame({"party": ["a", "b"], "group_id": ["g", "g"]})
    found = bounds([item(side, firm, kg, date(2024, 2, 1)) for side, firm, kg in lots], groups)
    levels = [found[f"rerouted_{level}_kg"] for level in ("strict", "trader", "group", "country")]
    if levels[3] is not None:
        assert all(a <= b * (1 + 1e-9) for a, b in pairwise(levels))  # type: ignore[operator]
