"""Reference pages: in step with the code, and complete."""

from __future__ import annotations

import pytest

from features.evidence import Evidence
from pipelines.reference_pages import FOLDER, evidence_page, make_pages
from pipelines.reference_pages.columns import INPUTS, OUTPUTS
from pipelines.reference_pages.comments import read_comments
from pipelines.reference_pages.settings import find_sections


@pytest.mark.parametrize("name", ["columns.md", "settings.md", "evidence.md"])
def test_the_committed_page_is_in_step(name: str) -> None:
    written = (FOLDER / name).read_text(encoding="utf-8")
    assert written == make_pages()[name], "run: python -m pipelines.reference_pages"


def test_every_column_of_every_table_has_a_meaning() -> None:
    page = make_pages()["columns.md"]
    for schema in (*INPUTS.values(), *OUTPUTS.values()):
        for name, column in schema.columns().items():
            assert column.description, f"{schema.__name__}.{name}"
            assert f"| `{name}` |" in page
    assert "| `sides_differ` | A country does not trade with itself" in page


def test_every_section_is_found() -> None:
    assert {"score", "train", "controls", "ingest"} <= set(find_sections())


def test_comments_are_those_of_their_keys() -> None:
    text = "# lead\n\nseed = 1 # beside\n[a]\n# above\n# it\nx = '#1'\n\ny = [\n  2, # inside\n]\n[b] # table\n"
    assert read_comments(text) == {"seed": "beside", "a.x": "above it", "b": "table"}


def test_the_page_of_evidence_tells_all_and_cannot_be_broken_out_of() -> None:
    one = Evidence(
        code="density_off",
        family="parcel",
        role="doubt",
        unit="strength",
        sentence="Weighs {density_kg_m3} | kg per m³\nwhich does not fit",
        figures=("density_kg_m3",),
        null_means="no volume declared",
        source="indicators.md 25",
        hints=("misdeclaration", "concealment"),
        next_check="weigh it",
    )
    page = evidence_page([one])
    assert "## parcel" in page
    assert "## routing" not in page
    assert (
        "| `density_off` | doubt | strength | [0, 1] | Weighs {density_kg_m3} \\| kg per m³ which does not fit | "
        "`density_kg_m3` | no volume declared | misdeclaration, concealment | weigh it | indicators.md 25 |"
    ) in page
