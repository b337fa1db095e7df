"""Chinese terms whose element is written with another character of the same sound: 三氧化二提 for 三氧化二锑."""

from __future__ import annotations

import polars as pl

# Element and characters of its sound or of its phonetic part (Unihan kMandarin, kPhonetic), simplified.
SOUND_ALIKE: dict[str, str] = {
    "锑": "提梯题踢替剃体啼蹄涕惕悌弟T",
    "镓": "家加嘉佳夹嫁稼伽枷茄",
    "锗": "者赭这褶浙折哲蔗诸储",
    "钨": "乌污巫屋无吴午坞邬呜",
    "铋": "必毕币闭碧泌壁弼秘",
    "碲": "帝第蒂缔谛递",
    "钼": "目木牧沐苜募慕",
    "铟": "因音姻茵阴殷银洇",
    "镝": "滴笛迪敌嘀嫡",
    "铽": "特忒",
    "钇": "以乙已亿忆",
    "镱": "意义益易",
    "钐": "山衫杉珊扇",
    "钆": "嘎轧尬",
    "镥": "鲁卤虏",
    "钪": "抗亢康",
    "钬": "火伙",
    "铒": "耳尔饵",
    "铥": "丢",
    "铕": "有友又",
    "钕": "女汝",
}
# A template names an element whatever stands in its gap: words of metallurgy that go with nothing else. Processing
# words (氧化加工, 抗氧化提取物, 金属家具) are why 氧化_ and 金属_ alone are no templates.
TEMPLATES = (
    *("_锭", "_精矿", "偏_酸", "_酸铵", "_酸钠", "_酸锌", "高纯_锭", "高纯_粉", "_靶材", "砷化_", "氮化_晶", "碲化_"),
    *("锑化_", "磷化_", "_铁硼"),
)
_RARE_EARTHS = "镝铽钇镱钐钆镥钪钬铒铥铕钕"
OF_VALENCE = {
    "三氧化二_": "锑镓铋铟" + _RARE_EARTHS,
    "二氧化_": "锗碲锑",
    "三氧化_": "钨钼碲",
    "七氧化四_": "铽",
    "三硫化二_": "锑铋",
    "仲_酸": "钨钼",
}
"""Templates that say how much oxygen, sulphur or acid goes with the element, and the elements that take so much."""
_ORDINARY = ("木锭", "家锭", "山锭", "火锭", "银锭", "乙酸钠", "乙酸铵", "乙酸锌", "乙酸", "偏木酸", "无锭", "砷化体")


def _spelled() -> dict[str, str]:
    found = {
        template.replace("_", sign): template.replace("_", element)
        for element, signs in SOUND_ALIKE.items()
        for sign in signs
        for template in (*TEMPLATES, *(one for one, elements in OF_VALENCE.items() if element in elements))
    }
    return {said: meant for said, meant in found.items() if said not in _ORDINARY}


HOMOPHONES: dict[str, str] = _spelled()
"""Term as written with a character of the same sound, to the term it means."""


def is_heard(text: pl.Expr) -> pl.Expr:
    """Tell whether a text holds a term written by its sound: what it means is a guess.

    Characters written in halves (钅弟) are no guess.
    """
    whole = text.str.replace_all(r"[钅釒金石]\s*\p{Han}", " ")
    return whole.str.contains_any(pl.lit(sorted(HOMOPHONES), dtype=pl.List(pl.String)))
