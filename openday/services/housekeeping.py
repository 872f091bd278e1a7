"""What the house does for itself: sealing the ledger, claiming jobs, forgetting what has expired."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import CursorResult, delete, select

from openday import clock
from openday.db import session, use_case
from openday.models.housekeeping import Job, SpentChallenge
from openday.models.ledger import CHAIN_START, AuditEvent, Message, link
from openday.models.people import LoginSession, Throttle
from openday.models.registrations import IdempotencyKey, PhoneCode, SignupDraft
from openday.rules.phone_code import DAY
from openday.rules.phone_code import KIND as CODE_MESSAGE


@use_case
def claim_job(name: str, every: timedelta, lease: timedelta) -> bool:
    """Whether this worker runs the job now; others are kept away until the lease ends."""
    now = clock.now()
    row = session().get(Job, name, with_for_update=True)
    if row is None:
        row = Job(name=name, next_run_at=now)
        session().add(row)
    if row.next_run_at > now or (row.leased_until is not None and row.leased_until > now):
        return False
    row.leased_until = now + lease
    row.next_run_at = now + every
    return True


@use_case
def finish_job(name: str, error: str) -> None:
    """Give the lease back and note how it went ('' = well)."""
    row = session().get(Job, name)
    if row is not None:
        row.leased_until, row.last_run_at, row.last_error = None, clock.now(), error[:500]


@use_case
def seal_ledger(limit: int = 2000) -> int:
    """Link the rows that are not linked yet to the chain, in the order of their ids; returns how many."""
    head = (
        session()
        .execute(
            select(AuditEvent.position, AuditEvent.chain).order_by(AuditEvent.position.desc().nulls_last()).limit(1)
        )
        .first()
    )
    position, chain = (head.position, head.chain) if head and head.position else (0, CHAIN_START)
    rows = _unsealed(limit)
    for row in rows:
        position += 1
        chain = link(chain, row.id, row.signature)
        row.position, row.chain = position, chain
    return len(rows)


def _unsealed(limit: int) -> Sequence[AuditEvent]:
    waiting = select(AuditEvent).where(AuditEvent.position.is_(None)).order_by(AuditEvent.id).limit(limit)
    return session().scalars(waiting).all()


@use_case
def forget_expired() -> dict[str, int]:
    """Delete what only had to live for a while: finished sessions, old throttles, week-old idempotency keys, saved
    sign-up forms whose time is over, the challenges of forms that could not be sent any more, and codes to telephones
    that no longer count among those of a day, with the messages that brought them."""
    now = clock.now()
    lately = Message.created_at.between(now - 7 * DAY, now - DAY)  # by the index; what is older goes with retention
    statements = {
        "sessions": delete(LoginSession).where(LoginSession.created_at < now - timedelta(days=2)),
        "throttles": delete(Throttle).where(Throttle.since < now - timedelta(days=1)),
        "challenges": delete(SpentChallenge).where(SpentChallenge.expires_at < now - timedelta(hours=1)),
        "signup_drafts": delete(SignupDraft).where(SignupDraft.expires_at < now),
        "phone_codes": delete(PhoneCode).where(PhoneCode.expires_at < now - DAY),
        "phone_code_messages": delete(Message).where(lately, Message.kind == CODE_MESSAGE),
        "idempotency_keys": delete(IdempotencyKey).where(IdempotencyKey.created_at < now - timedelta(days=7)),
    }
    gone = {}
    for name, statement in statements.items():
        result = session().execute(statement)
        gone[name] = result.rowcount if isinstance(result, CursorResult) else 0
    return gone
