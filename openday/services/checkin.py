"""Letting people in: by ticket, as walk-ins, and taking a slip back.

The registration carries the present fact and decides: whoever changes `attended` from 0 by a guarded UPDATE was first,
whatever number of gates tries, and a cancellation meets the check-in in the same row. `check_ins` is the door's book.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, and_, or_, select, update

from openday import clock, vault
from openday.db import session, use_case
from openday.errors import Closed, Conflict, Forbidden, Full, NotFound, Refused
from openday.models.occurrences import Occurrence, Quota
from openday.models.registrations import CheckIn, IdempotencyKey, Registration
from openday.queries.door import Door, door_at, party_of_number
from openday.queries.registrations import phone_index
from openday.rules.door import MOST_AT_ONCE, Tick, Ticked, admitted_text, can_still_be_undone
from openday.rules.permissions import Actor, Right, can
from openday.rules.phone import normalise_phone
from openday.rules.privacy import clean_text
from openday.rules.signup import NAME_LIMIT, NOTICE_VERSION
from openday.rules.states import RegistrationSource, RegistrationStatus, SignupMode
from openday.services import ledger

REASON_LIMIT = 200
NO_ENTRY = ("undo", "conflict")

_registrations = cast(Table, Registration.__table__)
_occurrences = cast(Table, Occurrence.__table__)


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
class WalkIn:
    """Somebody who is not on the list; name and phone are theirs to give or not, `key` makes repeats safe."""

    people: int
    name: str = ""
    phone: str = ""
    key: str = ""


@use_case
def admit(
    actor: Actor, occurrence: str, registration_id: int, people: int | None = None, *, key: str = ""
) -> Admission:
    """Let a party of the list in, whole (None) or `people` of them, once.

    Raises:
        NotFound: no such occurrence within reach, or no such party on its list.
        Closed: outside of the hours of the door, or the occurrence was cancelled.
        Refused: more people than the party has.
        Conflict: the party waits for a seat, or has cancelled.
    """
    now = clock.now()
    door = _open_door(actor, occurrence, now)
    return _let_in(actor, door, registration_id, people, key, now)


def admit_ticked(actor: Actor, occurrence: str, ticks: list[Tick]) -> list[Ticked]:
    """Let in whom a paper list ticks, each in a transaction of its own, so that one wrong line spoils no other.

    Raises:
        NotFound: no such occurrence within reach.
        Closed: outside of the hours of the door, or the occurrence was cancelled.
    """
    door = _open_door(actor, occurrence, clock.now())
    return [_admit_tick(actor, door, tick) for tick in ticks]


def _admit_tick(actor: Actor, door: Door, tick: Tick) -> Ticked:
    party = party_of_number(door, tick.number)
    if party is None:
        return Ticked(tick.number, "refused", "名单上没有这个凭证号")
    try:
        done = admit(actor, door.code, party, tick.people)
    except (Refused, Conflict) as refused:
        return Ticked(tick.number, "refused", refused.message)
    if not done.first:
        return Ticked(tick.number, "duplicate", admitted_text(done.at, clock.now()))
    return Ticked(tick.number, "admitted", f"已签到{done.people}人")


def _open_door(actor: Actor, occurrence: str, now: datetime) -> Door:
    door = door_at(actor, occurrence)
    closed = door.closed(now)
    if closed:
        raise Closed(closed)
    return door


def _let_in(actor: Actor, door: Door, registration_id: int, people: int | None, key: str, now: datetime) -> Admission:
    if people is not None and people < 1:
        raise Refused("实到人数至少为1人", field="people")
    fits = [_registrations.c.party_size >= people] if people is not None else []
    changed = _update(
        _registrations,
        _registrations.c.id == registration_id,
        _registrations.c.occurrence_id == door.id,
        _registrations.c.status == RegistrationStatus.CONFIRMED.value,
        _registrations.c.attended == 0,
        *fits,
        attended=people if people is not None else _registrations.c.party_size,
        checked_in_at=now,
    )
    if not changed:
        return _as_it_is(actor, door, registration_id, people, key)
    came = session().scalars(select(Registration.attended).where(Registration.id == registration_id)).one()
    check_in = _write_down("admit", actor, door, registration_id, came, now)
    _remember(_admission_key(key, actor, registration_id), "admit", registration_id, now)
    return Admission(check_in.id, came, now, first=True)


def _as_it_is(actor: Actor, door: Door, registration_id: int, people: int | None, key: str) -> Admission:
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
    if row.status == RegistrationStatus.APPLIED:
        raise Conflict("这份报名还没有审核或摇号，没有取得名额，不能签到")
    if row.status == RegistrationStatus.DECLINED:
        raise Conflict("这份报名未通过审核或未中签，不能签到")
    if not row.attended:
        raise Refused(f"这份报名共{row.party_size}人，实到人数不能超过{row.party_size}人", field="people")
    at = row.checked_in_at
    entry_id = session().scalar(
        select(CheckIn.id).where(
            CheckIn.registration_id == registration_id, CheckIn.at == at, CheckIn.action.not_in(NO_ENTRY)
        )
    )
    known = session().get(IdempotencyKey, _admission_key(key, actor, registration_id)) if key else None
    same_form = known is not None and known.created_at == at
    return Admission(entry_id, row.attended, at, first=same_form)


@use_case
def undo(actor: Actor, occurrence: str, check_in_id: int, reason: str = "") -> None:
    """Take back an admission that stands: one's own within ten minutes; the office at any time, with a reason.

    A walk-in leaves the list with it and the place is free again.

    Raises:
        NotFound: no such admission within reach.
        Forbidden: somebody else's, or too long ago.
        Refused: the office gave no reason.
        Conflict: it was taken back already.
    """
    now = clock.now()
    door = door_at(actor, occurrence, Right.CHECK_IN, Right.REGISTRATION_MANAGE)
    check_in = _entry(door, check_in_id)
    why = _reason_to_undo(actor, door, check_in, reason, now)
    walked_in = check_in.action == "walk_in"
    if walked_in:
        _hold(door)
    leaves: dict[str, Any] = {"status": RegistrationStatus.CANCELLED.value, "cancelled_at": now} if walked_in else {}
    if not _change_entry(check_in, attended=0, checked_in_at=None, **leaves):
        raise Conflict("这次签到已经撤销或改过")
    if walked_in:
        _update(_occurrences, _occurrences.c.id == door.id, walked_in=_occurrences.c.walked_in - check_in.people)
    _write_down("undo", actor, door, check_in.registration_id, check_in.people, now, **why)


def _reason_to_undo(actor: Actor, door: Door, check_in: CheckIn, reason: str, now: datetime) -> dict[str, str]:
    """What the audit row says about why; nothing for one's own slip."""
    at_door = can(actor, Right.CHECK_IN, door.subject)
    if at_door and check_in.by_id == actor.user_id and can_still_be_undone(check_in.at, now):
        return {}
    if not can(actor, Right.REGISTRATION_MANAGE, door.subject):
        raise Forbidden("只能在10分钟内撤销本人办理的签到。需要更正的，请联系政务公开办。")
    try:
        why = clean_text(reason, limit=REASON_LIMIT)
    except ValueError as wrong:
        raise Refused(f"撤销原因{wrong}", field="reason") from wrong
    if not why:
        raise Refused("请填写撤销原因，例如：误扫了他人的凭证", field="reason")
    return {"reason": why}


