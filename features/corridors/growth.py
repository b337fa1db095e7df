"""Growth that was under way before a measure: where a lane would stand if it had merely gone on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
FEWEST_MONTHS = 12.0  # reported; in less than a year growth cannot be told from the season
FASTEST = 0.15  # ln a month: what doubles in five months is no steady growth
STEPS = 8  # of Newton's method, which needs four or five


def grown_to(amounts: Floats, reported: npt.NDArray[np.bool_], *, ahead: float) -> Floats:
    """Where the growth of the months before a measure leads, if it goes on at the slowest pace that they allow for.

    `amounts`, `reported`: lanes by months, the last column being the last month before the measure; `ahead`: months
    from that one to the month asked for, of which no more count than were watched. Constant growth a month is fitted to
    the reported months (Poisson likelihood, which takes zeros; spread as large as the residuals say) and carried on
    less one standard error. NaN with fewer than 12 reported months, or where no growth is left.

    >>> months = np.exp(0.05 * np.arange(24.0))[None, :]
    >>> grown = grown_to(months, np.ones((1, 24), dtype=bool), ahead=6.0)
    >>> bool(np.isclose(grown[0], np.exp(0.05 * 29.0)))
    True
    """
    n_watched = amounts.shape[1]
    month = np.arange(n_watched) - (n_watched - 1.0)
    n, total = reported.sum(axis=1).astype(np.float64), np.where(reported, amounts, 0.0).sum(axis=1)
    found = np.full(total.size, np.nan)
    usable = (n >= FEWEST_MONTHS) & (total > 0.0)
    if not usable.any():
        return found
    known, moved = reported[usable], np.where(reported[usable], amounts[usable], 0.0)
    n, total = n[usable], total[usable]
    middle = (moved * month).sum(axis=1) / total
    pace = np.zeros(total.size)
    for _ in range(STEPS):
        _, centre, spread = _tilted(known, month, pace)
        pace = np.clip(pace + np.clip((middle - centre) / spread, -0.1, 0.1), -FASTEST, FASTEST)
    share, centre, spread = _tilted(known, month, pace)
    fitted = np.where(known, total[:, None] * share, 1.0)
    excess_spread = np.where(known, (moved - fitted) ** 2 / fitted, 0.0).sum(axis=1) / (n - 2.0)
    slowest = pace - np.sqrt(excess_spread / (total * spread))
    reach = min(ahead, float(n_watched)) - centre
    level = total / np.where(known, np.exp(pace[:, None] * (month - centre[:, None])), 0.0).sum(axis=1)
    found[usable] = np.where(slowest > 0.0, level * np.exp(slowest * reach), np.nan)
    return found


def _tilted(known: npt.NDArray[np.bool_], month: Floats, pace: Floats) -> tuple[Floats, Floats, Floats]:
    """Share of all that each month would carry at a pace, and the mean and variance of the months so weighed."""
    weights = np.where(known, np.exp(pace[:, None] * month), 0.0)
    share = weights / weights.sum(axis=1, keepdims=True)
    centre = (share * month).sum(axis=1)
    return share, centre, (share * (month - centre[:, None]) ** 2).sum(axis=1)
