"""Files that are not what they are said to be, places, settings, and that nothing vanishes."""

from __future__ import annotations

import gzip
import re

import polars as pl
import pytest

from features.errors import ConfigError, SourceError
from pipelines.ingest import FORMATS, IngestCounts, ingest
from pipelines.ingest.draft import even_code, freq_of, hs_edition_of, named, number, period_of
from pipelines.ingest.opening import open_file, open_files
from pipelines.ingest.places import add_place, places
from pipelines.settings.ingest import FORMAT_NAMES, load_ingest_settings


def values(expression: pl.Expr, column: list[str | None]) -> list[object]:
    return pl.DataFrame({"x": column}, schema={"x": pl.String}).select(expression.alias("y"))["y"].to_list()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"<html><body>Sign in</body></html>", "HTML"),
        (b'{"statusCode": 401, "message": "no"}', "without a list named 'data'"),
        (b'{"data": [], "error": "bad query"}', "error: bad query"),
        (b'{"data": [1, 2]}', "no table of records"),
        (b'{"data": [{"a": 1}', "not JSON"),
        (b'[["a", "b"], ["1"]]', "unequal length"),
        (b"just some words\nand more\n", "no separator"),
        (b"a,b\n1,2,3\n", "not a table"),
        (b"PAR1 but no more", "not a table"),
        (b"\x1f\x8b\x08\x00cut", "cannot be read"),
        (b"a,b\n\xff\xfe\x00,2\n", "UTF-8"),
    ],
)
def test_what_is_no_table_is_refused_with_the_files_name(tmp_path, content, told):
    path = tmp_path / "given.csv"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=told) as error:
        open_file(path)
    assert "given.csv" in str(error.value)


def test_missing_files_and_empty_lists(tmp_path):
    with pytest.raises(SourceError, match="no such file"):
        open_files([tmp_path / "none.csv"])
    with pytest.raises(SourceError, match="no file was given"):
        open_files([])
    (tmp_path / "head.csv").write_text("a,b\n")
    with pytest.raises(SourceError, match="no rows to read"):
        open_files([tmp_path / "head.csv"])


def test_files_of_different_columns_are_read_together(tmp_path):
    (tmp_path / "one.csv").write_text("a;b;\n1;2;\n")
    (tmp_path / "two.csv.gz").write_bytes(gzip.compress(b"\xef\xbb\xbfa\tc\n3\t4\n"))
    (tmp_path / "three.json").write_text('{"count": 0, "data": [], "error": ""}')
    table = open_files([tmp_path / "one.csv", tmp_path / "two.csv.gz", tmp_path / "three.json"])
    assert table.drop("input_file").rows() == [(0, "1", "2", None), (1, "3", None, "4")]


def test_an_unknown_format_lists_the_known_ones(tmp_path):
    with pytest.raises(ConfigError, match=re.escape("known formats: " + ", ".join(sorted(FORMATS)))):
        ingest("comtrad", [tmp_path / "x.csv"], tmp_path)


def test_small_readings():
    assert values(number(pl.col("x")), ["1,234,567.5", "12\t", "?", "", None]) == [1_234_567.5, 12.0, *[None] * 3]
    written = ["2024", "202403", "2024-03", "202452", "2024-03-17"]
    assert [str(day) for day in values(period_of(pl.col("x")), written)] == [
        "2024-01-01", "2024-03-01", "2024-03-01", "2024-01-01", "2024-03-01",
    ]  # fmt: skip
    assert values(period_of(pl.col("x")), ["202413", "March", "", None]) == [None, None, None, None]
    assert values(freq_of(pl.col("x")), ["2024", "202403", "202452"]) == ["A", "M", "A"]
    assert values(even_code(pl.col("x")), ["71391", "8112.92", "8112 92 10", "TOTAL", None]) == [
        "071391", "811292", "81129210", "TOTAL", None,
    ]  # fmt: skip
    editions = values(hs_edition_of(period_of(pl.col("x"))), ["1991", "1995", "2011", "2012", "2021", "2022", "2028"])
    assert editions == [None, "HS1992", "HS2007", "HS2012", "HS2017", "HS2022", None]
    assert values(named(a__b=pl.col("x") == "1", c=pl.col("x") == "2"), ["1", None]) == [["a|b"], []]


