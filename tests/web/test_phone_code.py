"""Signing up where a code from the telephone is asked for: sent alike for every number, seldom, used once."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from openday import clock
from openday.db import db
from openday.models.ledger import Message
from openday.models.occurrences import Occurrence
from openday.models.registrations import PhoneCode, Registration
from openday.rules.signup_form import SignupForm
from openday.services.housekeeping import forget_expired
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.registrations import party_on_list
from tests.factories.signup_forms import ask
from tests.support.client import PageClient
from tests.support.pages import Form, Page
from tests.support.signup import messages_to

PHONE = "13800001111"
OTHER = "13900002222"
WHO = {"name": "王小雨", "phone": PHONE, "party_size": "2", "consent": "y"}
GUARDIAN = {"child": "yes", "guardian_name": "王大雨", "guardian_consent": "y"}


@pytest.fixture
def occurrence(app: Flask, house: House) -> Occurrence:
    let_it_send(app)
    return open_occurrence(published_activity(house, theme="走进水厂"))


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Let time pass."""
    passed = [timedelta(0)]
    now = clock.now

    def wait(more: timedelta) -> None:
        passed[0] += more

    def then() -> datetime:
        return now() + passed[0]

    monkeypatch.setattr(clock, "now", then)
    return wait


def let_it_send(app: Flask) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], sms_gateway_url="https://sms.example.gov.cn/send")


def form_of(client: PageClient, occurrence: Occurrence, asked: SignupForm | None = None) -> Form:
    code = ask(occurrence, asked or SignupForm(), protection="phone_code")
    return client.get(f"/occurrences/{code}/sign-up").form(having="phone")


def code_asked(client: PageClient, form: Form, status: int = 200, **fields: str) -> Page:
    """Fill in the form, check it, and ask for the code."""
    check = client.submit(form, **{**WHO, **fields}, step="check")
    assert check.meta("outcome") == "check"
    return client.submit(check.form(having="phone"), status, step="code")


def codes_to(phone: str) -> list[str]:
    found = [re.findall(r"[0-9]{6}", message.body or "") for message in messages_to(phone)]
    return [code for codes in found for code in codes]


def another(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def list_size() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(Registration.id))) or 0


def test_the_code_from_the_telephone_completes_the_sign_up(client: PageClient, occurrence: Occurrence) -> None:
    page = code_asked(client, form_of(client, occurrence))
    assert (page.meta("outcome"), page.text("h1")) == ("code", "填写短信验证码")
    assert "138 0000 1111" in page.text("main")
    field = page.all("//input[@name='phone_code']")[0]
    assert (field.get("autocomplete"), field.get("inputmode")) == ("one-time-code", "numeric")
    assert list_size() == 0
    (code,) = codes_to(PHONE)
    assert "走进水厂" in (messages_to(PHONE)[0].body or "")
    ticket = client.submit(page.form(having="phone_code"), phone_code=f" {code[:3]} {code[3:]}")
    assert (ticket.meta("outcome"), ticket.text("h1")) == ("confirmed", "报名成功")
    assert "2人" in ticket.text("main")


def test_nobody_is_signed_up_without_a_code(client: PageClient, occurrence: Occurrence) -> None:
    form = form_of(client, occurrence)
    page = client.submit(form, 422, **WHO)
    assert "请先获取并填写短信验证码" in page.text("//*[@id='errors']")
    invented = client.post(form.action, 422, data={**form.filled(**WHO), "phone_code": "123456"})
    assert "还没有向这个手机号码发送验证码" in invented.get_data(as_text=True)
    assert list_size() == 0


def test_a_wrong_code_is_counted_and_after_five_a_new_one_is_needed(
    client: PageClient, occurrence: Occurrence, later: Callable[[timedelta], None]
) -> None:
    page = code_asked(client, form_of(client, occurrence))
    (code,) = codes_to(PHONE)
    for left in (4, 3, 2, 1):
        page = client.submit(page.form(having="phone_code"), 422, phone_code=another(code))
        assert f"还可以填写{left}次" in page.text("//*[@id='phone_code-error']")
    page = client.submit(page.form(having="phone_code"), 422, phone_code=another(code))
    assert "填错次数过多" in page.text("main")
    page = client.submit(page.form(having="phone_code"), 422, phone_code=code)
    assert "填错次数过多" in page.text("main"), "the right one comes too late"
    later(timedelta(minutes=1))
    page = client.submit(page.form(having="phone_code"), step="code")
    assert client.submit(page.form(having="phone_code"), phone_code=codes_to(PHONE)[-1]).meta("outcome") == "confirmed"


