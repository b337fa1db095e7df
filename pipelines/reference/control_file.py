"""The form of a control-list file: what each announcement, item, code and rule may say."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from features.errors import ConfigError
from pipelines.reference.yaml_file import Entry, Names, Text, check_entry, read_yaml

Confidence = Literal["verified", "seed", "recalled"]
Kind = Literal[
    "licence", "overlay", "entity_list", "suspension", "state_trading", "catalogue", "framework",
    "prohibition", "technology", "extraterritorial", "enforcement",
]  # fmt: skip
DestinationKind = Literal[
    "prohibited_military", "refusal_presumed", "strict_review", "destination_review", "extraterritorial"
]
Regime = Literal["Wassenaar", "NSG", "MTCR", "Australia Group"]
Code = Annotated[str, StringConstraints(pattern=r"^(\d{8}|\d{10})$")]
Hs6 = Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
Source = Annotated[Names, Field(min_length=1)]


# Events that change nothing by themselves are kept for people; one that nobody knows is refused, not ignored.
_EVENT = (
    r"^(suspended( \d{1,4} days)?|stopped|repealed|repeals_in_part|suspension_ends_unless_extended"
    r"|extension_announced_without_instrument|default_resumption_if_\w+|exporter_lists_notified)$"
)


class SourceNote(Entry):
    """Where something was read."""

    ref: str
    kind: str
    about: str


class ReferenceCode(Entry):
    """A customs code that an announcement or a catalogue prints for an item."""

    code: Code
    digits: Literal[8, 10]
    hs6: Hs6
    source: Source
    confidence: Confidence
    in_catalogue_2026: bool | None = None
    mapping_to_item: str | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _digits_and_heading_fit(self) -> Self:
        if len(self.code) != self.digits:
            raise ValueError(f"code {self.code} has {len(self.code)} digits, not {self.digits}")
        if self.code[:6] != self.hs6 and self.note is None:
            raise ValueError(f"hs6 {self.hs6} is not the start of code {self.code}; say why in a note")
        return self


class Limit(Entry):
    """One threshold: a property, how it is compared, with what, in which unit."""

    property: str
    op: Literal[">=", ">", "<=", "<", "between", "text"]
    value: float | None = None
    to: float | None = None
    unit: str = ""
    text: str | None = None
    content: bool = False


class Threshold(Entry):
    """Structured thresholds: all of them or any of them."""

    all_of: list[Limit] | None = None
    any_of: list[Limit] | None = None


class Item(Entry):
    """One listed good, machine or technology."""

    id: str
    kind: Literal["good", "equipment", "technology"]
    mineral: str
    minerals: list[str] = Field(default_factory=list)
    description_en: str
    description_cn: str
    control_code: str | None = None
    threshold: Threshold | dict[str, Any] | None = None
    condition: str | None = None
    regimes: list[Regime] | None = None
    reference_codes: list[ReferenceCode]
    source: Source
    confidence: Confidence
    note: str | None = None


class Suspended(Entry):
    """A stretch in which a rule is suspended; both days are suspended days."""

    from_: dt.date = Field(alias="from")
    to: dt.date
    by: str


class DestinationRule(Entry):
    """A rule for one destination."""

    id: str
    destination: str
    rule: str
    kind: DestinationKind | None = None
    scope: str | list[str] | None = None
    from_: dt.date | None = Field(default=None, alias="from")
    suspended: Suspended | None = None
    source: Source
    confidence: Confidence


class Rule(Entry):
    """A rule about end users, declarations or deals abroad."""

    rule: str
    id: str | None = None
    kind: Literal["origin", "content"] | None = None
    de_minimis_pct: float | None = None
    from_: dt.date | None = Field(default=None, alias="from")
    source: Source
    confidence: Confidence
    note: str | None = None


class StatusEvent(Entry):
    """Something that happened to an announcement later."""

    date: dt.date
    event: Annotated[str, StringConstraints(pattern=_EVENT)]
    by: str | None = None
    until: dt.date | None = None
    part: str | None = None
    target: str | None = None
    targets: list[str] | None = None
    counts: dict[str, int] | None = None
    outcome_known: bool | None = None
    source: Source
    confidence: Confidence
    note: str | None = None


class ListedEntity(Entry):
    """A firm or body put on a list of end users."""

    name: str
    name_cn: str | None = None
    country: str


class Proof(Entry):
    """What a date, number or count rests on."""

    source: Source
    confidence: Confidence


class Annex(Entry):
    """Parts of an annex, as lists of goods in words."""

    part1: list[str]
    part2: list[str]
    source: Source
    confidence: Confidence


class Announcement(Entry):
    """One published notice with everything it orders."""

    id: str
    issuer: str
    number: str
    announced: dt.date
    announced_precision: str | None = None
    published_seen: dt.date | None = None
    effective: dt.date
    expires: dt.date | None = None
    effective_by_limb: dict[Text, dt.date] = Field(default_factory=dict)
    kind: Kind | None = None
    minerals: list[str]
    licence_type: str
    summary: str | None = None
    items: list[Item] = Field(default_factory=list)
    annex1: Annex | None = None
    destination_rules: list[DestinationRule] = Field(default_factory=list)
    end_user_rules: list[Rule | str] = Field(default_factory=list)
    extraterritorial_rules: list[Rule | str] = Field(default_factory=list)
    declaration_rules: list[Rule] = Field(default_factory=list)
    status_events: list[StatusEvent] = Field(default_factory=list)
    entity_list: Literal["control", "watch"] | None = None
    country: str | None = None
    n_entities: int | None = None
    entities: list[ListedEntity] = Field(default_factory=list)
    evidence: dict[str, Proof] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.effective < self.announced:
            raise ValueError(f"effective {self.effective} lies before announced {self.announced}")
        if self.expires is not None and self.expires < self.effective:
            raise ValueError(f"expires {self.expires} lies before effective {self.effective}")
        return self


class CodeChange(Entry):
    """Codes that left the code table and those that came instead."""

    was: list[str]
    now: Names
    what: str | None = None


class Catalogue(Entry):
    """A yearly licence catalogue with the customs codes of its year."""

    id: str
    number: str
    effective: dt.date
    total_codes_in_source: int | None = None
    by_mineral: dict[str, list[Code]]
    grouping: str | None = None
    source: Source
    confidence: Confidence
    drift: list[CodeChange] = Field(default_factory=list)
    drift_note: str | None = None


class ControlFile(Entry):
    """A whole control-list file."""

    path: Path
    sources: dict[str, SourceNote]
    announcements: list[Announcement]
    catalogue_2026: Catalogue | None


SECTIONS = ("meta", "sources", "announcements", "catalogue_2026", "context", "state_of_play")


def read_control_file(path: Path) -> ControlFile:
    """Read and check a control-list file.

    Raises ConfigError naming file, announcement and key for anything malformed: a missing or unknown key, a date or
    code that is none, a source, announcement or item that is named but not there, or named twice.
    """
    raw = read_yaml(path)
    unknown = sorted(set(raw) - set(SECTIONS))
    if unknown or "announcements" not in raw:
        missing = "" if "announcements" in raw else "; section 'announcements' is missing"
        raise ConfigError(f"{path}: unknown sections {unknown}; known sections: {', '.join(SECTIONS)}{missing}")
    if not isinstance(raw["announcements"], list) or not raw["announcements"]:
        raise ConfigError(f"{path}: announcements: expected a list with at least one announcement")
    sources = {
        str(name): check_entry(SourceNote, note, f"{path}: source {name}")
        for name, note in (raw.get("sources") or {}).items()
    }
    announcements = [
        check_entry(Announcement, one, f"{path}: announcement {_name(one, n)}")
        for n, one in enumerate(raw["announcements"], 1)
    ]
    yearly = raw.get("catalogue_2026")
    catalogue = None if yearly is None else check_entry(Catalogue, yearly, f"{path}: catalogue_2026")
    found = ControlFile(path=path, sources=sources, announcements=announcements, catalogue_2026=catalogue)
    _check_names(found)
    return found


def _name(raw: Any, position: int) -> str:
    return str(raw["id"]) if isinstance(raw, dict) and "id" in raw else f"number {position} (no id)"


def _check_names(found: ControlFile) -> None:
    known = {one.id for one in found.announcements}
    seen: set[str] = set()
    for one in found.announcements:
        where = f"{found.path}: announcement {one.id}"
        for name in (one.id, *(item.id for item in one.items)):
            if name in seen:
                raise ConfigError(f"{where}: id {name!r} is used twice")
            seen.add(name)
        for event in one.status_events:
            if event.by is not None and event.by not in known:
                raise ConfigError(f"{where}: status_events.by: no announcement {event.by!r} in this file")
        for rule in one.destination_rules:
            if rule.suspended is not None and rule.suspended.by not in known:
                by = rule.suspended.by
                raise ConfigError(f"{where}: destination_rules.suspended.by: no announcement {by!r} in this file")
        if found.sources:
            strange = sorted(_sources_of(one) - set(found.sources))
            if strange:
                raise ConfigError(f"{where}: source: {', '.join(strange)} not in section 'sources'")


def _sources_of(one: Announcement) -> set[str]:
    rules = [rule for rule in (*one.end_user_rules, *one.extraterritorial_rules) if isinstance(rule, Rule)]
    named = [
        *(item.source for item in one.items),
        *(code.source for item in one.items for code in item.reference_codes),
        *(rule.source for rule in (*rules, *one.declaration_rules)),
        *(rule.source for rule in one.destination_rules),
        *(event.source for event in one.status_events),
        *(proof.source for proof in one.evidence.values()),
    ]
    return {name for source in named for name in source}
