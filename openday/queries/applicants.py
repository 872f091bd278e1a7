"""Who applied to an occurrence that is decided by review, as those who decide read it; telephone numbers masked."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from openday.db import session
from openday.models.occurrences import Quota
from openday.models.registrations import Registration
from openday.queries.registrations import kept_extras
from openday.rules.phone import mask_phone
from openday.rules.signup_answers import shown_extras
from openday.rules.states import RegistrationSource, RegistrationStatus

AT_ONCE = 100
"""How many applicants a page shows: the first ones; the next move up once those are decided."""


@dataclass(frozen=True)
class Applicant:
    """One party that waits for a decision; `answers` are lines of what else it was asked."""

    number: str
    name: str
    phone: str
    party_size: int
    quota: str
    source: RegistrationSource
    created_at: datetime
    answers: tuple[tuple[str, str], ...]


def applicants(occurrence_id: int) -> list[Applicant]:
    """Those who wait for a decision, in the order in which they came; at most AT_ONCE."""
    statement = (
        select(
            Registration.number,
            Registration.name,
            Registration.phone,
            Registration.party_size,
            Registration.source,
            Registration.created_at,
            Registration.extras,
            Registration.photo_consent,
            Quota.name.label("quota"),
        )
        .join(Quota, Quota.id == Registration.quota_id)
        .where(Registration.occurrence_id == occurrence_id, Registration.status == RegistrationStatus.APPLIED)
        .order_by(Registration.id)
        .limit(AT_ONCE)
    )
    return [
        Applicant(
            number=row.number,
            name=row.name or "",
            phone=mask_phone(row.phone) if row.phone else "",
            party_size=row.party_size,
            quota=row.quota,
            source=RegistrationSource(row.source),
            created_at=row.created_at,
            answers=tuple(shown_extras(kept_extras(row.extras), row.photo_consent)),
        )
        for row in session().execute(statement)
    ]
