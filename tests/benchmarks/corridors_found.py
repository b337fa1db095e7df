"""`python -m tests.benchmarks.corridors_found [--world hard] [--seeds 1 2 3]`: corridors named in generated worlds.

Everything printed is about generated worlds. A planted corridor's size is its diverted mass a month, while it ran, over
the hub's usual flow: the larger monthly mean of its two legs (importer's figure, else the exporter's) in the twelve
months before it began, in the codes it used. Ranks are those of the corridor run's own table, a corridor (mineral,
origin, hub, destination) once, minerals that share the figures of one good under one number; a corridor that is not
named has a rank all the same, which says so. In a world without evasion everything named is a
false one, and a world's rate is the share of corridors looked at that were named in any of its months. Honest trade
that looks like a diversion is told with the best corridor of which it can be the second leg (mostly its own code, since
it opened), and with the best of other ways of its mineral through that country, in which it has no part.
For many such worlds in half a minute each: `--world null --declarations 1000 --months 6 --seeds $(seq 101 160)`.

A planted corridor that no published monthly figure shows (on one leg less than half of its mass, by either side, while
it ran or the month after, in its codes), or whose half year is worth less than the floor, is printed apart: nothing
that reads statistics can find it. Where an honest reading leads, it is named: one lot in one month reads as a lawful
one, planted or not.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
from scipy.stats import beta

from features.contracts.defaults import complete_flows
from features.corridors.findings import corridor_findings
from features.corridors.rivals import LEADS_FROM, STOPS_A_NAME
from models.corridor_tests import EARLY_REACH
from pipelines.reference import load_controls
from pipelines.settings.closed import load_section
from pipelines.settings.corridors import CorridorSettings
from pipelines.simulate.world import build_world
from pipelines.simulate.worlds import load_world
from pipelines.steps.corridor_search import look_of, search_corridors
from pipelines.steps.watches import known_controls

CORRIDOR = ["mineral", "origin_iso3", "hub_iso3", "destination_iso3"]
LARGE = 2.0  # times the usual flow
TOP = 10
SMALL_P = 0.001


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one line for each seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--world", default="hard")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--declarations", type=int, default=20_000)
    parser.add_argument("--months", type=int, default=24)
    options = parser.parse_args(arguments)
    print(f"generated world {options.world}, {options.declarations:,} declarations, {options.months} months")
    tests = []
    for seed in options.seeds:
        words, own = report(options.world, seed, options.declarations, options.months)
        print(words, flush=True)
        if own.height:
            told = own.select(*CORRIDOR, "good", "event", "trial", "reach", "p_value", "first_look", *STOPS_A_NAME)
            tests.append(told.with_columns(seed=seed))
    if tests:
        print(over_looks(pl.concat(tests)))
    return 0


def over_looks(tests: pl.DataFrame) -> str:
    """Tell how many corridors and worlds had any named, with intervals, and how often a smallest p-value was small.

    Corridors of one world share hubs and months, so their interval is too narrow; worlds are independent. One lot into
    a hub is the first leg of every way out of it and of several goods, so of the smallest p-values is told, too,
    through how many hubs (of one world and measure) they lead. Where a reading leaves nothing to name
    (`STOPS_A_NAME`), p counts as 1: such figures are told apart.
    """
    known = tests.filter(pl.col("p_value").is_not_null())
    ever = known.group_by("seed", *CORRIDOR).agg(pl.col("first_look").is_not_null().any().alias("is_named"))
    named, n = int(ever["is_named"].sum()), ever.height
    low, high = proportion_interval(named, n)
    lines = [
        f"all seeds: {named} of {n:,} corridors ever named, {named / n:.2%} (95 % interval {low:.2%} to {high:.2%})"
    ]
    worlds = ever.group_by("seed").agg(pl.col("is_named").any())["is_named"]
    low, high = proportion_interval(int(worlds.sum()), worlds.len())
    lines.append(f"  worlds with any named: {worlds.sum()} of {worlds.len()} (95 % interval {low:.0%} to {high:.0%})")
    since, early = pl.col("trial") == "real", pl.col("reach") <= EARLY_REACH
    kinds = {
        "the first half year": since & early,
        "the months after it": since & ~early,
        "the latest half year": ~since,
    }
    stopped = (pl.max_horizontal(STOPS_A_NAME) >= LEADS_FROM).fill_null(value=False)
    open_p = pl.when(stopped).then(1.0).otherwise("p_value")
    for words, kind in kinds.items():
        rows = known.filter(kind)
        each = rows.group_by("seed", "good", *CORRIDOR[1:], "event").agg(
            pl.col("p_value").min(), open_p.min().alias("open")
        )
        lines.append(f"  smallest p-value of all looks at {words} lay below that for {_times(each, 'p_value')}")
        lines.append(f"    where something is left to name: for {_times(each, 'open')}")
    return "\n".join(lines)


def _times(least: pl.DataFrame, name: str) -> str:
    """Say how many times as often as promised a smallest p-value was small, and through how many hubs."""
    p, n = least[name], max(least.height, 1)
    shares = ", ".join(f"{(p <= level).sum() / n / level:.1f} times {level:g}" for level in (0.01, SMALL_P))
    small = least.filter(pl.col(name) <= SMALL_P).select("seed", "event", "hub_iso3")
    return f"{shares} of {least.height:,} ({small.height} below {SMALL_P:g}, through {small.n_unique()} hubs)"


def proportion_interval(found: int, n: int) -> tuple[float, float]:
    """Exact interval of a share at 95 % (Clopper and Pearson 1934)."""
    low = float(beta.ppf(0.025, found, n - found + 1)) if found else 0.0
    return low, float(beta.ppf(0.975, found + 1, n - found)) if found < n else 1.0


def report(world: str, seed: int, declarations: int, months: int) -> tuple[str, pl.DataFrame]:
    """Tell what one world's corridor search named, beside its truth; and every test."""
    tables = build_world(load_world(world), seed=seed, declarations=declarations, months=months)
    flows, truth = complete_flows(tables["flows"]), tables["truth/corridors"]
    controls, settings = load_controls(), load_section(CorridorSettings, "corridors")
    last = flows["published_on"].max()
    if not isinstance(last, date):
        raise TypeError("flows without a day of publication")
    search = search_corridors(
        flows.lazy(),
        known_controls(controls, settings),
        last_look=look_of(last),
        settings=settings,
    )
    if search.tests.is_empty():
        return f"seed {seed}: {'; '.join(search.notes)}", search.tests
    ever = search.tests.filter(pl.col("first_look").is_not_null()).select(CORRIDOR).unique()
    looked = search.tests.select(CORRIDOR).unique()
    ranks = ranked(corridor_findings(search.tests, search.amounts))
    evasion = truth.filter(pl.col("kind") == "evasion")
    named_true = ever.join(evasion.select(CORRIDOR).unique(), on=CORRIDOR, how="semi").height
    lines = [
        f"seed {seed}: {search.tests.height:,} corridor-months of {looked.height:,} corridors looked at; "
        f"{ever.height} corridors named, {named_true} of them planted ({ever.height / looked.height:.2%} named)"
    ]
    large = planted_sizes(flows, evasion).filter(pl.col("size") >= LARGE)
    seen = large.join(ranks.select(*CORRIDOR, "rank", "q_value", "is_named", "leading_rival"), on=CORRIDOR, how="left")
    unseen = unseen_because(least_usd=settings.material_usd)
    seen = seen.with_columns(pl.when(pl.col("rank").is_null() | (pl.col("rank") > TOP)).then(unseen).alias("why"))
    shown = seen.filter(pl.col("why").is_null())
    top = seen.filter(pl.col("rank") <= TOP).height
    lines.append(
        f"  planted above {LARGE:g} times the usual flow: {large.height}, in the top {TOP}: {top}, "
        f"named: {seen['is_named'].sum()}; published figures show {shown.height} of them"
    )
    lines += [
        f"    {row['mineral']}: {row['origin_iso3']}>{row['hub_iso3']}>{row['destination_iso3']}, "
        f"{row['size']:.1f} times, {row['kg']:,.0f} kg a month, rank {row['rank'] or 'not looked at'}"
        + (f" ({row['why']})" if row["why"] else "")
        + (f", likelier read as {row['leading_rival'].removeprefix('rival_')}" if row["leading_rival"] else "")
        for row in seen.sort("size", descending=True).iter_rows(named=True)
    ]
    for row in truth.filter(pl.col("kind") != "evasion").iter_rows(named=True):
        there = ranks.filter(pl.col("hub_iso3") == row["hub_iso3"])
        if row["mineral"] is not None:
            there = there.filter(pl.col("mineral") == row["mineral"])
        mine = there if row["hs_codes"] is None else of_rival(there, row, flows)
        lines.append(f"  honest {row['kind']} in {row['hub_iso3']}: best {_best(mine)}")
        if there.height > mine.height:
            lines[-1] += f"; other ways of the mineral through it: {_best(there.join(mine, on=CORRIDOR, how='anti'))}"
    return "\n".join(lines), search.tests


