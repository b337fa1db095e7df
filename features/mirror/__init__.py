"""Mirrored flows: what the exporter declared beside what the importer saw."""

from features.mirror.concordance import CONCORDANCE, to_edition
from features.mirror.entrepot import excess_lost, markup, origin_value, re_export_corrections
from features.mirror.gap import gap_parts, lost_share, mirror_gap, orphan_share, symmetric_gap
from features.mirror.hub_share import consigned_imports, hub_share
from features.mirror.lags import align_lags, lagged_pairs, transit_weights
from features.mirror.margin import Margin, fob_value, ln_margin
from features.mirror.pair_gaps import pair_gaps
from features.mirror.pairs import known_at, pair_mirrors
from features.mirror.registry import REGISTRY
from features.mirror.reliability import lane_spread, reporter_spread
from features.mirror.state import lane_state, lane_state_of_pairs
from features.mirror.table import build_mirror, filed_lanes, judge_mirror
from features.mirror.totals import reported_periods, reported_totals
from features.mirror.years import yearly_pairs

__all__ = [
    "CONCORDANCE",
    "REGISTRY",
    "Margin",
    "align_lags",
    "build_mirror",
    "consigned_imports",
    "excess_lost",
    "filed_lanes",
    "fob_value",
    "gap_parts",
    "hub_share",
    "judge_mirror",
    "known_at",
    "lagged_pairs",
    "lane_spread",
    "lane_state",
    "lane_state_of_pairs",
    "ln_margin",
    "lost_share",
    "markup",
    "mirror_gap",
    "origin_value",
    "orphan_share",
    "pair_gaps",
    "pair_mirrors",
    "re_export_corrections",
    "reported_periods",
    "reported_totals",
    "reporter_spread",
    "symmetric_gap",
    "to_edition",
    "transit_weights",
    "yearly_pairs",
]
