"""Which months states are worked out for: all that figures can tell of, and no thousand more for one mistyped year."""

from datetime import date

import polars as pl

from pipelines.steps.state_cache import _months

FLOWS = pl.DataFrame({"published_on": [date(2020, 3, 17), date(2024, 2, 14)]})


def test_months_run_from_the_first_figure_to_the_end_of_the_year() -> None:
    months = _months(FLOWS, date(2024, 5, 30))
    assert (months[0], months[-1], len(months)) == (date(2020, 3, 1), date(2024, 12, 1), 58)


def test_a_declaration_of_2099_costs_no_thousand_months() -> None:
    assert _months(FLOWS, date(2099, 12, 31))[-1] == date(2030, 12, 1)


def test_a_declaration_before_all_figures_has_its_own_month() -> None:
    months = _months(FLOWS, date(2019, 1, 9))
    assert (months[0], months[-1]) == (date(2019, 1, 1), date(2019, 12, 1))
