"""The terms that mean a controlled mineral, turned into patterns for one pass of Aho-Corasick over a text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from features.description.grades import named_grades
from features.description.normalise import lower_simplified, plain_text, undone_text, word_text
from features.minerals import Minerals

_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}]"
SHORTEST_FORMULA = 3  # letters and digits: Ge, W, BN, WC alone mean too many other things
SHORTEST_ACRONYM_IN_LOWER_CASE = 5  # shorter ones (APT, ITO, MCT) are read only in capitals: apt, mct are words
SHORTEST_PIECED = 6  # letters of a term that may be looked for in pieces, digits or with a wrong letter
SHORTEST_PIECED_ABROAD = 9  # germanio is two English words, German IO
SHORTEST_MISSPELT = 7

ELEMENT_CHARACTER_WEIGHT = 0.9  # 镓, 锑, 钨 mean the element and nothing else, but not which form

_FORMS_IN_LATIN = (
    *("ingot", "powder", "granule", "lump", "concentrate", "wafer", "crystal", "window", "target", "shot", "needle"),
    *("pellet", "blank", "bar", "rod", "foil", "sheet", "wire", "chunk", "flake", "briquette", "oxide", "substrate"),
)
SYMBOL_FORMS = (
    *("锭", "粉", "靶材", "精矿", "块", "粒", "棒", "片", "metal", "lens", "scrap", "residue"),
    *(
        "single crystal",
        "single crystals",
        "dioxide",
        "trioxide",
        "pentoxide",
        "carbide",
        "nitride",
        "arsenide",
        "nitrate",
        "chloride",
        "tetrachloride",
    ),
    *(form + ending for form in _FORMS_IN_LATIN for ending in ("", "s")),
)
FORMS_BEFORE_SYMBOL = (
    *("高纯", "金属", "三氧化二", "三氧化", "二氧化", "氧化"),
    *("pure", "crude", "refined", "metallic", "crystal", "monocrystal"),
)
AMBIGUOUS_SYMBOLS = ("C", "In", "Y", "Ag", "Er", "Ho")  # carbon, words, a grade; silver is not controlled
SYMBOL_WEIGHT = 0.8

PATTERN = pl.Schema({"pattern": pl.String, "mineral": pl.String, "form_id": pl.String, "weight": pl.Float64})


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """Patterns by the reading they are looked for in.

    `lower` is searched in lower-case simplified words, `cased` (formulae without digits, short acronyms) in words as
    written, both with columns `pattern`, `mineral`, `form_id`, `weight`; Latin patterns carry a space at either end, so
    that tin is not found in setting. `solid` holds long Latin terms without spaces (`pattern`, `mineral`,
    `is_english`, `spaced`), `misspelt` every single-word one of them with one letter left out (`variant`, `at`,
    `pattern`, `mineral`; `at` -1: none).
    """

    lower: pl.DataFrame
    cased: pl.DataFrame
    solid: pl.DataFrame
    misspelt: pl.DataFrame

    @property
    def terms_of_one_word(self) -> list[str]:
        """Latin words that are terms as they stand: none of them is another term misspelt (antimon, antimony)."""
        words = self.lower.filter(pl.col("pattern").str.contains(r"^ [a-z]+ $"))["pattern"].str.strip_chars()
        return pl.concat([words, self.solid["pattern"]]).unique().sort().to_list()


@lru_cache(maxsize=4)
def vocabulary_of(minerals: Minerals) -> Vocabulary:
    """Return the patterns of these minerals, compiled once however many batches ask for them."""
    return build_vocabulary(minerals.terms, minerals.forms, minerals.minerals)


def build_vocabulary(terms: pl.DataFrame, forms: pl.DataFrame, minerals: pl.DataFrame) -> Vocabulary:
    """Compile the frames of `Minerals` (whose formulae keep their case in `forms`) into patterns."""
    terms = _one_of_kin(terms, forms)
    formulae = _formulae(terms, forms, minerals)
    named = (
        pl.concat([terms, _characters(minerals)], how="diagonal_relaxed")
        .filter(~pl.col("lang").is_in(["formula", "written"]))
        .with_columns(words=lower_simplified(word_text(plain_text(pl.col("term")))))
    )
    as_written = terms.filter(pl.col("lang") == "written").with_columns(words=word_text(plain_text(pl.col("term"))))
    letters = pl.col("words").str.replace_all(" ", "")
    is_latin = letters.str.contains(r"^[\p{Latin}]+$")
    is_acronym = (
        is_latin
        & (letters.str.len_chars() < SHORTEST_ACRONYM_IN_LOWER_CASE)
        & pl.col("lang").is_in(["en", "trade"])
        & ~pl.col("words").str.strip_chars().str.contains(" ")
    )
    acronyms = named.filter(is_acronym).with_columns(words=pl.col("words").str.to_uppercase())
    written = named.filter(~is_acronym & (letters.str.len_chars() >= 1))
    plural_of = written.filter(pl.col("lang").is_in(["en", "trade"]) & pl.col("words").str.contains(r"[a-rt-xz] $"))
    plurals = plural_of.with_columns(words=pl.col("words").str.replace(" $", "s "))
    in_words = [written, plurals, _turned_round(written), _undone_abroad(named), formulae.filter(pl.col("has_digit"))]
    in_words += named_grades(forms)
    in_case = [_symbols(minerals), acronyms, as_written, formulae.filter(~pl.col("has_digit"))]
    lower, cased = (pl.concat([_patterns(one) for one in parts]) for parts in (in_words, in_case))
    solid = _solid(written)
    return Vocabulary(lower=_settled(lower), cased=_settled(cased), solid=solid, misspelt=_with_a_letter_out(solid))


def _characters(minerals: pl.DataFrame) -> pl.DataFrame:
    """Name each element by the one Chinese character that means it."""
    return minerals.filter(pl.col("name_cn").str.contains(r"^\p{Han}$")).select(
        term="name_cn", lang=pl.lit("zh"), mineral="mineral", weight=pl.lit(ELEMENT_CHARACTER_WEIGHT)
    )


def _turned_round(written: pl.DataFrame) -> pl.DataFrame:
    """English terms of two words the other way round, as catalogues write them: diamond, synthetic."""
    pairs = written.filter(
        pl.col("lang").is_in(["en", "trade"]) & pl.col("words").str.contains(r"^ [a-z]{3,} [a-z]{3,} $")
    )
    return pairs.with_columns(words=pl.col("words").str.replace(r"^ ([a-z]+) ([a-z]+) $", " ${2} ${1} "))


def _undone_abroad(named: pl.DataFrame) -> pl.DataFrame:
    """Cyrillic and Greek names as they look once every letter like a Latin one has been taken for it."""
    abroad = named.filter(pl.col("words").str.contains(r"[\p{Cyrillic}\p{Greek}]"))
    spellings = (pl.col("term"), pl.col("term").str.to_titlecase(), pl.col("term").str.to_uppercase())
    return pl.concat(
        [abroad.with_columns(words=lower_simplified(word_text(undone_text(one)))) for one in spellings]
    ).unique(["words", "mineral"], keep="first", maintain_order=True)


def _symbols(minerals: pl.DataFrame) -> pl.DataFrame:
    """An element's symbol beside a word of form: Sb锭, W粉, crystal Ge; searched with its case."""
    symbol = pl.col("symbol")
    known = minerals.filter(symbol.str.len_chars() >= 1, ~symbol.is_in([*AMBIGUOUS_SYMBOLS])).select(
        "mineral", "symbol"
    )
    sides = (("form", FORMS_BEFORE_SYMBOL, "symbol"), ("symbol", SYMBOL_FORMS, "form"))
    beside = [
        known.join(pl.DataFrame({"form": [*forms]}), how="cross").select(
            words=pl.format(" {} {} ", left, right), mineral="mineral",
            form_id=pl.lit(None, pl.String), weight=pl.lit(SYMBOL_WEIGHT),
        )
        for left, forms, right in sides
    ]  # fmt: skip
    return pl.concat(beside)