def test_a_code_holds_for_ten_minutes(
    client: PageClient, occurrence: Occurrence, later: Callable[[timedelta], None]
) -> None:
    page = code_asked(client, form_of(client, occurrence))
    later(timedelta(minutes=10))
    page = client.submit(page.form(having="phone_code"), 422, phone_code=codes_to(PHONE)[0])
    assert "短信验证码已过期" in page.text("main")
    assert list_size() == 0


def test_a_second_press_sends_nothing_and_a_minute_later_the_newest_counts(
    client: PageClient, occurrence: Occurrence, later: Callable[[timedelta], None]
) -> None:
    page = code_asked(client, form_of(client, occurrence))
    page = client.submit(page.form(having="phone_code"), step="code")
    assert "一分钟内已经发送过验证码" in page.text("main")
    assert len(codes_to(PHONE)) == 1
    later(timedelta(seconds=61))
    page = client.submit(page.form(having="phone_code"), step="code")
    first, second = codes_to(PHONE)
    if first != second:
        client.submit(page.form(having="phone_code"), 422, phone_code=first)
    assert client.submit(page.form(having="phone_code"), phone_code=second).meta("outcome") == "confirmed"


def test_a_number_gets_five_codes_a_day_whatever_they_are_for(
    client: PageClient, occurrence: Occurrence, house: House, later: Callable[[timedelta], None]
) -> None:
    page = code_asked(client, form_of(client, occurrence))
    for _ in range(4):
        later(timedelta(minutes=11))
        page = client.submit(page.form(having="phone_code"), step="code")
    later(timedelta(minutes=11))
    page = client.submit(page.form(having="phone_code"), 429, step="code")
    assert "尾号1111的手机号码24小时内的验证码已发完" in page.text("main")
    elsewhere = form_of(client, open_occurrence(published_activity(house, theme="走进消防站")))
    assert "验证码已发完" in code_asked(client, elsewhere, 429).text("main")
    assert len(codes_to(PHONE)) == 5
    later(timedelta(hours=24))
    page = code_asked(client, elsewhere)
    assert page.meta("outcome") == "code"


def test_one_network_address_asks_for_so_many_codes_and_no_more(
    client: PageClient, occurrence: Occurrence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openday.services.phone_codes.MOST_FROM_NETWORK", 2)
    for number in range(2):
        code_asked(client, form_of(client, occurrence), phone=f"1380000000{number}")
    page = code_asked(client, form_of(client, occurrence), 429, phone="13800000009")
    assert "本网络地址提交的次数过多" in page.text("main")
    assert codes_to("13800000009") == []


def test_a_number_that_is_on_the_list_is_answered_like_any_other(client: PageClient, occurrence: Occurrence) -> None:
    party_on_list(occurrence, phone=PHONE)
    known = code_asked(client, form_of(client, occurrence))
    unknown = code_asked(client, form_of(client, occurrence), phone=OTHER)
    assert known.text("main").replace("138 0000 1111", "") == unknown.text("main").replace("139 0000 2222", "")
    wrong = client.submit(known.form(having="phone_code"), 422, phone_code=another(codes_to(PHONE)[0]))
    assert wrong.meta("outcome") == "invalid"
    right = client.submit(wrong.form(having="phone_code"), 409, phone_code=codes_to(PHONE)[0])
    assert right.meta("outcome") == "duplicate", "whoever holds the telephone may know"


def test_a_code_is_good_for_its_number_and_its_occurrence_alone(
    client: PageClient, occurrence: Occurrence, house: House
) -> None:
    page = code_asked(client, form_of(client, occurrence))
    (code,) = codes_to(PHONE)
    stolen = client.submit(page.form(having="phone_code"), 422, phone=OTHER, phone_code=code)
    assert "还没有向这个手机号码发送验证码" in stolen.text("main")
    elsewhere = form_of(client, open_occurrence(published_activity(house, theme="走进消防站")))
    client.post(elsewhere.action, 422, data={**elsewhere.filled(**WHO), "phone_code": code})
    assert list_size() == 0


def test_changing_the_number_keeps_every_answer(client: PageClient, occurrence: Occurrence) -> None:
    form = form_of(client, occurrence, SignupForm(companion_names=True))
    page = code_asked(client, form, companions="王小雪", email="rain@example.com")
    again = client.submit(page.form(having="phone_code"), step="back").form(having="phone")
    assert again.values["companions"] == ["王小雪"]
    assert again.values["email"] == ["rain@example.com"]
    check = client.submit(again, phone=OTHER, step="check")
    page = client.submit(check.form(having="phone"), step="code")
    (code,) = codes_to(OTHER)
    assert "王小雪" in client.submit(page.form(having="phone_code"), phone_code=code).text("main")


def test_the_same_page_sent_twice_leads_to_the_same_ticket_and_a_used_code_to_none(
    client: PageClient, occurrence: Occurrence
) -> None:
    form = code_asked(client, form_of(client, occurrence)).form(having="phone_code")
    (code,) = codes_to(PHONE)
    client.submit(form, phone_code=code)
    address = client.response.request.path
    assert client.submit(form, phone_code=code).meta("outcome") == "confirmed"
    assert client.response.request.path == address
    client.submit(client.get(f"{address}/cancel").form(f"{address}/cancel"))
    page = client.submit(form, 422, phone_code=code, idempotency_key="another")
    assert "短信验证码已经用过" in page.text("main")
    assert list_size() == 1


def test_the_guardian_proves_a_number_of_their_own(client: PageClient, occurrence: Occurrence) -> None:
    form = form_of(client, occurrence, SignupForm(guardian=True))
    page = code_asked(client, form, **GUARDIAN, guardian_phone=OTHER)
    (own,), (guardian,) = codes_to(PHONE), codes_to(OTHER)
    assert "监护人" in (messages_to(OTHER)[0].body or "")
    page = client.submit(page.form(having="phone_code"), 422, phone_code=own, guardian_code=another(guardian))
    assert page.all("//*[@id='guardian_code-error']")
    ticket = client.submit(page.form(having="phone_code"), phone_code=own, guardian_code=guardian)
    assert "手机号码已用短信验证码验证" in ticket.text("main")


def test_a_guardian_who_signs_up_proves_the_number_once(client: PageClient, occurrence: Occurrence) -> None:
    form = form_of(client, occurrence, SignupForm(guardian=True))
    page = code_asked(client, form, **GUARDIAN, guardian_phone=PHONE)
    assert page.all("//input[@name='guardian_code']") == []
    ticket = client.submit(page.form(having="phone_code"), phone_code=codes_to(PHONE)[0])
    assert "手机号码已用短信验证码验证" in ticket.text("main")


def test_without_a_gateway_it_says_whom_to_call(app: Flask, client: PageClient, occurrence: Occurrence) -> None:
    form = form_of(client, occurrence)
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], sms_gateway_url="")
    page = code_asked(client, form, 422)
    assert "不能发送短信，请致电举办单位报名" in page.text("main")
    assert codes_to(PHONE) == []


