"""Lanes of watched goods before and after their measures, at one look: what chains and moved codes start from."""

from __future__ import annotations

import math
from collections.abc import Sequence

import polars as pl

from features.corridors import (
    Watch,
    excess_over_expected,
    known_spans,
    lane_amounts,
    lane_windows,
    lay_trials,
    reported_marks,
    watched_codes,
)
from features.mirror import (
    Margin,
)
from pipelines.settings.corridors import CorridorSettings

CIF_RATIO = math.exp(Margin().intercept)


def lanes_now(
    pairs: pl.DataFrame, periods: pl.DataFrame, goods: Sequence[Watch], look: int, settings: CorridorSettings
) -> pl.DataFrame | None:
    """Compare every lane of the goods before and after their measures, and on placebo dates, at one look."""
    monthly, named = pairs.lazy().filter(pl.col("freq") == "M"), watched_codes(goods)
    known = known_spans(monthly, named, looks=[look])
    trials = lay_trials(goods, known, settings.windows.as_windows())
    if trials.is_empty():
        return None
    amounts = lane_amounts(monthly, named, looks=[look], cif_ratio=CIF_RATIO)
    marks = reported_marks(periods.lazy(), named, looks=[look])
    windows = lane_windows(
        amounts,
        trials.lazy(),
        marks,
        material_usd=settings.material_usd,
        material_share=settings.material_share,
    )
    return excess_over_expected(windows, watched_origins(goods)).collect()


def watched_origins(goods: Sequence[Watch]) -> pl.LazyFrame:
    """List the countries that each good is watched to leave."""
    rows = [{"mineral": one.name, "exporter_iso3": place} for one in goods for place in one.origins]
    return pl.LazyFrame(rows, schema={"mineral": pl.String, "exporter_iso3": pl.String})