def _formulae(terms: pl.DataFrame, forms: pl.DataFrame, minerals: pl.DataFrame) -> pl.DataFrame:
    """Formulae with the case of the forms table; digits make a formula safe to compare in lower case."""
    spelled = forms.select("mineral", spelling=pl.col("formula").str.split(" / ")).explode("spelling").drop_nulls()
    by_term = spelled.select(
        "mineral",
        term=pl.col("spelling").str.normalize("NFKC").str.to_lowercase(),
        written=word_text(plain_text(pl.col("spelling"))),
    ).unique(["mineral", "term"], keep="first", maintain_order=True)
    known = _of_own_metal(terms.filter(pl.col("lang") == "formula"), minerals).join(
        by_term, on=["mineral", "term"], how="left"
    )
    written = known.with_columns(written=pl.coalesce("written", word_text(plain_text(pl.col("term")))))
    letters = pl.col("written").str.replace_all(" ", "")
    long = written.with_columns(has_digit=letters.str.contains(r"\d")).filter(
        letters.str.len_chars() >= SHORTEST_FORMULA
    )
    spelling = pl.when("has_digit").then(pl.col("written").str.to_lowercase()).otherwise("written")
    in_capitals = long.filter(~pl.col("has_digit") & (letters.str.len_chars() > SHORTEST_FORMULA))
    return pl.concat(
        [long.with_columns(words=spelling), in_capitals.with_columns(words=pl.col("written").str.to_uppercase())]
    )


