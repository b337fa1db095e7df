"""What one piece of evidence is: its name, meaning, range and the sentence an analyst reads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

Family = Literal["mirror", "corridor", "description", "parcel", "routing", "parties", "licences"]
Role = Literal["doubt", "counter", "context", "measure", "kind"]
Typology = Literal["misdeclaration", "concealment", "transshipment"]

FAMILIES: tuple[Family, ...] = (
    "mirror",
    "corridor",
    "description",
    "parcel",
    "routing",
    "parties",
    "licences",
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One column of evidence about a declaration.

    `doubt` evidence is a strength in [0, 1], higher more suspicious, told to the analyst as a reason. `counter`
    evidence is a strength in [0, 1] of an honest reading. `context` is a number in `unit` that only the models see.
    `measure` is one that says nothing by more or less of it, only beside others: trees of any violation alone read it.
    `kind` tells of which typology a violation would be and never whether there is one: models of any violation, and
    anomaly, leave it alone.
    Null always means unknown, and `null_means` says when that happens.
    """

    code: str
    """Column name."""
    family: Family
    role: Role
    unit: str
    """`strength` for doubt and counter; else the unit of the number."""
    sentence: str
    """What an analyst reads; `{name}` is filled from the columns in `figures`."""
    figures: tuple[str, ...]
    """Columns (of the same room or of the declaration) that hold the figures behind the sentence."""
    null_means: str
    source: str
    """Where the definition comes from, e.g. `indicators.md 25`."""
    hints: tuple[Typology, ...] = ()
    """Kinds of violation this evidence speaks for."""
    next_check: str | None = None
    """The cheapest check that would settle it."""

    @property
    def bounds(self) -> str:
        """Range of the column, by its unit: `[0, 1]` for strengths and shares, any number for logs, else 0 and more."""
        if self.unit in {"strength", "share"}:
            return "[0, 1]"
        return "any" if self.unit.startswith("ln ") else "≥ 0"


def fingerprint(registry: Iterable[Evidence]) -> str:
    """Return 16 hexadecimal digits that change when any meaning in the registry changes.

    Wording shown to people (`sentence`, `next_check`, `source`) is left out: it changes no score.
    """
    shown = {"sentence", "next_check", "source"}
    entries = [{k: v for k, v in asdict(one).items() if k not in shown} for one in registry]
    text = json.dumps(sorted(entries, key=lambda entry: str(entry["code"])), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
