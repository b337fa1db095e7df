"""A production table of the user's own: what countries can have made, with its doubt and its source."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import Field, model_validator

from features.corridors.watch import SHARED_HEADINGS
from features.countries import COUNTRIES
from features.errors import ConfigError
from features.minerals import Minerals
from pipelines.settings.closed import Closed, check_section, read_toml

LARGEST_FILE_ROWS = 100_000


class ProductionRow(Closed):
    """One country, mineral and year: tonnes of contained metal, from `low_t` to `high_t`, at most `capacity_t`.

    Where only the capacity of its smelters and refineries is known, it may have made anything from nothing up to that.
    """

    country_iso3: str
    mineral: str = Field(min_length=1, max_length=80)
    year: int = Field(ge=1900, le=2200)
    contained_t: float | None = Field(default=None, ge=0.0)
    low_t: float | None = Field(default=None, ge=0.0)
    high_t: float | None = Field(default=None, ge=0.0)
    capacity_t: float | None = Field(default=None, ge=0.0)
    source: str = Field(min_length=1, max_length=400)

    @model_validator(mode="after")
    def _in_order(self) -> ProductionRow:
        if self.country_iso3 not in COUNTRIES:
            raise ValueError(f"country_iso3 {self.country_iso3!r} is not an ISO 3166-1 alpha-3 country")
        made = (self.low_t, self.contained_t, self.high_t)
        known = [one for one in made if one is not None]
        if not known and self.capacity_t is None:
            raise ValueError("neither contained_t with low_t and high_t nor capacity_t is given")
        if known and len(known) < len(made):
            raise ValueError("contained_t, low_t and high_t are given together or not at all")
        if known != sorted(known):
            raise ValueError("low_t, contained_t and high_t must not fall")
        return self

    def within_capacity(self) -> dict[str, object]:
        """Give the row with what was made held to the capacity; unknown production is anything up to it."""
        row = self.model_dump()
        if self.contained_t is None and self.capacity_t is not None:
            return row | {"low_t": 0.0, "contained_t": self.capacity_t / 2.0, "high_t": self.capacity_t}
        if self.capacity_t is not None:
            for name in ("low_t", "contained_t", "high_t"):
                row[name] = min(row[name], self.capacity_t)
        return row


def read_production(path: Path) -> pl.DataFrame:
    """Read a `--production` file: CSV with these columns, or TOML with tables `[[production]]`.

    Several rows for one country, mineral and year are added: mine and refinery output are not, so give one stage;
    recycling and stocks let go may stand as rows of their own. `capacity_t` may be left out (unknown:
    no limit). Raises ConfigError that names the row and key.
    """
    if path.suffix.lower() == ".toml":
        rows: Any = read_toml(path).get("production")
    else:
        try:
            with path.open(encoding="utf-8-sig", newline="") as handle:
                rows = [
                    {key: value for key, value in row.items() if key and value != ""} for row in csv.DictReader(handle)
                ]
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise ConfigError(f"{path}: cannot be read as CSV in UTF-8: {error}") from error
    if not isinstance(rows, list) or not rows or len(rows) > LARGEST_FILE_ROWS:
        raise ConfigError(f"{path}: no production rows, or more than {LARGEST_FILE_ROWS:,}")
    checked = [check_section(ProductionRow, one, f"{path} row {n}") for n, one in enumerate(rows, start=1)]
    table = pl.DataFrame([one.within_capacity() for one in checked], schema_overrides={"capacity_t": pl.Float64})
    return table.with_columns(pl.col("year").cast(pl.Int32)).sort("mineral", "country_iso3", "year", "source")


def metal_content(minerals: Minerals) -> pl.DataFrame:
    """Range of metal per kg of each six-digit code: `mineral hs6 share_low share_high`.

    From the forms filed under the code, by their formulae; a code known to hold other goods as well begins at 0, and a
    code without any fixed formula is left out.
    """
    forms = minerals.forms.select("mineral", "hs6", "metal_share").explode("hs6", empty_as_null=False)
    known = forms.filter(pl.col("hs6").is_not_null(), pl.col("metal_share").is_not_null())
    low = pl.when(pl.col("hs6").is_in(list(SHARED_HEADINGS))).then(0.0).otherwise(pl.col("share_low"))
    return (
        known.group_by("mineral", "hs6")
        .agg(pl.col("metal_share").min().alias("share_low"), pl.col("metal_share").max().alias("share_high"))
        .with_columns(low.alias("share_low"))
        .sort("mineral", "hs6")
    )
