"""Form and purity against the items in force on the day: by hand on the shipped control list and on made-up ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from features.controls import ControlList, controls_for_minerals
from features.controls.meeting import meets_item
from pipelines.reference import load_controls, load_minerals
from pipelines.settings.closed import load_section
from pipelines.settings.controls import ControlSwitches

FORMS = load_minerals().forms
BLOCK = "graphite_synthetic/high-purity-strength-density-artificial-graphite"
PRESS, PARTICLES = "superhard/six-sided-press", "molybdenum/mo-and-alloy-particles-97-50-um"
PURE, COMMERCIAL = "antimony/antimony-trioxide-99-99", "antimony/antimony-trioxide-commercial"


@pytest.fixture(scope="module")
def controls() -> ControlList:
    return load_controls(None, load_section(ControlSwitches, "controls", None))


def answer(
    controls: ControlList,
    form: str | None,
    purity: float | None,
    day: date,
    to: str | None = "USA",
    *,
    heavy: bool | None = None,
    text: str | None = None,
) -> bool | None:
    row = {"declaration_id": "D1", "declared_on": day, "destination_iso3": to, "origin_iso3": "CHN", "form_id": form}
    kinds = {"destination_iso3": pl.String, "form_id": pl.String, "purity": pl.Float64, "states_heavy": pl.Boolean}
    kinds["description"] = pl.String
    said = {"purity": purity, "states_heavy": heavy, "description": text}
    asked = pl.LazyFrame([row | said], schema_overrides=kinds)
    named = asked.join(FORMS.lazy().select("form_id", "mineral"), on="form_id", how="left")
    found = meets_item(controls_for_minerals(named, controls), FORMS, controls).collect()
    return found["meets_item"].item()


@pytest.mark.parametrize(
    ("form", "purity", "day", "expected"),
    [
        (PURE, 0.9999, date(2024, 9, 15), True),  # No. 33 of 2024, sb3: 99.99 % or purer, in force that day
        (PURE, 0.9999, date(2024, 9, 14), False),  # the day before nothing binds
        (COMMERCIAL, 0.995, date(2025, 1, 1), False),
        (PURE, None, date(2025, 1, 1), None),  # the purity is not said
        (COMMERCIAL, None, date(2025, 1, 1), None),
        ("antimony/stibine", 0.99999, date(2025, 1, 1), False),  # above 99.999 %, and this is not above
        ("antimony/stibine", 0.999999, date(2025, 1, 1), True),
        ("antimony/antimony-metal-ingot", None, date(2024, 10, 1), True),  # no condition
        ("antimony/antimony-metal-ingot", None, date(2024, 9, 1), False),
        ("antimony/lead-antimony-alloy", None, date(2025, 1, 1), False),  # no item names it
        ("tungsten/tungsten-heavy-alloy-w-ni-fe-cu", 0.96, date(2025, 3, 1), None),  # strength: no text tells
        ("holmium/holmium-oxide", 0.9999, date(2025, 12, 1), False),  # No. 57 of 2025 is suspended from 2025-11-07
        (None, 0.9999, date(2025, 1, 1), None),
    ],
)
def test_by_hand(
    controls: ControlList, form: str | None, purity: float | None, day: date, expected: bool | None
) -> None:
    assert answer(controls, form, purity, day) is expected


@pytest.mark.parametrize("heavy", [True, False, None])
def test_magnets_are_listed_for_their_dysprosium_or_terbium(controls: ControlList, heavy: bool | None) -> None:
    day = date(2025, 6, 1)
    assert answer(controls, "rare_earth_magnets/sintered-ndfeb-magnet", None, day, heavy=heavy) is heavy
    assert answer(controls, "rare_earth_magnets/plain-ndfeb-magnet-without-dy-or-tb", None, day, heavy=heavy) is False
    assert answer(controls, "rare_earth_magnets/smco-magnet", None, day, heavy=heavy) is True


def test_unknown_destination_is_unknown(controls: ControlList) -> None:
    assert answer(controls, "antimony/antimony-metal-ingot", None, date(2025, 1, 1), to=None) is None


def test_a_list_with_another_threshold_decides_otherwise(controls: ControlList) -> None:
    lower = pl.when(pl.col("item_id") == "2024-33/sb3")
    items = controls.items.with_columns(
        condition=lower.then(pl.lit("only at 99 % or purer")).otherwise("condition"),
        min_purity_share=lower.then(0.99).otherwise("min_purity_share"),
    )
    own = replace(controls, items=items)
    assert answer(own, COMMERCIAL, 0.995, date(2025, 1, 1)) is True  # commercial by name, but pure enough for this list
    assert answer(own, COMMERCIAL, 0.98, date(2025, 1, 1)) is False


def test_one_listed_form_among_several_is_enough(controls: ControlList) -> None:
    rows = [("D1", "tungsten/tungsten-powder", ["x"]), ("D1", "antimony/antimony-metal-ingot", ["2024-33/sb2"])]
    rows += [("D2", "tungsten/tungsten-powder", []), ("D2", PURE, ["2024-33/sb3"])]
    asked = pl.LazyFrame(rows, schema=["declaration_id", "form_id", "control_items"], orient="row")
    kinds = {"purity": pl.Float64, "states_heavy": pl.Boolean, "description": pl.String}
    unsaid = [pl.lit(None, kind).alias(name) for name, kind in kinds.items()]
    found = meets_item(asked.with_columns(unsaid), FORMS, controls).sort("declaration_id").collect()
    assert found["meets_item"].to_list() == [True, None]


@pytest.mark.parametrize(
    ("form", "purity", "text", "expected"),
    [
        (BLOCK, 0.9999, "graphite block 99.99% 1.85 g/cm3 flexural strength 45 MPa", True),
        (BLOCK, 0.9999, "graphite block 99.99% 1.85 g/cm3", None),  # the strength is not said
        (BLOCK, 0.9999, "graphite 99.99% 1.85 g/cm3 compressive 90 MPa", None),  # another strength
        (BLOCK, 0.9999, "graphite block 99.99% 1.85 g/cm3 flexural strength 25 MPa", False),
        (PRESS, None, "cubic press, cylinder bore 650 mm", True),  # either is enough
        (PRESS, None, "cubic press, cylinder bore 400 mm", None),  # its pressure may reach 5 GPa
        (PRESS, None, "cubic press, cylinder bore 400 mm, 3 GPa", False),
        (PARTICLES, 0.9995, "Mo powder 99.95% 3-5 um", True),
        (PARTICLES, 0.9995, "Mo powder 99.95% 20-200 um", None),
        (PARTICLES, 0.9995, "Mo powder 99.95%", None),
    ],
)
def test_figures_answer_what_form_and_purity_leave_open(
    controls: ControlList, form: str, purity: float | None, text: str, expected: bool | None
) -> None:
    assert answer(controls, form, purity, date(2025, 6, 1), text=text) is expected
