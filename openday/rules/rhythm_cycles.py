"""How often: whether a rhythm goes by weeks, months, quarters, half-years or years, and the span of each turn."""

import re
from collections.abc import Iterator
from datetime import date
from enum import Enum

from openday.rules.period_spans import month_end


class Cycle(Enum):
    """What repeats."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    EVEN_MONTH = "even"
    ODD_MONTH = "odd"
    QUARTER = "quarter"
    HALF_YEAR = "half"
    YEAR = "year"
    UNKNOWN = "unknown"


_MONTHS_IN = {Cycle.MONTH: 1, Cycle.EVEN_MONTH: 1, Cycle.ODD_MONTH: 1, Cycle.QUARTER: 3, Cycle.HALF_YEAR: 6}
_EVERY_MONTHS = re.compile(r"(?<!第)(?<!首)([2-6])个?月(?!份)")
_EVERY_WEEKS = re.compile(r"(?<!第)([2-4])个?(?:周|星期)")
_WEEKLY = re.compile(r"周|星期|礼拜|双休日|工作日")
_WEEK_FIRST = re.compile(r"(?:每逢?|逢|隔)个?(?:周|星期|礼拜|双休日|工作日)")
_OF_QUARTER = (
    (re.compile(r"首[1个]*月|第1个?月|头[1个]*月"), 0),
    (re.compile(r"第2个?月"), 1),
    (re.compile(r"末[1个]*月|第3个?月|最后[1一个]*月"), 2),
)


def cycle_of(words: str) -> tuple[Cycle, int]:
    """What a rhythm repeats by, and every how many (2 for 每两个月, 隔周); `words` as `plain_text` leaves them."""
    if "半年" in words:
        return Cycle.HALF_YEAR, 1
    if "季" in words:
        return Cycle.QUARTER, 1
    if re.search(r"每年|每学年|1年", words):
        return Cycle.YEAR, 1
    if not _WEEK_FIRST.match(words) and "月" in words:
        if re.search(r"双(?:数)?月", words) and "单双" not in words:
            return Cycle.EVEN_MONTH, 1
        if re.search(r"单(?:数)?月", words) and "单双" not in words:
            return Cycle.ODD_MONTH, 1
        if "隔月" in words or "每两月" in words:
            return Cycle.MONTH, 2
        several = _EVERY_MONTHS.search(words)
        return Cycle.MONTH, int(several[1]) if several else 1
    if _WEEKLY.search(words) or "周末" in words:
        several = _EVERY_WEEKS.search(words)
        return Cycle.WEEK, 2 if "隔周" in words else int(several[1]) if several else 1
    if re.search(r"每[天日]|每1天", words):
        return Cycle.DAY, 1
    return Cycle.UNKNOWN, 1


def bases_of(cycle: Cycle, every: int, words: str, first: date, last: date) -> Iterator[tuple[date, date]]:
    """The spans of a cycle of months that touch first..last: whole calendar months, cut at both ends.

    每两个月 gives pairs of months; of a quarter that names its month (首月) only that month.
    """
    size = _MONTHS_IN[cycle] * every
    within = _month_of_quarter(words) if cycle is Cycle.QUARTER else None
    aligned = cycle in (Cycle.QUARTER, Cycle.HALF_YEAR)
    begin = (first.year * 12 + first.month - 1) // size * size if aligned else first.year * 12 + first.month - 1
    while _month(begin) <= last:
        start, end = begin, begin + size - 1
        if within is not None:
            start = end = begin + within
        left, right = max(first, _month(start)), min(last, month_end(*_parts(end)))
        if left <= right and _fits(cycle, start):
            yield left, right
        begin += size


def _fits(cycle: Cycle, months: int) -> bool:
    even = (months % 12 + 1) % 2 == 0
    return even if cycle is Cycle.EVEN_MONTH else not even if cycle is Cycle.ODD_MONTH else True


def _month_of_quarter(words: str) -> int | None:
    return next((place for pattern, place in _OF_QUARTER if pattern.search(words)), None)


def _parts(months: int) -> tuple[int, int]:
    return months // 12, months % 12 + 1


def _month(months: int) -> date:
    return date(*_parts(months), 1)
