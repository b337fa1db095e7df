"""The material ledger: what each holder had, month by month, and exports that nothing known could have fed."""

from features.ledger.balances import material_ledger
from features.ledger.registry import REGISTRY
from features.ledger.table import build_ledger

__all__ = ["REGISTRY", "build_ledger", "material_ledger"]
