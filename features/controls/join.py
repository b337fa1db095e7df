"""The control list asked for every row of a table: by its own date, destination and code or mineral."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from features.beside import beside
from features.controls.frames import BASE_RULES, FOREIGN_RULES, OVERLAY_RULES, ControlList
from features.controls.matching import MATCH_NAMES, NO_CODE, code_items, code_key, mixed_goods
from features.countries import UNSPECIFIED, WORLD
from features.errors import ContractError
from features.lookback import settled
from features.remembered import Remembered

CONTROLLER = "CHN"  # the state whose control list this is
ANSWERS = pl.Schema(
    {
        "controls_in_force": pl.List(pl.String()),
        "control_items": pl.List(pl.String()),
        "control_minerals": pl.List(pl.String()),
        "control_rules": pl.List(pl.String()),
        "control_conditions": pl.List(pl.String()),
        "control_match": pl.String(),
    }
)
_KEYS = ["__key", "__flow", "__to", "__day", "__known"]
_NATIONAL = "__national"
_ELSEWHERE = "*"  # a destination that no rule names


def is_controlled_export(dispatch: str = "dispatch_iso3") -> pl.Expr:
    """Tell papers filed in China, on which a Chinese licence would stand: what leaves China, declared as an export.

    `dispatch` names the column of the country that the goods leave (see `features.routing.departure`).

    On an import or transit paper, or one of a country that sends Chinese goods on, a blank licence number says nothing.
    Null where the direction, or both origin and dispatch, are unknown and the other does not settle it.
    """
    left = pl.coalesce(dispatch, "origin_iso3")
    return (pl.col("direction") == "export") & (left == CONTROLLER)


def join_controls(
    rows: pl.LazyFrame,
    controls: ControlList,
    *,
    date: str = "declared_on",
    destination: str = "destination_iso3",
    code: str = "hs_code",
    origin: str | None = "origin_iso3",
    dispatch: str | None = "dispatch_iso3",
    direction: str | None = "direction",
    known_on: date | str | None = None,
    answered: Remembered | None = None,
) -> pl.LazyFrame:
    """Say for each row which controls its code touches on its day for its destination.

    Adds `controls_in_force` (announcement ids), `control_items`, `control_minerals`, `control_rules` (licence,
    refusal_presumed, strict_review, prohibited_military, declaration_remark, extraterritorial ...),
    `control_conditions` (plain words; a code alone decides nothing) and `control_match`, the strongest agreement of
    codes: `printed` (all digits the announcement prints), `line8`, `hs6`, or `none`. Weaker matches are left out
    where a stronger one exists.

    A null code, date or destination, a code under six digits, and a destination `_X` or `W00` give null lists
    (unknown); no match gives empty ones. Digits beyond the sixth are read as the Chinese tariff's where `direction`
    says `export` and the goods leave China, and not at all for `import` and `transit` (another country's tariff);
    without that column they count where they agree.

    `known_on` None asks each row as known on its own day; a date, or the name of a date column, as known then. The
    list binds goods that leave China or, whatever country they leave,
    are of Chinese origin; a missing `dispatch` counts as `origin`; `origin=None` means every row is such a good.
    `answered` is kept from table to table, of the same control list.
    One row out for each row in, in the same order; the row order decides nothing.
    """
    items = code_items(controls)
    columns = rows.collect_schema().names()
    national = None
    if direction is not None and direction in columns:
        flow = _flow(origin, dispatch if dispatch in columns else None)
        national = (pl.col(direction) == "export") & (flow == "export")
    is_national = None if national is None else pl.col(_NATIONAL)
    key = code_key(pl.col(code), items["key"].unique(), is_national)
    return _join(
        rows, controls, items, key=key, national=national, needed=code, day=date, destination=destination,
        dispatch=dispatch, origin=origin, known_on=known_on, answered=answered,
    )  # fmt: skip


def controls_for_minerals(
    rows: pl.LazyFrame,
    controls: ControlList,
    *,
    mineral: str = "mineral",
    date: str = "declared_on",
    destination: str = "destination_iso3",
    origin: str | None = "origin_iso3",
    dispatch: str | None = "dispatch_iso3",
    known_on: date | str | None = None,
    answered: Remembered | None = None,
) -> pl.LazyFrame:
    """Say for each row which controls its mineral is under on its day for its destination, whatever its code.

    Same columns and rules as `join_controls`; `control_items` and `control_conditions` then hold every item of that
    mineral, and `control_match` is `mineral` or `none`. A mineral nobody controls gives empty lists.
    """
    listed = controls.items.select("item_id", key="minerals").explode("key", empty_as_null=True, keep_nulls=True)
    always = pl.lit(None, pl.Date)
    items = listed.with_columns(
        level=pl.lit(None, pl.Int32),
        rank=pl.lit(0),
        valid_from=always,
        valid_to=always,
        known_from=always,
        known_to=always,
    )
    known = pl.lit(items["key"].unique().implode())
    named = pl.col(mineral).cast(pl.String)
    key = pl.when(named.is_null()).then(None).when(named.is_in(known)).then(named).otherwise(pl.lit(NO_CODE))
    return _join(
        rows, controls, items, key=key, needed=mineral, day=date, destination=destination, origin=origin,
        dispatch=dispatch, known_on=known_on, answered=answered,
    )  # fmt: skip


def _join(
    rows: pl.LazyFrame,
    controls: ControlList,
    items: pl.DataFrame,
    *,
    key: pl.Expr,
    national: pl.Expr | None = None,
    needed: str,
    day: str,
    destination: str,
    origin: str | None,
    dispatch: str | None,
    known_on: date | str | None,
    answered: Remembered | None,
) -> pl.LazyFrame:
    columns = rows.collect_schema().names()
    known_column = known_on if isinstance(known_on, str) else None
    for name in filter(None, (needed, day, destination, origin, known_column)):
        if name not in columns:
            raise ContractError(f"control list: column {name!r} is missing; the table has {', '.join(columns)}")
    on = pl.col(day).cast(pl.Date)
    if isinstance(known_on, str):
        known = pl.col(known_on).cast(pl.Date)
    else:
        known = on if known_on is None else pl.lit(known_on, pl.Date)
    given = settled(
        rows.drop(ANSWERS.names(), strict=False).with_columns(
            __flow=_flow(origin, dispatch if dispatch in columns else None),
            __to=_destination(pl.col(destination), controls),
            __day=_period_start(on, _turning_days(controls, items, "valid")),
            __known=_period_start(known, _turning_days(controls, items, "known")),
            __national=pl.lit(None, pl.Boolean) if national is None else national,
        )
    )
    distinct = given.lazy().select(needed, _NATIONAL).unique()  # reading a code costs more than all else here
    asked = beside(given, distinct.with_columns(__key=key), [needed, _NATIONAL], nulls_equal=True)
    known_answers = answered or Remembered()
    answers = known_answers.answers(asked.select(_KEYS), _KEYS, lambda new: _answers(new, controls, items))
    free = (pl.col("__flow") == "none") | (pl.col("__to") == CONTROLLER)
    is_known = pl.all_horizontal(pl.col(name).is_not_null() for name in _KEYS)
    lists = [name for name, kind in ANSWERS.items() if kind != pl.String]
    empty = pl.lit([], pl.List(pl.String))
    return (
        beside(asked, answers, _KEYS)
        .lazy()
        .with_columns(pl.when(free | is_known).then(pl.col(name).fill_null(empty)).alias(name) for name in lists)
        .with_columns(control_match=pl.when(free | is_known).then(pl.col("control_match").fill_null("none")))
        .select(*(name for name in columns if name not in ANSWERS), *ANSWERS)
    )


def _flow(origin: str | None, dispatch: str | None) -> pl.Expr:
    """ "export" when the goods leave China, "foreign" when Chinese goods leave another country, "none" else."""
    if origin is None:
        return pl.lit("export")
    made = _specified(pl.col(origin))
    left = made if dispatch is None else pl.coalesce(_specified(pl.col(dispatch)), made)
    return (
        pl.when(left == CONTROLLER)
        .then(pl.lit("export"))
        .when(made == CONTROLLER)
        .then(pl.lit("foreign"))
        .when(made.is_not_null())
        .then(pl.lit("none"))
    )


def _specified(place: pl.Expr) -> pl.Expr:
    """Name a country; null where the code says only that it is not known, or the whole world."""
    return pl.when(~place.cast(pl.String).is_in([UNSPECIFIED, WORLD])).then(place.cast(pl.String))


def _destination(place: pl.Expr, controls: ControlList) -> pl.Expr:
    named = controls.measures["destination_iso3"].drop_nulls().unique().to_list()
    place = _specified(place)
    return (
        pl.when(place.is_in([CONTROLLER, *sorted(named)]))
        .then(place)
        .when(place.is_not_null())
        .then(pl.lit(_ELSEWHERE))
    )


def _turning_days(controls: ControlList, items: pl.DataFrame, axis: str) -> pl.Series:
    """Days on which any answer can change; between two of them all days have the same answer."""
    ends = [frame[f"{axis}_{side}"] for frame in (controls.measures, items) for side in ("from", "to")]
    return pl.concat([end.cast(pl.Date).alias("day") for end in ends]).drop_nulls().unique().sort()


def _period_start(day: pl.Expr, turns: pl.Series) -> pl.Expr:
    """First day of the period between turning days that a day lies in: few values, same answers."""
    if turns.is_empty():
        return day
    starts = pl.concat([(turns.head(1) - timedelta(days=1)).alias("day"), turns.alias("day")])
    place = pl.lit(turns).search_sorted(day, side="right")
    return pl.when(day.is_not_null()).then(pl.lit(starts).gather(place))


def _within(first: str, end: str, day: str) -> pl.Expr:
    starts = pl.col(first).is_null() | (pl.col(first) <= pl.col(day))
    return starts & (pl.col(end).is_null() | (pl.col(end) > pl.col(day)))


def _answers(keys: pl.LazyFrame, controls: ControlList, items: pl.DataFrame) -> pl.LazyFrame:
    """Work out the answer for each distinct question."""
    about = controls.items.lazy().select("item_id", "announcement_id", "minerals", "description_en", "condition")
    measures = controls.measures.lazy().select(
        "announcement_id", "rule", "mineral", "destination_iso3", "valid_from", "valid_to", "known_from", "known_to"
    )
    in_time = _within("valid_from", "valid_to", "__day") & _within("known_from", "known_to", "__known")
    asked = keys.filter(pl.col("__flow").is_in(["export", "foreign"]) & (pl.col("__to") != CONTROLLER)).drop_nulls()
    base = measures.filter(pl.col("rule").is_in(BASE_RULES)).rename({"mineral": "bound"})
    dates = ["valid_from", "valid_to", "known_from", "known_to"]
    hits = (
        asked.join(items.lazy().rename({"key": "__key"}), on="__key", how="left")
        .filter(pl.col("item_id").is_not_null() & in_time)
        .drop(dates)
        .join(about, on="item_id", how="left")
        .join(base, on="announcement_id", how="left")
        .filter(pl.col("rule").is_not_null() & in_time & pl.col("minerals").list.contains(pl.col("bound")))
        .drop(*dates, "destination_iso3")
        .filter(pl.col("rank") == pl.col("rank").max().over(_KEYS))
    )
    overlay = measures.filter(pl.col("rule").is_in([*OVERLAY_RULES, *FOREIGN_RULES])).rename({"mineral": "scope"})
    bound_by = pl.col("scope").is_null() | (pl.col("scope") == pl.col("minerals"))
    place = pl.col("destination_iso3").is_null() | (pl.col("destination_iso3") == pl.col("__to"))
    flow = (pl.col("__flow") == "foreign") | ~pl.col("rule").is_in(FOREIGN_RULES)
    overlays = (
        hits.select(*_KEYS, "minerals")
        .explode("minerals", empty_as_null=True, keep_nulls=True)
        .unique()
        .join(overlay, how="cross")
        .filter(bound_by & place & flow & in_time)
        .select(*_KEYS, "announcement_id", "rule")
    )
    rules = (
        pl.concat([hits.select(*_KEYS, "announcement_id", "rule"), overlays])
        .group_by(_KEYS)
        .agg(controls_in_force=pl.col("announcement_id").unique().sort(), control_rules=pl.col("rule").unique().sort())
    )
    condition = pl.format("{}: {}", pl.col("description_en"), pl.col("condition"))
    goods = hits.group_by(_KEYS).agg(
        control_items=pl.col("item_id").unique().sort(),
        control_minerals=pl.col("minerals").explode(empty_as_null=True, keep_nulls=True).unique().sort(),
        control_conditions=pl.concat([condition, mixed_goods(pl.col("__key"), pl.col("level"))])
        .drop_nulls()
        .unique()
        .sort(),
        control_match=pl.col("level").max(),
    )
    names = {str(level): name for level, name in MATCH_NAMES.items()}
    said = pl.col("control_match").cast(pl.String).replace_strict(names, default=None).fill_null("mineral")
    return goods.with_columns(control_match=said).join(rules, on=_KEYS, how="left")
