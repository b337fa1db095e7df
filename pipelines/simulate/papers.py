"""Declarations: the papers that traders write about their movements."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from features.contracts import Declarations
from features.countries import country_name
from pipelines.simulate.catalogue import coded
from pipelines.simulate.disguises import rewritten
from pipelines.simulate.draws import Bools, Ints, day_number, own_numbers, scramble, stream
from pipelines.simulate.movements import DESKS, DIRECTIONS, EXPORT, MODES_TEXT, TRANSIT, Setting
from pipelines.simulate.names import FORWARDERS, written_names
from pipelines.simulate.routes import paper_routes
from pipelines.simulate.schemes import NAMES
from pipelines.simulate.texts import describe

REMARKS_FROM = date(
    2025, 1, 1
)  # since 2025 some goods need "controlled / not controlled" in the remarks (indicators.md 23)
FORWARDER_CONSIGNEE_SHARE = 0.02
AMENDED_SHARE = 0.035


def write_papers(world: Setting, rows: pl.DataFrame, licence_no: pl.Series, figures: pl.DataFrame) -> pl.DataFrame:
    """Write one declaration a movement, complete; in the order of the movements, with declaration_id; words as Enum.

    `figures` are those of figures.paper_figures for the same movements.
    """
    rng = stream(world.seed, "papers")
    count = rows.height
    firms, places, goods = world.firms, world.places, world.goods
    at = {name: rows[name].to_numpy() for name in rows.columns}
    paper, firm = at["paper"], at["firm"]
    codes = places.codes
    number = 10**9 + own_numbers(stream(world.seed, "declaration_id"), 10**9, count, part=world.part, parts=world.parts)
    evades = at["agent"] >= 0
    by_hub = evades & (at["hub"] >= 0)
    forwarded = rng.random(count) < np.where(by_hub, 0.08, FORWARDER_CONSIGNEE_SHARE)
    usual = np.where(at["forwarder"] >= 0, at["forwarder"], firms.forwarder[firm])
    mine = np.where(rng.random(count) < 0.8, usual, rng.integers(0, FORWARDERS, count))
    broker = scramble(mine, np.full(count, world.seed)) % 90_000 + 10_000
    frame = pl.DataFrame(
        {
            "declaration_id": number,
            "declared_on": pl.Series(at["day"]).cast(pl.Int32).cast(pl.Date),
            "direction": coded(DIRECTIONS, at["direction"]),
            "office_id": coded(office_names(world), offices(world, rows)),
            "hs_code": coded(goods.texts("hs_code"), np.where(at["code"] >= 0, at["code"], paper)),
            "description": describe(world, rows),
            "exporter_id": firms.exporter_id.gather(firm),
            "exporter_name": written_names(
                firms.name_en.gather(firm),
                firms.name_cn.gather(firm),
                np.where(rng.random(count) < 0.5, 0, rng.integers(0, 11, count)),
            ),
            "consignee_id": _buyer_ids(world, rows),
            "consignee_name": written_names(
                _buyer_names(world, rows, forwarded, broker),
                pl.repeat("", count, eager=True),
                np.where(rng.random(count) < 0.6, 0, rng.integers(0, 8, count)),
            ),
            "declarant_id": broker,
            "origin_iso3": coded(codes, at["declared_origin"]),
            "dispatch_iso3": coded(codes, at["dispatch"]),
            "destination_iso3": coded(codes, at["declared_destination"]),
            "transport_mode": coded(MODES_TEXT, at["mode"]),
            "licence_no": licence_no,
            "control_remark": _remarks(world, rng, rows),
            "end_use": coded(
                goods.texts("use_cn") + goods.texts("use_en"),
                np.where(rng.random(count) < 0.5, paper + len(goods.names), paper),
            ),
            "amended": rng.random(count) < np.where(by_hub, 0.10, AMENDED_SHARE),
            "later": rng.integers(1, 12, count),
        }
    )
    frame = frame.hstack(figures).hstack(paper_routes(world, rows).drop("left_on", "arrived_on"))
    frame = frame.with_columns(
        pl.col("declaration_id", "declarant_id").cast(pl.String),
        pl.when("amended").then(pl.col("declared_on") + pl.duration(days="later")).alias("amended_on"),
        pl.col("n_containers", "n_packages").cast(pl.Int64),
    )
    return frame.select(list(Declarations.columns()))


def identifiers_of(papers: pl.DataFrame, movements: int) -> pl.Series:
    """Return the declaration of each movement; movements without a paper come last and have none."""
    return papers["declaration_id"].extend_constant(None, movements - papers.height)


def lose_cells(world: Setting, declarations: pl.DataFrame) -> pl.DataFrame:
    """Empty cells at random, column by column, whatever the label; call once the rows are in their final order."""
    rows = declarations.height
    missing = {str(column): share for column, share in world.config.missing.items()}
    kept = {
        column: pl.Series(stream(world.seed, "missing", column).random(rows) >= missing.get(column, 0.0))
        for column in declarations.columns
        if missing.get(column, 0.0) > 0
    }
    return declarations.with_columns(pl.when(keep).then(pl.col(column)).alias(column) for column, keep in kept.items())


REGIONS = ("22", "31", "53", "42", "02", "37", "72", "51")
"""Customs districts of the home regions."""


def office_names(world: Setting) -> list[str]:
    """Name every office: three a home region, then three a country."""
    local = [region + counter for region in REGIONS for counter in ("01", "08", "25")]
    foreign = [f"{code}-{counter}" for code in world.places.codes for counter in ("01", "02", "04")]
    return local + foreign


def offices(world: Setting, rows: pl.DataFrame) -> Ints:
    """Number the office of each movement: one of the exporter's region, or of the country where it is filed abroad."""
    firm, direction, desk = (rows[name].to_numpy() for name in ("firm", "direction", "desk"))
    abroad = np.where(
        direction == TRANSIT, np.maximum(rows["hub"].to_numpy(), 0), rows["declared_destination"].to_numpy()
    )
    of_region = world.firms.region[firm] * DESKS + desk
    return np.asarray(np.where(direction == EXPORT, of_region, len(REGIONS) * DESKS + abroad * DESKS + desk))