@use_case
def correct_people(actor: Actor, occurrence: str, check_in_id: int, people: int) -> int:
    """Say how many of a party really came in, within ten minutes of letting them in; id of the new entry.

    Raises:
        NotFound: no such admission within reach.
        Forbidden: somebody else's, or too long ago.
        Refused: not a number that this party can have.
        Conflict: it was taken back or changed already.
    """
    now = clock.now()
    door = door_at(actor, occurrence)
    check_in = _entry(door, check_in_id)
    if check_in.action == "walk_in":
        raise Refused("现场报名人数有误的，请撤销后重新登记", field="people")
    if check_in.by_id != actor.user_id or not can_still_be_undone(check_in.at, now):
        raise Forbidden("只能在10分钟内更正本人办理的签到。需要更正的，请联系政务公开办。")
    whole = session().scalars(select(Registration.party_size).where(Registration.id == check_in.registration_id)).one()
    if not 1 <= people <= whole:
        raise Refused(f"实到人数应为1至{whole}人", field="people")
    if not _change_entry(check_in, attended=people, checked_in_at=now):
        raise Conflict("这次签到已经撤销或改过")
    _write_down("undo", actor, door, check_in.registration_id, check_in.people, now)
    return _write_down("admit", actor, door, check_in.registration_id, people, now).id


