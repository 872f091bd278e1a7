"""Parties on the list of an occurrence. Written as rows, not through use-cases; their seats are counted."""

import itertools

from sqlalchemy import update

from openday import clock
from openday.db import db, use_case
from openday.models.occurrences import Occurrence, Quota
from openday.models.registrations import Registration
from openday.queries.registrations import phone_index
from openday.rules.signup import NOTICE_VERSION
from openday.rules.states import RegistrationSource, RegistrationStatus

_running = itertools.count(1)


@use_case
def party_on_list(
    occurrence: Occurrence,
    *,
    name: str = "",
    phone: str = "",
    email: str = "",
    party_size: int = 1,
    status: RegistrationStatus = RegistrationStatus.CONFIRMED,
    position: int = 1,
) -> Registration:
    """One party in the quota with this `position`; a phone of its own unless one is given."""
    now, n = clock.now(), next(_running)
    phone = phone or f"137{n:08d}"
    quota = next(quota for quota in occurrence.quotas if quota.position == position)
    row = Registration(
        number=f"{n:06d}",
        occurrence_id=occurrence.id,
        quota_id=quota.id,
        status=status.value,
        source=RegistrationSource.ONLINE.value,
        name=name or f"来宾{n}",
        phone=phone,
        phone_hash=phone_index(phone),
        phone_last4=phone[-4:],
        email=email or None,
        party_size=party_size,
        consent_version=NOTICE_VERSION,
        consented_at=now,
        created_at=now,
        confirmed_at=now if status is RegistrationStatus.CONFIRMED else None,
        cancelled_at=now if status is RegistrationStatus.CANCELLED else None,
    )
    db.session.add(row)
    if status is RegistrationStatus.CONFIRMED:
        db.session.execute(update(Quota).where(Quota.id == quota.id).values(taken=Quota.taken + party_size))
    db.session.flush()
    return row
