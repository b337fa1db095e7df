"""Physics of the parcel: price, density, packing and boxes against the declared good and controlled minerals."""

from features.parcel.registry import REGISTRY
from features.parcel.rules import ParcelRules
from features.parcel.table import build_parcel

__all__ = ["REGISTRY", "ParcelRules", "build_parcel"]
