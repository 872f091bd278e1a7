"""People of an occurrence who can be reached by telephone alone, and who asked to print their full numbers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, select
from sqlalchemy.orm import aliased

from openday.db import session
from openday.models.activities import Activity
from openday.models.ledger import Message, PhoneList
from openday.models.occurrences import Occurrence
from openday.models.people import Agency, User
from openday.models.registrations import Registration
from openday.queries.scope import within_reach
from openday.rules.message_states import delivery_text
from openday.rules.permissions import Actor, Right, may
from openday.rules.phone import mask_phone
from openday.rules.phone_calls import Cause, may_still_print
from openday.rules.states import STANDING, Channel, MessageStatus, OccurrenceStatus, RegistrationStatus
from openday.rules.wording import span_text


@dataclass(frozen=True)
class CallFacts:
    """The occurrence that the calls are about."""

    id: int
    code: str
    theme: str
    activity_code: str
    agency: str
    number: int | None
    when: str
    venue: str
    status: OccurrenceStatus
    cancelled: bool
    reason: str


@dataclass(frozen=True)
class CallLine:
    """One party to telephone. `phone` is masked unless a use-case says otherwise; `last` is what their newest message
    was about, `said` what became of it."""

    number: str
    name: str
    phone: str
    party_size: int
    status: RegistrationStatus
    last: str
    said: str


@dataclass(frozen=True)
class PhoneRequest:
    """Somebody's wish to print full numbers, and what became of it."""

    code: str
    occurrence: str
    theme: str
    agency: str
    when: str
    cause: Cause
    reason: str
    status: str
    asked_by_id: int
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    expires_at: datetime | None
    printable: bool


def call_facts(occurrence: Occurrence) -> CallFacts:
    """What is said about an occurrence on the telephone."""
    activity = occurrence.activity
    return CallFacts(
        id=occurrence.id,
        code=occurrence.code,
        theme=activity.theme,
        activity_code=activity.code,
        agency=activity.agency.name,
        number=occurrence.number,
        when=span_text(occurrence.starts_at, occurrence.ends_at),
        venue=occurrence.venue,
        status=OccurrenceStatus(occurrence.status),
        cancelled=activity.status == "cancelled",
        reason=occurrence.cancel_reason or activity.cancel_reason or "",
    )


def people_to_call(occurrence_id: int, *, full: bool = False) -> list[CallLine]:
    """Everybody on the list or the waitlist who left a telephone number and no e-mail address, in the order in which
    they came; with `full` the numbers are whole, which only a use-case that notes it may ask for."""
    newest = (
        select(func.max(Message.id))
        .where(Message.registration_id == Registration.id)
        .correlate(Registration)
        .scalar_subquery()
    )
    statement = (
        select(
            Registration.number,
            Registration.name,
            Registration.phone,
            Registration.party_size,
            Registration.status,
            Message.kind,
            Message.channel,
            Message.status.label("message_status"),
            Message.attempts,
            Message.last_error,
            Message.sent_at,
            Message.next_attempt_at,
            Message.created_at.label("message_at"),
        )
        .outerjoin(Message, Message.id == newest)
        .where(
            Registration.occurrence_id == occurrence_id,
            Registration.status.in_([status.value for status in STANDING]),
            Registration.phone.is_not(None),
            Registration.email.is_(None),
        )
        .order_by(Registration.id)
    )
    return [_line(row, full) for row in session().execute(statement)]


def _line(row: Any, full: bool) -> CallLine:
    said = ""
    if row.kind:
        said = delivery_text(
            Channel(row.channel),
            MessageStatus(row.message_status),
            attempts=row.attempts,
            error=row.last_error,
            created_at=row.message_at,
            sent_at=row.sent_at,
            next_attempt_at=row.next_attempt_at,
        )
    return CallLine(
        number=row.number,
        name=row.name or "",
        phone=row.phone if full else mask_phone(row.phone),
        party_size=row.party_size,
        status=RegistrationStatus(row.status),
        last=row.kind or "",
        said=said,
    )


_asker, _judge = aliased(User), aliased(User)
_REQUESTS: Select[*tuple[Any, ...]] = (
    select(
        PhoneList,
        Occurrence.code.label("occurrence"),
        Occurrence.starts_at,
        Occurrence.ends_at,
        Activity.theme,
        Agency.name.label("agency"),
        _asker.name.label("asked_by"),
        _judge.name.label("decided_by"),
    )
    .join(Occurrence, Occurrence.id == PhoneList.occurrence_id)
    .join(Activity, Activity.id == Occurrence.activity_id)
    .join(Agency, Agency.id == Activity.agency_id)
    .join(_asker, _asker.id == PhoneList.asked_by_id)
    .outerjoin(_judge, _judge.id == PhoneList.decided_by_id)
)


def requests_in_reach(actor: Actor, right: Right) -> ColumnElement[bool]:
    """A condition on `Agency`, for the requests that a right of this person reaches."""
    return within_reach(actor, right) if may(actor, right) else false()


def phone_requests(actor: Actor, now: datetime, *, waiting: bool) -> list[PhoneRequest]:
    """Requests within reach of whoever may grant them: those that wait, the oldest first, or the last fifty decided."""
    statement = _REQUESTS.where(requests_in_reach(actor, Right.PHONE_LIST_GRANT))
    if waiting:
        statement = statement.where(PhoneList.status == "asked").order_by(PhoneList.id)
    else:
        statement = statement.where(PhoneList.status != "asked").order_by(PhoneList.id.desc()).limit(50)
    return [_request(row, now) for row in session().execute(statement)]


def requests_of(actor: Actor, occurrence_id: int, now: datetime) -> list[PhoneRequest]:
    """This person's own requests for one occurrence, the newest first, at most five."""
    statement = _REQUESTS.where(PhoneList.occurrence_id == occurrence_id, PhoneList.asked_by_id == actor.user_id)
    return [_request(row, now) for row in session().execute(statement.order_by(PhoneList.id.desc()).limit(5))]


def _request(row: Any, now: datetime) -> PhoneRequest:
    found: PhoneList = row.PhoneList
    return PhoneRequest(
        code=found.code,
        occurrence=row.occurrence,
        theme=row.theme,
        agency=row.agency,
        when=span_text(row.starts_at, row.ends_at),
        cause=Cause(found.cause),
        reason=found.reason,
        status=found.status,
        asked_by_id=found.asked_by_id,
        asked_by=row.asked_by,
        asked_at=found.asked_at,
        decided_by=row.decided_by or "",
        decided_at=found.decided_at,
        expires_at=found.expires_at,
        printable=found.status == "granted" and may_still_print(found.expires_at, now),
    )
