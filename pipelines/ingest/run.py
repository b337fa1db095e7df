"""The ingest step: published files in, contract tables out, every row accounted for.

`OUT/<table>.parquet` holds what the contract accepts. `OUT/_apart/<table>-<why>.parquet` holds rows that are sound but
must not be added to it (world totals, areas that are no country, breakdowns, sums of codes, repeats; the leading
underscore keeps them out when OUT is read as one folder of Parquet). `OUT/rejects/<table>.parquet` holds refused rows,
whole, with the rules they broke. Rows read = rows used + rows set apart + rows rejected; a source whose parts are
added up writes fewer rows than it used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from features.contracts.split import RowCounts, split_table
from features.errors import ConfigError, ContractError
from pipelines.files import refuse_beyond, write_table
from pipelines.files.load import MAX_REJECTS_SHARE
from pipelines.ingest.draft import APART, REFUSED, REMARKS, Given
from pipelines.ingest.formats import FORMATS, SourceFormat, Target
from pipelines.ingest.levels import mark_parts, mark_repeats
from pipelines.ingest.opening import INPUT_FILE, SOURCE_ROW, open_files
from pipelines.settings.ingest import IngestSettings, load_ingest_settings

_OWN_COLUMNS = (SOURCE_ROW, "is_repeat")


@dataclass(frozen=True, slots=True)
class IngestCounts:
    """Rows of the files by what became of them, and rows written."""

    read: int
    used: int
    set_apart: int
    rejected: int
    written: int
    apart: Mapping[str, int] = field(default_factory=dict)
    broken: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.read != self.used + self.set_apart + self.rejected:
            raise AssertionError(f"rows went missing: {self}")

    def __str__(self) -> str:
        return (
            f"{self.read:,} rows read = {self.used:,} used + {self.set_apart:,} set apart "
            f"+ {self.rejected:,} rejected; {self.written:,} written"
        )


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What an ingest made."""

    format: str
    counts: Mapping[str, IngestCounts]
    paths: tuple[Path, ...]
    notes: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """Sentences to print: counts by table, then why rows are not in it, then readings to know of."""
        told = []
        for table, counts in self.counts.items():
            told.append(f"{table}: {counts}")
            told += [f"  set apart as {why}: {rows:,}" for why, rows in counts.apart.items()]
            told += [f"  rejected by {rule}: {rows:,}" for rule, rows in counts.broken.items()]
        return (*told, *(f"  note: {note}" for note in self.notes))


def ingest(
    format_name: str,
    paths: Sequence[Path],
    out_dir: Path,
    *,
    settings: IngestSettings | None = None,
    given: Given | None = None,
    max_rejects_share: float = MAX_REJECTS_SHARE,
) -> IngestResult:
    """Read published files of one format into contract tables under `out_dir`.

    Raises ConfigError for an unknown format or a missing say of the user (direction, period), SourceError when a file
    is not what it is said to be, ContractError when more than `max_rejects_share` of the rows that were not set apart
    are broken, or none is left; then nothing but the rejects is written.
    """
    source = _find_format(format_name)
    settings = settings or load_ingest_settings(rates=given.rates if given else None)
    given = given or Given()
    raw = mark_repeats(open_files(_files_of(paths), encoding=source.encoding))
    made = []
    for target in source.targets:
        draft = target.read(raw.lazy(), settings, given).collect()
        made.append(_account(raw, draft, target, source.name, out_dir=out_dir, max_rejects_share=max_rejects_share))
    written: list[Path] = []
    for one in made:
        written += one.write(out_dir)
    notes = tuple(dict.fromkeys(note for one in made for note in one.notes))
    return IngestResult(source.name, {one.target.table: one.counts for one in made}, tuple(written), notes)


def _find_format(name: str) -> SourceFormat:
    if name not in FORMATS:
        raise ConfigError(f"unknown format {name!r}; known formats: {', '.join(sorted(FORMATS))}")
    return FORMATS[name]


