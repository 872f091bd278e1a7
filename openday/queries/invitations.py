"""Who is invited to an occurrence, as the staff reads it, and one invitation as its holder sees it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, or_, select

from openday import vault
from openday.db import session
from openday.errors import NotFound
from openday.models.activities import Activity
from openday.models.occurrences import Occurrence
from openday.models.people import Agency
from openday.models.registrations import Invitee, Registration
from openday.queries.registrations import OCCASION_COLUMNS, Occasion, occasion_from, phone_index, sayable
from openday.rules.invitations import Standing, mask_contact
from openday.rules.privacy import mask_name
from openday.rules.states import RegistrationStatus, SignupMode

PER_PAGE = 100
_CAME_OF_IT = and_(Registration.id == Invitee.registration_id, Registration.occurrence_id == Invitee.occurrence_id)
"""The registration that a yes made, as long as it has not been moved to another occurrence."""
_GONE = or_(
    Registration.id.is_(None),
    Registration.status.in_((RegistrationStatus.CANCELLED.value, RegistrationStatus.DECLINED.value)),
)


def contact_index(contact: str) -> str:
    """The keyed hash by which an invited contact is found: that of registrations for a telephone number."""
    return vault.blind_index(contact.lower(), "invitee") if "@" in contact else phone_index(contact)


def _standing() -> ColumnElement[str]:
    """What an invitation stands at, in the database's words; the caller joins the registration, if there is one."""
    return case(
        (Invitee.withdrawn_at.is_not(None), Standing.WITHDRAWN.value),
        (Invitee.answer == "no", Standing.NO.value),
        (and_(Invitee.answer == "yes", _GONE), Standing.CANCELLED.value),
        (Invitee.answer == "yes", Standing.YES.value),
        else_=Standing.WAITING.value,
    )


@dataclass(frozen=True)
class Invitation:
    """An invitation as its holder sees it. `name` and `contact` are masked, '' once personal data is deleted."""

    id: int
    code: str
    name: str
    contact: str
    by_mail: bool
    """Whether the contact is a mailbox: then a telephone number has to be given with a yes."""
    party_limit: int
    standing: Standing
    ticket: str
    """The code of the ticket that came of a yes, also of one that was cancelled since."""
    occasion: Occasion


_INVITATION: Select[*tuple[Any, ...]] = (
    select(
        *OCCASION_COLUMNS,
        Invitee.id.label("invitee_id"),
        Invitee.code.label("invitation"),
        Invitee.name,
        Invitee.contact,
        Invitee.party_limit.label("invited_people"),
        _standing().label("standing"),
        Registration.code.label("ticket"),
    )
    .select_from(Invitee)
    .join(Occurrence, Occurrence.id == Invitee.occurrence_id)
    .join(Activity, Activity.id == Occurrence.activity_id)
    .join(Agency, Agency.id == Activity.agency_id)
    .outerjoin(Registration, _CAME_OF_IT)
    .where(Invitee.code == bindparam("code"))
)


def invitation(code: str) -> Invitation:
    """The invitation with this code, those that were withdrawn included.

    Raises:
        NotFound: there is none.
    """
    row = session().execute(_INVITATION, {"code": sayable(code)}).first()
    if row is None:
        raise NotFound()
    contact = row.contact or ""
    return Invitation(
        id=row.invitee_id,
        code=row.invitation,
        name=mask_name(row.name or ""),
        contact=mask_contact(contact) if contact else "",
        by_mail="@" in contact or not contact,
        party_limit=row.invited_people,
        standing=Standing(row.standing),
        ticket=row.ticket or "",
        occasion=occasion_from(row),
    )


@dataclass(frozen=True)
class InviteeRow:
    """One line of the list; the contact masked. `people` is what they said yes for, 0 without a yes."""

    id: int
    code: str
    name: str
    contact: str
    party_limit: int
    standing: Standing
    people: int
    number: str
    told_at: datetime | None
    reminded_at: datetime | None


