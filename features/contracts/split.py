"""Splitting a raw table into the rows that keep its contract and the rows that break it, with the rules by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import dataframely as dy
import polars as pl
import polars.selectors as cs

from features.contracts.duplicates import find_duplicates
from features.contracts.reading import (
    BAD_CELL,
    UNREADABLE,
    as_named,
    odd_codes,
    overlooked_columns,
    pointed_thousands,
    read_typed,
    unreadable_cells,
)
from features.contracts.rules import PLACE, RESERVED, broken_rules, kept_places
from features.errors import ContractError

_RULES = f"{RESERVED}rules"
_RULES_SHOWN = 6


@dataclass(frozen=True, slots=True)
class RowCounts:
    """Rows read, used and rejected (read = used + rejected), and how many rows broke each rule."""

    read: int
    used: int
    rejected: int
    broken: Mapping[str, int] = field(default_factory=dict)
    unread: str = ""
    """Columns that nearly have the name of one that the file lacks; '' for none."""
    odd_codes: str = ""
    """Customs codes, used as they stand, that have most likely lost a leading zero; '' for none."""
    thousands: str = ""
    """Columns whose points may mark thousands; '' for none."""

    def __post_init__(self) -> None:
        if self.read != self.used + self.rejected:
            raise AssertionError(f"rows went missing: {self}")

    def __str__(self) -> str:
        return "; ".join((self.rows, *self.remarks))

    @property
    def rows(self) -> str:
        """Rows read, used and rejected, and the rules broken."""
        told = f" ({self.why})" if self.broken else ""
        return f"{self.read:,} rows read = {self.used:,} used + {self.rejected:,} rejected{told}"

    @property
    def remarks(self) -> tuple[str, ...]:
        """What else a person has to know of the table."""
        return tuple(words for words in (self.unread, self.odd_codes, self.thousands) if words)

    @property
    def why(self) -> str:
        """The rules broken most often, each with its rows."""
        worst = ", ".join(f"{rule} {rows:,}" for rule, rows in list(self.broken.items())[:_RULES_SHOWN])
        more = len(self.broken) - _RULES_SHOWN
        return f"{worst} and {more} more rules" if more > 0 else worst


@dataclass(frozen=True, slots=True)
class Split:
    """The two halves of a table: `clean` as the contract says, `rejects` whole as they came in."""

    clean: pl.DataFrame
    rejects: pl.DataFrame
    counts: RowCounts


def split_table(
    raw: pl.LazyFrame, schema: type[dy.Schema], *, table: str, file: str, is_rereadable: bool = False
) -> Split:
    """Split one raw table by its contract.

    Text is trimmed, blank is null, codes lose dots and spaces, country codes are upper-cased, and closed choices and
    the names of columns are matched whatever their case. A cell that holds something unreadable breaks the rule
    `<column>|unreadable`. Two different rows under one identifier are both refused (`duplicate_id`: nobody knows which
    of them holds); of equal rows one is kept (`duplicate_row`). Neither depends on the order of rows.

    `clean` has the contract's columns and types, in the order of the input. `rejects` has every raw column, then
    `broken_rules` (List[String], sorted) and `input_file`.

    `is_rereadable` says that collecting `raw` twice gives the same rows in the same order (a scan of files); the table
    is then read a second time for the rejects instead of being held whole.

    Raises ContractError when a required column is missing, a column's type cannot be read, or there are no rows.
    """
    return split_tables([(file, raw)], schema, table=table, is_rereadable=is_rereadable)


def split_tables(
    raws: Sequence[tuple[str, pl.LazyFrame]], schema: type[dy.Schema], *, table: str, is_rereadable: bool = False
) -> Split:
    """Split several raw files of one table, as `split_table` does; identifiers are compared across all of them."""
    raws = [(file, as_named(raw.select(~cs.starts_with(RESERVED)), schema)) for file, raw in raws]
    if not is_rereadable:
        raws = [(file, raw.collect().lazy()) for file, raw in raws]
    parts = [read_typed(raw, schema, table=table, file=file).collect() for file, raw in raws]
    read = pl.concat(parts).with_row_index(PLACE)
    if read.is_empty():
        raise ContractError(f"{table}: {', '.join(file for file, _ in raws)} has no rows below its header")
    names = schema.column_names()
    duplicates = find_duplicates(read, schema.primary_key(), [*names, BAD_CELL], PLACE)
    sound = read.filter(~pl.col(BAD_CELL)).join(duplicates, on=PLACE, how="anti", maintain_order="left")
    kept = kept_places(sound.drop(BAD_CELL), schema).implode()
    clean = sound.filter(pl.col(PLACE).is_in(kept)).select(names)
    refused = read.filter(~pl.col(PLACE).is_in(kept)).get_column(PLACE)
    rejects = _tell_rejects(
        raws, schema, table, heights=[part.height for part in parts], refused=refused, duplicates=duplicates
    )
    found = list(dict.fromkeys(name for _, raw in raws for name in raw.collect_schema().names()))
    unread = overlooked_columns(schema, found)
    thousands = "; ".join(filter(None, (pointed_thousands(raw, schema) for _, raw in raws)))
    broken = _count_rules(rejects)
    counts = RowCounts(read.height, clean.height, rejects.height, broken, unread, odd_codes(clean), thousands)
    return Split(clean, rejects, counts)


def _tell_rejects(
    raws: Sequence[tuple[str, pl.LazyFrame]],
    schema: type[dy.Schema],
    table: str,
    *,
    heights: Sequence[int],
    refused: pl.Series,
    duplicates: pl.DataFrame,
) -> pl.DataFrame:
    told, offset = [], 0
    for (file, raw), height in zip(raws, heights, strict=True):
        here = refused.filter(refused.is_between(offset, offset + height, closed="left"))
        # The filter is not pushed below the row index, so places are those of the first reading.
        whole = raw.with_row_index(PLACE, offset=offset).filter(pl.col(PLACE).is_in(here.implode())).collect()
        rules = pl.concat([_rules_of(whole, schema, table, file), duplicates.cast({"rule": pl.String})])
        listed = rules.group_by(PLACE).agg(pl.col("rule").unique().sort().alias(_RULES))
        told.append(
            whole.join(listed, on=PLACE, how="left", maintain_order="left").select(
                pl.exclude(PLACE, _RULES, "broken_rules", "input_file"),
                pl.col(_RULES).alias("broken_rules"),
                pl.lit(file).alias("input_file"),
            )
        )
        offset += height
    return _stack(told)


def _rules_of(whole: pl.DataFrame, schema: type[dy.Schema], table: str, file: str) -> pl.DataFrame:
    """Name the broken rules of refused rows, one line each; an unreadable cell is not called missing as well."""
    raw, place = whole.lazy(), whole.select(PLACE)
    typed = read_typed(raw, schema, table=table, file=file).drop(BAD_CELL).collect()
    flags = unreadable_cells(raw, schema, table=table, file=file).collect()
    unreadable = (
        pl.concat([place, flags], how="horizontal")
        .unpivot(on=flags.columns, index=PLACE, variable_name="column", value_name="is_bad")
        .filter("is_bad")
        .select(PLACE, "column")
    )
    rules = broken_rules(pl.concat([place, typed], how="horizontal"), schema)
    named = unreadable.select(PLACE, pl.format(f"{{}}|{UNREADABLE}", "column").alias("rule"))
    called_missing = unreadable.select(PLACE, pl.format("{}|nullability", "column").alias("rule"))
    return pl.concat([rules.join(called_missing, on=[PLACE, "rule"], how="anti"), named])


def _stack(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """Put the rejects of several files under each other; where their types differ, the column becomes text."""
    kinds: dict[str, set[pl.DataType]] = {}
    for part in parts:
        for name, kind in part.schema.items():
            kinds.setdefault(name, set()).add(kind)
    mixed = [name for name, found in kinds.items() if len(found) > 1]
    alike = [part.cast({name: pl.String for name in mixed if name in part.columns}) for part in parts]
    return pl.concat(alike, how="diagonal").select(
        pl.exclude("broken_rules", "input_file"), "broken_rules", "input_file"
    )


def _count_rules(rejects: pl.DataFrame) -> dict[str, int]:
    rules = rejects.get_column("broken_rules").explode().drop_nulls().alias("rule")
    counted = rules.value_counts(name="rows").sort("rows", "rule", descending=[True, False])
    return dict(counted.iter_rows())
