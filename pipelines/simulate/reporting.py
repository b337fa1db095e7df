"""Habits of statistical offices: what partner means, which edition of the nomenclature, and who breaks figures down."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulate.draws import Bools, Ints, stream
from pipelines.simulate.movements import Setting

FOB_IMPORTERS = ("USA", "CAN", "AUS", "ZAF")
"""Publish imports at the value in the exporting country (UN Comtrade metadata)."""
CONSIGNMENT_IMPORTERS = ("HKG", "SGP", "ARE")
CHANGING_IMPORTERS = ("SGP", "HKG", "MYS", "KOR", "MEX", "TUR")
"""Importers of which one, drawn per world, begins to book by origin what it booked by consignment."""
BREAKDOWN_IMPORTERS = ("DEU", "NLD", "KOR", "IND", "GBR", "JPN")
"""Importers that name beside the origin whence goods were consigned (UN Comtrade's second partner)."""
LATE_ADOPTERS = ("VNM", "IDN", "PHL", "THA", "MEX", "KAZ", "PAK", "ZAF", "EGY", "BRA", "TUR", "IND")
"""Reporters of which four, drawn per world, take up HS 2022 inside the window, years late as real ones did."""
RENUMBERED = {  # HS 2022 -> HS 2017 (WCO correlation tables)
    853952: 853950,
    940542: 940540,
    854141: 854140,
    854143: 854140,
    854149: 854140,
    854159: 854150,
    681519: 681510,
}


def basis_change(world: Setting) -> tuple[int, int]:
    """Name the importer that turns from consignment to origin, and the first day on which it does."""
    rng = stream(world.root, "partner basis")
    place = world.places.position(CHANGING_IMPORTERS[int(rng.integers(0, len(CHANGING_IMPORTERS)))])
    month = int((0.3 + 0.4 * rng.random()) * (len(world.months) - 1))
    return place, int(world.months[month])


def books_by_consignment(world: Setting, reporter: Ints, day: Ints) -> Bools:
    """Which import figures name the place of consignment as partner."""
    place, turns = basis_change(world)
    always = np.isin(reporter, world.places.positions(*CONSIGNMENT_IMPORTERS)) & (reporter != place)
    return np.asarray(always | ((reporter == place) & (day < turns)))


def editions(world: Setting) -> pl.DataFrame:
    """First day of HS 2022 by late reporter: reporter, adopts."""
    rng = stream(world.root, "editions")
    late = sorted(rng.choice(len(LATE_ADOPTERS), size=4, replace=False).tolist())
    days = world.months[rng.integers(4, max(len(world.months) - 6, 5), 4).clip(0, len(world.months) - 1)]
    # offices change at the turn of a year
    years = days.astype("datetime64[D]").astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    places = [world.places.position(LATE_ADOPTERS[at]) for at in late]
    return pl.DataFrame({"reporter": places, "adopts": years}, schema={"reporter": pl.Int64, "adopts": pl.Int64})


def counts_in_older_edition(world: Setting, reporter: pl.Series, first_day: pl.Series) -> pl.Series:
    """Which figures are still in HS 2017; `first_day` is that of their period."""
    rows = pl.DataFrame({"reporter": reporter, "first": first_day})
    adopts = rows.join(editions(world), on="reporter", how="left", maintain_order="left")["adopts"]
    return (rows["first"] < adopts).fill_null(value=False)


def in_own_edition(world: Setting, figures: pl.DataFrame, months: Ints) -> pl.DataFrame:
    """Give figures the six digits of the edition that their reporter uses in their month (column `month`)."""
    first_day = pl.Series(months).gather(figures["month"])
    older = counts_in_older_edition(world, figures["reporter"], first_day)
    return figures.with_columns(pl.when(older).then(pl.col("hs6").replace(RENUMBERED)).otherwise("hs6").alias("hs6"))


def consignors(sums: pl.DataFrame, places: list[str]) -> pl.DataFrame:
    """Share of each breakdown importer's figure by whence it was consigned: keys, consigned, share; own trade only."""
    at = [places.index(code) for code in BREAKDOWN_IMPORTERS]
    keys = ["reporter", "partner", "hs6", "month"]
    named = sums.filter((pl.col("direction") == "import") & pl.col("reporter").is_in(at))
    by_place = named.group_by(*keys, "consigned").agg(pl.col("usd").sum()).sort(*keys, "consigned")
    return by_place.rename({"usd": "consigned_usd"})


__all__ = ["books_by_consignment", "consignors", "counts_in_older_edition", "in_own_edition"]
