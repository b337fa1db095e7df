"""What stands beside the corridors of a run: gaps, bounds, chains, moved codes, changed forms, what a detour pays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import polars as pl

from features.corridors import (
    Watch,
    excess_over_expected,
    known_spans,
    lane_amounts,
    lane_windows,
    lay_trials,
    reported_marks,
    watched_codes,
)
from features.corridors.bounds import rerouting_bounds
from features.corridors.chains import chain_places, strongest_chains
from features.corridors.conversion import conversions
from features.corridors.goods import goods_of
from features.corridors.incentive import arbitrage_incentive, destination_prices
from features.corridors.migration import code_migrations
from features.corridors.state import first_of_month
from features.mirror import (
    Margin,
    excess_lost,
    gap_parts,
    known_at,
    ln_margin,
    pair_gaps,
    pair_mirrors,
    re_export_corrections,
    reported_periods,
    yearly_pairs,
)
from features.parties.names import party_keys
from features.parties.wording import read_names
from models.discovery import placebo_p_values, q_values
from models.gap_tests import judge_gaps
from pipelines.files import write_table
from pipelines.files.people import for_people
from pipelines.reference import load_minerals, load_name_signs
from pipelines.reference.production import metal_content
from pipelines.settings.corridors import CorridorSettings
from pipelines.steps.corridor_search import CorridorSearch, first_day

CIF_RATIO = math.exp(Margin().intercept)


@dataclass(frozen=True, slots=True, eq=False)
class CorridorViews:
    """Tables beside the corridors; each may be empty."""

    mirror: pl.DataFrame
    """Gap of each watched lane and period, monthly and yearly, with its decomposition and q."""
    bounds: pl.DataFrame
    chains: pl.DataFrame
    migrations: pl.DataFrame
    conversions: pl.DataFrame
    incentives: pl.DataFrame
    re_exports: pl.DataFrame
    lost: pl.DataFrame

    def write(self, folder: Path) -> list[Path]:
        """Write each table that has rows as Parquet and CSV."""
        paths = []
        for one in fields(self):
            table = getattr(self, one.name)
            if table.height:
                paths.append(write_table(table, folder / f"{one.name}.parquet"))
                paths.append(write_table(for_people(table), folder / f"{one.name}.csv"))
        return paths


def look_beside(
    flows: pl.LazyFrame,
    search: CorridorSearch,
    findings: pl.DataFrame,
    *,
    last_look: int,
    settings: CorridorSettings,
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
    return CorridorViews(
        mirror=_mirror(pairs, periods),
        bounds=_bounds(findings, declarations),
        chains=_chains(lanes, meant, watches),
        migrations=_migrations(flows, watches, look=last_look, settings=settings),
        conversions=_conversions(findings, search, pairs),
        incentives=_incentives(ordinary, watches, findings, last_look, settings),
        re_exports=re_export_corrections(own).collect(),
        lost=_lost(flows, watches, look=last_look, settings=settings),
    )


def lanes_now(
    pairs: pl.DataFrame, periods: pl.DataFrame, goods: Sequence[Watch], look: int, settings: CorridorSettings
) -> pl.DataFrame | None:
    """Compare every lane of the goods before and after their measures, and on placebo dates, at one look."""
    monthly, named = pairs.lazy().filter(pl.col("freq") == "M"), watched_codes(goods)
    known = known_spans(monthly, named, looks=[look])
    trials = lay_trials(goods, known, settings.windows.as_windows())
    if trials.is_empty():
        return None
    amounts = lane_amounts(monthly, named, looks=[look], cif_ratio=CIF_RATIO)
    marks = reported_marks(periods.lazy(), named, looks=[look])
    windows = lane_windows(amounts, trials.lazy(), marks, material_usd=settings.material_usd)
    return excess_over_expected(windows, _origins(goods)).collect()


def _origins(goods: Sequence[Watch]) -> pl.LazyFrame:
    rows = [{"mineral": one.name, "exporter_iso3": place} for one in goods for place in one.origins]
    return pl.LazyFrame(rows, schema={"mineral": pl.String, "exporter_iso3": pl.String})


def _mirror(pairs: pl.DataFrame, periods: pl.DataFrame) -> pl.DataFrame:
    """Take the gap of every lane, month and year, split it into its parts, and judge it against earlier ones."""
    years = yearly_pairs(pairs.lazy(), periods.lazy())
    monthly = pairs.lazy().filter(pl.col("freq") == "M")
    both = pl.concat([monthly, years], how="diagonal_relaxed")
    judged = []
    for freq in ("M", "A"):
        own = pair_gaps(both.filter(pl.col("freq") == freq)).collect()
        if own.height:
            judged.append(judge_gaps(own.drop("known_to", strict=False)))
    if not judged:
        return pl.DataFrame()
    free = pl.col("m_valuation").is_in(["FOB", "customs"]).fill_null(value=False)
    lane = ["exporter_iso3", "importer_iso3", "hs6", "freq"]
    earlier = pl.col("x_usd").shift(1).over(lane, order_by="period")
    has_before = pl.col("period").shift(1).over(lane, order_by="period") == pl.col("period").dt.offset_by("-1mo")
    late = (pl.col("freq") == "M") & has_before.fill_null(value=False)
    lagged = pl.when(late).then(LATE_SHARE * earlier + (1.0 - LATE_SHARE) * pl.col("x_usd")).otherwise("x_usd")
    parts = gap_parts(
        x_usd=pl.col("x_usd"),
        x_lagged_usd=pl.col("x_lagged_usd"),
        m_usd=pl.col("m_usd"),
        margin_ln=pl.when(free).then(0.0).otherwise(ln_margin(Margin())),
        x_kg=pl.col("x_measured_kg"),
        m_kg=pl.col("m_measured_kg"),
    )
    rows = pl.concat(judged, how="diagonal_relaxed").with_columns(lagged.alias("x_lagged_usd"))
    return rows.with_columns(**parts).sort(
        "q_value", "hs6", "exporter_iso3", "importer_iso3", "period", nulls_last=True
    )


LATE_SHARE = 0.8  # of a month's exports that arrive in the next: 25 days at sea over 30.4 (features/mirror/lags.py)


def _lost(flows: pl.LazyFrame, watches: Sequence[Watch], *, look: int, settings: CorridorSettings) -> pl.DataFrame:
    """Compare what was lost of watched goods with the origins' largest other goods."""
    treated = [
        (one.name, code, day) for one in watches for code in one.hs_codes for day in one.events if day < first_day(look)
    ]
    named = {"mineral": pl.String, "hs6": pl.String, "event_on": pl.Date}
    origins = sorted({place for one in watches for place in one.origins})
    codes = sorted({code for one in watches for code in one.hs_codes})
    hs6 = pl.col("hs_code").str.slice(0, 6)
    mine = pl.col("reporter_iso3").is_in(origins) & (pl.col("direction") == "export")
    others = (
        flows.filter(mine, hs6.str.len_chars() == 6, ~hs6.is_in(codes), pl.col("freq") == "M")
        .group_by(hs6.alias("hs6"))
        .agg(pl.col("value_usd").sum().round(0))
        .sort("value_usd", "hs6", descending=[True, False])
        .head(settings.n_placebo_codes)
        .collect()["hs6"]
        .to_list()
    )
    from_origin = mine | (pl.col("partner_iso3").is_in(origins) & (pl.col("direction") == "import"))
    world = pl.col("direction") == "import"  # any import figure tells that the partner reported the good
    own = flows.filter(hs6.is_in([*codes, *others]), from_origin | world)
    return excess_lost(
        known_at(pair_mirrors(own), pl.lit(first_day(look))),
        pl.LazyFrame(treated, schema=named, orient="row"),
        origins=origins,
    ).collect()


