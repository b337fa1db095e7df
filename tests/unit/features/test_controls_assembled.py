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


def judged(told: str, *rows: tuple[str | None, ...], **others: str | None) -> list[Any]:
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
    return assemble_evidence(declared, background)[told].to_list()


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
    assert judged("licence_missing", *rows, licence_no=None) == [missing, missing]
    assert all(bool(hits) is (missing == 1.0) for hits in judged("rule_hits", *rows, licence_no=None))
