"""Nothing that can wait reaches people at night; what they just did is confirmed at any hour."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from openday.rules.quiet_hours import QuietHours, waits_until

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = QuietHours(22, 8)
NOON_REST = QuietHours(12, 14)


def at(hour: int, minute: int = 0, day: int = 16) -> datetime:
    return datetime(2026, 9, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("moment", "quiet"),
    [(at(21, 59), False), (at(22), True), (at(23, 59), True), (at(0), True), (at(7, 59), True), (at(8), False)],
)
def test_the_night_goes_over_midnight(moment: datetime, quiet: bool) -> None:
    assert NIGHT.holds(moment) is quiet


@pytest.mark.parametrize(
    ("moment", "quiet"), [(at(11, 59), False), (at(12), True), (at(13, 59), True), (at(14), False)]
)
def test_a_span_within_a_day_holds_between_its_hours(moment: datetime, quiet: bool) -> None:
    assert NOON_REST.holds(moment) is quiet


def test_what_can_wait_goes_in_the_morning_that_comes_next() -> None:
    assert waits_until("watch.news", None, at(23, 30, day=16), NIGHT) == at(8, day=17)
    assert waits_until("watch.news", None, at(2, day=17), NIGHT) == at(8, day=17)
    assert waits_until("watch.news", None, at(12, 30), NOON_REST) == at(14)


def test_by_day_and_without_quiet_hours_everything_goes_at_once() -> None:
    assert waits_until("watch.news", None, at(9), NIGHT) is None
    assert waits_until("watch.news", None, at(2), None) is None


@pytest.mark.parametrize("kind", ["registration.confirmed", "registration.cancelled", "phone.code", "watch.confirm"])
def test_what_somebody_waits_for_goes_at_any_hour(kind: str) -> None:
    assert waits_until(kind, at(14, day=20), at(3), NIGHT) is None


@pytest.mark.parametrize(
    ("starts_at", "waits"),
    [(at(7, day=17), False), (at(9, 59, day=17), False), (at(10, day=17), True), (at(14, day=20), True)],
)
def test_a_cancellation_wakes_only_those_for_whom_the_morning_is_too_late(starts_at: datetime, waits: bool) -> None:
    answer = waits_until("occurrence.cancelled", starts_at, at(23), NIGHT)
    assert answer == (at(8, day=17) if waits else None)


def test_about_what_has_begun_nobody_is_woken() -> None:
    assert waits_until("survey.invitation", at(18), at(23), NIGHT) == at(8, day=17)


def test_a_message_that_is_put_off_is_not_put_off_again_in_the_morning() -> None:
    later = waits_until("watch.news", None, at(22), NIGHT)
    assert later is not None
    assert waits_until("watch.news", None, later, NIGHT) is None
    assert waits_until("watch.news", None, later - timedelta(seconds=1), NIGHT) == later
