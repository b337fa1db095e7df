"""A file that is not there, told with its nearest neighbour; nothing heavy is imported, so that it is told at once."""

from __future__ import annotations

import difflib
from pathlib import Path

from features.errors import SourceError


def refuse_missing(path: Path, *, called: str) -> None:
    """Raise SourceError where there is no such file or folder."""
    if not path.exists():
        raise SourceError(f"{called}: no such file: {path}{_nearest(path)}")


def _nearest(path: Path) -> str:
    if not path.parent.is_dir():
        return f" (nor is there a folder {path.parent})"
    near = difflib.get_close_matches(
        path.name, [other.name for other in path.parent.iterdir() if other.name != path.name], n=1
    )
    return f"; did you mean {near[0]}?" if near else ""
