from datetime import date

from features.corridors import Watch
from features.corridors.goods import goods_of

DAY = (date(2025, 4, 4),)


def test_all_codes_together_and_each_alone() -> None:
    goods, meant = goods_of([Watch("tungsten", ("810110", "284990"), ("CHN",), (), DAY)])
    assert [one.hs_codes for one in goods] == [("284990",), ("284990", "810110"), ("810110",)]
    assert set(meant["mineral"]) == {"tungsten"}
    assert meant["hs_codes"].to_list() == ["284990", "284990;810110", "810110"]


def test_minerals_that_share_codes_share_one_good() -> None:
    watches = [Watch(name, ("284690",), ("CHN",), (), DAY) for name in ("terbium", "yttrium")]
    goods, meant = goods_of(watches)
    assert len(goods) == 1
    assert meant.select("good", "mineral").rows() == [("284690", "terbium"), ("284690", "yttrium")]


def test_other_destinations_make_another_good_of_the_same_code() -> None:
    watches = [Watch("a", ("811292",), ("CHN",), ("USA",), DAY), Watch("b", ("811292",), ("CHN",), (), DAY)]
    goods, meant = goods_of(watches)
    assert [one.name for one in goods] == ["811292", "811292#2"]
    assert [one.destinations for one in goods] == [("USA",), ()]
    assert meant["good"].to_list() == ["811292", "811292#2"]
