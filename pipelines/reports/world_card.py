"""The card of a generated world: what is in it, how noisy it is, and what each sense can and cannot see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl
from markupsafe import Markup

from pipelines.reports.page import render
from pipelines.reports.world_drawing import draw_flows, draw_noise, draw_prices

NICKEL = {"5 %": 0.231, "25 %": 0.942, "50 %": 1.246, "75 %": 1.894, "95 %": 5.413, "within 25 %": 0.32}
"""Importer over exporter value, UN Comtrade, HS 260400 (nickel ore), 2000 to 2024, both sides at least 100,000 USD."""
LEAST_USD = 100_000.0
_LANE = ["period", "reporter_iso3", "partner_iso3", "direction", "hs_code"]
SENSES = (
    (
        "description",
        "false names with a leftover word, disguised letters, codes that do not fit the text",
        "careful false names, hidden goods",
    ),
    (
        "parcel",
        "price, density and packing that do not fit the goods on paper",
        "forged figures that agree, goods like their cover",
    ),
    ("routing", "detours, hubs, border roads, places that do not fit", "a consignment that goes where its paper says"),
    (
        "parties",
        "young firms, new pairs, groups at both ends, earlier findings",
        "old firms with clean records, evaders after a change of forwarder",
    ),
    (
        "licences",
        "controlled goods named openly without cover, borrowed or overdrawn licences",
        "goods under another name: no licence is asked for",
    ),
    (
        "mirror",
        "lots that leave as something else or not at all, and arrive as what they are",
        "one lot among ordinary noise; countries that publish late or never",
    ),
    (
        "corridors",
        "steady diversion through a third country after a measure",
        "single lots, hubs with trade of their own, the first months",
    ),
)
"""What each sense can see, and what it cannot."""
MADE_FOR = {
    "misdeclaration": "description, parcel",
    "concealment": "parcel, mirror",
    "transshipment": "routing, corridors",
}


_ENGINE: Final = "streaming"


def world_page(tables: Mapping[str, pl.LazyFrame], *, about: str, seed: int) -> str:
    """Render the card from a world's tables, the truth included; it works offline and runs no script.

    Tables are asked for in the order in which those of a large world are laid together.
    """
    noise = mirror_ratios(tables["flows"])
    truth = tables["truth/declarations"]
    violations, rows = truth.select(pl.col("is_violation").sum(), pl.len()).collect(engine=_ENGINE).row(0)
    lookalikes = truth.drop_nulls("lookalike").group_by("lookalike").len().sort("lookalike")
    charts = _charts(tables, noise)
    day = pl.col("declared_on")
    first, last = tables["declarations"].select(day.min(), day.max().alias("last")).collect(engine=_ENGINE).row(0)
    public = [name for name in tables if not name.startswith("truth/")]
    return render(
        "world.html.j2",
        about=about,
        seed=seed,
        first=first,
        last=last,
        violations=violations,
        share=violations / max(rows, 1),
        schemes=scheme_rows(tables, rows),
        lookalikes=lookalikes.collect(engine=_ENGINE).rows(),
        changes=tables["truth/changes"].group_by("what", "why").len().sort("what", "why").collect().rows(),
        noise=[(name, value, noise_figures(noise).get(name)) for name, value in NICKEL.items()],
        n_pairs=noise.height,
        senses=SENSES,
        charts=[Markup(one) for one in charts],  # noqa: S704 - drawn here; vl-convert escapes text
        settings=tables["truth/settings"].collect().rows(),
        counts={name: int(tables[name].select(pl.len()).collect(engine=_ENGINE).item()) for name in public},
    )


def _charts(tables: Mapping[str, pl.LazyFrame], noise: pl.DataFrame) -> list[str]:
    return [draw_flows(flows_by_month(tables)), draw_prices(prices_by_month(tables)), draw_noise(noise["ratio"])]


def scheme_rows(tables: Mapping[str, pl.LazyFrame], n_declarations: int) -> list[dict[str, Any]]:
    """Count each scheme: declarations, their share, how many were inspected and found, and mass; off paper too."""
    bad = tables["truth/declarations"].filter("is_violation").collect(engine=_ENGINE)
    finding = tables["outcomes"].select("declaration_id", "finding").collect()
    on_paper = (
        bad.join(finding, on="declaration_id", how="left", maintain_order="left")
        .group_by("scheme", "typology")
        .agg(
            pl.len().alias("declarations"),
            (pl.len() / max(n_declarations, 1)).alias("share"),
            pl.col("finding").is_not_null().sum().alias("inspected"),
            (pl.col("finding") == pl.col("typology")).sum().alias("found"),
            pl.col("true_kg").sum(),
        )
    )
    legs = tables["truth/legs"].filter(pl.col("declaration_id").is_null() & pl.col("is_violation"))
    off_paper = (
        legs.group_by("scheme").agg(pl.col("kg").sum().alias("true_kg"), pl.len().alias("lots")).collect(engine=_ENGINE)
    )
    rows = on_paper.sort("typology", "scheme").to_dicts()
    for row in rows:
        row["sense"] = MADE_FOR[row["typology"]]
    return rows + [
        {
            "scheme": name,
            "typology": "without a declaration",
            "declarations": 0,
            "share": 0.0,
            "inspected": 0,
            "found": 0,
            "true_kg": kg,
            "sense": "mirror, at most",
        }
        for name, kg, _ in off_paper.sort("scheme").rows()
    ]


def mirror_ratios(flows: pl.LazyFrame) -> pl.DataFrame:
    """Compare both sides of a pair, code and full year: `ratio`, importer over exporter value, both large enough."""
    monthly = flows.filter((pl.col("consigned_iso3").fill_null("W00") == "W00") & (pl.col("freq") == "M"))
    figures = monthly.select("period", pl.col(_LANE[1:]).cast(pl.Categorical), "value_usd", "published_on")
    newest = figures.collect(engine=_ENGINE).sort("published_on").unique(_LANE, keep="last")
    months = newest.with_columns(pl.col("period").dt.year().alias("year"))
    full = months.group_by("year").agg(pl.col("period").n_unique().alias("months")).filter(pl.col("months") == 12)
    months = months.filter(pl.col("year").is_in(full["year"].implode()))
    keys = ["seller", "buyer", "hs_code", "year"]
    sides = []
    for way, seller, buyer in (("export", "reporter", "partner"), ("import", "partner", "reporter")):
        named = months.filter(pl.col("direction") == way).rename({f"{seller}_iso3": "seller", f"{buyer}_iso3": "buyer"})
        sides.append(named.group_by(keys).agg(pl.col("value_usd").sum().alias(way)))
    both = sides[0].join(sides[1], on=keys, how="inner")
    large = both.filter((pl.col("export") >= LEAST_USD) & (pl.col("import") >= LEAST_USD))
    ratio = (pl.col("import") / pl.col("export")).alias("ratio")
    return large.select(*keys, ratio).cast({pl.Categorical: pl.String}).sort(keys)


def noise_figures(ratios: pl.DataFrame) -> dict[str, float]:
    """Sum the noise up in the figures of the nickel ore; empty where there is no pair."""
    if ratios.is_empty():
        return {}
    ratio = ratios["ratio"]
    points = {"5 %": 0.05, "25 %": 0.25, "50 %": 0.5, "75 %": 0.75, "95 %": 0.95}
    found = {name: float(ratio.quantile(at) or 0.0) for name, at in points.items()}
    return found | {"within 25 %": float(((ratio - 1).abs() <= 0.25).sum() / ratio.len())}


def flows_by_month(tables: Mapping[str, pl.LazyFrame]) -> pl.DataFrame:
    """China's direct exports of the codes of openly traded controlled goods and what third countries sell, by month."""
    truth = tables["truth/declarations"].drop_nulls("mineral")
    codes = truth.select(pl.col("true_hs_code").str.slice(0, 6).unique()).collect(engine=_ENGINE).to_series()
    exports = tables["flows"].filter(
        pl.col("hs_code").is_in(codes.implode())
        & (pl.col("freq") == "M")
        & (pl.col("consigned_iso3") == "W00")
        & pl.col("direction").is_in(["export", "re_export"])
    )
    who = (
        pl.when(pl.col("reporter_iso3") == "CHN")
        .then(pl.lit("exports of China"))
        .otherwise(pl.lit("exports of others"))
    )
    return (
        exports.group_by("period", who.alias("who"))
        .agg((pl.col("net_kg").sum() / 1000).alias("t"))
        .sort("who", "period")
        .collect(engine=_ENGINE)
    )


def prices_by_month(tables: Mapping[str, pl.LazyFrame]) -> pl.DataFrame:
    """Median price of openly declared controlled goods by month and mineral, against each mineral's first months."""
    truth = tables["truth/declarations"].filter(~pl.col("is_violation") & pl.col("mineral").is_not_null())
    price = (pl.col("value_usd") / pl.col("net_kg")).log()
    opened = (
        truth.select("declaration_id", "mineral", "true_form")
        .join(
            tables["declarations"].select("declaration_id", "declared_on", "value_usd", "net_kg"),
            on="declaration_id",
            how="inner",
        )
        .filter((pl.col("net_kg") > 0) & (pl.col("value_usd") > 0))
        .collect(engine=_ENGINE)
        .sort("declaration_id")
        .with_columns((price - price.median().over("true_form")).alias("level"))
    )
    most = opened.group_by("mineral").len().sort("len", "mineral", descending=[True, False]).head(6)["mineral"]
    return (
        opened.filter(pl.col("mineral").is_in(most.implode()))
        .group_by("mineral", pl.col("declared_on").dt.truncate("3mo").alias("period"))
        .agg(pl.col("level").median().exp().alias("level"))
        .sort("mineral", "period")
    )