def _best(ranks: pl.DataFrame) -> str:
    if ranks.is_empty():
        return "not looked at"
    first = ranks.row(0, named=True)
    return f"rank {first['rank']}, {'named' if first['is_named'] else 'not named'}, q {first['q_value']:.2f}"


def of_rival(ranks: pl.DataFrame, rival: dict[str, Any], flows: pl.DataFrame) -> pl.DataFrame:
    """Keep the corridors whose second leg can be what a lawful rival sells: mostly its code, since it opened.

    Mostly: at least half of the value that left the hub for the destination, in the codes tested, over the half year
    that ends with the row's month.
    """
    sold = lane_figures(flows).filter(pl.col("start") == rival["hub_iso3"], pl.col("period") >= rival["period"])
    codes = pl.col("good").str.split("#").list.first().str.split(";").alias("hs6")
    legs = (
        ranks.select(*CORRIDOR, codes, pl.col("period").alias("until"))
        .explode("hs6")
        .join(sold.rename({"end": "destination_iso3"}), on=["destination_iso3", "hs6"], how="left")
        .filter(pl.col("period").is_between(pl.col("until").dt.offset_by("-5mo"), pl.col("until")))
        .group_by(CORRIDOR)
        .agg(pl.col("usd").filter(pl.col("hs6") == rival["hs_codes"]).sum().alias("own"), pl.col("usd").sum())
    )
    own = legs.filter(pl.col("own") > 0, 2 * pl.col("own") >= pl.col("usd"))
    return ranks.join(own.select(CORRIDOR), on=CORRIDOR, how="semi", maintain_order="left")


