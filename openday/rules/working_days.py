"""Working days in China: weekends, public holidays and make-up working days (调休上班).

The facts come from the State Council's yearly notice on holidays (国务院办公厅关于部分节假日安排的通知), usually
issued in November for the next year. The office keeps them as editable rows; this module is handed the days as sets.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

_ONE_DAY = timedelta(days=1)
_DAYS_IN_WEEK = 7
_WORKDAYS_IN_WEEK = 5
_FESTIVALS: tuple[tuple[str, tuple[int, int], tuple[int, int]], ...] = (
    ("元旦", (1, 1), (1, 1)),
    ("春节", (1, 21), (2, 21)),
    ("清明节", (4, 4), (4, 6)),
    ("劳动节", (5, 1), (5, 1)),
    ("端午节", (5, 28), (6, 27)),
    ("中秋节", (9, 7), (10, 8)),
    ("国庆节", (10, 1), (10, 1)),
)


@dataclass(frozen=True)
class WorkingCalendar:
    """Which days are worked.

    `holidays`: days off by notice (weekend days may be listed too). `make_up_days`: weekend days worked by notice.
    `known_years`: years whose notice has been entered. In any other year Monday to Friday are assumed to be worked;
    ask `unknown_years` and say so to the reader. A day listed as both raises ValueError.
    """

    holidays: frozenset[date]
    make_up_days: frozenset[date]
    known_years: frozenset[int]

    def __post_init__(self) -> None:
        both = sorted(self.holidays & self.make_up_days)
        if both:
            listed = "、".join(f"{day.year}年{day.month}月{day.day}日" for day in both)
            raise ValueError(f"同一天不能既是放假日又是调休上班日：{listed}")

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on `day`."""
        if day in self.holidays:
            return False
        return day.weekday() < _WORKDAYS_IN_WEEK or day in self.make_up_days

    def add_working_days(self, day: date, n: int) -> date:
        """The `n`-th working day after `day`; `day` itself is not counted, whether it is worked or not.

        With n = 0: `day` itself if it is worked, else the next working day. Negative `n` raises ValueError.
        """
        if n < 0:
            raise ValueError("n must not be negative; see subtract_working_days")
        if n == 0:
            return day if self.is_working_day(day) else self._walk(day, 1, _ONE_DAY)
        return self._walk(day, n, _ONE_DAY)

    def subtract_working_days(self, day: date, n: int) -> date:
        """The `n`-th working day before `day`; `day` itself is not counted.

        With n = 0: `day` itself if it is worked, else the last working day before it. Negative `n` raises ValueError.
        """
        if n < 0:
            raise ValueError("n must not be negative; see add_working_days")
        if n == 0:
            return day if self.is_working_day(day) else self._walk(day, 1, -_ONE_DAY)
        return self._walk(day, n, -_ONE_DAY)

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after `start`, up to and including `end`; 0 when `end` is not after `start`.

        The inverse of `add_working_days`: between a day and the n-th working day after it lie n working days.
        """
        if end <= start:
            return 0
        weekdays = _weekdays_until(end) - _weekdays_until(start)
        lost = sum(start < day <= end and day.weekday() < _WORKDAYS_IN_WEEK for day in self.holidays)
        won = sum(start < day <= end and day.weekday() >= _WORKDAYS_IN_WEEK for day in self.make_up_days)
        return weekdays - lost + won

    def unknown_years(self, first: date, last: date) -> tuple[int, ...]:
        """The years touched by `first`..`last` (in either order) with no notice entered, ascending."""
        low, high = sorted((first.year, last.year))
        return tuple(year for year in range(low, high + 1) if year not in self.known_years)

    def _walk(self, day: date, n: int, step: timedelta) -> date:
        while n > 0:
            day += step
            n -= self.is_working_day(day)
        return day


def missing_festivals(holidays: Iterable[date], year: int) -> tuple[str, ...]:
    """The festivals of `year` without a single day off among `holidays`, in the order of the year.

    A notice names all seven of them (全国年节及纪念日放假办法, article 2); those of the moon are looked for between the
    earliest and the latest day on which they can fall.
    """
    days = frozenset(holidays)
    return tuple(
        name
        for name, first, last in _FESTIVALS
        if not any(date(year, *first) <= day <= date(year, *last) for day in days)
    )


def years_entered(holidays: Iterable[date]) -> frozenset[int]:
    """The years for which the whole notice is among `holidays`: a few days entered by hand make no year known."""
    days = frozenset(holidays)
    return frozenset(
        year
        for year in {day.year for day in days}
        if not missing_festivals((day for day in days if day.year == year), year)
    )


def describe_unknown_years(years: Iterable[int]) -> str:
    """The warning to show beside a date that was reckoned without a notice; empty when all years are known."""
    listed = "、".join(f"{year}年" for year in sorted(set(years)))
    return f"{listed}放假安排尚未录入，暂按周一至周五为工作日推算" if listed else ""


def _weekdays_until(day: date) -> int:
    """Mondays to Fridays from 1 January of year 1 (a Monday) up to and including `day`."""
    weeks, rest = divmod(day.toordinal(), _DAYS_IN_WEEK)
    return weeks * _WORKDAYS_IN_WEEK + min(rest, _WORKDAYS_IN_WEEK)
