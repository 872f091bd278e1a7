"""How moments and periods are written on the English side: Wed 16 September 2026, 14:00–16:00; Mid-September 2026."""

from calendar import monthrange
from datetime import date, datetime

from openday.rules.fuzzy_date import FuzzyDate, Precision

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ORDINALS = ("first", "second", "third", "fourth")


def day_text(day: date, *, weekday: bool = True) -> str:
    """Wed 16 September 2026."""
    head = f"{WEEKDAYS[day.weekday()][:3]} " if weekday else ""
    return f"{head}{day.day} {month_text(day)}"


def month_text(day: date) -> str:
    """September 2026."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def moment_text(moment: datetime) -> str:
    """Wed 16 September 2026, 14:00."""
    return f"{day_text(moment.date())}, {moment:%H:%M}"


def second_text(moment: datetime) -> str:
    """Wed 16 September 2026, 14:00, or 14:00:30 where it falls on no full minute."""
    return f"{moment_text(moment)}:{moment:%S}" if moment.second else moment_text(moment)


def span_text(start: datetime, end: datetime) -> str:
    """Wed 16 September 2026, 14:00–16:00; over midnight both days are written."""
    if start.date() == end.date():
        return f"{moment_text(start)}–{end:%H:%M}"
    return f"{moment_text(start)} – {moment_text(end)}"


def period_text(period: FuzzyDate) -> str:
    """A period that is still vague, and what is not known of it."""
    first, last = period.first or period.last, period.last or period.first
    if first is None or last is None or period.precision is Precision.UNKNOWN:
        return "Date to be confirmed"
    if period.precision is Precision.DAY:
        return f"{day_text(first)} (time to be confirmed)"
    if period.precision is Precision.RECURRING:
        return f"{_span(first, last)} (several dates, to be confirmed)"
    named = _named(period.precision, first, last)
    return f"{named[0].upper()}{named[1:]} (date to be confirmed)"


def part_of_month(first: date, last: date) -> str:
    """early, mid or late for the ten days that a notice calls 上旬, 中旬 or 下旬; else nothing."""
    if (first.year, first.month) != (last.year, last.month):
        return ""
    month_end = monthrange(last.year, last.month)[1]
    return {(1, 10): "early", (11, 20): "mid", (21, month_end): "late"}.get((first.day, last.day), "")


def _named(precision: Precision, first: date, last: date) -> str:
    part = part_of_month(first, last)
    if precision is Precision.XUN and part:
        return "mid-" + month_text(first) if part == "mid" else f"{part} {month_text(first)}"
    if precision is Precision.QUARTER and (last - first).days < 93:
        return f"{_ORDINALS[(first.month - 1) // 3]} quarter of {first.year}"
    if precision is Precision.HALF_YEAR and (last - first).days < 190:
        return f"{_ORDINALS[first.month > 6]} half of {first.year}"
    if precision is Precision.YEAR and first.year == last.year:
        return str(first.year)
    return _span(first, last)


def _span(first: date, last: date) -> str:
    whole_months = first.day == 1 and last.day == monthrange(last.year, last.month)[1]
    if not whole_months:
        return day_text(first, weekday=False) + ("" if first == last else f" – {day_text(last, weekday=False)}")
    if (first.year, first.month) == (last.year, last.month):
        return month_text(first)
    if (first.month, last.month) == (1, 12) and first.year == last.year:
        return str(first.year)
    return f"{month_text(first)} – {month_text(last)}"
