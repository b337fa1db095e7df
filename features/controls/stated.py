"""Figures that a text states, against the bounds of an item: goods on the wrong side of one are others of that code."""

from __future__ import annotations

import polars as pl

from features.controls.frames import ControlList
from features.lookback import settled

_NUMBER = r"\d+(?:[.,]\d+)?"
_UNITS = {
    "g_cm3": r"g\s*/\s*(?:cm\s*\^?3|cc)",
    "mpa": r"mpa",
    "um": r"(?:μm|um|microns?|micromet(?:er|re)s?)",
    "wh_kg": r"wh\s*/\s*kg",
}
_AT_LEAST = r"(?:>|≥|=>|\bmin\.?|\babove|\bover|\bat least|\bmore than|大于|不小于|以上)"
_AT_MOST = r"(?:<|≤|=<|\bmax\.?|\bbelow|\bunder|\bup to|\bless than|小于|不大于)"
_BOUNDS = {
    "g_cm3": r"(?:^|: |, |with )density [>≥] ([\d.]+) g/cm³",
    "um": r"(?:particle|grain) size ≤ ([\d.]+) µm",
    "wh_kg": r"energy density ≥ ([\d.]+) Wh/kg",
}
_EVERY = r"^(?:both|all \w+|only with|only at|only above)\b"
"""Conditions of which each part must hold, so that one broken part frees the goods."""
_COPPER_LEAST = r"≥ ([\d.]+) % \(≥ ([\d.]+) % when doped with copper\)"
_TUNGSTEN = r"\b(9\d(?:\.\d+)?)\s?%?\s?w(?:\b|[\s-]*ni)"
_W_G_CM3, _CU_G_CM3 = 19.25, 8.96  # CRC Handbook; what is pressed of both is at most as dense as their mixture
_BARE_DENSITY = r"density\s*[:=]?\s*(\d{1,2}\.\d{1,3})\b"
_COPPER = r"\bw\s?-?(\d{2})[\s/-]*cu\s?-?(\d{2})\b", r"\b(\d{2})\s?%?\s?w[\s/-]*(\d{2})\s?%?\s?cu\b"


def item_bounds(controls: ControlList) -> pl.DataFrame:
    """Read the bounds that a figure in a text can break, of conditions all of whose parts must hold.

    Columns `item_id`, `least_g_cm3`, `least_mpa` (where the item has one strength alone), `most_um`, `least_wh_kg`,
    `least_share` and `is_share_strict`, `least_undoped_share` (of tungsten without copper); null where the item has no
    such bound.
    """
    condition = pl.col("condition")
    strengths = condition.str.extract_all(r"[>≥] [\d.]+ MPa")
    read = {name: condition.str.extract(pattern, 1).cast(pl.Float64) for name, pattern in _BOUNDS.items()}
    only_one = pl.when(strengths.list.len() == 1).then(strengths.list.first().str.extract(r"([\d.]+)", 1))
    return controls.items.filter(condition.str.contains(_EVERY)).select(
        "item_id",
        least_g_cm3=read["g_cm3"],
        least_mpa=only_one.cast(pl.Float64),
        most_um=read["um"],
        least_wh_kg=read["wh_kg"],
        least_share="min_purity_share",
        least_undoped_share=condition.str.extract(_COPPER_LEAST, 1).cast(pl.Float64) / 100,
        is_share_strict=condition.str.contains(r"(?:purity|content|elements) > |^only above ").fill_null(value=False),
    )


