"""Prices in the origin's home market; configs/home_prices.toml carries their sources."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from pipelines.settings.closed import Closed


class HomePrice(Closed):
    """What a mineral, in the form that these codes hold, cost at home on a day."""

    mineral: str
    hs6: list[str] = Field(min_length=1)
    priced_on: date
    low_usd_per_kg: float = Field(gt=0.0)
    high_usd_per_kg: float = Field(gt=0.0)
    source: str
    confidence: Literal["verified", "seed", "recalled"]

    @model_validator(mode="after")
    def _in_order(self) -> HomePrice:
        if self.low_usd_per_kg > self.high_usd_per_kg:
            raise ValueError(f"{self.mineral}: low_usd_per_kg must not exceed high_usd_per_kg")
        return self


class HomePrices(Closed):
    """The list of home prices, and how long each speaks."""

    valid_months: int = Field(ge=1, le=60)
    prices: list[HomePrice]
