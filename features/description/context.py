"""The company a term keeps: denied (antimony-free), or the name of something else (Tungsten Hill furniture)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

_NO = r"without|free of|free from|not containing|does not contain|contains no|non|no|zero|excluding|except"
_WITH = (
    r"any|lead|cadmium|mercury|arsenic|chromium|halogen|halogens|bromine|nickel|cobalt|tin|copper|beryllium|thallium|"
    r"antimony|bismuth|tellurium|selenium|gallium|germanium|indium|tungsten|molybdenum|and|or|nor|added|free"
)
DENIED_BEFORE = rf"(?:^| )(?:{_NO})(?: (?:{_WITH}))*$|(?:不含有?|未含|不添加|非|无|零)(?:任何)?$|(?:不含有?|未含)\p{{Han}}{{1,2}}[和及与或]$"
"""Words before a term that deny it, with other denied substances between."""

NUMBER_SIGN = r"(?:^| )(?:item|lot|cas|part|order|art|article|model|ref|un|heat|batch|invoice|serial|grade|code) no$"
"""No as in number."""

DENIED_AFTER = r"^(?:free|frei|less)(?: |$)|^(?:含量)?(?:为零|为 0)"
FREE_OTHERWISE = r"^free (?:of|from|on|sample|samples|flow|flowing|cutting|machining|standing|trade|alongside|carrier|issue)(?: |$)"
"""Free as in free sample, free on board, free of impurities, which denies nothing."""

RAW_FORM = (
    r" (?:ingots?|powders?|concentrates?|lumps?|shots?|granules?|regulus|oxides?|trioxides?|dioxides?|flakes?|"
    r"micropowders?|wafers?|targets?|scrap|billets?|crystals?|pure|purity) |[锭粉矿砂粒块]|氧化|靶材|晶片|衬底|废料|高纯"
)
"""The text also speaks of raw form: an innocent context then weighs less."""


@dataclass(frozen=True, slots=True)
class Company:
    """Words beside a term that make it the name, part or task of something else."""

    minerals: tuple[str, ...]
    """Minerals it applies to; empty for all."""
    side: Literal["before", "after", "anywhere"]
    pattern: str
    keeps: float
    """Share of the term's weight that stays, in [0, 1]: the project's own judgement, measured on the golden set."""


_REE = ("yttrium", "scandium", "holmium", "erbium", "gadolinium", "lutetium", "europium", "terbium", "dysprosium", "samarium", "thulium", "ytterbium")  # fmt: skip
COMPANY: tuple[Company, ...] = (
    # a place, a brand, a firm
    Company((), "after", r"^(?:hill|hills|road|street|valley|city|creek|brand|branded|lane|avenue|ridge|grove|cafe|bar and grill)(?: |$)|^山?牌|^山路|^路", 0.1),
    # equipment to make or use it, not the material
    Company((), "after", r"^(?:ore |concentrate |oxide |metal |powder )?(?:smelting|smelter|refining|refinery|mining|mine|flotation|processing|melting|leaching|casting|roasting|extraction|sintering|crushing|screening|packing|production|plant|detection|analysis|testing|sorting|recovery) ?(?:equipment|machines?|machinery|furnaces?|plants?|lines?|systems?|pumps?|bags?|kits?|reagents?|vessel|tank|tools?|moulds?|molds?|crucibles?|spare|parts|use)|^(?:ore |metal )?(?:furnace|crusher|analy[sz]er|sensor|detector|mould|mold|crucible)(?: |$)|^\p{Han}{0,2}(?:冶炼|选矿|熔炼|精炼|破碎|采矿|开采|加工)\p{Han}{0,3}(?:设备|机|炉|生产线|泵|配件|工具|系统)|^(?:矿山?)?(?:设备|炉|模具|坩埚|包装袋|检测仪|分析仪)", 0.15),
    # goods whose name holds the word
    Company(("tungsten",), "anywhere", r" (?:furniture|filaments?|lamps?|bulbs?|halogen|carbide (?:drills?|inserts?|tools?|burrs?|blades?|rings?|tipped|tips?)|tipped|drill bits?|end mills?|cutting tools?|inserts?|darts?|wedding|jewel\w*|fishing|sinkers?|watch\w*|welding electrodes?|tig|light|lights) |家具|灯|丝灯|钻头|铣刀|刀片|刀具|戒指|首饰|手表|飞镖|渔具|电极", 0.2),
    Company(("bismuth",), "anywhere", r" (?:subsalicylate|subcitrate|subgallate|subnitrate|tablets?|capsules?|medicine|medicament|pharmaceutical|antacid|cosmetics?|pigment|vanadate|pearl\w*|oxychloride|makeup) |次水杨酸|枸橼酸|药|片剂|胶囊|颜料|钒酸|化妆", 0.15),
    Company(("graphite_natural", "graphite_synthetic"), "anywhere", r" (?:pencils?|leads?|grease|lubricant|lubricants|gaskets?|seals?|brush|brushes|packing|racket|rackets|racquet|golf|bicycle|fishing|crayons?|sketch\w*|coated pan|color|colour|grey|gray) |铅笔|润滑|垫片|密封|碳刷|球拍|盘根|自行车|画笔", 0.2),
    Company(("graphite_natural", "graphite_synthetic"), "anywhere", r" (?:lithium ion batter(?:y|ies)|battery packs?) |电池", 0.3),
    Company(("superhard",), "anywhere", r" (?:blades?|saws?|jewel\w*|rings?|necklaces?|earrings?|playing cards?|painting|embroidery|plates?|discs?|wheels?|grinding|polishing pads?|files?|drill bits?|core bits?) |锯片|首饰|项链|戒指|磨轮|磨片|钻头|画|锉", 0.25),
    Company(("gallium",), "anywhere", r" (?:chargers?|adapters?|adaptors?|led|leds|thermometers?|laser pointers?|power banks?|citrate|scan|injection) |充电器|适配器|灯|温度计|充电宝", 0.15),
    Company(("germanium",), "anywhere", r" (?:bracelets?|necklaces?|jewel\w*|massage\w*|masks?|transistors?|diodes?|rollers?|stones?|sauna|supplements?|tea) |手链|项链|首饰|按摩|面膜|晶体管|二极管|温浴", 0.15),
    Company(("germanium",), "anywhere", r" (?:lens|lenses|windows?|optics|objective|camera) |镜头|镜片|热像仪|红外窗", 0.45),
    Company(("antimony",), "anywhere", r" (?:masterbatch|masterbatches|batter(?:y|ies)|pigments?|cables?|curtains?|fabric|polyester|pet|resin|compound for cable|pvc|conduit) |母粒|电池|颜料|电缆|窗帘|面料|聚酯|切片|树脂", 0.3),
    Company(("indium",), "anywhere", r" (?:touch|touchscreens?|lcd|displays?|panels?|screens?|ito glass|conductive glass|film) |触摸|显示|液晶|导电玻璃|导电膜|屏", 0.25),
    Company(("molybdenum", "tungsten"), "anywhere", r" (?:steel|steels|stainless|grease|lubricants?|disulfide|disulphide|chrome|chromium|seamless|pipes?|tubes?|fertili[sz]ers?|catalysts?|bolts?|flanges?|fittings?) |钢|润滑|二硫化|铬钼|肥料|催化剂|管", 0.25),
    Company(("tellurium",), "anywhere", r" (?:copper|solar modules?|pv modules?|peltier|thermoelectric modules?|coolers?|solar panels?) |铜|组件|制冷片|半导体制冷|光伏", 0.3),
    Company(("rare_earth_magnets",), "anywhere", r" (?:toys?|fridge|refrigerators?|speakers?|loudspeakers?|motors?|headphones?|earphones?|hooks?|whiteboards?|holders?|generators?|turbines?|phone case|bracelets?|separators?|stickers?) |玩具|冰箱|扬声器|喇叭|电机|马达|耳机|挂钩|白板|支架|音箱|手机壳", 0.3),
    Company(_REE, "anywhere", r" (?:zirconia|dental|lasers?|amplifiers?|edfa|fib(?:er|re)s?|contrast|injection|phosphors?|lamps?|spark plugs?|crowns?|medical|scintillators?|garnet rods?|led|yag) |氧化锆|义齿|激光|放大器|光纤|造影|注射|荧光粉|灯|火花塞", 0.35),
    Company((), "anywhere", r" (?:book|books|poster|posters|t shirt|t shirts|periodic table|toy|toys|video game|lipstick|nail polish|perfume|hair dye|paint colou?r) |图书|海报|周期表|玩具|口红|指甲油|染发", 0.2),
)  # fmt: skip
"""Look-alikes seen in trade text: goods, not raw material. Sources: HS 2022 headings of each good; cases.yaml."""

RAW_FORM_KEEPS = 0.6  # an innocent word beside raw form is easily written: most of the weight stays


def is_denied(before: pl.Expr, after: pl.Expr) -> pl.Expr:
    """Says itself that the mineral is not in it. True or false from the words to either side of a term."""
    said_before = before.str.contains(DENIED_BEFORE) & ~before.str.contains(NUMBER_SIGN)
    said_after = after.str.contains(DENIED_AFTER) & ~after.str.contains(FREE_OTHERWISE)
    return said_before | said_after


def context_keeps(mineral: pl.Expr, before: pl.Expr, after: pl.Expr, words: pl.Expr) -> pl.Expr:
    """Tell how much of a term's weight its company leaves: 1 where nothing innocent stands beside it."""
    sides = {"before": before, "after": after, "anywhere": words}
    kept = [
        pl.when(sides[one.side].str.contains(one.pattern) & (mineral.is_in(one.minerals) if one.minerals else pl.lit(value=True)))
        .then(pl.lit(one.keeps))
        .otherwise(pl.lit(1.0))
        for one in COMPANY
    ]
    least = pl.min_horizontal(kept)
    named = pl.lit(COMPANY[0].pattern)
    is_place = after.str.contains(named)
    raw = words.str.contains(RAW_FORM) & ~is_place
    return pl.when(raw & (least < 1.0)).then(pl.max_horizontal(least, pl.lit(RAW_FORM_KEEPS))).otherwise(least)
