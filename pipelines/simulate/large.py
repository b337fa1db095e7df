"""Large worlds: parts generated side by side and put aside by month, then laid together month by month into Parquet."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from pipelines.files import as_metadata
from pipelines.settings.simulate import SimulateSettings
from pipelines.simulate.aside import put_months, read_months, sorted_by
from pipelines.simulate.trade_figures import added, packed, unpacked
from pipelines.simulate.truth import all_corridors, settings_truth
from pipelines.simulate.world import PART_ROWS, Ground, build_part, found_world, lay_ground, published
from pipelines.simulate.worlds import draw_settings

WORKERS = 2
"""Parts generated at the same time, each in some 0.8 GB. What is written does not depend on it."""
SORTED_BY = {
    "declarations": ("declared_on", "declaration_id"),
    "truth/movements": ("moved_on", "movement_id"),
    "truth/declarations": ("declared_on", "declaration_id"),
    "truth/legs": ("left_on", "declaration_id", "leg", "form", "kg"),
    "movements": ("moved_on", "movement_id"),
}
"""Tables that are put aside by month, and their order; those that take longest come first."""
WHOLE = {
    "outcomes": ("inspected_on", "declaration_id"),
    "licences": ("licence_no",),
    "truth/traders": ("exporter_id",),
    "truth/changes": ("changed_on", "agent"),
}
"""Tables small enough to be put together at once, and their order."""

SUMS_AT_ONCE = 8
TEXTS = frozenset(
    [
        "declaration_id",
        "movement_id",
        "description",
        "exporter_id",
        "exporter_name",
        "consignee_id",
        "consignee_name",
        "route",
        "counterparty_id",
        "batch",
    ]
)
"""Texts that hardly repeat within a month: they are packed, and no dictionary of them is tried."""
FIGURES = frozenset(["gross_kg", "net_kg", "metal_kg", "true_kg", "kg", "volume_m3", "value_usd", "forgery"])
"""Figures that hardly repeat: neither packed nor put into a dictionary, as neither makes them much shorter."""


class Laid(Mapping[str, pl.LazyFrame]):
    """Tables of a large world by name; asking for one waits until it is written."""

    def __init__(self, written: Mapping[str, Future[Path]]) -> None:
        self._written = written

    def __getitem__(self, name: str) -> pl.LazyFrame:
        return pl.scan_parquet(self.path(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._written)

    def __len__(self) -> int:
        return len(self._written)

    def path(self, name: str) -> Path:
        """Return where a table is, once it is there."""
        return self._written[name].result()


@contextmanager
def stream_world(
    settings: SimulateSettings, out_dir: Path, seed: int, declarations: int, months: int
) -> Iterator[Laid]:
    """Write a large world; its tables may be read as they come. Parts are put aside under `out_dir` meanwhile."""
    settings = draw_settings(settings, seed)
    parts = -(-declarations // PART_ROWS)
    sizes = [declarations // parts + (at < declarations % parts) for at in range(parts)]
    aside = out_dir / ".parts"
    shutil.rmtree(aside, ignore_errors=True)
    try:
        with _workers() as pool:
            jobs = [(settings, aside, seed, size, months, at, parts) for at, size in enumerate(sizes)]
            for _ in pool.map(put_aside, jobs):
                pass
            longest = pool.submit(_written, "declarations", aside, out_dir, seed)
            flows = pool.submit(_statistics, settings, aside, out_dir, seed, months)
            others = {name: pool.submit(_written, name, aside, out_dir, seed) for name in (*SORTED_BY, *WHOLE)[1:]}
            corridors = pool.submit(_corridors, settings, aside, out_dir, seed, months)
            drawn = pool.submit(_settings, settings, out_dir, seed)
            yield Laid(
                {"flows": flows, "declarations": longest}
                | others
                | {"truth/settings": drawn, "truth/corridors": corridors}
            )
    finally:
        shutil.rmtree(aside, ignore_errors=True)


Job = tuple[SimulateSettings, Path, int, int, int, int, int]


WORKER = {
    "POLARS_MAX_THREADS": "1",  # a worker a core
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",  # large pages: fewer of them to ask for
    # columns of one length come and go by the thousand: pages that are kept need not be asked for and cleared again
    "_RJEM_MALLOC_CONF": "dirty_decay_ms:5000,muzzy_decay_ms:5000",
    "MALLOC_MMAP_THRESHOLD_": str(1 << 28),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 28),
}
"""What workers find in their environment when they start."""


@contextmanager
def _workers() -> Iterator[ProcessPoolExecutor]:
    before = {name: os.environ.get(name) for name in WORKER}
    os.environ.update(WORKER)
    try:
        # no max_tasks_per_child: in Python 3.11 a pool waits for ever once all its workers have reached it
        with ProcessPoolExecutor(WORKERS, get_context("spawn"), initializer=gc.freeze) as pool:  # what is loaded stays
            yield pool
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


_ground: dict[tuple[int, int], Ground] = {}


def put_aside(job: Job) -> None:
    """Generate one part and put its tables aside, a file a table."""
    settings, aside, seed, size, months, part, parts = job
    if (seed, months) not in _ground:  # a worker goes through parts of one world only
        _ground.clear()
        _ground[seed, months] = lay_ground(settings, seed, months)
    ground = _ground[seed, months]
    world, first_month = found_world(settings, seed, size, months, part=part, parts=parts, ground=ground)
    tables, sums = build_part(world, first_month, size, months)
    tables["truth/declarations"] = tables["truth/declarations"].with_columns(tables["declarations"]["declared_on"])
    for name, table in (tables | {"sums": packed(sums)}).items():
        path = aside / name / f"{part:05d}.arrow"
        if name in SORTED_BY:
            put_months(table, path, SORTED_BY[name][0])
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            table.write_ipc_stream(path)


def _statistics(settings: SimulateSettings, aside: Path, out_dir: Path, seed: int, months: int) -> Path:
    world, first_month = found_world(settings, seed, 1_000, months)
    sums = _added_up(_pieces(aside / "sums"))
    return write_whole(published(world, first_month, months, sums), out_dir / "flows.parquet", seed)


def _corridors(settings: SimulateSettings, aside: Path, out_dir: Path, seed: int, months: int) -> Path:
    world, _ = found_world(settings, seed, 1_000, months)
    planted = list(_pieces(aside / "truth/corridors"))
    return write_whole(all_corridors(world, planted), out_dir / "truth/corridors.parquet", seed)


def _settings(settings: SimulateSettings, out_dir: Path, seed: int) -> Path:
    return write_whole(settings_truth(settings, seed), out_dir / "truth/settings.parquet", seed)


def _added_up(pieces: Iterator[pl.DataFrame]) -> pl.DataFrame:
    """Add the parts' statistics up, few parts at once: most lanes and months are in all of them."""
    total = list(islice(pieces, 1))
    while more := list(islice(pieces, SUMS_AT_ONCE)):
        total = [added(pl.concat([*total, *more], rechunk=True))]
    return unpacked(total[0])


