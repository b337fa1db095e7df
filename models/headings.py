"""P(heading | text), learned from the lines of a nomenclature: what the words, word pairs and letters speak for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer

from features.description.headings import wording
from features.description.headings_rules import FEWEST_TEXTS_OF_TOKEN
from features.description.normalise import normalised_text
from features.errors import ContractError

LEVELS = (2, 4, 6)  # chapter, heading, subheading of the Harmonised System
BACKOFF_TEXTS = 5.0  # pseudo-count of the level above: 2 and 10 did as well on held-out lines
NAIVE_BAYES_SHARE = 0.25  # words, pairs and pieces of one text repeat each other: about four tell what one would
CENTROID_SHARPNESS = 30.0  # 20 and 40 did as well on held-out lines
PIECES = (4, 5)  # letters of a piece of a word
_BATCH = 2_000  # texts scored at a time: 2,000 x 5,600 subheadings x 8 bytes is 90 MB
_KNOWN_CODE = r"^\d{4,12}$"
_WORD = r"[^\W\d_]+"

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """What tokens say for the codes of one length, beyond what they say for the code above."""

    codes: list[str]
    above: npt.NDArray[np.int64]
    """Place of each code's parent in the level above."""
    gains: sparse.csr_matrix
    """Tokens by codes: natural log of how much likelier the token is under the code than under its parent."""
    per_token: Floats
    """The same for a token that the code never had."""


