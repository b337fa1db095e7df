"""Evidence of the corridor room: whether a declaration lies on a lane whose third-country trade has surged."""

from __future__ import annotations

from features.evidence import Evidence

REGISTRY: tuple[Evidence, ...] = (
    Evidence(
        code="corridor_surge",
        family="corridor",
        role="doubt",
        unit="strength",
        # No amount: a country's total without its bounds by trader and group overstates what one firm passed on.
        sentence="Lies on {corridor_id}: since {corridor_event_on} both legs carry more than expected by country "
        "figures to {corridor_period}, which do not say whose goods; other readings: {corridor_rival}",
        figures=(
            "corridor_id",
            "corridor_event_on",
            "corridor_period",
            "corridor_rival",
            "corridor_q",
        ),
        null_means="no watched corridor for these goods and this lane had public figures enough by then",
        source="indicators.md 9, 11, 18",
        hints=("transshipment",),
        next_check="ask for the import entry and the buyer's papers at the final destination",
    ),
    Evidence(
        code="hub_exposure",
        family="corridor",
        role="context",
        unit="share",
        sentence="Part of the hub's outflow that its inflow from the origin could account for",
        figures=(),
        null_means="no third country on this lane had public figures enough by then",
        source="indicators.md 9, 30",
    ),
)