_ROWS = (
    select(
        Invitee.id,
        Invitee.code,
        Invitee.name,
        Invitee.contact,
        Invitee.party_limit,
        Invitee.told_at,
        Invitee.reminded_at,
        _standing().label("standing"),
        Registration.party_size,
        Registration.number,
    )
    .outerjoin(Registration, _CAME_OF_IT)
    .order_by(Invitee.id)
)


def invitees(occurrence_id: int, *, page: int | None = None, only: Collection[Standing] = ()) -> list[InviteeRow]:
    """Who is invited, in the order of the list: all, one page, or those who stand at one of `only`."""
    statement = _ROWS.where(Invitee.occurrence_id == occurrence_id)
    if only:
        statement = statement.where(_standing().in_([standing.value for standing in only]))
    if page is not None:
        statement = statement.limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    return [_row(found) for found in session().execute(statement)]


def _row(found: Any) -> InviteeRow:
    standing = Standing(found.standing)
    return InviteeRow(
        id=found.id,
        code=found.code,
        name=found.name or "",
        contact=mask_contact(found.contact) if found.contact else "",
        party_limit=found.party_limit,
        standing=standing,
        people=found.party_size if standing is Standing.YES else 0,
        number=found.number or "",
        told_at=found.told_at,
        reminded_at=found.reminded_at,
    )


@dataclass(frozen=True)
class InvitationCounts:
    """Invitations of an occurrence by what they stand at, withdrawn ones apart; `people` those who come."""

    by_standing: dict[Standing, int]
    people: int
    untold: int
    """Invited, without an answer, and not written to yet."""

    @property
    def invited(self) -> int:
        """All that stand."""
        return sum(count for standing, count in self.by_standing.items() if standing is not Standing.WITHDRAWN)


def invitation_counts(occurrence_id: int) -> InvitationCounts:
    """The counts of one occurrence; every standing is there."""
    standing = _standing().label("standing")
    untold = case((Invitee.told_at.is_(None), 1), else_=0)
    rows = session().execute(
        select(
            standing,
            func.count().label("parties"),
            func.coalesce(func.sum(Registration.party_size), 0).label("people"),
            func.sum(untold).label("untold"),
        )
        .select_from(Invitee)
        .outerjoin(Registration, _CAME_OF_IT)
        .where(Invitee.occurrence_id == occurrence_id)
        .group_by(standing)
    )
    found = {Standing(row.standing): row for row in rows}
    waiting, coming = found.get(Standing.WAITING), found.get(Standing.YES)
    return InvitationCounts(
        by_standing={each: found[each].parties if each in found else 0 for each in Standing},
        people=coming.people if coming else 0,
        untold=waiting.untold if waiting else 0,
    )


def contacts_known(occurrence_id: int, contacts: Sequence[str]) -> frozenset[str]:
    """Those of these contacts whose invitation to the occurrence stands."""
    by_hash = {contact_index(contact): contact for contact in contacts}
    found = session().scalars(
        select(Invitee.contact_hash).where(
            Invitee.occurrence_id == occurrence_id,
            Invitee.contact_hash.in_(list(by_hash)),
            Invitee.withdrawn_at.is_(None),
        )
    )
    return frozenset(by_hash[each] for each in found if each)


def party_limit_of(occasion: Occasion, registration_id: int) -> int:
    """How many may come on this registration: what the invitation says where it came of one, else the occurrence."""
    if occasion.facts.mode is not SignupMode.INVITATION:
        return occasion.party_limit
    invited = session().scalar(select(Invitee.party_limit).where(Invitee.registration_id == registration_id))
    return invited or occasion.party_limit


@dataclass(frozen=True)
class OwnData:
    """What an invitation knows of its holder, in full; for the sign-up that answers it, and shown on no page."""

    name: str
    phone: str
    email: str


def own_data(code: str) -> OwnData:
    """Name and contact of the invitation with this code; '' for what it does not know.

    Raises:
        NotFound: there is none.
    """
    row = session().execute(select(Invitee.name, Invitee.contact).where(Invitee.code == sayable(code))).first()
    if row is None:
        raise NotFound()
    contact = row.contact or ""
    mail = "@" in contact
    return OwnData(row.name or "", "" if mail else contact, contact if mail else "")
