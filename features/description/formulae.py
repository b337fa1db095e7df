"""Chemical formulae of controlled elements that no table lists: read as such where their charges balance."""

from __future__ import annotations

import polars as pl

from features.description.company import RAW_FORM
from features.description.reading_kinds import READING
from features.description.terms import SIDE_CHARS

FORMULA_WEIGHT = 0.8
SHORT_FORMULA_WEIGHT = 0.45  # WS2, YF3: also numbers of parts, unless the text speaks of a raw form
SHORT_WITH_FORM_WEIGHT = 0.7

# Lowest and highest charge in ordinary compounds (Greenwood and Earnshaw, Chemistry of the Elements, 2nd ed.).
_CHARGES: dict[str, tuple[int, int]] = (
    dict.fromkeys(["H", "Li", "Na", "K", "Rb", "Cs", "Ag"], (1, 1))
    | dict.fromkeys(["Be", "Mg", "Ca", "Sr", "Ba", "Zn", "Cd"], (2, 2))
    | dict.fromkeys(["F", "Cl", "Br", "I"], (-1, -1))
    | dict.fromkeys(["O", "S", "Se"], (-2, -2))
    | dict.fromkeys(["N", "P", "As"], (-3, -3))
    | dict.fromkeys(["Al", "Sc", "Y", "La", "Nd", "Gd", "Dy", "Ho", "Er", "Lu"], (3, 3))
    | dict.fromkeys(["Sm", "Eu", "Tm", "Yb", "Fe", "Co", "Ni"], (2, 3))
    | dict.fromkeys(["Ce", "Pr", "Tb"], (3, 4))
    | dict.fromkeys(["Ga", "In", "Tl"], (1, 3))
    | dict.fromkeys(["Sn", "Pb", "Ti"], (2, 4))
    | dict.fromkeys(["Mo", "W", "Cr"], (2, 6))
    | dict.fromkeys(["Cu", "Hg"], (1, 2))
    | dict.fromkeys(["Zr", "Hf"], (4, 4))
    | dict.fromkeys(["Nb", "Ta"], (3, 5))
    | {"B": (-3, 3), "C": (-4, -4), "Si": (-4, 4), "Ge": (-4, 4), "Sb": (-3, 5), "Bi": (-3, 5), "Te": (-2, 6)}
    | {"Mn": (2, 4), "V": (2, 5)}
)
_ANIONS_OF_TWO = ("B", "Si", "Te")  # anions beside one metal alone (MoSi2, Sb2Te3); SnSb7Cu3 is an alloy
_ALSO_ANION = r"Te\d{0,2}$|^(?:Ge|Sb)H\d$"  # last in alloys of tellurium (Ge2Sb2Te5); gases
# Groups of atoms, written as one sign of two letters that no element has.
_GROUPS = {"NO3": ("Aa", -1), "SO4": ("Ab", -2), "CO3": ("Ad", -2), "PO4": ("Ae", -3), "CH3COO": ("Af", -1)}
_GROUPS |= {"C2H3O2": ("Af", -1), "OH": ("Ah", -1), "NH4": ("Aj", 1), "CH3": ("Ak", -1), "C2H5": ("Aw", -1)}
_SIGNS = {name: sign for name, (sign, _) in sorted(_GROUPS.items(), key=lambda one: -len(one[0]))}
_TABLE = pl.DataFrame(
    [(sign, low, high) for sign, (low, high) in _CHARGES.items()]
    + [(sign, charge, charge) for sign, charge in {*_GROUPS.values()}],
    schema={"sign": pl.String, "low": pl.Int32, "high": pl.Int32},
    orient="row",
).sort("sign")
_COUNT = r"\d{0,2}(?:\.\d{1,3})?"
_WORD = r"(?:^|[^A-Za-z0-9])(?:[A-Z(](?:\d\.\d|[A-Za-z0-9()]){2,23})"
_FORMULA = rf"^(?:[A-Z][a-z]?{_COUNT})+$"
_HYDRATE = r"\.\d{1,2}H2O.*$"
_ROUNDED = 0.02  # what counts written with decimals may miss nought by


