"""Thresholds of a control item, told in plain words: "only at 99.99 % or purer"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Joint = Literal["all_of", "any_of"]
_COUNTED = {2: "both", 3: "all three", 4: "all four", 5: "all five"}


@dataclass(frozen=True, slots=True)
class Bound:
    """One measured property and the range in which the item is controlled."""

    prop: str
    """What is measured, in words: "purity", "flexural strength"."""
    unit: str
    low: float | None = None
    high: float | None = None
    is_low_included: bool = True
    is_high_included: bool = True
    text: str | None = None
    """Said in place of figures where the source gives none that can be compared."""
    is_content: bool = False
    """The property is the share by mass of the controlled substance, so that a stated purity answers it."""


def _number(value: float) -> str:
    return format(value, "f").rstrip("0").rstrip(".")


def bound_words(bound: Bound) -> str:
    """Say one bound with symbols.

    >>> bound_words(Bound("density", "g/cm³", low=1.73, is_low_included=False))
    'density > 1.73 g/cm³'
    """
    if bound.text is not None:
        return f"{bound.prop}: {bound.text}"
    unit = f" {bound.unit}" if bound.unit else ""
    if bound.low is not None and bound.high is not None:
        return f"{bound.prop} {_number(bound.low)} to {_number(bound.high)}{unit}"
    if bound.low is not None:
        return f"{bound.prop} {'≥' if bound.is_low_included else '>'} {_number(bound.low)}{unit}"
    if bound.high is not None:
        return f"{bound.prop} {'≤' if bound.is_high_included else '<'} {_number(bound.high)}{unit}"
    return bound.prop


def condition_words(bounds: Sequence[Bound], joint: Joint = "all_of") -> str | None:
    """Say when the item is controlled; None when it always is.

    >>> condition_words([Bound("purity", "%", low=99.99, is_content=True)])
    'only at 99.99 % or purer'
    >>> condition_words([Bound("purity", "%", low=99.9, is_low_included=False),
    ...                  Bound("flexural strength", "MPa", low=30, is_low_included=False),
    ...                  Bound("density", "g/cm³", low=1.73, is_low_included=False)])
    'all three: purity > 99.9 %, flexural strength > 30 MPa, density > 1.73 g/cm³'
    """
    if not bounds:
        return None
    if len(bounds) == 1:
        only = bounds[0]
        if only.prop == "purity" and only.low is not None and only.high is None:
            return f"only {'at' if only.is_low_included else 'above'} {_number(only.low)} %" + (
                " or purer" if only.is_low_included else " purity"
            )
        return f"only with {bound_words(only)}"
    said = ", ".join(bound_words(bound) for bound in bounds)
    if joint == "any_of":
        return f"any of: {said}"
    return f"{_COUNTED.get(len(bounds), f'all {len(bounds)}')}: {said}"


def min_purity_share(bounds: Sequence[Bound], joint: Joint = "all_of") -> float | None:
    """Lowest share by mass at which the item can be controlled, in [0, 1]; None when purity plays no part."""
    lows = [bound.low / 100 for bound in bounds if bound.is_content and bound.low is not None and bound.unit == "%"]
    if not lows or (joint == "any_of" and len(lows) < len(bounds)):
        return None
    return round(min(lows) if joint == "any_of" else max(lows), 9)
