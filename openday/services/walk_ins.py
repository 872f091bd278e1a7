"""Letting in who did not sign up, while there is room for walk-ins."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, and_, or_, select
from sqlalchemy.exc import IntegrityError

from openday import clock, vault
from openday.db import session, use_case
from openday.errors import Conflict, Full, Refused, StoreAway
from openday.models.occurrences import Occurrence, Quota
from openday.models.registrations import CheckIn, IdempotencyKey, Registration
from openday.queries.door import Door
from openday.queries.registrations import phone_index
from openday.rules.door import MOST_AT_ONCE
from openday.rules.permissions import Actor
from openday.rules.phone import normalise_phone
from openday.rules.privacy import clean_text
from openday.rules.signup import NAME_LIMIT, NOTICE_VERSION
from openday.rules.states import RegistrationSource, RegistrationStatus, SignupMode
from openday.services.door_steps import Admission, Form, change, hold, let_in, open_door, remember, write_down
from openday.services.fact_steps import mark_in_activity

_occurrences = cast(Table, Occurrence.__table__)
_ATTEMPTS = 4


@dataclass(frozen=True)
class WalkIn:
    """Somebody who is not on the list; name and phone are theirs to give or not, `key` makes repeats safe."""

    people: int
    name: str = ""
    phone: str = ""
    key: str = ""


def admit_walk_in(actor: Actor, occurrence: str, guest: WalkIn, *, gate: str = "") -> Admission:
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
    for _ in range(_ATTEMPTS):
        try:
            return _admit(actor, occurrence, guest, gate)
        except IntegrityError:
            continue  # their number came onto another list of the activity meanwhile; looked at again, it is there
    raise StoreAway("系统繁忙，本次没有登记，请用同一页面再提交一次")


@use_case
def _admit(actor: Actor, occurrence: str, guest: WalkIn, gate: str) -> Admission:
    now = clock.now()
    name, phone = _understood(guest)
    door = open_door(actor, occurrence, now)
    hold(door)
    key_hash = vault.blind_index(f"{actor.user_id}\0{guest.key}", "walk-in") if guest.key else ""
    fingerprint = vault.blind_index("\0".join([occurrence, name, phone, str(guest.people)]), "fingerprint")
    known = session().get(IdempotencyKey, key_hash) if key_hash else None
    if known is not None:
        return _same_walk_in(known, fingerprint)
    if phone:
        listed = _on_the_list(door, phone)
        if listed is not None:
            return _by_their_place(actor, door, listed, guest, Form(guest.key, gate), now)
    mark = _mark(door, phone)
    _take_room(door, guest.people)
    registration_id = _enlist(actor, door, name, phone, guest.people, now, mark)
    check_in = write_down("walk_in", actor, door, registration_id, guest.people, now, gate)
    remember(key_hash, fingerprint, registration_id, now)
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


def _by_their_place(actor: Actor, door: Door, listed: Any, guest: WalkIn, form: Form, now: datetime) -> Admission:
    if listed.status in (RegistrationStatus.APPLIED, RegistrationStatus.DECLINED):
        raise Conflict("这个手机号码的报名没有取得名额。现场还有空位的，可不填手机号码办理现场报名。")
    if listed.status == RegistrationStatus.OFFERED:
        raise Conflict("已为这个手机号码保留补位名额，请打开凭证确认参加后再签到。")
    if listed.status == RegistrationStatus.WAITLISTED:
        raise Conflict("这个手机号码在候补名单上，尚未取得名额。现场还有空位的，可不填手机号码办理现场报名。")
    done = let_in(actor, door, listed.id, min(guest.people, listed.party_size), form, now)
    return Admission(done.check_in_id, done.people, done.at, first=done.first, on_list=True)


def _mark(door: Door, phone: str) -> str | None:
    """What marks the phone where it may be on one list of the activity only."""
    mark, elsewhere = mark_in_activity(door.id, phone_index(phone)) if phone else (None, False)
    if elsewhere:
        raise Conflict("本活动每个手机号码只能报名一场，这个号码已报名其他场次。现场还有空位的，可不填手机号码办理。")
    return mark


def _take_room(door: Door, people: int) -> None:
    here = _occurrences.c
    room = or_(
        here.walked_in + people <= here.walk_in_limit,
        and_(here.signup_mode == SignupMode.OPEN_DOOR.value, here.walk_in_limit == 0),  # come as you are
    )
    if change(_occurrences, _occurrences.c.id == door.id, room, walked_in=_occurrences.c.walked_in + people):
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


def _enlist(actor: Actor, door: Door, name: str, phone: str, people: int, now: datetime, mark: str | None) -> int:
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
        activity_phone=mark,
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
