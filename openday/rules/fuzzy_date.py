"""开展时间 as officials write it, read into a value that sorts, filters and prints back as written.

`read_period` understands days, ranges, 旬, months, quarters, half-years, years, rhythms and clocks. Where a text can be
read in two ways it says *unknown* and why: an empty place in the calendar is seen and filled, a wrong day is believed.
As everywhere in official use 上旬 is the 1st to the 10th, 中旬 the 11th to the 20th and 下旬 the rest of the month;
月初, 月中 and 月底 are read alike.
"""

from dataclasses import dataclass
from datetime import date, time

from openday.rules import fuzzy_date_text
from openday.rules.chinese_numbers import plain_text
from openday.rules.period_kinds import DayPart, Precision
from openday.rules.period_meaning import Meaning, meaning_of

__all__ = ["DayPart", "FuzzyDate", "Precision", "read_period"]

LONGEST = 500
_PART_HOURS = {DayPart.AM: time(8), DayPart.PM: time(13), DayPart.EVENING: time(18), DayPart.ALL_DAY: time(0)}


@dataclass(frozen=True)
class FuzzyDate:
    """One 开展时间: the text as written, the days it covers and how exactly, and what a reader should be told.

    `first` and `last` are inclusive; an open end and everything of an unknown period is None. `dates` lists several
    separate days, else it is empty. `reason` is a Chinese sentence: why the text is unknown, or a warning; empty when
    all is well. `rhythm` is the normalised wording of a repetition. `pieces` holds the separate spans of 3月、5月.
    """

    text: str
    precision: Precision
    first: date | None
    last: date | None
    dates: tuple[date, ...]
    start: time | None
    end: time | None
    part: DayPart | None
    tentative: bool
    weekday_wrong: bool
    reason: str
    rhythm: str
    pieces: tuple[tuple[date | None, date | None], ...] = ()

    @property
    def understood(self) -> bool:
        """Whether the text names a time that the calendar can use."""
        return self.precision is not Precision.UNKNOWN

    @property
    def vague(self) -> bool:
        """Whether anything but an exact day, or a range with two exact ends, is known."""
        return self.precision not in (Precision.DAY, Precision.RANGE) or self.first is None or self.last is None

    @property
    def sort_key(self) -> tuple[date, date, time]:
        """First day, last day, clock: exact before vague on the same first day, unknown last."""
        if not self.understood:
            return date.max, date.max, time.max
        first, last = self.first or self.last or date.max, self.last or date.max
        clock = self.start or (_PART_HOURS[self.part] if self.part else time.min)
        return first, last, clock

    def label(self) -> str:
        """Official Chinese, such as 2026年9月16日（星期三）14:00–16:00 or 2026年9月中旬（时间待定）."""
        return fuzzy_date_text.label(self)

    def explained(self) -> str:
        """One line that tells the filer how the text was understood, or why it was not."""
        return fuzzy_date_text.explained(self)

    def as_label(self) -> dict[str, object]:
        """The JSON object of the labelled wordings: ISO dates, HH:MM clocks, null for what is not known."""
        return {
            "text": self.text,
            "precision": self.precision.value,
            "first": self.first.isoformat() if self.first else None,
            "last": self.last.isoformat() if self.last else None,
            "dates": [day.isoformat() for day in self.dates] or None,
            "start": f"{self.start:%H:%M}" if self.start else None,
            "end": f"{self.end:%H:%M}" if self.end else None,
            "part": self.part.value if self.part else None,
            "tentative": self.tentative,
            "weekday_wrong": self.weekday_wrong,
            "understood": self.understood,
        }


def read_period(text: str, *, year: int) -> FuzzyDate:
    """Read one 开展时间; `year` is the year of the call, for texts that print none. No text makes it raise."""
    if not 1900 <= year <= 9000:
        return _unknown(text, "征集年度不正确，无法推算日期。")
    if len(text) > LONGEST:
        return _unknown(text, f"开展时间超过{LONGEST}字，未作识别，请只写时间。")
    plain = plain_text(text)
    if not plain:
        return _unknown(text, "没有填写开展时间。")
    if len(plain) > 2 * LONGEST:
        return _unknown(text, "开展时间过长，未作识别，请只写时间。")
    return _value(text, meaning_of(plain, year))


def _value(text: str, meaning: Meaning) -> FuzzyDate:
    start, end, part = meaning.clock
    return FuzzyDate(
        text=text,
        precision=meaning.precision,
        first=meaning.first,
        last=meaning.last,
        dates=meaning.dates,
        start=start,
        end=end,
        part=part,
        tentative=meaning.tentative,
        weekday_wrong=meaning.weekday_wrong,
        reason=meaning.reason,
        rhythm=meaning.rhythm,
        pieces=meaning.pieces,
    )


def _unknown(text: str, reason: str) -> FuzzyDate:
    return _value(text, Meaning(reason=reason))
