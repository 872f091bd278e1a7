"""What becomes of a registration: parties change, people cancel, seats go to those who wait, in order and whole."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from openday import clock
from openday.db import db, use_case
from openday.errors import Closed, Conflict, Full, NotFound, OpenDayError, Refused
from openday.models.ledger import AuditEvent
from openday.models.occurrences import Occurrence, Quota
from openday.models.registrations import Registration
from openday.queries.registrations import ticket
from openday.rules.states import RegistrationStatus
from openday.services.registration_changes import cancel_registration, change_party, serve_waitlists
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.registrations import party_on_list
from tests.services.test_registrations import at_once
from tests.support.signup import messages_to, seats_held, sign_up, status_of, taken, ticket_url

CONFIRMED, WAITLISTED = RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED
CANCELLED = RegistrationStatus.CANCELLED


def cancel(code: str) -> None:
    cancel_registration(code, ticket_url=ticket_url)


def change(code: str, size: int) -> None:
    change_party(code, size, ticket_url=ticket_url)


@use_case
def check_in(code: str, people: int = 1) -> bool:
    """What the door does: only a confirmed party that is not in yet."""
    changed = db.session.execute(
        update(Registration)
        .where(Registration.code == code, Registration.status == "confirmed", Registration.attended == 0)
        .values(attended=people, checked_in_at=clock.now())
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]


@use_case
def set_capacity(occurrence: Occurrence, capacity: int) -> None:
    """What the office does to a quota."""
    db.session.execute(update(Quota).where(Quota.occurrence_id == occurrence.id).values(capacity=capacity))


def waiting(occurrence: Occurrence, *sizes: int) -> list[str]:
    """Parties of these sizes that wait, in this order; their codes."""
    return [party_on_list(occurrence, party_size=size, status=WAITLISTED).code for size in sizes]


def test_cancelling_eight_times_at_once_frees_the_seats_once(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), capacity=5)
    sign_up(occurrence, party_size=2)
    code = sign_up(occurrence, party_size=3, phone="13800001111").code
    answers = at_once(any_app, [lambda: cancel(code) for _ in range(8)])
    assert answers == [None] * 8
    assert taken(occurrence) == [2]
    assert status_of(code) is CANCELLED
    assert [message.kind for message in messages_to("13800001111")] == [
        "registration.confirmed",
        "registration.cancelled",
    ]
    cancels = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "registration.cancel")
    assert db.session.scalar(cancels) == 1


def test_a_freed_seat_goes_to_whoever_waits_longest_and_they_are_told(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), capacity=1)
    first = sign_up(occurrence)
    second = sign_up(occurrence, phone="13800002222")
    third = sign_up(occurrence)
    cancel(first.code)
    assert [status_of(done.code) for done in (first, second, third)] == [CANCELLED, CONFIRMED, WAITLISTED]
    assert taken(occurrence) == [1]
    kinds = [message.kind for message in messages_to("13800002222")]
    assert kinds == ["registration.waitlisted", "registration.promoted"]
    assert ticket_url(second.code) in (messages_to("13800002222")[-1].body or "")


def test_waiting_parties_are_served_whole_and_in_order(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), capacity=5)
    leaving = sign_up(occurrence, party_size=4)
    sign_up(occurrence)
    codes = waiting(occurrence, 3, 2, 1)
    cancel(leaving.code)
    assert [status_of(code) for code in codes] == [CONFIRMED, WAITLISTED, CONFIRMED]
    assert taken(occurrence) == [5]
    assert seats_held(occurrence) == 5


def test_a_party_too_large_for_what_is_free_keeps_its_place(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), capacity=4)
    first, second = sign_up(occurrence, party_size=2), sign_up(occurrence, party_size=2)
    large, small = waiting(occurrence, 4, 3)
    cancel(first.code)
    assert [status_of(large), status_of(small)] == [WAITLISTED, WAITLISTED]
    cancel(second.code)
    assert [status_of(large), status_of(small)] == [CONFIRMED, WAITLISTED]


def test_seats_of_one_quota_do_not_serve_another(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), quotas={"居民": 1, "企业": 1})
    resident = sign_up(occurrence, quota=1)
    sign_up(occurrence, quota=2)
    firm = sign_up(occurrence, quota=2)
    cancel(resident.code)
    assert status_of(firm.code) is WAITLISTED
    assert taken(occurrence) == [0, 1]


def test_leaving_the_waitlist_frees_no_seat(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), capacity=1)
    sign_up(occurrence)
    waits = sign_up(occurrence)
    cancel(waits.code)
    assert status_of(waits.code) is CANCELLED
    assert taken(occurrence) == [1]


def test_the_phone_may_register_again_after_cancelling(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    first = sign_up(occurrence, phone="13800001111")
    cancel(first.code)
    second = sign_up(occurrence, phone="13800001111")
    assert second.code != first.code
    assert taken(occurrence) == [1]


def test_cancel_and_check_in_at_once_have_one_winner(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), capacity=30)
    codes = [sign_up(occurrence).code for _ in range(10)]
    calls: list[Callable[[], object]] = []
    for code in codes:
        calls += [lambda code=code: cancel(code), lambda code=code: check_in(code)]
    answers = at_once(any_app, calls)
    for code, gone, came in zip(codes, answers[::2], answers[1::2], strict=True):
        held = ticket(code)
        if came is True:
            assert isinstance(gone, Conflict)
            assert (held.status, held.attended) == (CONFIRMED, 1)
        else:
            assert gone is None
            assert (held.status, held.attended) == (CANCELLED, 0)
    assert taken(occurrence) == [seats_held(occurrence)]


def test_whoever_has_checked_in_can_neither_cancel_nor_change(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    code = sign_up(occurrence, party_size=2).code
    assert check_in(code)
    for act in (lambda: cancel(code), lambda: change(code, 1)):
        with pytest.raises(Conflict, match="已经签到"):
            act()
    assert taken(occurrence) == [2]


def test_a_larger_party_takes_only_seats_that_are_free(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), capacity=4)
    code = sign_up(occurrence, party_size=2).code
    sign_up(occurrence)
    change(code, 3)
    assert (ticket(code).party_size, taken(occurrence)) == (3, [4])
    with pytest.raises(Full, match="原来的报名没有变动"):
        change(code, 4)
    assert (ticket(code).party_size, taken(occurrence)) == (3, [4])


def test_a_larger_party_does_not_pass_those_who_wait(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), capacity=2)
    code = sign_up(occurrence).code
    sign_up(occurrence)
    (waits,) = waiting(occurrence, 1)
    set_capacity(occurrence, 3)
    with pytest.raises(Full):
        change(code, 2)
    assert status_of(waits) is WAITLISTED


def test_a_smaller_party_makes_room_at_once(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), capacity=4)
    code = sign_up(occurrence, party_size=4).code
    waits = sign_up(occurrence, party_size=2)
    change(code, 2)
    assert status_of(waits.code) is CONFIRMED
    assert taken(occurrence) == [4]


def test_a_waiting_party_that_shrinks_gets_the_seats_that_now_suffice(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), capacity=4)
    sign_up(occurrence, party_size=2)
    waits = sign_up(occurrence, party_size=3)
    change(waits.code, 2)
    assert (status_of(waits.code), taken(occurrence)) == (CONFIRMED, [4])


@pytest.mark.parametrize("size", [0, 6, -3])
def test_a_changed_party_has_one_to_the_limit(house: House, size: int) -> None:
    code = sign_up(open_occurrence(published_activity(house), party_limit=5)).code
    with pytest.raises(Refused):
        change(code, size)


def test_the_same_size_changes_nothing(house: House) -> None:
    occurrence = open_occurrence(published_activity(house), capacity=2)
    code = sign_up(occurrence, party_size=2, phone="13800001111").code
    change(code, 2)
    assert len(messages_to("13800001111")) == 1


def test_everything_ends_with_the_start(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), capacity=2)
    code = sign_up(occurrence, party_size=2).code
    waits = sign_up(occurrence)
    with clock.shifted_by(timedelta(days=7, hours=1)):
        for act in (lambda: cancel(code), lambda: change(code, 1)):
            with pytest.raises(Closed):
                act()
        set_capacity(occurrence, 10)
        assert serve_waitlists(ticket_url=ticket_url) == 0
    assert status_of(waits.code) is WAITLISTED


def test_a_cancelled_ticket_stays_cancelled(house: House) -> None:
    code = sign_up(open_occurrence(published_activity(house))).code
    cancel(code)
    with pytest.raises(Conflict):
        change(code, 2)
    cancel(code)
    assert status_of(code) is CANCELLED


@pytest.mark.parametrize("code", ["nosuchticket", "a\x00b", ""])
def test_an_unknown_ticket_is_not_there(any_house: House, code: str) -> None:
    for act in (lambda: cancel(code), lambda: change(code, 1), lambda: ticket(code)):
        with pytest.raises(NotFound):
            act()


def test_a_raised_capacity_is_found_and_given_to_those_who_wait(any_house: House) -> None:
    activity = published_activity(any_house)
    raised, untouched = open_occurrence(activity, capacity=2), open_occurrence(activity, capacity=1)
    for occurrence, size in ((raised, 2), (untouched, 1)):
        sign_up(occurrence, party_size=size)
    first, second = waiting(raised, 2, 1)
    (other,) = waiting(untouched, 1)
    assert serve_waitlists(ticket_url=ticket_url) == 0
    set_capacity(raised, 5)
    assert serve_waitlists(ticket_url=ticket_url) == 2
    assert [status_of(code) for code in (first, second, other)] == [CONFIRMED, CONFIRMED, WAITLISTED]
    assert taken(raised) == [5]


def test_a_lowered_capacity_throws_nobody_out_and_lets_nobody_in(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), capacity=5)
    leaving = sign_up(occurrence)
    sign_up(occurrence, party_size=4)
    (waits,) = waiting(occurrence, 1)
    set_capacity(occurrence, 2)
    cancel(leaving.code)
    assert status_of(waits) is WAITLISTED
    assert taken(occurrence) == [4]


def test_cancelling_registering_and_serving_at_once_strand_no_seat(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), capacity=8)
    code = occurrence.code
    leaving = [sign_up(occurrence).code for _ in range(8)]
    calls: list[Callable[[], object]] = []
    for number, ticket_code in enumerate(leaving):
        calls += [
            lambda ticket_code=ticket_code: cancel(ticket_code),
            lambda number=number: sign_up(code, party_size=number % 2 + 1),
            lambda: serve_waitlists(ticket_url=ticket_url),
        ]
    answers = at_once(any_app, calls)
    assert [answer for answer in answers if isinstance(answer, OpenDayError)] == []
    assert taken(occurrence) == [seats_held(occurrence)]
    smallest = db.session.scalar(select(func.min(Registration.party_size)).where(Registration.status == "waitlisted"))
    assert 8 - seats_held(occurrence) < (smallest or 99)
    assert seats_held(occurrence) <= 8
