"""Invented company names, in English and Chinese, and the ways in which clerks write the same name differently."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulate.disguises import rewritten
from pipelines.simulate.draws import Ints

FORWARDERS = 90


def _words(text: str) -> list[str]:
    return text.split()


_FIRST = _words(
    "Hao浩 Rui锐 Xin鑫 Heng恒 Tai泰 Jin锦 Yong永 Sheng盛 Hua华 Fu富 Da达 Jia佳 Hong宏 Guang广 Bo博 Ming明 "
    "Zhong中 Tian天 Long隆 Feng丰 Chang昌 Kai凯 An安 Shun顺 Li利 Wan万 Yuan源 Qi琦 Lan兰 De德 "
)
_LAST = _words(
    "da达 feng丰 tong通 yuan源 xing兴 cheng诚 long隆 mao茂 hui汇 ke科 bang邦 wei威 jie捷 yu裕 ning宁 sen森 "
    "lin林 hai海 shan山 ze泽 run润 qing庆 ye业 lai来 kang康 rong荣 bao宝 ying英 si思 fa发 "
)
_LATIN_FIRST = _words(
    "Nor Bel Kan Vel Ard Mar Sol Tri Alt Cor Den Fer Gal Hel Ib Jor Kel Lum Mon Nav Or Pol "
    "Ques Ral Sta Tor Ul Var Wes Zen "
)
_LATIN_LAST = _words(
    "wick ton ex ano eras ion iva dale mark co tek via port land este ora ics um alis or "
    "bridge field ance ia max on ette ine er us "
)
_SECTORS = (
    "Trading|贸易 Industrial|实业 Import & Export|进出口 New Materials|新材料 Technology|科技 International|国际贸易 "
    "Industry and Trade|工贸 Supply Chain|供应链 Manufacturing|制造 Metals|金属 "
    "Building Materials|建材 Electronics|电子"
)
_CITIES = _words("Shanghai上海 Ningbo宁波 Shenzhen深圳 Qingdao青岛 Tianjin天津 Xiamen厦门 Nanning南宁 Guangzhou广州 ")
_LEGAL = {
    "USA": "Inc.",
    "JPN": "K.K.",
    "DEU": "GmbH",
    "NLD": "B.V.",
    "BEL": "NV",
    "FRA": "SAS",
    "ITA": "S.r.l.",
    "ESP": "S.L.",
    "GBR": "Ltd.",
    "POL": "Sp. z o.o.",
    "IND": "Pvt. Ltd.",
    "VNM": "JSC",
    "MYS": "Sdn. Bhd.",
    "SGP": "Pte. Ltd.",
    "IDN": "PT",
    "PHL": "Corp.",
    "ARE": "FZE",
    "SAU": "LLC",
    "TUR": "A.S.",
    "RUS": "OOO",
    "MEX": "S.A. de C.V.",
    "BRA": "Ltda.",
    "CAN": "Inc.",
    "AUS": "Pty Ltd",
    "ZAF": "(Pty) Ltd",
    "EGY": "S.A.E.",
    "KAZ": "LLP",
    "CHL": "SpA",
}
_SPELLINGS = (
    ("Co., Ltd.", "Co., Ltd."),
    ("Co., Ltd.", "CO.,LTD"),
    ("Co., Ltd.", "Company Limited"),
    ("Import & Export", "Imp. & Exp."),
    ("International", "Int'l"),
    ("Technology", "Tech."),
)


def _halves(words: list[str]) -> tuple[pl.Series, pl.Series]:
    return pl.Series([word.rstrip(word.lstrip(_ASCII)) for word in words]), pl.Series([w.lstrip(_ASCII) for w in words])


_ASCII = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def firm_names(
    rng: np.random.Generator, city: Ints, country: pl.Series, pool: str = "common"
) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Invent a name for each firm: English, Chinese (empty abroad), and the token that its group shares.

    The first syllable belongs to the pool, so that no name is in both.
    """
    count = len(city)
    part = slice(0, 22) if pool == "common" else slice(22, None)
    first_en, first_cn = _halves(_FIRST[part])
    last_en, last_cn = _halves(_LAST)
    latin_last = pl.Series(_LATIN_LAST)
    city_en, city_cn = _halves(_CITIES)
    sector_en, sector_cn = (pl.Series([pair.split("|")[side] for pair in _split_sectors()]) for side in (0, 1))
    one, two = rng.integers(0, len(first_en), count), rng.integers(0, len(_LAST), count)
    three = rng.integers(0, len(_LAST), count)
    sector = rng.integers(0, len(sector_en), count)
    table = pl.DataFrame(
        {
            "chinese": (country == "CHN")
            | (pl.Series(rng.random(count) < 0.2) & country.is_in(["HKG", "SGP", "MYS", "TWN"])),
            "home": country == "CHN",
            "city": city_en.gather(city),
            "city_cn": city_cn.gather(city),
            "token": first_en.gather(one) + last_en.gather(two) + _or_nothing(last_en, three, below=12),
            "token_cn": first_cn.gather(one) + last_cn.gather(two) + _or_nothing(last_cn, three, below=12),
            "latin": pl.Series(_LATIN_FIRST[part]).gather(one)
            + latin_last.gather(two)
            + _or_nothing(latin_last, three, below=14),
            "sector": sector_en.gather(sector),
            "sector_cn": sector_cn.gather(sector),
            "legal": country.replace_strict(_LEGAL, default="Co., Ltd."),
        }
    )
    token = pl.when("chinese").then("token").otherwise("latin")
    named = table.select(
        pl.when("home")
        .then(pl.format("{} {} {} Co., Ltd.", "city", "token", "sector"))
        .otherwise(pl.format("{} {} {}", token, "sector", "legal"))
        .alias("en"),
        pl.when("home")
        .then(pl.format("{}{}{}有限公司", "city_cn", "token_cn", "sector_cn"))
        .otherwise(pl.lit(""))
        .alias("cn"),
        token.alias("token"),
    )
    return named["en"], named["cn"], named["token"]


def _or_nothing(words: pl.Series, number: Ints, *, below: int) -> pl.Series:
    """Take the word of each number below a limit, and nothing for the others."""
    return pl.concat([words.head(below), pl.Series([""])], rechunk=True).gather(np.minimum(number, below))


def _split_sectors() -> list[str]:
    words, pairs, kept = _SECTORS.split(" "), [], ""
    for word in words:  # English sector names hold spaces; the pair ends with the word that carries the bar
        kept = f"{kept} {word}".strip()
        if "|" in word:
            pairs.append(kept)
            kept = ""
    return pairs


def written_names(name_en: pl.Series, name_cn: pl.Series, style: Ints) -> pl.Series:
    """Write firms' names as one of eight clerks would: legal form, case, abbreviation or language differ."""
    by_style = [np.flatnonzero(style == number) for number in range(len(_SPELLINGS) + 2)]
    changes = [
        (at, name_en.gather(at).str.replace(full, short, literal=True))
        for at, (full, short) in zip(by_style[1:], _SPELLINGS, strict=False)
    ]
    changes.append((by_style[-1], name_en.gather(by_style[-1]).str.to_uppercase()))
    in_chinese = np.flatnonzero((style > len(_SPELLINGS) + 1) & (name_cn != "").to_numpy())
    return rewritten(name_en, [*changes, (in_chinese, name_cn.gather(in_chinese))])
