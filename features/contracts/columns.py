"""Column makers shared by the contracts, so that the same quantity has one name, unit and bound everywhere."""

from __future__ import annotations

from datetime import date

import dataframely as dy

from features.countries import PLACE_CODES

EARLIEST = date(1962, 1, 1)  # first year of UN Comtrade
LATEST = date(2100, 1, 1)

DIRECTIONS_OF_FLOW = ("export", "import", "re_export", "re_import")
DIRECTIONS_OF_DECLARATION = ("export", "import", "transit")
TRANSPORT_MODES = ("sea", "air", "rail", "road", "post", "courier", "pipeline", "unknown")
VALUATIONS = ("FOB", "CIF", "customs", "unknown")
PARTNER_BASES = ("origin", "consignment", "destination", "unknown")
FINDINGS = ("clean", "misdeclaration", "concealment", "transshipment", "other_violation")
TYPOLOGIES = ("misdeclaration", "concealment", "transshipment")
SELECTED_BY = ("model", "random", "rule", "tip")
MOVEMENT_KINDS = ("mined", "refined", "processed", "bought", "sold", "exported", "imported", "stock", "lost")

LARGEST_AMOUNT = 1e15
"""kg, USD or m³; all merchandise trade of 2023 came to USD 2.4e13 (WTO): beyond it a cell is no quantity."""
LARGEST_COUNT = 10**12

REQUIRED = {"required": True}
"""Metadata of a column that the input must have; every other input column may be missing and is then null."""


def country(*, required: bool = False, description: str) -> dy.String:
    """Make a column of ISO 3166-1 alpha-3 codes, `_X` unspecified or `W00` world; null only where optional."""
    return dy.String(
        nullable=not required,
        check={"known_country": lambda code: code.is_in(PLACE_CODES)},
        metadata=REQUIRED if required else None,
        description=description,
    )


def hs_code(*, required: bool = True, description: str = "customs code, 4 to 12 digits, no dots") -> dy.String:
    """Make a column of customs codes: 4 to 12 digits as text."""
    return dy.String(
        nullable=not required,
        regex=r"^[0-9]{4,12}$",  # not \d, which takes the digits of every script
        metadata=REQUIRED if required else None,
        description=description,
    )


def day(*, required: bool = False, description: str) -> dy.Date:
    """Make a column of calendar days between 1962 and 2100."""
    return dy.Date(
        nullable=not required,
        min=EARLIEST,
        max_exclusive=LATEST,
        metadata=REQUIRED if required else None,
        description=description,
    )


def amount(
    unit: str, *, required: bool = False, largest: float | None = LARGEST_AMOUNT, description: str
) -> dy.Float64:
    """Make a column of a quantity in `unit`, neither negative nor beyond all trade; unknown is null."""
    return dy.Float64(
        nullable=not required,
        min=0.0,
        max=largest,
        metadata={"unit": unit, "required": required},
        description=description,
    )


def share(*, description: str) -> dy.Float64:
    """Make a nullable column of a share or probability in [0, 1]."""
    return dy.Float64(nullable=True, min=0.0, max=1.0, metadata={"unit": "share"}, description=description)


def count(*, description: str) -> dy.Int64:
    """Make a nullable column of a whole number of things."""
    return dy.Int64(nullable=True, min=0, max=LARGEST_COUNT, metadata={"unit": "count"}, description=description)


def words(*, description: str) -> dy.String:
    """Make a nullable column of text that somebody else wrote: data, never markup or a formula."""
    return dy.String(nullable=True, description=description)


def choice(of: tuple[str, ...], *, required: bool = False, description: str) -> dy.String:
    """Make a column whose text is one of a closed set."""
    return dy.String(
        nullable=not required,
        check={"known_value": lambda value: value.is_in(of)},
        metadata={"required": required, "choices": of},
        description=description,
    )
