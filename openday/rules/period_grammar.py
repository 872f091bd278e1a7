"""From tokens to spans of days, clock windows and remarks: the grammar of the 开展时间 cell.

The reader walks the tokens once. A year or month stays in force until another is named; a joining word (至, -) makes a range of
the date before and the date after it, or a window of two clocks; whatever cannot be read for certain is written down in `faults`
in Chinese, for the person who filled in the form.
"""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta

from openday.rules.chinese_numbers import spoken
from openday.rules.period_clock import Clock
from openday.rules.period_kinds import Precision
from openday.rules.period_tokens import Token
from openday.rules.period_weekdays import WEEKDAY_NAMES, weekday_numbers

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
_XUN_ENDS = {"上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31), "上半月": (1, 15), "下半月": (16, 31)} | {
    "初": (1, 10),
    "中": (11, 20),
    "底": (21, 31),
    "末": (21, 31),
}
_PASSIVE = frozenset({"SPACE", "FILLER", "TENTATIVE", "OPEN", "CLOSE"})


class Unreadable(Exception):
    """A date that cannot exist or cannot be placed; the message is the Chinese reason."""


@dataclass(slots=True)
class Span:
    """Days from `first` to `last`; None where the text leaves that end open."""

    precision: Precision
    first: date | None
    last: date | None
    open_end: bool = False


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
    duration: str = ""


