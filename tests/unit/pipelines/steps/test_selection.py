"""Tables of offices and tiers: read, or refused by name."""

from __future__ import annotations

import pytest

from features.errors import ConfigError
from pipelines.steps.selection import load_offices, load_tiers

RATIOS = {"credit_rated": 0.5, "ordinary": 1.0}


def test_no_table_is_no_limit():
    assert load_offices(None) == {}
    assert load_tiers(None, RATIOS) is None


def test_tables_as_they_should_be(tmp_path):
    (tmp_path / "offices.csv").write_text("office_id,capacity_declarations\n5301,12\n2201,0\n")
    assert load_offices(tmp_path / "offices.csv") == {"5301": 12, "2201": 0}
    (tmp_path / "tiers.csv").write_text("exporter_id,tier\nA,credit_rated\nA,ordinary\nB,credit_rated\n")
    tiers = load_tiers(tmp_path / "tiers.csv", RATIOS)
    assert tiers is not None
    assert dict(tiers.iter_rows()) == {"A": 1.0, "B": 0.5}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("office_id\n1\n", "capacity_declarations is missing"),
        ("office_id,capacity_declarations\n1,-2\n", "0 or more"),
        ("office_id,capacity_declarations\n1,many\n", "0 or more"),
        ("office_id,capacity_declarations\n1,2\n1,3\n", "occurs twice"),
    ],
)
def test_offices_that_cannot_be_used(tmp_path, text, told):
    (tmp_path / "offices.csv").write_text(text)
    with pytest.raises(ConfigError, match=told):
        load_offices(tmp_path / "offices.csv")


def test_a_tier_that_the_settings_do_not_name(tmp_path):
    (tmp_path / "tiers.csv").write_text("exporter_id,tier\nA,golden\n")
    with pytest.raises(ConfigError, match="unknown tier golden"):
        load_tiers(tmp_path / "tiers.csv", RATIOS)
