"""Clock times and parts of the day as they add up while a text is read.

A part of the day stays in force for the clocks behind it (下午2:00-4:30 are both afternoon) until another part or
another date is named. Hours that could be morning or afternoon alike (2:30 with nothing before it) are not guessed.
"""

from dataclasses import dataclass, field
from datetime import time

from openday.rules.period_kinds import DayPart

_PARTS = {
    DayPart.AM: ("上午", "早上", "早晨", "清晨", "凌晨", "早"),
    DayPart.PM: ("下午", "午后"),
    DayPart.EVENING: ("傍晚", "晚上", "晚间", "夜间", "夜晚", "当晚", "晚"),
    DayPart.ALL_DAY: ("全天", "整天", "1整天", "一整天", "全日", "整日"),
}
_PART_OF = {word: part for part, words in _PARTS.items() for word in words}
_NOON = ("中午", "正午")
_EARLIEST_PLAIN_HOUR = 6  # nobody opens a government office at 02:30: a bare 2:30 lacks its 下午


@dataclass(slots=True)
class _Window:
    start: time | None
    end: time | None
    day: int


@dataclass(slots=True)
class Clock:
    """Collects windows; `fault` is the Chinese reason why a clock was left out, if any."""

    windows: list[_Window] = field(default_factory=list)
    parts: list[tuple[DayPart, int]] = field(default_factory=list)
    fault: str = ""
    overnight: bool = False
    across_days: bool = False
    _word: str = ""
    _day: int = 0

    def new_day(self) -> None:
        """Another date was named: the part of the day before it no longer counts."""
        self._word = ""
        self._day += 1

    def name_part(self, word: str) -> None:
        """A part of the day was named; it holds for the clocks that follow."""
        latin = word.lower().replace(".", "")
        both = word.startswith("上") and word.endswith("下午")
        self._word = "全天" if both else {"am": "上午", "pm": "下午"}.get(latin, word)
        if self._word in _PART_OF:
            self.parts.append((_PART_OF[self._word], self._day))

    def add(self, hour: int, minute: int, *, closes: bool) -> None:
        """A clock was read; `closes` when 至 stands before it, so that it ends the latest window."""
        found = self._time(hour, minute)
        if found is None:
            return
        if closes and self.windows and self.windows[-1].end is None:
            self.windows[-1].end = found
        elif closes and not self.windows:
            self.windows.append(_Window(None, found, self._day))
        else:
            self.windows.append(_Window(found, None, self._day))

    def turn_into_end(self) -> None:
        """前, 止 or 结束 stands behind the latest clock: it is an end, not a start."""
        window = self.windows[-1] if self.windows else None
        if window and window.start and window.end is None:
            window.start, window.end = None, window.start
            if len(self.windows) > 1 and self.windows[-2].end is None:
                self.windows.pop()
                self.windows[-1].end = window.end

    def result(self) -> tuple[time | None, time | None, DayPart | None]:
        """First start, last end and, only where no clock is known, the part of the day."""
        start, end = self._span()
        if start and end and end <= start and not self.across_days:
            self.fault = "跨到次日的钟点未记录结束时间" if self.overnight else "结束的钟点早于开始的钟点，请核对"
            start, end = (start, None) if self.overnight else (None, None)
        if start or end:
            return start, end, None
        return None, None, self._part()

    def _span(self) -> tuple[time | None, time | None]:
        if not self.windows or self.fault:
            return None, None
        if any(w.day != self.windows[0].day for w in self.windows) and all(w.start and w.end for w in self.windows):
            return min(w.start for w in self.windows if w.start), max(w.end for w in self.windows if w.end)
        starts = [w.start for w in self.windows if w.start]
        return (starts[0] if starts else None), self.windows[-1].end

    def _part(self) -> DayPart | None:
        named = {part for part, _ in self.parts}
        if self.fault or not named:
            return None
        if DayPart.ALL_DAY in named:
            return DayPart.ALL_DAY
        last = max(day for _, day in self.parts)
        if 0 < last < self._day:
            return None  # 16日上午、17日: the morning is that of the 16th alone
        same_day = len({day for _, day in self.parts}) == 1
        if named == {DayPart.AM, DayPart.PM} and same_day:
            return DayPart.ALL_DAY
        return named.pop() if len(named) == 1 else None

    def _time(self, hour: int, minute: int) -> time | None:
        printed = f"{hour}:{minute:02d}"
        if hour > 23 or minute > 59:
            self.fault = f"“{printed}”不是有效的钟点"
            return None
        part = _PART_OF.get(self._word)
        noon = self._word in _NOON and hour < 6
        if noon or (part in (DayPart.PM, DayPart.EVENING) and hour < 12):
            hour += 12
        elif not self._word and 0 < hour < _EARLIEST_PLAIN_HOUR:
            self.fault = f"“{printed}”没有写明上午还是下午"
            return None
        return time(hour, minute)
