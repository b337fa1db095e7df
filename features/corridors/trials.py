"""Which months are compared with which: the months after a measure, and placebo dates on which nothing happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

import polars as pl

from features.corridors.amounts import LOOK_BACK_MONTHS, window_mark
from features.corridors.watch import Watch

SCHEMA = {
    "mineral": pl.String,
    "look": pl.Int32,
    "event": pl.Int32,
    "trial": pl.String,
    "reach": pl.Int32,
    "base_from": pl.Int32,
    "base_to": pl.Int32,
    "post_from": pl.Int32,
    "post_to": pl.Int32,
    "past_from": pl.Int32,
    "past_to": pl.Int32,
    "base_mark": pl.UInt64,
    "post_mark": pl.UInt64,
}


PLACEBO_MONTHS = (2, 4, 6, 9, 12, 18, 24)  # months after an event at which untouched goods are looked at
GAPS = (0, 6, 12)  # months between a placebo date and a full window: trade drifts, so far windows meet far ones
REAL = "real"  # how trials of what is looked at begin: "real" since a measure, "real-recent" over the latest window
GAP_STEP = 2  # placebo dates with a gap are laid every other month: they overlap the more


@dataclass(frozen=True, slots=True)
class Windows:
    """Lengths in months; each default's reason stands in configs/corridors.toml."""

    base_months: int = 24
    least_base_months: int = 6
    anticipation_months: int = 3
    least_post_months: int = 2
    post_months: int = 6
    follow_months: int = 24
    placebo_step_months: int = 1


def trial_kind(trial: str) -> str:
    """Say what a trial is: `real`, or a `placebo` date or good.

    >>> trial_kind("placebo-24000")
    'placebo'
    """
    return trial.split("-", 1)[0]


def lay_trials(
    watches: Iterable[Watch],
    known: Mapping[tuple[str, int], tuple[int, int]],
    windows: Windows,
    *,
    has_placebos: Set[tuple[str, int]] = frozenset(),
    with_recent: bool = False,
) -> pl.DataFrame:
    """Lay out every comparison: for each watch, look and event one real one, and placebo dates before the event.

    `known` gives, per mineral and look, the first and last month for which anything was public. The real comparison
    needs `least_post_months` to `follow_months` since the event. Placebo dates are laid out once per event, at the
    first look after it (not for those in `has_placebos`: mineral and event), wholly before the anticipation window, for
    post windows of 2, 4 and all months, and for full windows that begin half a year and a year after the date. Watches
    marked as placebo give placebo comparisons only: 2 to 24 months from the event on, and before it.
    `with_recent` adds, from `post_months` after an event on and for as long as the measure stands, the latest full
    window beside the months before it: a diversion may begin long after the measure, and is plainer beside the trade
    just before it. `past_from` to `past_to` are the months before the event itself, with the same anticipation window;
    of placebo dates, those before the date.
    """
    rows: list[dict[str, object]] = []
    for watch in watches:
        events = sorted({day.year * 12 + day.month - 1 for day in watch.events})
        looks = sorted(look for name, look in known if name == watch.name)
        for event in events:
            open_looks = [look for look in looks if known[watch.name, look][1] >= event]
            for look in open_looks:
                first, last = known[watch.name, look]
                if watch.is_placebo and last - event + 1 not in PLACEBO_MONTHS:
                    continue
                if windows.least_post_months - 1 <= last - event < windows.follow_months:
                    rows += _trial(
                        watch.name,
                        look,
                        event=event,
                        trial="placebo-same" if watch.is_placebo else "real",
                        first=first,
                        start=max(event, last - windows.post_months + 1),
                        last=last,
                        change=event,
                        windows=windows,
                    )
                if with_recent and not watch.is_placebo and last - event >= windows.post_months:
                    start = last - windows.post_months + 1
                    rows += _trial(
                        watch.name,
                        look,
                        event=event,
                        trial="real-recent",
                        first=first,
                        start=start,
                        last=last,
                        change=start,
                        windows=windows,
                    )
            if open_looks and (watch.name, event) not in has_placebos:
                rows += _placebo_dates(watch.name, open_looks[0], event, known[watch.name, open_looks[0]][0], windows)
    return pl.DataFrame(rows, schema=SCHEMA)


def _placebo_dates(name: str, look: int, event: int, first: int, windows: Windows) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    last_quiet = event - windows.anticipation_months - 1
    lengths = [(n_post, 0) for n_post in _post_lengths(windows.post_months)]
    for n_post, gap in [*lengths, *((windows.post_months, gap) for gap in GAPS[1:])]:
        latest = last_quiet - n_post + 1
        earliest = first + windows.least_base_months + windows.anticipation_months + gap
        for start in range(latest, earliest - 1, -windows.placebo_step_months * (GAP_STEP if gap else 1)):
            label = f"placebo-{start}-{n_post}-{gap}"
            rows += _trial(
                name,
                look,
                event=event,
                trial=label,
                first=first,
                start=start,
                last=start + n_post - 1,
                change=start - gap,
                windows=windows,
            )
    return rows


def _post_lengths(post_months: int) -> Sequence[int]:
    return sorted({min(n, post_months) for n in (2, 4, post_months)})


def _trial(
    name: str, look: int, *, event: int, trial: str, first: int, start: int, last: int, change: int, windows: Windows
) -> list[dict[str, object]]:
    base_to = change - windows.anticipation_months - 1
    base_from = max(base_to - windows.base_months + 1, first, look - LOOK_BACK_MONTHS)
    if base_to - base_from + 1 < windows.least_base_months:
        return []
    past_to = min(change, event) - windows.anticipation_months - 1
    return [
        {
            "mineral": name,
            "look": look,
            "event": event,
            "trial": trial,
            "reach": last - change + 1,
            "base_from": base_from,
            "base_to": base_to,
            "post_from": start,
            "post_to": last,
            "past_from": max(past_to - windows.base_months + 1, first, look - LOOK_BACK_MONTHS),
            "past_to": past_to,
            "base_mark": window_mark(base_from, base_to, look),
            "post_mark": window_mark(start, last, look),
        }
    ]
