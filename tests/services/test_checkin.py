"""One first entry per ticket, whatever number of gates; walk-ins within their limit; slips taken back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from openday import clock
from openday.db import db, use_case
from openday.errors import Closed, Conflict, Forbidden, Full, NotFound, OpenDayError, Refused
from openday.models.ledger import AuditEvent
from openday.models.occurrences import Occurrence
from openday.models.people import Agency, DeskAssignment, Jurisdiction
from openday.models.registrations import CheckIn, Registration
from openday.queries.door import door_at, head_count
from openday.queries.integrity import people_walked_in, seats_taken
from openday.rules.permissions import Role
from openday.rules.states import RegistrationStatus, SignupMode
from openday.services.checkin import admit, correct_people, undo
from openday.services.door_staff import assign_door_staff
from openday.services.door_steps import Admission
from openday.services.registration_changes import cancel_registration, change_party
from openday.services.walk_ins import WalkIn, admit_walk_in
from tests.factories.activities import published_activity, ticket_url
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House, Persona, person
from tests.factories.registrations import party_on_list


@use_case
def _post(persona: Persona, occurrence: Occurrence) -> None:
    db.session.add(DeskAssignment(user_id=persona.id, occurrence_id=occurrence.id))


def todays(
    house: House, *, walk_in_limit: int = 0, starts_in: timedelta = timedelta(hours=1), **options: object
) -> Occurrence:
    """An occurrence that begins in an hour, with the desk person posted at its door."""
    mode = options.pop("signup_mode", SignupMode.FIRST_COME)
    activity = published_activity(house, signup_mode=SignupMode(str(mode)))
    occurrence = open_occurrence(activity, starts_in=starts_in, walk_in_limit=walk_in_limit)
    _post(house.desk, occurrence)
    return occurrence


def row_of(registration: Registration) -> Registration:
    now = select(Registration).where(Registration.id == registration.id).execution_options(populate_existing=True)
    db.session.rollback()
    return db.session.scalars(now).one()


def book_of(occurrence: Occurrence) -> list[tuple[str, int]]:
    db.session.rollback()
    lines = select(CheckIn.action, CheckIn.people).where(CheckIn.occurrence_id == occurrence.id).order_by(CheckIn.id)
    return [(action, people) for action, people in db.session.execute(lines)]


def audited(action: str) -> int:
    count = db.session.scalar(select(func.count(AuditEvent.id)).where(AuditEvent.action == action))
    assert count is not None
    return count


# --- the first entry -------------------------------------------------------------------------------------------------


def test_a_party_is_let_in_whole_and_written_down(any_house: House) -> None:
    occurrence = todays(any_house)
    party = party_on_list(occurrence, party_size=3)
    done = admit(any_house.desk.actor, occurrence.code, party.id)
    assert (done.first, done.people) == (True, 3)
    row = row_of(party)
    assert (row.attended, row.checked_in_at) == (3, done.at)
    assert book_of(occurrence) == [("admit", 3)]
    assert audited("check_in.admit") == 1
    count = head_count(door_at(any_house.desk.actor, occurrence.code))
    assert (count.admitted, count.expected) == (3, 3)


def test_fewer_may_come_but_not_more(any_house: House) -> None:
    occurrence = todays(any_house)
    party = party_on_list(occurrence, party_size=3)
    for wrong in (4, 0, -1):
        with pytest.raises(Refused) as refused:
            admit(any_house.desk.actor, occurrence.code, party.id, wrong)
        assert refused.value.field == "people"
    assert admit(any_house.desk.actor, occurrence.code, party.id, 2).people == 2
    assert row_of(party).attended == 2


def test_the_second_entry_is_told_of_the_first_and_changes_nothing(any_house: House) -> None:
    occurrence = todays(any_house)
    party = party_on_list(occurrence, party_size=2)
    first = admit(any_house.desk.actor, occurrence.code, party.id, 1)
    with clock.shifted_by(timedelta(minutes=5)):
        again = admit(any_house.filer.actor, occurrence.code, party.id, 2)
    assert (again.first, again.at, again.people) == (False, first.at, 1)
    assert again.check_in_id == first.check_in_id
    assert (row_of(party).attended, book_of(occurrence)) == (1, [("admit", 1)])


def test_the_same_form_sent_twice_gets_the_same_answer(any_house: House) -> None:
    occurrence = todays(any_house)
    party, other = party_on_list(occurrence), party_on_list(occurrence)
    once = admit(any_house.desk.actor, occurrence.code, party.id, key="page-1")
    assert admit(any_house.desk.actor, occurrence.code, party.id, key="page-1") == once
    assert not admit(any_house.desk.actor, occurrence.code, party.id, key="page-2").first
    assert not admit(any_house.filer.actor, occurrence.code, party.id, key="page-1").first
    assert admit(any_house.desk.actor, occurrence.code, other.id, key="page-1").first
    assert book_of(occurrence) == [("admit", 1), ("admit", 1)]


@pytest.mark.parametrize("status", [RegistrationStatus.WAITLISTED, RegistrationStatus.CANCELLED])
def test_who_waits_or_has_cancelled_is_not_let_in(any_house: House, status: RegistrationStatus) -> None:
    occurrence = todays(any_house)
    party = party_on_list(occurrence, status=status)
    with pytest.raises(Conflict, match="候补" if status is RegistrationStatus.WAITLISTED else "已取消"):
        admit(any_house.desk.actor, occurrence.code, party.id)
    assert (row_of(party).attended, book_of(occurrence)) == (0, [])


def test_the_door_has_hours(any_house: House) -> None:
    occurrence = todays(any_house, starts_in=timedelta(hours=4))
    desk = any_house.desk.actor
    early, late = party_on_list(occurrence), party_on_list(occurrence)
    start, end = occurrence.starts_at, occurrence.ends_at
    for moment in (start - timedelta(hours=3, seconds=5), end + timedelta(hours=12, seconds=5)):
        with clock.shifted_by(moment - clock.now()), pytest.raises(Closed):
            admit(desk, occurrence.code, early.id)
    with clock.shifted_by(start - timedelta(hours=3) + timedelta(seconds=5) - clock.now()):
        assert admit(desk, occurrence.code, early.id).first
    with clock.shifted_by(end + timedelta(hours=12) - timedelta(seconds=5) - clock.now()):
        assert admit(desk, occurrence.code, late.id).first


def test_nobody_is_let_into_what_was_cancelled(any_house: House) -> None:
    occurrence = todays(any_house)
    party = party_on_list(occurrence)
    _cancel_occurrence(occurrence)
    with pytest.raises(Closed, match="已取消"):
        admit(any_house.desk.actor, occurrence.code, party.id)


@use_case
def _cancel_occurrence(occurrence: Occurrence) -> None:
    db.session.execute(update(Occurrence).where(Occurrence.id == occurrence.id).values(status="cancelled"))


# --- who may ---------------------------------------------------------------------------------------------------------


def test_only_the_assigned_and_the_own_filer_work_the_door(any_house: House) -> None:
    mine = todays(any_house)
    not_mine = open_occurrence(published_activity(any_house, theme="另一场"), starts_in=timedelta(hours=1))
    party, other = party_on_list(mine), party_on_list(not_mine)
    for outsider in (any_house.other_filer, any_house.reviewer, any_house.officer, any_house.admin, any_house.auditor):
        with pytest.raises(NotFound):
            admit(outsider.actor, mine.code, party.id)
    with pytest.raises(NotFound):
        admit(any_house.desk.actor, not_mine.code, other.id)
    with pytest.raises(NotFound):
        admit(any_house.desk.actor, mine.code, other.id)  # a ticket of another occurrence
    assert admit(any_house.filer.actor, not_mine.code, other.id).first
    assert row_of(party).attended == 0


def test_agencies_post_their_own_desk_staff_and_withdraw_them_at_once(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), starts_in=timedelta(hours=1))
    party = party_on_list(occurrence)
    with pytest.raises(NotFound):
        assign_door_staff(any_house.other_filer.actor, occurrence.code, frozenset({any_house.desk.id}))
    with pytest.raises(NotFound):
        assign_door_staff(any_house.officer.actor, occurrence.code, frozenset({any_house.desk.id}))
    foreign = _desk_of_the_other_agency(any_house)
    for wrong in (any_house.filer.id, foreign.id, 2**40):
        with pytest.raises(Refused):
            assign_door_staff(any_house.reviewer.actor, occurrence.code, frozenset({wrong}))
    assign_door_staff(any_house.reviewer.actor, occurrence.code, frozenset({any_house.desk.id}))
    assert admit(any_house.desk.actor, occurrence.code, party.id).first
    assign_door_staff(any_house.filer.actor, occurrence.code, frozenset())
    with pytest.raises(NotFound):
        admit(any_house.desk.actor, occurrence.code, party.id)
    assert audited("desk.assign") == 2


@use_case
def _desk_of_the_other_agency(house: House) -> Persona:
    place, agency = db.session.get(Jurisdiction, house.jurisdiction_id), db.session.get(Agency, house.other_agency_id)
    assert place is not None
    return person("water-desk", Role.DESK, place, agency)


# --- taking back -----------------------------------------------------------------------------------------------------


def entry_id(done: Admission) -> int:
    assert done.check_in_id is not None
    return done.check_in_id


def test_ones_own_slip_is_undone_within_ten_minutes(any_house: House) -> None:
    occurrence = todays(any_house)
    party = party_on_list(occurrence, party_size=2)
    desk = any_house.desk.actor
    done = admit(desk, occurrence.code, party.id, key="page")
    with pytest.raises(Forbidden):
        undo(any_house.filer.actor, occurrence.code, entry_id(done))
    with clock.shifted_by(timedelta(minutes=9, seconds=50)):
        undo(desk, occurrence.code, entry_id(done))
        row = row_of(party)
        assert (row.attended, row.checked_in_at) == (0, None)
        with pytest.raises(Conflict):
            undo(desk, occurrence.code, entry_id(done))
        assert admit(desk, occurrence.code, party.id, key="page").first
    assert book_of(occurrence) == [("admit", 2), ("undo", 2), ("admit", 2)]


def test_afterwards_only_the_office_takes_back_and_says_why(any_house: House) -> None:
    occurrence = todays(any_house)
    party = party_on_list(occurrence)
    done = admit(any_house.desk.actor, occurrence.code, party.id)
    with clock.shifted_by(timedelta(minutes=10, seconds=10)):
        with pytest.raises(Forbidden):
            undo(any_house.desk.actor, occurrence.code, entry_id(done), "误扫")
        with pytest.raises(NotFound):
            undo(any_house.far_officer.actor, occurrence.code, entry_id(done), "误扫")
        with pytest.raises(Refused):
            undo(any_house.officer.actor, occurrence.code, entry_id(done), " ​")
        undo(any_house.officer.actor, occurrence.code, entry_id(done), "误扫了他人的凭证")
    assert row_of(party).attended == 0
    reason = db.session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "check_in.undo")).one()["reason"]
    assert reason == "误扫了他人的凭证"


def test_the_number_who_came_is_corrected(any_house: House) -> None:
    occurrence = todays(any_house)
    party = party_on_list(occurrence, party_size=3)
    desk = any_house.desk.actor
    done = admit(desk, occurrence.code, party.id)
    for wrong in (0, 4):
        with pytest.raises(Refused):
            correct_people(desk, occurrence.code, entry_id(done), wrong)
    new = correct_people(desk, occurrence.code, entry_id(done), 1)
    assert row_of(party).attended == 1
    with pytest.raises(Conflict):
        correct_people(desk, occurrence.code, entry_id(done), 2)
    undo(desk, occurrence.code, new)
    assert (row_of(party).attended, row_of(party).party_size) == (0, 3)


def test_an_entry_of_another_door_is_not_found(any_house: House) -> None:
    here, there = todays(any_house), todays(any_house)
    done = admit(any_house.desk.actor, there.code, party_on_list(there).id)
    for number in (entry_id(done), 999_999, 2**40):
        with pytest.raises(NotFound):
            undo(any_house.desk.actor, here.code, number)


# --- walk-ins --------------------------------------------------------------------------------------------------------


def test_walk_ins_take_the_room_for_walk_ins_and_no_seat(any_house: House) -> None:
    occurrence = todays(any_house, walk_in_limit=5)
    desk = any_house.desk.actor
    assert admit_walk_in(desk, occurrence.code, WalkIn(3, "周一", "139 0000 0001")).first
    with pytest.raises(Full, match="还剩2个"):
        admit_walk_in(desk, occurrence.code, WalkIn(3))
    done = admit_walk_in(desk, occurrence.code, WalkIn(2))
    with pytest.raises(Full, match="已满"):
        admit_walk_in(desk, occurrence.code, WalkIn(1))
    count = head_count(door_at(desk, occurrence.code))
    assert (count.admitted, count.expected, count.walked_in) == (5, 5, 5)
    undo(desk, occurrence.code, entry_id(done))
    assert head_count(door_at(desk, occurrence.code)).walked_in == 3
    assert book_of(occurrence) == [("walk_in", 3), ("walk_in", 2), ("undo", 2)]
    assert [*seats_taken(), *people_walked_in()] == []
    assert occurrence.quotas[0].taken == 0


def test_without_room_for_walk_ins_nobody_walks_in_except_where_nobody_signs_up(any_house: House) -> None:
    occurrence = todays(any_house)
    with pytest.raises(Full, match="没有设现场名额"):
        admit_walk_in(any_house.desk.actor, occurrence.code, WalkIn(1))
    come_as_you_are = todays(any_house, signup_mode=SignupMode.OPEN_DOOR.value)
    assert admit_walk_in(any_house.desk.actor, come_as_you_are.code, WalkIn(40)).people == 40


def test_a_walk_in_who_is_on_the_list_comes_in_by_that_place(any_house: House) -> None:
    occurrence = todays(any_house, walk_in_limit=5)
    desk = any_house.desk.actor
    party = party_on_list(occurrence, phone="13900000002", party_size=2)
    waiting = party_on_list(occurrence, phone="13900000003", status=RegistrationStatus.WAITLISTED)
    done = admit_walk_in(desk, occurrence.code, WalkIn(3, "周一", "１３９-0000-0002"))
    assert (done.first, done.on_list, done.people) == (True, True, 2)
    assert (row_of(party).attended, head_count(door_at(desk, occurrence.code)).walked_in) == (2, 0)
    again = admit_walk_in(desk, occurrence.code, WalkIn(1, "", "13900000002"))
    assert (again.first, again.at) == (False, done.at)
    with pytest.raises(Conflict, match="候补"):
        admit_walk_in(desk, occurrence.code, WalkIn(1, "", "13900000003"))
    assert row_of(waiting).status == "waitlisted"


def test_a_walk_in_sent_twice_walks_in_once(any_house: House) -> None:
    occurrence = todays(any_house, walk_in_limit=5)
    once = admit_walk_in(any_house.desk.actor, occurrence.code, WalkIn(1, key="page"))
    assert admit_walk_in(any_house.desk.actor, occurrence.code, WalkIn(1, key="page")) == once
    with pytest.raises(Conflict, match="内容与这次不同"):
        admit_walk_in(any_house.desk.actor, occurrence.code, WalkIn(2, key="page"))
    assert book_of(occurrence) == [("walk_in", 1)]


@pytest.mark.parametrize(
    ("guest", "field"),
    [
        (WalkIn(0), "people"),
        (WalkIn(51), "people"),
        (WalkIn(1, "名" * 51), "name"),
        (WalkIn(1, "", "12345"), "phone"),
        (WalkIn(1, "", "1" * 1_000_000), "phone"),
    ],
)
def test_a_walk_in_that_cannot_be_is_refused_at_its_field(any_house: House, guest: WalkIn, field: str) -> None:
    occurrence = todays(any_house, walk_in_limit=99)
    with pytest.raises(Refused) as refused:
        admit_walk_in(any_house.desk.actor, occurrence.code, guest)
    assert refused.value.field == field
    assert book_of(occurrence) == []


# --- everybody at once -----------------------------------------------------------------------------------------------


def at_once(app: Flask, *acts: object) -> list[object]:
    """Run the acts in threads of their own; what each returned, or the refusal that it met."""

    def one(act: object) -> object:
        with app.app_context():
            try:
                return act()  # type: ignore[operator]
            except OpenDayError as refused:
                return refused
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(acts)) as pool:
        answers = list(pool.map(one, acts))
    db.session.rollback()  # what is read from here on is what they left behind
    return answers


def test_eight_gates_and_one_ticket_make_one_first_entry(any_app: Flask, any_house: House) -> None:
    occurrence = todays(any_house)
    actor = any_house.desk.actor
    for _ in range(5):
        party = party_on_list(occurrence, party_size=2)
        answers = at_once(any_app, *[lambda p=party: admit(actor, occurrence.code, p.id) for _ in range(8)])
        assert sorted(getattr(answer, "first", None) for answer in answers) == [False] * 7 + [True]
        assert len({answer.at for answer in answers if isinstance(answer, Admission)}) == 1
    assert book_of(occurrence) == [("admit", 2)] * 5


def test_the_same_form_sent_eight_times_at_once_has_one_answer(any_app: Flask, any_house: House) -> None:
    occurrence = todays(any_house, walk_in_limit=9)
    actor, party = any_house.desk.actor, party_on_list(occurrence)
    answers = at_once(any_app, *[lambda: admit(actor, occurrence.code, party.id, key="page") for _ in range(8)])
    assert len(set(answers)) == 1
    assert isinstance(answers[0], Admission)
    walked = at_once(any_app, *[lambda: admit_walk_in(actor, occurrence.code, WalkIn(1, key="w")) for _ in range(8)])
    assert len(set(walked)) == 1
    assert book_of(occurrence) == [("admit", 1), ("walk_in", 1)]


def test_of_a_cancellation_and_a_check_in_one_wins(any_app: Flask, any_house: House) -> None:
    occurrence = todays(any_house)
    actor = any_house.desk.actor
    for _ in range(8):
        party = party_on_list(occurrence, party_size=2)
        acts = [
            lambda p=party: cancel_registration(p.code, ticket_url=ticket_url),
            lambda p=party: admit(actor, occurrence.code, p.id),
            lambda p=party: change_party(p.code, 1, ticket_url=ticket_url),
        ]
        answers = at_once(any_app, *acts)
        row = row_of(party)
        if row.status == RegistrationStatus.CANCELLED:
            assert (answers[0], row.attended) == (None, 0)
            assert isinstance(answers[1], Conflict)
        else:
            assert isinstance(answers[0], Conflict)
            assert row.attended == row.party_size == getattr(answers[1], "people", None)
    assert [*seats_taken()] == []


def test_walk_ins_at_eight_gates_stay_within_the_limit(any_app: Flask, any_house: House) -> None:
    occurrence = todays(any_house, walk_in_limit=10)
    actor = any_house.desk.actor
    acts = [lambda: admit_walk_in(actor, occurrence.code, WalkIn(1)) for _ in range(16)]
    answers = at_once(any_app, *acts)
    assert sum(isinstance(answer, Admission) for answer in answers) == 10
    assert sum(isinstance(answer, Full) for answer in answers) == 6
    assert [*people_walked_in()] == []
    numbers = db.session.scalars(select(Registration.number).where(Registration.occurrence_id == occurrence.id)).all()
    assert len(set(numbers)) == 10
