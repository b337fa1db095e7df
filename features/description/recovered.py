"""Terms put together again: letters apart, repeated or glued to their neighbours, vowels out, scrambled, by ear."""

from __future__ import annotations

import polars as pl

from features.confusables import DIGIT_LETTERS
from features.description.company import RAW_FORM
from features.description.near_words import NEAR_WORDS
from features.description.reading_kinds import READING
from features.description.vocabulary import SHORTEST_MISSPELT, Vocabulary, without_letter
from features.lookback import settle

SHORTEST_SKELETON = 4  # letters of a term without its vowels (gllm); the term itself has seven or more
SHORTEST_SOUND = 5
SHORTEST_APART = 4  # signs of a formula that has to stand by itself: y203 is in many a part's number
LONG_TERM = 9  # a term this long stays itself with two letters wrong
_VOWELS = "[aeiou]"
_DOUBLES = {letter * 2: letter for letter in "abcdefghijklmnopqrstuvwxyz"}
# Words that may be glued to a mineral's name: forms, purity, packing, in English, German and Spanish trade text.
_BESIDE = (
    "ingots?|oxides?|trioxide|dioxide|powders?|metal|lumps?|shots?|granules?|bars?|rods?|pure|purity|high|refined|crude|"
    "ores?|concentrates?|alloys?|scrap|wafers?|targets?|needles?|sulfide|sulphide|chloride|nitrate|carbide|flakes?|"
    "pellets?|bricks?|regulus|wire|sheet|plate|in|and|of|for|the|grade|industrial|raw|material|natural|artificial|"
    "with|min|flame|retardant|reagent|nitrate|penta|hydrate|anhydrous|heavy|zone|refined|inch|fine|micro|super|"
    "metallic|zinc|barren|pulver|oxid|metall|erz|konzentrat|stuecke|stab|draht|lingotes?|polvo|oxido|metalico|barra|s|es"
)
# Letters and pairs that sound alike, in this order; applied to term and word alike.
_SOUNDS = (
    *(("ph", "f"), ("gh", "g"), ("th", "t"), ("sch", "s"), ("sh", "s"), ("ck", "k"), ("qu", "k"), ("x", "ks")),
    *(("ae", "e"), ("oe", "e"), ("ee", "i"), ("ea", "i"), ("oo", "u"), ("ou", "u"), ("ie", "i"), ("c", "k")),
    *(("q", "k"), ("z", "s"), ("j", "g"), ("y", "i"), ("w", "v")),
)

_JOINED = r"\b[A-Z][A-Za-z]?\d{1,2} ?[-‐‑–−·.] ?[OoSs]\d{1,2}\b"  # Sb2-O3
_PURE = r"\b9\d(?:[.,]\d+)?\s?%|\b99\.\d"
_STEM = r"(?:um|y|th|en|am)$"  # endings of the elements' names: antim. and tungst. are cut before them
LONGEST_STEMMED = 10
# Forms beside which the start of an element's name can be nothing else, and further ones where more of it is there.
_SURE_FORMS = r"(?:di|tri|pent|penta)oxides?|ingots?|(?:tetra|tri)chlorides?"
_FORMS = rf"{_SURE_FORMS}|oxides?|powders?|pwdr?|pdr|metal|lumps?|needles?|scrap|concentrates?"
_CUT_FORMS = "triox|diox|pentox|ox|carb|met|chlor|conc|pwd|ing"  # cut themselves: germ. diox.
# Letters that a scanner takes for others.
_SCANNED = (("rn", "m"), ("vv", "w"), ("^[l1|]", "i"), ("cl", "d"), ("lum$", "ium"))
_SYLLABLES = {"ti": "锑", "jia": "镓", "zhe": "锗", "wu": "钨", "bi": "铋", "di": "碲", "mu": "钼", "yin": "铟"}
_TONED = r"[a-z]{0,3}[āáǎàēéěèīíǐìūúǔù][a-z]{0,2}"
_TONED_BESIDE_HAN = rf"\p{{Han}} ?{_TONED}|{_TONED} ?\p{{Han}}"
_INDIUM = r"^In[ -](?:ingots?|metal|shots?)(?:[ ,.:;(>≥-]*(?:min\.? ?)?(?:9\d|\dN)|[ .]*$)"


