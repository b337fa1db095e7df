"""A map of flows as plain SVG: ports for coasts, curves for legs; no picture, script or network is needed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from features.countries import country_name
from pipelines.geography import country_points, port_dots

WIDTH, HEIGHT = 960.0, 400.0
WEST = -30.0  # the map begins in the Atlantic, so that the Pacific and the Indian Ocean stay whole
NORTH, SOUTH = 75.0, -50.0  # beyond lie hardly any ports
THICKEST = 9.0


@dataclass(frozen=True, slots=True)
class Leg:
    """One line from a country to another, as wide as what it carries."""

    start: str
    end: str
    amount: float
    is_direct: bool = False


def draw_map(legs: Sequence[Leg]) -> Markup | None:
    """Draw legs between countries; None where fewer than two of their countries have a known place."""
    points = country_points()
    known = [leg for leg in legs if leg.start in points and leg.end in points and leg.start != leg.end]
    if not known:
        return None
    largest = max((leg.amount for leg in known), default=0.0) or 1.0
    dots = "".join(f"M{x:.0f} {y:.0f}h1.6v1.6h-1.6z" for x, y in (_place(*spot) for spot in port_dots()))
    lines = [_line(leg, largest) for leg in known]
    places = list(dict.fromkeys(code for leg in known for code in (leg.start, leg.end)))
    marks = [
        f'<circle class="place" cx="{x:.0f}" cy="{y:.0f}" r="3.5"/>'
        f'<text x="{x + 7:.0f}" y="{y - 6:.0f}">{escape(country_name(code))}</text>'
        for code in places
        for x, y in [_place(*points[code])]
    ]
    label = escape("; ".join(f"{country_name(leg.start)} to {country_name(leg.end)}" for leg in known[:6]))
    body = "".join([f'<path class="dot" d="{dots}"/>', *lines, *marks])
    return Markup(  # noqa: S704 - numbers and escaped country names only
        f'<svg class="map" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" role="img" aria-label="{label}">{body}</svg>'
    )


def _place(longitude: float, latitude: float) -> tuple[float, float]:
    clipped = min(max(latitude, SOUTH), NORTH)
    return (longitude - WEST) % 360.0 / 360.0 * WIDTH, (NORTH - clipped) / (NORTH - SOUTH) * HEIGHT


def _line(leg: Leg, largest: float) -> str:
    points = country_points()
    (x1, y1), (x2, y2) = _place(*points[leg.start]), _place(*points[leg.end])
    if abs(x2 - x1) > WIDTH / 2:  # the short way round crosses the edge: draw both halves
        shift = WIDTH if x2 < x1 else -WIDTH
        return _curve(leg, (x1, y1), (x2 + shift, y2), largest) + _curve(leg, (x1 - shift, y1), (x2, y2), largest)
    return _curve(leg, (x1, y1), (x2, y2), largest)


def _curve(leg: Leg, start: tuple[float, float], end: tuple[float, float], largest: float) -> str:
    (x1, y1), (x2, y2) = start, end
    length = math.hypot(x2 - x1, y2 - y1)
    bend = min(0.18 * length, 60.0)
    width = 1.2 + THICKEST * math.sqrt(max(leg.amount, 0.0) / largest)
    kind = "leg direct" if leg.is_direct else "leg"
    middle = f"{(x1 + x2) / 2:.0f} {(y1 + y2) / 2 - bend * (-1 if leg.is_direct else 1):.0f}"
    title = escape(f"{country_name(leg.start)} to {country_name(leg.end)}")
    stroke = min(width, 2.5) if leg.is_direct else width
    return (
        f'<path class="{kind}" stroke-width="{stroke:.1f}" d="M{x1:.0f} {y1:.0f}Q{middle} {x2:.0f} {y2:.0f}">'
        f"<title>{title}</title></path>"
    )
