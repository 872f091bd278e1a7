"""Waitlists: which of them can be served now, and in which order one was."""

from datetime import datetime
from typing import cast

from sqlalchemy import Table, and_, func, or_, select

from openday.db import session
from openday.models.occurrences import Occurrence, Quota
from openday.models.registrations import Registration
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
