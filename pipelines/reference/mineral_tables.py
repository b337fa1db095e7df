"""A mineral file read into the tables of features.minerals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from features.minerals import FORMS, MINERALS, PACKINGS, PRICES, TERMS, Minerals
from features.stoichiometry import metal_share
from pipelines.reference.mineral_file import Form, Mineral, Price, read_mineral_file
from pipelines.reference.mineral_terms import Hanzi, terms_of
from pipelines.reference.price_dates import last_day
from pipelines.reference.yaml_file import read_yaml
from pipelines.settings.closed import config_folder

BAND_PRICED_ON = date(2000, 1, 1)  # before any declaration: a mineral's wide band holds until a dated price is known
_ITEM = re.compile(r"\d{4}-[\w]+/[\w.]+")
_PACKAGE = re.compile(r"(\d+(?:\.\d+)?)(?:\s*-\s*(\d+(?:\.\d+)?))?\s*(kg|t)\b(?!\s*(?:machines|per))")
_LARGEST_PACKAGE_KG = 1500.0  # heavier figures in packaging notes are loads of a box


def load_minerals(path: Path | None = None) -> Minerals:
    """Read the minerals, shipped (`path` None) or the user's own file of the same form.

    Raises ConfigError naming file, mineral and key when the file is malformed.
    """
    found = read_mineral_file(config_folder() / "minerals.yaml" if path is None else path)
    signs = read_yaml(config_folder() / "hanzi.yaml")
    hanzi = Hanzi(traditional=signs["traditional"], pinyin=signs["pinyin"])
    abroad = read_yaml(config_folder() / "mineral_names.yaml")
    glued = abroad.pop("glued_words", {})
    each = found.minerals.items()
    return Minerals(
        minerals=pl.DataFrame([_mineral_row(name, one) for name, one in each], schema=MINERALS),
        forms=pl.DataFrame([_form_row(name, one, form) for name, one in each for form in one.forms], schema=FORMS),
        terms=_share_sounds(
            pl.DataFrame(
                [
                    {"term": t.term, "lang": t.lang, "mineral": name, "form_id": _id(name, t.form), "weight": t.weight}
                    for name, one in each
                    for t in terms_of(one, name, hanzi, abroad.get(name, {}), glued)
                ],
                schema=TERMS,
            )
        ),
        prices=pl.DataFrame([row for name, one in each for row in _price_rows(name, one)], schema=PRICES),
        packings=pl.DataFrame([row for name, one in each for row in _packing_rows(name, one)], schema=PACKINGS),
    )


def _share_sounds(terms: pl.DataFrame) -> pl.DataFrame:
    """Pinyin that several minerals share (yttrium and ytterbium are both "yi") speaks for each only in part."""
    shared = pl.col("weight") / pl.col("mineral").n_unique().over("term")
    return terms.with_columns(weight=pl.when(pl.col("lang") == "pinyin").then(shared).otherwise("weight").round(3))


def form_id(mineral: str, form: str) -> str:
    """Name a form for good: "antimony/antimony-trioxide-99-99".

    >>> form_id("antimony", "antimony trioxide, commercial")
    'antimony/antimony-trioxide-commercial'
    """
    return f"{mineral}/{re.sub(r'[^a-z0-9]+', '-', form.lower()).strip('-')}"


def _id(mineral: str, form: str | None) -> str | None:
    return None if form is None else form_id(mineral, form)


def _mineral_row(name: str, one: Mineral) -> dict[str, Any]:
    symbol = one.symbol if re.fullmatch(r"[A-Z][a-z]?", one.symbol) else None
    english = one.name_en or name.replace("_", " ")
    return {"mineral": name, "symbol": symbol, "name_en": english, "name_cn": one.cn, "group": one.group}


def _form_row(name: str, one: Mineral, form: Form) -> dict[str, Any]:
    item = _ITEM.search(form.control)
    return {
        "form_id": form_id(name, form.name),
        "mineral": name,
        "form": form.name,
        "form_cn": form.name_cn,
        "formula": form.formula,
        "cas": form.cas,
        "hs6": form.hs6,
        "cn_codes": form.cn,
        "density_kg_m3": form.density_kg_m3,
        "metal_share": metal_share(form.formula, one.symbol),
        "is_listed": form.listed,
        "control_item": item.group() if item and form.listed else None,
        "condition": form.condition,
        "control_note": None if item and item.group() == form.control else form.control,
    }


def _price_rows(name: str, one: Mineral) -> Iterator[dict[str, Any]]:
    if one.unit_value_band_usd_kg is not None:
        low, high = one.unit_value_band_usd_kg
        yield _price(name, None, BAND_PRICED_ON, low=low, high=high, confidence="band")
    for price in one.prices:
        day, share = last_day(price.date), _basis_share(price, one)
        if day is not None and share is not None:
            low, high = round(price.low * share, 6), round(price.high * share, 6)
            yield _price(name, _priced_form(price, one), day, low=low, high=high, confidence=price.confidence)


def _price(name: str, form: str | None, day: date, *, low: float, high: float, confidence: str) -> dict[str, Any]:
    return {
        "mineral": name,
        "form_id": _id(name, form),
        "priced_on": day,
        "low_usd_per_kg": low,
        "high_usd_per_kg": high,
        "confidence": confidence,
    }


def _basis_share(price: Price, one: Mineral) -> float | None:
    """Turn a price per kg of contained compound into one per kg of goods: their shares of metal tell how."""
    said = price.unit.removeprefix("USD/kg").strip()
    basis = price.basis_formula or (said if re.fullmatch(r"[A-Z]\w*\d\w*", said) else None)
    if not price.unit.startswith("USD/kg"):
        return None
    if basis is None:
        return 1.0
    form = next((form for form in one.forms if form.name == price.form), one.forms[0])
    goods, oxide = metal_share(form.formula, one.symbol), metal_share(basis, one.symbol)
    return None if goods is None or oxide is None else goods / oxide


def _priced_form(price: Price, one: Mineral) -> str | None:
    """The form a price is for: named, or told by its unit ("USD/kg oxide") where exactly one form fits."""
    if price.form is not None:
        return price.form
    said = price.unit.removeprefix("USD/kg").strip()
    fitting = [form.name for form in one.forms if said in ("oxide", "metal") and form.name.endswith(said)]
    return fitting[0] if len(fitting) == 1 else None


def _packing_rows(name: str, one: Mineral) -> Iterator[dict[str, Any]]:
    if one.packages_kg is not None:
        for package in one.packages_kg:
            yield _packing(name, package.form, package.low, package.high)
        return
    for low, high, unit in _PACKAGE.findall(one.packaging or ""):
        times = 1000.0 if unit == "t" else 1.0
        heavier = float(high or low) * times
        if heavier <= _LARGEST_PACKAGE_KG:
            yield _packing(name, None, float(low) * times, heavier)


def _packing(name: str, form: str | None, low: float, high: float) -> dict[str, Any]:
    return {"mineral": name, "form_id": _id(name, form), "package_kg_low": low, "package_kg_high": high}
