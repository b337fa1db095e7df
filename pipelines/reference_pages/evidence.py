"""The page of evidence: everything computed about a declaration, from the registry."""

from __future__ import annotations

from collections.abc import Iterable

from features.evidence import FAMILIES, Evidence, fingerprint
from pipelines.reference_pages.markdown import NOTICE, cell, code, grid

_HEADER = (
    "evidence",
    "role",
    "unit",
    "range",
    "sentence",
    "figures",
    "null means",
    "speaks for",
    "next check",
    "source",
)


def evidence_page(registry: Iterable[Evidence]) -> str:
    """Render the page of evidence as Markdown, family by family in their fixed order."""
    entries = list(registry)
    lines = [
        "# Evidence",
        "",
        NOTICE,
        "",
        f"{len(entries)} pieces of evidence, fingerprint `{fingerprint(entries)}`: a saved model scores no others.",
        "`doubt` and `counter` are strengths in [0, 1]: more doubt is more suspicious, counter speaks for an honest",
        "reading; `context` is seen by the models only, `measure` by trees alone, beside others, and `kind` tells them",
        "which typology a violation is, never whether there is one.",
        "Null is unknown. A strength is an indicator of doubt, never proof.",
        "",
    ]
    for family in FAMILIES:
        rows = [_row(one) for one in entries if one.family == family]
        if rows:
            lines += [f"## {family}", "", *grid(_HEADER, rows), ""]
    return "\n".join(lines).rstrip() + "\n"


def _row(one: Evidence) -> tuple[str, ...]:
    return (
        code(one.code),
        cell(one.role),
        cell(one.unit),
        cell(one.bounds),
        cell(one.sentence),
        ", ".join(code(figure) for figure in one.figures),
        cell(one.null_means),
        cell(", ".join(one.hints)),
        cell(one.next_check or ""),
        cell(one.source),
    )