def cut_short(deepest: pl.LazyFrame, vocabulary: Vocabulary) -> pl.LazyFrame:
    """Find elements' names cut short before a word of form (antim trioxide, bism. ingot): `text_no`, `pattern`.

    Five letters do before any form, four before one that no other goods have, or with a full stop behind them.
    """
    names = vocabulary.solid.filter(
        pl.col("is_english") & pl.col("pattern").str.contains(_STEM) & (pl.col("spaced").str.count_matches(" ") == 2),
        pl.col("pattern").str.len_chars() <= LONGEST_STEMMED,
    ).select("pattern", "mineral")
    cut = (
        names.with_columns(length=pl.int_ranges(4, pl.col("pattern").str.len_chars() - 1))
        .explode("length")
        .with_columns(stem=pl.col("pattern").str.head(pl.col("length")))
        .filter(pl.col("mineral").n_unique().over("stem") == 1)
        .group_by("stem")
        .agg(pl.col("pattern").min())
    )
    plain = pl.col("text").str.to_lowercase()
    asked = (
        (pl.col("words"), rf" ([a-z]{{4}}) (?:{_SURE_FORMS}) ", [*NEAR_WORDS]),
        (pl.col("words"), rf" ([a-z]{{5,}}) (?:{_FORMS}) ", [*NEAR_WORDS]),
        (plain, rf"\b([a-z]{{4,}})\. ?(?:{_FORMS}|{_CUT_FORMS})\b", ["german", "scan"]),
    )
    found = [_stems(deepest, text, shape).filter(~pl.col("stem").is_in(words)) for text, shape, words in asked]
    return pl.concat(found).join(cut.lazy(), on="stem", how="inner").select("text_no", "pattern").unique()


def _stems(deepest: pl.LazyFrame, text: pl.Expr, shape: str) -> pl.LazyFrame:
    return deepest.select("text_no", stem=text.str.extract(shape, 1)).drop_nulls("stem")


def scanned(tokens: pl.LazyFrame, vocabulary: Vocabulary) -> pl.LazyFrame:
    """Find words that a scanner misread (bisrnuth, lndium): `text_no`, `pattern`. `tokens` as in `respelt`."""
    known = vocabulary.solid.select("pattern").lazy()
    read = pl.col("token")
    for seen, meant in _SCANNED:
        read = read.str.replace_all(seen, meant)
    changed = tokens.with_columns(pattern=read).filter(pl.col("pattern") != pl.col("token"))
    return changed.join(known, on="pattern", how="semi").select("text_no", "pattern").unique()


def indium_by_symbol(deepest: pl.LazyFrame) -> pl.LazyFrame:
    """Find texts that begin with indium's symbol, a form, and a purity or nothing more: `text_no`, `reading`, `words`.

    Elsewhere In is a word (steel castings, in ingot form).
    """
    named = deepest.filter(pl.col("text").str.strip_chars().str.contains(_INDIUM))
    return named.select("text_no", pl.lit("misspelt", READING).alias("reading"), words=pl.lit(" indium metal "))


def found_in_pieces(deepest: pl.LazyFrame, vocabulary: Vocabulary) -> dict[str, pl.LazyFrame]:
    """Find long terms whose letters stand in order: `spaced` with gaps between them, `glued` to words of form.

    `deepest` has `text_no` and `words`. A sieve first (Aho-Corasick over the letters alone), then each find is looked
    at: it must begin and end where a word does, or be glued to words that go with a mineral's name.
    """
    terms = vocabulary.solid.with_columns(sieve=_collapsed(pl.col("pattern")), letters=pl.col("pattern").str.split(""))
    terms = terms.with_columns(
        apart=pl.format(r"(?-u:\b){}+ ?s?(?-u:\b)", pl.col("letters").list.join("+ ?")),
        glued=pl.format(
            r"(?-u:\b)(?:{})*{}+(?:{})*(?-u:\b)",
            pl.lit(_BESIDE), pl.col("letters").list.join("+"), pl.lit(_BESIDE),
        ),
    )  # fmt: skip
    asked = pl.lit(terms["sieve"].unique().sort().to_list(), dtype=pl.List(pl.String))
    as_i = deepest.with_columns(folded=pl.col("words").str.replace_many(DIGIT_LETTERS))
    as_l = deepest.filter(pl.col("words").str.contains("1", literal=True)).with_columns(
        folded=pl.col("words").str.replace_many(DIGIT_LETTERS | {"1": "l"})
    )
    folded = pl.concat([as_i, as_l])
    # settled: polars puts filters together, and would look for each regular expression in every text that is sifted out
    sifted = settle(
        folded.with_columns(sieve=_collapsed(pl.col("folded").str.replace_all(" ", "", literal=True)))
        .with_columns(sieve=pl.col("sieve").str.extract_many(asked, overlapping=True).list.unique())
        .filter(pl.col("sieve").list.len() > 0)
        .explode("sieve", empty_as_null=False)
        .join(terms.lazy().select("sieve", "pattern", "spaced", "apart", "glued"), on="sieve", how="left")
        .filter(~pl.any_horizontal([pl.col("words").str.contains(one, literal=True) for one in _as_said("spaced")]))
    )
    apart = sifted.filter(pl.col("folded").str.contains(pl.col("apart")))
    glued = sifted.filter(pl.col("words").str.replace_all(r"\d+", " ").str.contains(pl.col("glued")))
    return {
        "split": glued.select("text_no", "pattern"),
        "spaced": apart.select("text_no", "pattern"),
    }


