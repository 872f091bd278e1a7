"""Batches of messages that the office reads before they go: which wait, what they say, and to whom."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, false, func, select
from sqlalchemy.orm import aliased

from openday.db import session
from openday.errors import NotFound
from openday.models.activities import Activity
from openday.models.ledger import Message, MessageBatch
from openday.models.occurrences import Occurrence
from openday.models.people import Jurisdiction, User
from openday.models.registrations import Registration
from openday.queries.messages import masked, without_keys
from openday.queries.registrations import sayable
from openday.rules.message_batches import cause_name, waits_too_long
from openday.rules.permissions import Actor, Right, may
from openday.rules.states import Channel, MessageStatus

PER_PAGE = 100
DECIDED_SHOWN = 50


@dataclass(frozen=True)
class BatchLine:
    """One batch in a list. `decided_by` and `decided_at` are empty while it waits."""

    code: str
    cause: str
    about: str
    status: str
    messages: int
    created_by: str
    created_at: datetime
    decided_by: str
    decided_at: datetime | None
    late: bool
    """It waits longer than a day."""


@dataclass(frozen=True)
class Sample:
    """One message of a batch as it reads, without its address and without what opens a ticket."""

    kind: str
    channel: Channel
    subject: str
    body: str
    like: int
    """How many messages of the batch are of this kind and channel."""


@dataclass(frozen=True)
class Recipient:
    """Somebody who is written to; the address is masked. `occurrence` and `number` lead to the list, '' for a watch."""

    id: int
    kind: str
    channel: Channel
    address: str
    status: MessageStatus
    occurrence: str
    number: str


@dataclass(frozen=True)
class BatchPage:
    """One batch with a page of those whom it goes to."""

    line: BatchLine
    reason: str
    activity_code: str
    changed_since: int
    """How often the activity has changed since the batch was put together."""
    channels: dict[Channel, int]
    samples: tuple[Sample, ...]
    recipients: tuple[Recipient, ...]
    page: int
    pages: int


_maker, _judge = aliased(User), aliased(User)
_COUNT = select(func.count()).where(Message.batch_id == MessageBatch.id).correlate(MessageBatch).scalar_subquery()
_LINES: Select[*tuple[Any, ...]] = (
    select(
        MessageBatch,
        _COUNT.label("messages"),
        _maker.name.label("created_by"),
        _judge.name.label("decided_by"),
        Activity.code.label("activity_code"),
        Activity.sequence.label("sequence"),
    )
    .outerjoin(_maker, _maker.id == MessageBatch.created_by_id)
    .outerjoin(_judge, _judge.id == MessageBatch.decided_by_id)
    .outerjoin(Activity, Activity.id == MessageBatch.activity_id)
)


def batches_in_reach(actor: Actor) -> ColumnElement[bool]:
    """A condition on MessageBatch: those of this person's office and of the offices below."""
    if not may(actor, Right.MESSAGE_REVIEW):
        return false()
    below = select(Jurisdiction.id).where(Jurisdiction.path.startswith(actor.jurisdiction_path, autoescape=True))
    return MessageBatch.jurisdiction_id.in_(below)


def waiting_batches(actor: Actor, now: datetime) -> list[BatchLine]:
    """Those that wait to be read, the oldest first."""
    statement = _LINES.where(batches_in_reach(actor), MessageBatch.status == "held").order_by(MessageBatch.id)
    return [_line(row, now) for row in session().execute(statement)]


def decided_batches(actor: Actor, now: datetime) -> list[BatchLine]:
    """Those that went out or were dropped, the newest first, at most `DECIDED_SHOWN`."""
    statement = _LINES.where(batches_in_reach(actor), MessageBatch.status != "held")
    newest = statement.order_by(MessageBatch.decided_at.desc(), MessageBatch.id.desc()).limit(DECIDED_SHOWN)
    return [_line(row, now) for row in session().execute(newest)]


def batch_page(actor: Actor, code: str, now: datetime, page: int = 1) -> BatchPage:
    """One batch, with what it says and to whom it goes.

    Raises:
        NotFound: not there, or not within reach.
    """
    row = session().execute(_LINES.where(batches_in_reach(actor), MessageBatch.code == sayable(code))).first()
    if row is None:
        raise NotFound()
    batch: MessageBatch = row.MessageBatch
    kinds = _kinds(batch.id)
    pages = max(1, -(-row.messages // PER_PAGE))
    page = min(max(page, 1), pages)
    channels = {channel: sum(each.like for each in kinds if each.channel is channel) for channel in Channel}
    return BatchPage(
        line=_line(row, now),
        reason=batch.reason,
        activity_code=row.activity_code or "",
        changed_since=max((row.sequence or 0) - batch.sequence, 0),
        channels=channels,
        samples=tuple(kinds),
        recipients=tuple(_recipients(batch.id, page)),
        page=page,
        pages=pages,
    )


def _line(row: Any, now: datetime) -> BatchLine:
    batch: MessageBatch = row.MessageBatch
    return BatchLine(
        code=batch.code,
        cause=cause_name(batch.kind),
        about=batch.about,
        status=batch.status,
        messages=row.messages,
        created_by=row.created_by or "",
        created_at=batch.created_at,
        decided_by=row.decided_by or "",
        decided_at=batch.decided_at,
        late=batch.status == "held" and waits_too_long(batch.created_at, now),
    )


def _kinds(batch_id: int) -> list[Sample]:
    """The first message of each kind and channel, complete, with how many are like it."""
    firsts = (
        select(func.min(Message.id).label("first"), func.count().label("like"))
        .where(Message.batch_id == batch_id)
        .group_by(Message.kind, Message.channel)
        .subquery()
    )
    statement = (
        select(Message.kind, Message.channel, Message.subject, Message.body, firsts.c.like)
        .join(firsts, firsts.c.first == Message.id)
        .order_by(Message.id)
    )
    return [
        Sample(row.kind, Channel(row.channel), row.subject or "", without_keys(row.body or ""), row.like)
        for row in session().execute(statement)
    ]


def _recipients(batch_id: int, page: int) -> list[Recipient]:
    parked_first = case({MessageStatus.PARKED.value: 0}, value=Message.status, else_=1)
    statement = (
        select(
            Message.id,
            Message.kind,
            Message.channel,
            Message.recipient,
            Message.status,
            Occurrence.code.label("occurrence"),
            Registration.number,
        )
        .outerjoin(Registration, Registration.id == Message.registration_id)
        .outerjoin(Occurrence, Occurrence.id == Registration.occurrence_id)
        .where(Message.batch_id == batch_id)
        .order_by(parked_first, Message.id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    return [
        Recipient(
            row.id,
            row.kind,
            Channel(row.channel),
            masked(row.channel, row.recipient or ""),
            MessageStatus(row.status),
            row.occurrence or "",
            row.number or "",
        )
        for row in session().execute(statement)
    ]
