"""The one place that makes splits: by time with an embargo, by trader group, and by values held out whole."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import polars as pl

from features.errors import ConfigError

Part = Literal["train", "calibration", "test", "embargo", "held_out"]
PARTS: tuple[Part, ...] = ("train", "calibration", "test", "embargo", "held_out")


@dataclass(frozen=True, slots=True)
class Split:
    """Which declaration belongs to which part, and the days that divide the parts."""

    table: pl.DataFrame
    """declaration_id, part, unseen_party (null where the trader is unknown), sorted by declaration_id."""
    calibration_from: date | None
    """First day of the calibration period; null when the data spans too few days to be divided."""
    test_from: date | None
    """First day of the test period; null likewise."""
    notes: tuple[str, ...]

    def counts(self) -> dict[str, int]:
        """Rows in each part; the sum is the number of rows that came in."""
        found = dict(self.table.group_by("part").len().iter_rows())
        return {part: found.get(part, 0) for part in PARTS}

    def select(self, frame: pl.DataFrame, part: Part) -> pl.DataFrame:
        """Rows of `frame` in `part`, with `unseen_party`, sorted by declaration_id."""
        wanted = self.table.filter(pl.col("part") == part).select("declaration_id", "unseen_party")
        return wanted.join(frame, on="declaration_id", how="left", maintain_order="left")


def time_and_entity_split(
    table: pl.DataFrame,
    *,
    test_share: float,
    calibration_share: float,
    embargo_days: int,
    group: str,
    held_out_group_share: float = 0.0,
    whole_groups: bool = False,
    held_out_values: Mapping[str, Sequence[str]] | None = None,
    seed: int = 0,
) -> Split:
    """Divide declarations into train, then calibration, then test by `declared_on`; a day is never cut in two.

    Parameters
    ----------
    table
        declaration_id (unique), declared_on, and the trader column named by `group` (nulls allowed).
    test_share, calibration_share
        Shares of rows wanted; the nearest day boundary is taken.
    embargo_days
        Rows declared in so many days before the next part begins are put in part `embargo`, because their outcomes
        and their traders' histories reach into it. Shortened (with a note) to a quarter of a part's own span.
    held_out_group_share
        Share of traders, drawn by a hash of their name and `seed` so that a trader stays held out from one training
        to the next, whose earlier rows go to `held_out`: in the test they are truly unseen.
    whole_groups
        No trader stands on both sides: test rows of traders that occur in train or calibration go to `held_out`.
    held_out_values
        Values by column of `table` (a hub, a mineral, a party, or a scheme where that is known) that are held out
        whole: their rows before the test go to `held_out`, so that in the test they are truly unseen.

    Notes
    -----
    `unseen_party` is true where the trader occurs in neither train nor calibration. The result depends neither on
    row order nor on anything but the arguments. Raises ConfigError for shares that leave no training rows.
    """
    if not (0 <= test_share < 1 and 0 <= calibration_share < 1 and test_share + calibration_share < 1):
        raise ConfigError(f"split: test_share {test_share} and calibration_share {calibration_share} leave no train")
    rows = table.select("declaration_id", "declared_on", pl.col(group).cast(pl.String).alias("party"))
    days = rows.group_by("declared_on").len().sort("declared_on")
    notes: list[str] = []
    calibration_from, test_from = _cuts(days, test_share, calibration_share, notes)
    parted = rows.with_columns(part=_part_by_day(days, calibration_from, test_from, embargo_days, notes))
    if test_from is not None and held_out_group_share > 0:
        drawn = _drawn_groups(rows["party"], held_out_group_share, seed)
        parted = _hold_out(parted, parted["party"].is_in(drawn))
    for column, values in (held_out_values or {}).items():
        if column not in table.columns:
            raise ConfigError(f"split: no column {column!r} to hold values of out")
        parted = _hold_out(parted, table[column].cast(pl.String).is_in(list(values)))
    seen = parted.filter(pl.col("part").is_in(["train", "calibration"]))["party"].drop_nulls().unique().to_list()
    parted = parted.with_columns(unseen_party=~pl.col("party").is_in(seen))
    if whole_groups:
        straddles = (pl.col("part") == "test") & ~pl.col("unseen_party").fill_null(value=True)
        parted = parted.with_columns(part=pl.when(straddles).then(pl.lit("held_out")).otherwise("part"))
    return Split(
        table=parted.select("declaration_id", "part", "unseen_party").sort("declaration_id"),
        calibration_from=calibration_from,
        test_from=test_from,
        notes=tuple(notes),
    )


def _cuts(
    days: pl.DataFrame, test_share: float, calibration_share: float, notes: list[str]
) -> tuple[date, date] | tuple[None, None]:
    """First days of calibration and test; null, with a note, where there are too few days for both."""
    test_from = _cut(days, test_share)
    calibration_from = _cut(days, test_share + calibration_share)
    if test_from is None or calibration_from is None or calibration_from >= test_from:
        notes.append("too few days to hold any out: every row trains, nothing is calibrated or tested on later rows")
        return None, None
    return calibration_from, test_from


def _part_by_day(
    days: pl.DataFrame, calibration_from: date | None, test_from: date | None, embargo_days: int, notes: list[str]
) -> pl.Expr:
    """Part of a declaration by its day alone: the last days of train and of calibration are their embargoes."""
    if calibration_from is None or test_from is None:
        return pl.lit("train")
    train_gap = _embargo(embargo_days, days["declared_on"][0], calibration_from, "train", notes)
    calibration_gap = _embargo(embargo_days, calibration_from, test_from, "calibration", notes)
    day = pl.col("declared_on")
    return (
        pl.when(day >= test_from)
        .then(pl.lit("test"))
        .when(day >= test_from - calibration_gap)
        .then(pl.lit("embargo"))
        .when(day >= calibration_from)
        .then(pl.lit("calibration"))
        .when(day >= calibration_from - train_gap)
        .then(pl.lit("embargo"))
        .otherwise(pl.lit("train"))
    )


def _hold_out(parted: pl.DataFrame, chosen: pl.Series) -> pl.DataFrame:
    """Put the chosen rows before the test, in the order of `parted`, in `held_out`."""
    apart = chosen.fill_null(value=False) & (parted["part"] != "test")
    return parted.with_columns(part=pl.when(apart).then(pl.lit("held_out")).otherwise("part"))


def _cut(days: pl.DataFrame, share: float) -> date | None:
    """First day of the latest rows that make up nearest to `share` of all; null when no inner day can serve."""
    if days.height < 3 or share <= 0:
        return None
    tail = days.with_columns(tail=pl.col("len").cum_sum(reverse=True) / pl.col("len").sum()).slice(1)
    nearest = tail.with_columns(miss=(pl.col("tail") - share).abs()).sort(
        "miss", "declared_on", descending=[False, True]
    )
    first: date = nearest["declared_on"][0]
    return first


def _embargo(wanted_days: int, start: date, end: date, name: str, notes: list[str]) -> timedelta:
    longest = (end - start).days // 4
    if wanted_days > longest:
        notes.append(f"embargo before the end of {name} shortened from {wanted_days} to {longest} days: a short period")
    return timedelta(days=min(wanted_days, longest))


def _drawn_groups(parties: pl.Series, share: float, seed: int) -> Sequence[str]:
    """Traders whose hash falls in the lowest `share`; membership depends on the trader's name and the seed only."""
    limit = int(share * 2**32)
    names = parties.drop_nulls().unique().to_list()
    salt = f"{seed}|".encode()
    return [
        name
        for name in names
        if int.from_bytes(hashlib.blake2b(salt + name.encode(), digest_size=4).digest(), "big") < limit
    ]
