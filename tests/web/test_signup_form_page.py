"""Staff set what a sign-up form asks for; what was answered reaches the list, the counter and the file."""

import csv
import io
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from openday import clock
from openday.db import db
from openday.models.ledger import AuditEvent
from openday.models.occurrences import Occurrence
from openday.models.registrations import Registration
from openday.rules.signup_form import SignupForm, form_from
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.signup_forms import BASIS, FULL, ask
from tests.support.client import PageClient

CARD = "11010519491231002X"
FIRST = {
    "questions-0-label": "是否用餐",
    "questions-0-kind": "choice",
    "questions-0-choices": "用餐、不用餐",
    "questions-0-reason": "安排餐食",
    "questions-0-required": "y",
}
SECOND = {
    "questions-1-label": "饮食禁忌",
    "questions-1-kind": "text",
    "questions-1-reason": "准备餐食",
    "questions-1-when": "1",
    "questions-1-when_value": "用餐",
}


@pytest.fixture
def occurrence(house: House) -> Occurrence:
    return open_occurrence(published_activity(house))


def asked(occurrence: Occurrence) -> SignupForm:
    db.session.expire_all()
    return form_from(db.session.get_one(Occurrence, occurrence.id).form)


@pytest.mark.parametrize("area", ["agency", "office"])
def test_questions_and_conditions_are_set_and_the_public_form_asks_them(
    app: Flask, house: House, occurrence: Occurrence, area: str
) -> None:
    staff = PageClient(app).log_in(house.filer if area == "agency" else house.officer)
    address = f"/{area}/occurrences/{occurrence.code}/form"
    page = staff.submit(staff.get(address).form(address), **FIRST, **SECOND, youngest="6", companion_names="names")
    assert "报名表已保存" in page.html
    form = asked(occurrence)
    assert [question.label for question in form.questions] == ["是否用餐", "饮食禁忌"]
    assert form.questions[1].shown_if is not None
    assert form.questions[1].shown_if.question == form.questions[0].id
    public = PageClient(app).get(f"/occurrences/{occurrence.code}/sign-up")
    assert "年龄：6周岁及以上" in public.text("main")
    assert "用途：准备餐食" in public.text("main")
    page = PageClient(app).get(f"/activities/{occurrence.activity.code}")
    assert "报名须符合以下条件： 年龄：6周岁及以上" in page.text("main")
    again = staff.get(address).form(address)
    assert again.values["questions-1-when"] == ["1"]
    assert db.session.scalars(select(AuditEvent).where(AuditEvent.action == "occurrence.form")).one()


