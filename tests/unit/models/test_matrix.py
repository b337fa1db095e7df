"""The matrix: registry order, fixed categories, refusals that name columns."""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl
import pytest

from features.errors import ConfigError
from models.matrix import CATEGORIES, Columns, build_matrix, columns_of


def test_columns_come_in_registry_order_whatever_the_table_says(world) -> None:
    columns = columns_of(world.registry, world.evidence)
    shuffled = world.evidence.select(sorted(world.evidence.columns)).with_columns(stranger=pl.lit(9.0))
    assert columns.names[:2] == ("term_mismatch", "density_off")
    np.testing.assert_array_equal(build_matrix(world.evidence, columns), build_matrix(shuffled, columns))


def test_null_nan_infinite_and_unknown_categories_are_nan(world) -> None:
    columns = columns_of(world.registry, world.evidence)
    rows = world.evidence.head(3).with_columns(
        term_mismatch=pl.Series([None, float("nan"), float("inf")], dtype=pl.Float32),
        mineral=pl.Series(["gallium", "kryptonite", None]),
        transport_mode=pl.Series(["sea", None, "balloon"]),
        direction=pl.Series(["import", None, "sideways"]),
    )
    matrix = build_matrix(rows, columns)
    assert matrix.dtype == np.float32
    assert np.isnan(matrix[:, 0]).all()
    # minerals sorted: antimony 0, gallium 1; transport modes and directions as in the contract: sea 0, import 1
    for at, code in ((-3, 0.0), (-2, 1.0), (-1, 1.0)):
        np.testing.assert_array_equal(matrix[:, at], [code, np.nan, np.nan])


def test_categories_may_be_absent(world) -> None:
    columns = columns_of(world.registry, world.evidence)
    assert np.isnan(build_matrix(world.evidence.drop(CATEGORIES, strict=False), columns)[:, -3:]).all()


def test_missing_column_is_refused_by_name(world) -> None:
    columns = columns_of(world.registry, world.evidence)
    with pytest.raises(ConfigError, match="detour"):
        build_matrix(world.evidence.drop("detour"), columns)


def test_text_column_is_refused_by_name(world) -> None:
    columns = columns_of(world.registry, world.evidence)
    with pytest.raises(ConfigError, match=r"detour \(String\)"):
        build_matrix(world.evidence.with_columns(pl.col("detour").cast(pl.String)), columns)


def test_another_registry_is_refused_naming_what_differs(world) -> None:
    columns = columns_of(world.registry, world.evidence)
    columns.check(tuple(reversed(world.registry)))  # order is no difference
    renamed = (dataclasses.replace(world.registry[0], code="other"), *world.registry[1:])
    with pytest.raises(ConfigError, match=r"missing term_mismatch; unknown other"):
        columns.check(renamed)
    redefined = (dataclasses.replace(world.registry[0], null_means="something else"), *world.registry[1:])
    with pytest.raises(ConfigError, match="another meaning"):
        columns.check(redefined)


def test_a_code_registered_twice_is_refused(world) -> None:
    with pytest.raises(ConfigError, match="registered twice: detour"):
        columns_of((*world.registry, world.registry[2]), world.evidence)


def test_only_doubt_that_most_trade_lacks_is_one_way(world) -> None:
    columns = columns_of(world.registry, world.evidence)
    # four doubts, 0 in seven rows of ten; an honest reading; a context; three categories
    assert columns.monotone == (1, 1, 1, 1, 0, 0, 0, 0, 0)
    shown_by_most = world.evidence.with_columns(pl.col("detour").clip(lower_bound=0.06))
    assert columns_of(world.registry, shown_by_most).monotone == (1, 1, 0, 1, 0, 0, 0, 0, 0)
    unknown = world.evidence.with_columns(pl.lit(None, dtype=pl.Float32).alias("detour"))
    assert columns_of(world.registry, unknown).monotone == (1, 1, 0, 1, 0, 0, 0, 0, 0)
    assert Columns.from_dict(columns.to_dict()) == columns
