"""By when a vague time has to be fixed, counted in working days."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openday.rules.firming_up import firm_by, is_time_to_remind, latest_first_day
from tests.rules.test_working_days import CALENDAR


def test_ten_working_days_before_the_middle_of_october_reach_over_the_national_holiday() -> None:
    """From 11 October back: 10 (worked), 9, 8 October, then 30 to 21 September without the weekend and 25 September,
    and Sunday 20 September, which is worked."""
    assert firm_by(date(2026, 10, 11), 10, CALENDAR) == date(2026, 9, 21)


@pytest.mark.parametrize(("first", "days", "due"), [
    (date(2026, 9, 11), 10, date(2026, 8, 28)), (date(2026, 9, 11), 0, date(2026, 9, 11)),
    (date(2026, 9, 12), 0, date(2026, 9, 11)), (date(2026, 9, 1), 1, date(2026, 8, 31)),
])  # fmt: skip
def test_so_many_working_days_lie_before_the_first_possible_day(first: date, days: int, due: date) -> None:
    assert firm_by(first, days, CALENDAR) == due


def test_the_day_that_the_office_has_set_comes_before_the_rule() -> None:
    assert firm_by(date(2026, 9, 11), 10, CALENDAR, set_to=date(2026, 9, 3)) == date(2026, 9, 3)
    assert firm_by(None, 10, CALENDAR, set_to=date(2026, 9, 3)) == date(2026, 9, 3)
    assert firm_by(None, 10, CALENDAR) is None


def test_nothing_is_due_before_it_was_filed() -> None:
    """A rhythm of a whole year, filed in September, begins in January."""
    assert firm_by(date(2026, 1, 1), 10, CALENDAR, filed=date(2026, 9, 28)) == date(2026, 9, 28)
    assert firm_by(date(2026, 12, 1), 10, CALENDAR, filed=date(2026, 9, 28)) == date(2026, 11, 17)


def test_the_reminder_is_due_five_working_days_before_and_on_the_day_itself_but_not_after() -> None:
    due = date(2026, 10, 12)  # a Monday: 30 September, 8, 9, 10 and 12 October are worked
    expected = {
        date(2026, 9, 28): False, date(2026, 9, 29): True, date(2026, 10, 5): True, date(2026, 10, 12): True,
        date(2026, 10, 13): False,
    }  # fmt: skip
    assert {day: is_time_to_remind(due, day, CALENDAR) for day in expected} == expected


@given(st.dates(date(2024, 3, 1), date(2027, 6, 30)), st.integers(0, 40))
def test_the_latest_first_day_is_the_last_one_whose_date_is_not_later(due: date, days: int) -> None:
    latest = latest_first_day(due, days, CALENDAR)
    at_latest, after = (firm_by(date.fromordinal(latest.toordinal() + n), days, CALENDAR) for n in (0, 1))
    assert at_latest is not None and after is not None
    assert at_latest <= due < after
