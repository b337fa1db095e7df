"""What is to be watched: the user's own file, or one watch for each controlled mineral."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import polars as pl
from pydantic import Field, ValidationInfo, field_validator

from features.controls import ControlList
from features.controls.frames import BASE_RULES, OVERLAY_RULES
from features.corridors import Watch
from features.countries import COUNTRIES
from features.errors import ConfigError
from pipelines.settings.closed import Closed, check_section, read_toml
from pipelines.settings.corridors import CorridorSettings


class WatchEntry(Closed):
    """One `[[watch]]` table of a `--watch` file."""

    name: str = Field(min_length=1, max_length=80)
    hs_codes: list[str] = Field(min_length=1)
    origins: list[str] = Field(min_length=1)
    destinations: list[str]
    event_on: date | list[date]
    hubs: list[str] = Field(default_factory=list)
    controls: list[str] = Field(default_factory=list)

    @field_validator("name")
    @classmethod
    def _some_letter(cls, name: str) -> str:
        if not any(mark.isalnum() for mark in name):
            raise ValueError("no letter or digit; a watch is told by its name")
        return name

    @field_validator("hs_codes")
    @classmethod
    def _digits(cls, codes: list[str]) -> list[str]:
        tidy = [code.replace(".", "").replace(" ", "") for code in codes]
        wrong = [code for code in tidy if not (code.isascii() and code.isdigit()) or not 6 <= len(code) <= 12]
        if wrong:
            raise ValueError(f"not customs codes of 6 to 12 digits: {', '.join(wrong)}")
        return tidy

    @field_validator("event_on")
    @classmethod
    def _some_day(cls, events: date | list[date]) -> date | list[date]:
        if not events:
            raise ValueError("no day; a corridor is what changed since a day")
        return events

    @field_validator("origins", "destinations", "hubs")
    @classmethod
    def _countries(cls, places: list[str]) -> list[str]:
        wrong = [place for place in places if place not in COUNTRIES]
        if wrong:
            raise ValueError(f"not ISO 3166-1 alpha-3 countries: {', '.join(wrong)}")
        return places

    @field_validator("destinations", "hubs")
    @classmethod
    def _three_places(cls, places: list[str], info: ValidationInfo) -> list[str]:
        for name in ("origins", "destinations"):
            both = sorted(set(places) & set(info.data.get(name, ())))
            if both and name != info.field_name:
                raise ValueError(f"{', '.join(both)} among the {name} too; a corridor runs through a third country")
        return places


def read_watches(path: Path) -> list[Watch]:
    """Read a `--watch` file; raises ConfigError that names the table, the key and what is known."""
    found = read_toml(path)
    extra = sorted(set(found) - {"watch"})
    if extra:
        raise ConfigError(f"{path}: unknown key {extra[0]!r}; known keys: 'watch' (tables [[watch]])")
    tables = found.get("watch")
    if not isinstance(tables, list) or not tables:
        raise ConfigError(
            f"{path}: no [[watch]] table; give at least one with name, hs_codes, origins, destinations, event_on"
        )
    entries = [check_section(WatchEntry, one, f"{path} [[watch]] {n}") for n, one in enumerate(tables, start=1)]
    names = [one.name for one in entries]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigError(f"{path}: two [[watch]] tables are named {twice[0]!r}; names must differ")
    return [_as_watch(one) for one in entries]


def _as_watch(entry: WatchEntry) -> Watch:
    events = entry.event_on if isinstance(entry.event_on, list) else [entry.event_on]
    return Watch(
        name=entry.name,
        hs_codes=tuple(sorted({code[:6] for code in entry.hs_codes})),
        origins=tuple(entry.origins),
        destinations=tuple(entry.destinations),
        events=tuple(sorted(set(events))),
        hubs=tuple(entry.hubs),
        controls=tuple(entry.controls),
        longer_codes=tuple(sorted({code for code in entry.hs_codes if len(code) > 6})),
    )


def watches_of_controls(controls: ControlList, *, as_of: date, origin_iso3: str) -> list[Watch]:
    """Make one watch for each controlled mineral: its codes, every measure in force and known by `as_of`.

    A measure that names destinations adds them; a mineral whose measures name none is watched for every destination.
    Codes and measures unknown by then are left out, so an earlier search never knows more.
    """
    goods = controls.items.filter(pl.col("kind") == "good").select("item_id", "mineral")
    codes = goods.join(controls.codes, on="item_id", how="left").filter(pl.col("hs6").is_not_null())
    codes = codes.filter((pl.col("known_from") <= as_of).fill_null(value=True))
    rules = controls.measures.filter(
        pl.col("rule").is_in([*BASE_RULES, *OVERLAY_RULES]),
        pl.col("mineral").is_not_null(),
        pl.col("known_from") <= as_of,
        pl.col("known_to").is_null() | (pl.col("known_to") > as_of),
        pl.col("valid_from") <= as_of,
        pl.col("valid_to").is_null() | (pl.col("valid_to") > pl.col("valid_from")),
    )
    watches = []
    for mineral in sorted(codes["mineral"].unique().drop_nulls().to_list()):
        mine = rules.filter(pl.col("mineral") == mineral)
        if mine.is_empty():
            continue
        barred = mine.filter(pl.col("rule").is_in(["prohibited", *OVERLAY_RULES]))["destination_iso3"].drop_nulls()
        everywhere = mine.filter(pl.col("rule").is_in(BASE_RULES), pl.col("destination_iso3").is_null())
        watches.append(
            Watch(
                name=mineral,
                hs_codes=_sorted(codes.filter(pl.col("mineral") == mineral)["hs6"]),
                origins=(origin_iso3,),
                destinations=tuple(code for code in _sorted(barred) if code in COUNTRIES and code != origin_iso3),
                events=tuple(sorted(mine["valid_from"].unique().to_list())),
                controls=_sorted(mine["announcement_id"]),
                everywhere_since=tuple(sorted(everywhere["valid_from"].unique().to_list())),
            )
        )
    return watches


def known_controls(controls: ControlList, settings: CorridorSettings) -> Callable[[date], list[Watch]]:
    """Watch what the control list was known to say: a function from a day to the watches of that day."""
    return lambda day: watches_of_controls(controls, as_of=day, origin_iso3=settings.default_origin_iso3)


def placebo_watches(watches: Sequence[Watch], codes_by_value: Sequence[str], *, n_codes: int) -> list[Watch]:
    """Make watches of goods that nobody restricts, on the same lanes and dates: what chance looks like."""
    taken = {code for one in watches for code in one.hs_codes}
    chapters = {code[:4] for code in taken}
    free = [code for code in codes_by_value if code not in taken and code[:4] not in chapters][:n_codes]
    origins = tuple(sorted({origin for one in watches for origin in one.origins}))
    destinations = tuple(sorted({place for one in watches for place in one.destinations}))
    events = tuple(sorted({day for one in watches for day in one.events}))
    return [Watch(f"placebo {code}", (code,), origins, destinations, events, is_placebo=True) for code in free]


def _sorted(values: pl.Series) -> tuple[str, ...]:
    return tuple(sorted(values.drop_nulls().unique().to_list()))
