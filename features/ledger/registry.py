"""The ledger's evidence: what each column means and how it is told."""

from __future__ import annotations

from features.evidence import Evidence

_UNKNOWN = "there are no movement records, none of them is of this holder and mineral, or the mass is unknown"
_FIGURES = ("ledger_holder_id", "ledger_mineral", "ledger_needed_kg", "ledger_balance_kg", "ledger_missing_kg")

REGISTRY: tuple[Evidence, ...] = (
    Evidence(
        code="no_source",
        family="licences",
        role="doubt",
        unit="strength",
        sentence="{ledger_holder_id} has records of {ledger_mineral} leaving or being worked on, but none of any ever"
        " coming in.",
        figures=_FIGURES,
        null_means=_UNKNOWN,
        source="issue 5, material ledger from the source",
        hints=("concealment", "transshipment"),
        next_check="Ask the holder for the mine's, refinery's or seller's document.",
    ),
    Evidence(
        code="ledger_short",
        family="licences",
        role="doubt",
        unit="strength",
        sentence="{ledger_holder_id} is known to hold {ledger_balance_kg} kg of {ledger_mineral} (contained) on that"
        " day; this consignment takes at least {ledger_needed_kg} kg, and {ledger_missing_kg} kg were short before.",
        figures=_FIGURES,
        null_means=_UNKNOWN,
        source="issue 5, material ledger from the source",
        hints=("concealment", "misdeclaration"),
        next_check="Ask the holder for purchase and production records of the last months.",
    ),
    Evidence(
        code="ledger_covers",
        family="licences",
        role="counter",
        unit="strength",
        sentence="{ledger_holder_id} is known to hold {ledger_balance_kg} kg of {ledger_mineral} (contained), enough"
        " for this consignment.",
        figures=_FIGURES,
        null_means=_UNKNOWN,
        source="issue 5, material ledger from the source",
    ),
)