def _bounds(findings: pl.DataFrame, declarations: pl.DataFrame | None) -> pl.DataFrame:
    """Bound each corridor by trader, group and country, where declarations are at hand."""
    if declarations is None or findings.is_empty():
        return pl.DataFrame()
    start = first_of_month(pl.col("event")).alias("from_on")
    corridors = findings.select(
        "corridor_id", "origin_iso3", "hub_iso3", "destination_iso3",
        pl.col("hs_codes").str.split(";").alias("codes"), start,
        pl.col("period").dt.month_end().alias("to_on"),
    )  # fmt: skip
    keyed = party_keys(declarations.lazy()).collect()
    names = pl.concat(
        [
            keyed.select(pl.col(f"{side}_key").alias("party"), pl.col(f"{side}_name").alias("name"))
            for side in ("exporter", "consignee")
        ]
    ).drop_nulls()
    read = read_names(names.select("name").unique().lazy(), load_name_signs()).collect()
    own = pl.when(pl.col("own").str.len_chars() >= SHORTEST_GROUP).then("own")
    parties = (
        names.join(read.select("name", own.alias("own")), on="name", how="left")
        .filter(pl.col("own").is_not_null())
        .sort("party", "own")
        .select("party", pl.concat_str(pl.lit("group:"), "own").alias("group_id"))
        .unique("party", keep="first", maintain_order=True)
    )
    return rerouting_bounds(keyed.lazy(), corridors.lazy(), parties.lazy()).sort("corridor_id").collect()


