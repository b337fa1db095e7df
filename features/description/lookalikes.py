"""Letters that look like others, marks nobody sees, and the characters of mineral terms in two Chinese scripts."""

from __future__ import annotations

from features.description.homophones import HOMOPHONES

HONEST_SYMBOLS = "μΩØøαβγδεηλρσθτωΔΣΦφπ" + "æÆœŒłŁđĐħĦŧŦıŋŊƏɓɗƙƴ"
"""Letters that honest text mixes into Latin words: units, phases, diameters (5μm, βGa2O3, Ø50), European spelling."""

REGIONAL_LETTERS: dict[str, str] = (
    {chr(0x1F1E6 + i): chr(ord("A") + i) for i in range(26)}
    | {
        chr(0x1F150 + i): chr(ord("A") + i)
        for i in range(26)  # negative circled
    }
    | {chr(0x1F170 + i): chr(ord("A") + i) for i in range(26)}
)  # negative squared
"""Emoji letters, which NFKD leaves alone."""

INVISIBLE = (
    r"[[\p{Cf}--[\x{00AD}\x{FEFF}]]\x{034F}\x{115F}\x{1160}\x{17B4}\x{17B5}\x{180B}-\x{180F}\x{3164}\x{FFA0}"
    r"\x{FE00}-\x{FE0F}\x{2FF0}-\x{2FFF}\x{E0000}-\x{E0FFF}]"
)
"""Regex class of zero-width, bidirectional, filler, tag and shape-describing marks (Default_Ignorable, UAX #44)."""

HONEST_INVISIBLE = r"[\x{00AD}\x{FEFF}]"
"""Regex class of marks that word processors and spreadsheets leave behind: soft hyphen, byte-order mark."""

FANCY = (
    r"[\x{1D400}-\x{1D7FF}\x{249C}-\x{24E9}\x{1F110}-\x{1F189}\x{1F1E6}-\x{1F1FF}\x{2170}-\x{217F}\x{216C}-\x{216F}"
    r"\x{1D2C}-\x{1D6A}\x{02B0}-\x{02B8}ℂℊ-ℍℎℐ-ℕℙ-ℝℤℨℬℭℯ-ℱℳ-ℹ]"
)
"""Regex class of ornamental letters that no keyboard of the trade writes: mathematical, circled, superscript."""

OVERLAYS = r"[\x{0334}-\x{0338}\x{20D0}-\x{20F0}\x{1AB0}-\x{1AFF}]"
"""Regex class of strokes drawn through letters."""

ACCENTS = r"[\x{0300}-\x{0333}\x{0339}-\x{036F}]"
"""Regex class of combining accents, taken off everywhere (pinyin tones, Antimón)."""

# Traditional to simplified, only characters of mineral terms, forms and their contexts (Unihan kSimplifiedVariant).
_HANT = (
    "銻锑 鎵镓 鍺锗 鎢钨 鉬钼 銦铟 鉍铋 釤钐 釓钆 鋱铽 鏑镝 鑥镥 鎦镥 鈧钪 釔钇 鈥钬 鉺铒 銩铥 銪铕 鐿镱 釹钕 鐠镨 "
    "鑭镧 鈰铈 鈷钴 鎳镍 鐵铁 銅铜 銀银 錠锭 屬属 純纯 礦矿 銨铵 鎘镉 鋅锌 錫锡 鉛铅 單单 鹽盐 鈉钠 鱗鳞 鑽钻 剛刚 "
    "線线 鋸锯 壓压 機机 無无 參参 體体 鋼钢 電电 極极 負负 產产 顆颗 塊块 條条 藥药 燈灯 絲丝 傢家 車车 記记 號号 "
    "為为 與与 質质 類类 燒烧 結结 廢废 層层 鏡镜 遠远 紅红 淨净 準准 達达 樣样 貨货 雜杂 帶带 鍍镀 鈦钛 鋁铝 鎂镁 "
    "鈹铍 鋰锂 鋯锆 鉿铪 鈮铌 鉭钽 錸铼 釩钒 鉻铬 錳锰 環环 對对 應应 飾饰 鏈链 醫医 顏颜 釋释 雙双 藍蓝 黃黄 陰阴 "
    "還还 滅灭 協协 劑剂 膠胶 塗涂 級级 脹胀 銼锉 輪轮 針针 頭头 鍋锅 爐炉 煉炼 設设 備备 選选 從从 屜屉 檔档 夾夹 "
    "鑲镶 鍵键 銷销 鍊链 釷钍 鈾铀"
)
SIMPLIFIED: dict[str, str] = {pair[0]: pair[1] for pair in _HANT.split() if pair[0] != pair[1]}
"""Traditional character to simplified."""

