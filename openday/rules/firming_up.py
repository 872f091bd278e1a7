"""By when a vague time has to be fixed (“最迟确定日期”): so many working days before the first day that it may mean."""

from datetime import date

from openday.rules.working_days import WorkingCalendar

FIRM_UP_DAYS = 10
"""For plans that belong to no call; a call says its own."""
MOST_DAYS = 250
REMIND_BEFORE = 5
"""Working days before the date on which the agency is reminded."""


def firm_by(
    first: date | None, days: int, calendar: WorkingCalendar, *, filed: date | None = None, set_to: date | None = None
) -> date | None:
    """The last day on which the time should be fixed; None when neither a first possible day nor a set day is known.

    `first` is the first day of the vague period, `days` the working days that have to lie between, `set_to` the day
    that the office has set for this one plan, which comes before the rule. Nothing is due before it was `filed`: the
    period of a rhythm begins with the year.
    """
    if set_to is not None or first is None:
        return set_to
    due = calendar.subtract_working_days(first, days)
    return max(due, filed) if filed is not None else due


def latest_first_day(due: date, days: int, calendar: WorkingCalendar) -> date:
    """The last first day for which the rule leads to `due` or before it; what begins later has more time."""
    day = calendar.add_working_days(due, days + 1)
    while calendar.subtract_working_days(day, days) > due:
        day = date.fromordinal(day.toordinal() - 1)
    return day


def is_time_to_remind(due: date, today: date, calendar: WorkingCalendar) -> bool:
    """Whether the reminder is due: at most `REMIND_BEFORE` working days are left, and the day has not passed."""
    return today <= due and calendar.working_days_between(today, due) <= REMIND_BEFORE
