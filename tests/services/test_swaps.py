"""Coming to another occurrence instead: the new place is taken before the old one is given up, or nothing happens."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select, update

from openday import clock
from openday.db import db, use_case
from openday.errors import Closed, Conflict, Duplicate, Full, NotFound, OpenDayError, Refused
from openday.models.ledger import AuditEvent
from openday.models.occurrences import Occurrence, Quota
from openday.models.registrations import Registration
from openday.queries import integrity
from openday.queries.integrity import findings
from openday.queries.registrations import ticket
from openday.queries.swaps import swap_choices
from openday.rules.signup_form import SignupForm
from openday.rules.states import OccurrenceStatus, RegistrationStatus, SignupMode
from openday.services.party_steps import note
from openday.services.published_names import set_published_names
from openday.services.registration_changes import cancel_registration
from openday.services.seat_changes import change_capacity
from openday.services.swaps import Swap, swap_occurrence
from tests.factories.activities import page_url, published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.registrations import party_on_list
from tests.factories.signup_forms import FULL, ask
from tests.services.test_registration_changes import check_in
from tests.services.test_registrations import at_once
from tests.services.test_shared_seats import share
from tests.support.signup import messages_to, seats_held, sign_up, status_of, taken, ticket_url

CONFIRMED, WAITLISTED = RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED
PHONE = "13800001111"


def two_times(house: House, *, first: int = 10, second: int = 10, **more: object) -> tuple[Occurrence, Occurrence]:
    """Two occurrences of one activity with so many seats."""
    activity = published_activity(house)
    one = open_occurrence(activity, capacity=first, **more)  # type: ignore[arg-type]
    return one, open_occurrence(activity, capacity=second, starts_in=timedelta(days=8), **more)  # type: ignore[arg-type]


def move(code: str, to: Occurrence, position: int = 1, *, may_wait: bool = False) -> RegistrationStatus:
    return swap_occurrence(code, Swap(to.code, position, may_wait), ticket_url=ticket_url)


def where_is(code: str) -> int:
    db.session.rollback()
    found = db.session.scalar(select(Registration.occurrence_id).where(Registration.code == code))
    assert found is not None
    return found


def test_a_party_comes_to_the_other_time_with_the_same_ticket(any_app: Flask, any_house: House) -> None:
    first, second = two_times(any_house)
    done = sign_up(first, phone=PHONE, party_size=3)
    assert move(done.code, second) is CONFIRMED
    assert (taken(first), taken(second)) == ([0], [3])
    assert where_is(done.code) == second.id
    assert ticket(done.code).number == done.number
    assert [message.kind for message in messages_to(PHONE)] == ["registration.confirmed", "registration.moved"]
    last = messages_to(PHONE)[-1]
    assert f"/tickets/{done.code}" in (last.body or "")
    noted = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "registration.swap")).one()
    assert noted.detail == {"before": first.code, "after": second.code, "status": ["confirmed", "confirmed"]}
    assert list(findings()) == []


def test_the_same_form_sent_again_still_answers_with_the_ticket(any_app: Flask, any_house: House) -> None:
    first, second = two_times(any_house)
    again = {"phone": PHONE, "key": "k" * 32}
    done = sign_up(first, **again)
    move(done.code, second)
    repeated = sign_up(first, **again)
    assert (repeated.code, repeated.repeated) == (done.code, True)
    assert (taken(first), taken(second)) == ([0], [1])


def test_where_seats_do_not_suffice_nothing_is_given_up(any_app: Flask, any_house: House) -> None:
    first, second = two_times(any_house, second=3)
    sign_up(second, party_size=2)
    code = sign_up(first, party_size=2).code
    with pytest.raises(Full):
        move(code, second)
    with pytest.raises(Full):
        move(sign_up(first, party_size=4).code, second, may_wait=True)
    assert (taken(first), taken(second)) == ([6], [2])
    assert where_is(code) == first.id


def test_the_seats_that_are_left_go_to_those_who_wait_there(any_app: Flask, any_house: House) -> None:
    first, second = two_times(any_house, first=2)
    code = sign_up(first, party_size=2).code
    waiting = sign_up(first, party_size=2)
    assert waiting.status is WAITLISTED
    move(code, second)
    assert status_of(waiting.code) is CONFIRMED
    assert (taken(first), taken(second)) == ([2], [2])


def test_nobody_overtakes_those_who_wait_at_the_other_time(any_app: Flask, any_house: House) -> None:
    first, second = two_times(any_house, second=2)
    party_on_list(second, status=WAITLISTED, party_size=2)  # waits for seats that are being given
    code = sign_up(first).code
    with pytest.raises(Full):
        move(code, second)
    assert where_is(code) == first.id


def test_onto_the_waitlist_only_where_it_was_said_and_behind_those_who_wait(any_app: Flask, any_house: House) -> None:
    first, second = two_times(any_house, second=1)
    seated = sign_up(second).code
    mover = sign_up(first, phone=PHONE).code
    earlier = sign_up(second).code
    assert move(mover, second, may_wait=True) is WAITLISTED
    later = sign_up(second).code
    assert taken(first) == [0]
    assert [ticket(code).ahead for code in (earlier, mover, later)] == [0, 1, 2]
    assert messages_to(PHONE)[-1].kind == "registration.moved_to_wait"
    for gone, next_in in ((seated, earlier), (earlier, mover), (mover, later)):
        cancel_registration(gone, ticket_url=ticket_url)
        assert status_of(next_in) is CONFIRMED
    assert taken(second) == [1]


def test_whoever_waits_may_move_to_free_seats_and_has_them(any_app: Flask, any_house: House) -> None:
    first, second = two_times(any_house, first=1)
    sign_up(first)
    waiting = sign_up(first).code
    assert move(waiting, second) is CONFIRMED
    assert (taken(first), taken(second)) == ([1], [1])


def test_a_desk_number_that_is_taken_there_becomes_another(any_app: Flask, any_house: House) -> None:
    first, second = two_times(any_house)
    mover, there = party_on_list(first), party_on_list(second)
    there_number = there.number

    db.session.rollback()
    with db.engine.begin() as connection:
        table = Registration.__table__
        connection.execute(table.update().where(table.c.id == mover.id).values(number=there_number))
    move(mover.code, second)
    db.session.rollback()
    numbers = set(db.session.scalars(select(Registration.number).where(Registration.occurrence_id == second.id)))
    assert len(numbers) == 2


def test_answers_go_along_where_the_other_form_takes_them(any_app: Flask, any_house: House) -> None:
    first, second = two_times(any_house)
    names = SignupForm(companion_names=True)
    ask(first, names)
    ask(second, names)
    code = sign_up(first, party_size=2, extras={"companions": ["李雪"]}).code
    move(code, second)
    assert ticket(code).companions == ("李雪",)
    ask(first, FULL)
    with pytest.raises(Conflict, match="报名表"):
        move(code, first)
    assert where_is(code) == second.id


def test_a_move_leads_round_no_code_and_onto_no_list_that_is_published(any_app: Flask, any_house: House) -> None:
    first, second = two_times(any_house)
    code = sign_up(first).code
    ask(second, SignupForm(), protection="phone_code")
    with pytest.raises(Conflict, match="短信验证"):
        move(code, second)
    assert swap_choices(ticket(code), clock.now()) == []
    ask(second, SignupForm(), protection="challenge")
    set_published_names(any_house.officer.actor, second.code, publish=True, basis="《活动报名须知》第三条")
    with pytest.raises(Conflict, match="公示名单"):
        move(code, second)
    assert swap_choices(ticket(code), clock.now()) == []
    assert where_is(code) == first.id


def test_where_both_ask_for_a_code_a_move_asks_for_none(any_app: Flask, any_house: House) -> None:
    first, second = two_times(any_house)
    code = sign_up(first).code
    for occurrence in (first, second):
        ask(occurrence, SignupForm(), protection="phone_code")
    assert move(code, second) is CONFIRMED


def test_nobody_waits_for_more_seats_than_all_quotas_share(any_app: Flask, any_house: House) -> None:
    first, second = two_times(any_house)
    share(second, 2)
    code = sign_up(first, party_size=3).code
    with pytest.raises(Full, match="共2个"):
        move(code, second, may_wait=True)
    assert swap_choices(ticket(code), clock.now()) == []
    assert where_is(code) == first.id


def test_verify_finds_a_move_to_seats_that_were_not_there(any_app: Flask, any_house: House) -> None:
    first, second = two_times(any_house, second=2)
    mover = sign_up(first).code
    for _ in range(2):
        sign_up(second)
    lower(any_house, second, 1)
    assert list(integrity.seats_oversold()) == []
    put_there(mover, second)
    assert [found.record.split(":")[0] for found in integrity.seats_oversold()] == [f"occurrence {second.id}"]


@use_case
def put_there(code: str, to: Occurrence) -> None:
    """As a move would be that looks at no seats."""
    row = db.session.scalars(select(Registration).where(Registration.code == code)).one()
    row.occurrence_id, row.quota_id = to.id, to.quotas[0].id
    db.session.execute(update(Quota).where(Quota.id == to.quotas[0].id).values(taken=Quota.taken + 1))
    note("registration.swap", row.id, clock.now(), before="", after=to.code, status=["confirmed", "confirmed"])


def lower(house: House, occurrence: Occurrence, seats: int) -> None:
    change_capacity(house.officer.actor, occurrence.code, {occurrence.quotas[0].id: seats}, page_url=page_url)


def test_a_telephone_number_counts_once_there_too(any_app: Flask, any_house: House) -> None:
    first, second = two_times(any_house)
    code = sign_up(first, phone=PHONE).code
    sign_up(second, phone=PHONE)
    with pytest.raises(Duplicate):
        move(code, second)
    assert (taken(first), taken(second)) == ([1], [1])


def test_what_cannot_be_moved_stays(any_app: Flask, any_house: House) -> None:
    first, second = two_times(any_house)
    elsewhere = open_occurrence(published_activity(any_house))
    closed = open_occurrence(first.activity, starts_in=timedelta(days=9), closes_at=clock.now() - timedelta(hours=1))
    other_way = open_occurrence(first.activity, starts_in=timedelta(days=9), signup_mode=SignupMode.REVIEW)
    off = open_occurrence(first.activity, starts_in=timedelta(days=9), status=OccurrenceStatus.CANCELLED)
    proposed = open_occurrence(first.activity, starts_in=timedelta(days=9), status=OccurrenceStatus.PROPOSED)
    small = open_occurrence(first.activity, starts_in=timedelta(days=9), party_limit=1)
    code = sign_up(first, party_size=2).code
    attended = sign_up(first).code
    check_in(attended)
    cancelled = sign_up(first).code
    cancel_registration(cancelled, ticket_url=ticket_url)
    refusals: list[tuple[Callable[[], object], type[OpenDayError]]] = [
        (lambda: move(code, elsewhere), NotFound),
        (lambda: move(code, proposed), NotFound),
        (lambda: move("nosuchticket", second), NotFound),
        (lambda: move(code, first), Conflict),
        (lambda: move(code, closed), Closed),
        (lambda: move(code, off), Closed),
        (lambda: move(code, other_way), Conflict),
        (lambda: move(code, small), Refused),
        (lambda: move(code, second, 9), Refused),
        (lambda: move(attended, second), Conflict),
        (lambda: move(cancelled, second), Conflict),
    ]
    for attempt, refusal in refusals:
        with pytest.raises(refusal):
            attempt()
    with clock.shifted_by(timedelta(days=7, hours=1)), pytest.raises(Closed):
        move(code, second)
    assert (taken(first), taken(second)) == ([3], [0])


def test_a_decided_party_stays_and_one_that_waits_for_the_decision_may_move(any_app: Flask, any_house: House) -> None:
    first, second = two_times(any_house, signup_mode=SignupMode.REVIEW)
    applied = sign_up(first).code
    accepted = party_on_list(first).code
    assert move(applied, second) is RegistrationStatus.APPLIED
    with pytest.raises(Conflict, match="审核或摇号"):
        move(accepted, second)
    assert (taken(first), taken(second)) == ([1], [0])


def test_choices_name_seats_and_waitlists_and_leave_out_what_cannot_be(any_app: Flask, any_house: House) -> None:
    activity = published_activity(any_house)
    first = open_occurrence(activity, quotas={"居民": 5, "企业": 5})
    same = open_occurrence(activity, quotas={"居民": 4, "企业": 5}, starts_in=timedelta(days=8))
    full = open_occurrence(activity, quotas={"居民": 2}, starts_in=timedelta(days=9))
    party_on_list(full)
    open_occurrence(activity, quotas={"居民": 1}, starts_in=timedelta(days=10))  # never enough for two
    open_occurrence(activity, quotas={"居民": 2}, starts_in=timedelta(days=-1))  # over
    own_phone = open_occurrence(activity, starts_in=timedelta(days=11))
    party_on_list(own_phone, phone=PHONE)
    held = party_on_list(first, phone=PHONE, party_size=2)
    found = swap_choices(ticket(held.code), clock.now())
    assert [(choice.value, choice.free, choice.waits) for choice in found] == [
        (f"{same.code}.1.seat", 4, False),
        (f"{full.code}.1.wait", 1, True),
    ]


@pytest.mark.parametrize("seats", [8, 12])
def test_thirty_two_swaps_in_both_directions_at_once_lose_and_invent_no_seat(
    any_app: Flask, any_house: House, seats: int
) -> None:
    first, second = two_times(any_house, first=seats, second=seats, waitlist=False)
    here = [party_on_list(first).code for _ in range(8)]
    there = [party_on_list(second).code for _ in range(8)]
    away, back = ([partial(move, code, to) for code in codes] for codes, to in ((here, second), (there, first)))
    calls = [call for pair in zip(away + away, back + back, strict=True) for call in pair]
    answers = at_once(any_app, calls, threads=16)
    refused = {type(answer).__name__ for answer in answers if isinstance(answer, OpenDayError)}
    assert refused <= {"Full", "Conflict"}
    assert sum(taken(first)) + sum(taken(second)) == 16
    assert (sum(taken(first)), sum(taken(second))) == (seats_held(first), seats_held(second))
    assert max(*taken(first), *taken(second)) <= seats
    assert {status_of(code) for code in here + there} == {CONFIRMED}
    assert [found for found in findings() if found.check != "message"] == []


def test_cancelling_and_moving_at_once_end_in_one_of_both(any_app: Flask, any_house: House) -> None:
    first, second = two_times(any_house, second=12)  # for all six, should every move come first
    codes = [party_on_list(first, party_size=2).code for _ in range(6)]
    calls: list[Callable[[], object]] = []
    for code in codes:
        calls += [partial(move, code, second), partial(cancel_registration, code, ticket_url=ticket_url)]
    answers = at_once(any_app, calls, threads=8)
    assert {type(answer).__name__ for answer in answers} <= {"RegistrationStatus", "NoneType", "Conflict"}
    assert (sum(taken(first)), sum(taken(second))) == (seats_held(first), seats_held(second))
    assert [found for found in findings() if found.check != "message"] == []
