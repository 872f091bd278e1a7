"""How exact a period is, and the parts of a day: the closed lists that a `FuzzyDate` speaks in."""

from enum import StrEnum


class Precision(StrEnum):
    """How exactly a text says when. The values are those of the labelled wordings and of the stored column."""

    DAY = "day"
    RANGE = "range"
    XUN = "xun"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half-year"
    YEAR = "year"
    RECURRING = "recurring"
    UNKNOWN = "unknown"


class DayPart(StrEnum):
    """A part of the day named instead of a clock time."""

    AM = "am"
    PM = "pm"
    EVENING = "evening"
    ALL_DAY = "all-day"
