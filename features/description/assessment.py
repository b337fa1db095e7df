"""What each unique text says, once, whatever the declaration: its mineral, form, purity, disguise and vagueness."""

from __future__ import annotations

import polars as pl

from features.description.articles import article_of
from features.description.composition import MAIN_SHARE, find_compositions
from features.description.compounds import headings_of_goods, lawful_headings, names_free_substance
from features.description.context import (
    affirmed,
    beside_keeps,
    in_passing,
    is_denied,
    may_be_a_part,
    names_goods,
    speaks_of_form,
    text_keeps,
)
from features.description.forms import form_classes, settle_forms
from features.description.formulae import find_formulae
from features.description.headings import wording
from features.description.homophones import is_heard
from features.description.long_texts import cut_down
from features.description.magnets import is_rare_earth_mixture, states_heavy
from features.description.normalise import (
    LONGEST_READ,
    changed_chars,
    disguise_share,
)
from features.description.purity import stated_purity
from features.description.reading_kinds import HIDING, READING
from features.description.readings import read_texts
from features.description.recovered import is_toned
from features.description.terms import find_mentions
from features.description.vagueness import specific_words, vagueness
from features.description.vocabulary import vocabulary_of
from features.lookback import settle
from features.minerals import Minerals
from features.strength import ramp

TERM_CHARS = 80
COMPOSITION_WEIGHT = 0.95  # an element stated at half of the mass or more can hardly mean anything else
MISSPELT_KEEPS = 0.85  # a word one letter away is nearly always the term
PASSING_KEEPS = 0.45  # a name among other goods' names, with nothing said of a substance
ALSO_NAMED_SHARE = 0.8  # a second mineral named nearly as surely: tungsten powder and molybdenum powder
NAMED_WEIGHT = 0.5  # every mineral named as surely as this is told, not only the surest
GUESSED_FROM = 0.6  # a reading as deep as this, of a text written by sound: it names no form that a rule can go by
# Nos. 18 and 57 of 2025 list alloys and mixtures of rare earths whatever their share; below 1 % they are impurities.
RARE_EARTHS_OF_ANY_SHARE = (
    *("samarium", "gadolinium", "terbium", "dysprosium", "lutetium", "scandium", "yttrium"),
    *("holmium", "erbium", "europium", "ytterbium"),
)
LEAST_OF_MIXTURE = 0.01
# Metals won from residues of others, which hold little of them (flue dust, leach residues): 0.1 % is rich. Slags and
# spent catalysts are bought for 2 % of other metals (own choice; trade buys tungsten slag from about 3 % WO3).
WON_FROM_RESIDUES = ("gallium", "germanium", "indium", "tellurium")
LEAST_OF_RESIDUE = 0.001
LEAST_OF_SLAG = 0.02
RESIDUE = (
    r" (?:concentrates?|residues?|slags?|flue dusts?|dusts?|ash|slimes?|sludges?|dross|swarf|leach cake|"
    r"spent (?:\w+ )?catalysts?) |"
    r"精矿|渣|烟灰|烟尘|阳极泥|废催化剂"
)
SOLD_AS_METAL = (
    *("gallium", "germanium", "antimony", "indium", "bismuth", "tellurium"),
    *("镓", "锗", "锑", "铟", "铋", "碲"),
)
"""Names that mean the metal where nothing else is said: not tungsten and molybdenum, which are sold as powder too."""
STANDS_FROM = 0.3  # a mineral named so surely stands, whatever else the text denies
OVERLONG_STRENGTH = 0.6  # nobody needs more than 8,192 characters to name a good
CLEAN_SHARE, DISGUISED_SHARE = 0.02, 0.20  # shares of letters undone: a stray mark, and every fifth letter