def _as_said(spaced: str) -> tuple[pl.Expr, pl.Expr]:
    """A term with its spaces, and its plural."""
    return pl.col(spaced), pl.col(spaced).str.replace(" $", "s ")


def cas_numbers(deepest: pl.LazyFrame, vocabulary: Vocabulary) -> pl.LazyFrame:
    """CAS numbers glued to letters, with the letter O for a nought, or in one piece behind the word CAS.

    Returns `text_no`, `reading` (split), `words`.
    """
    numbers = vocabulary.lower.filter(pl.col("pattern").str.contains(r"^ \d{2,7} \d\d \d $"))["pattern"].unique().sort()
    noughts = pl.col("words").str.replace_all(r"(\d)o", "${1}0").str.replace_all(r"o(\d)", "0${1}")
    shapes = r"[a-z]\d{2,7} \d\d \d|\d \d[a-z]|\d[\do]* [\do]{2} [\do] "
    whole = r"( cas ?(?:no|nr|number|rn)? ?\d{2,7})(\d\d)(\d) "
    apart = noughts.str.replace_all(whole, "${1} ${2} ${3} ")
    digits = deepest.filter(pl.col("words").str.contains(f"{shapes}|{whole}")).select(
        "text_no", words=pl.lit(" ") + apart.str.replace_all("[^0-9]+", " ").str.strip_chars() + pl.lit(" ")
    )
    is_known = pl.col("words").str.contains_any(pl.lit(numbers.to_list(), dtype=pl.List(pl.String)))
    return digits.filter(is_known).select("text_no", pl.lit("split", READING).alias("reading"), "words")


def formulas_apart(deepest: pl.LazyFrame, vocabulary: Vocabulary) -> pl.LazyFrame:
    """Formulae with gaps (Sb 2 O 3, Sb2-O3) or noughts for O (Sb203): `text_no`, `reading` (misspelt), `words`."""
    solid = vocabulary.lower["pattern"].str.replace_all(" ", "").alias("formula")
    long = (
        solid.filter(solid.str.contains(r"^[a-z][a-z0-9]{3,}$") & solid.str.contains(r"[a-z]\d[a-z]")).unique().sort()
    )
    spelled = {
        said if len(said) > SHORTEST_APART else f"|{said}|": meant for said, meant in _misread(long.to_list()).items()
    }
    apart = (
        pl.col("words")
        .str.extract_all(r" [a-z]{1,2}\d o\d{1,2} |(?: (?:[a-z]{1,2}\d{0,2}|\d{1,2})){3,} ")
        .list.join("|")
        .str.replace_all(" ", "")
    )
    # else SB203 is the number of a part
    speaks_of_form = pl.col("words").str.contains(rf"{RAW_FORM}| \dn\d? ") | pl.col("text").str.contains(_PURE)
    on_form = (
        pl.col("words").str.extract_all(r" [a-z]{1,2}\d{0,2}o\d{1,2}(?:powders?|targets?|granules?) ").list.join("|")
    )
    noughts = (
        pl.when(speaks_of_form)
        .then(pl.col("words").str.extract_all(r" [a-z568]{1,2}\d[a-z\d]{2,} ").list.join("|").str.replace_all(" ", ""))
        .otherwise(pl.lit(""))
    )
    joined = (
        pl.col("text").str.extract_all(_JOINED).list.join("|").str.replace_all(r"[^A-Za-z0-9|]", "").str.to_lowercase()
    )
    every = pl.concat_str(pl.lit(""), apart, noughts, joined, on_form, pl.lit(""), separator="|")
    asked = pl.lit([*spelled], dtype=pl.List(pl.String))
    found = deepest.select("text_no", formula=every.str.extract_many(asked, leftmost=True))
    found = found.explode("formula", empty_as_null=False)
    named = found.with_columns(words=pl.format(" {} ", pl.col("formula").replace(spelled))).drop("formula")
    return named.unique().select("text_no", pl.lit("misspelt", READING).alias("reading"), "words")


