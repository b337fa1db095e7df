"""The concordance of HS editions: the project's own for watched codes, or the user's."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from features.errors import ConfigError
from features.mirror import CONCORDANCE
from pipelines.settings.closed import config_folder

_OTHER_NAMES = {
    "from_revision": "from_edition", "from_code": "from_hs6", "to_revision": "to_edition", "to_code": "to_hs6",
}  # fmt: skip
_COMTRADE = {f"H{n}": f"HS{year}" for n, year in enumerate((1992, 1996, 2002, 2007, 2012, 2017, 2022))}


def load_concordance(path: Path | None = None) -> pl.DataFrame:
    """Read which codes of one HS edition became which of another, with shares in (0, 1] of the old code's trade.

    CSV or Parquet with `from_edition from_hs6 to_edition to_hs6 weight`, or the same as `from_revision from_code
    to_revision to_code` with UN Comtrade's H0 to H6. Lines that begin with `#` are remarks. Raises ConfigError where a
    column is missing, a code is not six digits, a weight is not in (0, 1], or a code's weights sum to more than one.
    """
    file = path or config_folder() / "hs_concordance.csv"
    try:
        raw = (
            pl.read_parquet(file)
            if file.suffix == ".parquet"
            else pl.read_csv(file, comment_prefix="#", infer_schema=False)
        )
    except (OSError, pl.exceptions.PolarsError) as error:
        raise ConfigError(f"{file}: cannot be read as a concordance: {error}") from error
    table = raw.rename({old: new for old, new in _OTHER_NAMES.items() if old in raw.columns})
    if missing := [name for name in CONCORDANCE if name not in table.columns]:
        raise ConfigError(f"{file}: column {missing[0]!r} is missing; it has {', '.join(raw.columns)}")
    table = table.select(pl.col(name).cast(kind, strict=False) for name, kind in CONCORDANCE.items()).with_columns(
        pl.col("from_edition", "to_edition").replace(_COMTRADE)
    )
    wrong = table.filter(
        ~pl.col("from_hs6").str.contains(r"^\d{6}$").fill_null(value=False)
        | ~pl.col("to_hs6").str.contains(r"^\d{6}$").fill_null(value=False)
        | ~pl.col("from_edition").str.contains(r"^HS\d{4}$").fill_null(value=False)
        | ~pl.col("to_edition").str.contains(r"^HS\d{4}$").fill_null(value=False)
        | ~((pl.col("weight") > 0) & (pl.col("weight") <= 1)).fill_null(value=False)
    )
    if wrong.height:
        raise ConfigError(
            f"{file}: {wrong.height} row(s) are not edition, six digits, edition, six digits and a weight in (0, 1]; "
            f"the first: {wrong.row(0)}"
        )
    table = table.unique(["from_edition", "from_hs6", "to_edition", "to_hs6"], keep="first", maintain_order=True)
    sums = table.group_by("from_edition", "from_hs6", "to_edition").agg(pl.col("weight").sum())
    if (over := sums.filter(pl.col("weight") > 1.001).sort("from_hs6")).height:
        raise ConfigError(f"{file}: weights of {over['from_edition'][0]} {over['from_hs6'][0]} sum to more than 1")
    return table
