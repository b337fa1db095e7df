"""Figures that a text states, against the bounds of an item: do goods reach them all, or break one."""

from __future__ import annotations

import polars as pl

from features.beside import told_once
from features.controls.frames import ControlList
from features.lookback import settled

_NUMBER = r"\d+(?:[.,]\d+)?"
_UNITS = {
    "g_cm3": r"g\s*/\s*(?:cm\s*\^?3|cc)",
    "mpa": r"mpa",
    "um": r"(?:μm|um|microns?|micromet(?:er|re)s?)",
    "wh_kg": r"wh\s*/\s*kg",
    "gpa": r"gpa",
}
_AT_LEAST = r"(?:>|≥|=>|\bmin\.?|\babove|\bover|\bat least|\bmore than|大于|不小于|以上)"
_AT_MOST = r"(?:<|≤|=<|\bmax\.?|\bbelow|\bunder|\bup to|\bless than|小于|不大于)"
_LEAST = {
    "g_cm3": r"(?:^|: |, |with )density [>≥] ([\d.]+) g/cm³",
    "wh_kg": r"energy density ≥ ([\d.]+) Wh/kg",
    "bore_mm": r"cylinder bore ≥ ([\d.]+) mm",
    "gpa": r"pressure ≥ ([\d.]+) GPa",
    "um": r"grain size ([\d.]+) to [\d.]+ µm",
    "size_mm": r"block \d+ × \d+ × ([\d.]+) mm",
}
_MOST = {"um": r"(?:particle|grain) size (?:≤|[\d.]+ to) ([\d.]+) µm"}
_STRENGTH = r"[>≥] [\d.]+ MPa"
_SHARE = r"[\w ]*(?:purity|content|elements) [>≥] [\d.]+ %"
_ABOVE = ("g_cm3", "mpa")  # bounds that goods must exceed
_BENT = "flex|bend|弯|抗折"  # graphite withstands more pressure than bending, and bending is what is asked
_EVERY = r"^(?:both|all \w+|only with|only at|only above)\b"
"""Conditions of which each part must hold, so that one broken part frees the goods."""
_JOINTS = r"^(?:both|all \w+|any of|only with|only)[: ]|[, ]"
_PARTS = "|".join([*(f"[a-z ]*{one}" for one in (*_LEAST.values(), *_MOST.values())), f"[a-z ]*{_STRENGTH}", _SHARE])
_COPPER_LEAST = r"≥ ([\d.]+) % \(≥ ([\d.]+) % when doped with copper\)"
_TUNGSTEN = r"\b(9\d(?:\.\d+)?)\s?%?\s?w(?:\b|[\s-]*ni)"
_W_G_CM3, _CU_G_CM3 = 19.25, 8.96  # CRC Handbook; what is pressed of both is at most as dense as their mixture
_BARE_DENSITY = r"density\s*[:=]?\s*(\d{1,2}\.\d{1,3})\b"
_COPPER = r"\bw\s?-?(\d{2})[\s/-]*cu\s?-?(\d{2})\b", r"\b(\d{2})\s?%?\s?w[\s/-]*(\d{2})\s?%?\s?cu\b"
_BORE = rf"(?:\bbore|cylinder(?: diameter)?|缸径)\s*[:=]?\s*({_NUMBER})\s*mm"
_BY = rf"\s*(?:mm)?\s*[x×*]\s*{_NUMBER}"
_SIZE = rf"{_NUMBER}{_BY}(?:{_BY})?\s*mm|\bdia(?:meter)?\.? ?{_NUMBER}\s*mm"
_HOLLOW = r"tub(?:e|ing)|pipe|\bwall\b|\b[oi]\.?d\b|管"
"""Of hollow goods the least figure may be the wall."""