# A character written as its two halves. Source: Unihan kIDS of the characters of mineral names.
_HALVES = (
    "弟锑 家镓 者锗 乌钨 烏钨 目钼 因铟 必铋 彡钐 乚钆 武铽 啇镝 商镝 鲁镥 "
    "亢钪 乙钇 火钬 耳铒 丢铥 有铕 意镱 女钕 普镨 定锭 同铜 易锡"
)
RADICALS = "钅釒⻐"
_METAL_FORMS = "锭粉块矿靶砂粒片"
HALVES: dict[str, str] = (
    {f"{radical}{gap}{pair[0]}": pair[1] for pair in _HALVES.split() for radical in RADICALS for gap in ("", " ")}
    # 金 is a word of its own (黄金有限公司), so that it counts as half of a character only beside a form of metal
    | {f"金{pair[0]}{form}": f"{pair[1]}{form}" for pair in _HALVES.split() for form in _METAL_FORMS}
    | {"金弟": "锑", "石帝": "碲", "石申": "砷"}
    | HOMOPHONES
)
"""Radical and other half to the character they make (钅弟 for 锑), and terms with a character of the same sound."""

SYMBOL_LETTERS: dict[str, str] = {"@": "a", "$": "s", "!": "i", "€": "e", "¡": "i", "|": "l", "£": "l"}
"""Symbols that pass for letters between two letters."""

INLINE_TAGS = r"(?i)</?(?:a|b|i|u|s|em|strong|span|font|sub|sup|small|big|mark|wbr|q)(?:\s[^<>]*)?/?>|<!--[^<>]*-->"
"""Regex of markup that sits inside words: taken out without a trace (Sb<sub>2</sub>O<sub>3</sub>)."""

OTHER_TAGS = r"</?[A-Za-z!?][^<>]*>"
"""Regex of every other tag: read as a space."""


# Further characters of the terms in configs/minerals.yaml.
_TERM_HAN = (
    "业乙人仲低偏元充光六冶凝切制前割力加区區及取口可各合同向品固型基外多天子富居工己底延強强形微心态性態扩抛拋捕擴收放效散料方易普晶未材杨板柔棒楊業槽正比气氟氢氣氫"
    "氮氯水永池流浮液混清温溫澄点烷焊焙焦然熔燃片物独獨球生甩甲界白的砂破硒硝硫硬碳磨离窗立等粒粗精紫羟羥肟膏膨苯草萃衬製襯解超輕輝轻辉透通速造酯酸醇醋重鍛锻阻離静靜"
    "面頂顶驅驱黑點"
)


def _entities() -> dict[str, str]:
    named = {
        "&nbsp;": " ",
        "&lt;": "<",
        "&gt;": ">",
        "&quot;": '"',
        "&apos;": "'",
        "&ge;": "≥",
        "&shy;": "",
        "&zwj;": "",
    }
    table = {**named, "&zwnj;": "", "&middot;": "·", "&ndash;": "-", "&mdash;": "-", "&sup2;": "2", "&sup3;": "3"}
    readable = (
        {chr(code) for code in range(32, 127)}
        | set(SIMPLIFIED)
        | set(SIMPLIFIED.values())
        | {chr(code) for code in range(0xFF01, 0xFF5F)}  # full width
        | set("氧化二三四五硼碲磷砷汞石墨稀土高不含金非磁粉靶" + _TERM_HAN)
    )
    for letter in sorted(readable):
        code = ord(letter)
        spellings = {
            f"&#{code};",
            f"&#x{code:x};",
            f"&#x{code:X};",
            f"&#X{code:x};",
            f"&#{code:04d};",
            f"&#x{code:04x};",
        }
        table |= dict.fromkeys(spellings, letter)
    return {"&amp;": "&"} | table


ENTITIES: dict[str, str] = _entities()
"""HTML entities, decoded once: the named ones of ordinary text, and the numbers of characters that terms hold."""
