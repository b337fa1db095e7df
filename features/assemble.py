"""The rooms' tables side by side: one row of evidence per declaration. The only module that sees every room."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import polars as pl

from features import corridors, mirror
from features.background import Background, Past
from features.beside import beside
from features.completeness import complete
from features.contracts import Declarations
from features.controls import ControlList, controls_for_minerals, join_controls
from features.controls.join import ANSWERS, CONTROLLER, is_controlled_export
from features.controls.meeting import heavy_items, meets_item
from features.controls.stated import breaks_every_item
from features.corridors import build_corridor
from features.description.table import heed_remarks, judge_description
from features.evidence import Evidence
from features.ledger import build_ledger
from features.licences.table import judge_licences
from features.lookback import settle, settled
from features.minerals import Minerals
from features.mirror import judge_mirror
from features.parcel.table import judge_parcel
from features.parties.table import judge_parties
from features.registry import REGISTRY
from features.routing.departure import DEPARTED, with_departure
from features.routing.table import judge_routing
from features.rule_hits import rule_hits

_ALWAYS = (
    "declared_on",
    "direction",
    "hs_code",
    "origin_iso3",
    "dispatch_iso3",
    "destination_iso3",
    "transport_mode",
    "exporter_id",
)
_TOLD = {name for one in REGISTRY for name in one.figures} | {"net_kg", "value_usd"}
CARRIED = ("declaration_id", *(n for n in Declarations.column_names() if n in _ALWAYS or n in _TOLD))
"""Declared columns that go along with the evidence: for the models, and for the sentences that name them."""
_USD_KG = ("lane_x_usd", "lane_m_usd", "lane_x_kg", "lane_m_kg", "lane_gap_value", "lane_gap_mass")
_MIRROR_FIGURES = pl.Schema(
    dict.fromkeys(_USD_KG, pl.Float64)
    | {"lane_n_months": pl.Int64, "lane_last_month": pl.Date, "suspected_gap_hs6": pl.String}
)
_CORRIDOR_FIGURES = pl.Schema(
    dict.fromkeys(("corridor_id", "corridor_unit", "corridor_rival"), pl.String)
    | dict.fromkeys(("corridor_event_on", "corridor_period"), pl.Date)
    | dict.fromkeys(("corridor_excess", "corridor_q"), pl.Float64)
)
"""Figures of the rooms that have nothing to say without trade statistics, so that the table keeps its columns."""
_PLACES = ("destination_iso3", "origin_iso3", DEPARTED)
"""Places that the control list is asked for; what counts as left is `features.routing.departure`."""
SURE_TERM = 0.5
"""Weight from which a named mineral is taken as the one meant, before physics is asked."""


ROWS_AT_ONCE = 160_000
"""Declarations judged at once: their evidence on the way takes two thirds of a gigabyte; half as many at once cost an
eighth more (measured)."""
BATCHES_AT_ONCE = 2
"""Batches worked on side by side: half of the work of one keeps just one core busy (measured)."""


def assemble_evidence(declarations: pl.DataFrame, background: Background) -> pl.DataFrame:
    """Set the evidence of all rooms side by side.

    A column that `declarations` lacks is unknown, which is not the same as a blank in a column it has.

    Returns one row per declaration, in the order given: the carried columns, every registered column (Float32, null
    unknown) and its figures, `mineral` (what the evidence points to; null for none), `mineral_usd_per_kg`,
    `controls_in_force` and `control_conditions` for that mineral or code, and `rule_hits` (see `features.rule_hits`).
    A row's evidence depends on the row and the background alone, never on the other rows given.
    """
    return pl.concat(assemble_batches(declarations.lazy(), background), rechunk=False)


def assemble_batches(
    declarations: pl.LazyFrame, background: Background, *, rows_at_once: int = ROWS_AT_ONCE, past: Past | None = None
) -> Iterator[pl.DataFrame]:
    """Give the rows of `assemble_evidence` in batches, in the order of the table; one empty batch for an empty table.

    No more than `BATCHES_AT_ONCE` are held, beside what the rooms remember of history: a table larger than memory is
    scanned, and each batch written away, while the next is worked on. `past` is what the rooms remember where that was
    made already, of a table that holds these declarations.
    """
    known = past or Past.of(declarations, background)
    n_rows = declarations.select(pl.len()).collect().item()

    def judged(start: int) -> pl.DataFrame:
        return _assemble(declarations.slice(start, rows_at_once).collect(), background, known)

    begun: deque[Future[pl.DataFrame]] = deque()
    with ThreadPoolExecutor(BATCHES_AT_ONCE) as pool:
        for start in range(0, max(n_rows, 1), rows_at_once):
            begun.append(pool.submit(judged, start))
            if len(begun) == BATCHES_AT_ONCE:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()


def _assemble(declarations: pl.DataFrame, background: Background, past: Past) -> pl.DataFrame:
    """Set the evidence of all rooms side by side for one batch."""
    numbered = pl.int_range(pl.len(), dtype=pl.UInt32).alias("declaration_id")  # rooms join on it: a number is cheap
    given = settled(complete(declarations.lazy(), Declarations, list(Declarations.column_names())))
    given = with_departure(given, CONTROLLER, background.routing_rules)
    rows = given.with_columns(numbered).lazy()
    words = settled(
        judge_description(
            rows,
            background.minerals,
            past.wordings,
            repeated=past.texts,
            verdicts=past.verdicts,
            word_shares=background.word_shares,
            codes_of_mineral=_codes_of(background.controls),
            blank_text=past.texts_filled.strength() if "description" in declarations.columns else None,
            are_remarks_recorded=_is_recorded("control_remark", declarations, past.firsts["control_remark"]),
        )
    ).lazy()
    said = words.select("declaration_id", said_mineral=_said_mineral()).drop_nulls()
    parcel = judge_parcel(rows, past.parcel, background.minerals, said)
    seen = _one_table(settled(rows.select(*CARRIED, DEPARTED)), [words, parcel])
    asked = seen.lazy().select("hs_code", "declared_on", "direction", *_PLACES)
    by_code = join_controls(asked, background.controls, dispatch=DEPARTED, answered=past.controls_of_codes)
    answers = settled(by_code.select(list(ANSWERS)))
    named = seen.with_columns(answers.get_columns()).with_columns(mineral=_mineral())
    ruled = _controls_of_mineral(named, background.controls, past)
    is_free = breaks_every_item(
        ruled.select("control_items", "stated_purity_share", given["description"]), background.controls
    )
    needs = _needs(ruled.with_columns(is_free.alias("breaks_every_item")), background, past)
    is_in_force = pl.lit(needs["is_item_by_words"]) & is_controlled_export(DEPARTED)
    ruled = settled(heed_remarks(ruled.lazy(), is_in_force))
    others = [
        judge_routing(rows, background.distances, past.journeys, background.routing_rules, past.travelled),
        judge_parties(rows, past.parties, background.parties_rules, declarations.columns),
        judge_licences(
            rows,
            past.register,
            past.shipped,
            needs.lazy(),
            are_numbers_recorded=is_controlled_export(DEPARTED)
            & _is_recorded("licence_no", declarations, past.firsts["licence_no"]),
        ),
        build_ledger(rows, background.movements, background.history, ruled.lazy(), background.minerals.forms),
        _mirror(rows, ruled, background, past),
        _corridor(rows, ruled, background),
    ]
    table = _one_table(ruled, others)
    hits = rule_hits(
        table.with_columns(
            needs["needs_licence"], needs["is_item_by_code"], needs["is_item_by_words"], given["end_use"]
        ),
        background.controls,
        has_register=background.licences is not None,
    )
    whole = _one_table(table, [_latest_prices(table, background.minerals), hits.lazy()])
    return whole.with_columns(given["declaration_id"]).drop(DEPARTED)


def _one_table(base: pl.DataFrame, tables: list[pl.LazyFrame]) -> pl.DataFrame:
    """Set one-row-per-declaration tables beside the base, in its order; a column that two rooms make is a defect."""
    ids = base.select("declaration_id")
    parts = [base]
    for one in tables:
        found = settled(one)
        if not found["declaration_id"].equals(ids["declaration_id"]):
            found = ids.join(found, on="declaration_id", how="left", maintain_order="left", validate="1:1")
        parts.append(found.drop("declaration_id"))
    names = [name for part in parts for name in part.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"two rooms of evidence make the same column: {', '.join(twice)}")
    return pl.concat(parts, how="horizontal")


def _is_recorded(name: str, declarations: pl.DataFrame, firsts: pl.DataFrame) -> pl.Expr:
    """Tell whether a blank means "none": the table has the column, and earlier months (if any) ever filled it.

    `firsts`: what `first_days` of history says of the column.
    """
    if name not in declarations.columns:
        return pl.lit(value=False)
    day = pl.col("declared_on")
    month = day.dt.truncate("1mo")
    has_past, has_filled = (month > pl.lit(firsts[kind].item(), pl.Date) for kind in ("any", "filled"))
    return ~has_past.fill_null(value=False) | has_filled.fill_null(value=False)


def _codes_of(controls: ControlList) -> pl.DataFrame:
    goods = controls.items.filter(pl.col("kind") == "good").select("item_id", "mineral")
    return goods.join(controls.codes, on="item_id", how="left").select("mineral", "hs6").drop_nulls().unique()


def _mineral() -> pl.Expr:
    """Name the mineral that evidence points to: by words, then all figures at once, then a code that means just one.

    A code that holds free goods too (another line of the tariff than the printed one, or six digits) names a mineral
    only where the words leave it open: calcium chloride in the line of germanium tetrachloride is no germanium. Nor
    does any code where the words name goods that no item lists: niobium rods under a code of gallium. Where the words
    are silent, a printed line that means just one mineral comes before what price alone points to: who hides goods
    does not declare them as others that need a licence too. With density known as well, figures may say that it is so.
    """
    by_words = _said_mineral()
    by_figures = pl.when(pl.col("material_mismatch") >= SURE_TERM).then("material_mineral")
    only_one = pl.col("control_minerals").list.len() == 1
    is_silent = pl.col("description").is_null() | (pl.col("vague_text") >= SURE_TERM)
    match, is_short = pl.col("control_match"), pl.col("hs_code").str.len_chars() < 10
    is_as_printed = (match == "printed") | ((match == "line8") & is_short)  # as far as it goes
    means_one = is_as_printed | ((match == "hs6") & is_silent)
    may_be_listed = pl.col("meets_listed_form").fill_null(value=True)
    by_code = pl.when(only_one & means_one & may_be_listed).then(pl.col("control_minerals").list.first())
    is_by_price = is_silent & pl.col("density_kg_m3").is_null() & (match == "printed")
    return pl.coalesce(by_words, pl.when(is_by_price).then(by_code), by_figures, by_code)


def _said_mineral() -> pl.Expr:
    return pl.when(pl.col("term_weight") >= SURE_TERM).then("text_mineral")  # context has lowered the weight


def _controls_of_mineral(rows: pl.DataFrame, controls: ControlList, past: Past) -> pl.DataFrame:
    """Take the controls of the suspected mineral where there is one, else those of the declared code."""
    asked = rows.lazy().select("mineral", "declared_on", *_PLACES)
    by_mineral = controls_for_minerals(asked, controls, dispatch=DEPARTED, answered=past.controls_of_minerals).select(
        mineral_controls="controls_in_force", mineral_rules="control_rules"
    )
    return rows.with_columns(settled(by_mineral).get_columns()).with_columns(
        code_controls="controls_in_force", controls_in_force=pl.coalesce("mineral_controls", "controls_in_force")
    )


def _needs(ruled: pl.DataFrame, background: Background, past: Past) -> pl.DataFrame:
    """Say whether goods need a licence as declared: by a code that an announcement prints, or by form and purity.

    Form and purity count against the items in force on the day for the destination. A code decides only where it
    agrees to the last printed digit (one of eight digits may be any line of theirs) and the words do not put the goods
    below the item's condition (by form and purity, or by a figure: `features.controls.stated`), nor leave open what
    plain goods of the same code differ by (dysprosium and terbium in magnets): a vague or clipped text claims no more
    than one that names the magnets. Null where neither says enough.
    `is_item_by_code` where the code decides so, whatever rule binds it: a ban asks for no licence; `is_item_by_words`
    where form and purity do.
    """
    rows = beside(ruled, _meets_item(ruled, background, past), "declaration_id")
    is_unlisted = pl.when(~pl.col("meets_listed_form")).then(pl.lit(value=False))
    meets = pl.coalesce("meets_item", is_unlisted)
    is_heavy = pl.element().is_in(heavy_items(background.controls))
    leaves_open = meets.is_null() & pl.col("control_items").list.eval(is_heavy).list.any()
    code_decides = meets.fill_null(value=True) & ~(pl.col("is_unsaid") | leaves_open).fill_null(value=False)
    code_decides = code_decides & ~pl.col("breaks_every_item")
    is_item = (pl.col("control_match") == "printed") & code_decides
    by_code = is_item & pl.col("control_rules").list.contains("licence")
    free = (pl.col("control_match") == "none") & ~meets.fill_null(value=False)
    by_words = pl.when(pl.col("term_weight") >= SURE_TERM).then("text_minerals")
    return rows.select(
        "declaration_id",
        minerals=pl.coalesce(by_words, "text_mineral", "mineral").str.split(";"),
        is_item_by_code=is_item,
        is_item_by_words=meets,
        needs_licence=pl.when(meets | by_code).then(pl.lit(value=True)).when(free | ~meets).then(pl.lit(value=False)),
    )


def _meets_item(ruled: pl.DataFrame, background: Background, past: Past) -> pl.LazyFrame:
    """Compare every form that a text names, at the purity it states, with the items in force (see `meets_item`).

    What a text says of dysprosium and terbium is all that decides whether magnets meet a listed form.
    """
    forms = background.minerals.forms
    asked = (
        ruled.lazy()
        .select(
            "declaration_id",
            "declared_on",
            *_PLACES,
            "description",
            form_id=pl.col("text_forms").str.split(";"),
            purity="stated_purity_share",
            states_heavy="meets_listed_form",
        )
        .explode("form_id", empty_as_null=False, keep_nulls=False)
        .filter(pl.col("form_id") != "")
        .join(forms.lazy().select("form_id", "mineral"), on="form_id", how="left")
    )
    today = controls_for_minerals(asked, background.controls, dispatch=DEPARTED, answered=past.controls_of_minerals)
    licensed = pl.when(pl.col("control_rules").list.contains("licence")).then("control_items")
    items = licensed.when(pl.col("control_items").is_not_null()).then(pl.lit([], pl.List(pl.String)))
    return settle(meets_item(today.with_columns(control_items=items), forms, background.controls))


def _mirror(rows: pl.LazyFrame, ruled: pl.DataFrame, background: Background, past: Past) -> pl.LazyFrame:
    if past.lanes is None:
        return _unknown(rows, mirror.REGISTRY, _MIRROR_FIGURES)
    codes = background.minerals.forms.lazy().filter("is_listed").select("mineral", hs6=pl.col("hs6")).explode("hs6")
    suspects = (
        ruled.lazy().select("declaration_id", "mineral").drop_nulls().join(codes.unique(), on="mineral", how="left")
    )
    return judge_mirror(rows, past.lanes, suspects.select("declaration_id", "hs6").drop_nulls())


def _corridor(rows: pl.LazyFrame, ruled: pl.DataFrame, background: Background) -> pl.LazyFrame:
    state = background.corridor_state
    if state is None:
        return _unknown(rows, corridors.REGISTRY, _CORRIDOR_FIGURES)
    candidates = ruled.lazy().select("declaration_id", "mineral").drop_nulls()
    return build_corridor(rows, state, _codes_of(background.controls).lazy(), candidates)


def _unknown(rows: pl.LazyFrame, registry: tuple[Evidence, ...], figures: pl.Schema) -> pl.LazyFrame:
    strengths = [pl.lit(None, pl.Float32).alias(one.code) for one in registry]
    return rows.select("declaration_id", *strengths, *(pl.lit(None, kind).alias(n) for n, kind in figures.items()))


def _latest_prices(rows: pl.DataFrame, minerals: Minerals) -> pl.LazyFrame:
    """Middle of the suspected mineral's latest price band known on the day: `declaration_id, mineral_usd_per_kg`."""
    middle = (pl.col("low_usd_per_kg") * pl.col("high_usd_per_kg")).sqrt()
    bands = (
        minerals.prices.filter(pl.col("confidence") != "band")
        .group_by("mineral", "priced_on")
        .agg(mineral_usd_per_kg=middle.median())
        .sort("priced_on", "mineral")
    )
    asked = rows.lazy().select("declaration_id", "mineral", "declared_on")
    found = (
        asked.select("mineral", "declared_on")
        .drop_nulls()
        .unique()
        .sort("declared_on", "mineral")
        .join_asof(
            bands.lazy(), left_on="declared_on", right_on="priced_on", by="mineral", strategy="backward",
            check_sortedness=False,
        )
    )  # fmt: skip
    on = ["mineral", "declared_on"]
    return asked.join(found, on=on, how="left", maintain_order="left").select("declaration_id", "mineral_usd_per_kg")
