"""Goods beside the listed ones: compounds with a lawful heading of their own, substances that share a listed code."""

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
    (r"\w*molybdates?|\w*tungstates?|antimonates?", "钼酸|钨酸[铵钠钾钙]|锑酸", ("2841",)),
    ("\\w*molybdic acid|tungstic acid", "", ("2825", "2811")),
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
# Goods that one mineral goes into or is alloyed with, and the headings or subheadings of HS 2022 that take them: an
# aluminium-scandium alloy is aluminium (note 5 of section XV), hard metal mixed but not sintered is 3824.30.
_GOODS: tuple[tuple[tuple[str, ...], str, str, tuple[str, ...]], ...] = (
    (("tungsten", "molybdenum"), r"(?:\w+ )?carbides?", "碳化[钼钨]", ("2849",)),
    (
        ("tungsten",),
        "(?:wc|tungsten carbide) (?:co|ni|cobalt|nickel)|mixed powders?|mix|ready to press|rtp",
        "混合料|混合粉|造粒粉",
        ("382430",),
    ),
    (("tungsten", "molybdenum"), "cermets?", "金属陶瓷", ("8113",)),
    (
        ("molybdenum", "tungsten", "graphite_natural", "graphite_synthetic"),
        "heating (?:elements?|rods?)|heaters?",
        "发热体|发热元件|加热元件|硅钼棒",
        ("8516", "8545"),
    ),
    (
        ("antimony", "molybdenum", "bismuth"),
        "master ?batch(?:es)?",
        "母粒|母料",
        ("3812", "3824", "3206", "3901", "3902", "3903", "3904", "3907", "3908"),
    ),
    (("germanium",), "sesquioxide|organic germanium|ge 132|propagermanium", "有机锗|倍半氧化", ("2931",)),
    ((), r"(?:aluminium|aluminum|al)(?: \p{L}+){1,2}(?: master)? alloys?", r"铝[\p{Han}]{1,2}(?:中间)?合金", ("7601",)),
    (("scandium",), r"al ?sc ?\d*|al \d+ ?sc", "", ("7601",)),
    ((), r"(?:copper|cu)(?: \p{L}+){1,2}(?: master)? alloys?", r"铜[\p{Han}]{1,2}(?:中间)?合金", ("7403", "7405")),
    ((), r"(?:magnesium|mg)(?: \p{L}+){1,2}(?: master)? alloys?", r"镁[\p{Han}]{1,2}(?:中间)?合金", ("8104",)),
    (  # what it makes slow to burn
        ("antimony",),
        r"pvc|polyvinyl|pa ?66?|pbt|pet|abs|pp|hips|eva|xlpe|polyamides?|nylon|polyesters?|resins?|cables?|sheath|"
        r"curtains?|fabrics?|yarns?|fibres?|fibers?",
        "塑料|树脂|聚氯乙烯|尼龙|聚酯|电缆|窗帘|面料",
        (
            *("3901", "3902", "3903", "3904", "3907", "3908", "3909", "3911", "8544"),
            *("5402", "5407", "5503", "5903", "6302", "6303"),
        ),
    ),
    (("antimony",), r"lead antimony|antimonial lead|hard lead|pb sb(?: ?\d+)?", "铅锑", ("7801", "7804", "7806")),
    (
        (),
        "slags?|residues?|dross(?:es)?|ash(?:es)?|flue dusts?|slimes?|sludges?|spent (?:\\w+ )?catalysts?",
        "渣|烟灰|烟尘|阳极泥|废催化剂",
        ("2619", "2620", "3815", "3825"),
    ),
    ((), "contrast (?:agents?|media|medium)", "造影剂", ("3006",)),
    (
        ("graphite_natural", "graphite_synthetic"),
        "sheets?|foils?|gaskets?|bearings?|bush(?:es|ings?)?|packings?|rings?|tapes?|cloths?|tubes?|plates?",
        "石墨(?:纸|片|垫|盘根|轴承|环|密封)",
        ("6815",),
    ),
)
RAW_CLASSES = ("metal", "concentrate", "magnet", "target", "wafer", "alloy")
"""Classes of form beside which a compound's word excuses nothing: antimony ingot, bismuth nitrate."""


