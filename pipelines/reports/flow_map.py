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
    spots = {code: _place(*points[code]) for code in places}
    labels = label_places([(country_name(code), *spots[code]) for code in places])
    marks = [
        f'<circle class="place" cx="{x:.0f}" cy="{y:.0f}" r="3.5"/>'
        f'<text x="{left:.0f}" y="{base:.0f}">{escape(country_name(code))}</text>'
        for (code, (x, y)), (left, base) in zip(spots.items(), labels, strict=True)
    ]
    label = escape("; ".join(f"{country_name(leg.start)} to {country_name(leg.end)}" for leg in known[:6]))
    body = "".join([f'<path class="dot" d="{dots}"/>', *lines, *marks])
    return Markup(  # noqa: S704 - numbers and escaped country names only
        f'<svg class="map" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" role="img" aria-label="{label}">{body}</svg>'
    )


def label_places(names: Sequence[tuple[str, float, float]]) -> list[tuple[float, float]]:
    """Find where names (text, x and y of their place) are written: left end and base line, without touching each other.

    Each takes the first of some positions round its place that is free of earlier names and of every place's dot, and
    lies within the map; if none is, the one that overlaps least. The same names give the same positions.
    """
    dots = [(x - DOT, y - DOT, x + DOT, y + DOT) for _, x, y in names]
    taken: list[Box] = []
    found = []
    for number, (text, x, y) in enumerate(names):
        others = [*taken, *(dot for n, dot in enumerate(dots) if n != number)]
        choices = []
        for order, (step, side) in enumerate(_POSITIONS):
            length = LETTER * len(text)
            left = x + 7.0 if side == "right" else x - 7.0 - length if side == "left" else x - length / 2.0
            left = min(max(left, 2.0), max(WIDTH - length - 2.0, 2.0))
            base = min(max(y + step, LINE), HEIGHT - 3.0)
            box = (left, base - LINE + 2.0, left + length, base + 3.0)
            choices.append((sum(_overlap(box, other) for other in others), order, (left, base), box))
        _, _, spot, box = min(choices)
        taken.append(box)
        found.append(spot)
    return found


Box = tuple[float, float, float, float]
LETTER, LINE, DOT = 6.3, 13.0, 4.0  # px: width of a letter and height of a line at 11 px, half a dot
_POSITIONS = tuple(
    (step, side)
    for steps in ((-6.0, 15.0), (-20.0, 29.0), (-34.0, 43.0), (-48.0, 57.0), (-62.0, 71.0))
    for step in steps
    for side in ("right", "left", "middle")
)


def _overlap(one: Box, other: Box) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return width * height if width > 0 and height > 0 else 0.0


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
