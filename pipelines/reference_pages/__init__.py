"""Reference pages made from the code itself: columns of every table, settings, evidence; a test keeps them in step."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from features.evidence import Evidence
from features.registry import REGISTRY
from pipelines.files import write_text
from pipelines.reference_pages.columns import columns_page
from pipelines.reference_pages.evidence import evidence_page
from pipelines.reference_pages.settings import settings_page

__all__ = ["columns_page", "evidence_page", "make_pages", "settings_page", "write_pages"]

FOLDER = Path(__file__).parents[2] / "docs" / "reference"


def make_pages(evidence: Iterable[Evidence] = REGISTRY) -> dict[str, str]:
    """Return every page as file name and Markdown text."""
    return {"columns.md": columns_page(), "settings.md": settings_page(), "evidence.md": evidence_page(evidence)}


def write_pages(evidence: Iterable[Evidence] = REGISTRY, folder: Path = FOLDER) -> list[Path]:
    """Write every page into `folder`."""
    return [write_text(folder / name, text) for name, text in make_pages(evidence).items()]
