"""The corridor page: what was looked at, what stands out, what else would explain it, and what cannot be seen."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
from markupsafe import Markup

from features.corridors.monitor import RECOVERY_SHARE
from features.corridors.rivals import RIVALS
from features.corridors.state import first_of_month
from features.corridors.unmatched import KINDS
from features.corridors.watch import SHARED_HEADINGS, Watch, what_six_digits_hide
from features.countries import country_name
from models.corridor_tests import CORRIDOR
from pipelines.reports.corridor_drawing import draw_leg, leg_series
from pipelines.reports.corridor_page import corridor_page, page_name
from pipelines.reports.flow_map import Leg, draw_map
from pipelines.reports.page import render
from pipelines.settings.corridors import CorridorSettings

if TYPE_CHECKING:
    from pipelines.steps.corridor_search import CorridorSearch
    from pipelines.steps.corridor_views import CorridorViews
    from pipelines.steps.monitor import Monitor


def corridors_pages(
    search: CorridorSearch,
    findings: pl.DataFrame,
    monitor: Monitor,
    balance: pl.DataFrame,
    views: CorridorViews,
    *,
    as_of: date,
    counts: dict[str, int],
    settings: CorridorSettings,
) -> dict[str, str]:
    """Render the page of a run and one for each corridor it shows, by path beside each other.

    They work offline, run no script and escape whatever somebody else wrote.
    """
    shown = findings.head(settings.n_shown_corridors)
    level = settings.false_discovery_rate
    rows = [_row(search, row, level, draw=n < settings.n_drawn_corridors) for n, row in enumerate(shown.to_dicts())]
    named = [row for row in rows if row["is_named"]]
    watched = {code for one in search.watches for code in one.hs_codes}
    pages = {}
    for number, row in enumerate(rows, start=1):
        row["page"] = f"corridors/{page_name(number, row)}"
        pages[row["page"]] = corridor_page(row, views, balance, as_of=as_of)
    whole = render(
        "corridors.html.j2",
        as_of=as_of.isoformat(),
        rows=rows,
        n_named=len(named),
        counts=counts,
        notes=search.notes,
        level=level,
        interval=settings.interval_share,
        watches=[{**asdict(one), "told_to": destinations_told(one)} for one in search.watches],
        hidden=what_six_digits_hide(watched.intersection(search.pairs["hs6"])),
        recovered_from=RECOVERY_SHARE,
        margin_share=round(100 * (2.718281828459045**search.margin.intercept - 1), 1),
        n_margin_pairs=search.margin.n_pairs,
        breaks=monitor.breaks.with_columns(places=_places()).sort("q_value", "good", "mineral").to_dicts(),
        measures=_measures(monitor),
        balance=balance.sort("impossible_low", "impossible_share", descending=True, nulls_last=True).to_dicts(),
        map=draw_map(_ways(named or rows[:5])),
        chains=views.chains.to_dicts(),
        migrations=views.migrations.to_dicts(),
        lost=views.lost.to_dicts(),
        content=views.content.head(N_SHOWN_UNMATCHED).to_dicts(),
        unmatched=views.unmatched.head(N_SHOWN_UNMATCHED).to_dicts(),
        kinds=KINDS,
        rival_names=[words.split(":", 1) for words in RIVALS.values()],
    )
    return {"corridors.html": whole, **pages}


def _ways(rows: list[dict[str, Any]]) -> list[Leg]:
    """Take both legs of each corridor, as wide as its excess in value."""
    return [
        Leg(row[start], row[end], max(row["excess_usd"] or 0.0, 0.0))
        for row in rows
        for start, end in (("origin_iso3", "hub_iso3"), ("hub_iso3", "destination_iso3"))
    ]


def _places() -> pl.Expr:
    named = pl.col("destination_iso3").map_elements(country_name, return_dtype=pl.String)
    return named.fill_null("all destinations")


def _measures(monitor: Monitor) -> list[dict[str, Any]]:
    """List what followed each measure, with the latest concentration of destinations beside it."""
    whole = monitor.months.filter(pl.col("destination_iso3").is_null()).sort("period")
    latest = whole.group_by("mineral", "kind", "good").agg(
        pl.col("concentration_hhi").drop_nulls().last(),
        pl.col("n_destinations").last(),
        pl.col("year_on_year").tail(LATEST_MONTHS).median().alias("year_on_year"),
        pl.col("unit_value_against_home").drop_nulls().last().alias("against_home"),
        pl.col("period").last().alias("last_month"),
    )
    keys = ["mineral", "kind", "good"]
    return monitor.measures.join(latest, on=keys, how="left").sort("mineral", "event_on", "kind", "good").to_dicts()


N_SHOWN_UNMATCHED = 30
LATEST_MONTHS = 3  # a quarter, so that one lot does not speak for the year


def _row(search: CorridorSearch, row: dict[str, Any], level: float, *, draw: bool) -> dict[str, Any]:
    cell = search.tests.filter(
        pl.col("mineral") == row["mineral"],
        pl.col("good") == row["good"],
        pl.col("look") == row["look"],
        pl.col("event") == row["event"],
        pl.col("trial") == row["trial"],
        pl.col("origin_iso3") == row["origin_iso3"],
        pl.col("hub_iso3") == row["hub_iso3"],
        pl.col("destination_iso3") == row["destination_iso3"],
    ).to_dicts()[0]
    places = [row["origin_iso3"], row["hub_iso3"], row["destination_iso3"]]
    return {
        **row,
        "names": [country_name(code) for code in places],
        "months": f"{month_name(cell['post_from'])} to {month_name(cell['post_to'])}",
        **told_once(str(row["evidence"])),
        **naming(search.tests, row, level),
        "rival_scores": [(words.split(":", 1)[0], float(row[code] or 0.0)) for code, words in RIVALS.items()],
        "unit": "kg" if cell["is_mass"] else "USD",
        "cell": cell,
        "charts": _charts(search, row, cell) if draw else [],
    }


def told_once(evidence: str) -> dict[str, Any]:
    """Take the note on shared codes out of the evidence, for a page that tells it once: `told`, `shared_codes`.

    >>> told_once("Much went. " + what_six_digits_hide(["280450", "850511"]) + " A bound.")
    {'told': 'Much went. A bound.', 'shared_codes': ['280450', '850511']}
    """
    found = re.search(r" ?Six digits cannot tell the goods apart: .*? A rise may be of any of them\.", evidence)
    if found is None:
        return {"told": evidence, "shared_codes": []}
    codes = sorted(code for code in SHARED_HEADINGS if f"{code} holds " in found[0])
    return {"told": evidence[: found.start()] + evidence[found.end() :], "shared_codes": codes}


def destinations_told(watch: Watch) -> str:
    """Say whom a watch looks at: those it lists, and since which measures every other country as well.

    >>> destinations_told(Watch("tin", ("800110",), ("CHN",), ("USA",), (date(2023, 8, 1),)))
    'USA'
    >>> destinations_told(Watch("tin", ("800110",), ("CHN",), (), (date(2023, 8, 1),)))
    'every country'
    """
    if not watch.destinations:
        return "every country"
    listed, days = " ".join(watch.destinations), ", ".join(day.isoformat() for day in watch.everywhere_since)
    return f"{listed}; for the measures of {days} every country" if days else listed


def month_name(number: int) -> str:
    """Write a month number as a year and a month.

    >>> month_name(2023 * 12 + 4)
    '2023-05'
    """
    return f"{number // 12}-{number % 12 + 1:02d}"


def naming(tests: pl.DataFrame, row: dict[str, Any], level: float) -> dict[str, Any]:
    """Say of a corridor and the months shown whether these months name it, and when which months first did.

    `is_named`: the row's own q is at most `level`. `named`: a word or two for the heading; `named_when`: a sentence
    with the date on which published figures were first enough, '' where they never were.
    """
    on, is_named = row["first_flagged_on"], row["q_value"] is not None and row["q_value"] <= level
    if on is None:
        return {"is_named": False, "named": "not named", "named_when": ""}
    first = tests.filter(
        *(pl.col(name) == row[name] for name in CORRIDOR), pl.col("look") == pl.col("first_look")
    ).sort("q_value", "post_from", "post_to", nulls_last=True)
    months = first.select("look", *(first_of_month(pl.col(name)).alias(name) for name in ("post_from", "post_to")))
    look, start, end = months.row(0)
    since = f"named on {on}, from {start:%Y-%m} to {end:%Y-%m}"
    if is_named:
        return {"is_named": True, "named": "named", "named_when": f"First {since}."}
    when = "earlier" if look <= row["look"] else "later"
    alone = "the months shown do not stand out by themselves"
    return {"is_named": False, "named": f"named {when}, on {on}", "named_when": f"First {since}; {alone}."}


def _charts(search: CorridorSearch, row: dict[str, Any], cell: dict[str, Any]) -> list[Markup]:
    codes, is_mass = str(row["hs_codes"]).split(";"), bool(cell["is_mass"])
    watch = next(one for one in search.watches if one.name == row["mineral"])
    unit, scale = ("t a month", 1_000.0) if is_mass else ("million USD a month", 1_000_000.0)
    origin, hub, destination = row["origin_iso3"], row["hub_iso3"], row["destination_iso3"]
    legs = [("in", origin, hub), ("out", hub, destination), ("direct", origin, destination)]
    charts = []
    for leg, start, end in legs:
        series = leg_series(search.pairs, codes, start, end, is_mass=is_mass)
        if series.is_empty():
            continue
        band = _band(cell, leg, scale)
        title = f"{country_name(start)} to {country_name(end)}"
        svg = draw_leg(series, title=title, unit=unit, events=list(watch.events), band=band)
        charts.append(Markup(svg))  # noqa: S704 - drawn here from numbers, country names and dates; vl-convert escapes text
    return charts


def _band(cell: dict[str, Any], leg: str, scale: float) -> dict[str, Any] | None:
    expected, noise, months = (cell.get(f"{leg}_{name}") for name in ("expected", "noise", "n_post"))
    if expected is None or noise is None or not months:
        return None
    days = pl.select(
        first_of_month(pl.lit(int(cell["post_from"]), pl.Int32)).alias("start"),
        first_of_month(pl.lit(int(cell["post_to"]), pl.Int32)).alias("end"),
    ).row(0)
    return {
        "start": days[0],
        "end": days[1],
        "low": max(expected - noise, 0.0) / months / scale,
        "high": (expected + noise) / months / scale,
    }
