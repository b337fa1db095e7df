"""What a notice does, read from its wording where the file does not say it in a key of its own."""

from __future__ import annotations

import re

import pycountry

from features.countries import COUNTRIES
from features.errors import ConfigError
from pipelines.reference.control_file import Announcement, DestinationKind, DestinationRule, Item, Kind, Rule

# First phrase found in `licence_type` decides; order matters ("destination overlay on existing licences").
_KIND_PHRASES: tuple[tuple[str, Kind], ...] = (
    ("overlay", "overlay"),
    ("entity list", "entity_list"),
    ("suspension", "suspension"),
    ("state-trading", "state_trading"),
    ("catalogue", "catalogue"),
    ("export ban under the foreign trade law", "prohibition"),
    ("technology", "technology"),
    ("foreign exporter", "extraterritorial"),
    ("enforcement", "enforcement"),
    ("licence", "licence"),
)
_RULE_PHRASES: tuple[tuple[str, DestinationKind], ...] = (
    ("military", "prohibited_military"),
    ("not granted", "refusal_presumed"),
    ("stricter", "strict_review"),
    ("foreign-to-foreign", "extraterritorial"),
    ("strengthened", "destination_review"),
)
_FAMILIES = (
    ("permanent magnet", "rare_earth_magnets"),
    ("permanent-magnet", "rare_earth_magnets"),
    ("target", "rare_earth_targets"),
)
_ADJECTIVES = {"US": "USA", "Japanese": "JPN", "Taiwan": "TWN", "EU": None}
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")


def kind_of(one: Announcement, where: str) -> Kind:
    """Tell what an announcement does; raises ConfigError when neither `kind` nor `licence_type` says."""
    if one.kind is not None:
        return one.kind
    said = one.licence_type.lower()
    for phrase, kind in _KIND_PHRASES:
        if phrase in said:
            return "framework" if kind == "licence" and not one.items and not minerals_of(one) else kind
    raise ConfigError(f"{where}: licence_type: {one.licence_type!r} says no known kind of notice; add a key 'kind'")


def destination_kind(rule: DestinationRule, where: str) -> DestinationKind:
    """Tell what a destination rule does; raises ConfigError when neither `kind` nor its wording says."""
    if rule.kind is not None:
        return rule.kind
    said = rule.rule.lower()
    for phrase, kind in _RULE_PHRASES:
        if phrase in said:
            return kind
    raise ConfigError(f"{where}: destination_rules {rule.id}: rule {rule.rule!r} is of no known kind; add a key 'kind'")


def reaches_by_content(rule: Rule) -> bool:
    """Tell whether a deal abroad is caught through Chinese content or technology, not through Chinese origin."""
    if rule.kind is not None:
        return rule.kind == "content"
    said = rule.rule.lower()
    return rule.de_minimis_pct is not None or "foreign-made" in said or "made abroad" in said


def country_iso3(value: str, where: str) -> str | None:
    """Read ISO 3166 alpha-2 or alpha-3; "ANY" or "any country ..." gives None (every destination)."""
    if value.lower().split(" ")[0] == "any":
        return None
    if value in COUNTRIES:
        return value
    found = pycountry.countries.get(alpha_2=value) if len(value) == 2 else None
    if found is None:
        raise ConfigError(f"{where}: {value!r} is neither an ISO 3166 country code nor 'any'")
    return str(found.alpha_3)


def item_minerals(item: Item) -> list[str]:
    """Minerals of the mineral list that an item controls: its own, and the families its words put it in.

    Magnets and targets are listed under each of their elements, but traded and watched as goods of their own.
    """
    said = item.description_en.lower()
    families = [family for phrase, family in _FAMILIES if item.kind == "good" and phrase in said]
    return sorted({item.mineral, *item.minerals, *families})


def minerals_of(one: Announcement) -> list[str]:
    """Minerals a notice names: those of its items, else its own list without phrases like "all listed dual-use"."""
    named = {name for item in one.items for name in item_minerals(item)}
    return sorted(named or {name for name in one.minerals if _IDENTIFIER.fullmatch(name)})


def scope_of(rule: DestinationRule, one: Announcement) -> list[str | None]:
    """Minerals a destination rule binds; [None] when it binds every listed dual-use item."""
    if rule.scope is None:
        return list(minerals_of(one)) or [None]
    if isinstance(rule.scope, str):
        return [None] if rule.scope.lower().startswith("all ") else [rule.scope]
    return list(rule.scope)


def entity_count(one: Announcement) -> tuple[int, str | None]:
    """Read "28 US entities on control list": how many, and of which country (None when of several)."""
    if one.n_entities is not None:
        return one.n_entities, one.country
    found = re.search(r"(\d+)\s+(?:more\s+)?(\w+)\s+entities", one.summary or "")
    return (int(found.group(1)), _ADJECTIVES.get(found.group(2))) if found else (0, None)
