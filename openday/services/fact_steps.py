"""What is true of the list of one occurrence while it is held: read once, before somebody is put onto it."""

import secrets
from dataclasses import dataclass, replace
from typing import cast

from sqlalchemy import Table, bindparam, exists, func, select

from openday.db import session
from openday.models.activities import Activity
from openday.models.occurrences import Occurrence, Quota
from openday.models.registrations import IdempotencyKey, Registration
from openday.queries.registrations import Occasion, QuotaSeats, activity_phone_index
from openday.rules.seats import Seats
from openday.rules.states import ActivityStatus, RegistrationStatus
from openday.services.party_steps import fits_somebody, shared_seats

ONCE = "activity"
"""The value of `Activity.phone_once` that lets a phone onto one list of the activity only."""


@dataclass(frozen=True)
class Facts:
    """What is true of the list while the lock is held, with the id and the desk number that the registration gets."""

    id: int
    off: bool
    seats: Seats
    awaited: bool
    """Whether a waiting party fits into the free seats: those are for it."""
    earlier_id: int | None
    earlier_fingerprint: str
    phone_taken: bool
    number: str
    activity_phone: str | None = None
    """What marks this phone in the whole activity, where it may be on one of its lists only."""
    phone_elsewhere: bool = False
    """Whether it is on another list of the activity, where that is not allowed."""


_quotas = cast(Table, Quota.__table__)
_STANDING = Registration.status != RegistrationStatus.CANCELLED.value
_FACTS = (
    select(
        Activity.status,
        Activity.phone_once,
        _quotas.c.capacity,
        _quotas.c.taken,
        select(IdempotencyKey.registration_id)
        .where(IdempotencyKey.key_hash == bindparam("key_hash"))
        .scalar_subquery()
        .label("earlier_id"),
        select(IdempotencyKey.fingerprint)
        .where(IdempotencyKey.key_hash == bindparam("key_hash"))
        .scalar_subquery()
        .label("earlier_fingerprint"),
        exists()
        .where(
            Registration.occurrence_id == bindparam("occurrence_id"),
            Registration.phone_hash == bindparam("phone_hash"),
            _STANDING,
        )
        .label("phone_taken"),
        exists()
        .where(Registration.occurrence_id == bindparam("occurrence_id"), Registration.number == bindparam("number"))
        .label("number_taken"),
        fits_somebody.label("awaited"),
    )
    .select_from(_quotas)
    .join(Activity, Activity.id == bindparam("activity_id"))
    .where(_quotas.c.id == bindparam("quota_id"))
)
_LAST = select(func.coalesce(func.max(Registration.id), 0) + 1).scalar_subquery().label("id")
_NEXT = func.nextval(func.pg_get_serial_sequence("registrations", "id")).label("id")
# Known before it is written, so that what refers to it can travel with it. On SQLite nobody else writes meanwhile.
_FACTS_WITH_ID = {"sqlite": _FACTS.add_columns(_LAST), "postgresql": _FACTS.add_columns(_NEXT)}
_ELSEWHERE = select(exists().where(Registration.activity_phone == bindparam("mark"), _STANDING))


def mark_in_activity(occurrence_id: int, phone_hash: str) -> tuple[str | None, bool]:
    """What marks a phone in the activity of an occurrence, where it may be on one of its lists only, else None; and
    whether it is on one. Asked while the occurrence is held."""
    of = select(Activity.id, Activity.phone_once).join(Occurrence, Occurrence.activity_id == Activity.id)
    activity = session().execute(of.where(Occurrence.id == occurrence_id)).one()
    if activity.phone_once != ONCE:
        return None, False
    mark = activity_phone_index(activity.id, phone_hash)
    return mark, bool(session().scalar(_ELSEWHERE, {"mark": mark}))


def facts_under_lock(occasion: Occasion, quota: QuotaSeats, key_hash: str, phone_hash: str) -> Facts:
    """Read again what the first statement may have seen before it got the lock; with a desk number nobody has.

    One statement; one more where quotas share seats, and one where a phone counts once in the whole activity.
    """
    statement = _FACTS_WITH_ID[session().get_bind().dialect.name]
    asked = {
        "key_hash": key_hash,
        "occurrence_id": occasion.id,
        "activity_id": occasion.activity_id,
        "phone_hash": phone_hash,
        "quota_id": quota.id,
    }
    while True:
        number = f"{secrets.randbelow(1_000_000):06d}"
        row = session().execute(statement, {**asked, "number": number}).one()
        if not row.number_taken:
            break
    facts = Facts(
        id=row.id,
        off=occasion.facts.cancelled or row.status == ActivityStatus.CANCELLED,
        seats=Seats(row.capacity, row.taken),
        awaited=bool(row.awaited),
        earlier_id=row.earlier_id,
        earlier_fingerprint=row.earlier_fingerprint or "",
        phone_taken=bool(row.phone_taken),
        number=number,
    )
    if occasion.capacity is not None:
        shared, awaited = shared_seats(quota.id)
        facts = replace(facts, seats=replace(facts.seats, shared=shared), awaited=awaited)
    if row.phone_once == ONCE:
        mark = activity_phone_index(occasion.activity_id, phone_hash)
        elsewhere = bool(session().scalar(_ELSEWHERE, {"mark": mark}))
        facts = replace(facts, activity_phone=mark, phone_elsewhere=elsewhere)
    return facts