def test_staff_choose_it_only_where_messages_are_sent(app: Flask, house: House, occurrence: Occurrence) -> None:
    staff, address = PageClient(app).log_in(house.filer), f"/agency/occurrences/{occurrence.code}/form"
    staff.submit(staff.get(address).form(address), protection="phone_code")
    db.session.expire_all()
    assert db.session.get_one(Occurrence, occurrence.id).protection == "phone_code"
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], sms_gateway_url="")
    page = staff.submit(staff.get(address).form(address), 422, protection="phone_code")
    assert "本站没有接通短信" in page.text("//*[@id='errors']")
    staff.submit(page.form(address), protection="challenge")


def test_staff_sign_people_up_without_a_code(app: Flask, house: House, occurrence: Occurrence) -> None:
    ask(occurrence, SignupForm(), protection="phone_code")
    staff, address = PageClient(app).log_in(house.filer), f"/agency/occurrences/{occurrence.code}/registrations/new"
    staff.submit(staff.get(address).form(address), **WHO, source="phone")
    assert list_size() == 1


def test_in_english_the_page_the_message_and_the_registration_are_english(
    client: PageClient, occurrence: Occurrence
) -> None:
    client.http.set_cookie("lang", "en")
    page = code_asked(client, form_of(client, occurrence), phone="+852 9123 4567")
    assert page.text("h1") == "Enter the code from the text message"
    (code,) = codes_to("+85291234567")
    assert "is your code" in (messages_to("+85291234567")[0].body or "")
    wrong = client.submit(page.form(having="phone_code"), 422, phone_code=another(code))
    assert "tries left: 4" in wrong.text("main")
    client.submit(wrong.form(having="phone_code"), phone_code=code)
    assert db.session.scalars(select(Registration.language)).one() == "en"


def test_a_code_is_kept_as_a_keyed_hash_and_forgotten_after_a_day(
    client: PageClient, occurrence: Occurrence, later: Callable[[timedelta], None]
) -> None:
    code_asked(client, form_of(client, occurrence))
    (code,) = codes_to(PHONE)
    row = db.session.scalars(select(PhoneCode)).one()
    assert all(code not in str(value) and PHONE not in str(value) for value in (row.code_hash, row.phone_hash))
    assert db.session.scalar(select(Message.subject)) == "短信验证码"
    later(timedelta(hours=25))
    assert forget_expired()["phone_codes"] == 1
