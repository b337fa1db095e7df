"""The control list as five tables, and the fingerprint that names one state of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

ANNOUNCEMENTS = pl.Schema(
    {
        "announcement_id": pl.String(),  # "2023-23"
        "number": pl.String(),  # "No.23 of 2023"
        "issuer": pl.String(),
        "announced_on": pl.Date(),
        "effective_on": pl.Date(),
        "kind": pl.String(),  # see pipelines.reference.control_file.Kind
        "licence_type": pl.String(),
        "summary": pl.String(),
        "source": pl.List(pl.String()),
        "confidence": pl.String(),
    }
)
ITEMS = pl.Schema(
    {
        "item_id": pl.String(),
        "announcement_id": pl.String(),
        "mineral": pl.String(),
        "minerals": pl.List(pl.String()),  # `mineral` and every other mineral of the mineral list that it controls
        "kind": pl.String(),  # good, equipment, technology
        "description_en": pl.String(),
        "description_cn": pl.String(),
        "control_code": pl.String(),
        "condition": pl.String(),  # plain words; null when the item is controlled in every purity and shape
        "min_purity_share": pl.Float64(),
        "regimes": pl.List(pl.String()),  # Wassenaar, NSG, MTCR, Australia Group
        "source": pl.List(pl.String()),
        "confidence": pl.String(),
    }
)
CODES = pl.Schema(
    {
        "item_id": pl.String(),
        "code": pl.String(),
        "digits": pl.Int64(),  # 8 or 10
        "hs6": pl.String(),  # read through misprints, so it need not be the code's first six digits
        "valid_from": pl.Date(),  # years of the national code table in which the code exists
        "valid_to": pl.Date(),  # exclusive; null open
        "known_from": pl.Date(),
        "known_to": pl.Date(),
        "confidence": pl.String(),
    }
)
MEASURES = pl.Schema(
    {
        "measure_id": pl.String(),  # unique: rule, mineral and running number
        "announcement_id": pl.String(),
        "number": pl.String(),
        "rule_id": pl.String(),  # "46.2a", "61.3"; the announcement's id when it has one rule only
        "rule": pl.String(),  # see BASE_RULES, OVERLAY_RULES, FOREIGN_RULES, OTHER_RULES
        "text": pl.String(),
        "mineral": pl.String(),  # null: every listed dual-use item
        "destination_iso3": pl.String(),  # null: every destination
        "valid_from": pl.Date(),
        "valid_to": pl.Date(),  # exclusive; null open
        "known_from": pl.Date(),
        "known_to": pl.Date(),  # exclusive; null open
        "question": pl.String(),  # setting of configs/controls.toml that decided this row; null when nothing is open
        "confidence": pl.String(),
    }
)
ENTITIES = pl.Schema(
    {
        "entity_id": pl.String(),
        "announcement_id": pl.String(),
        "entity_list": pl.String(),  # control, watch
        "name": pl.String(),  # null: `n_unnamed` entities whose names the sources do not give
        "name_cn": pl.String(),
        "country_iso3": pl.String(),
        "n_unnamed": pl.Int64(),
        "valid_from": pl.Date(),
        "valid_to": pl.Date(),
        "known_from": pl.Date(),
        "known_to": pl.Date(),
        "confidence": pl.String(),
    }
)

BASE_RULES = ("licence", "prohibited", "declaration_remark")  # bind the announcement's own items
OVERLAY_RULES = ("refusal_presumed", "strict_review", "prohibited_military", "destination_review")  # bind a destination
FOREIGN_RULES = ("extraterritorial",)  # bind goods of Chinese origin or content that leave another country
OTHER_RULES = (  # never decided by goods and destination alone
    "extraterritorial_content", "entity", "end_user", "state_trading", "technology", "framework", "enforcement",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class ControlList:
    """What is controlled, by whom, for whom, when, and since when that was known.

    `measures` is bitemporal: a row says that between `known_from` and `known_to` the published texts put the rule in
    force from `valid_from` to `valid_to` (both ends exclusive, null open). A rule that was suspended before it took
    effect has no row that covers those days once the suspension is known.
    """

    items: pl.DataFrame
    codes: pl.DataFrame
    measures: pl.DataFrame
    announcements: pl.DataFrame
    entities: pl.DataFrame
    switches: dict[str, str] = field(default_factory=dict)
    """How each dated open question was answered (configs/controls.toml)."""

    @cached_property
    def version(self) -> str:
        """Sixteen hexadecimal digits that change when any row or any switch changes."""
        tables = {"switches": json.dumps(self.switches, sort_keys=True)}
        for name in ("items", "codes", "measures", "announcements", "entities"):
            rows = [json.dumps(row, default=str, ensure_ascii=False) for row in getattr(self, name).iter_rows()]
            tables[name] = "\n".join(sorted(rows))
        return hashlib.sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()[:16]
