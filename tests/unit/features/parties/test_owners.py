"""A firm that leaves its identifier off keeps its past; a name of two firms is nobody's."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from features.parties import build_parties


def history(*rows: tuple[int, str | None, str | None]) -> pl.DataFrame:
    """Declarations of one exporter each: day of year 2024 counted in months from January, identifier, name."""
    return pl.DataFrame(
        [
            {
                "declaration_id": f"H{at}",
                "declared_on": date(2024, month, 5),
                "direction": "export",
                "hs_code": "282560",
                "origin_iso3": "CHN",
                "destination_iso3": "DEU",
                "exporter_id": identifier,
                "exporter_name": name,
            }
            for at, (month, identifier, name) in enumerate(rows)
        ],
        schema_overrides={"exporter_id": pl.String, "exporter_name": pl.String},
    )


def judged(past: pl.DataFrame, month: int, identifier: str | None, name: str | None) -> dict[str, object]:
    """Evidence on one further declaration; H0 was found in violation in its own month."""
    row = history((month, identifier, name)).with_columns(declaration_id=pl.lit("X"))
    outcomes = pl.DataFrame(
        {"declaration_id": ["H0"], "inspected_on": [date(2024, 1, 20)], "finding": ["misdeclaration"]}
    )
    return build_parties(row.lazy(), past.lazy(), outcomes.lazy()).collect().row(0, named=True)


PAST = history(
    (1, "E7", "Haoyuan Metals Co., Ltd."), (2, "E7", "浩源金属有限公司"), (2, "E8", "Other Works"), (3, "E8", None)
)


@pytest.mark.parametrize("name", ["Haoyuan Metals Co., Ltd.", "HAOYUAN METALS CO.,LTD", "浩源金属有限公司"])
def test_a_name_alone_has_the_past_of_the_identifier_it_came_with(name: str) -> None:
    told, whole = judged(PAST, 4, None, name), judged(PAST, 4, "E7", name)
    assert told["exporter_seen_n"] == 2
    assert told["exporter_hits_n"] == 1
    assert told["exporter_risk"] == whole["exporter_risk"]


def test_not_before_it_was_seen_nor_once_another_came_with_it() -> None:
    assert judged(PAST, 1, None, "Haoyuan Metals")["exporter_seen_n"] == 0
    both = pl.concat([PAST, history((5, "E9", "Haoyuan Metals")).with_columns(declaration_id=pl.lit("H9"))])
    assert judged(both, 5, None, "Haoyuan Metals")["exporter_seen_n"] == 2
    assert judged(both, 6, None, "Haoyuan Metals")["exporter_seen_n"] == 0


def test_what_came_by_name_alone_counts_for_the_identifier() -> None:
    past = pl.concat([PAST, history((3, None, "Haoyuan Metals")).with_columns(declaration_id=pl.lit("H9"))])
    assert judged(past, 4, "E7", None)["exporter_seen_n"] == 3
    assert judged(past, 4, "E8", None)["exporter_seen_n"] == 2


def test_an_identifier_of_noughts_owns_no_name() -> None:
    past = history((1, "000000", "Haoyuan Metals"))
    assert judged(past, 4, None, "Haoyuan Metals")["exporter_seen_n"] == 0
