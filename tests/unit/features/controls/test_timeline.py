"""Lives of rules in two times, worked out by hand."""

from datetime import date as day

from features.controls.timeline import Belief, Pause, Spell, beliefs, without


def test_cut_inside_a_spell_leaves_both_ends() -> None:
    spells = (Spell(day(2024, 12, 3)),)
    assert without(spells, day(2025, 11, 9), day(2026, 11, 28)) == (
        Spell(day(2024, 12, 3), day(2025, 11, 9)),
        Spell(day(2026, 11, 28)),
    )


def test_cut_for_good_and_cut_that_misses() -> None:
    spells = (Spell(day(2025, 3, 4)),)
    assert without(spells, day(2025, 11, 10), None) == (Spell(day(2025, 3, 4), day(2025, 11, 10)),)
    assert without(spells, day(2024, 1, 1), day(2025, 1, 1)) == spells
    assert without(spells, day(2024, 1, 1), None) == ()


def test_rule_that_nobody_touches_is_believed_from_its_announcement_on() -> None:
    assert beliefs(day(2023, 7, 3), day(2023, 8, 1), None, []) == (
        Belief(Spell(day(2023, 8, 1)), day(2023, 7, 3), None),
    )


def test_suspension_extended_before_it_ends() -> None:
    # No. 57: to start on 8 November; on 7 November suspended through 2026-11-10; on 2026-09-28 through 2027-01-10
    told = beliefs(
        day(2025, 10, 9),
        day(2025, 11, 8),
        None,
        [
            Pause(day(2026, 9, 28), day(2026, 11, 11), day(2027, 1, 11)),  # the order of the list decides nothing
            Pause(day(2025, 11, 7), day(2025, 11, 7), day(2026, 11, 11)),
        ],
    )
    assert told == (
        Belief(Spell(day(2025, 11, 8)), day(2025, 10, 9), day(2025, 11, 7)),
        Belief(Spell(day(2026, 11, 11)), day(2025, 11, 7), day(2026, 9, 28)),
        Belief(Spell(day(2027, 1, 11)), day(2026, 9, 28), None),
    )


def test_spell_before_a_pause_stays_one_belief_through_later_news() -> None:
    told = beliefs(
        day(2025, 10, 9),
        day(2025, 10, 9),
        None,
        [
            Pause(day(2025, 11, 7), day(2025, 11, 7), day(2026, 11, 11)),
            Pause(day(2026, 9, 28), day(2026, 11, 11), None),
        ],
    )
    first = Belief(Spell(day(2025, 10, 9), day(2025, 11, 7)), day(2025, 11, 7), None)
    assert first in told
    assert sum(belief.spell == first.spell for belief in told) == 1
    assert all(belief.spell.first < day(2026, 11, 11) for belief in told if belief.known_to is None)


def test_two_pauses_of_one_day_count_together() -> None:
    pauses = [
        Pause(day(2025, 11, 7), day(2025, 11, 7), day(2026, 1, 1)),
        Pause(day(2025, 11, 7), day(2026, 1, 1), None),
    ]
    told = beliefs(day(2025, 10, 9), day(2025, 11, 8), None, pauses)
    assert told == (Belief(Spell(day(2025, 11, 8)), day(2025, 10, 9), day(2025, 11, 7)),)


def test_rule_with_an_end_of_its_own() -> None:
    told = beliefs(day(2025, 10, 26), day(2026, 1, 1), day(2028, 1, 1), [])
    assert told[0].spell == Spell(day(2026, 1, 1), day(2028, 1, 1))
