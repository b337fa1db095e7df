"""What oddness adds: as much as inspections bear out, and little where they say little."""

from __future__ import annotations

import numpy as np
import pytest

from models.oddness import USUAL_WEIGHT, fit_oddness_weight, log_odds_bound


def rows(share: float, n: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Raw scores, bounds and outcomes that follow raw score and `share` of the bound."""
    rng = np.random.default_rng(seed)
    raw, bound = rng.normal(-1.0, 1.5, n), log_odds_bound(rng.uniform(1e-4, 1.0, n) ** 2)
    return raw, bound, rng.random(n) < 1 / (1 + np.exp(-(raw + share * bound))), np.ones(n)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_the_weight_that_made_the_outcomes_is_found_again(share: float) -> None:
    assert fit_oddness_weight(*rows(share, 40_000)) == pytest.approx(share, abs=0.1)


def test_few_rows_move_it_little() -> None:
    assert fit_oddness_weight(*(one[:5] for one in rows(1.0, 100))) == pytest.approx(USUAL_WEIGHT, abs=0.1)
    nothing = np.zeros(0)
    assert fit_oddness_weight(nothing, nothing, nothing > 0, nothing) == USUAL_WEIGHT


def test_it_never_speaks_for_honesty() -> None:
    raw, bound, positive, weight = rows(0.0, 5_000)
    assert fit_oddness_weight(raw, bound, positive & (bound == 0), weight) == 0.0


def test_the_weight_of_all_rows_changes_nothing() -> None:
    raw, bound, positive, weight = rows(0.5, 3_000)
    once, tenfold = (fit_oddness_weight(raw, bound, positive, weight * by) for by in (1.0, 10.0))
    assert once == pytest.approx(tenfold, rel=1e-6)
