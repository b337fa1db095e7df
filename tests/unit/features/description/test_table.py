"""The description room's table: nulls on each side, order, point in time, remarks, headings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from features.description import REGISTRY, build_description
from features.minerals import Minerals

Declare = Callable[..., pl.LazyFrame]
PURE = "High purity Sb2O3 99.99%"
COMMON = "Sb2O3 99.5%"


def evidence(declarations: pl.LazyFrame, minerals: Minerals, **more: object) -> list[dict[str, object]]:
    built = build_description(declarations, minerals, **more)  # type: ignore[arg-type]
    return built.collect().sort("declaration_id").to_dicts()


def test_columns_are_those_of_the_registry(minerals: Minerals, declare: Declare) -> None:
    built = build_description(declare(["antimony ingot"]), minerals).collect_schema()
    assert all(built[one.code] == pl.Float32 for one in REGISTRY)
    declared = set(declare(["x"]).collect_schema()) | {"net_kg"}
    assert all(name in built or name in declared for one in REGISTRY for name in one.figures)
    assert not {one.code for one in REGISTRY} & declared


def test_a_null_description_is_unknown(minerals: Minerals, declare: Declare) -> None:
    (row,) = evidence(declare([None], control_remark="not controlled"), minerals)
    assert [row[one.code] for one in REGISTRY] == [None] * len(REGISTRY)
    assert row["text_mineral"] is None


def test_no_rows_and_only_nulls(minerals: Minerals, declare: Declare) -> None:
    assert build_description(declare([]), minerals).collect().height == 0
    assert build_description(declare([None, None]), minerals).collect().height == 2


def test_a_missing_remark_and_licence_are_no_obstacle(minerals: Minerals, declare: Declare) -> None:
    (row,) = evidence(declare(["antimony ingot"]), minerals)
    assert row["term_mismatch"] == 1.0
    assert row["remark_conflict"] is None
    assert row["remark_missing"] is None
    assert row["heading_mismatch"] is None


def test_minerals_without_terms_name_nothing(minerals: Minerals, declare: Declare) -> None:
    bare = Minerals(
        minerals=minerals.minerals.head(0),
        forms=minerals.forms.head(0),
        terms=minerals.terms.head(0),
        prices=minerals.prices,
        packings=minerals.packings,
    )
    (row,) = evidence(declare(["antimony ingot"]), bare)
    assert row["term_weight"] == 0.0
    assert row["term_mismatch"] == 0.0


def test_same_texts_in_any_order_and_batch(minerals: Minerals, declare: Declare) -> None:
    texts = ["antimony ingot", None, "metal products", "аntimоny", "tungsten lamp", "antimony ingot", "", "GaN wafer"]
    history = declare(["tile adhesive powder bag"] * 30 + ["antimony ingot"] * 30, declared_on=date(2025, 1, 3))
    declarations = declare(texts)
    whole = build_description(declarations, minerals, history=history).collect().sort("declaration_id")
    turned = build_description(declarations.reverse(), minerals, history=history.reverse()).collect()
    assert_frame_equal(turned.sort("declaration_id"), whole)
    alone = [
        build_description(declarations.slice(i, 1), minerals, history=history).collect() for i in range(len(texts))
    ]
    assert_frame_equal(pl.concat(alone).sort("declaration_id"), whole)


@pytest.mark.parametrize(
    ("text", "remark", "conflict"),
    [
        (PURE, "不属于两用物项", 0.95),  # weight of a formula beside its share
        (PURE, "not controlled", 0.95),
        (PURE, "Dual-use item", 0.0),
        (COMMON, "not controlled", 0.0),  # 99.5 % is below the listed 99.99 %
        ("Sb2O3", "not controlled", 0.0),  # purity not stated: open
        ("porcelain tiles", "not controlled", 0.0),
        (PURE, None, None),
    ],
)
def test_remark_conflict(minerals: Minerals, declare: Declare, text: str, remark: str, conflict: float) -> None:
    (row,) = evidence(declare([text], control_remark=remark), minerals)
    assert row["remark_conflict"] == (None if conflict is None else pytest.approx(conflict))


@pytest.mark.parametrize(
    ("text", "day", "remark", "recorded", "missing"),
    [
        ("Dysprosium oxide", date(2025, 5, 1), "", False, 0.6),
        ("Dysprosium oxide", date(2025, 5, 1), None, True, 0.6),
        ("Dysprosium oxide", date(2025, 5, 1), None, False, None),
        ("Dysprosium oxide", date(2025, 4, 3), "", False, 0.0),  # the day before the rule
        ("Dysprosium oxide", date(2025, 4, 4), "", False, 0.6),
        ("Antimony ingot", date(2025, 5, 1), "", False, 0.0),  # no remark is asked for antimony
        ("Dysprosium oxide", date(2025, 5, 1), "see invoice", False, 0.0),
    ],
)
def test_remark_missing(  # noqa: PLR0917 - a table of cases
    minerals: Minerals, declare: Declare, text: str, day: date, remark: str | None, recorded: bool, missing: float
) -> None:
    declarations = declare([text], declared_on=day, control_remark=remark)
    (row,) = evidence(declarations, minerals, are_remarks_recorded=recorded)
    assert row["remark_missing"] == (None if missing is None else pytest.approx(missing))


@pytest.mark.parametrize(
    ("text", "hs_code", "mismatch"),
    [
        ("antimony ingot", "8110101000", 0.0),
        ("antimony ingot", "8110", 0.0),  # declared to the heading only
        ("antimony ingot", "2825800090", 0.0),  # oxide heading, but a listed form's too
        ("antimony ingot", "7801910000", 0.4),  # only the unlisted lead-antimony alloy has this heading
        ("antimony ingot", "6907211000", 1.0),
    ],
)
def test_term_mismatch_by_code(minerals: Minerals, declare: Declare, text: str, hs_code: str, mismatch: float) -> None:
    (row,) = evidence(declare([text], hs_code=hs_code), minerals)
    assert row["term_mismatch"] == pytest.approx(mismatch)


def test_codes_of_the_control_list_fit_too(minerals: Minerals, declare: Declare) -> None:
    more = pl.DataFrame({"mineral": ["antimony"], "hs6": ["690721"]})
    (row,) = evidence(declare(["antimony ingot"], hs_code="6907211000"), minerals, codes_of_mineral=more)
    assert row["term_mismatch"] == 0.0
    assert row["declared_openly"] == pytest.approx(0.6)


def test_openness_grows_with_licence_and_shrinks_with_a_contrary_remark(minerals: Minerals, declare: Declare) -> None:
    declarations = declare(
        ["antimony ingot"] * 4,
        hs_code="8110101000",
        licence_no=[None, "L-1", None, "L-1"],
        control_remark=[None, None, "dual-use item", "not controlled"],
    )
    openly = [row["declared_openly"] for row in evidence(declarations, minerals)]
    assert openly == [pytest.approx(0.6), 1.0, 1.0, pytest.approx(0.2)]