SHORTEST_GROUP = 4  # letters of a name of one's own that make two firms one group; "Li" would join strangers


def _chains(lanes: pl.DataFrame | None, meant: pl.DataFrame, watches: Sequence[Watch]) -> pl.DataFrame:
    """Judge chains of two and three hubs against the chains of placebo dates with as many hubs."""
    if lanes is None:
        return pl.DataFrame()
    asked = chain_places(lanes.lazy()).join(pl.LazyFrame({"n_hubs": [2, 3]}), how="cross")
    key = ["mineral", "look", "event", "trial", "origin_iso3", "destination_iso3", "n_hubs"]
    rows = asked.join(strongest_chains(lanes.lazy()), on=key, how="left").collect().sort(key)
    scored = rows.with_columns(pl.col("chain_z").fill_null(0.0))
    wanted = {one.name: set(one.destinations) for one in watches}
    real, placebo = scored.filter(pl.col("trial") == "real"), scored.filter(pl.col("trial") != "real")
    parts = []
    for n_hubs in (2, 3):
        mine = real.filter(pl.col("n_hubs") == n_hubs)
        pool = placebo.filter(pl.col("n_hubs") == n_hubs)["chain_z"].to_numpy()
        if not mine.height or not len(pool):
            continue
        p = placebo_p_values(mine["chain_z"].to_numpy(), pool)
        parts.append(mine.with_columns(pl.Series("p_value", p), pl.lit(len(pool)).alias("n_placebos")))
    if not parts:
        return pl.DataFrame()
    judged = pl.concat(parts)
    told = judged.rename({"mineral": "good"}).join(meant, on="good", how="left", maintain_order="left")
    listed = pl.struct("mineral", "destination_iso3").map_elements(
        lambda one: not wanted[one["mineral"]] or one["destination_iso3"] in wanted[one["mineral"]],
        return_dtype=pl.Boolean,
    )
    told = told.filter(listed)
    told = told.with_columns(pl.Series("q_value", q_values(told["p_value"].to_numpy())))
    unit = pl.when("is_mass").then(pl.lit("kg")).otherwise(pl.lit("USD"))
    return (
        told.filter(pl.col("hubs").is_not_null())
        .select(
            "mineral", "hs_codes", "origin_iso3", "hubs", "destination_iso3", "n_hubs",
            first_of_month(pl.col("event")).alias("event_on"), first_of_month(pl.col("post_to")).alias("period"),
            "chain_z", "passed", unit.alias("unit"), "p_value", "q_value", "n_placebos",
        )
        .sort("q_value", "p_value", "mineral", "hs_codes", "hubs", "destination_iso3", "event_on")
        .unique(["mineral", "origin_iso3", "hubs", "destination_iso3"], keep="first", maintain_order=True)
    )  # fmt: skip


