"""Evaders learn only what was found by then, offices have only so many hands, and holidays have their real dates."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from pipelines.simulate.draws import day_number
from pipelines.simulate.seasons import NEW_YEARS, is_closed, keep_holidays, month_factors

Tables = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def lots(world: Tables, labelled: pl.DataFrame) -> pl.DataFrame:
    """Violations with what inspections found and when."""
    return labelled.filter("is_violation").join(
        world["outcomes"].select("declaration_id", "inspected_on", "finding"), on="declaration_id", how="left"
    )


def test_a_change_after_a_seizure_follows_a_seizure_known_by_then(world: Tables, lots: pl.DataFrame) -> None:
    seized = lots.filter(pl.col("finding") == pl.col("typology")).select("agent", "inspected_on")
    own = world["truth/changes"].filter(pl.col("why") == "own seizure")
    assert own.height > 20
    pairs = own.join(seized, on="agent", how="left").filter(pl.col("inspected_on") < pl.col("changed_on"))
    assert pairs.select("agent", "changed_on").unique().height == own.select("agent", "changed_on").unique().height


def test_rumours_are_two_months_old(world: Tables, lots: pl.DataFrame) -> None:
    first = lots.filter(pl.col("finding") == pl.col("typology"))["inspected_on"].min()
    heard = world["truth/changes"].filter(pl.col("why") == "rumour")["changed_on"].min()
    assert (heard - first).days >= 60  # type: ignore[operator]


def test_changes_show_in_what_is_shipped_from_then_on_and_not_before(world: Tables, lots: pl.DataFrame) -> None:
    first = world["truth/changes"].group_by("agent").agg(pl.col("changed_on").min())
    rows = lots.join(first, on="agent", how="left").with_columns(
        (pl.col("declared_on") - pl.col("changed_on")).dt.total_days().alias("since")
    )
    # holidays move a lot by at most four weeks, whatever it was when it was packed
    assert (rows.filter(pl.col("since") < -30)["tactic_no"] == 0).all()
    assert (rows.filter(pl.col("since") > 30)["tactic_no"] > 0).all()
    assert (rows.filter(pl.col("changed_on").is_null())["tactic_no"] == 0).all()


def test_hubs_names_schemes_and_forwarders_change(world: Tables, labelled: pl.DataFrame) -> None:
    changes = world["truth/changes"]
    assert set(changes["what"]) == {"hub", "name", "scheme", "forwarder"}
    hubs = changes.filter(pl.col("what") == "hub")
    assert (hubs["before"] != hubs["after"]).all()
    turned = labelled.filter("is_violation" and (pl.col("tactic_no") > 0))
    assert turned["declarant_id"].n_unique() > 20


def test_seizures_leave_smaller_lots_and_more_careful_papers(lots: pl.DataFrame) -> None:
    by_tactic = lots.group_by(pl.col("tactic_no") >= 3).agg(pl.col("forgery").mean())
    care = dict(by_tactic.iter_rows())
    assert care[True] > care[False] + 0.1


def test_busy_offices_follow_their_rules_less_and_the_random_share_stays(world: Tables) -> None:
    outcomes = world["outcomes"].join(
        world["declarations"].select("declaration_id", "office_id", "declared_on"), on="declaration_id", how="left"
    )
    assert outcomes["selection_probability"].min() >= 0.0149  # type: ignore[operator]
    month = pl.col("declared_on").dt.truncate("1mo")
    at_home = outcomes.filter(pl.col("office_id").str.contains(r"^[0-9]"))
    load = (
        at_home.group_by("office_id", month)
        .len()
        .group_by("office_id")
        .agg(pl.col("len").max(), pl.col("len").mean().alias("usual"))
    )
    assert (load["len"] < 4 * load["usual"] + 6).all()


def test_the_lunar_new_year_has_its_real_dates() -> None:
    # 2025-01-29 and 2026-02-17 (Hong Kong Observatory)
    assert date(2025, 1, 29) in NEW_YEARS
    days = np.array([day_number(date(2025, 1, day)) for day in (10, 27, 31)] + [day_number(date(2025, 2, 14))])
    assert is_closed(days).tolist() == [False, True, True, False]
    starts = np.array([day_number(date(2024, month, 1)) for month in (1, 2, 3)] + [day_number(date(2024, 4, 1))])
    january, february, march = month_factors(starts)
    assert february < 0.75 * january  # 2024: all of it in February
    assert march > 0.9


def test_holidays_are_kept_by_every_trader(labelled: pl.DataFrame) -> None:
    day = labelled["declared_on"].to_physical().to_numpy().astype(np.int64)
    closed = is_closed(day)
    bad = labelled["is_violation"].to_numpy()
    usual = 13 / 365
    assert closed[~bad].mean() < 0.6 * usual
    assert closed[bad].mean() < 0.9 * usual


def test_keeping_holidays_moves_days_only() -> None:
    day = day_number(date(2025, 1, 29))
    rows = pl.DataFrame({"day": np.full(400, day), "firm": np.arange(400), "kg": np.full(400, 10.0)})
    moved = keep_holidays(3, day - 400, day + 400, rows)
    assert 0.65 < (moved["day"] != day).mean() < 0.85
    assert (moved["day"] - day).abs().max() <= 40  # type: ignore[operator]