class Reader:
    """One pass over the tokens of one text; `read` gives the `Reading`."""

    def __init__(self, tokens: list[Token], call_year: int) -> None:
        self.tokens = [t for t in tokens if not t.ignored]
        years = {_full_year(t) for t in self.tokens if t.kind in ("YEAR", "YM", "YMD", "YMD8")}
        self.year = years.pop() if len(years) == 1 else call_year
        self.year_known = bool(years) or self.year != call_year or any(t.kind in _PRINT_YEAR for t in self.tokens)
        self.month = _only_month(self.tokens)
        self.out = Reading(year_printed=self.year_known)
        self.joining = False
        self.last = ""  # what the latest thing read was: date, clock, weekday or nothing that can be joined
        self.listing = False
        self.now_ahead = False  # 即日起 was read and its end is still to come
        self.closing_clock = False  # in 16日9:00至18日17:00 the second clock closes what the first one opened
        self.own_year = False  # the year was printed for the date that is being read
        self.unchecked: list[date] = []

    def read(self) -> Reading:
        """Walk the tokens and return what was found; faults are collected, not raised."""
        position = 0
        while position < len(self.tokens):
            handler = _HANDLERS.get(self.tokens[position].kind)
            try:
                used = handler(self, position) if handler else self._other(position)
            except Unreadable as unreadable:
                self.out.faults.append(str(unreadable))
                used = 1
                self._forget()
            position += used
        return self.out

    # --- dates -------------------------------------------------------------------------------------------------

    def _year(self, at: int) -> int:
        self.year = _full_year(self.tokens[at])
        self.own_year = True
        following = self._peek(at + 1)
        if following in ("TO", "LIST") and self._peek(at + 2) == "YEAR" and self._peek(at + 3) not in _NEEDS_YEAR:
            self._add(Span(Precision.YEAR, date(self.year, 1, 1), date(self.year, 12, 31)))
        elif self.joining and self.last == "date" and following not in _NEEDS_YEAR:
            self._add(Span(Precision.YEAR, date(self.year, 1, 1), date(self.year, 12, 31)))
        elif following not in _NEEDS_YEAR and following in ("", "OPEN", "COMMA", "STOP", "TENTATIVE"):
            self.out.bare_year = self.year
        return 1

    def _next_year(self, at: int) -> int:
        self.year += 1
        self.own_year = True
        return 1

    def _this_year(self, at: int) -> int:
        if self._peek(at + 1) in ("", "COMMA", "STOP", "OPEN"):
            self.out.bare_year = self.year
        return 1

    def _full_date(self, at: int) -> int:
        token = self.tokens[at]
        numbers = token.numbers
        if token.kind == "YMD8":
            year, month, day = numbers[0] // 10000, numbers[0] // 100 % 100, numbers[0] % 100
        else:
            year, month, day = numbers[:3]
        self.year, self.month, self.own_year = year, month, True
        return self._day_found(day)

    def _year_month(self, at: int) -> int:
        self.year, self.month = self.tokens[at].numbers[:2]
        self.own_year = True
        return self._month_found(self.month)

    def _month(self, at: int) -> int:
        (month,) = self.tokens[at].numbers
        following = at + 1
        while self._peek(following) == "FILLER" and self.tokens[following].text in "的:":
            following += 1
        if not 1 <= month <= 12:
            raise Unreadable(f"没有{month}月")
        self._wrap(month)
        self.month = month
        kind = self._peek(following)
        if kind in ("DAY", "XUN", "NTHDAY"):
            return following - at
        following += kind == "OPEN"
        if self._peek(following) == "NTHWEEK":
            self.out.week_notices.append(f"“{spoken(self.tokens[following].text)}”没有统一的算法，先按整月记录")
        return self._month_found(month)

    def _month_found(self, month: int) -> int:
        if not 1 <= month <= 12:
            raise Unreadable(f"没有{month}月")
        self._add(Span(Precision.MONTH, date(self.year, month, 1), _month_end(self.year, month)))
        return 1

    def _day(self, at: int) -> int:
        token = self.tokens[at]
        if token.kind == "CHAINED" and not (self.last == "date" and (self.joining or self.listing)):
            raise Unreadable(f"没有读懂“{token.text}”指的是哪一天")
        if self.month is None:
            self.out.loose_day = True
            self._forget()
            return 1
        return self._day_found(token.numbers[0])

    def _dotted(self, at: int) -> int:
        token = self.tokens[at]
        first, second = token.numbers
        before = self.tokens[at - 1].kind if at else ""
        minute_like = len(token.text.rsplit(".")[-1]) == 2 and "." in token.text and second < 60
        timed = before == "PART" or (self.joining and self.last == "clock")
        dated = any(s.precision in EXACT for s in self.out.spans) and not self.joining and not self.listing
        if (
            minute_like
            and first <= 24
            and (timed or first > 12 or (dated and before in ("DAY", "YMD", "WEEKDAY", "CLOSE")))
        ):
            return self._clock_found(first, second)
        if dated and before in ("SPACE", "CLOSE", "WEEKDAY", "DAY", "YMD"):
            raise Unreadable(f"没有读懂“{token.text}”是日期还是钟点")
        if not 1 <= first <= 12:
            raise Unreadable(f"没有读懂“{token.text}”")
        self._wrap(first)
        self.month = first
        return self._day_found(second)

    def _day_found(self, day: int) -> int:
        month = self.month or 0
        if not 1 <= month <= 12:
            raise Unreadable(f"没有{month}月")
        if not 1 <= day <= monthrange(self.year, month)[1]:
            raise Unreadable(f"{self.year}年{month}月没有{day}日")
        found = date(self.year, month, day)
        self.unchecked.append(found)
        self._add(Span(Precision.DAY, found, found))
        return 1

    def _nth_day(self, at: int) -> int:
        """第三个星期四 of a month is one day of the calendar; 第三周星期四 is not, and does not come here."""
        text = self.tokens[at].text
        if self.month is None:
            return self._other(at)
        weekday = weekday_numbers(text[-1])[0]
        last = _month_end(self.year, self.month)
        days = [d for d in range(1, last.day + 1) if date(self.year, self.month, d).weekday() == weekday]
        nth = -1 if text.startswith("最后") else (self.tokens[at].numbers or (1,))[0] - 1
        if nth >= len(days):
            raise Unreadable(f"{self.year}年{self.month}月没有{text}")
        return self._day_found(days[nth])

    def _xun(self, at: int) -> int:
        if self.month is None:
            return self._other(at)
        text = self.tokens[at].text.removeprefix("月")
        if text in _XUN_ENDS:
            begin, end = _XUN_ENDS[text]
        else:  # 中下旬, 中上旬
            both = _XUN_ENDS[text[0] + "旬"], _XUN_ENDS[text[-2:]]
            begin, end = min(both)[0], max(both)[1]
        last = min(end, _month_end(self.year, self.month).day)
        self._add(Span(Precision.XUN, date(self.year, self.month, begin), date(self.year, self.month, last)))
        return 1

    def _quarter(self, at: int) -> int:
        first = 3 * self.tokens[at].numbers[0] - 2
        self._add(Span(Precision.QUARTER, date(self.year, first, 1), _month_end(self.year, first + 2)))
        return 1

    def _half(self, at: int) -> int:
        first = 1 if self.tokens[at].text == "上半年" else 7
        self._add(Span(Precision.HALF_YEAR, date(self.year, first, 1), _month_end(self.year, first + 5)))
        return 1

    def _whole(self, at: int) -> int:
        self._add(Span(Precision.YEAR, date(self.year, 1, 1), date(self.year, 12, 31)))
        return 1

    def _year_end(self, at: int) -> int:
        """年底 is an end (6月至年底), not a time of its own."""
        if not self.joining:
            return self._other(at)
        return self._month_found(12)

    def _wrap(self, month: int) -> None:
        """12月28日至1月3日 runs into the next year; only a range from the end to the start of a year is read so."""
        previous = self.out.spans[-1].first if self.out.spans and self.last == "date" else None
        if self.joining and previous and not self.own_year and previous.month >= 10 and month <= 3:
            self.year = previous.year + 1

    def _add(self, span: Span) -> None:
        spans = self.out.spans
        if self.joining and spans and not self.now_ahead:
            self.closing_clock = self.last == "clock"
            spans[-1] = _joined(spans[-1], span)
        elif self.joining:
            span.first = None
            spans.append(span)
        else:
            if (
                spans
                and self.listing
                and span.first
                and spans[-1].first
                and span.first.month < spans[-1].first.month - 6
            ):
                self.out.faults.append("跨年的日期没有写明年份")
            spans.append(span)
        self.joining = self.listing = self.own_year = self.now_ahead = False
        self.last = "date"
        self.out.clock.new_day()

    # --- words around a date -----------------------------------------------------------------------------------

    def _to(self, at: int) -> int:
        following = self._next_kind(at + 1)
        self.joining = following in _JOINABLE and (at > 0 or self.tokens[at].text not in ("-", "~"))
        if following not in _JOINABLE and self.last == "date" and self.tokens[at].text.endswith("至"):
            raise Unreadable("没有读懂到哪一天为止")
        if not self.joining:
            self.last = ""
        if following in ("CLOCK", "STAMP") and self.last == "date":
            self.joining = False  # 9月16日-9:00: a day and a clock cannot be the ends of anything
        return 1

    def _from(self, at: int) -> int:
        if self.last == "date" and self.out.spans and not self.joining:
            span = self.out.spans[-1]
            if span.first and (span.precision is not Precision.RANGE):
                span.open_end = True
        return 1

    def _before(self, at: int) -> int:
        if self.last == "date" and self.out.spans:
            span = self.out.spans[-1]
            if self.tokens[at].kind == "END" and len(self.out.spans) > 1 and self.out.spans[-2].open_end:
                self.out.spans[-2:] = [_joined(self.out.spans[-2], span)]
            elif span.precision is Precision.MONTH and self.tokens[at].kind == "BEFORE":
                raise Unreadable("没有读懂是否包括所写的这个月")
            elif span.precision is not Precision.RANGE:
                span.first = None
        elif self.last == "clock" and self.tokens[at - 1].kind not in ("OPEN", "COMMA"):
            self.out.clock.turn_into_end()
        return 1

    def _end(self, at: int) -> int:
        """止, 截至: behind a date or clock it closes it, before a date it leaves the start open."""
        if self.last in ("date", "clock"):
            return self._before(at)
        self.joining = self.now_ahead = self._next_kind(at + 1) in _NEEDS_YEAR
        return 1

    def _moved(self, at: int) -> int:
        """改至, 推迟到: what was named before no longer holds."""
        self.out.spans.clear()
        self._forget()
        return 1

    def _cancelled(self, at: int) -> int:
        raise Unreadable("写明活动取消或暂停，没有读懂是否另有时间")

    def _week_of(self, at: int) -> int:
        raise Unreadable("只写了某日所在的一周或前后几天，没有写明起止日期")

    def _relative(self, at: int) -> int:
        """A relative word alone means nothing; before a date it says that the date hangs on an unknown day of writing."""
        text = self.tokens[at].text
        if text in ("明年", "去年", "前年"):
            raise Unreadable(f"“{text}”没有写明是哪一年")
        if text.endswith(("月", "季度")):
            self.month = None
        return self._other(at)

    def _rhythm(self, at: int) -> int:
        """每月, 每周: a day or 旬 behind it belongs to the rhythm unless a month is named again."""
        self.month = None
        return self._other(at)

    def _after(self, at: int) -> int:
        if self.last == "date":
            raise Unreadable("只写了在某个日期之后，没有写明具体日期")
        return 1

    def _now(self, at: int) -> int:
        self.now_ahead = True
        self._forget()
        return 1

    def _list(self, at: int) -> int:
        if self.tokens[at].kind == "EITHER" and self.last == "date" and self._next_kind(at + 1) in _DAYS | {"XUN"}:
            self.out.tentative = True
        self.listing = True
        return 1

    def _tentative(self, at: int) -> int:
        self.out.tentative = True
        return 1

    def _stray(self, at: int) -> int:
        raise Unreadable(f"没有读懂“{self.tokens[at].text}”")

    def _duration(self, at: int) -> int:
        self.out.duration = self.tokens[at].text
        return 1

    def _passive(self, at: int) -> int:
        if self.tokens[at].kind == "OPEN":
            self.joining = False
        return 1

    def _separator(self, at: int) -> int:
        self.joining = False
        self.listing = self.tokens[at].kind == "COMMA"
        if not self.listing:
            self.last = ""
        return 1

    def _other(self, at: int) -> int:
        self._forget(keep_clock=self.tokens[at].kind in ("ACT", "WORD", "SPACE"))
        return 1

    # --- clocks and weekdays -----------------------------------------------------------------------------------

    def _clock(self, at: int) -> int:
        token = self.tokens[at]
        if token.kind == "STAMP" and not any(token.numbers):
            return 1  # midnight is what a spreadsheet prints for a cell without a time
        minute = token.numbers[1] if len(token.numbers) > 1 else 0
        if "半" in token.text:
            minute = 30
        elif "刻" in token.text:
            minute = 45 if "3刻" in token.text or "三刻" in token.text else 15
        if token.text.endswith("许"):
            self.out.tentative = True
        hour = token.numbers[0]
        if token.text.lower().endswith("pm") and hour < 12:
            hour += 12
        return self._clock_found(hour, minute)

    def _clock_found(self, hour: int, minute: int) -> int:
        self.out.clock.across_days |= self.closing_clock
        self.out.clock.add(hour, minute, closes=self.joining or self.closing_clock)
        self.joining = self.listing = self.closing_clock = False
        self.last = "clock"
        return 1

    def _part(self, at: int) -> int:
        self.out.clock.name_part(self.tokens[at].text)
        if self.last != "clock":
            self.last = "part"
        return 1

    def _next_day(self, at: int) -> int:
        self.out.clock.overnight = self.out.clock.overnight or self.joining
        return 1

    def _weekday(self, at: int) -> int:
        values, ranged, used = self._weekday_group(at)
        if self.unchecked and self.out.spans and self.last in ("date", "part", "weekday"):
            self._check_weekdays(values, ranged)
            self.unchecked = []
        elif not self.unchecked and (len(values) > 1 or ranged):
            self.out.loose_weekdays = True
        return used

    def _weekday_group(self, at: int) -> tuple[list[int], bool, int]:
        """Weekdays that stand together: their numbers, whether 至 joins them, and how many tokens they take."""
        values = weekday_numbers(self.tokens[at].text)
        ranged = any(c in self.tokens[at].text for c in "至到-~")
        end = at + 1
        while self._peek(end) in ("TO", "LIST", "COMMA") and self._peek(end + 1) == "WEEKDAY":
            ranged |= self._peek(end) == "TO"
            values += weekday_numbers(self.tokens[end + 1].text)
            end += 2
        return values, ranged, end - at

    def _check_weekdays(self, values: list[int], ranged: bool) -> None:
        span, days = self.out.spans[-1], self.unchecked
        wrong: date | None = None
        if len(values) == 1:
            whole = _days_of(span) if span.precision is Precision.RANGE and len(days) > 1 else days
            wrong = None if values[0] in {d.weekday() for d in whole} else days[-1]
        elif ranged and span.precision is Precision.RANGE and len(_days_of(span)) > 7:
            return  # 7月1日至8月31日（周一至周五） says which days of every week
        elif ranged and len(values) == 2 and len(days) == 2:
            wrong = next((d for d, v in zip(days, values, strict=True) if d.weekday() != v), None)
        elif not ranged and span.precision is Precision.RANGE and len(values) != len(_days_of(span)):
            return
        elif not ranged and len(values) == len(days):
            wrong = next((d for d, v in zip(days, values, strict=True) if d.weekday() != v), None)
        if wrong:
            self.out.weekday_wrong |= self.year_known
            self.out.notices.append(
                f"{wrong.year}年{wrong.month}月{wrong.day}日是{WEEKDAY_NAMES[wrong.weekday()]}，与所写的星期不一致，请核对"
            )

    # --- looking around ----------------------------------------------------------------------------------------

    def _peek(self, at: int) -> str:
        return self.tokens[at].kind if at < len(self.tokens) else ""

    def _next_kind(self, at: int) -> str:
        while self._peek(at) in ("SPACE", "FILLER", "TENTATIVE", "FROM"):
            at += 1
        return self._peek(at)

    def _forget(self, keep_clock: bool = False) -> None:
        self.joining = self.listing = False
        if not (keep_clock and self.last == "clock"):
            self.last = ""


