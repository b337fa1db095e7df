"""`python -m tests.benchmarks.power [--trials N]`: which share of diversions put into real nickel noise is found.

Real figures: UN Comtrade's nickel ore and mattes as both sides reported them, 2006 to 2014. They are annual, so each
year is spread over its months: what a pair really moved by one pattern of shares (gamma draws with the coefficient of
variation below), each side's annual total as that side published it. Disagreement of the two sides, missing sides and
changes from year to year are therefore real; the course within a year is made. Into that, a hub's inflow from i and
its outflow to j are both raised by the same mass for six months; nothing else is changed, and direct trade does not
fall. Sizes are multiples of the hub's usual flow: the larger of its two legs' monthly means in the year before. Only
hubs whose usual flow is itself material are drawn (0.2 % of the code's trade, as the search has it, and the settings'
value over half a year); how many lane pairs that leaves out is printed.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pycountry

from features.contracts import Flows
from features.corridors import Watch
from features.mirror.totals import published_day
from pipelines.settings.closed import load_section
from pipelines.settings.corridors import CorridorSettings
from pipelines.steps.corridor_search import look_of, search_corridors

DRAWN_FROM_SHARE = 0.002  # of all trade in the good: the same hubs are drawn whatever the search takes for material

FIRST_YEAR, LAST_YEAR = 2006, 2014
MONTHLY_SPREAD = 0.6  # coefficient of variation of a pair's months: an assumption, not measured
SIZES = (0.0, 0.5, 1.0, 2.0, 4.0)
DIVERTED_MONTHS = 6
WITHIN_MONTHS = 3  # of the first diverted month's publication
CODE = "260400"
Lane = tuple[str, str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 2 where the real figures are not at hand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    folder = Path(os.environ.get("ORETRACE_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
    file = folder / "comtrade_nickel_mirror" / "UN_nickel_trade.parquet"
    if not file.is_file():
        print("the nickel figures are not beside this checkout (set ORETRACE_SHARED_DATA to their folder)")
        return 2
    rng = np.random.default_rng(options.seed)
    months = spread_to_months(nickel_years(file), rng)
    print(table(run_trials(months, rng, n_trials=options.trials)), flush=True)
    return 0


def nickel_years(file: Path) -> pl.DataFrame:
    """Read both sides' annual figures as contract columns."""
    places = [country.alpha_3 for country in pycountry.countries]
    raw = pl.read_parquet(file).filter(
        pl.col("partnerISO").is_in(places),
        pl.col("reporterISO").is_in(places),
        pl.col("reporterISO") != pl.col("partnerISO"),
        pl.col("period").cast(pl.Int32).is_between(FIRST_YEAR, LAST_YEAR),
    )
    kg = pl.col("netWgt").cast(pl.Float64, strict=False)
    return raw.select(
        pl.col("reporterISO").alias("reporter_iso3"),
        pl.col("partnerISO").alias("partner_iso3"),
        pl.col("flowCode").replace({"X": "export", "M": "import"}).alias("direction"),
        pl.col("cmdCode").alias("hs_code"),
        pl.col("period").cast(pl.Int32).alias("year"),
        pl.col("primaryValue").cast(pl.Float64).alias("value_usd"),
        pl.when(kg > 0).then(kg).alias("net_kg"),
    ).sort("hs_code", "year", "reporter_iso3", "partner_iso3", "direction")


