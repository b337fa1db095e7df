"""Finished articles of a substance: a die of tungsten carbide is a tool, and no list names it beside the powder."""

from __future__ import annotations

import polars as pl

SUBSTANCES = ("carbide", "oxide")
"""Classes of form that are a substance: what is sintered of it is another good. Metals stay what they are."""
# Tools, moulds and wear parts by their names in trade (HS 2022 chapters 82 and 84, headings 6804, 6903, 6909, 8209).
_ARTICLES = (
    r"(?:press|punch|drawing|extrusion|forging|heading|stamping|trimming|cutting|wire|pellet|carbide) die|dies|"
    r"(?:die )?sets? of dies|punch|punche?s|mandrels?|moulds?|molds?|"
    r"drills?|bits?|drill bits?|end ?mills?|endmills?|(?:milling )?cutters?|reamers?|taps?|broaches|burrs?|"
    r"(?:cutting |hand |machine |turning |milling |machining |interchangeable )?tools?|toolings?|tool tips?|"
    r"inserts?|tipped|knives|knife|blades?|saws?|scrapers?|chisels?|picks?|studs?|buttons?|"
    r"nozzles?|bushings?|bushes|sleeves?|bearings?|(?:mechanical |seal )?seals?|seal rings?|rings?|valves?|"
    r"valve seats?|wear ?parts?|wear plates?|liners?|rolls?|rollers?|guides?|pins?|anvils?|hammers?|plungers?|pistons?|"
    r"crucibles?|boats?|saggars?|setters?|insulators?|grinding (?:balls?|media|wheels?|jars?)|jewellery|jewelry|"
    r"matriz|matrices|troqueles|moldes?|brocas?|fresas?|plaquitas|boquillas|cuchillas|herramientas?|"
    r"matrizen|ziehsteine?|bohrer|fraser|wendeplatten|dusen|messer|werkzeuge?|formen|"
    r"forets?|fraises?|plaquettes|filieres?|buses|outils?|lames?|moules?|"
    r"stampi|punte|frese|inserti|ugelli|lame|utensili|"
    r"фильер\p{L}*|сверл\p{L}*|фрез[аы]|резц\p{L}*|пластин\p{L}*|штамп\p{L}*|пресс форм\p{L}*|"
    r"сопл\p{L}*|инструмент\p{L}*"
)
_HAN = (
    "模具|模仁|冲模|拉丝模|冷镦模|压模|冲头|凹模|凸模|顶针|镶件|刀具|刀片|刀头|钻头|铣刀|车刀|铰刀|锯片|丝锥|钻咀|圆片刀|切刀|"
    "旋转锉|喷嘴|密封环|轴套|轴承|阀座|阀芯|球齿|截齿|合金齿|耐磨件|耐磨板|耐磨衬|辊环|轧辊|顶锤|量规|磨球|研磨球|坩埚|舟皿|金型"
)
# Bodies that are sintered or drawn, but only where the substance is a carbide: rods of tungsten oxide are none.
_BODIES = (
    r"rods?|blanks?|strips?|plates?|bars?|balls?|discs?|disks?|cylinders?|blocks?|preforms?|tiles?|"
    r"tiges?|ronds?|stabe|rohlinge|varillas"
)
_HAN_BODIES = "棒材|圆棒|长条|板材|毛坯|合金球|合金棒|硬质合金棒|碳化钨棒|碳化钨板|碳化钨球|碳化钨条|碳化钨环"
_PURPOSE = (
    rf" (?:for|para|pour|fur|per|для|used (?:in|for|as)|to (?:make|produce|manufacture)|"
    rf"in the (?:manufacture|production) of)(?: (?:the|making|producing|manufacturing|production|manufacture|"
    rf"of|and|carbide|cemented|press|wire|cutting|drawing|hard|alloy|metal))*(?: (?:{_ARTICLES}|{_BODIES}))+ "
)
"""What a substance is used for is not what it is: tungsten carbide for drill bits."""
_HAN_PURPOSE = rf"用于(?:制造|生产|制作)?\p{{Han}}{{0,4}}(?:{_HAN})|(?:{_HAN})(?:专?用|原料|材料|用料)"
_MAKERS = rf" (?:{_ARTICLES}) (?:materials?|raw materials?|grade|powders?|makers?|manufactur\p{{L}}+|industry) "
_RAW = (
    r" (?:micro|nano)?(?:powders?|powdery|powdered|grits?|granules?|granular|granulate[ds]?|particles?|granulat|"
    r"swarf|sludges?|grindings|turnings|chips|fines|dust|concentrates?|chemicals?|"
    r"raw materials?|ready to press|rtp|slurry|"
    r"polvos?|poudres?|pulver|polveri|polvere|порош\p{L}+|bot) |"
    r"粉|颗粒|磨屑|浆料|原料|混合料"
)
"""Words of a raw form: such texts name no article, whatever else they name. Scrap of articles is theirs."""


def names_article(words: pl.Expr) -> pl.Expr:
    """Tell whether a word text names a finished article, and nothing raw: dies, drill bits, nozzles, 模具.

    >>> texts = pl.Series([" tungsten carbide dies ", " tungsten carbide powder ", " tungsten carbide for dies "])
    >>> pl.select(names_article(pl.lit(texts))).to_series().to_list()
    [True, False, False]
    """
    return _names(words, rf" (?:{_ARTICLES}) ", _HAN)


def names_body(words: pl.Expr) -> pl.Expr:
    """Tell whether a word text names a rod, plate or ball such as carbide is sintered to, and nothing raw."""
    return _names(words, rf" (?:{_BODIES}) ", _HAN_BODIES)


def article_of(words: pl.Expr, purity: pl.Expr) -> pl.Expr:
    """Tell which classes of `SUBSTANCES` a text makes articles of: `any`, `carbide`, or null for none.

    A purity is stated of a substance, not of a tool.
    """
    named = pl.when(names_article(words)).then(pl.lit("any")).when(names_body(words)).then(pl.lit("carbide"))
    return pl.when(purity.is_null()).then(named)


def is_article(article: pl.Expr, form_class: pl.Expr) -> pl.Expr:
    """Tell whether goods of a form's class are made into the article that the text names (see `article_of`)."""
    made = (article == "any") | (article == form_class)
    return (made & form_class.is_in([*SUBSTANCES])).fill_null(value=False)


def _names(words: pl.Expr, latin: str, han: str) -> pl.Expr:
    rest = words.str.replace_all(_PURPOSE, " ").str.replace_all(_HAN_PURPOSE, " ").str.replace_all(_MAKERS, " ")
    return rest.str.contains(f"{latin}|{han}") & ~words.str.contains(_RAW)


RAW_CHAPTERS = ("25", "26", "28", "29", "38")
"""Chapters of HS 2022 that hold substances: articles declared there are told apart from their text."""


def is_raw_code(hs6: pl.Expr) -> pl.Expr:
    """Tell whether a code is one of substances, so that it contradicts a text that names an article."""
    return hs6.str.head(2).is_in([*RAW_CHAPTERS]).fill_null(value=False)
