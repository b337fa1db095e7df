"""Country codes: ISO 3166-1 alpha-3, and the two marks that are not countries."""

from __future__ import annotations

import pycountry

UNSPECIFIED = "_X"
WORLD = "W00"
COUNTRIES: tuple[str, ...] = tuple(sorted([c.alpha_3 for c in pycountry.countries] + ["XKX"]))  # Kosovo: user code
PLACE_CODES: tuple[str, ...] = (*COUNTRIES, UNSPECIFIED, WORLD)


def country_name(iso3: str) -> str:
    """Name a country in English; an unknown code names itself.

    >>> country_name("CHN")
    'China'
    >>> country_name("W00")
    'World'
    """
    if iso3 in (UNSPECIFIED, WORLD):
        return {"_X": "unspecified", "W00": "World"}[iso3]
    found = pycountry.countries.get(alpha_3=iso3)
    return getattr(found, "common_name", found.name) if found else iso3