def _migrations(
    flows: pl.LazyFrame, watches: Sequence[Watch], *, look: int, settings: CorridorSettings
) -> pl.DataFrame:
    """Follow mass from watched codes to the other codes of their heading, and back."""
    hs6 = pl.col("hs_code").str.slice(0, 6)
    watched = {code for one in watches for code in one.hs_codes}
    headings = sorted({code[:4] for code in watched})
    near_flows = flows.filter(hs6.str.slice(0, 4).is_in(headings))
    known = near_flows.select(hs6.unique().sort()).collect().to_series().to_list()
    near_pairs = known_at(pair_mirrors(near_flows), pl.lit(first_day(look))).collect()
    near_periods = reported_periods(near_flows).filter(pl.col("available_from") < first_day(look)).collect()
    others = [
        Watch(f"{one.name}|{code}|{near}", (near,), one.origins, one.destinations, one.events)
        for one in watches
        for code in one.hs_codes
        for near in known
        if near[:4] == code[:4] and near not in watched
    ]
    each = [
        Watch(f"{one.name}|{code}", (code,), one.origins, one.destinations, one.events, one.hubs)
        for one in watches
        for code in one.hs_codes
    ]
    mine = lanes_now(near_pairs, near_periods, each, look, settings)
    theirs = lanes_now(near_pairs, near_periods, others, look, settings)
    if mine is None or theirs is None:
        return pl.DataFrame()
    name = pl.col("mineral").str.split("|")
    tidy = [
        frame.filter(pl.col("trial") == "real").with_columns(
            name.list.last().alias("hs6"), pl.concat_str(name.list.get(0), pl.lit("|"), name.list.get(1)).alias("cell")
        )
        for frame in (mine, theirs)
    ]
    barred = pl.LazyFrame(
        [{"mineral": one.name, "destination_iso3": place} for one in watches for place in one.destinations],
        schema={"mineral": pl.String, "destination_iso3": pl.String},
    )
    own, near = (frame.with_columns(pl.col("cell").alias("mineral")).drop("cell").lazy() for frame in tidy)
    by_watch = barred.join(
        pl.LazyFrame({"cell": [one.name for one in each], "mineral": [one.name.split("|")[0] for one in each]}),
        on="mineral",
        how="left",
    ).select(pl.col("cell").alias("mineral"), "destination_iso3")
    found = code_migrations(own, near, by_watch).collect()
    return found.with_columns(
        pl.col("mineral").str.split("|").list.first(),
        first_of_month(pl.col("event")).alias("event_on"),
    ).drop("event", "look")


def _conversions(findings: pl.DataFrame, search: CorridorSearch, pairs: pl.DataFrame) -> pl.DataFrame:
    """Compare the metal that came into each hub with the metal that left it, code by code."""
    if findings.is_empty():
        return pl.DataFrame()
    content = metal_content(load_minerals())
    codes = pl.DataFrame(
        [(one.name, code) for one in search.watches for code in one.hs_codes],
        schema={"mineral": pl.String, "hs6": pl.String}, orient="row",
    )  # fmt: skip
    window = findings.select(
        "mineral", "corridor_id", "origin_iso3", "hub_iso3", "destination_iso3",
        first_of_month(pl.col("event")).alias("from_on"), pl.col("period").alias("to_on"),
    ).join(codes, on="mineral", how="left")  # fmt: skip
    kg = pl.coalesce("m_kg", "x_kg").alias("kg")
    monthly = pairs.filter(pl.col("freq") == "M").select("exporter_iso3", "importer_iso3", "hs6", "period", kg)
    legs = []
    for side, start, end in (("in", "origin_iso3", "hub_iso3"), ("out", "hub_iso3", "destination_iso3")):
        rows = window.join(
            monthly, left_on=[start, end, "hs6"], right_on=["exporter_iso3", "importer_iso3", "hs6"], how="left"
        )
        n_months = 12 * (pl.col("to_on").dt.year() - pl.col("from_on").dt.year()) + (
            pl.col("to_on").dt.month().cast(pl.Int32) - pl.col("from_on").dt.month().cast(pl.Int32) + 1
        )
        since = pl.col("period").is_between("from_on", "to_on")
        before = (pl.col("period") < pl.col("from_on").dt.offset_by("-3mo")) & (
            pl.col("period") >= pl.col("from_on").dt.offset_by("-27mo")
        )
        usual = pl.col("kg").filter(before).sum() / 24.0 * n_months.first()
        legs.append(
            rows.group_by("mineral", "corridor_id", "hs6")
            .agg((pl.col("kg").filter(since).sum() - usual).clip(lower_bound=0.0).alias("kg"))
            .with_columns(pl.lit(side).alias("side"))
        )
    return conversions(pl.concat(legs).lazy(), content.lazy()).collect()


