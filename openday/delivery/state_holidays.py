"""Seed for the table of holidays and make-up working days, from the notices that a library carries.

The library knows the years whose notice had been published when it was released; for any other year nothing is
returned and the office enters the notice by hand.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from chinese_calendar.constants import holidays, workdays

Kind = Literal["holiday", "make_up"]

# The library names the days in English; people read the words of the notice.
_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "抗战胜利70周年纪念日",
}


@dataclass(frozen=True, order=True)
class SeedDay:
    """One day of a notice: `holiday` (放假, weekends included) or `make_up` (调休上班), with the festival's name."""

    day: date
    kind: Kind
    name: str


def known_years() -> frozenset[int]:
    """The years for which the library carries a notice."""
    return frozenset(day.year for day in holidays)


def seed_days(years: Iterable[int]) -> list[SeedDay]:
    """The days of the notices for `years`, by date; years without a notice are left out (see `known_years`)."""
    wanted = known_years() & frozenset(years)
    days = [SeedDay(day, "holiday", _NAMES.get(name, name)) for day, name in holidays.items() if day.year in wanted]
    days += [SeedDay(day, "make_up", _NAMES.get(name, name)) for day, name in workdays.items() if day.year in wanted]
    return sorted(days)
