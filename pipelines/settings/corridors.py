"""Settings of the corridor search; configs/corridors.toml carries the reasons and sources."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from features.corridors.trials import Windows
from pipelines.settings.closed import Closed


class CorridorWindows(Closed):
    """Months before and after a measure that are compared."""

    base_months: int = Field(ge=6, le=48)
    least_base_months: int = Field(ge=3, le=24)
    anticipation_months: int = Field(ge=0, le=12)
    least_post_months: int = Field(ge=1, le=6)
    post_months: int = Field(ge=1, le=12)
    follow_months: int = Field(ge=3, le=36)
    placebo_step_months: int = Field(ge=1, le=12)

    def as_windows(self) -> Windows:
        """Hand them to the evidence, which knows no settings."""
        return Windows(**self.model_dump())


class WatchedBeside(Closed):
    """A good that nobody controls, into which a mineral may be passed on or for which it may be exchanged."""

    mineral: str
    kind: Literal["downstream", "substitute"]
    good: str = Field(min_length=1, max_length=80)
    hs6: list[str] = Field(min_length=1)
    source: str
    confidence: Literal["high", "medium", "low"]


class CorridorSettings(Closed):
    """How corridors are sought, tested and shown."""

    false_discovery_rate: float = Field(gt=0.0, le=0.5)
    false_discovery_method: Literal["benjamini_yekutieli", "benjamini_hochberg"]
    own_pool_from_n_placebos: int = Field(ge=100)
    interval_share: float = Field(gt=0.5, lt=1.0)
    hs_edition: str = Field(pattern=r"^HS\d{4}$")
    penalty_share: float = Field(ge=0.0, le=5.0)
    material_usd: float = Field(ge=0.0)
    material_share: float = Field(ge=0.0, le=0.1)
    default_origin_iso3: str = Field(pattern=r"^[A-Z]{3}$")
    n_placebo_codes: int = Field(ge=0, le=500)
    n_shown_corridors: int = Field(ge=1, le=200)
    n_drawn_corridors: int = Field(ge=0, le=40)
    looks_per_pass: int = Field(ge=1, le=120)
    ways_per_pass: int = Field(ge=1)
    windows: CorridorWindows
    beside: list[WatchedBeside]
