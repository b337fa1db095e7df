"""Download of UN Comtrade figures: a file for each reporter and year, resumable, truncation noticed.

Files hold the service's answer in its own shape, gzip JSON, ready for `oretrace ingest comtrade FOLDER`. The folder's
`_manifest.json` names what each file was asked for, its rows and its fingerprint; a file that still agrees is skipped.
Only totals are asked for (second partner 0, mode 0, procedure C00). The key comes from COMTRADE_API_KEY and is neither
written nor shown.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from features.errors import ConfigError, SourceError
from pipelines.files import write_text
from pipelines.ingest.places import places
from pipelines.settings.ingest import ComtradeApiSettings
from pipelines.sources.comtrade_transport import Transport, lend_transport

KEY_VARIABLE = "COMTRADE_API_KEY"
MANIFEST = "_manifest.json"
FLOW_CODES = ("M", "X", "RM", "RX")
ROW_KEYS = ("period", "reporterCode", "flowCode", "partnerCode", "cmdCode", "primaryValue")
# Codes by which UN Comtrade names reporters where it differs from ISO 3166-1 numeric (partnerAreas.json).
_OWN_NUMBERS = {"FRA": "251", "IND": "699", "NOR": "579", "CHE": "757", "USA": "842", "TWN": "490", "XKX": "412"}


@dataclass(frozen=True, slots=True)
class Query:
    """What one file is asked for."""

    reporter_iso3: str
    freq: str
    periods: tuple[str, ...]
    codes: tuple[str, ...]
    flows: tuple[str, ...] = FLOW_CODES

    def halves(self) -> tuple[Query, Query] | None:
        """Two queries that together ask the same: by period, else by code, else by flow; None where indivisible."""
        for name in ("periods", "codes", "flows"):
            values = getattr(self, name)
            if len(values) > 1:
                middle = len(values) // 2
                return replace(self, **{name: values[:middle]}), replace(self, **{name: values[middle:]})
        return None

    @property
    def file_name(self) -> str:
        """Name by reporter and year, with a mark of the codes and periods asked for."""
        asked = json.dumps(asdict(self), sort_keys=True).encode()
        mark = hashlib.sha256(asked).hexdigest()[:8]
        return f"{self.reporter_iso3}-{self.freq}-{self.periods[0][:4]}-{mark}.json.gz"


@dataclass(frozen=True, slots=True)
class Downloaded:
    """What a download made."""

    paths: tuple[Path, ...]
    n_files_fetched: int
    n_files_kept: int
    n_rows: int
    n_requests: int
    empty: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """Sentences to print."""
        told = [
            f"{self.n_files_fetched:,} files fetched in {self.n_requests:,} requests, {self.n_files_kept:,} complete "
            f"before; {self.n_rows:,} rows in all"
        ]
        if self.empty:
            told.append(f"no figures published (yet) for {', '.join(self.empty)}")
        return tuple(told)


def plan_queries(codes: Sequence[str], reporters: Sequence[str], periods: str) -> list[Query]:
    """One query for each reporter and year.

    `periods` is a year (2023), a month (2023-04) or first and last of either (2015..2023, 2023-01..2024-06). Raises
    ConfigError for a reporter, code or period that cannot be asked for.
    """
    wrong = [code for code in codes if not re.fullmatch(r"\d{4}|\d{6}", code)]
    if wrong or not codes:
        raise ConfigError(f"codes of 4 or 6 digits are wanted, not {', '.join(map(repr, wrong)) or 'none'}")
    for reporter in reporters:
        reporter_number(reporter)
    freq, years = _years_of(periods)
    wanted = tuple(sorted(set(codes)))
    return [Query(reporter, freq, asked, wanted) for reporter in sorted(set(reporters)) for asked in years]


def reporter_number(iso3: str) -> str:
    """UN Comtrade's number of a reporter. Raises ConfigError for an unknown one."""
    if iso3 in _OWN_NUMBERS:
        return _OWN_NUMBERS[iso3]
    table = places("comtrade")
    found = table.filter((table["iso3"] == iso3) & (table["kind"] == "country") & table["code"].str.contains(r"^\d+$"))[
        "code"
    ].to_list()
    if not found:
        raise ConfigError(f"{iso3!r} is no country that UN Comtrade knows; ISO 3166-1 alpha-3 codes are wanted")
    return str(found[0])


def _years_of(periods: str) -> tuple[str, list[tuple[str, ...]]]:
    first, _, last = periods.partition("..")
    last = last or first
    if all(re.fullmatch(r"(19|20)\d{2}", end) for end in (first, last)) and first <= last:
        return "A", [(str(year),) for year in range(int(first), int(last) + 1)]
    if all(re.fullmatch(r"(19|20)\d{2}-(0[1-9]|1[0-2])", end) for end in (first, last)) and first <= last:
        start, end = (int(text[:4]) * 12 + int(text[5:]) - 1 for text in (first, last))
        months = [f"{n // 12:04d}{n % 12 + 1:02d}" for n in range(start, end + 1)]
        years = sorted({month[:4] for month in months})
        return "M", [tuple(month for month in months if month.startswith(year)) for year in years]
    raise ConfigError(f"periods {periods!r}: want 2023, 2023-04, 2015..2023 or 2023-01..2024-06, first before last")


