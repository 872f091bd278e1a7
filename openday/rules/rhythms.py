"""From a 开展时间 to the days on which occurrences could be held: several days, a short range, a rhythm.

每月第三周星期四 names a day of every month; 每月一次 only names the months, and somebody has to choose the days. Both
are proposals for a person to tick: nothing here decides, and where two calendars disagree about a day both are said.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from openday.rules.chinese_numbers import plain_text
from openday.rules.fuzzy_date import DayPart, FuzzyDate, Precision, read_period
from openday.rules.rhythm_cycles import Cycle, bases_of, cycle_of
from openday.rules.rhythm_days import Candidate, days_in_month, weekdays_named

MOST = 60
"""So many days or spans are proposed at a time; a longer list is cut, and the reason says so."""
LONGEST_RANGE = 14
"""A range of up to so many days is proposed day by day; in a longer one the days are to be chosen."""

_WORKING_WEEK = 5
_OFTEN = 2  # 周一至周五 tells opening hours rather than occurrences: nothing is ticked beforehand
_VAGUE = frozenset({Precision.XUN, Precision.MONTH, Precision.QUARTER, Precision.HALF_YEAR, Precision.YEAR})


@dataclass(frozen=True)
class ProposedDay:
    """A day for an occurrence. `ticked`: it follows from the text alone; `note`: what to look at before taking it."""

    day: date
    ticked: bool = True
    note: str = ""


@dataclass(frozen=True)
class OpenSpan:
    """Days of which one has to be chosen: the months of 每月一次, the week of 每双月第一周."""

    first: date
    last: date


@dataclass(frozen=True)
class Expansion:
    """What a text proposes from today on, in order of time, with the clock that it prints.

    `reason` is a Chinese sentence about what remains to be chosen or why nothing is proposed; empty when all is said.
    """

    days: tuple[ProposedDay, ...] = ()
    spans: tuple[OpenSpan, ...] = ()
    start: time | None = None
    end: time | None = None
    part: DayPart | None = None
    reason: str = ""

    @property
    def several(self) -> bool:
        """Whether it is worth a list: more than one occurrence could follow from the text."""
        return len(self.days) + len(self.spans) > 1


def expand(period: FuzzyDate, *, today: date, working: Callable[[date], bool] | None = None) -> Expansion:
    """Propose days for `period` from `today` on; `working` tells working days (without it Monday to Friday)."""
    if not period.understood:
        return Expansion(reason=period.reason or "没有读懂开展时间，请逐场填写。")
    is_working = working or (lambda day: day.weekday() < _WORKING_WEEK)
    candidates, reason = _candidates(period, today, is_working)
    days, spans = _from_today(candidates, today, is_working, working is not None and "顺延" in period.text)
    if not days and not spans:
        reason = reason or "所写的时间已经过去，请填写今后的时间。"
    if len(days) + len(spans) > MOST:
        days, spans = days[:MOST], spans[: max(0, MOST - len(days))]
        reason = f"只列出最早的{MOST}个日期，其余的可以以后再拟。{reason}"
    if spans and not reason:
        reason = "下面列出的时间没有写到日，请选定日期。"
    return Expansion(tuple(days), tuple(spans), period.start, period.end, period.part, reason)


def _candidates(period: FuzzyDate, today: date, is_working: Callable[[date], bool]) -> tuple[list[Candidate], str]:
    if period.precision is Precision.RECURRING:
        return _of_rhythm(period, today, is_working)
    if period.dates:
        return [Candidate(day, day) for day in period.dates], ""
    first, last = period.first or today, period.last or period.first or today
    if period.precision in _VAGUE:
        return _of_vague(period, is_working), ""
    if period.last is None or (last - first).days >= LONGEST_RANGE:
        return [Candidate(first, last if period.last else _year_end(first))], "时间跨度较长，请选定开展的日期。"
    only_working = "工作日" in period.text
    return [Candidate(day, day, ticked=is_working(day) or not only_working) for day in _each(first, last)], ""


def _of_vague(period: FuzzyDate, is_working: Callable[[date], bool]) -> list[Candidate]:
    """旬, months and so on: a day is to be chosen of each; 3月、6月第一周 of the week in each."""
    pieces = period.pieces or ((period.first, period.last),)
    words = plain_text(period.text)
    found: list[Candidate] = []
    for first, last in pieces:
        if first is None or last is None:
            first = first or last or date.min
            found.append(Candidate(first, last or _year_end(first)))
        elif period.precision is Precision.MONTH and (first.year, first.month) == (last.year, last.month):
            found += (
                days_in_month(first, last, words, is_working)
                if "周" in words or "星期" in words
                else [Candidate(first, last)]
            )
        else:
            found.append(Candidate(first, last))
    return found


def _of_rhythm(period: FuzzyDate, today: date, is_working: Callable[[date], bool]) -> tuple[list[Candidate], str]:
    first = period.first or today
    last = period.last or _year_end(max(first, today))
    words = plain_text(period.rhythm)
    cycle, every = cycle_of(words)
    match cycle:
        case Cycle.UNKNOWN:
            return [], f"没有读懂“{period.rhythm}”是哪些日子，请逐场填写。"
        case Cycle.DAY | Cycle.WEEK:
            return _of_weeks(words, cycle, every, first, last, is_working)
        case Cycle.YEAR:
            return list(_of_years(words, first, last)), ""
    found: list[Candidate] = []
    for begin, end in bases_of(cycle, every, words, first, last):
        one_month = (begin.year, begin.month) == (end.year, end.month)
        # The 3rd Thursday is that of the whole month, also when the period begins or ends within it.
        inside = days_in_month(begin.replace(day=1), end, words, is_working) if one_month else [Candidate(begin, end)]
        found += [c for c in inside if c.first <= last and c.last >= first]
    return found, ""


def _of_weeks(
    words: str, cycle: Cycle, every: int, first: date, last: date, is_working: Callable[[date], bool]
) -> tuple[list[Candidate], str]:
    if cycle is Cycle.DAY:
        return [Candidate(first, last)], f"“{words}”的日子很多，请选定开展的日期。"
    named = weekdays_named(words)
    days = _each(first, last)
    if "工作日" in words:
        chosen = [day for day in days if is_working(day)]
    elif not named:
        return [Candidate(first, last)], "没有写明星期几，请选定日期。"
    else:
        chosen = [day for day in days if day.weekday() in named]
    if every > 1:
        return [Candidate(day, day, ticked=False) for day in chosen], f"每{every}周一次，没有写明从哪一周开始，请勾选。"
    often = "工作日" in words or len(named) > _OFTEN
    return [Candidate(day, day, ticked=not often) for day in chosen], "请勾选要列入的日期。" if often else ""


def _of_years(words: str, first: date, last: date) -> Iterator[Candidate]:
    """每年5月18日, 每年9月: the rest of the wording, read for each year of the span; 每年两次 says nothing more."""
    for year in range(first.year, last.year + 1):
        once = read_period(words.replace("每年度", "").replace("每年的", "").replace("每年", ""), year=year)
        begin, end = once.first, once.last
        if begin and end and once.precision is not Precision.RECURRING:
            yield Candidate(begin, end)
        else:
            yield Candidate(max(first, date(year, 1, 1)), min(last, date(year, 12, 31)))


def _from_today(
    candidates: Iterable[Candidate], today: date, is_working: Callable[[date], bool], postponed: bool
) -> tuple[list[ProposedDay], list[OpenSpan]]:
    """Split into days and spans, without what is past and without doubles."""
    days: dict[date, ProposedDay] = {}
    spans: dict[tuple[date, date], OpenSpan] = {}
    for candidate in candidates:
        if candidate.last < today:
            continue
        if candidate.first == candidate.last:
            proposed = _noted(candidate, is_working, postponed)
            days.setdefault(proposed.day, proposed)
        else:
            first = max(candidate.first, today)
            spans.setdefault((first, candidate.last), OpenSpan(first, candidate.last))
    return sorted(days.values(), key=lambda d: d.day), sorted(spans.values(), key=lambda s: (s.first, s.last))


def _noted(candidate: Candidate, is_working: Callable[[date], bool], postponed: bool) -> ProposedDay:
    """A day off is said; with 遇节假日顺延 in the text the next working day takes its place."""
    proposed = ProposedDay(candidate.first, candidate.ticked, candidate.note)
    if is_working(candidate.first) or (candidate.first.weekday() >= _WORKING_WEEK and not postponed):
        return proposed
    if not postponed:
        return replace(proposed, note=_both(proposed.note, "当天放假"))
    moved = candidate.first
    while not is_working(moved):
        moved += timedelta(1)
    return replace(proposed, day=moved, note=f"{candidate.first.month}月{candidate.first.day}日休息，顺延")


def _both(one: str, other: str) -> str:
    return f"{one}；{other}" if one else other


def _each(first: date, last: date) -> list[date]:
    """The days of a span; of a very long one, three years."""
    return [first + timedelta(n) for n in range(min((last - first).days, 1100) + 1)]


def _year_end(day: date) -> date:
    return date(day.year, 12, 31)
