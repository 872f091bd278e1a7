"""Reading the outbox: what waits, what is parked and why, what one person was sent. Recipients stay masked."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from openday.clock import SHANGHAI
from openday.db import session
from openday.errors import NotFound
from openday.models.activities import Activity, ActivityWatch
from openday.models.ledger import Message, MessageBatch
from openday.models.occurrences import Occurrence
from openday.models.people import Agency
from openday.models.registrations import Registration
from openday.queries.registrations import sayable
from openday.queries.scope import within_reach
from openday.rules.message_states import delivery_text
from openday.rules.permissions import Actor, Right, Role, may
from openday.rules.phone import mask_phone
from openday.rules.states import Channel, MessageStatus

PAGE = 50
_COUNTED = (MessageStatus.QUEUED, MessageStatus.HELD, MessageStatus.PARKED)
"""What is counted on the page: what was sent grows for ever, and nobody has to do anything about it."""


@dataclass(frozen=True)
class MessageRow:
    """One message as staff see it; `said` says what became of it, `occurrence` and `number` lead to the list."""

    id: int
    kind: str
    channel: Channel
    recipient: str
    status: MessageStatus
    created_at: datetime
    said: str
    occurrence: str
    number: str


@dataclass(frozen=True)
class Wanted:
    """Which messages are looked for. `before` is the id of the last one on the page before."""

    status: MessageStatus | None = None
    kind: str = ""
    occurrence: str = ""
    day: date | None = None
    before: int | None = None


@dataclass(frozen=True)
class MessageStory:
    """One message with everything that is known of its way. `subject` and `body` are empty for whoever may not read
    registrations, for what is about no registration and no watch (codes, invitations to work here), and once retention
    has deleted them."""

    row: MessageRow
    theme: str
    subject: str
    body: str
    attempts: int
    error: str
    sent_at: datetime | None
    next_attempt_at: datetime
    message_id: str
    batch: str
    batch_at: datetime | None


def outbox_counts(actor: Actor) -> dict[str, int]:
    """How many messages within reach wait, are held, and are parked."""
    waiting = [status.value for status in _COUNTED]
    statement = (
        select(Message.status, func.count())
        .where(Message.status.in_(waiting), within_message_reach(actor))
        .group_by(Message.status)
    )
    counts = dict.fromkeys(waiting, 0)
    for status, count in session().execute(statement):
        counts[status] = count
    return counts


_ROWS: Select[*tuple[Any, ...]] = (
    select(
        Message.id,
        Message.kind,
        Message.channel,
        Message.recipient,
        Message.status,
        Message.attempts,
        Message.last_error,
        Message.created_at,
        Message.next_attempt_at,
        Message.sent_at,
        Registration.number,
        Occurrence.code.label("occurrence"),
    )
    .outerjoin(Registration, Registration.id == Message.registration_id)
    .outerjoin(Occurrence, Occurrence.id == Registration.occurrence_id)
)


def outbox_rows(actor: Actor, wanted: Wanted) -> list[MessageRow]:
    """The newest messages within reach that are looked for, at most `PAGE`."""
    statement = _ROWS.where(within_message_reach(actor))
    if wanted.status is not None:
        statement = statement.where(Message.status == wanted.status.value)
    if wanted.kind:
        statement = statement.where(Message.kind == wanted.kind)
    if wanted.occurrence:
        statement = statement.where(Occurrence.code == sayable(wanted.occurrence))
    if wanted.day is not None:
        begins = datetime.combine(wanted.day, time(), SHANGHAI)
        statement = statement.where(Message.created_at >= begins, Message.created_at < begins + timedelta(days=1))
    if wanted.before is not None:
        statement = statement.where(Message.id < wanted.before)
    return [_row(row) for row in session().execute(statement.order_by(Message.id.desc()).limit(PAGE))]


def registration_messages(occurrence_id: int, number: str) -> list[MessageRow]:
    """Everything that was written to one party, oldest first; the caller has checked that the list is within reach."""
    statement = _ROWS.where(Registration.occurrence_id == occurrence_id, Registration.number == sayable(number))
    return [_row(row) for row in session().execute(statement.order_by(Message.id))]


def message_story(actor: Actor, message_id: int) -> MessageStory:
    """One message within reach.

    Raises:
        NotFound: not there, or not within reach.
    """
    statement = (
        _ROWS.add_columns(
            Message.subject,
            Message.body,
            Message.message_id,
            or_(Message.registration_id.is_not(None), Message.watch_id.is_not(None)).label("public"),
            Activity.theme,
            MessageBatch.code.label("batch"),
            MessageBatch.created_at.label("batch_at"),
        )
        .outerjoin(Activity, Activity.id == Occurrence.activity_id)
        .outerjoin(MessageBatch, MessageBatch.id == Message.batch_id)
        .where(Message.id == message_id, within_message_reach(actor))
    )
    row = session().execute(statement).first()
    if row is None:
        raise NotFound()
    readable = row.public and may(actor, Right.REGISTRATION_READ)
    return MessageStory(
        row=_row(row),
        theme=row.theme or "",
        subject=(row.subject or "") if readable else "",
        body=without_keys(row.body or "") if readable else "",
        attempts=row.attempts,
        error=row.last_error,
        sent_at=row.sent_at,
        next_attempt_at=row.next_attempt_at,
        message_id=row.message_id,
        batch=row.batch or "",
        batch_at=row.batch_at,
    )


def message_in_reach(actor: Actor, message_id: int) -> Message:
    """The message, locked for a change.

    Raises:
        NotFound: not there or not within reach.
    """
    statement = select(Message).where(Message.id == message_id, within_message_reach(actor))
    row = session().scalar(statement.with_for_update(of=Message))
    if row is None:
        raise NotFound()
    return row


def within_message_reach(actor: Actor) -> ColumnElement[bool]:
    """Messages about registrations and watches of activities within reach; those about neither are the admin's.

    Asked row by row, newest first: the first pages, which are what people read, need no more rows than they show.
    """
    if not may(actor, Right.MESSAGE_MANAGE):
        return false()
    reach = within_reach(actor, Right.MESSAGE_MANAGE)
    agencies = select(Agency.id).where(reach)
    # Under names of their own, so that it may stand beside the joins of any list.
    registration, occurrence, activity = (
        Registration.__table__.alias("r"),
        Occurrence.__table__.alias("o"),
        Activity.__table__.alias("a"),
    )
    registered = (
        select(registration.c.id)
        .join(occurrence, occurrence.c.id == registration.c.occurrence_id)
        .join(activity, activity.c.id == occurrence.c.activity_id)
        .where(registration.c.id == Message.registration_id, activity.c.agency_id.in_(agencies))
        .exists()
    )
    watched_activity = Activity.__table__.alias("wa")
    watch = ActivityWatch.__table__.alias("w")
    watched = (
        select(watch.c.id)
        .join(watched_activity, watched_activity.c.id == watch.c.activity_id)
        .where(watch.c.id == Message.watch_id, watched_activity.c.agency_id.in_(agencies))
        .exists()
    )
    theirs = or_(registered, watched)
    nobodys = and_(Message.registration_id.is_(None), Message.watch_id.is_(None))
    return or_(theirs, nobodys) if Role.ADMIN in actor.roles else theirs


_KEY = re.compile(r"(?<=/)[0-9a-z]{20,}")


def without_keys(body: str) -> str:
    """A text as staff read it: whoever has the link of a ticket acts in its holder's place, so that it ends in …"""
    return _KEY.sub("…", body)


def masked(channel: str, recipient: str) -> str:
    """An address as staff see it: 138****1234, z***@example.org."""
    if not recipient:
        return ""
    if channel == Channel.SMS:
        return mask_phone(recipient)
    user, _, domain = recipient.partition("@")
    return f"{user[:1]}***@{domain}" if domain else "***"


def _row(row: Any) -> MessageRow:
    channel, status = Channel(row.channel), MessageStatus(row.status)
    said = delivery_text(
        channel,
        status,
        attempts=row.attempts,
        error=row.last_error,
        created_at=row.created_at,
        sent_at=row.sent_at,
        next_attempt_at=row.next_attempt_at,
    )
    return MessageRow(
        id=row.id,
        kind=row.kind,
        channel=channel,
        recipient=masked(channel, row.recipient or ""),
        status=status,
        created_at=row.created_at,
        said=said,
        occurrence=row.occurrence or "",
        number=row.number or "",
    )
