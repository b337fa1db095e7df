"""Pages: one strict, autoescaping template environment for every report; pages work offline and run no script."""

from __future__ import annotations

import re
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")


def render(template: str, **values: Any) -> str:
    """Fill a template from `pipelines/reports/`; every value is escaped, a missing one is an error."""
    environment = Environment(
        loader=PackageLoader("pipelines", "reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"cut": cut, "amount": amount, "share": share}
    return environment.get_template(template).render(**values)


def cut(words: str | None, length: int) -> str:
    """Shorten text that somebody else wrote, and drop marks that hide or reorder what is around them.

    >>> cut("antimony\\u200b ingot", 8)
    'antimony…'
    >>> cut(None, 8)
    ''
    """
    if words is None:
        return ""
    shown = _HIDDEN.sub("", words[: 4 * length])
    return shown if len(shown) <= length and len(words) <= 4 * length else shown[:length] + "…"


def amount(value: float | None, unit: str) -> str:
    """Write a quantity with its unit; unknown is said, not zero.

    >>> amount(25171.85, "kg")
    '25,172 kg'
    >>> amount(None, "USD")
    'unknown USD'
    """
    if value is None:
        return f"unknown {unit}"
    return f"{value:,.0f} {unit}" if abs(value) >= 100 else f"{value:.4g} {unit}"


def share(value: float | None) -> str:
    """Write a probability as a percentage.

    >>> share(0.1234)
    '12.3 %'
    """
    return "unknown" if value is None else f"{100 * value:.1f} %"
