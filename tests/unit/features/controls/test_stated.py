"""Figures of a text against the bounds of an item: by hand on the shipped control list."""

from __future__ import annotations

import polars as pl
import pytest

from features.controls.stated import breaks_every_item, item_bounds
from pipelines.reference import load_controls

CONTROLS = load_controls()
GRAPHITE, SOLID, HEAVY, PARTICLES = "2023-39/c1", "2025-10/w4", "2025-10/w6", "2025-10/mo1"
PRESS, CRYSTALS = "2024-33/sh1", "2025-55/2"


def test_the_bounds_of_the_list() -> None:
    bounds = {row["item_id"]: row for row in item_bounds(CONTROLS).to_dicts()}
    graphite = bounds[GRAPHITE]
    assert (graphite["least_g_cm3"], graphite["least_mpa"], graphite["least_share"]) == (1.73, 30.0, 0.999)
    assert graphite["is_share_strict"]  # above 99.9 %, not at
    heavy = bounds[HEAVY]
    assert (heavy["least_g_cm3"], heavy["least_mpa"]) == (17.5, None)  # two strengths: none of them can be told apart
    assert (bounds[PARTICLES]["most_um"], bounds[PARTICLES]["least_share"]) == (50.0, 0.97)
    assert not bounds[PARTICLES]["is_share_strict"]
    assert bounds["2024-33/sh1"]["is_any"]  # any of two: one broken part frees nothing


@pytest.mark.parametrize(
    ("item", "text", "purity", "is_free"),
    [
        (GRAPHITE, "Graphite block 1.70 g/cm3 purity 99.99% flexural strength 45 MPa", 0.9999, True),
        (GRAPHITE, "Isostatic graphite block 1.85 g/cm3 purity 99.99% flexural strength 45 MPa", 0.9999, False),
        (GRAPHITE, "Graphite block 1.85 g/cm3, bending strength 20 MPa", None, True),
        (GRAPHITE, "Graphite block 99.5%", 0.995, True),
        (GRAPHITE, "Graphite block 99.9%", 0.999, True),
        (GRAPHITE, "Graphite block, density > 1.70 g/cm3", None, False),  # may be 1.85
        (GRAPHITE, "Graphite block 1.65-1.85 g/cm³", None, False),
        (GRAPHITE, "Artificial graphite", None, False),
        (GRAPHITE, None, None, False),
        (SOLID, "Tungsten copper W70Cu30 block 150x150x60 mm", None, True),
        (SOLID, "Tungsten copper W80Cu20 block 150x150x60 mm", None, False),
        (SOLID, "70W-30Cu block", None, True),
        (SOLID, "Tungsten plate 99.95% 3 x 200 x 300 mm", 0.9995, True),  # no side of the least block is under 50 mm
        (SOLID, "Tungsten rod dia 20 mm", None, True),
        (SOLID, "Tungsten tube 130 x 25 x 200 mm", None, False),  # its wall may be 25 mm
        (SOLID, "Tungsten blocks 20x20x20 mm and 150x150x60 mm", None, False),
        (PRESS, "six-sided press, bore 450 mm", None, False),  # its pressure may reach 5 GPa
        (PRESS, "six-sided press, bore 450 mm, 4.5 GPa", None, True),
        (PRESS, "六面顶压机 缸径 650mm", None, False),
        (CRYSTALS, "diamond single crystals 600-800 um", None, True),  # 50 to 500
        (CRYSTALS, "diamond single crystals 400-800 um", None, False),
        (CRYSTALS, "diamond single crystals 10-30 um", None, True),
        (HEAVY, "W-Ni-Fe alloy 95W density 17.0 g/cm3", None, True),
        (HEAVY, "W-Ni-Fe alloy density 17.0", None, True),
        (HEAVY, "Tungsten copper W80Cu20", None, True),  # 1 / (0.8 / 19.25 + 0.2 / 8.96) = 15.66 g/cm3
        (SOLID, "95W-Ni-Fe block", None, True),  # 97 % without copper
        (SOLID, "W-Ni-Fe alloy 95W", None, True),
        (SOLID, "95W-Ni-Cu block", None, False),
        (SOLID, "97.5% W-Ni-Fe block", None, False),
        (HEAVY, "W-Ni-Fe alloy 18.5 g/cm3", None, False),
        (PARTICLES, "Molybdenum powder 96% 5 um", 0.96, True),
        (PARTICLES, "Molybdenum powder 97% 5 um", 0.97, False),
        (PARTICLES, "Molybdenum powder 99.95% 200 µm", 0.9995, True),
        (PARTICLES, "Molybdenum powder 99.95% 20-200 microns", 0.9995, False),
        (PARTICLES, "Molybdenum powder 99.95% < 75 um", 0.9995, False),  # may be 5
    ],
)
def test_a_figure_on_the_wrong_side_frees_the_goods(item: str, text: str | None, purity: float | None, is_free: bool):
    row = {"control_items": [item], "description": text, "stated_purity_share": purity}
    kinds = {"control_items": pl.List(pl.String), "description": pl.String, "stated_purity_share": pl.Float32}
    assert breaks_every_item(pl.DataFrame([row], schema=kinds), CONTROLS).to_list() == [is_free]


def test_every_item_of_the_code_must_be_broken() -> None:
    rows = pl.DataFrame(
        {
            "control_items": [[SOLID, "2025-10/w3"], [SOLID, HEAVY], [], None],
            "description": ["W70Cu30 17.0 g/cm3"] * 4,
            "stated_purity_share": pl.Series([None] * 4, dtype=pl.Float32),
        }
    )
    assert breaks_every_item(rows, CONTROLS).to_list() == [False, True, False, False]
