"""Looking: the corridor search with its record in MLflow, and questions to the control list."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import tracking
from pipelines.home import Home
from pipelines.reference import load_controls
from pipelines.reports.controls_view import render_controls
from pipelines.settings.closed import load_section
from pipelines.settings.controls import ControlSwitches
from pipelines.settings.corridors import CorridorSettings
from pipelines.settings.home_prices import HomePrices
from pipelines.settings.mixed_codes import MixedCodes
from pipelines.steps.controls import open_questions, run_controls
from pipelines.steps.corridors import run_corridors
from pipelines.steps.said import Said

if TYPE_CHECKING:
    from rich.console import RenderableType


def run_corridor_search(
    *,
    flows: Path,
    as_of: date,
    out: Path,
    home: Home,
    controls: Path | None = None,
    watch: Path | None = None,
    production: Path | None = None,
    declarations: Path | None = None,
    concordance: Path | None = None,
    config: Path | None = None,
    max_rejects_share: float = 0.05,
) -> Said:
    """Find corridors, write their tables and page, and log the run in experiment `corridors`."""
    result = run_corridors(
        flows,
        as_of=as_of,
        controls=load_controls(controls, load_section(ControlSwitches, "controls", config)),
        out_dir=out,
        settings=load_section(CorridorSettings, "corridors", config),
        home_prices=load_section(HomePrices, "home_prices", config),
        mixed=load_section(MixedCodes, "mixed_codes", config),
        watch_path=watch,
        production_path=production,
        declarations_path=declarations,
        concordance_path=concordance,
        max_rejects_share=max_rejects_share,
    )
    artifacts = {path.name: path for path in result.paths}
    tracking.log_run(
        home.folder, "corridors", result.params, result.metrics, artifacts, tables={"corridors": result.corridors}
    )
    return Said(lines=result.lines, paths=result.paths, page=result.page, counts=result.counts)


def run_controls_query(
    *,
    on: date,
    hs: str | None = None,
    to: str | None = None,
    known_on: date | None = None,
    path: Path | None = None,
    config: Path | None = None,
) -> list[RenderableType]:
    """Answer what is controlled on a day, with the unsettled questions the answer hangs on, ready to print."""
    switches = load_section(ControlSwitches, "controls", config)
    table = run_controls(on, hs=hs, to=to, known_on=known_on, switches=switches, path=path)
    questions = open_questions(on, hs=hs, to=to, known_on=known_on, switches=switches, path=path)
    return render_controls(table, on=on, hs=hs, to=to, questions=questions)
