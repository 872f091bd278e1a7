"""Offers to the waitlist: a seat is held for a party until a deadline that never falls into the night.

The clock of an offer runs on working days from 9:00 to 18:00 (`OPENS`, `CLOSES`): whoever is offered a seat on a Friday
evening has the same hours to answer as somebody on a Monday morning.
"""

from datetime import date, datetime, time, timedelta

from openday.rules.deadlines import SHANGHAI, shanghai_day
from openday.rules.working_days import WorkingCalendar

OPENS, CLOSES = time(9), time(18)
LONGEST = 90


def offer_deadline(offered_at: datetime, hours: int, starts_at: datetime, calendar: WorkingCalendar) -> datetime | None:
    """Until when an offer made at `offered_at` holds: `hours` of working time later, at the latest at the last closing
    time before the day of the start.

    None when that leaves no time at all: then a free seat is given at once and not offered.
    """
    if not 1 <= hours <= LONGEST:
        raise ValueError(f"an offer holds 1 to {LONGEST} working hours")
    wanted = _after(offered_at.astimezone(SHANGHAI), timedelta(hours=hours), calendar)
    latest = _last_closing_before(shanghai_day(starts_at), calendar)
    deadline = min(wanted, latest)
    return deadline if deadline > offered_at and _working_time(offered_at, deadline, calendar) > timedelta() else None


def _after(moment: datetime, left: timedelta, calendar: WorkingCalendar) -> datetime:
    day = moment.date()
    while True:
        if calendar.is_working_day(day):
            begin, end = max(moment, _at(day, OPENS)), _at(day, CLOSES)
            if begin < end:
                if begin + left <= end:
                    return begin + left
                left -= end - begin
        day += timedelta(days=1)


def _last_closing_before(day: date, calendar: WorkingCalendar) -> datetime:
    return _at(calendar.subtract_working_days(day, 1), CLOSES)


def _working_time(begin: datetime, end: datetime, calendar: WorkingCalendar) -> timedelta:
    total, day = timedelta(), shanghai_day(begin)
    while day <= shanghai_day(end):
        if calendar.is_working_day(day):
            total += max(timedelta(), min(end, _at(day, CLOSES)) - max(begin, _at(day, OPENS)))
        day += timedelta(days=1)
    return total


def _at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, SHANGHAI)
