"""Shipped settings of consignment evidence are the rules' own defaults, and closed."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.errors import ConfigError
from features.parcel import ParcelRules
from features.parties import PartiesRules
from features.routing import RoutingRules
from pipelines.settings.closed import load_section
from pipelines.settings.evidence import ConsignmentEvidence


def test_shipped_settings_are_the_defaults_in_code():
    shipped = load_section(ConsignmentEvidence, "evidence")
    assert shipped.parcel.rules() == ParcelRules()
    assert shipped.routing.rules() == RoutingRules()
    assert shipped.parties.rules() == PartiesRules()


def test_an_override_changes_one_number(tmp_path: Path):
    override = tmp_path / "mine.toml"
    override.write_text("[evidence.parcel]\nhistory_months = 6\n", encoding="utf-8")
    parcel = load_section(ConsignmentEvidence, "evidence", override).parcel
    assert parcel.rules().history_months == 6
    assert parcel.rules().boxes == ParcelRules().boxes


def test_an_unknown_key_is_refused(tmp_path: Path):
    override = tmp_path / "mine.toml"
    override.write_text("[evidence.routing]\nspeed = 6\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="unknown key 'speed'"):
        load_section(ConsignmentEvidence, "evidence", override)
