"""The sign-up form and its answers, as residents and as programs see them."""

import re
from datetime import timedelta

import pytest
from flask import Flask

from openday import clock
from openday.rules.states import OccurrenceStatus, SignupMode
from openday.rules.wording import day_text
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.registrations import party_on_list
from tests.support.client import PageClient
from tests.support.pages import Form, Page
from tests.support.queries import count_queries
from tests.support.signup import taken

JSON = {"Accept": "application/json"}


def sign_up_page(client: PageClient, code: str) -> Form:
    return client.get(f"/occurrences/{code}/sign-up").form(having="phone")


def send(client: PageClient, form: Form, status: int = 200, **changes: str | None) -> Page:
    values: dict[str, str | None] = {"name": "王小雨", "phone": "13800001111", "party_size": "1", "consent": "y"}
    return client.submit(form, status, **{**values, **changes})


def test_the_form_has_the_fields_that_were_agreed_and_says_what_becomes_of_the_data(
    client: PageClient, house: House
) -> None:
    occurrence = open_occurrence(published_activity(house, theme="走进水厂"), capacity=12, party_limit=3)
    page = client.get(f"/occurrences/{occurrence.code}/sign-up")
    form = page.form(having="phone")
    assert form.names == {"name", "phone", "party_size", "email", "consent", "idempotency_key", "csrf_token"}
    assert re.fullmatch("[0-9a-f]{32}", form.values["idempotency_key"][0])
    assert page.all("//select[@name='party_size']/option/@value") == ["1", "2", "3"]
    gone_on = occurrence.ends_at.date() + timedelta(days=31)
    assert f"{day_text(gone_on, weekday=False)}删除" in page.text("main")
    assert "走进水厂" in page.text("main")
    assert "剩余 12 个名额" in page.text("main")
    assert page.meta("outcome") is None


def test_each_form_has_a_key_of_its_own(client: PageClient, house: House) -> None:
    code = open_occurrence(published_activity(house)).code
    keys = {sign_up_page(client, code).values["idempotency_key"][0] for _ in range(3)}
    assert len(keys) == 3


def test_signing_up_leads_to_the_ticket(client: PageClient, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    page = send(client, sign_up_page(client, occurrence.code), party_size="2")
    assert re.fullmatch(r"/tickets/[0-9a-z]{28}", client.response.request.path)
    assert page.meta("outcome") == "confirmed"
    assert page.text("h1") == "报名成功"
    assert taken(occurrence) == [2]


def test_the_redirect_itself_says_the_outcome(client: PageClient, house: House) -> None:
    code = open_occurrence(published_activity(house)).code
    form = sign_up_page(client, code)
    data = form.filled(name="王小雨", phone="13800001111", party_size="1", consent="y")
    answer = client.post(form.action, 303, data=data)
    assert '<meta name="outcome" content="confirmed">' in answer.get_data(as_text=True)
    again = client.post(form.action, 303, data=data)
    assert again.location == answer.location


def test_when_it_is_full_one_waits(client: PageClient, house: House) -> None:
    occurrence = open_occurrence(published_activity(house), capacity=1)
    party_on_list(occurrence)
    page = client.get(f"/occurrences/{occurrence.code}/sign-up")
    assert "名额已满，可登记候补" in page.text("main")
    page = send(client, page.form(having="phone"))
    assert (page.meta("outcome"), page.text("h1")) == ("waitlisted", "候补中")
    assert "您排在候补第一位" in page.text("main")


def test_full_without_a_waitlist_says_what_to_do_next(client: PageClient, house: House) -> None:
    occurrence = open_occurrence(published_activity(house), capacity=1, waitlist=False)
    party_on_list(occurrence)
    page = send(client, sign_up_page(client, occurrence.code), 409)
    assert (page.meta("outcome"), page.text("h1")) == ("full", "没有报上")
    assert "名额已满" in page.text("main")
    assert "查看活动安排" in page.links()


def test_a_duplicate_learns_nothing_about_the_other_ticket(client: PageClient, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    first = party_on_list(occurrence, phone="13800001111", name="欧阳小雨")
    page = send(client, sign_up_page(client, occurrence.code), 409, phone="+86 138-0000-1111")
    assert (page.meta("outcome"), page.text("h1")) == ("duplicate", "这个手机号码已报名")
    for secret in (first.code, first.number, "欧阳", "13800001111"):
        assert secret not in page.html


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "  \u3000", "请填写姓名"),
        ("phone", "1380000", "手机号码应为11位数字，例如 13800000000"),
        ("phone", "", "请填写手机号码"),
        ("party_size", "1e400", "报名人数应为整数，例如 2"),
        ("party_size", "-1", "报名人数应为1至5人（含本人）"),
        ("email", "王@", "电子邮箱格式不正确，例如 name@example.com"),
        ("consent", None, "请勾选同意后再提交"),
    ],
)
def test_an_error_stands_at_its_field_and_the_rest_is_kept(
    client: PageClient, house: House, field: str, typed: str | None, said: str
) -> None:
    occurrence = open_occurrence(published_activity(house))
    form = sign_up_page(client, occurrence.code)
    page = send(client, form, 422, **{field: typed})
    assert page.meta("outcome") == "invalid"
    assert page.text(f"//*[@id='{field}-error']") == f"错误：{said}"
    again = page.form(having="phone")
    kept = {"name": "王小雨", "phone": "13800001111", "idempotency_key": form.values["idempotency_key"][0]}
    assert {name: again.values[name][0] for name in kept if name != field} == {
        name: value for name, value in kept.items() if name != field
    }
    assert taken(occurrence) == [0]


