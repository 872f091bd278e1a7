"""iCalendar (RFC 5545, RFC 7986): one VEVENT for each entry, kept as bytes, and feeds that join such bytes.

Building an event costs a third of a millisecond, joining kept ones next to nothing: whoever stores an activity stores
its event with it. Nothing is invented here, neither identifiers nor times, so that a feed that did not change keeps
its bytes and its ETag.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, vCalAddress, vText, vUri

from openday.documents.plain_text import lines, one_line

ZONE_NAME = "Asia/Shanghai"
PRODUCT = "-//OpenDay//Government open days//ZH"
# RFC 5545 wants an address for the organizer. Residents write to no mailbox, they call or use the page.
_NO_ADDRESS = "invalid:nomail"
# China has kept one offset since daylight saving time ended in 1991; older rules would only swell every feed.
_ONE_OFFSET_SINCE, _UNTIL = date(1992, 1, 1), date(2038, 1, 1)
_DURATION = re.compile(r"P(?=.)([0-9]{1,4}W|([0-9]{1,4}D)?(T(?=.)([0-9]{1,4}H)?([0-9]{1,4}M)?([0-9]{1,4}S)?)?)")


@dataclass(frozen=True)
class CalendarEntry:
    """One occurrence, or one vague period as whole days.

    start and end are two aware datetimes or two dates; the end does not belong to the entry any more (one whole day
    ends on the next date). changed_at is aware.
    """

    uid: str
    sequence: int
    summary: str
    description: str
    location: str
    url: str
    start: datetime | date
    end: datetime | date
    tentative: bool
    cancelled: bool
    changed_at: datetime
    organizer: str


def event_bytes(entry: CalendarEntry) -> bytes:
    """Return the entry as one VEVENT: CRLF line ends, lines of at most 75 octets.

    ValueError if a time is naive, if start and end are of different kinds or if the end is not after the start.
    """
    start, end = _span(entry)
    changed_at = _aware(entry.changed_at).astimezone(UTC).replace(microsecond=0)
    event = Event()
    event.add("uid", EscapedText(one_line(entry.uid)))
    event.add("sequence", entry.sequence)
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("status", _status(entry))
    if entry.tentative and not isinstance(start, datetime):
        event.add("transp", "TRANSPARENT")  # "some day in mid September" makes nobody busy for ten days
    event.add("summary", EscapedText(one_line(entry.summary)))
    for name, text in (("description", entry.description), ("location", one_line(entry.location))):
        if text:
            event.add(name, EscapedText("\n".join(lines(text))))
    if entry.url:
        event.add("url", vUri("".join(one_line(entry.url).split())))
    if organizer := one_line(entry.organizer):
        event.add("organizer", vCalAddress(_NO_ADDRESS, params={"CN": organizer}))
    written: bytes = event.to_ical(sorted=False)
    return written


def feed_bytes(name: str, events: Iterable[bytes], *, refresh: str = "PT1H") -> bytes:
    """Return a calendar of events made by `event_bytes`.

    refresh is an RFC 5545 duration, how often a subscriber should look again; ValueError if it is none.
    """
    if not _DURATION.fullmatch(refresh):
        raise ValueError(f"not a duration: {refresh!r}")
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    title = EscapedText(one_line(name))
    calendar.add("name", title)
    calendar.add("x-wr-calname", title)
    calendar.add("x-wr-timezone", ZONE_NAME)
    calendar.add("refresh-interval", EscapedText(refresh), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", refresh)
    end = b"END:VCALENDAR\r\n"
    head = calendar.to_ical(sorted=False).removesuffix(end)
    return b"".join((head, zone_bytes(), *events, end))


class EscapedText(vText):
    """Text that icalendar writes as RFC 5545 says: its own escaping reads a typed backslash and N as a line end."""

    def to_ical(self) -> bytes:
        escaped = self.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
        return escaped.encode("utf-8")


@cache
def zone_bytes() -> bytes:
    """The VTIMEZONE that the times of an event refer to."""
    zone = Timezone.from_tzid(ZONE_NAME, first_date=_ONE_OFFSET_SINCE, last_date=_UNTIL)
    del zone["comment"]
    written: bytes = zone.to_ical()
    return written


def _status(entry: CalendarEntry) -> str:
    if entry.cancelled:
        return "CANCELLED"
    return "TENTATIVE" if entry.tentative else "CONFIRMED"


def _span(entry: CalendarEntry) -> tuple[datetime, datetime] | tuple[date, date]:
    """Return start and end, times moved to Shanghai, after checking that they make a span."""
    start, end = entry.start, entry.end
    if isinstance(start, datetime) and isinstance(end, datetime):
        zone = ZoneInfo(ZONE_NAME)
        start, end = _aware(start).astimezone(zone), _aware(end).astimezone(zone)
    elif isinstance(start, datetime) or isinstance(end, datetime):
        raise ValueError("start and end must both be times or both be dates")
    if end <= start:
        raise ValueError("the end must come after the start")
    return start, end


def _aware(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError("a time without its zone has no place in a calendar")
    return moment
