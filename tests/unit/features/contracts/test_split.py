"""Splitting declarations by their contract: what is read, what is refused, and under which name."""

from __future__ import annotations

import itertools
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from features.contracts import Declarations, Flows
from features.contracts.split import RowCounts, Split, split_table, split_tables
from features.errors import ContractError

GOOD = {
    "declaration_id": "D1",
    "declared_on": "2024-03-05",
    "direction": "export",
    "hs_code": "2825901001",
    "origin_iso3": "CHN",
    "destination_iso3": "USA",
}


def text_table(*rows: dict[str, Any]) -> pl.LazyFrame:
    names = dict.fromkeys(name for row in rows for name in row)
    return pl.LazyFrame({name: [row.get(name) for row in rows] for name in names})


def split(*rows: dict[str, Any]) -> Split:
    return split_table(text_table(*rows), Declarations, table="declarations", file="d.csv")


def read_one(**cells: Any) -> dict[str, Any]:
    """The clean row that a good declaration with these cells gives."""
    done = split({**GOOD, **cells})
    assert done.counts.used == 1, done.rejects.get_column("broken_rules").to_list()
    return done.clean.row(0, named=True)


def rules_of(**cells: Any) -> list[str]:
    """The rules that a good declaration with these cells breaks."""
    done = split({**GOOD, **cells})
    assert done.counts.used == 0
    return list(done.rejects.get_column("broken_rules").to_list()[0])


def test_six_required_columns_are_enough_and_the_rest_is_null() -> None:
    done = split(GOOD)
    assert done.clean.columns == Declarations.column_names()
    assert Declarations.is_valid(done.clean)
    assert done.clean.select(pl.exclude(GOOD)).null_count().row(0) == (1,) * (done.clean.width - len(GOOD))
    assert done.counts == RowCounts(read=1, used=1, rejected=0)


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_missing_required_column_names_table_column_and_file(name: str) -> None:
    row = {key: value for key, value in GOOD.items() if key != name}
    with pytest.raises(ContractError, match=rf"declarations: d\.csv lacks the required column {name}.*it has: "):
        split(row)


def test_names_of_columns_are_matched_whatever_their_case_but_never_two_as_one() -> None:
    done = split({name.upper(): cell for name, cell in GOOD.items()} | {" Net_kg ": "5"})
    assert done.counts.used == 1
    assert done.clean["net_kg"].item() == 5
    both = split_table(pl.LazyFrame([GOOD | {"Net_kg": "5", "NET_KG": "6"}]), Declarations, table="d", file="f")
    assert both.clean["net_kg"].item() is None


@pytest.mark.parametrize("written", ["9999-12-31", "0000-00-00", "1900-01-01 00:00:00", date(9999, 12, 31)])
def test_a_day_that_stands_for_none_is_unknown_where_it_may_be(written: object) -> None:
    assert split(GOOD | {"amended_on": written}).clean["amended_on"].item() is None
    refused = split(GOOD | {"declared_on": written})
    assert refused.counts.rejected == 1


def test_a_missing_column_names_the_nearest_one_found() -> None:
    row = {("HS-Code" if key == "hs_code" else key): value for key, value in GOOD.items()}
    with pytest.raises(ContractError, match=r"hs_code \(nearest: 'HS-Code'\)"):
        split(row)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2825.9010.0100", "282590100100"),
        ("2825 9010 01", "2825901001"),
        ("2825\u00a09010\u00a001", "2825901001"),
        ("0713-90", "071390"),
        (" 0713 ", "0713"),
        ("２８２５９０", "282590"),
    ],
)
def test_codes_lose_separators_and_keep_leading_zeros(written: str, code: str) -> None:
    assert read_one(hs_code=written)["hs_code"] == code


@pytest.mark.parametrize("written", ["811292.0", "282", "2825901001001", "28259O", "2.8259e9", "٢٨٢٥٩٠", "antimony"])
def test_what_is_no_code_is_refused(written: str) -> None:
    assert rules_of(hs_code=written) == ["hs_code|regex"]


