"""Settings of the places that sea-port lists lack."""

from __future__ import annotations

from pipelines.settings.closed import Closed


class Places(Closed):
    """Positions as (latitude, longitude) in degrees."""

    landlocked: dict[str, tuple[float, float]]
    """Main freight town of a country without a coast, by ISO3."""
    inland: dict[str, tuple[float, float]]
    """Airports and land crossings, by UN/LOCODE."""
