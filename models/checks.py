"""The next check: the cheapest one that would settle most of what is told about a declaration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from features.evidence import Evidence

KINDS: Mapping[str, tuple[str, ...]] = {
    "records": (
        "disguised_text",
        "heading_mismatch",
        "lane_lost",
        "exporter_new",
        "consignee_new",
        "exporter_risk",
        "consignee_risk",
        "declarant_risk",
        "exporter_lane_risk",
        "many_small_lots",
        "same_group",
        "listed_party",
        "licence_mismatch",
    ),
    "papers": (
        "lane_gap",
        "corridor_surge",
        "term_mismatch",
        "vague_text",
        "heading_mismatch",
        "remark_conflict",
        "remark_missing",
        "unit_value_high",
        "unit_value_low",
        "price_like_mineral",
        "detour",
        "place_mismatch",
        "hub_on_route",
        "free_zone",
        "late_change",
        "pair_new",
        "goods_new_for_exporter",
        "lane_new_for_exporter",
        "party_unnamed",
        "passes_goods_on",
        "sends_on_received",
        "forwarder_consignee",
        "same_group",
        "licence_missing",
        "licence_overdrawn",
        "no_source",
        "ledger_short",
    ),
    "tracking": (
        "detour",
        "loop",
        "impossible_leg",
        "place_mismatch",
        "hub_on_route",
        "free_zone",
        "slow_transit",
        "beyond_destination",
        "corridor_surge",
    ),
    "weighing": (
        "density_off",
        "density_like_mineral",
        "container_overfull",
        "heavy_in_small_space",
        "hidden_mass",
        "packing_off",
        "tare_off",
    ),
    "opening": (
        "lane_gap_suspected",
        "term_mismatch",
        "disguised_text",
        "vague_text",
        "heading_mismatch",
        "remark_conflict",
        "remark_missing",
        "price_like_mineral",
        "density_off",
        "density_like_mineral",
        "material_mismatch",
        "heavy_in_small_space",
        "hidden_mass",
        "packing_off",
        "portfolio_shift",
    ),
}
"""Kinds of check, with the evidence that each would settle. Own judgement: what the goods are, only the goods tell."""

WORDS: Mapping[str, str] = {
    "records": "Look in the registers and earlier reports at hand.",
    "papers": "Ask for the papers behind the declaration.",
    "tracking": "Follow the container's movements with the carrier.",
    "weighing": "Weigh the consignment, and compare with the declared mass and volume.",
    "opening": "Open one package: hand-held X-ray fluorescence, and a sample for assay if it is in doubt.",
}

ENOUGH_SHARE = 0.5
"""A check is useful where it would settle at least this share of the strength told."""


def next_check(registry: Sequence[Evidence], minutes: Mapping[str, float]) -> pl.Expr:
    """Say the check that takes the fewest `minutes` among those that settle half of the `reasons` told, by strength.

    Where none settles half, the one that settles most; among equals the cheaper, then the one that settles more. It is
    worded as the strongest reason it settles words it, where that reason's own check is of this kind. Null without
    a reason, or where no kind of check is known to settle any of those told. Raises ValueError for a kind of check
    without its minutes.
    """
    if missing := [kind for kind in KINDS if kind not in minutes]:
        raise ValueError(f"minutes of a check: none given for {', '.join(missing)}")
    by_cost = sorted(KINDS, key=lambda kind: (minutes[kind], kind))
    code, strength = pl.element().struct.field("code"), pl.element().struct.field("strength")
    reasons = pl.col("reasons")
    total = reasons.list.eval(strength).list.sum()
    settled = [
        reasons.list.eval(pl.when(code.is_in(list(KINDS[kind]))).then(strength).otherwise(0.0)).list.sum()
        for kind in by_cost
    ]
    # a share beyond the half is worth nothing more: the first, which is the cheapest, is taken
    useful = pl.concat_list([pl.min_horizontal(one / total, pl.lit(ENOUGH_SHARE)).round(6) for one in settled])
    best = useful.list.arg_max()
    own = {one.code: one.next_check for one in registry if one.next_check}
    worded = [_worded(reasons, KINDS[kind], kind, own) for kind in by_cost]
    chosen = pl.coalesce(pl.when(best == number).then(words) for number, words in enumerate(worded))
    return pl.when((total > 0) & (useful.list.max() > 0)).then(chosen)


def _worded(reasons: pl.Expr, codes: Sequence[str], kind: str, own: Mapping[str, str]) -> pl.Expr:
    """Words of the strongest reason whose own check is of this kind; the kind's own where there is none."""
    first = _first_kinds()
    mine = [code for code in codes if code in own and first.get(code) == kind]
    code = pl.element().struct.field("code")
    strongest = reasons.list.eval(code.filter(code.is_in(mine))).list.first()
    said = strongest.replace_strict({one: own[one] for one in mine}, default=None, return_dtype=pl.String)
    return said.fill_null(WORDS[kind])


def _first_kinds() -> dict[str, str]:
    """Kind of each piece of evidence's own check: the cheapest kind that lists it, in the order of KINDS."""
    kinds: dict[str, str] = {}
    for kind, codes in KINDS.items():
        for code in codes:
            kinds.setdefault(code, kind)
    return kinds
