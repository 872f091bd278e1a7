"""Offers to the waitlist: seats are held until a working hour, then go to the next in order; nobody has them twice."""

import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from openday import clock
from openday.clock import SHANGHAI
from openday.db import db, use_case
from openday.errors import Closed, Conflict, NotFound
from openday.models.ledger import AuditEvent
from openday.models.occurrences import Occurrence
from openday.models.registrations import Registration
from openday.queries import integrity
from openday.queries.registrations import ticket
from openday.rules.states import OccurrenceStatus, RegistrationStatus
from openday.services.postponements import NewTime, postpone_occurrence, resume_occurrence
from openday.services.registration_changes import (
    accept_offer,
    cancel_registration,
    change_party,
    decline_offer,
    serve_waitlists,
)
from tests.factories.activities import page_url, published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.registrations import party_on_list
from tests.services.test_registrations import at_once
from tests.support.signup import messages_to, sign_up, status_of, taken, ticket_url

CONFIRMED, WAITLISTED, OFFERED, CANCELLED = (
    RegistrationStatus.CONFIRMED,
    RegistrationStatus.WAITLISTED,
    RegistrationStatus.OFFERED,
    RegistrationStatus.CANCELLED,
)
MONDAY = datetime(2027, 3, 15, 10, 0, tzinfo=SHANGHAI)


def at(moment: datetime) -> AbstractContextManager[None]:
    """The clock stands near `moment`."""
    return clock.shifted_by(moment - clock.now())


@use_case
def offers(occurrence: Occurrence, hours: int | None = 4) -> None:
    """Freed seats of the occurrence are offered for so many working hours."""
    db.session.execute(update(Occurrence).where(Occurrence.id == occurrence.id).values(offer_hours=hours))


def offering(house: House, *, capacity: int = 2, hours: int = 4, **more: object) -> Occurrence:
    """An occurrence a fortnight ahead that offers freed seats."""
    occurrence = open_occurrence(
        published_activity(house),
        capacity=capacity,
        starts_in=timedelta(days=15),
        **more,  # type: ignore[arg-type]
    )
    offers(occurrence, hours)
    return occurrence


def accept(code: str) -> None:
    accept_offer(code, ticket_url=ticket_url)


def decline(code: str) -> None:
    decline_offer(code, ticket_url=ticket_url)


def cancel(code: str) -> None:
    cancel_registration(code, ticket_url=ticket_url)


def near(moment: datetime, act: Callable[[], object]) -> object:
    """Do something within a second of `moment`, in a thread of its own."""
    with at(moment + timedelta(milliseconds=random.randrange(-400, 400))):
        return act()


def serve() -> int:
    return serve_waitlists(ticket_url=ticket_url)


def acts(code: str) -> list[str]:
    """What the ledger says was done with a ticket, in order."""
    db.session.rollback()
    of = select(Registration.id).where(Registration.code == code).scalar_subquery()
    rows = select(AuditEvent.action).where(AuditEvent.record_type == "registration", AuditEvent.record_id == of)
    return list(db.session.scalars(rows.order_by(AuditEvent.id)))


def test_a_freed_seat_is_held_for_the_next_party_until_its_hours_are_over(any_house: House) -> None:
    with at(MONDAY):
        occurrence = offering(any_house, hours=4)
        first = sign_up(occurrence, party_size=2)
        waits = sign_up(occurrence, party_size=2, phone="13800002222")
        cancel(first.code)
        held = ticket(waits.code)
        assert (held.state, held.offer_until is not None) == ("offered", True)
        assert held.offer_until is not None
        assert timedelta(hours=4) - timedelta(minutes=1) < held.offer_until - MONDAY <= timedelta(hours=4, minutes=1)
        assert taken(occurrence) == [2]
        letter = messages_to("13800002222")[-1]
        assert letter.kind == "registration.offered"
        assert "3月15日（星期一）14:0" in (letter.body or "")
        assert ticket_url(waits.code) in (letter.body or "")


def test_an_offer_of_the_evening_does_not_run_out_at_night(any_house: House) -> None:
    with at(MONDAY + timedelta(hours=12)):
        occurrence = offering(any_house, capacity=1)
        first, waits = sign_up(occurrence), sign_up(occurrence)
        cancel(first.code)
        until = ticket(waits.code).offer_until
    assert until == datetime(2027, 3, 16, 13, 0, tzinfo=SHANGHAI)
    with at(until - timedelta(minutes=2)):
        assert serve() == 0
        assert status_of(waits.code) is OFFERED


