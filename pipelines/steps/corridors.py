"""The corridor command's work: flows in; corridors as Parquet, CSV and a page out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import dataframely as dy
import polars as pl
import polars.selectors as cs

from features.contracts import Corridors, Declarations, Flows
from features.controls import ControlList, controls_for_minerals
from features.corridors import Watch
from features.corridors.findings import corridor_findings
from features.corridors.mass_balance import SCHEMA as BALANCE_SCHEMA
from features.corridors.mass_balance import contained_flows, impossible_shares
from features.countries import UNSPECIFIED, WORLD
from features.mirror import to_edition
from features.mirror.totals import published_day
from pipelines.files import Loaded, load_table, withdraw, write_table, write_text
from pipelines.files.people import for_people
from pipelines.reference import load_minerals
from pipelines.reference.concordance import load_concordance
from pipelines.reference.production import metal_content, read_production
from pipelines.reports.corridors_page import corridors_pages
from pipelines.settings.closed import load_section
from pipelines.settings.corridors import CorridorSettings
from pipelines.settings.home_prices import HomePrices
from pipelines.settings.mixed_codes import MixedCodes
from pipelines.steps.background import mark_told
from pipelines.steps.corridor_bounds import with_bounds
from pipelines.steps.corridor_hub_share import with_hub_shares
from pipelines.steps.corridor_mixture import with_mixtures, with_price_bands
from pipelines.steps.corridor_search import CorridorSearch, look_of, search_corridors
from pipelines.steps.corridor_views import CorridorViews, look_beside
from pipelines.steps.monitor import Monitor, watch_exports
from pipelines.steps.watches import known_controls, read_watches


@dataclass(frozen=True, slots=True, eq=False)
class CorridorsResult:
    """What a corridor run made, with everything a tracker would log."""

    corridors: pl.DataFrame
    """Contract Corridors, best case first."""
    counts: dict[str, int]
    notes: tuple[str, ...]
    params: dict[str, str]
    metrics: dict[str, float]
    paths: list[Path]
    page: Path
    monitor: Monitor
    views: CorridorViews
    tables: tuple[str, ...]
    """What was read of each table given, flows first, and what was refused."""

    @property
    def lines(self) -> list[str]:
        """Sentences to print when the command is done."""
        first, *others = self.tables
        lines = [
            first,
            "of the flows used: {paired:,} can be paired, {totals:,} say only that a month was reported, "
            "{re_exports:,} re-exports and {short_codes:,} of fewer than six digits are set apart, "
            "{after_as_of:,} became public only after {as_of} and are left unseen".format(
                **self.counts, as_of=self.params["as_of"]
            ),
            *others,
        ]
        if self.counts["looked_at"]:
            lines.append(self._named())
        if broke := self.monitor.breaks.select("good", "destination_iso3", "break_on").unique().height:
            count = f"{broke:,} {'break' if broke == 1 else 'breaks'}"
            lines.append(f"exports of the goods looked at: {count} dated from the figures alone")
        return [*lines, *self.notes]

    def _named(self) -> str:
        looked = f"{self.counts['looked_at']:,} corridor-months looked at"
        level = f"at a false-discovery rate of {self.params['false_discovery_rate']}"
        named, otherwise = self.counts["named"], self.counts["likelier_otherwise"]
        if not named:
            return f"{looked}; no corridor stands out {level}"
        told = f"{looked}; {named:,} {'corridor stands' if named == 1 else 'corridors stand'} out {level}"
        return f"{told}, of which {otherwise:,} {'has' if otherwise == 1 else 'have'} a likelier reading"


def run_corridors(
    flows_path: Path,
    *,
    as_of: date,
    controls: ControlList,
    out_dir: Path,
    settings: CorridorSettings,
    watch_path: Path | None = None,
    production_path: Path | None = None,
    declarations_path: Path | None = None,
    concordance_path: Path | None = None,
    mixed: MixedCodes | None = None,
    home_prices: HomePrices | None = None,
    max_rejects_share: float = 0.05,
) -> CorridorsResult:
    """Find corridors with figures published by `as_of`; write `corridors.parquet`, `corridors.csv`, `corridors.html`
    and the monitor's tables.

    Without `watch_path` there is one watch for each controlled mineral. `rejects/flows.parquet` holds refused rows.
    Raises ContractError or SourceError where the flows cannot be used, ConfigError where the watch file cannot.
    """
    own = controls if watch_path is None else None
    watches = read_watches(watch_path) if watch_path is not None else known_controls(controls, settings)
    production = read_production(production_path) if production_path is not None else None
    loaded = _load(flows_path, Flows, "flows", out_dir, max_rejects_share)
    flows = to_edition(loaded.frame.lazy(), load_concordance(concordance_path).lazy(), settings.hs_edition)
    public = flows.with_columns(published_day().alias("published_on")).filter(pl.col("published_on") <= as_of).collect()
    told, declared = [loaded.told + mark_told(loaded.generated)], None
    if declarations_path is not None:
        declarations = _load(declarations_path, Declarations, "declarations", out_dir, max_rejects_share)
        declared = declarations.frame.filter(pl.col("declared_on") <= as_of)
        told.append(declarations.told + mark_told(declarations.generated))
    look = look_of(as_of)
    if production is not None:
        told.append(f"production: {production.height:,} rows from {production_path}")
    search = search_corridors(public.lazy(), watches, last_look=look, settings=settings)
    findings = _findings(search, as_of, own)
    prices = home_prices or load_section(HomePrices, "home_prices")
    monitor = watch_exports(search.pairs, search.watches, as_of=as_of, settings=settings, home_prices=prices)
    mixed = mixed or load_section(MixedCodes, "mixed_codes")
    views = look_beside(
        public.lazy(), search, findings, last_look=look, settings=settings, declarations=declared, mixed=mixed
    )
    corridors = _told(findings, views)
    counts = _counts(loaded, search, findings, as_of, settings)
    metrics = {name: float(value) for name, value in counts.items()}
    metrics |= {"cif_ln_margin": search.margin.intercept, "monitor_breaks": float(monitor.breaks.height)}
    params = _params(search, as_of, settings, own.version if own is not None else "none: own watch file")
    balance = _balance(search, production, mixed)
    words = corridors.select("corridor_id", "evidence")
    beside = findings.drop("evidence").join(words, on="corridor_id", how="left", maintain_order="left")
    pages = corridors_pages(search, beside, monitor, balance, views, as_of=as_of, counts=counts, settings=settings)
    page = out_dir / "corridors.html"
    paths = [
        *_write_both(corridors, out_dir, "corridors"),
        *_write_pages(pages, out_dir),
        *monitor.write(out_dir),
        *views.write(out_dir),
        *_write_balance(balance, out_dir, is_asked=production is not None),
    ]
    return CorridorsResult(corridors, counts, search.notes, params, metrics, paths, page, monitor, views, tuple(told))


def _write_pages(pages: dict[str, str], folder: Path) -> list[Path]:
    """Write the run's page and those of single corridors; name the one and the folder of the others.

    Pages of an earlier run's corridors are removed.
    """
    for old in (folder / "corridors").glob("[0-9][0-9][0-9]-*.html"):
        if f"corridors/{old.name}" not in pages:
            withdraw(old)
    for name, text in pages.items():
        write_text(folder / name, text)
    return [folder / "corridors.html", *([folder / "corridors"] if len(pages) > 1 else ())]


def _write_balance(balance: pl.DataFrame, folder: Path, *, is_asked: bool) -> list[Path]:
    """Write the mass balance where production was given; else leave no older one behind."""
    if is_asked:
        return _write_both(balance, folder, "mass_balance")
    for kind in (".parquet", ".csv"):
        withdraw(folder / f"mass_balance{kind}")
    return []


def _counts(
    loaded: Loaded, search: CorridorSearch, findings: pl.DataFrame, as_of: date, settings: CorridorSettings
) -> dict[str, int]:
    """Say what became of each row, what was looked at and what was named."""
    return {
        "read": loaded.counts.read,
        "used": loaded.counts.used,
        "rejected": loaded.counts.rejected,
        **_told_apart(loaded.frame, as_of),
        **search.counts,
        **_named(findings, settings.false_discovery_rate),
    }


def _load(path: Path, contract: type[dy.Schema], table: str, out_dir: Path, max_rejects_share: float) -> Loaded:
    """Read a table by its contract; what it refuses is kept in `rejects`."""
    return load_table(
        path,
        contract,
        table=table,
        rejects_to=out_dir / "rejects" / f"{table}.parquet",
        max_rejects_share=max_rejects_share,
    )


def _told(findings: pl.DataFrame, views: CorridorViews) -> pl.DataFrame:
    """Make the contract's table of the findings, with bounds by trader, shares of mixed codes and the hub's share."""
    # nine digits: the last ones hang on the order in which threads sum, and the same input gives the same bytes
    told = findings.select(Corridors.column_names()).with_columns(cs.float().round_sig_figs(9))
    bounded = with_mixtures(with_bounds(Corridors.validate(told, cast=True), views.bounds), views.mixtures)
    return with_hub_shares(bounded, views.hub_shares)


def _params(search: CorridorSearch, as_of: date, settings: CorridorSettings, controls_version: str) -> dict[str, str]:
    return {
        "as_of": as_of.isoformat(),
        "false_discovery_rate": str(settings.false_discovery_rate),
        "false_discovery_method": settings.false_discovery_method,
        "watches": ", ".join(one.name for one in search.watches),
        "controls_version": controls_version,
        **{f"windows.{name}": str(value) for name, value in settings.windows.model_dump().items()},
    }


def _write_both(table: pl.DataFrame, folder: Path, name: str) -> list[Path]:
    """Write a table for programs and for people."""
    return [write_table(table, folder / f"{name}.parquet"), write_table(for_people(table), folder / f"{name}.csv")]


def _told_apart(flows: pl.DataFrame, as_of: date) -> dict[str, int]:
    """Count what becomes of the rows used; the parts sum to them."""
    later = published_day() > as_of
    back = pl.col("direction").is_in(["re_export", "re_import"])
    short = pl.col("hs_code").str.len_chars() < 6
    whole = pl.col("partner_iso3").is_in([WORLD, UNSPECIFIED])
    why = (
        pl.when(later).then(pl.lit("after_as_of"))
        .when(back).then(pl.lit("re_exports"))
        .when(short).then(pl.lit("short_codes"))
        .when(whole).then(pl.lit("totals"))
        .otherwise(pl.lit("paired"))
    )  # fmt: skip
    found = dict(flows.group_by(why.alias("why")).agg(pl.len()).iter_rows())
    return {name: found.get(name, 0) for name in ("after_as_of", "re_exports", "short_codes", "totals", "paired")}


def _findings(search: CorridorSearch, as_of: date, controls: ControlList | None) -> pl.DataFrame:
    """Add the controls in force to the findings; a corridor cannot have been named after the day looked at."""
    if search.tests.is_empty():
        return corridor_findings(pl.DataFrame(schema=_EMPTY_TESTS))
    rows = corridor_findings(search.tests, search.amounts, search.pairs)
    named_on = pl.min_horizontal(pl.col("first_flagged_on"), pl.lit(as_of, dtype=pl.Date))
    rows = rows.with_columns(pl.when(pl.col("first_flagged_on").is_not_null()).then(named_on).alias("first_flagged_on"))
    if controls is None:
        own = _own_controls(search.watches)
        return rows.drop("controls_in_force").join(own, on="mineral", how="left", maintain_order="left")
    asked = rows.drop("controls_in_force").lazy()
    answered = controls_for_minerals(
        asked.select("corridor_id", "mineral", "period", "destination_iso3", "origin_iso3"),
        controls,
        date="period",
        dispatch=None,
        known_on=as_of,
    ).select("corridor_id", "controls_in_force")
    return asked.join(answered, on="corridor_id", how="left", maintain_order="left").collect()


def _balance(search: CorridorSearch, production: pl.DataFrame | None, mixed: MixedCodes) -> pl.DataFrame:
    """Set each country's exports of metal beside what it can have had, where the user says what it made."""
    minerals = load_minerals()
    content = metal_content(minerals).filter(
        pl.col("hs6").is_in(sorted({code for one in search.watches for code in one.hs_codes}))
    )
    if production is None:
        return pl.DataFrame(schema=BALANCE_SCHEMA)
    priced = with_price_bands(content, minerals, mixed).lazy()
    flows = contained_flows(search.pairs.lazy(), priced, error_share=mixed.unit_value_error_share)
    return impossible_shares(flows, production)


_EMPTY_TESTS = {"mineral": pl.String, "look": pl.Int32, "first_look": pl.Int32, "hs_codes": pl.String}


def _own_controls(watches: Sequence[Watch]) -> pl.DataFrame:
    rows = [{"mineral": one.name, "controls_in_force": list(one.controls)} for one in watches]
    return pl.DataFrame(rows, schema={"mineral": pl.String, "controls_in_force": pl.List(pl.String)})


def _named(findings: pl.DataFrame, level: float) -> dict[str, int]:
    named = findings.filter(pl.col("first_flagged_on").is_not_null() & (pl.col("q_value") <= level))
    lanes = ["mineral", "origin_iso3", "hub_iso3", "destination_iso3"]
    return {
        "corridors": findings.height,
        "named": named.select(lanes).n_unique() if named.height else 0,
        "likelier_otherwise": named.filter(pl.col("leading_rival").is_not_null()).select(lanes).n_unique()
        if named.height
        else 0,
    }