def _entry(door: Door, check_in_id: int) -> CheckIn:
    check_in = session().get(CheckIn, check_in_id) if check_in_id < 2**31 else None
    if check_in is None or check_in.occurrence_id != door.id or check_in.action in NO_ENTRY:
        raise NotFound()
    return check_in


def _change_entry(check_in: CheckIn, **values: Any) -> bool:
    """Change the registration if this very entry is still the one that stands."""
    return _update(
        _registrations,
        _registrations.c.id == check_in.registration_id,
        _registrations.c.attended > 0,
        _registrations.c.checked_in_at == check_in.at,
        **values,
    )


# --- walk-ins --------------------------------------------------------------------------------------------------------


@use_case
def admit_walk_in(actor: Actor, occurrence: str, guest: WalkIn) -> Admission:
    """Let somebody in who did not sign up, while there is room for walk-ins; they take no seat of a quota.

    Whoever turns out to be on the list (by telephone number) comes in by their own place instead, as many as are
    here and registered.

    Raises:
        NotFound: no such occurrence within reach.
        Closed: outside of the hours of the door, or the occurrence was cancelled.
        Refused: something in the form is not acceptable; `field` says what.
        Full: no room for that many.
        Conflict: their number is on the waitlist; or the form was sent before with other content.
    """
    now = clock.now()
    name, phone = _understood(guest)
    door = _open_door(actor, occurrence, now)
    _hold(door)
    key_hash = vault.blind_index(f"{actor.user_id}\0{guest.key}", "walk-in") if guest.key else ""
    fingerprint = vault.blind_index("\0".join([occurrence, name, phone, str(guest.people)]), "fingerprint")
    known = session().get(IdempotencyKey, key_hash) if key_hash else None
    if known is not None:
        return _same_walk_in(known, fingerprint)
    if phone:
        listed = _on_the_list(door, phone)
        if listed is not None:
            return _by_their_place(actor, door, listed, guest, now)
    _take_room(door, guest.people)
    registration_id = _enlist(actor, door, name, phone, guest.people, now)
    check_in = _write_down("walk_in", actor, door, registration_id, guest.people, now)
    _remember(key_hash, fingerprint, registration_id, now)
    return Admission(check_in.id, guest.people, now, first=True)


def _understood(guest: WalkIn) -> tuple[str, str]:
    if not 1 <= guest.people <= MOST_AT_ONCE:
        raise Refused(f"人数应为1至{MOST_AT_ONCE}人", field="people")
    try:
        name = clean_text(guest.name, limit=NAME_LIMIT)
    except ValueError as wrong:
        raise Refused(f"姓名{wrong}", field="name") from wrong
    try:
        return name, normalise_phone(guest.phone) if guest.phone.strip() else ""
    except ValueError as wrong:
        raise Refused(str(wrong), field="phone") from wrong


def _hold(door: Door) -> None:
    """Hold the occurrence, as everybody does who changes its list."""
    session().execute(select(Occurrence.id).where(Occurrence.id == door.id).with_for_update(key_share=True))


def _same_walk_in(known: IdempotencyKey, fingerprint: str) -> Admission:
    if known.fingerprint != fingerprint:
        raise Conflict("这份表单此前已经提交过，且内容与这次不同。如需另外登记，请重新打开现场报名页面。")
    row = session().scalars(select(CheckIn).where(CheckIn.registration_id == known.registration_id)).first()
    if row is None or row.action != "walk_in":
        raise RuntimeError(f"walk-in {known.registration_id} has no entry")
    return Admission(row.id, row.people, row.at, first=True)