def _buyer_ids(world: Setting, rows: pl.DataFrame) -> pl.Series:
    same = np.flatnonzero(rows["same_group"].to_numpy() == 1)
    firm, place = (rows[name].to_numpy()[same] for name in ("firm", "declared_destination"))
    group = scramble(firm + 10**7 * world.part, place + 10_000) % 900_000_000 + 100_000_000
    own = world.firms.buyer_id.gather(rows["consignee"])
    return rewritten(own, [(same, "B" + pl.Series(group).cast(pl.String))])


def _buyer_names(world: Setting, rows: pl.DataFrame, forwarded: Bools, broker: np.ndarray) -> pl.Series:
    places = pl.Series([country_name(code) for code in world.places.codes])
    same = np.flatnonzero(rows["same_group"].to_numpy() == 1)
    token = world.firms.token.gather(rows["firm"].to_numpy()[same])
    sister = token + " (" + places.gather(rows["declared_destination"].to_numpy()[same]) + ") Co., Ltd."
    by_forwarder = np.flatnonzero(forwarded)
    forwarder = "Global Link Logistics " + pl.Series(broker[by_forwarder] % 60).cast(pl.String) + " Co., Ltd."
    own = world.firms.buyer_name.gather(rows["consignee"])
    return rewritten(own, [(by_forwarder, forwarder), (same, sister)])


def _remarks(world: Setting, rng: np.random.Generator, rows: pl.DataFrame) -> pl.Series:
    paper, day = rows["paper"].to_numpy(), rows["day"].to_numpy()
    goods = world.goods
    touches = np.array(
        [
            role == "controlled" or (role == "lookalike" and mineral != "")
            for role, mineral in zip(goods.texts("role"), goods.texts("mineral"), strict=True)
        ]
    )[paper]
    asked = touches & (day >= day_number(REMARKS_FROM)) & (rows["direction"].to_numpy() == EXPORT)
    written = asked & (rng.random(rows.height) < 0.78)
    denied = (rows["scheme"].to_numpy() == NAMES.index("no_licence")) & (rng.random(rows.height) < 0.6)
    controlled = world.rules.needs_licence(paper, day) & ~denied
    words = ["", "属于两用物项", "controlled dual-use item", "属于出口管制物项"]
    words += ["不属于出口管制物项", "not controlled", "不属于两用物项"]
    yes, no = rng.integers(1, 4, rows.height), rng.integers(4, 7, rows.height)
    return coded(words, np.where(written, np.where(controlled, yes, no), 0))
