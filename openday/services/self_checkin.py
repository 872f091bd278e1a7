"""Visitors who check in by themselves at the code on show at the venue."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, select, update

from openday import clock, vault
from openday.db import session, use_case
from openday.errors import Closed, Refused
from openday.models.registrations import CheckIn, Registration
from openday.queries.door import Door, public_door, shown_name
from openday.rules.states import RegistrationStatus
from openday.rules.venue_code import is_current
from openday.services import ledger

_registrations = cast(Table, Registration.__table__)


@dataclass(frozen=True)
class SelfCheckIn:
    """Who is in, how many, since when; `first`: through this very form."""

    name: str
    people: int
    at: datetime
    first: bool


def venue_key(text: str) -> str:
    """The keyed hash behind the codes of `rules.venue_code`."""
    return vault.blind_index(text, "venue code")


@use_case
def check_in_oneself(occurrence: str, code: str, number: str, last4: str) -> SelfCheckIn:
    """Let the whole party of a ticket number in, which proves itself by the last digits of its telephone number.

    Raises:
        NotFound: no such occurrence.
        Closed: the code is no longer on show, or the door is not open.
        Refused: no confirmed party has this number and these digits; nobody learns which of them is wrong.
    """
    now = clock.now()
    door = public_door(occurrence)
    if not is_current(code, door.code, now, venue_key):
        raise Closed("签到码已过期，请重新扫描现场的二维码")
    if door.closed(now):
        raise Closed("现在不能自助签到，请到签到处办理")
    party = session().execute(
        select(Registration.id, Registration.name).where(
            Registration.occurrence_id == door.id,
            Registration.number == number,
            Registration.phone_last4 == last4,
            Registration.status == RegistrationStatus.CONFIRMED.value,
        )
    ).first()  # fmt: skip
    if party is None or not last4:
        raise Refused("凭证号与手机号码后4位不符，请核对后再提交，或者到签到处办理", field="number")
    first = _enter(door, party.id, now)
    row = session().execute(
        select(Registration.attended, Registration.checked_in_at).where(Registration.id == party.id)
    ).one()  # fmt: skip
    return SelfCheckIn(shown_name(party.name), row.attended, row.checked_in_at or now, first)


def _enter(door: Door, registration_id: int, now: datetime) -> bool:
    """Whether they were let in now; else they were in, or have cancelled meanwhile."""
    here = _registrations.c
    done: Any = session().execute(
        update(_registrations)
        .where(
            here.id == registration_id,
            here.occurrence_id == door.id,
            here.status == RegistrationStatus.CONFIRMED.value,
            here.attended == 0,
        )
        .values(attended=here.party_size, checked_in_at=now)
    )
    if not done.rowcount:
        return False
    people = session().scalars(select(Registration.attended).where(Registration.id == registration_id)).one()
    session().add(
        CheckIn(
            registration_id=registration_id, occurrence_id=door.id, action="self", people=people, by_id=None, at=now
        )
    )
    ledger.record(
        "check_in.self",
        actor=None,
        record_type="registration",
        record_id=registration_id,
        agency_id=door.agency_id,
        now=now,
        people=people,
    )
    return True
