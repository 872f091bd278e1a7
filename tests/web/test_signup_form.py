"""A sign-up form that asks for more: conditions, companions, children, a check before sending, a link to come back."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from openday import clock
from openday.db import db
from openday.models.occurrences import Occurrence
from openday.models.registrations import Registration, SignupDraft
from openday.rules.signup_form import SignupForm
from openday.services.housekeeping import forget_expired
from openday.services.retention import forget_persons
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.signup_forms import BASIS, DIET, FOOD, FULL, ask
from tests.support.client import PageClient
from tests.support.pages import Form

WHO = {"name": "王小雨", "phone": "13800001111", "party_size": "2", "consent": "y"}
MORE = {
    "companions": "王小雪",
    "q-food": "用餐",
    "q-diet": "不吃花生",
    "child": "yes",
    "guardian_name": "王大雨",
    "guardian_phone": "+44 20 7946 0000",
    "guardian_consent": "y",
    "photo": "no",
    "eligible": "y",
}
CARD = "11010519491231002X"


@pytest.fixture
def occurrence(house: House) -> Occurrence:
    return open_occurrence(published_activity(house))


def opened(client: PageClient, code: str) -> Form:
    return client.get(f"/occurrences/{code}/sign-up").form(having="phone")


def list_size() -> int:
    db.session.expire_all()
    return db.session.scalar(select(func.count(Registration.id))) or 0


def test_the_answers_are_shown_for_a_check_and_nothing_is_written_before_they_are_sent(
    client: PageClient, occurrence: Occurrence
) -> None:
    form = opened(client, ask(occurrence))
    check = client.submit(form, **WHO, **MORE, step="check")
    assert check.meta("outcome") == "check"
    for said in ("王小雨", "13800001111", "王小雪", "不吃花生", "王大雨"):
        assert said in check.text("main")
    assert list_size() == 0
    ticket = client.submit(check.form(having="phone"))
    assert ticket.meta("outcome") == "confirmed"
    assert list_size() == 1
    for said in ("不吃花生", "王小雪", "监护人", "+****0000"):
        assert said in ticket.text("main")
    assert "79460000" not in ticket.html


def test_going_back_from_the_check_keeps_what_was_typed(client: PageClient, occurrence: Occurrence) -> None:
    check = client.submit(opened(client, ask(occurrence)), **WHO, **MORE, step="check")
    again = client.submit(check.form(having="phone"), step="back").form(having="phone")
    for name, value in {**WHO, **MORE}.items():
        assert again.values[name] == [value], name


def test_every_problem_is_shown_at_its_field_and_the_input_is_kept(client: PageClient, occurrence: Occurrence) -> None:
    form = opened(client, ask(occurrence))
    wrong = {**MORE, "companions": "", "q-diet": "", "guardian_phone": "123"}
    page = client.submit(form, 422, **{**WHO, "name": ""}, **wrong, step="check")
    for said in ("请填写姓名", "请填写1位同行人的姓名", "请填写饮食禁忌", "手机号码应为11位数字"):
        assert said in page.text("//*[@id='errors']")
    for field in ("name", "companions", "q-diet", "guardian_phone"):
        assert page.all(f"//*[@id='{field}-error']"), field
    assert page.form(having="phone").values["guardian_name"] == ["王大雨"]


def test_problems_are_listed_in_the_order_of_the_page(client: PageClient, occurrence: Occurrence) -> None:
    form = opened(client, ask(occurrence))
    page = client.submit(form, 422, party_size="2", step="check")
    listed = [link.removeprefix("#") for link in page.all("//*[@id='errors']//a/@href")]
    controls = page.all("//main//form//*[@id]/@id")
    assert sorted(listed, key=controls.index) == listed
    assert listed[0] == "eligible"
    assert listed[-1] == "consent"


def test_sent_without_the_check_the_same_is_asked(client: PageClient, occurrence: Occurrence) -> None:
    form = opened(client, ask(occurrence))
    page = client.submit(form, 422, **WHO, **{**MORE, "q-diet": ""})
    assert page.all("//*[@id='q-diet-error']")
    assert list_size() == 0
    assert client.submit(form, **WHO, **MORE).meta("outcome") == "confirmed"


def test_what_is_asked_only_after_another_answer_is_not_kept_without_it(
    client: PageClient, occurrence: Occurrence
) -> None:
    form = opened(client, ask(occurrence, SignupForm(questions=(FOOD, DIET))))
    ticket = client.submit(form, **WHO, **{"q-food": "不用餐", "q-diet": "不吃花生"})
    assert "不用餐" in ticket.text("main")
    assert "不吃花生" not in ticket.text("main")


def test_an_adult_alone_is_not_asked_for_a_guardian(client: PageClient, occurrence: Occurrence) -> None:
    form = opened(client, ask(occurrence, SignupForm(guardian=True)))
    page = client.submit(form, 422, **WHO)
    assert "有没有未满14周岁的儿童" in page.text("//*[@id='errors']")
    assert "监护人" not in client.submit(form, **WHO, child="no").text("main")


def test_a_child_needs_the_consent_of_the_guardian(client: PageClient, occurrence: Occurrence) -> None:
    form = opened(client, ask(occurrence, SignupForm(guardian=True)))
    page = client.submit(form, 422, **WHO, child="yes")
    for field in ("guardian_name", "guardian_phone", "guardian_consent"):
        assert page.all(f"//*[@id='{field}-error']"), field


def test_the_number_of_a_document_is_asked_with_its_basis_tested_and_never_shown_whole(
    client: PageClient, occurrence: Occurrence
) -> None:
    code = ask(occurrence, SignupForm(document_basis=BASIS))
    form = opened(client, code)
    assert BASIS in client.get(f"/occurrences/{code}/sign-up").text("main")
    page = client.submit(form, 422, **WHO, document_kind="resident_card", document_number="110105194912310021")
    assert "校验位不符" in page.text("main")
    ticket = client.submit(form, **WHO, document_kind="resident_card", document_number=CARD)
    assert "002X" in ticket.text("main")
    assert CARD not in ticket.html
    assert CARD in (db.session.scalars(select(Registration.extras)).one() or "")
    sealed = db.session.execute(text("SELECT extras FROM registrations")).scalar_one()
    assert CARD not in str(sealed)


def test_a_form_put_aside_comes_back_by_its_link_and_is_gone_once_sent(
    client: PageClient, app: Flask, occurrence: Occurrence
) -> None:
    code = ask(occurrence)
    saved = client.submit(opened(client, code), step="save", name="王小雨", companions="王小雪")
    assert saved.meta("outcome") == "saved"
    link = client.response.request.path
    other = PageClient(app)
    assert link in other.get(link).html
    form = other.get(f"{link}/form").form(having="phone")
    assert form.values["name"] == ["王小雨"]
    assert form.values["companions"] == ["王小雪"]
    assert other.submit(form, **WHO, **MORE).meta("outcome") == "confirmed"
    other.get(link, 404)
    assert db.session.scalar(select(func.count(SignupDraft.id))) == 0


def test_saving_twice_keeps_one_draft_and_after_three_days_none(
    client: PageClient, occurrence: Occurrence, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.submit(opened(client, ask(occurrence)), step="save", name="王小雨")
    link = client.response.request.path
    client.submit(client.get(f"{link}/form").form(having="phone"), step="save", name="王大雨")
    assert client.response.request.path == link
    assert client.get(f"{link}/form").form(having="phone").values["name"] == ["王大雨"]
    later = clock.now() + timedelta(days=3, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    client.get(link, 404)
    assert forget_expired()["signup_drafts"] == 1


def test_an_occurrence_that_asks_for_work_takes_no_form_without_it(client: PageClient, occurrence: Occurrence) -> None:
    code = ask(occurrence, SignupForm(), protection="challenge")
    first, second = opened(client, code), opened(client, code)
    assert first.values["challenge"] != second.values["challenge"], (
        "a kept page gives everybody a challenge of their own"
    )
    robot = client.post(f"/occurrences/{code}/sign-up", 422, data={**WHO, "csrf_token": first.values["csrf_token"][0]})
    assert "所填内容没有丢失" in robot.get_data(as_text=True)
    assert client.submit(first, **WHO).meta("outcome") == "confirmed"
    assert client.submit(first, **WHO).meta("outcome") == "confirmed", "the same page again has its answer already"
    page = client.submit(first, 409, **{**WHO, "phone": "13800002222"}, idempotency_key="another")
    assert "已经提交过一次" in page.text("main")
    assert list_size() == 1
    again = page.form(having="phone")
    assert again.values["phone"] == ["13800002222"], "what was typed is kept, with work of its own to do"
    assert client.submit(again, proof="", consent="y").meta("outcome") == "confirmed"


def test_the_check_hands_the_work_on(client: PageClient, occurrence: Occurrence) -> None:
    form = opened(client, ask(occurrence, FULL, protection="challenge"))
    check = client.submit(form, **WHO, **MORE, step="check")
    assert client.submit(check.form(having="phone")).meta("outcome") == "confirmed"


def test_the_further_answers_are_forgotten_with_the_name(
    client: PageClient, occurrence: Occurrence, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.submit(opened(client, ask(occurrence)), **WHO, **MORE)
    later = clock.now() + timedelta(days=60)
    monkeypatch.setattr(clock, "now", lambda: later)
    forget_persons(30)
    db.session.expire_all()
    row = db.session.scalars(select(Registration)).one()
    assert (row.name, row.extras) == (None, None)


def test_more_or_fewer_people_are_named_too(client: PageClient, occurrence: Occurrence) -> None:
    form = opened(client, ask(occurrence, SignupForm(companion_names=True)))
    ticket = client.submit(form, **WHO, companions="王小雪")
    change = ticket.form(having="party_size")
    assert change.values["companions"] == ["王小雪"]
    page = client.submit(change, 422, party_size="3")
    assert "请填写2位同行人的姓名，每行一人，现在有1人" in page.text("main")
    page = client.submit(page.form(having="party_size"), companions="王小雪\nAnn-Marie O’Neill")
    assert "王小雪、Ann-Marie O’Neill" in page.text("main")
    assert "3人" in page.text("main")


def test_in_english_our_own_words_are_english_and_theirs_stay(client: PageClient, occurrence: Occurrence) -> None:
    code = ask(occurrence)
    client.http.set_cookie("lang", "en")
    page = client.get(f"/occurrences/{code}/sign-up")
    words = page.text("main")
    for said in ("Age: 6 and over", "Not agreed", "是否用餐", "What for: 安排餐食", "Check and send"):
        assert said in words
    assert "不同意" not in words
    page = client.submit(page.form(having="phone"), 422, **WHO, step="check")
    assert "Say whether children under 14 take part" in page.text("//*[@id='errors']")


def test_the_check_shows_what_was_typed_and_the_ticket_hides_it(client: PageClient, occurrence: Occurrence) -> None:
    form = opened(client, ask(occurrence, SignupForm(document_basis=BASIS)))
    check = client.submit(form, **WHO, document_kind="resident_card", document_number=CARD, step="check")
    assert CARD in check.text("main")
    assert CARD not in client.submit(check.form(having="phone")).html