def assess_texts(texts: pl.LazyFrame, minerals: Minerals) -> pl.LazyFrame:
    """Return one row per text of `texts` (unique column `text`, no nulls).

    Only minerals with a listed form are told: silver's names are searched so that they are not taken for another's.

    Columns `text`, `wording` (see `headings.wording`), `text_mineral`, `text_form`, `text_term`, `also_named` (other
    minerals, joined by `;`), `text_minerals` and `text_forms` (all named with weight 0.5 or more, joined by `;`),
    `own_headings`, `term_weight`, `is_part` (see `context.may_be_a_part`), `is_article` (see `articles`),
    `stated_purity_share`, `meets_listed_form`, `n_changed_chars`, `disguised_text`, `vague_text`, `negated_term`,
    `innocent_context`.
    """
    vocabulary = vocabulary_of(minerals)
    numbered = texts.select("text").sort("text").with_row_index("text_no").cache()
    read = cut_down(numbered.select("text_no", "text"), vocabulary).cache()
    readings = settle(read_texts(read, vocabulary))
    plain = readings.filter(pl.col("reading") == "plain").select(
        "text_no", "words", purity=stated_purity(pl.col("clean"))
    )
    base = numbered.join(plain, on="text_no", how="left").cache()
    mentions = find_mentions(readings, vocabulary).cache()
    elements = _elements(minerals)
    controlled = minerals.forms.filter("is_listed")["mineral"].unique().sort().to_list()
    written = readings.filter(pl.col("clean") != "")
    formulae = _as_mentions(find_formulae(written, elements))
    named = settle(pl.concat([_not_seen_before(mentions), formulae]))
    stated = find_compositions(written.select("text_no", "reading", "clean"), elements, minerals.forms)
    stated = settle(stated)
    company = settle(_company(named, stated, base))
    in_text = named.join(company, on=["text_no", "mineral"], how="left")
    shares = stated.join(company, on=["text_no", "mineral"], how="left")
    weighed = _weigh(in_text, shares, elements["name_en"].str.to_lowercase().to_list())
    weighed = weighed.filter(pl.col("mineral").is_in(controlled)).cache()
    ranked = _ranked_minerals(weighed).cache()
    best = _best_mineral(ranked)
    company = weighed.group_by("text_no").agg(
        negated_term=pl.col("denied").max(), innocent_context=pl.col("excused").max()
    )
    told = base.join(best, on="text_no", how="left").join(company, on="text_no", how="left")
    form_class = _form_class(pl.col("words"), pl.col("text_term"))
    named = told.select(
        "text_no", mineral="text_mineral", form_id="form_id", form_class=form_class, purity="purity",
        states_heavy=states_heavy(pl.col("words")), article=article_of(pl.col("words"), pl.col("purity")),
    ).drop_nulls("mineral")  # fmt: skip
    full = told.join(settle_forms(named, minerals.forms), on="text_no", how="left").join(
        _all_named(ranked, base, minerals), on="text_no", how="left"
    )
    own_headings = lawful_headings(pl.col("words"), form_class)
    is_other_compound = own_headings.is_not_null() & pl.col("text_form").is_null()
    is_one_heading = pl.col("text_mineral").is_in(_of_one_heading(minerals))
    is_free_substance = pl.col("text_mineral").is_null() & names_free_substance(pl.col("words"))
    weight = pl.col("term_weight").fill_null(0.0)
    is_guess = (pl.col("hiding") >= GUESSED_FROM) & (is_heard(pl.col("text")) | is_toned(pl.col("text")))
    full = full.with_columns(
        pl.when(~is_guess.fill_null(value=False)).then(name).alias(name)
        for name in ("text_form", "text_forms", "meets_listed_form")
    )
    return full.select(
        "text",
        wording=wording(affirmed(pl.col("words"))),
        text_mineral="text_mineral",
        text_form="text_form",
        text_term="text_term",
        also_named="also_named",
        text_minerals="text_minerals",
        text_forms="text_forms",
        meets_listed_form=pl.when((is_other_compound & ~is_one_heading) | is_free_substance)
        .then(pl.lit(value=False))
        .otherwise("meets_listed_form"),
        own_headings=_both(
            pl.when(~is_one_heading).then(own_headings), headings_of_goods(pl.col("text_mineral"), pl.col("words"))
        ),
        term_weight=weight,
        is_part=may_be_a_part(pl.col("words"), pl.col("text_term")) & pl.col("purity").is_null(),
        is_article=pl.col("is_article").fill_null(value=False),
        stated_purity_share="purity",
        n_changed_chars=changed_chars(pl.col("text")),
        disguised_text=_disguise(pl.col("text"), pl.col("hiding").fill_null(0.0) * ramp(weight, 0.0, 0.5)),
        vague_text=vagueness(pl.col("words"), weight),
        negated_term=pl.when(weight < STANDS_FROM).then(pl.col("negated_term").fill_null(0.0)).otherwise(0.0),
        innocent_context=pl.col("innocent_context").fill_null(0.0),
    )


def _not_seen_before(mentions: pl.LazyFrame) -> pl.LazyFrame:
    """Drop from the readings in pieces what was read whole already: there its company counts."""
    is_whole = pl.col("reading").is_in(["plain", "undone"])
    whole = mentions.filter(is_whole).select("text_no", "term").unique()
    return pl.concat(
        [mentions.filter(is_whole), mentions.filter(~is_whole).join(whole, on=["text_no", "term"], how="anti")]
    )


def _elements(minerals: Minerals) -> pl.DataFrame:
    """Minerals that are an element and have a form made of nothing else: `mineral`, `symbol`, and their names."""
    metals = minerals.forms.select("mineral", symbol="formula").unique()
    is_element = pl.col("symbol").str.contains(r"^[A-Z][a-z]?$") & (pl.col("symbol") != "C")
    named = minerals.minerals.filter(is_element).join(metals, on=["mineral", "symbol"], how="semi")
    return named.unique("symbol", keep="first", maintain_order=True)


