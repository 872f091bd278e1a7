"""The office's year: all of it in weeks, and what one week holds."""

from dataclasses import dataclass
from datetime import date, timedelta

from openday.queries.places import PlaceView, place_view
from openday.queries.timetable import timetable
from openday.queries.working_calendar import working_calendar
from openday.rules.permissions import Actor
from openday.rules.timetable import Filing, Slot
from openday.rules.working_days import describe_unknown_years
from openday.rules.year_strip import Week, YearStrip, exact_enough, touches, week_begins, year_strip

SHOWN = 200


@dataclass(frozen=True)
class WeekList:
    """What one week holds, by day; vaguer plans that may fall into it come last. `more` were left out."""

    week: Week
    rows: tuple[tuple[Filing, Slot], ...]
    more: int


@dataclass(frozen=True)
class YearPage:
    """The year of a place and, when one was chosen, a week of it."""

    view: PlaceView
    strip: YearStrip
    chosen: WeekList | None
    warning: str


def year_days(year: int) -> tuple[date, date]:
    """The first and the last day of the weeks of a year."""
    first = week_begins(year, 1)
    return first, week_begins(year, date(year, 12, 28).isocalendar().week) + timedelta(days=6)


def year_page(
    actor: Actor, year: int, *, place_id: int | None = None, week: int | None = None, campaign_month: int | None = None
) -> YearPage:
    """The weeks of a year; `week` counts from 1, a number that the year does not have chooses none.

    Raises:
        NotFound: the place is not within reach.
    """
    view = place_view(actor, place_id)
    calendar = working_calendar()
    filings = timetable(actor, view, *year_days(year))
    strip = year_strip(filings, year, calendar, campaign_month=campaign_month)
    chosen = strip.weeks[week - 1] if week and week <= len(strip.weeks) else None
    return YearPage(
        view=view,
        strip=strip,
        chosen=_week_list(chosen, filings) if chosen else None,
        warning=describe_unknown_years(calendar.unknown_years(date(year, 1, 1), date(year, 12, 31))),
    )


def _week_list(week: Week, filings: tuple[Filing, ...]) -> WeekList:
    rows = [
        (filing, slot)
        for filing in filings
        for slot in filing.slots
        if touches(slot, week.first, week.last) and exact_enough(slot)
    ]
    rows.sort(key=lambda row: (not row[1].firm, row[1].first, str(row[1].start or ""), row[0].agency, row[0].code))
    return WeekList(week, tuple(rows[:SHOWN]), max(0, len(rows) - SHOWN))
