"""Settings of scoring: how long the list is, what weighs, how it is spread, what share of it is drawn by lot."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from models.ranking import RankingPlan
from pipelines.settings.closed import Closed


class CheckMinutes(Closed):
    """What a check of each kind takes; the cheapest that settles half of what is told is named next."""

    records: float = Field(gt=0, description="minutes of a look into registers and reports at hand")
    papers: float = Field(gt=0, description="minutes of a question to the declarant and of reading the answer")
    tracking: float = Field(gt=0, description="minutes with the carrier's own tracking")
    weighing: float = Field(gt=0, description="minutes until the consignment is weighed")
    opening: float = Field(
        gt=0, description="minutes until one package is opened and looked at with X-ray fluorescence"
    )


class ScoreSettings(Closed):
    """How the worklist is made."""

    budget_declarations: int = Field(ge=1, description="declarations that can be inspected when --budget is not given")
    random_share: float = Field(
        gt=0,
        le=1,
        description="share of any budget drawn by lot from what the model left out, part of a place now and then",
    )
    random_salt: str = Field(
        min_length=1, description="words that fix the draw; keep your own secret, or the draw can be foreseen"
    )
    n_trader_rows: int = Field(ge=1, description="rows of one exporter that count in full")
    n_corridor_rows: int = Field(ge=1, description="rows of one corridor that count in full")
    crowd_ratio: float = Field(gt=0, le=1, description="what each further row counts of the one before")
    severity_ratio: dict[str, Annotated[float, Field(ge=1)]] = Field(
        description="what a violation weighs by rule of the control list; the weightiest counts"
    )
    tier_ratio: dict[str, Annotated[float, Field(gt=0, le=1)]] = Field(
        description="what a trader's tier leaves of its chance of inspection, by the tier's name"
    )
    check_minutes: CheckMinutes

    def plan(self) -> RankingPlan:
        """The settings in the form the ranking takes."""
        return RankingPlan(
            random_share=self.random_share,
            severity=self.severity_ratio,
            n_trader_rows=self.n_trader_rows,
            n_corridor_rows=self.n_corridor_rows,
            crowd_ratio=self.crowd_ratio,
        )
