"""Options that several commands share, each declared once."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from features.errors import ConfigError

Config = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="TOML laid over the shipped settings, a table a section")
]
HomeOption = Annotated[
    Path | None,
    typer.Option("--home", metavar="DIR", help="MLflow store, lake and last results [ORETRACE_HOME or .oretrace]"),
]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="folder to write to")]
MaxRejects = Annotated[
    float, typer.Option("--max-rejects", min=0.0, max=1.0, help="largest share of broken rows that is still accepted")
]
Seed = Annotated[int, typer.Option("--seed", help="same seed, same bytes")]


def parse_day(words: str | None, option: str) -> date | None:
    """Read a YYYY-MM-DD option; raises ConfigError that names the option."""
    if words is None:
        return None
    try:
        return date.fromisoformat(words)
    except ValueError as error:
        raise ConfigError(f"{option}: {words!r} is not a day written YYYY-MM-DD") from error
