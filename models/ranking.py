"""Choosing what is inspected: the weightiest doubts within budget and offices, and a share by lot, never zero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from models.lot import draw, draw_chances
from models.matrix import Floats
from models.oddness import odds_bound


@dataclass(frozen=True, slots=True)
class RankingPlan:
    """How a list is made; every number is a setting, see configs/score.toml for what it means and where it is from."""

    random_share: float
    severity: Mapping[str, float] = field(default_factory=dict)
    """What a violation weighs, by rule of the control list in force for the goods and destination; others weigh 1."""
    n_trader_rows: int = 1_000_000
    n_corridor_rows: int = 1_000_000
    crowd_ratio: float = 1.0
    """What each further row of the same trader or corridor counts, of the row before."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A list, and what every candidate's chance of it was."""

    chosen: pl.DataFrame
    """`rank`, the scored columns, `priority`, `chosen_by` (model or random) and `selection_probability`."""
    log: pl.DataFrame
    """One row a candidate, by declaration_id: LOG_SCHEMA."""


NO_PLACE = 1e-6
"""Chances that add up to less than so much beyond a whole number of places are a whole number (as in models.lot)."""
LOG_SCHEMA = {
    "declaration_id": pl.String,
    "suspicion": pl.Float64,
    "severity": pl.Float64,
    "tier_ratio": pl.Float64,
    "priority": pl.Float64,
    "exporter_id": pl.String,
    "office_id": pl.String,
    "follows_model": pl.Boolean,
    "selection_probability": pl.Float64,
    "chosen_by": pl.String,
}
"""`follows_model`: the model's part of the budget reaches it. `selection_probability`: of being on the list, by either
way; 0 only where its office can inspect nothing. `chosen_by` is null for what is not on the list."""


def choose(
    scored: pl.DataFrame,
    *,
    budget: int,
    plan: RankingPlan,
    salt: str,
    offices: Mapping[str, int] | None = None,
    is_learned: bool = True,
) -> Choice:
    """Put `budget` declarations on the list: most by priority, a share drawn by lot from the rest.

    Priority is suspicion x severity x the trader's tier (x oddness, where nothing was learned), lessened for each
    further row of a trader or corridor that the list holds already. The share by lot is what makes hit rates and
    prevalence estimable without bias, and keeps an evader from learning what is never looked at. It is `random_share`
    of the budget however small that is: where it comes to part of a place, the lot decides whether it takes the model's
    last one. Places that offices' limits leave the model go to the lot.

    Parameters
    ----------
    scored
        One row a declaration: `declaration_id`, `suspicion` (null sorts last), `anomaly_p`, and, where known,
        `control_rules` (list), `tier_ratio` (in (0, 1]), `exporter_id`, `corridor_id`, `office_id`.
    budget
        Declarations that can be inspected; at least 1.
    salt
        Words that fix the draw; the same salt and ids draw the same rows, in whatever order they come.
    offices
        Declarations that each office can inspect; an office that is not named has no limit of its own.
    is_learned
        Whether suspicion was learned from violations. Where it was not, it is the same for all, and the order follows
        how odd each row is (`odds_bound`).

    Raises
    ------
    ValueError
        For a budget below 1, a random share outside (0, 1] or a tier ratio outside (0, 1].
    """
    if budget < 1:
        raise ValueError("budget must be at least 1")
    if not 0 < plan.random_share <= 1:
        raise ValueError("random_share must be above 0 and at most 1: a share that is never drawn teaches nothing")
    rows, room = _with_offices(prioritised(scored, plan, is_learned=is_learned), offices or {})
    n_random = budget * plan.random_share
    room_random = np.where(np.isfinite(room), np.minimum(room, np.ceil(room * plan.random_share)), 0.0)
    by_model = _top(rows, budget - int(n_random), room - room_random)
    rest = rows.join(by_model.select("declaration_id"), on="declaration_id", how="anti", maintain_order="left")
    left_over = budget - by_model.height
    by_lot = _lot(rest, by_model, room, wanted=max(n_random, float(left_over)))
    log = _drawn(by_model, by_lot, budget=budget, salt=salt)
    added = ["severity", "tier_ratio", "priority", "selection_probability", "chosen_by"]
    chosen = scored.drop(added, strict=False).join(
        log.drop_nulls("chosen_by").select("declaration_id", *added), on="declaration_id", how="inner"
    )
    listed = _sorted(chosen).with_row_index("rank", offset=1).with_columns(pl.col("rank").cast(pl.Int64))
    return Choice(listed, log.select(pl.col(name).cast(kind) for name, kind in LOG_SCHEMA.items()))


