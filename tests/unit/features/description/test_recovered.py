"""Words put together again, by hand; and the honest words beside each that must stay what they are."""

from __future__ import annotations

import base64

import polars as pl

from features.description.assessment import assess_texts
from features.description.escapes import decoded_texts
from features.minerals import Minerals
from models.reasons import TOLD_FROM

HIDDEN = {  # text: mineral, how it is hidden
    "三氧化二弟": "antimony",  # a character without its radical, which takes as much oxygen
    "二氧化者": "germanium",
    "a.n_t*i-m~o+n=y ingot": "antimony",  # any mark between letters
    "annttiimmoonnyy ingot": "antimony",  # letters repeated
    "AntimonyIngot99.65%": "antimony",  # words glued
    "gllm metal": "gallium",  # vowels out
    "tnugsten powder": "tungsten",  # letters changed places
    "antymoni ingotz": "antimony",  # by ear
    "ynomitna ingot": "antimony",  # backwards
    "dysporsum oxide": "dysprosium",  # two letters wrong in a long word
    "CAS7440-36-0lumps": "antimony",
    "CAS 13O9-64-4": "antimony",  # the letter O for a nought
    "CAS7440553 ingots": "gallium",  # a number in one piece
    "CAS no. 1309644": "antimony",
    "Sb 99.65 ingots": "antimony",  # a grade without its sign
    "Ge-99.999": "germanium",
    "Nd2Fe14B powder": "rare_earth_magnets",  # a formula that magnets with dysprosium share
    "汝铁硼磁体": "rare_earth_magnets",
    "Sb 2 O 3 powder": "antimony",
    "Sb203 powder": "antimony",
    "ti1 ding4": "antimony",
    "\\u0061ntimony ingot": "antimony",
    "%E9%94%91%E9%94%AD": "antimony",
    "&amp;#97;ntimony ingot": "antimony",
    "&#97&#110&#116imony ingot": "antimony",
    "三氧化二提": "antimony",  # a character of the same sound
    "仲乌酸铵": "tungsten",
    "金弟锭": "antimony",  # a character in two halves
    "⿰钅弟锭": "antimony",
    "Sb锭 99.65%": "antimony",
    "アンチモン地金": "antimony",
    "안티몬괴": "antimony",
    "сурьма металлическая": "antimony",
    "ก้อนพลวง": "antimony",
    "Antimonbarren": "antimony",
    "lingotes de antimonio": "antimony",
    "⠁⠝⠞⠊⠍⠕⠝⠽ ⠊⠝⠛⠕⠞": "antimony",
    "ค ภtเ๓๏ภץ".replace(" ", ""): "antimony",
    "YW50aW1vbnkgaW5nb3Q=": "antimony",  # base 64
    "lot 7 / " + base64.b64encode("三氧化二锑".encode()).decode(): "antimony",
    "67 61 6c 6c 69 75 6d 20 6d 65 74 61 6c": "gallium",  # bytes in hexadecimal
    "0x67616c6c69756d": "gallium",
    "MFXHI2LNN5XHSIDUOJUW66DJMRSQ====": "antimony",  # base 32
    "ferberrite concentrate": "tungsten",  # one letter off, which ferrite is not
    "bisrnuth ingot": "bismuth",  # as a scanner reads it
    "lndium wire": "indium",
    "ANTIM. TRIOXIDE 99.5": "antimony",  # cut short
    "tungst powder": "tungsten",
    "germ dioxide 5N": "germanium",
    "Sb2-O3": "antimony",
    "gallium(III) chloride": "gallium",
    "In ingots, 99.99": "indium",
    "In-ingot": "indium",
    "диоксид германия": "germanium",
}
HONEST = (
    "teller machine",
    "Bismarck herring",
    "Indian cotton",
    "Galliumgasse 12, Wien",
    "geranium oil",
    "solarium tubes",
    "Galium verum herb extract",
    "German oak furniture",
    "ferrrite magnets",  # one letter off ferrite, two off ferberite
    "geranuim plants",
    "stadium seats",
    "antonymous words",
    "antimony-free chips",
    "金属家具",
    "抗氧化提取物",
    "黄金有限公司",
    "乙酸钠",
    "氧化加工铝型材",
    "木粉 wood powder",
    "Израиль апельсины",
    "สายไฟ cable",
    "part no SB203, model GE02",
    "100% cotton =E9 50%AB",
    "锑都瓷砖",  # a city's nickname
    "MD5 d41d8cd98f00b204e9800998ecf8427e",
    "Polyethyleneterephthalate 12345678901234567890",
    "modern corner brackets",
    "wheat germ powder, ox gall powder",
    "scan. metal detectors",
    "Steel castings in ingot form",
    "In ingot moulds for cast iron",
    "W powder coat black shelf",
    "indium tin oxide touch panel",
    "Германия",
    "carton Sb 99.65 kg",
    "article 7440553 bolts",
    "Mo 98.50USD shirts",
    "UN 3481 lithium batteries",
    "二氧化特",
)


def test_what_is_hidden_is_found(minerals: Minerals) -> None:
    read = assess_texts(pl.LazyFrame({"text": list(HIDDEN)}), minerals).collect()
    found = {
        text: mineral
        for text, mineral, weight in read.select("text", "text_mineral", "term_weight").iter_rows()
        if weight >= 0.5
    }
    assert {text: found.get(text) for text in HIDDEN} == HIDDEN


def test_honest_words_stay_what_they_are(minerals: Minerals) -> None:
    read = assess_texts(pl.LazyFrame({"text": list(HONEST)}), minerals).collect()
    assert read.filter(pl.col("term_weight") >= 0.3)["text"].to_list() == []
    assert read.height == len(HONEST)


def test_escapes_by_hand() -> None:
    given = {
        "a&#98;c": "abc",
        "%61%62": "ab",
        "\\x41\\u0042": "AB",
        "U+0041": "A",
        "=E9=94=91": "锑",
        "&amp;#97;": "a",
        "&#982": "b2",  # without a semicolon the number may end early
        "100% sure": "100% sure",
        "\\u{D800}": "\\u{D800}",  # half of a pair is no character
        "&nosuch;": "&nosuch;",
    }
    read = decoded_texts(pl.LazyFrame({"text": list(given)})).collect()
    assert dict(read.select("text", "decoded").iter_rows()) == given


def test_no_text_at_all(minerals: Minerals) -> None:
    assert assess_texts(pl.LazyFrame(schema={"text": pl.String}), minerals).collect().is_empty()


def test_rare_earths_without_a_name_are_told_as_vague(minerals: Minerals) -> None:
    unnamed = ["rare earth oxides", "混合稀土氧化物", "Rare-earth metal 99%"]
    named = ["lanthanum rare earth oxides", "稀土抛光粉", "镧铈稀土金属", "rare earth magnets", "rare earths journal"]
    read = assess_texts(pl.LazyFrame({"text": [*unnamed, *named]}), minerals).collect()
    vague = dict(read.select("text", "vague_text").iter_rows())
    assert [vague[text] for text in unnamed] == [0.5] * len(unnamed)
    assert max(vague[text] for text in named) < TOLD_FROM


def test_a_terse_name_is_not_told_as_vague(minerals: Minerals) -> None:
    read = assess_texts(pl.LazyFrame({"text": ["lead ingots 99.97", "铅锭", "metal ingots"]}), minerals).collect()
    vague = dict(read.select("text", "vague_text").iter_rows())
    assert vague["lead ingots 99.97"] < TOLD_FROM
    assert vague["铅锭"] < TOLD_FROM
    assert vague["metal ingots"] == 1.0
