"""Where boosting begins: a weighted sum of a few numbers, which a few violations can teach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from models.matrix import Floats


@dataclass(frozen=True, slots=True)
class Start:
    """Log-odds as a weighted sum of a few numbers, that trees add to.

    A few weights that a few violations can teach, where trees among two hundred columns need many.
    """

    level: float
    """Log-odds of a row whose numbers are all 0."""
    weights: tuple[float, ...]
    """Log-odds for one more of each number."""

    def log_odds(self, told: Floats) -> Floats:
        """Log-odds of each row of `told` (rows by numbers)."""
        total = np.full(len(told), self.level)
        for number, weight in enumerate(self.weights):  # in this order for any number of rows: a product's is not fixed
            total += weight * told[:, number]
        return total

    def to_dict(self) -> dict[str, Any]:
        """Plain form for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Self:
        """Read the plain form back."""
        return cls(plain["level"], tuple(plain["weights"]))
