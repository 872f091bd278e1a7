"""What a plan occupies: the days, hours and place of each of its slots, as clashes and the year strip read them.

Tuples, because an office has thousands of them on one page.
"""

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import NamedTuple

from openday.rules.wording import day_text

FIRM_DAYS = 7
"""A span of exact days up to this long is taken to be used day by day; a longer one only says when it may be."""
NEAR_DAYS = 11
"""A 旬 is at most this long; what is vaguer than that says too little to clash with anything."""

_ONE_DAY = timedelta(days=1)


class Slot(NamedTuple):
    """When and where a plan is held, both days inclusive. `firm`: these very days, not only within them."""

    first: date
    last: date
    firm: bool
    start: time | None = None
    end: time | None = None
    venue: str = ""

    @property
    def length(self) -> int:
        """How many days it spans."""
        return (self.last - self.first).days + 1

    @property
    def text(self) -> str:
        """2026年9月16日（星期三）14:00–16:00, 2026年9月14日至18日, or 2026年9月中旬（时间待定）."""
        days = _span_text(self.first, self.last, self.firm)
        if self.start is None:
            return days
        return f"{days}{self.start:%H:%M}" + (f"–{self.end:%H:%M}" if self.end else "")

    def days(self) -> Iterator[date]:
        """Every day of it."""
        day = self.first
        while day <= self.last:
            yield day
            day += _ONE_DAY


class Filing(NamedTuple):
    """A plan as far as coordination looks at it. `places` are the (level, id) of the agency's place and those above:
    the level is the last word of the name, such as 区 or 街道."""

    code: str
    theme: str
    agency_id: int
    agency: str
    status: str
    audience: str
    content: str
    slots: tuple[Slot, ...]
    places: tuple[tuple[str, int], ...] = ()
    phone: str = ""
    activity: str = ""
    """The code of its public page; empty until it is published."""


def _span_text(first: date, last: date, firm: bool) -> str:
    if first == last:
        return day_text(first)
    if not firm:
        if (first.year, first.month) == (last.year, last.month) and (name := _XUN.get(first.day)):
            ends = (last + _ONE_DAY).day == 1 if first.day == 21 else last.day == first.day + 9
            if ends:
                return f"{first.year}年{first.month}月{name}（时间待定）"
        return f"{_until(first, last)}之间（时间待定）"
    return _until(first, last)


def _until(first: date, last: date) -> str:
    head = day_text(first, weekday=False)
    if (first.year, first.month) == (last.year, last.month):
        return f"{head}至{last.day}日"
    return (
        f"{head}至{last.month}月{last.day}日" if first.year == last.year else f"{head}至{day_text(last, weekday=False)}"
    )


_XUN = {1: "上旬", 11: "中旬", 21: "下旬"}