def ranked(findings: pl.DataFrame) -> pl.DataFrame:
    """Number each corridor's first row; minerals that are told of by the same figures share one number.

    `is_named`: it was named in any month; the others are ranked as what to look at next, not as findings. `q_value` is
    the smallest of its rows.
    """
    figures = ["origin_iso3", "hub_iso3", "destination_iso3", "good", "event", "look", "trial"]
    ever = findings.group_by(CORRIDOR).agg(
        pl.col("first_flagged_on").is_not_null().any().alias("is_named"), pl.col("q_value").min()
    )
    first = findings.unique(CORRIDOR, keep="first", maintain_order=True).drop("q_value")
    numbers = first.select(figures).unique(keep="first", maintain_order=True).with_row_index("rank", 1)
    told = first.join(numbers, on=figures, how="left", maintain_order="left")
    return told.join(ever, on=CORRIDOR, how="left", maintain_order="left")


def unseen_because(*, least_usd: float) -> pl.Expr:
    """Say why no statistics can show a planted corridor; null where they can."""
    half = 0.5 * pl.col("kg") * pl.col("months")
    return (
        pl.when(pl.col("usd_half_year") < least_usd).then(pl.lit("its half year is worth less than the floor"))
        .when(pl.col("in_kg") < half).then(pl.lit("no statistics show it come to the hub"))
        .when(pl.col("out_kg") < half).then(pl.lit("no statistics show it leave the hub"))
    )  # fmt: skip


def planted_sizes(flows: pl.DataFrame, evasion: pl.DataFrame) -> pl.DataFrame:
    """Measure each planted corridor: `kg` a month while it ran over `months`, and `size` over the usual flow.

    Also what was published of it: `in_kg`, `out_kg` from its first month to the one after its last (the larger side of
    each month), and `usd_half_year`, the value of at most six such months at its codes' usual price.
    """
    numbers = ("kg", "size", "months", "in_kg", "out_kg", "usd_half_year")
    if evasion.is_empty():
        return pl.DataFrame(schema={**dict.fromkeys(CORRIDOR, pl.String), **dict.fromkeys(numbers, pl.Float64)})
    lanes = lane_figures(flows)
    rows = []
    for key, own in evasion.partition_by(CORRIDOR, as_dict=True).items():
        _, origin, hub, place = key
        begun, codes = own["period"].min(), {code for text in own["hs_codes"] for code in text.split(";")}
        own_codes = lanes.filter(pl.col("hs6").is_in(sorted(codes)))
        year = own_codes.filter(
            pl.col("period").is_between(pl.lit(begun).dt.offset_by("-12mo"), pl.lit(begun), closed="left")
        )
        ran = own_codes.filter(pl.col("period").is_between(begun, pl.lit(own["period"].max()).dt.offset_by("1mo")))
        ways = ((origin, hub), (hub, place))
        legs = [float(_on(year, *way)["kg"].sum()) / 12.0 for way in ways]
        seen = [float(_on(ran, *way)["most_kg"].sum()) for way in ways]
        months = own["period"].n_unique()
        kg = float(own["diverted_kg"].sum()) / months
        price = float(ran["usd"].sum()) / max(float(ran["most_kg"].sum()), 1.0)
        rows.append((*key, kg, kg / max(*legs, 1.0), float(months), *seen, kg * min(months, 6) * price))
    return pl.DataFrame(rows, schema=[*CORRIDOR, *numbers], orient="row")


def lane_figures(flows: pl.DataFrame) -> pl.DataFrame:
    """Sum flows by lane (`start`, `end`), code and month: `kg` by the importer, else the exporter; `most_kg`, `usd`."""
    is_import = pl.col("direction") == "import"
    return (
        flows.filter(pl.col("freq") == "M")
        .group_by(
            pl.when(is_import).then("partner_iso3").otherwise("reporter_iso3").alias("start"),
            pl.when(is_import).then("reporter_iso3").otherwise("partner_iso3").alias("end"),
            pl.col("hs_code").str.slice(0, 6).alias("hs6"),
            "period",
        )
        .agg(
            pl.coalesce(pl.col("net_kg").filter(is_import).max(), pl.col("net_kg").max()).alias("kg"),
            pl.col("net_kg").max().alias("most_kg"),
            pl.col("value_usd").filter(pl.col("net_kg") > 0).max().alias("usd"),
        )
    )


def _on(lanes: pl.DataFrame, start: str, end: str) -> pl.DataFrame:
    return lanes.filter(pl.col("start") == start, pl.col("end") == end)


if __name__ == "__main__":
    sys.exit(main())
