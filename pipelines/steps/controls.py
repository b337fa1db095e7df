"""`oretrace controls`: what is controlled on a day, for a code and a destination, and what is not settled about it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from features.controls.describe import describe_controls
from features.countries import COUNTRIES
from features.errors import ConfigError
from pipelines.reference.control_file import ControlFile, read_control_file
from pipelines.reference.control_list import control_list
from pipelines.settings.closed import config_folder, load_section
from pipelines.settings.controls import OUTCOMES, ControlSwitches

_QUESTIONS = {
    "no70_suspension": "whether Nos. 55-58, 61 and 62 of 2025 stay suspended after 2026-11-10",
    "no72_suspension": "whether paragraph 2 of No. 46 of 2024 (United States) stays suspended after 2026-11-27",
    "no21_suspension": "whether 16 United States entities of No. 21 of 2025 stay off the list after 2026-11-10",
}
_TOLD = ["announcement_id", "rule", "item_id", "mineral", "destination_iso3", "rule_text"]


def run_controls(
    on: date,
    *,
    hs: str | None = None,
    to: str | None = None,
    known_on: date | None = None,
    switches: ControlSwitches | None = None,
    path: Path | None = None,
) -> pl.DataFrame:
    """List the rules in force on a day (columns: features.controls.describe.DESCRIPTION).

    Raises ConfigError for a code without four digits, a destination that is no ISO 3166 alpha-3 code, or a
    control-list file that is malformed.
    """
    code, place = _code(hs), _place(to)
    return describe_controls(control_list(_file(path), _answers(switches)), on, hs=code, to=place, known_on=known_on)


def open_questions(
    on: date,
    *,
    hs: str | None = None,
    to: str | None = None,
    known_on: date | None = None,
    switches: ControlSwitches | None = None,
    path: Path | None = None,
) -> list[str]:
    """Say which unsettled questions the answer hangs on: those where another setting would change it."""
    code, place, file, answers = _code(hs), _place(to), _file(path), _answers(switches)

    def told(one: ControlSwitches) -> frozenset[tuple[str | None, ...]]:
        table = describe_controls(control_list(file, one), on, hs=code, to=place, known_on=known_on)
        return frozenset(table.select("number", *_TOLD).rows())

    given, said = told(answers), []
    for key, question in _QUESTIONS.items():
        chosen = str(getattr(answers, key))
        moves: dict[str, list[str]] = {}
        for other in OUTCOMES:
            changed = given if other == chosen else told(answers.model_copy(update={key: other}))
            added, lost = _numbers(changed - given), _numbers(given - changed)
            if added or lost:
                move = [f"{added} would be in force"] if added else []
                move += [f"{lost} would not, or less of it"] if lost else []
                moves.setdefault(" and ".join(move), []).append(repr(str(other)))
        if moves:
            with_others = "; ".join(f"with {' or '.join(others)} {move}" for move, others in moves.items())
            said.append(f"Open: {question}. Told here for {key} = {chosen!r} (controls.toml); {with_others}.")
    return said


def _numbers(rows: frozenset[tuple[str | None, ...]]) -> str:
    return ", ".join(sorted({str(row[0]) for row in rows}))


def _file(path: Path | None) -> ControlFile:
    return read_control_file(config_folder() / "controls.yaml" if path is None else path)


def _answers(switches: ControlSwitches | None) -> ControlSwitches:
    return load_section(ControlSwitches, "controls") if switches is None else switches


def _code(hs: str | None) -> str | None:
    if hs is None:
        return None
    digits = "".join(sign for sign in hs if sign.isdigit() and sign.isascii())
    if not 4 <= len(digits) <= 12 or set(hs) - set("0123456789. "):
        raise ConfigError(f"--hs: {hs!r} is no customs code; give 4 to 12 digits, dots and spaces allowed")
    return digits


def _place(to: str | None) -> str | None:
    if to is not None and to.upper() not in COUNTRIES:
        raise ConfigError(f"--to: {to!r} is no ISO 3166 alpha-3 country code, such as USA or JPN")
    return None if to is None else to.upper()
