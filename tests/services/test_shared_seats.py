"""Several quotas under one roof: each has its own bound, and all of them together another."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from openday import clock
from openday.db import db, use_case
from openday.errors import Closed, Full, OpenDayError, Refused
from openday.models.occurrences import Occurrence
from openday.queries import integrity
from openday.queries.activities import occurrence_detail
from openday.queries.public_activity import activity_page
from openday.queries.registrations import signup_sheet
from openday.rules.permissions import Right
from openday.rules.states import RegistrationStatus, SignupMode
from openday.services.decisions import decide
from openday.services.registration_changes import cancel_registration, change_party, serve_waitlists
from openday.services.seat_changes import IN_ALL, SeatRules, change_capacity
from tests.factories.activities import page_url, published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.registrations import party_on_list
from tests.services.test_registrations import at_once
from tests.support.signup import seats_held, sign_up, status_of, taken, ticket_url

CONFIRMED, WAITLISTED = RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED
TWO = {"居民": 6, "企业": 6}


@use_case
def share(occurrence: Occurrence, seats: int | None) -> None:
    db.session.execute(update(Occurrence).where(Occurrence.id == occurrence.id).values(capacity=seats))


def under_one_roof(house: House, seats: int, quotas: Mapping[str, int] = TWO, **more: object) -> Occurrence:
    """An occurrence whose quotas share that many seats."""
    occurrence = open_occurrence(published_activity(house), quotas=quotas, **more)  # type: ignore[arg-type]
    share(occurrence, seats)
    return occurrence


def cancel(code: str) -> None:
    cancel_registration(code, ticket_url=ticket_url)


def free(occurrence: Occurrence) -> tuple[list[int], int]:
    """What the sign-up form says is left: of each quota, and of all."""
    db.session.rollback()
    sheet = signup_sheet(occurrence.code)
    return [quota.seats.free for quota in sheet.quotas], sheet.left


def test_the_quotas_together_hold_no_more_than_they_share(any_house: House) -> None:
    occurrence = under_one_roof(any_house, 8, waitlist=False)
    sign_up(occurrence, quota=1, party_size=5)
    assert free(occurrence) == ([1, 3], 3)
    with pytest.raises(Full, match="剩余3个名额，不够一行4人"):
        sign_up(occurrence, quota=2, party_size=4)
    sign_up(occurrence, quota=2, party_size=3)
    assert free(occurrence) == ([0, 0], 0)
    with pytest.raises(Full, match="名额已满"):
        sign_up(occurrence, quota=1)
    assert taken(occurrence) == [5, 3]


def test_a_party_that_could_never_fit_is_told_so(any_house: House) -> None:
    occurrence = under_one_roof(any_house, 4)
    with pytest.raises(Refused, match="本场名额共4个"):
        sign_up(occurrence, quota=1, party_size=5)


def test_many_at_once_fill_exactly_what_is_shared(any_app: Flask, any_house: House) -> None:
    occurrence = under_one_roof(any_house, 15, {"甲": 10, "乙": 10, "丙": 10})
    code = occurrence.code
    calls: list[Callable[[], object]] = [
        lambda n=n: sign_up(code, quota=n % 3 + 1, party_size=n % 2 + 1) for n in range(30)
    ]
    answers = at_once(any_app, calls)
    assert [answer for answer in answers if isinstance(answer, OpenDayError)] == []
    assert seats_held(occurrence) == sum(taken(occurrence)) == 15
    assert max(taken(occurrence)) <= 10


def test_a_seat_freed_in_one_quota_serves_whoever_waits_longest_in_any(any_house: House) -> None:
    occurrence = under_one_roof(any_house, 4)
    leaving = sign_up(occurrence, quota=1, party_size=2)
    sign_up(occurrence, quota=2, party_size=2)
    firm, resident = sign_up(occurrence, quota=2), sign_up(occurrence, quota=1)
    assert (firm.status, resident.status) == (WAITLISTED, WAITLISTED)
    cancel(leaving.code)
    assert [status_of(one.code) for one in (firm, resident)] == [CONFIRMED, CONFIRMED]
    assert taken(occurrence) == [1, 3]


def test_nobody_of_another_quota_overtakes_a_party_that_waits(any_house: House) -> None:
    occurrence = under_one_roof(any_house, 2)
    sign_up(occurrence, quota=1)
    held = sign_up(occurrence, quota=2)
    party_on_list(occurrence, party_size=1, status=WAITLISTED, position=1)
    share(occurrence, 3)
    assert sign_up(occurrence, quota=2).status is WAITLISTED
    with pytest.raises(Full):
        change_party(held.code, 2, ticket_url=ticket_url)
    assert serve_waitlists(ticket_url=ticket_url) == 1


def test_the_job_finds_seats_that_came_free_by_a_larger_roof_and_no_others(any_house: House) -> None:
    occurrence = under_one_roof(any_house, 2)
    sign_up(occurrence, quota=1, party_size=2)
    waits = sign_up(occurrence, quota=2, party_size=2)
    assert serve_waitlists(ticket_url=ticket_url) == 0
    share(occurrence, 3)
    assert serve_waitlists(ticket_url=ticket_url) == 0
    share(occurrence, None)
    assert serve_waitlists(ticket_url=ticket_url) == 1
    assert status_of(waits.code) is CONFIRMED


def test_accepting_applicants_stays_under_the_roof(any_house: House) -> None:
    occurrence = under_one_roof(any_house, 3, signup_mode=SignupMode.REVIEW)
    first, second = sign_up(occurrence, quota=1, party_size=2), sign_up(occurrence, quota=2, party_size=2)
    done = decide(
        any_house.officer.actor,
        occurrence.code,
        [first.number, second.number],
        accept=True,
        reason="",
        ticket_url=ticket_url,
    )
    assert (done.done, done.full) == (1, (second.number,))
    assert taken(occurrence) == [2, 0]


def test_every_page_shows_what_can_still_be_had(any_house: House) -> None:
    activity = published_activity(any_house, vague=False)
    occurrence = open_occurrence(activity, quotas=TWO, waitlist=False)
    share(occurrence, 7)
    sign_up(occurrence, quota=1, party_size=5)
    db.session.rollback()
    slot = activity_page(activity.code).slots[0]
    assert [quota.seats.free for quota in slot.quotas] == [1, 2]
    assert (slot.seats.capacity, slot.seats.free) == (7, 2)
    db.session.expire_all()
    row = occurrence_detail(any_house.officer.actor, Right.REGISTRATION_READ, occurrence.code, clock.now()).row
    assert (row.seats.capacity, row.seats.taken, row.seats.free) == (7, 5, 2)
    sign_up(occurrence, quota=2, party_size=2)
    db.session.rollback()
    assert activity_page(activity.code).slots[0].state(clock.now()) == "full"


def test_lowered_below_what_is_taken_it_is_said_and_nobody_is_thrown_out(any_house: House) -> None:
    occurrence = under_one_roof(any_house, 8)
    for position in (1, 2):
        sign_up(occurrence, quota=position, party_size=4)
    officer, code = any_house.officer.actor, occurrence.code
    first, second = (quota.id for quota in occurrence.quotas)
    seats = {first: 6, second: 3}
    crowded = change_capacity(officer, code, seats, page_url=page_url, rules=SeatRules(shared=5, offer_hours=9))
    assert crowded == ["企业", IN_ALL]
    assert (taken(occurrence), seats_held(occurrence)) == ([4, 4], 8)
    row = db.session.execute(
        select(Occurrence.capacity, Occurrence.offer_hours).where(Occurrence.id == occurrence.id)
    ).one()
    assert tuple(row) == (5, 9)
    assert sign_up(occurrence, quota=1).status is WAITLISTED
    assert list(integrity.seats_oversold()) == []
    assert change_capacity(officer, code, {}, page_url=page_url, rules=SeatRules(shared=8)) == ["企业"]


def test_seats_that_the_office_adds_go_to_those_who_wait_at_once(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), capacity=2)
    sign_up(occurrence, party_size=2)
    waits = sign_up(occurrence, party_size=2)
    seats = {occurrence.quotas[0].id: 4}
    change_capacity(any_house.officer.actor, occurrence.code, seats, page_url=page_url, ticket_url=ticket_url)
    assert (status_of(waits.code), taken(occurrence)) == (CONFIRMED, [4])


def test_verify_finds_a_party_that_got_seats_which_were_not_there(any_house: House) -> None:
    occurrence = under_one_roof(any_house, 8)
    for position in (1, 2):
        sign_up(occurrence, quota=position, party_size=4)
    assert list(integrity.seats_oversold()) == []
    share(occurrence, 7)  # past the use-case, so that no line of the ledger explains it
    assert {finding.check for finding in integrity.seats_oversold()} == {"oversold"}


@pytest.mark.parametrize(
    ("rules", "field"), [(SeatRules(shared=0), "shared"), (SeatRules(offer_hours=91), "offer_hours")]
)
def test_rules_that_cannot_be_are_refused_at_their_field(house: House, rules: SeatRules, field: str) -> None:
    occurrence = open_occurrence(published_activity(house))
    with pytest.raises(Refused) as refused:
        change_capacity(house.officer.actor, occurrence.code, {}, page_url=page_url, rules=rules)
    assert refused.value.field == field


def test_capacity_moves_while_people_sign_up_and_nobody_gets_a_seat_that_was_never_there(
    any_app: Flask, any_house: House
) -> None:
    occurrence = under_one_roof(any_house, 6, waitlist=False)
    officer, code = any_house.officer.actor, occurrence.code
    first, second = (quota.id for quota in occurrence.quotas)
    calls: list[Callable[[], object]] = []
    for n in range(24):
        calls.append(lambda n=n: sign_up(code, quota=n % 2 + 1))
        if n % 4 == 0:
            seats, roof = {first: 3 + n % 5, second: 6 - n % 3}, 5 + n // 6
            calls.append(
                lambda seats=seats, roof=roof: change_capacity(
                    officer, code, seats, page_url=page_url, rules=SeatRules(shared=roof)
                )
            )
    answers = at_once(any_app, calls)
    others = [answer for answer in answers if isinstance(answer, OpenDayError) and not isinstance(answer, Full)]
    assert others == []
    assert sum(taken(occurrence)) == seats_held(occurrence) <= 8
    assert max(taken(occurrence)) <= 7


def test_sign_up_opens_and_closes_at_the_very_second(any_house: House) -> None:
    opens = clock.now().replace(microsecond=0) + timedelta(days=1, seconds=7)
    closes = opens + timedelta(hours=3, seconds=22)
    occurrence = open_occurrence(published_activity(any_house), opens_at=opens, closes_at=closes)
    with clock.stopped_at(opens - timedelta(microseconds=1)), pytest.raises(Closed, match="尚未开始"):
        sign_up(occurrence)
    with clock.stopped_at(opens):
        assert sign_up(occurrence).status is CONFIRMED
    with clock.stopped_at(closes):
        assert sign_up(occurrence).status is CONFIRMED
    with clock.stopped_at(closes + timedelta(microseconds=1)), pytest.raises(Closed, match="截止"):
        sign_up(occurrence)