def _misread(formulae: list[str]) -> dict[str, str]:
    """Spell formulae with digits for letters, as a scanner or a smuggler does: sb203, 5b2o3, y203."""
    noughts = {one.replace("o", "0"): one for one in formulae if "o" in one}
    every = {one: one for one in formulae} | noughts
    first = {"s": "5", "g": "6", "b": "8"}
    return every | {first[one[0]] + one[1:]: meant for one, meant in every.items() if one[0] in first}


def tones_off(deepest: pl.LazyFrame) -> pl.LazyFrame:
    """Pinyin with numbers for its tones (ti1 ding4), numbers off: `text_no`, `reading` (misspelt), `words`."""
    toned = r"( [a-z]{1,5}[aeiouvngr])[1-5] "
    texts = deepest.filter(pl.col("words").str.count_matches(toned) >= 1)
    bare = pl.col("words").str.replace_all(" ", "  ").str.replace_all(toned, "${1} ").str.replace_all(r" +", " ")
    return texts.select("text_no", pl.lit("misspelt", READING).alias("reading"), words=bare)


def is_toned(text: pl.Expr) -> pl.Expr:
    """Tell whether a syllable with its tone stands beside a Chinese character."""
    return text.str.normalize("NFC").str.to_lowercase().str.contains(_TONED_BESIDE_HAN)


def by_sound(deepest: pl.LazyFrame) -> pl.LazyFrame:
    """Chinese with an element's syllable and its tone for its character (tī锭): `text_no`, `reading`, `words`."""
    toned = deepest.filter(is_toned(pl.col("text")))
    words = pl.col("words")
    for syllable, element in _SYLLABLES.items():
        words = words.str.replace_all(rf"(\p{{Han}}) ?{syllable} ", f"${{1}}{element} ")
        words = words.str.replace_all(rf" {syllable} ?(\p{{Han}})", f" {element}${{1}}")
    return toned.select("text_no", pl.lit("respelt", READING).alias("reading"), words=words)


def _collapsed(text: pl.Expr) -> pl.Expr:
    """Every run of one letter as one letter (runs of up to 64)."""
    for _ in range(6):
        text = text.str.replace_many(_DOUBLES)
    return text


def respelt(tokens: pl.LazyFrame, vocabulary: Vocabulary) -> pl.LazyFrame:
    """Find words that are a term without its vowels, with its inner letters in another order, backwards or by ear.

    `tokens` has `text_no` and `token`; returns `text_no`, `pattern`. Words of other meanings (`NEAR_WORDS`) and words
    that several terms could be are left out.
    """
    is_word = ~pl.col("spaced").str.strip_chars().str.contains(" ")
    solid = vocabulary.solid.filter(pl.col("is_english") & is_word).select("pattern")
    known = [*vocabulary.terms_of_one_word, *NEAR_WORDS]
    latin = tokens.filter(pl.col("token").str.contains(r"^[a-z]{4,24}$") & ~pl.col("token").is_in(known)).unique()
    words = latin.select("token").unique()
    bare = words.filter(pl.col("token").str.slice(1).str.contains(_VOWELS).not_())
    long = solid.filter(pl.col("pattern").str.len_chars() >= SHORTEST_MISSPELT)
    asked = ((bare, _skeleton), (words, _scrambled), (words, _by_ear))
    keyed = [_by_key(some, long, how(pl.col("token")), how(pl.col("pattern"))) for some, how in asked]
    backwards = solid.lazy().select(token=pl.col("pattern").str.reverse(), pattern="pattern")
    reversed_words = words.join(backwards, on="token", how="inner")
    found = pl.concat([*keyed, reversed_words, _two_wrong(words, solid)]).unique()
    settled = found.filter(pl.len().over("token") == 1)
    return latin.join(settled, on="token", how="inner").select("text_no", "pattern")


