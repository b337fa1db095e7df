"""Inspections choose by known chances, miss some violations, and never know more than they found."""

from __future__ import annotations

import polars as pl
import pytest

Tables = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def inspected(world: Tables) -> pl.DataFrame:
    return world["outcomes"].join(world["truth/declarations"], on="declaration_id", how="left")


def test_few_are_inspected_by_all_four_channels(world: Tables) -> None:
    outcomes = world["outcomes"]
    assert 0.03 < outcomes.height / world["declarations"].height < 0.12
    assert set(outcomes["selected_by"]) == {"model", "random", "rule", "tip"}
    assert outcomes["selection_probability"].is_between(0.014, 1.0).all()


def test_weighting_by_the_logged_chance_recovers_the_number_of_declarations(world: Tables) -> None:
    # Horvitz and Thompson: the sum of 1/p over the chosen estimates how many there were; 40,000 here
    estimate = (1 / world["outcomes"]["selection_probability"]).sum()
    assert estimate == pytest.approx(world["declarations"].height, rel=0.12)


def test_findings_are_true_or_missed(inspected: pl.DataFrame) -> None:
    found = inspected.filter(pl.col("finding").is_in(["misdeclaration", "concealment", "transshipment"]))
    assert (found["finding"] == found["typology"]).all()
    assert (found["found_mineral"] == found["mineral"]).all()
    missed = inspected.filter(pl.col("is_violation") & pl.col("finding").is_in(["clean", "other_violation"]))
    assert 0.08 < missed.height / (missed.height + found.height) < 0.40


def test_results_come_on_or_after_the_declaration(world: Tables) -> None:
    both = world["outcomes"].join(world["declarations"].select("declaration_id", "declared_on"), on="declaration_id")
    assert both.height == world["outcomes"].height
    assert (both["inspected_on"] >= both["declared_on"]).all()


def test_honest_findings_name_no_mineral(world: Tables) -> None:
    clean = world["outcomes"].filter(pl.col("finding").is_in(["clean", "other_violation"]))
    assert clean["found_mineral"].is_null().all()
    assert clean["seized_kg"].is_null().all()
