"""Due dates, how they stand, and what people read about them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openday.rules.deadlines import (
    Standing,
    cancel_deadline,
    deadline,
    end_of_day,
    is_open,
    outcome_due,
    registration_deadline,
    reply_due,
    shanghai_day,
    standing,
    was_late,
)
from openday.rules.working_days import WorkingCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
NATIONAL_DAY = frozenset(date(2026, 10, n) for n in range(1, 8))
CALENDAR = WorkingCalendar(NATIONAL_DAY, frozenset({date(2026, 9, 20), date(2026, 10, 10)}), frozenset({2026}))


def noon(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 12, 0, tzinfo=SHANGHAI)


def test_the_outcome_report_is_due_five_working_days_after_the_last_day() -> None:
    assert outcome_due(date(2026, 9, 16), CALENDAR) == date(2026, 9, 22)  # Sunday 20 September is worked
    assert outcome_due(date(2026, 9, 30), CALENDAR) == date(2026, 10, 13)


def test_a_suggestion_is_answered_within_ten_working_days_of_the_day_it_came_in_at_shanghai() -> None:
    # 17:30 UTC on Sunday 1 March is Monday 2 March in Shanghai.
    assert reply_due(datetime(2026, 3, 1, 17, 30, tzinfo=UTC), CALENDAR) == date(2026, 3, 16)
    assert reply_due(noon(3, 2), CALENDAR, working_days=3) == date(2026, 3, 5)


def test_a_due_date_holds_until_the_last_second_of_the_day_in_shanghai() -> None:
    assert end_of_day(date(2026, 9, 22)) == datetime(2026, 9, 22, 15, 59, 59, tzinfo=UTC)
    assert standing(date(2026, 9, 22), datetime(2026, 9, 22, 15, 59, 59, tzinfo=UTC), CALENDAR) is Standing.DUE_TODAY
    assert standing(date(2026, 9, 22), datetime(2026, 9, 22, 16, 0, tzinfo=UTC), CALENDAR) is Standing.OVERDUE


@pytest.mark.parametrize(
    ("due", "today", "state", "label"),
    [
        (date(2026, 9, 18), (9, 14), Standing.ON_TIME, "还有4个工作日"),
        (date(2026, 9, 18), (9, 15), Standing.ON_TIME, "还有3个工作日"),
        (date(2026, 9, 18), (9, 16), Standing.DUE_SOON, "还有2个工作日"),
        (date(2026, 9, 18), (9, 17), Standing.DUE_SOON, "还有1个工作日"),
        (date(2026, 9, 18), (9, 18), Standing.DUE_TODAY, "今天到期"),
        (date(2026, 9, 18), (9, 19), Standing.OVERDUE, "已逾期"),
        (date(2026, 9, 18), (9, 20), Standing.OVERDUE, "已逾期1个工作日"),
        (date(2026, 9, 30), (10, 10), Standing.OVERDUE, "已逾期3个工作日"),
        (date(2026, 10, 8), (9, 30), Standing.DUE_SOON, "还有1个工作日"),
        (date(2026, 10, 4), (10, 1), Standing.DUE_SOON, "还有3天"),
    ],
)
def test_how_a_due_date_stands_is_counted_in_working_days(
    due: date, today: tuple[int, int], state: Standing, label: str
) -> None:
    stands = deadline(due, noon(*today), CALENDAR)
    assert (stands.standing, stands.label) == (state, label)


def test_what_is_done_is_done_however_late_and_whether_it_was_late_can_be_asked() -> None:
    stands = deadline(date(2026, 9, 18), noon(11, 2), CALENDAR, done=True)
    assert (stands.standing, stands.label) == (Standing.DONE, "已完成")
    assert not was_late(date(2026, 9, 18), end_of_day(date(2026, 9, 18)))
    assert was_late(date(2026, 9, 18), end_of_day(date(2026, 9, 18)) + timedelta(seconds=1))


def test_a_deadline_reckoned_without_the_years_notice_says_so() -> None:
    stands = deadline(date(2027, 1, 8), noon(12, 30), CALENDAR)
    assert stands.assumed_years == (2027,)
    assert stands.warning == "2027年放假安排尚未录入，暂按周一至周五为工作日推算"
    assert deadline(date(2026, 12, 31), noon(12, 30), CALENDAR).warning == ""


def test_sign_up_closes_on_the_working_day_before_unless_it_stays_open_until_the_start() -> None:
    monday = datetime(2026, 9, 14, 9, 0, tzinfo=SHANGHAI)
    assert registration_deadline(monday, CALENDAR) == datetime(2026, 9, 11, 17, 0, tzinfo=SHANGHAI)
    assert registration_deadline(monday, CALENDAR, 2, time(12, 0)) == datetime(2026, 9, 10, 12, 0, tzinfo=SHANGHAI)
    assert registration_deadline(monday, CALENDAR, 0) == monday


def test_cancelling_is_open_until_and_including_its_deadline() -> None:
    until = cancel_deadline(datetime(2026, 9, 16, 14, 0, tzinfo=SHANGHAI))
    assert until == datetime(2026, 9, 15, 14, 0, tzinfo=SHANGHAI)
    assert is_open(until, until)
    assert not is_open(until, until + timedelta(microseconds=1))


def test_a_time_without_a_zone_is_refused() -> None:
    bare = datetime(2026, 9, 16, 14, 0)
    for ask in (
        lambda: shanghai_day(bare),
        lambda: standing(date(2026, 9, 16), bare, CALENDAR),
        lambda: is_open(bare, noon(9, 16)),
        lambda: cancel_deadline(bare),
        lambda: registration_deadline(bare, CALENDAR, 0),
    ):
        with pytest.raises(ValueError, match="zone"):
            ask()


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 30)))
def test_the_standing_agrees_with_the_calendar_whatever_the_days(due: date, moment: datetime) -> None:
    now = moment.replace(tzinfo=SHANGHAI)
    stands = deadline(due, now, CALENDAR)
    assert (stands.standing is Standing.OVERDUE) == (now > end_of_day(due) + timedelta(seconds=1, microseconds=-1))
    assert (stands.standing is Standing.DUE_TODAY) == (moment.date() == due)
    assert "有0个" not in stands.label
    assert "期0个" not in stands.label
