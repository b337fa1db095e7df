"""The ledger's evidence: what each column means and how it is told."""

from __future__ import annotations

from features.evidence import Evidence

_UNKNOWN = "no movement records, none of this holder and mineral in earlier months, or mass unknown, or no export"
_FIGURES = ("ledger_holder_id", "ledger_mineral", "ledger_needed_kg", "ledger_balance_kg", "ledger_usual_kg")
_MISSING = (*_FIGURES, "ledger_missing_kg")

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
        sentence="{ledger_holder_id} held {ledger_balance_kg} kg of {ledger_mineral} (contained) as the month began and"
        " usually gets {ledger_usual_kg} kg a month; this consignment takes at least {ledger_needed_kg} kg, and"
        " {ledger_missing_kg} kg had left before that nothing accounts for.",
        figures=_MISSING,
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
        sentence="{ledger_holder_id} held {ledger_balance_kg} kg of {ledger_mineral} (contained) as the month began and"
        " usually gets {ledger_usual_kg} kg a month, enough for this consignment.",
        figures=_FIGURES,
        null_means=_UNKNOWN,
        source="issue 5, material ledger from the source",
    ),
)
