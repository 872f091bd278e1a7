"""The office lets a batch of messages go, or decides that it does not; the first of two officers decides."""

from datetime import datetime
from typing import cast

from sqlalchemy import Table, or_, select, update

from openday import clock
from openday.db import session, use_case
from openday.errors import ChangedByAnother, NotFound, Refused
from openday.models.ledger import Message, MessageBatch
from openday.models.people import User
from openday.models.registrations import Registration
from openday.queries.message_batches import batches_in_reach
from openday.queries.registrations import sayable
from openday.rules.permissions import Actor
from openday.rules.privacy import clean_text
from openday.rules.states import MessageStatus, RegistrationStatus
from openday.rules.wording import moment_text
from openday.services import ledger

REASON_LIMIT = 200
_messages = cast(Table, Message.__table__)
_registrations = cast(Table, Registration.__table__)


@use_case
def release_batch(actor: Actor, code: str) -> int:
    """Put the messages of a batch into the queue, as if they were written now; returns how many.

    Whoever has given their place back meanwhile, or whose personal data is deleted, is not written to any more.

    Raises:
        NotFound: there is no such batch within reach.
        ChangedByAnother: it was decided already.
    """
    now = clock.now()
    batch = _held(actor, code)
    gone = select(_registrations.c.id).where(
        _registrations.c.status == RegistrationStatus.CANCELLED.value, _registrations.c.cancelled_at > batch.created_at
    )
    mine = (_messages.c.batch_id == batch.id, _messages.c.status == MessageStatus.HELD.value)
    pointless = or_(_messages.c.registration_id.in_(gone), _messages.c.recipient.is_(None))
    taken_out = session().execute(
        update(_messages)
        .where(*mine, pointless)
        .values(status=MessageStatus.DROPPED.value, last_error="报名在审阅期间取消，未发送")
    )
    queued = session().execute(
        update(_messages).where(*mine).values(status=MessageStatus.QUEUED.value, created_at=now, next_attempt_at=now)
    )
    count, left_out = _changed(queued), _changed(taken_out)
    _decide(actor, batch, "released", now)
    ledger.record(
        "batch.release", actor=actor, record_type="batch", record_id=batch.id, now=now, messages=count,
        left_out=left_out,
    )  # fmt: skip
    return count


@use_case
def drop_batch(actor: Actor, code: str, reason: str) -> int:
    """Decide that the messages of a batch do not go out; returns how many.

    Raises:
        NotFound: there is no such batch within reach.
        ChangedByAnother: it was decided already.
        Refused: without a reason.
    """
    now = clock.now()
    batch = _held(actor, code)
    try:
        why = clean_text(reason, limit=REASON_LIMIT)
    except ValueError as wrong:
        raise Refused(f"理由{wrong}", field="reason") from wrong
    if not why:
        raise Refused("请写明不发的理由，例如：已逐一电话通知", field="reason")
    dropped = session().execute(
        update(_messages)
        .where(_messages.c.batch_id == batch.id, _messages.c.status == MessageStatus.HELD.value)
        .values(status=MessageStatus.DROPPED.value)
    )
    batch.reason = why
    _decide(actor, batch, "dropped", now)
    count = _changed(dropped)
    ledger.record(
        "batch.drop", actor=actor, record_type="batch", record_id=batch.id, now=now, messages=count, reason=why
    )
    return count


def _held(actor: Actor, code: str) -> MessageBatch:
    """The batch, locked, while it still waits."""
    statement = select(MessageBatch).where(MessageBatch.code == sayable(code), batches_in_reach(actor))
    batch = session().scalar(statement.with_for_update().execution_options(populate_existing=True))
    if batch is None:
        raise NotFound()
    if batch.status != "held":
        by = session().scalar(select(User.name).where(User.id == batch.decided_by_id)) or "他人"
        done = "发出" if batch.status == "released" else "决定不发"
        when = moment_text(batch.decided_at or batch.created_at)
        raise ChangedByAnother(f"{by}已于{when}将这批通知{done}，您这次的操作没有保存")
    return batch


def _decide(actor: Actor, batch: MessageBatch, status: str, now: datetime) -> None:
    batch.status, batch.decided_by_id, batch.decided_at = status, actor.user_id, now


def _changed(result: object) -> int:
    return int(getattr(result, "rowcount", 0))