def item_bounds(controls: ControlList) -> pl.DataFrame:
    """Read the bounds that a figure in a text can reach or break.

    Columns `item_id`; `least_g_cm3`, `least_mpa` (where the item has one strength alone), `least_um`, `least_wh_kg`,
    `least_gpa`, `least_bore_mm`, `least_size_mm` (of the least side of a body); `most_um`; `least_share` and
    `is_share_strict`, `least_undoped_share` (of tungsten without copper); null where the item has no such bound.
    `is_whole` where these are all that the condition asks; `is_any` where one of them is enough, which only counts
    where they are all.
    """
    condition = pl.col("condition")
    strengths = condition.str.extract_all(_STRENGTH)
    least = {f"least_{name}": condition.str.extract(one, 1).cast(pl.Float64) for name, one in _LEAST.items()}
    most = {f"most_{name}": condition.str.extract(one, 1).cast(pl.Float64) for name, one in _MOST.items()}
    only_one = pl.when(strengths.list.len() == 1).then(strengths.list.first().str.extract(r"([\d.]+)", 1))
    return controls.items.select(
        "item_id",
        **least,
        **most,
        least_mpa=only_one.cast(pl.Float64),
        least_share="min_purity_share",
        least_undoped_share=condition.str.extract(_COPPER_LEAST, 1).cast(pl.Float64) / 100,
        is_share_strict=condition.str.contains(r"(?:purity|content|elements) > |^only above ").fill_null(value=False),
        is_whole=condition.str.replace_all(_PARTS, "").str.replace_all(_JOINTS, "") == "",
        is_any=condition.str.starts_with("any of"),
        is_every=condition.str.contains(_EVERY),
    ).filter(pl.col("is_every") | (pl.col("is_any") & pl.col("is_whole"))).drop("is_every")  # fmt: skip


def stated_figures(text: pl.Expr) -> dict[str, pl.Expr]:
    """Read densities, strengths, sizes and shares, each from the least to the most that the text leaves open.

    Null where nothing is said, and on the side that a limit leaves open (`> 1.7 g/cc` may be any more).

    >>> texts = pl.DataFrame({"text": ["1.70 g/cm³, 20 MPa", ">1.7 g/cc", "5-200 um", "W70Cu30", None]})
    >>> said = texts.select(**stated_figures(pl.col("text")))
    >>> said.select("low_g_cm3", "high_g_cm3", "high_mpa", "low_um", "high_um").rows()[:3]
    [(1.7, 1.7, 20.0, None, None), (1.7, None, None, None, None), (None, None, None, 5.0, 200.0)]
    >>> said["share"].to_list()[3:]
    [0.7, None]
    """
    plain = text.str.slice(0, 2_000).str.normalize("NFKC").str.to_lowercase()
    found: dict[str, pl.Expr] = {}
    for name, unit in _UNITS.items():
        told = plain.str.extract_all(rf"(?:{_NUMBER}\s*(?:-|~|–|to|至)\s*)?{_NUMBER}\s*{unit}")
        values = _numbers(told.list.join(" ").str.replace_all(r"cm\s*\^?3", ""))
        is_least, is_most = (
            plain.str.contains(rf"{side}\s*(?:of )?{_NUMBER}\s*{unit}") for side in (_AT_LEAST, _AT_MOST)
        )
        found[f"low_{name}"] = pl.when(~is_most).then(values.list.min())
        found[f"high_{name}"] = pl.when(~is_least).then(values.list.max())
    found["low_mpa"] = pl.when(plain.str.contains(_BENT)).then(found["low_mpa"])
    found["low_bore_mm"] = found["high_bore_mm"] = plain.str.extract(_BORE, 1).str.replace(",", ".").cast(pl.Float64)
    sizes = plain.str.extract_all(_SIZE)
    found["high_size_mm"] = pl.when((sizes.list.len() == 1) & ~plain.str.contains(_HOLLOW)).then(
        _numbers(sizes.list.first()).list.min()
    )
    found["low_size_mm"] = pl.lit(None, pl.Float64)  # which of its sides is which is not told
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
    found["low_g_cm3"] = pl.coalesce(found["low_g_cm3"], bare)
    found["high_g_cm3"] = pl.coalesce(found["high_g_cm3"], bare, mixed)
    return {**found, "share": copper_doped, "undoped_share": undoped}


