"""What the declared words say: terms, disguise, vagueness, remarks, and the heading the words would rather have."""

from features.description.registry import REGISTRY
from features.description.table import build_description

__all__ = ["REGISTRY", "build_description"]
