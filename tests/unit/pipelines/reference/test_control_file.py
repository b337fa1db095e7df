"""A malformed control list is refused with file, announcement and key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from features.errors import ConfigError
from pipelines.reference import load_controls

# The older form: country codes of two letters, thresholds as loose pairs, no `kind`, one source as plain text.
OLD_FORM: dict[str, Any] = {
    "sources": {"gazette": {"ref": "somewhere", "kind": "official", "about": "all of it"}},
    "announcements": [
        {
            "id": "2024-33", "issuer": "MOFCOM+GACC", "number": "No.33 of 2024", "announced": "2024-08-15",
            "effective": "2024-09-15", "minerals": ["antimony"], "licence_type": "dual-use item export licence",
            "items": [
                {
                    "id": "2024-33/sb3", "kind": "good", "mineral": "antimony", "description_en": "antimony oxides",
                    "description_cn": "锑的氧化物", "control_code": None, "threshold": {"purity_pct": ">=99.99"},
                    "reference_codes": [
                        {"code": "2825800010", "digits": 10, "hs6": "282580", "source": "gazette",
                         "confidence": "verified", "in_catalogue_2026": True}
                    ],
                    "source": "gazette", "confidence": "verified",
                }
            ],
            "destination_rules": [], "end_user_rules": ["proof of end use"], "extraterritorial_rules": [],
            "status_events": [], "evidence": {"announced": {"source": ["gazette"], "confidence": "verified"}},
        },
        {
            "id": "2024-46", "issuer": "MOFCOM", "number": "No.46 of 2024", "announced": "2024-12-03",
            "effective": "2024-12-03", "minerals": ["antimony"], "licence_type": "destination overlay",
            "items": [], "end_user_rules": [], "extraterritorial_rules": [], "evidence": {},
            "destination_rules": [
                {"id": "46.2", "destination": "US", "scope": ["antimony"], "rule": "licences not granted in principle",
                 "from": "2024-12-03", "suspended": {"from": "2025-11-09", "to": "2026-11-27", "by": "2024-33"},
                 "source": ["gazette"], "confidence": "verified"}
            ],
            "status_events": [
                {"date": "2025-11-09", "event": "suspended", "part": "para 2", "by": "2024-33", "until": "2026-11-27",
                 "source": ["gazette"], "confidence": "verified"}
            ],
        },
    ],
}  # fmt: skip


def _written(folder: Path, change: Callable[[dict[str, Any]], object] = lambda _: None) -> Path:
    form = yaml.safe_load(yaml.safe_dump(OLD_FORM, allow_unicode=True))
    change(form)
    path = folder / "mine.yaml"
    path.write_text(yaml.safe_dump(form, allow_unicode=True), encoding="utf-8")
    return path


def test_older_form_is_read(tmp_path: Path) -> None:
    controls = load_controls(_written(tmp_path))
    assert controls.items["condition"].to_list() == ["only at 99.99 % or purer"]
    assert controls.items["min_purity_share"].to_list() == [0.9999]
    told = controls.measures.select("rule_id", "rule", "destination_iso3").unique().sort("rule_id", "rule").rows()
    assert told == [("2024-33", "end_user", None), ("2024-33", "licence", None), ("46.2", "refusal_presumed", "USA")]


BROKEN: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    ("unknown key", lambda f: f["announcements"][0].update(licence="x"), "announcement 2024-33: unknown key 'licence'"),
    ("missing key", lambda f: f["announcements"][0].pop("effective"), "2024-33: key 'effective' is missing"),
    ("no date", lambda f: f["announcements"][0].update(announced="soon"), "2024-33: announced:"),
    ("dates reversed", lambda f: f["announcements"][0].update(effective="2024-08-01"), "lies before announced"),
    ("code too short", lambda f: _code(f).update(code="2825"), "2024-33: items.0.reference_codes.0.code:"),
    ("digits do not fit", lambda f: _code(f).update(digits=8), "has 10 digits, not 8"),
    ("another heading", lambda f: _code(f).update(hs6="811010"), "not the start of code 2825800010"),
    ("unknown source", lambda f: _code(f).update(source="hearsay"), "source: hearsay not in section 'sources'"),
    ("unknown country", lambda f: f["announcements"][1]["destination_rules"][0].update(destination="Mars"),
     "announcement 2024-46: destination_rules 46.2: destination: 'Mars'"),
    ("unknown kind of rule", lambda f: f["announcements"][1]["destination_rules"][0].update(rule="be kind"),
     "2024-46: destination_rules 46.2: rule 'be kind'"),
    ("unknown kind of notice", lambda f: f["announcements"][0].update(licence_type="a party"),
     "2024-33: licence_type: 'a party'"),
    ("unknown event", lambda f: f["announcements"][1]["status_events"][0].update(event="frozen"),
     "2024-46: status_events.0.event:"),
    ("suspended by nobody", lambda f: f["announcements"][1]["destination_rules"][0]["suspended"].update(by="2025-72"),
     "2024-46: destination_rules.suspended.by: no announcement '2025-72'"),
    ("id twice", lambda f: f["announcements"][1].update(id="2024-33"), "2024-33: id '2024-33' is used twice"),
    ("no announcements", lambda f: f.update(announcements=[]), "announcements: expected a list"),
    ("unknown section", lambda f: f.update(rumours=[]), "unknown sections ['rumours']"),
    ("no mapping", lambda f: f["announcements"].append("text"), "announcement number 3 (no id)"),
]  # fmt: skip


def _code(form: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = form["announcements"][0]["items"][0]["reference_codes"][0]
    return found


@pytest.mark.parametrize(
    ("change", "said"), [(change, said) for _, change, said in BROKEN], ids=[n for n, *_ in BROKEN]
)
def test_malformed_file_is_refused(tmp_path: Path, change: Callable[[dict[str, Any]], object], said: str) -> None:
    path = _written(tmp_path, change)
    with pytest.raises(ConfigError) as refused:
        load_controls(path)
    assert str(path) in str(refused.value)
    assert said in str(refused.value)


@pytest.mark.parametrize("text", ["a: [1, 2", "- just\n- a list", "", "\x00"])
def test_what_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"mine\.yaml"):
        load_controls(path)


def test_absent_file_and_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such reference file"):
        load_controls(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_controls(tmp_path)
