"""The standing view beside the corridors: what each controlled mineral's origin sends out, and when it broke."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from features.corridors import Watch
from features.corridors.monitor import after_measures, against_home, monitor_months, monitored_exports
from features.mirror import Margin
from models.monitor_breaks import breaks_of
from pipelines.files import write_table
from pipelines.files.people import for_people
from pipelines.settings.corridors import CorridorSettings
from pipelines.settings.home_prices import HomePrices


@dataclass(frozen=True, slots=True, eq=False)
class Monitor:
    """Monthly exports with their standing figures, what followed each measure, and the breaks found without dates."""

    months: pl.DataFrame
    measures: pl.DataFrame
    breaks: pl.DataFrame

    def write(self, folder: Path) -> list[Path]:
        """Write `monitor`, `monitor_measures` and `monitor_breaks`, each as Parquet and CSV."""
        tables = {"monitor": self.months, "monitor_measures": self.measures, "monitor_breaks": self.breaks}
        return [
            path
            for name, table in tables.items()
            for path in (
                write_table(table, folder / f"{name}.parquet"),
                write_table(for_people(table), folder / f"{name}.csv"),
            )
        ]


def watch_exports(
    pairs: pl.DataFrame, watches: Sequence[Watch], *, as_of: date, settings: CorridorSettings, home_prices: HomePrices
) -> Monitor:
    """Make the monitor of the watched goods from figures known by `as_of`.

    `pairs`: `CorridorSearch.pairs`. Each code of a watch is a good of its own, since six digits are what is known;
    goods beside it come from the settings. Measures and prices later than `as_of` are left out.
    """
    goods = [(one.name, "controlled", code, code) for one in watches for code in one.hs_codes]
    names = {one.name for one in watches}
    goods += [
        (one.mineral, one.kind, one.good, code) for one in settings.beside if one.mineral in names for code in one.hs6
    ]
    table = pl.DataFrame(goods, schema=dict.fromkeys(("mineral", "kind", "good", "hs6"), pl.String), orient="row")
    origins = sorted({place for one in watches for place in one.origins})
    ratio = math.exp(Margin().intercept)
    months = monitor_months(monitored_exports(pairs.lazy(), table.lazy(), origins, cif_ratio=ratio))
    prices = pl.DataFrame(
        [
            (one.mineral, code, one.priced_on, one.low_usd_per_kg, one.high_usd_per_kg)
            for one in home_prices.prices
            for code in one.hs6
            if one.priced_on <= as_of
        ],
        schema={
            "mineral": pl.String, "good": pl.String, "priced_on": pl.Date, "low_usd_per_kg": pl.Float64,
            "high_usd_per_kg": pl.Float64,
        },
        orient="row",
    )  # fmt: skip
    months = against_home(months, prices, valid_months=home_prices.valid_months)
    events = {one.name: [day.year * 12 + day.month - 1 for day in one.events if day <= as_of] for one in watches}
    breaks = breaks_of(months, level=settings.false_discovery_rate)
    return Monitor(months, after_measures(months, events), breaks)
