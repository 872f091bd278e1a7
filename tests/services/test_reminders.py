"""催报: who is written to, at most once a day, and what happens without a mailbox; more time for one or for all."""

import threading
from datetime import date, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from openday import clock
from openday.clock import SHANGHAI
from openday.db import db, use_case
from openday.errors import Conflict, Forbidden, NotFound, OpenDayError, Refused
from openday.models.calls import Call, CallAgency, Reminder
from openday.models.ledger import AuditEvent, Message
from openday.models.people import Agency, User
from openday.models.plans import Plan
from openday.queries.calls import open_calls
from openday.queries.coverage_page import agency_page, extensions_of, owing
from openday.queries.worklists import agency_desk
from openday.rules.plan_states import PlanStatus
from openday.services import calls, plans, reminders
from openday.services.calls import Extension
from tests.factories.calls import call_of
from tests.factories.people import House
from tests.factories.plans import plan_in

LINK = "https://open.example.gov.cn/agency/"


@use_case
def _change(model: type, key: object, **values: object) -> None:
    row = db.session.get_one(model, key)
    for name, value in values.items():
        setattr(row, name, value)


def _call(house: House, **more: int) -> Call:
    return call_of(house, year=clock.today().year, due_on=clock.today() + timedelta(days=5), **more)


def _sent() -> list[tuple[str, str]]:
    rows = db.session.scalars(select(Message).where(Message.kind == "plan_reminder").order_by(Message.id))
    return [(row.recipient, row.subject) for row in rows]


def test_filers_and_the_agencys_own_mailbox_are_written_to_once_each(any_app: Flask, any_house: House) -> None:
    house, call = any_house, _call(any_house, owed=2)
    _change(Agency, house.agency_id, email="office@library.example.org")
    plan_in(PlanStatus.OFFICE_REVIEW, house, call=call)
    sent = reminders.remind_agency(house.officer.actor, call.id, house.agency_id, link=LINK)
    assert (sent.agency, sent.letters, sent.already) == ("云溪区图书馆", 2, False)
    assert [to for to, _ in _sent()] == ["office@library.example.org", "filer@example.org"]
    body = db.session.scalars(select(Message.body)).first() or ""
    assert "报送活动计划2项，目前还差1项" in body and LINK in body
    again = reminders.remind_agency(house.second_officer.actor, call.id, house.agency_id, link=LINK)
    assert (again.already, again.letters, len(_sent())) == (True, 0, 2)
    with clock.shifted_by(timedelta(days=1)):
        assert not reminders.remind_agency(house.officer.actor, call.id, house.agency_id, link=LINK).already
    page = agency_page(house.officer.actor, call.id, house.agency_id, clock.now())
    assert [(each.who, each.letters) for each in page.reminders] == [(house.officer.actor.name, 2)] * 2
    noted = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "call.remind")).all()
    assert {(row.agency_id, row.detail["letters"]) for row in noted} == {(house.agency_id, 2)}


