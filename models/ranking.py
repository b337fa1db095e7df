"""Choosing what is inspected: the top of the list within a budget, and a random share that is never zero."""

from __future__ import annotations

import hashlib

import numpy as np
import polars as pl


def choose(scored: pl.DataFrame, *, budget: int, random_share: float, salt: str) -> pl.DataFrame:
    """Put `budget` declarations on the list: most by suspicion, a share drawn at random from the rest.

    The random share is what makes hit rates and prevalence estimable without bias, and keeps an evader from learning
    what is never looked at; with a budget of two or more it is at least one row.

    Parameters
    ----------
    scored: columns `declaration_id`, `suspicion` (null sorts last) and `anomaly_p`; one row a declaration.
    budget: number of declarations that can be inspected; at least 1.
    random_share: share of the budget that is drawn at random, in (0, 1].
    salt: words that fix the draw; the same salt and ids draw the same rows, in whatever order they come.

    Returns
    -------
    The chosen rows with `rank` (1 first, by suspicion), `chosen_by` (model or random) and `selection_probability`:
    1 for a row the model put there, drawn rows over candidates for a random one.
    """
    if budget < 1:
        raise ValueError("budget must be at least 1")
    if not 0 < random_share <= 1:
        raise ValueError("random_share must be above 0 and at most 1: a share that is never drawn teaches nothing")
    n_random = max(round(budget * random_share), 1 if budget > 1 else 0)
    by_suspicion = ranked(scored)
    by_model = by_suspicion.head(budget - n_random)
    rest = by_suspicion.slice(by_model.height).sort("declaration_id")
    drawn = rest[_draw(rest.height, min(n_random, rest.height), salt)]
    chosen = pl.concat(
        [
            by_model.with_columns(chosen_by=pl.lit("model"), selection_probability=pl.lit(1.0)),
            drawn.with_columns(
                chosen_by=pl.lit("random"), selection_probability=pl.lit(drawn.height / max(rest.height, 1))
            ),
        ]
    )
    return ranked(chosen).with_row_index("rank", offset=1).with_columns(pl.col("rank").cast(pl.Int64))


def ranked(scored: pl.DataFrame) -> pl.DataFrame:
    """Sort by suspicion, then by how odd the declaration is, then by its identifier, so that ties never wander."""
    return scored.sort(
        ["suspicion", "anomaly_p", "declaration_id"], descending=[True, False, False], nulls_last=[True, True, False]
    )


def _draw(candidates: int, wanted: int, salt: str) -> list[int]:
    seed = int.from_bytes(hashlib.sha256(salt.encode()).digest()[:8], "big")
    return sorted(int(one) for one in np.random.default_rng(seed).permutation(candidates)[:wanted])