def spread_to_months(years: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Divide each year by its pair's own pattern of months, the same for both sides."""
    is_export = pl.col("direction") == "export"
    start = pl.when(is_export).then("reporter_iso3").otherwise("partner_iso3").alias("start")
    end = pl.when(is_export).then("partner_iso3").otherwise("reporter_iso3").alias("end")
    rows = years.with_columns(start, end)
    key = ["hs_code", "year", "start", "end"]
    pairs = rows.select(key).unique().sort(key)
    shares = rng.gamma(1.0 / MONTHLY_SPREAD**2, size=(pairs.height, 12))
    shares = shares / shares.sum(axis=1, keepdims=True)
    patterns = pairs.with_columns(pl.Series("share", shares)).explode("share")
    patterns = patterns.with_columns((pl.int_range(pl.len()).over(key) + 1).alias("number"))
    spread = rows.join(patterns, on=key, how="left").with_columns(
        pl.date(pl.col("year"), pl.col("number"), 1).alias("period"),
        pl.col("value_usd", "net_kg") * pl.col("share"),
        pl.when(is_export).then(pl.lit("FOB")).otherwise(pl.lit("CIF")).alias("valuation"),
        pl.when(is_export).then(pl.lit("destination")).otherwise(pl.lit("origin")).alias("partner_basis"),
        pl.lit("M").alias("freq"),
        pl.lit("UN Comtrade, annual, spread over months").alias("source"),
        pl.lit(value=False).alias("is_net_kg_estimated"),
    )
    missing = [pl.lit(None, pl.String).alias(name) for name in Flows.column_names() if name not in spread.columns]
    whole = spread.with_columns(missing).with_columns(pl.col("published_on").str.to_date())
    return whole.select(Flows.column_names()).with_columns(published_day().alias("published_on"))


def run_trials(months: pl.DataFrame, rng: np.random.Generator, *, n_trials: int) -> pl.DataFrame:
    """Try each size on the same hubs and dates: one row per trial and size."""
    settings = load_section(CorridorSettings, "corridors")
    drawn_from: list[tuple[int, int]] = []
    rows = []
    for number in range(n_trials):
        origin, hub, destination, since, usual_kg, price = draw_case(
            months, rng, least_usd=settings.material_usd, drawn_from=drawn_from
        )
        for size in SIZES:
            world = divert(months, (origin, hub, destination), since=since, kg=size * usual_kg, price=price)
            watch = Watch("nickel", (CODE,), (origin,), (destination,), (since,))
            last = look_of(published(since)) + WITHIN_MONTHS
            search = search_corridors(world.lazy(), [watch], last_look=last, settings=settings)
            tests = search.tests
            named = tests.filter(pl.col("first_look").is_not_null()) if tests.height else tests
            hubs = set(named["hub_iso3"]) if named.height else set()
            rows.append(
                {
                    "trial": number,
                    "size": size,
                    "is_looked_at": bool(tests.height) and hub in set(tests["hub_iso3"]),
                    "is_found": size > 0 and hub in hubs,
                    "named": len(hubs),
                    "chance": len(hubs - ({hub} if size > 0 else set())),
                    "looked_at": tests.height,
                }
            )
    large, every = (sum(counts) for counts in zip(*drawn_from, strict=True))
    print(f"drawn from the {large / every:.0%} of lane pairs whose usual flow is material", flush=True)
    return pl.DataFrame(rows)


def published(month: date) -> date:
    """Day by which a month's figure is public: 45 days after its end, as the contract has it."""
    day = pl.DataFrame({"period": [month], "freq": ["M"], "published_on": pl.Series([None], dtype=pl.Date)})
    found: date = day.select(published_day()).item()
    return found


def draw_case(
    months: pl.DataFrame, rng: np.random.Generator, *, least_usd: float, drawn_from: list[tuple[int, int]]
) -> tuple[str, str, str, date, float, float]:
    """Draw an origin, hub and destination whose legs traded in the year before, and a month of 2010 to 2013."""
    while True:
        since = date(int(rng.integers(2010, 2014)), int(rng.integers(1, 13)), 1)
        before = date(since.year - 1, since.month, 1)
        year = months.filter(
            pl.col("hs_code") == CODE, pl.col("direction") == "export", pl.col("period").is_between(before, since)
        )
        lanes = year.group_by("reporter_iso3", "partner_iso3").agg(pl.col("net_kg", "value_usd").sum())
        lanes = lanes.filter(pl.col("net_kg") > 0).sort("reporter_iso3", "partner_iso3")
        legs = lanes.join(lanes, left_on="partner_iso3", right_on="reporter_iso3", how="left", suffix="_out")
        both = legs.filter(
            pl.col("partner_iso3_out").is_not_null(), pl.col("partner_iso3_out") != pl.col("reporter_iso3")
        ).sort("reporter_iso3", "partner_iso3", "partner_iso3_out")
        flow = pl.max_horizontal("net_kg", "net_kg_out")
        price_of = (pl.col("value_usd") + pl.col("value_usd_out")) / (pl.col("net_kg") + pl.col("net_kg_out"))
        whole = float(lanes["net_kg"].sum())
        legs = both.filter(flow >= DRAWN_FROM_SHARE * whole, flow * price_of / 2.0 >= least_usd)
        drawn_from.append((legs.height, both.height))
        if legs.is_empty():
            continue
        one = legs.row(int(rng.integers(legs.height)), named=True)
        usual = max(one["net_kg"], one["net_kg_out"]) / 12.0
        price = (one["value_usd"] + one["value_usd_out"]) / (one["net_kg"] + one["net_kg_out"])
        return one["reporter_iso3"], one["partner_iso3"], one["partner_iso3_out"], since, usual, price


def divert(months: pl.DataFrame, way: tuple[str, str, str], *, since: date, kg: float, price: float) -> pl.DataFrame:
    """Raise both legs by the same mass a month for half a year, as both sides of each leg would report it."""
    if kg <= 0.0:
        return months
    first = since.year * 12 + since.month - 1
    days = [date((first + k) // 12, (first + k) % 12 + 1, 1) for k in range(DIVERTED_MONTHS)]
    legs: list[Lane] = [(way[0], way[1]), (way[1], way[2])]
    blank = months.clear()
    rows = [
        {
            "reporter_iso3": start if side == "export" else end,
            "partner_iso3": end if side == "export" else start,
            "direction": side,
            "hs_code": CODE,
            "period": day,
            "freq": "M",
            "value_usd": kg * price * ratio,
            "valuation": valuation,
            "net_kg": kg,
            "is_net_kg_estimated": False,
            "partner_basis": basis,
            "source": "UN Comtrade, annual, spread over months",
            "published_on": published(day),
        }
        for start, end in legs
        for day in days
        for side, ratio, valuation, basis in (
            ("export", 1.0, "FOB", "destination"),
            ("import", 1.06, "CIF", "origin"),
        )
    ]
    more = pl.concat([blank, pl.DataFrame(rows).cast({"period": pl.Date})], how="diagonal_relaxed")
    key = [name for name in months.columns if name not in ("value_usd", "net_kg")]
    both = pl.concat([months, more.select(months.columns)])
    return (
        both.group_by(key, maintain_order=True)
        .agg(pl.col("value_usd").sum(), pl.when(pl.col("net_kg").count() > 0).then(pl.col("net_kg").sum()))
        .select(months.columns)
    )


def _mean(flags: pl.Series) -> float:
    return float(flags.sum()) / max(flags.len(), 1)


def table(trials: pl.DataFrame) -> str:
    """Set the trials out by size, as a table in Markdown."""
    lines = [
        "| size, times the usual flow | trials | looked at | found in three months | named by chance | of named |",
        "|---|---|---|---|---|---|",
    ]
    for size in SIZES:
        own = trials.filter(pl.col("size") == size)
        named, chance = int(own["named"].sum()), int(own["chance"].sum())
        found = f"{_mean(own['is_found']):.0%}" if size > 0 else "nothing to find"
        rate = f"{chance / named:.0%}" if named else "none named"
        lines.append(f"| {size} | {own.height} | {_mean(own['is_looked_at']):.0%} | {found} | {chance} | {rate} |")
    named, chance = int(trials["named"].sum()), int(trials["chance"].sum())
    rate = f"{chance / named:.1%}" if named else "none named"
    lines.append(f"\nrealised false-discovery rate over all runs: {rate} ({chance} of {named} named)")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
