"""How a period is printed back: as 2026年9月16日（星期三）14:00–16:00 or 2026年9月中旬（时间待定）."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import TYPE_CHECKING

from openday.rules.period_kinds import DayPart, Precision
from openday.rules.period_weekdays import WEEKDAY_NAMES

if TYPE_CHECKING:
    from openday.rules.fuzzy_date import FuzzyDate

_PART_WORDS = {DayPart.AM: "上午", DayPart.PM: "下午", DayPart.EVENING: "晚上", DayPart.ALL_DAY: "全天"}
_XUN_NAMES = {1: "上旬", 11: "中旬", 21: "下旬"}
_MANY_DAYS = 6  # a longer list of days loses its weekdays, so that it still fits a line


def label(period: FuzzyDate) -> str:
    """The period as a notice prints it; an unknown one as it was written."""
    match period.precision:
        case Precision.UNKNOWN:
            return period.text
        case Precision.DAY | Precision.RANGE:
            return days_text(period) + time_text(period) + ("（暂定）" if period.tentative else "")
        case Precision.RECURRING:
            return _recurring_text(period) + time_text(period)
    pending = "日期待定" if period.start or period.end or period.part else "时间待定"
    if period.precision is Precision.YEAR and any(w in period.text for w in ("全年", "常年", "整年", "四季")):
        return f"{_year(period.first)}全年{time_text(period)}"
    return f"{vague_text(period)}{time_text(period)}（{pending}）"


def explained(period: FuzzyDate) -> str:
    """One line for the filer: how the text was understood, or why it was not."""
    if period.precision is Precision.UNKNOWN:
        return period.reason
    return f"理解为：{meaning(period)}" + (f"。注意：{period.reason}" if period.reason else "")


def meaning(period: FuzzyDate) -> str:
    """What an understood period was taken for: its days, its clock, and whether it is tentative."""
    clock = f"，{time_text(period)}" if time_text(period) else ""
    doubt = "，时间为暂定" if period.tentative else ""
    if period.precision is Precision.RECURRING:
        span = span_text(period.first, period.last)
        return f"{span}{'内' if span.endswith('年') else '，'}{period.rhythm}{clock}{doubt}"
    if period.precision in (Precision.DAY, Precision.RANGE):
        return f"{days_text(period)}{clock}{doubt}"
    return f"{_pieces_text(period)}之间{clock}，具体{'日期' if clock else '时间'}待定"


def time_text(period: FuzzyDate) -> str:
    """14:00–16:00, 14:00起, 16:00前, 上午, or nothing."""
    start = f"{period.start.hour}:{period.start:%M}" if period.start else ""
    end = f"{period.end.hour}:{period.end:%M}" if period.end else ""
    if start and end:
        return f"{start}–{end}"
    if end:
        return f"至{end}"
    return start or (_PART_WORDS[period.part] if period.part else "")


def days_text(period: FuzzyDate) -> str:
    """Exact days with their weekdays: one, several, from one to another, or half open."""
    if period.dates:
        weekdays = len(period.dates) <= _MANY_DAYS
        texts, before = [], None
        for day in period.dates:
            texts.append(_day(day, before, weekdays))
            before = day
        return "、".join(texts)
    first, last = period.first, period.last
    if first and last and first != last:
        return f"{_day(first)}至{_day(last, first)}"
    if first and last:
        return _day(first)
    return f"{_day(first)}起" if first else f"截至{_day(last)}" if last else ""


def span_text(first: date | None, last: date | None) -> str:
    """The days of a span without weekdays, shortened to the year or the months where that says the same."""
    if first and last:
        if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year:
            return _year(first)
        if first.day == 1 and last.day == monthrange(last.year, last.month)[1]:
            same = (first.year, first.month) == (last.year, last.month)
            year = "" if first.year == last.year else _year(last)
            return f"{_year(first)}{first.month}月" + ("" if same else f"至{year}{last.month}月")
        return _day(first, weekday=False) + ("" if first == last else f"至{_day(last, first, False)}")
    return f"{_day(first, weekday=False)}起" if first else f"截至{_day(last, weekday=False)}" if last else ""


def vague_text(period: FuzzyDate) -> str:
    """旬, months, quarters or half-years by their names: 2026年9月上旬至10月中旬, 2026年3月、5月."""
    pieces = period.pieces or ((period.first, period.last),)
    texts, year = [], 0
    for first, last in pieces:
        text = _vague_piece(period.precision, first, last)
        known = (first or last or date.min).year
        texts.append(text.removeprefix(f"{known}年") if known == year else text)
        year = known
    return "、".join(texts)


def _pieces_text(period: FuzzyDate) -> str:
    pieces = period.pieces or ((period.first, period.last),)
    return "、".join(
        f"{_day(first, weekday=False)}至{_day(last, first, False)}" if first and last else span_text(first, last)
        for first, last in pieces
    )


def _vague_piece(precision: Precision, first: date | None, last: date | None) -> str:
    if not first or not last:
        return span_text(first, last)
    if precision is Precision.YEAR:
        return _year(first) + "内" if first.year == last.year else f"{_year(first)}至{_year(last)}"
    if precision is Precision.HALF_YEAR and (last - first) < timedelta(190):
        return f"{_year(first)}{'上半年' if first.month == 1 else '下半年'}"
    if precision is Precision.QUARTER and first.month % 3 == 1 and last.month % 3 == 0:
        names = [f"第{'一二三四'[(d.month - 1) // 3]}季度" for d in (first, last)]
        year = "" if first.year == last.year else _year(last)
        return f"{_year(first)}{names[0]}" + ("" if (last - first).days < 93 else f"至{year}{names[1]}")
    if precision is Precision.MONTH and (first.month, last.month) == (1, 12):
        return f"{_year(first)}1月至{'' if first.year == last.year else _year(last)}12月"
    if precision is Precision.XUN:
        return _xun_piece(first, last)
    return span_text(first, last)


def _xun_piece(first: date, last: date) -> str:
    begin = _XUN_NAMES.get(first.day, "")
    month_end = monthrange(last.year, last.month)[1]
    end = {10: "上旬", 20: "中旬", month_end: "下旬"}.get(last.day, "")
    if first.day == 1 and last.day == 15:
        begin = end = "上半月"
    elif first.day == 16 and last.day == month_end:
        begin = end = "下半月"
    if not begin or not end:
        return span_text(first, last)
    head = f"{_year(first)}{first.month}月{begin}"
    if (first.year, first.month) == (last.year, last.month):
        return head if begin == end else f"{head}至{end}"
    return f"{head}至{'' if first.year == last.year else _year(last)}{last.month}月{end}"


def _recurring_text(period: FuzzyDate) -> str:
    """2026年每月第三周星期四; 2026年3月至11月，每周六."""
    if period.rhythm.startswith("每年"):
        return period.rhythm
    span = span_text(period.first, period.last)
    comma = "" if span.endswith("年") or not span else "，"
    return f"{span}{comma}{period.rhythm}"


def _day(day: date | None, before: date | None = None, weekday: bool = True) -> str:
    """A day with only what differs from the day named just before it."""
    if day is None:
        return ""
    text = f"{day.day}日" + (f"（{WEEKDAY_NAMES[day.weekday()]}）" if weekday else "")
    if before and (before.year, before.month) == (day.year, day.month):
        return text
    text = f"{day.month}月{text}"
    return text if before and before.year == day.year else f"{_year(day)}{text}"


def _year(day: date | None) -> str:
    return f"{day.year}年" if day else ""