def _files_of(paths: Sequence[Path]) -> list[Path]:
    """Replace folders by the files in them, hidden ones (`.x`, `_x`) left out."""
    files: list[Path] = []
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        files += sorted(
            inside
            for inside in path.rglob("*")
            if inside.is_file() and not any(part.startswith((".", "_")) for part in inside.relative_to(path).parts)
        )
    return files


@dataclass(frozen=True, slots=True)
class _Made:
    """One table ready to be written."""

    target: Target
    table: pl.DataFrame
    apart: Mapping[str, pl.DataFrame]
    counts: IngestCounts
    notes: tuple[str, ...]
    rejects_path: Path

    def write(self, out_dir: Path) -> list[Path]:
        name, side = self.target.table, out_dir / "_apart"
        made = [write_table(self.table, out_dir / self.target.folder / f"{name}.parquet")]
        kept = {f"{name}-{why}.parquet" for why in self.apart}
        for stale in side.glob(f"{name}-*.parquet"):
            if stale.name not in kept:
                stale.unlink()
        made += [write_table(rows, side / f"{name}-{why}.parquet") for why, rows in self.apart.items()]
        return [*made, self.rejects_path]


def _account(
    raw: pl.DataFrame, draft: pl.DataFrame, target: Target, name: str, *, out_dir: Path, max_rejects_share: float
) -> _Made:
    """Part the draft's rows into used, set apart and rejected; write the rejects; refuse beyond the limit."""
    if draft.height != raw.height or draft[SOURCE_ROW].n_unique() != raw.height:
        raise AssertionError(f"{name}: the reader made {draft.height} rows of {raw.height}")
    is_refused = pl.col(REFUSED).list.len() > 0
    refused = draft.filter(is_refused).select(SOURCE_ROW, pl.col(REFUSED).list.sort().alias("broken_rules"))
    apart = draft.filter(~is_refused & pl.col(APART).is_not_null())
    names = target.schema.column_names()
    sound = draft.filter(~is_refused & pl.col(APART).is_null())
    sound = sound.select(SOURCE_ROW, *(name for name in names if name in draft.columns))
    clean = pl.DataFrame(target.schema.create_empty())
    if not sound.is_empty():
        sound = mark_parts(sound) if target.adds_up else sound
        split = split_table(sound.lazy(), target.schema, table=target.table, file=name)
        clean = split.clean
        refused = pl.concat([refused, split.rejects.select(pl.col(SOURCE_ROW).cast(pl.UInt32), "broken_rules")])
    broken = _count(refused["broken_rules"].explode())
    counts = RowCounts(raw.height - apart.height, clean.height, refused.height, broken)
    rejects_path = write_table(_whole(raw, refused), out_dir / "rejects" / f"{target.table}.parquet")
    why = _count(apart[APART])
    if not counts.read:
        told = ", ".join(f"{place} {rows:,}" for place, rows in why.items())
        raise ContractError(f"{target.table}: no row is a total between two countries; all are set apart: {told}")
    refuse_beyond(counts, max_rejects_share, table=target.table, rejects_to=rejects_path)
    table = target.complete(clean)
    sides = {place: apart.filter(pl.col(APART) == place).drop(REFUSED, APART) for place in why}
    return _Made(
        target,
        table,
        sides,
        IngestCounts(raw.height, counts.used, apart.height, counts.rejected, table.height, why, broken),
        tuple(f"{rows:,} rows: {remark.replace('_', ' ')}" for remark, rows in _count(_remarks(draft)).items()),
        rejects_path,
    )


def _remarks(draft: pl.DataFrame) -> pl.Series:
    return draft[REMARKS].explode()


def _count(names: pl.Series) -> dict[str, int]:
    """Count names, the most frequent first."""
    found = Counter(names.drop_nulls().to_list())
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _whole(raw: pl.DataFrame, refused: pl.DataFrame) -> pl.DataFrame:
    """Rejected rows as they were published, with the rules they broke."""
    rows = raw.join(refused, on=SOURCE_ROW, how="inner", maintain_order="left")
    return rows.drop(_OWN_COLUMNS).select(pl.exclude("broken_rules", INPUT_FILE), "broken_rules", INPUT_FILE)
