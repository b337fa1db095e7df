"""`oretrace corridors --watch` for goods that are no minerals, on figures that are whole, thin or one-sided."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tests.integration.commands import Ran, oretrace

SENDERS, HUBS, BARRED = ["DEU", "USA"], ["ARE", "TUR"], "RUS"
CHIPS, OTHERS = "854231", ["850440", "730890", "401110"]
EVENT = date(2021, 6, 1)
WATCH = """
[[watch]]
name = "chips <script>"
hs_codes = ["8542.31"]
origins = ["DEU", "USA"]
destinations = ["RUS"]
hubs = ["ARE", "TUR"]
event_on = 2021-06-01
controls = ["EU 833/2014"]
"""


@pytest.fixture(scope="module")
def flows() -> pl.DataFrame:
    """Two years of both sides' figures: from the event on, chips for the barred country go by TUR, nothing else moves.

    Sizes wobble by a fixed pattern (no chance): 1 + ((7 * month + 3 * lane) mod 11) / 50.
    """
    months = pl.date_range(date(2020, 3, 1), date(2022, 6, 1), "1mo", eager=True)
    places = [*SENDERS, *HUBS, BARRED, "FRA"]
    lanes = [(a, b) for a in [*SENDERS, *HUBS, "FRA"] for b in places if a != b]
    rows = []
    for n_code, code in enumerate([CHIPS, *OTHERS]):
        for n_lane, (sent, came) in enumerate(lanes):
            for n_month, month in enumerate(months):
                usd = 1e6 * (1 + (n_lane + n_code) % 5) * (1 + ((7 * n_month + 3 * n_lane) % 11) / 50)
                if code == CHIPS and month >= EVENT:
                    usd *= 0.02 if (sent in SENDERS and came == BARRED) else 1.0
                    usd *= 6.0 if (sent in SENDERS and came == "TUR") or (sent == "TUR" and came == BARRED) else 1.0
                rows.append((sent, came, "export", code, month, "M", usd, usd / 200, "made up"))
                rows.append((came, sent, "import", code, month, "M", usd * 1.07, usd / 200, "made up"))
    names = ["reporter_iso3", "partner_iso3", "direction", "hs_code", "period", "freq", "value_usd", "net_kg", "source"]
    return pl.DataFrame(rows, schema=names, orient="row")


def search(flows: pl.DataFrame, folder: Path, watch: str = WATCH) -> Ran:
    flows.write_parquet(folder / "flows.parquet")
    (folder / "watch.toml").write_text(watch, encoding="utf-8")
    words = ("--flows", folder / "flows.parquet", "--watch", folder / "watch.toml", "--as-of", "2022-08-31")
    return oretrace("corridors", *words, "--out", folder / "out", "--home", folder / "home")


def test_chips_by_a_third_country_are_named(flows: pl.DataFrame, tmp_path: Path) -> None:
    told = search(flows, tmp_path)
    assert told.code == 0, told.text
    found = pl.read_parquet(tmp_path / "out" / "corridors.parquet").filter(pl.col("first_flagged_on").is_not_null())
    assert set(found["hub_iso3"]) == {"TUR"}
    assert set(found["origin_iso3"]) == set(SENDERS)
    assert found["controls_in_force"].to_list()[0] == ["EU 833/2014"]
    assert "corridors stand out" in told.text
    assert "<script>" not in (tmp_path / "out" / "corridors.html").read_text(encoding="utf-8").split("</style>")[1]


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("worthless", "rows read"),
        ("one month", "Only one month of figures"),
        ("annual", "There are no monthly figures that were public by then"),
        ("public later", "became public only after 2022-08-31 and are left unseen"),
        ("other goods", "No figures at all for: chips"),
        ("exporters only", "No importing country's figures are given"),
        ("importers only", "No exporting country's figures are given"),
        ("no masses", "No masses are given"),
        ("nobody else trades it", "no corridor stands out|No corridor could be looked at"),
    ],
)
def test_thin_figures_are_told_not_stumbled_over(case: str, said: str, flows: pl.DataFrame, tmp_path: Path) -> None:
    thin = {
        "worthless": lambda: flows.with_columns(value_usd=pl.lit(0.0)),
        "one month": lambda: flows.filter(pl.col("period") == date(2022, 1, 1)),
        "annual": lambda: flows.filter(pl.col("period").dt.month() == 1).with_columns(freq=pl.lit("A")),
        "public later": lambda: flows.with_columns(published_on=date(2030, 1, 1)),
        "other goods": lambda: flows.filter(pl.col("hs_code") != CHIPS),
        "importers only": lambda: flows.filter(pl.col("direction") == "import"),
        "no masses": lambda: flows.with_columns(net_kg=pl.lit(None, dtype=pl.Float64)),
        "nobody else trades it": lambda: flows.filter(
            (pl.col("hs_code") != CHIPS) | (pl.col("reporter_iso3").is_in(SENDERS) & (pl.col("direction") == "export"))
        ),
        "exporters only": lambda: flows.filter(pl.col("direction") == "export", pl.col("period") < date(2020, 6, 1)),
    }[case]()
    told = search(thin, tmp_path)
    assert told.code == 0, told.text
    assert any(words in told.text for words in said.split("|")), told.text
    assert "(s)" not in told.text
    assert (tmp_path / "out" / "corridors.html").is_file()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("event_on = 2021-06-01", "event_on = []"), "event_on: no day"),
        (("event_on = 2021-06-01", ""), "'event_on' is missing"),
        (('"DEU", ', '"GER", '), "not ISO 3166-1 alpha-3 countries: GER"),
        (('"8542.31"', '"85"'), "not customs codes of 6 to 12 digits: 85"),
        (("hs_codes", "hs_code"), "unknown key 'hs_code'; known keys: 'controls'"),
        (("[[watch]]", "[watch]"), "no [[watch]] table"),
    ],
)
def test_a_mistaken_watch_is_told_by_key(
    change: tuple[str, str], said: str, flows: pl.DataFrame, tmp_path: Path
) -> None:
    told = search(flows.head(10), tmp_path, WATCH.replace(*change))
    assert told.code == 2
    assert said in told.text
    assert "Value error" not in told.text
    assert not (tmp_path / "out").exists()


def test_one_countrys_exports_leave_the_destination_and_its_controls_unknown(tmp_path: Path) -> None:
    months = pl.date_range(date(2022, 1, 1), date(2024, 3, 1), "1mo", eager=True)
    rows = [
        ("CHN", place, "export", code, month, "M", 1e6 * (1 + ((7 * n + 3 * k) % 11) / 50), "made up")
        for n, month in enumerate(months)
        for k, place in enumerate(["USA", "JPN", "VNM", "THA"])
        for code in ["811292", *OTHERS]
    ]
    names = ["reporter_iso3", "partner_iso3", "direction", "hs_code", "period", "freq", "value_usd", "source"]
    pl.DataFrame(rows, schema=names, orient="row").write_parquet(tmp_path / "flows.parquet")
    words = ("--flows", tmp_path / "flows.parquet", "--as-of", "2024-06-30")
    told = oretrace("corridors", *words, "--out", tmp_path / "out", "--home", tmp_path / "home")
    assert told.code == 0, told.text
    found = pl.read_parquet(tmp_path / "out" / "corridors.parquet")
    assert set(found["destination_iso3"]) == {"_X"}
    assert found["controls_in_force"].null_count() == found.height > 0