def _as_mentions(formulae: pl.LazyFrame) -> pl.LazyFrame:
    """Formulae as rows of mentions: they tell no form."""
    return formulae.select(
        "text_no",
        "reading",
        "term",
        "mineral",
        "weight",
        "before",
        "after",
        start=pl.lit(0, pl.Int64),
        form_id=pl.lit(None, pl.String),
    ).select("text_no", "reading", "term", "start", "mineral", "form_id", "weight", "before", "after")


def _company(named: pl.LazyFrame, stated: pl.LazyFrame, base: pl.LazyFrame) -> pl.LazyFrame:
    """One row per text and mineral: what the text's words leave of it, and what else they speak of."""
    pairs = pl.concat([one.select("text_no", "mineral") for one in (named, stated)]).unique()
    words = pl.col("words")
    texts = base.join(pairs, on="text_no", how="semi").select(
        "text_no",
        "words",
        "purity",
        is_raw=speaks_of_form(words),
        names_goods=names_goods(words),
        is_master=words.str.contains(" master alloys? |中间合金"),
        is_mixture=is_rare_earth_mixture(words),
        is_residue=words.str.contains(RESIDUE),
    )
    told = pairs.join(texts, on="text_no", how="left")
    keeps = text_keeps(pl.col("mineral"), words, pl.col("is_raw"))
    return told.with_columns(text_keeps=keeps).drop("words")


def _weigh(mentions: pl.LazyFrame, compositions: pl.LazyFrame, bare_names: list[str]) -> pl.LazyFrame:
    """One row per text, mineral and reading: the surest mention, after its company, its denial and stated shares."""
    company = beside_keeps(*map(pl.col, ("mineral", "form_id", "before", "after", "is_raw")))
    is_bare = (pl.col("reading") == "plain") & pl.col("term").is_in(bare_names) & pl.col("purity").is_null()
    passing = pl.col("names_goods") & in_passing(pl.col("before"), pl.col("after"))
    keeps = pl.min_horizontal("text_keeps", company, pl.when(is_bare & passing).then(PASSING_KEEPS).otherwise(1.0))
    denied = is_denied(pl.col("term"), pl.col("before"), pl.col("after"))
    misspelt = pl.when(pl.col("reading").is_in(["misspelt", "respelt"])).then(MISSPELT_KEEPS).otherwise(1.0)
    sure = mentions.with_columns(full=pl.col("weight") * misspelt, said_no=denied, keeps=keeps)
    told = sure.select(
        "text_no",
        "reading",
        "mineral",
        "form_id",
        "term",
        excused=pl.when("said_no").then(0.0).otherwise(pl.col("full") * (1.0 - pl.col("keeps"))),
        weight=pl.when("said_no").then(0.0).otherwise(pl.col("full") * pl.col("keeps")),
        denied=pl.when("said_no").then("full").otherwise(0.0),
    )
    by_share = ["share", "term"]
    stated = compositions.group_by("text_no", "mineral").agg(
        pl.col("share").max(),
        share_term=pl.col("term").sort_by(*by_share).last(),
        reading=pl.col("reading").sort_by(pl.col("reading").to_physical()).first(),
        keeps=pl.col("text_keeps").min(),
        is_master=pl.col("is_master").any() | _no_measure(pl.col("mineral").first(), pl.col("share").max()),
    )
    return pl.concat([_scaled(told, stated), _only_stated(stated)])


def _no_measure(mineral: pl.Expr, share: pl.Expr) -> pl.Expr:
    """Tell where a share measures nothing: rare earths in alloys and mixtures, minor metals in ores and residues."""
    in_mixture = pl.col("is_mixture").any() & mineral.is_in([*RARE_EARTHS_OF_ANY_SHARE]) & (share >= LEAST_OF_MIXTURE)
    least = pl.when(mineral.is_in([*WON_FROM_RESIDUES])).then(LEAST_OF_RESIDUE).otherwise(LEAST_OF_SLAG)
    in_residue = pl.col("is_residue").any() & (share >= least)
    return in_mixture | in_residue


def _scaled(told: pl.LazyFrame, stated: pl.LazyFrame) -> pl.LazyFrame:
    """A mineral stated as a trace is not what the good is, unless the term names an alloy or the good carries it."""
    shares = stated.filter(~pl.col("is_master")).select("text_no", "mineral", "share")
    with_share = told.join(shares, on=["text_no", "mineral"], how="left")
    is_alloy = pl.col("term").str.contains(r"alloy|合金")
    scale = pl.when(~is_alloy).then((pl.col("share") * (1.0 / MAIN_SHARE)).clip(0.0, 1.0)).fill_null(1.0)
    return with_share.with_columns(weight=pl.col("weight") * scale).drop("share")