def test_all_errors_are_told_at_once(client: PageClient, house: House) -> None:
    page = send(client, sign_up_page(client, open_occurrence(published_activity(house)).code), 422, name="", phone="")
    assert page.text("//*[@id='errors']//li") == "请填写姓名 请填写手机号码"


def test_full_width_digits_are_digits(client: PageClient, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    page = send(client, sign_up_page(client, occurrence.code), phone="１３８００００１１１１", party_size="２")
    assert page.meta("outcome") == "confirmed"
    assert taken(occurrence) == [2]


def test_a_choice_of_quotas_is_offered_only_where_there_is_one(client: PageClient, house: House) -> None:
    occurrence = open_occurrence(published_activity(house), quotas={"居民代表": 3, "企业代表": 2})
    form = sign_up_page(client, occurrence.code)
    assert "quota" in form.names
    page = send(client, form, 422)
    assert page.text("//*[@id='quota-error']") == "错误：请选择报名类别"
    send(client, page.form(having="phone"), quota="2")
    assert taken(occurrence) == [0, 1]


@pytest.mark.parametrize("quota", ["9", "x", "-1"])
def test_a_quota_that_is_none_of_them_is_refused(client: PageClient, house: House, quota: str) -> None:
    occurrence = open_occurrence(published_activity(house), quotas={"居民代表": 3, "企业代表": 2})
    send(client, sign_up_page(client, occurrence.code), 422, quota=quota)
    assert taken(occurrence) == [0, 0]


def test_before_and_after_the_time_there_is_no_form(client: PageClient, house: House) -> None:
    activity = published_activity(house)
    early = open_occurrence(activity, opens_at=clock.now() + timedelta(hours=1))
    late = open_occurrence(activity, closes_at=clock.now() - timedelta(hours=1))
    invited = open_occurrence(activity, signup_mode=SignupMode.INVITATION)
    for occurrence, said in ((early, "报名尚未开始"), (late, "截止"), (invited, "不公开报名")):
        page = client.get(f"/occurrences/{occurrence.code}/sign-up")
        assert page.meta("outcome") == "closed"
        assert said in page.text("main")
        assert [form for form in page.forms() if "phone" in form.names] == []


def test_a_form_sent_too_late_is_told_so(client: PageClient, house: House) -> None:
    occurrence = open_occurrence(published_activity(house), closes_at=clock.now() + timedelta(hours=1))
    form = sign_up_page(client, occurrence.code)
    with clock.shifted_by(timedelta(hours=2)):
        page = send(client, form, 409)
    assert page.meta("outcome") == "closed"
    assert taken(occurrence) == [0]


def test_the_same_key_for_another_form_is_a_conflict(client: PageClient, house: House) -> None:
    form = sign_up_page(client, open_occurrence(published_activity(house)).code)
    send(client, form)
    page = send(client, form, 409, name="李明")
    assert page.meta("outcome") == "conflict"
    assert "重新打开报名页面填写" in page.text("main")


def test_nothing_is_accepted_without_the_token(client: PageClient, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    form = sign_up_page(client, occurrence.code)
    send(client, form, 400, csrf_token=None)
    send(client, form, 400, csrf_token="forged")
    assert taken(occurrence) == [0]


def test_a_program_gets_json(client: PageClient, house: House) -> None:
    occurrence = open_occurrence(published_activity(house), capacity=1, waitlist=False)
    form = sign_up_page(client, occurrence.code)
    data = form.filled(name="王小雨", phone="13800001111", consent="y", idempotency_key=None)
    headers = {**JSON, "Idempotency-Key": "a-key-of-the-program"}
    first = client.post(form.action, 201, data=data, headers=headers).json
    assert first is not None
    assert first["ticket_url"] == f"http://127.0.0.1:8000/tickets/{first['code']}"
    assert (first["outcome"], first["party_size"], len(first["number"])) == ("confirmed", 1, 6)
    assert client.post(form.action, 201, data=data, headers=headers).json == first
    other = {**data, "phone": ["13900001111"]}
    refused = client.post(form.action, 409, data=other, headers={**JSON, "Idempotency-Key": "another"}).json
    assert refused == {"outcome": "full", "message": "名额已满。"}
    wrong = client.post(form.action, 422, data={**data, "phone": ["1"], "name": [""]}, headers=JSON).json
    assert wrong is not None
    assert wrong["fields"] == {"name": ["请填写姓名"], "phone": ["手机号码应为11位数字，例如 13800000000"]}


def test_what_is_not_public_is_not_there_byte_for_byte(client: PageClient, house: House) -> None:
    proposed = open_occurrence(published_activity(house), status=OccurrenceStatus.PROPOSED)
    client.get("/occurrences/nosuchcode/sign-up", 404)
    missing = client.response.data
    client.get(f"/occurrences/{proposed.code}/sign-up", 404)
    assert client.response.data.replace(proposed.code.encode(), b"nosuchcode") == missing
    assert client.raw("/occurrences/a%00b/sign-up").status_code == 404


def test_a_sign_up_asks_the_database_little(app: Flask, client: PageClient, house: House) -> None:
    activity = published_activity(house)
    one, many = open_occurrence(activity), open_occurrence(activity, quotas={f"第{n}类": 9 for n in range(1, 9)})
    first = open_occurrence(activity)  # its letter reads how the offices word letters, which is known for a while then
    send(client, sign_up_page(client, first.code))
    counts = []
    for code in (one.code, many.code):
        with count_queries() as opened:
            form = sign_up_page(client, code)
        with count_queries() as sent:
            data = form.filled(name="王小雨", phone="13800001111", consent="y")
            client.post(form.action, 303, data={**data, "quota": "1"})
        counts.append((len(opened), len(sent)))
    assert counts == [(1, 7), (1, 7)]