def test_accepting_keeps_the_seats_and_a_second_tap_changes_nothing(any_app: Flask, any_house: House) -> None:
    with at(MONDAY):
        occurrence = offering(any_house, capacity=1)
        first, waits = sign_up(occurrence), sign_up(occurrence, phone="13800002222")
        cancel(first.code)
        assert at_once(any_app, [lambda: accept(waits.code) for _ in range(6)]) == [None] * 6
        assert (status_of(waits.code), taken(occurrence)) == (CONFIRMED, [1])
        assert acts(waits.code) == ["registration.create", "registration.offer", "registration.accept_offer"]
        kinds = [message.kind for message in messages_to("13800002222")]
        assert kinds == ["registration.waitlisted", "registration.offered", "registration.confirmed"]
    with at(MONDAY + timedelta(days=2)):
        assert serve() == 0
        assert status_of(waits.code) is CONFIRMED


def test_given_back_the_seats_are_offered_to_the_next_at_once(any_house: House) -> None:
    with at(MONDAY):
        occurrence = offering(any_house, capacity=1)
        first, second, third = sign_up(occurrence), sign_up(occurrence), sign_up(occurrence)
        cancel(first.code)
        decline(second.code)
        decline(second.code)
        assert [status_of(one.code) for one in (second, third)] == [CANCELLED, OFFERED]
        assert ticket(second.code).state == "cancelled"
        assert taken(occurrence) == [1]


def test_an_offer_that_nobody_accepts_goes_on_in_order_and_both_are_told(any_house: House) -> None:
    with at(MONDAY):
        occurrence = offering(any_house, capacity=1, hours=2)
        first = sign_up(occurrence)
        second, third = sign_up(occurrence, phone="13800002222"), sign_up(occurrence, phone="13800003333")
        cancel(first.code)
        assert serve() == 0
    with at(MONDAY + timedelta(hours=2, minutes=1)):
        with pytest.raises(Closed, match="转给后面的候补人员"):
            accept(second.code)
        assert serve() == 1
        assert [status_of(one.code) for one in (second, third)] == [CANCELLED, OFFERED]
        assert ticket(second.code).state == "lapsed"
        assert taken(occurrence) == [1]
        assert [message.kind for message in messages_to("13800002222")][-1] == "registration.offer_expired"
        assert [message.kind for message in messages_to("13800003333")][-1] == "registration.offered"
        with pytest.raises(Closed):
            accept(second.code)
        with pytest.raises(Conflict):
            accept(first.code)
    assert acts(second.code) == ["registration.create", "registration.offer", "registration.offer_lapse"]


def test_an_offer_can_be_accepted_at_its_last_second_and_not_after_it(any_house: House) -> None:
    with at(MONDAY):
        occurrence = offering(any_house, capacity=2)
        leaving = [sign_up(occurrence).code, sign_up(occurrence).code]
        early, late = sign_up(occurrence), sign_up(occurrence)
        for code in leaving:
            cancel(code)
        until, later = ticket(early.code).offer_until, ticket(late.code).offer_until
    assert until is not None
    assert later is not None
    with clock.stopped_at(until):
        accept(early.code)
    with clock.stopped_at(later + timedelta(milliseconds=1)), pytest.raises(Closed):
        accept(late.code)


def test_a_party_too_large_for_the_free_seats_is_not_offered_a_part_of_them(any_house: House) -> None:
    with at(MONDAY):
        occurrence = offering(any_house, capacity=3)
        leaving = sign_up(occurrence, party_size=2)
        sign_up(occurrence)
        large = party_on_list(occurrence, party_size=3, status=WAITLISTED).code
        small = party_on_list(occurrence, party_size=2, status=WAITLISTED).code
        cancel(leaving.code)
        assert [status_of(code) for code in (large, small)] == [WAITLISTED, OFFERED]


def test_nobody_signs_up_into_seats_that_are_offered(any_house: House) -> None:
    with at(MONDAY):
        occurrence = offering(any_house, capacity=1)
        first, _waits = sign_up(occurrence), sign_up(occurrence)
        cancel(first.code)
        assert sign_up(occurrence).status is WAITLISTED
        assert list(integrity.seats_taken()) == []


def test_without_working_time_before_the_start_seats_are_given_at_once(any_house: House) -> None:
    sunday = datetime(2027, 3, 14, 20, 0, tzinfo=SHANGHAI)
    with at(sunday):
        occurrence = open_occurrence(published_activity(any_house), capacity=1, starts_in=timedelta(hours=14))
        offers(occurrence)
        first, waits = sign_up(occurrence), sign_up(occurrence)
        cancel(first.code)
        assert (status_of(waits.code), taken(occurrence)) == (CONFIRMED, [1])
        assert acts(waits.code) == ["registration.create", "registration.promote"]