def _numbers(text: pl.Expr) -> pl.Expr:
    return text.str.extract_all(_NUMBER).list.eval(pl.element().str.replace(",", ".").cast(pl.Float64))


def with_answers(asked: pl.LazyFrame, controls: ControlList) -> pl.LazyFrame:
    """Add `is_broken` and `is_reached` to rows of `item_id`, `description` and `stated_purity_share`.

    Broken where a figure is on the wrong side of a bound that must hold (of any one, all of them); reached where the
    text states figures that meet the whole condition, by the least they may be. Both false where it does not say.
    """
    figures = (figure.alias(name) for name, figure in stated_figures(pl.col("description")).items())
    told = told_once(settled(asked), "description", *figures).lazy()
    joined = told.join(item_bounds(controls).lazy(), on="item_id", how="left")
    share = pl.min_horizontal("share", pl.col("stated_purity_share").cast(pl.Float64).round(7))
    least = pl.col("least_share")
    under_share = pl.when("is_share_strict").then(share <= least).otherwise(share < least)
    names = ("g_cm3", "mpa", "um", "wh_kg", "gpa", "bore_mm", "size_mm")
    sides = [(least, under_share, ~under_share)]
    for name in names:
        low, high, bound = pl.col(f"low_{name}"), pl.col(f"high_{name}"), pl.col(f"least_{name}")
        sides.append((bound, high < bound, low > bound if name in _ABOVE else low >= bound))
    most = pl.col("most_um")
    sides.append((most, pl.col("low_um") > most, pl.col("high_um") <= most))
    undoped = pl.col("least_undoped_share")
    sides.append((undoped, pl.col("undoped_share") < undoped, pl.col("undoped_share") >= undoped))
    broken = [wrong.fill_null(value=False) for _, wrong, _ in sides]
    all_broken = [bound.is_null() | wrong.fill_null(value=False) for bound, wrong, _ in sides]
    reached = [right.fill_null(value=False) & bound.is_not_null() for bound, _, right in sides]
    all_reached = [bound.is_null() | right.fill_null(value=False) for bound, _, right in sides]
    one_is_enough = pl.col("is_any").fill_null(value=False)
    is_broken = pl.when(one_is_enough).then(pl.all_horizontal(all_broken)).otherwise(pl.any_horizontal(broken))
    is_reached = pl.when(one_is_enough).then(pl.any_horizontal(reached)).otherwise(pl.all_horizontal(all_reached))
    whole = pl.col("is_whole").fill_null(value=False)
    return joined.with_columns(is_broken=is_broken, is_reached=is_reached & whole)


def breaks_every_item(rows: pl.DataFrame, controls: ControlList) -> pl.Series:
    """Tell the rows whose text states a figure on the wrong side of a bound of every item that their code names.

    `rows`: `control_items`, `description`, `stated_purity_share`. False where nothing is named or stated.
    """
    bound = item_bounds(controls)["item_id"].implode()
    numbered = rows.lazy().select("control_items", "description", "stated_purity_share").with_row_index("__row")
    asked = settled(
        with_answers(
            numbered.filter(pl.col("description").str.contains(r"\d"))
            .filter(pl.col("control_items").list.eval(pl.element().is_in(bound)).list.any())
            .explode("control_items", empty_as_null=False, keep_nulls=False)
            .rename({"control_items": "item_id"}),
            controls,
        ).select("__row", "is_broken")
    )
    freed = asked.group_by("__row").agg(is_free=pl.col("is_broken").all()).filter("is_free")["__row"]
    return pl.select(pl.int_range(rows.height, dtype=pl.UInt32).is_in(freed.implode()).alias("is_free")).to_series()
