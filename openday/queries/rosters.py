"""Who is on the list of an occurrence, for the staff whose right reaches it; telephone numbers masked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, or_, select

from openday.db import session
from openday.errors import NotFound
from openday.models.occurrences import Quota
from openday.models.registrations import Registration
from openday.queries.registrations import kept_extras, sayable
from openday.rules.phone import mask_phone
from openday.rules.signup_answers import shown_extras
from openday.rules.states import RegistrationSource, RegistrationStatus

PER_PAGE = 100


@dataclass(frozen=True)
class RosterRow:
    """One party on the list."""

    code: str
    number: str
    name: str
    phone: str
    party_size: int
    status: RegistrationStatus
    quota: str
    source: RegistrationSource
    attended: int
    created_at: datetime
    own_staff: bool
    """Whether they work for the agency itself (本单位人员)."""


@dataclass(frozen=True)
class RosterCount:
    """Parties and persons of one status."""

    parties: int
    people: int


_COLUMNS = (
    select(
        Registration.code,
        Registration.number,
        Registration.name,
        Registration.phone,
        Registration.party_size,
        Registration.status,
        Registration.source,
        Registration.attended,
        Registration.created_at,
        Registration.own_staff,
        Quota.name.label("quota"),
    )
    .join(Quota, Quota.id == Registration.quota_id)
    .order_by(
        case(
            {
                RegistrationStatus.APPLIED.value: 0,
                RegistrationStatus.CONFIRMED.value: 1,
                RegistrationStatus.OFFERED.value: 2,
                RegistrationStatus.WAITLISTED.value: 3,
                RegistrationStatus.DECLINED.value: 4,
            },
            value=Registration.status,
            else_=5,
        ),
        Registration.id,
    )
)


def roster(occurrence_id: int, *, page: int | None = None) -> list[RosterRow]:
    """The list: applied, confirmed, offered, waiting, declined, cancelled, each in the order in which they came.

    All of it, or one page.
    """
    statement = _COLUMNS.where(Registration.occurrence_id == occurrence_id)
    if page is not None:
        statement = statement.limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    return [_row(found) for found in session().execute(statement)]


def _row(found: Any) -> RosterRow:
    return RosterRow(
        code=found.code,
        number=found.number,
        name=found.name or "",
        phone=mask_phone(found.phone) if found.phone else "",
        party_size=found.party_size,
        status=RegistrationStatus(found.status),
        quota=found.quota,
        source=RegistrationSource(found.source),
        attended=found.attended,
        created_at=found.created_at,
        own_staff=found.own_staff,
    )


def roster_counts(occurrence_id: int) -> dict[RegistrationStatus, RosterCount]:
    """How many parties and persons the list holds, by status; every status is there."""
    found = {
        RegistrationStatus(row.status): RosterCount(row.parties, row.people)
        for row in session().execute(
            select(
                Registration.status,
                func.count().label("parties"),
                func.sum(Registration.party_size).label("people"),
            )
            .where(Registration.occurrence_id == occurrence_id)
            .group_by(Registration.status)
        )
    }
    return {status: found.get(status, RosterCount(0, 0)) for status in RegistrationStatus}


@dataclass(frozen=True)
class Attendance:
    """Who came of those who had a seat, once it is over; walk-ins came without one and count among the people."""

    parties: int
    people: int
    absent: int


def attendance(occurrence_id: int) -> Attendance | None:
    """Who came; None where nobody was let in at a door, so that nobody can be said to have stayed away."""
    came = Registration.attended > 0
    row = session().execute(
        select(
            func.count().filter(came).label("parties"),
            func.coalesce(func.sum(Registration.attended), 0).label("people"),
            func.count().filter(~came).label("absent"),
        ).where(Registration.occurrence_id == occurrence_id, Registration.status == RegistrationStatus.CONFIRMED)
    ).one()  # fmt: skip
    return Attendance(row.parties, int(row.people), row.absent) if row.parties else None


def further_answers(occurrence_id: int, number: str | None = None) -> dict[str, list[tuple[str, str]]]:
    """What else was answered, as lines to read (see `rules.signup_answers.shown_extras`), by desk number: of one party,
    or of all. Parties that were asked for nothing more are left out."""
    statement = select(Registration.number, Registration.extras, Registration.photo_consent).where(
        Registration.occurrence_id == occurrence_id,
        or_(Registration.extras.is_not(None), Registration.photo_consent.is_not(None)),
    )
    if number is not None:
        statement = statement.where(Registration.number == sayable(number))
    return {
        row.number: shown_extras(kept_extras(row.extras), row.photo_consent) for row in session().execute(statement)
    }


def roster_entry(occurrence_id: int, number: str) -> RosterRow:
    """The party with this desk number.

    Raises:
        NotFound: there is none.
    """
    row = (
        session()
        .execute(_COLUMNS.where(Registration.occurrence_id == occurrence_id, Registration.number == sayable(number)))
        .first()
    )
    if row is None:
        raise NotFound()
    return _row(row)
