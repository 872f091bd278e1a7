"""When somebody is reminded of the occurrence they signed up for, and asked afterwards how it was."""

from datetime import datetime, timedelta

from openday.rules.quiet_hours import TIME_TO_REACT, QuietHours

REMINDER = "registration.reminder"
SURVEY = "survey.invitation"
"""The kinds of message."""
OVERTAKEN = "内容已过时，未发送"
FRESH = timedelta(hours=1)
"""How long a confirmation is its own reminder."""
_BEFORE_NIGHT = timedelta(hours=1)
LONGEST = 336
"""The most hours before the start that can be set: two weeks."""
ASK_AFTER = timedelta(hours=1)
ASK_UNTIL = timedelta(days=3)
"""From when to when after the end people are asked how it was: later they would have to think back."""


def reminder_time(starts_at: datetime, hours: int, quiet: QuietHours | None) -> datetime:
    """When those on a list are reminded: `hours` before the start. What would fall into the night comes in the morning,
    or, before an early start, the evening before."""
    due = starts_at - timedelta(hours=hours)
    if quiet is None or not quiet.holds(due):
        return due
    morning = quiet.over_at(due)
    if morning + TIME_TO_REACT <= starts_at:
        return morning
    night = due.replace(hour=quiet.begin, minute=0, second=0, microsecond=0)
    return (night if night <= due else night - timedelta(days=1)) - _BEFORE_NIGHT


def confirmed_before(due: datetime, now: datetime) -> datetime:
    """Whoever got in until this moment is reminded now. Those who got in after the others were due have just read
    everything: they hear an hour later."""
    return max(due, now - FRESH)
