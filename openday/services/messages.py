"""The outbox: claimed with a lease, sent outside of any transaction, then marked.

Sent before marked: a worker that dies in between sends the same message again, with the same Message-ID.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import or_, select

from openday import clock
from openday.db import session, use_case
from openday.delivery.senders import Letter
from openday.errors import Conflict
from openday.models.ledger import Message
from openday.queries.messages import message_in_reach
from openday.rules.permissions import Actor
from openday.rules.states import MessageStatus
from openday.services import ledger

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
def claim_messages(limit: int = 5) -> list[Claimed]:
    """Take up to `limit` messages that are due; nobody else takes them while the lease runs.

    Five, because a mail server that hangs costs 20 seconds a message, and the lease must outlast them all.
    """
    now = clock.now()
    due = (
        select(Message)
        .where(Message.status == MessageStatus.QUEUED, Message.next_attempt_at <= now)
        .where(or_(Message.leased_until.is_(None), Message.leased_until < now))
        .order_by(Message.next_attempt_at, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = []
    for row in session().scalars(due):
        row.leased_until = now + LEASE
        claimed.append(Claimed(row.id, row.channel, _letter(row)))
    return claimed


def _letter(row: Message) -> Letter:
    return Letter(
        kind=row.kind,
        recipient=row.recipient or "",
        subject=row.subject or "",
        body=row.body or "",
        message_id=row.message_id,
        created_at=row.created_at,
    )


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt: `error` '' = the server took it; `for_good` = it never will."""

    message_id: int
    error: str = ""
    for_good: bool = False


@use_case
def mark_outcomes(outcomes: Sequence[Outcome]) -> None:
    """Write down what became of the messages of one claim.

    What did not go out waits longer each time, for at least 72 hours, and is then parked where the office sees it.
    """
    now = clock.now()
    rows = session().scalars(select(Message).where(Message.id.in_([outcome.message_id for outcome in outcomes])))
    by_id = {row.id: row for row in rows}
    for outcome in outcomes:
        row = by_id.get(outcome.message_id)
        if row is None:
            continue  # retention was faster
        row.attempts += 1
        row.leased_until = None
        row.last_error = outcome.error[:500]
        if not outcome.error:
            row.status, row.sent_at = MessageStatus.SENT.value, now
        elif outcome.for_good or now - row.created_at > GIVE_UP_AFTER:
            row.status = MessageStatus.PARKED.value
        else:
            row.next_attempt_at = now + back_off(row.attempts)


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
