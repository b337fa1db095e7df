"""Dated open questions of the control list, each answered by a setting and never by a guess in code."""

from __future__ import annotations

from datetime import date
from typing import Literal, get_args

from pipelines.settings.closed import Closed

Outcome = Literal["resumed", "extended", "repealed"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


class ControlSwitches(Closed):
    """How each suspension whose end is not settled by a published notice is read.

    `resumed`: the published end date stands and the measures are back in force the day after. `extended`: they stay
    suspended through `*_extended_until` and are back the day after that. `repealed`: they never come back.
    """

    no70_suspension: Outcome
    """Nos. 55 to 58, 61 and 62 of 2025, suspended by No. 70 through 2026-11-10."""
    no70_extended_until: date
    no70_answer_known_on: date
    """Day from which an answer other than `resumed` counts as known."""

    no72_suspension: Outcome
    """Paragraph 2 of No. 46 of 2024 (United States), suspended by No. 72 through 2026-11-27."""
    no72_extended_until: date
    no72_answer_known_on: date

    no21_suspension: Outcome
    """16 United States entities of No. 21 of 2025, suspended through 2026-11-10."""
    no21_extended_until: date
    no21_answer_known_on: date
