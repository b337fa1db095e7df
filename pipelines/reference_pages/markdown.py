"""Markdown tables, with cells that cannot break out of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NOTICE = "<!-- Made by `python -m pipelines.reference_pages`; change the code, not this page. -->"


def cell(text: object) -> str:
    """Make one table cell: bars escaped, line breaks and runs of blanks as one blank.

    >>> cell("a | b\\n  c")
    'a \\\\| b c'
    """
    return " ".join(str(text).split()).replace("|", "\\|")


def code(text: object) -> str:
    """Make one table cell in code type; nothing where there is no text."""
    plain = cell(text)
    return f"`{plain}`" if plain else ""


def grid(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lay out a Markdown table; cells must have gone through `cell` or `code`."""
    body = [f"| {' | '.join(row)} |" for row in rows]
    return [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}", *body] if body else []
