"""The date at one glance: three short lines for a block of four 汉字 in width, in Chinese or English."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from openday.rules import wording, wording_en
from openday.rules.fuzzy_date import FuzzyDate, Precision

_WEEKDAYS = "一二三四五六日"
_XUN = {"early": "上旬", "mid": "中旬", "late": "下旬"}
_QUARTERS = "一二三四"
_YEAR = re.compile(r"^[0-9]{4}年(?=[0-9一二三四五六七八九十每第上下全])")
_PENDING = re.compile("（[^（）]*待定）$")


@dataclass(frozen=True)
class DateBlock:
    """What the block shows; `text` is read aloud instead."""

    top: str
    main: str
    under: str
    text: str
    iso: str = ""
    vague: bool = False
    today: bool = False
    cancelled: bool = False


def of_occurrence(starts_at: datetime, ends_at: datetime, today: date, *, cancelled: bool, english: bool) -> DateBlock:
    """9月 / 16 / 星期三; an occurrence over several days shows its first. Another year than today's is written."""
    day = starts_at.date()
    return DateBlock(
        top=_month(day, today, english),
        main=str(day.day),
        under=wording_en.WEEKDAYS[day.weekday()][:3] if english else f"星期{_WEEKDAYS[day.weekday()]}",
        text=wording_en.day_text(day) if english else wording.day_text(day),
        iso=day.isoformat(),
        today=day <= today <= ends_at.date(),
        cancelled=cancelled,
    )


def of_period(period: FuzzyDate, today: date, *, cancelled: bool, english: bool) -> DateBlock:
    """9月 / 中旬 / 时间待定, 2026年 / 三季度 / 时间待定, and so on: as exact as the period is, and no more."""
    words = _english_words(period, today) if english else _chinese_words(period, today)
    text = wording_en.period_text(period) if english else vague_text(period)
    return DateBlock(*words, text, vague=True, cancelled=cancelled)


def vague_text(period: FuzzyDate) -> str:
    """The period as a notice prints it, with the words that say what is still open."""
    label = period.label().strip()
    if not label or (period.precision is Precision.UNKNOWN and not period.text.strip()):
        return "时间待定"
    if "待定" in label:
        return label
    if period.precision is Precision.UNKNOWN:
        return f"{label}（时间待定）"
    if period.precision is Precision.RECURRING:
        return f"{label}（具体场次待定）"
    return label if period.start else f"{label}（具体时间待定）"


def short_text(period: FuzzyDate, *, english: bool) -> str:
    """9月中旬: without the year and without what is still open, for a list that says both for all of its lines."""
    if english:
        return wording_en.period_text(period).partition(" (")[0]
    return _PENDING.sub("", _YEAR.sub("", vague_text(period))) or vague_text(period)


def _chinese_words(period: FuzzyDate, today: date) -> tuple[str, str, str]:
    first, last = period.first or period.last, period.last or period.first
    if first is None or last is None or period.precision is Precision.UNKNOWN:
        return "时间", "待定", ""
    year = f"{first.year}年"
    part = _XUN.get(wording_en.part_of_month(first, last), "")
    match period.precision:
        case Precision.DAY:
            return _month(first, today, False), str(first.day), "时间待定"
        case Precision.XUN if part:
            return _month(first, today, False), part, "时间待定"
        case Precision.QUARTER if (last - first).days < 93:
            return year, f"{_QUARTERS[(first.month - 1) // 3]}季度", "时间待定"
        case Precision.HALF_YEAR if (last - first).days < 190:
            return year, "上半年" if first.month == 1 else "下半年", "时间待定"
        case Precision.YEAR:
            return year, "年内", "时间待定"
        case Precision.RECURRING:
            return year, "多场", "时间待定"
    if (first.year, first.month) != (last.year, last.month):
        return f"{first.month}月", "至", f"{last.month}月"
    if period.precision is Precision.MONTH:
        return year, f"{first.month}月", "时间待定"
    return _month(first, today, False), f"{first.day}–{last.day}", "时间待定"


def _english_words(period: FuzzyDate, today: date) -> tuple[str, str, str]:
    first, last = period.first or period.last, period.last or period.first
    if first is None or last is None or period.precision is Precision.UNKNOWN:
        return "Date", "TBC", ""
    part = wording_en.part_of_month(first, last)
    match period.precision:
        case Precision.DAY:
            return _month(first, today, True), str(first.day), "TBC"
        case Precision.XUN if part:
            return part.capitalize(), wording_en.MONTHS[first.month - 1][:3], "TBC"
        case Precision.QUARTER if (last - first).days < 93:
            return str(first.year), f"Q{(first.month + 2) // 3}", "TBC"
        case Precision.HALF_YEAR if (last - first).days < 190:
            return str(first.year), "H1" if first.month == 1 else "H2", "TBC"
        case Precision.YEAR | Precision.RECURRING:
            return "In", str(first.year), "TBC"
    if (first.year, first.month) != (last.year, last.month):
        return wording_en.MONTHS[first.month - 1][:3], "–", wording_en.MONTHS[last.month - 1][:3]
    if period.precision is Precision.MONTH:
        return str(first.year), wording_en.MONTHS[first.month - 1][:3], "TBC"
    return _month(first, today, True), f"{first.day}–{last.day}", "TBC"


def _month(day: date, today: date, english: bool) -> str:
    if english:
        name = wording_en.MONTHS[day.month - 1][:3]
        return name if day.year == today.year else f"{name} {day.year}"
    return f"{day.month}月" if day.year == today.year else f"{day.year}年{day.month}月"