@pytest.mark.parametrize(
    ("written", "read"), [("2.5", 2.5), ("1e3", 1000.0), (" 7 ", 7.0), ("+5", 5.0), (".5", 0.5), ("", None), ("0", 0.0)]
)
def test_plain_and_scientific_numbers_are_read(written: str, read: float | None) -> None:
    assert read_one(net_kg=written)["net_kg"] == read


@pytest.mark.parametrize(
    "written", ["2,5", "1,000", "1.000,5", "1 000", "12 kg", "0x10", "inf", "1e999", "?", "none of it"]
)
def test_ambiguous_or_strange_numbers_are_refused_not_guessed(written: str) -> None:
    assert rules_of(net_kg=written) == ["net_kg|unreadable"]


def test_a_negative_mass_breaks_its_bound() -> None:
    assert rules_of(net_kg="-4") == ["net_kg|min"]


@pytest.mark.parametrize(("written", "read"), [("3", 3), ("3.0", 3), ("1e2", 100), ("", None)])
def test_whole_numbers_are_read(written: str, read: int | None) -> None:
    assert read_one(n_packages=written)["n_packages"] == read


@pytest.mark.parametrize("written", ["3.5", "1e30", "three"])
def test_what_is_no_whole_number_is_refused(written: str) -> None:
    assert rules_of(n_packages=written) == ["n_packages|unreadable"]


@pytest.mark.parametrize(
    "written",
    ["2024-03-05", "2024-03-05T10:20", "2024-03-05 10:20:30.5", "2024-03-05T23:59:59Z", "2024-03-05T00:10+08:00"],
)
def test_iso_days_are_read_as_written(written: str) -> None:
    assert read_one(declared_on=written)["declared_on"] == date(2024, 3, 5)


@pytest.mark.parametrize(
    "written",
    ["2024-02-30", "03/04/2024", "2024-3-5", "20240305", "45356", "2024-03", "2024-03-05T25:00", "5 March 2024"],
)
def test_other_days_are_refused_and_not_called_missing_as_well(written: str) -> None:
    assert rules_of(declared_on=written) == ["declared_on|unreadable"]


@pytest.mark.parametrize(("written", "rule"), [("1899-12-30", "min"), ("2999-01-01", "max_exclusive")])
def test_days_outside_the_records_are_refused(written: str, rule: str) -> None:
    assert rules_of(declared_on=written) == [f"declared_on|{rule}"]


def test_an_empty_required_cell_is_named() -> None:
    assert rules_of(declaration_id=" ") == ["declaration_id|nullability"]


def test_countries_are_upper_cased_and_unknown_ones_refused() -> None:
    assert read_one(origin_iso3=" chn ")["origin_iso3"] == "CHN"
    assert rules_of(origin_iso3="CN") == ["origin_iso3|known_country"]


def test_choices_are_matched_whatever_their_case() -> None:
    assert read_one(direction="EXPORT", transport_mode="Sea")["transport_mode"] == "sea"
    assert rules_of(direction="re-export") == ["direction|known_value"]


def test_every_broken_rule_is_named_in_order() -> None:
    assert rules_of(net_kg="-1", origin_iso3="XX", gross_kg="heavy") == [
        "gross_kg|unreadable",
        "net_kg|min",
        "origin_iso3|known_country",
    ]


HOSTILE = [
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "аntimоny",  # Cyrillic а and о
    "锑锭 99.99%",
    "\U0001f9ea\U0001f4a5 sample",
    "\u202egnits\u202c",
    "'; DROP TABLE declarations; --",
    "a\nb\tc",
    "nan",
]


@pytest.mark.parametrize("written", HOSTILE)
def test_declared_text_passes_as_data(written: str) -> None:
    assert read_one(description=written)["description"] == written


def test_a_description_of_a_megabyte_passes_whole() -> None:
    assert len(read_one(description="锑 oxide " * 100_000)["description"]) == 799_999  # trimmed at its end


