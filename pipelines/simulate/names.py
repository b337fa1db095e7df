"""Invented company names, in English and Chinese, and the ways in which clerks write the same name differently."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

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


def _halves(words: list[str]) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.str_]]:
    return np.array([word.rstrip(word.lstrip(_ASCII)) for word in words]), np.array([w.lstrip(_ASCII) for w in words])


_ASCII = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def firm_names(
    rng: np.random.Generator, city: Ints, country: npt.NDArray[np.str_], pool: str = "common"
) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Invent a name for each firm: English, Chinese (empty abroad), and the token that its group shares.

    The first syllable belongs to the pool, so that no name is in both.
    """
    count = len(city)
    part = slice(0, 22) if pool == "common" else slice(22, None)
    first_en, first_cn = _halves(_FIRST[part])
    latin_first = np.array(_LATIN_FIRST[part])
    last_en, last_cn = _halves(_LAST)
    city_en, city_cn = _halves(_CITIES)
    sector_en, sector_cn = (np.array([pair.split("|")[side] for pair in _split_sectors()]) for side in (0, 1))
    one, two = rng.integers(0, len(first_en), count), rng.integers(0, len(_LAST), count)
    three = rng.integers(0, len(_LAST), count)
    sector = rng.integers(0, len(sector_en), count)
    table = pl.DataFrame(
        {
            "chinese": (country == "CHN")
            | ((rng.random(count) < 0.2) & np.isin(country, ["HKG", "SGP", "MYS", "TWN"])),
            "home": country == "CHN",
            "city": city_en[city],
            "city_cn": city_cn[city],
            "token": np.char.add(np.char.add(first_en[one], last_en[two]), np.where(three < 12, last_en[three], "")),
            "token_cn": np.char.add(np.char.add(first_cn[one], last_cn[two]), np.where(three < 12, last_cn[three], "")),
            "latin": np.char.add(
                np.char.add(latin_first[one], np.array(_LATIN_LAST)[two]),
                np.where(three < 14, np.array(_LATIN_LAST)[three], ""),
            ),
            "sector": sector_en[sector],
            "sector_cn": sector_cn[sector],
            "legal": pl.Series(country).replace_strict(_LEGAL, default="Co., Ltd."),
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


def _split_sectors() -> list[str]:
    words, pairs, kept = _SECTORS.split(" "), [], ""
    for word in words:  # English sector names hold spaces; the pair ends with the word that carries the bar
        kept = f"{kept} {word}".strip()
        if "|" in word:
            pairs.append(kept)
            kept = ""
    return pairs


def written_name(name_en: pl.Expr, name_cn: pl.Expr, style: pl.Expr) -> pl.Expr:
    """Write a firm's name as one of eight clerks would: legal form, case, abbreviation or language differ."""
    written = name_en
    for number, (full, short) in enumerate(_SPELLINGS, start=1):
        written = pl.when(style == number).then(name_en.str.replace(full, short, literal=True)).otherwise(written)
    written = pl.when(style == 7).then(name_en.str.to_uppercase()).otherwise(written)
    return pl.when((style >= 8) & (name_cn != "")).then(name_cn).otherwise(written)