def find_formulae(readings: pl.LazyFrame, elements: pl.DataFrame) -> pl.LazyFrame:
    """Return one row per formula of a controlled element.

    Columns `text_no`, `reading`, `mineral`, `term`, `weight`, `before` and `after` (the words to either side; empty
    where brackets part the formula itself into words).

    `readings` has `text_no`, `reading`, `clean` (text with its case and brackets) and `words`; `elements` has `mineral`
    and `symbol`. A formula is a word of two elements or more, at least one of them an anion, with at least one count,
    whose charges can add up to nought: SbCl3 and Na2WO4 are formulae, W6Mo5Cr4V2 is a steel and PN16 a pressure.
    """
    symbols = elements.select("mineral", sign="symbol")
    found = (
        readings.filter(pl.col("clean").str.contains(r"[A-Z][A-Za-z()]*\d"))
        .select(
            "text_no",
            "reading",
            "words",
            speaks_of_form=pl.col("words").str.contains(RAW_FORM)
            | pl.col("words").str.contains(" gas | cylinders? | lubricant | coating materials? "),
            term=pl.col("clean").str.extract_all(_WORD).list.unique(),
        )
        .explode("term", empty_as_null=False)
        .with_columns(pl.col("term").str.extract(r"([A-Z(].*)$", 1).str.replace(_HYDRATE, ""))
        .filter(pl.col("term").str.contains(r"\d"))
    )
    tokens = found.select("term").unique()
    spelled = tokens.with_columns(written=pl.col("term").str.replace_many(_SIGNS, leftmost=True)).with_columns(
        written=pl.col("written").str.replace_all(r"\(([A-Z][a-z])\)", "${1}")
    )
    parts = (
        spelled.filter(pl.col("written").str.contains(_FORMULA))
        .with_columns(part=pl.col("written").str.extract_all(rf"[A-Z][a-z]?{_COUNT}"))
        .explode("part", empty_as_null=False)
        .with_columns(
            sign=pl.col("part").str.extract(r"^([A-Z][a-z]?)", 1),
            count=pl.col("part").str.extract(r"([\d.]+)$", 1).cast(pl.Float64).fill_null(1.0),
        )
        .join(_TABLE.lazy(), on="sign", how="left")
        .join(symbols.lazy(), on="sign", how="left")
    )
    told = parts.group_by("term").agg(
        pl.col("mineral").drop_nulls().unique(),
        is_known=pl.col("low").is_not_null().all(),
        least=(pl.col("low") * pl.col("count")).sum(),
        most=(pl.col("high") * pl.col("count")).sum(),
        has_anion=(pl.col("high") < 0).any()
        | (pl.col("sign").is_in(_ANIONS_OF_TWO).any() & (pl.len() == 2))
        | pl.col("term").first().str.contains(_ALSO_ANION),
        n_signs=pl.col("sign").n_unique(),
        is_plain=(pl.col("sign").str.len_chars() == 2).any() | (pl.col("term").first().str.len_chars() > 4),
    )
    balanced = told.filter(
        "is_known", "has_anion", pl.col("n_signs") >= 2, pl.col("least") <= _ROUNDED, pl.col("most") >= -_ROUNDED
    ).explode("mineral", empty_as_null=False)
    weight = (
        pl.when("is_plain")
        .then(FORMULA_WEIGHT)
        .when("speaks_of_form")
        .then(SHORT_WITH_FORM_WEIGHT)
        .otherwise(SHORT_FORMULA_WEIGHT)
    )
    named = found.join(balanced, on="term", how="inner").drop_nulls("mineral")
    word = pl.format(" {} ", pl.col("term").str.to_lowercase())
    start = pl.col("words").str.find(word, literal=True)
    before, after = (
        pl.col("words").cast(pl.Binary).bin.slice(*where).cast(pl.String, strict=False).fill_null("")
        for where in ((0, start), (start + word.str.len_bytes(), None))
    )
    return named.select(
        "text_no",
        pl.col("reading").cast(READING),
        "mineral",
        "term",
        weight=weight,
        before=before.str.strip_chars().str.tail(SIDE_CHARS),
        after=after.str.strip_chars().str.head(SIDE_CHARS),
    )
