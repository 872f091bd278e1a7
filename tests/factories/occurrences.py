"""Occurrences with quotas, scheduled or proposed. Written as rows, not through use-cases."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select

from openday import clock
from openday.db import db, use_case
from openday.models.activities import Activity
from openday.models.occurrences import Occurrence, Quota
from openday.models.plans import PlanVersion
from openday.models.registrations import Registration
from openday.rules.states import OccurrenceStatus, RegistrationStatus, SignupMode
from openday.services.republish import CALENDAR, bump, rewrite_events
from tests.factories.activities import page_url


@use_case
def open_occurrence(
    activity: Activity,
    *,
    capacity: int = 30,
    starts_in: timedelta = timedelta(days=7),
    hours: float = 2,
    quotas: Mapping[str, int] | None = None,
    status: OccurrenceStatus = OccurrenceStatus.SCHEDULED,
    signup_mode: SignupMode | None = None,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    party_limit: int = 5,
    waitlist: bool = True,
    walk_in_limit: int = 0,
    venue: str = "",
) -> Occurrence:
    """An occurrence of a published activity, scheduled and open for sign-up unless told otherwise.

    `quotas` maps names to seats and replaces the one quota 公众 with `capacity` seats. The activity becomes firm.
    """
    now = clock.now()
    starts_at = (now + starts_in).replace(second=0, microsecond=0)
    occurrence = Occurrence(
        activity_id=activity.id,
        number=_next_number(activity.id) if status is not OccurrenceStatus.PROPOSED else None,
        status=status.value,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=hours),
        venue=venue or activity.venue,
        signup_mode=(signup_mode or SignupMode(activity.signup_mode)).value,
        opens_at=opens_at,
        closes_at=closes_at,
        party_limit=party_limit,
        waitlist=waitlist,
        walk_in_limit=walk_in_limit,
        created_by_id=_author(activity),
        created_at=now,
        changed_at=now,
        quotas=[
            Quota(position=position, name=name, capacity=seats)
            for position, (name, seats) in enumerate((quotas or {"公众": capacity}).items(), start=1)
        ],
    )
    db.session.add(occurrence)
    db.session.flush()
    rewrite_events(activity, page_url)
    bump(CALENDAR, now)
    return occurrence


@use_case
def put_on_list(
    occurrence: Occurrence,
    *,
    status: RegistrationStatus = RegistrationStatus.CONFIRMED,
    phone: str | None = None,
    email: str | None = None,
    party_size: int = 1,
) -> Registration:
    """Somebody on the list of an occurrence, in its first quota, whose seats are counted."""
    now = clock.now()
    row = Registration(
        number=f"{secrets.randbelow(10**6):06}",
        occurrence_id=occurrence.id,
        quota_id=occurrence.quotas[0].id,
        status=status.value,
        name="陈一",
        phone=phone,
        phone_hash=secrets.token_hex(32),
        email=email,
        party_size=party_size,
        consent_version="test",
        consented_at=now,
        created_at=now,
    )
    if status is RegistrationStatus.CONFIRMED:
        occurrence.quotas[0].taken += party_size
    db.session.add(row)
    db.session.flush()
    return row


def _next_number(activity_id: int) -> int:
    highest = db.session.scalar(select(func.max(Occurrence.number)).where(Occurrence.activity_id == activity_id))
    return (highest or 0) + 1


def _author(activity: Activity) -> int:
    author = db.session.scalar(select(PlanVersion.author_id).where(PlanVersion.plan_id == activity.plan_id).limit(1))
    assert author is not None
    return author
