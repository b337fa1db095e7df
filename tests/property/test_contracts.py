"""What holds of every declarations table, however broken."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from features.contracts import Declarations
from features.contracts.split import Split, split_table

CELLS = {
    "declaration_id": ["a", "b", "c", "d", "e", "", " a"],
    "declared_on": ["2024-03-05", "2024-03-06", "2024-02-30", "05.03.2024"],
    "direction": ["export", "IMPORT", "sideways"],
    "hs_code": ["811292", "8112.92", "81"],
    "origin_iso3": ["CHN", "chn", "XX"],
    "destination_iso3": ["USA", "", "W00"],
    "net_kg": ["1", "1.0", "-1", "2,5", "", "nan"],
    "n_packages": ["1", "1.5", None],
}
tables = st.lists(st.tuples(*(st.sampled_from(values) for values in CELLS.values())), min_size=1, max_size=12).map(
    lambda rows: pl.DataFrame(rows, schema=dict.fromkeys(CELLS, pl.String), orient="row")
)


def split(table: pl.DataFrame) -> Split:
    return split_table(table.lazy(), Declarations, table="declarations", file="d.csv")


@settings(max_examples=60)
@given(tables, st.randoms(use_true_random=False))
def test_row_order_changes_nothing(table: pl.DataFrame, random: object) -> None:
    order = list(range(table.height))
    random.shuffle(order)  # type: ignore[attr-defined]
    one, other = split(table), split(table[order])
    assert one.clean.sort(pl.all()).equals(other.clean.sort(pl.all()))
    assert one.counts == other.counts


@settings(max_examples=60)
@given(tables)
def test_every_row_is_used_or_rejected_and_every_reject_has_a_rule(table: pl.DataFrame) -> None:
    done = split(table)
    assert table.height == done.counts.read == done.clean.height + done.rejects.height
    assert Declarations.is_valid(done.clean)
    assert all(done.rejects.get_column("broken_rules").list.len() > 0)


@settings(max_examples=30)
@given(tables, st.sampled_from(["note", "Net_kg", "rank", "oretrace:place"]))
def test_an_unknown_column_changes_nothing(table: pl.DataFrame, name: str) -> None:
    one, other = split(table), split(table.with_columns(pl.lit("x").alias(name)))
    assert one.clean.equals(other.clean)
    assert one.counts == other.counts


@settings(max_examples=30)
@given(tables)
def test_a_clean_table_split_again_stays_as_it_is(table: pl.DataFrame) -> None:
    clean = split(table).clean
    if clean.height:
        again = split_table(clean.lazy(), Declarations, table="declarations", file="d.parquet")
        assert again.clean.equals(clean)