@dataclass(frozen=True, eq=False)
class HeadingModel:
    """Naive Bayes with backing off from subheading to heading to chapter, joined with each code's centroid.

    Everything is kept in `lines` (`hs_code`, `text`): the rest is worked out from them, so that a saved model is a
    table that can be read by eye, and no code is ever loaded from a file.
    """

    lines: pl.DataFrame

    @classmethod
    def fit(cls, lines: pl.DataFrame) -> HeadingModel:
        """Learn from `lines` (`hs_code` of four digits or more, `description`): nomenclature, or past declarations.

        A wording counts once under a code. Raises ContractError where no line can be learned from.
        """
        missing = sorted({"hs_code", "description"} - set(lines.columns))
        if missing:
            raise ContractError(f"nomenclature: column {missing[0]!r} is missing; it has {', '.join(lines.columns)}")
        kept = (
            lines.select(
                hs_code=pl.col("hs_code").cast(pl.String).str.replace_all(r"[\s.]", ""),
                text=heading_text(pl.col("description").cast(pl.String)),
            )
            .filter(pl.col("hs_code").str.contains(_KNOWN_CODE) & (pl.col("text").str.strip_chars() != ""))
            .with_columns(pl.when(pl.col("hs_code").str.len_chars() >= 6).then(6).otherwise(4).alias("digits"))
            .select(hs_code=pl.col("hs_code").str.head(pl.col("digits")), text="text")
            .unique()
            .sort("hs_code", "text")
        )
        if kept.is_empty():
            raise ContractError("nomenclature: no line has both a code of four digits or more and a description")
        return cls(kept)

    @cached_property
    def _reading(self) -> tuple[CountVectorizer, CountVectorizer]:
        words = CountVectorizer(token_pattern=_WORD, ngram_range=(1, 2), binary=True, dtype=np.float64)
        pieces = CountVectorizer(analyzer="char_wb", ngram_range=PIECES, min_df=2, binary=True, dtype=np.float64)
        return words, pieces

    @cached_property
    def _seen(self) -> sparse.csr_matrix:
        words, pieces = self._reading
        texts = self.lines["text"].to_list()
        parts = [words.fit_transform(texts)]
        try:
            parts.append(pieces.fit_transform(texts))
        except ValueError:  # no piece occurs twice in so few lines
            self.__dict__["_reading"] = (words, None)
        return sparse.csr_matrix(sparse.hstack(parts))

    def _tokens(self, texts: Sequence[str]) -> sparse.csr_matrix:
        _ = self._seen  # the vocabulary is learned with it
        parts = [one.transform(texts) for one in self._reading if one is not None]
        return sparse.csr_matrix(sparse.hstack(parts))

    @cached_property
    def _idf(self) -> Floats:
        n_texts = np.asarray(self._seen.sum(axis=0)).ravel()
        return np.asarray(np.log((1.0 + self._seen.shape[0]) / (1.0 + n_texts)) + 1.0)

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """One level per length of code; a line of four digits speaks for its heading and chapter only."""
        made: list[Level] = []
        parent = np.asarray(self._seen.sum(axis=0)).ravel() + 0.1
        parent = (parent / parent.sum())[None, :]
        parent_codes, nested = [""], sparse.csr_matrix(parent)
        for digits in LEVELS:
            codes, counts = self._counts(digits)
            place = {code: at for at, code in enumerate(parent_codes)}
            above = np.asarray([place[code[: len(parent_codes[0])]] for code in codes], dtype=np.int64)
            total = np.asarray(counts.sum(axis=1)).ravel()
            expected = _at_nonzero(nested, counts, above)
            gains = counts.copy()
            gains.data = np.log1p(counts.data / (BACKOFF_TEXTS * expected))
            shares = counts.copy()
            shares.data = (counts.data + BACKOFF_TEXTS * expected) / np.repeat(
                total + BACKOFF_TEXTS, np.diff(counts.indptr)
            )
            per_token = np.log(BACKOFF_TEXTS / (total + BACKOFF_TEXTS))
            made.append(Level(codes, above, gains.T.tocsr(), per_token))
            nested, parent_codes = shares, codes
        return tuple(made)

    def _counts(self, digits: int) -> tuple[list[str], sparse.csr_matrix]:
        long_enough = (self.lines["hs_code"].str.len_chars() >= digits).to_numpy()
        heads = self.lines["hs_code"].str.head(digits).to_numpy()[long_enough]
        codes, place = np.unique(heads.astype(str), return_inverse=True)
        rows = np.flatnonzero(long_enough)
        which = sparse.csr_matrix((np.ones(len(rows)), (place, rows)), shape=(len(codes), self._seen.shape[0]))
        return codes.tolist(), (which @ self._seen).tocsr()

    @cached_property
    def _centroids(self) -> sparse.csr_matrix:
        """Subheadings by tokens: the middle of each subheading's lines, of length one."""
        _, counts = self._counts(LEVELS[-1])
        return _of_length_one(sparse.csr_matrix(counts @ sparse.diags(self._idf))).T.tocsr()

    def _log_odds(self, texts: Sequence[str]) -> Floats:
        asked = self._tokens(texts)
        n_tokens = np.asarray(asked.sum(axis=1))
        score: Floats = np.zeros((len(texts), 1))
        for level in self.levels:
            own = (asked @ level.gains).toarray() + n_tokens * level.per_token
            score = score[:, level.above] + own
        likeness = (_of_length_one(sparse.csr_matrix(asked @ sparse.diags(self._idf))) @ self._centroids).toarray()
        return np.asarray(NAIVE_BAYES_SHARE * score + CENTROID_SHARPNESS * likeness)

    def predict(self, texts: Sequence[str], *, digits: int = 4, n_best: int = 5) -> pl.DataFrame:
        """Name the likeliest codes of each distinct text.

        Returns `text`, `rank` (from 1), `code` of `digits` digits and `probability` in [0, 1], sorted by text and rank;
        probabilities over all codes of that length add up to 1. Each distinct text is judged once.
        """
        if digits not in LEVELS or not self.levels[-1].codes:
            raise ContractError(f"headings: codes of {digits} digits are not known; {', '.join(map(str, LEVELS))} are")
        distinct = pl.DataFrame({"text": list(texts)}, schema={"text": pl.String}).drop_nulls().unique().sort("text")
        if distinct.is_empty():
            return pl.DataFrame(schema={"text": pl.String, "rank": pl.Int64, "code": pl.String, "probability": float})
        read = distinct.select(heading_text(pl.col("text"))).to_series().to_list()
        finest = self.levels[-1].codes
        codes, place = np.unique([code[:digits] for code in finest], return_inverse=True)
        joined = sparse.csr_matrix((np.ones(len(place)), (np.arange(len(place)), place)))
        best = min(n_best, len(codes))
        parts = []
        for start in range(0, len(read), _BATCH):
            odds = self._log_odds(read[start : start + _BATCH])
            weight = np.exp(odds - odds.max(axis=1, keepdims=True))
            shares = np.asarray((joined.T @ (weight / weight.sum(axis=1, keepdims=True)).T).T)
            order = np.argsort(-shares, axis=1, kind="stable")[:, :best]
            parts.append((order, np.take_along_axis(shares, order, axis=1)))
        order = np.concatenate([one for one, _ in parts])
        shares = np.concatenate([one for _, one in parts])
        return pl.DataFrame(
            {
                "text": distinct["text"].gather(np.repeat(np.arange(len(read)), best)),
                "rank": np.tile(np.arange(1, best + 1), len(read)),
                "code": codes[order.ravel()].astype(str),
                "probability": shares.ravel().round(6),
            }
        )

    def word_shares(self, *, digits: int = 4) -> pl.DataFrame:
        """Tell what share of each heading's lines holds each word: what `features.description` takes as reference.

        Columns `token`, `heading_of`, `share` in (0, 1], `background` (share of the token among all tokens of all
        lines). Tokens are those of `features.description.headings.wording`; rarer than in three lines are left out.
        """
        worded = self.lines.select(
            heading_of=pl.col("hs_code").str.head(digits), wording=wording(pl.col("text").str.replace_all(_APART, "$1"))
        ).unique()
        n_lines = worded.group_by("heading_of").len("n_lines")
        tokens = worded.with_columns(token=pl.col("wording").str.split(" ")).explode("token")
        tokens = tokens.filter(pl.col("token") != "")
        counted = tokens.group_by("token", "heading_of").len("n").join(n_lines, on="heading_of", how="left")
        seen = pl.col("n").sum().over("token")
        return (
            counted.with_columns(share=pl.col("n") / pl.col("n_lines"), background=seen / tokens.height, seen=seen)
            .filter(pl.col("seen") >= FEWEST_TEXTS_OF_TOKEN)
            .select("token", "heading_of", pl.col("share").round(6), pl.col("background").round(9))
            .sort("token", "heading_of")
        )


_APART = r"(\p{Han}) "


def heading_text(text: pl.Expr) -> pl.Expr:
    """Text as the model reads it: normalised, and Chinese characters apart, so that their pairs are word pairs."""
    return normalised_text(text).str.replace_all(r"(\p{Han})", "${1} ")


def _of_length_one(rows: sparse.csr_matrix) -> sparse.csr_matrix:
    length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return sparse.csr_matrix(sparse.diags(1.0 / np.where(length > 0, length, 1.0)) @ rows)


def _at_nonzero(nested: sparse.csr_matrix, counts: sparse.csr_matrix, above: npt.NDArray[np.int64]) -> Floats:
    """Parent's share of each token that a code has; a parent has every token of its codes."""
    return np.asarray(nested[above].multiply(counts > 0).tocsr().sorted_indices().data)
