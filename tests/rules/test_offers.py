"""Offers to the waitlist: working hours count, nights and holidays do not."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openday.rules.deadlines import SHANGHAI
from openday.rules.offers import offer_deadline
from openday.rules.working_days import WorkingCalendar

CALENDAR = WorkingCalendar(
    holidays=frozenset(date(2026, 10, day) for day in range(1, 8)),
    make_up_days=frozenset({date(2026, 9, 20), date(2026, 10, 10)}),
    known_years=frozenset({2026}),
)


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("offered", "hours", "deadline"),
    [
        (at(9, 14, 10), 4, at(9, 14, 14)),  # a Monday
        (at(9, 14, 16), 4, at(9, 15, 11)),  # two hours today, two tomorrow
        (at(9, 14, 23), 4, at(9, 15, 13)),  # the night does not count
        (at(9, 18, 17), 2, at(9, 20, 10)),  # Friday to the Sunday that is worked for the holiday
        (at(9, 30, 17), 9, at(10, 8, 17)),  # a whole week off lies between
        (at(9, 14, 9), 9, at(9, 14, 18)),  # exactly one day
    ],
)
def test_an_offer_holds_so_many_working_hours(offered: datetime, hours: int, deadline: datetime) -> None:
    assert offer_deadline(offered, hours, at(12, 1, 9), CALENDAR) == deadline


def test_an_offer_ends_with_the_last_working_day_before_the_start() -> None:
    assert offer_deadline(at(9, 14, 17), 9, at(9, 15, 14), CALENDAR) == at(9, 14, 18)


def test_when_no_time_is_left_a_seat_is_given_and_not_offered() -> None:
    assert offer_deadline(at(9, 14, 18, 30), 4, at(9, 15, 14), CALENDAR) is None
    assert offer_deadline(at(9, 15, 10), 4, at(9, 15, 14), CALENDAR) is None


@given(
    st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 30)).map(lambda naive: naive.replace(tzinfo=SHANGHAI)),
    st.integers(1, 90),
)
def test_no_offer_ever_ends_at_night_or_on_a_day_off(offered: datetime, hours: int) -> None:
    deadline = offer_deadline(offered, hours, at(12, 30, 9), CALENDAR)

    assert deadline is not None
    assert deadline > offered
    assert CALENDAR.is_working_day(deadline.date())
    assert at(1, 1, 9).time() < deadline.time() <= at(1, 1, 18).time()