def _of_own_metal(formulae: pl.DataFrame, minerals: pl.DataFrame) -> pl.DataFrame:
    """Formulae that several minerals share mean those whose metal is in them, or that are no metal.

    Nd2Fe14B is a magnet, not dysprosium, though magnets with dysprosium are written so too.
    """
    told = formulae.join(minerals.select("mineral", "symbol"), on="mineral", how="left", maintain_order="left")
    symbol = pl.col("symbol").str.extract("^[A-Z][a-z]?$", 0).str.to_lowercase()
    is_own = pl.col("term").str.contains(symbol, literal=True).fill_null(value=True)
    return told.filter(is_own | ~is_own.any().over("term")).drop("symbol")


def _one_of_kin(terms: pl.DataFrame, forms: pl.DataFrame) -> pl.DataFrame:
    """Give a formula or CAS number that several forms share the first of them; stated purity decides later."""
    told = pl.concat(
        [
            forms.select("mineral", term=pl.col("formula").str.to_lowercase(), first_form="form_id"),
            forms.select("mineral", term="cas", first_form="form_id"),
        ]
    ).drop_nulls()
    first = told.unique(["mineral", "term"], keep="first", maintain_order=True)
    joined = terms.join(first, on=["mineral", "term"], how="left")
    return joined.with_columns(form_id=pl.coalesce("form_id", "first_form")).drop("first_form")


def _patterns(terms: pl.DataFrame) -> pl.DataFrame:
    """Terms of scripts that set no spaces, or hang endings on words, need no space beside them; others do."""
    open_left = pl.col("words").str.replace(rf"^ ({_UNSPACED})", "${1}").str.replace(rf"({_UNSPACED}) $", "${1}")
    return terms.select(open_left.alias("pattern"), "mineral", "form_id", "weight").cast(PATTERN)


def _settled(patterns: pl.DataFrame) -> pl.DataFrame:
    """Keep one row for a pattern and mineral: the surest; two forms that share it leave the form open."""
    best = pl.col("weight") == pl.col("weight").max().over("pattern", "mineral")
    one_form = pl.when(pl.col("form_id").n_unique() == 1).then(pl.col("form_id").first())
    settled = (
        patterns.filter(best).group_by("pattern", "mineral").agg(one_form.alias("form_id"), pl.col("weight").max())
    )
    return settled.sort("pattern", "mineral").select(list(PATTERN))


def _solid(written: pl.DataFrame) -> pl.DataFrame:
    """Long terms with their spaces taken out: what pieces, digits and wrong letters are put back into.

    English ones, and single words of other languages of nine letters and more. Pinyin is left out: one letter away
    from it lie too many English words (huoding, holding).
    """
    letters = pl.col("words").str.replace_all(" ", "")
    latin = written.with_columns(pattern=letters, is_english=pl.col("lang").is_in(["en", "trade"])).filter(
        pl.col("pattern").str.contains(r"^[a-z]+$") & (pl.col("weight") >= 0.5) & (pl.col("lang") != "pinyin")
    )
    length = pl.col("pattern").str.len_chars()
    is_word = ~pl.col("words").str.strip_chars().str.contains(" ")
    english = latin.filter(pl.col("is_english") & (length >= SHORTEST_PIECED))
    abroad = latin.filter(~pl.col("is_english") & is_word & (length >= SHORTEST_PIECED_ABROAD))
    stems = pl.lit(english["pattern"].unique().sort().to_list(), dtype=pl.List(pl.String))
    is_glued = pl.col("lang").is_in(["de", "nl"]) & pl.col("pattern").str.contains_any(stems)  # Indiumbarren
    names = abroad.filter(~is_glued)
    return (
        pl.concat([english, names])
        .select("pattern", "mineral", "is_english", spaced="words")
        .sort("pattern", "spaced", "mineral")
        .unique("pattern", keep="first")
        .sort("pattern")
    )


def _with_a_letter_out(solid: pl.DataFrame) -> pl.DataFrame:
    is_word = ~pl.col("spaced").str.strip_chars().str.contains(" ")
    long = solid.filter(is_word & (pl.col("pattern").str.len_chars() >= SHORTEST_MISSPELT))
    positions = long.with_columns(at=pl.int_ranges(-1, pl.col("pattern").str.len_chars().cast(pl.Int64))).explode("at")
    return positions.select(
        without_letter(pl.col("pattern"), pl.col("at")).alias("variant"), "at", "pattern", "mineral"
    )


def without_letter(word: pl.Expr, at: pl.Expr) -> pl.Expr:
    """Leave out the letter at position `at`; -1 leaves the word whole."""
    cut = pl.concat_str([word.str.slice(0, at.clip(0)), word.str.slice(at + 1)])
    return pl.when(at < 0).then(word).otherwise(cut)
