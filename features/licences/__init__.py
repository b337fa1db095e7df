"""Export licences: named, fitting, and not yet used up."""

from features.licences.registry import REGISTRY
from features.licences.table import build_licences

__all__ = ["REGISTRY", "build_licences"]