def test_equal_rows_are_kept_once_and_conflicting_ones_not_at_all() -> None:
    rows = [
        {**GOOD, "declaration_id": "same", "net_kg": "5"},
        {**GOOD, "declaration_id": "same", "net_kg": "5.0"},  # equal once read
        {**GOOD, "declaration_id": "other", "net_kg": "5"},
        {**GOOD, "declaration_id": "other", "net_kg": "6"},
        {**GOOD, "declaration_id": "half", "net_kg": None},
        {**GOOD, "declaration_id": "half", "net_kg": "heavy"},  # a null that was unreadable is not an equal null
        {**GOOD, "declaration_id": "alone", "net_kg": "5"},
    ]
    for order in itertools.islice(itertools.permutations(rows), 0, None, 97):  # 52 of 5,040 orders, spread out
        done = split(*order)
        assert sorted(done.clean.get_column("declaration_id")) == ["alone", "same"]
        assert done.counts == RowCounts(7, 2, 5, {"duplicate_id": 4, "duplicate_row": 1, "net_kg|unreadable": 1})


def test_duplicates_are_found_across_files() -> None:
    files = [
        ("a.csv", text_table(GOOD)),
        ("b.csv", text_table({**GOOD, "net_kg": "1"}, {**GOOD, "declaration_id": "D2"})),
    ]
    done = split_tables(files, Declarations, table="declarations")
    assert done.clean.get_column("declaration_id").to_list() == ["D2"]
    assert done.rejects.select("input_file", "broken_rules").rows() == [
        ("a.csv", ["duplicate_id"]),
        ("b.csv", ["duplicate_id"]),
    ]


def test_equal_figures_of_trade_statistics_count_once() -> None:
    row = {
        "reporter_iso3": "CHN",
        "partner_iso3": "VNM",
        "direction": "Re-Export",
        "hs_code": "811292",
        "period": "2024-03-01",
        "freq": "m",
        "value_usd": "10",
        "valuation": "fob",
        "source": "test",
    }
    done = split_table(text_table(row, row, {**row, "value_usd": "11"}), Flows, table="flows", file="f.csv")
    assert done.counts == RowCounts(3, 2, 1, {"duplicate_row": 1})
    assert done.clean.select("direction", "freq", "valuation").unique().rows() == [("re_export", "M", "FOB")]


def test_rejects_are_whole_and_clean_has_no_extra_column() -> None:
    row = {**GOOD, "net_kg": "2,5", "Bemerkung": " as is ", "broken_rules": "older"}
    done = split(row)
    assert done.rejects.columns == [*GOOD, "net_kg", "Bemerkung", "broken_rules", "input_file"]
    assert done.rejects.row(0) == (*GOOD.values(), "2,5", " as is ", ["net_kg|unreadable"], "d.csv")
    assert "Bemerkung" not in done.clean.columns


def test_a_table_without_rows_is_refused() -> None:
    empty = pl.LazyFrame(schema=dict.fromkeys(GOOD, pl.String))
    with pytest.raises(ContractError, match=r"declarations: d\.csv has no rows"):
        split_table(empty, Declarations, table="declarations", file="d.csv")


def test_rows_cannot_go_missing_from_the_counts() -> None:
    with pytest.raises(AssertionError, match="went missing"):
        RowCounts(read=3, used=1, rejected=1)
    assert str(RowCounts(9004, 8692, 312)) == "9,004 rows read = 8,692 used + 312 rejected"
    told = RowCounts(9, 8, 1, {"net_kg|min": 1, "duplicate_id": 1})
    assert str(told) == "9 rows read = 8 used + 1 rejected (net_kg|min 1, duplicate_id 1)"


def test_codes_that_lost_a_leading_zero_are_used_and_told() -> None:
    # 0101.21.0000, pure-bred horses, written as a number: 101210000 looks like heading 1012, which there is none of
    codes = ["101210000", "81129", "8112"]
    done = split(*(GOOD | {"declaration_id": f"D{n}", "hs_code": code} for n, code in enumerate(codes)))
    assert done.clean["hs_code"].to_list() == codes
    assert done.counts.odd_codes.startswith(
        "2 rows have an hs_code of 5, 7, 9 or 11 digits, read as it stands (101210000): most likely a leading zero was "
        "lost (0101210000)"
    )
    assert str(done.counts) == f"3 rows read = 3 used + 0 rejected; {done.counts.odd_codes}"
    assert done.counts.remarks == (done.counts.odd_codes,)
    assert split(GOOD | {"hs_code": "0101210000"}).counts.remarks == ()


