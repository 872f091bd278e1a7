"""A year in weeks: where much happens, where nothing does, and what falls on evenings, weekends and holidays.

Weeks begin on Monday and belong to the year and month of their Thursday (ISO 8601), so a year has 52 or 53.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Any

from openday.rules.timetable import NEAR_DAYS, Filing, Slot
from openday.rules.working_days import WorkingCalendar

EVENING = time(18)
CROWDED_FROM = 5
"""Fewer activities than this never make a week crowded, however quiet the others are."""
_LONGEST_FIRM = 31


@dataclass(frozen=True)
class Week:
    """One week. `firm` activities fall on days of it for certain, `perhaps` ones name a 旬 that touches it; `weekend`,
    `evening` and `holiday` count firm ones. `rests` are the days off other than weekends."""

    number: int
    first: date
    firm: int = 0
    perhaps: int = 0
    weekend: int = 0
    evening: int = 0
    holiday: int = 0
    rests: int = 0
    campaign: bool = False
    crowded: bool = False

    @property
    def last(self) -> date:
        """Its Sunday."""
        return self.first + timedelta(days=6)

    @property
    def month(self) -> int:
        """The month to which it belongs."""
        return (self.first + timedelta(days=3)).month

    @property
    def text(self) -> str:
        """第38周，9月14日至9月20日，定期5项，周末1项: for reading aloud and for lists."""
        head = f"第{self.number}周，{self.first.month}月{self.first.day}日至{self.last.month}月{self.last.day}日"
        said = [head, *(f"{word}{n}项" for word, n in self._told() if n)]
        if self.empty:
            said.append("没有安排")
        if self.crowded:
            said.append("较密集")
        if self.rests:
            said.append(f"放假{self.rests}个工作日")
        return "，".join(said)

    def _told(self) -> tuple[tuple[str, int], ...]:
        return (
            ("定期", self.firm), ("可能", self.perhaps), ("周末", self.weekend), ("晚间", self.evening),
            ("节假日", self.holiday),
        )  # fmt: skip

    @property
    def empty(self) -> bool:
        """Whether nothing is planned in it, not even perhaps."""
        return not self.firm and not self.perhaps


@dataclass(frozen=True)
class YearStrip:
    """A whole year; `vague` counts the plans that name only a month or more, or nothing that could be read."""

    year: int
    weeks: tuple[Week, ...]
    firm: int
    perhaps: int
    vague: int
    weekend: int
    evening: int
    holiday: int

    @property
    def most(self) -> int:
        """The number of firm and possible activities of the fullest week, at least 1."""
        return max(1, *(week.firm + week.perhaps for week in self.weeks))

    def empty_from(self, day: date) -> tuple[Week, ...]:
        """The weeks in which nothing is planned and something still could be."""
        return tuple(week for week in self.weeks if week.empty and week.last >= day)

    @property
    def crowded(self) -> tuple[Week, ...]:
        """The weeks in which much more happens than in others."""
        return tuple(week for week in self.weeks if week.crowded)


def week_begins(year: int, number: int) -> date:
    """The Monday of a week; ValueError for a week that the year does not have."""
    return date.fromisocalendar(year, number, 1)


def touches(slot: Slot, first: date, last: date) -> bool:
    """Whether a slot lies in these days, or may."""
    return slot.first <= last and slot.last >= first


def exact_enough(slot: Slot) -> bool:
    """Whether a slot is exact enough to stand in a week: days, or a span of at most a 旬."""
    return slot.length <= (_LONGEST_FIRM if slot.firm else NEAR_DAYS)


def year_strip(
    filings: Iterable[Filing], year: int, calendar: WorkingCalendar, *, campaign_month: int | None = None
) -> YearStrip:
    """Count the slots of a year by weeks; plans without any readable day count as vague."""
    begins = week_begins(year, 1)
    count = date(year, 12, 28).isocalendar().week
    ends = begins + timedelta(weeks=count, days=-1)
    tally = [dict.fromkeys(_COUNTS, 0) for _ in range(count)]
    totals = dict.fromkeys(_COUNTS, 0)
    vague = 0
    for filing in filings:
        near = [slot for slot in filing.slots if touches(slot, begins, ends)]
        told = [(slot, kinds) for slot in near if (kinds := _kinds(slot, calendar))]
        vague += not told and (bool(near) or not filing.slots)
        for slot, kinds in told:
            for kind in kinds:
                totals[kind] += 1
                for week in _weeks(slot, begins, count):
                    tally[week][kind] += 1
    weeks = [_week(begins, index, counts, calendar, campaign_month) for index, counts in enumerate(tally)]
    return YearStrip(year=year, weeks=_mark_crowded(weeks), vague=vague, **totals)


_COUNTS = ("firm", "perhaps", "weekend", "evening", "holiday")


def _kinds(slot: Slot, calendar: WorkingCalendar) -> tuple[str, ...]:
    """As what a slot counts; nothing for what is vaguer than a 旬."""
    if not (slot.firm and slot.length <= _LONGEST_FIRM):
        return ("perhaps",) if exact_enough(slot) else ()
    kinds = ["firm"]
    if slot.start is not None and slot.start >= EVENING:
        kinds.append("evening")
    if slot.length <= NEAR_DAYS:
        off = [day for day in slot.days() if not calendar.is_working_day(day)]
        kinds += ["holiday"] if any(day in calendar.holidays for day in off) else ["weekend"] if off else []
    return tuple(kinds)


def _weeks(slot: Slot, begins: date, count: int) -> range:
    first, last = (slot.first - begins).days // 7, (slot.last - begins).days // 7
    return range(max(first, 0), min(last, count - 1) + 1)


def _week(begins: date, index: int, counts: dict[str, Any], calendar: WorkingCalendar, campaign: int | None) -> Week:
    monday = begins + timedelta(weeks=index)
    rests = sum(monday + timedelta(days=day) in calendar.holidays for day in range(5))
    number = (monday + timedelta(days=3)).month
    return Week(index + 1, monday, rests=rests, campaign=number == campaign, **counts)


def _mark_crowded(weeks: list[Week]) -> tuple[Week, ...]:
    """A week is crowded with at least five firm activities and twice as many as the weeks that have any have."""
    busy = [week.firm for week in weeks if week.firm]
    limit = max(CROWDED_FROM, 2 * sum(busy) / len(busy)) if busy else CROWDED_FROM
    return tuple(replace(week, crowded=week.firm >= limit) for week in weeks)
