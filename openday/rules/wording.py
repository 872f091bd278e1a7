"""How moments are written: Chinese first, full-width marks, as an official notice does."""

from datetime import date, datetime

from openday.rules import wording_en

_WEEKDAYS = "一二三四五六日"


def day_text(day: date, *, weekday: bool = True) -> str:
    """2026年9月16日（星期三）."""
    text = f"{day.year}年{day.month}月{day.day}日"
    return f"{text}（星期{_WEEKDAYS[day.weekday()]}）" if weekday else text


def clock_text(moment: datetime) -> str:
    """14:00."""
    return f"{moment:%H:%M}"


def moment_text(moment: datetime) -> str:
    """2026年9月16日（星期三）14:00."""
    return f"{day_text(moment.date())}{clock_text(moment)}"


def second_text(moment: datetime) -> str:
    """2026年9月16日（星期三）14:00, or 14:00:30 where it falls on no full minute."""
    return f"{moment_text(moment)}:{moment:%S}" if moment.second else moment_text(moment)


def span_text(start: datetime, end: datetime) -> str:
    """2026年9月16日（星期三）14:00–16:00; over midnight both days are written."""
    if start.date() == end.date():
        return f"{moment_text(start)}–{clock_text(end)}"
    return f"{moment_text(start)}至{moment_text(end)}"


def span_in(language: str, start: datetime, end: datetime) -> str:
    """The same in the language of whoever reads it: en, else Chinese."""
    return wording_en.span_text(start, end) if language == "en" else span_text(start, end)


def moment_in(language: str, moment: datetime) -> str:
    """A moment in the language of whoever reads it."""
    return wording_en.moment_text(moment) if language == "en" else moment_text(moment)
