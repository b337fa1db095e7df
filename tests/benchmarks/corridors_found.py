"""`python -m tests.benchmarks.corridors_found [--world hard] [--seeds 1 2 3]`: corridors named in generated worlds.

Everything printed is about generated worlds. A planted corridor's size is its diverted mass a month, while it ran, over
the hub's usual flow: the larger monthly mean of its two legs (importer's figure, else the exporter's) in the twelve
months before it began, in the codes it used. Ranks are those of the corridor run's own table, a corridor (mineral,
origin, hub, destination) once. In a world without evasion everything named is a
false one, and a world's rate is the share of corridors looked at that were named in any of its months.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date

import polars as pl

from features.contracts.defaults import complete_flows
from features.corridors.findings import corridor_findings
from pipelines.reference import load_controls
from pipelines.settings.closed import load_section
from pipelines.settings.corridors import CorridorSettings
from pipelines.simulate.world import build_world
from pipelines.simulate.worlds import load_world
from pipelines.steps.corridor_search import look_of, search_corridors
from pipelines.steps.watches import watches_of_controls

CORRIDOR = ["mineral", "origin_iso3", "hub_iso3", "destination_iso3"]
LARGE = 2.0  # times the usual flow
TOP = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one line for each seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--world", default="hard")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--declarations", type=int, default=20_000)
    parser.add_argument("--months", type=int, default=24)
    options = parser.parse_args(arguments)
    print(f"generated world {options.world}, {options.declarations:,} declarations, {options.months} months")
    for seed in options.seeds:
        print(report(options.world, seed, options.declarations, options.months), flush=True)
    return 0


def report(world: str, seed: int, declarations: int, months: int) -> str:
    """Tell what one world's corridor search named, beside its truth."""
    tables = build_world(load_world(world), seed=seed, declarations=declarations, months=months)
    flows, truth = complete_flows(tables["flows"]), tables["truth/corridors"]
    controls, settings = load_controls(), load_section(CorridorSettings, "corridors")
    last = flows["published_on"].max()
    if not isinstance(last, date):
        raise TypeError("flows without a day of publication")
    search = search_corridors(
        flows.lazy(),
        lambda day: watches_of_controls(controls, as_of=day, origin_iso3=settings.default_origin_iso3),
        last_look=look_of(last),
        settings=settings,
    )
    if search.tests.is_empty():
        return f"seed {seed}: {'; '.join(search.notes)}"
    ever = search.tests.filter(pl.col("first_look").is_not_null()).select(CORRIDOR).unique()
    looked = search.tests.select(CORRIDOR).unique()
    ranks = (
        corridor_findings(search.tests).unique(CORRIDOR, keep="first", maintain_order=True).with_row_index("rank", 1)
    )
    evasion = truth.filter(pl.col("kind") == "evasion")
    named_true = ever.join(evasion.select(CORRIDOR).unique(), on=CORRIDOR, how="semi").height
    lines = [
        f"seed {seed}: {search.tests.height:,} corridor-months of {looked.height:,} corridors looked at; "
        f"{ever.height} corridors named, {named_true} of them planted ({ever.height / looked.height:.2%} named)"
    ]
    large = planted_sizes(flows, evasion).filter(pl.col("size") >= LARGE)
    seen = large.join(ranks.select(*CORRIDOR, "rank", "q_value"), on=CORRIDOR, how="left")
    top = seen.filter(pl.col("rank") <= TOP).height
    lines.append(f"  planted above {LARGE:g} times the usual flow: {large.height}, in the top {TOP}: {top}")
    lines += [
        f"    {row['mineral']}: {row['origin_iso3']}>{row['hub_iso3']}>{row['destination_iso3']}, "
        f"{row['size']:.1f} times, {row['kg']:,.0f} kg a month, rank {row['rank'] or 'not looked at'}"
        for row in seen.sort("size", descending=True).iter_rows(named=True)
    ]
    rivals = truth.filter(pl.col("kind") != "evasion")
    for row in rivals.iter_rows(named=True):
        mine = ranks.filter(pl.col("hub_iso3") == row["hub_iso3"])
        if row["mineral"] is not None:
            mine = mine.filter(pl.col("mineral") == row["mineral"])
        mine = mine.head(1)
        said = f"rank {mine['rank'].item()}, q {mine['q_value'].item():.2f}" if mine.height else "not looked at"
        lines.append(f"  honest {row['kind']} in {row['hub_iso3']}: best {said}")
    return "\n".join(lines)


def planted_sizes(flows: pl.DataFrame, evasion: pl.DataFrame) -> pl.DataFrame:
    """Measure each planted corridor: `kg` a month while it ran, `usual` and `size`."""
    if evasion.is_empty():
        return pl.DataFrame(schema={**dict.fromkeys(CORRIDOR, pl.String), "kg": pl.Float64, "size": pl.Float64})
    is_import = pl.col("direction") == "import"
    lanes = (
        flows.filter(pl.col("freq") == "M")
        .group_by(
            pl.when(is_import).then("partner_iso3").otherwise("reporter_iso3").alias("start"),
            pl.when(is_import).then("reporter_iso3").otherwise("partner_iso3").alias("end"),
            pl.col("hs_code").str.slice(0, 6).alias("hs6"),
            "period",
        )
        .agg(pl.coalesce(pl.col("net_kg").filter(is_import).max(), pl.col("net_kg").max()).alias("kg"))
    )
    rows = []
    for key, own in evasion.partition_by(CORRIDOR, as_dict=True).items():
        _, origin, hub, place = key
        begun, codes = own["period"].min(), {code for text in own["hs_codes"] for code in text.split(";")}
        year = lanes.filter(
            pl.col("hs6").is_in(sorted(codes)),
            pl.col("period").is_between(pl.lit(begun).dt.offset_by("-12mo"), pl.lit(begun), closed="left"),
        )
        legs = [
            float(year.filter(pl.col("start") == a, pl.col("end") == b)["kg"].sum()) / 12.0
            for a, b in ((origin, hub), (hub, place))
        ]
        kg = float(own["diverted_kg"].sum()) / own["period"].n_unique()
        rows.append((*key, kg, kg / max(*legs, 1.0)))
    return pl.DataFrame(rows, schema=[*CORRIDOR, "kg", "size"], orient="row")


if __name__ == "__main__":
    sys.exit(main())
