"""Seasons of trade, and the lunar new year on its real dates: work stops for some twelve days, with a rush before."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from pipelines.simulate.draws import Bools, Floats, Ints, day_number, scramble

SEASON = (1.02, 0.97, 0.99, 0.98, 1.0, 1.01, 1.0, 1.0, 1.03, 0.96, 1.03, 1.09)
"""Exports by calendar month relative to the mean, the lunar new year apart (Chinese monthly exports, rounded)."""
_NEW_YEARS = {
    2012: (1, 23), 2013: (2, 10), 2014: (1, 31), 2015: (2, 19), 2016: (2, 8), 2017: (1, 28), 2018: (2, 16),
    2019: (2, 5), 2020: (1, 25), 2021: (2, 12), 2022: (2, 1), 2023: (1, 22), 2024: (2, 10), 2025: (1, 29),
    2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 3), 2031: (1, 23), 2032: (2, 11),
}  # fmt: skip
NEW_YEARS = tuple(date(year, month, day) for year, (month, day) in _NEW_YEARS.items())
"""First days of the lunar years (Hong Kong Observatory's conversion tables)."""
_FIRST_DAYS = np.array([day_number(day) for day in NEW_YEARS])
BEFORE, AFTER = 3, 9
"""Days before and after the first day on which most works are closed."""
CLOSED_SHARE = 0.75
"""Share of what would have left in those days that leaves before or after them."""


def is_closed(day: Ints) -> Bools:
    """Which days fall into a holiday."""
    nearest = _FIRST_DAYS[np.clip(np.searchsorted(_FIRST_DAYS, day - AFTER), 0, len(_FIRST_DAYS) - 1)]
    return np.asarray((day >= nearest - BEFORE) & (day <= nearest + AFTER))


def keep_holidays(seed: int, first_day: int, last_day: int, rows: pl.DataFrame) -> pl.DataFrame:
    """Move most lots of the holidays to the rush before or the catching-up after; the same rule for every trader."""
    day = rows["day"].to_numpy()
    mixed = scramble(day, rows["firm"].to_numpy(), (rows["kg"].to_numpy() * 1000).astype(np.int64), np.full(1, seed))
    chance, way = (mixed % 10_000) / 10_000, (mixed // 10_000) % 10_000 / 10_000
    moves = is_closed(day) & (chance < CLOSED_SHARE)
    span = BEFORE + AFTER + 1
    step = np.where(way < 0.4, -span - (20 * way).astype(np.int64), span + (14 * way).astype(np.int64))
    clipped = np.clip(np.where(moves, day + step, day), first_day, last_day - 1)
    return rows.with_columns(pl.Series("day", clipped.astype(np.int64)))


def month_factors(months: Ints) -> Floats:
    """Trade of each month relative to the mean; `months` are first days, and the day after the last month."""
    of_year = months[:-1].astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    days = np.arange(months[0], months[-1])
    closed = np.add.reduceat(is_closed(days).astype(np.float64), months[:-1] - months[0])
    return np.asarray(np.array(SEASON)[of_year] * (1 - CLOSED_SHARE * closed / np.diff(months)))