@pytest.mark.parametrize("source", ["comtrade", "comext", "census", "gacc"])
def test_tables_of_places_are_sound(source):
    table = places(source)
    assert table["code"].is_unique().all()
    assert table.filter((pl.col("kind") == "country") & pl.col("iso3").is_null()).is_empty()


def test_places_by_number_text_and_neither():
    rows = pl.LazyFrame({"n": ["0156", "156.0", "999", None, "0"], "t": ["", None, "JPN", "s19", None]})
    found = add_place(rows, "side", "comtrade", pl.col("n"), pl.col("t")).collect()
    assert found.select("side_iso3", "side_kind").rows() == [
        ("CHN", "country"), ("CHN", "country"), ("JPN", "country"), ("TWN", "country"), ("W00", "world"),
    ]  # fmt: skip


def test_settings_are_closed_and_rates_are_keyed_by_period(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text('[ingest.usd_per_eur]\n"2024-13" = 1.0\n')
    with pytest.raises(ConfigError, match="2024-13"):
        load_ingest_settings(own)
    own.write_text("[ingest.kcs]\nprice = 1\n")
    with pytest.raises(ConfigError, match="unknown key 'price'"):
        load_ingest_settings(own)
    empty = tmp_path / "rates.toml"
    empty.write_text("")
    with pytest.raises(ConfigError, match="holds neither"):
        load_ingest_settings(rates=empty)
    own.write_text("[ingest.publication_lag_days]\ngac = 12\n")
    with pytest.raises(ConfigError, match="unknown format 'gac'"):
        load_ingest_settings(own)
    assert tuple(FORMATS) == FORMAT_NAMES
    own.write_text("[ingest.publication_lag_days]\ngacc = 12\n")
    assert load_ingest_settings(own).lag_days("gacc") == 12
    assert load_ingest_settings(own).lag_days("kcs") == 45


def test_counts_that_do_not_add_up_are_a_defect():
    with pytest.raises(AssertionError, match="went missing"):
        IngestCounts(read=3, used=1, set_apart=1, rejected=0, written=1)


def test_an_older_side_table_does_not_outlive_a_new_run(tmp_path):
    text = "period_dt,partner_name,hs6,val,qty\n2023-01-01,Japan,811292,1,1\n"
    (tmp_path / "a.csv").write_text(text + "2023-01-01,Japan,811292,1,1\n")
    (tmp_path / "b.csv").write_text(text)
    side = tmp_path / "out" / "_apart" / "flows-repeated.parquet"
    ingest("china-hs6", [tmp_path / "a.csv"], tmp_path / "out")
    assert side.exists()
    result = ingest("china-hs6", [tmp_path / "b.csv"], tmp_path / "out")
    assert not side.exists()
    assert result.lines[0] == "flows: 1 rows read = 1 used + 0 set apart + 0 rejected; 1 written"


def test_order_of_rows_does_not_matter(tmp_path):
    head = "period_dt,partner_name,hs6,val,qty\n"
    lines = [f"2023-0{m}-01,{who},811292,{m},1\n" for m in range(1, 9) for who in ("Japan", "Germany")]
    (tmp_path / "a.csv").write_text(head + "".join(lines))
    (tmp_path / "b.csv").write_text(head + "".join(reversed(lines)))
    for name in ("a", "b"):
        ingest("china-hs6", [tmp_path / f"{name}.csv"], tmp_path / name)
    one, two = (pl.read_parquet(tmp_path / name / "flows.parquet") for name in ("a", "b"))
    assert one.equals(two)
