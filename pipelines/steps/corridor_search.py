"""The corridor search on frames: flows and watches in, judged corridors for every month of looking out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from features.corridors import Watch, lane_amounts, watched_codes
from features.corridors.goods import goods_of
from features.corridors.kindred import kindred_codes
from features.corridors.misweighed import drop_misweighed
from features.corridors.rebooked import published_months
from features.mirror import Margin, pair_mirrors, reported_periods
from models.cif_margin import fit_cif_margin
from models.corridor_tests import Rule, judge_corridors
from pipelines.settings.corridors import CorridorSettings
from pipelines.steps.corridor_pass import CIF_RATIO, Ground, measure_looks
from pipelines.steps.watches import placebo_watches

WatchesAt = Callable[[date], Sequence[Watch]]


@dataclass(frozen=True, slots=True)
class CorridorSearch:
    """What a search found, and what it looked at."""

    tests: pl.DataFrame
    """One row per corridor, good (codes tested), measure and look, told for each mineral the good stands for: figures,
    p, q, rivals; empty when none could be looked at."""
    pairs: pl.DataFrame
    """Both sides' monthly figures of the watched codes, as known at the last look."""
    amounts: pl.DataFrame
    """What each lane of the goods looked at carried (`lane_amounts`), as known at the last look."""
    watches: tuple[Watch, ...]
    """Watches as they stood at the last look."""
    margin: Margin
    """CIF margin that these flows show; reported only, since what is learned later must not change an earlier look."""
    counts: dict[str, int]
    notes: tuple[str, ...]


def look_of(day: date) -> int:
    """Number the month whose first day is the first after `day` by which everything published on it was public."""
    return day.year * 12 + day.month