_FREE_ELEMENTS = (
    "niobium|columbium|hafnium|rhenium|thallium|beryllium|vanadium|zirconium|tantalum|titanium|chromium|copper|zinc|"
    "cadmium|mercury|lead|tin|silicon|aluminium|aluminum|magnesium|calcium|strontium|barium|silver|selenium|arsenic"
)
_FREE_OXIDES = "zirconia|hafnia|ceria|alumina|titania|silica|sapphire|quartz"
_FREE_RARE_EARTHS = "lanthanum|cerium|praseodymium|neodymium"
_SALT = (
    r"\w*oxides?|hydroxides?|carbonates?|chlorides?|fluorides?|nitrates?|sul(?:ph|f)ates?|phosphates?|acetates?|"
    "oxalates?"
)
_HAN_SALT = "(?:一|二|三|四|五|氢|氯)?(?:氧化|氯化|氟化|氮化|碳化|硼化|硫化|硒化|磷化)[二三四]?|[碳硝硫磷硅草醋乙]酸"
_GRADE = r"(?:\d[\d ]*)?(?:高纯|超纯|纯|金属|纳米|超细|微米|电熔|多晶|单晶|粗|精)*"
FREE_SUBSTANCES = (
    rf"^ (?:[\p{{Latin}}\d]+ ){{0,2}}(?:{_FREE_ELEMENTS}|{_FREE_OXIDES}|(?:{_FREE_RARE_EARTHS}) (?:{_SALT}|metals?)) |"
    rf"^ (?:nickel|cobalt|manganese|iron) \w*oxides? |"
    rf"^ {_GRADE}(?:{_HAN_SALT})?[铌铪铼铊铍钒锆钽钛铬铜锌镉铅锡硅铝镁钙锶钡银硒]|"
    rf"^ {_GRADE}(?:{_HAN_SALT})[镧铈镨钕]"
)
"""Elements that no item lists, and their compounds, as what a text begins with.

Not what an item names by other words: battery materials of nickel, cobalt, manganese and iron, nitrides of boron, and
magnets of neodymium.
"""
_ONLY_BESIDE = r"^ (?:[\p{Latin}\d]+ )?(?:for|with|in|on|to|and|from|by|containing|coated|plated|lined|doped) "


def names_free_substance(words: pl.Expr) -> pl.Expr:
    """Tell whether a word text begins with a substance that no item lists: zirconia shares a code with germanium oxide.

    >>> texts = ["zirconium dioxide powder", "高纯二氧化锆", "niobium rods", "for zirconia", "chemical powder"]
    >>> pl.select(names_free_substance(pl.format(" {} ", pl.lit(pl.Series(texts))))).to_series().to_list()
    [True, True, True, False, False]
    """
    return words.str.contains(FREE_SUBSTANCES) & ~words.str.contains(_ONLY_BESIDE)


def headings_of_goods(mineral: pl.Expr, words: pl.Expr) -> pl.Expr:
    """Name the headings or subheadings of what is made with a mineral, joined by `;`; null where none is named.

    They say nothing of whether the mineral is controlled there: alloys of scandium are, whatever their heading.
    """
    found = [
        pl.when(words.str.contains(rf" (?:{latin}) |{han}" if han else rf" (?:{latin}) ") & _of(mineral, minerals))
        .then(pl.lit(";".join(headings)))
        for minerals, latin, han, headings in _GOODS
    ]  # fmt: skip
    named = pl.concat_str(found, separator=";", ignore_nulls=True)
    is_pure_oxide = (mineral == "antimony") & words.str.contains(r" 9\d \d")
    return pl.when((named != "") & ~is_pure_oxide.fill_null(value=False)).then(named)


def _of(mineral: pl.Expr, minerals: tuple[str, ...]) -> pl.Expr:
    return mineral.is_in([*minerals]).fill_null(value=False) if minerals else pl.lit(value=True)


def lawful_headings(words: pl.Expr, form_class: pl.Expr) -> pl.Expr:
    """Name the headings that the compounds of a word text lawfully have, joined by `;`; null where none is named.

    Nothing is lawful so where the text also speaks of a raw form (`form_class` among `RAW_CLASSES`). An oxychloride of
    bismuth under 3206 (pearl pigment) needs its use named.
    """
    found = [
        pl.when(words.str.contains(rf" (?:{latin}) |{han}" if han else rf" (?:{latin}) ")).then(
            pl.lit(";".join(headings))
        )
        for latin, han, headings in COMPOUNDS
    ]
    named = pl.concat_str(found, separator=";", ignore_nulls=True)
    return pl.when(~form_class.is_in([*RAW_CLASSES]).fill_null(value=False) & (named != "")).then(named)
