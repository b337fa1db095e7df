"""The closest honest explanation of what speaks for doubt: which ordinary trade would look most like this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from features.evidence import Evidence

READINGS: Mapping[str, tuple[str, ...]] = {
    "a new trader or a new customer: new names are ordinary, and most are honest": (
        "exporter_new",
        "consignee_new",
        "pair_new",
        "goods_new_for_exporter",
        "lane_new_for_exporter",
    ),
    "a lawful re-export or a forwarder's hub: most cargo through a hub is what it is said to be": (
        "hub_on_route",
        "free_zone",
        "detour",
        "loop",
        "place_mismatch",
        "slow_transit",
        "forwarder_consignee",
        "passes_goods_on",
        "sends_on_received",
        "corridor_surge",
        "beyond_destination",
    ),
    "a better grade, a sample or a price that moved: ordinary goods differ in price and packing": (
        "unit_value_high",
        "unit_value_low",
        "price_like_mineral",
        "packing_off",
        "tare_off",
    ),
    "a dense variant of ordinary goods, or a mass or volume typed wrongly": (
        "density_off",
        "density_like_mineral",
        "heavy_in_small_space",
        "container_overfull",
    ),
    "a reclassification, or a loose description: codes of neighbouring goods are often confused": (
        "heading_mismatch",
        "term_mismatch",
        "vague_text",
        "remark_missing",
        "lane_gap",
        "lane_lost",
        "lane_gap_suspected",
    ),
    "a sale within one group, or a customer that orders in small lots": ("same_group", "many_small_lots"),
    "papers that are on their way: a licence or a source's record not yet in the tables": (
        "licence_missing",
        "licence_mismatch",
        "licence_overdrawn",
        "no_source",
        "ledger_short",
    ),
}
"""Honest trade and the doubts it would raise too, as the look-alikes of the literature; the wording is our own."""


def evidence_families(registry: Sequence[Evidence]) -> dict[str, str]:
    """Name the family of each piece of evidence."""
    return {one.code: one.family for one in registry}


def closest_honest(families: Mapping[str, str]) -> pl.Expr:
    """Say the honest reading that explains most of the `reasons` told, and how many of them it leaves unexplained.

    Explained is a reason that the reading would raise too; the sum of strengths decides, the order of READINGS among
    equals. Null where no reason is told, or none of them has an honest reading.
    """
    known = {name: tuple(code for code in codes if code in families) for name, codes in READINGS.items()}
    reasons = pl.col("reasons")
    code, strength = pl.element().struct.field("code"), pl.element().struct.field("strength")
    explained = [
        reasons.list.eval(pl.when(code.is_in(list(codes))).then(strength).otherwise(0.0)).list.sum()
        for codes in known.values()
    ]
    counts = [reasons.list.eval(code.is_in(list(codes)).cast(pl.Int64)).list.sum() for codes in known.values()]
    best = pl.concat_list(explained).list.arg_max()
    left = reasons.list.len().cast(pl.Int64) - pl.concat_list(counts).list.get(best, null_on_oob=True)
    name = best.replace_strict(dict(enumerate(known)), default=None, return_dtype=pl.String)
    rest = (
        pl.when(left == 0)
        .then(pl.lit("; it would explain everything told here"))
        .otherwise(pl.format("; it leaves {} of the reasons told here unexplained", left))
    )
    return pl.when(pl.concat_list(explained).list.max() > 0).then(pl.concat_str([name, rest]))
