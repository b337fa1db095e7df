"""Whole journeys over a home: moved homes, hostile papers, results that come back, gates, the same bytes twice."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from pipelines.tracking.models import CHAMPION, MODEL_NAME
from pipelines.tracking.store import opened
from tests.integration.commands import oretrace
from tests.integration.conftest import Demo

pytestmark = pytest.mark.xdist_group("demo")

GOLDEN = Path(__file__).parents[1] / "golden"
THIRTY = GOLDEN / "thirty_declarations.csv"
TIMES = ("--as-of", "2025-06-30", "--budget", "30", "--model", "challenger")
FREE_TEXT = ["description", "exporter_name", "consignee_name", "route", "licence_no", "control_remark", "end_use"]
AMOUNTS = ["net_kg", "gross_kg", "volume_m3", "value_usd", "n_packages"]
HOSTILE = '=HYPERLINK("http://x","y")<script>alert(1)</script>\u202e'


@pytest.fixture
def own_home(small_demo: Demo, tmp_path: Path) -> Path:
    """A copy of the demo's home, in a folder with spaces and Chinese characters, that a test may change."""
    return shutil.copytree(small_demo.home.folder, tmp_path / "my home 家")


def thirty() -> pl.DataFrame:
    return pl.read_csv(THIRTY, infer_schema=False)


