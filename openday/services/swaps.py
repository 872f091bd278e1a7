"""Coming to another occurrence of the same activity instead: nothing is given up before the new place is certain.

The registration moves as a row: same ticket, same link, same answers. Both occurrences are held at once, the one with
the lower id first, so that two swaps in opposite directions cannot wait for each other. Why a row that moves and not a
new one: docs/decisions/017-moving-to-another-occurrence.md.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Table, exists, func, select, update

from openday import clock
from openday.db import session, use_case
from openday.errors import Closed, Conflict, Duplicate, Full, NotFound, Refused
from openday.models.occurrences import Occurrence, Quota
from openday.models.registrations import Registration
from openday.queries.ballots import ballot_settled
from openday.queries.registrations import Occasion, kept_extras, sayable
from openday.queries.swaps import asks_anew
from openday.rules.kept_answers import read_again, typed_again
from openday.rules.seats import check_party
from openday.rules.signup import closure, closure_text
from openday.rules.states import OccurrenceStatus, RegistrationStatus
from openday.services.holder_steps import refuse_unless_open
from openday.services.party_steps import (
    TicketUrl,
    give_back_seats,
    guest,
    lock_occurrence,
    note,
    serve_waiting,
    take_seats,
    tell,
)

_registrations = cast(Table, Registration.__table__)
_MOVABLE = (RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED, RegistrationStatus.APPLIED)
_GUARDIAN_OR_DOCUMENT = "这一场的报名表与原来的不同，请先取消，再重新报名"
_ASKED_ANEW = "那一场报名时另有短信验证或公示名单的要求，不能直接改过去。请先取消，再重新报名"


@dataclass(frozen=True)
class Swap:
    """Where to: the code of an occurrence, the position of a quota in it, and whether a place on its waitlist is taken
    when its seats do not suffice; seats that are held now are given up for it."""

    occurrence: str
    position: int
    may_wait: bool = False


@use_case
def swap_occurrence(code: str, wish: Swap, *, ticket_url: TicketUrl) -> RegistrationStatus:
    """Move a registration to another occurrence; returns what it is there. All of it happens, or nothing.

    Raises:
        NotFound: no such ticket, or no such occurrence of the same activity.
        Refused: no such quota, or a party that may not register there.
        Full: not enough seats there.
        Duplicate: the telephone number is on the list there already.
        Closed: either occurrence takes no changes any more.
        Conflict: the registration is over or decided upon, or the other form asks for something else.
    """
    now = clock.now()
    held, old, new = _both_held(code, wish.occurrence)
    refuse_unless_open(held, old, now)
    _refuse_other_ways(held, old, new, now)
    quota = _quota(new, wish.position)
    answers = _answers(held, new)
    status = _seated(held, new, quota, may_wait=wish.may_wait)
    before = _registrations.c
    moved = session().execute(
        update(_registrations)
        .where(before.id == held.id, before.status == held.status, before.attended == 0)
        .values(
            occurrence_id=new.id,
            quota_id=quota.id,
            status=status.value,
            number=_number(held.number, new.id),
            confirmed_at=now if status is RegistrationStatus.CONFIRMED else None,
            queued_as=_end_of_queue() if status is RegistrationStatus.WAITLISTED else None,
            reserve_place=None,
            reminded_at=None,
            **answers,
        )
    )
    if cast(CursorResult[Any], moved).rowcount != 1:
        raise Conflict("这份报名刚刚签到，不能再改场次")
    if held.status == RegistrationStatus.CONFIRMED:
        give_back_seats(held.quota_id, held.party_size)
    note("registration.swap", held.id, now, before=old.code, after=new.code, status=[held.status, status.value])
    _tell(held.id, old, new, status, now, ticket_url)
    serve_waiting(old, now, ticket_url)
    serve_waiting(new, now, ticket_url)
    return status


def _both_held(code: str, target: str) -> tuple[Any, Occasion, Occasion]:
    """The registration with both occurrences held, in the order of their ids."""
    here = select(Registration.occurrence_id, Occurrence.activity_id).join(Occurrence)
    own = session().execute(here.where(Registration.code == sayable(code))).first()
    if own is None:
        raise NotFound()
    wanted = select(Occurrence.id).where(
        Occurrence.code == sayable(target),
        Occurrence.activity_id == own.activity_id,
        Occurrence.status != OccurrenceStatus.PROPOSED,
    )
    other = session().scalar(wanted)
    if other is None:
        raise NotFound()
    if other == own.occurrence_id:
        raise Conflict("您已经报名这一场，没有改动")
    occasions = {id_: lock_occurrence(id_) for id_ in sorted((own.occurrence_id, other))}
    columns = ("id", "number", "quota_id", "status", "party_size", "attended", "extras", "phone_hash", "photo_consent")
    held = (
        session()
        .execute(
            select(*(getattr(Registration, name) for name in columns)).where(
                Registration.code == code, Registration.occurrence_id == own.occurrence_id
            )
        )
        .first()
    )
    if held is None:  # it was moved while this waited for the locks
        raise Conflict("这份报名刚刚改过场次，请重新打开报名凭证查看")
    return held, occasions[own.occurrence_id], occasions[other]


def _refuse_other_ways(held: Any, old: Occasion, new: Occasion, now: datetime) -> None:
    if RegistrationStatus(held.status) not in _MOVABLE:
        raise Conflict("请先确认是否参加，确认之后可以改到其他场次")
    why = closure(new.facts, now)
    if why is not None:
        raise Closed(f"{closure_text(why, new.facts)}，原来的报名没有变动")
    if old.facts.mode is not new.facts.mode:
        raise Conflict("两场的报名方式不同，不能直接改过去。请先取消，再重新报名")
    if old.decides_later and held.status != RegistrationStatus.APPLIED:
        raise Conflict("名额是按本场的审核或摇号结果产生的，不能改到其他场次")
    if old.ballot and (ballot_settled(old.id) or ballot_settled(new.id)):
        raise Conflict("摇号名单已经公布，不能再改场次")
    if asks_anew(old, new):
        raise Conflict(_ASKED_ANEW)
    if held.phone_hash is None:
        raise Conflict("个人信息已经删除，这份报名不能再改场次")
    there = exists().where(
        Registration.occurrence_id == new.id,
        Registration.phone_hash == held.phone_hash,
        Registration.status != RegistrationStatus.CANCELLED.value,
    )
    if session().scalar(select(there)):
        raise Duplicate("这个手机号码已经报名那一场，原来的报名没有变动")
    try:
        check_party(held.party_size, new.party_limit)
    except ValueError as wrong:
        raise Refused(str(wrong), field="occurrence") from wrong


def _quota(new: Occasion, position: int) -> Any:
    found = session().execute(
        select(Quota.id, Quota.capacity).where(Quota.occurrence_id == new.id, Quota.position == position)
    ).first()  # fmt: skip
    if found is None:
        raise Refused("请选择场次", field="occurrence")
    return found


def _answers(held: Any, new: Occasion) -> dict[str, Any]:
    """The further fields as the other form takes them: the answers that are kept have to do."""
    kept = kept_extras(held.extras)
    typed = typed_again(new.form, kept, held.photo_consent)
    read = read_again(new.form, typed, kept, held.party_size, new.starts_at.date())
    if read.problems:
        raise Conflict(_GUARDIAN_OR_DOCUMENT)
    extras = json.dumps(read.kept, ensure_ascii=False) if read.kept else None
    return {"extras": extras, "photo_consent": read.photo if new.form.photo else held.photo_consent}


def _seated(held: Any, new: Occasion, quota: Any, *, may_wait: bool) -> RegistrationStatus:
    people = held.party_size
    most = quota.capacity if new.capacity is None else min(quota.capacity, new.capacity)
    if people > most:
        raise Full(f"那一场名额共{most}个，不够一行{people}人，原来的报名没有变动")
    if held.status == RegistrationStatus.APPLIED:
        return RegistrationStatus.APPLIED
    if take_seats(quota.id, people):
        return RegistrationStatus.CONFIRMED
    if may_wait and new.waitlist:
        return RegistrationStatus.WAITLISTED
    raise Full("那一场刚刚满额，原来的报名没有变动")


def _number(wanted: str, occurrence_id: int) -> str:
    """A desk number that nobody on that list has: the same as before where it is free."""
    while True:
        taken = exists().where(Registration.occurrence_id == occurrence_id, Registration.number == wanted)
        if not session().scalar(select(taken)):
            return wanted
        wanted = f"{secrets.randbelow(1_000_000):06d}"


def _end_of_queue() -> int:
    """Behind everybody who waits now, and before whoever comes next: ids only grow."""
    return session().scalar(select(func.max(Registration.id) + 1)) or 1


def _tell(
    registration_id: int,
    old: Occasion,
    new: Occasion,
    status: RegistrationStatus,
    now: datetime,
    ticket_url: TicketUrl,
) -> None:
    who = guest(registration_id)
    before = old.when_in(who.language)
    kind = "registration.moved_to_wait" if status is RegistrationStatus.WAITLISTED else "registration.moved"
    tell(kind, who, new, now, ticket_url, before=before)
