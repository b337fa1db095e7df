"""Mirrored flows: what the exporter declared beside what the importer saw."""

from features.mirror.gap import gap_parts, lost_share, mirror_gap, orphan_share, symmetric_gap
from features.mirror.hub_share import hub_share
from features.mirror.lags import align_lags, transit_weights
from features.mirror.margin import Margin, fob_value, ln_margin
from features.mirror.pair_gaps import pair_gaps
from features.mirror.pairs import known_at, pair_mirrors
from features.mirror.registry import REGISTRY
from features.mirror.reliability import lane_spread, reporter_spread
from features.mirror.state import lane_state, lane_state_of_pairs
from features.mirror.table import build_mirror
from features.mirror.totals import reported_periods, reported_totals

__all__ = [
    "REGISTRY",
    "Margin",
    "align_lags",
    "build_mirror",
    "fob_value",
    "gap_parts",
    "hub_share",
    "known_at",
    "lane_spread",
    "lane_state",
    "lane_state_of_pairs",
    "ln_margin",
    "lost_share",
    "mirror_gap",
    "orphan_share",
    "pair_gaps",
    "pair_mirrors",
    "reported_periods",
    "reported_totals",
    "reporter_spread",
    "symmetric_gap",
    "transit_weights",
]
