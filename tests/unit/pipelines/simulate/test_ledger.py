"""Mass is neither made nor lost anywhere: not in a stock, not in a furnace, not at a hub, not at a border."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from features.contracts import Movements
from pipelines.settings.closed import config_folder
from pipelines.simulate.catalogue import load_goods
from pipelines.simulate.chain import metal_in_goods, path_to
from pipelines.simulate.stocks import replenish

Tables = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def ledger(world: Tables) -> pl.DataFrame:
    return world["truth/movements"]


def test_stocks_never_run_out_and_balance() -> None:
    # two holders, three months; what comes in, less what goes out, is what is left
    outflow = np.array([[3.0, 0.0, 9.0], [0.0, 0.0, 5.0]])
    held = replenish(np.random.default_rng(1), outflow)
    assert (held.closing >= -1e-12).all()
    total = held.opening + held.inflow.sum(axis=1) - outflow.sum(axis=1)
    assert total.tolist() == pytest.approx(held.closing[:, -1].tolist())


def test_every_holders_stock_of_every_form_balances(ledger: pl.DataFrame) -> None:
    moved = (pl.col("change") * pl.col("net_kg")).sum()
    counted = pl.col("net_kg").filter((pl.col("kind") == "stock") & (pl.col("change") == 0)).sum()
    balance = (
        ledger.filter(pl.col("holder_id").str.contains("^[0-9RSH]"))  # final buyers keep what they get
        .group_by("holder_id", "form")
        .agg(moved.alias("moved"), counted.alias("counted"), pl.col("net_kg").max().alias("size"))
    )
    assert balance.height > 300
    assert ((balance["moved"] - balance["counted"]).abs() <= 1e-6 * (1 + balance["size"])).all()


def test_no_stock_is_ever_negative(ledger: pl.DataFrame) -> None:
    months = ledger.filter(pl.col("holder_id").str.contains("^[0-9RS]") & (pl.col("change") != 0)).with_columns(
        pl.col("moved_on").dt.truncate("1mo").alias("month")
    )
    by_month = months.group_by("holder_id", "form", "month").agg(
        (pl.col("change") * pl.col("net_kg")).sum().alias("net")
    )
    running = by_month.sort("month").with_columns(pl.col("net").cum_sum().over("holder_id", "form").alias("stock"))
    assert running["stock"].min() > -1e-3  # type: ignore[operator]


def test_each_step_keeps_the_metal_or_names_what_it_loses(ledger: pl.DataFrame) -> None:
    steps = ledger.filter(pl.col("batch").is_not_null())
    lost = pl.col("metal_kg").filter(pl.col("kind") == "lost").sum()
    balance = steps.group_by("batch").agg(
        ((pl.col("change") * pl.col("metal_kg")).sum() + lost).alias("gap"), pl.col("metal_kg").max().alias("size")
    )
    assert balance.height > 500
    assert (balance["gap"].abs() <= 1e-6 * (1 + balance["size"])).all()


def test_what_one_sells_another_buys(ledger: pl.DataFrame) -> None:
    keys = ["moved_on", "form", "net_kg"]
    bought = ledger.filter(pl.col("kind") == "bought").select(*keys, pl.col("holder_id").alias("to"), "counterparty_id")
    sold = ledger.filter((pl.col("kind") == "sold") & pl.col("holder_id").str.starts_with("R")).select(
        *keys, pl.col("counterparty_id").alias("to"), pl.col("holder_id").alias("counterparty_id")
    )
    assert bought.height > 500
    assert bought.sort(bought.columns).equals(sold.select(bought.columns).sort(bought.columns))


def test_contained_metal_is_the_mass_times_the_share_of_the_form(ledger: pl.DataFrame) -> None:
    # Sb2O3 holds 83.5 % antimony and Ga2O3 74.4 % gallium (indicators, 16)
    for form, share in (("sb2o3_pure", 0.8354), ("gallium_oxide", 0.7439), ("antimony_ingot", 1.0)):
        rows = ledger.filter((pl.col("form") == form) & (pl.col("net_kg") > 1))
        assert (rows["metal_kg"] / rows["net_kg"] - share).abs().max() < 1e-3  # type: ignore[operator]


def test_metal_mined_is_metal_shipped_kept_or_lost(ledger: pl.DataFrame) -> None:
    # over all of China: opening stocks + mined = closing stocks + left + lost, in contained metal, mineral by mineral
    china = ledger.filter(pl.col("holder_id").str.contains("^[0-9RS]"))
    kind, change, metal = pl.col("kind"), pl.col("change"), pl.col("metal_kg")
    sums = china.group_by("mineral").agg(
        metal.filter((kind == "mined") | ((kind == "stock") & (change == 1))).sum().alias("came"),
        metal.filter((kind == "stock") & (change == 0)).sum().alias("kept"),
        metal.filter(kind == "lost").sum().alias("lost"),
        metal.filter((kind == "exported") | ((kind == "sold") & ~pl.col("holder_id").str.starts_with("R")))
        .sum()
        .alias("left"),
    )
    gap = (sums["came"] - sums["kept"] - sums["lost"] - sums["left"]).abs()
    assert (gap <= 1e-6 * sums["came"]).all()


def test_every_undeclared_or_misdeclared_lot_is_in_the_truth(world: Tables, ledger: pl.DataFrame) -> None:
    lots = world["truth/declarations"].filter("is_violation")
    seen = ledger.filter("is_violation")["declaration_id"].drop_nulls().unique()
    assert set(lots["declaration_id"]) <= set(seen)
    assert ledger.filter(pl.col("is_violation") & pl.col("declaration_id").is_null()).height > 0


def test_the_reported_table_keeps_its_contract_and_marks_nothing(world: Tables) -> None:
    reported = world["movements"]
    assert reported.columns == Movements.column_names()
    Movements.validate(reported)
    declared = reported["declaration_id"].drop_nulls()
    assert declared.is_in(world["declarations"]["declaration_id"].implode()).all()
    exported = reported.filter(pl.col("kind") == "exported")
    assert exported["declaration_id"].is_not_null().all()


def test_tracked_material_hints_but_does_not_tell(world: Tables, labelled: pl.DataFrame) -> None:
    # holding a controlled good is what honest houses and users do too: fewer than one such firm's lots in two are bad
    holders = world["movements"]["holder_id"].unique()
    rows = labelled.filter(pl.col("exporter_id").is_not_null())
    holds = rows["exporter_id"].is_in(holders.implode())
    assert 0.02 < rows.filter(holds)["is_violation"].mean() < 0.4  # type: ignore[operator]
    assert roc_auc_score(rows["is_violation"].to_numpy(), holds.cast(pl.Int8).to_numpy()) < 0.85
    losers = world["movements"].filter((pl.col("kind") == "lost") & ~pl.col("holder_id").str.starts_with("R"))[
        "holder_id"
    ]
    mine = rows.filter(rows["exporter_id"].is_in(losers.unique().implode()))
    assert mine["is_violation"].mean() < 0.5  # type: ignore[operator]
    sold = world["movements"].filter(pl.col("kind") == "sold")["counterparty_id"].drop_nulls()
    assert sold.str.contains(r"^(D\d{8}|S?\d{9})$").all()


def test_paths_end_in_the_good_and_hold_more_metal_as_they_go() -> None:
    path = path_to("ndfeb_dy", "dysprosium", 0.04)
    assert path.forms[0] == "dysprosium ore"
    assert path.forms[-2:] == ("dysprosium alloy, crude", "ndfeb_dy")
    assert len(path.kept) == len(path.forms) - 1
    assert path.shares[:4] == (0.02, 0.45, 0.8, 1.0)


def test_every_controlled_good_has_a_share_of_metal() -> None:
    goods = load_goods(config_folder() / "simulate_goods.csv")
    share = metal_in_goods(goods)[goods.having(role="controlled")]
    assert ((share > 0) & (share <= 1)).all()
