"""What every change of a public activity carries with it: history line, calendar bytes, SEQUENCE, revision, notices.

A shared piece like `steps`: publications and occurrences both end with `announce`, in the caller's transaction, and
tell the people who are on a list with `tell_registered`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from openday.db import session, together, write
from openday.documents.calendar_feed import CalendarEntry, event_bytes
from openday.documents.calendar_invites import Gathering, Invite, Place, invite_of
from openday.errors import Refused
from openday.models.activities import Activity, ActivityChange, Revision
from openday.models.ledger import Message
from openday.models.occurrences import Occurrence
from openday.models.registrations import Registration
from openday.rules.fuzzy_date import Precision
from openday.rules.privacy import plain_text
from openday.rules.reminders import OVERTAKEN, REMINDER
from openday.rules.states import (
    STANDING,
    ActivityStatus,
    Channel,
    MessageStatus,
    OccurrenceStatus,
    RegistrationStatus,
)
from openday.rules.wording import span_in
from openday.services import ledger
from openday.services.search_index import index_activity
from openday.services.watch_steps import tell_watchers
from openday.services.wordings import letter_of

PageUrl = Callable[[str], str]
"""From an activity's code to the absolute address of its public page."""

TicketUrl = Callable[[str], str]
"""From a registration's code to the absolute address of its ticket."""

LONGEST_REASON = 500
_ALWAYS_TOLD = frozenset({"firmed_up", "postponed", "cancelled"})
_SHOWN = (b"UID:", b"DTSTART", b"DTEND", b"LOCATION", b"STATUS:")
_MOVED = frozenset({"occurrence.changed", "occurrence.resumed"})
CALENDAR = "calendar"
"""The revision that stands for everything the public calendar shows."""


def announce(activity: Activity, kind: str, text: str, *, now: datetime, page_url: PageUrl) -> None:
    """Write down one public change of an activity whose row the caller holds.

    `kind` is one of ActivityChange's; `text` is the line that residents read. SEQUENCE goes up by one, except with the
    publication itself, which is 0. Whoever asked to be told hears of a new time or place, of a postponement and of a
    cancellation, and of nothing else.
    """
    session().add(ActivityChange(activity_id=activity.id, kind=kind, text=text, at=now))
    if kind != "published":
        activity.sequence += 1
    activity.changed_at = now
    session().flush()
    before = _when_and_where(activity.event_bytes)
    rewrite_events(activity, page_url)
    bump(CALENDAR, now)
    if kind in _ALWAYS_TOLD or (kind == "changed" and _when_and_where(activity.event_bytes) != before):
        page = page_url(activity.code)
        tell_watchers(activity, public_occurrences(activity.id), kind, text, now=now, page=page)


def _when_and_where(events: bytes) -> list[bytes]:
    """What a calendar shows of time, place and whether it takes place; a blank begins what goes on with a line."""
    lines = events.replace(b"\r\n ", b"").split(b"\r\n")
    return [line for line in lines if line.startswith(_SHOWN)]


def public_reason(reason: str, field: str = "reason") -> str:
    """A reason as it will be read in public: one line, without a full stop at its end.

    Raises:
        Refused: nothing was written, or more than 500 characters.
    """
    text = plain_text(reason[:5000]).rstrip("。.；;")
    if not text:
        raise Refused("请写明理由，市民会看到", field=field)
    if len(text) > LONGEST_REASON:
        raise Refused(f"最多{LONGEST_REASON}个字", field=field)
    return text


def rewrite_events(activity: Activity, page_url: PageUrl) -> None:
    """Keep the VEVENT bytes of an activity as it stands now, and its period as far as its occurrences tell."""
    occurrences = public_occurrences(activity.id)
    activity.vague = not occurrences
    held = [occurrence for occurrence in occurrences if occurrence.status == OccurrenceStatus.SCHEDULED]
    if held:
        activity.first_day = min(occurrence.starts_at.date() for occurrence in held)
        activity.last_day = max(occurrence.ends_at.date() for occurrence in held)
        one_day = activity.first_day == activity.last_day
        activity.precision = (Precision.DAY if one_day else Precision.RANGE).value
    entries = calendar_entries(activity, occurrences, page_url(activity.code))
    activity.event_bytes = b"".join(event_bytes(entry) for entry in entries)
    index_activity(activity, (occurrence.venue for occurrence in held))


