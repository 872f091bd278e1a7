"""Quotas that hold more people than seats: allowed after the office lowered them, and in no other way."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, or_, select

from openday.db import session
from openday.models.ledger import AuditEvent
from openday.models.occurrences import Occurrence, Quota
from openday.models.registrations import Registration
from openday.rules.states import HOLDING, RegistrationSource, RegistrationStatus

_CREATED, _GROWN = "registration.create", "registration.change_party"
_MOVED = "registration.swap"
_SEATED = ("registration.accept", "registration.offer", "registration.promote")


def oversold() -> Iterator[tuple[int, int]]:
    """(occurrence id, registration id) of every party that got its seats after the last change of seats, in a quota (or
    under seats that quotas share) that now holds more than it has. In the ledger's order: both are written while the
    occurrence is held."""
    in_all = (
        select(func.sum(Quota.taken))
        .where(Quota.occurrence_id == Occurrence.id)
        .correlate(Occurrence)
        .scalar_subquery()
    )
    crowded = (
        select(Occurrence.id, Quota.id.label("quota_id"))
        .join(Quota, Quota.occurrence_id == Occurrence.id)
        .where(or_(Quota.taken > Quota.capacity, in_all > Occurrence.capacity), Quota.taken > 0)
    )
    for row in session().execute(crowded).all():
        lowered = _last_change(row.id)
        for registration_id, seated in _seated(row.quota_id).items():
            if seated > lowered:
                yield row.id, registration_id


def _last_change(occurrence_id: int) -> int:
    """The ledger's line about the last change of the seats of an occurrence; 0 when there was none."""
    of = (AuditEvent.record_type == "occurrence", AuditEvent.record_id == occurrence_id)
    changes = select(func.max(AuditEvent.id)).where(*of, AuditEvent.action == "occurrence.capacity")
    return session().scalar(changes) or 0


def _seated(quota_id: int) -> dict[int, int]:
    """The line with which each party of a quota got its seats, or the last with which it got more of them."""
    events = session().execute(
        select(AuditEvent.id, AuditEvent.action, AuditEvent.detail, AuditEvent.record_id)
        .join(Registration, AuditEvent.record_id == Registration.id)
        .where(
            AuditEvent.record_type == "registration",
            AuditEvent.action.in_((*_SEATED, _CREATED, _GROWN, _MOVED)),
            Registration.quota_id == quota_id,
            Registration.status.in_(HOLDING),
            Registration.source != RegistrationSource.WALK_IN.value,
        )
        .order_by(AuditEvent.id)
    )
    seated: dict[int, int] = {}
    for event in events:
        if event.action == _GROWN and event.record_id in seated and _more(event.detail):
            seated[event.record_id] = event.id
        elif event.action == _MOVED:  # what it held before was elsewhere
            seated.pop(event.record_id, None)
            if event.detail["status"][1] == _CONFIRMED:
                seated[event.record_id] = event.id
        elif event.action in _SEATED or (event.action == _CREATED and event.detail.get("status") == _CONFIRMED):
            seated.setdefault(event.record_id, event.id)
    return seated


_CONFIRMED = RegistrationStatus.CONFIRMED.value


def _more(detail: dict[str, Any]) -> bool:
    return int(detail.get("after", 0)) > int(detail.get("before", 0))
