"""Judged corridors as the contract's table: one row per corridor and month, in words that name doubt, never proof."""

from __future__ import annotations

import polars as pl

from features.corridors.afterwards import borne_out_later
from features.corridors.amounts import month_number
from features.corridors.rivals import RIVALS
from features.corridors.state import corridor_name, first_of_month
from features.corridors.watch import what_six_digits_hide

LANES = ("mineral", "origin_iso3", "hub_iso3", "destination_iso3")
MENTIONED_FROM = 0.2  # a rival below this is not worth a line
MANY_TIMES = 10.0  # beyond this the excess says nothing of the little that direct trade lost


def corridor_findings(
    tests: pl.DataFrame, amounts: pl.DataFrame | None = None, pairs: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Write each corridor's latest, most telling and first named look as rows of the contract.

    `tests`: judged corridors (`judge_corridors`) with `mineral`, `good` and its `hs_codes`; of several goods, measures
    and months the one of which the strongest rival leaves most (`weight_left`) speaks for a corridor and month, what
    came later speaking for own production (`borne_out_later`, with `amounts` as there). `controls_in_force` is null
    here. Masses are null where the good is counted in USD. What six digits hide is told of the codes that either leg's
    figures are of (`told_codes`, with `pairs` as there; None: of every code looked for). Sorted by `weight_left`, then
    by q, p and name.
    """
    if tests.is_empty():
        return pl.DataFrame(schema=_SCHEMA)
    weighed = borne_out_later(tests, amounts).with_columns(weight_left())
    last = pl.col("look") == pl.col("look").max().over("mineral")
    telling = pl.col("weight_left") == pl.col("weight_left").max().over(LANES)
    chosen = weighed.filter(last | telling | (pl.col("look") == pl.col("first_look")))
    order = ["corridor_id", "weight_left", "p_value", "look", "event", "good", "trial"]
    rows = (
        chosen.with_columns(first_of_month(pl.col("post_to")).alias("period"))
        .with_columns(corridor_name(pl.col("period")).alias("corridor_id"), _usd_per_amount().alias("usd_per_amount"))
        .sort(order, descending=[name == "weight_left" for name in order], nulls_last=True)
        .unique("corridor_id", keep="first", maintain_order=True)
    )
    order = ["weight_left", "q_value", "p_value", "corridor_id"]
    return _in_contract_columns(told_codes(rows, pairs)).sort(
        order, descending=[True, False, False, False], nulls_last=True
    )


def weight_left() -> pl.Expr:
    """Weigh a corridor by its p-value, by whether its way is new, and by what the strongest rival reading leaves of it.

    −log10 of p times the goods and measures by which the corridor was tried at this look (Bonferroni: one tried more
    often finds a small p more easily; measures that compare the same months are one try), and log10 of `new_odds` (a
    diversion opens new ways more often than chance does), in all at least 0, times one less `rival_strength`: a
    likelier honest reading pulls a corridor down however small its p-value is; its q-value stays as it was. 0 where a
    leg carried no more than would be expected: the other leg's leap says nothing of this way. Null where the corridor
    was not tested. Source: as features.corridors.state.surge_strength, without an upper end.
    """
    tries = pl.struct("good", "surge", "reach").filter(pl.col("p_value").is_not_null())
    n_tries = tries.n_unique().over(*LANES, "look")
    odd = (pl.col("new_odds") / (pl.col("p_value").clip(1e-300) * n_tries)).log10()
    left = odd.clip(lower_bound=0.0) * (1.0 - pl.col("rival_strength").fill_null(0.0).clip(0.0, 1.0))
    return pl.when(pl.col("excess") <= 0.0).then(0.0).otherwise(left).alias("weight_left")


def told_codes(corridors: pl.DataFrame, pairs: pl.DataFrame | None) -> pl.DataFrame:
    """Add `told_codes`: of a good's `hs_codes`, those of which either side tells anything on either leg.

    In the months compared, `post_from` to `post_to`. `pairs`: monthly figures of both sides, `exporter_iso3`,
    `importer_iso3`, `hs6`, `period`. Codes are joined by `;`; all of `hs_codes` without `pairs`, or where nothing is
    told.
    """
    if pairs is None:
        return corridors.with_columns(pl.col("hs_codes").alias("told_codes"))
    window = ["origin_iso3", "hub_iso3", "destination_iso3", "hs_codes", "post_from", "post_to"]
    asked = corridors.select(window).unique().with_columns(pl.col("hs_codes").str.split(";").alias("hs6"))
    figures = pairs.select(
        "exporter_iso3", "importer_iso3", "hs6", month_number(pl.col("period")).alias("month")
    ).unique()
    ways = (("origin_iso3", "hub_iso3"), ("hub_iso3", "destination_iso3"))
    told = pl.concat(
        asked.explode("hs6", empty_as_null=False)
        .join(figures, left_on=[*way, "hs6"], right_on=["exporter_iso3", "importer_iso3", "hs6"])
        .filter(pl.col("month").is_between("post_from", "post_to"))
        .select(*window, "hs6")
        for way in ways
    )
    codes = told.unique().sort("hs6").group_by(window, maintain_order=True).agg(pl.col("hs6").str.join(";"))
    return corridors.join(codes, on=window, how="left", maintain_order="left").with_columns(
        pl.coalesce("hs6", "hs_codes").alias("told_codes")
    )


def _usd_per_amount() -> pl.Expr:
    return pl.coalesce(
        pl.when(pl.col(f"{leg}_post_sum") > 0).then(pl.col(f"{leg}_post_usd") / pl.col(f"{leg}_post_sum"))
        for leg in ("out", "in")
    )


def _in_contract_columns(rows: pl.DataFrame) -> pl.DataFrame:
    """Name, round and word what the contract asks for; the figures for ranking and pages stay beside it."""
    mixes = {codes: what_six_digits_hide(codes.split(";")) for codes in rows["told_codes"].unique()}
    kg = pl.when("is_mass").then
    return rows.with_columns(
        pl.col("told_codes").replace_strict(mixes, return_dtype=pl.String).alias("mix"),
        pl.when(pl.col("first_look").is_not_null())
        .then(first_of_month(pl.col("first_look")))
        .alias("first_flagged_on"),
    ).select(
        "corridor_id",
        "mineral",
        "hs_codes",
        "origin_iso3",
        "hub_iso3",
        "destination_iso3",
        "period",
        *(kg(pl.col(f"excess{end}")).alias(f"excess_kg{end}") for end in ("", "_low", "_high")),
        (pl.col("excess") * pl.col("usd_per_amount")).alias("excess_usd"),
        (pl.col("excess").clip(lower_bound=0.0) / pl.col("deficit")).clip(upper_bound=1.0).alias("deflection_share"),
        "p_value",
        "q_value",
        "first_flagged_on",
        _evidence().alias("evidence"),
        _rivals().alias("rival_explanations"),
        pl.lit(None, dtype=pl.List(pl.String)).alias("controls_in_force"),
        "rival_strength",
        "leading_rival",
        "weight_left",
        "event",
        "look",
        "good",
        "trial",
        *RIVALS,
    )


_SCHEMA: dict[str, pl.DataType] = {
    **dict.fromkeys(("corridor_id", "mineral", "hs_codes", "origin_iso3", "hub_iso3", "destination_iso3"), pl.String()),
    "period": pl.Date(),
    **dict.fromkeys(("excess_kg", "excess_kg_low", "excess_kg_high", "excess_usd"), pl.Float64()),
    **dict.fromkeys(("deflection_share", "p_value", "q_value"), pl.Float64()),
    "first_flagged_on": pl.Date(),
    "evidence": pl.String(),
    "rival_explanations": pl.String(),
    "controls_in_force": pl.List(pl.String()),
    "rival_strength": pl.Float64(),
    "leading_rival": pl.String(),
    "weight_left": pl.Float64(),
    "event": pl.Int32(),
    "look": pl.Int32(),
    "good": pl.String(),
    "trial": pl.String(),
    **dict.fromkeys(RIVALS, pl.Float64()),
}


def _number(name: str) -> pl.Expr:
    return pl.col(name).round(0).cast(pl.Int64).cast(pl.String)


def _evidence() -> pl.Expr:
    unit = pl.when("is_mass").then(pl.lit("kg")).otherwise(pl.lit("USD"))
    start, end = (
        first_of_month(pl.col("post_from")).dt.strftime("%Y-%m"),
        first_of_month(pl.col("post_to")).dt.strftime("%Y-%m"),
    )
    inflow = pl.format(
        "From {} to {}, {} {} went from {} to {} where {} would be expected.",
        start, end, _number("in_post_sum"), unit, "origin_iso3", "hub_iso3", _number("in_expected"),
    )  # fmt: skip
    outflow = pl.format(
        " {} {} left {} for {} where {} would be expected.",
        _number("out_post_sum"), unit, "hub_iso3", "destination_iso3", _number("out_expected"),
    )  # fmt: skip
    unseen = pl.lit(" What leaves the hub is not in these figures.")
    by_value = [
        pl.when(pl.col(f"{leg}_scale") != 1.0).then(
            pl.lit(f" Nobody weighed what {went} the hub: its mass is told by its value, at the other leg's price.")
        )
        for leg, went in (("in", "came to"), ("out", "left"))
    ]
    lost = pl.format(" Direct trade fell short of its past by {} {}.", _number("deficit"), unit)
    bound = pl.format(" At most {} {} can have been passed on.", _number("rerouted"), unit)
    novel = pl.when(pl.col("is_novel")).then(_nothing_before())
    moves = pl.when(pl.col("comovement") >= 0.5).then(
        pl.format(" Outflow follows inflow (rank correlation {}).", pl.col("comovement").round(2))
    )
    parts = [inflow, pl.coalesce(outflow, unseen), *by_value, lost, _deflected(), bound, novel, moves, _chance()]
    mix = pl.when(pl.col("mix") != "").then(pl.concat_str(pl.lit(" "), "mix"))
    return pl.concat_str([part.fill_null("") for part in [*parts, mix]])


def _deflected() -> pl.Expr:
    """Set the excess beside what direct trade lost; what is more than all of it cannot be that trade."""
    excess, low, high = (pl.col(f"excess{end}").clip(lower_bound=0.0) for end in ("", "_low", "_high"))
    part, times = (excess / pl.col("deficit")), (excess / pl.col("deficit")).round(2)
    most = pl.when(high > pl.col("deficit")).then(pl.lit("more than all")).otherwise(_per_cent(high))
    least = pl.when(low > pl.col("deficit")).then(pl.lit("more than all")).otherwise(_per_cent(low))
    share = pl.format(" The excess is {} of that (interval {} to {}).", _per_cent(excess), least, most)
    how_much = pl.when(part > MANY_TIMES).then(pl.lit("many")).otherwise(times.cast(pl.String))
    more = pl.format(" The excess is {} times that: the rest cannot be what direct trade lost.", how_much)
    return pl.when(part > 1.0).then(more).otherwise(share)


def _per_cent(amount: pl.Expr) -> pl.Expr:
    return pl.format("{} %", (100 * amount / pl.col("deficit")).round(0).cast(pl.Int64))


def _nothing_before() -> pl.Expr:
    """Say of the leg that `is_novel` looked at, the outflow where it is known, that its year before carried nothing."""
    hub, out_known = pl.col("hub_iso3"), pl.col("out_year_sum").is_not_null()
    start = pl.when(out_known).then(hub).otherwise("origin_iso3")
    end = pl.when(out_known).then("destination_iso3").otherwise(hub)
    return pl.format(" In the year before these months nothing is recorded from {} to {}.", start, end)


def _chance() -> pl.Expr:
    """Say how many placebo corridors rose at least as far, and p, which is no share of them.

    p is estimated beyond the last placebos by a fitted tail, and blends all placebos with the corridor's own origin's
    and good's (models.corridor_tests).
    """
    p = pl.col("p_value")
    told = pl.when(p < 0.0001).then(pl.lit("under 0.0001")).otherwise(p.round_sig_figs(2).cast(pl.String))
    none = pl.format(" None of {} placebo corridors looks so; p, estimated beyond them, is {}.", "n_placebos", told)
    some = pl.format(
        " {} of {} placebo corridors look at least so; p, in which those of its own origin and good may count for "
        "more, is {}.", "n_placebos_as_far", "n_placebos", told
    )  # fmt: skip
    return pl.when(pl.col("n_placebos_as_far") == 0).then(none).otherwise(some)


def _rivals() -> pl.Expr:
    lines = [
        pl.when(pl.col(code) >= MENTIONED_FROM).then(
            pl.concat_str(pl.lit(words), pl.lit(" ("), pl.col(code).round(2).cast(pl.String), pl.lit(")"))
        )
        for code, words in RIVALS.items()
    ]
    told = pl.concat_str(lines, separator="; ", ignore_nulls=True)
    leading = pl.col("leading_rival").replace_strict(
        {code: f"Likelier reading: {words.split(':', 1)[0]}. " for code, words in RIVALS.items()},
        default="",
        return_dtype=pl.String,
    )
    nothing = pl.lit("No other reading stands out in these figures; own checks are needed all the same.")
    return pl.concat_str(leading, pl.when(told == "").then(nothing).otherwise(told))