def test_a_copied_home_scores_from_another_folder(
    small_demo: Demo, own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("ORETRACE_HOME", str(own_home))
    before = {path: path.stat().st_mtime_ns for path in small_demo.home.folder.rglob("*")}
    told = oretrace("score", "--declarations", THIRTY, "--out", "result 结果", *TIMES)
    assert told.code == 0, told.text
    assert "30 declarations read = 30 scored + 0 rejected" in told.text
    assert "open result 结果/worklist.html" in told.text
    assert [path.name for path in elsewhere.iterdir()] == ["result 结果"]
    assert {path: path.stat().st_mtime_ns for path in small_demo.home.folder.rglob("*")} == before


def test_hostile_and_absurd_papers_are_scored_and_shown_as_text(small_demo: Demo, tmp_path: Path) -> None:
    given = thirty().with_columns(pl.lit(HOSTILE).alias(name) for name in FREE_TEXT)
    given = given.with_columns(
        pl.concat_str(pl.lit("=1+1<b>"), "declaration_id").alias("declaration_id"),
        description=pl.when(pl.int_range(pl.len()) == 0).then(pl.lit("gallium " * 125_000)).otherwise("description"),
        # neither who sends nor who receives: which controls hold is unknown
        origin_iso3=pl.when(pl.int_range(pl.len()) < 5).then(pl.lit("_X")).otherwise("origin_iso3"),
        destination_iso3=pl.when(pl.int_range(pl.len()) < 5).then(pl.lit("W00")).otherwise("destination_iso3"),
    )
    given = given.with_columns(
        pl.when(pl.int_range(pl.len()) % 3 == 1).then(pl.lit("0"))
        .when(pl.int_range(pl.len()) % 3 == 2).then(pl.lit("1000000000000" if name == "n_packages" else "1e15"))
        .otherwise(name).alias(name)
        for name in AMOUNTS
    )  # fmt: skip
    given.write_csv(tmp_path / "hostile.csv")
    out = tmp_path / "out"
    told = oretrace(
        "score", "--declarations", tmp_path / "hostile.csv", "--home", small_demo.home.folder, "--out", out, *TIMES
    )
    assert told.code == 0, told.text
    listed = pl.read_parquet(out / "worklist.parquet")
    assert listed.height == 30
    assert listed["controls_in_force"].null_count() == 5
    page = (out / "worklist.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "<b>G0" not in page
    assert ",=1+1" not in (out / "worklist.csv").read_text(encoding="utf-8")


def test_amounts_beyond_all_trade_are_refused_by_name(tmp_path: Path) -> None:
    thirty().with_columns(net_kg=pl.lit("1e308")).write_csv(tmp_path / "big.csv")
    told = oretrace("ingest", "declarations", tmp_path / "big.csv", "--out", tmp_path / "out")
    assert told.code == 3
    assert "net_kg|max 30" in told.text


def test_every_form_of_a_table_gives_the_same_rows(tmp_path: Path) -> None:
    frame = thirty()
    kinds = frame.with_columns(
        pl.col("origin_iso3", "transport_mode").cast(pl.Categorical),
        pl.col("net_kg").cast(pl.Float64).cast(pl.Decimal(18, 3)),
        declared_on=pl.col("declared_on").str.to_date().cast(pl.Datetime("ms", "Asia/Shanghai")),
    )
    frame.select(frame.columns[::-1]).write_csv(tmp_path / "turned.csv", line_terminator="\r\n", include_bom=True)
    frame.write_csv(tmp_path / "packed.csv.gz", compression="gzip")
    kinds.write_parquet(tmp_path / "kinds.parquet")
    for (day,), part in frame.group_by("declared_on"):
        folder = tmp_path / "hive" / f"declared_on={day}"
        folder.mkdir(parents=True)
        part.drop("declared_on").write_parquet(folder / "a.parquet")
    frame.write_delta(tmp_path / "delta")

    def read(path: Path) -> pl.DataFrame:
        assert oretrace("ingest", "declarations", path, "--out", tmp_path / "out").code == 0
        return pl.read_parquet(tmp_path / "out" / "declarations.parquet").sort("declaration_id")

    plain = read(THIRTY)
    assert plain.height == 30
    for name in ("turned.csv", "packed.csv.gz", "kinds.parquet", "hive", "delta"):
        assert read(tmp_path / name).equals(plain), name


def test_ingest_first_gives_the_same_scores(small_demo: Demo, tmp_path: Path) -> None:
    given = GOLDEN / "thirty_required_only.csv"
    assert oretrace("ingest", "declarations", given, "--out", tmp_path / "tables").code == 0
    found = []
    for name, path in (("raw", given), ("read", tmp_path / "tables" / "declarations.parquet")):
        words = ("--declarations", path, "--home", small_demo.home.folder, "--out", tmp_path / name)
        assert oretrace("score", *words, *TIMES).code == 0
        found.append(pl.read_parquet(tmp_path / name / "scores.parquet"))
    assert found[0].equals(found[1])


def test_the_same_tables_and_seed_give_the_same_bytes_in_a_fresh_home(small_demo: Demo, tmp_path: Path) -> None:
    folder, home = small_demo.folder, tmp_path / "fresh"
    past = [
        word for name in ("declarations", "outcomes") for word in (f"--{name}", folder / "past" / f"{name}.parquet")
    ]
    others = ("flows", "licences", "movements")
    tables = [word for name in others for word in (f"--{name}", folder / "tables" / f"{name}.parquet")]
    # states of flows may be found in the cache: they are held to be the same by their own tests
    shutil.copytree(small_demo.home.cache, home / "cache")
    trained = oretrace("train", *past, *tables, "--home", home, "--out", tmp_path / "train")
    assert trained.code == 0, trained.text
    last_day = pl.read_parquet(folder / "new" / "declarations.parquet")["declared_on"].max()
    words = ("--declarations", folder / "new" / "declarations.parquet", "--as-of", last_day, "--budget", "100")
    scored = oretrace("score", *words, "--home", home, "--out", tmp_path / "score", "--model", "challenger")
    assert scored.code == 0, scored.text
    for name in ("worklist.csv", "worklist.parquet", "worklist.html", "scores.parquet"):
        assert (tmp_path / "score" / name).read_bytes() == (folder / "score" / name).read_bytes(), name


def test_results_come_back_once(small_demo: Demo, own_home: Path, tmp_path: Path) -> None:
    known = pl.read_parquet(small_demo.folder / "past" / "outcomes.parquet")
    results = tmp_path / "results.csv"
    lines = [f"{known['declaration_id'][0]},{known['inspected_on'][0]},{known['finding'][0]}", "N1,2026-01-05,clean"]
    results.write_text("\n".join(["declaration_id,inspected_on,finding", *lines]), encoding="utf-8")
    first = oretrace("outcomes", results, "--home", own_home, "--out", tmp_path)
    again = oretrace("outcomes", results, "--home", own_home, "--out", tmp_path)
    assert (first.code, again.code) == (0, 0)
    assert "2 incoming = 1 new + 1 repeated" in first.text
    assert "2 incoming = 0 new + 2 repeated" in again.text
    assert "1 of them tell of declarations that the last training did not have" in first.text
    assert pl.read_parquet(own_home / "lake" / "outcomes.parquet").height == known.height + 1


def test_a_champion_is_left_so_and_a_gate_that_says_no_ends_with_4(own_home: Path, tmp_path: Path) -> None:
    with opened(own_home) as client:
        number = client.get_model_version_by_alias(MODEL_NAME, "challenger").version
        client.set_registered_model_alias(MODEL_NAME, CHAMPION, number)
    told = oretrace("promote", "--home", own_home)
    assert told.code == 0
    assert f"version {number} is champion already" in told.text
    with opened(own_home) as client:
        client.delete_registered_model_alias(MODEL_NAME, CHAMPION)
    strict = tmp_path / "strict.toml"
    strict.write_text("[train.gate]\nn_positives_min = 100000\nis_unlabelled_allowed = false\n", encoding="utf-8")
    told = oretrace("promote", "--home", own_home, "--config", strict)
    assert told.code == 4
    assert "refused" in told.text
    with opened(own_home) as client:
        assert CHAMPION not in client.get_registered_model(MODEL_NAME).aliases


def test_a_version_that_is_not_there_is_told(small_demo: Demo, tmp_path: Path) -> None:
    told = oretrace(
        "score", "--declarations", THIRTY, "--home", small_demo.home.folder, "--out", tmp_path, "--model", "99"
    )
    assert told.code == 2
    assert "there is no version 99" in told.text


def test_where_nothing_was_inspected_the_anomaly_alone_is_learned(small_demo: Demo, tmp_path: Path) -> None:
    world = next(path for path in small_demo.folder.rglob("declarations.parquet") if "truth" not in path.parts)
    pl.read_parquet(world).sort("declared_on").tail(2_000).write_parquet(tmp_path / "own.parquet")
    home = ("--home", tmp_path / "home")
    told = oretrace("train", "--declarations", tmp_path / "own.parquet", "--out", tmp_path / "train", *home)
    assert told.code == 0, told.text
    assert "inspected 0, of which 0 violations" in told.text
    assert "suspicion is the prior, the order is the anomaly's" in told.text
    again = oretrace("score", "--declarations", THIRTY, "--out", tmp_path / "score", *TIMES, *home)
    assert again.code == 0, again.text
