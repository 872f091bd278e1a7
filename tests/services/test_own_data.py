"""The copy and the deletion of what is kept about a person."""

import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from openday import clock
from openday.db import db, use_case
from openday.errors import Closed, Conflict, NotFound, Refused, TooMany
from openday.models.ledger import AuditEvent, Message
from openday.models.occurrences import Occurrence
from openday.models.registrations import Invitee, Registration, SignupDraft
from openday.queries.integrity import findings
from openday.queries.own_data import own_data
from openday.queries.registrations import ticket
from openday.rules.states import OccurrenceStatus, RegistrationStatus
from openday.services.finding_tickets import ask_for_tickets, send_found_tickets
from openday.services.own_data import WRONG_NUMBERS, copy_data, erase_data
from openday.services.registrations import register
from openday.services.signup_drafts import save_draft
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.signup_forms import FULL, ask
from tests.services.test_answers import ANSWERS
from tests.services.test_registration_changes import check_in
from tests.support.signup import messages_to, sign_up, status_of, taken, ticket_url, wish

PHONE = "13800001111"
KEPT_DAYS = 30
OTHERS = {"q-food": ["不用餐"], "child": ["no"], "photo": ["no"], "eligible": ["y"]}


def erase(code: str) -> None:
    erase_data(code, ticket_url=ticket_url)


def row_of(code: str) -> Registration:
    db.session.rollback()
    return db.session.scalars(select(Registration).where(Registration.code == code)).one()


def everything_stored(app: Flask) -> str:
    """Every value of the tables that hold personal data, opened."""
    db.session.rollback()
    with app.app_context():
        rows = [*db.session.scalars(select(Registration)), *db.session.scalars(select(Message))]
        rows += [*db.session.scalars(select(SignupDraft)), *db.session.scalars(select(Invitee))]
        audit = db.session.execute(text("SELECT detail FROM audit_events")).all()
        found = "\n".join(str({k: v for k, v in vars(row).items() if not k.startswith("_")}) for row in rows)
        db.session.remove()
    return found + str(audit)


@use_case
def invite(occurrence: Occurrence, registration_id: int, house: House) -> None:
    db.session.add(
        Invitee(
            occurrence_id=occurrence.id,
            name="王小雨",
            contact=PHONE,
            contact_hash="f" * 64,
            registration_id=registration_id,
            invited_by_id=house.officer.id,
            created_at=clock.now(),
        )
    )


@use_case
def call_off(occurrence: Occurrence) -> None:
    db.session.get_one(Occurrence, occurrence.id).status = OccurrenceStatus.CANCELLED.value


def test_the_copy_holds_all_that_is_kept(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    code = sign_up(ask(occurrence, FULL), phone=PHONE, email="xy@example.com", party_size=2, extras=ANSWERS).code
    data = copy_data(code, "138 0000 1111", KEPT_DAYS)
    assert (data.name, data.phone, data.email, data.party_size) == ("王小雨", PHONE, "xy@example.com", 2)
    assert ("监护人", "李山，13900002222") in data.answers
    assert [message.recipient for message in data.messages] == ["xy@example.com"]
    assert code in data.messages[0].body
    assert data.gone_on == occurrence.ends_at.date() + timedelta(days=KEPT_DAYS + 1)
    plain = json.dumps(data.as_dict(clock.now()), ensure_ascii=False)
    assert json.loads(plain)["registration"]["phone"] == PHONE
    noted = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "registration.copy_data")).one()
    assert noted.detail == {}


def test_the_copy_is_for_whoever_knows_the_number_and_wrong_ones_are_counted(any_app: Flask, any_house: House) -> None:
    code = sign_up(open_occurrence(published_activity(any_house)), phone=PHONE).code
    with pytest.raises(NotFound):
        copy_data("nosuchticket", PHONE, KEPT_DAYS)
    for _ in range(WRONG_NUMBERS):
        with pytest.raises(Refused, match="不一致"):
            copy_data(code, "13800009999", KEPT_DAYS)
    with pytest.raises(TooMany):
        copy_data(code, PHONE, KEPT_DAYS)
    with clock.shifted_by(timedelta(minutes=31)):
        assert copy_data(code, PHONE, KEPT_DAYS).name == "王小雨"