def _incentives(
    pairs: pl.LazyFrame, watches: Sequence[Watch], findings: pl.DataFrame, look: int, settings: CorridorSettings
) -> pl.DataFrame:
    """Work out what a kilogram earned on each corridor, at the unit values that both ends show."""
    if findings.is_empty():
        return pl.DataFrame()
    by_code = [
        Watch(code, (code,), one.origins, one.destinations, one.events) for one in watches for code in one.hs_codes
    ]
    amounts = lane_amounts(pairs, watched_codes(by_code), looks=[look], cif_ratio=CIF_RATIO)
    prices = destination_prices(amounts, _origins(by_code).unique()).collect()
    sides = {
        side: prices.filter(pl.col("side") == side).select(
            pl.col("mineral").alias("hs6"), pl.col("place_iso3").alias(f"{side}_iso3"),
            pl.col("usd_per_kg").alias(f"{side}_usd_per_kg"), pl.col("n_lanes").alias(f"{side}_n_lanes"),
        )
        for side in ("origin", "destination")
    }  # fmt: skip
    lanes = findings.select(
        "corridor_id", "origin_iso3", "destination_iso3", pl.col("hs_codes").str.split(";").alias("hs6"), "excess_kg"
    ).explode("hs6", empty_as_null=True)
    both = lanes.join(sides["origin"], on=["hs6", "origin_iso3"], how="left", maintain_order="left").join(
        sides["destination"], on=["hs6", "destination_iso3"], how="left", maintain_order="left"
    )
    earned = arbitrage_incentive(
        pl.col("origin_usd_per_kg"), pl.col("destination_usd_per_kg"),
        freight_share=CIF_RATIO - 1.0, penalty_share=settings.penalty_share,
    )  # fmt: skip
    return both.with_columns(earned.alias("incentive_usd_per_kg")).with_columns(
        (pl.col("incentive_usd_per_kg") / pl.col("origin_usd_per_kg")).alias("incentive_ratio")
    )


def with_bounds(corridors: pl.DataFrame, bounds: pl.DataFrame) -> pl.DataFrame:
    """Put the bounds of trader, group and country beside each corridor, as columns and as a sentence.

    Without declarations the table stays as it is, and its evidence names the country's bound alone.
    """
    if bounds.is_empty():
        return corridors
    told = pl.format(
        " Declarations at hand bound what was passed on: {} kg by the same trader, {} kg by the same group, {} kg by "
        "the country.",
        *(pl.col(f"rerouted_{level}_kg").round(0).cast(pl.Int64) for level in ("trader", "group", "country")),
    )
    one_leg = pl.format(
        " Declarations at hand cover {} kg of the first leg and none of the second: no bound by trader or group.",
        pl.col("declared_in_kg").round(0).cast(pl.Int64),
    )
    other_leg = pl.format(
        " Declarations at hand cover {} kg of the second leg and none of the first: no bound by trader or group.",
        pl.col("declared_out_kg").round(0).cast(pl.Int64),
    )
    none = pl.lit(" No declaration at hand lies on either leg: no bound by trader or group.")
    joined = corridors.join(bounds, on="corridor_id", how="left", maintain_order="left")
    return joined.with_columns(pl.concat_str("evidence", pl.coalesce(told, one_leg, other_leg, none)).alias("evidence"))