def _only_stated(stated: pl.LazyFrame) -> pl.LazyFrame:
    main = pl.when("is_master").then(1.0).otherwise((pl.col("share") * (1.0 / MAIN_SHARE)).clip(0.0, 1.0))
    full = COMPOSITION_WEIGHT * main
    return stated.select(
        "text_no",
        pl.col("reading").cast(READING),
        "mineral",
        form_id=pl.lit(None, pl.String),
        term="share_term",
        excused=full * (1.0 - pl.col("keeps")),
        weight=full * pl.col("keeps"),
        denied=pl.lit(0.0),
    )


def _form_class(words: pl.Expr, term: pl.Expr) -> pl.Expr:
    """The class of form that a text speaks of; a metal that is sold as such and named by nothing else is the metal."""
    is_bare = term.is_in([*SOLD_AS_METAL]) & (specific_words(words) <= 1)
    return pl.coalesce(form_classes(words), pl.when(is_bare).then(pl.lit("metal")))


def _both(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    return pl.coalesce(one + ";" + other, one, other)


def _of_one_heading(minerals: Minerals) -> list[str]:
    """Minerals whose compounds all share heading 2846 (rare earths), whatever the acid."""
    codes = minerals.forms.select("mineral", "hs6").explode("hs6").drop_nulls()
    return codes.filter(pl.col("hs6").str.starts_with("2846"))["mineral"].unique().sort().to_list()


def _all_named(ranked: pl.LazyFrame, base: pl.LazyFrame, minerals: Minerals) -> pl.LazyFrame:
    """Every mineral named surely, and the form each is named in: `text_no`, `text_minerals`, `text_forms`."""
    sure = ranked.filter(pl.col("weight") >= NAMED_WEIGHT)
    words = pl.col("words")
    read = base.select(
        "text_no", "purity", "words", states_heavy=states_heavy(words), article=article_of(words, pl.col("purity"))
    )
    asked = sure.select("text_no", "mineral", "form_id", "term").join(read, on="text_no", how="left")
    asked = asked.with_columns(form_class=_form_class(words, pl.col("term"))).drop("term", "words")
    numbered = asked.sort("text_no", "mineral").with_row_index("at").rename({"text_no": "of"})
    settled = settle_forms(numbered.rename({"at": "text_no"}), minerals.forms)
    joined = numbered.join(settled, left_on="at", right_on="text_no", how="left").sort("of", "mineral")
    return joined.group_by(text_no="of").agg(
        text_minerals=pl.col("mineral").str.join(";"),
        text_forms=pl.col("text_form").drop_nulls().str.join(";"),
    )


def _ranked_minerals(weighed: pl.LazyFrame) -> pl.LazyFrame:
    """One row per text and mineral: weight, term as found, form and how deep one had to read to find it."""
    hiding = pl.col("reading").cast(pl.String).replace_strict(HIDING, return_dtype=pl.Float64)
    ranked = weighed.filter(pl.col("weight") > 0).with_columns(hiding=hiding, length=pl.col("term").str.len_chars())
    return (
        # of equal ones the one that stands in the text as it is written: неодимовый, not what it looks like in Latin
        ranked.sort(
            *("text_no", "mineral", "weight", "hiding", "length", "term"),
            descending=[False, False, True, False, True, False],
        )
        .group_by("text_no", "mineral", maintain_order=True)
        .agg(
            pl.col("weight").first(),
            pl.col("term").first(),
            pl.col("length").first(),
            pl.col("form_id").drop_nulls().first(),
            pl.col("hiding").min(),
        )
    )


def _best_mineral(by_mineral: pl.LazyFrame) -> pl.LazyFrame:
    """The mineral a text most surely names, and the others named nearly as surely."""
    first = by_mineral.sort("text_no", "weight", "length", "mineral", descending=[False, True, True, False])
    return first.group_by("text_no", maintain_order=True).agg(
        text_mineral=pl.col("mineral").first(),
        term_weight=pl.col("weight").first(),
        text_term=pl.col("term").first().str.head(TERM_CHARS),
        form_id=pl.col("form_id").first(),
        hiding=pl.col("hiding").first(),
        also_named=pl.col("mineral")
        .filter(pl.col("weight") >= ALSO_NAMED_SHARE * pl.col("weight").first())
        .slice(1)
        .sort()
        .str.join(";"),
    )


def _disguise(text: pl.Expr, hidden_term: pl.Expr) -> pl.Expr:
    """Letters had to be undone before the text could be read."""
    undone = pl.when(changed_chars(text) >= 2).then(ramp(disguise_share(text), CLEAN_SHARE, DISGUISED_SHARE) * 0.8)
    overlong = pl.when(text.str.len_chars() > LONGEST_READ).then(OVERLONG_STRENGTH)
    return pl.max_horizontal(hidden_term, undone.otherwise(0.0), overlong.otherwise(0.0))
