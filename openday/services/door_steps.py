"""What letting somebody in consists of: the guarded change, the line in the door's book, the form's answer kept.

The registration carries the present fact and decides: whoever changes `attended` from 0 by a guarded UPDATE was first,
whatever number of gates tries, and a cancellation meets the check-in in the same row. `check_ins` is the door's book.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, select, update

from openday import vault
from openday.db import session
from openday.errors import Closed, Conflict, NotFound, Refused
from openday.models.occurrences import Occurrence
from openday.models.registrations import CheckIn, IdempotencyKey, Registration
from openday.queries.door import Door, door_at
from openday.queries.door_book import NO_FIRST_ENTRY
from openday.rules.permissions import Actor
from openday.rules.states import RegistrationStatus
from openday.services import ledger

registrations = cast(Table, Registration.__table__)


@dataclass(frozen=True)
class Admission:
    """What became of an attempt to let a party in.

    `first`: this attempt let them in, or is the same form sent again; else they were in already, since `at`, and
    nothing was changed. `on_list`: somebody announced as a walk-in was on the list, and came in by that place.
    """

    check_in_id: int | None
    people: int
    at: datetime
    first: bool
    on_list: bool = False


@dataclass(frozen=True)
class Form:
    """Where an attempt comes from: `key` of the form makes repeats safe, `gate` is the name of the entrance or ""."""

    key: str = ""
    gate: str = ""


def open_door(actor: Actor, occurrence: str, now: datetime) -> Door:
    """The door, when it is this person's and open.

    Raises:
        NotFound: no such occurrence within reach.
        Closed: outside of the hours of the door, or the occurrence was cancelled.
    """
    door = door_at(actor, occurrence)
    closed = door.closed(now)
    if closed:
        raise Closed(closed)
    return door


def let_in(actor: Actor, door: Door, registration_id: int, people: int | None, form: Form, now: datetime) -> Admission:
    """Let a party in, whole (None) or so many of them, if nobody of it is in yet; else say how it stands."""
    if people is not None and people < 1:
        raise Refused("实到人数至少为1人", field="people")
    fits = [registrations.c.party_size >= people] if people is not None else []
    changed = change(
        registrations,
        registrations.c.id == registration_id,
        registrations.c.occurrence_id == door.id,
        registrations.c.status == RegistrationStatus.CONFIRMED.value,
        registrations.c.attended == 0,
        *fits,
        attended=people if people is not None else registrations.c.party_size,
        checked_in_at=now,
    )
    if not changed:
        return as_it_is(actor, door, registration_id, form)
    came = session().scalars(select(Registration.attended).where(Registration.id == registration_id)).one()
    check_in = write_down("admit", actor, door, registration_id, came, now, form.gate)
    remember(admission_key(form.key, actor, registration_id), "admit", registration_id, now)
    return Admission(check_in.id, came, now, first=True)


def as_it_is(actor: Actor, door: Door, registration_id: int, form: Form) -> Admission:
    """Why nothing was changed: they are in already, or may not come in."""
    row = (
        session()
        .execute(
            select(
                Registration.status, Registration.party_size, Registration.attended, Registration.checked_in_at
            ).where(Registration.id == registration_id, Registration.occurrence_id == door.id)
        )
        .first()
    )
    if row is None:
        raise NotFound()
    if row.status == RegistrationStatus.CANCELLED:
        raise Conflict("这份报名已取消，不能签到")
    if row.status == RegistrationStatus.WAITLISTED:
        raise Conflict("这份报名还在候补，没有取得名额，不能签到")
    if row.status == RegistrationStatus.OFFERED:
        raise Conflict("这份报名的补位名额还没有确认，请打开凭证确认参加后再签到")
    if row.status == RegistrationStatus.APPLIED:
        raise Conflict("这份报名还没有审核或摇号，没有取得名额，不能签到")
    if row.status == RegistrationStatus.DECLINED:
        raise Conflict("这份报名未通过审核或未中签，不能签到")
    if not row.attended:
        raise Refused(f"这份报名共{row.party_size}人，实到人数不能超过{row.party_size}人", field="people")
    at = row.checked_in_at
    entry_id = session().scalar(
        select(CheckIn.id).where(
            CheckIn.registration_id == registration_id, CheckIn.at == at, CheckIn.action.not_in(NO_FIRST_ENTRY)
        )
    )
    known = session().get(IdempotencyKey, admission_key(form.key, actor, registration_id)) if form.key else None
    same_form = known is not None and known.created_at == at
    return Admission(entry_id, row.attended, at, first=same_form)


def write_down(
    action: str, actor: Actor, door: Door, registration_id: int, people: int, now: datetime, gate: str, **detail: str
) -> CheckIn:
    """One line in the door's book and one in the ledger."""
    check_in = CheckIn(
        registration_id=registration_id,
        occurrence_id=door.id,
        action=action,
        people=people,
        by_id=actor.user_id,
        at=now,
        gate=gate,
    )
    session().add(check_in)
    session().flush()
    ledger.record(
        f"check_in.{action}",
        actor=actor,
        record_type="registration",
        record_id=registration_id,
        agency_id=door.agency_id,
        now=now,
        people=people,
        **detail,
    )
    return check_in


def hold(door: Door) -> None:
    """Hold the occurrence, as everybody does who changes its list."""
    session().execute(select(Occurrence.id).where(Occurrence.id == door.id).with_for_update(key_share=True))


def admission_key(key: str, actor: Actor, registration_id: int) -> str:
    """Bound to person and party, so that a page that was kept open cannot answer for anybody else."""
    return vault.blind_index(f"{actor.user_id}\0{registration_id}\0{key}", "admission") if key else ""


def remember(key_hash: str, fingerprint: str, registration_id: int, now: datetime) -> None:
    """Note what the form did; the caller holds the row that makes this the only one to do so."""
    if not key_hash:
        return
    known = session().get(IdempotencyKey, key_hash)
    if known is None:
        session().add(
            IdempotencyKey(key_hash=key_hash, fingerprint=fingerprint, registration_id=registration_id, created_at=now)
        )
    else:
        known.created_at = now


def change(table: Table, *conditions: Any, **values: Any) -> bool:
    """Whether a row fulfilled the conditions and was changed."""
    result = session().execute(update(table).where(*conditions).values(**values))
    return bool(cast(Any, result).rowcount)
