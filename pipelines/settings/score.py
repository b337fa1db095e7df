"""Settings of scoring: how long the list is, what share of it is drawn by lot."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.closed import Closed


class ScoreSettings(Closed):
    """How the worklist is made."""

    budget_declarations: int = Field(ge=1, description="declarations that can be inspected when --budget is not given")
    random_share: float = Field(gt=0, le=1, description="share of the budget drawn by lot from what the model left out")
    random_salt: str = Field(
        min_length=1, description="words that fix the draw; keep your own secret, or the draw can be foreseen"
    )
