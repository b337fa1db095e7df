"""A control-list file read into the frames that the rest of the program asks."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from features.controls.frames import ANNOUNCEMENTS, CODES, ENTITIES, ITEMS, MEASURES, ControlList
from pipelines.reference.control_entities import entity_rows
from pipelines.reference.control_file import Announcement, Catalogue, ControlFile, read_control_file
from pipelines.reference.control_items import code_rows, item_row
from pipelines.reference.control_kinds import kind_of
from pipelines.reference.control_measures import measure_rows
from pipelines.settings.closed import config_folder, load_section
from pipelines.settings.controls import ControlSwitches


def load_controls(path: Path | None = None, switches: ControlSwitches | None = None) -> ControlList:
    """Read the control list, shipped (`path` None) or the user's own file of the same form.

    `switches` answers the dated open questions; None takes the shipped answers of configs/controls.toml. Raises
    ConfigError naming file, announcement and key when the file is malformed.
    """
    found = read_control_file(config_folder() / "controls.yaml" if path is None else path)
    return control_list(found, load_section(ControlSwitches, "controls") if switches is None else switches)


def control_list(found: ControlFile, answers: ControlSwitches) -> ControlList:
    """Build the frames from a file that was read, under one set of answers to the open questions."""
    notices = found.announcements
    where = {one.id: f"{found.path}: announcement {one.id}" for one in notices}
    known = _catalogue_known_from(notices, found.catalogue_2026)
    frames = {
        "items": pl.DataFrame([item_row(item, one.id) for one in notices for item in one.items], schema=ITEMS),
        "codes": pl.DataFrame(
            [row for one in notices for item in one.items for row in code_rows(one, item, found.catalogue_2026, known)],
            schema=CODES,
        ),
        "measures": pl.DataFrame(
            [row for one in notices for row in measure_rows(one, answers, where[one.id])], schema=MEASURES
        ),
        "announcements": pl.DataFrame(
            [
                {
                    "announcement_id": one.id,
                    "number": one.number,
                    "issuer": one.issuer,
                    "announced_on": one.announced,
                    "effective_on": one.effective,
                    "kind": kind_of(one, where[one.id]),
                    "licence_type": one.licence_type,
                    "summary": one.summary,
                    "source": one.evidence["announced"].source if "announced" in one.evidence else [],
                    "confidence": one.evidence["announced"].confidence if "announced" in one.evidence else None,
                }
                for one in notices
            ],
            schema=ANNOUNCEMENTS,
        ),
        "entities": pl.DataFrame(
            [row for one in notices for row in entity_rows(one, answers, where[one.id])], schema=ENTITIES
        ),
    }
    return ControlList(**frames, switches={key: str(value) for key, value in answers.model_dump().items()})


def _catalogue_known_from(notices: list[Announcement], catalogue: Catalogue | None) -> date | None:
    if catalogue is None:
        return None
    return next((one.announced for one in notices if one.id == catalogue.id), catalogue.effective)
