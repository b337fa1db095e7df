"""How little a text says of the goods."""

from __future__ import annotations

import polars as pl

# Words that name no good: collected from the generic descriptions that customs administrations publish as not
# acceptable (WCO and EU lists of acceptable and unacceptable goods descriptions), and their Chinese renderings.
GENERIC = (
    "goods cargo general merchandise commodity commodities item items article articles product products sample samples "
    "gift gifts personal effects parts part spare spares accessories accessory component components material materials "
    "raw chemical chemicals metal metals metallic industrial industry supplies equipment machine machinery tool tools "
    "stuff misc miscellaneous various assorted other others consolidated consolidation freight kinds all said contain "
    "new used use set sets piece pieces pcs pkg package packages box boxes carton cartons bag bags drum drums pallet "
    "pallets kg kgs ton tons mt for and the of with from made in as per no nos number type model brand invoice order "
    "ctn pce unit units made china origin quality high grade good best special trade foreign household daily hardware "
    "electronic electronics mineral minerals powder powders ingot ingots block blocks sheet plate bar rod wire"
)
GENERIC_HAN = (
    "金属制品|化工原料|化工产品|五金制品|五金配件|机械配件|电子产品|工业用品|日用百货|原材料|生产用|工业用|其他|产品|样品|货物|杂货|"
    "商品|物品|用品|礼品|配件|零件|零配件|部件|附件|材料|原料|金属|化工|五金|机械|设备|工具|矿物|粉末|粉|块|制品|百货|普通|一批|"
    "若干|各种|各类|等|的|用|和|及"
)

FEW_WORDS_STRENGTH = 0.2  # one specific word is terse, not vague (lead ingots): too weak to be told
GROUP_STRENGTH = 0.5  # rare earths by the group alone: some are controlled and some free (own choice)
_RARE_EARTH_GOODS = (
    r" rare earths? (?:mixed |mixture )?(?:oxides?|metals?|alloys?|chlorides?|carbonates?|nitrates?|fluorides?|salts?|"
    r"compounds?|concentrates?|powders?|ingots?) "
    r"|稀土(?:混合)?(?:氧化物|金属|合金|化合物|氯化物|碳酸盐|硝酸盐|氟化物|盐|精矿|粉)"
)
_LIGHT_RARE_EARTHS = r"lanthan|cerium|ceria|praseodymium|neodymium|didymium|polish|[镧铈镨钕抛]"  # these are free


def vagueness(words: pl.Expr, term_weight: pl.Expr) -> pl.Expr:
    """Says too little to tell what the goods are.

    Strength in [0, 1] from a lower-case word text: 1 where nothing but generic words is left (or nothing at all), 0.5
    where rare earths are named without saying which, 0.2 where one specific word is, 0 otherwise and where a controlled
    mineral is named. Null text gives null. Source: indicators.md 21.
    """
    specific = specific_words(words)
    is_group = words.str.contains(_RARE_EARTH_GOODS) & ~words.str.contains(_LIGHT_RARE_EARTHS)
    bare = (
        pl.when(specific == 0).then(1.0).when(is_group).then(GROUP_STRENGTH)
        .when(specific == 1).then(FEW_WORDS_STRENGTH).otherwise(0.0)
    )  # fmt: skip
    return pl.when(words.is_not_null()).then(pl.when(term_weight >= 0.3).then(0.0).otherwise(bare))


def specific_words(words: pl.Expr) -> pl.Expr:
    """Count the words of a lower-case word text that name something; two Chinese characters count as one."""
    pattern = rf" (?:{'|'.join(GENERIC.split())}) "
    spread = words.str.replace_all(" ", "  ")
    latin = spread.str.replace_all(pattern, " ").str.count_matches(r"\p{Latin}[\p{Latin}\p{N}]{2,}")
    han = words.str.replace_all(GENERIC_HAN, "").str.count_matches(r"\p{Han}")
    other = words.str.count_matches(r"[^\p{Latin}\p{Han}\p{N} ]{3,}")
    return latin + (han + 1) // 2 + other
