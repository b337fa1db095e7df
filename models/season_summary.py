"""Seasons summed up: what each way of choosing found beside an oracle, with intervals from drawing weeks again."""

from __future__ import annotations

import numpy as np
import polars as pl

from models.matrix import Floats

RATIOS = {
    "normalised_precision": ("n_found", "n_best"),
    "normalised_mass": ("found_kg", "best_kg"),
    "precision": ("n_found", "n_inspected"),
}
"""What was found over what could have been: by an oracle of the same budget (in number and in kilogrammes), or over
what was inspected (Kim et al. 2022, Take a chance: managing the exploitation-exploration dilemma in customs fraud
detection via online active learning)."""
BESIDE = "exploit"
"""The policy that the others are held against."""
SUMMARY_SCHEMA = {
    "policy": pl.String,
    "part": pl.String,
    "metric": pl.String,
    **dict.fromkeys(("value", "low", "high", "over", "over_low", "over_high"), pl.Float64),
    "n_weeks": pl.Int64,
}
"""`part`: all weeks, or the `last_third`; `over`: value less that of BESIDE over the same weeks, and its interval.
Null where there was nothing to find."""


def summarise(weeks: pl.DataFrame, *, n_draws: int, interval_share: float, seed: int) -> pl.DataFrame:
    """Sum up the weeks of every policy (models.seasons.WEEKS_SCHEMA, several worlds one below the other).

    Returns SUMMARY_SCHEMA. Weeks are drawn again with replacement, the same ones for every policy.
    """
    starts = weeks["week_from"].unique().sort()
    parts = {"all": starts, "last_third": starts.slice(starts.len() - starts.len() // 3)}
    made = []
    for part, chosen in parts.items():
        own = weeks.filter(pl.col("week_from").is_in(chosen.implode()))
        drawn = _drawn(own, n_draws, seed) if own.height else {}
        for (policy, metric), values in drawn.items():
            beside = drawn.get((BESIDE, metric))
            over = None if beside is None or policy == BESIDE else values - beside
            row = (*_interval(values, interval_share), *_interval(over, interval_share))
            made.append((policy, part, metric, *row, own["week_from"].n_unique()))
    return pl.DataFrame(made, schema=SUMMARY_SCHEMA, orient="row")


def _drawn(weeks: pl.DataFrame, n_draws: int, seed: int) -> dict[tuple[str, str], Floats]:
    """Each ratio of each policy: first of the season as it was, then of every draw."""
    summed = weeks.group_by("policy", "week_from", maintain_order=True).agg(
        pl.col("n_found", "n_best", "n_inspected", "found_kg", "best_kg").sum()
    )
    n = summed["week_from"].n_unique()
    times = np.vstack([np.ones(n), np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=n_draws)])
    found = {}
    for (policy,), own in summed.sort("week_from").partition_by("policy", as_dict=True, maintain_order=True).items():
        for metric, (above, below) in RATIOS.items():
            over, under = times @ own[above].to_numpy(), times @ own[below].to_numpy()
            found[str(policy), metric] = np.divide(over, under, out=np.full(len(over), np.nan), where=under > 0)
    return found


def _interval(values: Floats | None, share: float) -> tuple[float | None, float | None, float | None]:
    if values is None or not np.isfinite(values[0]):
        return None, None, None
    tail = (1 - share) / 2
    low, high = np.nanquantile(values[1:], [tail, 1 - tail])
    return float(values[0]), float(low), float(high)
