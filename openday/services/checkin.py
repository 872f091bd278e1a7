"""Letting people in by ticket: a whole party, a part of it, the rest later; and taking a slip back."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, select

from openday import clock
from openday.db import session, use_case
from openday.errors import Conflict, Forbidden, NotFound, Refused
from openday.models.occurrences import Occurrence
from openday.models.registrations import CheckIn, IdempotencyKey, Registration
from openday.queries.door import Door, door_at, party_of_number
from openday.rules.door import Tick, Ticked, admitted_text, can_still_be_undone
from openday.rules.permissions import Actor, Right, can
from openday.rules.privacy import clean_text
from openday.rules.states import RegistrationStatus
from openday.services.door_steps import (
    Admission,
    Form,
    admission_key,
    as_it_is,
    change,
    hold,
    let_in,
    open_door,
    registrations,
    remember,
    write_down,
)

REASON_LIMIT = 200
NO_ENTRY = ("undo", "conflict")

_occurrences = cast(Table, Occurrence.__table__)
_check_ins = cast(Table, CheckIn.__table__)


@use_case
def admit(
    actor: Actor, occurrence: str, registration_id: int, people: int | None = None, *, key: str = "", gate: str = ""
) -> Admission:
    """Let a party of the list in, whole (None) or `people` of them, once.

    Raises:
        NotFound: no such occurrence within reach, or no such party on its list.
        Closed: outside of the hours of the door, or the occurrence was cancelled.
        Refused: more people than the party has.
        Conflict: the party waits for a seat, or has cancelled.
    """
    now = clock.now()
    door = open_door(actor, occurrence, now)
    return let_in(actor, door, registration_id, people, Form(key, gate), now)


@use_case
def admit_rest(
    actor: Actor, occurrence: str, registration_id: int, people: int, *, key: str = "", gate: str = ""
) -> Admission:
    """Let so many more of a party in that came in in part; when nobody of it is in yet, they are the first.

    `first` is False when everybody of the party was in already.

    Raises:
        NotFound: no such occurrence within reach, or no such party on its list.
        Closed: outside of the hours of the door, or the occurrence was cancelled.
        Refused: more people than are missing.
        Conflict: the party waits for a seat, or has cancelled.
    """
    now = clock.now()
    door = open_door(actor, occurrence, now)
    party = _held(door, registration_id)
    form = Form(f"rest {key}" if key else "", gate)
    if party is None or party.status != RegistrationStatus.CONFIRMED or not party.attended:
        return let_in(actor, door, registration_id, people, form, now)
    known = session().get(IdempotencyKey, admission_key(form.key, actor, party.id)) if form.key else None
    if known is not None:
        return _same_rest(party, known.created_at)
    left = party.party_size - party.attended
    if not left:
        return as_it_is(actor, door, party.id, form)
    if not 1 <= people <= left:
        raise Refused(f"这份报名还有{left}人没有到，人数应为1至{left}人", field="people")
    party.attended += people
    check_in = write_down("join", actor, door, party.id, people, now, gate)
    remember(admission_key(form.key, actor, party.id), "join", party.id, now)
    return Admission(check_in.id, people, now, first=True)


def _held(door: Door, registration_id: int) -> Registration | None:
    """The party, while nobody else lets anybody of it in."""
    return session().scalars(
        select(Registration)
        .where(Registration.id == registration_id, Registration.occurrence_id == door.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()  # fmt: skip


def _same_rest(party: Registration, at: datetime) -> Admission:
    entry = session().scalars(select(CheckIn).where(CheckIn.registration_id == party.id, CheckIn.at == at)).first()
    people = entry.people if entry is not None else party.attended
    return Admission(entry.id if entry is not None else None, people, at, first=True)


def admit_ticked(actor: Actor, occurrence: str, ticks: list[Tick]) -> list[Ticked]:
    """Let in whom a paper list ticks, each in a transaction of its own, so that one wrong line spoils no other.

    Raises:
        NotFound: no such occurrence within reach.
        Closed: outside of the hours of the door, or the occurrence was cancelled.
    """
    door = open_door(actor, occurrence, clock.now())
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
        hold(door)
    people = _take_back_rest(door, check_in) if check_in.action == "join" else _take_back(door, check_in, now)
    if walked_in:
        change(_occurrences, _occurrences.c.id == door.id, walked_in=_occurrences.c.walked_in - check_in.people)
    write_down("undo", actor, door, check_in.registration_id, people, now, check_in.gate, **why)


def _take_back(door: Door, check_in: CheckIn, now: datetime) -> int:
    """Nobody of the party is in any more, the rest that came later included; how many were."""
    party = _held(door, check_in.registration_id)
    people = party.attended if party is not None else 0
    leaves: dict[str, Any] = {}
    if check_in.action == "walk_in":
        leaves = {"status": RegistrationStatus.CANCELLED.value, "cancelled_at": now}
    if not _change_entry(check_in, attended=0, checked_in_at=None, **leaves):
        raise Conflict("这次签到已经撤销或改过")
    _forget_rest(check_in)
    return people


def _take_back_rest(door: Door, check_in: CheckIn) -> int:
    party = _held(door, check_in.registration_id)
    session().refresh(check_in)
    if party is None or check_in.undone or party.attended <= check_in.people:
        raise Conflict("这次签到已经撤销或改过")
    party.attended -= check_in.people
    check_in.undone = True
    return check_in.people


def _forget_rest(check_in: CheckIn) -> None:
    """What came later to the first entry of a party no longer counts."""
    of_party = (_check_ins.c.registration_id == check_in.registration_id, _check_ins.c.action == "join")
    change(_check_ins, *of_party, undone=True)


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
    if check_in.action in ("walk_in", "join"):
        raise Refused("现场报名和后到的人数有误的，请撤销后重新登记", field="people")
    if check_in.by_id != actor.user_id or not can_still_be_undone(check_in.at, now):
        raise Forbidden("只能在10分钟内更正本人办理的签到。需要更正的，请联系政务公开办。")
    party = _held(door, check_in.registration_id)
    whole, before = (party.party_size, party.attended) if party is not None else (0, 0)
    if not 1 <= people <= whole:
        raise Refused(f"实到人数应为1至{whole}人", field="people")
    if not _change_entry(check_in, attended=people, checked_in_at=now):
        raise Conflict("这次签到已经撤销或改过")
    _forget_rest(check_in)
    write_down("undo", actor, door, check_in.registration_id, before, now, check_in.gate)
    return write_down("admit", actor, door, check_in.registration_id, people, now, check_in.gate).id


def _entry(door: Door, check_in_id: int) -> CheckIn:
    check_in = session().get(CheckIn, check_in_id) if check_in_id < 2**31 else None
    if check_in is None or check_in.occurrence_id != door.id or check_in.action in NO_ENTRY:
        raise NotFound()
    return check_in


def _change_entry(check_in: CheckIn, **values: Any) -> bool:
    """Change the registration if this very entry is still the one that stands."""
    return change(
        registrations,
        registrations.c.id == check_in.registration_id,
        registrations.c.attended > 0,
        registrations.c.checked_in_at == check_in.at,
        **values,
    )
