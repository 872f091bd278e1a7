"""The dates of the grammar: every way to write a day, a 旬, a month, a quarter, a half-year or a year.

A year or month stays in force until another is named; a joining word joins the dates on its sides.
"""

from calendar import monthrange
from datetime import date

from openday.rules.chinese_numbers import spoken
from openday.rules.period_kinds import Precision
from openday.rules.period_spans import EXACT, Reading, Span, Unreadable, joined, month_end
from openday.rules.period_tokens import Token
from openday.rules.period_weekdays import weekday_numbers

_XUN_ENDS = {"上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31), "上半月": (1, 15), "下半月": (16, 31)} | {
    "初": (1, 10),
    "中": (11, 20),
    "底": (21, 31),
    "末": (21, 31),
}

_PRINT_YEAR = frozenset({"YEAR", "YM", "YMD", "YMD8"})
DAYS = frozenset({"DAY", "MONTH", "YEAR", "YMD", "YMD8", "DOTTED", "CHAINED"})
NEEDS_YEAR = DAYS | {"QUARTER", "HALF", "WHOLE", "XUN", "NTHDAY"}
JOINABLE = NEEDS_YEAR | {"YEAR_END", "YM", "CLOCK", "STAMP", "PART", "WEEKDAY", "NEXT_DAY", "NEXT_YEAR", "THIS_YEAR"}


class DateReader:
    """The state of one pass over the tokens of a text, and the handlers of everything that is a date.

    A handler takes the position of its token and gives the number of tokens that it used.
    """

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

    def _other(self, at: int) -> int:
        """A word that says nothing about time: nothing before it can be joined with anything behind it."""
        self._forget(keep_clock=self.tokens[at].kind in ("ACT", "WORD", "SPACE"))
        return 1

    # --- dates -------------------------------------------------------------------------------------------------

    def _year(self, at: int) -> int:
        self.year = _full_year(self.tokens[at])
        self.own_year = True
        following = self._peek(at + 1)
        opens = following in ("TO", "LIST") and self._peek(at + 2) == "YEAR" and self._peek(at + 3) not in NEEDS_YEAR
        closes = self.joining and self.last == "date" and following not in NEEDS_YEAR
        if opens or closes:
            self._add(Span(Precision.YEAR, date(self.year, 1, 1), date(self.year, 12, 31)))
        elif following not in NEEDS_YEAR and following in ("", "OPEN", "COMMA", "STOP", "TENTATIVE"):
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
        self._add(Span(Precision.MONTH, date(self.year, month, 1), month_end(self.year, month)))
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
            and (timed or first > 12 or second == 0 or (dated and before in ("DAY", "YMD", "WEEKDAY", "CLOSE")))
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
        last = month_end(self.year, self.month)
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
        last = min(end, month_end(self.year, self.month).day)
        self._add(Span(Precision.XUN, date(self.year, self.month, begin), date(self.year, self.month, last)))
        return 1

    def _quarter(self, at: int) -> int:
        first = 3 * self.tokens[at].numbers[0] - 2
        self._add(Span(Precision.QUARTER, date(self.year, first, 1), month_end(self.year, first + 2)))
        return 1

    def _half(self, at: int) -> int:
        first = 1 if self.tokens[at].text == "上半年" else 7
        self._add(Span(Precision.HALF_YEAR, date(self.year, first, 1), month_end(self.year, first + 5)))
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
        span.own_year = self.own_year
        if self.joining and spans and not self.now_ahead:
            self.closing_clock = self.last == "clock"
            _pull_back(spans[-1], span)
            spans[-1] = joined(spans[-1], span)
        elif self.joining:
            span.first = None
            spans.append(span)
        else:
            if (
                spans
                and self.listing
                and not span.own_year
                and span.first
                and spans[-1].first
                and span.first.month < spans[-1].first.month - 6
            ):
                self.out.faults.append("跨年的日期没有写明年份")
            spans.append(span)
        self.joining = self.listing = self.own_year = self.now_ahead = False
        self.last = "date"
        self.out.clock.new_day()

    def _clock_found(self, hour: int, minute: int) -> int:
        self.out.clock.across_days |= self.closing_clock
        self.out.clock.add(hour, minute, closes=self.joining or self.closing_clock)
        self.joining = self.listing = self.closing_clock = False
        self.last = "clock"
        return 1

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


def _pull_back(opening: Span, closing: Span) -> None:
    """12月28日至2027年1月3日: the year of the end alone is printed, and the start lies in the year before it."""
    first, last = opening.first, closing.last
    if not (closing.own_year and first and last and opening.last) or opening.own_year or first <= last:
        return
    if first.month >= 10 and last.month <= 3 and first.year == last.year:
        opening.first, opening.last = first.replace(year=first.year - 1), opening.last.replace(year=first.year - 1)


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
