"""What becomes of a registration afterwards: its party changes, it is cancelled, a waiting party gets its seats.

A registration is changed by whoever holds its ticket code. Cancelling and checking in meet in one row: both are
guarded UPDATEs, so that one of them wins and the other is told.
"""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, select, update

from openday import clock
from openday.db import session, use_case
from openday.errors import Closed, Conflict, Full, NotFound, Refused
from openday.models.registrations import Registration
from openday.queries.ballots import ballot_settled
from openday.queries.invitations import party_limit_of
from openday.queries.registrations import Occasion, occurrences_with_someone_to_serve, sayable
from openday.rules.seats import check_party
from openday.rules.states import RegistrationStatus
from openday.services import ledger
from openday.services.party_steps import (
    TicketUrl,
    give_back_seats,
    guest,
    lock_occurrence,
    serve_waiting,
    take_seats,
    tell,
)
from openday.services.signup_steps import companions_column

_registrations = cast(Table, Registration.__table__)


@use_case
def change_party(code: str, party_size: int, *, ticket_url: TicketUrl, companions: str = "") -> None:
    """Make the party of a ticket larger or smaller; seats that become free go to the waitlist at once.

    `companions` are the names of those who come along, one a line, where the form asks for them. A waiting party keeps
    its place. Raises:
        NotFound: no such ticket.
        Refused: not a party that may register here, or not as many names as people.
        Full: not enough free seats, or somebody waits for them; nothing was changed.
        Closed: the occurrence has begun or was cancelled.
        Conflict: the ticket is cancelled, or somebody of the party has checked in.
    """
    now = clock.now()
    held, occasion = _held(code)
    _refuse_when_over(occasion, now)
    _refuse_settled(held)
    try:
        check_party(party_size, party_limit_of(occasion, held.id))
    except ValueError as wrong:
        raise Refused(str(wrong), field="party_size") from wrong
    names = companions_column(occasion, held.extras, companions, party_size)
    if party_size == held.party_size and not names:
        return
    if held.status == RegistrationStatus.APPLIED and ballot_settled(occasion.id):
        raise Conflict("摇号名单已经公布，摇号结束前不能修改人数，可以取消报名")
    if held.status == RegistrationStatus.CONFIRMED and party_size != held.party_size:
        _move_seats(held.quota_id, party_size - held.party_size)
    if not _change(held.id, held.status, party_size=party_size, **names):
        raise Conflict("这份报名刚刚签到，人数不能再修改")
    _note("registration.change_party", held.id, now, before=held.party_size, after=party_size)
    if held.status == RegistrationStatus.CONFIRMED:
        tell("registration.changed", "messages/registration_changed.txt", guest(held.id), occasion, now, ticket_url)
    serve_waiting(occasion, now, ticket_url)


def _move_seats(quota_id: int, more: int) -> None:
    if more < 0:
        give_back_seats(quota_id, -more)
    elif not take_seats(quota_id, more):
        raise Full(f"剩余名额不够再增加{more}人，原来的报名没有变动。")


@use_case
def cancel_registration(code: str, *, ticket_url: TicketUrl) -> None:
    """Give the place of a ticket back, once; a ticket that is cancelled already stays so without complaint.

    Raises:
        NotFound: no such ticket.
        Closed: the occurrence has begun.
        Conflict: somebody of the party has checked in.
    """
    now = clock.now()
    held, occasion = _held(code)
    if held.status == RegistrationStatus.CANCELLED:
        return
    if not occasion.facts.cancelled and not occasion.facts.postponed:
        _refuse_when_over(occasion, now)
    _refuse_settled(held)
    if not _change(held.id, held.status, status=RegistrationStatus.CANCELLED.value, cancelled_at=now):
        raise Conflict("这份报名刚刚签到，不能再取消")
    if held.status == RegistrationStatus.CONFIRMED:
        give_back_seats(held.quota_id, held.party_size)
    _note("registration.cancel", held.id, now, status=held.status, party_size=held.party_size)
    tell("registration.cancelled", "messages/registration_cancelled.txt", guest(held.id), occasion, now, ticket_url)
    serve_waiting(occasion, now, ticket_url)


def _held(code: str) -> tuple[Any, Occasion]:
    """The registration as it is while its occurrence is held."""
    occurrence_id = session().scalar(select(Registration.occurrence_id).where(Registration.code == sayable(code)))
    if occurrence_id is None:
        raise NotFound()
    occasion = lock_occurrence(occurrence_id)
    held = (
        session()
        .execute(
            select(
                Registration.id,
                Registration.quota_id,
                Registration.status,
                Registration.party_size,
                Registration.attended,
                Registration.extras,
            ).where(Registration.code == code)
        )
        .one()
    )
    return held, occasion


def _refuse_when_over(occasion: Occasion, now: datetime) -> None:
    if occasion.facts.cancelled:
        raise Closed("本场活动已取消，报名无需再作修改")
    if occasion.facts.postponed:
        raise Closed("本场活动延期举办，新的时间确定之前不能修改人数")
    if now >= occasion.starts_at:
        raise Closed("活动已经开始，不能再修改或取消报名")


def _refuse_settled(held: Any) -> None:
    if held.status == RegistrationStatus.CANCELLED:
        raise Conflict("这份报名已经取消，不能再修改")
    if held.status == RegistrationStatus.DECLINED:
        raise Conflict("这份报名未通过审核或未中签，不能再修改")
    if held.attended:
        raise Conflict("这份报名已经签到，不能再修改或取消")


def _change(registration_id: int, expected: str, **values: Any) -> bool:
    """Change the row if it still has this status and nobody has checked in."""
    changed = session().execute(
        update(_registrations)
        .where(
            _registrations.c.id == registration_id,
            _registrations.c.status == expected,
            _registrations.c.attended == 0,
        )
        .values(**values)
    )
    return bool(cast(Any, changed).rowcount)


def _note(action: str, registration_id: int, now: datetime, **detail: Any) -> None:
    ledger.record(action, actor=None, record_type="registration", record_id=registration_id, now=now, **detail)


@use_case
def serve_waitlist(occurrence_id: int, *, ticket_url: TicketUrl) -> int:
    """Give free seats of one occurrence to those who wait, in order and whole; returns how many parties got in."""
    now = clock.now()
    return len(serve_waiting(lock_occurrence(occurrence_id), now, ticket_url))


def serve_waitlists(*, ticket_url: TicketUrl) -> int:
    """Serve every occurrence that has both free seats and a party that fits; each in a transaction of its own.

    Seats that a person gives up are passed on at once; this finds those that became free in another way, for example
    when the office raised a capacity.
    """
    due = occurrences_with_someone_to_serve(clock.now())
    return sum(serve_waitlist(occurrence_id, ticket_url=ticket_url) for occurrence_id in due)
