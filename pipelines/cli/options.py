"""Options that several commands share, each declared once."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from features.errors import ConfigError
from pipelines.missing import refuse_missing


def there(param: typer.CallbackParam, path: Path | None) -> Path | None:
    """Refuse a file that is not there before anything is loaded; null where none was named."""
    if path is not None:
        refuse_missing(path, called=param.name or "table")
    return path


Config = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="TOML laid over the shipped settings, a table a section")
]
HomeOption = Annotated[
    Path | None,
    typer.Option("--home", metavar="DIR", help="MLflow store, lake and last results [ORETRACE_HOME or .oretrace]"),
]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="folder to write to")]
MaxRejects = Annotated[
    float,
    typer.Option(
        "--max-rejects", metavar="SHARE", min=0.0, max=1.0, help="largest share of broken rows that is still accepted"
    ),
]
LARGEST_SEED = 2**31 - 1  # LightGBM keeps its seed in 32 bits
Seed = Annotated[int, typer.Option("--seed", metavar="N", min=0, max=LARGEST_SEED, help="same seed, same bytes")]


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")  # the standard library also takes 20250401 and 2025-W14-5


def parse_day(words: str | None, option: str) -> date | None:
    """Read a YYYY-MM-DD option; raises ConfigError that names the option."""
    if words is None:
        return None
    refusal = ConfigError(f"{option}: {words!r} is not a day written YYYY-MM-DD")
    if not _DAY.fullmatch(words):
        raise refusal
    try:
        return date.fromisoformat(words)
    except ValueError as error:
        raise refusal from error
