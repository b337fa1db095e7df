"""Goods beside the listed ones: compounds with a lawful heading of their own, metals that share a listed code."""

from __future__ import annotations

import polars as pl

# Word of a compound (English, simplified Chinese) and the headings that the Harmonised System gives it: HS 2022,
# chapters 28 (salts by acid), 29, 30, 32, 38. Compounds of rare earths have one heading for all, 2846.
COMPOUNDS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("fluorides?|hexafluorides?|trifluorides?", "氟化", ("2826",)),
    (r"(?:tri|tetra|penta|hexa|oxy)?chlorides?|bromides?|iodides?", "氯化|氯氧化|溴化|碘化", ("2827",)),
    ("sulphates?|sulfates?", "硫酸", ("2833",)),
    ("nitrates?|subnitrates?", "硝酸", ("2834",)),
    ("phosphates?", "磷酸", ("2835",)),
    ("carbonates?|subcarbonates?", "碳酸", ("2836",)),
    ("silicates?", "硅酸", ("2839",)),
    ("vanadates?|titanates?|stannates?|aluminates?|chromates?|bismuthates?", "钒酸|钛酸|锡酸|铬酸|铋酸", ("2841",)),
    ("hydroxides?", "氢氧化", ("2825",)),
    ("silicides?|borides?|hydrides?|nitrides?", "硅化|硼化|氢化|氮化", ("2850",)),
    ("disulfides?|disulphides?", "二硫化", ("2830", "3403")),
    ("acetates?|octoates?|neodecanoates?|stearates?", "乙酸|醋酸|辛酸|新癸酸|硬脂酸", ("2915", "2916", "3823")),
    (
        "citrates?|subcitrates?|tartrates?|salicylates?|subsalicylates?|subgallates?",
        "柠檬酸|枸橼酸|酒石酸|水杨酸|没食子酸",
        ("2918", "3003", "3004"),
    ),
    ("oxalates?", "草酸", ("2917",)),
    ("pigments?|colou?rants?|glazes?|enamels?|frits?", "颜料|色料|釉", ("3206", "3207", "3212")),
    ("catalysts?", "催化剂", ("3815",)),
    ("driers?|accelerators?|vulcani[sz]\\w*|stabili[sz]ers?", "促进剂|稳定剂|催干剂", ("3211", "3812")),
)  # fmt: skip
RAW_CLASSES = ("metal", "concentrate", "magnet", "target", "wafer", "alloy")
"""Classes of form beside which a compound's word excuses nothing: antimony ingot, bismuth nitrate."""


FREE_METALS = (
    r"^ (?:[\p{Latin}\d]+ ){0,2}(?:niobium|columbium|hafnium|rhenium|thallium|beryllium|vanadium) |"
    r"^ (?:\d[\d ]*)?(?:高纯|纯|金属)?[铌铪铼铊铍钒]"
)
"""Metals that heading 8112 (HS 2022) holds beside gallium, germanium and indium, as what a text begins with."""


def names_free_metal(words: pl.Expr) -> pl.Expr:
    """Tell whether a word text begins with a metal that no item lists: niobium rods share a code with gallium."""
    return words.str.contains(FREE_METALS)


def lawful_headings(words: pl.Expr, form_class: pl.Expr) -> pl.Expr:
    """Name the headings that the compounds of a word text lawfully have, joined by `;`; null where none is named.

    Nothing is lawful so where the text also speaks of a raw form (`form_class` among `RAW_CLASSES`). An oxychloride of
    bismuth under 3206 (pearl pigment) needs its use named.
    """
    found = [
        pl.when(words.str.contains(rf" (?:{latin}) |{han}")).then(pl.lit(";".join(headings)))
        for latin, han, headings in COMPOUNDS
    ]
    named = pl.concat_str(found, separator=";", ignore_nulls=True)
    return pl.when(~form_class.is_in([*RAW_CLASSES]).fill_null(value=False) & (named != "")).then(named)
