"""A home that was moved or copied keeps working, and never writes into the home it came from."""

import sqlite3
from pathlib import Path

import pytest

from features.errors import ConfigError
from pipelines.home import find_home
from pipelines.tracking import log_run
from pipelines.tracking.moved_home import follow_home

SCHEMA = "CREATE TABLE experiments (name TEXT, artifact_location TEXT); CREATE TABLE runs (artifact_uri TEXT);"


def addresses(store: Path) -> set[str]:
    with sqlite3.connect(store) as connection:
        return {row[0] for row in connection.execute("SELECT artifact_location FROM experiments")}


def test_addresses_follow_the_store_and_strangers_stay(tmp_path: Path) -> None:
    store = tmp_path / "new home" / "mlflow.db"
    store.parent.mkdir()
    with sqlite3.connect(store) as connection:
        connection.executescript(SCHEMA)
        old = [("a", "file:///old/mlartifacts/training"), ("b", "s3://bucket/mlartifacts/training"), ("c", None)]
        connection.executemany("INSERT INTO experiments VALUES (?, ?)", old)
    assert follow_home(store) == 1
    assert follow_home(store) == 0
    here = (store.parent / "mlartifacts" / "training").as_uri()
    assert addresses(store) == {here, "s3://bucket/mlartifacts/training", None}


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert follow_home(tmp_path / "mlflow.db") == 0
    assert not (tmp_path / "mlflow.db").exists()


def test_a_moved_home_writes_into_itself_only(tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after 中文"
    log_run(before, "corridors", {}, {}, {"page.html": "one"})
    before.rename(after)
    log_run(after, "corridors", {}, {}, {"page.html": "two"})
    assert len(list(after.rglob("page.html"))) == 2
    assert not before.exists()


def test_a_store_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_text("not a database", encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot be used"):
        log_run(tmp_path, "corridors", {}, {}, {})


def test_a_home_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("x", encoding="utf-8")
    with pytest.raises(ConfigError, match="this is a file"):
        find_home(tmp_path / "home")
