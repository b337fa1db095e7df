"""Announcements and their later fate turned into bitemporal measures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from features.controls.timeline import Pause, beliefs
from pipelines.reference.control_file import Announcement, DestinationRule, Rule, StatusEvent
from pipelines.reference.control_kinds import (
    country_iso3,
    destination_kind,
    entity_count,
    kind_of,
    minerals_of,
    reaches_by_content,
    scope_of,
)
from pipelines.settings.controls import ControlSwitches

# Which open question decides what follows the end of a suspension, by the notice that suspends (or is suspended
# without naming one).
_QUESTIONS = {"2025-70": "no70", "2025-72": "no72", "2025-21": "no21"}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Order:
    """One rule of one notice for one mineral and destination, before its fate is worked out."""

    rule_id: str
    rule: str
    text: str
    mineral: str | None
    destination_iso3: str | None
    from_: date
    pauses: tuple[Pause, ...]
    open_question: tuple[str, date] | None
    """Setting that decides this order's fate from a day on; None when no suspension of it has an unsettled end."""
    confidence: str


def measure_rows(one: Announcement, switches: ControlSwitches, where: str) -> Iterator[dict[str, Any]]:
    """Give one row for each order, spell in force and stretch of knowledge."""
    expires = None if one.expires is None else one.expires + _DAY
    made: Counter[str] = Counter()
    for order in _orders(one, switches, where):
        name = f"{order.rule_id}/{order.rule}/{order.mineral or '*'}"
        for belief in beliefs(one.announced, order.from_, expires, order.pauses):
            made[name] += 1
            yield {
                "measure_id": f"{name}/{made[name]}",
                "announcement_id": one.id,
                "number": one.number,
                "rule_id": order.rule_id,
                "rule": order.rule,
                "text": order.text,
                "mineral": order.mineral,
                "destination_iso3": order.destination_iso3,
                "valid_from": belief.spell.first,
                "valid_to": belief.spell.end,
                "known_from": belief.known_from,
                "known_to": belief.known_to,
                "question": _question(order, belief.spell.first),
                "confidence": order.confidence,
            }


def _question(order: Order, first: date) -> str | None:
    return order.open_question[0] if order.open_question and first >= order.open_question[1] else None


def pauses_of(one: Announcement, switches: ControlSwitches) -> tuple[Pause, ...]:
    """Suspensions and stops of a whole announcement, each followed by the answer to its open question."""
    found: list[Pause] = []
    for event in one.status_events:
        if event.part is not None:
            continue  # a paragraph's suspension stands in its destination rules
        if event.event.startswith("suspended"):
            until = _last_suspended_day(event)
            found.append(Pause(event.date, event.date, None if until is None else until + _DAY))
            if event.until is not None:
                found += _answer(event.by or one.id, event.until, switches)
        elif event.event in ("stopped", "repealed"):
            found.append(Pause(event.date, event.date))
    return tuple(found)


def _last_suspended_day(event: StatusEvent) -> date | None:
    if event.until is not None:
        return event.until
    days = re.fullmatch(r"suspended (\d{1,4}) days", event.event)
    return event.date + timedelta(days=int(days.group(1)) - 1) if days else None


def _answer(notice: str, until: date, switches: ControlSwitches) -> list[Pause]:
    key = _QUESTIONS.get(notice)
    if key is None:
        return []
    answer = getattr(switches, f"{key}_suspension")
    known, last = getattr(switches, f"{key}_answer_known_on"), getattr(switches, f"{key}_extended_until")
    if answer == "resumed" or (answer == "extended" and last <= until):
        return []
    return [Pause(known, until + _DAY, last + _DAY if answer == "extended" else None)]


def _open_question(notice: str, until: date | None) -> tuple[str, date] | None:
    key = _QUESTIONS.get(notice)
    return None if key is None or until is None else (f"{key}_suspension", until + _DAY)


def _question_of(one: Announcement) -> tuple[str, date] | None:
    events = [event for event in one.status_events if event.part is None and event.event.startswith("suspended")]
    return next((found for e in events if (found := _open_question(e.by or one.id, e.until)) is not None), None)


