"""What becomes of a registration afterwards: its party changes, it is cancelled, a waiting party gets its seats.

A registration is changed by whoever holds its ticket code. Cancelling and checking in meet in one row: both are
guarded UPDATEs, so that one of them wins and the other is told.
"""

from datetime import datetime
from typing import Any

from openday import clock
from openday.db import use_case
from openday.errors import Closed, Conflict, Full, Refused
from openday.queries.ballots import ballot_settled
from openday.queries.invitations import party_limit_of
from openday.queries.registrations import Occasion
from openday.queries.waitlists import occurrences_with_someone_to_serve
from openday.rules.seats import check_party
from openday.rules.states import RegistrationStatus
from openday.rules.wording import moment_text
from openday.services.party_steps import (
    TicketUrl,
    change_held,
    give_back_seats,
    give_up,
    guest,
    held_ticket,
    lock_occurrence,
    note,
    serve_waiting,
    take_seats,
    tell,
)
from openday.services.signup_steps import companions_column


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
    held, occasion = held_ticket(code)
    _refuse_when_over(occasion, now)
    _refuse_settled(held)
    try:
        check_party(party_size, party_limit_of(occasion, held.id))
    except ValueError as wrong:
        raise Refused(str(wrong), field="party_size") from wrong
    names = companions_column(occasion, held.extras, companions, party_size)
    if party_size == held.party_size and not names:
        return
    if held.status == RegistrationStatus.OFFERED:
        raise Conflict("请先确认是否参加，确认之后可以修改人数")
    if held.status == RegistrationStatus.APPLIED and ballot_settled(occasion.id):
        raise Conflict("摇号名单已经公布，摇号结束前不能修改人数，可以取消报名")
    if held.status == RegistrationStatus.CONFIRMED and party_size != held.party_size:
        _move_seats(held.quota_id, party_size - held.party_size)
    if not change_held(held.id, held.status, party_size=party_size, **names):
        raise Conflict("这份报名刚刚签到，人数不能再修改")
    note("registration.change_party", held.id, now, before=held.party_size, after=party_size)
    if held.status == RegistrationStatus.CONFIRMED:
        tell("registration.changed", guest(held.id), occasion, now, ticket_url)
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
    held, occasion = held_ticket(code)
    if held.status == RegistrationStatus.CANCELLED:
        return
    if not occasion.facts.cancelled and not occasion.facts.postponed:
        _refuse_when_over(occasion, now)
    _refuse_settled(held)
    if not give_up(held, occasion, now, ticket_url):
        raise Conflict("这份报名刚刚签到，不能再取消")


@use_case
def accept_offer(code: str, *, ticket_url: TicketUrl) -> None:
    """Take the seats that are offered to a ticket; once more changes nothing.

    Raises:
        NotFound: no such ticket.
        Closed: the offer has run out, or the occurrence has begun, was cancelled or put off.
        Conflict: nothing is offered to it.
    """
    now = clock.now()
    held, occasion = held_ticket(code)
    if held.status == RegistrationStatus.CONFIRMED:
        return
    _refuse_not_offered(held)
    _refuse_when_over(occasion, now)
    if now > held.offer_until:
        raise Closed(f"补位名额保留到{moment_text(held.offer_until)}，现已转给后面的候补人员")
    accepted = {"status": RegistrationStatus.CONFIRMED.value, "confirmed_at": now, "offer_until": None}
    change_held(held.id, held.status, **accepted)
    note("registration.accept_offer", held.id, now, party_size=held.party_size)
    tell("registration.confirmed", guest(held.id), occasion, now, ticket_url)


@use_case
def decline_offer(code: str, *, ticket_url: TicketUrl) -> None:
    """Give the seats that are offered to a ticket back, for whoever waits next; once more changes nothing.

    Raises:
        NotFound: no such ticket.
        Conflict: nothing is offered to it.
    """
    now = clock.now()
    held, occasion = held_ticket(code)
    if held.status == RegistrationStatus.CANCELLED:
        return
    _refuse_not_offered(held)
    give_up(held, occasion, now, ticket_url)


def _refuse_not_offered(held: Any) -> None:
    if held.status == RegistrationStatus.CANCELLED and held.offer_until is not None:
        raise Closed(f"补位名额保留到{moment_text(held.offer_until)}，现已转给后面的候补人员")
    if held.status != RegistrationStatus.OFFERED:
        raise Conflict("这份报名目前没有等待确认的补位名额")


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


@use_case
def serve_waitlist(occurrence_id: int, *, ticket_url: TicketUrl) -> int:
    """Give free seats of one occurrence to those who wait, in order and whole; returns how many parties got in."""
    now = clock.now()
    return len(serve_waiting(lock_occurrence(occurrence_id), now, ticket_url))


def serve_waitlists(*, ticket_url: TicketUrl) -> int:
    """Serve every occurrence that has both free seats and a party that fits; each in a transaction of its own.

    Seats that a person gives up are passed on at once; this finds those that became free in another way: because the
    office raised a capacity, or because nobody accepted an offer in time.
    """
    due = occurrences_with_someone_to_serve(clock.now())
    return sum(serve_waitlist(occurrence_id, ticket_url=ticket_url) for occurrence_id in due)
