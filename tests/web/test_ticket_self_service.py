"""What the holder of a ticket can do by themselves, page by page, without a script."""

import json
from datetime import timedelta

from flask import Flask

from openday import clock
from openday.rules.states import RegistrationStatus, SignupMode
from openday.services.published_names import set_published_names
from tests.factories.activities import published_activity
from tests.factories.ballots import CLOSED, ballot_occurrence, frozen
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.registrations import party_on_list
from tests.factories.signup_forms import ask
from tests.services.test_answers import ANSWERS
from tests.support.client import PageClient
from tests.support.queries import count_queries
from tests.support.signup import sign_up, status_of, taken

PHONE = "13800001111"


def test_answers_are_changed_on_a_page_that_keeps_what_was_typed(client: PageClient, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    code = sign_up(ask(occurrence), phone=PHONE, party_size=2, extras=ANSWERS).code
    ticket = client.get(f"/tickets/{code}")
    page = client.get(ticket.links()["修改报名时填写的其他信息"])
    form = page.form(action="/answers")
    assert form.values["companions"] == ["李雪"]
    assert "139****2222" in page.text("main")
    assert "13900002222" not in page.html
    wrong = client.submit(form, 422, companions="周海\n吴江", **{"q-diet": ""})
    assert wrong.form(action="/answers").values["companions"] == ["周海\n吴江"]
    assert "请填写饮食禁忌" in wrong.text("//*[@id='q-diet-error']")
    done = client.submit(form, companions="周海")
    assert "报名信息已修改" in done.text()
    assert "周海" in done.text("main")


def test_a_plain_form_offers_no_answers(client: PageClient, house: House) -> None:
    code = party_on_list(open_occurrence(published_activity(house))).code
    assert "修改报名时填写的其他信息" not in client.get(f"/tickets/{code}").links()
    assert client.get(f"/tickets/{code}/answers").text("h1") == "报名成功"


def test_another_time_is_chosen_among_those_with_seats(client: PageClient, house: House) -> None:
    activity = published_activity(house)
    first = open_occurrence(activity)
    second = open_occurrence(activity, capacity=4, starts_in=timedelta(days=8))
    code = party_on_list(first, party_size=2).code
    page = client.get(client.get(f"/tickets/{code}").links()["改到其他场次"])
    assert "剩余4个名额" in page.text("main")
    form = page.form(action="/occurrence")
    assert "请选择场次" in client.submit(form, 422).text("main")
    done = client.submit(form, occurrence=f"{second.code}.1.seat")
    assert "已改到另一场" in done.text()
    assert (taken(first), taken(second)) == ([0], [2])


def test_a_time_that_became_full_meanwhile_is_said_and_nothing_lost(client: PageClient, house: House) -> None:
    activity = published_activity(house)
    first = open_occurrence(activity)
    second = open_occurrence(activity, capacity=1, starts_in=timedelta(days=8))
    code = party_on_list(first).code
    form = client.get(f"/tickets/{code}/occurrence").form(action="/occurrence")
    sign_up(second)
    page = client.submit(form, 409, occurrence=f"{second.code}.1.seat")
    assert page.meta("outcome") == "full"
    assert "原来的报名没有变动" in page.text("main")
    assert "现在的名额随即让出" in page.text("main")  # now it is the waitlist that is offered, and told plainly
    done = client.submit(page.form(action="/occurrence"), occurrence=f"{second.code}.1.wait")
    assert done.text("h1") == "候补中"
    assert (taken(first), taken(second)) == ([0], [1])


def test_nothing_else_to_move_to_is_not_offered(client: PageClient, house: House) -> None:
    code = party_on_list(open_occurrence(published_activity(house))).code
    assert "改到其他场次" not in client.get(f"/tickets/{code}").links()
    assert "没有可以改过去的场次" in client.get(f"/tickets/{code}/occurrence").text("main")
    client.post(f"/tickets/{code}/occurrence", 400)


def test_what_was_chosen_must_be_one_of_the_choices(client: PageClient, house: House) -> None:
    activity = published_activity(house)
    code = party_on_list(open_occurrence(activity)).code
    open_occurrence(activity, starts_in=timedelta(days=8))
    form = client.get(f"/tickets/{code}/occurrence").form(action="/occurrence")
    for value in ("", "x", "a.b.c", "a.1.", "x.١.seat"):
        client.post(form.action, 422, data=form.filled(occurrence=value))
    for value in ("nosuch.1.seat", "\x00.1.seat"):
        client.post(form.action, 404, data=form.filled(occurrence=value))
    other = open_occurrence(published_activity(house))
    client.post(form.action, 404, data=form.filled(occurrence=f"{other.code}.1.seat"))


def test_a_fixed_list_leaves_only_cancelling(client: PageClient, house: House) -> None:
    occurrence = ballot_occurrence(house)
    code = sign_up(ask(occurrence), phone=PHONE, party_size=2, extras=ANSWERS).code
    assert client.get(f"/tickets/{code}").forms()
    frozen(house, occurrence)
    with clock.shifted_by(CLOSED):
        page = client.get(f"/tickets/{code}")
        assert "摇号结束前不能修改人数" in page.text("main")
        assert [form for form in page.forms() if "party" in form.action] == []
        assert "改到其他场次" not in page.links()
        answers = client.get(page.links()["修改报名时填写的其他信息"]).form(action="/answers")
        assert not {name for name in answers.names if name.startswith("q-")}
        client.submit(client.get(page.links()["取消报名"]).form(action="/cancel"))
    assert status_of(code) is RegistrationStatus.CANCELLED


def test_the_copy_asks_for_the_number_and_comes_as_a_page_or_a_file(client: PageClient, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    code = sign_up(ask(occurrence), phone=PHONE, party_size=2, extras=ANSWERS).code
    page = client.get(client.get(f"/tickets/{code}").links()["查看、下载或删除我的信息"])
    assert PHONE not in page.html
    form = page.form(action="/data")
    wrong = client.submit(form, 422, phone="13800009999")
    assert "与报名时填写的手机号码不一致" in wrong.text("//*[@id='phone-error']")
    assert wrong.form(action="/data").values["phone"] == ["13800009999"]
    whole = client.submit(form, phone=PHONE)
    for text in ("13800001111", "13900002222", "李雪", "报名成功：", "2026-11."):
        assert text in whole.html
    assert client.response.headers["Cache-Control"] == "no-store"
    sent = client.http.post(f"/tickets/{code}/data", data={**form.filled(phone=PHONE), "as": "json"})
    assert sent.mimetype == "application/json"
    assert sent.headers["Content-Disposition"].startswith("attachment")
    assert json.loads(sent.data)["registration"]["ticket"] == code


def test_erasing_takes_two_steps_and_the_ticket_says_what_is_left(client: PageClient, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    code = sign_up(occurrence, phone=PHONE).code
    ask_first = client.get(client.get(f"/tickets/{code}/data").links()["删除我的信息"])
    assert "删除前先取消报名" in ask_first.text("main")
    assert status_of(code) is RegistrationStatus.CONFIRMED
    page = client.submit(ask_first.form(action="/erase"))
    assert "个人信息已经删除" in page.text("main")
    assert "王小雨" not in page.html
    assert "138****1111" not in page.html
    assert taken(occurrence) == [0]
    assert client.get(f"/tickets/{code}/erase").text("h1") == "报名已取消"
    assert "没有可以查看的内容" in client.get(f"/tickets/{code}/data").text("main")
    client.post(f"/tickets/{code}/erase", 400)


def test_while_the_event_goes_on_erasing_says_when_it_can_be_done(client: PageClient, house: House) -> None:
    code = sign_up(open_occurrence(published_activity(house)), phone=PHONE).code
    form = client.get(f"/tickets/{code}/erase").form(action="/erase")
    with clock.shifted_by(timedelta(days=7, hours=1)):
        page = client.submit(form, 409)
    assert "结束后可以删除" in page.text("main")


def test_every_page_of_a_wrong_ticket_is_not_there(client: PageClient, house: House) -> None:
    code = party_on_list(open_occurrence(published_activity(house))).code
    token = client.get(f"/tickets/{code}/cancel").form(action="/cancel").filled()
    for page in ("answers", "occurrence", "data", "erase"):
        client.get(f"/tickets/nosuchticket/{page}", 404)
        client.post(f"/tickets/nosuchticket/{page}", 404, data={**token, "phone": PHONE, "occurrence": "a.1.seat"})


def test_the_pages_of_a_ticket_ask_the_database_little(app: Flask, client: PageClient, house: House) -> None:
    activity = published_activity(house)
    code = sign_up(ask(open_occurrence(activity)), party_size=2, extras=ANSWERS).code
    counts = []
    for more in (1, 6):
        for day in range(more):
            ask(open_occurrence(activity, starts_in=timedelta(days=8 + day)))
        for page in ("", "/answers", "/occurrence", "/data", "/erase"):
            with count_queries() as asked:
                client.get(f"/tickets/{code}{page}")
            counts.append(len(asked))
    assert counts == [1, 2, 2, 1, 1] * 2


def test_a_search_answers_alike_for_known_and_unknown_numbers(client: PageClient, house: House) -> None:
    sign_up(open_occurrence(published_activity(house)), phone=PHONE)
    pages, heads = [], []
    for phone in (PHONE, "13800009999"):
        form = client.get("/tickets/find").form(action="/tickets/find")
        page = client.submit(form, phone=phone)
        pages.append(page.text())
        heads.append((client.response.status_code, sorted(set(client.response.headers.keys()))))
    assert pages[0] == pages[1]
    assert heads[0] == heads[1]
    assert "/tickets/" not in pages[0].replace("/tickets/find", "")
    assert PHONE not in pages[0]


def test_a_search_for_no_number_keeps_what_was_typed_and_a_fourth_is_too_many(client: PageClient, house: House) -> None:
    form = client.get("/tickets/find").form(action="/tickets/find")
    wrong = client.submit(form, 422, phone="123")
    assert wrong.form(action="/tickets/find").values["phone"] == ["123"]
    for _ in range(3):
        client.submit(client.get("/tickets/find").form(action="/tickets/find"), phone=PHONE)
    page = client.submit(client.get("/tickets/find").form(action="/tickets/find"), 429, phone=PHONE)
    assert "24小时内已查找3次" in page.text("main")


def test_people_are_led_to_the_search_where_they_look_for_it(client: PageClient, house: House) -> None:
    occurrence = open_occurrence(published_activity(house), closes_at=clock.now() - timedelta(hours=1))
    assert client.get("/").links()["查找报名凭证"] == "/tickets/find"
    assert client.get(f"/occurrences/{occurrence.code}/sign-up").links()["用手机号码查找报名凭证"] == "/tickets/find"


def test_names_are_announced_on_the_form_and_published_after_it(client: PageClient, app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house), signup_mode=SignupMode.FIRST_COME)
    officer = PageClient(app).log_in(house.officer)
    form = officer.get(f"/office/occurrences/{occurrence.code}/names").form(action="/names")
    assert "请写明公示依据" in officer.submit(form, 422, publish="yes").text("main")
    assert "公示设置已保存" in officer.submit(form, publish="yes", basis="《开放日活动须知》第三条").text()
    page = client.get(f"/occurrences/{occurrence.code}/sign-up")
    assert "名单公示" in page.text("form")
    assert "《开放日活动须知》第三条" in page.text("form")
    code = sign_up(occurrence, phone=PHONE, name="欧阳小雪").code
    assert "公示参加人员" in client.get(f"/tickets/{code}").text("main")
    assert "尚未公布" in client.get(f"/occurrences/{occurrence.code}/names").text("main")
    with clock.shifted_by(timedelta(days=7, hours=1)):
        names = client.get(f"/occurrences/{occurrence.code}/names")
        assert "欧阳**" in names.text("table")
        assert "1111" in names.text("table")
        assert "小雪" not in names.html
        assert client.response.headers["X-Robots-Tag"].startswith("noindex")
        assert names.meta("robots") == "noindex, nofollow, noarchive"
    with clock.shifted_by(timedelta(days=16)):
        client.get(f"/occurrences/{occurrence.code}/names", 404)
    stuck = officer.get(f"/office/occurrences/{occurrence.code}/names").form(action="/names")
    officer.submit(stuck, publish="no")
    client.get(f"/occurrences/{occurrence.code}/names", 404)
    assert "不能改为公示" in officer.get(f"/office/occurrences/{occurrence.code}/names").text("main")


def test_names_are_set_by_the_office_alone(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    address = f"/office/occurrences/{occurrence.code}/names"
    for persona in (house.filer, house.reviewer, house.desk, house.auditor):
        PageClient(app).log_in(persona).get(address, 403)
    PageClient(app).log_in(house.far_officer).get(address, 404)


def test_an_occurrence_that_publishes_no_names_has_no_such_page(client: PageClient, house: House) -> None:
    client.get(f"/occurrences/{open_occurrence(published_activity(house)).code}/names", 404)
    client.get("/occurrences/nosuchcode/names", 404)


def test_staff_who_enter_a_sign_up_are_told_to_say_so(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    basis = "《开放日活动须知》第三条"
    set_published_names(house.officer.actor, occurrence.code, publish=True, basis=basis)
    filer = PageClient(app).log_in(house.filer)
    for page in ("new", "list"):
        assert basis in filer.get(f"/agency/occurrences/{occurrence.code}/registrations/{page}").text("form")
