"""Sums over the months before and after each date compared, lane by lane: dense months, one slice for each window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from features.corridors.amounts import LOOK_BACK_MONTHS
from features.corridors.growth import grown_to
from features.corridors.trials import REAL
from features.countries import PLACE_CODES

Floats = npt.NDArray[np.float64]
Marks = npt.NDArray[np.uint64]
_PLACE = pl.Enum(PLACE_CODES)
_VALUES = ("amount", "usd", "importer_usd", "priced_kg", "priced_usd")
_CELL = ("mineral", "look")
OTHER_GOOD_TIMES = 10.0
"""A past month priced so many times above or below the months compared carried another good of the code: grades, years
and the two sides' figures of one good lie nearer together. Set on worlds hard 52, 65 and 122, in one of which a lane
had carried tonnes of cheap oxides before some hundred kg at twenty times their price; fourfold cost the others more."""


def window_sums(
    amounts: pl.DataFrame, trials: pl.DataFrame, marks: pl.DataFrame, *, at_like_prices: bool = True
) -> pl.DataFrame:
    """Sum each lane's months within each trial's windows, for lanes with a figure in any of them.

    `amounts` from `lane_amounts`, `trials` from `lay_trials`, `marks` from `reported_marks`. One row per trial and
    lane: the trial's columns, `exporter_iso3 importer_iso3 is_mass n_pre n_post`; `pre_*` and `post_*` of sum, usd,
    importers, priced_kg and priced_usd; `pre_squares post_max post_moment year_sum event_mean first_month`, and of real
    trials `grown_mean` (what growth before the event leads to by the middle of the window, `grown_to`). With
    `at_like_prices` months of the past that carried another good of a code (`OTHER_GOOD_TIMES`) count as empty in the
    `pre_*` of goods of one code. Months are added in their order, so that neither row order nor the number of cores
    decides the last digit.
    """
    places = pl.col("exporter_iso3", "importer_iso3").cast(_PLACE).to_physical().cast(pl.Int64)
    numbered = amounts.with_columns(places, pl.col("mineral").cast(pl.String))
    laid = trials.with_row_index("trial_number").partition_by(_CELL, as_dict=True, maintain_order=True)
    cells = numbered.join(trials.select(_CELL).unique(), on=list(_CELL), how="semi").partition_by(_CELL, as_dict=True)
    known = marks.partition_by(_CELL, as_dict=True)
    parts: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in _SCHEMA}
    for cell, own in laid.items():
        if cell in cells:
            rows = cells[cell]
            by_price = at_like_prices and ";" not in rows["mineral"][0]
            for found in _sums_of_cell(rows, own, _place_marks(known.get(cell)), by_price=by_price):
                for name, values in found.items():
                    parts[name].append(values)
    columns = {
        name: pl.Series(name, np.concatenate(values) if values else [], dtype=_SCHEMA[name])
        for name, values in parts.items()
    }
    sums = pl.DataFrame(columns)
    told = trials.select(pl.all().gather(sums["trial_number"]))
    rounded = [
        name for name, kind in _SCHEMA.items() if kind == pl.Float64 and name not in ("n_pre", "n_post", "post_max")
    ]
    return pl.concat([told, sums], how="horizontal").with_columns(
        pl.col("exporter_iso3", "importer_iso3").cat.to(_PLACE).cast(pl.String),
        pl.col(rounded).fill_nan(None).round(3),
        pl.when(pl.col("first_month") >= 0).then("first_month").alias("first_month"),
    )


_SCHEMA: dict[str, pl.DataType] = {
    "trial_number": pl.UInt32(),
    "exporter_iso3": pl.UInt32(),
    "importer_iso3": pl.UInt32(),
    "is_mass": pl.Boolean(),
    "n_pre": pl.Float64(),
    "n_post": pl.Float64(),
    **dict.fromkeys((f"pre_{name}" for name in ("sum", "usd", "importers", "priced_kg", "priced_usd")), pl.Float64()),
    **dict.fromkeys((f"post_{name}" for name in ("sum", "usd", "importers", "priced_kg", "priced_usd")), pl.Float64()),
    **dict.fromkeys(("pre_squares", "post_max", "post_moment", "year_sum", "event_mean", "grown_mean"), pl.Float64()),
    "first_month": pl.Int32(),
}


def _place_marks(marks: pl.DataFrame | None) -> dict[str, Marks]:
    """Lay a cell's marks out by place number, for the exporter's side (X) and the importer's (M)."""
    sides = {side: np.zeros(len(PLACE_CODES), dtype=np.uint64) for side in ("X", "M")}
    if marks is not None:
        place = marks["reporter_iso3"].cast(_PLACE).to_physical().to_numpy()
        side, bits = marks["side"].to_numpy(), marks["marks"].to_numpy()
        for name, laid in sides.items():
            laid[place[side == name]] = bits[side == name]
    return sides