_PRINT_YEAR = frozenset({"YEAR", "YM", "YMD", "YMD8"})
_DAYS = frozenset({"DAY", "MONTH", "YEAR", "YMD", "YMD8", "DOTTED", "CHAINED"})
_NEEDS_YEAR = _DAYS | {"QUARTER", "HALF", "WHOLE", "XUN", "NTHDAY"}
_JOINABLE = _NEEDS_YEAR | {"YEAR_END", "YM", "CLOCK", "STAMP", "PART", "WEEKDAY", "NEXT_DAY", "NEXT_YEAR", "THIS_YEAR"}
_HANDLERS = {
    "YEAR": Reader._year,
    "NEXT_YEAR": Reader._next_year,
    "THIS_YEAR": Reader._this_year,
    "YMD": Reader._full_date,
    "YMD8": Reader._full_date,
    "YM": Reader._year_month,
    "MONTH": Reader._month,
    "DAY": Reader._day,
    "CHAINED": Reader._day,
    "DOTTED": Reader._dotted,
    "NTHDAY": Reader._nth_day,
    "XUN": Reader._xun,
    "QUARTER": Reader._quarter,
    "HALF": Reader._half,
    "YEAR_END": Reader._year_end,
    "WHOLE": Reader._whole,
    "TO": Reader._to,
    "FROM": Reader._from,
    "BEFORE": Reader._before,
    "END": Reader._end,
    "MOVED": Reader._moved,
    "CANCELLED": Reader._cancelled,
    "WEEK_OF": Reader._week_of,
    "RELATIVE": Reader._relative,
    "RHYTHM": Reader._rhythm,
    "AFTER": Reader._after,
    "NOW": Reader._now,
    "LIST": Reader._list,
    "EITHER": Reader._list,
    "TENTATIVE": Reader._tentative,
    "STRAY": Reader._stray,
    "DURATION": Reader._duration,
    "COMMA": Reader._separator,
    "STOP": Reader._separator,
    "CLOCK": Reader._clock,
    "STAMP": Reader._clock,
    "PART": Reader._part,
    "ALL_DAY": Reader._part,
    "NEXT_DAY": Reader._next_day,
    "WEEKDAY": Reader._weekday,
} | dict.fromkeys(_PASSIVE - {"TENTATIVE"}, Reader._passive)


def _joined(first: Span, last: Span) -> Span:
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


def _days_of(span: Span) -> list[date]:
    if not span.first or not span.last:
        return []
    return [span.first + timedelta(n) for n in range(min((span.last - span.first).days + 1, 62))]


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _full_year(token: Token) -> int:
    number = token.numbers[0]
    if token.kind == "YMD8":
        return number // 10000
    return number if number > 99 else 2000 + number


def _only_month(tokens: list[Token]) -> int | None:
    """The month of a text that names just one, so that 16日 may stand before or far behind it."""
    named = {t.numbers[0] for t in tokens if t.kind == "MONTH"}
    named |= {t.numbers[1] for t in tokens if t.kind in ("YM", "YMD")} | {
        t.numbers[0] // 100 % 100 for t in tokens if t.kind == "YMD8"
    }
    named |= {t.numbers[0] for t in tokens if t.kind == "DOTTED"} if not named else set()
    month = named.pop() if len(named) == 1 else None
    return month if month and 1 <= month <= 12 else None
