"""The hidden truth per declaration, border crossing and corridor, kept apart: nothing that scores may read it."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.settings.simulate import SimulateSettings
from pipelines.simulate.background import growing_hub
from pipelines.simulate.catalogue import coded
from pipelines.simulate.draws import Ints, alphabetical, order_by
from pipelines.simulate.evaders import Agents
from pipelines.simulate.lookalikes import LOOKALIKES
from pipelines.simulate.movements import UNDECLARED, Setting
from pipelines.simulate.rivals import rivals
from pipelines.simulate.schemes import NAMES, SCHEMES
from pipelines.simulate.worlds import drawn_names

AGENTS_PER_PART = 10**6


def settings_truth(settings: SimulateSettings, seed: int) -> pl.DataFrame:
    """Write down the numbers that this world was drawn with."""
    numbers = {"seed": float(seed)} | drawn_names(settings)
    return pl.DataFrame({"setting": list(numbers), "value": list(numbers.values())})


def declaration_truth(world: Setting, rows: pl.DataFrame, papers: pl.DataFrame) -> pl.DataFrame:
    """Say of each declaration what it really was."""
    goods, codes = world.goods, world.places.codes
    scheme, good = rows["scheme"].to_numpy(), rows["good"].to_numpy()
    controlled = np.array(goods.texts("role"))[good] == "controlled"
    cares = ("care_price", "care_volume", "care_packing", "care_text")
    care = rows.select(pl.mean_horizontal(cares)).to_series().to_numpy()
    evading = np.zeros(len(world.firms.weight), dtype=np.int64)
    evading[_evading_firms(rows)] = 1
    kind_of_trader = np.where(scheme >= 0, 2, evading[rows["firm"].to_numpy()])

    frame = pl.DataFrame(
        {
            "declaration_id": papers["declaration_id"],
            "is_violation": scheme >= 0,
            "typology": coded([one.typology for one in SCHEMES], scheme),
            "scheme": coded(NAMES, scheme),
            "lookalike": coded(list(LOOKALIKES), rows["lookalike"].to_numpy()),
            "mineral": coded(goods.texts("mineral"), np.where(controlled | (scheme >= 0), good, -1)),
            "true_form": coded(goods.names, good),
            "true_hs_code": coded(goods.texts("hs_code"), good),
            "true_kg": rows["kg"],
            "true_origin_iso3": coded(codes, rows["origin"].to_numpy()),
            "hub_iso3": coded(codes, rows["hub"].to_numpy()),
            "true_destination_iso3": coded(codes, rows["destination"].to_numpy()),
            "trader_kind": coded(("honest", "evader_honest_trade", "evader"), kind_of_trader),
            "agent": np.where(
                rows["agent"].to_numpy() >= 0, rows["agent"].to_numpy() + AGENTS_PER_PART * world.part, -1
            ),
            "tactic_no": rows["tactic"],
            "forgery": np.where(scheme >= 0, care, np.nan),
        }
    )
    return frame.with_columns(
        pl.when(pl.col("agent") >= 0).then("agent").alias("agent"),
        pl.col("forgery").fill_nan(None).round(4),
    )


def _evading_firms(rows: pl.DataFrame) -> Ints:
    return rows.filter(pl.col("scheme") >= 0)["firm"].unique().sort().to_numpy()


def trader_truth(world: Setting, moved: pl.DataFrame) -> pl.DataFrame:
    """Say of each trader what it is: schemes, minerals, hubs, group, first and last day; `moved` holds undeclared lots.

    A trader is `evader` when it evaded at least once; its other trade is honest all the same.
    """
    firms, minerals = world.firms, pl.Series(world.goods.texts("mineral"))
    codes, names = pl.Series(world.places.codes), pl.Series(NAMES)
    bad, on_paper = pl.col("scheme") >= 0, pl.col("direction") != UNDECLARED
    day = pl.col("day").cast(pl.Int32).cast(pl.Date)

    def listed(texts: pl.Series, column: str) -> pl.Expr:
        at = pl.col(column).replace(-1, None)
        return at.replace_strict(range(len(texts)), texts).drop_nulls().unique().sort().str.join(";").replace("", None)

    everybody = moved.group_by("firm").agg(
        on_paper.sum().alias("n_declarations"),
        (~on_paper).sum().alias("n_undeclared_lots"),
        day.min().alias("first_on"),
        day.max().alias("last_on"),
    )
    evaders = (
        moved.filter(bad)
        .group_by("firm")
        .agg(
            on_paper.sum().alias("n_violations"),
            listed(names, "scheme").alias("schemes"),
            listed(minerals, "good").alias("minerals"),
            listed(codes, "hub").alias("hubs"),
            (pl.col("same_group") == 1).any().alias("is_same_group_abroad"),
            day.min().alias("evades_from"),
            day.max().alias("evades_to"),
        )
    )
    table = everybody.join(evaders, on="firm", how="left", maintain_order="left")
    firm = table["firm"]
    return (
        table.with_columns(
            pl.col("n_violations").fill_null(0),
            pl.col("is_same_group_abroad").fill_null(value=False),
            firms.exporter_id.gather(firm).alias("exporter_id"),
            codes.gather(pl.Series(firms.country).gather(firm)).alias("country_iso3"),
            pl.when(pl.col("schemes").is_null()).then(pl.lit("honest")).otherwise(pl.lit("evader")).alias("kind"),
        )
        .select(
            "exporter_id",
            "kind",
            "country_iso3",
            "n_declarations",
            "n_violations",
            "n_undeclared_lots",
            "schemes",
            "minerals",
            "hubs",
            "is_same_group_abroad",
            "first_on",
            "last_on",
            "evades_from",
            "evades_to",
        )
        .sort("exporter_id")
    )


def change_truth(world: Setting, agents: Agents, changes: pl.DataFrame) -> pl.DataFrame:
    """Say when which evader changed what, and why."""
    firms = world.firms.exporter_id
    holder = firms.gather(agents.whole("firm")[changes["agent"].to_numpy()])
    return changes.with_columns(
        holder.alias("exporter_id"),
        pl.col("day").cast(pl.Int32).cast(pl.Date).alias("changed_on"),
        (pl.col("agent") + AGENTS_PER_PART * world.part).alias("agent"),
    ).select("agent", "exporter_id", "changed_on", "what", "before", "after", "why")


def leg_truth(world: Setting, legs: pl.DataFrame, papers: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Name the crossings: which declaration, from where to where, what and how much."""
    codes, names = world.places.codes, world.goods.names
    movement, scheme = legs["movement"], rows["scheme"].gather(legs["movement"])
    identifier = papers["declaration_id"].extend_constant(None, rows.height - papers.height).gather(movement)
    number = identifier.cast(pl.Int64).fill_null(2**40)  # what has no declaration comes last
    form = pl.Series(alphabetical(world.goods.names)).gather(legs["good"])
    order = order_by(*(key.to_numpy() for key in (legs["left"], number, legs["leg"], form, legs["kg"])))
    return legs.select(
        identifier.alias("declaration_id"),
        "leg",
        coded(NAMES, scheme.to_numpy()).alias("scheme"),
        coded(codes, legs["from_place"].to_numpy()).alias("from_iso3"),
        coded(codes, legs["to_place"].to_numpy()).alias("to_iso3"),
        coded(names, legs["good"].to_numpy()).alias("form"),
        "kg",
        "lost_kg",
        pl.col("left").cast(pl.Int32).cast(pl.Date).alias("left_on"),
        pl.col("arrived").cast(pl.Int32).cast(pl.Date).alias("arrived_on"),
        (scheme >= 0).alias("is_violation"),
    )[order]


