"""Lists for telephoning: masked for whoever holds the roster, whole for a day after a second person said so."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from openday import clock
from openday.db import db
from openday.errors import ChangedByAnother, Conflict, Forbidden, NotFound, Refused
from openday.models.ledger import AuditEvent
from openday.models.occurrences import Occurrence
from openday.queries.phone_lists import people_to_call, phone_requests, requests_of
from openday.rules.permissions import Actor
from openday.rules.phone_calls import Cause
from openday.rules.states import RegistrationStatus
from openday.services.phone_lists import ask_for_numbers, decide_request, full_sheet, masked_sheet
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.registrations import party_on_list
from tests.support.queries import count_queries
from tests.support.signup import sign_up


def listed(house: House) -> Occurrence:
    """Three without an e-mail address, of whom one has cancelled, and one with."""
    occurrence = open_occurrence(published_activity(house))
    sign_up(occurrence, name="陈小雨", phone="13800000001", party_size=2)
    sign_up(occurrence, name="李晓云", phone="13800000002", email="li@example.org")
    sign_up(occurrence, name="王一诺", phone="13800000003")
    party_on_list(occurrence, name="赵已退", phone="13800000004", status=RegistrationStatus.CANCELLED)
    return occurrence


def ask(actor: Actor, occurrence: Occurrence, reason: str = "活动改期") -> str:
    ask_for_numbers(actor, occurrence.code, Cause.CHANGED, reason)
    db.session.rollback()
    return requests_of(actor, occurrence.id, clock.now())[0].code


def prints() -> list[tuple[int, int, bool]]:
    events = db.session.scalars(
        select(AuditEvent).where(AuditEvent.action == "phone_list.print").order_by(AuditEvent.id)
    )
    return [(event.actor_id or 0, event.detail["rows"], event.detail["full"]) for event in events]


def test_only_those_without_an_address_are_called_and_their_numbers_are_masked(
    any_app: Flask, any_house: House
) -> None:
    occurrence = listed(any_house)
    assert [(line.name, line.phone, line.party_size) for line in people_to_call(occurrence.id)] == [
        ("陈小雨", "138****0001", 2),
        ("王一诺", "138****0003", 1),
    ]
    assert people_to_call(occurrence.id)[0].last == "registration.confirmed"


@pytest.mark.parametrize("who", ["officer", "filer"])
def test_a_masked_sheet_is_printed_and_noted(any_app: Flask, any_house: House, who: str) -> None:
    occurrence = listed(any_house)
    actor = getattr(any_house, who).actor
    sheet = masked_sheet(actor, occurrence.code, Cause.REMINDER)
    assert [line.phone for line in sheet.lines] == ["138****0001", "138****0003"]
    assert prints() == [(actor.user_id, 2, False)]


def test_full_numbers_need_a_second_person(any_app: Flask, any_house: House) -> None:
    officer, second = any_house.officer.actor, any_house.second_officer.actor
    occurrence = listed(any_house)
    code = ask(officer, occurrence)
    with pytest.raises(Conflict):
        full_sheet(officer, code)
    with pytest.raises(Forbidden, match="另一位"):
        decide_request(officer, code, grant=True)
    decide_request(second, code, grant=True)
    assert [line.phone for line in full_sheet(officer, code).lines] == ["13800000001", "13800000003"]
    with pytest.raises(NotFound):
        full_sheet(second, code)
    assert prints() == [(officer.user_id, 2, True)]


def test_the_permission_ends_after_a_day(any_app: Flask, any_house: House) -> None:
    officer = any_house.officer.actor
    occurrence = listed(any_house)
    code = ask(officer, occurrence)
    decide_request(any_house.admin.actor, code, grant=True)
    with clock.shifted_by(timedelta(hours=23)):
        full_sheet(officer, code)
    with clock.shifted_by(timedelta(hours=25)):
        with pytest.raises(Conflict, match="过期"):
            full_sheet(officer, code)
        assert ask(officer, occurrence) != code


def test_who_was_refused_prints_nothing(any_app: Flask, any_house: House) -> None:
    officer = any_house.officer.actor
    code = ask(officer, listed(any_house))
    decide_request(any_house.second_officer.actor, code, grant=False)
    with pytest.raises(Conflict):
        full_sheet(officer, code)
    with pytest.raises(ChangedByAnother):
        decide_request(any_house.admin.actor, code, grant=True)
    assert prints() == []


def test_nobody_asks_twice_or_without_a_reason(any_app: Flask, any_house: House) -> None:
    officer = any_house.officer.actor
    occurrence = listed(any_house)
    with pytest.raises(Refused, match="事由"):
        ask(officer, occurrence, " ")
    ask(officer, occurrence)
    with pytest.raises(Conflict, match="等候"):
        ask(officer, occurrence)


def test_it_is_out_of_reach_for_everybody_else(any_app: Flask, any_house: House) -> None:
    occurrence = listed(any_house)
    code = ask(any_house.officer.actor, occurrence)
    for persona in (any_house.other_filer, any_house.far_officer, any_house.desk, any_house.auditor, any_house.admin):
        with pytest.raises(NotFound):
            masked_sheet(persona.actor, occurrence.code, Cause.CHANGED)
    for persona in (any_house.filer, any_house.far_officer, any_house.admin):
        with pytest.raises(NotFound):
            ask(persona.actor, occurrence)
    for persona in (any_house.filer, any_house.reviewer, any_house.far_officer, any_house.auditor):
        with pytest.raises(NotFound):
            decide_request(persona.actor, code, grant=True)
        assert phone_requests(persona.actor, clock.now(), waiting=True) == []
    assert [one.code for one in phone_requests(any_house.admin.actor, clock.now(), waiting=True)] == [code]


def test_a_long_list_asks_one_question(any_app: Flask, any_house: House) -> None:
    occurrence = listed(any_house)
    for _ in range(20):
        sign_up(occurrence)
    with count_queries() as asked:
        assert len(people_to_call(occurrence.id)) == 22
    assert len(asked) == 1