def test_a_question_keeps_its_id_when_the_one_before_it_goes(app: Flask, house: House, occurrence: Occurrence) -> None:
    staff, address = PageClient(app).log_in(house.filer), f"/agency/occurrences/{occurrence.code}/form"
    staff.submit(staff.get(address).form(address), **FIRST, **{**SECOND, "questions-1-when": ""})
    before = asked(occurrence).questions[1].id
    staff.submit(staff.get(address).form(address), **{"questions-0-label": ""})
    assert [question.id for question in asked(occurrence).questions] == [before]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"questions-0-reason": ""}, "第1个问题：请写明为什么要问"),
        ({"questions-0-choices": "用餐"}, "选项应有2至30个"),
        ({"document_basis": "有关规定"}, "法律依据应写明法规名称和条款"),
        ({"youngest": "18", "oldest": "6"}, "年龄上限不能小于下限"),
        ({"youngest": "十八"}, "年龄应为0至120之间的整数"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_reason(
    app: Flask, house: House, occurrence: Occurrence, wrong: dict[str, str], said: str
) -> None:
    staff, address = PageClient(app).log_in(house.filer), f"/agency/occurrences/{occurrence.code}/form"
    page = staff.submit(staff.get(address).form(address), 422, **{**FIRST, **wrong})
    assert said in page.text("main")
    assert page.form(address).values["questions-0-label"] == ["是否用餐"]
    assert asked(occurrence).plain


def test_another_agency_finds_nothing(app: Flask, house: House, occurrence: Occurrence) -> None:
    outsider = PageClient(app).log_in(house.other_filer)
    outsider.get(f"/agency/occurrences/{occurrence.code}/form", 404)


def test_the_counter_asks_the_same_and_staff_confirm_the_guardian(
    app: Flask, house: House, occurrence: Occurrence
) -> None:
    ask(occurrence, FULL, protection="challenge")
    staff, address = PageClient(app).log_in(house.filer), f"/agency/occurrences/{occurrence.code}/registrations/new"
    form = staff.get(address).form(address)
    who = {"name": "王小雨", "phone": "13800001111", "party_size": "2", "consent": "y", "source": "phone"}
    page = staff.submit(form, 422, **who)
    assert page.all("//*[@id='companions-error']")
    more = {
        "companions": "王小雪", "q-food": "不用餐", "child": "yes", "guardian_name": "王大雨",
        "guardian_phone": "13800002222", "guardian_consent": "y", "photo": "yes", "eligible": "y",
    }  # fmt: skip
    entry = staff.get(staff.submit(page.form(address), **who, **more).links()["查看登记"])
    for said in ("王小雪", "不用餐", "王大雨，138****2222", "由工作人员当面或电话确认"):
        assert said in entry.text("main")


def test_a_guardian_who_only_ticked_a_box_is_confirmed_by_staff_once(
    app: Flask, house: House, occurrence: Occurrence
) -> None:
    visitor, address = PageClient(app), f"/occurrences/{ask(occurrence, SignupForm(guardian=True))}/sign-up"
    guardian = {"child": "yes", "guardian_name": "王大雨", "guardian_phone": "13800002222", "guardian_consent": "y"}
    form = visitor.get(address).form(having="phone")
    ticket = visitor.submit(form, name="王小雨", phone="13800001111", consent="y", **guardian)
    assert "在线勾选，待工作人员核实" in ticket.text("main")
    number = db.session.scalars(select(Registration.number)).one()
    entry = f"/agency/occurrences/{occurrence.code}/roster/{number}"
    staff, other = PageClient(app).log_in(house.filer), PageClient(app).log_in(house.other_filer)
    shown = staff.submit(staff.get(entry).form(entry), reason="核实监护人")
    assert "13800002222" in shown.text("main")
    button = staff.get(entry).form(f"{entry}/guardian")
    (token, *_) = other.get("/agency").all("//input[@name='csrf_token']/@value")
    other.post(f"{entry}/guardian", 404, data={"csrf_token": token})
    assert "由工作人员当面或电话确认" in staff.submit(button).text("main")
    staff.submit(button, 409)
    assert db.session.scalars(select(AuditEvent).where(AuditEvent.action == "registration.confirm_guardian")).one()


def test_the_file_holds_the_answers_and_never_the_number_of_a_document(
    app: Flask, house: House, occurrence: Occurrence
) -> None:
    ask(occurrence, SignupForm(questions=FULL.questions, document_basis=BASIS))
    visitor, address = PageClient(app), f"/occurrences/{occurrence.code}/sign-up"
    who = {"name": "王小雨", "phone": "13800001111", "consent": "y", "q-food": "不用餐"}
    document = {"document_kind": "resident_card", "document_number": CARD}
    visitor.submit(visitor.get(address).form(having="phone"), **who, **document)
    assert CARD in (db.session.scalars(select(Registration.extras)).one() or "")
    staff = PageClient(app).log_in(house.filer)
    text = staff.raw(f"/agency/occurrences/{occurrence.code}/roster.csv").get_data().decode("utf-8-sig")
    row = next(csv.DictReader(io.StringIO(text)))
    assert row["是否用餐"] == "不用餐"
    assert "002X" not in text
    number = row["number"]
    assert CARD not in staff.get(f"/agency/occurrences/{occurrence.code}/roster/{number}").html


def test_a_new_occurrence_is_proposed_with_the_work_against_robots(app: Flask, house: House) -> None:
    activity = published_activity(house)
    staff, address = PageClient(app).log_in(house.filer), f"/agency/activities/{activity.code}/occurrences/new"
    form = staff.get(address).form(having="venue")
    days = [(clock.today() + timedelta(days=more)).isoformat() for more in (10, 11)]
    held = {"day": days[0], "starts": "14:00", "ends": "16:00", "venue": "一楼大厅", "signup_mode": "first_come"}
    seats = {
        "quotas-0-audience": "市民",
        "quotas-0-seats": "20",
        "quotas-1-audience": "",
        "quotas-1-seats": "",
        "act": "save",
    }
    staff.submit(form, **held, **seats)
    staff.submit(form, **{**held, "day": days[1]}, **seats, guarded=None)
    rows = db.session.scalars(select(Occurrence).order_by(Occurrence.starts_at))
    assert [row.protection for row in rows] == ["challenge", "none"]


def test_one_form_may_hold_for_all_occurrences_to_come(app: Flask, house: House) -> None:
    activity = published_activity(house)
    first, second = open_occurrence(activity), open_occurrence(activity, starts_in=timedelta(days=9))
    staff, address = PageClient(app).log_in(house.filer), f"/agency/occurrences/{first.code}/form"
    staff.submit(staff.get(address).form(address), guardian="y")
    assert (asked(first).guardian, asked(second).guardian) == (True, False)
    staff.submit(staff.get(address).form(address), all_of_them="y")
    assert (asked(first).guardian, asked(second).guardian) == (True, True)
