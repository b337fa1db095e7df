"""The background: reference files, past tables and their monthly states, loaded once for a command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import dataframely as dy
import polars as pl

from features.background import Background, TableRead
from features.contracts import Declarations, Flows, Licences, Movements, Outcomes
from features.contracts.defaults import complete_flows
from features.controls import ControlList
from features.minerals import Minerals, mineral_called
from features.routing import wanted_pairs
from pipelines.files import Loaded, load_table
from pipelines.geography import distances
from pipelines.home import Home
from pipelines.reference import load_controls, load_minerals, load_name_signs
from pipelines.reference.nomenclature import load_word_shares
from pipelines.settings.closed import load_section
from pipelines.settings.controls import ControlSwitches
from pipelines.settings.corridors import CorridorSettings
from pipelines.settings.evidence import ConsignmentEvidence
from pipelines.steps.flow_states import FlowStates
from pipelines.steps.state_cache import cached_states

NO_FLOWS = "no trade statistics: mirror and corridor evidence is unknown"
NO_LICENCES = "no licences: whether one covers the goods is unknown"
NO_MOVEMENTS = "no movement records: whether the goods have a source is unknown"
NO_OUTCOMES = "no inspection results: past findings on a party are unknown"
NO_HISTORY = "no past declarations: what is usual for a good, a lane or a party is unknown"
OLD_HISTORY_DAYS = 31
"""History is kept by month, so that a month may be missing before the declarations of the next (own choice)."""
LEARNED_FROM_GENERATED = "the model learned from a GENERATED world, not from real inspections"
_SCHEMAS: dict[str, type[dy.Schema]] = {
    "declarations": Declarations,
    "outcomes": Outcomes,
    "licences": Licences,
    "flows": Flows,
    "movements": Movements,
}


@dataclass(frozen=True, slots=True)
class Sources:
    """Tables given by the user; those not given are the lake's, where it has them."""

    history: Path | None = None
    outcomes: Path | None = None
    licences: Path | None = None
    flows: Path | None = None
    movements: Path | None = None
    rejects_to: Path | None = None
    """Folder for the rows of given tables that their contracts refuse."""

    def given(self, name: str) -> Path | None:
        """File of the table `name` of the lake, where the user gave one."""
        path: Path | None = getattr(self, _called(name))
        return path


def _called(name: str) -> str:
    return "history" if name == "declarations" else name


def load_background(
    declarations: pl.DataFrame,
    sources: Sources,
    *,
    home: Home,
    config: Path | None = None,
    max_rejects_share: float = 0.05,
) -> Background:
    """Load what `declarations` are judged against; what is missing is told in `notes` and leaves evidence unknown.

    What each table is, its rows and where it comes from is told in `tables`. The tables may reach beyond the
    declarations' months: evidence looks at earlier months only.
    """
    settings = load_section(ConsignmentEvidence, "evidence", config)
    controls = load_controls(None, load_section(ControlSwitches, "controls", config))
    loaded = {name: _loaded(name, sources, home, max_rejects_share) for name in _SCHEMAS}
    tables = {name: None if one is None else one.frame for name, one in loaded.items()}
    told = {_called(name): _read(name, one, sources, home) for name, one in loaded.items() if one}
    history, minerals = tables["declarations"], load_minerals(None)
    unknown = _name_minerals(tables, minerals)
    missing = {
        "declarations": NO_HISTORY,
        "outcomes": NO_OUTCOMES,
        "licences": NO_LICENCES,
        "flows": NO_FLOWS,
        "movements": NO_MOVEMENTS,
    }
    states = _states(tables["flows"], declarations, controls, load_section(CorridorSettings, "corridors", config), home)
    both = [declarations] if history is None else [declarations, history]
    pairs = pl.concat([wanted_pairs(one.lazy()) for one in both]).unique().sort("place_a", "place_b").collect()
    return Background(
        minerals=minerals,
        controls=controls,
        history=(Declarations.create_empty() if history is None else history).lazy(),
        outcomes=_lazy(tables["outcomes"]),
        licences=_lazy(tables["licences"]),
        distances=distances(pairs, home.cache / "distances.parquet").lazy(),
        lane_state=states.lanes if states else None,
        corridor_state=states.corridors if states else None,
        parcel_rules=settings.parcel.rules(),
        routing_rules=settings.routing.rules(),
        parties_rules=settings.parties.rules(),
        name_signs=load_name_signs(),
        movements=_lazy(tables["movements"]),
        word_shares=load_word_shares(settings.description.nomenclature_file, home.cache),
        tables=told,
        notes=(
            *(words for name, words in missing.items() if tables[name] is None),
            *_old_history(declarations, history),
            *unknown,
            *(states.notes if states else ()),
        ),
    )