def public_occurrences(activity_id: int) -> Sequence[Occurrence]:
    """Every occurrence that was ever scheduled, in the order of its number; the cancelled ones stay among them."""
    statement = (
        select(Occurrence)
        .where(Occurrence.activity_id == activity_id, Occurrence.number.is_not(None))
        .order_by(Occurrence.number)
    )
    return session().scalars(statement).all()


def calendar_entries(activity: Activity, occurrences: Sequence[Occurrence], url: str) -> list[CalendarEntry]:
    """The calendar entries of an activity: a tentative span while it is vague, then one entry for each occurrence.

    The first occurrence keeps the activity's UID, so that the vague entry in a subscriber's calendar turns into it;
    the others add -2, -3, … An activity whose period nobody could read has none.
    """
    if occurrences:
        return [_firm_entry(activity, occurrence, len(occurrences) > 1, url) for occurrence in occurrences]
    first, last = activity.first_day or activity.last_day, activity.last_day or activity.first_day
    if first is None or last is None:
        return []
    suffix = "具体时间待定" if activity.precision == Precision.DAY else "时间待定"
    return [
        _entry(
            activity,
            uid=activity.uid,
            summary=f"{activity.theme}（{suffix}）",
            location=activity.venue,
            start=first,
            end=last + timedelta(days=1),
            tentative=True,
            cancelled=activity.status == ActivityStatus.CANCELLED,
            url=url,
        )
    ]


def _firm_entry(activity: Activity, occurrence: Occurrence, several: bool, url: str) -> CalendarEntry:
    number = occurrence.number or 1
    # What is put off is taken out of calendars at its old time; under the same UID it comes back at the new one.
    postponed = occurrence.status == OccurrenceStatus.POSTPONED
    summary = f"{activity.theme}（第{number}场）" if several else activity.theme
    return _entry(
        activity,
        uid=activity.uid if number == 1 else _numbered(activity.uid, number),
        summary=f"{summary}（延期，新的时间待定）" if postponed else summary,
        location=occurrence.venue,
        start=occurrence.starts_at,
        end=occurrence.ends_at,
        tentative=False,
        cancelled=postponed or occurrence.status == OccurrenceStatus.CANCELLED,
        url=url,
    )


def _numbered(uid: str, number: int) -> str:
    """<hex>@openday → <hex>-2@openday; a UID without @ gets its number at the end."""
    head, at, host = uid.partition("@")
    return f"{head}-{number}{at}{host}"


def _entry(
    activity: Activity,
    *,
    uid: str,
    summary: str,
    location: str,
    start: datetime | date,
    end: datetime | date,
    tentative: bool,
    cancelled: bool,
    url: str,
) -> CalendarEntry:
    return CalendarEntry(
        uid=uid,
        sequence=activity.sequence,
        summary=summary,
        description=_description(activity),
        location=location,
        url=url,
        start=start,
        end=end,
        tentative=tentative,
        cancelled=cancelled,
        changed_at=activity.changed_at,
        organizer=activity.agency.name,
    )


def _description(activity: Activity) -> str:
    parts = [
        ("取消原因", activity.cancel_reason),
        ("延期原因", activity.postpone_reason),
        ("活动时间", activity.time_text if activity.vague else ""),
        ("活动对象", activity.audience_text),
        ("活动内容", activity.content),
        ("报名方式", activity.signup_text),
        ("联系方式", activity.contact_phone),
    ]
    return "\n".join(f"{label}：{text.strip()}" for label, text in parts if text.strip())


def bump(name: str, now: datetime) -> None:
    """Raise a revision by one; the row is made when it is not there yet, whoever comes first."""
    dialect = session().get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    row = insert(Revision).values(name=name, value=1, changed_at=now)
    raised = {"value": Revision.value + 1, "changed_at": now}
    session().execute(row.on_conflict_do_update(index_elements=[Revision.name], set_=raised))


