"""Corridors: goods that leave an origin and reach a destination through a third country."""

from features.corridors.amounts import known_spans, lane_amounts, month_number, reported_marks
from features.corridors.comovement import comovement
from features.corridors.lanes import excess_over_expected, lane_windows
from features.corridors.registry import REGISTRY
from features.corridors.rivals import LEADS_FROM, RIVALS, score_rivals
from features.corridors.state import corridor_state, surge_strength
from features.corridors.surge import corridor_surges
from features.corridors.table import build_corridor, route_countries
from features.corridors.trials import Windows, lay_trials, trial_kind
from features.corridors.watch import (
    Watch,
    is_kept_from,
    neighbour_codes,
    watched_codes,
    watched_places,
    what_six_digits_hide,
)

__all__ = [
    "LEADS_FROM",
    "REGISTRY",
    "RIVALS",
    "Watch",
    "Windows",
    "build_corridor",
    "comovement",
    "corridor_state",
    "corridor_surges",
    "excess_over_expected",
    "is_kept_from",
    "known_spans",
    "lane_amounts",
    "lane_windows",
    "lay_trials",
    "month_number",
    "neighbour_codes",
    "reported_marks",
    "route_countries",
    "score_rivals",
    "surge_strength",
    "trial_kind",
    "watched_codes",
    "watched_places",
    "what_six_digits_hide",
]