def corridor_truth(world: Setting, legs: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """List corridors by month: the planted ones, and the honest rivals that only look like them.

    `diverted_kg` is the whole trade of the corridor, not only the sampled part; null for the honest rivals.
    """
    codes, minerals = pl.Series(world.places.codes), pl.Series(world.goods.texts("mineral"))
    hs6 = pl.Series([code[:6] for code in world.goods.texts("hs_code")])
    share = world.config.evasion.coverage_share
    m = legs["movement"]
    planted = legs.with_columns(
        rows["scheme"].gather(m).alias("scheme"),
        rows["origin"].gather(m).alias("origin"),
        rows["hub"].gather(m).alias("hub"),
    ).filter((pl.col("leg") == 2) & (pl.col("scheme") >= 0))
    named = planted.select(
        minerals.gather(planted["good"]).alias("mineral"),
        codes.gather(planted["origin"]).alias("origin_iso3"),
        codes.gather(planted["hub"]).alias("hub_iso3"),
        codes.gather(planted["to_place"]).alias("destination_iso3"),
        pl.col("left").cast(pl.Int32).cast(pl.Date).dt.truncate("1mo").alias("period"),
        hs6.gather(planted["good"]).alias("hs6"),
        (pl.col("kg") / share).alias("diverted_kg"),
    )
    keys = ["mineral", "origin_iso3", "hub_iso3", "destination_iso3", "period"]
    evasion = (
        named.sort(*keys, "hs6", "diverted_kg")
        .group_by(keys, maintain_order=True)
        .agg(pl.col("hs6").unique().sort().str.join(";").alias("hs_codes"), pl.col("diverted_kg").sum().round(2))
        .with_columns(pl.lit("evasion").alias("kind"))
    )
    return evasion.select([*keys, "hs_codes", "diverted_kg", "kind"])


def all_corridors(world: Setting, planted: list[pl.DataFrame]) -> pl.DataFrame:
    """Put the planted corridors of a world's parts together, and the honest rivals beside them."""
    keys = ["mineral", "origin_iso3", "hub_iso3", "destination_iso3", "period"]
    evasion = (
        pl.concat(planted)
        .sort(*keys, "hs_codes", "diverted_kg")
        .group_by(keys, maintain_order=True)
        .agg(
            pl.col("hs_codes").str.split(";").explode().unique().sort().str.join(";"),
            pl.col("diverted_kg").sum().round(2),
            pl.col("kind").first(),
        )
    )
    honest = [
        (
            world.goods.texts("mineral")[one.good],
            world.goods.texts("hs_code")[one.good][:6],
            one.place,
            one.opens,
            one.kind,
            0 if one.kind == "stock_draw" else one.place,
        )
        for one in rivals(world)
    ]
    honest.append(("", "", growing_hub(world), (world.first_day + world.last_day) // 2, "growing_hub", 0))
    texts = [world.places.codes[one[2]] for one in honest]
    rival = pl.DataFrame(
        {
            "mineral": [one[0] for one in honest],
            "origin_iso3": [world.places.codes[one[5]] for one in honest],
            "hub_iso3": texts,
            "destination_iso3": ["USA"] * len(honest),
            "period": pl.Series([one[3] for one in honest], dtype=pl.Int32).cast(pl.Date).dt.truncate("1mo"),
            "hs_codes": [one[1] for one in honest],
            "diverted_kg": pl.Series([None] * len(honest), dtype=pl.Float64),
            "kind": [one[4] for one in honest],
        }
    ).with_columns(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in ("mineral", "hs_codes"))
    order = [*keys, "hs_codes", "diverted_kg", "kind"]
    return pl.concat([evasion.select(order), rival.select(order)]).sort("kind", *keys)
