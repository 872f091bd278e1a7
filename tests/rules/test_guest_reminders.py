"""When people are reminded of what they signed up for."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from openday.rules.quiet_hours import QuietHours
from openday.rules.reminders import confirmed_before, reminder_time

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = QuietHours(22, 8)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 9, day, hour, minute, tzinfo=SHANGHAI)


def test_by_day_a_reminder_comes_to_the_hour() -> None:
    assert reminder_time(at(16, 14), 24, NIGHT) == at(15, 14)
    assert reminder_time(at(16, 14), 2, NIGHT) == at(16, 12)


@pytest.mark.parametrize(
    ("starts_at", "hours", "reminded_at"),
    [
        (at(16, 14), 12, at(16, 8)),  # due at 2 in the night: the morning is early enough
        (at(16, 10), 12, at(16, 8)),  # due at 22
        (at(16, 9), 2, at(15, 21)),  # due at 7: at 8 they may be on their way, so the evening before
        (at(16, 9), 10, at(15, 21)),  # due at 23
        (at(16, 5), 3, at(15, 21)),  # before dawn
    ],
)
def test_what_falls_into_the_night_comes_in_the_morning_or_the_evening_before(
    starts_at: datetime, hours: int, reminded_at: datetime
) -> None:
    assert reminder_time(starts_at, hours, NIGHT) == reminded_at
    assert not NIGHT.holds(reminded_at)


def test_without_quiet_hours_the_night_is_like_the_day() -> None:
    assert reminder_time(at(16, 9), 2, None) == at(16, 7)


def test_who_got_in_in_time_is_reminded_when_it_is_due_and_who_came_later_an_hour_afterwards() -> None:
    due = at(15, 14)
    assert confirmed_before(due, due) == due
    assert confirmed_before(due, due + timedelta(minutes=30)) == due
    assert confirmed_before(due, due + timedelta(hours=3)) == due + timedelta(hours=2)
