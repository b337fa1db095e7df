"""Monthly states of flows kept in the home's cache: worked out once for the same figures, controls and settings."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from importlib.metadata import version
from pathlib import Path

import polars as pl

from features.controls import ControlList
from pipelines.files import write_table, write_text
from pipelines.settings.corridors import CorridorSettings
from pipelines.steps.flow_states import FlowStates, flow_states

_FORM = 4  # raised where states come to say something else between two releases: older ones must not be used again
_KNOWN_YEARS = 6  # beyond the longest look back at figures (63 months, features/corridors/amounts.py)


def cached_states(
    flows: pl.DataFrame, *, until: date, controls: ControlList, settings: CorridorSettings, cache: Path
) -> FlowStates:
    """Return the states of every month since anything was public, to the end of the year of `until`.

    A month's state rests on nothing later, so one set of states serves every table of declarations judged against the
    same flows. The cache is only a shortcut: it is made anew when figures, controls, settings or oretrace change.
    """
    months = _months(flows, until)
    folder = cache / "states" / _key(flows, months, controls, settings)
    done = folder / "notes.json"  # written last: a folder without it is unfinished
    if done.is_file():
        corridors = folder / "corridors.parquet"
        return FlowStates(
            pl.read_parquet(folder / "lanes.parquet").lazy(),
            pl.read_parquet(corridors).lazy() if corridors.is_file() else None,
            tuple(json.loads(done.read_text(encoding="utf-8"))),
        )
    states = flow_states(flows, months=months, controls=controls, settings=settings)
    write_table(states.lanes.collect(), folder / "lanes.parquet")
    if states.corridors is not None:
        write_table(states.corridors.collect(), folder / "corridors.parquet")
    write_text(done, json.dumps(states.notes))
    return states


def _months(flows: pl.DataFrame, until: date) -> list[date]:
    first, last = flows["published_on"].min(), flows["published_on"].max()
    assert isinstance(first, date)  # complete_flows fills it, and the table has rows
    assert isinstance(last, date)
    start = min(first, until).replace(day=1)
    # long after the last figure nothing is known: one declaration dated 2099 must not cost a thousand months
    end = max(min(date(until.year, 12, 1), date(last.year + _KNOWN_YEARS, 12, 1)), start)
    return pl.date_range(start, end, "1mo", eager=True).to_list()


def _key(flows: pl.DataFrame, months: list[date], controls: ControlList, settings: CorridorSettings) -> str:
    """Name the inputs: rows in any order, months, control list, settings, versions of what computes."""
    rows = flows.select(sorted(flows.columns)).hash_rows(1)
    parts = [
        str(flows.height),
        str(rows.sum()),
        str((rows % 2_147_483_647).sum()),
        str(months[-1:]),
        controls.version,
        settings.model_dump_json(),
        f"{version('oretrace')} {_FORM}",
        pl.__version__,
    ]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]
