"""Quiet hours: nothing that can wait reaches people at night.

What somebody did themselves is confirmed at once, at any hour: they sit before the page. Everything else waits for the
morning, unless it is about an occurrence so early that the morning would be too late. What was put before all others
as urgent does not come here at all.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

TIME_TO_REACT = timedelta(hours=2)
"""How long after the night something has to begin for people to hear of it in the morning still in time."""
AT_ONCE = frozenset(
    {
        "registration.confirmed",
        "registration.applied",
        "registration.waitlisted",
        "registration.changed",
        "registration.moved",
        "registration.cancelled",
        "registration.moved_to_wait",
        "tickets.found",
        "phone.code",
        "watch.confirm",
        "invitation",
    }
)
"""Messages that answer what their addressee has just done, or wait for; of any other kind, nobody waits."""


@dataclass(frozen=True)
class QuietHours:
    """From the full hour `begin` to the full hour `end` (0-23), over midnight where it comes first."""

    begin: int
    end: int

    def holds(self, moment: datetime) -> bool:
        """Whether it is quiet at that moment."""
        if self.begin < self.end:
            return self.begin <= moment.hour < self.end
        return moment.hour >= self.begin or moment.hour < self.end

    def over_at(self, moment: datetime) -> datetime:
        """When the quiet hours that hold at `moment` end."""
        end = datetime.combine(moment.date(), time(self.end), moment.tzinfo)
        return end if end > moment else end + timedelta(days=1)


def waits_until(kind: str, starts_at: datetime | None, now: datetime, quiet: QuietHours | None) -> datetime | None:
    """When a message that is due may go out; None: now.

    `starts_at` is when the occurrence that it is about begins, if it is about one.
    """
    if quiet is None or not quiet.holds(now) or kind in AT_ONCE:
        return None
    morning = quiet.over_at(now)
    if starts_at is not None and now < starts_at < morning + TIME_TO_REACT:
        return None
    return morning