def _sums_of_cell(
    rows: pl.DataFrame, trials: pl.DataFrame, marks: dict[str, Marks], *, by_price: bool
) -> Iterator[dict[str, npt.NDArray[Any]]]:
    """Sum one good at one look, trial by trial."""
    lanes, lane = np.unique(
        rows["exporter_iso3"].to_numpy() * len(PLACE_CODES) + rows["importer_iso3"].to_numpy(), return_inverse=True
    )
    exporters, importers = lanes // len(PLACE_CODES), lanes % len(PLACE_CODES)
    reported = marks["X"][exporters] | marks["M"][importers]
    month = rows["month"].to_numpy()
    first = int(month.min())
    values = np.zeros((len(_VALUES), lanes.size, int(month.max()) - first + 1))
    for number, name in enumerate(_VALUES):
        values[number, lane, month - first] = rows[name].to_numpy()
    present = np.zeros(values.shape[1:], dtype=np.bool_)
    present[lane, month - first] = True
    is_mass = bool(rows["is_mass"][0])

    def span(start: int, stop: int) -> slice:
        return slice(max(start - first, 0), max(stop - first + 1, 0))

    for trial in trials.iter_rows(named=True):
        event, start = trial["event"], trial["post_from"]
        before, after = span(trial["base_from"], trial["base_to"]), span(start, trial["post_to"])
        year, at_event = span(start - 12, start - 1), span(event, event + 1)
        kept = np.flatnonzero(np.any([present[:, one].any(axis=1) for one in (before, after, year, at_event)], axis=0))
        if not kept.size:
            continue
        pre, post = values[:, kept, before], values[:, kept, after]
        if by_price:
            pre = _of_like_price(pre, post)
        amount = post[0]
        since = np.arange(after.start, after.start + amount.shape[1]) + first - start
        moved = amount > 0
        found: dict[str, npt.NDArray[Any]] = {
            "trial_number": np.full(kept.size, trial["trial_number"], dtype=np.uint32),
            "exporter_iso3": exporters[kept].astype(np.uint32),
            "importer_iso3": importers[kept].astype(np.uint32),
            "is_mass": np.full(kept.size, is_mass),
            "n_pre": np.bitwise_count(reported[kept] & np.uint64(trial["base_mark"])).astype(np.float64),
            "n_post": np.bitwise_count(reported[kept] & np.uint64(trial["post_mark"])).astype(np.float64),
            "pre_squares": (pre[0] * pre[0]).sum(axis=1),
            "post_max": amount.max(axis=1, initial=0.0),
            "post_moment": (amount * since).sum(axis=1),
            "year_sum": values[0, kept, year].sum(axis=1),
            "event_mean": values[0, kept, at_event].sum(axis=1) / 2.0,
            "first_month": np.where(
                moved.any(axis=1), (moved.argmax(axis=1) if moved.shape[1] else 0) + after.start + first, -1
            ).astype(np.int32),
        }
        if trial["trial"].startswith(REAL):
            past = np.arange(max(trial["past_from"], first), min(trial["past_to"], first + values.shape[2] - 1) + 1)
            bits = (past - trial["look"] + LOOK_BACK_MONTHS).astype(np.uint64)
            known = ((reported[kept][:, None] >> bits) & np.uint64(1) > 0) & moved.any(axis=1)[:, None]
            ahead = (start + trial["post_to"]) / 2.0 - trial["past_to"]
            found["grown_mean"] = grown_to(values[0][kept][:, past - first], known, ahead=ahead)
        else:
            found["grown_mean"] = np.full(kept.size, np.nan)
        names = ("sum", "usd", "importers", "priced_kg", "priced_usd")
        found |= {f"pre_{name}": total for name, total in zip(names, pre.sum(axis=2), strict=True)}
        found |= {f"post_{name}": total for name, total in zip(names, post.sum(axis=2), strict=True)}
        yield found


def _of_like_price(pre: Floats, post: Floats) -> Floats:
    """Empty the past months (lanes by months, of each of `_VALUES`) whose price says that they carried another good.

    Months without a measured mass stay, and so do all of a lane without a price after.
    """
    kg, usd = _VALUES.index("priced_kg"), _VALUES.index("priced_usd")
    after_kg, after_usd = post[kg].sum(axis=1), post[usd].sum(axis=1)
    is_priced = (pre[kg] > 0) & (pre[usd] > 0) & ((after_kg > 0) & (after_usd > 0))[:, None]
    left, right = pre[usd] * after_kg[:, None], after_usd[:, None] * pre[kg]
    is_other = is_priced & ((left > OTHER_GOOD_TIMES * right) | (right > OTHER_GOOD_TIMES * left))
    return np.where(is_other[None, :, :], 0.0, pre)
