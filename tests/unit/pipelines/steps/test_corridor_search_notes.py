"""What a search says of its watches: codes that are cut or unknown, measures without a before or an after."""

from __future__ import annotations

from datetime import date

import polars as pl

from features.corridors import Watch
from pipelines.settings.closed import load_section
from pipelines.settings.corridors import CorridorSettings
from pipelines.steps.corridor_search import code_notes, undated

SETTINGS = load_section(CorridorSettings, "corridors")


def watch(*days: date, codes: tuple[str, ...] = ("800110",), longer: tuple[str, ...] = ()) -> Watch:
    return Watch("tin", codes, ("CHN",), ("USA",), days, longer_codes=longer)


def test_codes_that_are_cut_or_unknown_are_named() -> None:
    assert code_notes(["800110"], [watch()]) == []
    assert code_notes(["800110", "999998"], [watch(codes=("800110", "999999"))]) == [
        "No monthly figures for some of the codes: 999999 (tin)."
    ]
    cut = code_notes(["800110"], [watch(longer=("80011000",))])
    assert cut == [
        "Read by their first six digits, which all countries share and which may hold other goods too: 80011000 (tin)."
    ]
    assert code_notes(["123456"], [watch()]) == []  # no figures at all is a note of its own


def test_a_measure_without_a_before_or_an_after_is_named() -> None:
    days = pl.date_range(date(2021, 1, 1), date(2023, 12, 1), "1mo", eager=True)
    figures = pl.DataFrame({"hs6": "800110", "period": days})
    # six months before, after three of anticipation: October 2021 is the first that can be compared
    assert undated(figures, [watch(date(2021, 10, 5), date(2023, 11, 1))], SETTINGS) == []
    (early,) = undated(figures, [watch(date(1990, 1, 1), date(2021, 9, 1))], SETTINGS)
    assert early.startswith(
        "Too few figures from before a measure: tin (1990-01; figures begin in 2021-01), tin (2021-09;"
    )
    (late,) = undated(figures, [watch(date(2023, 12, 1))], SETTINGS)  # two months after are asked for
    assert late == "Too few figures from after a measure: tin (2023-12; figures end in 2023-12)."
    assert undated(figures.clear(), [watch(date(1990, 1, 1))], SETTINGS) == []