def tell_registered(
    kind: str,
    occurrences: Sequence[Occurrence],
    *,
    now: datetime,
    page: str,
    ticket_url: TicketUrl,
    reason: str = "",
    urgent: bool = False,
) -> int:
    """Write to everybody who is on the list or the waitlist of these occurrences of one activity.

    By mail when an address was given, else by SMS; in the language in which they signed up; where it is `urgent`, at
    night as well. Returns how many were written to; one query reads the lists. The caller has already written to the
    rows of the occurrences: whoever signs up this moment waits for them and sees the change, or is seen here.
    """
    standing = [status.value for status in STANDING]
    by_id = {occurrence.id: occurrence for occurrence in occurrences}
    session().flush()
    statement = (
        select(Registration)
        .where(Registration.occurrence_id.in_(by_id), Registration.status.in_(standing))
        .order_by(Registration.id)
    )
    if kind in _MOVED:
        _remind_again(occurrences, now)
    rows = [row for row in session().scalars(statement) if row.email or row.phone]
    with together():
        for row in rows:
            link = ticket_url(row.code)
            more = {"reason": reason, "page": page, "link": link}
            _tell(kind, row, by_id[row.occurrence_id], now, more, urgent=urgent)
    return len(rows)


def _tell(
    kind: str, row: Registration, occurrence: Occurrence, now: datetime, more: Mapping[str, str], *, urgent: bool
) -> None:
    agency = occurrence.activity.agency
    values = {
        "name": row.name or "",
        "theme": occurrence.activity.theme,
        "agency": agency.name,
        "when": span_in(row.language, occurrence.starts_at, occurrence.ends_at),
        "venue": occurrence.venue,
        **more,
    }
    letter = letter_of(kind, agency.jurisdiction_id, row.language, values)
    invite = _invite(kind, row, occurrence, more["link"], now)
    ledger.enqueue(
        kind,
        channel=Channel.EMAIL if row.email else Channel.SMS,
        recipient=row.email or row.phone or "",
        subject=letter.subject,
        body=letter.body,
        now=now,
        registration_id=row.id,
        invite=invite,
        urgent=urgent,
    )
    if invite is not None:
        write(_INVITED, {"guest": row.id, "sequence": invite.sequence})


_registrations = cast(Table, Registration.__table__)
_INVITED = update(_registrations).where(_registrations.c.id == bindparam("guest"))
_INVITED = _INVITED.values(calendar_sequence=bindparam("sequence"))


def _invite(kind: str, row: Registration, occurrence: Occurrence, link: str, now: datetime) -> Invite | None:
    """The calendar invite that goes along: to those who have seats, or had an invite before."""
    place = Place(
        row.code,
        row.number,
        row.email or "",
        row.language,
        row.calendar_sequence,
        seated=row.status == RegistrationStatus.CONFIRMED,
        link=link,
    )
    activity = occurrence.activity
    gathering = Gathering(
        activity.theme, occurrence.venue, activity.agency.name, occurrence.starts_at, occurrence.ends_at
    )
    return invite_of(kind, place, gathering, now)


def _remind_again(occurrences: Sequence[Occurrence], now: datetime) -> None:
    """Whoever was reminded of the old time is reminded of the new one, unless that would be due already; a reminder of
    the old one that has not gone out does not go any more."""
    listed = select(Registration.id).where(Registration.occurrence_id.in_([each.id for each in occurrences]))
    waiting = (MessageStatus.QUEUED.value, MessageStatus.HELD.value)
    old = update(Message).where(
        Message.registration_id.in_(listed), Message.kind == REMINDER, Message.status.in_(waiting)
    )
    session().execute(old.values(status=MessageStatus.DROPPED.value, last_error=OVERTAKEN), execution_options=_APART)
    later = [each.id for each in occurrences if each.reminder_hours and not _reminder_due(each, now)]
    if later:
        told = update(Registration).where(Registration.occurrence_id.in_(later), Registration.reminded_at.is_not(None))
        session().execute(told.values(reminded_at=None), execution_options=_APART)


_APART: Mapping[str, Any] = {"synchronize_session": False}


def _reminder_due(occurrence: Occurrence, now: datetime) -> bool:
    return occurrence.starts_at - timedelta(hours=occurrence.reminder_hours or 0) <= now
