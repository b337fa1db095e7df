from datetime import date
from pathlib import Path

import pytest

from features.errors import ConfigError
from pipelines.reference import load_controls
from pipelines.steps.watches import placebo_watches, read_watches, watches_of_controls

GOOD = """
[[watch]]
name = "ball bearings"
hs_codes = ["8482.10", "84822000"]
origins = ["DEU"]
destinations = ["RUS"]
event_on = 2022-02-26
hubs = ["TUR", "ARE"]
controls = ["EU 2022/328"]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "watch.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_any_goods_can_be_watched(tmp_path: Path) -> None:
    (one,) = read_watches(written(tmp_path, GOOD))
    assert one.hs_codes == ("848210", "848220")
    assert one.longer_codes == ("84822000",)
    assert one.events == (date(2022, 2, 26),)
    assert one.hubs == ("TUR", "ARE")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("destinations", "destination"), "unknown key 'destination'; known keys: 'controls', 'destinations'"),
        (('"8482.10"', '"84"'), "not customs codes"),
        (('"RUS"', '"RU"'), "not ISO 3166-1 alpha-3 countries: RU"),
        (('"8482.10"', '"８４８２１０"'), "not customs codes"),
        (('"8482.10"', '"8482"'), "not customs codes"),
        (('"DEU"', '"deu"'), "not ISO 3166-1 alpha-3 countries: deu"),
        (('"RUS"', '"DEU"'), "DEU among the origins too"),
        (('"TUR"', '"DEU"'), "hubs: DEU among the origins too"),
        (('"TUR"', '"RUS"'), "hubs: RUS among the destinations too"),
        (("2022-02-26", '"soon"'), "event_on"),
        (("[[watch]]", "[[watches]]"), "unknown key 'watches'"),
        (('name = "ball bearings"', ""), "name"),
        (('name = "ball bearings"', 'name = " \u200b "'), "name: no letter or digit"),
        ((GOOD, ""), "no [[watch]] table"),
        ((GOOD, GOOD + GOOD), "two [[watch]] tables are named 'ball bearings'"),
        ((GOOD, "watch = ["), "not a TOML file"),
    ],
)
def test_wrong_watch_files_are_refused_plainly(tmp_path: Path, change: tuple[str, str], complaint: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read_watches(written(tmp_path, GOOD.replace(*change)))
    assert complaint in str(refused.value)


def test_what_is_written_twice_counts_once(tmp_path: Path) -> None:
    twice = GOOD.replace("2022-02-26", "[2022-02-26, 2022-02-26]").replace('"84822000"', '"84821000"')
    (one,) = read_watches(written(tmp_path, twice))
    assert (one.hs_codes, one.events) == (("848210",), (date(2022, 2, 26),))


def test_a_byte_order_mark_is_no_part_of_the_file(tmp_path: Path) -> None:
    assert read_watches(written(tmp_path, "\ufeff" + GOOD)) == read_watches(written(tmp_path, GOOD))


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        read_watches(tmp_path / "none.toml")


def test_control_list_gives_what_was_known_on_the_day() -> None:
    controls = load_controls()
    names = {
        day: {one.name for one in watches_of_controls(controls, as_of=day, origin_iso3="CHN")}
        for day in (date(2023, 7, 31), date(2023, 8, 1), date(2024, 9, 15))
    }
    assert "gallium" not in names[date(2023, 7, 31)]
    assert {"gallium", "germanium"} <= names[date(2023, 8, 1)]
    assert "antimony" not in names[date(2023, 8, 1)]
    assert "antimony" in names[date(2024, 9, 15)]
    before, after = (
        next(one for one in watches_of_controls(controls, as_of=day, origin_iso3="CHN") if one.name == "gallium")
        for day in (date(2024, 12, 2), date(2024, 12, 3))
    )
    assert before.destinations == ()
    assert after.destinations == ("USA",)
    # a licence for every destination stands beside the refusal of one: the others are looked at as before
    assert after.everywhere_since == before.everywhere_since == (date(2023, 8, 1),)


def test_placebo_goods_are_none_of_the_watched_and_no_neighbours(tmp_path: Path) -> None:
    watches = read_watches(written(tmp_path, GOOD))
    got = placebo_watches(watches, ["848210", "848299", "720211", "760110"], n_codes=1)
    assert [one.hs_codes for one in got] == [("720211",)]
    assert got[0].is_placebo
    assert got[0].events == watches[0].events