def test_two_officers_at_the_same_moment_send_one_reminder(any_app: Flask, any_house: House) -> None:
    call_id = _call(any_house).id
    actors = [any_house.officer.actor, any_house.second_officer.actor]
    db.session.remove()
    start, results = threading.Barrier(2), []

    def remind(number: int) -> None:
        with any_app.app_context():
            start.wait()
            sent = reminders.remind_agency(actors[number], call_id, any_house.agency_id, link=LINK)
            results.append(sent.already)
            db.session.remove()

    threads = [threading.Thread(target=remind, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, True]
    assert len(_sent()) == 1
    assert len(db.session.scalars(select(Reminder)).all()) == 1


def test_without_a_mailbox_the_telephone_number_is_handed_out(any_app: Flask, any_house: House) -> None:
    house, call = any_house, _call(any_house)
    _change(User, house.filer.id, active=False)
    sent = reminders.remind_agency(house.officer.actor, call.id, house.agency_id, link=LINK)
    assert (sent.letters, sent.phone, _sent()) == (0, "0000-8880000", [])


def test_the_office_keeps_an_agencys_own_mailbox(app: Flask, house: House) -> None:
    call = _call(house)
    _change(User, house.filer.id, active=False)
    reminders.set_mailbox(house.officer.actor, house.agency_id, "office@library.example.org")
    assert reminders.remind_agency(house.officer.actor, call.id, house.agency_id, link=LINK).letters == 1
    assert [to for to, _ in _sent()] == ["office@library.example.org"]
    for wrong in (
        "图书馆",
        "a@b",
        "a@example.org,b@example.org",
        "a@example.org\nBcc: c@example.org",
        "a" * 250 + "@b.cn",
    ):
        with pytest.raises(Refused):
            reminders.set_mailbox(house.officer.actor, house.agency_id, wrong)
    for actor in (house.far_officer.actor, house.filer.actor, house.admin.actor):
        with pytest.raises(NotFound):
            reminders.set_mailbox(actor, house.agency_id, "")
    reminders.set_mailbox(house.officer.actor, house.agency_id, "")
    assert db.session.get_one(Agency, house.agency_id).email == ""


def test_everybody_who_owes_is_reminded_in_one_step(any_app: Flask, any_house: House) -> None:
    house, call = any_house, _call(any_house)
    plan_in(PlanStatus.ON_RECORD, house, call=call)
    done = reminders.remind_all(house.officer.actor, call.id, link=LINK)
    assert (done.agencies, done.letters, done.already, done.to_telephone) == (1, 1, 0, ())
    assert [to for to, _ in _sent()] == ["other-filer@example.org"]
    done = reminders.remind_all(house.officer.actor, call.id, link=LINK)
    assert (done.agencies, done.letters, done.already) == (0, 0, 1)
    _, lines = owing(house.officer.actor, call.id, clock.now())
    assert [(line.row.agency, line.reminded_today) for line in lines] == [("云溪区水务局", True)]


def test_nobody_is_reminded_of_what_is_filed_or_over_or_none_of_theirs(any_app: Flask, any_house: House) -> None:
    house, call = any_house, _call(any_house)
    plan_in(PlanStatus.OFFICE_REVIEW, house, call=call)
    with pytest.raises(Conflict, match="已经报齐"):
        reminders.remind_agency(house.officer.actor, call.id, house.agency_id, link=LINK)
    for actor in (house.far_officer.actor, house.filer.actor, house.auditor.actor):
        with pytest.raises(NotFound):
            reminders.remind_agency(actor, call.id, house.other_agency_id, link=LINK)
    calls.close_call(house.officer.actor, call.id)
    with pytest.raises(Conflict, match="已经结束"):
        reminders.remind_agency(house.officer.actor, call.id, house.other_agency_id, link=LINK)
    assert _sent() == []


def test_more_time_for_one_agency_holds_wherever_its_deadline_counts(any_app: Flask, any_house: House) -> None:
    house, call = any_house, _call(any_house)
    later = call.due_on + timedelta(days=10)
    _change(Agency, house.agency_id, reviews=False)
    calls.extend_call(house.officer.actor, call.id, Extension(later, "人员调整"), agency_id=house.agency_id)
    assert [(choice.due_on, choice.extension) for choice in open_calls(house.filer.actor)] == [(later, "人员调整")]
    assert [(choice.due_on, choice.extension) for choice in open_calls(house.other_filer.actor)] == [(call.due_on, "")]
    draft = plan_in(PlanStatus.DRAFT, house, call=call, time_text=f"{clock.today().year + 1}年3月")
    code = draft.code
    [waiting] = agency_desk(house.filer.actor, clock.now()).drafts
    assert waiting.deadline and waiting.deadline.due == later
    with clock.shifted_by(timedelta(days=14)):
        plans.submit_plan(house.filer.actor, code, version=1)
    assert not db.session.scalars(select(Plan).where(Plan.code == code)).one().filed_late
    page = agency_page(house.officer.actor, call.id, house.agency_id, clock.now())
    assert (page.line.row.due, page.line.row.extended) == (later, True)
    [noted] = extensions_of(call.id, house.agency_id)
    assert (noted.who, noted.agency, noted.due, noted.reason) == (
        house.officer.actor.name, "云溪区图书馆", later, "人员调整",
    )  # fmt: skip
    assert extensions_of(call.id, house.other_agency_id) == ()


def test_more_time_for_all_takes_back_that_a_plan_was_late(any_app: Flask, any_house: House) -> None:
    house = any_house
    call = call_of(house, year=2026, due_on=date(2026, 6, 28))
    late = plan_in(PlanStatus.OFFICE_REVIEW, house, call=call)
    later = plan_in(PlanStatus.OFFICE_REVIEW, house, call=call)
    for plan, day in ((late, 30), (later, 31)):
        month = 6 if day == 30 else 7
        at = datetime.combine(date(2026, month, day), time(17), SHANGHAI)
        _change(Plan, plan.id, filed_late=True, submitted_at=at)
    assert calls.extend_call(house.officer.actor, call.id, Extension(date(2026, 7, 10), "与防汛重叠")) == 1
    flags = db.session.execute(select(Plan.id, Plan.filed_late).order_by(Plan.id)).all()
    assert [tuple(row) for row in flags] == [(late.id, False), (later.id, True)]
    assert db.session.get_one(Call, call.id).due_on == date(2026, 7, 10)


@pytest.mark.parametrize(
    ("days", "reason", "field"),
    [(0, "理由", "due_on"), (-1, "理由", "due_on"), (3, "", "reason"), (3, "长" * 201, "reason")],
)
def test_an_extension_gives_time_and_a_reason(app: Flask, house: House, days: int, reason: str, field: str) -> None:
    call = _call(house)
    with pytest.raises(Refused) as refused:
        calls.extend_call(house.officer.actor, call.id, Extension(call.due_on + timedelta(days=days), reason))
    assert refused.value.field == field


def test_only_the_office_of_the_call_extends_it(app: Flask, house: House) -> None:
    call = _call(house)
    extension = Extension(call.due_on + timedelta(days=3), "理由")
    for actor in (house.far_officer.actor, house.filer.actor, house.auditor.actor):
        with pytest.raises((NotFound, Forbidden)):
            calls.extend_call(actor, call.id, extension)
    with pytest.raises(NotFound):
        calls.extend_call(house.officer.actor, call.id, extension, agency_id=999)
    calls.close_call(house.officer.actor, call.id)
    with pytest.raises(OpenDayError, match="已经结束"):
        calls.extend_call(house.officer.actor, call.id, extension)


def test_an_agencys_own_day_never_falls_behind_the_calls(app: Flask, house: House) -> None:
    call = _call(house)
    calls.extend_call(
        house.officer.actor, call.id, Extension(call.due_on + timedelta(days=2), "一"), agency_id=house.agency_id
    )
    calls.extend_call(house.officer.actor, call.id, Extension(call.due_on + timedelta(days=9), "二"))
    row = db.session.get_one(CallAgency, (call.id, house.agency_id))
    assert row.due_on and row.due_on < db.session.get_one(Call, call.id).due_on
    assert [choice.due_on for choice in open_calls(house.filer.actor)] == [db.session.get_one(Call, call.id).due_on]