def prioritised(scored: pl.DataFrame, plan: RankingPlan, *, is_learned: bool = True) -> pl.DataFrame:
    """Add `severity`, `tier_ratio` and `priority`; what is not known of a row lessens nothing."""
    absent: dict[str, pl.DataType | type[pl.DataType]] = {"control_rules": pl.List(pl.String), "tier_ratio": pl.Float64}
    for name in ("exporter_id", "corridor_id", "office_id"):
        absent[name] = pl.String
    rows = scored.with_columns(pl.lit(None, kind).alias(name) for name, kind in absent.items() if name not in scored)
    if rows.filter(~pl.col("tier_ratio").is_between(0, 1, closed="right")).height:
        raise ValueError("tier_ratio must be above 0 and at most 1: a tier may lower a chance, never to zero")
    weighed = [pl.when(pl.col("control_rules").list.contains(rule)).then(w) for rule, w in plan.severity.items()]
    severity = pl.max_horizontal(pl.lit(1.0), *weighed) if weighed else pl.lit(1.0)
    worth = rows.with_columns(severity=severity.cast(pl.Float64), tier_ratio=pl.col("tier_ratio").fill_null(1.0))
    likely = pl.col("suspicion") if is_learned else pl.col("suspicion") * odds_bound(pl.col("anomaly_p"))
    worth = _sorted(worth.with_columns(priority=likely * pl.col("severity") * pl.col("tier_ratio")))
    crowding = pl.lit(0)
    for name, free in (("exporter_id", plan.n_trader_rows), ("corridor_id", plan.n_corridor_rows)):
        before = pl.int_range(pl.len()).over(name)
        crowding += pl.when(pl.col(name).is_not_null()).then((before - free + 1).clip(lower_bound=0)).otherwise(0)
    return worth.with_columns(priority=pl.col("priority") * pl.lit(plan.crowd_ratio).pow(crowding))


def ranked(scored: pl.DataFrame) -> pl.DataFrame:
    """Sort by suspicion, then by how odd the declaration is, then by its identifier, so that ties never wander."""
    return scored.sort(
        ["suspicion", "anomaly_p", "declaration_id"], descending=[True, False, False], nulls_last=[True, True, False]
    )


def _sorted(rows: pl.DataFrame) -> pl.DataFrame:
    by = ["priority", "suspicion", "anomaly_p", "declaration_id"]
    return rows.sort(by, descending=[True, True, False, False], nulls_last=[True, True, True, False])


def _with_offices(rows: pl.DataFrame, offices: Mapping[str, int]) -> tuple[pl.DataFrame, Floats]:
    """Add `stratum`, the position of the row's office in the limits returned; the last one has none."""
    names = sorted(offices)
    at = pl.col("office_id").replace_strict(
        names, list(range(len(names))), default=len(names), return_dtype=pl.Int64
    ) if names else pl.lit(0, pl.Int64)  # fmt: skip
    return rows.with_columns(stratum=at), np.array([float(offices[name]) for name in names] + [np.inf])


def _top(rows: pl.DataFrame, wanted: int, room: Floats) -> pl.DataFrame:
    """Take the first rows by priority, of each office no more than it has room for beside the lot."""
    free = pl.DataFrame({"stratum": range(len(room)), "free": np.minimum(room, rows.height + 1.0)})
    place = pl.int_range(pl.len()).over("stratum")
    fitting = _sorted(rows).join(free, on="stratum", how="left", maintain_order="left").filter(place < pl.col("free"))
    return fitting.drop("free").head(wanted)


def _drawn(by_model: pl.DataFrame, by_lot: pl.DataFrame, *, budget: int, salt: str) -> pl.DataFrame:
    """Draw the lot: every candidate with its chance, whether the model's part reaches it, and how it was chosen.

    Where the lot has a part of a place, it draws one more now and then, and the last row of the model's gives way.
    """
    drawn = draw(by_lot.with_columns(chance=pl.col("selection_probability")), salt)
    more = float(by_lot["selection_probability"].sum()) - (budget - by_model.height)
    is_last = pl.int_range(pl.len()) == pl.len() - 1
    kept = 1.0 - more if more > NO_PLACE else 1.0
    reached = by_model.with_columns(
        selection_probability=pl.when(is_last).then(pl.lit(kept)).otherwise(pl.lit(1.0)),
        follows_model=pl.lit(value=True),
    )
    model_in = by_model["declaration_id"].head(budget - drawn.len())
    is_in = {"model": model_in, "random": drawn}
    way = pl.coalesce(
        pl.when(pl.col("declaration_id").is_in(ids.implode())).then(pl.lit(name)) for name, ids in is_in.items()
    )
    both = pl.concat([reached, by_lot.with_columns(follows_model=pl.lit(value=False))])
    return both.with_columns(chosen_by=way).sort("declaration_id")


def _lot(rest: pl.DataFrame, by_model: pl.DataFrame, room: Floats, *, wanted: float) -> pl.DataFrame:
    """Give each row that the model left out its chance; they add up to `wanted`, where offices have room for it."""
    taken = np.bincount(by_model["stratum"].to_numpy(), minlength=len(room)) if by_model.height else np.zeros(len(room))
    chance = draw_chances(rest["tier_ratio"].to_numpy(), rest["stratum"].to_numpy(), room - taken, wanted=wanted)
    return rest.with_columns(selection_probability=pl.Series(chance))