def _old_history(declarations: pl.DataFrame, history: pl.DataFrame | None) -> list[str]:
    """Warn of history that ends long before the first declaration: what has happened since is not known."""
    if history is None or not (past := _days(history)) or not (asked := _days(declarations)):
        return []
    last, first = past[1], asked[0]
    gap = (first - last).days
    if gap <= OLD_HISTORY_DAYS:
        return []
    return [
        f"history ends on {last}, {gap:,} days before the first declaration ({first}): whether licences are overdrawn, "
        "and what is new of a party or a lane, rests on old knowledge; give later declarations with --history"
    ]


def _days(declarations: pl.DataFrame) -> tuple[date, date] | tuple[()]:
    """First and last day declared; nothing for an empty table."""
    first, last = declarations["declared_on"].min(), declarations["declared_on"].max()
    return (first, last) if isinstance(first, date) and isinstance(last, date) else ()


def _loaded(name: str, sources: Sources, home: Home, max_rejects_share: float) -> Loaded | None:
    """Read the user's table, else the lake's, else none; what is refused of the user's own is kept."""
    path, schema = sources.given(name), _SCHEMAS[name]
    if path is None:
        lake = home.table(name)
        return load_table(lake, schema, table=name, max_rejects_share=max_rejects_share) if lake.exists() else None
    called = _called(name)
    rejects_to = sources.rejects_to / f"{called}.parquet" if sources.rejects_to else None
    return load_table(path, schema, table=called, rejects_to=rejects_to, max_rejects_share=max_rejects_share)


def _read(name: str, loaded: Loaded, sources: Sources, home: Home) -> TableRead:
    """Tell of a table in a line: a given one with its rows and its file, the lake's with the day it was put there.

    Of history also the days that it covers.
    """
    path = sources.given(name)
    days = _days(loaded.frame) if name == "declarations" else ()
    covers = f" of {days[0]} to {days[1]}" if days else ""
    if path is not None:
        told = f"{loaded.told}; from {path}{covers and f', rows{covers}'}"
    else:
        put_on = datetime.fromtimestamp(home.table(name).stat().st_mtime, tz=UTC).date()
        told = f"{_called(name)}: {loaded.counts.used:,} rows{covers} from the lake, put there on {put_on}"
    return TableRead(told + mark_told(loaded.generated), loaded.generated)


def mark_told(mark: str) -> str:
    """Words to add to a line about a table of a generated world; '' for any other.

    >>> mark_told("seed 7"), mark_told("in part seed 7"), mark_told("")
    ('; GENERATED, no real trade (seed 7)', '; GENERATED, no real trade (in part seed 7)', '')
    """
    return f"; GENERATED, no real trade ({mark})" if mark else ""


def generated_warning(tables: Mapping[str, TableRead], mark: str) -> list[str]:
    """Warn of generated tables beside declarations that bear no `mark`: what rests on them is no evidence."""
    names = [name for name, one in tables.items() if one.generated]
    if mark or not names:
        return []
    listed = " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
    return [
        f"{listed} {'are' if names[1:] else 'is'} generated: what rests on that means nothing for these declarations; "
        "give tables of your own, or work in another --home"
    ]


def _name_minerals(tables: dict[str, pl.DataFrame | None], minerals: Minerals) -> list[str]:
    """Give licences and movements the minerals' own keys, in place; a name that is not known is told, and left open."""
    notes = []
    for name in ("licences", "movements"):
        table = tables[name]
        if table is None:
            continue
        named = table.with_columns(mineral_called(pl.col("mineral"), minerals).alias("mineral"))
        is_known = pl.col("mineral").is_in(minerals.minerals["mineral"].implode())
        strange = named.filter(~is_known)
        if strange.height:
            names = ", ".join(strange["mineral"].unique().sort().head(5).to_list())
            notes.append(f"{name}: {strange.height:,} rows name a mineral that is not known, and say nothing ({names})")
        tables[name] = named.with_columns(pl.when(is_known).then("mineral").alias("mineral"))
    return notes


def _states(
    flows: pl.DataFrame | None,
    declarations: pl.DataFrame,
    controls: ControlList,
    settings: CorridorSettings,
    home: Home,
) -> FlowStates | None:
    if flows is None:
        return None
    until = declarations["declared_on"].max()
    assert isinstance(until, date)  # the contract requires the column, and the table has rows
    return cached_states(complete_flows(flows), until=until, controls=controls, settings=settings, cache=home.cache)


def _lazy(table: pl.DataFrame | None) -> pl.LazyFrame | None:
    return None if table is None else table.lazy()
