"""Words in whose company a mineral's name is the name, part or task of something else: look-alikes of trade text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Side = Literal["before", "after", "anywhere"]


@dataclass(frozen=True, slots=True)
class Company:
    """Words beside a term that leave only a share of its weight."""

    minerals: tuple[str, ...]
    """Minerals it applies to; empty for all."""
    side: Side
    """Right before or after the term, or anywhere in the text."""
    latin: str
    """Words or phrases, lower case, parted by commas; their plural counts too."""
    han: str
    """Chinese words, simplified, parted by spaces."""
    keeps_share: float
    """Share of the term's weight that stays, in [0, 1]: the project's own judgement, tried on golden descriptions."""

    is_softened: bool = True
    """Whether words of raw form beside it bring most of the weight back."""
    is_of_names: bool = False
    """Whether it applies only to a term that leaves the form open: no formula, number or compound is a colour."""
    unless: str = ""
    """Regular expression in the same place that makes it no company."""

    @property
    def pattern(self) -> str:
        """The words as one regular expression over a word text (or the part of it after the term)."""
        latin = "|".join(one.strip() for one in self.latin.split(","))
        han = "|".join(self.han.split())
        if self.side == "before":
            return rf"(?:^| )(?:{latin})$" + (f"|(?:{han})$" if han else "")
        if self.side == "after":
            return rf"^(?:{latin})(?:e?s)?(?: |$)" + (f"|^(?:{han})" if han else "")
        return rf" (?:{latin})(?:e?s)? " + (f"|{han}" if han else "")


_GRAPHITE = ("graphite_natural", "graphite_synthetic")
_RARE_EARTHS = (
    *("yttrium", "scandium", "holmium", "erbium", "gadolinium", "lutetium"),
    *("europium", "terbium", "dysprosium", "samarium", "thulium", "ytterbium"),
)
# for, in the languages of trade, as a word text shows it: without accents, and with look-alike letters taken for Latin
_FOR = "for|para|pour|fur|per|voor|untuk|для|anr"
# What a mineral is in the goods that it goes into: a flame retardant for plastics may be the mineral itself.
_ROLES = (
    r"(?:flame )?retardants?|synergists?|additives?|catalysts?|agents?|fillers?|dopants?|stabili[sz]ers?|alloys?|ores?|"
    r"concentrates?|oxides?|salts?|materia\p{L}*|metal\p{L}*|polvos?|poudres?|pulver|produ\p{L}+|muestras?|amostras?|"
    r"aditivos?|additif|retardantes?|cataliza\p{L}+|catalyseurs?|minerale?s?|минерал\p{L}*|порош\p{L}+|матери\p{L}+"
)
_WORKS = (
    "smelting, smelter, refining, refinery, mining, mine, flotation, processing, melting, leaching, casting, roasting, "
    "extraction, sintering, crushing, screening, packing, sorting, detection, analysis, testing, recovery"
)
_MACHINES = "equipment|machine|machines|machinery|furnace|furnaces|plant|line|system|pump|pumps|bags|kit|vessel|tools?"

_VESSELS = "drums?|bottles?|bags?|cans?|containers?|ibcs?|cylinders?|pallets?|boxes|crates|barrels?|sacks?"

COMPANY: tuple[Company, ...] = (
    # a place, a brand, a firm
    Company(
        (),
        "after",
        "hill, road, street, valley, city, creek, brand, branded, lane, avenue, ridge, grove, cafe, bar and grill, "
        "studio, games, records, edition, collection, series, software, ltd, inc, llc, gmbh, corporation, company",
        "山牌 山路 牌 路 都",  # 锑都, capital of antimony: a city's nickname
        0.1,
        is_softened=False,
    ),
    Company((), "before", "brand, brand name, trademark, model, edition, colou?r, shade, finish", "品牌 颜色", 0.2),
    # a building, a sign, an ornament: GA metal roofing, Dy metal badge
    Company(
        (),
        "after",
        "roofing, roof, sign, shelving, shelf, shelves, badge, hook, ring jewelry, jewelry, jewellery, cosmetic, "
        "cosmetics, cosmetic brush, brush, necklace, earring",
        "",
        0.15,
        is_softened=False,
    ),
    # what stands in for it
    Company((), "after", "substitute, replacement, alternative, replacer", "替代品 代用品", 0.2, is_softened=False),
    # painted: W powder coat
    Company((), "after", "(?:powder )?coat, coated", "", 0.3, is_softened=False),
    # what it is used for: bags for antimony ingots. What is vague before the word may be the mineral itself.
    Company(
        (),
        "before",
        rf"\p{{L}}\p{{L}}\p{{L}}+ (?:used |suitable |designed |intended )?(?:{_FOR})"
        r"(?: \p{L}+)?(?: \p{L}+)?(?: \p{L}+)?",
        r"用于\p{Han}{0,4}",
        0.3,
        is_softened=False,
        unless=r"(?:^| )(?:materials?|goods|products?|samples?|chemicals?|substances?|powders?|metals?|minerals?|"
        rf"ingots?|invoice|order|list|contract|lot|used|{_ROLES}) (?:used |suitable )?(?:{_FOR})(?: \p{{L}}+){{0,3}}$|"
        r"(?:原料|材料|产品|样品)用于",
    ),
    # equipment to win or make it, not the material
    Company(
        (),
        "after",
        ", ".join(
            rf"(?:ore |concentrate |oxide |metal |powder )?{work.strip()} (?:{_MACHINES})" for work in _WORKS.split(",")
        )
        + f", (?:ore )?(?:{_WORKS.replace(', ', '|')})$"
        + ", furnace, crusher, analyser, analyzer, sensor, detector, mould, mold, crucible",
        r"\p{Han}{0,2}(?:冶炼|选矿|熔炼|精炼|破碎|采矿|开采|加工)\p{Han}{0,3}(?:设备|机|炉|生产线|泵|配件|工具|系统) "
        "冶炼用 矿?设备 矿?炉 模具 坩埚 包装袋 检测仪 分析仪",
        0.15,
        is_softened=False,
    ),
    # goods whose name holds the word
    Company(
        ("tungsten",),
        "anywhere",
        "furniture, filament, lamp, bulb, halogen, light, carbide drill, carbide insert, carbide tool, carbide burr, "
        "carbide blade, carbide ring, carbide tip, tipped, drill bit, end mill, cutting tool, dart, wedding, jewelry, "
        "jewellery, fishing, sinker, watch, welding electrode, welding torch, "
        "inert gas, tig, valve, nozzle, mechanical seal, ball (?:point )?pen, "
        "ballpoint, bearing, carbide (?:[a-z]+ )?(?:[a-z]+ )?(?:die|mould|mold|punch|mandrel|cutter|reamer|"
        "kni(?:fe|v)|saw|seal|ring|bush|bushing|sleeve|roll|button|stud|pick|wear part|wear plate)",
        "家具 灯 钻头 铣刀 刀片 刀具 戒指 首饰 手表 飞镖 渔具 电极 圆珠笔 笔芯 "
        "冲模 拉丝模 压模 喷嘴 密封环 轴套 耐磨件 截齿 球齿",
        0.2,
        unless=r" (?:scraps?|chatarra|schrott|rottami|phe lieu|лом|sludge) |废|粉末|混合料",
    ),
    Company(  # the search engine, the surname, the cooking pot
        ("tungsten",),
        "after",
        "alpha, mathematica, language, research, beer",
        "金?砂锅 金?炒锅",
        0.1,
        is_softened=False,
        is_of_names=True,
    ),
    Company((), "before", "mr, mrs, ms, dr, prof, herr, frau", "先生 女士", 0.1, is_softened=False),
    Company(("germanium",), "after", "beer, insurance", "", 0.1, is_softened=False),
    Company(  # medicines that radiate
        ("lutetium", "molybdenum", "gallium", "germanium", "yttrium", "samarium", "holmium"),
        "anywhere",
        "dotatate, psma, radiopharmaceutical, technetium, nuclear medicine, microsphere, 99 generator, 68 generator",
        "放射性药品",
        0.15,
        is_softened=False,
    ),
    Company((), "after", r"\d+ ?ppm", "", 0.15, is_softened=False),  # a trace of it
    Company(_RARE_EARTHS, "anywhere", "dental, denture", "牙科 义齿", 0.3, is_softened=False),
    # what held it once, and what is printed with its name
    Company(
        (),
        "before",
        r"(?:last|previously|formerly) (?:contained|held|containing)(?: \p{L}+)?(?: \p{L}+)?, empty, emptied, "
        rf"empty (?:\p{{L}}+ )?(?:{_VESSELS})(?: (?:of|from|for|ex|formerly|used|last))?(?: (?:of|from|for))?, "
        r"labels?, labels? (?:for|of|reading|marked|printed)",
        "空[桶瓶袋罐] 标签",
        0.2,
        is_softened=False,
    ),
    # what people wear, write, play and fish with, in the languages of trade
    Company(
        (),
        "anywhere",
        "fly tying, nymph, jig head, growing kit, science kit, radio kit, kids, hobby, bucking bar, scribe pen, burs?, "
        "mill jar, water colou?r, watercolou?r, eyeshadow, eyebrow, kohl, kajal, tankard, mug, name badge, blueprint, "
        "fishing, pencil, theatre props?, vinyl film, "
        r"bleistift\p{L}*, armband\p{L}*, ohrring\p{L}*, halskette\p{L}*, ehering\p{L}*, spielzeug\p{L}*, "
        r"schmierfett\p{L}*, ladegerat\p{L}*, gluhbirne\p{L}*, gluhlampe\p{L}*, angelblei\p{L}*, "
        "lapiz, lapices, pulsera, anillo, collar, juguete, grasa, cargador, bombilla, plomada, sombra de ojos, "
        "yuzuk, bileklik, kolye, oyuncak, kalem, but chi, vong tay, vong co, nhan cuoi, do choi, mo boi tron, bo sac, "
        "bong den, moi cau, chi cau ca, "
        r"карандаш\p{L}*, браслет\p{L}*, кольц\p{L}*, ожерель\p{L}*, игруш\p{L}*, ламп\p{L}*, смазк\p{L}*, "
        r"грузил\p{L}*, рыбол\p{L}*, зарядн\p{L}*, бров\p{L}*, космет\p{L}*, сувенир\p{L}*, акварел\p{L}*",
        "電球 鉛筆 ブレスレット ネックレス 指輪 おもちゃ グリース 充電器 温浴 釣り 化粧 "
        "팔찌 목걸이 반지 낚시 연필 장난감 윤활 충전기 전구 램프 "
        "화장품 찜질 快充 充电头 汗蒸 服装 试剂盒 复合肥 蓄电池",
        0.25,
    ),
    Company(("tungsten",), "after", "horns?, skull", "", 0.1, is_of_names=True),  # a wolf, a ram
    # shot in cartridges
    Company(
        ("bismuth", "tungsten"), "anywhere", "cartridge, shotshell, shotgun, hunting", "霰弹", 0.3, is_softened=False
    ),
    Company(("gallium",), "before", r"(?:[1-3]?\d)", "", 0.2, is_of_names=True),  # gauge: 12 GA wire
    Company(
        ("bismuth",),
        "anywhere",
        "subsalicylate, subcitrate, potassium citrate, subgallate, subnitrate, antacid, vanadate, oxychloride, makeup, "
        "pectin, aluminate, tablet, capsule, "
        "comprimidos?, comprimes?, tabletten, таблет\\p{L}*, капсул\\p{L}*, vien nen",
        "次水杨酸 枸橼酸 果胶 片剂 胶囊 钒酸 錠剤 정제",
        0.15,
        is_softened=False,
    ),
    Company(
        ("antimony",),
        "anywhere",
        "tartrate tablet, tartrate injection, antimoniate, stibogluconate, gluconate, medicament, veterinary medicine",
        "酒石酸锑钾片 葡萄糖酸锑 注射液",
        0.15,
        is_softened=False,
    ),
    Company(  # what the metal itself goes into
        ("bismuth",),
        "anywhere",
        "medicine, medicament, pharmaceutical, cosmetic, pigment, pearl, wine cooler, fridge, refrigerator",
        "药 颜料 化妆",
        0.15,
    ),
    Company(
        ("bismuth",),
        "anywhere",
        "peltier, thermoelectric module, thermoelectric cooler",
        "制冷片 制冷杯 半导体制冷",
        0.3,
    ),
    Company(  # bi-metal of two metals
        ("bismuth",), "after", "saw, band saw, hole saw, jigsaw, blade, thermometer, thermostat, rivet, cutter", "", 0.1
    ),
    Company(
        _GRAPHITE,
        "anywhere",
        "pencil, lead, grease, lubricant, gasket, seal, brush, packing, racket, racquet, golf, bicycle, fishing, "
        "crayon, sketch, pan, color, colour, grey, gray, electrode, graphene",
        "石墨烯 シャープペン 鉛筆 연필 电极 铅笔 润滑 垫片 密封 碳刷 球拍 盘根 自行车 画笔",
        0.2,
        unless=r" electrode (?:active )?materials? |电极材料",
    ),
    Company(_GRAPHITE, "anywhere", "lithium ion battery, lithium ion batteri, battery pack", "电池", 0.3),
    Company(
        ("superhard",),
        "anywhere",
        "blade, circular saw, hole saw, chain saw, jewelry, jewellery, ring, necklace, earring, playing card, "
        "painting, embroidery, tool holder, disc, wheel, grinding, polishing pad, file, drill bit, core bit",
        "锯片 首饰 项链 戒指 磨轮 磨片 钻头 画 锉",
        0.25,
        unless=r" pcd (?:discs?|blanks?) ",
    ),
    Company(("gallium",), "anywhere", "verum, aparine, odoratum, herb, herba, bedstraw, cleavers", "", 0.05),
    Company(
        ("gallium",),
        "anywhere",
        "charger, adapter, adaptor, led, lamp, bulb, garden, light string, solar light, flashlight, phone, smartphone, "
        "router, thermometer, laser pointer, power bank, citrate, scan, injection",
        "充电器 适配器 灯 温度计 充电宝",
        0.15,
    ),
    Company(  # devices made of it, which have headings of their own
        ("gallium", "indium", "germanium", "tellurium", "antimony"),
        "anywhere",
        "transistor, mosfet, hemt, hfet, fet, mmic, amplifier, photodiode, photodetector, laser diode, vcsel, diode, "
        "solar cell, photovoltaic cell, camera, sfp, transceiver, power module, integrated circuit, ic chip, "
        "rectifier, inverter, image sensor, receiver module",
        "晶体管 场效应管 功率管 功放 放大器 光电二极管 二极管 激光器 太阳能电池 集成电路 收发模块 摄像机 热像仪",
        0.15,
        unless=r" (?:wafers?|substrates?|ingots?|epi\w*|lens|lenses|windows?|optics?|blanks?) |"
        r"晶片|衬底|外延片|锭|镜|窗",
    ),
    Company(
        ("germanium",),
        "anywhere",
        "bracelet, necklace, jewelry, jewellery, massage, massager, mask, transistor, diode, roller, stone, sauna, "
        "supplement, tea, pillow, mattress, insole, sock",
        "手链 手环 手镯 项链 项圈 首饰 按摩 面膜 晶体管 二极管 温浴 温灸 床垫 坐垫 枕头",
        0.15,
    ),
    Company(
        ("germanium",),
        "anywhere",
        "lens, window, optics, objective, camera",
        "镜头 镜片 热像仪 红外窗",
        0.45,
        unless=r" blanks? |毛坯",
    ),
    Company(
        ("antimony",),
        "anywhere",
        "safety match, match head, match(?:es)? heads, brake pad, brake shoe, brake lining, cartridge, "
        "ammunition, bullet, hunting shot, rutile, titanium yellow, py ?53, pbr ?24, pewter, babbitt",
        "火柴 刹车片 制动片 弹药 子弹 钛黄",
        0.2,
        unless=r" (?:ingots?|regulus|lumps?|concentrates?|drums?|9\d \d+) |[锭矿块]",
    ),
    Company(
        ("antimony",),
        "anywhere",
        "masterbatch, battery, batteri, pigment, cable, curtain, fabric, polyester, pet, resin, pvc, conduit",
        "母粒 电池 颜料 电缆 窗帘 面料 聚酯 切片 树脂",
        0.3,
    ),
    Company(  # the name of a colour or a finish
        (),
        "after",
        "grey, gray, white, black, silver, yellow, gold, colour, color, coloured, colored, tone, finish, look",
        "灰 色 白色",
        0.2,
        is_softened=False,
        is_of_names=True,
        unless=r"^(?:[a-z]+ ){1,2}(?:powders?|crystals?|crystalline|granules?|solids?|liquids?|lumps?|flakes?|"
        r"oxides?)(?: |$)",  # of a substance: ammonium paratungstate, yellow crystals
    ),
    Company(
        ("indium",),
        "anywhere",
        "touch, touchscreen, lcd, display, panel, screen, conductive glass, film",
        "触摸 显示 液晶 导电玻璃 导电膜 屏",
        0.25,
        is_softened=False,  # indium tin oxide says oxide of every screen
        unless=r" (?:ingots?|powders?|sputter\p{L}*|targets?|pellets?|granules?|wires?|shots?|metal|scrap|tablets) |"
        r"[锭粉靶粒]",
    ),
    Company(
        ("molybdenum", "tungsten"),
        "anywhere",
        "steel, stainless, oil, grease, lubricant, disulfide, disulphide, chrome, chromium, seamless, pipe, tube, "
        "fertilizer, fertiliser, catalyst, bolt, flange, fitting",
        "[^钨]钢 润滑 二硫化 铬钼 肥料 催化剂 管",
        0.25,
        unless=r" spent |废催化剂",
    ),
    Company(
        ("tellurium",),
        "anywhere",
        "copper, solar module, pv module, peltier, thermoelectric module, cooler, solar panel",
        "铜 组件 制冷片 制冷杯 半导体制冷 光伏",
        0.3,
        unless=r" (?:copper tellurides?|residues?|slimes?|sludges?) |碲化[亚]?铜|阳极泥",
    ),
    Company(("rare_earth_magnets",), "before", "ferrite", "铁氧体", 0.2, is_softened=False),
    Company(
        ("rare_earth_magnets",),
        "anywhere",
        "toy, fridge, refrigerator, speaker, loudspeaker, motor, headphone, earphone, hook, whiteboard, holder, "
        "generator, turbine, phone case, bracelet, separator, sticker",
        "玩具 冰箱 扬声器 喇叭 电机 马达 耳机 挂钩 白板 支架 音箱 手机壳",
        0.3,
    ),
    Company(
        _RARE_EARTHS,
        "anywhere",
        "zirconia, dental, laser, amplifier, edfa, fiber, fibre, contrast, injection, phosphor, lamp, spark plug, "
        "crown, medical, scintillator, garnet rod, led, yag",
        "氧化锆 义齿 激光 放大器 光纤 造影 注射 荧光粉 灯 火花塞",
        0.35,
        unless=r" ly?so ",  # the crystals themselves
    ),
    Company(
        (),
        "anywhere",
        "dietary supplement, food supplement, health drink, health food, vitamin, multivitamin, mineral tablets?, "
        "mcg, homeopathic",
        "保健品 膳食补充 维生素",
        0.15,
        is_softened=False,
        unless=r" (?:ingots?|lumps?|regulus|concentrates?|ores?|scraps?|billets?|shots?|wafers?|granules?|metal|\d ?n|"
        r"9\d \d+|drums?) |[锭矿砂]|金属",  # nobody swallows ingots
    ),
    Company(
        (),
        "anywhere",
        "standard solution, icp standard, certified reference, specimen, collector, collectible, museum, souvenir, "
        "fossil",
        "标本 收藏品 摆件",
        0.4,
        is_softened=False,
    ),
    Company(
        (),
        "anywhere",
        "book, textbook, guidebook, bookmark, hardcover, paperback, brochure, poster, t shirt, periodic table, toy, "
        "video game, lipstick, nail polish, perfume, hair dye, paint color, stool, chair, sofa, boot, shoe",
        "图书 课本 教材 书签 画册 海报 周期表 玩具 口红 指甲油 染发 女装 男装 童装 牌自行车",
        0.2,
    ),
)

SHAPES = (
    r"metals?|metallic|metallics|foils?|sheets?|strips?|rods?|bars?|wires?|plates?|tubes?|blocks?|balls?|beads?|pellets?|"
    r"needles?|chunks?|slugs?|cathodes?|residues?|slags?|dross|wastes?|sludge|compounds?|salts?|alloys?|solders?|"
    r"solutions?|minerals?|samples?|materials?|products?|ores?|liquid|solid|chemicals?|reagents?|raw|crude|refined|"
    r"unwrought|wrought|acids?|potassium|sodium|ammonium|catalysts?|electrodes?|"
    r"[a-z]*(?:ox|chlor|brom|iod|fluor|sulf|sulph|nitr|carb|bor|silic|hydr|selen|tellur|arsen|phosph)ides?|"
    r"[a-z]*(?:nitr|sulf|sulph|carbon|phosph|oxal|acet|citr|tartr|stear|vanad|titan|molybd|tungst)ates?"
)
OTHER_METALS = r"zinc|lead|tin|copper|nickel|cobalt|cadmium|selenium|arsenic|silver|aluminium|aluminum|iron"
"""Names beside which a mineral is one of a list of metals."""

RAW_FORM = (
    r" (?:ingots?|concentrates?|lumps?|shots?|granules?|regulus|oxides?|trioxides?|dioxides?|powders?|flakes?|pure|"
    r"micropowders?|wafers?|targets?|scrap|billets?|(?:lens|lenses|optical|windows?) blanks?|crystals?|glycolate|"
    r"glycoxide|acetate|purity|[a-z]{1,2}\d{1,2}o\d{1,2}|geo2|moo3|wo3|"
    r"(?:gallium|germanium|antimony|bismuth|indium|tellurium|dysprosium|terbium|yttrium|scandium) metals?) |"
    r"金属[镓锗锑铋铟碲镝铽钇钪]|"
    r"毛坯|(?:醋酸|乙酸|乙二醇)锑|[锭粉矿砂粒块]|氧化|靶材|晶片|衬底|废料|高纯"
)
"""The text also speaks of raw form, so the innocent words weigh less: they are easily written."""

SUBSTANCE = rf"{RAW_FORM}| (?:{SHAPES}) |\d ?n | 9\d(?: \d+)? |金属"
"""The text speaks of a metal, a form, a shape or a compound at all."""

RAW_FORM_KEEPS_SHARE = 0.6

BULK = (
    r" (?:ingots?|concentrates?|lumps?|shots?|granules?|regulus|powders?|flakes?|pure|purity|micropowders?|wafers?|"
    r"targets?|scraps?|billets?|oxides?|trioxide|dioxide|pentoxide|metals?|unwrought|raw|crude|refined|ores?|drums?|"
    r"barrels?|bags?|kgs?|kilos?|tons?|tonnes?|mt|\d ?n|9[89] \d+|9\d \d\d+|\d+ ?(?:kgs?|mt)|"
    r"substrates?|residues?|slags?|dross) |"
    r"[锭矿砂吨]|磁[钢体材]|粉|金属|废料|高纯|靶材|晶片|衬底|公斤|千克|氧化"
)
"""Speaks of a raw form, a purity or a quantity in bulk, as no text of finished goods needs to."""
