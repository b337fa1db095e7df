"""Train, compare, promote: on SQLite in a temporary folder whose name has spaces."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from features.contracts.columns import TYPOLOGIES
from features.errors import ConfigError, ContractError
from pipelines.settings.closed import load_section
from pipelines.settings.train import TrainSettings
from pipelines.steps.compare import run_compare
from pipelines.steps.promote import judge, run_promote
from pipelines.steps.train import TrainResult, run_train
from pipelines.tracking import CHALLENGER, CHAMPION, alias_version, load_champion, load_version

BASELINES = {"anomaly", "plain_lightgbm", "look_up_table", "unit_value_rule", "mirror_gap_rule", "random"}


def settings_with(**sections: dict[str, object]) -> TrainSettings:
    plain = load_section(TrainSettings, "train").model_dump()
    plain["evaluation"]["n_draws"] = 30
    plain["classifier"] |= {"n_rounds_max": 60, "n_rounds_default": 40}
    for name, values in sections.items():
        plain[name] |= values
    return TrainSettings.model_validate(plain)


def train(world, home: Path, out: Path, settings: TrainSettings | None = None, **changed: pl.DataFrame) -> TrainResult:
    return run_train(
        changed.get("evidence", world.evidence),
        changed.get("outcomes", world.outcomes),
        world.declarations,
        registry=world.registry,
        settings=settings or settings_with(),
        home=home,
        out_dir=out,
        controls_version="c-1",
    )


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> tuple[Path, Path]:
    root = tmp_path_factory.mktemp("home with spaces")
    return root / "the home", root / "out"


@pytest.fixture(scope="module")
def result(world, folders) -> TrainResult:
    return train(world, *folders)


@pytest.mark.slow
def test_counts_add_up(result) -> None:
    counts = result.counts
    parts = ("train", "calibration", "test", "embargo", "held_out")
    assert counts["declarations"] == sum(counts[f"{part}_rows"] for part in parts)
    assert counts["outcomes"] == counts["inspected"] + counts["outcomes_elsewhere"]


@pytest.mark.slow
def test_model_leads_every_baseline_and_all_are_there(result) -> None:
    table = result.evaluation.filter((pl.col("subset") == "all") & (pl.col("metric") == "average_precision"))
    value = dict(table.select("model", "value").iter_rows())
    assert set(value) == BASELINES | {"oretrace"}
    assert max(value, key=lambda name: value[name]) == "oretrace"
    error = result.evaluation.filter((pl.col("subset") == "all") & (pl.col("metric") == "calibration_error"))
    assert error["value"].item() < 0.05


@pytest.mark.slow
def test_files_are_text_and_the_card_has_real_numbers(result, folders) -> None:
    _, out = folders
    files = sorted((out / "model").iterdir())
    assert {path.suffix for path in files} == {".json", ".txt"}
    assert load_version(folders[0], out / "model").model_version == result.model_version
    card = (out / "model_card.md").read_text(encoding="utf-8")
    assert result.model_version in card
    assert f"{result.counts['test_inspected']:,} inspected rows" in card
    assert "never proof" in card
    assert (out / "evaluation.csv").is_file()


@pytest.mark.slow
def test_no_pickle_anywhere_in_the_store(result, folders) -> None:
    paths = [path for path in (folders[0] / "mlartifacts").rglob("*") if path.is_file()]
    assert paths
    assert not [path for path in paths if path.suffix in (".pkl", ".pickle", ".joblib", ".skops")]
    for path in paths:
        assert not path.read_bytes().startswith(b"\x80"), path  # how a pickle begins


@pytest.mark.slow
def test_first_champion_then_an_equal_and_a_worse_challenger(world, made_up, result, folders) -> None:
    home, out = folders
    with pytest.raises(ConfigError, match="oretrace promote"):
        load_champion(home)
    first = run_promote(home=home, settings=settings_with(), out_dir=out)
    assert first.refusal is None
    assert alias_version(home, CHAMPION) == result.registered_version
    assert load_champion(home).model_version == result.model_version
    # the same training again gives the same model, which may be promoted: it loses nothing
    again = train(world, home, out)
    assert again.model_version == result.model_version
    assert alias_version(home, CHALLENGER) == again.registered_version != result.registered_version
    comparison = run_compare(home=home, settings=settings_with(), out_dir=out)
    assert comparison.table.drop_nulls("difference")["difference"].abs().max() == 0
    assert run_promote(home=home, settings=settings_with()).refusal is None
    # labels shuffled: learns nothing; held-out rows are then the shuffled ones, so measure it on the true ones
    kept = pl.read_parquet(home / "held_out.parquet")
    finding = world.outcomes["finding"].sample(fraction=1.0, shuffle=True, seed=1)
    train(world, home, out, outcomes=world.outcomes.with_columns(finding=finding))
    kept.write_parquet(home / "held_out.parquet")
    worse = run_promote(home=home, settings=settings_with())
    assert worse.refusal is not None
    assert "average precision" in worse.refusal
    assert alias_version(home, CHAMPION) == again.registered_version


@pytest.mark.slow
def test_without_outcomes_a_first_model_by_anomaly(world, tmp_path) -> None:
    result = train(world, tmp_path / "h", tmp_path / "o", outcomes=world.outcomes.clear())
    assert result.evaluation.height == 0
    assert "Nothing could be measured" in (tmp_path / "o" / "model_card.md").read_text(encoding="utf-8")
    comparison = run_compare(home=tmp_path / "h", settings=settings_with())
    strict = settings_with(gate={"is_unlabelled_allowed": False})
    assert not all(ok for _, ok in judge(comparison, strict.gate))
    assert run_promote(home=tmp_path / "h", settings=settings_with()).refusal is None
    assert load_champion(tmp_path / "h").score(world.evidence).height == world.evidence.height


def test_unusable_input_is_refused_before_anything_is_written(world, tmp_path) -> None:
    with pytest.raises(ContractError, match="no declaration"):
        train(world, tmp_path / "h", tmp_path / "o", evidence=world.evidence.clear())
    twice = pl.concat([world.evidence.head(10), world.evidence.head(2)])
    with pytest.raises(ContractError, match="not unique in 2 of 12"):
        train(world, tmp_path / "h", tmp_path / "o", evidence=twice)
    with pytest.raises(ConfigError, match="detour"):
        train(world, tmp_path / "h", tmp_path / "o", evidence=world.evidence.drop("detour"))
    assert not (tmp_path / "h").exists()
    assert not (tmp_path / "o").exists()


def test_nothing_trained_is_said(tmp_path) -> None:
    with pytest.raises(ConfigError, match="oretrace train"):
        run_compare(home=tmp_path, settings=settings_with())


def test_shipped_settings_are_whole_and_closed(tmp_path) -> None:
    override = tmp_path / "own.toml"
    override.write_text("[train.anomaly]\ntrees = 3\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="unknown key 'trees'"):
        load_section(TrainSettings, "train", override)


def test_one_unlabelled_row_never_becomes_champion(world, tmp_path) -> None:
    one = world.evidence.head(1)
    train(world, tmp_path / "home", tmp_path / "out", evidence=one, outcomes=world.outcomes.clear())
    refusal = run_promote(home=tmp_path / "home", settings=settings_with()).refusal
    assert refusal is not None
    assert "1 declarations to tell what is ordinary" in refusal


def test_results_dated_before_their_declaration_are_said(world, tmp_path) -> None:
    one = world.evidence.join(world.outcomes, on="declaration_id", how="semi").head(1)
    early = world.outcomes.with_columns(inspected_on=pl.lit("2000-01-01").str.to_date())
    result = train(world, tmp_path / "home", tmp_path / "out", evidence=one, outcomes=early)
    assert result.counts["outcomes_dated_too_early"] == result.counts["inspected"] == 1
    assert "1 results are dated before the declaration was made: they count as known on its day" in result.lines


def test_results_dated_far_ahead_are_said_and_no_shares_advised(world, tmp_path) -> None:
    one = world.evidence.join(world.outcomes, on="declaration_id", how="semi").head(1)
    late = world.outcomes.with_columns(inspected_on=pl.lit("2090-01-01").str.to_date())
    late = late.with_columns(finding=pl.lit("misdeclaration"))
    result = train(world, tmp_path / "home", tmp_path / "out", evidence=one, outcomes=late)
    assert result.counts["outcomes_dated_too_late"] == result.counts["inspected"] == 1
    said = (
        "1 results are dated more than a year after the last declaration: known only then, they teach nothing before;"
    )
    assert any(line.startswith(said) for line in result.lines)
    assert not any("[split]" in line for line in result.lines)


def test_too_few_violations_say_what_keeps_some_of_them(world, tmp_path) -> None:
    is_found = world.outcomes["finding"].is_in(TYPOLOGIES)
    few = pl.concat([world.outcomes.filter(is_found).head(9), world.outcomes.filter(~is_found)])
    lines = train(world, tmp_path / "home", tmp_path / "out", outcomes=few).lines
    assert any(line.startswith("9 known violations were not enough") for line in lines)