def test_points_that_may_mark_thousands_are_told_and_read_as_decimals() -> None:
    def masses(*cells: str) -> Split:
        return split(*(GOOD | {"declaration_id": f"D{n}", "net_kg": cell} for n, cell in enumerate(cells)))

    done = masses("20.000", "1.500", "999", "", "12.250")
    assert done.clean["net_kg"].to_list() == [20.0, 1.5, 999.0, None, 12.25]
    assert done.counts.remarks == (
        "every number with a point has three digits behind it in net_kg (20.000 is read as 20): if points mark "
        "thousands there, write them without",
    )
    for weighed in (["20.000", "0.500", "3.125", "1.250"], ["20.000", "1500.000", "3.125", "1.2"], ["20.000", "1.000"]):
        assert masses(*weighed).counts.remarks == ()


def typed(**columns: pl.Series) -> pl.LazyFrame:
    base = pl.DataFrame({name: [value] for name, value in GOOD.items()})
    return base.with_columns(series.alias(name) for name, series in columns.items()).lazy()


@pytest.mark.parametrize(
    ("name", "series", "read"),
    [
        ("net_kg", pl.Series([5]), 5.0),
        ("net_kg", pl.Series([Decimal("5.25")]), 5.25),
        ("net_kg", pl.Series([2.5], dtype=pl.Float32), 2.5),
        ("net_kg", pl.Series([None]), None),
        ("n_packages", pl.Series([3.0]), 3),
        ("n_packages", pl.Series([3], dtype=pl.UInt8), 3),
        ("declared_on", pl.Series([datetime(2024, 3, 5, 9)]), date(2024, 3, 5)),  # noqa: DTZ001
        ("declared_on", pl.Series([datetime(2024, 3, 5, 1, tzinfo=ZoneInfo("Asia/Shanghai"))]), date(2024, 3, 5)),
        ("direction", pl.Series(["export"], dtype=pl.Categorical), "export"),
        ("transport_mode", pl.Series(["sea"], dtype=pl.Enum(["sea", "air"])), "sea"),
        ("exporter_id", pl.Series([77]), "77"),
        ("exporter_id", pl.Series([77.0]), "77"),
        ("description", pl.Series(["  "]), None),
    ],
)
def test_typed_columns_are_cast_safely(name: str, series: pl.Series, read: object) -> None:
    done = split_table(typed(**{name: series}), Declarations, table="declarations", file="d.parquet")
    assert done.clean.get_column(name).to_list() == [read]
    assert Declarations.is_valid(done.clean)


@pytest.mark.parametrize(
    ("name", "series"),
    [("net_kg", pl.Series([float("nan")])), ("net_kg", pl.Series([float("inf")])), ("n_packages", pl.Series([3.5]))],
)
def test_typed_cells_that_mean_nothing_are_refused(name: str, series: pl.Series) -> None:
    done = split_table(typed(**{name: series}), Declarations, table="declarations", file="d.parquet")
    assert done.rejects.get_column("broken_rules").to_list() == [[f"{name}|unreadable"]]


@pytest.mark.parametrize(
    ("name", "series", "why"),
    [
        ("hs_code", pl.Series([71390]), "numbers lose leading zeros"),
        ("declared_on", pl.Series([20240305]), "YYYY-MM-DD"),
        ("net_kg", pl.Series([True]), "not a number"),
        ("description", pl.Series([["a"]]), "not text"),
    ],
)
def test_a_column_of_the_wrong_type_is_one_clear_error(name: str, series: pl.Series, why: str) -> None:
    with pytest.raises(ContractError, match=rf"column {name} of d\.parquet cannot be used: .*{why}"):
        split_table(typed(**{name: series}), Declarations, table="declarations", file="d.parquet")


