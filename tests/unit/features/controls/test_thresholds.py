"""Thresholds in words."""

import pytest

from features.controls.thresholds import Bound, condition_words, min_purity_share


@pytest.mark.parametrize(
    ("bound", "words"),
    [
        (Bound("purity", "%", low=99.99, is_content=True), "only at 99.99 % or purer"),
        (Bound("purity", "%", low=99.999, is_low_included=False), "only above 99.999 % purity"),
        (Bound("mean grain size", "µm", low=50, high=500), "only with mean grain size 50 to 500 µm"),
        (Bound("particle size", "µm", high=50), "only with particle size ≤ 50 µm"),
        (Bound("dislocation density", "per cm²", high=50, is_high_included=False),
         "only with dislocation density < 50 per cm²"),
        (Bound("size", "", text="see text"), "only with size: see text"),
    ],
)  # fmt: skip
def test_one_bound(bound: Bound, words: str) -> None:
    assert condition_words([bound]) == words


def test_no_threshold_is_no_condition() -> None:
    assert condition_words([]) is None
    assert min_purity_share([]) is None


def test_any_of_several() -> None:
    bounds = [Bound("bore", "mm", low=500), Bound("pressure", "GPa", low=5)]
    assert condition_words(bounds, "any_of") == "any of: bore ≥ 500 mm, pressure ≥ 5 GPa"


def test_lowest_purity_is_unknown_where_another_property_can_do() -> None:
    purity, other = Bound("purity", "%", low=99.99, is_content=True), Bound("bore", "mm", low=500)
    assert min_purity_share([purity, other]) == 0.9999
    assert min_purity_share([purity, other], "any_of") is None
