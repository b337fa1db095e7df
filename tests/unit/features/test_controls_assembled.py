"""What the control list says of whole declarations: whether the code decides, or the words, on that day."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from features.assemble import assemble_evidence
from features.background import Background
from features.contracts import Declarations, Licences
from features.routing import wanted_pairs
from pipelines.geography import distances
from pipelines.reference import load_controls, load_minerals


def judged(told: list[str], *rows: tuple[str | None, ...], **others: str | None) -> list[tuple[Any, ...]]:
    """Give the evidence `told` of declarations of a day, code, text, direction, origin and destination."""
    names = ["declared_on", "hs_code", "description", "direction", "origin_iso3", "destination_iso3"]
    declared = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row").with_columns(
        pl.lit(value, pl.String).alias(name) for name, value in others.items()
    )
    declared = declared.with_columns(
        pl.col("declared_on").str.to_date(), declaration_id=pl.int_range(pl.len()).cast(pl.String)
    )
    pairs = wanted_pairs(declared.lazy()).unique().collect()
    background = Background(
        minerals=load_minerals(),
        controls=load_controls(),
        history=Declarations.create_empty().lazy(),
        outcomes=None,
        licences=Licences.create_empty().lazy(),
        distances=distances(pairs).lazy(),
        lane_state=None,
        corridor_state=None,
    )
    return assemble_evidence(declared, background).select(told).rows()


@pytest.mark.parametrize(
    ("eight", "ten", "text", "missing"),
    [
        ("68151900", "6815190010", "graphite gaskets sealing", None),
        ("28469029", "2846902999", "lanthanum carbonate", None),
        ("38249999", "3824999999", "antimony free flame retardant masterbatch", None),
        ("28469029", "2846902999", "terbium oxide 99.9%", 1.0),  # the words meet No. 18 of 2025
    ],
)
def test_eight_digits_decide_no_more_than_another_line_of_theirs(
    eight: str, ten: str, text: str, missing: float | None
) -> None:
    rows = [("2025-07-23", code, text, "export", "CHN", "DEU") for code in (eight, ten)]
    for found, hits in judged(["licence_missing", "rule_hits"], *rows, licence_no=None):
        assert found == missing
        assert [hit["code"] for hit in hits] == (["licence_missing"] if missing else [])


@pytest.mark.parametrize(
    ("row", "conflict", "openly"),
    [
        (("2025-09-20", "2841801000", "ammonium paratungstate APT", "export", "CHN", "DEU"), 1.0, 0.2),
        (("2024-09-20", "2841801000", "ammonium paratungstate APT", "export", "CHN", "DEU"), 0.0, 0.6),  # before No. 10
        (("2025-07-05", "2846901600", "terbium oxide", "export", "CHN", "JPN"), 1.0, 0.2),
        (("2025-07-05", "2846901600", "terbium oxide", "import", "JPN", "CHN"), 0.0, 0.6),  # Japanese goods
        (("2025-07-05", "2846901600", "terbium oxide", "import", "CHN", "JPN"), 0.0, 0.6),  # Japanese papers
        (("2025-07-05", "2846901600", "terbium oxide", "export", None, "JPN"), None, 0.2),  # from where is unknown
    ],
)
def test_a_remark_conflicts_only_with_an_item_in_force_for_these_goods(
    row: tuple[str | None, ...], conflict: float | None, openly: float
) -> None:
    """APT is controlled since No. 10 of 2025 (4 February), terbium since No. 18 (4 April), on leaving China."""
    (found,) = judged(["remark_conflict", "declared_openly"], row, control_remark="非管制")
    assert found == (conflict, pytest.approx(openly))
