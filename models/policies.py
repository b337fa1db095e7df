"""Ways of choosing what to inspect, to be played against each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from models.lot import draw
from models.ranking import RankingPlan, choose

Policy = Callable[[pl.DataFrame, int, str, float], pl.DataFrame]
"""Of scored rows (`declaration_id`, `suspicion`, `anomaly`), a budget, words that fix the lot, and the share drawn by
lot: the chosen rows as `declaration_id`, `selected_by`, `selection_probability` (null where it was no chance)."""


def at_random(rows: pl.DataFrame, budget: int, salt: str, random_share: float) -> pl.DataFrame:
    """All by lot, each row with the same chance."""
    del random_share
    chance = min(1.0, budget / max(rows.height, 1))
    drawn = draw(rows.select("declaration_id", stratum=pl.lit(0), chance=pl.lit(chance)), salt)
    return pl.DataFrame({"declaration_id": drawn}).with_columns(
        selected_by=pl.lit("random"), selection_probability=pl.lit(chance)
    )


def oddest(rows: pl.DataFrame, budget: int, salt: str, random_share: float) -> pl.DataFrame:
    """The oddest by the anomaly score, which no inspection teaches."""
    del salt, random_share
    return _first(rows, "anomaly", budget)


def likeliest(rows: pl.DataFrame, budget: int, salt: str, random_share: float) -> pl.DataFrame:
    """The most suspicious, and nothing else: what is never looked at is never learned."""
    del salt, random_share
    return _first(rows, "suspicion", budget)


def likeliest_and_lot(rows: pl.DataFrame, budget: int, salt: str, random_share: float) -> pl.DataFrame:
    """The most suspicious, but for a share by lot from the rest: what `oretrace score` does."""
    scored = rows.select("declaration_id", "suspicion", anomaly_p=-pl.col("anomaly"))
    chosen = choose(scored, budget=budget, plan=RankingPlan(random_share=random_share), salt=salt).chosen
    return chosen.select("declaration_id", "chosen_by", "selection_probability").rename({"chosen_by": "selected_by"})


def most_uncertain(rows: pl.DataFrame, budget: int, salt: str, random_share: float) -> pl.DataFrame:
    """Those of which the model knows least whether they are violations: suspicion nearest to one half."""
    del salt, random_share
    return _first(rows.with_columns(doubt=-(pl.col("suspicion") - 0.5).abs()), "doubt", budget)


def half_uncertain(rows: pl.DataFrame, budget: int, salt: str, random_share: float) -> pl.DataFrame:
    """The most suspicious for half of the budget, the most uncertain of the rest for the other half."""
    first = likeliest(rows, budget - budget // 2, salt, random_share)
    rest = rows.join(first, on="declaration_id", how="anti", maintain_order="left")
    return pl.concat([first, most_uncertain(rest, budget // 2, salt, random_share)])


POLICIES: Mapping[str, Policy] = {
    "random": at_random,
    "anomaly": oddest,
    "exploit": likeliest,
    "exploit_and_random": likeliest_and_lot,
    "uncertainty": most_uncertain,
    "exploit_and_uncertainty": half_uncertain,
}


def _first(rows: pl.DataFrame, by: str, budget: int) -> pl.DataFrame:
    order = rows.sort([by, "anomaly", "declaration_id"], descending=[True, True, False], nulls_last=True)
    return order.head(budget).select(
        "declaration_id", selected_by=pl.lit("model"), selection_probability=pl.lit(None, pl.Float64)
    )
