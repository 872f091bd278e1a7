"""Audit rows and outbox messages, written into the caller's transaction."""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, cast

from sqlalchemy import Table, insert

from openday import vault
from openday.db import session, write
from openday.documents.calendar_invites import Invite
from openday.models.ledger import AuditEvent, Message, audit_content
from openday.rules.permissions import Actor
from openday.rules.states import Channel, MessageStatus

# Plain inserts: nearly every use-case writes here, and the unit of work would take four times as long.
_INSERT_EVENT = insert(cast(Table, AuditEvent.__table__))
_INSERT_MESSAGE = insert(cast(Table, Message.__table__))
_AT_ONCE = 1000
_AHEAD = timedelta(days=1)


@dataclass
class Holding:
    """A batch that messages are put into, and how many came so far."""

    batch_id: int
    count: int = 0


_holding: ContextVar[Holding | None] = ContextVar("holding", default=None)


@contextmanager
def held_in(batch_id: int) -> Iterator[Holding]:
    """Whatever the block puts into the outbox waits in this batch until somebody has read it.

    Around the whole of a change rather than an argument of each step: what is held must not go out by a side door.
    """
    holding = Holding(batch_id)
    token = _holding.set(holding)
    try:
        yield holding
    finally:
        _holding.reset(token)


def record(
    action: str,
    *,
    actor: Actor | None,
    record_type: str,
    record_id: int | None,
    now: datetime,
    agency_id: int | None = None,
    **detail: Any,
) -> None:
    """Note who did what to which record. `detail` holds plain JSON values and never personal data."""
    write(_INSERT_EVENT, _event(action, actor, record_type, record_id, now, agency_id, detail))


def record_each(
    action: str, records: Iterable[tuple[int, int]], *, actor: Actor, record_type: str, now: datetime
) -> None:
    """Note that somebody did the same to many records, given as (record id, agency id): an entry for each."""
    values = [_event(action, actor, record_type, id_, now, agency_id, {}) for id_, agency_id in records]
    if values:
        session().execute(_INSERT_EVENT, values)


def _event(
    action: str,
    actor: Actor | None,
    record_type: str,
    record_id: int | None,
    now: datetime,
    agency_id: int | None,
    detail: dict[str, Any],
) -> dict[str, Any]:
    """A signed row of the ledger."""
    actor_id = actor.user_id if actor else None
    agency_id = agency_id if agency_id is not None else (actor.agency_id if actor else None)
    content = audit_content(now, actor_id, agency_id, action, record_type, record_id, detail)
    return {
        "at": now,
        "actor_id": actor_id,
        "agency_id": agency_id,
        "action": action,
        "record_type": record_type,
        "record_id": record_id,
        "detail": detail,
        "signature": vault.signature(content),
    }


def enqueue(
    kind: str,
    *,
    channel: Channel,
    recipient: str,
    subject: str,
    body: str,
    now: datetime,
    registration_id: int | None = None,
    invite: Invite | None = None,
    urgent: bool = False,
) -> None:
    """Put a finished message into the outbox; it goes out after the caller's transaction, or not at all.

    A mail may carry an `invite` to a calendar along. An `urgent` one stands before all that wait, and does not
    wait for the morning: somebody sits before the page for it, or it would come too late.
    """
    write(
        _INSERT_MESSAGE,
        {
            "kind": kind,
            "channel": channel.value,
            "recipient": recipient,
            "subject": subject,
            "body": body,
            "message_id": f"<{uuid.uuid4().hex}@openday>",
            "registration_id": registration_id,
            "attachment": invite.as_text() if invite else None,
            "attachment_type": invite.content_type if invite else None,
            **_standing(),
            "attempts": 0,
            "last_error": "",
            "created_at": now,
            "next_attempt_at": now - _AHEAD if urgent else now,
        },
    )


def _standing() -> dict[str, Any]:
    """Whether one more message may go out, or waits in a batch."""
    holding = _holding.get()
    if holding is None:
        return {"status": MessageStatus.QUEUED.value}
    holding.count += 1
    return {"status": MessageStatus.HELD.value, "batch_id": holding.batch_id}


@dataclass(frozen=True)
class Addressed:
    """One of many finished messages; `watch_id` names the watch that it goes to."""

    channel: Channel
    recipient: str
    subject: str
    body: str
    watch_id: int | None = None


def enqueue_all(kind: str, letters: Iterable[Addressed], *, now: datetime, wait: timedelta = timedelta(0)) -> int:
    """Put many messages into the outbox with few statements; none goes out before `wait` is over. Returns how many."""
    count = 0
    remaining = iter(letters)
    while some := list(islice(remaining, _AT_ONCE)):
        session().execute(
            _INSERT_MESSAGE,
            [
                {
                    "kind": kind,
                    "channel": letter.channel.value,
                    "recipient": letter.recipient,
                    "subject": letter.subject,
                    "body": letter.body,
                    "message_id": f"<{uuid.uuid4().hex}@openday>",
                    "watch_id": letter.watch_id,
                    **_standing(),
                    "created_at": now,
                    "next_attempt_at": now + wait,
                }
                for letter in some
            ],
        )
        count += len(some)
    return count
