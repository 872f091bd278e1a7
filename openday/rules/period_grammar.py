"""From tokens to spans of days, clock windows and remarks: the grammar of the 开展时间 cell.

The reader walks the tokens once. A joining word (至, -) makes a range of the date before and the date after it, or a
window of two clocks; whatever cannot be read for certain is written down in `faults` in Chinese, for the person who
filled in the form.
"""

from openday.rules.period_dates import DAYS, JOINABLE, NEEDS_YEAR, DateReader
from openday.rules.period_kinds import Precision
from openday.rules.period_spans import EXACT, Reading, Unreadable, joined
from openday.rules.period_weekdays import WEEKDAY_NAMES, mismatch, weekday_numbers

_PASSIVE = frozenset({"SPACE", "FILLER", "TENTATIVE", "OPEN", "CLOSE"})


class Reader(DateReader):
    """One pass over the tokens of one text; `read` gives the `Reading`."""

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

    # --- words around a date -----------------------------------------------------------------------------------

    def _to(self, at: int) -> int:
        following = self._next_kind(at + 1)
        self.joining = following in JOINABLE and (at > 0 or self.tokens[at].text not in ("-", "~"))
        if following not in JOINABLE and self.last == "date" and self.tokens[at].text.endswith("至"):
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
                self.out.spans[-2:] = [joined(self.out.spans[-2], span)]
            elif self.tokens[at].kind == "BEFORE" and span.precision not in (*EXACT, Precision.XUN):
                raise Unreadable("没有读懂是否包括所写的这段时间")
            elif span.precision is not Precision.RANGE:
                span.first = None
        elif self.last == "clock" and self.tokens[at - 1].kind not in ("OPEN", "COMMA"):
            self.out.clock.turn_into_end()
        return 1

    def _end(self, at: int) -> int:
        """止, 截至: behind a date or clock it closes it, before a date it leaves the start open."""
        if self.last in ("date", "clock"):
            return self._before(at)
        self.joining = self.now_ahead = self._next_kind(at + 1) in NEEDS_YEAR
        return 1

    def _moved(self, at: int) -> int:
        """改至, 推迟到: what was named before no longer holds."""
        self.out.spans.clear()
        self._forget()
        return 1

    def _cancelled(self, at: int) -> int:
        raise Unreadable("写明活动取消或暂停，没有读懂是否另有时间")

    def _week_of(self, at: int) -> int:
        self.out.week_of = True
        return self._other(at)

    def _relative(self, at: int) -> int:
        """A relative word alone means nothing; before a date it ties that date to an unknown day of writing."""
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
        if (
            self.tokens[at].kind == "EITHER"
            and self.last == "date"
            and self._next_kind(at + 1) in DAYS | {"XUN", "QUARTER", "HALF"}
        ):
            self.out.tentative = True
        self.listing = True
        return 1

    def _tentative(self, at: int) -> int:
        self.out.tentative = True
        return 1

    def _aside(self, at: int) -> int:
        """如遇特殊情况另行通知 says nothing about the day, but that it may change."""
        self.out.tentative |= "另行通知" in self.tokens[at].text
        return self._other(at)

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
        wrong = mismatch(self.out.spans[-1], self.unchecked, values, ranged)
        if wrong:
            self.out.weekday_wrong |= self.year_known
            self.out.notices.append(
                f"{wrong.year}年{wrong.month}月{wrong.day}日是{WEEKDAY_NAMES[wrong.weekday()]}，与所写的星期不一致，请核对"
            )


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
    "ASIDE": Reader._aside,
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