def stated_figures(text: pl.Expr) -> dict[str, pl.Expr]:
    """Read densities, strengths, sizes and shares: of several the one that speaks most for the item.

    A figure said as a limit that leaves the item open ("at least 1.70 g/cm3", "below 200 um") is none.

    >>> texts = pl.DataFrame({"text": ["1.70 g/cm³, 20 MPa", ">1.7 g/cc", "5-200 um", "W70Cu30", None]})
    >>> said = texts.select(**stated_figures(pl.col("text")))
    >>> said.select("g_cm3", "mpa", "um", "share").rows()[:3]
    [(1.7, 20.0, None, None), (None, None, None, None), (None, None, 5.0, None)]
    >>> said["share"].to_list()[3:]
    [0.7, None]
    """
    plain = text.str.slice(0, 2_000).str.normalize("NFKC").str.to_lowercase()
    found: dict[str, pl.Expr] = {}
    for name, unit in _UNITS.items():
        open_side = _AT_MOST if name == "um" else _AT_LEAST
        told = plain.str.extract_all(rf"(?:{_NUMBER}\s*(?:-|~|–|to|至)\s*)?{_NUMBER}\s*{unit}")
        numbers = told.list.join(" ").str.replace_all(r"cm\s*\^?3", "").str.extract_all(_NUMBER)
        values = numbers.list.eval(pl.element().str.replace(",", ".").cast(pl.Float64))
        is_open = plain.str.contains(rf"{open_side}\s*(?:of )?{_NUMBER}\s*{unit}")
        found[name] = pl.when(~is_open).then(values.list.min() if name == "um" else values.list.max())
    shares = [(plain.str.extract(pattern, 1), plain.str.extract(pattern, 2)) for pattern in _COPPER]
    tungsten = [
        pl.when(one.cast(pl.Int32) + rest.cast(pl.Int32) == 100).then((one.cast(pl.Float64) / 100).round(2))
        for one, rest in shares
    ]
    copper_doped = pl.coalesce(tungsten)
    mixed = 1.0 / (copper_doped / _W_G_CM3 + (1.0 - copper_doped) / _CU_G_CM3)
    bare = plain.str.extract(_BARE_DENSITY, 1).cast(pl.Float64)
    has_copper = plain.str.contains(r"\bcu|cu\b|copper|铜")
    undoped = pl.when(~has_copper).then((plain.str.extract(_TUNGSTEN, 1).cast(pl.Float64) / 100).round(4))
    found["g_cm3"] = pl.coalesce(found["g_cm3"], bare, mixed)
    return {**found, "share": copper_doped, "undoped_share": undoped}


def breaks_every_item(rows: pl.DataFrame, controls: ControlList) -> pl.Series:
    """Tell the rows whose text states a figure on the wrong side of a bound of every item that their code names.

    `rows`: `control_items`, `description`, `stated_purity_share`. False where nothing is named or stated.
    """
    bounds = item_bounds(controls)
    numbered = rows.lazy().select("control_items", "description", "stated_purity_share").with_row_index("__row")
    bound = bounds["item_id"].implode()
    asked = settled(
        numbered.filter(pl.col("description").str.contains(r"\d"))
        .filter(pl.col("control_items").list.eval(pl.element().is_in(bound)).list.any())
        .explode("control_items", empty_as_null=False, keep_nulls=False)
        .rename({"control_items": "item_id"})
        .join(bounds.lazy(), on="item_id", how="left")
        .with_columns(**stated_figures(pl.col("description")))
        .with_columns(share=pl.min_horizontal("share", pl.col("stated_purity_share").cast(pl.Float64).round(7)))
    )
    share, least = pl.col("share"), pl.col("least_share")
    broken = [
        pl.col("g_cm3") < pl.col("least_g_cm3"),
        pl.col("mpa") < pl.col("least_mpa"),
        pl.col("um") > pl.col("most_um"),
        pl.col("wh_kg") < pl.col("least_wh_kg"),
        pl.col("undoped_share") < pl.col("least_undoped_share"),
        pl.when("is_share_strict").then(share <= least).otherwise(share < least),
    ]
    is_broken = pl.any_horizontal(one.fill_null(value=False) for one in broken)
    freed = asked.group_by("__row").agg(is_broken.all().alias("is_free")).filter("is_free")["__row"]
    return pl.select(pl.int_range(rows.height, dtype=pl.UInt32).is_in(freed.implode()).alias("is_free")).to_series()
