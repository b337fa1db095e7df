"""Properties of the whole table of evidence, over every registered column: time, order, identity, gaps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from features.assemble import assemble_batches, assemble_evidence
from features.background import Background
from features.completeness import complete
from features.contracts import Declarations, Licences, Outcomes
from features.contracts.defaults import complete_flows
from features.controls import ControlList, join_controls
from features.evidence import FAMILIES
from features.filed import text_number
from features.parties import PartiesRules
from features.parties.clusters import name_sightings
from features.parties.entities import cluster_states, first_sightings, name_links
from features.parties.names_past import NamesPast, NamesSeen
from features.parties.names_read import NameReader
from features.parties.table import read_parties
from features.parties.wording import read_names
from features.registry import REGISTRY
from features.routing import wanted_pairs
from models.reasons import TOLD_FROM
from pipelines.geography import distances
from pipelines.reference import load_controls, load_minerals, load_name_signs
from pipelines.settings.closed import load_section
from pipelines.settings.corridors import CorridorSettings
from pipelines.settings.simulate import SimulateSettings
from pipelines.simulate.world import build_world
from pipelines.steps.flow_states import flow_states

pytestmark = pytest.mark.xdist_group("assembled evidence")  # one worker, one world

CODES = [one.code for one in REGISTRY]
REQUIRED = ("declaration_id", "declared_on", "direction", "hs_code", "origin_iso3", "destination_iso3")
OPTIONAL = [name for name in Declarations.column_names() if name not in REQUIRED]
MONTHS = 14
PLACE_PAIRS = 80  # measuring a sea distance takes milliseconds; pairs beyond these stay unknown


@dataclass(frozen=True)
class Made:
    """A generated world, what is judged against it, and the evidence of all its declarations."""

    tables: dict[str, pl.DataFrame]
    background: Background
    evidence: pl.DataFrame

    @property
    def rows(self) -> pl.DataFrame:
        return self.tables["declarations"]


@pytest.fixture(scope="session")
def made() -> Made:
    usual = load_section(SimulateSettings, "simulate")
    few_lanes = usual.statistics.model_copy(update={"lane_share": 0.01})
    settings = usual.model_copy(update={"statistics": few_lanes, "flows_history_months": 12})
    tables = build_world(settings, seed=5, declarations=2_400, months=MONTHS)
    tables["flows"] = complete_flows(tables["flows"])
    rows = tables["declarations"]
    tables["movements"] = movements_of(rows, load_minerals().minerals["mineral"].to_list())
    controls = load_controls()
    pairs = wanted_pairs(rows.lazy()).collect().group_by("place_a", "place_b").len()
    often = pairs.sort("len", "place_a", "place_b", descending=[True, False, False]).head(PLACE_PAIRS)
    lanes, corridors = states(tables["flows"], rows, controls)
    background = Background(
        minerals=load_minerals(),
        controls=controls,
        history=rows.lazy(),
        outcomes=tables["outcomes"].lazy(),
        licences=tables["licences"].lazy(),
        distances=distances(often).lazy(),
        lane_state=lanes,
        corridor_state=corridors,
        name_signs=load_name_signs(),
        movements=tables["movements"].lazy(),
    )
    return Made(tables, background, assemble_evidence(rows, background))


def movements_of(rows: pl.DataFrame, minerals: list[str]) -> pl.DataFrame:
    """Give two holders in three some of every mineral at their first declaration; the third only ships it."""
    firsts = rows.drop_nulls("exporter_id").group_by("exporter_id").agg(pl.col("declared_on").min()).sort("exporter_id")
    made = firsts.with_row_index("n").join(pl.DataFrame({"mineral": minerals}), how="cross")
    return made.select(
        movement_id=pl.format("{}/{}", "exporter_id", "mineral"),
        moved_on="declared_on",
        kind=pl.when(pl.col("n") % 3 == 0).then(pl.lit("exported")).otherwise(pl.lit("mined")),
        holder_id="exporter_id",
        mineral="mineral",
        net_kg=pl.lit(300.0),
    )


def states(
    flows: pl.DataFrame, rows: pl.DataFrame, controls: ControlList
) -> tuple[pl.LazyFrame | None, pl.LazyFrame | None]:
    firsts = rows["declared_on"].dt.truncate("1mo").unique().sort().to_list()
    found = flow_states(flows, months=firsts, controls=controls, settings=load_section(CorridorSettings, "corridors"))
    return found.lanes, found.corridors


def first_of(rows: pl.DataFrame, month: int) -> date:
    firsts = rows["declared_on"].dt.truncate("1mo").unique().sort()
    return firsts[month]


def assert_same(found: pl.DataFrame, wanted: pl.DataFrame, *, but: tuple[str, ...] = ()) -> None:
    """Hold two tables of evidence to the last bit, and name the columns that differ."""
    assert sorted(found.columns) == sorted(wanted.columns)
    differ = {
        name: int((~found[name].eq_missing(wanted[name])).sum())
        for name in wanted.columns
        if name not in but and not found[name].equals(wanted[name])
    }
    assert not differ, f"rows that differ, by column: {differ}"


def altered(rows: pl.DataFrame) -> pl.DataFrame:
    """Change everything about declarations except which they are and when they were made."""
    texts = {name: pl.col(name).reverse() for name in ("description", "control_remark", "licence_no", "route")}
    figures = {name: pl.col(name) * 7.0 for name in ("net_kg", "value_usd", "volume_m3")}
    named = {name: pl.col(name).reverse() for name in ("hs_code", "exporter_id", "consignee_id", "declarant_id")}
    recorded = {name: pl.col(name).fill_null("L-9") for name in ("control_remark", "licence_no")}
    return rows.with_columns(**texts, **figures, **named).with_columns(**recorded)


def known_by(made: Made, cut: date, *, how: str) -> Background:
    """Leave only what was known before `cut`, or alter everything that was not."""
    tables, day = made.tables, pl.lit(cut)
    rows, outcomes, flows = (tables[name] for name in ("declarations", "outcomes", "flows"))
    licences, month_after, movements = tables["licences"], pl.lit(cut).dt.offset_by("1mo"), tables["movements"]
    early = [
        rows.filter(pl.col("declared_on") < day),
        outcomes.filter(pl.col("inspected_on") < day),
        flows.filter(pl.col("published_on") < day),
        licences.filter(pl.col("valid_from") < month_after),
        movements.filter(pl.col("moved_on") < day),
    ]
    if how == "altered":
        other = pl.when(pl.col("finding") == "clean").then(pl.lit("concealment")).otherwise(pl.lit("clean"))
        late = [
            altered(rows.filter(pl.col("declared_on") >= day)),
            outcomes.filter(pl.col("inspected_on") >= day).with_columns(finding=other),
            flows.filter(pl.col("published_on") >= day).with_columns(pl.col("net_kg", "value_usd") * 50.0),
            licences.filter(pl.col("valid_from") >= month_after).with_columns(
                holder_id=pl.lit("nobody"), licensed_kg=pl.lit(1.0), mineral=pl.lit("unheard of")
            ),
            movements.filter(pl.col("moved_on") >= day).with_columns(kind=pl.lit("sold")),
        ]
        early = [pl.concat([one, two]) for one, two in zip(early, late, strict=True)]
    known, found, figures, register, moved = early
    lanes, corridors = states(figures, rows, made.background.controls)
    return replace(
        made.background,
        history=known.lazy(),
        outcomes=found.lazy(),
        licences=register.lazy(),
        movements=moved.lazy(),
        lane_state=lanes,
        corridor_state=corridors,
    )


BY_DAY = ("shipped_before_kg", "shipped_before_usd", "licence_use_ratio", "licence_overdrawn", "licence_covers",
          "rule_hits")  # fmt: skip
"""What knows the days before a declaration, not only the months: how much of its licence is used up."""


def test_the_world_shows_every_kind_of_evidence(made: Made):
    silent = [code for code in CODES if made.evidence[code].count() == 0]
    assert not silent, "the properties below would hold for nothing"
    loud = {one.family for one in REGISTRY if one.role != "counter" and (made.evidence[one.code] > 0).any()}
    assert loud == set(FAMILIES)


@pytest.mark.parametrize(("month", "how"), [(2, "deleted"), (7, "deleted"), (11, "deleted"), (9, "altered")])
def test_nothing_from_the_month_on_changes_evidence_up_to_it(made: Made, month: int, how: str):
    cut = first_of(made.rows, month)
    is_judged = made.rows["declared_on"].dt.truncate("1mo") <= cut
    judged = assemble_evidence(made.rows.filter(is_judged), known_by(made, cut, how=how))
    wanted = made.evidence.filter(is_judged)
    assert_same(judged, wanted, but=BY_DAY)
    up_to = pl.col("declared_on") <= pl.lit(cut)
    assert_same(judged.filter(up_to), wanted.filter(up_to))


def test_nothing_of_a_day_or_later_changes_what_is_left_on_a_licence_that_day(made: Made):
    """Licences are drawn on day by day: nothing else may look past the month's beginning (`BY_DAY`)."""
    drawn = made.evidence.filter((pl.col("shipped_before_kg") > 0) & (pl.col("declared_on").dt.day() > 1))
    cut = drawn["declared_on"].sort()[drawn.height // 2]
    is_known = pl.col("declared_on") < pl.lit(cut)
    history = pl.concat([made.rows.filter(is_known), altered(made.rows.filter(~is_known))])
    judged = made.rows.filter(pl.col("declared_on") == pl.lit(cut))
    wanted = made.evidence.filter(pl.col("declared_on") == pl.lit(cut))
    for known in (history, made.rows.filter(is_known)):
        found = assemble_evidence(judged, replace(made.background, history=known.lazy()))
        assert_same(found.select(BY_DAY), wanted.select(BY_DAY))


@pytest.mark.parametrize("month", [4, 6, 9, 11])
def test_later_figures_change_no_earlier_state_of_a_corridor(made: Made, month: int):
    cut = first_of(made.rows, month)
    up_to, order = pl.col("as_of") <= pl.lit(cut), ["mineral", "hub_iso3", "destination_iso3", "as_of"]
    found = known_by(made, cut, how="altered").corridor_state.filter(up_to).sort(order).collect()
    assert_same(found, made.background.corridor_state.filter(up_to).sort(order).collect())


def test_later_revisions_change_no_earlier_state_of_a_corridor(made: Made):
    cut = first_of(made.rows, 8)
    up_to, order = pl.col("as_of") <= pl.lit(cut), ["mineral", "hub_iso3", "destination_iso3", "as_of"]
    known = made.tables["flows"].filter(pl.col("published_on") < pl.lit(cut))
    revised = known.with_columns(pl.col("net_kg", "value_usd") * 9.0, published_on=pl.lit(cut))
    _, corridors = states(pl.concat([made.tables["flows"], revised]), made.rows, made.background.controls)
    assert corridors is not None
    wanted = made.background.corridor_state.filter(up_to).sort(order).collect()
    assert wanted.height > 0
    assert_same(corridors.filter(up_to).sort(order).collect(), wanted)


def test_history_that_first_fills_a_column_later_changes_nothing_before(made: Made):
    cut = first_of(made.rows, 7)
    is_late = pl.col("declared_on") >= pl.lit(cut)
    blank = made.rows.with_columns(
        pl.when(is_late).then(pl.col(name)).alias(name) for name in ("control_remark", "licence_no")
    )
    judged = blank.filter(pl.col("declared_on") <= pl.lit(cut))  # licences count the days before a row's own
    early = replace(made.background, history=blank.filter(~is_late).lazy())
    late = replace(made.background, history=blank.lazy())
    assert_same(assemble_evidence(judged, late), assemble_evidence(judged, early))


def test_own_and_later_outcomes_change_nothing(made: Made):
    cut = first_of(made.rows, 9)
    judged = made.rows.filter(pl.col("declared_on").dt.truncate("1mo") == pl.lit(cut))
    wanted = made.evidence.join(judged.select("declaration_id"), on="declaration_id", how="semi")
    # Every row judged gets a result of its own, one typed with a day before the declaration.
    own = judged.select("declaration_id", inspected_on=pl.col("declared_on") - pl.duration(days=60))
    own = own.with_columns(finding=pl.lit("concealment"))
    others = made.tables["outcomes"].join(own, on="declaration_id", how="anti")
    told = complete(pl.concat([others, own], how="diagonal").lazy(), Outcomes, Outcomes.column_names())
    before = others.filter(pl.col("inspected_on") < pl.lit(cut))
    for outcomes in (told, before.lazy()):
        assert_same(assemble_evidence(judged, replace(made.background, outcomes=outcomes)), wanted)


def test_row_order_and_batches_change_nothing(made: Made):
    background, rows = made.background, made.rows
    turned = replace(
        background,
        history=rows.sample(fraction=1.0, shuffle=True, seed=1).lazy(),
        outcomes=made.tables["outcomes"].reverse().lazy(),
        licences=made.tables["licences"].sample(fraction=1.0, shuffle=True, seed=2).lazy(),
        distances=background.distances.reverse(),
        lane_state=background.lane_state.reverse(),
        corridor_state=background.corridor_state.reverse(),
    )
    shuffled = rows.sample(fraction=1.0, shuffle=True, seed=3)
    found = assemble_evidence(shuffled, turned)
    assert found["declaration_id"].equals(shuffled["declaration_id"])
    order = made.evidence.select("declaration_id")
    assert_same(order.join(found, on="declaration_id", how="left", maintain_order="left"), made.evidence)
    for some in (rows.gather_every(3, 1), rows.tail(100), rows.head(1)):
        alone = made.evidence.join(
            some.select("declaration_id"), on="declaration_id", how="semi", maintain_order="left"
        )
        assert_same(assemble_evidence(some, background), alone)


@pytest.mark.parametrize("rows_at_once", [199, 400])
def test_evidence_in_batches_is_the_evidence_of_the_whole(made: Made, rows_at_once: int):
    batches = list(assemble_batches(made.rows.lazy(), made.background, rows_at_once=rows_at_once))
    assert len(batches) == -(-made.rows.height // rows_at_once)
    assert_same(pl.concat(batches), made.evidence)


def test_flows_in_any_order_make_the_same_states(made: Made):
    shuffled = made.tables["flows"].sample(fraction=1.0, shuffle=True, seed=4)
    lanes, corridors = states(shuffled, made.rows, made.background.controls)
    turned = replace(made.background, lane_state=lanes, corridor_state=corridors)
    assert_same(assemble_evidence(made.rows, turned), made.evidence)


def test_unknown_columns_change_nothing(made: Made):
    names = ("month", "lane", "goods", "pair", "text", "key", "hs6", "mineral", "exporter", "bin", "n", "as_of", "kg")
    extra = {name: pl.lit("x") for name in names}
    tables = {name: table.with_columns(**extra).lazy() for name, table in made.tables.items() if name != "licences"}
    register = made.tables["licences"].with_columns(**{k: v for k, v in extra.items() if k != "mineral"})
    more = replace(
        made.background, history=tables["declarations"], outcomes=tables["outcomes"], licences=register.lazy()
    )
    assert_same(assemble_evidence(tables["declarations"].collect(), more), made.evidence)


WORDS = ("term_mismatch", "disguised_text", "vague_text", "heading_mismatch", "remark_conflict", "remark_missing",
         "term_weight", "stated_purity_share", "declared_openly", "negated_term", "innocent_context")  # fmt: skip
WAYS = ("detour", "loop", "impossible_leg", "slow_transit", "beyond_destination", "n_unreadable_places")
PRICES = ("unit_value_high", "unit_value_low", "price_like_mineral", "log_unit_value")
NEEDS: Mapping[str, tuple[str, ...]] = {
    "description": WORDS,
    "declarant_id": ("declarant_risk",),
    "route": WAYS,
    "n_packages": ("packing_off",),
    "n_containers": ("container_overfull", "heavy_in_small_space"),
    "net_kg": (*PRICES, "packing_off", "tare_off"),
    "gross_kg": ("tare_off",),
    "volume_m3": ("density_off", "density_like_mineral", "heavy_in_small_space"),
    "value_usd": PRICES,
    "licence_no": ("licence_mismatch", "licence_overdrawn", "licence_covers"),
    "control_remark": ("remark_conflict", "remark_missing"),
    "amended_on": ("late_change",),
}
"""Evidence that cannot be had without a column, whatever else is known."""
STOOD_IN_FOR = ("dispatch_iso3", "exporter_id", "exporter_name", "consignee_id", "consignee_name", "container_type",
                "loading_port", "discharge_port", "transport_mode")  # fmt: skip
"""Where these are missing another column answers, and may answer otherwise."""


def without(made: Made, *names: str) -> pl.DataFrame:
    """Judge the last rows of the world in a table, and against a history, that lack columns."""
    rows = made.rows.drop(names)
    return assemble_evidence(rows.tail(250), replace(made.background, history=rows.lazy()))


@pytest.mark.parametrize("name", OPTIONAL)
def test_a_missing_column_is_unknown_not_zero(made: Made, name: str):
    found, whole = without(made, name), made.evidence.tail(250)
    assert found.height == whole.height
    known = [code for code in NEEDS.get(name, ()) if found[code].count()]
    assert not known, f"known without {name}"
    if name not in STOOD_IN_FOR:
        same = found["mineral"].eq_missing(whole["mineral"])  # with another suspect, other questions are asked
        conjured = [code for code in CODES if (same & found[code].is_not_null() & whole[code].is_null()).any()]
        assert not conjured, f"known only once {name} is gone"


def test_the_six_required_columns_are_enough(made: Made):
    found = without(made, *OPTIONAL)
    assert found.height == 250
    needing = {code for codes in NEEDS.values() for code in codes} | {"exporter_new", "consignee_new", "pair_new"}
    assert not [code for code in needing if found[code].count()]
    assert found["lane_gap"].count() > 0  # statistics need a code, two countries and a month


def test_controls_are_those_of_the_declaration_itself(made: Made):
    """The assembled table asks the control list with all that the declaration says, its direction too."""
    direct = join_controls(made.rows.lazy(), made.background.controls).collect()
    assert made.evidence["control_match"].equals(direct["control_match"])
    assert made.evidence["control_minerals"].equals(direct["control_minerals"])


def test_values_keep_to_their_scale(made: Made):
    assert {made.evidence.schema[code] for code in CODES} == {pl.Float32}
    assert not [code for code in CODES if made.evidence[code].is_nan().any() or made.evidence[code].is_infinite().any()]
    most = {"[0, 1]": (0.0, 1.0), "≥ 0": (0.0, float("inf")), "any": (float("-inf"), float("inf"))}
    bounds = {one.code: most[one.bounds] for one in REGISTRY}
    beyond = [code for code in CODES if not made.evidence[code].drop_nulls().is_between(*bounds[code]).all()]
    assert not beyond


def test_every_figure_of_a_sentence_is_in_the_table(made: Made):
    told = {(one.code, name) for one in REGISTRY for name in (*re.findall(r"\{(\w+)\}", one.sentence), *one.figures)}
    assert not {(code, name) for code, name in told if name not in made.evidence.columns}
    unlisted = {
        (one.code, name)
        for one in REGISTRY
        for name in re.findall(r"\{(\w+)\}", one.sentence)
        if name not in one.figures
    }
    assert not unlisted


RIGHTLY_UNKNOWN = {
    ("container_overfull", "payload_share"),  # room and payload are judged one without the other
    ("container_overfull", "volume_share"),
    ("tare_off", "usual_gross_net_ratio"),  # so can gross below net
    ("impossible_leg", "speed_share"),  # so can a ship to a country without a coast
    ("place_mismatch", "loading_country"),  # one port is enough
    ("place_mismatch", "discharge_country"),
}


@pytest.mark.parametrize(
    "one", [one for one in REGISTRY if one.role not in {"context", "measure"}], ids=lambda one: one.code
)
def test_a_told_sentence_knows_its_figures(made: Made, one):
    told = made.evidence.filter(pl.col(one.code) >= TOLD_FROM)
    unknown = {(one.code, name) for name in re.findall(r"\{(\w+)\}", one.sentence) if told[name].null_count()}
    assert unknown <= RIGHTLY_UNKNOWN


def test_names_given_to_parties_and_papers_mean_nothing(made: Made):
    """Other identifiers, in another order of the alphabet, give the same evidence."""

    def renamed(table: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
        return table.with_columns(
            (kind + (pl.col(name).hash(7) % 10**12).cast(pl.String) + "/" + pl.col(name).str.reverse()).alias(name)
            for name, kind in names.items()
        )

    parties = {"exporter_id": "P", "consignee_id": "P", "declarant_id": "P"}
    rows = renamed(made.rows, {"declaration_id": "D", **parties})
    papers = {"holder_id": "P", "consignee_id": "P"}
    other = replace(
        made.background,
        history=rows.lazy(),
        outcomes=renamed(made.tables["outcomes"], {"declaration_id": "D"}).lazy(),
        licences=renamed(made.tables["licences"], papers).lazy(),
        movements=renamed(made.tables["movements"], {"holder_id": "P"}).lazy(),
    )
    ours = ("declaration_id", "exporter_id", "exporter_key", "consignee_key", "ledger_holder_id")
    assert_same(assemble_evidence(rows, other), made.evidence, but=ours)


def test_nothing_to_judge_against_is_no_crash(made: Made):
    alone = replace(
        made.background,
        history=Declarations.create_empty(lazy=True),
        outcomes=None,
        licences=None,
        distances=made.background.distances.clear(),
        lane_state=None,
        corridor_state=None,
    )
    found = assemble_evidence(made.rows.tail(250), alone)
    assert found.height == 250
    past = ("heading_mismatch", "unit_value_high", "exporter_risk", "pair_new", "lane_gap", "corridor_surge",
            "licence_covers", "slow_transit", "many_small_lots")  # fmt: skip
    assert not [code for code in past if found[code].count()]
    assert dict(found.schema) == dict(made.evidence.schema)
    assert found["term_weight"].count() > 0
    empty = replace(
        alone,
        outcomes=Outcomes.create_empty(lazy=True),
        licences=Licences.create_empty(lazy=True),
        lane_state=made.background.lane_state.clear(),
        corridor_state=made.background.corridor_state.clear(),
    )
    nothing = assemble_evidence(made.rows.tail(250), empty)
    assert nothing["lane_gap"].count() == nothing["corridor_surge"].count() == nothing["exporter_risk"].count() == 0


def test_a_table_without_rows_gives_a_table_without_rows(made: Made):
    found = assemble_evidence(made.rows.clear(), made.background)
    assert found.height == 0
    assert found.schema == made.evidence.schema


def test_history_gone_through_in_slices_gives_the_same(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("features.parties.table.ROWS_AT_ONCE", 487)
    monkeypatch.setattr("features.parties.names_past.NAMES_AT_ONCE", 61)
    assert_same(assemble_evidence(made.rows, made.background), made.evidence)


def test_what_is_kept_of_names_is_what_the_names_themselves_tell(made: Made) -> None:
    """First months of forms, and the forms that carry each word, against plain grouping of text; then the links."""
    signs = made.background.name_signs
    read = read_parties(made.rows.lazy())
    seen = NamesSeen.nothing(NameReader.of(signs, made.background.controls.entities, PartiesRules()))
    for part in read.iter_slices(531):
        seen = seen.after(part)
    kept = NamesPast.of(seen)
    plain = read_names(pl.concat([read["exporter_name"], read["consignee_name"]]).drop_nulls().unique().alias("name")
                       .to_frame().lazy(), signs).collect()  # fmt: skip
    sightings = name_sightings(read.lazy()).collect().join(plain, on="name", how="inner")
    first = sightings.group_by("form").agg(pl.col("month").min())
    found = kept.first_of(first.lazy().select(form_no=text_number(pl.col("form")))).collect()
    assert_frame_equal(
        found.sort("form_no"), first.select(text_number(pl.col("form")).alias("form_no"), "month").sort("form_no")
    )
    words = plain.select("form", word="words").explode("word").drop_nulls().unique()
    carried = words.join(first, on="form", how="inner").group_by("word", "month").agg(n=pl.len().cast(pl.Int32))
    assert_frame_equal(
        kept.carriers_of(words.lazy().select("word")).collect(), carried, check_row_order=False, check_column_order=True
    )
    ranked = sightings.with_columns(
        pl.col("beside").list.join(" "), node=pl.struct("form", "signs").rank("dense").cast(pl.Int64)
    )
    states = cluster_states(name_links(*first_sightings(ranked.lazy())).collect())
    assert states.height == kept.clusters.table.height > 0
    nodes = ranked.select("node", number=text_number(pl.col("form")) ^ text_number(pl.col("signs"), seed=1)).unique()
    assert nodes.height == nodes["number"].n_unique() == ranked["node"].n_unique()
    last = states.group_by("node").agg(pl.col("cluster").last(), pl.col("month").last())
    kept_last = kept.clusters.table.sort("month").group_by("node", maintain_order=True).last()
    both = last.join(nodes, on="node").join(kept_last, left_on="number", right_on="node", suffix="_kept")
    assert both.height == last.height
    pairs = both.select("cluster", "cluster_kept").unique()
    assert pairs.height == pairs["cluster"].n_unique() == pairs["cluster_kept"].n_unique()  # the same firms
