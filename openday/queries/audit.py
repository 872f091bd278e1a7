"""Reading the ledger: one's own acts, one's agency's, or all of them, as far as the right reaches."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, or_, select

from openday.db import session
from openday.models.ledger import AuditEvent
from openday.models.people import Agency, Jurisdiction, User
from openday.rules.permissions import Actor, Right, may, reaches_subtree

PAGE = 50


@dataclass(frozen=True)
class AuditRow:
    """One line of the ledger as people read it."""

    id: int
    at: datetime
    who: str
    agency: str
    action: str
    record_type: str
    record_id: int | None
    sealed: bool


def audit_rows(
    actor: Actor, *, action: str = "", named: Collection[str] = (), before: int | None = None
) -> list[AuditRow]:
    """The newest rows within reach, at most `PAGE`; `before` is the id of the last row of the page before.

    `action` keeps the acts whose code begins so, and those in `named`.
    """
    statement = (
        select(AuditEvent, User.name, Agency.name)
        .outerjoin(User, User.id == AuditEvent.actor_id)
        .outerjoin(Agency, Agency.id == AuditEvent.agency_id)
        .where(_within(actor))
        .order_by(AuditEvent.id.desc())
        .limit(PAGE)
    )
    if action:
        statement = statement.where(
            or_(AuditEvent.action.startswith(action, autoescape=True), AuditEvent.action.in_(named))
        )
    if before is not None:
        statement = statement.where(AuditEvent.id < before)
    return [
        AuditRow(
            id=row.id,
            at=row.at,
            who=who or "",
            agency=agency or "",
            action=row.action,
            record_type=row.record_type,
            record_id=row.record_id,
            sealed=row.position is not None,
        )
        for row, who, agency in session().execute(statement)
    ]


def _within(actor: Actor) -> ColumnElement[bool]:
    if not may(actor, Right.AUDIT_READ):
        return AuditEvent.actor_id == actor.user_id if may(actor, Right.AUDIT_READ_OWN) else false()
    if not reaches_subtree(actor, Right.AUDIT_READ):
        return AuditEvent.agency_id == actor.agency_id
    below = select(Jurisdiction.id).where(Jurisdiction.path.startswith(actor.jurisdiction_path, autoescape=True))
    people = select(User.id).where(User.jurisdiction_id.in_(below))
    agencies = select(Agency.id).where(Agency.jurisdiction_id.in_(below))
    # Log-ins have no actor yet; what visitors and the house itself do has neither actor nor agency.
    log_ins = and_(AuditEvent.record_type == "user", AuditEvent.record_id.in_(people))
    nobodys = and_(AuditEvent.actor_id.is_(None), AuditEvent.agency_id.is_(None))
    whole = nobodys if _is_root(actor.jurisdiction_path) else false()
    return or_(AuditEvent.actor_id.in_(people), AuditEvent.agency_id.in_(agencies), log_ins, whole)


def _is_root(path: str) -> bool:
    """Whether nothing lies above: "/1/"."""
    return path.strip("/").count("/") == 0
