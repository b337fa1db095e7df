"""What is watched: goods, where they come from, whom they are kept from, and since when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

SHARED_HEADINGS: dict[str, str] = {
    "250410": "natural graphite in powder or flakes of every grade",
    "280450": "boron beside tellurium",
    "280530": "all rare-earth metals, scandium and yttrium, light and heavy alike",
    "282560": "germanium oxides beside zirconium dioxide",
    "282590": "oxides, hydroxides and peroxides of tungsten, gallium, bismuth, indium and other metals without a code "
    "of their own",
    "282739": "chlorides of gallium and germanium beside those of many other metals",
    "283090": "sulphides of antimony beside those of every metal but sodium",
    "284190": "antimonates and bismuthates beside other salts of metal acids",
    "284290": "tellurides and selenides beside other salts of inorganic acids",
    "284690": "compounds of every rare earth but cerium, light and heavy alike",
    "284990": "carbides of tungsten and of other metals, and boron carbide",
    "285000": "gallium nitride and boron nitride beside other hydrides, nitrides, silicides and borides",
    "285390": "gallium and other phosphides beside distilled water and amalgams",
    "380110": "artificial graphite of every grade, controlled and free",
    "380190": "graphite pastes, blocks and plates of every grade, and other carbon preparations",
    "381800": "silicon wafers beside those of gallium, germanium and indium compounds",
    "810690": "bismuth of purities on both sides of the controlled one",
    "811292": "gallium, germanium, indium, niobium and vanadium (before 2022 hafnium and rhenium too), unwrought, "
    "waste and powders",
    "811299": "articles of gallium, germanium, indium, niobium and vanadium (before 2022 hafnium and rhenium too)",
    "811300": "cermets of tungsten and of other metals",
    "850511": "all permanent magnets of metal, with and without rare earths",
}
"""Six-digit codes that hold more than the controlled good; wording after the WCO's Harmonized System 2022."""


@dataclass(frozen=True, slots=True)
class Watch:
    """One question: do `hs_codes` from `origins` reach `destinations` through third countries since `events`?"""

    name: str
    """Controlled mineral, or any name."""
    hs_codes: tuple[str, ...]
    """Six-digit codes."""
    origins: tuple[str, ...]
    destinations: tuple[str, ...]
    """Whom the goods are kept from. Empty: every country."""
    events: tuple[date, ...]
    """First days of the measures."""
    hubs: tuple[str, ...] = ()
    """Empty: every third country."""
    controls: tuple[str, ...] = ()
    """Announcements behind the events, named in the report."""
    everywhere_since: tuple[date, ...] = ()
    """Events that bind every destination: after these, destinations that are not in the list are looked at as well."""
    longer_codes: tuple[str, ...] = ()
    """Codes as they were given, of which only the six digits that all countries share can be read."""
    is_placebo: bool = False
    """Goods that no measure touches, looked at to learn what chance looks like."""


def watched_codes(watches: Iterable[Watch]) -> pl.LazyFrame:
    """List which code belongs to which watch: `mineral`, `hs6`."""
    rows = [{"mineral": one.name, "hs6": code} for one in watches for code in sorted(set(one.hs_codes))]
    return pl.LazyFrame(rows, schema={"mineral": pl.String, "hs6": pl.String})


def watched_places(watches: Iterable[Watch]) -> pl.LazyFrame:
    """Say what each watch covers: `mineral`, lists of `origins`, `destinations` and `hubs`, and `everywhere`.

    An empty list stands for all. `everywhere`: month numbers of the events that bind every destination.
    """
    schema: dict[str, pl.DataType] = {"mineral": pl.String()}
    schema |= {name: pl.List(pl.String) for name in ("origins", "destinations", "hubs")}
    schema |= {"everywhere": pl.List(pl.Int32)}
    rows = [
        (
            one.name,
            list(one.origins),
            list(one.destinations),
            list(one.hubs),
            sorted({day.year * 12 + day.month - 1 for day in one.everywhere_since}),
        )
        for one in watches
    ]
    return pl.LazyFrame(rows, schema=schema, orient="row")


def is_kept_from() -> pl.Expr:
    """The destination is one that the measure (`event`) keeps the goods from, by name or with all others.

    On rows that carry the columns of `watched_places`.
    """
    listed = pl.col("destinations").list.contains(pl.col("destination_iso3"))
    return (pl.col("destinations").list.len() == 0) | listed | pl.col("everywhere").list.contains(pl.col("event"))


def neighbour_codes(watches: Iterable[Watch], known_codes: Sequence[str]) -> pl.LazyFrame:
    """List the codes of the same chapter that a watch does not name, where its goods could lawfully or not be moved."""
    rows = [
        {"mineral": one.name, "hs6": code}
        for one in watches
        for code in sorted(set(known_codes) - set(one.hs_codes))
        if not one.is_placebo and code[:2] in {named[:2] for named in one.hs_codes}
    ]
    return pl.LazyFrame(rows, schema={"mineral": pl.String, "hs6": pl.String})


def what_six_digits_hide(hs_codes: Iterable[str]) -> str:
    """Say in one sentence which of the codes hold other goods as well; empty where none is known to.

    >>> what_six_digits_hide(["811292"])[:60]
    'Six digits cannot tell the goods apart: 811292 holds gallium'
    """
    mixed = [f"{code} holds {SHARED_HEADINGS[code]}" for code in sorted(set(hs_codes)) if code in SHARED_HEADINGS]
    if not mixed:
        return ""
    return "Six digits cannot tell the goods apart: " + "; ".join(mixed) + ". A rise may be of any of them."
