"""A home that was moved or copied: the store's own paths are made to follow it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

ARTIFACTS = "mlartifacts"
_PATHS = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "storage_location"),
)
"""Where MLflow 3 keeps absolute addresses of artifacts, as written when each was made."""


def follow_home(store: Path) -> int:
    """Point every artifact address of the store at the folder beside it; return how many were changed.

    MLflow keeps absolute addresses: without this a home that was renamed or copied could not read its models, and a
    copy would go on writing into the home it was copied from. Addresses outside a home's artifacts stay as they are.
    """
    if not store.is_file():
        return 0
    here = (store.absolute().parent / ARTIFACTS).as_uri() + "/"
    changed = 0
    with closing(sqlite3.connect(store, timeout=60)) as connection, connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table, column in _PATHS:
            if table in tables:
                changed += _follow(connection, table, column, here)
    return changed


def _follow(connection: sqlite3.Connection, table: str, column: str, here: str) -> int:
    mark = f"/{ARTIFACTS}/"
    # table and column are the constants above; everything else is bound
    query = f"SELECT DISTINCT {column} FROM {table} WHERE {column} LIKE ? AND instr({column}, ?) != 1"  # noqa: S608
    elsewhere = [address for (address,) in connection.execute(query, (f"file:///%{mark}%", here))]
    moved = [(here + address.rsplit(mark, 1)[1], address) for address in elsewhere]
    connection.executemany(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", moved)  # noqa: S608
    return len(moved)
