"""Goods of several codes whose rise lies in one of these: what explains the code's corridor explains theirs."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from features.corridors.lanes import TRIAL

_WAY = (*TRIAL[1:], "origin_iso3", "hub_iso3", "destination_iso3")


def explained_by_code(corridors: pl.LazyFrame, rivals: Sequence[str]) -> pl.LazyFrame:
    """The rise was of one code, for which an honest reading is likelier than for all codes together.

    `corridors` of goods of one code and of several (names that join codes by `;`), with the columns `rivals`, each in
    [0, 1]. Of goods of several codes each is raised to that of their code's own corridor at the same comparison, times
    the code's part of what rose: the lesser of its parts on both legs, in the same unit. All codes together see a
    change of form at the hub; where the form stays, bulk in other codes must not hide what is known of the one.
    Nothing else changes; a code without a corridor of its own says nothing.
    """
    codes = pl.col("mineral").cast(pl.String).str.split("#").list.first()
    rose = [f"{leg}_excess" for leg in ("in", "out")]
    has_risen = [pl.col(name) > 0 for name in rose]
    single = corridors.filter(~codes.str.contains(";", literal=True), *has_risen).select(
        *_WAY, "is_mass", codes.alias("code"), *(pl.col(name).alias(f"code_{name}") for name in (*rose, *rivals))
    )
    several = corridors.filter(codes.str.contains(";", literal=True), *has_risen).select(
        "mineral", *_WAY, "is_mass", *rose, codes.str.split(";").alias("code")
    )
    part = pl.min_horizontal(pl.col(f"code_{name}") / pl.col(name) for name in rose).clip(upper_bound=1.0)
    told = (
        several.explode("code", empty_as_null=False)
        .join(single, on=[*_WAY, "is_mass", "code"], how="left")
        .group_by("mineral", *_WAY)
        .agg((part * pl.col(f"code_{name}")).max().round(9).alias(f"code_{name}") for name in rivals)
    )
    return (
        corridors.join(told, on=["mineral", *_WAY], how="left")
        .with_columns(pl.max_horizontal(name, f"code_{name}") for name in rivals)
        .drop(f"code_{name}" for name in rivals)
    )
