"""Waitlists: which of them can be served now, how one stands, and in which order it was served."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, and_, func, or_, select

from openday.db import session
from openday.models.ledger import AuditEvent
from openday.models.occurrences import Occurrence, Quota
from openday.models.registrations import Registration
from openday.queries.registrations import waiting_place, waiting_turn
from openday.rules.states import OccurrenceStatus, RegistrationStatus

_siblings = cast(Table, Quota.__table__).alias("siblings")


def occurrences_with_someone_to_serve(now: datetime) -> list[int]:
    """Occurrences in which free seats and a party that fits into them wait for each other, before the start; and those
    in which an offer has run out."""
    theirs = _siblings.c.occurrence_id == Occurrence.id
    in_all = select(func.sum(_siblings.c.taken)).where(theirs).correlate(Occurrence).scalar_subquery()
    waiting = (
        select(Occurrence.id)
        .join(Quota, Quota.occurrence_id == Occurrence.id)
        .join(Registration, and_(Registration.occurrence_id == Occurrence.id, Registration.quota_id == Quota.id))
        .where(
            Occurrence.starts_at > now,
            Occurrence.status == OccurrenceStatus.SCHEDULED,
            Registration.status == RegistrationStatus.WAITLISTED,
            Registration.party_size <= Quota.capacity - Quota.taken,
            or_(Occurrence.capacity.is_(None), Registration.party_size <= Occurrence.capacity - in_all),
        )
    )
    run_out = (
        select(Occurrence.id)
        .join(Registration, Registration.occurrence_id == Occurrence.id)
        .where(
            Registration.status == RegistrationStatus.OFFERED,
            or_(Registration.offer_until < now, Occurrence.starts_at <= now),
            Occurrence.status == OccurrenceStatus.SCHEDULED,
        )
    )
    return sorted(session().scalars(waiting.union(run_out)))


@dataclass(frozen=True)
class Queued:
    """A party that waits, or to which seats are offered until `offer_until`; `turn` counts everybody who ever waited,
    from 1, in the order in which they are served."""

    turn: int
    number: str
    party_size: int
    quota: str
    since: datetime
    status: RegistrationStatus
    offer_until: datetime | None


@dataclass(frozen=True)
class Served:
    """What became of a party that waited; `id` is the line of the ledger, whose lines stand in the order in which they
    were written. `act` is the ledger's word."""

    id: int
    at: datetime
    act: str
    turn: int
    number: str
    party_size: int


@dataclass(frozen=True)
class Waitlist:
    """Who waits now, in order; and everything that became of those who waited, in order."""

    queue: tuple[Queued, ...]
    record: tuple[Served, ...]


_JOINED, _LEFT = "registration.create", "registration.cancel"
_WAITING = (RegistrationStatus.WAITLISTED, RegistrationStatus.OFFERED)
_SERVED = (
    "registration.promote",
    "registration.offer",
    "registration.accept_offer",
    "registration.offer_lapse",
)


def waitlist(occurrence_id: int) -> Waitlist:
    """The waitlist of an occurrence; two statements, however long it is."""
    events = session().execute(
        select(AuditEvent.id, AuditEvent.at, AuditEvent.action, AuditEvent.record_id, AuditEvent.detail)
        .join(Registration, and_(AuditEvent.record_type == "registration", AuditEvent.record_id == Registration.id))
        .where(Registration.occurrence_id == occurrence_id, AuditEvent.action.in_((*_SERVED, _JOINED, _LEFT)))
        .order_by(AuditEvent.id)
    )
    told = [event for event in events if event.action in _SERVED or event.detail.get("status") in _WAITING]
    waited = {event.record_id for event in told}
    rows = session().execute(
        select(
            Registration.id,
            Registration.number,
            Registration.party_size,
            Registration.status,
            Registration.created_at,
            Registration.offer_until,
            Registration.reserve_place,
            Registration.queued_as,
            Quota.name.label("quota"),
        )
        .join(Quota, Quota.id == Registration.quota_id)
        .where(Registration.occurrence_id == occurrence_id)
        .order_by(
            waiting_place(Registration.reserve_place),
            waiting_turn(Registration.queued_as, Registration.id),
        )
    )
    ever = [row for row in rows if row.id in waited or row.status in _WAITING or _sent_to_wait(row)]
    turns = {row.id: turn for turn, row in enumerate(ever, start=1)}
    by_id = {row.id: row for row in ever}
    queue = tuple(_queued(turns[row.id], row) for row in ever if row.status in _WAITING)
    return Waitlist(
        queue,
        tuple(
            _served(event, turns[event.record_id], by_id[event.record_id]) for event in told if event.action != _JOINED
        ),
    )


def _sent_to_wait(row: Any) -> bool:
    """Whether a ballot or a move to this occurrence put it onto the waitlist."""
    return row.reserve_place is not None or row.queued_as is not None


def _queued(turn: int, row: Any) -> Queued:
    status = RegistrationStatus(row.status)
    return Queued(turn, row.number, row.party_size, row.quota, row.created_at, status, row.offer_until)


def _served(event: Any, turn: int, row: Any) -> Served:
    people = event.detail.get("party_size", row.party_size)
    return Served(event.id, event.at, event.action, turn, row.number, people)