def _on_the_list(door: Door, phone: str) -> Any:
    return (
        session()
        .execute(
            select(Registration.id, Registration.status, Registration.party_size).where(
                Registration.occurrence_id == door.id,
                Registration.phone_hash == phone_index(phone),
                Registration.status != RegistrationStatus.CANCELLED,
            )
        )
        .first()
    )


def _by_their_place(actor: Actor, door: Door, listed: Any, guest: WalkIn, now: datetime) -> Admission:
    if listed.status in (RegistrationStatus.APPLIED, RegistrationStatus.DECLINED):
        raise Conflict("这个手机号码的报名没有取得名额。现场还有空位的，可不填手机号码办理现场报名。")
    if listed.status == RegistrationStatus.WAITLISTED:
        raise Conflict("这个手机号码在候补名单上，尚未取得名额。现场还有空位的，可不填手机号码办理现场报名。")
    done = _let_in(actor, door, listed.id, min(guest.people, listed.party_size), guest.key, now)
    return Admission(done.check_in_id, done.people, done.at, first=done.first, on_list=True)


def _take_room(door: Door, people: int) -> None:
    here = _occurrences.c
    room = or_(
        here.walked_in + people <= here.walk_in_limit,
        and_(here.signup_mode == SignupMode.OPEN_DOOR.value, here.walk_in_limit == 0),  # come as you are
    )
    if _update(_occurrences, _occurrences.c.id == door.id, room, walked_in=_occurrences.c.walked_in + people):
        return
    row = (
        session()
        .execute(select(_occurrences.c.walk_in_limit, _occurrences.c.walked_in).where(_occurrences.c.id == door.id))
        .one()
    )
    if row.walk_in_limit == 0:
        raise Full("本场没有设现场名额，不办理现场报名")
    left = max(0, row.walk_in_limit - row.walked_in)
    raise Full(f"现场名额还剩{left}个，不够{people}人" if left else "现场名额已满")


def _enlist(actor: Actor, door: Door, name: str, phone: str, people: int, now: datetime) -> int:
    quota_id = (
        session()
        .scalars(select(Quota.id).where(Quota.occurrence_id == door.id).order_by(Quota.position).limit(1))
        .one()
    )
    row = Registration(
        number=_free_number(door),
        occurrence_id=door.id,
        quota_id=quota_id,
        status=RegistrationStatus.CONFIRMED.value,
        source=RegistrationSource.WALK_IN.value,
        name=name or None,
        phone=phone or None,
        phone_hash=phone_index(phone) if phone else None,
        phone_last4=phone[-4:],
        party_size=people,
        consent_version=NOTICE_VERSION,
        consented_at=now,
        created_at=now,
        confirmed_at=now,
        attended=people,
        checked_in_at=now,
        entered_by_id=actor.user_id,
    )
    session().add(row)
    session().flush()
    return row.id


def _free_number(door: Door) -> str:
    while True:
        number = f"{secrets.randbelow(1_000_000):06d}"
        taken = select(Registration.id).where(Registration.occurrence_id == door.id, Registration.number == number)
        if session().scalar(taken) is None:
            return number


# --- shared ----------------------------------------------------------------------------------------------------------


def _write_down(
    action: str, actor: Actor, door: Door, registration_id: int, people: int, now: datetime, **detail: str
) -> CheckIn:
    """One line in the door's book and one in the ledger."""
    check_in = CheckIn(
        registration_id=registration_id,
        occurrence_id=door.id,
        action=action,
        people=people,
        by_id=actor.user_id,
        at=now,
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


def _admission_key(key: str, actor: Actor, registration_id: int) -> str:
    """Bound to person and party, so that a page that was kept open cannot answer for anybody else."""
    return vault.blind_index(f"{actor.user_id}\0{registration_id}\0{key}", "admission") if key else ""


def _remember(key_hash: str, fingerprint: str, registration_id: int, now: datetime) -> None:
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


def _update(table: Table, *conditions: Any, **values: Any) -> bool:
    result = session().execute(update(table).where(*conditions).values(**values))
    return bool(cast(Any, result).rowcount)
