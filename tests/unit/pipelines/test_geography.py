"""Distances between places, measured with searoute's network and kept in a cache."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pipelines import geography
from pipelines.geography import distances


def pairs(*of: tuple[str, str]) -> pl.DataFrame:
    return pl.DataFrame(list(of), schema=["place_a", "place_b"], orient="row")


def lengths(*of: tuple[str, str]) -> dict[tuple[str, str], tuple[float | None, float | None]]:
    return {(row[0], row[1]): (row[2], row[3]) for row in distances(pairs(*of)).rows()}


def test_shanghai_to_los_angeles():
    sea, direct = lengths(("USLAX", "CNSHA"))["CNSHA", "USLAX"]
    # Published sea distance about 5,700 nautical miles (10,560 km); the great circle is about 10,450 km.
    assert sea == pytest.approx(10_560, rel=0.03)
    assert direct == pytest.approx(10_450, rel=0.01)


def test_the_sea_way_to_rotterdam_goes_through_suez():
    sea, direct = lengths(("CNSHA", "NLRTM"))["CNSHA", "NLRTM"]
    assert sea == pytest.approx(19_500, rel=0.03)  # about 10,525 nautical miles
    assert direct is not None
    assert direct < 9_500


def test_pairs_are_unordered_and_distinct():
    found = distances(pairs(("CNSHA", "SGSIN"), ("SGSIN", "CNSHA"), ("CNSHA", "CNSHA")))
    assert found.select("place_a", "place_b").rows() == [("CNSHA", "SGSIN")]


def test_landlocked_inland_and_unknown_places():
    found = lengths(("CHN", "KGZ"), ("CNPVG", "DEFRA"), ("CNSHA", "ZZZZZ"), ("CNSHA", "KGFRU"))
    assert found["CHN", "KGZ"][0] is None
    assert found["CHN", "KGZ"][1] is not None
    assert found["CNPVG", "DEFRA"] == (None, pytest.approx(8_840, rel=0.01))
    assert found["CNSHA", "ZZZZZ"] == (None, None)
    assert found["CNSHA", "KGFRU"][0] is None


def test_a_country_is_its_nearest_main_port():
    found = lengths(("JPTYO", "USA"), ("DEHAM", "USA"))
    assert found["JPTYO", "USA"][0] == pytest.approx(9_000, rel=0.1)  # the Pacific coast
    assert found["DEHAM", "USA"][0] == pytest.approx(6_500, rel=0.1)  # the Atlantic coast


def test_sea_is_never_shorter_than_the_great_circle():
    ports = ["CNSHA", "SGSIN", "NLRTM", "USNYC", "ZADUR", "AUSYD", "BRSSZ", "AEJEA"]
    found = distances(pairs(*((a, b) for a in ports for b in ports)))
    assert found.height == 28
    assert found.filter(pl.col("sea_km") < pl.col("great_circle_km") * 0.99).height == 0


def test_the_cache_is_read_extended_and_survives_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    cache = tmp_path / "distances.parquet"
    first = distances(pairs(("CNSHA", "SGSIN")), cache)
    more = distances(pairs(("CNSHA", "SGSIN"), ("SGSIN", "USLAX")), cache)
    assert pl.read_parquet(cache).height == 2
    assert more.filter(pl.col("place_b") == "SGSIN").equals(first)
    with monkeypatch.context() as patch:
        patch.setattr(geography, "_measure", lambda *_: pytest.fail("measured again"))
        assert distances(pairs(("SGSIN", "CNSHA")), cache).equals(first)
    cache.write_bytes(b"PAR1 not a parquet file")
    assert distances(pairs(("CNSHA", "SGSIN")), cache).equals(first)


def test_a_cache_measured_otherwise_is_measured_anew(tmp_path: Path):
    cache = tmp_path / "distances.parquet"
    right = distances(pairs(("CNSHA", "SGSIN")), cache)
    wrong = pl.read_parquet(cache).with_columns(sea_km=pl.lit(1.0), measured_by=pl.lit("an older way"))
    wrong.write_parquet(cache)
    assert distances(pairs(("CNSHA", "SGSIN")), cache).equals(right)


def test_no_pairs_at_all():
    empty = pl.DataFrame(schema={"place_a": pl.String, "place_b": pl.String})
    assert distances(empty).columns == ["place_a", "place_b", "sea_km", "great_circle_km"]
