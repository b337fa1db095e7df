"""Names on the map of flows: none over another, none outside, the same each time."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from features.countries import country_name
from pipelines.geography import country_points
from pipelines.reports.flow_map import HEIGHT, LETTER, LINE, WIDTH, Leg, draw_map, label_places

CROWDED = ("CHN", "HKG", "MAC", "TWN", "VNM", "THA", "KHM", "MYS", "SGP", "IDN", "KOR", "JPN", "PHL", "LAO", "USA")


def boxes(names: list[tuple[str, float, float]]) -> list[tuple[float, float, float, float]]:
    spots = label_places(names)
    return [
        (left, base - LINE + 2, left + LETTER * len(text), base + 3)
        for (text, _, _), (left, base) in zip(names, spots, strict=True)
    ]


def apart(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_names_of_neighbours_do_not_lie_over_each_other() -> None:
    points = country_points()
    drawn = draw_map([Leg("CHN", code, 1.0) for code in CROWDED[1:] if code in points])
    assert drawn is not None
    near = [(country_name(code), 500.0 + 7 * n, 150.0 + 5 * n) for n, code in enumerate(CROWDED)]
    found = boxes(near)
    assert all(apart(one, other) for one, other in combinations(found, 2))


@given(
    st.lists(
        st.tuples(st.text("abc ", min_size=1, max_size=30), st.floats(0, WIDTH), st.floats(0, HEIGHT)), max_size=12
    )
)
def test_names_stay_within_the_map_and_where_they_were(names: list[tuple[str, float, float]]) -> None:
    assert label_places(names) == label_places(names)
    assert all(one[0] >= 0 and one[2] <= WIDTH and one[1] >= 0 and one[3] <= HEIGHT for one in boxes(names))
