"""From everything that was found in a text to the one thing it means, or to the reason why it means nothing certain."""

import re
from dataclasses import dataclass
from datetime import date, time, timedelta

from openday.rules.chinese_numbers import spoken
from openday.rules.period_grammar import Reader
from openday.rules.period_kinds import DayPart, Precision
from openday.rules.period_roles import ignore_side_dates
from openday.rules.period_spans import COARSENESS, EXACT, Reading, Span
from openday.rules.period_tokens import Token, tokens_of

_LONGEST_LIST = 62  # days that a list of ranges may expand to
_RHYTHM_STOPS = frozenset(
    {"CLOCK", "STAMP", "PART", "ALL_DAY", "STOP", "OPEN", "CLOSE", "TENTATIVE", "WORK_HOURS", "YEAR", "YMD"}
)
_RHYTHM_GOES_ON = frozenset({"WEEKDAY", "NTHWEEK", "NTHDAY", "XUN"})


@dataclass(frozen=True)
class Meaning:
    """What a text says, ready to become a `FuzzyDate`; the defaults are those of an unknown period."""

    precision: Precision = Precision.UNKNOWN
    first: date | None = None
    last: date | None = None
    dates: tuple[date, ...] = ()
    clock: tuple[time | None, time | None, DayPart | None] = (None, None, None)
    tentative: bool = False
    weekday_wrong: bool = False
    reason: str = ""
    rhythm: str = ""
    pieces: tuple[tuple[date | None, date | None], ...] = ()


def meaning_of(plain: str, year: int) -> Meaning:
    """Read `plain` (as `plain_text` leaves it) for a call of `year`."""
    tokens = tokens_of(plain)
    set_aside = ignore_side_dates(tokens)
    reading = Reader(tokens, year).read()
    live = [t for t in tokens if not t.ignored]
    clock = reading.clock.result()
    try:
        found = _settle(reading, live, year)
    except _Undecided as undecided:
        reason = str(undecided) or _why_unknown(reading, live, set_aside)
        return Meaning(clock=clock, tentative=reading.tentative, reason=_sentence(reason))
    weeks = reading.week_notices if found.precision is Precision.MONTH else []
    notices = list(dict.fromkeys([*reading.notices, *weeks, reading.clock.fault, _year_notice(found, year)]))
    return Meaning(
        precision=found.precision,
        first=found.first,
        last=found.last,
        dates=found.dates,
        clock=clock,
        tentative=reading.tentative,
        weekday_wrong=reading.weekday_wrong,
        reason=_sentence("；".join(n for n in notices if n)),
        rhythm=found.rhythm,
        pieces=found.pieces,
    )


class _Undecided(Exception):
    """The text stays unknown; the message, if any, is the reason."""


def _settle(reading: Reading, tokens: list[Token], year: int) -> Meaning:
    if reading.faults:
        raise _Undecided(reading.faults[0])
    spans = _without_frames(_with_duration(reading))
    if reading.week_of and not any(s.precision is Precision.RANGE for s in spans):
        raise _Undecided("只写了某日所在的一周或前后几天，没有写明起止日期")
    kinds = {t.kind for t in tokens}
    strong = [t for t in tokens if t.kind == "RHYTHM"]
    exact = any(s.precision in EXACT for s in spans)
    daily = all(t.text[-1] in "天日" and "周" not in t.text and "期" not in t.text for t in strong)
    if strong and _weekly_days(spans):
        return _combined(spans)
    if strong and not (daily and exact):
        return _recurring(reading, spans, strong, tokens, year)
    if reading.loose_day:
        raise _Undecided("只写了日，没有写明月份")
    weak = ("OPEN_DAYS" in kinds or reading.loose_weekdays) and "RELATIVE" not in kinds
    in_xun = any(s.precision is Precision.XUN for s in spans)  # 9月中旬（工作日） is one day of that 旬
    if weak and not exact and not in_xun:
        first = next(t for t in tokens if t.kind in ("OPEN_DAYS", "WEEKDAY"))
        return _recurring(reading, spans, [first], tokens, year)
    if not spans and reading.bare_year and not kinds & {"RELATIVE", "SEASON", "LUNAR"}:
        spans = [Span(Precision.YEAR, date(reading.bare_year, 1, 1), date(reading.bare_year, 12, 31))]
    if not spans:
        raise _Undecided
    return _combined(spans)