def _orders(one: Announcement, switches: ControlSwitches, where: str) -> Iterator[Order]:
    kind = kind_of(one, where)
    pauses = pauses_of(one, switches)
    proof = one.evidence.get("effective") or one.evidence.get("announced")
    confidence = proof.confidence if proof else "recalled"
    minerals = minerals_of(one)
    question = _question_of(one)

    def order(rule: str, text: str, mineral: str | None, **other: Any) -> Order:
        given: dict[str, Any] = {
            "rule_id": one.id,
            "destination_iso3": None,
            "from_": one.effective,
            "pauses": pauses,
            "open_question": question,
            "confidence": confidence,
        }
        return Order(rule=rule, text=text, mineral=mineral, **(given | other))

    base = {"licence": "licence", "prohibition": "prohibited", "technology": "technology"}.get(kind)
    base = "licence" if kind == "catalogue" and one.items else base
    base = "state_trading" if kind == "state_trading" else base
    if base is not None:
        yield from (order(base, one.licence_type, mineral) for mineral in minerals)
        for rule in one.declaration_rules:
            yield from (order("declaration_remark", rule.rule, mineral) for mineral in minerals)
    elif kind in ("framework", "catalogue", "enforcement"):
        yield order("enforcement" if kind == "enforcement" else "framework", one.summary or one.licence_type, None)
    elif kind == "entity_list":
        _, named = entity_count(one)
        country = None if named is None else country_iso3(named, f"{where}: country")
        yield order("entity", one.summary or one.licence_type, None, destination_iso3=country)
    for bound in one.destination_rules:
        yield from _destination_orders(one, bound, pauses, switches, where)
    places = {rule.destination for rule in one.destination_rules}
    place = country_iso3(next(iter(places)), f"{where}: destination_rules") if len(places) == 1 else None
    for said in one.end_user_rules if kind != "entity_list" else ():
        for mineral in minerals if minerals and kind != "overlay" else [None]:
            text = said if isinstance(said, str) else said.rule
            yield order("end_user", text, mineral, destination_iso3=place)
    for said in one.extraterritorial_rules if kind != "entity_list" else ():
        if isinstance(said, Rule):
            yield from _foreign_orders(one, said, pauses, where)
        else:
            yield order("framework", said, None)


def _destination_orders(
    one: Announcement, rule: DestinationRule, whole: tuple[Pause, ...], switches: ControlSwitches, where: str
) -> Iterator[Order]:
    pauses = list(whole)
    if rule.suspended is not None:
        known = next((e.date for e in one.status_events if e.by == rule.suspended.by), rule.suspended.from_)
        pauses.append(Pause(known, rule.suspended.from_, rule.suspended.to + _DAY))
        pauses += _answer(rule.suspended.by, rule.suspended.to, switches)
    destination = country_iso3(rule.destination, f"{where}: destination_rules {rule.id}: destination")
    kind = destination_kind(rule, where)
    for mineral in scope_of(rule, one):
        yield Order(
            rule_id=rule.id,
            rule=kind,
            text=rule.rule,
            mineral=mineral,
            destination_iso3=destination,
            from_=rule.from_ or one.effective,
            pauses=tuple(pauses),
            open_question=_open_question(rule.suspended.by, rule.suspended.to) if rule.suspended else _question_of(one),
            confidence=rule.confidence,
        )


def _foreign_orders(one: Announcement, rule: Rule, pauses: tuple[Pause, ...], where: str) -> Iterator[Order]:
    named = {country_iso3(each.destination, f"{where}: destination_rules {each.id}") for each in one.destination_rules}
    limb = one.effective_by_limb.get(rule.id or "")
    for mineral in minerals_of(one) if one.effective_by_limb else [None]:
        yield Order(
            rule_id=rule.id or f"{one.id}/abroad",
            rule="extraterritorial_content" if reaches_by_content(rule) else "extraterritorial",
            text=rule.rule,
            mineral=mineral,
            destination_iso3=next(iter(named)) if len(named) == 1 else None,
            from_=limb or rule.from_ or one.effective,
            pauses=pauses,
            open_question=_question_of(one),
            confidence=rule.confidence,
        )
