"""Breaks in a monthly series, found without being told when: how far it moved, in which month, and how surely."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Windows:
    """Months compared around each date."""

    before: int = 12
    """A year holds one of each season."""
    gap: int = 1
    """The month before is left out: what is sent ahead of a measure would hide the fall after it."""
    after: int = 3
    """A quarter: one month alone is too often a single lot."""


@dataclass(frozen=True, slots=True)
class Break:
    """One month at which a series moved more than its own ordinary course would."""

    at: int
    """Place in the series of the first month after the move."""
    change_ln: float
    """ln of the three months from it over the year before."""
    p_value: float
    """Share of made-up ordinary courses whose largest move is as large, wherever it falls."""
    earliest: int
    latest: int
    """Months that the figures cannot tell from it: moves within one ordinary spread of the largest."""


def contrasts(y: npt.ArrayLike, windows: Windows | None = None) -> Floats:
    """Move at each month: mean of the months from it less the median of the year before; NaN where too few are known.

    `y`: one series or rows of series, in logs, NaN where unknown. At least half of either window must be known.

    >>> contrasts([0.0] * 14 + [1.0] * 4)[14]
    np.float64(1.0)
    """
    w = windows or Windows()
    rows = np.atleast_2d(np.asarray(y, dtype=np.float64))
    n = rows.shape[1]
    found = np.full(rows.shape, np.nan)
    starts = np.arange(w.before + w.gap, n - w.after + 1)
    if starts.size:
        view = np.lib.stride_tricks.sliding_window_view
        before = view(rows, w.before, axis=1)[:, starts - w.gap - w.before]
        after = view(rows, w.after, axis=1)[:, starts]
        if np.isfinite(rows).all():
            found[:, starts] = after.mean(axis=2) - np.median(before, axis=2)
            return found[0] if np.ndim(y) == 1 else found
        enough = (np.isfinite(before).mean(axis=2) >= 0.5) & (np.isfinite(after).mean(axis=2) >= 0.5)
        usual = np.nanmedian(np.where(enough[:, :, None], before, 0.0), axis=2)
        since = np.nanmean(np.where(enough[:, :, None], after, 0.0), axis=2)
        found[:, starts] = np.where(enough, since - usual, np.nan)
    return found[0] if np.ndim(y) == 1 else found


FINE = 10  # times as many draws where the first ones leave hardly any as large
HARDLY = 0.02
LEAST_SPREADS = 4.0  # a largest move below so many of the series' ordinary moves is no break, whatever is drawn


def find_breaks(
    y: npt.ArrayLike,
    *,
    level: float = 0.05,
    n_draws: int = 499,
    block: int = 6,
    seed: int = 0,
    windows: Windows | None = None,
    most: int = 4,
) -> list[Break]:
    """Find the months at which a series broke, most telling first; empty where none stands out of its ordinary course.

    Ordinary courses are drawn by adding up the series' own monthly steps in blocks of half a year, in random order
    and with random sign, without the steps from two months before the date in question to half a year after it; the
    p-value is the share of them whose largest move anywhere is as large, so looking at every date costs nothing. Of
    months that cannot be told apart, the one that least squares choose is named. Further breaks are sought at least a
    year away. `y`: logs, NaN where unknown. Fewer than two years of figures give none.
    """
    series = np.asarray(y, dtype=np.float64)
    w = windows or Windows()
    found: list[Break] = []
    moves = contrasts(series, w)
    open_months = np.isfinite(moves)
    if open_months.sum() < w.before:
        return found
    spread = 1.4826 * float(np.nanmedian(np.abs(moves - np.nanmedian(moves))))
    rng = np.random.default_rng(seed)
    taken = np.zeros(series.size, dtype=np.bool_)
    while len(found) < most and open_months.any():
        size = np.where(open_months, np.abs(moves), -np.inf)
        at = int(np.argmax(size))
        if size[at] < LEAST_SPREADS * spread:
            break
        taken[max(at - 2, 0) : at + 2 * w.after + 1] = True
        p = _share_as_large(series, taken, size[at], w, rng, n_draws=n_draws, block=block)
        if p is not None and p <= HARDLY:
            p = _share_as_large(series, taken, size[at], w, rng, n_draws=FINE * (n_draws + 1) - 1, block=block)
        if p is None or p > level:
            break
        near = [k for k in range(at - w.after, at + w.after + 1) if 0 <= k < series.size and np.isfinite(moves[k])]
        alike = [k for k in near if moves[k] * np.sign(moves[at]) >= size[at] - spread]
        first = _least_squares(series, alike, w)
        found.append(Break(first, float(moves[first]), p, min(alike), max(alike)))
        open_months[max(at - w.before, 0) : at + w.before + 1] = False
    return found


def _least_squares(series: Floats, months: list[int], w: Windows) -> int:
    """Choose the month that best divides the figures around it into two levels."""
    start, stop = max(min(months) - w.before, 0), min(max(months) + w.after, series.size)

    def left_over(month: int) -> float:
        sides = (series[start:month], series[month:stop])
        return float(sum(np.nansum((side - np.nanmean(side)) ** 2) for side in sides))

    return min(months, key=left_over)


def _share_as_large(
    series: Floats,
    taken: npt.NDArray[np.bool_],
    size: float,
    w: Windows,
    rng: np.random.Generator,
    *,
    n_draws: int,
    block: int,
) -> float | None:
    draws = _ordinary(series, taken, rng, n_draws=n_draws, block=block)
    if draws is None:
        return None
    largest = np.nanmax(np.abs(contrasts(draws, w)), axis=1)
    return (1.0 + float((largest >= size).sum())) / (n_draws + 1.0)


def _ordinary(
    y: Floats, taken: npt.NDArray[np.bool_], rng: np.random.Generator, *, n_draws: int, block: int
) -> Floats | None:
    steps = np.diff(y)
    usable = np.isfinite(steps) & ~taken[1:]
    starts = np.array([k for k in range(steps.size - block + 1) if usable[k : k + block].all()], dtype=np.int64)
    if starts.size < block:
        return None
    n_blocks = -(-steps.size // block)
    chosen = rng.choice(starts, size=(n_draws, n_blocks))
    signs = rng.choice([-1.0, 1.0], size=(n_draws, n_blocks, 1))
    drawn = (steps[chosen[:, :, None] + np.arange(block)] * signs).reshape(n_draws, -1)[:, : steps.size]
    return np.concatenate([np.zeros((n_draws, 1)), np.cumsum(drawn, axis=1)], axis=1)
