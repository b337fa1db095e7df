"""Settings of ingest: publication lags, exchange rates, and what each source leaves open."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PositiveFloat, PositiveInt, model_validator

from features.errors import ConfigError
from pipelines.settings.closed import Closed, check_section, load_section, read_toml

FORMAT_NAMES = (
    "comtrade",
    "comtrade-legacy",
    "comext",
    "census-imports",
    "census-exports",
    "gacc",
    "china-hs6",
    "kcs",
    "baci",
)


def _known_periods(rates: dict[str, float]) -> dict[str, float]:
    wrong = [key for key in rates if not re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2]))?", key)]
    if wrong:
        raise ValueError(f"rates are keyed by year or month (2024 or 2024-03), not {', '.join(map(repr, wrong))}")
    return rates


Rates = Annotated[dict[str, PositiveFloat], AfterValidator(_known_periods)]


class CensusSettings(Closed):
    """US Census Bureau."""

    import_value: Literal["customs", "CIF"]
    min_weighed_share: float = Field(ge=0.0, le=1.0)


class GaccSettings(Closed):
    """Chinese customs query page."""

    download_cap_rows: PositiveInt


class KcsSettings(Closed):
    """Korean declaration data."""

    item_price: Literal["unknown", "USD"]
    result_known_after_days: int = Field(ge=0)


class ChinaHs6Settings(Closed):
    """One-sided extract of Chinese exports by HS6."""

    imputed_mass_years: tuple[int, ...]


class ComtradeApiSettings(Closed):
    """UN Comtrade's web service."""

    base_url: str = Field(pattern=r"^https?://")
    rows_per_answer: PositiveInt
    seconds_between_requests: float = Field(ge=0.0)
    attempts: PositiveInt
    longest_wait_seconds: PositiveFloat
    timeout_seconds: PositiveFloat


class IngestSettings(Closed):
    """What published files do not say themselves."""

    publication_lag_days: dict[str, int]
    usd_per_eur: Rates
    cny_per_usd: Rates
    census: CensusSettings
    gacc: GaccSettings
    kcs: KcsSettings
    china_hs6: ChinaHs6Settings
    comtrade_api: ComtradeApiSettings

    @model_validator(mode="after")
    def _known_lags(self) -> IngestSettings:
        if "default" not in self.publication_lag_days:
            raise ValueError("publication_lag_days needs the key 'default'")
        wrong = sorted(set(self.publication_lag_days) - {"default", *FORMAT_NAMES})
        if wrong:
            raise ValueError(f"publication_lag_days: unknown format {wrong[0]!r}; known: {', '.join(FORMAT_NAMES)}")
        if min(self.publication_lag_days.values()) < 1:
            raise ValueError("publication_lag_days: a figure is public at least one day after its period's end")
        return self

    def lag_days(self, format_name: str) -> int:
        """Return the days after a period's end on which a format's figures count as public."""
        return self.publication_lag_days.get(format_name, self.publication_lag_days["default"])


class _RateFile(Closed):
    """A user's own rates."""

    usd_per_eur: Rates = Field(default_factory=dict)
    cny_per_usd: Rates = Field(default_factory=dict)


def load_ingest_settings(override: Path | None = None, *, rates: Path | None = None) -> IngestSettings:
    """Read configs/ingest.toml, the override's `[ingest]` table, and a TOML file of rates laid over both."""
    settings = load_section(IngestSettings, "ingest", override)
    if rates is None:
        return settings
    own = check_section(_RateFile, read_toml(rates), str(rates))
    if not own.usd_per_eur and not own.cny_per_usd:
        raise ConfigError(f"{rates}: holds neither [usd_per_eur] nor [cny_per_usd]")
    return settings.model_copy(
        update={
            "usd_per_eur": {**settings.usd_per_eur, **own.usd_per_eur},
            "cny_per_usd": {**settings.cny_per_usd, **own.cny_per_usd},
        }
    )
