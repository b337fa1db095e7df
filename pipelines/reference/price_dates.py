"""Loose dates of prices ("2024-12..2025-03", "2023 (autumn)") read as the last day they speak of."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

_SEASON_END = {"spring": (5, 31), "summer": (8, 31), "autumn": (11, 30), "winter": (12, 31)}
_DATE = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(\d{2}))?)?")


def last_day(said: str) -> date | None:
    """Give the last day a loose date covers, so that a price never counts as known too early; None when unreadable.

    >>> last_day("2024-12..2025-03"), last_day("2023 (autumn)"), last_day("2023-07-03")
    (datetime.date(2025, 3, 31), datetime.date(2023, 11, 30), datetime.date(2023, 7, 3))
    """
    text = said.strip()
    range_end = re.fullmatch(r"(\d{4}(?:-\d{2})?)\s*(?:\.\.|-)\s*(\d{4}(?:-\d{2})?|\d{2})", text)
    if range_end and not _DATE.fullmatch(text):
        end = range_end.group(2)
        text = f"{range_end.group(1)[:4]}-{end}" if len(end) == 2 else end
    found = _DATE.match(text)
    if found is None:
        return None
    year, month, day = int(found.group(1)), found.group(2), found.group(3)
    if day is not None:
        return date(year, int(month), int(day))
    if month is not None:
        return date(year, int(month), monthrange(year, int(month))[1])
    season = next((end for name, end in _SEASON_END.items() if name in text.lower()), (12, 31))
    return date(year, *season)
