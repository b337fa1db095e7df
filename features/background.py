"""What declarations are judged against, as given and as known once it has been gone through."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import polars as pl

from features.blanks import FilledBefore
from features.completeness import complete
from features.contracts import Declarations, Outcomes
from features.controls import ControlList
from features.description.headings import PastWordings, past_wordings
from features.description.table import repeated_cases, repeated_texts
from features.filed import Filed
from features.licences.ledger import filed_licences, shipped_by_day
from features.licences.table import licence_register
from features.minerals import Minerals
from features.mirror import filed_lanes
from features.parcel import ParcelRules
from features.parcel.table import parcel_past
from features.parcel.usual import ParcelPast
from features.parties import NameSigns, PartiesRules
from features.parties.table import PartiesPast
from features.remembered import Remembered
from features.routing import RoutingRules
from features.routing.table import Travelled, past_journeys


@dataclass(frozen=True, slots=True)
class TableRead:
    """One table of the background, as people are told of it."""

    told: str
    """What it is, its rows, where it comes from."""
    generated: str = ""
    """Of which generated world its rows are; '' for a table that bears no mark of one."""


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """What declarations are judged against. Frames may be empty; evidence that needs them is then unknown."""

    minerals: Minerals
    controls: ControlList
    history: pl.LazyFrame
    """Past declarations (contract Declarations)."""
    outcomes: pl.LazyFrame | None
    licences: pl.LazyFrame | None
    distances: pl.LazyFrame
    """Kilometres between places: `place_a, place_b, sea_km, great_circle_km`."""
    lane_state: pl.LazyFrame | None
    """State of every lane at the start of each month, from mirrored flows."""
    corridor_state: pl.LazyFrame | None
    """State of every corridor at the start of each month."""
    parcel_rules: ParcelRules = field(default_factory=ParcelRules)
    routing_rules: RoutingRules = field(default_factory=RoutingRules)
    parties_rules: PartiesRules = field(default_factory=PartiesRules)
    name_signs: NameSigns = field(default_factory=NameSigns)
    """Chinese characters of firms' names; empty: names in two scripts are not compared."""
    movements: pl.LazyFrame | None = None
    """Material from the source on (contract Movements)."""
    word_shares: pl.DataFrame | None = None
    """Words of a nomenclature by heading (`features.description.nomenclature`); None: history alone speaks."""
    tables: Mapping[str, TableRead] = field(default_factory=dict)
    """The tables that were read, by name: history, outcomes, licences, flows, movements."""
    notes: tuple[str, ...] = ()
    """What could not be looked at, said to the analyst."""


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """What the rooms remember of history: narrow tables made once, for any number of batches of declarations."""

    texts: pl.LazyFrame
    """Texts that more than one declaration has, read."""
    wordings: PastWordings
    verdicts: pl.LazyFrame
    """Headings of texts that more than one declaration has in a month, judged."""
    parcel: ParcelPast
    journeys: pl.LazyFrame
    travelled: Travelled
    """What batches worked out of routes; it grows."""
    parties: PartiesPast
    register: Filed | None
    """Licences by key; None where there is no register."""
    shipped: Filed
    lanes: Filed | None
    """States of lanes by key; None where there are none."""
    firsts: dict[str, pl.DataFrame]
    """For each column whose blanks may mean "none": the first days of history (`any`) and of a filled one."""
    texts_filled: FilledBefore
    """How many declarations had a description."""
    controls_of_codes: Remembered = field(default_factory=Remembered)
    controls_of_minerals: Remembered = field(default_factory=Remembered)
    """What batches asked of the control list; both grow."""

    @classmethod
    def of(cls, declarations: pl.LazyFrame, background: Background) -> Past:
        """Go through history once; of `declarations` only texts are read."""
        history = complete(background.history, Declarations, list(Declarations.column_names()))
        texts = complete(declarations, Declarations, ("description", "hs_code", "declared_on"))
        outcomes = Outcomes.create_empty(lazy=True) if background.outcomes is None else background.outcomes

        def parties() -> PartiesPast:
            return PartiesPast.of(
                history,
                outcomes,
                rules=background.parties_rules,
                entities=background.controls.entities,
                signs=background.name_signs,
            )

        with ThreadPoolExecutor(1) as pool:  # beside all else: much of either keeps just one core busy
            begun = pool.submit(parties)
            wordings, repeated = past_wordings(history), repeated_texts(texts, background.minerals)
            return cls(
                texts=repeated,
                wordings=wordings,
                verdicts=repeated_cases(texts, repeated, wordings, background.word_shares),
                parcel=parcel_past(history, background.parcel_rules),
                journeys=past_journeys(history),
                travelled=Travelled(),
                register=None if background.licences is None else filed_licences(licence_register(background.licences)),
                shipped=filed_licences(shipped_by_day(history)),
                lanes=None if background.lane_state is None else filed_lanes(background.lane_state),
                firsts={name: first_days(name, history) for name in ("control_remark", "licence_no")},
                texts_filled=FilledBefore.of("description", history),
                parties=begun.result(),
            )


def first_days(name: str, history: pl.LazyFrame) -> pl.DataFrame:
    """First days of history (`any`), and of a declaration in it that fills the column (`filled`); null for none."""
    day = pl.col("declared_on")
    return history.select(any=day.min(), filled=day.filter(pl.col(name).is_not_null()).min()).collect(
        engine="streaming"
    )
