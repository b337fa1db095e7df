"""Evidence of the mirror room: what the other side's statistics say about a declaration's lane and code."""

from __future__ import annotations

from features.evidence import Evidence

_FIGURES = ("lane_m_usd", "lane_x_usd", "lane_m_kg", "lane_x_kg", "lane_n_months", "lane_last_month")
_NULL = "no month in the last twelve for which both countries' figures for this code were public by then"

REGISTRY: tuple[Evidence, ...] = (
    Evidence(
        code="lane_gap",
        family="mirror",
        role="doubt",
        unit="strength",
        sentence="On this lane and code the importing side recorded far more than the exporting side declared: "
        "{lane_m_usd} USD against {lane_x_usd} USD over {lane_n_months} months to {lane_last_month}",
        figures=_FIGURES,
        null_means=_NULL,
        source="indicators.md 3, 4",
        hints=("concealment", "misdeclaration"),
        next_check="ask the importing customs for the entry that matches this export",
    ),
    Evidence(
        code="lane_lost",
        family="mirror",
        role="doubt",
        unit="strength",
        sentence="What leaves on this lane under this code does not arrive under it: {lane_x_usd} USD declared, "
        "{lane_m_usd} USD seen to arrive over {lane_n_months} months to {lane_last_month}",
        figures=_FIGURES,
        null_means=_NULL,
        source="indicators.md 3, 5",
        hints=("misdeclaration", "transshipment"),
        next_check="compare the code and country on the import entry with this declaration",
    ),
    Evidence(
        code="lane_orphan_share",
        family="mirror",
        role="context",
        unit="share",
        sentence="Share of the lane's imports in months without any declared export",
        figures=(),
        null_means=_NULL + ", or nothing arrived",
        source="indicators.md 5",
    ),
    Evidence(
        code="lane_lost_share",
        family="mirror",
        role="context",
        unit="share",
        sentence="Share of the lane's declared exports in months without any import",
        figures=(),
        null_means=_NULL + ", or nothing left",
        source="indicators.md 5",
    ),
    Evidence(
        code="lane_gap_suspected",
        family="mirror",
        role="doubt",
        unit="strength",
        sentence="Under code {suspected_gap_hs6}, which these goods could be, the importing side recorded far more on "
        "this lane than was declared on leaving",
        figures=("suspected_gap_hs6",),
        null_means="no other code suspected, or no month for which both sides' figures for it were public by then",
        source="indicators.md 3, 20",
        hints=("misdeclaration", "concealment"),
        next_check="open and assay one package",
    ),
)