def _weekly_days(spans: list[Span]) -> bool:
    """9月5、12、19日（每周六）: days that are named one by one and fall on one weekday say more than their rhythm."""
    days = [s.first for s in spans if s.precision is Precision.DAY and s.first and s.last]
    return len(days) == len(spans) > 1 and len({d.weekday() for d in days}) == 1


def _with_duration(reading: Reading) -> list[Span]:
    """8月1日起，为期一个月 ends on 31 August: one starting day and a stated length give a range."""
    for span in reading.spans:
        if span.open_end:
            span.last = None
    spans = reading.spans
    if len(spans) != 1 or spans[0].precision is not Precision.DAY or spans[0].first is None:
        return _as_open(spans)
    last = _after(spans[0].first, reading.duration)
    if last is None:
        return _as_open(spans)
    precision = Precision.DAY if last == spans[0].first else Precision.RANGE
    return [Span(precision, spans[0].first, last)]


def _as_open(spans: list[Span]) -> list[Span]:
    """A day with an open end (9月5日起, 9月30日前) is one end of a range."""
    return [
        Span(Precision.RANGE, s.first, s.last) if s.precision is Precision.DAY and not (s.first and s.last) else s
        for s in spans
    ]


def _after(first: date, duration: str) -> date | None:
    """Last day of a stated length; working days and half days give none."""
    found = re.search(r"([0-9]{1,3})(个?)(工作日|天|日|周|星期|月)", duration)
    if not found or found[3] == "工作日":
        return None
    number = int(found[1])
    if number == 0 or number > 400:
        return None
    if found[3] in ("天", "日"):
        return first + timedelta(number - 1)
    if found[3] in ("周", "星期"):
        return first + timedelta(7 * number - 1)
    months = first.month - 1 + number
    if not found[2] or first.day > 28:
        return None
    return date(first.year + months // 12, months % 12 + 1, first.day) - timedelta(1)


def _without_frames(spans: list[Span]) -> list[Span]:
    """Drop what only frames the rest: the 9月 of 9月（16日上午）, days inside a range, what is said twice."""
    kept: list[Span] = []
    for index, span in enumerate(spans):
        others = spans[:index] + spans[index + 1 :]
        if any(_frames(span, other) for other in others) or any(_same(span, k) for k in kept):
            continue
        if span.precision is Precision.DAY and any(o.precision is Precision.RANGE and _within(span, o) for o in others):
            continue
        kept.append(span)
    return kept


def _frames(outer: Span, inner: Span) -> bool:
    finer = COARSENESS.index(inner.precision) < COARSENESS.index(outer.precision)
    return finer and outer.precision not in EXACT and _within(inner, outer)


def _within(inner: Span, outer: Span) -> bool:
    if inner.first is None or inner.last is None:
        return False
    after = outer.first is None or outer.first <= inner.first
    return after and (outer.last is None or inner.last <= outer.last)


def _same(one: Span, other: Span) -> bool:
    return (one.precision, one.first, one.last) == (other.precision, other.first, other.last)


def _combined(spans: list[Span]) -> Meaning:
    """One span as it is; several days as a list; several vague spans as what they cover together."""
    if len(spans) == 1:
        return Meaning(precision=spans[0].precision, first=spans[0].first, last=spans[0].last)
    firsts = [s.first for s in spans if s.first]
    lasts = [s.last for s in spans if s.last]
    if len(firsts) < len(spans) or len(lasts) < len(spans):
        raise _Undecided("写了几个时间，没有读懂以哪一个为准")
    exact = [s.precision in EXACT for s in spans]
    if all(exact):
        days = sorted({f + timedelta(n) for f, e in zip(firsts, lasts, strict=True) for n in range((e - f).days + 1)})
        if len(days) <= _LONGEST_LIST:
            return Meaning(precision=Precision.DAY, first=days[0], last=days[-1], dates=tuple(days))
        return Meaning(precision=Precision.RANGE, first=min(firsts), last=max(lasts))
    if any(exact):
        raise _Undecided("既写了具体日期，又写了别的时间，没有读懂以哪一个为准")
    precision = max((s.precision for s in spans), key=COARSENESS.index)
    pieces = tuple(sorted((s.first, s.last) for s in spans if s.first and s.last))
    return Meaning(precision=precision, first=min(firsts), last=max(lasts), pieces=pieces)


def _recurring(reading: Reading, spans: list[Span], rhythms: list[Token], tokens: list[Token], year: int) -> Meaning:
    """A repetition over its stated span, else over the year."""
    rhythm = _rhythm_text(rhythms[0], tokens)
    known = reading.bare_year or next((t.numbers[0] for t in tokens if t.kind == "YEAR" and t.numbers[0] > 99), year)
    whole = Span(Precision.YEAR, date(known, 1, 1), date(known, 12, 31))
    if not spans and any(t.kind == "SEASON" for t in tokens[: tokens.index(rhythms[0])]):
        raise _Undecided
    yearly = "年" in rhythms[0].text and "半" not in rhythms[0].text
    if yearly or not spans:
        return Meaning(precision=Precision.RECURRING, first=whole.first, last=whole.last, rhythm=rhythm)
    if all(s.precision is Precision.DAY for s in spans):
        raise _Undecided("既写了具体日期，又写了重复的规律，没有读懂以哪一个为准")
    firsts, lasts = [s.first for s in spans], [s.last for s in spans]
    first = None if None in firsts else min(f for f in firsts if f)
    last = None if None in lasts else max(e for e in lasts if e)
    if not first and not last:
        raise _Undecided("写了几个时间，没有读懂以哪一个为准")
    return Meaning(precision=Precision.RECURRING, first=first, last=last, rhythm=rhythm)


def _rhythm_text(first: Token, tokens: list[Token]) -> str:
    """The wording of the repetition up to the clock or the end of its clause, numerals as they are spoken."""
    begin = tokens.index(first)
    words = ""
    for index in range(begin, len(tokens)):
        token = tokens[index]
        following = tokens[index + 1].kind if index + 1 < len(tokens) else ""
        if token.kind in _RHYTHM_STOPS or (token.kind == "COMMA" and following not in _RHYTHM_GOES_ON):
            break
        words += "" if token.kind in ("COMMA", "SPACE") else token.text
    return spoken(words).strip("、至到-~和及与的于在:")


def _why_unknown(reading: Reading, tokens: list[Token], set_aside: bool) -> str:
    """The most telling reason for a text without a usable date."""
    kinds = {t.kind for t in tokens}
    named = (
        "年底"
        if "YEAR_END" in kinds
        else next((t.text for t in tokens if t.kind in ("LUNAR", "RELATIVE", "SEASON", "NAMED")), "")
    )
    if "LUNAR" in kinds:
        return "所写的是农历或传统节日，请写明公历日期"
    if set_aside:
        return "只写了报名、集合或通知等时间，没有写明活动时间"
    if named:
        return f"“{spoken(named)}”没有说明具体是几月几日"
    if reading.bare_year or "YEAR" in kinds or "THIS_YEAR" in kinds:
        return "只写了年份，没有写明月份"
    if reading.clock.windows or reading.clock.parts:
        return "只写了一天中的时间，没有写明日期"
    if "XUN" in kinds:
        return "只写了旬，没有写明月份"
    if "NOW" in kinds:
        return "只写了开始，没有写明日期"
    return "没有写明月份，请至少写到月"


def _year_notice(found: Meaning, year: int) -> str:
    years = {d.year for d in (found.first, found.last) if d}
    return f"所写年份与{year}年度的征集不一致，请核对" if years and year not in years else ""


def _sentence(text: str) -> str:
    return f"{text.rstrip('。')}。" if text else ""
