"""The life of one rule in two times: when it is in force, and since when that was known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Spell:
    """Days a rule is in force: from the first day up to, not including, the second (None: open)."""

    first: date
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """From `known_from` on, it is known that the rule is out of force from `first` up to `end` (None: for good)."""

    known_from: date
    first: date
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Belief:
    """A spell as it was known between two days (the second exclusive, None open)."""

    spell: Spell
    known_from: date
    known_to: date | None


def without(spells: tuple[Spell, ...], first: date, end: date | None) -> tuple[Spell, ...]:
    """Cut the days from `first` up to `end` out of some spells.

    >>> without((Spell(date(2025, 11, 8)),), date(2025, 11, 7), date(2026, 11, 11))
    (Spell(first=datetime.date(2026, 11, 11), end=None),)
    """
    kept: list[Spell] = []
    for spell in spells:
        if spell.first < first:
            kept.append(Spell(spell.first, first if spell.end is None else min(spell.end, first)))
        if end is not None and (spell.end is None or spell.end > end):
            kept.append(Spell(max(spell.first, end), spell.end))
    return tuple(kept)


def beliefs(known_from: date, in_force_from: date, end: date | None, pauses: Iterable[Pause]) -> tuple[Belief, ...]:
    """List what was believed about a rule, from its announcement through every pause that became known.

    `end` is the day the rule itself runs out (None: never). A spell that a later pause leaves alone stays one belief.
    Pauses that become known on one day count together.

    >>> no57 = beliefs(date(2025, 10, 9), date(2025, 11, 8), None,
    ...                [Pause(date(2025, 11, 7), date(2025, 11, 7), date(2026, 11, 11))])
    >>> [(b.spell.first.isoformat(), b.known_from.isoformat(), b.known_to and b.known_to.isoformat()) for b in no57]
    [('2025-11-08', '2025-10-09', '2025-11-07'), ('2026-11-11', '2025-11-07', None)]
    """
    states: list[tuple[date, tuple[Spell, ...]]] = [(known_from, (Spell(in_force_from, end),))]
    for pause in sorted(pauses, key=lambda one: (one.known_from, one.first)):
        day, spells = states[-1]
        known = max(pause.known_from, known_from)
        changed = without(spells, pause.first, pause.end)
        if known == day:
            states[-1] = (known, changed)
        else:
            states.append((known, changed))
    found: list[Belief] = []
    for index, (day, spells) in enumerate(states):
        for spell in spells:
            if any(spell in states[earlier][1] for earlier in range(index)):
                continue  # already believed; its first row covers it
            last = next((states[n][0] for n in range(index + 1, len(states)) if spell not in states[n][1]), None)
            found.append(Belief(spell, day, last))
    return tuple(found)
