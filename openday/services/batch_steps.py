"""Holding back the messages of one change until the office has read them; a piece of the change, in its transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from openday.db import session
from openday.errors import Forbidden
from openday.models.activities import Activity
from openday.models.ledger import MessageBatch
from openday.rules.permissions import Actor, Right, may
from openday.services import ledger

LONGEST_ABOUT = 200


@contextmanager
def held_back(actor: Actor, hold: bool, cause: str, activity: Activity, about: str, now: datetime) -> Iterator[None]:
    """With `hold`, everything that the block writes to people waits in one batch; a change that tells nobody has none.

    `cause` is one of `rules.message_batches.CAUSES`; `about` says in words which occurrence is meant. The caller holds
    the activity's row.

    Raises:
        Forbidden: `hold` by somebody who could not let the messages go afterwards.
    """
    if not hold:
        yield
        return
    if not may(actor, Right.MESSAGE_REVIEW):
        raise Forbidden("由政务公开办审阅的通知，只能由政务公开办存入待发")
    batch = MessageBatch(
        kind=cause,
        about=f"{activity.theme}{about}"[:LONGEST_ABOUT],
        jurisdiction_id=activity.agency.jurisdiction_id,
        activity_id=activity.id,
        created_by_id=actor.user_id,
        created_at=now,
    )
    session().add(batch)
    session().flush()
    with ledger.held_in(batch.id) as holding:
        yield
    if not holding.count:
        session().delete(batch)
        session().flush()
        return
    batch.sequence = activity.sequence
    ledger.record(
        "batch.hold",
        actor=actor,
        record_type="batch",
        record_id=batch.id,
        agency_id=activity.agency_id,
        now=now,
        cause=cause,
        messages=holding.count,
    )
