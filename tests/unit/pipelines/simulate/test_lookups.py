"""No look-up on keys, pairs or triples of keys tells the violations of unseen traders better than the goods do.

Look-ups are fitted on four fifths of the traders and read on the others, on several worlds. Chance is measured, not
assumed: whole traders change their labels with traders of about the same size, so that the violations of one trader
stay together, and the same look-ups are fitted to those labels. Who, where and when (places, ports, mode, office,
parties, weekday, mass) may not rank better than WHERE_BOUND on the mean of the worlds: what the best of so many looks
gives by chance. What the goods are (heading, package, container) is about the world, since controlled headings really
are evaded and some covers really are used, and is bounded by GOODS_BOUND. The public customs data fail elsewhere: their
labels were made together with the *combination* of keys. Hence a pair or triple may not rank better than its own
columns do, the best alone or all added up (log odds of each) or a coin, by more than 0.03 above the largest excess
that changed labels show among as many combinations: that largest excess is the allowance for many looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest

from pipelines.settings.simulate import SimulateSettings
from pipelines.simulate.draws import Floats, Ints
from tests.lookups import GOODS, IDENTIFIERS, KEYS, Lookups, area, built

CHANGES = 3
SEEDS = (11, 51, 52)
WHERE_BOUND, GOODS_BOUND = 0.56, 0.59
"""Areas under the curve of a key or a pair of keys, on the mean of the worlds. Changed labels give up to .54 for the
best of as many looks; heading and package together are found at .56, and may be a little above that."""
TRIPLED = (
    *("office_id", "origin_iso3", "dispatch_iso3", "destination_iso3", "loading_port", "discharge_port"),
    *("transport_mode", "hs_code", "package_type", "container_type", "weekday", "mass"),
)


def excess(lookups: Lookups, keys: Sequence[str], depth: int, label: Floats) -> Floats:
    """How much better each combination ranks than the best of its columns, its columns added up, and a coin."""
    single = {name: lookups.odds((name,), label) for name in keys}
    alone = {name: area(label, odds) for name, odds in single.items()}
    found = []
    for names in combinations(keys, depth):
        added = area(label, np.sum([single[name] for name in names], axis=0))
        found.append(area(label, lookups.odds(names, label)) - max(added, 0.5, *(alone[name] for name in names)))
    return np.array(found)


@pytest.fixture(scope="module")
def worlds(settings: SimulateSettings) -> list[Lookups]:
    return [built(settings, seed) for seed in SEEDS]


@pytest.fixture(scope="module")
def lookups(worlds: list[Lookups]) -> Lookups:
    return worlds[0]


@pytest.fixture(scope="module")
def chance(lookups: Lookups) -> list[Floats]:
    return [lookups.changed(np.random.default_rng(at)) for at in range(CHANGES)]


def test_changed_labels_keep_their_number_and_their_clusters(lookups: Lookups, chance: list[Floats]) -> None:
    for label in chance:
        assert label.sum() == lookups.label.sum()
        held = [len(np.unique(lookups.trader.to_numpy()[one > 0])) for one in (label, lookups.label)]
        assert 0.6 < held[0] / held[1] < 1.7
        assert (label != lookups.label).sum() > lookups.label.sum()


@pytest.mark.parametrize("name", IDENTIFIERS)
def test_identifiers_alone_are_chance(lookups: Lookups, name: str) -> None:
    # of 20 changes of labels, none ranks more than 0.08 off; a look-up among unseen traders leans below one half
    found = area(lookups.label, lookups.odds((name,), lookups.label))
    drawn = [
        area(one, lookups.odds((name,), one)) for one in map(lookups.changed, map(np.random.default_rng, range(20)))
    ]
    spread = max(float(np.std(drawn)), 0.005)
    assert abs(found - float(np.mean(drawn))) <= max(4 * spread, 0.05)


@pytest.mark.parametrize("depth", [1, 2])
def test_keys_and_pairs_of_keys_say_no_more_than_the_goods_do(worlds: list[Lookups], depth: int) -> None:
    ranked = {
        names: float(np.mean([area(one.label, one.odds(names, one.label)) for one in worlds]))
        for names in combinations(KEYS, depth)
    }
    for bound, of_goods in ((WHERE_BOUND, False), (GOODS_BOUND, True)):
        here = [names for names in ranked if any(name in GOODS for name in names) == of_goods]
        worst = max(here, key=lambda names: ranked[names])
        print(f"{len(here)} look-ups on {depth} keys, goods {of_goods}: best {worst} {ranked[worst]:.3f}")
        assert ranked[worst] <= bound, worst


@pytest.mark.parametrize(("depth", "keys"), [(2, KEYS), pytest.param(3, TRIPLED, marks=pytest.mark.slow)])
def test_no_combination_of_keys_tells_what_its_columns_do_not(
    worlds: list[Lookups], depth: int, keys: Sequence[str]
) -> None:
    found = np.mean([excess(one, keys, depth, one.label) for one in worlds], axis=0)
    drawn = [
        np.mean([excess(one, keys, depth, one.changed(np.random.default_rng(at))) for one in worlds], axis=0).max()
        for at in range(CHANGES)
    ]
    worst = list(combinations(keys, depth))[int(found.argmax())]
    print(f"{len(found)} look-ups: most excess {found.max():.3f} ({worst}), by chance up to {max(drawn):.3f}")
    assert found.max() <= max(*drawn, 0.0) + 0.03, worst


def test_a_label_made_with_the_tuple_of_keys_is_caught(lookups: Lookups) -> None:
    # what the public customs data do: a third of the tuples bear the label, whoever the trader is
    tuples = lookups.code["office_id"] * 7 + lookups.code["hs_code"] * 131 + lookups.code["destination_iso3"] * 31
    label = (tuples.astype(np.int64) * 2_654_435_761 % 97 < 3).astype(np.float64)
    names = ("office_id", "hs_code", "destination_iso3")
    single = np.sum([lookups.odds((name,), label) for name in names], axis=0)
    assert area(label, lookups.odds(names, label)) - area(label, single) > 0.1


def test_the_order_of_rows_is_chance(lookups: Lookups) -> None:
    order: Ints = lookups.within_day
    found = area(lookups.label, order.astype(np.float64))
    drawn = [area(lookups.changed(np.random.default_rng(at)), order.astype(np.float64)) for at in range(20)]
    assert abs(found - float(np.mean(drawn))) <= max(4 * float(np.std(drawn)), 0.03)
