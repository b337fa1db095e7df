"""Listed end users turned into rows, named where the sources name them and counted where they do not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from features.controls.timeline import beliefs
from pipelines.reference.control_file import Announcement
from pipelines.reference.control_kinds import country_iso3, entity_count, kind_of
from pipelines.reference.control_measures import pauses_of
from pipelines.settings.controls import ControlSwitches


def entity_rows(one: Announcement, switches: ControlSwitches, where: str) -> Iterator[dict[str, Any]]:
    """Give one row for each listed end user, spell and stretch of knowledge; none for other notices."""
    if kind_of(one, where) != "entity_list":
        return
    total, country = entity_count(one)
    country = None if country is None else country_iso3(country, f"{where}: country")
    which = one.entity_list or ("watch" if "WATCH" in (one.summary or "") else "control")
    named: list[dict[str, Any]] = [
        {
            "name": entity.name,
            "name_cn": entity.name_cn,
            "country_iso3": country_iso3(entity.country, f"{where}: entities {entity.name}: country"),
            "n_unnamed": 0,
        }
        for entity in one.entities
    ]
    if total > len(named):
        named.append({"name": None, "name_cn": None, "country_iso3": country, "n_unnamed": total - len(named)})
    proof = one.evidence.get("announced")
    end = None if one.expires is None else one.expires + timedelta(days=1)
    spells = beliefs(one.announced, one.effective, end, pauses_of(one, switches))
    for number, entity in enumerate(named, 1):
        for belief in spells:
            yield entity | {
                "entity_id": f"{one.id}/{number}",
                "announcement_id": one.id,
                "entity_list": which,
                "valid_from": belief.spell.first,
                "valid_to": belief.spell.end,
                "known_from": belief.known_from,
                "known_to": belief.known_to,
                "confidence": proof.confidence if proof else "recalled",
            }