def _pieces(folder: Path) -> Iterator[pl.DataFrame]:
    for path in sorted(folder.glob("*.arrow")):
        yield pl.read_ipc_stream(path)


def _written(name: str, aside: Path, out_dir: Path, seed: int) -> Path:
    """Lay the pieces of a table together: all at once, or month by month into one growing file."""
    path = out_dir / f"{name}.parquet"
    if name in WHOLE:
        return write_whole(pl.concat(_pieces(aside / name)).sort(WHOLE[name]), path, seed)
    partial, writer = path.with_suffix(".partial"), None
    for month in read_months(aside / name, SORTED_BY[name][0]):
        rows = sorted_by(month, SORTED_BY[name])
        if name == "truth/declarations":
            rows = rows.drop_columns("declared_on")
        names = rows.schema.names
        writer = writer or pq.ParquetWriter(
            partial,
            rows.schema,
            compression={column: "zstd" if column in TEXTS else "none" for column in names},
            write_statistics=[SORTED_BY[name][0]],
            use_dictionary=[column for column in names if column not in TEXTS | FIGURES],
            store_schema=False,  # Enum columns are read as text
        )
        writer.write_table(rows)
    if writer is None:
        raise ValueError(f"{name}: a large world without rows")
    writer.add_key_value_metadata(as_metadata(world_mark(seed)) or {})
    writer.close()
    partial.replace(path)
    return path


def world_mark(seed: int) -> str:
    """What every table of a generated world bears, so that later commands can say what it is."""
    return f"seed {seed}"


def write_whole(table: pl.DataFrame, path: Path, seed: int) -> Path:
    """Write one table with the mark of its world, so that a half-written file never bears its name."""
    partial = path.with_suffix(".partial")
    table.write_parquet(partial, compression="zstd", statistics=True, metadata=as_metadata(world_mark(seed)))
    partial.replace(path)
    return path
