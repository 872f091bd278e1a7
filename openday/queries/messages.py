"""Reading the outbox: what waits, what is parked and why. Recipients stay masked."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, false, func, or_, select

from openday.db import session
from openday.errors import NotFound
from openday.models.activities import Activity
from openday.models.ledger import Message
from openday.models.occurrences import Occurrence
from openday.models.people import Agency
from openday.models.registrations import Registration
from openday.queries.scope import within_reach
from openday.rules.permissions import Actor, Right, Role, may
from openday.rules.phone import mask_phone
from openday.rules.states import Channel, MessageStatus

LONGEST = 200


@dataclass(frozen=True)
class MessageRow:
    """One message as the office sees it."""

    id: int
    kind: str
    channel: str
    recipient: str
    status: str
    attempts: int
    created_at: datetime
    next_attempt_at: datetime
    error: str


def outbox_counts(actor: Actor) -> dict[str, int]:
    """How many messages within reach stand in each status."""
    statement = select(Message.status, func.count()).where(_within(actor)).group_by(Message.status)
    counts = dict.fromkeys((status.value for status in MessageStatus), 0)
    for status, count in session().execute(statement):
        counts[status] = count
    return counts


def outbox_rows(actor: Actor, status: str = "") -> list[MessageRow]:
    """Messages within reach, parked ones first, then the queue, newest first, at most `LONGEST`."""
    rank = case({"parked": 0, "queued": 1}, value=Message.status, else_=2)
    statement = select(Message).where(_within(actor)).order_by(rank, Message.id.desc()).limit(LONGEST)
    if status:
        statement = statement.where(Message.status == status)
    return [
        MessageRow(
            id=row.id,
            kind=row.kind,
            channel=row.channel,
            recipient=masked(row.channel, row.recipient or ""),
            status=row.status,
            attempts=row.attempts,
            created_at=row.created_at,
            next_attempt_at=row.next_attempt_at,
            error=row.last_error,
        )
        for row in session().scalars(statement)
    ]


def message_in_reach(actor: Actor, message_id: int) -> Message:
    """The message, locked for a change.

    Raises:
        NotFound: not there or not within reach.
    """
    statement = select(Message).where(Message.id == message_id, _within(actor)).with_for_update(of=Message)
    row = session().scalar(statement)
    if row is None:
        raise NotFound()
    return row


def _within(actor: Actor) -> ColumnElement[bool]:
    """Messages about registrations of agencies within reach; those about nobody's registration are the admin's."""
    if not may(actor, Right.MESSAGE_MANAGE):
        return false()
    reached = (
        select(Registration.id)
        .join(Occurrence, Occurrence.id == Registration.occurrence_id)
        .join(Activity, Activity.id == Occurrence.activity_id)
        .join(Agency, Agency.id == Activity.agency_id)
        .where(within_reach(actor, Right.MESSAGE_MANAGE))
    )
    theirs = Message.registration_id.in_(reached)
    return or_(theirs, Message.registration_id.is_(None)) if Role.ADMIN in actor.roles else theirs


def masked(channel: str, recipient: str) -> str:
    """An address as staff see it: 138****1234, z***@example.org."""
    if channel == Channel.SMS:
        return mask_phone(recipient)
    user, _, domain = recipient.partition("@")
    return f"{user[:1]}***@{domain}" if domain else "***"