def test_erasing_before_the_event_cancels_and_leaves_nothing_that_says_who(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), capacity=2)
    ask(occurrence, FULL)
    done = sign_up(occurrence, phone=PHONE, email="xy@example.com", party_size=2, extras=ANSWERS)
    waiting = sign_up(occurrence, phone="13600009999", name="周海", extras=OTHERS)
    invite(occurrence, row_of(done.code).id, any_house)
    save_draft(occurrence.code, {"name": ["王小雨"], "phone": ["138-0000-1111"]})
    kept_draft = save_draft(occurrence.code, {"name": ["别人"], "phone": ["13800002222"]})
    erase(done.code)
    row = row_of(done.code)
    assert (row.status, row.party_size) == ("cancelled", 2)
    assert (row.name, row.phone, row.email, row.extras, row.phone_hash, row.phone_last4) == (None,) * 5 + ("",)
    assert status_of(waiting.code) is RegistrationStatus.CONFIRMED
    assert taken(occurrence) == [1]
    stored = everything_stored(any_app)
    assert "周海" in stored
    for personal in ("王小雨", PHONE, "xy@example.com", "李雪", "李山", "13900002222", "不吃花生"):
        assert personal not in stored
    assert db.session.scalars(select(SignupDraft.code)).all() == [kept_draft]
    assert ticket(done.code).erased
    noted = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "registration.erase")).one()
    assert noted.detail == {"cancelled": True}
    assert list(findings()) == []


def test_after_erasing_the_number_may_sign_up_again(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    first = wish(phone=PHONE)
    done = register(occurrence.code, first, ticket_url=ticket_url)
    erase(done.code)
    assert register(occurrence.code, first, ticket_url=ticket_url).code == done.code  # the old form, sent again
    assert sign_up(occurrence, phone=PHONE).code != done.code
    assert taken(occurrence) == [1]


def test_erasing_twice_changes_nothing_and_leaves_no_copy(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    code = sign_up(occurrence, phone=PHONE).code
    erase(code)
    erase(code)
    erased = select(AuditEvent).where(AuditEvent.action == "registration.erase")
    assert len(db.session.scalars(erased).all()) == 1
    with pytest.raises(Conflict):
        copy_data(code, PHONE, KEPT_DAYS)
    with pytest.raises(NotFound):
        erase("nosuchticket")


def test_while_the_event_goes_on_the_door_needs_the_names(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    code = sign_up(occurrence, phone=PHONE).code
    check_in(code)
    with pytest.raises(Closed):
        erase(code)  # already in, before the start
    with clock.shifted_by(timedelta(days=7, hours=1)), pytest.raises(Closed):
        erase(code)
    with clock.shifted_by(timedelta(days=7, hours=3)):
        erase(code)
    row = row_of(code)
    assert (row.status, row.attended, row.name, row.phone) == ("confirmed", 1, None, None)
    assert taken(occurrence) == [1]
    assert list(findings()) == []


def test_of_an_event_that_was_called_off_data_can_be_erased_at_once(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    code = sign_up(occurrence, phone=PHONE).code
    call_off(occurrence)
    erase(code)
    assert (row_of(code).status, row_of(code).name) == ("confirmed", None)


def test_erasing_takes_the_ticket_out_of_messages_that_list_several(any_app: Flask, any_house: House) -> None:
    activity = published_activity(any_house)
    first = sign_up(open_occurrence(activity), phone=PHONE).code
    second = sign_up(open_occurrence(activity, starts_in=timedelta(days=8)), phone=PHONE).code
    ask_for_tickets(PHONE)
    assert send_found_tickets("政府开放日", ticket_url) == 1
    erase(first)
    assert all(first not in (message.body or "") for message in messages_to(PHONE))
    assert own_data(second, KEPT_DAYS).phone == PHONE
