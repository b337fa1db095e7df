"""Splits: time before traders, nothing lost, nothing straddling."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from features.errors import ConfigError
from models.splits import time_and_entity_split

ARGUMENTS = {"test_share": 0.25, "calibration_share": 0.25, "embargo_days": 5, "group": "exporter_id"}


def hundred_days() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "declaration_id": [f"D{i:03d}" for i in range(100)],
            "declared_on": [date(2024, 1, 1) + timedelta(days=i) for i in range(100)],
            "exporter_id": [None if i % 10 == 9 else f"T{i % 10}" for i in range(99)] + ["late"],
        }
    )


def test_parts_follow_time_with_an_embargo_before_each_cut() -> None:
    # one row a day: the latest 25 days test, the 25 before calibrate; 5 days before each cut are dropped
    split = time_and_entity_split(hundred_days(), **ARGUMENTS)
    assert split.test_from == date(2024, 1, 1) + timedelta(days=75)
    assert split.calibration_from == date(2024, 1, 1) + timedelta(days=50)
    assert split.counts() == {"train": 45, "calibration": 20, "test": 25, "embargo": 10, "held_out": 0}
    assert split.select(hundred_days(), "calibration")["declared_on"].max() == date(2024, 1, 1) + timedelta(days=69)


def test_unseen_party_is_one_that_training_never_had_and_unknown_where_there_is_no_name() -> None:
    test = time_and_entity_split(hundred_days(), **ARGUMENTS).select(hundred_days(), "test")
    unseen = dict(zip(test["declaration_id"], test["unseen_party"], strict=True))
    assert unseen["D099"] is True
    assert unseen["D080"] is False
    assert unseen["D079"] is None  # no exporter named


def test_row_order_does_not_matter() -> None:
    first = time_and_entity_split(hundred_days(), **ARGUMENTS, held_out_group_share=0.3)
    second = time_and_entity_split(hundred_days().reverse(), **ARGUMENTS, held_out_group_share=0.3)
    assert first.table.equals(second.table)


def test_whole_groups_never_straddle() -> None:
    table = hundred_days()
    split = time_and_entity_split(table, **ARGUMENTS, held_out_group_share=0.3, whole_groups=True, seed=1)
    parts = {
        part: set(split.select(table, part)["exporter_id"].drop_nulls()) for part in ("train", "calibration", "test")
    }
    assert parts["test"]
    assert not parts["test"] & (parts["train"] | parts["calibration"])
    assert sum(split.counts().values()) == 100


def test_held_out_traders_stay_held_out_when_others_join() -> None:
    table = hundred_days()
    more = pl.concat([table, table.head(1).with_columns(declaration_id=pl.lit("X"), exporter_id=pl.lit("newcomer"))])
    arguments = ARGUMENTS | {"held_out_group_share": 0.4}
    held = [set(time_and_entity_split(t, **arguments).select(t, "held_out")["exporter_id"]) for t in (table, more)]
    assert held[0] == held[1] - {"newcomer"}


def test_too_few_days_all_train_with_a_note() -> None:
    table = hundred_days().with_columns(declared_on=date(2024, 1, 1))
    split = time_and_entity_split(table, **ARGUMENTS)
    assert split.counts()["train"] == 100
    assert split.test_from is None
    assert "too few days" in split.notes[0]


def test_a_long_embargo_on_short_data_is_shortened_and_said() -> None:
    split = time_and_entity_split(hundred_days(), **(ARGUMENTS | {"embargo_days": 40}))
    assert split.counts()["train"] > 0
    assert len(split.notes) == 2
    assert "shortened from 40" in split.notes[0]


def test_shares_that_leave_nothing_to_train_on_are_refused() -> None:
    with pytest.raises(ConfigError, match="leave no train"):
        time_and_entity_split(hundred_days(), **(ARGUMENTS | {"test_share": 0.8}))


def test_values_are_held_out_whole_before_the_test() -> None:
    table = hundred_days().with_columns(mineral=pl.Series(["gallium", "antimony"] * 50))
    split = time_and_entity_split(table, **ARGUMENTS, held_out_values={"mineral": ["gallium"]})
    for part in ("train", "calibration"):
        assert split.select(table, part)["mineral"].unique().to_list() == ["antimony"]
    assert set(split.select(table, "test")["mineral"]) == {"gallium", "antimony"}
    assert sum(split.counts().values()) == 100
    with pytest.raises(ConfigError, match="no column 'hub'"):
        time_and_entity_split(table, **ARGUMENTS, held_out_values={"hub": ["HKG"]})


def test_nothing_else_makes_splits() -> None:
    root = Path(__file__).parents[3]
    makers = re.compile(r"train_test_split|KFold|ShuffleSplit|TimeSeriesSplit|StratifiedShuffle|Split\(\s*table=")
    elsewhere = [
        str(path.relative_to(root))
        for folder in ("features", "models", "pipelines")
        for path in (root / folder).rglob("*.py")
        if makers.search(path.read_text(encoding="utf-8"))
    ]
    assert [one for one in elsewhere if one != "models/korean.py"] == ["models/splits.py"]
