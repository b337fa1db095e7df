"""The licence room's evidence: what each column means, and what an analyst reads."""

from __future__ import annotations

from features.evidence import Evidence

_SEE_LICENCE = "Ask the licensing authority for the licence and its balance"

REGISTRY: tuple[Evidence, ...] = (
    Evidence(
        code="licence_missing",
        family="licences",
        role="doubt",
        unit="strength",
        sentence="By their code {hs_code} or words these goods need an export licence for {destination_iso3} on"
        " {declared_on}, unless {licence_unless}; {licence_named}",
        figures=("destination_iso3", "declared_on", "hs_code", "licence_unless", "licence_named"),
        null_means="it is unknown whether a licence is needed, or whether one was named",
        source="indicators.md 36",
        hints=("misdeclaration",),
        next_check="Ask the declarant for the licence, or for the ground on which none is needed",
    ),
    Evidence(
        code="licence_mismatch",
        family="licences",
        role="doubt",
        unit="strength",
        sentence="Licence {licence_no} does not fit this consignment: {licence_misfits}",
        figures=("licence_no", "licence_misfits", "days_past_validity"),
        null_means="no licence is named, or there is no register of licences",
        source="indicators.md 36",
        hints=("misdeclaration", "transshipment"),
        next_check="Compare the licence with the declaration, line by line",
    ),
    Evidence(
        code="licence_overdrawn",
        family="licences",
        role="doubt",
        unit="strength",
        sentence="With this consignment {licence_use_ratio} times what licence {licence_no} allows is shipped",
        figures=("licence_no", "shipped_before_kg", "net_kg", "licensed_kg", "licensed_usd", "licence_use_ratio"),
        null_means="no licence is named, it is not in the register, or mass and value or its limits are unknown",
        source="indicators.md 36",
        hints=("misdeclaration",),
        next_check=_SEE_LICENCE,
    ),
    Evidence(
        code="licence_covers",
        family="licences",
        role="counter",
        unit="strength",
        sentence="Licence {licence_no} fits the consignment and, by what was declared before {declared_on}, enough is"
        " left on it",
        figures=("licence_no", "declared_on", "shipped_before_kg", "licensed_kg"),
        null_means="no licence is named, or there is no register of licences",
        source="indicators.md 36",
    ),
)
