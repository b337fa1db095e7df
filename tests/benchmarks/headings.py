"""Heading model on held-out national tariff lines: python -m tests.benchmarks.headings [--seeds 3] [--test 2000]."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from features.description import build_description
from models.headings import LEVELS, HeadingModel, heading_text
from pipelines.reference import load_minerals

DATA = Path(os.environ.get("ORETRACE_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data")) / "nomenclature"
GOLDEN = Path(__file__).parents[1] / "golden" / "declarations_120.csv"
HELD_OUT_SHARE = 0.2
Ranked = Callable[[list[str], int], list[list[str]]]


def read_lines(folder: Path) -> pl.DataFrame:
    """All lines: `hs_code`, `description`, `source`, `read` (as the model reads it); national chapters left out."""
    hs = pl.read_csv(folder / "harmonized-system.csv", infer_schema=False)
    parts = [
        hs.filter(pl.col("level").is_in(["4", "6"])).select(
            hs_code="hscode", description="description", source=pl.lit("hs2022")
        ),
        pl.read_parquet(folder / "census_imp_code_2022.parquet").select(
            hs_code="HS10", description="long_desc", source=pl.lit("census")
        ),
        pl.read_parquet(folder / "us_hs10_long_desc.parquet").select(
            hs_code="I_COMMODITY", description="I_COMMODITY_LDESC", source=pl.lit("census_later")
        ),
        _tariff_lines(pl.read_parquet(folder / "us_hts_2026_rev4.parquet")),
    ]
    ours = pl.concat(parts).drop_nulls().filter(pl.col("hs_code").str.head(2) < "98")
    return ours.with_columns(read=heading_text(pl.col("description")))


def _tariff_lines(tariff: pl.DataFrame) -> pl.DataFrame:
    """Each line of the tariff with the words of the lines it is indented under."""
    rows: list[tuple[str, str]] = []
    path: list[str] = []
    for number, indent, words in tariff.select("HTS Number", "Indent", "Description").iter_rows():
        if indent is None or not str(indent).isdigit():
            continue
        path = [*path[: int(indent)], words or ""]
        rows.append(((number or "").replace(".", ""), " ".join(path)))
    lines = pl.DataFrame(rows, schema=["hs_code", "description"], orient="row")
    return lines.filter(pl.col("hs_code").str.len_chars() >= 4).with_columns(source=pl.lit("hts2026"))


def divide(lines: pl.DataFrame, seed: int, n_test: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Hold out a fifth of the national codes in every source; drop from training each text that the test asks about."""
    codes = lines.filter(pl.col("source") == "census")["hs_code"].unique().sort()
    drawn = np.random.default_rng(seed).permutation(codes.to_numpy())[: int(len(codes) * HELD_OUT_SHARE)]
    is_held = pl.col("hs_code").is_in(pl.lit(pl.Series(drawn.astype(str))).implode())
    test = lines.filter(is_held & (pl.col("source") == "census")).unique("read", keep="first", maintain_order=True)
    train = lines.filter(~is_held).join(test, on="read", how="anti")
    return train, test.sample(min(n_test, test.height), seed=seed)


def nearest(train: pl.DataFrame) -> Ranked:
    """Codes of the training lines whose TF-IDF words and pairs are most alike."""
    learn = train.filter(pl.col("hs_code").str.len_chars() >= 6)
    reader = TfidfVectorizer(token_pattern=r"[^\W\d_]+", ngram_range=(1, 2), sublinear_tf=True)
    known = reader.fit_transform(learn["read"].to_list())
    return _by_likeness(learn["hs_code"].to_list(), lambda texts: (reader.transform(texts) @ known.T).toarray())


def overlap(train: pl.DataFrame) -> Ranked:
    """Codes of the training lines with the largest share of words in common (Jaccard)."""
    learn = train.filter(pl.col("hs_code").str.len_chars() >= 6)
    reader = CountVectorizer(token_pattern=r"[^\W\d_]+", binary=True, dtype=np.float64)
    known = reader.fit_transform(learn["read"].to_list())
    size = np.asarray(known.sum(axis=1)).ravel()

    def likeness(texts: list[str]) -> np.ndarray:
        asked = reader.transform(texts)
        common = (asked @ known.T).toarray()
        return np.asarray(common / np.maximum(np.asarray(asked.sum(axis=1)) + size - common, 1.0))

    return _by_likeness(learn["hs_code"].to_list(), likeness)


def _by_likeness(codes: list[str], likeness: Callable[[list[str]], np.ndarray]) -> Ranked:
    def rank(texts: list[str], digits: int) -> list[list[str]]:
        ranked: list[list[str]] = []
        for start in range(0, len(texts), 500):
            alike = likeness(texts[start : start + 500])
            most = np.argpartition(-alike, 200, axis=1)[:, :200]
            for row, chosen in zip(alike, most, strict=True):
                order = chosen[np.argsort(-row[chosen], kind="stable")]
                ranked.append(list(dict.fromkeys(codes[at][:digits] for at in order))[:5])
        return ranked

    return rank


