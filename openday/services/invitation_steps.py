"""Steps around an invitation inside of a sign-up, under the lock of its occurrence."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, Table, bindparam, select, update

from openday.db import session, write
from openday.errors import Closed, NotFound
from openday.models.registrations import Invitee, Registration
from openday.queries.registrations import Occasion, sayable
from openday.rules.states import STANDING, SignupMode

_invitees = cast(Table, Invitee.__table__)


@dataclass(frozen=True)
class Invited:
    """The invitation by which somebody signs up; `standing` is the registration that a yes made before and that still
    holds a place or waits for one."""

    id: int
    party_limit: int
    withdrawn: bool
    standing: int | None


_OF_INVITEE: Select[*tuple[Any, ...]] = (
    select(Invitee.id, Invitee.party_limit, Invitee.withdrawn_at, Registration.id.label("standing"))
    .outerjoin(
        Registration,
        (Registration.id == Invitee.registration_id)
        & (Registration.occurrence_id == Invitee.occurrence_id)
        & Registration.status.in_([each.value for each in STANDING]),
    )
    .where(Invitee.occurrence_id == bindparam("occurrence"))
)
_BY_CODE = _OF_INVITEE.where(Invitee.code == bindparam("code"))
_BY_PHONE = _OF_INVITEE.where(Invitee.contact_hash == bindparam("phone"))


def invited_by(occasion: Occasion, code: str) -> Invited:
    """The invitation that somebody answers with yes.

    Raises:
        NotFound: there is none with this code for this occurrence.
        Closed: it was withdrawn, or nobody is invited here any more.
    """
    row = session().execute(_BY_CODE, {"occurrence": occasion.id, "code": sayable(code)}).first()
    if row is None:
        raise NotFound()
    if row.withdrawn_at is not None:
        raise Closed("这份邀请已经撤回，如有疑问请与举办单位联系")
    if occasion.facts.mode is not SignupMode.INVITATION:
        raise Closed("本场活动已改为其他报名方式，请打开活动页面查看")
    return Invited(row.id, row.party_limit, withdrawn=False, standing=row.standing)


def invited_phone(occasion: Occasion, phone_hash: str) -> Invited | None:
    """The invitation of whoever staff sign up with this telephone number, where people are invited; it is answered by
    that."""
    if occasion.facts.mode is not SignupMode.INVITATION:
        return None
    row = session().execute(_BY_PHONE, {"occurrence": occasion.id, "phone": phone_hash}).first()
    return Invited(row.id, row.party_limit, row.withdrawn_at is not None, row.standing) if row else None


_ACCEPT = (
    update(_invitees)
    .where(_invitees.c.id == bindparam("invitee"))
    .values(
        answer="yes",
        answered_at=bindparam("at"),
        registration_id=bindparam("registration"),
        withdrawn_at=None,
    )
)


def accept_invitation(invited: Invited, registration_id: int, now: datetime) -> None:
    """Tie the invitation to the registration that its yes makes."""
    write(_ACCEPT, {"invitee": invited.id, "at": now, "registration": registration_id}, rows=1)


def forget_invitee(registration_id: int) -> None:
    """Take name and contact off the invitation that a registration came of, when its holder has them erased."""
    session().execute(
        update(_invitees)
        .where(_invitees.c.registration_id == registration_id)
        .values(name=None, contact=None, contact_hash=None)
    )
