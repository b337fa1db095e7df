"""Drawing by lot: chances in proportion within limits, drawn exactly as often as they say."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.lot import draw, draw_chances


def test_half_the_weight_is_half_the_chance_and_they_add_up():
    chance = draw_chances(np.array([1.0, 1.0, 0.5, 0.5]), [0, 0, 0, 0], np.array([np.inf]), wanted=1.5)
    assert chance == pytest.approx([0.5, 0.5, 0.25, 0.25])


def test_a_full_office_passes_its_places_on():
    # office 0 can open one of its two boxes: 1/2 each; the other three places go to office 1
    chance = draw_chances(np.ones(8), [0, 0, 1, 1, 1, 1, 1, 1], np.array([1.0, np.inf]), wanted=4.0)
    assert chance == pytest.approx([0.5, 0.5, *[0.5] * 6])
    closed = draw_chances(np.ones(3), [0, 1, 1], np.array([0.0, np.inf]), wanted=1.0)
    assert closed == pytest.approx([0.0, 0.5, 0.5])


def test_nothing_to_draw():
    assert draw_chances(np.array([]), [], np.array([np.inf]), wanted=3.0).tolist() == []
    assert draw_chances(np.ones(2), [0, 0], np.array([np.inf]), wanted=0.0).tolist() == [0.0, 0.0]


@given(st.lists(st.floats(0.01, 1.0), min_size=1, max_size=30), st.floats(0.1, 20.0))
@settings(max_examples=40)
def test_chances_add_up_to_what_was_wanted_or_to_all(weights, wanted):
    chance = draw_chances(np.array(weights), [0] * len(weights), np.array([np.inf]), wanted=wanted)
    assert chance.sum() == pytest.approx(min(wanted, len(weights)), rel=1e-6)
    assert ((chance > 0) & (chance <= 1)).all()


def test_each_row_is_drawn_as_often_as_its_chance_says():
    chance = np.array([0.05, 0.2, 0.25, 0.5, 1.0])
    rows = pl.DataFrame({"declaration_id": list("abcde"), "stratum": [0] * 5, "chance": chance})
    drawn = pl.concat([draw(rows, f"salt {number}").to_frame() for number in range(2_000)])
    share = drawn.group_by("declaration_id").len().sort("declaration_id")["len"].to_numpy() / 2_000
    assert np.abs(share - chance).max() < 0.04  # 3.6 standard errors of a half
    assert len(drawn) == 4_000  # two a draw, always