def by_model(model: HeadingModel) -> Ranked:
    def rank(texts: list[str], digits: int) -> list[list[str]]:
        found = model.predict(texts, digits=digits).group_by("text", maintain_order=True).agg("code")
        codes = dict(found.iter_rows())
        return [codes[text] for text in texts]

    return rank


def by_words(model: HeadingModel) -> Ranked:
    """The part of the model that the evidence is given: words alone, heading by heading."""
    shares = {digits: model.word_shares(digits=digits) for digits in LEVELS}

    def rank(texts: list[str], digits: int) -> list[list[str]]:
        table = shares[digits]
        asked = pl.DataFrame({"text": texts}).unique().with_columns(read=heading_text(pl.col("text")))
        tokens = asked.with_columns(token=pl.col("read").str.extract_all(r"\p{L}{3,24}").list.unique()).explode("token")
        gain = (pl.col("share") / pl.col("background")).log1p().alias("gain")
        told = tokens.join(table, on="token", how="left").group_by("text", "heading_of").agg(gain.sum()).drop_nulls()
        best = told.sort("text", "gain", "heading_of", descending=[False, True, False]).group_by(
            "text", maintain_order=True
        )
        codes = dict(best.agg(pl.col("heading_of").head(5)).iter_rows())
        return [codes.get(text, []) for text in texts]

    return rank


def measure(rank: Ranked, test: pl.DataFrame) -> dict[tuple[int, int], float]:
    texts, truth = test["description"].to_list(), test["hs_code"].to_list()
    found: dict[tuple[int, int], float] = {}
    for digits in LEVELS:
        ranked = rank(texts, digits)
        for n in (1, 5):
            hits = [code[:digits] in best[:n] for code, best in zip(truth, ranked, strict=True)]
            found[digits, n] = float(np.mean(hits))
    return found


def speed(model: HeadingModel, texts: list[str]) -> None:
    distinct = list(dict.fromkeys(texts))[:2_000]
    start = time.perf_counter()
    model.predict(distinct)
    once = len(distinct) / (time.perf_counter() - start)
    n = 1_000_000
    repeated = pl.Series(distinct).gather(np.random.default_rng(1).integers(0, len(distinct), n)).to_list()
    start = time.perf_counter()
    model.predict(repeated)
    many = n / (time.perf_counter() - start)
    print(f"throughput: {once:,.0f} distinct texts/s; {many:,.0f} declarations/s where {n:,} repeat {len(distinct):,}")


def speed_of_evidence(word_shares: pl.DataFrame, n: int = 1_000_000) -> None:
    """The whole evidence of words, nomenclature and a past included, on declarations that repeat the golden texts."""
    golden = pl.read_csv(GOLDEN, infer_schema=False).select(
        "declaration_id", pl.col("declared_on").str.to_date(), "hs_code", "description", "licence_no", "control_remark"
    )
    past = golden.with_columns(declared_on=pl.lit(date(2024, 1, 15)))
    many = golden.sample(n, with_replacement=True, seed=1).with_columns(declaration_id=pl.int_range(n).cast(pl.String))
    minerals = load_minerals()
    start = time.perf_counter()
    build_description(many.lazy(), minerals, history=past.lazy(), word_shares=word_shares).collect()
    rate = n / (time.perf_counter() - start)
    print(f"evidence of words: {rate:,.0f} declarations/s where {n:,} repeat {golden['description'].n_unique()} texts")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seeds", type=int, default=3)
    options.add_argument("--test", type=int, default=2_000)
    given = options.parse_args()
    lines = read_lines(DATA)
    print(f"lines: {dict(lines['source'].value_counts(sort=True).iter_rows())}")
    results: dict[tuple[str, str], list[dict[tuple[int, int], float]]] = {}
    for seed in range(1, given.seeds + 1):
        train, test = divide(lines, seed, given.test)
        only_hs = train.filter(pl.col("source") == "hs2022")
        for learned_from, learn in (("HS 2022, HTS, Census", train), ("HS 2022 alone", only_hs)):
            model = HeadingModel.fit(learn)
            ways = {"model": by_model(model), "words alone": by_words(model), "nearest neighbour": nearest(learn)}
            for name, rank in (ways | {"word overlap": overlap(learn)}).items():
                results.setdefault((learned_from, name), []).append(measure(rank, test))
            if seed == 1 and learn is train:
                print(f"seed 1: {train.height:,} lines to learn from, {test.height:,} held-out lines asked")
                speed(model, test["description"].to_list())
                speed_of_evidence(model.word_shares())
    print(
        f"top-1 / top-5, mean over {given.seeds} seeds; +/- is 1.96 standard errors of one seed's {given.test:,} lines"
    )
    for (learned_from, name), runs in results.items():
        said = []
        for digits in LEVELS:
            one, five = (float(np.mean([run[digits, n] for run in runs])) for n in (1, 5))
            error = 1.96 * (one * (1 - one) / given.test) ** 0.5
            said.append(f"{digits} digits {one:.3f} +/- {error:.3f} / {five:.3f}")
        print(f"{learned_from:21} {name:18} {'; '.join(said)}")


if __name__ == "__main__":
    main()
