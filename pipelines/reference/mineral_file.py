"""The form of a mineral file: what each mineral, form, price, package and term may say."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from features.errors import ConfigError
from pipelines.reference.yaml_file import Entry, Names, Text, check_entry, read_yaml

Confidence = Literal["verified", "seed", "recalled"]
Lang = Literal["en", "zh", "zh-hant", "pinyin", "formula", "cas", "trade", "written"]
Hs6 = Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
CnCode = Annotated[str, StringConstraints(pattern=r"^(\d{8}|\d{10})$")]
Cas = Annotated[str, StringConstraints(pattern=r"^\d{2,7}-\d{2}-\d$")]


class Form(Entry):
    """One form in which a mineral is traded."""

    name: str
    name_cn: str
    formula: str | None = None
    cas: Cas | None = None
    hs6: list[Hs6]
    cn: list[CnCode]
    density_kg_m3: float | None = Field(default=None, gt=0, lt=30_000)  # osmium, the densest metal, has 22,590
    grades: str | None = None
    listed: bool
    control: str
    condition: str | None = None
    synonyms: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _cas_check_digit(self) -> Self:
        if self.cas is not None:
            digits = self.cas.replace("-", "")
            total = sum(place * int(digit) for place, digit in enumerate(reversed(digits[:-1]), 1))
            if total % 10 != int(digits[-1]):  # CAS check digit rule, cas.org
                raise ValueError(f"cas {self.cas}: the check digit does not fit")
        return self


class Price(Entry):
    """A published price or range."""

    what: str
    low: float = Field(ge=0)
    high: float = Field(ge=0)
    unit: str
    date: Text
    form: str | None = None
    basis_formula: str | None = None
    source: Names
    confidence: Confidence

    @model_validator(mode="after")
    def _low_below_high(self) -> Self:
        if self.low > self.high:
            raise ValueError(f"low {self.low} is above high {self.high}")
        return self


class Package(Entry):
    """Net mass of one usual package."""

    low: float = Field(gt=0)
    high: float = Field(gt=0)
    form: str | None = None
    what: str | None = None

    @model_validator(mode="after")
    def _low_below_high(self) -> Self:
        if self.low > self.high:
            raise ValueError(f"low {self.low} is above high {self.high}")
        return self


class Term(Entry):
    """A word or phrase that names a mineral or one of its forms."""

    term: str = Field(min_length=2, max_length=120)
    lang: Lang
    form: str | None = None
    weight: float = Field(default=1.0, gt=0, le=1)


class Mineral(Entry):
    """One mineral with everything the evidence needs to know about it."""

    symbol: str
    cn: str
    group: str
    name_en: str | None = None
    synonyms_en: list[str] = Field(default_factory=list)
    synonyms_cn: list[str] = Field(default_factory=list)
    terms: list[Term] = Field(default_factory=list)
    forms: list[Form] = Field(min_length=1)
    packaging: str | None = None
    packages_kg: list[Package] | None = None
    prices: list[Price] = Field(default_factory=list)
    unit_value_band_usd_kg: tuple[float, float] | None = None
    # kept for people and for other loaders (producers, routes, disguises); their form is free
    packaging_src: Any = None
    value_note: Any = None
    producers: Any = None
    producers_evidence: Any = None
    minor: Any = None
    refiners: Any = None
    near_zero: Any = None
    near_zero_source: Any = None
    disguises: Any = None
    routes: Any = None
    trade_baseline: Any = None
    field_confidence: Any = None

    @model_validator(mode="after")
    def _forms_named_once(self) -> Self:
        names = [form.name for form in self.forms]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"forms: {twice} named twice")
        named = [one.form for one in self.terms] + [one.form for one in self.prices]
        named += [one.form for one in self.packages_kg or []]
        strange = sorted({form for form in named if form is not None} - set(names))
        if strange:
            raise ValueError(f"form {strange[0]!r} is none of this mineral's forms")
        return self


class MineralFile(Entry):
    """A whole mineral file."""

    path: Path
    compiled: date | None
    minerals: dict[str, Mineral]


SECTIONS = ("meta", "sources", "minerals", "general")


def read_mineral_file(path: Path) -> MineralFile:
    """Read and check a mineral file; raises ConfigError naming file, mineral and key for anything malformed."""
    raw = read_yaml(path)
    unknown = sorted(set(raw) - set(SECTIONS))
    if unknown or not isinstance(raw.get("minerals"), dict) or not raw["minerals"]:
        problem = f"unknown sections {unknown}" if unknown else "section 'minerals' is missing or empty"
        raise ConfigError(f"{path}: {problem}; known sections: {', '.join(SECTIONS)}")
    minerals = {
        str(name): check_entry(Mineral, one, f"{path}: mineral {name}") for name, one in raw["minerals"].items()
    }
    compiled = (raw.get("meta") or {}).get("compiled")
    return MineralFile(path=path, compiled=date.fromisoformat(str(compiled)) if compiled else None, minerals=minerals)
