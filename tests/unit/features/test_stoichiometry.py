"""Shares of metal, against figures worked out by hand and those the field quotes."""

import pytest

from features.stoichiometry import alloy_shares, composition, formula_mass, metal_share


@pytest.mark.parametrize(
    ("formula", "metal", "share"),
    [
        ("Sb2O3", "Sb", 0.835),  # 243.52 / (243.52 + 47.997)
        ("Ga2O3", "Ga", 0.744),
        ("GeO2", "Ge", 0.694),
        ("Nd2O3", "Nd", 0.857),
        # APT, the tetrahydrate of the paratungstate-B ion: 12 x 183.84 / 3132.5; the older way of writing it as a
        # pentahydrate of (W12O41) holds the same atoms
        ("(NH4)10[H2W12O42].4H2O", "W", 0.704),
        ("(NH4)10(W12O41)·5H2O", "W", 0.704),
        ("(NH4)10(W12O41)•5H2O", "W", 0.704),
        ("Nd2Fe14B", "Nd", 0.267),  # 288.48 / 1081.1
        ("Bi2Te3", "Te", 0.478),
        ("InP", "In", 0.788),
        ("(CH3)3Sb", "Sb", 0.730),
        ("Sb(CH3COO)3", "Sb", 0.407),
        ("In0.53Ga0.47As", "In", 0.361),
        ("Ｇａ₂Ｏ₃", "Ga", 0.744),  # full-width letters and subscript digits
        ("Sb", "Sb", 1.0),
    ],
)
def test_share_of_metal(formula: str, metal: str, share: float) -> None:
    assert metal_share(formula, metal) == pytest.approx(share, abs=0.0005)


@pytest.mark.parametrize(
    "formula",
    [None, "", "W-Ni-Fe", "GaSe / Ga2Se3", "InxGa1-xAs", "Xx2O3", "Sb2O3)", "(Sb2O3", "((((((((((Sb))))))))))", "sb2o3",
     "Sb2O3" * 1000],
)  # fmt: skip
def test_what_is_no_fixed_formula_is_unknown(formula: str | None) -> None:
    assert metal_share(formula, "Sb") is None


def test_metal_that_the_formula_does_not_name_is_unknown_not_zero() -> None:
    assert metal_share("Nd2Fe14B", "Dy") is None
    assert metal_share("Sn42Bi58", "Pb") is None


def test_alloy_percentages_are_by_mass() -> None:
    # by atoms it would be 58 x 208.98 / (58 x 208.98 + 42 x 118.71) = 0.709
    assert metal_share("Sn42Bi58", "Bi") == pytest.approx(0.58)
    assert alloy_shares("Sn42Bi57.6Ag0.4") == pytest.approx({"Sn": 0.42, "Bi": 0.576, "Ag": 0.004})
    assert alloy_shares("Sn42Bi50") is None  # does not add up
    assert alloy_shares("C40O60") is None  # no metals


def test_hydrates_multiply_the_water() -> None:
    assert composition("CuSO4.5H2O") == {"Cu": 1.0, "S": 1.0, "O": 9.0, "H": 10.0}
    assert formula_mass("H2O") == pytest.approx(18.015)
