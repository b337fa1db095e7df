"""What else is in a six-digit code; configs/mixed_codes.toml carries prices, national lines and their sources."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from pipelines.settings.closed import Closed


class OtherGoods(Closed):
    """Prices between which a code's other goods lie."""

    hs6: str = Field(pattern=r"^\d{6}$")
    low_usd_per_kg: float = Field(ge=0.0)
    high_usd_per_kg: float = Field(gt=0.0)
    source: str
    confidence: Literal["high", "medium", "low"]

    @model_validator(mode="after")
    def _in_order(self) -> OtherGoods:
        if self.low_usd_per_kg > self.high_usd_per_kg:
            raise ValueError(f"{self.hs6}: low_usd_per_kg must not exceed high_usd_per_kg")
        return self


class NationalLine(Closed):
    """A country's own line, or the beginning of several, that holds one good."""

    reporter_iso3: str = Field(pattern=r"^[A-Z]{3}$")
    code: str = Field(pattern=r"^\d{7,12}$")
    mineral: str = Field(min_length=1)
    source: str


class MixedCodes(Closed):
    """How the share of a controlled mineral in a code of several goods is bounded."""

    unit_value_error_share: float = Field(ge=0.0, lt=1.0)
    others: list[OtherGoods]
    lines: list[NationalLine]
