"""The outbox: claimed with a lease, sent outside of any transaction, then marked.

Sent before marked: a worker that dies in between sends the same message again, with the same Message-ID.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

from sqlalchemy import Table, bindparam, or_, select, update

from openday import clock
from openday.db import Instant, session, use_case
from openday.delivery.letter import Calendar, Letter
from openday.documents.calendar_invites import invite_bytes, invite_from
from openday.errors import Conflict
from openday.models.ledger import Message
from openday.models.occurrences import Occurrence
from openday.models.registrations import Registration
from openday.queries.messages import message_in_reach
from openday.rules import phone_code
from openday.rules.permissions import Actor
from openday.rules.quiet_hours import QuietHours, waits_until
from openday.rules.reminders import OVERTAKEN, REMINDER
from openday.rules.states import MessageStatus, OccurrenceStatus, RegistrationStatus
from openday.services import ledger

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
GIVE_UP_AFTER = timedelta(hours=96)
_FIRST_WAIT = timedelta(seconds=15)
_LONGEST_WAIT = timedelta(minutes=30)


@dataclass(frozen=True)
class Claimed:
    """A message that this worker holds until its lease ends."""

    id: int
    channel: str
    letter: Letter


@use_case
def claim_messages(limit: int = 5, *, quiet: QuietHours | None = None) -> list[Claimed]:
    """Take up to `limit` messages that are due; nobody else takes them while the lease runs.

    Five, because a mail server that hangs costs 20 seconds a message, and the lease must outlast them all. In `quiet`
    hours what can wait is put off until the morning; what was overtaken by events is dropped.
    """
    now = clock.now()
    held: list[Any] = []
    most = _LOOKED_THROUGH if quiet and quiet.holds(now) else limit
    for row in session().execute(_DUE, {"now": now, "most": most}).all():
        if len(held) == limit:
            break
        if _overtaken(row, now):
            _set(row.id, status=MessageStatus.DROPPED.value, last_error=OVERTAKEN)
        elif not _urgent(row) and (morning := waits_until(row.kind, row.starts_at, now, quiet)):
            _set(row.id, next_attempt_at=morning)
        else:
            held.append(row)
    letters = _opened([row.id for row in held])
    if letters:
        session().execute(update(_messages).where(_messages.c.id.in_(letters)).values(leased_until=now + LEASE))
    return [Claimed(row.id, row.channel, letters[row.id]) for row in held if row.id in letters]


_messages = cast(Table, Message.__table__)
_MARKED = ("status", "last_error", "next_attempt_at", "sent_at")
_LOOKED_THROUGH = 100
"""How many that can wait do not keep one that cannot from going out at night."""
_DUE = (
    select(
        Message.id,
        Message.kind,
        Message.channel,
        Message.created_at,
        Message.next_attempt_at,
        Registration.status.label("registration_status"),
        Occurrence.status.label("occurrence_status"),
        Occurrence.starts_at,
    )
    .outerjoin(Registration, Registration.id == Message.registration_id)
    .outerjoin(Occurrence, Occurrence.id == Registration.occurrence_id)
    .where(Message.status == MessageStatus.QUEUED, Message.next_attempt_at <= bindparam("now", type_=Instant))
    .where(or_(Message.leased_until.is_(None), Message.leased_until < bindparam("now", type_=Instant)))
    .order_by(Message.next_attempt_at, Message.id)
    .limit(bindparam("most"))
    .with_for_update(of=Message, skip_locked=True)
)


def _urgent(row: Any) -> bool:
    """Whether it was put before all others, see `ledger.enqueue`."""
    return bool(row.next_attempt_at < row.created_at)


def _overtaken(row: Any, now: datetime) -> bool:
    """Whether it is a reminder of something that is not so any more: given back, called off, or begun; or a code whose
    minutes are over."""
    if row.kind == phone_code.KIND:
        return bool(now - row.created_at >= phone_code.LASTS)
    if row.kind != REMINDER:
        return False
    held = row.occurrence_status == OccurrenceStatus.SCHEDULED and row.starts_at > now
    return not held or row.registration_status != RegistrationStatus.CONFIRMED


def _opened(ids: Sequence[int]) -> dict[int, Letter]:
    """The letters of these messages; one that does not open any more is parked, so that it stops nobody."""
    statement = select(Message).where(Message.id.in_(ids))
    try:
        return {row.id: _letter(row) for row in session().scalars(statement)} if ids else {}
    except ValueError:
        if len(ids) > 1:
            return {id_: letter for one in ids for id_, letter in _opened([one]).items()}
        log.exception("message %s does not open", ids[0])
        _set(ids[0], status=MessageStatus.PARKED.value, last_error="内容无法读取，可能更换过密钥")
        return {}


def _set(message_id: int, **values: Any) -> None:
    session().execute(update(_messages).where(_messages.c.id == message_id).values(**values))


def _letter(row: Message) -> Letter:
    return Letter(
        kind=row.kind,
        recipient=row.recipient or "",
        subject=row.subject or "",
        body=row.body or "",
        message_id=row.message_id,
        created_at=row.created_at,
        calendar=_calendar(row.attachment) if row.attachment else None,
    )


def _calendar(attachment: str) -> Calendar | None:
    """The calendar invite of a letter; the letter matters more."""
    try:
        invite = invite_from(attachment)
    except ValueError:
        log.exception("a calendar invite cannot be read; its letter goes without it")
        return None
    return Calendar(invite.method, partial(invite_bytes, invite))


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt: `error` '' = the server took it; `for_good` = it never will. Not `tried`: it was not
    its turn any more."""

    message_id: int
    error: str = ""
    for_good: bool = False
    tried: bool = True


