"""Labels: what an inspection says, and how much it stands for."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from models.labels import known_before, label_inspected


def outcomes(
    findings: list[str], probabilities: list[float | None], selected_by: list[str | None] | None = None
) -> pl.DataFrame:
    n = len(findings)
    return pl.DataFrame(
        {
            "declaration_id": [f"D{i}" for i in range(n)],
            "inspected_on": [date(2024, 1, 1 + i) for i in range(n)],
            "finding": findings,
            "selection_probability": pl.Series(probabilities, dtype=pl.Float64),
            "selected_by": pl.Series(selected_by or [None] * n, dtype=pl.String),
            "seized_kg": [None] * n,
            "seized_usd": [None] * n,
        }
    )


ARGUMENTS = {"min_selection_probability_share": 0.01, "max_weight_ratio": 100.0}


def test_a_fault_of_no_typology_is_not_sought_and_is_marked() -> None:
    found = label_inspected(outcomes(["other_violation", "concealment", "clean"], [1.0, 1.0, 1.0]), **ARGUMENTS).table
    assert found["any"].to_list() == [False, True, False]
    assert found["is_other"].to_list() == [True, False, False]
    assert found["concealment"].to_list() == [False, True, False]
    assert found["misdeclaration"].to_list() == found["transshipment"].to_list() == [False, False, False]


def test_weights_are_inverse_probabilities_with_mean_one() -> None:
    # 1/1, 1/0.5, 1/0.25 = 1, 2, 4; mean 7/3
    labels = label_inspected(outcomes(["clean"] * 3, [1.0, 0.5, 0.25]), **ARGUMENTS)
    assert labels.notes == ()
    weight = labels.table["weight"]
    assert weight.to_list() == pytest.approx([3 / 7, 6 / 7, 12 / 7])


def test_unlogged_probability_takes_the_median_and_is_counted() -> None:
    # known 0.2 and 0.6, median 0.4; 0 cannot be and counts as unlogged
    labels = label_inspected(outcomes(["clean"] * 4, [0.2, None, 0.6, 0.0]), **ARGUMENTS)
    weight = labels.table["weight"]
    assert weight[1] == weight[3] == pytest.approx(weight[0] * 0.2 / 0.4)
    assert labels.counts["selection_probability_unknown"] == 2
    assert labels.notes[0].startswith("2 of ")


def test_a_tip_stands_for_itself_alone() -> None:
    # by lot with 0.1: 20 rows, one a violation, stand for 200, 10 of them violations; 4 tips, all violations, for 4
    findings = ["misdeclaration"] + ["clean"] * 19 + ["concealment"] * 4
    labels = label_inspected(outcomes(findings, [0.1] * 20 + [None] * 4, ["random"] * 20 + ["tip"] * 4), **ARGUMENTS)
    table = labels.table
    share = table.filter("any")["weight"].sum() / table["weight"].sum()
    assert share == pytest.approx(14 / 204)
    assert labels.counts["selection_probability_unknown"] == 0
    assert labels.counts["standing_alone"] == 4
    (note,) = labels.notes
    assert note.startswith("4 of 24 inspected declarations were chosen by tip, rule or model without a logged")


def test_an_unlogged_lot_is_like_other_lots() -> None:
    # by lot 0.1 is known, so the unlogged lot has it too, whatever the model's rows were logged with
    labels = label_inspected(
        outcomes(["clean"] * 4, [0.1, None, 0.9, 0.9], ["random", "random", "model", "model"]), **ARGUMENTS
    )
    assert labels.table["weight"][0] == labels.table["weight"][1] == pytest.approx(labels.table["weight"][2] * 9)
    assert labels.counts["selection_probability_unknown"] == 1


def test_nothing_logged_weighs_all_alike() -> None:
    assert label_inspected(outcomes(["clean"] * 2, [None, None]), **ARGUMENTS).table["weight"].to_list() == [1.0, 1.0]


def test_heavy_weights_are_cut_and_counted() -> None:
    probabilities = [1.0] * 9 + [0.01]
    labels = label_inspected(outcomes(["clean"] * 10, probabilities), **(ARGUMENTS | {"max_weight_ratio": 2.0}))
    assert labels.counts["weights_cut"] == 1
    assert labels.table["weight"].mean() == pytest.approx(1.0)


def test_results_known_later_are_left_out() -> None:
    table = label_inspected(outcomes(["clean"] * 3, [1.0] * 3), **ARGUMENTS).table
    assert known_before(table, date(2024, 1, 2))["declaration_id"].to_list() == ["D0"]
    assert known_before(table, None).height == 3
