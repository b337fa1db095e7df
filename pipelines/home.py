"""The home folder: the MLflow store, the lake of past tables and the last results."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from features.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Home:
    """Where oretrace keeps what it must remember between commands."""

    folder: Path

    @property
    def lake(self) -> Path:
        """Folder of past declarations, outcomes, licences and flows: the history that evidence is judged against."""
        return self.folder / "lake"

    @property
    def cache(self) -> Path:
        """Folder of things that can be computed again, such as sea distances."""
        return self.folder / "cache"

    def table(self, name: str) -> Path:
        """Path of one table of the lake, whether or not it is there yet."""
        return self.lake / f"{name}.parquet"


def find_home(given: Path | None) -> Home:
    """Return the home folder: `--home`, else ORETRACE_HOME, else `.oretrace/` where the command runs.

    Raises ConfigError where that is a file.
    """
    folder = given or Path(os.environ.get("ORETRACE_HOME") or ".oretrace")
    whole = folder.expanduser().absolute()
    if whole.exists() and not whole.is_dir():
        raise ConfigError(f"{whole}: the home is a folder, and this is a file; choose another --home")
    return Home(whole)