@use_case
def mark_outcomes(outcomes: Sequence[Outcome]) -> None:
    """Write down what became of the messages of one claim.

    What did not go out waits longer each time, for at least 72 hours, and is then parked where the office sees it.
    """
    now = clock.now()
    ids = [outcome.message_id for outcome in outcomes]
    rows = {row.id: row for row in session().execute(_STANDING.where(_messages.c.id.in_(ids)))}
    # What retention deleted meanwhile is not there any more.
    marks = [_marked(outcome, rows[outcome.message_id], now) for outcome in outcomes if outcome.message_id in rows]
    if marks:
        session().execute(_MARK, marks)


_STANDING = select(*(_messages.c[name] for name in ("id", "attempts", "created_at", *_MARKED)))
_MARK = (
    update(_messages)
    .where(_messages.c.id == bindparam("message"))
    .values(leased_until=None, attempts=bindparam("attempts"), **{name: bindparam(name) for name in _MARKED})
)


def _marked(outcome: Outcome, row: Any, now: datetime) -> dict[str, Any]:
    """What is known of a message after an attempt: the values for _MARK."""
    marks = {"message": row.id, "attempts": row.attempts, **{name: getattr(row, name) for name in _MARKED}}
    if not outcome.tried:
        return marks
    marks |= {"attempts": row.attempts + 1, "last_error": outcome.error[:500]}
    if not outcome.error:
        return {**marks, "status": MessageStatus.SENT.value, "sent_at": now}
    if outcome.for_good or now - row.created_at > GIVE_UP_AFTER:
        return {**marks, "status": MessageStatus.PARKED.value}
    return {**marks, "next_attempt_at": now + back_off(row.attempts + 1)}


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 15 s, doubled each time, at most 30 minutes."""
    doublings = min(max(attempts - 1, 0), 10)
    return min(_FIRST_WAIT * (1 << doublings), _LONGEST_WAIT)


@use_case
def retry_message(actor: Actor, message_id: int) -> None:
    """Put a parked message back into the queue.

    Raises:
        NotFound: there is no such message within reach.
        Conflict: it is not parked.
    """
    now = clock.now()
    row = message_in_reach(actor, message_id)
    if row.status != MessageStatus.PARKED:
        raise Conflict("这条消息不在待处理之列")
    row.status, row.next_attempt_at, row.created_at = MessageStatus.QUEUED.value, now, now
    ledger.record("message.retry", actor=actor, record_type="message", record_id=row.id, now=now)