def first_day(look: int) -> date:
    """First day of a month of looking."""
    return date(look // 12, look % 12 + 1, 1)


def search_corridors(
    flows: pl.LazyFrame,
    watches: Sequence[Watch] | WatchesAt,
    *,
    last_look: int,
    settings: CorridorSettings,
) -> CorridorSearch:
    """Look for third-country corridors in every month up to `last_look`, each with what was public before it.

    `flows`: contract Flows; figures not public before the last look are unseen. `watches`: fixed, or a function from a
    day to the watches as they were known that day. A look's answer rests on nothing later, whatever `last_look` is.
    Nothing found is an empty table with a note, not an error.
    """
    mirrored = pair_mirrors(flows).filter(pl.col("known_from") < first_day(last_look)).collect()
    periods = reported_periods(flows).filter(pl.col("available_from") < first_day(last_look)).collect()
    monthly = drop_misweighed(mirrored.lazy().filter(pl.col("freq") == "M")).collect()
    watches_at: WatchesAt = watches if callable(watches) else lambda _: watches
    final = tuple(watches_at(first_day(last_look) - timedelta(days=1)))
    margin = fit_cif_margin(mirrored.lazy())
    notes = [*_notes(mirrored, final), *_misweighed(monthly, final)]
    (real, placebos), meanings, placebo_codes = _measured(monthly, periods, watches_at, last_look, settings)
    counts = {"pairs": mirrored.height, "codes": mirrored["hs6"].n_unique(), "placebo_codes": len(placebo_codes)}
    counts["unpaired"] = mirrored.filter(pl.col("x_usd").is_null() | pl.col("m_usd").is_null()).height
    own = _shown(monthly, final, first_day(last_look), settings)
    if not real:
        notes.append(
            "No corridor could be looked at: no watched good has its legs reported before and after a measure."
        )
        counts |= {"looked_at": 0, "placebos": 0}
        return CorridorSearch(pl.DataFrame(), own, pl.DataFrame(), final, margin, counts, tuple(notes))
    judged = judge_corridors(pl.concat(real, how="diagonal_relaxed"), pl.concat(placebos), _rule(settings))
    counts |= {"looked_at": judged.height, "placebos": sum(one.height for one in placebos)}
    tests = judged.rename({"mineral": "good"}).join(
        pl.concat(meanings).unique(maintain_order=True).with_columns(pl.col("look").cast(pl.Int32)),
        on=["look", "good"],
        how="left",
        maintain_order="left",
    )
    notes += [*_uncompared(monthly, final, tests), *undated(monthly, final, settings)]
    if counts["placebos"] < FEWEST_PLACEBOS:
        notes.append(
            f"Only {counts['placebos']} placebo comparisons could be made, so small p-values cannot be reached: "
            "give a longer history, or flows of goods that no measure touches."
        )
    return CorridorSearch(tests, own, _latest(own, tests, last_look), final, margin, counts, tuple(notes))


def _measured(
    monthly: pl.DataFrame, periods: pl.DataFrame, watches_at: WatchesAt, last_look: int, settings: CorridorSettings
) -> tuple[tuple[list[pl.DataFrame], list[pl.DataFrame]], list[pl.DataFrame], set[str]]:
    """Measure every month of looking, some at once: surges, which good stands for which mineral, placebo codes.

    Surges of what is looked at and those of placebos stay apart.
    """
    known_by = monthly.group_by("hs6", "known_from").agg(pl.coalesce("m_usd", "x_usd").sum().alias("usd"))
    real: list[pl.DataFrame] = []
    placebos: list[pl.DataFrame] = []
    meanings: list[pl.DataFrame] = []
    done: set[tuple[str, int]] = set()
    placebo_codes: set[str] = set()
    published = published_months(periods.lazy()).collect()
    ways = _ways(monthly)
    for looks, current in _groups(monthly, watches_at, last_look):
        codes = _codes_by_value(known_by, before=first_day(looks[0]))
        goods, meant = goods_of(current)
        everything = [*goods, *placebo_watches(current, codes, n_codes=settings.n_placebo_codes)]
        placebo_codes |= {one.hs_codes[0] for one in everything if one.is_placebo}
        kin = kindred_codes(current, substitutes(settings))
        for part, some in _parts(everything, looks, ways, settings):
            ground = Ground(monthly, periods, published, part, tuple(codes), kin, settings)
            measured, placebo = measure_looks(ground, some, has_placebos=done)
            if not measured.is_empty():
                real.append(measured)
                meanings.append(pl.DataFrame({"look": sorted(measured["look"].unique())}).join(meant, how="cross"))
            if not placebo.is_empty():
                placebos.append(placebo)
    return (real, placebos), meanings, placebo_codes


def substitutes(settings: CorridorSettings) -> dict[str, set[str]]:
    """Codes of the goods that can stand in for each mineral."""
    found: dict[str, set[str]] = {}
    for one in settings.beside:
        if one.kind == "substitute":
            found.setdefault(one.mineral, set()).update(one.hs6)
    return found


def _ways(monthly: pl.DataFrame) -> dict[str, int]:
    """Count the ways of two legs that each code's lanes make: what a pass has to hold for one month of looking."""
    lanes = monthly.select("hs6", "exporter_iso3", "importer_iso3").unique()
    out = lanes.group_by("hs6", hub_iso3="exporter_iso3").agg(n_out=pl.len())
    both = lanes.group_by("hs6", hub_iso3="importer_iso3").agg(n_in=pl.len()).join(out, on=["hs6", "hub_iso3"])
    return dict(both.group_by("hs6").agg((pl.col("n_in") * pl.col("n_out")).sum()).iter_rows())


def _parts(
    goods: Sequence[Watch], looks: Sequence[int], ways: dict[str, int], settings: CorridorSettings
) -> Iterator[tuple[tuple[Watch, ...], Sequence[int]]]:
    """Divide goods and months of looking into passes of `ways_per_pass` at most, one good and month at least.

    A good is judged by its own lanes and dates, so which others share its pass changes nothing.
    """
    for start in range(0, len(looks), settings.looks_per_pass):
        some = looks[start : start + settings.looks_per_pass]
        part: list[Watch] = []
        held = 0
        for one in goods:
            size = sum(ways.get(code, 0) for code in one.hs_codes) * len(some)
            if part and held + size > settings.ways_per_pass:
                yield tuple(part), some
                part, held = [], 0
            part.append(one)
            held += size
        if part:
            yield tuple(part), some


def _shown(monthly: pl.DataFrame, watches: Sequence[Watch], day: date, settings: CorridorSettings) -> pl.DataFrame:
    """Keep the figures of the watched codes, and of the goods beside them, as known before a day."""
    wanted = [*(one.hs_codes for one in watches), *(one.hs6 for one in settings.beside)]
    codes = [code for one in wanted for code in one]
    return monthly.filter(pl.col("hs6").is_in(codes), pl.col("known_to").is_null() | (pl.col("known_to") >= day))


def _latest(monthly: pl.DataFrame, tests: pl.DataFrame, last_look: int) -> pl.DataFrame:
    """Measure the goods looked at once more, with everything that was public by the last look."""
    codes = pl.col("good").str.split("#").list.first().str.split(";").alias("hs6")
    named = tests.select(pl.col("good").alias("mineral"), codes).unique().explode("hs6", empty_as_null=False)
    return lane_amounts(monthly.lazy(), named.lazy(), looks=[last_look], cif_ratio=CIF_RATIO).collect()


FEWEST_PLACEBOS = 100  # below, p-values are ranks only and none is under 1 %


def _rule(settings: CorridorSettings) -> Rule:
    return Rule(
        settings.false_discovery_rate,
        settings.false_discovery_method,
        settings.own_pool_from_n_placebos,
        settings.interval_share,
    )


def _groups(monthly: pl.DataFrame, watches_at: WatchesAt, last_look: int) -> list[tuple[list[int], tuple[Watch, ...]]]:
    """Group the months of looking by the watches that were known at each."""
    earliest = monthly["known_from"].min()
    if not isinstance(earliest, date):
        return []
    groups: list[tuple[list[int], tuple[Watch, ...]]] = []
    for look in range(look_of(earliest), last_look + 1):
        current = tuple(
            one for one in watches_at(first_day(look) - timedelta(days=1)) if min(one.events) < first_day(look)
        )
        if not current:
            continue
        if groups and groups[-1][1] == current:
            groups[-1][0].append(look)
        else:
            groups.append(([look], current))
    return groups


def _codes_by_value(known_by: pl.DataFrame, *, before: date) -> list[str]:
    """List the codes known before a day, largest trade first."""
    value = known_by.filter(pl.col("known_from") < before).group_by("hs6").agg(pl.col("usd").sum().round(0))
    codes: list[str] = value.sort("usd", "hs6", descending=[True, False])["hs6"].to_list()
    return codes


def _misweighed(monthly: pl.DataFrame, watches: Sequence[Watch]) -> list[str]:
    """Say how many months of the watched codes tell a mass that cannot be meant."""
    codes = [code for one in watches for code in one.hs_codes]
    wrong = monthly.filter("is_misweighed", pl.col("hs6").is_in(codes)).select("hs6", "exporter_iso3", "importer_iso3")
    if wrong.is_empty():
        return []
    return [
        f"Masses of {wrong.height:,} months on {wrong.n_unique():,} lanes lie thirtyfold and more from what the other "
        "side tells of the same value, or three hundredfold from the code's usual price: another unit, most likely. "
        "They are taken as not weighed."
    ]


def _uncompared(monthly: pl.DataFrame, watches: Sequence[Watch], tests: pl.DataFrame) -> list[str]:
    """Name the watches whose codes have figures, but whose corridors could not be looked at."""
    codes = set(monthly["hs6"].unique())
    told = set(tests["mineral"].unique())
    silent = sorted({one.name for one in watches if one.name not in told and codes.intersection(one.hs_codes)})
    if not silent:
        return []
    return [
        f"Nothing could be compared for: {', '.join(silent)}. No way through a hub is reported before and after "
        "a measure, or all are worth too little."
    ]


def undated(monthly: pl.DataFrame, watches: Sequence[Watch], settings: CorridorSettings) -> list[str]:
    """Name the measures before or after which there are too few monthly figures of their goods to compare.

    Corridors are told of such a measure all the same, by the latest months beside those before them.
    """
    windows = settings.windows
    too_early, too_late = [], []
    for one in watches:
        mine = monthly.filter(pl.col("hs6").is_in(one.hs_codes))
        first, last = mine["period"].min(), mine["period"].max()
        if not isinstance(first, date) or not isinstance(last, date):
            continue
        least = windows.least_base_months + windows.anticipation_months
        for event in sorted({day.replace(day=1) for day in one.events}):
            if _months_between(first, event) < least:
                too_early.append(f"{one.name} ({event:%Y-%m}; figures begin in {first:%Y-%m})")
            elif _months_between(event, last) + 1 < windows.least_post_months:
                too_late.append(f"{one.name} ({event:%Y-%m}; figures end in {last:%Y-%m})")
    told = [
        (too_early, "Too few figures from before a measure: {}. Nothing told there compares before with after it; "
         "where a corridor is told, its latest months are set beside the months before them."),
        (too_late, "Too few figures from after a measure: {}."),
    ]  # fmt: skip
    return [words.format(", ".join(names)) for names, words in told if names]


def _months_between(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month


def code_notes(seen: Sequence[str], watches: Sequence[Watch]) -> list[str]:
    """Say which watched codes are read by their first six digits only, and which have no figures beside others."""
    cut = [f"{', '.join(one.longer_codes)} ({one.name})" for one in watches if one.longer_codes]
    known = set(seen)
    without = [
        f"{', '.join(sorted(set(one.hs_codes) - known))} ({one.name})"
        for one in watches
        if known.intersection(one.hs_codes) and not known.issuperset(one.hs_codes)
    ]
    told = [
        (cut, "Read by their first six digits, which all countries share and which may hold other goods too: {}."),
        (without, "No monthly figures for some of the codes: {}."),
    ]
    return [words.format("; ".join(codes)) for codes, words in told if codes]


def _notes(pairs: pl.DataFrame, watches: Sequence[Watch]) -> list[str]:
    """Say plainly what these figures cannot show."""
    notes = []
    monthly = pairs.filter(pl.col("freq") == "M")
    if monthly.height < pairs.height:
        notes.append(
            f"Annual figures ({pairs.height - monthly.height:,} pairs of sides) enter the yearly gaps; corridors are "
            "judged by the month."
        )
    if monthly.is_empty():
        return [*notes, "There are no monthly figures that were public by then, so no corridor can be judged."]
    unseen = (
        watched_codes(watches)
        .collect()
        .group_by("mineral")
        .agg(pl.col("hs6").is_in(monthly["hs6"].unique().implode()).any())
    )
    silent = unseen.filter(~pl.col("hs6"))["mineral"].sort().to_list()
    if silent:
        notes.append(f"No figures at all for: {', '.join(silent)}.")
    notes += code_notes(monthly["hs6"].unique().to_list(), watches)
    if monthly["m_usd"].null_count() == monthly.height:
        notes.append("No importing country's figures are given: only what exporters declared can be seen.")
    if monthly["x_usd"].null_count() == monthly.height:
        notes.append("No exporting country's figures are given: only what importers recorded can be seen.")
    if monthly["m_kg"].null_count() + monthly["x_kg"].null_count() == 2 * monthly.height:
        notes.append("No masses are given: all is counted in USD, so prices and quantities cannot be told apart.")
    n_months = monthly["period"].n_unique()
    if n_months < 12:
        months = "one month" if n_months == 1 else f"{n_months} months"
        notes.append(f"Only {months} of figures: before and after cannot be compared well.")
    return notes