def test_a_source_that_shuffles_on_every_reading_keeps_rules_with_their_rows() -> None:
    rows = [{**GOOD, "declaration_id": f"D{n}", "net_kg": "-1" if n % 2 else "1"} for n in range(200)]
    shuffled = text_table(*rows).group_by("declaration_id").agg(pl.all().first())  # order differs between readings
    done = split_table(shuffled, Declarations, table="declarations", file="d.csv")
    assert set(done.rejects.get_column("net_kg")) == {"-1"}
    assert set(done.clean.get_column("net_kg")) == {1.0}


@pytest.mark.parametrize(("written", "read"), [("Yes", True), ("TRUE", True), ("1", True), ("no", False), ("0", False)])
def test_flags_are_read(written: str, read: bool) -> None:
    row = {
        "reporter_iso3": "CHN",
        "partner_iso3": "VNM",
        "direction": "export",
        "hs_code": "811292",
        "period": "2024-03-01",
        "freq": "M",
        "value_usd": "10",
        "source": "test",
        "is_net_kg_estimated": written,
    }
    done = split_table(text_table(row, {**row, "is_net_kg_estimated": "maybe"}), Flows, table="flows", file="f.csv")
    assert done.clean.get_column("is_net_kg_estimated").to_list() == [read]
    assert done.rejects.get_column("broken_rules").to_list() == [["is_net_kg_estimated|unreadable"]]


@pytest.mark.parametrize("written", ["NA", "N/A", "null", "NaN", "None", r"\N", " - ", "UNKNOWN", "<NA>"])
def test_nobody_is_not_one_busy_trader(written: str) -> None:
    read = read_one(exporter_id=written, exporter_name=written, licence_no=written, description=written)
    assert (read["exporter_id"], read["exporter_name"], read["licence_no"]) == (None, None, None)
    assert read["description"] == written.strip()


@pytest.mark.parametrize("written", ["NA", "N/A", "NULL", "nan", "none", " - ", "unknown"])
def test_what_says_nothing_is_blank_but_in_free_text(written: str) -> None:
    """In numbers, days, countries and choices unknown; a required cell is then missing, as where it is blank."""
    unknown = ("net_kg", "n_packages", "amended_on", "dispatch_iso3")
    free = ("description", "end_use", "control_remark", "package_type")
    read = read_one(**dict.fromkeys((*unknown, *free), written))
    assert [read[name] for name in unknown] == [None] * len(unknown)
    assert [read[name] for name in free] == [written.strip()] * len(free)
    for name in ("declared_on", "direction", "hs_code", "origin_iso3"):
        assert rules_of(**{name: written}) == rules_of(**{name: ""}) == [f"{name}|nullability"]
    mode = read_one(transport_mode=written)["transport_mode"]
    assert mode == ("unknown" if written == "unknown" else None)  # a mode of that name there is
    flow = {"reporter_iso3": "CHN", "partner_iso3": "VNM", "direction": "export", "hs_code": "811292", "freq": "M"}
    flow |= {"period": "2024-03-01", "value_usd": "10", "source": "test", "is_net_kg_estimated": written}
    done = split_table(text_table(flow), Flows, table="flows", file="f.csv")
    assert done.clean.get_column("is_net_kg_estimated").to_list() == [None]


def test_an_identifier_of_the_row_itself_stays_whatever_it_says() -> None:
    assert read_one(declaration_id="NA")["declaration_id"] == "NA"


def test_marks_that_nobody_sees_do_not_keep_a_code_from_being_read() -> None:
    assert read_one(hs_code="\u200b8112\u00ad92\ufeff9090\u202c")["hs_code"] == "8112929090"


def test_a_column_under_nearly_the_right_name_is_told_of() -> None:
    raw = pl.LazyFrame([GOOD | {"Net-KG": "5", "Gross kg": "6", "my_note": "x"}])
    told = str(split_table(raw, Declarations, table="d", file="f").counts)
    assert told.endswith("left unread: 'Net-KG' (is it net_kg?), 'Gross kg' (is it gross_kg?)")
