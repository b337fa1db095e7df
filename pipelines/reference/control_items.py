"""Listed goods turned into rows: their condition in words, their regimes, their codes by year of the code table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from features.controls.thresholds import Bound, Joint, condition_words, min_purity_share
from pipelines.reference.control_file import Announcement, Catalogue, Item, Limit, ReferenceCode, Threshold
from pipelines.reference.control_kinds import item_minerals

# Threshold keys of the older form: what they measure, the unit, and whether a stated purity answers them.
_KEYS: dict[str, tuple[str, str, bool]] = {
    "purity_pct": ("purity", "%", True),
    "purity_inorganic_basis_pct": ("purity on the inorganic elements", "%", True),
    "poly_purity_pct": ("purity of polycrystal", "%", True),
    "W_pct": ("tungsten content", "%", True),
    "Mo_pct": ("molybdenum content", "%", True),
    "flexural_MPa": ("flexural strength", "MPa", False),
    "density_g_cm3": ("density", "g/cm³", False),
    "dislocation_per_cm2": ("dislocation density of single crystal", "per cm²", False),
    "machinable_size": ("machinable size", "", False),
    "particle_um": ("particle size", "µm", False),
    "mean_um": ("mean grain size", "µm", False),
    "Wh_per_kg": ("energy density", "Wh/kg", False),
}
_COMPARED = re.compile(r"(>=|>|<=|<)\s*(\d+(?:\.\d+)?)")
_RANGE = re.compile(r"(\d+(?:\.\d+)?)\s*-\s*(\d+(?:\.\d+)?)")
_SPAN = re.compile(r"(\d{8}|\d{10})\.\.(\d{8}|\d{10})")

# Chinese control codes reuse the numbering of the EU list (third sign: 0 Wassenaar, 1 MTCR, 2 NSG, 3 Australia Group,
# 9 national). Only numbers whose text is also that regime's are tagged; 1C117.d (paratungstate, oxide, carbide),
# 3C004 and 6C001 carry such numbers but other goods.
_REGIME_CODES: tuple[tuple[str, str], ...] = (
    ("1C117.b", "MTCR"),
    ("1C117.c", "MTCR"),
    ("1C004", "Wassenaar"),
    ("6C002", "Wassenaar"),
    ("3A001", "Wassenaar"),
    ("1C226", "NSG"),
    ("1C229", "NSG"),
    ("1C241", "NSG"),
    ("1C35", "Australia Group"),
)


def item_row(item: Item, announcement_id: str) -> dict[str, Any]:
    """Give the row of one item, its threshold said in plain words."""
    bounds, joint = bounds_of(item.threshold)
    regimes = item.regimes
    if regimes is None:
        regimes = [regime for code, regime in _REGIME_CODES if (item.control_code or "").startswith(code)]  # type: ignore[misc]
    return {
        "item_id": item.id,
        "announcement_id": announcement_id,
        "mineral": item.mineral,
        "minerals": item_minerals(item),
        "kind": item.kind,
        "description_en": item.description_en,
        "description_cn": item.description_cn,
        "control_code": item.control_code,
        "condition": item.condition or condition_words(bounds, joint),
        "min_purity_share": min_purity_share(bounds, joint),
        "regimes": regimes,
        "source": item.source,
        "confidence": item.confidence,
    }


def bounds_of(threshold: Threshold | dict[str, Any] | None) -> tuple[list[Bound], Joint]:
    """Read a threshold in the structured or in the older free form."""
    if threshold is None:
        return [], "all_of"
    if isinstance(threshold, Threshold):
        joint: Joint = "any_of" if threshold.any_of else "all_of"
        return [_limit(limit) for limit in threshold.any_of or threshold.all_of or []], joint
    parts = threshold.get("all_of")
    pairs = [pair for part in parts for pair in part.items()] if isinstance(parts, list) else list(threshold.items())
    return [_bound(str(key), str(value)) for key, value in pairs], "all_of"


def _limit(limit: Limit) -> Bound:
    low = limit.value if limit.op in (">=", ">", "between") else None
    high = limit.to if limit.op == "between" else limit.value if limit.op in ("<=", "<") else None
    return Bound(
        prop=limit.property,
        unit=limit.unit,
        low=low,
        high=high,
        is_low_included=limit.op != ">",
        is_high_included=limit.op != "<",
        text=limit.text,
        is_content=limit.content,
    )


def _bound(key: str, value: str) -> Bound:
    prop, unit, is_content = _KEYS.get(key, (key.replace("_", " "), "", False))
    compared, between = _COMPARED.match(value), _RANGE.fullmatch(value.strip())
    if between:
        return Bound(prop, unit, low=float(between.group(1)), high=float(between.group(2)), is_content=is_content)
    if compared is None:
        return Bound(prop, unit, text=value)
    sign, figure = compared.group(1), float(compared.group(2))
    return Bound(
        prop,
        unit,
        low=figure if sign.startswith(">") else None,
        high=figure if sign.startswith("<") else None,
        is_low_included=sign == ">=",
        is_high_included=sign == "<=",
        text=None if compared.end() == len(value.strip()) else f"{value} {unit}".strip(),
        is_content=is_content,
    )


def code_rows(
    one: Announcement, item: Item, catalogue: Catalogue | None, known: date | None
) -> Iterator[dict[str, Any]]:
    """Give an item's codes with the years in which the national code table has them.

    A printed code begins with its announcement. One that the yearly catalogue no longer prints is taken to end the day
    before the catalogue takes effect, known from the catalogue's publication on (`known`); its successor, where the
    catalogue's drift table names one, begins that day.
    """
    printed = {code.code for code in item.reference_codes}
    for code in item.reference_codes:
        row = _code_row(item, code, one.announced)
        drops_out = code.in_catalogue_2026 is False and code.valid_to is None
        if not drops_out or catalogue is None or known is None or known <= one.announced:
            yield row
            continue
        yield row | {"known_to": known}
        yield row | {"valid_to": catalogue.effective, "known_from": known}
    if catalogue is None or known is None:
        return
    for change in catalogue.drift:
        was = [code for span in change.was for code in _expand(span)]
        gone = sorted(printed & set(was))
        for new in _successors(change.now):
            if gone and new not in printed:
                yield {
                    "item_id": item.id,
                    "code": new,
                    "digits": len(new),
                    "hs6": new[:6],
                    "valid_from": catalogue.effective,
                    "valid_to": None,
                    "known_from": max(known, one.announced),
                    "known_to": None,
                    "confidence": "recalled",  # both lists are verified, the pairing of old and new is inferred
                }


def _code_row(item: Item, code: ReferenceCode, announced: date) -> dict[str, Any]:
    return {
        "item_id": item.id,
        "code": code.code,
        "digits": code.digits,
        "hs6": code.hs6,
        "valid_from": code.valid_from or announced,
        "valid_to": code.valid_to,
        "known_from": announced,
        "known_to": None,
        "confidence": code.confidence,
    }


def _expand(span: str) -> list[str]:
    found = _SPAN.fullmatch(span)
    if found is None:
        return [span]
    first, last = int(found.group(1)), int(found.group(2))
    return [str(code) for code in range(first, min(last, first + 999) + 1)]


def _successors(now: list[str]) -> list[str]:
    return [code for said in now for code in re.findall(r"\b(?:\d{10}|\d{8})\b", said)]