def _by_key(words: pl.LazyFrame, solid: pl.DataFrame, of_word: pl.Expr, of_term: pl.Expr) -> pl.LazyFrame:
    keyed = words.with_columns(key=of_word).drop_nulls("key")
    return keyed.join(solid.lazy().with_columns(key=of_term).drop_nulls("key"), on="key", how="inner").select(
        "token", "pattern"
    )


def _skeleton(word: pl.Expr) -> pl.Expr:
    bare = word.str.head(1) + word.str.slice(1).str.replace_all(_VOWELS, "")
    return pl.when(bare.str.len_chars() >= SHORTEST_SKELETON).then(bare)


def _scrambled(word: pl.Expr) -> pl.Expr:
    """First letter, inner letters in order of the alphabet, last letter; null for short words."""
    inner = word.str.slice(1, word.str.len_chars() - 2).str.split("").list.sort().list.join("")
    key = pl.concat_str(word.str.head(1), inner, word.str.tail(1))
    return pl.when(word.str.len_chars() >= SHORTEST_MISSPELT).then(key)


def _by_ear(word: pl.Expr) -> pl.Expr:
    sound = word
    for seen, heard in _SOUNDS:
        sound = sound.str.replace_all(seen, heard, literal=True)
    sound = _collapsed(sound)
    long = (word.str.len_chars() >= SHORTEST_MISSPELT) & (sound.str.len_chars() >= SHORTEST_SOUND)
    return pl.when(long).then(sound)


def _two_wrong(words: pl.LazyFrame, solid: pl.DataFrame) -> pl.LazyFrame:
    """Find words that share all but two letters, in order, with a long term of the same beginning and end.

    A word one letter away from a word of another meaning is nearer to that (ferrrite: ferrite, not ferberite).
    """
    terms = solid.filter(pl.col("pattern").str.len_chars() >= LONG_TERM)
    edges = pl.concat_str(pl.col("token").str.head(2), pl.col("token").str.tail(1))
    ends = terms.select(edges=pl.concat_str(pl.col("pattern").str.head(2), pl.col("pattern").str.tail(1)))["edges"]
    near = words.filter(pl.col("token").str.len_chars().is_between(LONG_TERM - 2, 18) & edges.is_in(ends.implode()))
    left = _two_out(near.join(_near_words_misspelt(near), on="token", how="anti").with_columns(word="token"))
    right = _two_out(terms.lazy().with_columns(word="pattern"))
    return left.join(right, on="variant", how="inner").select("token", "pattern").unique()


def _near_words_misspelt(words: pl.LazyFrame) -> pl.LazyFrame:
    """Keep the words one letter away from one of `NEAR_WORDS`: wrong, missing, doubled or swapped."""
    meant = pl.LazyFrame({"word": NEAR_WORDS})
    both = [(words.select("token", word="token"), "cut"), (meant, "at")]
    left, right = (
        frame.with_columns(pl.int_ranges(-1, pl.col("word").str.len_chars().cast(pl.Int64)).alias(out))
        .explode(out)
        .with_columns(variant=without_letter(pl.col("word"), pl.col(out)))
        for frame, out in both
    )
    whole = (pl.col("cut") < 0) | (pl.col("at") < 0)
    found = left.join(right, on="variant", how="inner").filter(whole | ((pl.col("cut") - pl.col("at")).abs() <= 1))
    return found.select("token").unique()


def _two_out(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Leave out none, one or two of the letters between the first two and the last: one row per variant."""
    word, length = pl.col("word"), pl.col("word").str.len_chars().cast(pl.Int64)
    first = frame.with_columns(i=pl.int_ranges(2, length)).explode("i")
    both = first.with_columns(j=pl.int_ranges("i", length)).explode("j")
    cut = pl.concat_str(
        word.str.head(pl.col("i")),
        word.str.slice(pl.col("i") + 1, (pl.col("j") - pl.col("i") - 1).clip(0)),
        word.str.slice(pl.max_horizontal(pl.col("j") + 1, pl.col("i") + 1)),
    )
    whole = frame.with_columns(variant=word).drop("word")
    return pl.concat([whole, both.with_columns(variant=cut).drop("word", "i", "j")]).unique()
