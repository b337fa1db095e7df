"""What inspections found. A declaration without a row is uninspected, which is not clean."""

from __future__ import annotations

import dataframely as dy

from features.contracts import columns as c


class Outcomes(dy.Schema):
    """One inspection result."""

    declaration_id = dy.String(
        primary_key=True, min_length=1, metadata=c.REQUIRED, description="the declaration inspected"
    )
    inspected_on = c.day(required=True, description="day the result was known")
    finding = c.choice(c.FINDINGS, required=True, description="what was found")
    selected_by = c.choice(c.SELECTED_BY, description="why it was inspected")
    selection_probability = c.share(description="probability with which it was chosen")
    found_hs_code = c.hs_code(required=False, description="code of the goods found")
    found_mineral = c.words(description="controlled mineral found")
    seized_kg = c.amount("kg", description="mass seized")
    seized_usd = c.amount("USD", description="value seized")
    note = c.words(description="inspector's note")
