"""What a command has to say when it is done."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from features.errors import GateError


@dataclass(frozen=True, slots=True)
class Said:
    """Lines to print, files made, the page to open, and a gate's refusal if there was one."""

    lines: list[str]
    paths: list[Path]
    page: Path | None = None
    refusal: str | None = None
    counts: dict[str, int] = field(default_factory=dict)

    def raise_if_refused(self) -> None:
        """Raise GateError (exit 4) where the work is done but a gate said no."""
        if self.refusal:
            raise GateError(self.refusal)
