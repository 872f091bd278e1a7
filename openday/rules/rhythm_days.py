"""Which days of a month a rhythm means: the third Thursday, the first week, the 15th, the last working day, 下旬."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from openday.rules.period_spans import month_end
from openday.rules.period_weekdays import WEEKDAY_NAMES, weekday_numbers

_WEEK = "(?:星期|礼拜|周)"
_WD = "[一二三四五六日天](?![次场期批趟])"
_LISTED = rf"{_WD}(?:[、,和及与]{_WEEK}?{_WD})*"
_NTH_WEEKDAY = re.compile(
    rf"(?:第([1-5](?:[、,和及]第?[1-5])*)个|(最后)[1一]?个|(首)[1一]?个){_WEEK}({_WD})"
    rf"|第([1-5])周({_WD})(?!{_WEEK})"
)
_NTH_WEEK = re.compile(
    rf"(?:第([1-5](?:[、,和及]第?[1-5])*)个?(?:完整)?|(最后)[1一]?个?|(末)|([首头])[1一]?个?){_WEEK}(?!末)的?"
    rf"(?:{_WEEK}({_LISTED}))?"
)
_WEEKEND = re.compile(r"(?:第([1-5])个?|(最后)[1一]?个?|(首)[1一]?个?)(?:周的?)?周末")
_WORKING = re.compile(r"(?:第([0-9]{1,2})个|(最后)[1一]?个|(首)[1一]?个)工作日")
_DAYS = re.compile(r"([0-9]{1,2})[日号]?[至到~-]([0-9]{1,2})[日号]|([0-9]{1,2}(?:[日号]?[、,和及][0-9]{1,2})*)[日号]")
_XUN = (
    (re.compile("上旬|月初|初(?!步)"), 1, 10),
    (re.compile("中旬|月中"), 11, 20),
    (re.compile("下旬|月[底末]|底"), 21, 31),
)
_WEEKDAYS = re.compile(rf"{_WEEK}({_WD}(?:[、,和及与至到~-]?{_WEEK}?{_WD})*)")
_LAST = -1


@dataclass(frozen=True)
class Candidate:
    """A day, or the span of which a day is to be chosen; `ticked` and `note` as in `rhythms.ProposedDay`."""

    first: date
    last: date
    ticked: bool = True
    note: str = ""


def weekdays_named(words: str) -> set[int]:
    """The weekdays (Monday 0) that a weekly rhythm names: 每周二、四, 周一至周五, 周末."""
    if "周末" in words or "双休日" in words:
        return {5, 6}
    named: set[int] = set()
    for group in _WEEKDAYS.finditer(words):
        numbers = weekday_numbers(group[1])
        ranged = any(sign in group[1] for sign in "至到~-") and len(numbers) == 2 and numbers[0] < numbers[1]
        named |= set(range(numbers[0], numbers[1] + 1)) if ranged else set(numbers)
    return named


def days_in_month(first: date, last: date, words: str, is_working: Callable[[date], bool]) -> list[Candidate]:
    """What `words` (digits for numerals) mean in the month of `first`; without any such word, some day up to `last`."""
    ways = (_nth_weekday, _nth_week, _weekend)
    for way in ways:
        if found := way(first, words):
            return found
    if found := _working_day(first, words, is_working):
        return found
    return _days_of_month(first, words) or _xun(first, words) or [Candidate(first, last)]


def _nth_weekday(month: date, words: str) -> list[Candidate]:
    found = _NTH_WEEKDAY.search(words)
    if found is None:
        return []
    weekday = weekday_numbers(found[4] or found[6])[0]
    days = (_weekday_of(month, weekday, n) for n in _ordinals(found[1] or found[5], found[2]))
    return [Candidate(day, day) for day in days if day]


def _nth_week(month: date, words: str) -> list[Candidate]:
    """第三周星期四 is taken as the third Thursday; the other calendars that people use are said where they differ."""
    found = _NTH_WEEK.search(words)
    if found is None:
        return []
    candidates = []
    for n in _ordinals(found[1], found[2] or found[3]):
        if not found[5]:
            candidates.append(_seventh(month, n))
            continue
        for weekday in weekday_numbers(found[5]):
            day = _weekday_of(month, weekday, n)
            if day:
                candidates.append(Candidate(day, day, note=_otherwise(month, weekday, n, day)))
    return candidates


def _weekend(month: date, words: str) -> list[Candidate]:
    found = _WEEKEND.search(words)
    if found is None:
        return []
    saturdays = [_weekday_of(month, 5, n) for n in _ordinals(found[1], found[2])]
    return [Candidate(day, day + timedelta(1)) for day in saturdays if day]


def _working_day(month: date, words: str, is_working: Callable[[date], bool]) -> list[Candidate]:
    found = _WORKING.search(words)
    if found is None:
        return []
    days = [day for day in _month_days(month) if is_working(day)]
    place = _LAST if found[2] else int(found[1] or 1) - 1
    return [Candidate(days[place], days[place])] if days and place < len(days) else []


def _days_of_month(month: date, words: str) -> list[Candidate]:
    candidates = []
    end = month_end(month.year, month.month).day
    for found in _DAYS.finditer(words):
        if found[3]:
            numbers = [int(n) for n in re.findall("[0-9]+", found[3])]
            candidates += [Candidate(month.replace(day=n), month.replace(day=n)) for n in numbers if 1 <= n <= end]
        elif 1 <= int(found[1]) < int(found[2]) and int(found[1]) <= end:
            candidates.append(Candidate(month.replace(day=int(found[1])), month.replace(day=min(int(found[2]), end))))
    return candidates


def _xun(month: date, words: str) -> list[Candidate]:
    end = month_end(month.year, month.month).day
    return [
        Candidate(month.replace(day=low), month.replace(day=min(high, end)))
        for pattern, low, high in _XUN
        if pattern.search(words)
    ]


def _ordinals(numbers: str | None, last: str | None) -> list[int]:
    """The numbers of 第1、3周; -1 for the last, 1 where only 首 is written."""
    if last:
        return [_LAST]
    return [int(n) for n in re.findall("[1-5]", numbers)] if numbers else [1]


def _weekday_of(month: date, weekday: int, n: int) -> date | None:
    days = [day for day in _month_days(month) if day.weekday() == weekday]
    return days[n if n == _LAST else n - 1] if n == _LAST or n <= len(days) else None


def _seventh(month: date, n: int) -> Candidate:
    """The n-th seven days of a month, which hold its n-th Thursday; the last week is the last seven days."""
    days = _month_days(month)
    if n == _LAST:
        return Candidate(days[-7], days[-1])
    return Candidate(days[7 * (n - 1)], days[min(7 * n, len(days)) - 1])


def _otherwise(month: date, weekday: int, n: int, day: date) -> str:
    """What a calendar on the wall (weeks from Monday, the first holds the 1st) says, when it says another day."""
    if n == _LAST:
        return ""
    monday = month - timedelta(month.weekday())
    on_the_wall = monday + timedelta(7 * (n - 1) + weekday)
    if on_the_wall == day:
        return ""
    nth, name = "一二三四五"[n - 1], WEEKDAY_NAMES[weekday]
    return f"当月第{nth}个{name}；日历上第{nth}周的{name}是{on_the_wall.month}月{on_the_wall.day}日"


def _month_days(month: date) -> list[date]:
    return [month.replace(day=n) for n in range(1, month_end(month.year, month.month).day + 1)]