def test_the_size_of_a_party_is_settled_after_accepting(any_house: House) -> None:
    with at(MONDAY):
        occurrence = offering(any_house, capacity=2)
        first, waits = sign_up(occurrence, party_size=2), sign_up(occurrence, party_size=2)
        cancel(first.code)
        with pytest.raises(Conflict, match="请先确认"):
            change_party(waits.code, 1, ticket_url=ticket_url)
        accept(waits.code)
        change_party(waits.code, 1, ticket_url=ticket_url)
        assert taken(occurrence) == [1]


def test_accept_and_the_end_of_the_offer_at_once_have_one_winner(any_app: Flask, any_house: House) -> None:
    with at(MONDAY):
        occurrence = offering(any_house, capacity=4, hours=1)
        leaving = [sign_up(occurrence).code for _ in range(4)]
        waiting = [sign_up(occurrence).code for _ in range(8)]
        for code in leaving:
            cancel(code)
        moment = ticket(waiting[0]).offer_until
    assert moment is not None
    calls: list[Callable[[], object]] = []
    for code in waiting[:4]:
        calls += [lambda code=code: near(moment, lambda: accept(code)), lambda: near(moment, serve)]
    at_once(any_app, calls)
    with at(moment + timedelta(minutes=1)):
        serve()
        states = [status_of(code) for code in waiting]
        assert set(states[:4]) <= {CONFIRMED, CANCELLED}
        assert states.count(CONFIRMED) + states.count(OFFERED) == taken(occurrence)[0] == 4
        assert list(integrity.seats_taken()) == []


def test_while_it_is_put_off_no_offer_runs_out_and_with_the_new_time_the_hours_begin_anew(any_house: House) -> None:
    with at(MONDAY):
        occurrence = offering(any_house, capacity=1)
        code = occurrence.code
        first, waits = sign_up(occurrence), sign_up(occurrence)
        cancel(first.code)
        postpone_occurrence(any_house.officer.actor, code, "场馆检修", page_url=page_url, ticket_url=ticket_url)
    with at(MONDAY + timedelta(days=3)):
        assert serve() == 0
        assert (status_of(waits.code), ticket(waits.code).state) == (OFFERED, "postponed")
        with pytest.raises(Closed, match="延期"):
            accept(waits.code)
        start = (clock.now() + timedelta(days=30)).replace(hour=14, minute=0, second=0, microsecond=0)
        new = NewTime(start, start + timedelta(hours=2), "图书馆")
        resume_occurrence(any_house.officer.actor, code, new, page_url=page_url, ticket_url=ticket_url)
        until = ticket(waits.code).offer_until
        assert until is not None
        assert until > clock.now() + timedelta(hours=3)
        accept(waits.code)


def test_with_the_start_every_offer_is_over(any_house: House) -> None:
    with at(MONDAY):
        occurrence = offering(any_house, capacity=1, hours=90)
        first, waits = sign_up(occurrence), sign_up(occurrence)
        cancel(first.code)
        begins = occurrence.starts_at
    with at(begins + timedelta(minutes=1)):
        with pytest.raises(Closed):
            accept(waits.code)
        assert serve() == 0
        assert (ticket(waits.code).state, taken(occurrence)) == ("lapsed", [0])


def test_an_offer_of_a_cancelled_occurrence_is_left_alone(any_house: House) -> None:
    with at(MONDAY):
        occurrence = offering(any_house, capacity=1)
        first, waits = sign_up(occurrence), sign_up(occurrence)
        cancel(first.code)
        set_status(occurrence, OccurrenceStatus.CANCELLED)
    with at(MONDAY + timedelta(days=3)):
        assert serve() == 0
        assert ticket(waits.code).state == "off"
        with pytest.raises(Closed):
            accept(waits.code)


@use_case
def set_status(occurrence: Occurrence, status: OccurrenceStatus) -> None:
    db.session.execute(update(Occurrence).where(Occurrence.id == occurrence.id).values(status=status.value))


@pytest.mark.parametrize("code", ["nosuchticket", "a\x00b"])
def test_nothing_is_offered_to_an_unknown_ticket(any_house: House, code: str) -> None:
    for act in (accept, decline):
        with pytest.raises(NotFound):
            act(code)
