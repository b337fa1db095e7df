"""Masses in another unit: the side further from the code's usual price is taken as not weighed, as of its day."""

from __future__ import annotations

from datetime import date

import polars as pl

from features.corridors.misweighed import drop_misweighed

KG = ("x_kg", "x_measured_kg", "m_kg", "m_measured_kg")


def pair(lane: str, sides: tuple[float | None, ...], *, known: date = date(2025, 3, 1)) -> dict[str, object]:
    """`sides`: USD and kg of the exporter, then of the importer."""
    x_usd, x_kg, m_usd, m_kg = sides
    figures = {"x_usd": x_usd, "m_usd": m_usd} | dict(zip(KG, (x_kg, x_kg, m_kg, m_kg), strict=True))
    return {"exporter_iso3": lane, "hs6": "811010", "known_from": known} | figures


USUAL = [pair(f"P{n}", (1000.0, 100.0, 1100.0, 100.0)) for n in range(5)]  # 10 and 11 USD/kg


def judged(*rows: dict[str, object]) -> dict[str, tuple[object, ...]]:
    found = drop_misweighed(pl.DataFrame([*USUAL, *rows]).lazy()).collect()
    return {row[0]: row[1:] for row in found.select("exporter_iso3", *KG, "is_misweighed").iter_rows()}


def test_the_side_in_another_unit_is_not_weighed() -> None:
    found = judged(
        pair("IMPORTER", (1000.0, 100.0, 1100.0, 100_000.0)),  # 0.011 USD/kg
        pair("EXPORTER", (1000.0, 0.1, 1100.0, 100.0)),  # 10,000 USD/kg
    )
    assert found["IMPORTER"] == (100.0, 100.0, None, None, True)
    assert found["EXPORTER"] == (None, None, 100.0, 100.0, True)
    assert found["P0"] == (100.0, 100.0, 100.0, 100.0, False)


def test_other_values_or_lesser_gaps_are_other_goods() -> None:
    found = judged(
        pair("VALUES", (1000.0, 100.0, 9000.0, 90_000.0)),  # the values differ as well
        pair("TENFOLD", (1000.0, 100.0, 1000.0, 1000.0)),
    )
    assert found["VALUES"] == (100.0, 100.0, 90_000.0, 90_000.0, False)
    assert found["TENFOLD"] == (100.0, 100.0, 1000.0, 1000.0, False)


def test_one_side_alone_must_lie_much_further_from_the_usual() -> None:
    found = judged(
        pair("HUNDRED", (None, None, 1000.0, 10_000.0)),
        pair("THOUSAND", (None, None, 1000.0, 100_000.0)),
        pair("UNWEIGHED", (1000.0, None, 1000.0, None)),
    )
    assert found["HUNDRED"] == (None, None, 10_000.0, 10_000.0, False)
    assert found["THOUSAND"] == (None, None, None, None, True)
    assert found["UNWEIGHED"] == (None, None, None, None, False)


def test_what_is_published_later_changes_no_earlier_answer() -> None:
    row = pair("IMPORTER", (1000.0, 100.0, 1100.0, 100_000.0))
    later = [pair(f"L{n}", (1.0, 100.0, 1.1, 100.0), known=date(2025, 4, 1)) for n in range(50)]
    assert judged(row)["IMPORTER"] == judged(row, *later)["IMPORTER"]
