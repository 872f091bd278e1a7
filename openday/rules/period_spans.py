"""Spans of days, how two of them join, and what one pass over a text collects."""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta

from openday.rules.period_clock import Clock
from openday.rules.period_kinds import Precision

EXACT = (Precision.DAY, Precision.RANGE)
COARSENESS = (
    Precision.DAY,
    Precision.RANGE,
    Precision.XUN,
    Precision.MONTH,
    Precision.QUARTER,
    Precision.HALF_YEAR,
    Precision.YEAR,
)


class Unreadable(Exception):
    """A date that cannot exist or cannot be placed; the message is the Chinese reason."""


@dataclass(slots=True)
class Span:
    """Days from `first` to `last`; None where the text leaves that end open."""

    precision: Precision
    first: date | None
    last: date | None
    open_end: bool = False
    own_year: bool = False  # the year is printed with this very date


@dataclass(slots=True)
class Reading:
    """Everything that one pass over the tokens found."""

    spans: list[Span] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    week_notices: list[str] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)
    year_printed: bool = False
    bare_year: int | None = None
    tentative: bool = False
    weekday_wrong: bool = False
    loose_weekdays: bool = False
    loose_day: bool = False
    week_of: bool = False  # 4月13日当周: whole weeks, to be told by dates beside them
    duration: str = ""


def joined(first: Span, last: Span) -> Span:
    """The span from one date to another; exact ends make a range, an exact end beside a vague one still does."""
    if first.first and last.last and last.last < first.first:
        raise Unreadable("结束日期早于开始日期")
    kinds = (first.precision, last.precision)
    if all(k in EXACT for k in kinds):
        same = first.first == last.last
        precision = Precision.DAY if same else Precision.RANGE
    elif first.precision in EXACT:
        precision = Precision.RANGE
    else:
        precision = max(kinds, key=COARSENESS.index)
    return Span(precision, first.first, last.last)


def days_of(span: Span) -> list[date]:
    """The days of a closed span, at most two months of them."""
    if not span.first or not span.last:
        return []
    return [span.first + timedelta(n) for n in range(min((span.last - span.first).days + 1, 62))]


def month_end(year: int, month: int) -> date:
    """Last day of a month."""
    return date(year, month, monthrange(year, month)[1])
