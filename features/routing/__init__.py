"""The route: legs, detours, loops, times, and places that do not fit the papers."""

from features.routing.registry import REGISTRY
from features.routing.rules import FreeZone, Hub, RoutingRules
from features.routing.table import NO_DISTANCES, build_routing, wanted_pairs

__all__ = ["NO_DISTANCES", "REGISTRY", "FreeZone", "Hub", "RoutingRules", "build_routing", "wanted_pairs"]
