"""The working days as the office keeps them.

For a year in which nothing is entered, the notice that the house carries is used, so that a fresh installation reckons
right; as soon as anything is entered, the table alone says what holds (`services.working_days` sees to it that the
carried notice is in it by then).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from sqlalchemy import select

from openday.db import session
from openday.delivery import state_holidays
from openday.models.housekeeping import CalendarDay
from openday.rules.working_days import WorkingCalendar, missing_festivals, years_entered

CALENDAR_AHEAD = timedelta(days=90)
"""How far due dates reach: a year that begins within it and whose notice is not entered is pointed out."""


@dataclass(frozen=True)
class DepartingDay:
    """A day that departs from Monday to Friday: `rests` on a holiday, otherwise worked to make up for one."""

    day: date
    rests: bool
    name: str


@dataclass(frozen=True)
class CalendarYear:
    """The days of one year that hold.

    `entered`: they stand in the table, else they are the carried notice or nothing. `loadable`: the house carries a
    notice for this year. `missing`: the festivals that have no day off yet.
    """

    year: int
    days: tuple[DepartingDay, ...]
    entered: bool
    loadable: bool

    @property
    def known(self) -> bool:
        """Whether due dates of this year can be trusted."""
        return self.loadable or not self.missing

    @property
    def missing(self) -> tuple[str, ...]:
        """What the notice of this year must still name, in the order of the year."""
        return missing_festivals((day.day for day in self.days if day.rests), self.year)


def working_calendar() -> WorkingCalendar:
    """Every day that departs from Monday to Friday, in one query.

    A year counts as known when the house carries its notice, or when the office has entered all of its festivals.
    """
    rows = session().execute(select(CalendarDay.day, CalendarDay.kind)).all()
    rests = {row.day: row.kind == "holiday" for row in rows}
    entered = {day.year for day in rests}
    for year, days in _carried().items():
        if year not in entered:
            rests.update({each.day: each.rests for each in days})
    holidays = frozenset(day for day, off in rests.items() if off)
    return WorkingCalendar(holidays, frozenset(rests) - holidays, years_entered(holidays) | frozenset(_carried()))


def calendar_year(year: int) -> CalendarYear:
    """One year for the office to look over, day by day."""
    rows = _rows_between(date(year, 1, 1), date(year, 12, 31))
    days = tuple(DepartingDay(row.day, row.kind == "holiday", row.name) for row in rows)
    carried = _carried().get(year, ())
    return CalendarYear(year, days or carried, entered=bool(days), loadable=bool(carried))


def departing_days(first: date, last: date) -> list[DepartingDay]:
    """The days of one calendar year between two dates that depart from Monday to Friday, as they hold."""
    return [each for each in calendar_year(first.year).days if first <= each.day <= last]


def _rows_between(first: date, last: date) -> Sequence[CalendarDay]:
    statement = select(CalendarDay).where(CalendarDay.day.between(first, last)).order_by(CalendarDay.day)
    return session().scalars(statement).all()


@cache
def _carried() -> dict[int, tuple[DepartingDay, ...]]:
    """Year to the days of its notice, for every year that the house carries."""
    notices: dict[int, list[DepartingDay]] = {}
    for seed in state_holidays.seed_days(state_holidays.known_years()):
        notices.setdefault(seed.day.year, []).append(DepartingDay(seed.day, seed.kind == "holiday", seed.name))
    return {year: tuple(days) for year, days in notices.items()}
