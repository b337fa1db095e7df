"""What mirrored flows said at the start of each month: the states that declarations are joined to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from features.controls import ControlList
from features.corridors import corridor_state
from features.mirror import lane_state
from pipelines.settings.corridors import CorridorSettings
from pipelines.steps.corridor_search import look_of, search_corridors
from pipelines.steps.watches import known_controls


@dataclass(frozen=True, slots=True, eq=False)
class FlowStates:
    """State of lanes and corridors; each month's rows rest on figures public before its first day."""

    lanes: pl.LazyFrame
    corridors: pl.LazyFrame | None
    notes: tuple[str, ...]


def flow_states(
    flows: pl.DataFrame, *, months: Sequence[date], controls: ControlList, settings: CorridorSettings
) -> FlowStates:
    """Work out both states for each of `months` (first days), from contract Flows with `published_on` filled."""
    wanted = sorted(set(months))
    lanes = lane_state(flows.lazy(), months=wanted).collect().lazy()
    last = max(wanted)
    search = search_corridors(
        flows.lazy(),
        known_controls(controls, settings),
        last_look=look_of(last) - 1,
        settings=settings,
    )
    if search.tests.is_empty():
        return FlowStates(lanes, None, search.notes)
    states = corridor_state(search.tests.lazy()).filter(pl.col("as_of").is_in(wanted))
    return FlowStates(lanes, states.collect().lazy(), ())