def download_comtrade(
    queries: Sequence[Query],
    out_dir: Path,
    *,
    settings: ComtradeApiSettings,
    key: str | None = None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    progress: Callable[[str], None] | None = None,
) -> Downloaded:
    """Fetch every query that is not complete in `out_dir` yet, each file whole or not at all.

    An answer as long as the service's cap is taken for truncated: the query is halved until the answers are shorter.
    Raises ConfigError without a key, SourceError when the service refuses or keeps failing; what was complete stays.
    """
    key = key or os.environ.get(KEY_VARIABLE, "").strip()
    if not key:
        raise ConfigError(f"no key for UN Comtrade: set {KEY_VARIABLE} (free at comtradedeveloper.un.org)")
    transport = Transport(settings, key, sleep=sleep, clock=clock, now=now)
    manifest = _read_manifest(out_dir)
    fetched, kept, empty = 0, 0, []
    for query in queries:
        name = query.file_name
        if _is_complete(out_dir / name, query, manifest.get(name)):
            kept += 1
        else:
            if progress is not None:
                progress(f"{query.reporter_iso3} {query.periods[0]} to {query.periods[-1]}")
            manifest[name] = _write_answer(out_dir / name, query, _fetch_whole(query, transport, key, settings))
            write_text(out_dir / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True) + "\n")
            fetched += 1
        if manifest[name]["rows"] == 0:
            empty.append(f"{query.reporter_iso3} {query.periods[0][:4]}")
    names = [query.file_name for query in queries]
    return Downloaded(
        paths=tuple(out_dir / name for name in names),
        n_files_fetched=fetched,
        n_files_kept=kept,
        n_rows=sum(int(manifest[name]["rows"]) for name in names),
        n_requests=transport.n_requests,
        empty=tuple(empty),
    )


def _fetch_whole(query: Query, transport: Transport, key: str, settings: ComtradeApiSettings) -> list[dict[str, Any]]:
    payload = _ask(query, transport, key, settings)
    rows: list[dict[str, Any]] = payload["data"]
    _check_rows(rows, query)
    counted = payload.get("count")
    is_cut = len(rows) >= settings.rows_per_answer or (isinstance(counted, int) and counted > len(rows))
    if not is_cut:
        return rows
    halves = query.halves()
    if halves is None:
        raise SourceError(
            f"UN Comtrade cut its answer off at {len(rows):,} rows for {query.reporter_iso3}, {query.periods[0]}, "
            f"{query.codes[0]}, {query.flows[0]}, and the query cannot be made smaller; use the bulk files"
        )
    return [row for half in halves for row in _fetch_whole(half, transport, key, settings)]


def _ask(query: Query, transport: Transport, key: str, settings: ComtradeApiSettings) -> dict[str, Any]:
    import comtradeapicall

    with lend_transport(transport) as lent:
        comtradeapicall.getFinalData(
            key,
            typeCode="C",
            freqCode=query.freq,
            clCode="HS",
            period=",".join(query.periods),
            reporterCode=reporter_number(query.reporter_iso3),
            cmdCode=",".join(query.codes),
            flowCode=",".join(query.flows),
            partnerCode=None,
            partner2Code="0",
            customsCode="C00",
            motCode="0",
            maxRecords=settings.rows_per_answer,
            format_output="JSON",
            breakdownMode="classic",
            includeDesc=True,
        )
    if lent.payload is None:
        raise SourceError("the client comtradeapicall asked nothing; its version does not fit this downloader")
    return lent.payload


def _check_rows(rows: Sequence[Mapping[str, Any]], query: Query) -> None:
    number = reporter_number(query.reporter_iso3)
    for row in rows:
        missing = [name for name in ROW_KEYS if name not in row]
        if missing:
            raise SourceError(f"UN Comtrade answered with a row without {', '.join(missing)}; its layout has changed")
        if str(row["reporterCode"]) != number or str(row["period"]) not in query.periods:
            raise SourceError(
                f"UN Comtrade answered another question: reporter {row['reporterCode']}, period {row['period']} "
                f"instead of {number}, {query.periods[0]} to {query.periods[-1]}"
            )


def _write_answer(path: Path, query: Query, rows: list[dict[str, Any]]) -> dict[str, Any]:
    text = json.dumps({"count": len(rows), "data": rows, "error": ""}, ensure_ascii=False)
    content = gzip.compress(text.encode(), mtime=0)
    _write_whole(path, content)
    return {"query": _as_json(query), "rows": len(rows), "sha256": hashlib.sha256(content).hexdigest()}


def _write_whole(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _as_json(query: Query) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(json.dumps(asdict(query)))
    return loaded


def _is_complete(path: Path, query: Query, entry: dict[str, Any] | None) -> bool:
    if entry is None or entry.get("query") != _as_json(query) or not path.is_file():
        return False
    return hashlib.sha256(path.read_bytes()).hexdigest() == entry.get("sha256")


def _read_manifest(out_dir: Path) -> dict[str, dict[str, Any]]:
    path = out_dir / MANIFEST
    if not path.exists():
        return {}
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise SourceError(f"{path} is damaged ({error}); move it away to fetch everything again") from error
    if not isinstance(manifest, dict):
        raise SourceError(f"{path} is no manifest of a download; choose another folder")
    return manifest
