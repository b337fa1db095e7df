"""What stands beside the corridors of a run: gaps, bounds, chains, moved codes, changed forms, what a detour pays."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import polars as pl

from features.corridors.goods import goods_of
from features.mirror import (
    known_at,
    pair_mirrors,
    re_export_corrections,
    reported_periods,
)
from pipelines.files import withdraw, write_table
from pipelines.files.people import for_people
from pipelines.reference import load_minerals
from pipelines.settings.corridors import CorridorSettings
from pipelines.settings.mixed_codes import MixedCodes
from pipelines.steps.corridor_bounds import chain_bounds, corridor_bounds
from pipelines.steps.corridor_chains import judged_chains, moved_codes
from pipelines.steps.corridor_content import content_corridors
from pipelines.steps.corridor_gaps import lost_exports, mirror_gaps
from pipelines.steps.corridor_hub_share import hub_shares
from pipelines.steps.corridor_lanes import lanes_now
from pipelines.steps.corridor_mixture import code_mixtures
from pipelines.steps.corridor_search import CorridorSearch, first_day
from pipelines.steps.corridor_unmatched import unmatched_flows
from pipelines.steps.corridor_worth import corridor_conversions, corridor_incentives
from pipelines.steps.lane_lags import lane_lags


@dataclass(frozen=True, slots=True, eq=False)
class CorridorViews:
    """Tables beside the corridors; each may be empty."""

    mirror: pl.DataFrame
    """Gap of each watched lane and period, monthly and yearly, with its decomposition and q."""
    lags: pl.DataFrame
    """Which share of a month's exports arrives 0 to 3 months later, learned by pair of countries."""
    bounds: pl.DataFrame
    mixtures: pl.DataFrame
    """Bounds of the mineral's share in codes that hold several goods, by corridor, leg and code."""
    hub_shares: pl.DataFrame
    """The hub's share of the origin's goods, by import figures and by declared consignments."""
    chains: pl.DataFrame
    migrations: pl.DataFrame
    conversions: pl.DataFrame
    incentives: pl.DataFrame
    re_exports: pl.DataFrame
    lost: pl.DataFrame
    content: pl.DataFrame
    """Controlled material into a third country, goods made of it on from there, each with its q."""
    unmatched: pl.DataFrame
    """Outflow without inflow, orphan imports and lost exports, half-year by half-year, each with its q."""

    def write(self, folder: Path) -> list[Path]:
        """Write each table that has rows as Parquet and CSV; one without rows leaves no older file behind."""
        paths = []
        for one in fields(self):
            table, files = getattr(self, one.name), [folder / f"{one.name}{kind}" for kind in (".parquet", ".csv")]
            if table.height:
                paths += [
                    write_table(shown, file) for shown, file in zip((table, for_people(table)), files, strict=True)
                ]
            else:
                for file in files:
                    withdraw(file)
        return paths


def look_beside(
    flows: pl.LazyFrame,
    search: CorridorSearch,
    findings: pl.DataFrame,
    *,
    last_look: int,
    settings: CorridorSettings,
    mixed: MixedCodes,
    declarations: pl.DataFrame | None = None,
) -> CorridorViews:
    """Work out the tables beside the corridors from what was public before the last look."""
    watches = search.watches
    codes = sorted({code for one in watches for code in one.hs_codes})
    hs6 = pl.col("hs_code").str.slice(0, 6)
    own = flows.filter(hs6.is_in(codes))
    as_of = pl.lit(first_day(last_look))
    periods = reported_periods(own).filter(pl.col("available_from") < first_day(last_look)).collect()
    pairs = known_at(pair_mirrors(own), as_of).collect()
    ordinary = search.pairs.lazy()
    goods, meant = goods_of(watches)
    lanes = lanes_now(pairs, periods, goods, last_look, settings)
    lags = lane_lags(flows, pairs)
    return CorridorViews(
        mirror=mirror_gaps(pairs, periods, lags),
        lags=lags,
        bounds=corridor_bounds(findings, declarations),
        mixtures=code_mixtures(own, pairs, findings, load_minerals(), mixed),
        hub_shares=hub_shares(own, findings, declarations),
        chains=chain_bounds(judged_chains(lanes, meant, watches), declarations),
        migrations=moved_codes(flows, watches, look=last_look, settings=settings),
        conversions=corridor_conversions(findings, search, pairs),
        incentives=corridor_incentives(ordinary, watches, findings, last_look, settings),
        re_exports=re_export_corrections(own).collect(),
        lost=lost_exports(flows, watches, look=last_look, settings=settings),
        content=content_corridors(flows, watches, look=last_look, settings=settings),
        unmatched=unmatched_flows(flows, watches, look=last_look, settings=settings),
    )
