"""Controlled minerals as tables: what they are, how they are named, packed and priced."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

MINERALS = pl.Schema(
    {
        "mineral": pl.String(),
        "symbol": pl.String(),
        "name_en": pl.String(),
        "name_cn": pl.String(),
        "group": pl.String(),
    }
)
FORMS = pl.Schema(
    {
        "form_id": pl.String(),  # "antimony/antimony-trioxide-commercial"
        "mineral": pl.String(),
        "form": pl.String(),
        "form_cn": pl.String(),
        "formula": pl.String(),
        "cas": pl.String(),
        "hs6": pl.List(pl.String()),
        "cn_codes": pl.List(pl.String()),
        "density_kg_m3": pl.Float64(),
        "metal_share": pl.Float64(),  # computed from the formula; null when the formula is not fixed
        "is_listed": pl.Boolean(),  # some control item names it; controls say whether in force
        "control_item": pl.String(),
        "condition": pl.String(),
        "control_note": pl.String(),
    }
)
TERMS = pl.Schema(
    {
        "term": pl.String(),  # NFKC, lower case but for lang written
        "lang": pl.String(),  # en, zh, zh-hant, pinyin, formula, cas, trade, written (FeW, TMGa), or another ISO 639-1
        "mineral": pl.String(),
        "form_id": pl.String(),  # null: the mineral in general, or several of its forms
        "weight": pl.Float64(),  # [0, 1], how surely this term means the mineral
    }
)
PRICES = pl.Schema(
    {
        "mineral": pl.String(),
        "form_id": pl.String(),
        "priced_on": pl.Date(),  # last day of the period the price is from, so that nothing is known early
        "low_usd_per_kg": pl.Float64(),
        "high_usd_per_kg": pl.Float64(),
        "confidence": pl.String(),  # verified, seed, recalled; "band" for the wide all-years band of a mineral
    }
)
PACKINGS = pl.Schema(
    {"mineral": pl.String(), "form_id": pl.String(), "package_kg_low": pl.Float64(), "package_kg_high": pl.Float64()}
)


_SURE = 0.9  # weight of a term that a clerk may write for the mineral itself


@dataclass(frozen=True, slots=True, eq=False)
class Minerals:
    """What is known about each controlled mineral and its look-alikes, as five small tables.

    `forms.form_id`, `terms.(term, mineral)` and `minerals.mineral` are unique; every `form_id` and `mineral` of the
    other tables is among them. Unknown is null. A mineral that is not controlled (silver, light rare earths) has
    `is_listed` false in all its forms and is there so that it is not mistaken for a controlled one.
    """

    minerals: pl.DataFrame
    forms: pl.DataFrame
    terms: pl.DataFrame
    prices: pl.DataFrame
    packings: pl.DataFrame

    @property
    def names(self) -> dict[str, str]:
        """What each mineral is called in English, by its key; those without a name are left out."""
        return dict(self.minerals.select("mineral", "name_en").drop_nulls().iter_rows())


def mineral_called(name: pl.Expr, minerals: Minerals) -> pl.Expr:
    """Read a mineral as tables of users name it: by its key, English or Chinese name, symbol or a sure term.

    A name that is none of these stays as it is, and null stays null.
    """
    keys = [minerals.minerals.select(name=one, mineral="mineral") for one in ("mineral", "name_en", "name_cn")]
    symbols = minerals.minerals.filter(pl.col("symbol") != "C").select(name="symbol", mineral="mineral")
    sure = minerals.terms.filter((pl.col("weight") >= _SURE) & (pl.col("lang") != "pinyin"))
    every = pl.concat([*keys, symbols, sure.select(name="term", mineral="mineral")]).drop_nulls()
    plain = every.with_columns(pl.col("name").str.to_lowercase()).unique(maintain_order=True)
    of_one = plain.filter(pl.col("mineral").n_unique().over("name") == 1).unique("name", keep="first")
    said = name.str.normalize("NFKC").str.strip_chars().str.to_lowercase()
    known = said.replace_strict(of_one["name"], of_one["mineral"], default=None, return_dtype=pl.String)
    return pl.coalesce(known, name)
