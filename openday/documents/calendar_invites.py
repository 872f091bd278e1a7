"""Calendar invites by mail (iTIP, RFC 5546; iMIP, RFC 6047): one event, one addressee, REQUEST or CANCEL.

What is known when the thing happens is kept with the message as text; the bytes are made when it goes out. The
organizer's address is the sender's of the mail, as calendar programs want it, and only the worker knows it.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress

from openday.documents.calendar_feed import PRODUCT, ZONE_NAME, EscapedText, zone_bytes
from openday.documents.plain_text import lines, one_line
from openday.rules.calendar_invites import Method, method_of, next_sequence, uid_of


@dataclass(frozen=True)
class Invite:
    """One version of one person's event. Times are aware; `method` is REQUEST or CANCEL, `attendee` a mail address.

    `organizer` is a name; its address comes with `invite_bytes`.
    """

    method: str
    uid: str
    sequence: int
    summary: str
    description: str
    location: str
    start: datetime
    end: datetime
    organizer: str
    attendee: str
    stamp: datetime

    def as_text(self) -> str:
        """As it is kept with a message."""
        return json.dumps(self.__dict__, ensure_ascii=False, default=datetime.isoformat)

    @property
    def content_type(self) -> str:
        """The type of the part that carries it."""
        return f"text/calendar; method={self.method}"


@dataclass(frozen=True)
class Place:
    """What a party holds, as far as its calendar is concerned. `sequence` is that of the last invite, None without
    one; `link` leads to the ticket; `email` is empty where none was given."""

    code: str
    number: str
    email: str
    language: str
    sequence: int | None
    seated: bool
    link: str


@dataclass(frozen=True)
class Gathering:
    """What they are invited to; times are aware."""

    theme: str
    venue: str
    agency: str
    start: datetime
    end: datetime


def invite_of(kind: str, place: Place, gathering: Gathering, now: datetime) -> Invite | None:
    """The invite that a message of this kind carries; None where it carries none, or goes to no mailbox."""
    method = method_of(kind, seated=place.seated, sequence=place.sequence)
    if method is None or not place.email:
        return None
    if place.language == "en":
        description = f"Ticket number: {place.number}\nTicket: {place.link}"
    else:
        description = f"凭证号：{place.number}\n报名凭证：{place.link}"
    return Invite(
        method=method.value,
        uid=uid_of(place.code),
        sequence=next_sequence(place.sequence),
        summary=gathering.theme,
        description="" if method is Method.CANCEL else description,
        location=gathering.venue,
        start=gathering.start,
        end=gathering.end,
        organizer=gathering.agency,
        attendee=place.email,
        stamp=now,
    )


def invite_from(text: str) -> Invite:
    """What `as_text` wrote.

    Raises:
        ValueError: it is something else.
    """
    try:
        facts = json.loads(text)
        times = {name: datetime.fromisoformat(facts[name]) for name in ("start", "end", "stamp")}
        return Invite(**{**facts, **times})
    except (TypeError, KeyError, AttributeError) as wrong:
        raise ValueError("not an invite") from wrong


def invite_bytes(invite: Invite, organizer_address: str) -> bytes:
    """The calendar object of an invite: CRLF line ends, lines of at most 75 octets."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", invite.method)
    end = b"END:VCALENDAR\r\n"
    head = calendar.to_ical(sorted=False).removesuffix(end)
    return b"".join((head, zone_bytes(), _event(invite, organizer_address), end))


def _event(invite: Invite, organizer_address: str) -> bytes:
    zone = ZoneInfo(ZONE_NAME)
    stamp = invite.stamp.astimezone(UTC).replace(microsecond=0)
    cancelled = invite.method == "CANCEL"
    event = Event()
    event.add("uid", EscapedText(one_line(invite.uid)))
    event.add("sequence", invite.sequence)
    event.add("dtstamp", stamp)
    event.add("last-modified", stamp)
    event.add("dtstart", invite.start.astimezone(zone))
    event.add("dtend", invite.end.astimezone(zone))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if cancelled else "OPAQUE")
    event.add("class", "PRIVATE")  # whoever sees into this calendar need not see the ticket
    event.add("summary", EscapedText(one_line(invite.summary)))
    for name, text in (("description", "\n".join(lines(invite.description))), ("location", invite.location)):
        if text:
            event.add(name, EscapedText(text if name == "description" else one_line(text)))
    event.add("organizer", _address(organizer_address, {"CN": _quotable(invite.organizer)}))
    # They have signed up: there is nothing left to ask, and nobody reads what calendar programs would answer.
    role = {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}
    event.add("attendee", _address(invite.attendee, role))
    written: bytes = event.to_ical(sorted=False)
    return written


def _address(address: str, parameters: dict[str, str]) -> vCalAddress:
    return vCalAddress(f"mailto:{''.join(one_line(address).split())}", params=parameters)


def _quotable(name: str) -> str:
    """A name as a parameter can hold it: RFC 5545 knows no way to write a quotation mark there."""
    return one_line(name).replace('"', "'")
