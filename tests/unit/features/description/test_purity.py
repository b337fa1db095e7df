"""What a text says of purity, and what else percentages and newtons say: by hand."""

from __future__ import annotations

import polars as pl
import pytest

from features.description.normalise import plain_text
from features.description.purity import stated_purity


@pytest.mark.parametrize(
    ("text", "purity"),
    [
        ("Ga 99.999PCT", 0.99999),
        ("99,99% Ga", 0.9999),
        ("99·99%", 0.9999),
        ("99.99+ % Bi", 0.9999),
        ("99.95 wt.% W", 0.9995),
        ("99.95 mass% Mo", 0.9995),
        ("99.99 ％", 0.9999),
        ("4N (99.99%)", 0.9999),
        ("6N+ gallium", 0.999999),
        ("3N8 Sn", 0.9998),
        ("purity 99.99", 0.9999),
        ("Reinheit 99,9", 0.999),
        ("Чистота 99,99", 0.9999),
        ("độ tinh khiết 99,9", 0.999),
        ("순도 99.99", 0.9999),
        ("min.99.9", 0.999),
        ("Antimony 99.65 min", 0.9965),
        ("REO≥99%, La2O3/REO 99.99", 0.9999),
        ("four nines gallium", 0.9999),
        ("4-nine indium", 0.9999),
        ("Te9999", 0.9999),
        ("relative density 99.5% ITO target 4N", 0.9999),
        ("99.7% relative density, In2O3/SnO2 90/10", None),
        ("N.W. 99.95KGS", None),
        ("99.5 kg net Sb scrap", None),
        ("USD 99.50/kg Gallium", None),
        ("price 99.9 usd per kg, indium ingot", None),
        ("min 99.9 kg", None),
        ("95 % of invoice value", None),
        ("99% off", None),
        ("humidity 95%", None),
        ("passing 200 mesh 95% min antimony ore", None),
        ("recovery 99%", None),
        ("transmission >99% AR coated Ge window", None),
        ("5N force gauge", None),
        ("spring 6N", None),
        ("999.9 fine silver", None),
    ],
)
def test_by_hand(text: str, purity: float | None) -> None:
    read = pl.select(stated_purity(plain_text(pl.lit(text)))).item()
    assert read == (None if purity is None else pytest.approx(purity, abs=1e-9))
